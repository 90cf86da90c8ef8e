"""Whether a type says something about a value that nobody has looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.syntax import nodes as n

if TYPE_CHECKING:
    from collections.abc import Iterable

_NOTHING = frozenset(
    {
        "unknown",
        "any",
        "object",
        "never",
        "void",
        "undefined",
        "null",
        "const",
        "JsonValue",
        "JSONValue",
        "JsonObject",
        "JSONObject",
        "Json",
        "JSON",
    }
)
_CONTAINERS = frozenset(
    {"Array", "ReadonlyArray", "Promise", "PromiseLike", "Partial", "Readonly", "Awaited"}
)
_PROMISES = frozenset({"Promise", "PromiseLike"})


def claims(type_: n.Type | None) -> bool:
    """Whether the type promises more than that there is a value, an object or a list of values."""
    match type_:
        case None:
            return False
        case n.TypeRef():
            if type_.name in _NOTHING:
                return False
            if type_.name in _CONTAINERS:
                return any(claims(arg) for arg in type_.args)
            if type_.name in {"Record", "Map"} and len(type_.args) == 2:
                return claims(type_.args[1]) or (claims(type_.args[0]) and not _is_key(type_.args[0]))
            return True
        case n.TypeLiteral():
            return type_.text not in {"null", "undefined"}
        case n.TypeUnion():
            return any(claims(item) for item in type_.items)
        case n.TypeArray():
            return claims(type_.item)
        case n.TypeObject():
            return any(_claims_member(member) for member in type_.members)
        case n.TypeOther() if type_.kind == "readonly_type":
            return any(claims(part) for part in type_.parts if isinstance(part, n.Type))
        case n.TypeOther() if type_.kind == "literal_type":
            return True
        case _:
            return True


def _claims_member(member: n.TypeProp) -> bool:
    """`{ [key: string]: unknown }` and `{ name: unknown }` say nothing: who reads on has to look."""
    return claims(member.type) or (member.type is None and not member.optional)


def _is_key(type_: n.Type) -> bool:
    return isinstance(type_, n.TypeRef) and type_.name in {"string", "number", "PropertyKey", "symbol"}


def unwrapped(type_: n.Type | None) -> n.Type | None:
    """The type inside `Promise<...>`."""
    while isinstance(type_, n.TypeRef) and type_.name in _PROMISES and len(type_.args) == 1:
        type_ = type_.args[0]
    return type_


def is_named(type_: n.Type | None, names: Iterable[str]) -> bool:
    """Whether a type is one of some plain names."""
    return isinstance(type_, n.TypeRef) and type_.name in names and not type_.args
