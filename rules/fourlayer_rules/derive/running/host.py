"""The platform as far as adapters use it: globals, methods of values, responses, timers, mocks."""

from __future__ import annotations

import json
import math
import re
from functools import cmp_to_key
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from fourlayer_rules.derive.running.values import (
    NULL,
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
    from collections.abc import Callable, Iterable

    from fourlayer_rules.derive.running.machine import Machine

BUILTINS = frozenset({"crypto", "util", "fs", "path", "url", "timers", "timers/promises", "buffer", "events"})

ERRORS: dict[str, Class] = {"Error": Class("Error", None, native=True)}
for _name in ("TypeError", "RangeError", "SyntaxError", "ReferenceError", "DOMException", "ZodError"):
    ERRORS[_name] = Class(_name, ERRORS["Error"], native=True)

_RUNNER_VARIABLES = re.compile(r"NODE_ENV|VITEST.*|MODE|DEV|PROD|SSR|BASE_URL|CI|HOME|PATH|TZ|TEST|NODE_.*")


def error(machine: Machine, name: str, message: Value) -> Obj:
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


# Shapes of answers


def plain(lazy: Lazy) -> Value:
    """A part of an answer as a value of its own where its shape is settled; itself else."""
    if lazy.kind in {"string", "number", "boolean", "null"}:
        return lazy.value
    return lazy


def lazy_same(lazy: Lazy, other: Value) -> Value:
    """`lazy === other`: a part without shape becomes the other where that is a plain value."""
    if is_nothing(other):
        if lazy.kind == "":
            lazy.become("some")
        return lazy.kind == "null" and other is NULL
    if isinstance(other, str):
        lazy.become("string", other)
        return lazy.kind == "string" and lazy.value == other
    if isinstance(other, bool):
        lazy.become("boolean", other)
        return lazy.kind == "boolean" and lazy.value is other
    if is_number(other):
        lazy.become("number", other)
        return lazy.kind == "number" and lazy.value == other
    return lazy is other


def frozen(lazy: Lazy) -> object:
    """What a part came to, as JSON data; an object without properties where nothing was asked."""
    if lazy.kind in {"string", "number", "boolean"}:
        return lazy.value
    if lazy.kind == "null":
        return None
    if lazy.kind == "array":
        return [frozen(item) for item in lazy.items]
    if lazy.kind == "some":
        return "x"
    return {name: frozen(part) for name, part in lazy.props.items() if part.kind}


def thawed(data: object) -> Value:
    """JSON data as a value."""
    if data is None:
        return NULL
    if isinstance(data, dict):
        made = Obj()
        made.props = {str(name): thawed(part) for name, part in data.items()}
        return made
    if isinstance(data, list):
        return Arr([thawed(item) for item in data])
    return data


def data_of(value: Value) -> object:
    """A value as JSON data. Raises Uncertain where it holds anything else."""
    if isinstance(value, str | bool) or is_number(value):
        return value
    if value is NULL:
        return None
    if isinstance(value, Arr):
        return [None if item is UNDEFINED else data_of(item) for item in value.items]
    if isinstance(value, Obj) and value.kind == "Object" and value.cls is None:
        return {
            name: data_of(part)
            for name, part in value.props.items()
            if part is not UNDEFINED and not isinstance(part, Func | Native)
        }
    raise Uncertain


def _json_text(value: Value) -> Value:
    if value is UNDEFINED:
        return UNDEFINED
    try:
        return json.dumps(data_of(value), separators=(",", ":"), ensure_ascii=False)
    except Uncertain:
        return UNKNOWN


# Properties


def get(machine: Machine, holder: Value, name: str) -> Value:
    """`holder.name`."""
    if isinstance(holder, Obj):
        return _get_obj(machine, holder, name)
    if isinstance(holder, Lazy):
        return _get_lazy(machine, holder, name)
    if isinstance(holder, Mock):
        return holder.member(name)
    if isinstance(holder, Arr):
        return _get_arr(machine, holder, name)
    if isinstance(holder, str):
        return _get_str(machine, holder, name)
    if isinstance(holder, Class):
        for cls in holder.lineage():
            if name in cls.statics:
                return cls.statics[name]
        if name == "name":
            return holder.name
        raise Uncertain
    if isinstance(holder, Native):
        if name in holder.members:
            return holder.members[name]
        if name in {"bind", "call", "apply"}:
            return _function_method(machine, holder, name)
        raise Uncertain
    if isinstance(holder, Func):
        return _function_method(machine, holder, name)
    if isinstance(holder, Promise):
        return _promise_method(machine, holder, name)
    if is_nothing(holder):
        raise Thrown(error(machine, "TypeError", UNKNOWN))
    if holder is UNKNOWN or isinstance(holder, Range):
        raise Uncertain
    if is_number(holder):
        number = holder
        if name == "toString":
            return Native(name, lambda _this, args: text_of(number) if not args else UNKNOWN)
        if name == "toFixed":
            return Native(name, lambda _this, _args: UNKNOWN)
        raise Uncertain
    if isinstance(holder, bool):
        raise Uncertain
    return _schema_member(holder, name)


def _schema_member(holder: Value, name: str) -> Value:
    member = getattr(holder, "member", None)
    if member is None:
        raise Uncertain
    found: Value = member(name)
    return found


def _get_obj(machine: Machine, holder: Obj, name: str) -> Value:
    if holder.kind == "module":
        try:
            return machine.exported(str(holder.host), name)
        except KeyError:
            raise Uncertain from None
    if holder.kind == "env":
        if name in machine.environment:
            machine.reads[name] = None
            return machine.environment[name]
        if _RUNNER_VARIABLES.fullmatch(name):
            return UNKNOWN
        machine.reads[name] = None
        return UNDEFINED
    if name in holder.props:
        return holder.props[name]
    if holder.cls is not None:
        found = inherited(machine, holder.cls, holder, name, missing=None)
        if found is not None:
            return found
        if name == "constructor":
            return holder.cls
    method = _KIND_METHODS.get(holder.kind)
    if method is not None:
        found = method(machine, holder, name)
        if found is not None:
            return found
        if holder.kind != "Object":
            raise Uncertain
    if is_error(holder) and name in {"cause", "code", "status", "statusCode", "response", "headers"}:
        return UNDEFINED
    if name == "hasOwnProperty":
        return Native(name, lambda _this, args: key_text(args[0]) in holder.props)
    if name in {"toString", "valueOf", "toJSON", "then", "isPrototypeOf"} and name != "then":
        raise Uncertain
    return UNDEFINED


def inherited(machine: Machine, cls: Class, this: Value, name: str, missing: Value = UNDEFINED) -> Value:
    """A method or accessor of a class or its bases."""
    for link in cls.lineage():
        if name in link.methods:
            return link.methods[name]
        if name in link.getters:
            return machine.call(link.getters[name], this, [])
    return missing


def put(machine: Machine, holder: Value, name: str, value: Value) -> None:
    """`holder.name = value`."""
    if isinstance(holder, Obj):
        if holder.kind == "env":
            raise Uncertain
        if holder.cls is not None:
            for link in holder.cls.lineage():
                if name in link.setters:
                    machine.call(link.setters[name], holder, [value])
                    return
                if name in link.getters:
                    raise Uncertain
        if holder.kind == "URL":
            raise Uncertain
        holder.props[name] = value
    elif isinstance(holder, Class):
        holder.statics[name] = value
    elif isinstance(holder, Arr) and name.isdigit():
        index = int(name)
        if index > len(holder.items):
            raise Uncertain
        holder.items[index : index + 1] = [value]
    elif is_nothing(holder):
        raise Thrown(error(machine, "TypeError", UNKNOWN))
    elif isinstance(holder, Mock):
        return
    else:
        raise Uncertain


def keys_of(value: Value) -> list[Value]:
    """The names of an object's own properties."""
    if isinstance(value, Obj) and value.kind == "Object":
        return list(value.props)
    if isinstance(value, Lazy):
        value.become("object")
        return list(value.props)
    if isinstance(value, Arr):
        return [str(index) for index in range(len(value.items))]
    raise Uncertain


def items_of(machine: Machine, value: Value) -> list[Value]:
    """What iterating over a value gives."""
    if isinstance(value, Arr):
        return list(value.items)
    if isinstance(value, Lazy):
        value.first()
        return list(value.items)
    if isinstance(value, str):
        return list(value)
    if isinstance(value, Obj) and isinstance(value.host, dict):
        entries: dict[object, tuple[Value, Value]] = value.host
        if value.kind == "Map":
            return [Arr([key, part]) for key, part in entries.values()]
        if value.kind == "Set":
            return [key for key, _ in entries.values()]
    if is_nothing(value):
        raise Thrown(error(machine, "TypeError", UNKNOWN))
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


# Operators


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
        return text_of(left) + text_of(right)
    if op in {"<", ">", "<=", ">="}:
        if isinstance(left, str) and isinstance(right, str):
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


def _interval(value: Value) -> tuple[float, float]:
    if isinstance(value, Range):
        return value.low, value.high
    if is_number(value) and isinstance(value, int | float):
        return value, value
    raise Uncertain


def _narrow(low: float, high: float) -> Value:
    return low if low == high else Range(low, high)


def _compare(op: str, left: Value, right: Value) -> Value:
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    (a, b), (c, d) = _interval(left), _interval(right)
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
        (a, b), (c, d) = _interval(left), _interval(right)
        if any(math.isnan(item) for item in (a, b, c, d)):
            return float("nan")
        if op == "/" and c <= 0 <= d:
            return UNKNOWN
        try:
            ends = {
                "+": lambda: [a + c, b + d],
                "-": lambda: [a - d, b - c],
                "*": lambda: [a * c, a * d, b * c, b * d],
                "/": lambda: [a / c, a / d, b / c, b / d],
            }[op]()
        except KeyError:
            return UNKNOWN
        return _narrow(min(ends), max(ends))
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        raise Uncertain
    if math.isnan(left) or math.isnan(right):
        return float("nan")
    if op == "/":
        if right == 0:
            raise Uncertain
        return _whole(left / right)
    if op == "%":
        if right == 0 or left < 0 or right < 0:
            raise Uncertain
        return _whole(math.fmod(left, right))
    if op == "**":
        if abs(right) > 64 or abs(left) > 1e6:
            raise Uncertain
        return _whole(float(left) ** float(right))
    operations: dict[str, Callable[[], float]] = {
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
    }
    if op not in operations:
        raise Uncertain
    return _whole(operations[op]())


def _whole(value: float) -> float | int:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


# Regular expressions


def regex(text: str) -> Value:
    """A regular expression literal."""
    match = re.fullmatch(r"/(.*)/([a-z]*)", text, re.DOTALL)
    if match is None or set(match[2]) - set("iug") or re.search(r"\(\?[<!=]|\\[pPkuc]|\[\^?\]", match[1]):
        raise Uncertain
    try:
        compiled = re.compile(match[1], re.ASCII | (re.IGNORECASE if "i" in match[2] else 0))
    except re.error:
        raise Uncertain from None
    made = Obj(None, "RegExp", compiled)
    made.props["global"] = "g" in match[2]
    return made


def _regex_method(machine: Machine, holder: Obj, name: str) -> Value | None:
    pattern = holder.host
    if name == "test" and isinstance(pattern, re.Pattern) and not holder.props["global"]:
        return Native(name, lambda _this, args: pattern.search(text_of(args[0])) is not None)
    return None


# Strings


def _get_str(machine: Machine, text: str, name: str) -> Value:
    if name == "length":
        if text.isascii():
            return len(text)
        raise Uncertain
    if name.isdigit():
        return text[int(name)] if int(name) < len(text) else UNDEFINED
    simple: dict[str, Callable[[list[Value]], Value]] = {
        "toLowerCase": lambda _: text.lower(),
        "toUpperCase": lambda _: text.upper(),
        "toString": lambda _: text,
        "valueOf": lambda _: text,
        "trim": lambda _: text.strip(),
        "includes": lambda args: text_of(args[0]) in text,
        "startsWith": lambda args: text.startswith(text_of(args[0])),
        "endsWith": lambda args: text.endswith(text_of(args[0])),
        "concat": lambda args: text + "".join(text_of(arg) for arg in args),
        "indexOf": lambda args: text.find(text_of(args[0])),
        "split": lambda args: _split(text, args),
        "slice": lambda args: text[_slice(args)],
        "padStart": lambda args: text.rjust(_int(args[0]), text_of(args[1]) if len(args) > 1 else " "),
        "replace": lambda args: _replace(text, args, 1),
        "replaceAll": lambda args: _replace(text, args, 0),
        "repeat": lambda args: text * _int(args[0]),
        "match": lambda args: _match(text, args),
    }
    if name not in simple:
        raise Uncertain
    method = simple[name]
    return Native(name, lambda _this, args: method(args))


def _int(value: Value) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10_000:
        return value
    raise Uncertain


def _slice(args: list[Value]) -> slice:
    bounds: list[int | None] = []
    for arg in args[:2]:
        if arg is UNDEFINED:
            bounds.append(None)
        elif isinstance(arg, int):
            bounds.append(arg)
        else:
            raise Uncertain
    return slice(*(bounds + [None, None])[:2])


def _split(text: str, args: list[Value]) -> Value:
    separator = args[0] if args else UNDEFINED
    if len(args) != 1 or not isinstance(separator, str):
        raise Uncertain
    return Arr(list(text) if separator == "" else list(text.split(separator)))


def _replace(text: str, args: list[Value], count: int) -> Value:
    if len(args) != 2 or not isinstance(args[1], str) or "$" in args[1]:
        raise Uncertain
    replacement = args[1]
    if isinstance(args[0], str):
        return text.replace(args[0], replacement, count or -1)
    if isinstance(args[0], Obj) and isinstance(args[0].host, re.Pattern):
        limit = 0 if args[0].props["global"] else 1
        return args[0].host.sub(lambda _: replacement, text, count=limit)
    raise Uncertain


def _match(text: str, args: list[Value]) -> Value:
    if isinstance(args[0], Obj) and isinstance(args[0].host, re.Pattern) and not args[0].props["global"]:
        found = args[0].host.search(text)
        if found is None:
            return NULL
        return Arr([found.group(), *(UNDEFINED if part is None else part for part in found.groups())])
    raise Uncertain


# Arrays


def _get_arr(machine: Machine, array: Arr, name: str) -> Value:
    items = array.items
    if name == "length":
        return len(items)
    if name.isdigit():
        return items[int(name)] if int(name) < len(items) else UNDEFINED

    def each(function: Value, *rest: Value) -> list[Value]:
        return [machine.call(function, UNDEFINED, [item, index, array]) for index, item in enumerate(items)]

    def find(function: Value) -> int:
        for index, item in enumerate(items):
            if machine.truth(machine.call(function, UNDEFINED, [item, index, array])):
                return index
        return -1

    def index_of(value: Value) -> int:
        for index, item in enumerate(items):
            if machine.truth(machine.same(item, value)):
                return index
        return -1

    def kept(function: Value) -> list[Value]:
        return [
            item
            for index, item in enumerate(items)
            if machine.truth(machine.call(function, UNDEFINED, [item, index, array]))
        ]

    def push(values: list[Value]) -> Value:
        items.extend(values)
        return len(items)

    def nothing(_: object) -> Value:
        return UNDEFINED

    def reduced(args: list[Value]) -> Value:
        rest = list(items)
        value = args[1] if len(args) > 1 else rest.pop(0) if rest else UNDEFINED
        for item in rest:
            value = machine.call(args[0], UNDEFINED, [value, item])
        return value

    def flat(values: list[Value]) -> list[Value]:
        found: list[Value] = []
        for value in values:
            found.extend(value.items if isinstance(value, Arr) else [value])
        return found

    def dense(values: list[Value]) -> Arr:
        return Arr(values)

    def ordered(args: list[Value]) -> Value:
        if args:

            def order(one: Value, two: Value) -> int:
                result = number_of(machine.call(args[0], UNDEFINED, [one, two]))
                if not isinstance(result, int | float):
                    raise Uncertain
                return -1 if result < 0 else 1 if result > 0 else 0

            items.sort(key=cmp_to_key(order))
        else:
            items.sort(key=text_of)
        return array

    def found_at(index: int) -> Value:
        return items[index] if index >= 0 else UNDEFINED

    methods: dict[str, Callable[[list[Value]], Value]] = {
        "map": lambda args: dense(each(args[0])),
        "forEach": lambda args: nothing(each(args[0])),
        "filter": lambda args: dense(kept(args[0])),
        "find": lambda args: found_at(find(args[0])),
        "findIndex": lambda args: find(args[0]),
        "some": lambda args: find(args[0]) >= 0,
        "every": lambda args: len(kept(args[0])) == len(items),
        "includes": lambda args: index_of(args[0]) >= 0,
        "indexOf": lambda args: index_of(args[0]),
        "join": lambda args: (text_of(args[0]) if args else ",").join(
            "" if is_nothing(item) else text_of(item) for item in items
        ),
        "push": push,
        "pop": lambda _: items.pop() if items else UNDEFINED,
        "shift": lambda _: items.pop(0) if items else UNDEFINED,
        "slice": lambda args: dense(items[_slice(args)]),
        "concat": lambda args: dense([*items, *flat(args)]),
        "flat": lambda _: dense(flat(items)),
        "flatMap": lambda args: dense(flat(each(args[0]))),
        "reduce": reduced,
        "sort": ordered,
        "at": lambda args: (
            items[args[0]] if isinstance(args[0], int) and -len(items) <= args[0] < len(items) else UNDEFINED
        ),
    }
    if name not in methods:
        raise Uncertain
    method = methods[name]
    return Native(name, lambda _this, args: method(args))


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


def _get_lazy(machine: Machine, lazy: Lazy, name: str) -> Value:
    if lazy.kind in {"string", "number", "boolean"}:
        return get(machine, lazy.value, name)
    if lazy.kind == "array" or (lazy.kind in {"", "some"} and (name in _ARRAY_METHODS or name.isdigit())):
        lazy.first()
        return _get_arr(machine, Arr([settled(item) for item in lazy.items]), name)
    if lazy.kind in {"", "some"} and name in {
        "toLowerCase",
        "toUpperCase",
        "trim",
        "startsWith",
        "endsWith",
        "split",
        "replace",
        "includes",
    }:
        lazy.become("string", "x")
        return _get_str(machine, "x", name)
    if lazy.kind in {"", "some"} and name in {"toFixed", "toString"}:
        lazy.become("number", 1)
        return get(machine, 1, name)
    return settled(lazy.prop(name))


def settled(lazy: Lazy) -> Value:
    """A plain value where the part has one."""
    return plain(lazy)


# Functions and promises


def _function_method(machine: Machine, function: Value, name: str) -> Value:
    def bind(_this: Value, args: list[Value]) -> Value:
        this, given = (args[0] if args else UNDEFINED), args[1:]
        return Native("bound", lambda _, more: machine.call(function, this, [*given, *more]))

    def call(_this: Value, args: list[Value]) -> Value:
        return machine.call(function, args[0] if args else UNDEFINED, args[1:])

    def apply(_this: Value, args: list[Value]) -> Value:
        given = items_of(machine, args[1]) if len(args) > 1 else []
        return machine.call(function, args[0] if args else UNDEFINED, given)

    methods = {"bind": bind, "call": call, "apply": apply}
    if name not in methods:
        raise Uncertain
    return Native(name, methods[name])


def _promise_method(machine: Machine, promise: Promise, name: str) -> Value:
    def settle(kept: Value, failed: Value) -> Value:
        if promise.state == "pending":
            if is_nothing(failed) or name == "finally":
                raise Uncertain
            return machine.promise("pending")
        promise.handled = True
        callback = kept if promise.state == "kept" else failed
        if is_nothing(callback):
            return machine.promise(promise.state, promise.value)
        try:
            value = machine.call(callback, UNDEFINED, [promise.value])
            return value if isinstance(value, Promise) else machine.promise("kept", value)
        except Thrown as thrown:
            return machine.promise("failed", thrown.value)

    def after(args: list[Value]) -> Value:
        if promise.state == "pending":
            raise Uncertain
        promise.handled = True
        machine.call(args[0], UNDEFINED, [])
        return machine.promise(promise.state, promise.value)

    methods: dict[str, Callable[[list[Value]], Value]] = {
        "then": lambda args: settle(args[0], args[1] if len(args) > 1 else UNDEFINED),
        "catch": lambda args: settle(UNDEFINED, args[0]),
        "finally": after,
    }
    if name not in methods:
        raise Uncertain
    method = methods[name]
    return Native(name, lambda _this, args: method(args))


# Built-in objects


def response(status: int, data: Value, headers: dict[str, str]) -> Obj:
    """A `Response`; `data` is what its JSON comes to."""
    made = Obj(None, "Response", data)
    made.props["status"] = status
    made.props["ok"] = 200 <= status < 300
    made.props["statusText"] = ""
    made.props["url"] = ""
    made.props["redirected"] = False
    made.props["bodyUsed"] = UNKNOWN
    made.props["body"] = UNKNOWN
    made.props["headers"] = headers_of({"content-type": "text/plain;charset=UTF-8", **headers})
    return made


def headers_of(values: dict[str, str]) -> Obj:
    """A `Headers` object."""
    return Obj(None, "Headers", {name.lower(): value for name, value in values.items()})


def _response_method(machine: Machine, holder: Obj, name: str) -> Value | None:
    def body(_this: Value, _args: list[Value]) -> Value:
        if holder.props.get("[[used]]"):
            return machine.promise("failed", error(machine, "TypeError", UNKNOWN))
        holder.props["[[used]]"] = True
        return machine.promise("kept", holder.host)

    def text(_this: Value, _args: list[Value]) -> Value:
        holder.props["[[used]]"] = True
        data = frozen(holder.host) if isinstance(holder.host, Lazy) else data_of(holder.host)
        return machine.promise("kept", json.dumps(data, separators=(",", ":"), ensure_ascii=False))

    def clone(_this: Value, _args: list[Value]) -> Value:
        made = Obj(None, "Response", holder.host)
        made.props = dict(holder.props)
        return made

    methods = {"json": body, "text": text, "clone": clone}
    return Native(name, methods[name]) if name in methods else None


def _headers_method(machine: Machine, holder: Obj, name: str) -> Value | None:
    values = holder.host
    if not isinstance(values, dict):
        return None

    def set_value(args: list[Value]) -> Value:
        values[text_of(args[0]).lower()] = text_of(args[1])
        return UNDEFINED

    methods: dict[str, Callable[[list[Value]], Value]] = {
        "get": lambda args: values.get(text_of(args[0]).lower(), NULL),
        "has": lambda args: text_of(args[0]).lower() in values,
        "set": set_value,
    }
    if name not in methods:
        return None
    method = methods[name]
    return Native(name, lambda _this, args: method(args))


def _key(value: Value) -> object:
    if isinstance(value, str | bool):
        return (type(value).__name__, value)
    if is_number(value):
        return ("number", value)
    if is_nothing(value):
        return ("constant", str(value))
    if value is UNKNOWN or isinstance(value, Range | Lazy):
        raise Uncertain
    return ("identity", id(value))


def _collection_method(machine: Machine, holder: Obj, name: str) -> Value | None:
    entries = holder.host
    if not isinstance(entries, dict):
        return None
    store: dict[object, tuple[Value, Value]] = entries

    def add(args: list[Value]) -> Value:
        store[_key(args[0])] = (args[0], args[1] if holder.kind == "Map" else args[0])
        return holder

    def clear(_: list[Value]) -> Value:
        store.clear()
        return UNDEFINED

    def each(args: list[Value]) -> Value:
        for key, value in list(store.values()):
            machine.call(args[0], UNDEFINED, [value, key, holder])
        return UNDEFINED

    if name == "size":
        return len(store)
    methods: dict[str, Callable[[list[Value]], Value]] = {
        "get": lambda args: store.get(_key(args[0]), (UNDEFINED, UNDEFINED))[1],
        "has": lambda args: _key(args[0]) in store,
        "set": add,
        "add": add,
        "delete": lambda args: store.pop(_key(args[0]), None) is not None,
        "clear": clear,
        "forEach": each,
        "keys": lambda _: Arr([key for key, _ in store.values()]),
        "values": lambda _: Arr([value for _, value in store.values()]),
        "entries": lambda _: Arr([Arr([key, value]) for key, value in store.values()]),
    }
    if name not in methods:
        return None
    method = methods[name]
    return Native(name, lambda _this, args: method(args))


def _url_method(machine: Machine, holder: Obj, name: str) -> Value | None:
    parts = urlsplit(str(holder.host))
    simple = {"href": str(holder.host), "pathname": parts.path or "/", "host": parts.netloc}
    simple["hostname"] = parts.hostname or ""
    simple["protocol"] = f"{parts.scheme}:"
    simple["origin"] = f"{parts.scheme}://{parts.netloc}"
    if name in simple:
        return simple[name]
    if name == "searchParams":
        return Obj(None, "UrlParams", holder)
    if name in {"toString", "toJSON"}:
        return Native(name, lambda _this, _args: str(holder.host))
    return None


def _url_params(machine: Machine, holder: Obj, name: str) -> Value | None:
    url = holder.host
    if not isinstance(url, Obj) or name not in {"set", "append"}:
        return None

    def add(_this: Value, args: list[Value]) -> Value:
        text_of(args[0])
        if not isinstance(args[1], Range) and args[1] is not UNKNOWN:
            text_of(args[1])
        separator = "&" if "?" in str(url.host) else "?"
        # The exact escapes are never compared: what is told of an address ends at its question mark.
        url.host = f"{url.host}{separator}{quote(text_of(args[0]))}"
        return UNDEFINED

    return Native(name, add)


def _search_params(machine: Machine, holder: Obj, name: str) -> Value | None:
    pairs = holder.host
    if not isinstance(pairs, list):
        return None
    listed: list[tuple[str, str]] = pairs

    def set_value(args: list[Value]) -> Value:
        key = text_of(args[0])
        listed[:] = [pair for pair in listed if pair[0] != key]
        listed.append((key, text_of(args[1])))
        return UNDEFINED

    def append(args: list[Value]) -> Value:
        listed.append((text_of(args[0]), text_of(args[1])))
        return UNDEFINED

    def first(args: list[Value]) -> Value:
        key = text_of(args[0])
        return next((value for name, value in listed if name == key), NULL)

    methods: dict[str, Callable[[list[Value]], Value]] = {
        "set": set_value,
        "append": append,
        "get": first,
        "has": lambda args: any(name == text_of(args[0]) for name, _ in listed),
        "toString": lambda _: text_of(holder),
    }
    if name not in methods:
        return None
    method = methods[name]
    return Native(name, lambda _this, args: method(args))


def _date_method(machine: Machine, holder: Obj, name: str) -> Value | None:
    if name in {"getTime", "valueOf"}:
        return Native(name, lambda _this, _args: number_of(holder))
    if name in {"toISOString", "toJSON", "toString"}:
        return Native(name, lambda _this, _args: UNKNOWN)
    return None


def _signal_method(machine: Machine, holder: Obj, name: str) -> Value | None:
    if name == "aborted":
        return False
    if name in {"addEventListener", "removeEventListener", "throwIfAborted"}:
        return Native(name, lambda _this, _args: UNDEFINED)
    return None


def _controller_method(machine: Machine, holder: Obj, name: str) -> Value | None:
    if name == "signal":
        return holder.host
    if name == "abort":
        return Native(name, lambda _this, _args: UNDEFINED)
    return None


_KIND_METHODS: dict[str, Callable[[Machine, Obj, str], Value | None]] = {
    "Response": _response_method,
    "Headers": _headers_method,
    "Map": _collection_method,
    "Set": _collection_method,
    "URL": _url_method,
    "UrlParams": _url_params,
    "URLSearchParams": _search_params,
    "Date": _date_method,
    "AbortSignal": _signal_method,
    "AbortController": _controller_method,
    "RegExp": _regex_method,
}


# Mocks


def called(mock: Mock) -> Value:
    """What calling a mocked function gives: another mock, until somebody waits for it."""
    mock.called = True
    if mock.fixed is not None:
        return UNKNOWN
    if mock.result is None:
        mock.result = Mock(f"{mock.label}()", mock.source)
    return mock.result


def constructed(machine: Machine, mock: Mock, args: list[Value]) -> Value:
    """What `new` of a mocked class gives."""
    mock.constructed = True
    return called(mock)


def answered(machine: Machine, mock: Mock) -> Value:
    """What waiting for a mocked call gives."""
    if machine.awaited is None or not mock.label.endswith("()") or mock.members:
        raise Uncertain
    if machine.loading:
        machine.network_on_load = True
        raise Uncertain
    mock.awaited = True
    return machine.awaited(mock)


# Globals


def builtin(module: str, name: str) -> Value:
    """An export of one of Node's own modules."""
    if (module, name) in {("crypto", "randomUUID")}:
        return Native(name, lambda _this, _args: UNKNOWN)
    raise Uncertain


def globals_of(machine: Machine) -> dict[str, Value]:
    """The platform's global names."""

    def native(name: str, call: Callable[[list[Value]], Value], **members: Value) -> Native:
        return Native(name, lambda _this, args: call(args), dict(members))

    def maker(name: str, make: Callable[[list[Value]], Value], **members: Value) -> Native:
        return Native(name, _not_callable, {"[[new]]": native(name, make), **members})

    def fetch(args: list[Value]) -> Value:
        if machine.loading:
            machine.network_on_load = True
            raise Uncertain
        machine.fetched.append((args[0] if args else UNDEFINED, args[1] if len(args) > 1 else UNDEFINED))
        if machine.fetch is None:
            raise Uncertain
        try:
            return machine.promise("kept", machine.fetch())
        except Thrown as thrown:
            return machine.promise("failed", thrown.value)

    def timer(args: list[Value]) -> Value:
        delay = number_of(args[1]) if len(args) > 1 else 0
        number = len(machine.timers) + 1
        due = delay.high if isinstance(delay, Range) else delay
        if not isinstance(due, int | float):
            raise Uncertain
        machine.timers.append((due, number, args[0], args[2:]))
        made = Obj(None, "Timer", (due, number))
        made.props["unref"] = native("unref", lambda _: UNDEFINED)
        return made

    def clear(args: list[Value]) -> Value:
        if args and isinstance(args[0], Obj) and args[0].kind == "Timer":
            mark = args[0].host
            machine.timers[:] = [timer for timer in machine.timers if timer[:2] != mark]
        return UNDEFINED

    def now(_: list[Value]) -> Value:
        return Range(machine.clock, machine.clock + 1_500)

    def date(args: list[Value]) -> Value:
        if not args:
            return Obj(None, "Date", now([]))
        if isinstance(args[0], Lazy):
            args[0].become("string", "2026-01-01T00:00:00Z")
        value = args[0]
        return Obj(None, "Date", value if is_number(value) or isinstance(value, Range) else UNKNOWN)

    def promise(args: list[Value]) -> Value:
        made = machine.promise("pending")

        def resolve(values: list[Value]) -> Value:
            if made.state == "pending":
                value = values[0] if values else UNDEFINED
                if isinstance(value, Promise):
                    value.handled = True
                    made.state, made.value = value.state, value.value
                else:
                    made.state, made.value = "kept", value
            return UNDEFINED

        def reject(values: list[Value]) -> Value:
            if made.state == "pending":
                made.state, made.value = "failed", values[0] if values else UNDEFINED
            return UNDEFINED

        try:
            machine.call(args[0], UNDEFINED, [native("resolve", resolve), native("reject", reject)])
        except Thrown as thrown:
            reject([thrown.value])
        return made

    def every(args: list[Value]) -> Value:
        values: list[Value] = []
        for item in items_of(machine, args[0]):
            try:
                values.append(machine.wait(item))
            except Thrown as thrown:
                return machine.promise("failed", thrown.value)
        return machine.promise("kept", Arr(values))

    def race(args: list[Value]) -> Value:
        items = items_of(machine, args[0])
        settled_ones = [item for item in items if not isinstance(item, Promise) or item.state != "pending"]
        for item in items:
            if isinstance(item, Promise):
                item.handled = True
        if not settled_ones:
            raise Uncertain
        first = settled_ones[0]
        if isinstance(first, Promise):
            return machine.promise(first.state, first.value)
        return machine.promise("kept", first)

    def collection(kind: str) -> Callable[[list[Value]], Value]:
        def make(args: list[Value]) -> Value:
            store: dict[object, tuple[Value, Value]] = {}
            if args and not is_nothing(args[0]):
                for item in items_of(machine, args[0]):
                    key, value = items_of(machine, item)[:2] if kind == "Map" else (item, item)
                    store[_key(key)] = (key, value)
            return Obj(None, kind, store)

        return make

    def url(args: list[Value]) -> Value:
        text = text_of(args[0])
        base = text_of(args[1]) if len(args) > 1 and args[1] is not UNDEFINED else None
        full = text if base is None else urljoin(base, text)
        if re.match(r"https?://[\w.-]+(:\d+)?(/|\?|$)", full) is None:
            if re.match(r"[a-z]+:", full) is None:
                raise Thrown(error(machine, "TypeError", UNKNOWN))
            raise Uncertain
        return Obj(None, "URL", full)

    def search(args: list[Value]) -> Value:
        pairs: list[tuple[str, str]] = []
        if args and isinstance(args[0], Obj) and args[0].kind == "Object":
            pairs = [(name, text_of(value)) for name, value in args[0].props.items()]
        elif args and not is_nothing(args[0]):
            raise Uncertain
        return Obj(None, "URLSearchParams", pairs)

    def headers(args: list[Value]) -> Value:
        if args and isinstance(args[0], Obj) and args[0].kind == "Headers" and isinstance(args[0].host, dict):
            return headers_of(args[0].host)
        if args and isinstance(args[0], Obj):
            return headers_of({name: text_of(value) for name, value in args[0].props.items()})
        if args and not is_nothing(args[0]):
            raise Uncertain
        return headers_of({})

    def entries(args: list[Value]) -> list[tuple[str, Value]]:
        if isinstance(args[0], Lazy):
            args[0].become("object")
            return [(name, settled(part)) for name, part in args[0].props.items()]
        if isinstance(args[0], Obj) and args[0].kind == "Object":
            return list(args[0].props.items())
        raise Uncertain

    def assign(args: list[Value]) -> Value:
        target = args[0]
        if not isinstance(target, Obj):
            raise Uncertain
        for source in args[1:]:
            if not is_nothing(source):
                target.props.update(entries([source]))
        return target

    def from_entries(args: list[Value]) -> Value:
        made = Obj()
        for item in items_of(machine, args[0]):
            key, value = items_of(machine, item)
            made.props[key_text(key)] = value
        return made

    def array_from(args: list[Value]) -> Value:
        items = items_of(machine, args[0])
        if len(args) > 1:
            items = [machine.call(args[1], UNDEFINED, [item, index]) for index, item in enumerate(items)]
        return Arr(items)

    def reflect_get(args: list[Value]) -> Value:
        return get(machine, args[0], key_text(args[1]))

    def set_of_numbers(pick: Callable[[Iterable[float]], float]) -> Callable[[list[Value]], Value]:
        def take(args: list[Value]) -> Value:
            if any(arg is UNKNOWN for arg in args):
                return UNKNOWN
            ranges = [_interval(number_of(arg)) for arg in args]
            if any(math.isnan(low) for low, _ in ranges):
                return float("nan")
            return _narrow(pick([low for low, _ in ranges]), pick([high for _, high in ranges]))

        return take

    def rounded(round_: Callable[[float], float]) -> Callable[[list[Value]], Value]:
        def take(args: list[Value]) -> Value:
            value = number_of(args[0])
            if value is UNKNOWN:
                return UNKNOWN
            low, high = _interval(value)
            if math.isnan(low) or math.isinf(low) or math.isinf(high):
                return value
            return _narrow(int(round_(low)), int(round_(high)))

        return take

    def parse_json(args: list[Value]) -> Value:
        try:
            return thawed(json.loads(text_of(args[0])))
        except ValueError:
            raise Thrown(error(machine, "SyntaxError", UNKNOWN)) from None

    def parse_int(args: list[Value]) -> Value:
        found = re.match(r"\s*([+-]?\d{1,15})", text_of(args[0]))
        return int(found[1]) if found is not None else float("nan")

    def finite(args: list[Value]) -> Value:
        value = args[0]
        if value is UNKNOWN:
            return UNKNOWN
        if isinstance(value, Lazy):
            value = settled(value)
        return is_number(value) and math.isfinite(value) if isinstance(value, int | float) else False

    def is_array(args: list[Value]) -> Value:
        if isinstance(args[0], Lazy):
            args[0].first()
            return args[0].kind == "array"
        return isinstance(args[0], Arr)

    def date_parse(args: list[Value]) -> Value:
        text = args[0]
        if isinstance(text, str) and re.fullmatch(r"undefined|null|NaN|[a-z]*|-?\d", text):
            raise Uncertain if re.fullmatch(r"-?\d", text) else Uncertain
        return UNKNOWN

    def freeze(args: list[Value]) -> Value:
        return args[0]

    def to_string(args: list[Value]) -> Value:
        if not args:
            return ""
        value = args[0]
        if value is UNKNOWN or isinstance(value, Range):
            return UNKNOWN
        if is_error(value):
            return UNKNOWN
        return text_of(value)

    def keyed(args: list[Value]) -> Value:
        return Arr([name for name, _ in entries(args)])

    silent = native("log", lambda _: UNDEFINED)
    console = Obj()
    for name in ("log", "info", "warn", "error", "debug"):
        console.props[name] = silent
    process = Obj()
    process.props["env"] = Obj(None, "env")
    crypto = Obj()
    crypto.props["randomUUID"] = native("randomUUID", lambda _: UNKNOWN)
    performance = Obj()
    performance.props["now"] = native("now", now)
    nan = float("nan")
    found: dict[str, Value] = {
        "undefined": UNDEFINED,
        "NaN": nan,
        "Infinity": math.inf,
        "console": console,
        "process": process,
        "crypto": crypto,
        "performance": performance,
        "fetch": native("fetch", fetch),
        "setTimeout": native("setTimeout", timer),
        "clearTimeout": native("clearTimeout", clear),
        "clearInterval": native("clearInterval", clear),
        "String": native("String", to_string),
        "Number": native(
            "Number",
            lambda args: number_of(args[0]) if args else 0,
            isFinite=native("isFinite", finite),
            isNaN=native("isNaN", lambda args: isinstance(args[0], float) and math.isnan(args[0])),
            isInteger=native("isInteger", lambda args: is_number(args[0]) and float(args[0]).is_integer()),  # type: ignore[arg-type]  # a number
            NaN=nan,
            MAX_SAFE_INTEGER=2**53 - 1,
            POSITIVE_INFINITY=math.inf,
            parseInt=native("parseInt", parse_int),
        ),
        "Boolean": native("Boolean", lambda args: machine.truth(args[0]) if args else False),
        "parseInt": native("parseInt", parse_int),
        "encodeURIComponent": native(
            "encodeURIComponent", lambda args: quote(text_of(args[0]), safe="!~*'()")
        ),
        "Date": maker("Date", date, now=native("now", now), parse=native("parse", date_parse)),
        "Promise": maker(
            "Promise",
            promise,
            resolve=native(
                "resolve",
                lambda args: (
                    args[0]
                    if args and isinstance(args[0], Promise)
                    else machine.promise("kept", args[0] if args else UNDEFINED)
                ),
            ),
            reject=native("reject", lambda args: machine.promise("failed", args[0] if args else UNDEFINED)),
            all=native("all", every),
            race=native("race", race),
        ),
        "Map": maker("Map", collection("Map")),
        "Set": maker("Set", collection("Set")),
        "WeakMap": maker("WeakMap", collection("Map")),
        "URL": maker("URL", url),
        "URLSearchParams": maker("URLSearchParams", search),
        "Headers": maker("Headers", headers),
        "Response": maker("Response", _no_new),
        "AbortController": maker(
            "AbortController", lambda _: Obj(None, "AbortController", Obj(None, "AbortSignal"))
        ),
        "AbortSignal": maker(
            "AbortSignal",
            _no_new,
            timeout=native("timeout", lambda _: Obj(None, "AbortSignal")),
            any=native("any", lambda _: Obj(None, "AbortSignal")),
        ),
        "Reflect": Obj(),
        "JSON": Obj(),
        "Math": Obj(),
        "Object": native(
            "Object",
            _no_new,
            keys=native("keys", keyed),
            values=native("values", lambda args: Arr([value for _, value in entries(args)])),
            entries=native("entries", lambda args: Arr([Arr([key, value]) for key, value in entries(args)])),
            fromEntries=native("fromEntries", from_entries),
            assign=native("assign", assign),
            freeze=native("freeze", freeze),
            setPrototypeOf=native("setPrototypeOf", freeze),
            defineProperty=native("defineProperty", _no_new),
            hasOwn=native("hasOwn", lambda args: key_text(args[1]) in keys_of(args[0])),
        ),
        "Array": native(
            "Array", _no_new, isArray=native("isArray", is_array), **{"from": native("from", array_from)}
        ),
        "Buffer": native("Buffer", _no_new, **{"from": native("from", _encoded)}),
        "structuredClone": native("structuredClone", lambda args: thawed(data_of(args[0]))),
        "btoa": native("btoa", lambda _: UNKNOWN),
        **ERRORS,
    }
    for name, methods in (
        ("Reflect", {"get": reflect_get}),
        ("JSON", {"stringify": lambda args: _json_text(args[0]), "parse": parse_json}),
        (
            "Math",
            {
                "min": set_of_numbers(min),
                "max": set_of_numbers(max),
                "floor": rounded(math.floor),
                "ceil": rounded(math.ceil),
                "round": rounded(lambda value: math.floor(value + 0.5)),
                "pow": lambda args: operate(machine, "**", args[0], args[1]),
                "random": lambda _: Range(0, 1),
                "abs": lambda args: abs(args[0]) if is_number(args[0]) else UNKNOWN,  # type: ignore[arg-type]  # a number
            },
        ),
    ):
        holder = found[name]
        if isinstance(holder, Obj):
            for method, call in methods.items():
                holder.props[method] = native(method, call)
    for errors in ("Error",):
        cls = found[errors]
        if isinstance(cls, Class):
            cls.statics["captureStackTrace"] = native("captureStackTrace", lambda _: UNDEFINED)
    found["globalThis"] = _global_object(found)
    return found


def _encoded(args: list[Value]) -> Value:
    made = Obj(None, "Buffer")
    made.props["toString"] = Native("toString", lambda _this, _args: UNKNOWN)
    return made


def _global_object(found: dict[str, Value]) -> Obj:
    made = Obj()
    made.props = {name: found[name] for name in ("fetch", "process", "crypto", "console")}
    return made


def _not_callable(_this: Value, _args: list[Value]) -> Value:
    raise Uncertain


def _no_new(_args: list[Value]) -> Value:
    raise Uncertain
