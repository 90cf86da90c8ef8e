"""What Zod exports, as far as its outcome is certain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer_rules.derive.running.answers import lazy_same, settled
from fourlayer_rules.derive.running.errors import ERRORS
from fourlayer_rules.derive.running.schemas import (
    Invalid,
    Zod,
    array_schema,
    invalid,
    object_schema,
    parts_of,
    zod_of,
)
from fourlayer_rules.derive.running.values import (
    UNKNOWN,
    Arr,
    Lazy,
    Native,
    Obj,
    Range,
    Uncertain,
    Value,
    is_number,
    number_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from fourlayer_rules.derive.running.machine import Machine


def exported(machine: Machine, name: str) -> Value:
    """What the package exports."""
    if name == "ZodError":
        return ERRORS["ZodError"]
    if name in {"z", "default", "*"}:
        made = Obj(None, "Object")
        for builder in _BUILDERS:
            made.props[builder] = _builder(machine, builder)
        made.props["ZodError"] = ERRORS["ZodError"]
        coerce = Obj()
        for kind in ("number", "string", "boolean", "date"):
            coerce.props[kind] = _coerced(machine, kind)
        made.props["coerce"] = coerce
        return made
    if name in _BUILDERS:
        return _builder(machine, name)
    raise Uncertain


def _builder(machine: Machine, name: str) -> Native:
    return Native(name, lambda _this, args: _BUILDERS[name](machine, args))


def _coerced(machine: Machine, kind: str) -> Native:
    def read(value: Value) -> Value:
        if kind == "number":
            number = number_of(value)
            if isinstance(number, float) and number != number:  # noqa: PLR0124 - NaN
                raise Invalid
            return number
        if kind == "string":
            return text_of(value)
        if kind == "boolean":
            return machine.truth(value)
        raise Uncertain

    return Native(kind, lambda _this, _args: Zod(machine, read))


def _plain(machine: Machine, kind: str, sample: Value) -> Zod:
    def read(value: Value) -> Value:
        if isinstance(value, Lazy):
            value.become(kind, value.flag if kind == "boolean" else sample)
            value = settled(value)
        if value is UNKNOWN:
            raise Uncertain
        fits = {
            "string": isinstance(value, str),
            "number": is_number(value) or isinstance(value, Range),
            "boolean": isinstance(value, bool),
        }[kind]
        if not fits or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
            raise Invalid
        return value

    return Zod(machine, read)


def _record(machine: Machine, args: list[Value]) -> Value:
    part = zod_of(args[-1])

    def read(value: Value) -> Value:
        if isinstance(value, Lazy):
            value.become("object")
            return value
        if not isinstance(value, Obj) or value.kind != "Object":
            raise Invalid
        made = Obj()
        made.props = {name: part.read(item) for name, item in value.props.items()}
        return made

    return Zod(machine, read)


def _enum(machine: Machine, args: list[Value]) -> Value:
    source = args[0]
    values = (
        source.items
        if isinstance(source, Arr)
        else list(source.props.values())
        if isinstance(source, Obj)
        else []
    )
    options = [value for value in values if isinstance(value, str)]
    if not options or len(options) != len(values):
        raise Uncertain

    def read(value: Value) -> Value:
        if isinstance(value, Lazy):
            value.become("string", options[0])
            value = settled(value)
        if value is UNKNOWN:
            raise Uncertain
        if value not in options:
            raise Invalid
        return value

    return Zod(machine, read, options=options)


def _literal(machine: Machine, args: list[Value]) -> Value:
    wanted = args[0]

    def read(value: Value) -> Value:
        if isinstance(value, Lazy):
            return wanted if machine.truth(lazy_same(value, wanted)) else invalid()
        if value is UNKNOWN:
            raise Uncertain
        return value if machine.truth(machine.same(value, wanted)) else invalid()

    return Zod(machine, read)


def _union(machine: Machine, args: list[Value]) -> Value:
    source = args[-1]
    if not isinstance(source, Arr):
        raise Uncertain
    parts = [zod_of(item) for item in source.items]

    def read(value: Value) -> Value:
        for part in parts:
            try:
                return part.read(value)
            except Invalid:
                continue
        raise Invalid

    return Zod(machine, read)


def _unknown(machine: Machine, args: list[Value]) -> Value:
    return Zod(machine, lambda value: value)


_BUILDERS: dict[str, Callable[[Machine, list[Value]], Value]] = {
    "string": lambda machine, _: _plain(machine, "string", "x"),
    "number": lambda machine, _: _plain(machine, "number", 1),
    "boolean": lambda machine, _: _plain(machine, "boolean", True),
    "object": lambda machine, args: object_schema(machine, parts_of(args[0]) if args else {}),
    "array": lambda machine, args: array_schema(machine, zod_of(args[0])),
    "record": _record,
    "enum": _enum,
    "nativeEnum": _enum,
    "literal": _literal,
    "union": _union,
    "unknown": _unknown,
    "any": _unknown,
}
