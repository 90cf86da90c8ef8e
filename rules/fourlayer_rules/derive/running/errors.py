"""The errors of the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer_rules.derive.running.values import (
    UNDEFINED,
    UNKNOWN,
    Class,
    Obj,
    Range,
    Uncertain,
    Value,
    text_of,
)

if TYPE_CHECKING:
    from fourlayer_rules.derive.running.machine import Machine

ERRORS: dict[str, Class] = {"Error": Class("Error", None, native=True)}
for _name in ("TypeError", "RangeError", "SyntaxError", "ReferenceError", "DOMException", "ZodError"):
    ERRORS[_name] = Class(_name, ERRORS["Error"], native=True)


def made_error(machine: Machine, name: str, message: Value) -> Obj:
    """An error of the platform."""
    made = Obj(ERRORS[name])
    init_error(machine, ERRORS[name], made, [message])
    return made


def init_error(machine: Machine, cls: Class, made: Obj, args: list[Value]) -> None:
    """What the constructor of an error of the platform does."""
    message = args[0] if args else UNDEFINED
    if cls.name == "ZodError":
        raise Uncertain
    if message is not UNKNOWN and not isinstance(message, Range):
        message = "" if message is UNDEFINED else text_of(message)
    made.props["message"] = message
    made.props["stack"] = UNKNOWN
    made.props["name"] = cls.name
    if cls.name == "DOMException":
        made.props["name"] = args[1] if len(args) > 1 else "Error"
        made.props["code"] = UNKNOWN
    elif len(args) > 1 and isinstance(args[1], Obj) and "cause" in args[1].props:
        made.props["cause"] = args[1].props["cause"]


def is_error(value: Value) -> bool:
    """Whether a value is an error object."""
    return isinstance(value, Obj) and value.cls is not None and ERRORS["Error"] in value.cls.lineage()
