"""Promises: what they have as properties, and how they are made and combined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer_rules.derive.running.shapes import items_of
from fourlayer_rules.derive.running.values import (
    UNDEFINED,
    Arr,
    Native,
    Promise,
    Thrown,
    Uncertain,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fourlayer_rules.derive.running.machine import Machine

    Call = Callable[[Machine, list[Value]], Value]


def promise_property(machine: Machine, promise: Promise, name: str) -> Value:
    """`then`, `catch` and `finally`; what they are handed runs when somebody waits, never at once."""

    def then(kept: Value, failed: Value) -> Value:
        return machine.after(promise, kept, failed)

    def last(args: list[Value]) -> Value:
        return machine.after(promise, args[0], args[0], keeps=True)

    methods: dict[str, Callable[[list[Value]], Value]] = {
        "then": lambda args: then(args[0], args[1] if len(args) > 1 else UNDEFINED),
        "catch": lambda args: then(UNDEFINED, args[0]),
        "finally": last,
    }
    if name not in methods:
        raise Uncertain
    method = methods[name]
    return Native(name, lambda _this, args: method(args))


def new_promise(machine: Machine, args: list[Value]) -> Value:
    """`new Promise(executor)`."""
    made = machine.promise("pending")

    def resolve(_this: Value, values: list[Value]) -> Value:
        machine.resolve(made, values[0] if values else UNDEFINED)
        return UNDEFINED

    def reject(_this: Value, values: list[Value]) -> Value:
        machine.reject(made, values[0] if values else UNDEFINED)
        return UNDEFINED

    try:
        machine.call(args[0], UNDEFINED, [Native("resolve", resolve), Native("reject", reject)])
    except Thrown as thrown:
        machine.reject(made, thrown.value)
    return made


def _resolved(machine: Machine, args: list[Value]) -> Value:
    value = args[0] if args else UNDEFINED
    return value if isinstance(value, Promise) else machine.promise("kept", value)


def _rejected(machine: Machine, args: list[Value]) -> Value:
    return machine.promise("failed", args[0] if args else UNDEFINED)


def _all(machine: Machine, args: list[Value]) -> Value:
    items = items_of(machine, args[0])
    for item in items:
        if isinstance(item, Promise):
            item.handled = True
    try:
        return machine.promise("kept", Arr([machine.wait(item) for item in items]))
    except Thrown as thrown:
        return machine.promise("failed", thrown.value)


def _race(machine: Machine, args: list[Value]) -> Value:
    items = items_of(machine, args[0])
    for item in items:
        if isinstance(item, Promise):
            item.handled = True
    machine.drain()
    first = next((item for item in items if not isinstance(item, Promise) or item.state != "pending"), None)
    if first is None:
        raise Uncertain
    if isinstance(first, Promise):
        return machine.promise(first.state, first.value)
    return machine.promise("kept", first)


STATICS: Mapping[str, Call] = {"resolve": _resolved, "reject": _rejected, "all": _all, "race": _race}
