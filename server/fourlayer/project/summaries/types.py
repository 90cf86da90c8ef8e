"""What expressions are, as far as declared types, classes and calls of the workspace tell.

This is no type checker: generics are mostly out of reach, and what cannot be told is UNKNOWN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.project.exports import Declared
from fourlayer.syntax import nodes as n

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fourlayer.syntax.facts import Decl, FileFacts


class Place(NamedTuple):
    """Where an expression or type stands: file, declaration, the class of `this`, type parameters' values."""

    path: str
    facts: FileFacts
    decl: Decl
    this: Declared | None = None
    given: Mapping[str, Typed] = {}


class Simple(NamedTuple):
    """`plain` is certainly no promise, `unknown` may be anything."""

    kind: Literal["plain", "unknown"]


class Promised(NamedTuple):
    """A promise, or a builder that can be waited for, and what it gives."""

    value: Typed
    builder: bool = False


class Shaped(NamedTuple):
    """Something of the runtime or of a package (see `outside`); `made`: only a call gives it.

    `given` are its type arguments where they are written.
    """

    shape: str
    made: bool = False
    given: tuple[Typed, ...] = ()


class Gives(NamedTuple):
    """A function of which only the result is known."""

    result: Typed


class Made(NamedTuple):
    """An object of a class of the workspace, or (`static`) the class itself."""

    declared: Declared
    static: bool = False


class Members(NamedTuple):
    """An interface, or an object type written out."""

    type: n.TypeObject
    extends: tuple[n.Type, ...]
    place: Place


class Written(NamedTuple):
    """An object literal."""

    node: n.Object
    place: Place


class Module(NamedTuple):
    """A module of the workspace that is imported as a whole."""

    path: str


class Function(NamedTuple):
    """A function of the workspace, or a function type."""

    node: n.Function | n.TypeFunction
    place: Place


class Result(NamedTuple):
    """What a function gives whose declaration names no type: looked for only when needed."""

    function: n.Function
    place: Place


class Listed(NamedTuple):
    """An array (or another collection that is gone through), by its items."""

    item: Typed
    is_array: bool = True


class Keyed(NamedTuple):
    """A record or map, by its values."""

    value: Typed
    is_map: bool


class Union(NamedTuple):
    """One of several."""

    items: tuple[Typed, ...]


Typed = (
    Simple
    | Promised
    | Shaped
    | Gives
    | Made
    | Members
    | Written
    | Module
    | Function
    | Result
    | Listed
    | Keyed
    | Union
)

UNKNOWN = Simple("unknown")
PLAIN = Simple("plain")
PROMISE = Promised(UNKNOWN)
BUILDER = Promised(UNKNOWN, builder=True)


def union(items: tuple[Typed, ...]) -> Typed:
    """One of several types, each once."""
    flat: list[Typed] = []
    for item in items:
        for one in item.items if isinstance(item, Union) else (item,):
            if one not in flat:
                flat.append(one)
    return flat[0] if len(flat) == 1 else Union(tuple(flat)) if flat else PLAIN
