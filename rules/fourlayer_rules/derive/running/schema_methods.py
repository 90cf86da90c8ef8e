"""What schemas have as methods."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer_rules.derive.running.schemas import (
    Invalid,
    Zod,
    array_schema,
    invalid,
    parts_of,
    zod_of,
)
from fourlayer_rules.derive.running.values import (
    NULL,
    UNDEFINED,
    Arr,
    Func,
    Lazy,
    Native,
    Obj,
    Thrown,
    Uncertain,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def _parse(schema: Zod, args: list[Value]) -> Value:
    return schema.parse(args[0] if args else UNDEFINED)


def _parse_later(schema: Zod, args: list[Value]) -> Value:
    try:
        return schema.machine.promise("kept", schema.parse(args[0]))
    except Thrown as thrown:
        return schema.machine.promise("failed", thrown.value)


def _safe_parse(schema: Zod, args: list[Value]) -> Value:
    made = Obj()
    try:
        made.props["data"] = schema.parse(args[0] if args else UNDEFINED)
        made.props["success"] = True
    except Thrown as thrown:
        made.props["success"] = False
        made.props["error"] = thrown.value
    return made


def _optional(schema: Zod, args: list[Value]) -> Value:
    return Zod(
        schema.machine,
        lambda value: UNDEFINED if value is UNDEFINED else schema.read(value),
        optional=True,
    )


def _nullable(schema: Zod, args: list[Value]) -> Value:
    return Zod(
        schema.machine,
        lambda value: NULL if value is NULL else schema.read(value),
        optional=schema.optional,
    )


def _nullish(schema: Zod, args: list[Value]) -> Value:
    return Zod(
        schema.machine,
        lambda value: value if value is UNDEFINED or value is NULL else schema.read(value),
        optional=True,
    )


def _default(schema: Zod, args: list[Value]) -> Value:
    def value_of() -> Value:
        made = args[0]
        return schema.machine.call(made, UNDEFINED, []) if isinstance(made, Func | Native) else made

    return Zod(
        schema.machine,
        lambda value: value_of() if value is UNDEFINED else schema.read(value),
        optional=True,
    )


def _catch(schema: Zod, args: list[Value]) -> Value:
    def read(value: Value) -> Value:
        try:
            return schema.read(value)
        except Invalid:
            return args[0]

    return Zod(schema.machine, read, optional=True)


def _same(schema: Zod, args: list[Value]) -> Value:
    return schema


def _extend(schema: Zod, args: list[Value]) -> Value:
    if schema.parts is None:
        raise Uncertain
    return schema.with_parts({**schema.parts, **parts_of(args[0])})


def _picked(schema: Zod, args: list[Value]) -> Value:
    if schema.parts is None or not isinstance(args[0], Obj):
        raise Uncertain
    return schema.with_parts({name: part for name, part in schema.parts.items() if name in args[0].props})


def _omitted(schema: Zod, args: list[Value]) -> Value:
    if schema.parts is None or not isinstance(args[0], Obj):
        raise Uncertain
    return schema.with_parts({name: part for name, part in schema.parts.items() if name not in args[0].props})


def _partial(schema: Zod, args: list[Value]) -> Value:
    if schema.parts is None:
        raise Uncertain
    return schema.with_parts({name: zod_of(_optional(part, [])) for name, part in schema.parts.items()})


def _kept(keep: str) -> Callable[[Zod, list[Value]], Value]:
    def method(schema: Zod, args: list[Value]) -> Value:
        if schema.parts is None:
            raise Uncertain
        rest = zod_of(args[0]) if args and isinstance(args[0], Zod) else None
        return schema.with_parts(schema.parts, keep, rest)

    return method


def _bound(
    check: Callable[[float, float], bool], fill: Callable[[float], float]
) -> Callable[[Zod, list[Value]], Value]:
    def method(schema: Zod, args: list[Value]) -> Value:
        limit = args[0] if args else 0
        if not isinstance(limit, int | float):
            raise Uncertain

        def read(value: Value) -> Value:
            given = schema.read(value)
            if isinstance(given, str | Arr):
                size: float = len(given) if isinstance(given, str) else len(given.items)
            elif isinstance(given, int | float):
                size = given
            else:
                raise Uncertain
            if check(size, limit):
                return given
            if isinstance(value, Lazy) and not isinstance(given, Arr):
                size = fill(limit)
                value.value = "x" * int(size) if isinstance(given, str) else size
                return value.value
            raise Invalid

        return Zod(schema.machine, read, optional=schema.optional)

    return method


def _shaped(sample: str, pattern: str) -> Callable[[Zod, list[Value]], Value]:
    """A text of a form: an answer without shape gets the sample, what surely has the form passes."""

    def method(schema: Zod, args: list[Value]) -> Value:
        def read(value: Value) -> Value:
            if isinstance(value, Lazy):
                value.become("string", sample)
            value = schema.read(value)
            if isinstance(value, str):
                if re.fullmatch(pattern, value):
                    return value
                if value in {"", "x"}:
                    raise Invalid
            raise Uncertain

        return Zod(schema.machine, read, optional=schema.optional)

    return method


def _integer(schema: Zod, args: list[Value]) -> Value:
    def step(value: Value) -> Value:
        if isinstance(value, int | float):
            return value if float(value).is_integer() else invalid()
        raise Uncertain

    return schema.then(step)


def _transform(schema: Zod, args: list[Value]) -> Value:
    return schema.then(lambda value: schema.machine.call(args[0], UNDEFINED, [value]))


def _refine(schema: Zod, args: list[Value]) -> Value:
    def step(value: Value) -> Value:
        holds = schema.machine.truth(schema.machine.call(args[0], UNDEFINED, [value]))
        return value if holds else invalid()

    return schema.then(step)


def _text_step(change: Callable[[str], str]) -> Callable[[Zod, list[Value]], Value]:
    def method(schema: Zod, args: list[Value]) -> Value:
        def step(value: Value) -> Value:
            if isinstance(value, str):
                return change(value)
            raise Uncertain

        return schema.then(step)

    return method


_HTTP = r"https?://[\w.-]+(:\d+)?(/[\w./-]*)?"
METHODS: dict[str, Callable[[Zod, list[Value]], Value]] = {
    "parse": _parse,
    "parseAsync": _parse_later,
    "safeParse": _safe_parse,
    "optional": _optional,
    "nullable": _nullable,
    "nullish": _nullish,
    "default": _default,
    "catch": _catch,
    "describe": _same,
    "brand": _same,
    "readonly": _same,
    "extend": _extend,
    "merge": _extend,
    "pick": _picked,
    "omit": _omitted,
    "partial": _partial,
    "passthrough": _kept("pass"),
    "loose": _kept("pass"),
    "catchall": _kept("pass"),
    "strip": _kept("strip"),
    "strict": _kept("strict"),
    "min": _bound(lambda size, limit: size >= limit, lambda limit: limit),
    "max": _bound(lambda size, limit: size <= limit, lambda limit: limit),
    "positive": _bound(lambda size, limit: size > limit, lambda _: 1),
    "nonnegative": _bound(lambda size, limit: size >= limit, lambda _: 0),
    "nonempty": lambda schema, _: _bound(lambda size, limit: size >= limit, lambda _: 1)(schema, [1]),
    "int": _integer,
    "url": _shaped("https://api.example.test", _HTTP),
    "email": _shaped("someone@example.test", r"[\w.]+@[\w.]+\.\w+"),
    "uuid": _shaped(
        "3f2b8c1e-5d4a-4b6f-8a7e-9c0d1e2f3a4b",
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}",
    ),
    "datetime": _shaped("2026-01-01T00:00:00Z", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"),
    "transform": _transform,
    "refine": _refine,
    "array": lambda schema, _: array_schema(schema.machine, schema),
    "trim": _text_step(str.strip),
    "toLowerCase": _text_step(str.lower),
    "toUpperCase": _text_step(str.upper),
}
