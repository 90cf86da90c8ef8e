"""Where code runs, and the ways in which control leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer_rules.derive.running.values import Func

if TYPE_CHECKING:
    from fourlayer.syntax import nodes as n
    from fourlayer.syntax.facts import Decl
    from fourlayer_rules.derive.running.values import Class, Env, Value


class Return(Exception):  # noqa: N818 - control flow
    """The function gives a value."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


class Jump(Exception):  # noqa: N818 - control flow
    """`break` or `continue`."""

    def __init__(self, kind: str, label: str | None) -> None:
        super().__init__()
        self.kind = kind
        self.label = label


class Cut:
    """The value of `a?.b` where `a` is nothing: what follows in the chain is skipped."""


CUT = Cut()


class Frame(NamedTuple):
    """A function that is running: its scope, the declaration that holds its nodes, what `this` is."""

    env: Env
    decl: Decl
    this: Value
    home: Class | None
    static: bool
    new_target: Class | None


def closure_of(node: n.Function, frame: Frame) -> Func:
    """A function with what it closes over where it stands."""
    return Func(node, frame.env, frame.decl, frame.this, frame.home, static=frame.static)
