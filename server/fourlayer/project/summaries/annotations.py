"""What declared types are: aliases, interfaces, classes and the types that the language brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.exports import Declared, Origin, exported, origin_in
from fourlayer.project.summaries import outside
from fourlayer.project.summaries.types import (
    PLAIN,
    UNKNOWN,
    Function,
    Keyed,
    Listed,
    Made,
    Members,
    Place,
    Promised,
    Shaped,
    Typed,
    union,
)
from fourlayer.syntax import nodes as n

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fourlayer.project.snapshot import View
    from fourlayer.project.summaries.inference import Inference
    from fourlayer.syntax.facts import Decl, FileFacts

_PLAIN = frozenset(
    {
        "string",
        "number",
        "boolean",
        "bigint",
        "symbol",
        "void",
        "undefined",
        "null",
        "never",
        "AsyncGenerator",
        "AsyncIterable",
        "AsyncIterableIterator",
        "Generator",
        "Iterator",
    }
)
_PROMISES = frozenset({"Promise", "PromiseLike", "Thenable"})
_SAME = frozenset({"Readonly", "Partial", "Required", "NonNullable", "Pick", "Omit", "DeepPartial"})
_LISTS = frozenset({"Array", "ReadonlyArray", "Set", "ReadonlySet", "Iterable", "IterableIterator"})
_MAPS = frozenset({"Map", "ReadonlyMap", "WeakMap"})
_TYPE_KINDS = ("interface", "type", "class")


def type_of(inference: Inference, type_: n.Type | None, place: Place) -> Typed:
    """What a declared type is, as it stands at a place."""
    if isinstance(type_, n.TypeRef):
        return _named(inference, type_, place)
    if isinstance(type_, n.TypeUnion):
        items = tuple(inference.type(item, place) for item in type_.items)
        return union(items) if type_.op == "|" else _both(items)
    if isinstance(type_, n.TypeArray):
        return Listed(inference.type(type_.item, place))
    if isinstance(type_, n.TypeFunction):
        return Function(type_, place)
    if isinstance(type_, n.TypeObject):
        return Members(type_, (), place)
    if isinstance(type_, n.TypeLiteral):
        return PLAIN
    return _other(inference, type_, place) if isinstance(type_, n.TypeOther) else UNKNOWN


def _both(items: tuple[Typed, ...]) -> Typed:
    """An intersection: the one part that says something."""
    known = [item for item in items if item not in (UNKNOWN, PLAIN)]
    return known[0] if len(known) == 1 else UNKNOWN


def _other(inference: Inference, type_: n.TypeOther, place: Place) -> Typed:
    if type_.kind == "type_query":
        name = place.decl.text_of(type_).removeprefix("typeof").strip()
        return inference.dotted(name, place) if "(" not in name else UNKNOWN
    if type_.kind == "lookup_type" and len(type_.parts) == 2:
        outer, key = type_.parts
        if isinstance(outer, n.Type) and isinstance(key, n.TypeLiteral):
            return inference.member(inference.type(outer, place), key.text.strip("\"'"))
    if type_.kind == "readonly_type" and len(type_.parts) == 1 and isinstance(type_.parts[0], n.Type):
        return inference.type(type_.parts[0], place)
    return PLAIN if type_.kind in {"index_type_query", "template_literal_type"} else UNKNOWN


def _named(inference: Inference, type_: n.TypeRef, place: Place) -> Typed:
    name = type_.name
    if name in place.given:
        return place.given[name]
    if name in _PLAIN:
        return PLAIN
    if name in _PROMISES:
        return Promised(inference.type(type_.args[0], place) if type_.args else UNKNOWN)
    found = _declared(inference.view, place, name)
    if isinstance(found, Declared):
        return _of_declared(inference, found, type_, place)
    if isinstance(found, Origin):
        made = inference.imported(found, name.partition(".")[2])
        args = tuple(inference.type(arg, place) for arg in type_.args) if isinstance(made, Shaped) else ()
        return made._replace(given=args) if isinstance(made, Shaped) and args else made
    return _builtin(inference, type_, place) if found is None else UNKNOWN


def _builtin(inference: Inference, type_: n.TypeRef, place: Place) -> Typed:
    name = type_.name
    args = type_.args
    if name in _LISTS and args:
        return Listed(inference.type(args[0], place), "Array" in name)
    if name in _MAPS and len(args) == 2:
        return Keyed(inference.type(args[1], place), is_map=True)
    if name == "Record" and len(args) == 2:
        return Keyed(inference.type(args[1], place), is_map=False)
    if name in _SAME and args:
        return inference.type(args[0], place)
    if name == "Awaited" and args:
        return inference.awaited(inference.type(args[0], place))
    if name == "ReturnType" and args:
        return inference.called(inference.type(args[0], place))
    if name == "InstanceType" and args:
        made = inference.type(args[0], place)
        return Made(made.declared) if isinstance(made, Made) else UNKNOWN
    shape = outside.GLOBAL_TYPES.get(name)
    return UNKNOWN if shape is None else Shaped(shape)


def _declared(view: View, place: Place, name: str) -> Declared | Origin | str | None:
    """The declaration of a type's name; an Origin where it comes from a package."""
    head, _, rest = name.partition(".")
    origin = origin_in(view, place.path, place.facts, head)
    if not isinstance(origin, Origin):
        return origin
    if origin.path is None:
        return origin
    if origin.name == "*":
        found = exported(view, origin.path, rest) if rest and "." not in rest else "unknown"
        return found if not isinstance(found, Declared) else _typed_decl(view, found.path, found)
    if rest:
        return "unknown"
    facts = view.shape(origin.path)
    decl = _type_decl(facts, origin.name) if facts is not None else None
    return Declared(origin.path, facts, decl) if facts is not None and decl is not None else "unknown"


def _typed_decl(view: View, path: str, found: Declared) -> Declared:
    facts = view.shape(path) or found.facts
    decl = _type_decl(facts, found.decl.name or "")
    return Declared(path, facts, decl) if decl is not None else found


def _type_decl(facts: FileFacts, name: str) -> Decl | None:
    return next((decl for decl in facts.decls if decl.kind in _TYPE_KINDS and name in decl.names), None)


def _of_declared(inference: Inference, found: Declared, type_: n.TypeRef, place: Place) -> Typed:
    if not found.decl.trusted:
        return UNKNOWN
    if found.decl.kind == "class":
        return Made(found)
    node = found.decl.node
    if isinstance(node, n.InterfaceDecl):
        there = Place(found.path, found.facts, found.decl, None, _given(inference, node, type_, place))
        return Members(node.body, node.extends, there)
    if isinstance(node, n.TypeAlias):
        there = Place(found.path, found.facts, found.decl, None, _given(inference, node, type_, place))
        return inference.type(node.value, there)
    return UNKNOWN


def _given(
    inference: Inference, node: n.InterfaceDecl | n.TypeAlias, type_: n.TypeRef, place: Place
) -> Mapping[str, Typed]:
    args = type_.args
    return {
        param.name: inference.type(args[at], place) if at < len(args) else UNKNOWN
        for at, param in enumerate(node.type_params)
    }
