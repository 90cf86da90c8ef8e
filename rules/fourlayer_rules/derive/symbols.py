"""From a name in a file to the declaration that it means, and names compared as people read them."""

from fourlayer.project.exports import (
    UNKNOWN,
    Declared,
    Found,
    Unknown,
    exported,
    exported_names,
    named,
    qualified,
)

__all__ = [
    "UNKNOWN",
    "Declared",
    "Found",
    "Unknown",
    "alike",
    "exported",
    "exported_names",
    "named",
    "qualified",
]


def alike(name: str) -> str:
    """A name without case and separators, to compare `HubspotServiceError` with `HubSpotServiceError`."""
    return "".join(char for char in name.lower() if char.isalnum())
