"""Zod as far as its outcome is certain: what a schema accepts, gives and makes of an answer without shape."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer_rules.derive.running import host
from fourlayer_rules.derive.running.values import (
    NULL,
    UNDEFINED,
    UNKNOWN,
    Arr,
    Func,
    Lazy,
    Native,
    Obj,
    Range,
    Thrown,
    Uncertain,
    Value,
    is_number,
    number_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from fourlayer_rules.derive.running.machine import Machine


class Invalid(Exception):  # noqa: N818 - an outcome
    """The value does not match."""


class Zod:
    """A schema: what it makes of a value. `parts` are the schemas of an object's properties."""

    def __init__(
        self,
        machine: Machine,
        read: Callable[[Value], Value],
        *,
        parts: dict[str, Zod] | None = None,
        keep: str = "strip",
        rest: Zod | None = None,
        optional: bool = False,
        options: list[str] | None = None,
    ) -> None:
        self.machine = machine
        self.read = read
        self.parts = parts
        self.keep = keep
        self.rest = rest
        self.optional = optional
        self.options = options

    def member(self, name: str) -> Value:
        """A method or property."""
        if name == "shape" and self.parts is not None:
            made = Obj()
            made.props = dict(self.parts)
            return made
        method = _METHODS.get(name)
        if method is None:
            raise Uncertain
        return Native(name, lambda _this, args: method(self, args))

    def parse(self, value: Value) -> Value:
        """The parsed value; raises the code's exception."""
        try:
            return self.read(value)
        except Invalid:
            raise Thrown(self.failure()) from None

    def failure(self) -> Obj:
        """The error for a value that does not match."""
        made = Obj(host.ERRORS["ZodError"])
        made.props.update(
            {"name": "ZodError", "message": UNKNOWN, "issues": UNKNOWN, "errors": UNKNOWN, "stack": UNKNOWN}
        )
        return made

    def then(self, step: Callable[[Value], Value]) -> Zod:
        """The same schema with a step after it."""
        return Zod(
            self.machine,
            lambda value: step(self.read(value)),
            optional=self.optional,
        )

    def with_parts(self, parts: dict[str, Zod], keep: str | None = None, rest: Zod | None = None) -> Zod:
        """An object's schema with other properties."""
        return _object(self.machine, parts, keep or self.keep, rest or self.rest)


def exported(machine: Machine, name: str) -> Value:
    """What the package exports."""
    if name == "ZodError":
        return host.ERRORS["ZodError"]
    if name in {"z", "default", "*"}:
        made = Obj(None, "Object")
        for builder in _BUILDERS:
            made.props[builder] = _builder(machine, builder)
        made.props["ZodError"] = host.ERRORS["ZodError"]
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
            value = host.plain(value)
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


def _object(machine: Machine, parts: dict[str, Zod], keep: str = "strip", rest: Zod | None = None) -> Zod:
    def read(value: Value) -> Value:
        if isinstance(value, Lazy):
            value.become("object")
            if value.kind != "object":
                raise Invalid
            made = Obj()
            for name, part in parts.items():
                child = (
                    host.settled(value.prop(name)) if not part.optional or name in value.props else UNDEFINED
                )
                parsed = part.read(child)
                if parsed is not UNDEFINED or name in value.props:
                    made.props[name] = parsed
            if keep == "pass":
                for name in value.props:
                    made.props.setdefault(name, host.settled(value.props[name]))
            return made
        if value is UNKNOWN:
            raise Uncertain
        if not isinstance(value, Obj) or value.kind not in {"Object", "env"}:
            raise Invalid
        made = Obj()
        for name, part in parts.items():
            parsed = part.read(host.get(machine, value, name))
            if parsed is not UNDEFINED or name in value.props:
                made.props[name] = parsed
        extra = [name for name in value.props if name not in parts]
        if keep == "strict" and extra:
            raise Invalid
        if keep == "pass":
            if value.kind == "env":
                raise Uncertain
            for name in extra:
                made.props[name] = rest.read(value.props[name]) if rest is not None else value.props[name]
        return made

    return Zod(machine, read, parts=parts, keep=keep, rest=rest)


def _parts_of(value: Value) -> dict[str, Zod]:
    if isinstance(value, Zod) and value.parts is not None:
        return value.parts
    if not isinstance(value, Obj):
        raise Uncertain
    found: dict[str, Zod] = {}
    for name, part in value.props.items():
        found[name] = _zod(part)
    return found


def _zod(value: Value) -> Zod:
    if not isinstance(value, Zod):
        raise Uncertain
    return value


def _array(machine: Machine, part: Zod) -> Zod:
    def read(value: Value) -> Value:
        if isinstance(value, Lazy):
            value.first()
            if value.kind != "array":
                raise Invalid
            return Arr([part.read(host.settled(item)) for item in value.items])
        if value is UNKNOWN:
            raise Uncertain
        if not isinstance(value, Arr):
            raise Invalid
        return Arr([part.read(item) for item in value.items])

    return Zod(machine, read)


def _record(machine: Machine, args: list[Value]) -> Value:
    part = _zod(args[-1])

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
            value = host.plain(value)
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
            return wanted if machine.truth(host.lazy_same(value, wanted)) else _invalid()
        if value is UNKNOWN:
            raise Uncertain
        return value if machine.truth(machine.same(value, wanted)) else _invalid()

    return Zod(machine, read)


def _invalid() -> Value:
    raise Invalid


def _union(machine: Machine, args: list[Value]) -> Value:
    source = args[-1]
    if not isinstance(source, Arr):
        raise Uncertain
    parts = [_zod(item) for item in source.items]

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
    "object": lambda machine, args: _object(machine, _parts_of(args[0]) if args else {}),
    "array": lambda machine, args: _array(machine, _zod(args[0])),
    "record": _record,
    "enum": _enum,
    "nativeEnum": _enum,
    "literal": _literal,
    "union": _union,
    "unknown": _unknown,
    "any": _unknown,
}


# Methods


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
    return schema.with_parts({**schema.parts, **_parts_of(args[0])})


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
    return schema.with_parts({name: _zod(_optional(part, [])) for name, part in schema.parts.items()})


def _kept(keep: str) -> Callable[[Zod, list[Value]], Value]:
    def method(schema: Zod, args: list[Value]) -> Value:
        if schema.parts is None:
            raise Uncertain
        rest = _zod(args[0]) if args and isinstance(args[0], Zod) else None
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
            return value if float(value).is_integer() else _invalid()
        raise Uncertain

    return schema.then(step)


def _transform(schema: Zod, args: list[Value]) -> Value:
    return schema.then(lambda value: schema.machine.call(args[0], UNDEFINED, [value]))


def _refine(schema: Zod, args: list[Value]) -> Value:
    def step(value: Value) -> Value:
        holds = schema.machine.truth(schema.machine.call(args[0], UNDEFINED, [value]))
        return value if holds else _invalid()

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
_METHODS: dict[str, Callable[[Zod, list[Value]], Value]] = {
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
    "array": lambda schema, _: _array(schema.machine, schema),
    "trim": _text_step(str.strip),
    "toLowerCase": _text_step(str.lower),
    "toUpperCase": _text_step(str.upper),
}
