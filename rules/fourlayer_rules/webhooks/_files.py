"""Which files the category looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fourlayer.project.snapshot import View


def is_in_scope(view: View, path: str) -> bool:
    """Whether a file belongs to a provider, or to a scope whose categories name webhooks; tests do not."""
    if view.is_test(path):
        return False
    if view.provider_of(path) is not None:
        return True
    scope = view.scope_of(path)
    return scope is not None and "webhooks" in scope.categories
