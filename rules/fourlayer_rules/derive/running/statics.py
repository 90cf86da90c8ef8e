"""The platform's functions on values: of `Object`, `Array`, `Number`, `Math`, `JSON`, and conversions."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote

from fourlayer_rules.derive.running.answers import data_of, json_text, settled, thawed
from fourlayer_rules.derive.running.errors import is_error, made_error
from fourlayer_rules.derive.running.operators import interval, narrowed, operate
from fourlayer_rules.derive.running.properties import property_of
from fourlayer_rules.derive.running.shapes import entries_of, items_of
from fourlayer_rules.derive.running.values import (
    UNDEFINED,
    UNKNOWN,
    Arr,
    Lazy,
    Native,
    Obj,
    Range,
    Thrown,
    Uncertain,
    Value,
    is_nothing,
    is_number,
    key_text,
    number_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from fourlayer_rules.derive.running.machine import Machine

    Call = Callable[[Machine, list[Value]], Value]


# Conversions


def to_text(machine: Machine, args: list[Value]) -> Value:
    """`String(value)`."""
    if not args:
        return ""
    value = args[0]
    if value is UNKNOWN or isinstance(value, Range) or is_error(value):
        return UNKNOWN
    return text_of(value)


def to_number(machine: Machine, args: list[Value]) -> Value:
    """`Number(value)`."""
    return number_of(args[0]) if args else 0


def to_truth(machine: Machine, args: list[Value]) -> Value:
    """`Boolean(value)`."""
    return machine.truth(args[0]) if args else False


def parse_int(machine: Machine, args: list[Value]) -> Value:
    """`parseInt(text)` of a decimal number."""
    text = text_of(args[0])
    found = re.match(r"[ \t\n\r]*([+-]?\d{1,15})(?![\dxX])", text)
    if (len(args) > 1 and args[1] != 10) or (found is None and re.match(r"\s*[+-]?\d", text)):
        raise Uncertain
    return int(found[1]) if found is not None else math.nan


def encoded_component(machine: Machine, args: list[Value]) -> Value:
    """`encodeURIComponent(text)`."""
    return quote(text_of(args[0]), safe="!~*'()")


def cloned(machine: Machine, args: list[Value]) -> Value:
    """`structuredClone(value)` of plain data."""
    return thawed(data_of(args[0]))


def buffer(machine: Machine, args: list[Value]) -> Value:
    """`Buffer.from(...)`, of whose content nothing is known."""
    made = Obj(None, "Buffer")
    made.props["toString"] = Native("toString", lambda _this, _args: UNKNOWN)
    return made


def reflected(machine: Machine, args: list[Value]) -> Value:
    """`Reflect.get(value, name)`."""
    return property_of(machine, args[0], key_text(args[1]))


def to_json(machine: Machine, args: list[Value]) -> Value:
    """`JSON.stringify(value)`."""
    return json_text(args[0]) if len(args) == 1 else UNKNOWN


def from_json(machine: Machine, args: list[Value]) -> Value:
    """`JSON.parse(text)`."""
    if len(args) != 1:
        raise Uncertain
    try:
        return thawed(json.loads(text_of(args[0]), parse_constant=_no_constant))
    except ValueError:
        raise Thrown(made_error(machine, "SyntaxError", UNKNOWN)) from None


def _no_constant(_name: str) -> NoReturn:
    raise ValueError


# Numbers


def _is_finite(machine: Machine, args: list[Value]) -> Value:
    value = settled(args[0]) if isinstance(args[0], Lazy) else args[0]
    if value is UNKNOWN:
        return UNKNOWN
    return isinstance(value, int | float) and is_number(value) and math.isfinite(value)


def _is_nan(machine: Machine, args: list[Value]) -> Value:
    if args[0] is UNKNOWN:
        return UNKNOWN
    return isinstance(args[0], float) and math.isnan(args[0])


def _is_integer(machine: Machine, args: list[Value]) -> Value:
    if args[0] is UNKNOWN or isinstance(args[0], Range | Lazy):
        raise Uncertain
    return isinstance(args[0], int | float) and is_number(args[0]) and float(args[0]).is_integer()


def _extreme(pick: Callable[[Iterable[float]], float]) -> Call:
    def take(machine: Machine, args: list[Value]) -> Value:
        if any(arg is UNKNOWN for arg in args):
            return UNKNOWN
        ranges = [interval(number_of(arg)) for arg in args]
        if not ranges or any(math.isnan(low) for low, _ in ranges):
            raise Uncertain
        return narrowed(pick([low for low, _ in ranges]), pick([high for _, high in ranges]))

    return take


def _rounded(round_: Callable[[float], float]) -> Call:
    def take(machine: Machine, args: list[Value]) -> Value:
        value = number_of(args[0])
        if value is UNKNOWN:
            return UNKNOWN
        low, high = interval(value)
        if not (math.isfinite(low) and math.isfinite(high)):
            return value
        return narrowed(int(round_(low)), int(round_(high)))

    return take


def _absolute(machine: Machine, args: list[Value]) -> Value:
    return abs(args[0]) if isinstance(args[0], int | float) else UNKNOWN


def _random(machine: Machine, args: list[Value]) -> Value:
    return Range(0, 1)


def _power(machine: Machine, args: list[Value]) -> Value:
    return operate(machine, "**", args[0], args[1])


NUMBER: Mapping[str, Call] = {
    "isFinite": _is_finite,
    "isNaN": _is_nan,
    "isInteger": _is_integer,
    "parseInt": parse_int,
}

MATH: Mapping[str, Call] = {
    "min": _extreme(min),
    "max": _extreme(max),
    "floor": _rounded(math.floor),
    "ceil": _rounded(math.ceil),
    "round": _rounded(lambda value: math.floor(value + 0.5)),
    "pow": _power,
    "random": _random,
    "abs": _absolute,
}


# Objects and arrays


def _keys(machine: Machine, args: list[Value]) -> Value:
    return Arr([name for name, _ in entries_of(args[0])])


def _values(machine: Machine, args: list[Value]) -> Value:
    return Arr([value for _, value in entries_of(args[0])])


def _entries(machine: Machine, args: list[Value]) -> Value:
    return Arr([Arr([name, value]) for name, value in entries_of(args[0])])


def _from_entries(machine: Machine, args: list[Value]) -> Value:
    made = Obj()
    for item in items_of(machine, args[0]):
        key, value = items_of(machine, item)[:2]
        made.props[key_text(key)] = value
    return made


def _assign(machine: Machine, args: list[Value]) -> Value:
    target = args[0]
    # Errors take further properties; what else has a class may have setters.
    if not isinstance(target, Obj) or target.kind != "Object" or not (target.cls is None or is_error(target)):
        raise Uncertain
    for source in args[1:]:
        if not is_nothing(source):
            target.props.update(entries_of(source))
    return target


def _itself(machine: Machine, args: list[Value]) -> Value:
    return args[0]


def _has_own(machine: Machine, args: list[Value]) -> Value:
    return any(name == key_text(args[1]) for name, _ in entries_of(args[0]))


def _is_array(machine: Machine, args: list[Value]) -> Value:
    value = args[0]
    if value is UNKNOWN:
        return UNKNOWN
    if isinstance(value, Lazy):
        value.first()
        return value.kind == "array"
    return isinstance(value, Arr)


def _array_from(machine: Machine, args: list[Value]) -> Value:
    items = items_of(machine, args[0])
    if len(args) > 1:
        items = [machine.call(args[1], UNDEFINED, [item, index]) for index, item in enumerate(items)]
    return Arr(items)


OBJECT: Mapping[str, Call] = {
    "keys": _keys,
    "values": _values,
    "entries": _entries,
    "fromEntries": _from_entries,
    "assign": _assign,
    "freeze": _itself,
    "setPrototypeOf": _itself,
    "hasOwn": _has_own,
}

ARRAY: Mapping[str, Call] = {"isArray": _is_array, "from": _array_from}
