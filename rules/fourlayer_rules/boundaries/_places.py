"""Which files belong to the integrations, and who may import them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.tree import parent
from fourlayer.syntax.glob import globs

if TYPE_CHECKING:
    from fourlayer.config.settings import Settings
    from fourlayer.project.snapshot import View


def in_integrations(view: View, path: str) -> bool:
    """Whether a file is a provider's, shared code beside the providers, or lies loosely beside them."""
    if view.provider_of(path) is not None or view.is_shared(path):
        return True
    folder = parent(path)
    return any(provider.root == folder for provider in view.providers)


def is_allowed_consumer(settings: Settings, path: str) -> bool:
    """Whether a file lies in a package that may import integrations."""
    return globs(settings.workspace.allowed_consumers).covers(path)
