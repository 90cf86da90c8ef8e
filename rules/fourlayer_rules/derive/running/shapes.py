"""What can be iterated over, and what `typeof` tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer_rules.derive.running.answers import ordered, settled
from fourlayer_rules.derive.running.errors import is_error, made_error
from fourlayer_rules.derive.running.values import (
    UNDEFINED,
    UNKNOWN,
    Arr,
    Class,
    Func,
    Lazy,
    Mock,
    Native,
    Obj,
    Range,
    Thrown,
    Uncertain,
    Value,
    is_nothing,
)

if TYPE_CHECKING:
    from fourlayer_rules.derive.running.machine import Machine


def entries_of(value: Value) -> list[tuple[str, Value]]:
    """An object's own properties, in the platform's order."""
    if isinstance(value, Lazy):
        value.become("object")
        if value.kind != "object":
            raise Uncertain
        return [(name, settled(part)) for name, part in ordered(value.props)]
    if isinstance(value, Obj) and value.kind == "Object" and not is_error(value):
        return ordered(value.props)
    raise Uncertain


def keys_of(value: Value) -> list[Value]:
    """What `for (const key in value)` gives."""
    if isinstance(value, Arr):
        return [str(index) for index in range(len(value.items))]
    return [name for name, _ in entries_of(value)]


def items_of(machine: Machine, value: Value) -> list[Value]:
    """What iterating over a value gives."""
    if machine.waiting.watches:
        machine.waiting.read(value)
    if isinstance(value, Arr):
        return list(value.items)
    if isinstance(value, Lazy):
        value.first()
        return [settled(item) for item in value.items]
    if isinstance(value, str):
        return list(value)
    if isinstance(value, Obj) and isinstance(value.host, dict):
        if value.kind == "Map":
            return [Arr([key, part]) for key, part in value.host.values()]
        if value.kind == "Set":
            return [key for key, _ in value.host.values()]
    if is_nothing(value):
        raise Thrown(made_error(machine, "TypeError", UNKNOWN))
    raise Uncertain


def type_of(value: Value) -> Value:
    """`typeof value`."""
    if value is UNKNOWN:
        return UNKNOWN
    if value is UNDEFINED:
        return "undefined"
    if isinstance(value, Lazy):
        value.become("some")
        if value.kind == "some":
            value.become("string", "x")
        return {"string": "string", "number": "number", "boolean": "boolean"}.get(value.kind, "object")
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float | Range):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, Func | Native | Class):
        return "function"
    if isinstance(value, Mock):
        raise Uncertain
    return "object"
