"""What the configuration reserves for some layers: packages, queries, service-role clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from fourlayer.config.settings import DATABASE_QUERIES, PACKAGE_GROUPS, SERVICE_ROLE_CLIENTS

if TYPE_CHECKING:
    from fourlayer.config.settings import Settings

_ALWAYS = ("http-frameworks", "ui-modules", "forbidden-modules")
"""Groups that are closed to every layer that does not name them, even if none does."""


def reserved_packages(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Patterns of packages by the word that reserves them: a key of `[symbols]`, or the pattern itself."""
    words: list[str] = [*_ALWAYS]
    for layer in settings.layers.values():
        words += layer.may_use
    others = (DATABASE_QUERIES, SERVICE_ROLE_CLIENTS)
    return {word: _patterns(settings, word) for word in words if word not in others}


def _patterns(settings: Settings, word: str) -> tuple[str, ...]:
    if word not in PACKAGE_GROUPS:
        return (word,)
    return cast("tuple[str, ...]", getattr(settings.symbols, word.replace("-", "_")))
