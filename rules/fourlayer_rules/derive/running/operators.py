"""What operators make of values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from fourlayer_rules.derive.running.values import (
    UNKNOWN,
    Arr,
    Class,
    Lazy,
    Mock,
    Native,
    Obj,
    Promise,
    Range,
    Uncertain,
    Value,
    is_nothing,
    is_number,
    key_text,
    number_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from fourlayer_rules.derive.running.machine import Machine


def operate(machine: Machine, op: str, left: Value, right: Value) -> Value:
    """`left op right`."""
    if op in {"===", "!==", "==", "!="}:
        return _equal(machine, op, left, right)
    if op == "instanceof":
        return _instance(left, right)
    if op == "in":
        return _has(left, right)
    if left is UNKNOWN or right is UNKNOWN or isinstance(left, Mock) or isinstance(right, Mock):
        return UNKNOWN
    if op == "+" and not (_is_numeric(left) and _is_numeric(right)):
        if isinstance(left, Range) or isinstance(right, Range):
            return UNKNOWN
        return bounded(text_of(left) + text_of(right))
    if op in {"<", ">", "<=", ">="}:
        if isinstance(left, str) and isinstance(right, str):
            if not (left.isascii() and right.isascii()):
                raise Uncertain
            return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[op]
        return _compare(op, number_of(left), number_of(right))
    return _arithmetic(op, number_of(left), number_of(right))


def _is_numeric(value: Value) -> bool:
    return is_number(value) or isinstance(value, bool | Range) or is_nothing(value)


def _equal(machine: Machine, op: str, left: Value, right: Value) -> Value:
    if op in {"==", "!="}:
        if is_nothing(left) or is_nothing(right):
            other = right if is_nothing(left) else left
            if other is UNKNOWN:
                return UNKNOWN
            if isinstance(other, Lazy):
                other.become("some")
            same: Value = is_nothing(other) or (isinstance(other, Lazy) and other.kind == "null")
        else:
            if type(left) is not type(right):
                raise Uncertain
            same = machine.same(left, right)
    else:
        same = machine.same(left, right)
    if same is UNKNOWN:
        return UNKNOWN
    return same if op in {"===", "=="} else not same


def _instance(left: Value, right: Value) -> Value:
    if isinstance(right, Mock):
        right.fixed = right.fixed or "class extends Error {}"
        if isinstance(left, Mock | Lazy) or left is UNKNOWN:
            raise Uncertain
        return False
    if left is UNKNOWN:
        return UNKNOWN
    if isinstance(right, Class):
        if isinstance(left, Mock):
            raise Uncertain
        return isinstance(left, Obj) and left.cls is not None and right in left.cls.lineage()
    if isinstance(right, Native):
        if isinstance(left, Arr):
            return right.name == left.kind
        if isinstance(left, Promise):
            return right.name == "Promise"
        kinds = {"Date", "Response", "Headers", "URL", "Map", "Set", "AbortSignal", "URLSearchParams"}
        if right.name in kinds:
            return isinstance(left, Obj) and left.kind == right.name
    raise Uncertain


def _has(left: Value, right: Value) -> Value:
    name = key_text(left)
    if isinstance(right, Obj) and right.kind in {"Object", "env"}:
        if name in right.props:
            return True
        if right.cls is not None:
            return any(
                name in link.methods or name in link.getters or (link.native and name in {"message", "name"})
                for link in right.cls.lineage()
            )
        if right.kind == "env":
            raise Uncertain
        return name in {"toString", "valueOf", "constructor", "hasOwnProperty"}
    if isinstance(right, Obj) and right.kind == "Response":
        return name in {"status", "statusText", "ok", "headers", "body", "url", "json", "text", "clone"}
    if isinstance(right, Lazy):
        right.prop(name).become("some")
        return True
    if isinstance(right, Arr):
        return name == "length" or (name.isdigit() and int(name) < len(right.items))
    raise Uncertain


_LONGEST = 10_000


def bounded(text: str) -> str:
    """A text that is not endlessly long."""
    if len(text) > _LONGEST:
        raise Uncertain
    return text


def interval(value: Value) -> tuple[float, float]:
    """The least and the greatest number that a value may be."""
    if isinstance(value, Range):
        return value.low, value.high
    if is_number(value) and isinstance(value, int | float):
        return value, value
    raise Uncertain


def narrowed(low: float, high: float) -> Value:
    """A range, or the number where it is one."""
    return low if low == high else Range(low, high)


def _compare(op: str, left: Value, right: Value) -> Value:
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    (a, b), (c, d) = interval(left), interval(right)
    if any(math.isnan(item) for item in (a, b, c, d)):
        return False
    if op in {">", ">="}:
        return _compare("<" if op == ">" else "<=", right, left)
    if op == "<":
        return True if b < c else False if a >= d else UNKNOWN
    return True if b <= c else False if a > d else UNKNOWN


def _arithmetic(op: str, left: Value, right: Value) -> Value:
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if isinstance(left, Range) or isinstance(right, Range):
        return _with_ranges(op, interval(left), interval(right))
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        raise Uncertain
    if math.isnan(left) or math.isnan(right):
        return math.nan
    if (op in {"/", "%"} and right == 0) or (op == "%" and (left < 0 or right < 0)):
        raise Uncertain
    if op == "**" and (abs(right) > 64 or abs(left) > 1e6):
        raise Uncertain
    operations: dict[str, Callable[[], float]] = {
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "/": lambda: left / right,
        "%": lambda: math.fmod(left, right),
        "**": lambda: float(left) ** float(right),
    }
    if op not in operations:
        raise Uncertain
    return whole(operations[op]())


def _with_ranges(op: str, left: tuple[float, float], right: tuple[float, float]) -> Value:
    (a, b), (c, d) = left, right
    if any(math.isnan(item) for item in (a, b, c, d)):
        return math.nan
    if op not in {"+", "-", "*", "/"} or (op == "/" and c <= 0 <= d):
        return UNKNOWN
    ends = {
        "+": lambda: [a + c, b + d],
        "-": lambda: [a - d, b - c],
        "*": lambda: [a * c, a * d, b * c, b * d],
        "/": lambda: [a / c, a / d, b / c, b / d],
    }[op]()
    return narrowed(min(ends), max(ends))


def whole(value: float) -> float | int:
    """A number as the platform has it; beyond 2 ** 53 it rounds in ways of its own."""
    if abs(value) >= 2**53 and math.isfinite(value):
        raise Uncertain
    return int(value) if math.isfinite(value) and float(value).is_integer() else value
