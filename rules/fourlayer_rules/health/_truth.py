"""Whether a condition always holds, or never, with what a function is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.frames import Outside, Value
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import uncast
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from fourlayer.project.follow import Follow
    from fourlayer.project.frames import Frame

_DEEPEST = 8


def truth(follow: Follow, value: Value, depth: int = 0) -> bool | None:
    """True or False where a value is sure to count as such; None otherwise."""
    expr, frame = uncast(value.expr), value.frame
    if depth > _DEEPEST:
        return None
    if isinstance(expr, n.Unary) and expr.op == "!":
        inner = truth(follow, Value(expr.value, frame), depth + 1)
        return None if inner is None else not inner
    if isinstance(expr, n.Binary) and expr.op in {"&&", "||"}:
        sides = [truth(follow, Value(side, frame), depth + 1) for side in (expr.left, expr.right)]
        decides = expr.op == "||"
        return decides if decides in sides else None if None in sides else not decides
    if isinstance(expr, n.Name | n.Member):
        if _is_left_out(expr, frame):
            return False
        found = follow.value(Value(expr, frame))
        if isinstance(found, Outside):
            return False if found.name == "undefined" and found.kind == "global" else None
        expr = uncast(found.expr)
    if isinstance(expr, n.Const):
        return expr.value == "true"
    if isinstance(expr, n.Str):
        return expr.value != ""
    return True if isinstance(expr, n.Object | n.Array | n.Function | n.New) else None


def _is_left_out(expr: n.Expr, frame: Frame) -> bool:
    """Whether an optional parameter is read of a function whose call does not give it."""
    binding = scopes_of(frame.decl).binding(expr) if isinstance(expr, n.Name) else None
    owner = binding.owner if binding is not None and binding.path == () and not binding.writes else None
    if not isinstance(owner, n.Param) or not owner.optional or len(frame.trail) < 2:
        return False
    return frame.function is not None and owner in frame.function.params and owner not in frame.args
