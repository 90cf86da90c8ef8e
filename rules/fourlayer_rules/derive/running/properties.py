"""Reading and writing the properties of values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer_rules.derive.running.answers import settled
from fourlayer_rules.derive.running.arrays import array_property
from fourlayer_rules.derive.running.errors import is_error, made_error
from fourlayer_rules.derive.running.functions import function_property
from fourlayer_rules.derive.running.promises import promise_property
from fourlayer_rules.derive.running.texts import regex_property, text_property
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
    Promise,
    Schema,
    Thrown,
    Uncertain,
    Value,
    is_nothing,
    is_number,
    key_text,
    text_of,
)
from fourlayer_rules.derive.running.web import (
    collection_property,
    controller_property,
    date_property,
    headers_property,
    response_property,
    search_params_property,
    signal_property,
    url_params_property,
    url_property,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from fourlayer_rules.derive.running.machine import Machine

_RUNNER_VARIABLES = re.compile(r"NODE_ENV|VITEST.*|MODE|DEV|PROD|SSR|BASE_URL|CI|HOME|PATH|TZ|TEST|NODE_.*")


def property_of(machine: Machine, holder: Value, name: str) -> Value:
    """`holder.name`."""
    if machine.waiting.watches:
        _watch(machine, holder, name)
    if isinstance(holder, Obj):
        return _get_obj(machine, holder, name)
    if isinstance(holder, Lazy):
        return _get_lazy(machine, holder, name)
    if isinstance(holder, Arr):
        return array_property(machine, holder, name)
    if isinstance(holder, str):
        return text_property(machine, holder, name)
    if isinstance(holder, Class):
        return _get_class(holder, name)
    if isinstance(holder, Promise):
        return promise_property(machine, holder, name)
    if is_nothing(holder):
        raise Thrown(made_error(machine, "TypeError", UNKNOWN))
    return _get_other(machine, holder, name)


def _get_other(machine: Machine, holder: Value, name: str) -> Value:
    if isinstance(holder, Mock) and name not in {"then", "catch", "finally"}:
        return holder.member(name)
    if isinstance(holder, Native) and name in holder.members:
        return holder.members[name]
    if isinstance(holder, Native | Func):
        return function_property(machine, holder, name)
    if is_number(holder) and name in {"toString", "toFixed"}:
        return Native(
            name, lambda _this, args: text_of(holder) if name == "toString" and not args else UNKNOWN
        )
    if isinstance(holder, Schema):
        return holder.member(name)
    raise Uncertain


def _get_class(holder: Class, name: str) -> Value:
    for cls in holder.lineage():
        if name in cls.statics:
            return cls.statics[name]
    if name == "name":
        return holder.name
    if name == "captureStackTrace" and holder.lineage()[-1].native:
        return Native(name, lambda _this, _args: UNDEFINED)
    raise Uncertain


def _get_obj(machine: Machine, holder: Obj, name: str) -> Value:
    if holder.kind == "module":
        return machine.exported(str(holder.host), name)
    if holder.kind == "env":
        return _variable(machine, name)
    if name in holder.props:
        return holder.props[name]
    if holder.cls is not None:
        found = inherited(machine, holder.cls, holder, name, missing=None)
        if found is not None:
            return found
        if name == "constructor":
            return holder.cls
    if holder.kind != "Object":
        method = _OF_KINDS.get(holder.kind)
        found = method(machine, holder, name) if method is not None else None
        if found is None:
            raise Uncertain
        return found
    if is_error(holder) and name in {"cause", "code", "status", "statusCode", "response", "headers"}:
        return UNDEFINED
    if name == "hasOwnProperty":
        return Native(name, lambda _this, args: key_text(args[0]) in holder.props)
    if name in {"toString", "valueOf", "toJSON", "isPrototypeOf"}:
        raise Uncertain
    return UNDEFINED


def _variable(machine: Machine, name: str) -> Value:
    """A variable of the environment; one that the test sets is not there yet while files are loaded."""
    if _RUNNER_VARIABLES.fullmatch(name):
        return UNKNOWN
    machine.reads[name] = None
    if name not in machine.environment:
        return UNDEFINED
    if machine.loading:
        raise Uncertain
    return machine.environment[name]


def inherited(machine: Machine, cls: Class, this: Value, name: str, missing: Value = UNDEFINED) -> Value:
    """A method or accessor of a class or its bases."""
    for link in cls.lineage():
        if name in link.methods:
            return link.methods[name]
        if name in link.getters:
            return machine.call(link.getters[name], this, [])
    return missing


_CHANGING = frozenset({"push", "pop", "shift", "sort", "set", "add", "delete", "clear", "append"})


def _watch(machine: Machine, holder: Value, name: str) -> None:
    """Tell of a read, or of a method that changes what has it."""
    inner = isinstance(holder, Arr) or (isinstance(holder, Obj) and holder.kind in {"Map", "Set"})
    if inner and name in _CHANGING:
        machine.waiting.write(holder)
    else:
        machine.waiting.read(holder, "" if inner else name)


def set_property(machine: Machine, holder: Value, name: str, value: Value) -> None:
    """`holder.name = value`."""
    if machine.waiting.watches:
        machine.waiting.write(holder, "" if isinstance(holder, Arr) else name)
    if isinstance(holder, Obj):
        _set_obj(machine, holder, name, value)
    elif isinstance(holder, Class):
        if holder.native:
            raise Uncertain
        holder.statics[name] = value
    elif isinstance(holder, Arr) and name.isdigit():
        index = int(name)
        if index > len(holder.items):
            raise Uncertain
        holder.items[index : index + 1] = [value]
    elif is_nothing(holder):
        raise Thrown(made_error(machine, "TypeError", UNKNOWN))
    elif isinstance(holder, Mock):
        return
    else:
        raise Uncertain


def _set_obj(machine: Machine, holder: Obj, name: str, value: Value) -> None:
    if holder.kind != "Object":
        raise Uncertain
    for link in holder.cls.lineage() if holder.cls is not None else ():
        if name in link.setters:
            machine.call(link.setters[name], holder, [value])
            return
        if name in link.getters:
            raise Uncertain
    holder.props[name] = value


_ARRAY_METHODS = frozenset(
    [
        "map",
        "forEach",
        "filter",
        "find",
        "some",
        "every",
        "slice",
        "flatMap",
        "reduce",
        "at",
        "length",
        "join",
    ]
)


_TEXT_METHODS = frozenset(
    ["toLowerCase", "toUpperCase", "trim", "startsWith", "endsWith", "split", "replace", "includes"]
)


def _get_lazy(machine: Machine, lazy: Lazy, name: str) -> Value:
    if lazy.kind in {"string", "number", "boolean"}:
        return property_of(machine, lazy.value, name)
    if lazy.kind == "array" or (lazy.kind in {"", "some"} and (name in _ARRAY_METHODS or name.isdigit())):
        lazy.first()
        return array_property(machine, Arr([settled(item) for item in lazy.items]), name)
    if lazy.kind in {"", "some"} and name in _TEXT_METHODS:
        lazy.become("string", "x")
        return text_property(machine, "x", name)
    if lazy.kind in {"", "some"} and name in {"toFixed", "toString"}:
        lazy.become("number", 1)
        return property_of(machine, 1, name)
    return settled(lazy.prop(name))


_OF_KINDS: dict[str, Callable[[Machine, Obj, str], Value | None]] = {
    "Response": response_property,
    "Headers": headers_property,
    "Map": collection_property,
    "Set": collection_property,
    "URL": url_property,
    "UrlParams": url_params_property,
    "URLSearchParams": search_params_property,
    "Date": date_property,
    "AbortSignal": signal_property,
    "AbortController": controller_property,
    "RegExp": regex_property,
}
