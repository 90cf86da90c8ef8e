"""What functions have as properties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer_rules.derive.running.shapes import items_of
from fourlayer_rules.derive.running.values import (
    UNDEFINED,
    Native,
    Uncertain,
    Value,
)

if TYPE_CHECKING:
    from fourlayer_rules.derive.running.machine import Machine


def function_property(machine: Machine, function: Value, name: str) -> Value:
    """`bind`, `call` and `apply`."""

    def bind(_this: Value, args: list[Value]) -> Value:
        this, given = (args[0] if args else UNDEFINED), args[1:]
        return Native("bound", lambda _, more: machine.call(function, this, [*given, *more]))

    def call(_this: Value, args: list[Value]) -> Value:
        return machine.call(function, args[0] if args else UNDEFINED, args[1:])

    def apply(_this: Value, args: list[Value]) -> Value:
        given = items_of(machine, args[1]) if len(args) > 1 else []
        return machine.call(function, args[0] if args else UNDEFINED, given)

    methods = {"bind": bind, "call": call, "apply": apply}
    if name not in methods:
        raise Uncertain
    return Native(name, methods[name])
