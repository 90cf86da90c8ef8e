"""Finds the calls of `fetch` that nothing ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.follow import Follow, frame_at
from fourlayer.project.frames import Frame, Outside, Value
from fourlayer.project.summaries.network import exits
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer_rules.derive.hangs import Hangs, says_request
from fourlayer_rules.derive.known import says_limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts

_FETCHES = frozenset({"fetch", "node-fetch", "cross-fetch", "undici"})
_CONTINUES = frozenset({"then", "catch", "finally"})


class Request(NamedTuple):
    """A call of `fetch`; `callee_end` is where its name ends, as an offset in its declaration."""

    node: n.Call
    what: str
    callee_end: int


def endless(ctx: Context, path: str, facts: FileFacts) -> Iterator[tuple[Decl, Request, bool]]:
    """The calls that nothing ends, and whether that is certain."""
    for decl in facts.all_decls():
        if not decl.trusted or b"etch" not in decl.data or (decl.members and decl.kind == "class"):
            continue
        for one in exits(ctx.view, path, facts, decl):
            node = one.node
            if one.what not in _FETCHES or not isinstance(node, n.Call):
                continue
            callee = uncast(node.callee)
            last = callee.name if isinstance(callee, n.Name | n.Member) else ""
            if one.what == "undici" and last != "fetch":
                continue
            answer = _limited(ctx, path, facts, decl, node)
            if answer != "yes":
                yield decl, Request(node, one.what, callee.end), answer == "no"


def _limited(ctx: Context, path: str, facts: FileFacts, decl: Decl, call: n.Call) -> str:
    """Whether something ends a request: "yes", "no" or "unknown"."""
    if _is_raced(decl, call):
        return "yes"
    if not call.args or any(isinstance(arg, n.Spread) for arg in call.args[:2]):
        return "unknown"
    hangs = Hangs(Follow(ctx.view), called=True)
    frame = frame_at(path, facts, decl, call)
    if says_request(call.args[0], frame):
        return "unknown"
    options = call.args[1:2]
    first = Follow(ctx.view).value(Value(call.args[0], frame))
    if isinstance(first, Value) and isinstance(first.expr, n.New) and dotted(first.expr.callee) == "Request":
        options, frame = options or first.expr.args[1:2], frame if options else first.frame
    if not options:
        return "no"
    answer = hangs.init_limits(Value(options[0], frame))
    if answer == "no" and _gets_signal(decl, options[0]):
        return "yes"
    # A caller's signal is its business; who passes none on has been told.
    return (
        "yes"
        if answer == "doubtful" or (answer == "unknown" and _names_signal(ctx, options[0], frame))
        else answer
    )


def _gets_signal(decl: Decl, options: n.Expr) -> bool:
    """Whether the options get their signal in a statement of its own."""
    name = dotted(options)
    return name is not None and f"{name}.signal".encode() in decl.data


def _names_signal(ctx: Context, options: n.Expr, frame: Frame) -> bool:
    """Whether options are known and hold a signal, wherever that comes from."""
    value = Follow(ctx.view).value(Value(options, frame))
    if isinstance(value, Outside) or not isinstance(value.expr, n.Object):
        return False
    return any(isinstance(prop, n.Prop) and prop.key == "signal" for prop in value.expr.props)


def _is_raced(decl: Decl, call: n.Call) -> bool:
    """Whether the request is handed to a race against something, or to what is named after a time limit."""
    for around in decl.ancestors(call):
        if isinstance(around, n.Call) and around is not call:
            name = dotted(around.callee) or ""
            last = name.rpartition(".")[2]
            if name in {"Promise.race", "Promise.any"} or says_limit(last):
                return True
        if isinstance(around, n.Stmt | n.ClassMember):
            return False
    return False
