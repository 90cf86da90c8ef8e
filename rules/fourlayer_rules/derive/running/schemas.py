"""Schemas of Zod: what they accept, give, and make of an answer without shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer_rules.derive.running.answers import settled
from fourlayer_rules.derive.running.errors import ERRORS
from fourlayer_rules.derive.running.properties import property_of
from fourlayer_rules.derive.running.values import (
    UNDEFINED,
    UNKNOWN,
    Arr,
    Lazy,
    Native,
    Obj,
    Schema,
    Thrown,
    Uncertain,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from fourlayer_rules.derive.running.machine import Machine


class Invalid(Exception):  # noqa: N818 - an outcome
    """The value does not match."""


class Zod(Schema):
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
        from fourlayer_rules.derive.running.schema_methods import METHODS

        method = METHODS.get(name)
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
        made = Obj(ERRORS["ZodError"])
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
        return object_schema(self.machine, parts, keep or self.keep, rest or self.rest)


def object_schema(
    machine: Machine, parts: dict[str, Zod], keep: str = "strip", rest: Zod | None = None
) -> Zod:
    """`z.object(parts)`; `keep` says what becomes of other properties, `rest` is their schema."""

    def read(value: Value) -> Value:
        if isinstance(value, Lazy):
            return _shaped_object(value, parts, keep)
        if value is UNKNOWN:
            raise Uncertain
        if not isinstance(value, Obj) or value.kind not in {"Object", "env"}:
            raise Invalid
        return _read_object(machine, value, parts, keep, rest)

    return Zod(machine, read, parts=parts, keep=keep, rest=rest)


def _shaped_object(value: Lazy, parts: dict[str, Zod], keep: str) -> Obj:
    """An answer without shape takes that of the schema."""
    value.become("object")
    if value.kind != "object":
        raise Invalid
    made = Obj()
    for name, part in parts.items():
        child = settled(value.prop(name)) if not part.optional or name in value.props else UNDEFINED
        parsed = part.read(child)
        if parsed is not UNDEFINED or name in value.props:
            made.props[name] = parsed
    if keep == "pass":
        for name in value.props:
            made.props.setdefault(name, settled(value.props[name]))
    return made


def _read_object(machine: Machine, value: Obj, parts: dict[str, Zod], keep: str, rest: Zod | None) -> Obj:
    made = Obj()
    for name, part in parts.items():
        parsed = part.read(property_of(machine, value, name))
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


def parts_of(value: Value) -> dict[str, Zod]:
    """The properties' schemas of an object's schema, or of an object of schemas."""
    if isinstance(value, Zod) and value.parts is not None:
        return value.parts
    if not isinstance(value, Obj):
        raise Uncertain
    found: dict[str, Zod] = {}
    for name, part in value.props.items():
        found[name] = zod_of(part)
    return found


def zod_of(value: Value) -> Zod:
    """A value that has to be a schema."""
    if not isinstance(value, Zod):
        raise Uncertain
    return value


def array_schema(machine: Machine, part: Zod) -> Zod:
    """`z.array(part)`."""

    def read(value: Value) -> Value:
        if isinstance(value, Lazy):
            value.first()
            if value.kind != "array":
                raise Invalid
            return Arr([part.read(settled(item)) for item in value.items])
        if value is UNKNOWN:
            raise Uncertain
        if not isinstance(value, Arr):
            raise Invalid
        return Arr([part.read(item) for item in value.items])

    return Zod(machine, read)


def invalid() -> Value:
    """The value does not match, in an expression."""
    raise Invalid
