"""What a Zod schema asks for: its keys, which of them must be there, and what is done with the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.classes import dotted
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import constant_value
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.derive.symbols import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

PARSES = frozenset({"parse", "safeParse", "parseAsync", "safeParseAsync"})

_KEEPS_KEYS = frozenset(
    {
        "brand",
        "check",
        "default",
        "describe",
        "meta",
        "nullable",
        "nullish",
        "optional",
        "overwrite",
        "pipe",
        "prefault",
        "readonly",
        "refine",
        "register",
        "strict",
        "strip",
        "superRefine",
        "transform",
    }
)
_LOOSENS = frozenset({"passthrough", "loose", "catchall", "nonstrict"})
_FILLS = frozenset({"optional", "nullish", "default", "catch", "prefault", "exactOptional"})
_UNSURE = frozenset({"or", "and", "unwrap", "removeDefault", "innerType", "required", "partial", "overwrite"})
_NEEDS_VALUE = frozenset(
    {
        "string",
        "number",
        "boolean",
        "bigint",
        "date",
        "enum",
        "nativeEnum",
        "literal",
        "url",
        "email",
        "uuid",
        "int",
        "array",
        "object",
        "strictObject",
        "looseObject",
        "record",
        "stringbool",
        "tuple",
        "set",
        "map",
    }
)
_NEEDS_NONE = frozenset(
    {"any", "unknown", "undefined", "void", "optional", "nullish", "_default", "prefault"}
)
_MAX_DEPTH = 8


class Place(NamedTuple):
    """Where an expression stands."""

    view: View
    path: str
    facts: FileFacts
    decl: Decl


class Field(NamedTuple):
    """One key of a schema. `required` is None where that cannot be told."""

    name: str
    place: Place
    prop: n.Prop
    required: bool | None


class Shape(NamedTuple):
    """The keys of an object schema.

    `complete` tells that there are surely no others, `loose` that other keys are let through.
    `home` is the object literal that further keys would be added to.
    """

    fields: Mapping[str, Field]
    complete: bool
    loose: bool
    home: tuple[Place, n.Object] | None


class ParseCall(NamedTuple):
    """`schema.parse(value)`, or a helper that is given a schema and the environment."""

    place: Place
    call: n.Call
    schema: n.Expr
    value: n.Expr
    method: str


def parse_calls(view: View, path: str, facts: FileFacts) -> Iterator[ParseCall]:
    """The calls in a file that parse a value with what may be a schema."""
    for decl in facts.all_decls():
        if b"arse" not in decl.data or decl.kind in {"import", "class"} or not decl.trusted:
            continue
        place = Place(view, path, facts, decl)
        for node in walk(decl.node):
            if not isinstance(node, n.Call) or not node.args:
                continue
            callee = node.callee
            if isinstance(callee, n.Member) and callee.name in PARSES:
                yield ParseCall(place, node, callee.object, node.args[0], callee.name)
            elif len(node.args) >= 2 and isinstance(callee, n.Name) and "arse" in callee.name:
                yield ParseCall(place, node, node.args[0], node.args[1], "")


def zod_name(facts: FileFacts, name: str) -> str | None:
    """The module that a name stands for as the whole of zod; None where it does not."""
    for item in facts.imports:
        if item.specifier == "zod" or item.specifier.startswith("zod/"):
            for bound in item.names:
                if bound.local == name and bound.imported in {"z", "*", "default", "="}:
                    return item.specifier
    return None


def shape_of(place: Place, expr: n.Expr, depth: int = 0) -> Shape | None:
    """The keys of a schema, followed through names, files and methods; None where they cannot be told."""
    while isinstance(expr, n.Cast):
        expr = expr.value
    if depth > _MAX_DEPTH:
        return None
    if isinstance(expr, n.Name):
        found = follow(place, expr)
        return shape_of(found[0], found[1], depth + 1) if found is not None else None
    if not isinstance(expr, n.Call) or not isinstance(expr.callee, n.Member):
        return None
    owner, method = expr.callee.object, expr.callee.name
    if isinstance(owner, n.Name) and zod_name(place.facts, owner.name) is not None:
        return _constructed(place, method, expr, depth)
    inner = shape_of(place, owner, depth + 1)
    return _changed(place, inner, method, expr.args, depth) if inner is not None else None


def follow(place: Place, name: n.Name) -> tuple[Place, n.Expr] | None:
    """The expression that a name always stands for, in this file or another."""
    binding = scopes_of(place.decl).binding(name)
    if binding is not None:
        value = binding.value
        return (place, value) if value is not None and not isinstance(value, n.Function) else None
    found = named(place.view, place.path, place.facts, name.name)
    if not isinstance(found, tuple) or not found.decl.trusted:
        return None
    value = constant_value(found.decl)
    facts = place.view.facts(found.path) if value is not None else None
    if value is None or facts is None:
        return None
    return Place(place.view, found.path, facts, found.decl), value


def _constructed(place: Place, method: str, call: n.Call, depth: int) -> Shape | None:
    if method in {"object", "strictObject", "looseObject"} and call.args:
        shape = _literal(place, call.args[0], depth)
        return shape._replace(loose=method == "looseObject") if shape is not None else None
    if method == "intersection" and len(call.args) == 2:
        left, right = (shape_of(place, arg, depth + 1) for arg in call.args)
        return _joined(left, right) if left is not None and right is not None else None
    if method in {"optional", "nullable", "readonly"} and call.args:
        return shape_of(place, call.args[0], depth + 1)
    return None


def _literal(place: Place, expr: n.Expr, depth: int) -> Shape | None:
    while isinstance(expr, n.Cast):
        expr = expr.value
    if isinstance(expr, n.Name):
        found = follow(place, expr)
        return _literal(found[0], found[1], depth + 1) if found is not None and depth < _MAX_DEPTH else None
    if isinstance(expr, n.Member) and expr.name == "shape":
        return shape_of(place, expr.object, depth + 1)
    if not isinstance(expr, n.Object):
        return None
    fields: dict[str, Field] = {}
    complete = True
    for prop in expr.props:
        if isinstance(prop, n.Spread):
            spread = _literal(place, prop.value, depth + 1) if depth < _MAX_DEPTH else None
            if spread is None:
                complete = False
            else:
                fields.update(spread.fields)
                complete = complete and spread.complete
        elif prop.key is None:
            complete = False
        else:
            fields[prop.key] = Field(prop.key, place, prop, required(place, prop.value))
    return Shape(fields, complete, loose=False, home=(place, expr))


def _joined(left: Shape, right: Shape) -> Shape:
    return Shape(
        {**left.fields, **right.fields},
        left.complete and right.complete,
        left.loose or right.loose,
        left.home,
    )


def _changed(place: Place, inner: Shape, method: str, args: tuple[n.Expr, ...], depth: int) -> Shape | None:
    if method in {"extend", "safeExtend", "augment"} and args:
        more = _literal(place, args[0], depth + 1)
        if more is None:
            return inner._replace(complete=False)
        joined = _joined(inner, more)
        return joined._replace(home=more.home)
    if method in {"merge", "and"} and args:
        other = shape_of(place, args[0], depth + 1)
        return _joined(inner, other) if other is not None else inner._replace(complete=False)
    if method in {"pick", "omit", "partial", "required"}:
        return _masked(inner, method, args)
    if method == "deepPartial":
        return inner._replace(fields=_all(inner.fields, method))
    if method in _LOOSENS:
        return inner._replace(loose=True)
    return inner if method in _KEEPS_KEYS or method == "catch" else None


def _masked(inner: Shape, method: str, args: tuple[n.Expr, ...]) -> Shape | None:
    """`pick`, `omit`, `partial` and `required`, with the object that names keys."""
    if not args:
        return inner._replace(fields=_all(inner.fields, method))
    mask = args[0]
    if not isinstance(mask, n.Object) or any(isinstance(p, n.Spread) or p.key is None for p in mask.props):
        return None
    keys = {prop.key for prop in mask.props if isinstance(prop, n.Prop)}
    if method == "pick":
        return inner._replace(
            fields={key: field for key, field in inner.fields.items() if key in keys},
            complete=keys <= inner.fields.keys(),
        )
    if method == "omit":
        return inner._replace(fields={key: field for key, field in inner.fields.items() if key not in keys})
    chosen = {key: field for key, field in inner.fields.items() if key in keys}
    return inner._replace(fields={**inner.fields, **_all(chosen, method)})


def _all(fields: Mapping[str, Field], method: str) -> dict[str, Field]:
    """Fields after `partial` or `required`; what has a default keeps it, so `required` proves nothing."""
    if method == "required":
        return {key: field._replace(required=field.required or None) for key, field in fields.items()}
    return {key: field._replace(required=False) for key, field in fields.items()}


def required(place: Place, expr: n.Expr, depth: int = 0) -> bool | None:
    """Whether a key with this schema must be given; None where that cannot be told."""
    while isinstance(expr, n.Cast):
        expr = expr.value
    if depth > _MAX_DEPTH * 3:
        return None
    if isinstance(expr, n.Name):
        found = follow(place, expr)
        return required(found[0], found[1], depth + 1) if found is not None else None
    if not isinstance(expr, n.Call) or not isinstance(expr.callee, n.Member):
        return None
    owner, method = expr.callee.object, expr.callee.name
    if isinstance(owner, n.Name) and zod_name(place.facts, owner.name) is not None:
        if method in _NEEDS_NONE:
            return False
        if method == "nullable" and expr.args:
            return required(place, expr.args[0], depth + 1)
        return True if method in _NEEDS_VALUE else None
    if is_coerce(place.facts, owner):
        return method in {"number", "bigint", "date"}
    if method in _FILLS:
        return False
    return None if method in _UNSURE else required(place, owner, depth + 1)


def is_coerce(facts: FileFacts, expr: n.Expr) -> bool:
    """Whether an expression is `z.coerce`."""
    return (
        isinstance(expr, n.Member)
        and expr.name == "coerce"
        and isinstance(expr.object, n.Name)
        and zod_name(facts, expr.object.name) is not None
    )


def literal_of(place: Place, expr: n.Expr) -> tuple[Place, n.Object] | None:
    """The object literal that is parsed: the expression, or the untouched variable that holds it."""
    while isinstance(expr, n.Cast):
        expr = expr.value
    if isinstance(expr, n.Object):
        return place, expr
    if not isinstance(expr, n.Name):
        return None
    found = follow(place, expr)
    if found is None:
        return None
    home, value = found
    while isinstance(value, n.Cast):
        value = value.value
    if not isinstance(value, n.Object):
        return None
    binding = scopes_of(place.decl).binding(expr)
    uses = binding.uses if binding is not None else scopes_of(place.decl).free.get(expr.name, [])
    return (home, value) if all(_is_harmless(place.decl, use, expr) for use in uses) else None


def _is_harmless(decl: Decl, use: n.Name, parsed: n.Name) -> bool:
    """Whether a use of an object leaves its keys as they are."""
    if use is parsed:
        return True
    parent = decl.parent(use)
    if isinstance(parent, (n.Member, n.Index)) and parent.object is use:
        around = decl.parent(parent)
        return not (isinstance(around, n.Assign) and around.target is parent)
    return isinstance(parent, (n.Spread, n.Unary, n.Binary))


def is_library_free(expr: n.Expr) -> bool:
    """Whether what is called `parse` on an expression is surely no schema: `JSON`, `Date`, `url`, ..."""
    name = dotted(expr)
    return name is not None and name.partition(".")[0] in {
        "JSON",
        "Date",
        "Number",
        "path",
        "url",
        "URL",
        "querystring",
        "qs",
        "dotenv",
        "semver",
    }
