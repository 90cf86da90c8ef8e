"""What a value is made of inside one declaration: through locals, destructuring, parsing and conversions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.syntax.facts import Decl

_DEEPEST = 16
_PARSERS = frozenset({"parse", "parseAsync", "validate", "validateSync", "cast"})
_SAFE_PARSERS = frozenset({"safeParse", "safeParseAsync"})
_CONVERSIONS = frozenset({"String", "Number", "decodeURIComponent", "encodeURIComponent"})
_SAME = frozenset({"trim", "toString", "toLowerCase", "toUpperCase", "valueOf"})
_READERS = frozenset({"get", "header", "param", "query"})
"""Methods of requests and maps that read the entry which their argument names."""

_BODIES = frozenset({"json", "formData", "text", "parseBody"})


class Root(NamedTuple):
    """Where a value starts.

    `node` is a parameter or the expression that cannot be taken apart further; `path` leads from it to the
    value. `read` is what reads the value out of the root, or the name that a destructuring binds. `sure`
    is False where only one side of a conditional is meant.
    """

    node: n.Node
    path: tuple[str, ...]
    read: n.Node
    sure: bool


def roots(
    decl: Decl,
    expr: n.Expr,
    path: tuple[str, ...] = (),
    read: n.Node | None = None,
    *,
    sure: bool = True,
    depth: int = 0,
) -> Iterator[Root]:
    """Everything that an expression's value may be; nothing where a step is out of reach."""
    if depth > _DEEPEST:
        return
    while isinstance(expr, n.Cast | n.Await):
        expr = expr.value
    match expr:
        case n.Binary(op="??" | "||"):
            for side in (expr.left, expr.right):
                yield from roots(decl, side, path, read, sure=sure, depth=depth + 1)
        case n.Cond():
            for side in (expr.then, expr.other):
                yield from roots(decl, side, path, read, sure=False, depth=depth + 1)
        case n.Member():
            step = (expr.name, *path)
            yield from roots(decl, expr.object, step, read or expr, sure=sure, depth=depth + 1)
        case n.Index() if isinstance(expr.index, n.Str):
            step = (expr.index.value, *path)
            yield from roots(decl, expr.object, step, read or expr, sure=sure, depth=depth + 1)
        case n.Name():
            yield from _of_name(decl, expr, path, read, sure, depth)
        case n.Call():
            yield from _of_call(decl, expr, path, read, sure, depth)
        case n.Object() if path:
            yield from _of_object(decl, expr, path, read, sure, depth)
        case _:
            yield Root(expr, path, read or expr, sure)


def _of_name(
    decl: Decl, name: n.Name, path: tuple[str, ...], read: n.Node | None, sure: bool, depth: int
) -> Iterator[Root]:
    binding = scopes_of(decl).binding(name)
    if binding is None:
        yield Root(name, path, read or name, sure)
        return
    if binding.path is None or not all(isinstance(step, str) for step in binding.path):
        return
    step = (*(str(one) for one in binding.path), *path)
    seen = read or (binding.node if binding.path else None)
    if isinstance(binding.owner, n.Param):
        if not binding.writes:
            yield Root(binding.owner, step, seen or name, sure)
    elif isinstance(binding.owner, n.Declarator) and binding.init is not None and not binding.writes:
        yield from roots(decl, binding.init, step, seen, sure=sure, depth=depth + 1)


def _of_call(
    decl: Decl, call: n.Call, path: tuple[str, ...], read: n.Node | None, sure: bool, depth: int
) -> Iterator[Root]:
    callee = uncast(call.callee)
    first = call.args[0] if call.args and not isinstance(call.args[0], n.Spread) else None
    name = (dotted(callee) or "").rpartition(".")[2] or getattr(callee, "name", "")
    inner: n.Expr | None = None
    if first is not None and (name in _PARSERS or name in _CONVERSIONS):
        inner = first
    elif first is not None and name in _SAFE_PARSERS:
        inner, path = first, path[1:] if path[:1] == ("data",) else path
    elif isinstance(callee, n.Member) and name in _SAME:
        inner = callee.object
    elif isinstance(callee, n.Member) and name in _READERS and isinstance(first, n.Str):
        inner, path, read = callee.object, (name, first.value, *path), read or call
    elif isinstance(callee, n.Member) and name in _BODIES and first is None:
        inner, path = callee.object, ("body", *path)
    if inner is None:
        yield Root(call, path, read or call, sure)
    else:
        yield from roots(decl, inner, path, read, sure=sure, depth=depth + 1)


def _of_object(
    decl: Decl, obj: n.Object, path: tuple[str, ...], read: n.Node | None, sure: bool, depth: int
) -> Iterator[Root]:
    for prop in reversed(obj.props):
        if isinstance(prop, n.Prop) and prop.key == path[0]:
            yield from roots(decl, prop.value, path[1:], read, sure=sure, depth=depth + 1)
            return
    for prop in obj.props:
        if isinstance(prop, n.Spread):
            yield from roots(decl, prop.value, path, read, sure=sure, depth=depth + 1)
