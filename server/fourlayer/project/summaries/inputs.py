"""Whether what came in with a request may reach a use unchecked: a cheap question before the exact one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.follow import Follow
from fourlayer.project.frames import Frame
from fourlayer.project.questions import Question
from fourlayer.project.summaries import evidence, signs
from fourlayer.project.summaries.labels import Labels, is_label, strongest
from fourlayer.project.summaries.steps import frame_of, seeds_of, seeds_told, written
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import chain_of, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of, returned_values
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fourlayer.project.frames import Target
    from fourlayer.project.snapshot import View
    from fourlayer.project.summaries.labels import Label

_NONE: frozenset[Label] = frozenset()
_TOLD: frozenset[Label] = frozenset({"raw", "input", "param", "request", "valid"})


class Inputs(NamedTuple):
    """What a function may do with what it is given: use it unchecked, and give it back as what."""

    uses: frozenset[Label]
    returns: Label


_NOTHING = Inputs(_NONE, "")


def inputs_used(
    view: View,
    frame: Frame,
    labels: Mapping[int, Label],
    wanted: frozenset[Label],
    *,
    parsed_body: bool = False,
) -> frozenset[Label]:
    """Which of the wanted labels a call of a function may use. What is left out is certain, the rest not.

    Conditions, the order of steps and unreachable code are left out of account: what `Walk` finds,
    this finds. `parsed_body` as there.
    """
    function = frame.function
    if function is None:
        return _NONE
    return _Reach(view, frame, seeds_of(function, labels), wanted, parsed_body=parsed_body).uses()


def _inputs_of(view: View, frame: Frame, labels: Mapping[int, Label], wanted: frozenset[Label]) -> Inputs:
    function = frame.function
    if function is None:
        return _NOTHING
    if function is function_of(frame.decl) and frame.decl.qualified_name:
        return view.ask(_INPUTS, *written(frame, labels), ",".join(sorted(wanted)))
    return _Reach(view, frame, seeds_of(function, labels), wanted).inputs()


def _answer(view: View, about: tuple[str, ...]) -> Inputs:
    frame = frame_of(view, about[:5])
    if frame is None or frame.function is None:
        return _NOTHING
    wanted: frozenset[Label] = frozenset(is_label(one) for one in about[5].split(","))
    return _Reach(view, frame, seeds_of(frame.function, seeds_told(about)), wanted).inputs()


_INPUTS = Question("unchecked input", _answer, _NOTHING)


class _Reach:
    """One look at the calls of a function."""

    def __init__(
        self,
        view: View,
        frame: Frame,
        seeds: Mapping[n.Node, Label],
        wanted: frozenset[Label],
        *,
        parsed_body: bool = False,
    ) -> None:
        self._wanted = wanted
        self._carries: frozenset[Label] = frozenset({*wanted, "request"})
        self._view = view
        self._frame = frame
        self._seeds = seeds
        self._follow = Follow(view)
        self._scopes = scopes_of(frame.decl)
        self._labels = Labels(view, self._follow, frame, seeds, self._returned, parsed_body=parsed_body)
        self._targets: dict[n.Call, Target] = {}
        self._known: dict[n.Call, Inputs] = {}

    def inputs(self) -> Inputs:
        """What the function may do with what it is given."""
        function = self._frame.function
        if function is None or function.body is None:
            return _NOTHING
        returned: list[Label] = [
            label
            for label in map(self._labels.of, returned_values(function))
            if label not in ("request", "response", "next")
        ]
        return Inputs(self.uses(), strongest(returned))

    def uses(self) -> frozenset[Label]:
        """Which unchecked input the calls in the function may use."""
        function = self._frame.function
        found: set[Label] = set()
        for node in walk(function) if function is not None else ():
            if function is not None and isinstance(node, n.Call):
                found |= self._uses(node, function)
        return frozenset(found)

    def _uses(self, call: n.Call, function: n.Function) -> frozenset[Label]:
        labels = self._carries.intersection(map(self._labels.of, call.args))
        if not labels and not self._is_beside(call, function):
            return _NONE
        name = evidence.callee_name(call)
        if signs.logs(name):
            return _NONE
        target = self._target(call)
        if isinstance(target, Frame):
            return self._inputs(call, target).uses
        callee = uncast(call.callee)
        owner = self._labels.of(callee.object) if isinstance(callee, n.Member) else ""
        if owner in {"request", "response", "next"} or evidence.answers(name, owner):
            return _NONE
        if evidence.derives(name, owner) or self._labels.is_schema_call(call):
            return _NONE
        used = self._wanted if any(map(self._is_built, call.args)) else self._wanted & labels
        if not used:
            return _NONE
        told = evidence.of_outside(self._view, self._follow, self._frame, call, target)
        return _NONE if told.steps or told.inert or told.open else used

    def _is_beside(self, call: n.Call, function: n.Function) -> bool:
        """Whether a call may lead to a closure that stands beside the function, and sees its variables."""
        head = chain_of(call).head
        binding = self._scopes.binding(head) if isinstance(head, n.Name) else None
        return binding is not None and not function.start <= binding.owner.start < function.end

    def _is_built(self, arg: n.Expr) -> bool:
        """Whether what is handed over as a request may have been put together from parts of one."""
        expr = uncast(arg)
        if self._labels.of(expr) != "request" or isinstance(expr, n.Member):
            return False
        binding = self._scopes.binding(expr) if isinstance(expr, n.Name) else None
        return binding is None or not isinstance(binding.owner, n.Param)

    def _target(self, call: n.Call) -> Target:
        known = self._targets.get(call)
        if known is None:
            known = self._targets[call] = self._follow.call(self._frame, call)
        return known

    def _inputs(self, call: n.Call, target: Frame) -> Inputs:
        known = self._known.get(call)
        if known is None:
            self._known[call] = _NOTHING
            known = self._known[call] = self._worked_out(call, target)
        return known

    def _worked_out(self, call: n.Call, target: Frame) -> Inputs:
        labels: dict[int, Label] = {}
        for at, arg in enumerate(call.args):
            if isinstance(arg, n.Spread):
                break
            label = self._labels.of(arg)
            if label:
                labels[at] = label
        function = target.function
        inner = target.decl is self._frame.decl and function is not function_of(target.decl)
        if inner and function is not None:
            seeds: dict[n.Node, Label] = {**self._seeds, **seeds_of(function, labels)}
            return _Reach(self._view, target, seeds, self._wanted).inputs()
        if not _TOLD & set(labels.values()):
            return _NOTHING
        return _inputs_of(self._view, target, labels, self._wanted)

    def _returned(self, call: n.Call) -> Label | None:
        """What a call of the workspace gives back; None where it is out of reach."""
        target = self._target(call)
        if isinstance(target, Frame):
            return self._inputs(call, target).returns
        callee = uncast(call.callee)
        last = callee.name if isinstance(callee, n.Member | n.Name) else ""
        if not signs.throws(last) or signs.logs(evidence.callee_name(call)):
            return None
        told = evidence.of_outside(self._view, self._follow, self._frame, call, target)
        return "valid" if told.after else None
