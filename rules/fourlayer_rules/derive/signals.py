"""Whether an abort signal fires by itself after some time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.frames import Frame, Outside, Value
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.flow import function_around
from fourlayer.syntax.functions import returned_values
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.derive.known import last_name, says_limit

if TYPE_CHECKING:
    from fourlayer.project.follow import Follow


class Signals:
    """Answers for signals and for the controllers that they are of."""

    def __init__(self, follow: Follow) -> None:
        self._follow = follow

    def limits(self, signal: Value, hops: int = 0) -> str:
        """Whether an abort signal fires after some time.

        "doubtful": it is the caller's, who may leave it out.
        """
        if hops > 8:
            return "unknown"
        expr, frame = uncast(signal.expr), signal.frame
        if isinstance(expr, n.Binary | n.Cond):
            sides = (expr.left, expr.right) if isinstance(expr, n.Binary) else (expr.then, expr.other)
            answers = {self.limits(Value(side, frame), hops + 1) for side in sides}
            return next((word for word in ("yes", "doubtful", "unknown") if word in answers), "no")
        if isinstance(expr, n.Const):
            return "no"
        if isinstance(expr, n.Member) and expr.name == "signal":
            return self._controller(expr.object, frame)
        if isinstance(expr, n.Name):
            return self._signal_name(expr, frame, hops)
        return self._signal_call(expr, frame, hops) if isinstance(expr, n.Call) else "unknown"

    def _signal_call(self, call: n.Call, frame: Frame, hops: int) -> str:
        name = dotted(call.callee)
        if name == "AbortSignal.timeout" or says_limit(last_name(uncast(call.callee))):
            return "yes"
        if name == "AbortSignal.any" and call.args:
            items = uncast(call.args[0])
            parts = items.items if isinstance(items, n.Array) else ()
            answers = {self.limits(Value(part, frame), hops + 1) for part in parts}
            return "yes" if "yes" in answers else "unknown" if "unknown" in answers or not parts else "no"
        target = self._follow.call(frame, call)
        if isinstance(target, Frame) and target.function is not None:
            if says_limit(target.decl.text_of(target.function)):
                return "yes"
            answers = {
                self.limits(Value(value, target), hops + 1) for value in returned_values(target.function)
            }
            return answers.pop() if len(answers) == 1 else "unknown"
        return "unknown"

    def _signal_name(self, name: n.Name, frame: Frame, hops: int) -> str:
        binding = scopes_of(frame.decl).binding(name)
        if binding is None:
            value = self._follow.value(Value(name, frame))
            return "unknown" if isinstance(value, Outside) else self.limits(value, hops + 1)
        if isinstance(binding.owner, n.Param):
            given = frame.args.get(binding.owner)
            if binding.path == () and given is not None:
                return self.limits(given, hops + 1)
            default = binding.default if binding.path != () else binding.owner.default
            if default is not None:
                return self.limits(Value(default, frame), hops + 1)
            return "doubtful" if binding.owner.optional or binding.path != () else "unknown"
        if binding.writes or binding.init is None:
            return "unknown"
        if binding.path == ():
            return self.limits(Value(binding.init, frame), hops + 1)
        if binding.path == ("signal",):
            return self._controller(binding.init, frame)
        return "unknown"

    def _controller(self, expr: n.Expr, frame: Frame) -> str:
        """Whether something aborts a controller after some time."""
        expr = uncast(expr)
        if isinstance(expr, n.Call):
            return "yes" if says_limit(frame.decl.text_of(expr)) else self._armed_by(expr, frame)
        if not isinstance(expr, n.Name):
            return "unknown"
        binding = scopes_of(frame.decl).binding(expr)
        if binding is None:
            return "unknown"
        if isinstance(binding.owner, n.Param):
            given = frame.args.get(binding.owner)
            return self._controller(given.expr, given.frame) if given is not None else "unknown"
        init = binding.init
        if not isinstance(init, n.New) or dotted(init.callee) != "AbortController":
            return self._controller(init, frame) if isinstance(init, n.Call) else "unknown"
        for use in binding.uses:
            parent = frame.decl.parent(use)
            if isinstance(parent, n.Call):
                return "unknown"
            if isinstance(parent, n.Member) and parent.name == "abort" and _within_timer(frame, parent):
                return "yes"
        return "no"

    def _armed_by(self, call: n.Call, frame: Frame) -> str:
        target = self._follow.call(frame, call)
        if isinstance(target, Frame) and target.function is not None:
            return "yes" if says_limit(target.decl.text_of(target.function)) else "unknown"
        return "unknown"


def _within_timer(frame: Frame, node: n.Node, seen: frozenset[n.Node] = frozenset()) -> bool:
    """Whether a node stands in what `setTimeout` is given, itself or by name."""
    for around in (node, *frame.decl.ancestors(node)):
        parent = frame.decl.parent(around)
        if isinstance(parent, n.Call) and last_name(uncast(parent.callee)) == "setTimeout":
            return True
    function = function_around(frame.decl, node)
    if function is None or function is frame.function or function in seen:
        return False
    owner = frame.decl.parent(function)
    names = [b for b in scopes_of(frame.decl).bindings if b.owner is owner or b.owner is function]
    within = seen | {function}
    return any(_within_timer(frame, use, within) for binding in names for use in binding.uses)
