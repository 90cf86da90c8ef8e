"""What the configuration reserves for some layers: packages, queries, service-role clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from fourlayer.config.settings import Settings

QUERIES = "database-queries"
SERVICE_ROLE = "service-role-clients"
_ALWAYS = ("http-frameworks", "ui-modules", "forbidden-modules")
"""Groups that are closed to every layer that does not name them, even if none does."""


def reserved_packages(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Patterns of packages by the word that reserves them: a key of `[symbols]`, or the pattern itself."""
    words = dict.fromkeys(_ALWAYS)
    for layer in settings.layers.values():
        words.update(dict.fromkeys(layer.may_use))
    return {word: _patterns(settings, word) for word in words if word not in (QUERIES, SERVICE_ROLE)}


def _patterns(settings: Settings, word: str) -> tuple[str, ...]:
    group = word.replace("-", "_")
    if group in settings.symbols._fields:
        return cast("tuple[str, ...]", getattr(settings.symbols, group))
    return (word,)
