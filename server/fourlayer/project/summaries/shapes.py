"""Reads the tables of what is known of the runtime and of packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.summaries import outside
from fourlayer.project.summaries.types import BUILDER, PLAIN, PROMISE, UNKNOWN, Gives, Shaped, Typed

if TYPE_CHECKING:
    from collections.abc import Mapping


def shape_member(shape: str, name: str) -> Typed:
    """What a member of a shape is."""
    table = outside.SHAPES[shape]
    word = table.get(name) or (table.get("*") if name != "()" else None) or "unknown"
    if word in _WORDS:
        return _WORDS[word]
    if word == "self":
        return Shaped(shape)
    return Shaped(word.removeprefix("="), made=word.startswith("="))


def shape_called(shape: str) -> Typed:
    """What a call of a shape gives."""
    word = outside.SHAPES[shape].get("()")
    if word is None:
        return Shaped(shape)
    return _RESULTS[word] if word in _RESULTS else Shaped(word)


_RESULTS: Mapping[str, Typed] = {"promise": PROMISE, "builder": BUILDER, "plain": PLAIN}
_WORDS: Mapping[str, Typed] = {"unknown": UNKNOWN, **{word: Gives(made) for word, made in _RESULTS.items()}}


def shape_of_package(specifier: str) -> str | None:
    """The shape of the package that a specifier names."""
    name = specifier.removeprefix("node:")
    if name in outside.PACKAGES:
        return outside.PACKAGES[name]
    for pattern, shape in outside.PACKAGES.items():
        if pattern.endswith("*") and name.startswith(pattern[:-1]):
            return shape
    return None
