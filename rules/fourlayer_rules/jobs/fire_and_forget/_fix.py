"""Writes `await` before work that nobody waits for, where the function around it is async."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.summaries.inference import Inference, place_of
from fourlayer.project.summaries.types import Listed
from fourlayer.rule.model import Change, TextEdit
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import uncast
from fourlayer.syntax.flow import function_around

if TYPE_CHECKING:
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl
    from fourlayer_rules.jobs._floating import Floating

_Edits = tuple[tuple[int, int, str], ...]
"""Replacements as (start, end, text), counted like the nodes' offsets."""


def awaited(ctx: Context, path: str, decl: Decl, floating: Floating) -> Change | None:
    """The change that waits; None where it could mean something else or does not fit."""
    around = function_around(decl, floating.node)
    if around is None or not around.is_async or around.is_generator:
        return None
    edits = _edits(ctx, path, decl, floating)
    if edits is None:
        return None
    placed = [TextEdit(decl.start + start, decl.start + end, text) for start, end, text in edits]
    return Change({path: tuple(placed)})


def _edits(ctx: Context, path: str, decl: Decl, floating: Floating) -> _Edits | None:
    match floating.kind:
        case "unused":
            return _of_variable(decl, floating)
        case "each":
            return _of_each(ctx, path, decl, floating)
        case "list":
            return _of_list(decl, floating)
        case "timer":
            return None
        case "empty":
            return _of_empty(decl, floating)
        case _:
            return _before(decl, floating)


def _is_statement(decl: Decl, node: n.Node) -> bool:
    return isinstance(decl.parent(node), n.ExprStmt)


def _void(decl: Decl, floating: Floating) -> int | None:
    """Where the text starts whose place `await` takes: that of a `void` right before the promise."""
    node = floating.node
    if not isinstance(node, n.Unary):
        return floating.promise.start
    between = decl.text_of(n.Name(node.start, floating.promise.start, ""))
    return node.start if between.strip() == "void" and _is_statement(decl, node) else None


def _before(decl: Decl, floating: Floating) -> _Edits | None:
    start = _void(decl, floating)
    if start is None or not isinstance(floating.promise, n.Call | n.New | n.Name | n.Member | n.Tagged):
        return None
    return ((start, floating.promise.start, "await "),)


def _of_empty(decl: Decl, floating: Floating) -> _Edits | None:
    """`f().catch(() => {})` becomes `await f()`: whoever calls gets the error."""
    start, call = _void(decl, floating), floating.promise
    if start is None or not isinstance(call, n.Call):
        return None
    callee = uncast(call.callee)
    if not isinstance(callee, n.Member) or callee.name != "catch":
        return None
    between = decl.text_of(n.Name(callee.object.end, callee.name_start, ""))
    if between.strip() not in {".", "?."} or floating.node not in {call, decl.parent(call)}:
        return None
    return ((start, call.start, "await "), (callee.object.end, call.end, ""))


def _of_variable(decl: Decl, floating: Floating) -> _Edits | None:
    owner = decl.parent(floating.node)
    if not isinstance(owner, n.Declarator | n.Assign):
        return None
    if isinstance(owner, n.Declarator) and owner.type is None and isinstance(floating.promise, n.Call):
        start, end = floating.promise.start, floating.promise.end
        if floating.what == "list":
            return ((start, start, "await Promise.all("), (end, end, ")"))
        return ((start, start, "await "),)
    return None


def _of_each(ctx: Context, path: str, decl: Decl, floating: Floating) -> _Edits | None:
    """`items.forEach(async ...)` becomes `await Promise.all(items.map(async ...))`, of arrays only."""
    call = floating.node
    callee = uncast(call.callee) if isinstance(call, n.Call) else None
    facts = ctx.view.facts(path)
    if not isinstance(call, n.Call) or not isinstance(callee, n.Member) or facts is None:
        return None
    owner = Inference(ctx.view).of(callee.object, place_of(path, facts, decl))
    if not isinstance(owner, Listed) or not owner.is_array or not _is_statement(decl, call):
        return None
    if callee.optional or call.optional or len(call.args) != 1 or not isinstance(call.args[0], n.Function):
        return None
    name_end = callee.name_start + len(callee.name)
    return (
        (call.start, call.start, "await Promise.all("),
        (callee.name_start, name_end, "map"),
        (call.end, call.end, ")"),
    )


def _of_list(decl: Decl, floating: Floating) -> _Edits | None:
    start = _void(decl, floating)
    if start is None:
        return None
    end = floating.promise.end
    return ((start, floating.promise.start, "await Promise.all("), (end, end, ")"))
