"""Finds the plain errors that a declaration throws and does not map itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.exports import named
from fourlayer.project.summaries.errors import BUILT_IN, Errors
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.flow import function_around, is_reached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts


class Plain(NamedTuple):
    """A thrown value that is no provider error: its expression, and what to call it."""

    statement: n.Throw
    value: n.Expr
    shown: str


def plain_errors(ctx: Context, path: str, facts: FileFacts, decl: Decl) -> Iterator[Plain]:
    """The plain errors that leave the function in which they are thrown, in source order."""
    for node in walk(decl.node):
        if not isinstance(node, n.Throw):
            continue
        for value in _values(node.value):
            shown = _plain(ctx, path, facts, value)
            if shown is not None and _leaves(ctx, path, facts, decl, node):
                yield Plain(node, value, shown)


def _values(value: n.Expr) -> Iterator[n.Expr]:
    value = uncast(value)
    if isinstance(value, n.Cond):
        yield from _values(value.then)
        yield from _values(value.other)
    elif isinstance(value, n.Binary) and value.op in {"??", "||"}:
        yield from _values(value.right)
    else:
        yield value


def _plain(ctx: Context, path: str, facts: FileFacts, value: n.Expr) -> str | None:
    if isinstance(value, n.Str | n.Template):
        return "throw text"
    callee = value.callee if isinstance(value, n.New | n.Call) else None
    if not isinstance(callee, n.Name) or callee.name not in BUILT_IN:
        return None
    # A class of the workspace may be called `Error` too.
    if named(ctx.view, path, facts, callee.name) is not None:
        return None
    return f"new {callee.name}" if isinstance(value, n.New) else callee.name


def _leaves(ctx: Context, path: str, facts: FileFacts, decl: Decl, node: n.Throw) -> bool:
    function = function_around(decl, node)
    if function is not None and function.body is not None and not is_reached(function, node):
        return False
    return Errors(ctx.view, path, facts, decl).of(node, promise=False) is not None
