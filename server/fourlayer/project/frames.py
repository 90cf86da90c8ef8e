"""What a health check's functions are run with: frames, values, and what lies outside of the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fourlayer.project.exports import Declared
    from fourlayer.syntax.facts import Decl, FileFacts

DEEPEST = 6
"""After so many calls a question is left open."""


class Frame(NamedTuple):
    """A function of the workspace as it is run: its code, its `this`, what its parameters were given.

    `function` is None for code at the top level of a file.
    """

    path: str
    facts: FileFacts
    decl: Decl
    function: n.Function | None
    this: Declared | None
    args: Mapping[n.Node, Value]
    trail: tuple[n.Node, ...]
    """The functions that are being run, outermost first."""

    def runs(self, function: n.Function) -> bool:
        """Whether a function calls itself here, or the calls go too deep to follow."""
        return function in self.trail or len(self.trail) >= DEEPEST


class Value(NamedTuple):
    """An expression and the frame in which it is evaluated."""

    expr: n.Expr
    frame: Frame


class Outside(NamedTuple):
    """What no code of the workspace decides.

    `kind`: a "global" (`fetch`, `Promise.race`), something of a "package", a parameter that whoever
    calls fills ("given"), what cannot be told ("unknown"), or code of the workspace that is too deep, calls
    itself or does not parse ("open"). `made` is the call or `new` that made the object of a method.
    """

    kind: Literal["global", "package", "given", "unknown", "open"]
    name: str
    package: str = ""
    made: Value | None = None


class Instance(NamedTuple):
    """An object of a class of the workspace; `static` for the class itself."""

    declared: Declared
    static: bool = False


UNKNOWN = Outside("unknown", "")
OPEN = Outside("open", "")
Target = Frame | Outside


def is_empty(init: n.Expr) -> bool:
    """Whether a variable is declared with nothing in it: `undefined`, `null`."""
    init = bare(init)
    return isinstance(init, n.Const) or (isinstance(init, n.Name) and init.name == "undefined")


def property_of(value: Value, name: str | int) -> Value | None:
    """What an object literal has under a name."""
    expr = bare(value.expr)
    if isinstance(expr, n.Object):
        for prop in expr.props:
            if isinstance(prop, n.Prop) and prop.key == name:
                return Value(prop.value, value.frame)
    return None


def given_by(frame: Frame, args: tuple[n.Expr, ...]) -> tuple[Value | None, ...]:
    """What a call hands over, up to a spread."""
    found: list[Value | None] = []
    for arg in args:
        if isinstance(arg, n.Spread):
            break
        found.append(Value(arg, frame))
    return tuple(found)


def entered(top: Frame, function: n.Function) -> Frame:
    """A frame as its function is run."""
    return top._replace(function=function, trail=(*top.trail, function))


def bound_to(
    around: Frame, function: n.Function, given: tuple[Value | None, ...], trail: tuple[n.Node, ...]
) -> Frame:
    """A function as it is run with what it is given; `around` is where it was written."""
    pairs = zip(function.params, given, strict=False)
    own: dict[n.Node, Value] = {
        param: value for param, value in pairs if value is not None and not param.rest
    }
    args = {**around.args, **own}
    return around._replace(function=function, args=args, trail=(*trail, function))


def deeper(frame: Frame, caller: Frame) -> Target:
    """The frame as the caller's next one; out of reach where it is running already."""
    function = frame.function
    if function is None or caller.runs(function):
        return OPEN
    return frame._replace(trail=(*caller.trail, function))


def deeper_or_none(frame: Frame | None, caller: Frame) -> Target | None:
    """Like `deeper`; None stays None."""
    return None if frame is None else deeper(frame, caller)


def is_nothing(type_: n.Type) -> bool:
    """Whether a type is `null` or `undefined`."""
    if isinstance(type_, n.TypeLiteral):
        return type_.text in {"null", "undefined"}
    return isinstance(type_, n.TypeRef) and type_.name in {"null", "undefined"}
