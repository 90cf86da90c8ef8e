"""Which packages a provider's code can import."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View


def is_installed(view: View, provider: Provider, name: str) -> bool:
    """Whether a package is a dependency of the provider's package, or of one around it."""
    package = "/".join(name.split("/")[: 2 if name.startswith("@") else 1])
    folder = provider.path
    while folder:
        folder = folder.rpartition("/")[0]
        manifest = f"{folder}/package.json" if folder else "package.json"
        if view.exists(manifest) and f'"{package}"'.encode() in (view.read(manifest) or b""):
            return True
    return False
