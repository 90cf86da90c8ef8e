"""What was observed of a value: the members that are read, the operations that need a type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fourlayer.syntax import nodes as n
    from fourlayer.syntax.facts import Decl, FileFacts


class Site(NamedTuple):
    """A declaration and the file that holds it."""

    path: str
    facts: FileFacts
    decl: Decl


class TypeAt(NamedTuple):
    """A written type and where it stands, so that its names can be looked up there."""

    site: Site
    type: n.Type


class Event(NamedTuple):
    """An expression that stands where a value is needed that is neither null nor undefined."""

    site: Site
    node: n.Expr


class Use:
    """The observed use of one value.

    `prims` are primitives that are certain, `weak` those that any of several would satisfy, by rank.
    `checked` are the kinds that `typeof` told apart. `maybe` and `null` tell that the code expects
    undefined or null. `demands` tells that something would not accept `unknown`; `typed` that what was
    observed needs a type that is known, `lost` that the value went where nobody can follow.
    `given` are declared types of values that are put here, `open` tells that one has members nobody
    lists, `unsure` that one could be anything.
    """

    __slots__ = (
        "as_array",
        "as_object",
        "called",
        "casts",
        "checked",
        "demands",
        "given",
        "guessed",
        "hard",
        "indexable",
        "is_map",
        "item",
        "keys",
        "literals",
        "lost",
        "maybe",
        "null",
        "open",
        "prims",
        "props",
        "provided",
        "result",
        "types",
        "unsure",
        "values",
        "weak",
    )

    def __init__(self) -> None:
        self.props: dict[str, Use] = {}
        self.item: Use | None = None
        self.values: Use | None = None
        self.result: Use | None = None
        self.called = -1
        self.prims: set[str] = set()
        self.weak: set[str] = set()
        self.guessed: set[str] = set()
        self.checked: set[str] = set()
        self.types: list[TypeAt] = []
        self.casts: list[TypeAt] = []
        self.literals: list[frozenset[str]] = []
        self.keys = False
        self.hard: list[Event] = []
        self.maybe = False
        self.null = False
        self.demands = False
        self.lost = False
        self.as_array = False
        self.as_object = False
        self.indexable = False
        self.provided = False
        self.is_map = False
        self.given: list[TypeAt] = []
        self.open = False
        self.unsure = False

    def prop(self, name: str) -> Use:
        """The use of a member."""
        return self.props.setdefault(name, Use())

    def each(self) -> Use:
        """The use of the items; makes the value an array."""
        self.as_array = True
        if self.item is None:
            self.item = Use()
        return self.item

    def value(self) -> Use:
        """The use of the values behind keys that are computed."""
        self.keys = True
        if self.values is None:
            self.values = Use()
        return self.values

    def call(self, arguments: int) -> Use:
        """The use of the result; makes the value a function."""
        self.called = max(self.called, arguments)
        if self.result is None:
            self.result = Use()
        return self.result

    def below(self) -> Iterator[Use]:
        """The uses of everything inside."""
        yield from self.props.values()
        for inner in (self.item, self.values, self.result):
            if inner is not None:
                yield inner

    @property
    def observed(self) -> bool:
        """Whether anything tells a type."""
        return bool(
            self.props
            or self.item
            or self.values
            or self.prims
            or self.weak
            or self.guessed
            or self.checked
            or self.types
            or self.casts
            or self.as_array
            or self.as_object
            or self.called >= 0
        )
