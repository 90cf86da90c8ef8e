"""Turns observed use into a type."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer_rules.types.explicit_any._world import is_nothing

if TYPE_CHECKING:
    from fourlayer_rules.types.explicit_any._observe import Observer
    from fourlayer_rules.types.explicit_any._use import TypeAt, Use
    from fourlayer_rules.types.explicit_any._world import World


class Plain(NamedTuple):
    """A type that is written as it is: `string`, `unknown`, `"a" | "b"`."""

    text: str


class Named(NamedTuple):
    """A type that is declared somewhere, with the text by which that place names it."""

    at: TypeAt


class Array(NamedTuple):
    """An array."""

    item: Type


class Values(NamedTuple):
    """A record with keys that are computed."""

    value: Type


class Function(NamedTuple):
    """Something that is called."""

    arguments: int
    result: Type


class Field(NamedTuple):
    """A property of an object type; `needed` where the code fails without it, `written` where it sets it."""

    type: Type
    optional: bool
    needed: bool = False
    written: bool = False


class Object(NamedTuple):
    """An object type with its properties; `extends` are declared types that it must be, too."""

    fields: dict[str, Field]
    extends: tuple[Extended, ...]
    indexable: bool


class Extended(NamedTuple):
    """A base of an object type; `partial` where the code only casts to it."""

    at: TypeAt
    partial: bool


class Union(NamedTuple):
    """One of several types."""

    items: tuple[Type, ...]


Type = Plain | Named | Array | Values | Function | Object | Union
UNKNOWN = Plain("unknown")
_DEEP = 12


class Inference:
    """Types of uses. `sound` turns False where the code needs what no type can promise."""

    def __init__(self, observer: Observer, *, flat: bool = False) -> None:
        self.observer = observer
        self.flat = flat
        """Whether the type is for a cast, through which nothing is narrowed."""
        self.world: World = observer.world
        self.sound = True

    def of(self, use: Use, depth: int = 0) -> Type:
        """The type that the observed use calls for; UNKNOWN where nothing tells."""
        if depth > _DEEP:
            return UNKNOWN
        found = self._bare(use, depth)
        if use.null and found != UNKNOWN and self._may_be(use, "solid"):
            return Union((found, Plain("null")))
        return found

    def field(self, use: Use, owner: Use, name: str, depth: int) -> Field:
        """A member as a property."""
        missing = any(name not in literal for literal in owner.literals)
        optional = False
        if missing:
            optional = True
            if not self._may_be(use, "present"):
                self.sound = False
        elif use.maybe and not is_truth_only(use) and self._may_be(use, "present"):
            optional = True
        return Field(self.of(use, depth + 1), optional, not self._may_be(use, "present"), use.provided)

    def _may_be(self, use: Use, kind: str) -> bool:
        if self.flat:
            return not use.hard
        return all(self.observer.guarded(event, kind) for event in use.hard)

    def _bare(self, use: Use, depth: int) -> Type:
        shape = self._shape(use, depth)
        kinds = [kind for kind in ("string", "number", "boolean", "bigint") if kind in use.checked]
        if kinds:
            texts: list[Type] = [Plain(kind) for kind in kinds]
            return _union(texts if shape is None or shape == UNKNOWN else [*texts, shape])
        return shape or UNKNOWN

    def _shape(self, use: Use, depth: int) -> Type | None:
        declared = self._declared(use)
        if use.open or len({at.site.decl.text_of(at.type) for at in use.casts}) > 1:
            self.sound = False
            return None
        if use.prims:
            return self._primitive(use, declared)
        if declared:
            return self._with_members(use, declared, depth)
        if use.called >= 0 and not use.props:
            result = self.of(use.result, depth + 1) if use.result is not None else UNKNOWN
            return Function(use.called, result)
        if use.as_array or (use.item is not None and use.item.observed):
            return self._array(use, depth)
        if use.props or use.casts:
            return self._object(use, (), depth)
        if "length" in use.weak:
            return self._lengthy(use, depth)
        if use.guessed and not use.unsure:
            return _union([Plain(kind) for kind in sorted(use.guessed)])
        if use.keys or use.as_object:
            return self._record(use, depth)
        if use.called >= 0:
            return Function(use.called, UNKNOWN)
        return _weakest(use)

    def _primitive(self, use: Use, declared: list[TypeAt]) -> Type | None:
        """A primitive that is certain; a declared literal type that is one as well says more."""
        literals = [at for at in declared if _is_literal(at.type)]
        if literals and len(use.prims) == 1:
            return Named(literals[0])
        if len(use.prims) == 1:
            return Plain(next(iter(use.prims)))
        self.sound = False
        return None

    def _declared(self, use: Use) -> list[TypeAt]:
        seen: dict[str, TypeAt] = {}
        for at in use.types:
            seen.setdefault(at.site.decl.text_of(at.type), at)
        return list(seen.values())

    def _with_members(self, use: Use, declared: list[TypeAt], depth: int) -> Type:
        """Declared types that the value is used as, and the members that they do not have."""
        if all(self._has_all(at, use) for at in declared[:1]) and len(declared) == 1:
            return Named(declared[0])
        if not use.props:
            return Named(declared[0])
        bases = [at for at in declared if self.world.members(at) is not None]
        if len(bases) != len(declared):
            self.sound = self.sound and not use.props
            return Named(declared[0])
        return self._object(use, tuple(Extended(at, False) for at in bases), depth)

    def _gives_all(self, at: TypeAt, use: Use) -> bool:
        """Whether a value of a declared type has every member that is used."""
        members = self.world.members(at)
        return members is not None and all(name in members for name in use.props)

    def _has_all(self, at: TypeAt, use: Use) -> bool:
        members = self.world.members(at)
        if members is None:
            return not use.props
        return all(name in members for name in use.props)

    def _array(self, use: Use, depth: int) -> Type:
        item = self.of(use.item, depth + 1) if use.item is not None else UNKNOWN
        return Array(item)

    def _lengthy(self, use: Use, depth: int) -> Type:
        if "string" in use.guessed or "text" in use.weak:
            return Plain("string")
        return self._array(use, depth)

    def _record(self, use: Use, depth: int) -> Type:
        return Values(self.of(use.values, depth + 1) if use.values is not None else UNKNOWN)

    def _object(self, use: Use, bases: tuple[Extended, ...], depth: int) -> Type:
        inherited: set[str] = set()
        for base in bases:
            inherited |= set(self.world.members(base.at) or ())
        casts: list[Extended] = []
        for at in use.casts:
            members = self.world.members(at)
            if members is None:
                continue
            if not any(name in members for name in use.props):
                casts.append(Extended(at, True))
                inherited |= set(members)
        if use.casts and not use.props:
            return Named(use.casts[0])
        if not all(self._gives_all(at, use) for at in use.given):
            self.sound = False
        fields = {
            name: self.field(inner, use, name, depth)
            for name, inner in use.props.items()
            if name not in inherited
        }
        return Object(fields, (*bases, *casts), use.indexable or use.keys)


def is_truth_only(use: Use) -> bool:
    """Whether a value is only tested, so that nothing says what it is when it is there."""
    return not use.observed


def _weakest(use: Use) -> Type | None:
    """A type where any of several would do."""
    if "number" in use.weak:
        return Plain("number")
    for weak in sorted(use.weak):
        if "|" in weak:
            return _union([Plain(kind) for kind in sorted(weak.split("|"), reverse=True)])
    return Plain("string") if "truth" in use.weak else None


def _is_literal(node: n.Type) -> bool:
    if isinstance(node, n.TypeLiteral):
        return not is_nothing(node)
    return isinstance(node, n.TypeUnion) and all(_is_literal(item) or is_nothing(item) for item in node.items)


def _union(items: Iterable[Type]) -> Type:
    unique: list[Type] = []
    for item in items:
        if item not in unique:
            unique.append(item)
    return unique[0] if len(unique) == 1 else Union(tuple(unique))


def has_object(found: Type) -> bool:
    """Whether a type needs a declaration of its own."""
    return any(True for _ in objects_in(found))


def objects_in(found: Type) -> list[Object]:
    """The object types directly inside a type, not those inside them."""
    if isinstance(found, Object):
        return [found]
    if isinstance(found, Array):
        return objects_in(found.item)
    if isinstance(found, Values):
        return objects_in(found.value)
    if isinstance(found, Function):
        return objects_in(found.result)
    if isinstance(found, Union):
        return [inner for item in found.items for inner in objects_in(item)]
    return []


def is_telling(found: Type) -> bool:
    """Whether a type says more than `unknown` does."""
    if isinstance(found, Plain):
        return found != UNKNOWN
    if isinstance(found, Union):
        return any(is_telling(item) for item in found.items if item != Plain("null"))
    return True
