"""Timers: calls of the runtime that run a function later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.exports import Origin, origin_in
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

TIMERS = frozenset({"setTimeout", "setInterval", "setImmediate", "queueMicrotask", "process.nextTick"})
_GLOBALS = ("globalThis.", "global.", "window.", "self.")


def written_timer(call: n.Call) -> str | None:
    """The timer that a call starts by its name alone: `setTimeout`, `setInterval`, ..."""
    callee = uncast(call.callee)
    if not isinstance(callee, n.Name | n.Member) or not call.args:
        return None
    name = dotted(callee)
    for prefix in _GLOBALS if name is not None else ():
        name = name.removeprefix(prefix) if name is not None else None
    return name if name in TIMERS else None


def timer_of(view: View, path: str, facts: FileFacts, decl: Decl, call: n.Call) -> str | None:
    """The timer of the runtime that a call starts; None where the name means something else."""
    name = written_timer(call)
    head = uncast(call.callee)
    while isinstance(head, n.Member):
        head = uncast(head.object)
    if name is None or not isinstance(head, n.Name) or scopes_of(decl).binding(head) is not None:
        return None
    origin = origin_in(view, path, facts, head.name)
    if isinstance(origin, Origin):
        specifier = origin.specifier.removeprefix("node:")
        return name if origin.path is None and specifier in {"timers", "process"} else None
    return name if origin is None else None
