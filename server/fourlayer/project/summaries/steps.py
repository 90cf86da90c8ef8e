"""Which steps of a webhook's defence a function takes, in which order, before it uses what came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.exports import Declared
from fourlayer.project.follow import Follow
from fourlayer.project.frames import Frame, Target
from fourlayer.project.questions import Question
from fourlayer.project.summaries import evidence, signs
from fourlayer.project.summaries.conditions import Conditions, verdict_of
from fourlayer.project.summaries.digests import is_equality
from fourlayer.project.summaries.effects import (
    ALL,
    NONE,
    UNKNOWN_EFFECTS,
    WANTED,
    Effects,
    State,
    Steps,
    in_each,
    join,
)
from fourlayer.project.summaries.labels import Label, Labels, is_label, strongest
from fourlayer.project.summaries.releases import releases
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.flow import Analysis, analyse, function_around
from fourlayer.syntax.functions import function_of, returned_values
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts


def effects_of(view: View, frame: Frame, labels: Mapping[int, Label]) -> Effects:
    """The effects of a call of a function whose parameters, by position, are given what has these labels."""
    function = frame.function
    if function is None:
        return UNKNOWN_EFFECTS
    if function is function_of(frame.decl) and frame.decl.qualified_name:
        return view.ask(EFFECTS, *written(frame, labels))
    return Walk(view, frame, seeds_of(function, labels)).run()


def seeds_of(function: n.Function, labels: Mapping[int, Label]) -> dict[n.Node, Label]:
    """The labels of a function's parameters."""
    return {param: labels.get(at, "") for at, param in enumerate(function.params)}


def written(frame: Frame, labels: Mapping[int, Label]) -> tuple[str, ...]:
    """A function and its parameters' labels as what a question is about."""
    this = frame.this
    return (
        frame.path,
        frame.decl.qualified_name,
        this.path if this is not None else "",
        (this.decl.name or "") if this is not None else "",
        ",".join(f"{at}={label}" for at, label in sorted(labels.items())),
    )


def frame_of(view: View, about: tuple[str, ...]) -> Frame | None:
    """The function that was written down; None where there is none any more."""
    path, name, this_path, this_name, _ = about
    facts = view.facts(path)
    return _frame(view, path, facts, name, this_path, this_name) if facts is not None else None


def seeds_told(about: tuple[str, ...]) -> dict[int, Label]:
    """The labels that were written down, by the parameter's position."""
    pairs = (pair.partition("=") for pair in about[4].split(",") if pair)
    return {int(at): is_label(label) for at, _, label in pairs}


def _answer(view: View, about: tuple[str, ...]) -> Effects:
    frame = frame_of(view, about)
    if frame is None or frame.function is None:
        return UNKNOWN_EFFECTS
    return Walk(view, frame, seeds_of(frame.function, seeds_told(about))).run()


EFFECTS = Question("webhook steps", _answer, UNKNOWN_EFFECTS)


def _frame(
    view: View, path: str, facts: FileFacts, name: str, this_path: str, this_name: str
) -> Frame | None:
    this: Declared | None = None
    holder = view.facts(this_path) if this_path else None
    owner = holder.decl(this_name) if holder is not None else None
    if holder is not None and owner is not None:
        this = Declared(this_path, holder, owner)
    for decl in facts.all_decls():
        function = function_of(decl) if decl.qualified_name == name and decl.trusted else None
        if function is not None and function.body is not None:
            return Frame(path, facts, decl, function, this, {}, (function,))
    return None


class Walk:
    """One pass over a function. `entry` is what was done before it is called."""

    def __init__(
        self,
        view: View,
        frame: Frame,
        seeds: Mapping[n.Node, Label],
        entry: State | None = None,
        *,
        parsed_body: bool = False,
    ) -> None:
        self._view = view
        self._frame = frame
        self._decl: Decl = frame.decl
        self._follow = Follow(view)
        self._entry = entry if entry is not None else State()
        self._scopes = scopes_of(frame.decl)
        self._seeds = seeds
        self.labels = Labels(view, self._follow, frame, seeds, self._returned, parsed_body=parsed_body)
        self._conditions = Conditions(view, self._follow, frame, self._told)
        self._targets: dict[n.Call, Target] = {}
        self._calls: dict[n.Call, evidence.Told] = {}
        self._lacks: set[str] = set()
        self._answers: set[str] = set()
        self._early: set[str] = set()
        self._hasty: set[str] = set()
        self._raw: set[str] = set()
        self._notes: set[str] = set()
        self._unreleased = False
        self._used = False
        self._opaque = False
        self._acts: Steps | None = None

    def run(self) -> Effects:
        """The effects of the function."""
        function = self._frame.function
        if function is None or function.body is None:
            return UNKNOWN_EFFECTS
        going = tuple(self._goings(function))
        leaving = tuple(node for node in walk(function) if isinstance(node, n.Return))
        analysis = Analysis(self._step, join, self._assume)
        result = analyse(function, self._entry, analysis, (*going, *leaving))
        ends = [state for state in (result.end, result.returned) if state is not None]
        after = ends[0] if len(ends) == 1 else join(*ends) if ends else State(ALL, NONE)
        true, false = self._outcomes(function, result.after, result.end, result.returned)
        passed = [result.before[node] for node in going if node in result.before]
        if not going and self._is_hook(function):
            passed = self._silent(function, result.before, result.end)
        may = frozenset[str]().union(*(state.may for state in (*ends, *result.before.values())), self._notes)
        return Effects(
            after.must,
            true,
            false,
            _all_of(passed),
            may,
            frozenset(self._lacks),
            frozenset(self._answers),
            frozenset(self._early),
            frozenset(self._hasty),
            frozenset(self._raw),
            self._unreleased,
            self._used,
            strongest(
                label
                for label in map(self.labels.of, returned_values(function))
                if label not in {"request", "response", "next"}
            ),
            self._opaque,
            self._acts or NONE,
        )

    # How a middleware goes on

    def _goings(self, function: n.Function) -> Iterator[n.Call]:
        """The calls of `next` that hand over no error."""
        for node in walk(function):
            if isinstance(node, n.Call) and not node.args and self.labels.of(uncast(node.callee)) == "next":
                yield node

    def _is_hook(self, function: n.Function) -> bool:
        return "next" not in self._seeds.values()

    def _silent(self, function: n.Function, before: Mapping[n.Node, State], end: State | None) -> list[State]:
        """The states in which a hook comes to its end without an answer."""
        states = [end] if end is not None else []
        states += [
            state for node, state in before.items() if isinstance(node, n.Return) and node.value is None
        ]
        return [state for state in states if "answered" not in state.must]

    def _assume(self, test: n.Expr, truth: bool, state: State) -> State:
        return state.having(self._conditions.gains(test, truth))

    # What a function's result says

    def _outcomes(
        self, function: n.Function, after: Mapping[n.Node, State], end: State | None, returned: State | None
    ) -> tuple[Steps, Steps]:
        true: list[Steps] = []
        false: list[Steps] = [end.must] if end is not None else []
        if isinstance(function.body, n.Expr):
            self._outcome(function.body, returned or State(), true, false)
        for node, state in after.items():
            if isinstance(node, n.Return) and function_around(self._decl, node) is function:
                self._outcome(node.value, state, true, false)
        return in_each(true) if true else NONE, in_each(false) if false else NONE

    def _outcome(self, value: n.Expr | None, state: State, true: list[Steps], false: list[Steps]) -> None:
        value = bare(value) if value is not None else None
        if isinstance(value, n.Object):
            value = verdict_of(value) or value
        if isinstance(value, n.Cond):
            self._outcome(value.then, state.having(self._conditions.gains(value.test, True)), true, false)
            self._outcome(value.other, state.having(self._conditions.gains(value.test, False)), true, false)
            return
        if value is None or (isinstance(value, n.Const) and value.value != "true"):
            false.append(state.must)
        elif isinstance(value, n.Const | n.Object | n.Array | n.Str | n.New):
            true.append(state.must)
        else:
            true.append(state.must | self._conditions.gains(value, True))
            false.append(state.must | self._conditions.gains(value, False))

    # Calls

    def _told(self, call: n.Call) -> evidence.Told:
        known = self._calls.get(call)
        if known is None:
            self._calls[call] = evidence.NOTHING_TOLD
            known = self._calls[call] = self._tell(call)
        return known

    def _tell(self, call: n.Call) -> evidence.Told:
        if signs.logs(evidence.callee_name(call)):
            return evidence.INERT
        target = self._target(call)
        if isinstance(target, Frame):
            effects = self._effects(call, target)
            return evidence.of_function(self._view, self._frame, call, effects)
        return evidence.of_outside(self._view, self._follow, self._frame, call, target)

    def _target(self, call: n.Call) -> Target:
        known = self._targets.get(call)
        if known is None:
            known = self._targets[call] = self._follow.call(self._frame, call)
        return known

    def _effects(self, call: n.Call, target: Frame) -> Effects:
        labels: dict[int, Label] = {}
        for at, arg in enumerate(call.args):
            if isinstance(arg, n.Spread):
                break
            label = self.labels.of(arg)
            if label:
                labels[at] = label
        if (
            target.function is not None
            and target.decl is self._decl
            and target.function is not function_of(target.decl)
        ):
            seeds: dict[n.Node, Label] = {**self._seeds, **seeds_of(target.function, labels)}
            return Walk(self._view, target, seeds).run()
        return effects_of(self._view, target, labels)

    def _returned(self, call: n.Call) -> Label | None:
        """What a call of the workspace gives back; None where it is out of reach."""
        target = self._target(call)
        if not isinstance(target, Frame):
            return "valid" if signs.throws(_last(call)) and self._told(call).after else None
        return self._effects(call, target).returns

    # Steps

    def _step(self, node: n.Node, state: State) -> State:
        if isinstance(node, n.Call):
            return self._call(node, state)
        if isinstance(node, n.Binary) and is_equality(node) and self._conditions.verifies(node):
            self._early |= {"limited"} - state.must
            return state.maybe(frozenset({"asked"}))
        if isinstance(node, n.Return) and node.value is not None and self.labels.of(node.value) == "response":
            return state.having(frozenset({"answered"}))
        return state

    def _call(self, call: n.Call, state: State) -> State:
        told = self._told(call)
        effects = told.effects
        if effects is not None:
            self._from(call, effects, state)
        elif not told.inert and not told.steps and self._is_act(call):
            self._act(WANTED - state.must)
        if "verified" in told.steps and effects is None:
            self._early |= {"limited"} - state.must
        if "claimed" in told.steps and (effects is None or "claimed" not in effects.may):
            self._hasty |= {"verified"} - state.must
        self._notes |= told.notes
        if "claimed" in told.steps:
            self._notes.add("claims")
        may = told.may if self._is_about_payload(call) else told.may - {"memory"}
        after = state.having(told.after).maybe(may)
        if self.labels.is_schema_call(call):
            if any(self.labels.of(arg) in {"raw", "input", "param"} for arg in call.args):
                after = after.having(frozenset({"parsed"}))
        elif effects is None and not told.steps and not told.inert and not told.open:
            after = self._use(call, after)
        for arg in call.args:
            self._callback(call, arg, after, told)
        return after

    def _callback(self, call: n.Call, arg: n.Expr, state: State, told: evidence.Told) -> None:
        """A function that is handed over runs at the earliest after what the call itself does."""
        function = uncast(arg)
        if not isinstance(function, n.Function) or function.body is None:
            return
        inside = state.having(told.steps | {"managed"}) if "claimed" in told.steps else state
        result = analyse(function, inside, Analysis(self._step, join, self._assume))
        for end in (result.end, result.returned):
            if end is not None:
                self._notes |= end.may

    def _from(self, call: n.Call, effects: Effects, state: State) -> None:
        """What happens inside a function, seen from where it is called."""
        lacks = effects.lacks - state.must
        self._lacks |= lacks
        self._answers |= effects.answers - state.must
        self._early |= effects.early - state.must
        self._hasty |= effects.hasty - state.must
        self._raw |= effects.raw
        self._used = self._used or effects.used
        if effects.opaque:
            self._act(effects.acts - state.must)
        claimed = effects.used and "claimed" in effects.lacks and "claimed" in state.must
        if (claimed and "managed" not in state.must) or effects.unreleased:
            self._unreleased = self._unreleased or not releases(self._decl, call)

    def _is_about_payload(self, call: n.Call) -> bool:
        return any(self.labels.of(arg) in {"raw", "valid", "request"} for arg in call.args)

    def _is_act(self, call: n.Call) -> bool:
        """Whether a call that is out of reach may set something off."""
        name, owner = evidence.callee_name(call), self._owner(call)
        if evidence.reads(self._decl, call):
            return False
        return not (
            owner in {"request", "response", "next"} or signs.logs(name) or evidence.derives(name, owner)
        )

    def _owner(self, call: n.Call) -> Label:
        """The label of the object whose method is called."""
        callee = uncast(call.callee)
        return self.labels.of(callee.object) if isinstance(callee, n.Member) else ""

    def _act(self, missing: Steps) -> None:
        self._opaque = True
        self._acts = missing if self._acts is None else self._acts & missing

    def _use(self, call: n.Call, state: State) -> State:
        """A call that is out of reach and may use what came in."""
        name = evidence.callee_name(call)
        owner = self._owner(call)
        labels: list[Label] = [
            self.labels.of(arg) for arg in call.args if not isinstance(uncast(arg), n.Function)
        ]
        if owner == "response" or evidence.answers(name, owner):
            self._answer(labels, state)
            return state.having(frozenset({"answered"}))
        if signs.logs(name) or owner in {"request", "next"} or evidence.derives(name, owner):
            return state
        if ("request" in labels and not _asks(name)) or ("raw" in labels and self._hands_signature(call)):
            return state.having(frozenset({"handed"}))
        if evidence.job_claims(call):
            state = state.having(frozenset({"claimed", "managed"}))
        if any(label in {"raw", "valid", "input", "param"} for label in labels):
            self._sink(call, labels, state)
        return state

    def _hands_signature(self, call: n.Call) -> bool:
        from fourlayer.project.summaries.digests import is_headers, origin_of

        for arg in call.args:
            value = bare(arg)
            parts = [prop.value for prop in value.props] if isinstance(value, n.Object) else [value]
            for part in parts:
                if is_headers(part) or origin_of(self._follow, self._frame, part).any:
                    return True
        return False

    def _answer(self, labels: Iterable[Label], state: State) -> None:
        for label in labels:
            if label in {"raw", "valid"}:
                self._answers |= WANTED - state.must
            if label == "raw":
                self._raw.add("answered")

    def _sink(self, call: n.Call, labels: Iterable[Label], state: State) -> None:
        found = set(labels)
        self._raw |= found & {"raw", "input", "param"}
        if found & {"raw", "valid"} and not evidence.reads(self._decl, call):
            self._used = True
            self._lacks |= WANTED - state.must
            if "handed" in state.must:
                self._notes.add("handed")
            if "looked" in state.must:
                self._notes.add("looked")
            if "claimed" in state.must and "managed" not in state.must and not releases(self._decl, call):
                self._unreleased = True


# Helpers


def _all_of(states: list[State]) -> Steps | None:
    return in_each([state.must for state in states]) if states else None


_ASKS = ("get", "extract", "resolve", "record", "is", "has", "to", "build", "create", "require")


def _asks(name: str) -> bool:
    """Whether a function that is handed the request only takes something out of it."""
    return name.rpartition(".")[2].lower().startswith(_ASKS)


def _last(call: n.Call) -> str:
    callee = uncast(call.callee)
    return callee.name if isinstance(callee, n.Member | n.Name) else ""
