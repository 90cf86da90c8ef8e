"""What the outcome of a condition proves about the steps that were taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.summaries.digests import compared, field_checked, is_equality
from fourlayer.project.summaries.effects import NONE, Steps, in_each
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted, uncast
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fourlayer.project.follow import Follow
    from fourlayer.project.frames import Frame
    from fourlayer.project.snapshot import View
    from fourlayer.project.summaries.evidence import Told
    from fourlayer.syntax.scope import Binding

_NEGATIVE = (
    "error",
    "err",
    "invalid",
    "fail",
    "reason",
    "duplicate",
    "limited",
    "blocked",
    "replay",
    "reject",
)
_VERDICTS = frozenset({"accepted", "allowed", "authentic", "authorized", "isValid", "ok", "success", "valid"})
_VERDICT_KEYS = _VERDICTS | {"verified", "isVerified", "isAuthentic"}


class Conditions:
    """Answers for one function; `told` says what a call shows."""

    def __init__(self, view: View, follow: Follow, frame: Frame, told: Callable[[n.Call], Told]) -> None:
        self._view = view
        self._follow = follow
        self._frame = frame
        self._told = told

    def gains(self, test: n.Expr, truth: bool, hops: int = 0) -> Steps:
        """The steps that a condition's outcome proves to be taken."""
        test = bare(test)
        if hops > 8:
            return NONE
        match test:
            case n.Unary(op="!"):
                return self.gains(test.value, not truth, hops + 1)
            case n.Binary(op="&&" | "||"):
                one, two = (self.gains(side, truth, hops + 1) for side in (test.left, test.right))
                return one | two if truth == (test.op == "&&") else one & two
            case n.Binary(op="??"):
                return self.gains(test.left, truth, hops + 1)
            case n.Binary():
                return self._compared(test, truth, hops)
            case n.Call():
                return self._said(test, truth, hops)
            case n.Member():
                return self.gains(test.object, truth != _is_negative(test.name), hops + 1)
            case n.Name():
                return self._named(test, truth, hops)
            case _:
                return NONE

    def _said(self, call: n.Call, truth: bool, hops: int) -> Steps:
        callee = uncast(call.callee)
        if dotted(callee) in {"Boolean", "Promise.resolve"} and call.args:
            return self.gains(call.args[0], truth, hops + 1)
        told = self._told(call)
        found = told.true if truth else told.false
        inner = uncast(callee.object) if isinstance(callee, n.Member) else None
        if not found and isinstance(inner, n.Call | n.Await):
            return self.gains(inner, truth, hops + 1)
        return found

    def _named(self, name: n.Name, truth: bool, hops: int) -> Steps:
        binding = scopes_of(self._frame.decl).binding(name)
        if binding is None or isinstance(binding.owner, n.Param):
            return NONE
        flipped = bool(binding.path) and _is_negative(str(binding.path[-1] if binding.path else ""))
        found: list[Steps] = []
        for value in _given(binding):
            plain = bare(value)
            if isinstance(plain, n.Const) and (plain.value == "true") != truth:
                continue
            found.append(self.gains(value, truth != flipped, hops + 1))
        return in_each(found) if found else NONE

    def _compared(self, test: n.Binary, truth: bool, hops: int) -> Steps:
        if test.op not in {"===", "!==", "==", "!=", ">", "<", ">=", "<="}:
            return NONE
        if is_equality(test):
            equal = truth == (test.op in {"===", "=="})
            if self.verifies(test):
                return frozenset({"verified"}) if equal else NONE
        for side, other in ((test.left, test.right), (test.right, test.left)):
            outcome = _said_by(test, bare(other), truth, swapped=side is test.right)
            if outcome is not None:
                return self.gains(side, outcome, hops + 1)
        both = [self.gains(side, way, hops + 1) for side in (test.left, test.right) for way in (True, False)]
        return frozenset[str]().union(*both) & {"claimed", "limited", "tenant"}

    def verifies(self, test: n.Binary) -> bool:
        """Whether a comparison decides whether a request is authentic."""
        return field_checked(self._view, test) is not None or compared(
            self._follow, self._frame, test.left, test.right
        )


def _given(binding: Binding) -> Iterator[n.Expr]:
    if isinstance(binding.owner, n.Declarator) and binding.owner.init is not None:
        yield binding.owner.init
    for write in binding.writes:
        if isinstance(write, n.Assign):
            yield write.value


def _is_negative(name: str) -> bool:
    lower = name.lower().removeprefix("is")
    return lower.startswith(_NEGATIVE) or lower.endswith(("error", "invalid", "failed"))


def verdict_of(value: n.Object) -> n.Expr | None:
    """The property of a returned object that says whether all is well."""
    for prop in value.props:
        if isinstance(prop, n.Prop) and prop.key in _VERDICT_KEYS:
            return prop.value
    return None


def _said_by(test: n.Binary, other: n.Expr, truth: bool, *, swapped: bool) -> bool | None:
    """Whether a comparison with a literal says yes or no about its other side; None: neither."""
    if isinstance(other, n.Const):
        equal = truth == (test.op in {"===", "=="})
        return equal == (other.value == "true")
    if isinstance(other, n.Num) and test.op in {">", "<", ">=", "<="}:
        more = (test.op in {">", ">="}) != swapped
        return truth == more
    if isinstance(other, n.Num):
        return (truth == (test.op in {"===", "=="})) == (other.text != "0")
    if isinstance(other, n.Str) and other.value in {"OK", "ok", "verified", "valid"}:
        return truth == (test.op in {"===", "=="})
    return None
