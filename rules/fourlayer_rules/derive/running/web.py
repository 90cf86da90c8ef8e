"""The objects of the platform that have hidden state: responses, headers, addresses, collections, dates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fourlayer_rules.derive.running.answers import data_of, frozen
from fourlayer_rules.derive.running.errors import made_error
from fourlayer_rules.derive.running.values import (
    NULL,
    UNDEFINED,
    UNKNOWN,
    Arr,
    Lazy,
    Native,
    Obj,
    Range,
    Uncertain,
    Value,
    is_exact,
    is_nothing,
    is_number,
    number_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from fourlayer_rules.derive.running.machine import Machine


_BODY = "[[body]]"
_USED = "[[used]]"


def response_of(status: int, data: Value, headers: dict[str, str]) -> Obj:
    """A `Response`; `data` is what its JSON comes to."""
    made = Obj(None, "Response")
    made.props[_BODY] = data
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
    return Obj(None, "Headers", {name.lower(): (name, value) for name, value in values.items()})


def response_property(machine: Machine, holder: Obj, name: str) -> Value | None:
    """A method of a `Response`."""

    def body(_this: Value, _args: list[Value]) -> Value:
        if holder.props.get(_USED):
            return machine.promise("failed", made_error(machine, "TypeError", UNKNOWN))
        holder.props[_USED] = True
        return machine.promise("kept", holder.props[_BODY])

    def text(_this: Value, _args: list[Value]) -> Value:
        if holder.props.get(_USED):
            return machine.promise("failed", made_error(machine, "TypeError", UNKNOWN))
        holder.props[_USED] = True
        held = holder.props[_BODY]
        data = frozen(held) if isinstance(held, Lazy) else data_of(held)
        return machine.promise("kept", json.dumps(data, separators=(",", ":"), ensure_ascii=False))

    def clone(_this: Value, _args: list[Value]) -> Value:
        made = Obj(None, "Response")
        made.props = dict(holder.props)
        return made

    methods = {"json": body, "text": text, "clone": clone}
    return Native(name, methods[name]) if name in methods else None


def headers_property(machine: Machine, holder: Obj, name: str) -> Value | None:
    """A method of `Headers`."""
    values = holder.host
    if not isinstance(values, dict):
        return None

    def set_value(args: list[Value]) -> Value:
        values[text_of(args[0]).lower()] = (args[0], text_of(args[1]))
        return UNDEFINED

    methods: dict[str, Callable[[list[Value]], Value]] = {
        "get": lambda args: values.get(text_of(args[0]).lower(), (NULL, NULL))[1],
        "has": lambda args: text_of(args[0]).lower() in values,
        "set": set_value,
    }
    if name not in methods:
        return None
    method = methods[name]
    return Native(name, lambda _this, args: method(args))


def key_of(value: Value) -> object:
    """What tells the keys of collections apart."""
    if isinstance(value, str | bool):
        return (type(value).__name__, value)
    if is_number(value):
        return ("number", value)
    if is_nothing(value):
        return ("constant", str(value))
    if value is UNKNOWN or isinstance(value, Range | Lazy):
        raise Uncertain
    return ("identity", id(value))


def collection_property(machine: Machine, holder: Obj, name: str) -> Value | None:
    """A property of a `Map` or `Set`."""
    entries = holder.host
    if not isinstance(entries, dict):
        return None
    store = entries

    def add(args: list[Value]) -> Value:
        store[key_of(args[0])] = (args[0], args[1] if holder.kind == "Map" else args[0])
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
        "get": lambda args: store.get(key_of(args[0]), (UNDEFINED, UNDEFINED))[1],
        "has": lambda args: key_of(args[0]) in store,
        "set": add,
        "add": add,
        "delete": lambda args: store.pop(key_of(args[0]), None) is not None,
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


def url_property(machine: Machine, holder: Obj, name: str) -> Value | None:
    """A property of a `URL`."""
    parts = urlsplit(str(holder.host))
    if name in {"href", "toString", "toJSON"}:
        href = text_of(holder) if is_exact(holder) else UNKNOWN
        return href if name == "href" else Native(name, lambda _this, _args: href)
    if name == "hostname":
        return parts.hostname or ""
    if name == "protocol":
        return f"{parts.scheme}:"
    if name == "searchParams":
        return Obj(None, "UrlParams", holder)
    return UNKNOWN if name in {"pathname", "host", "origin", "search"} else None


def url_params_property(machine: Machine, holder: Obj, name: str) -> Value | None:
    """A method of a URL's parameters; how they are escaped is not told."""
    url = holder.host
    if not isinstance(url, Obj) or name not in {"set", "append"}:
        return None

    def add(_this: Value, _args: list[Value]) -> Value:
        url.host = f"{str(url.host).partition('?')[0]}?"
        return UNDEFINED

    return Native(name, add)


def search_params_property(machine: Machine, holder: Obj, name: str) -> Value | None:
    """A method of `URLSearchParams`."""
    pairs = holder.host
    if not isinstance(pairs, list):
        return None
    listed = pairs

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


def date_property(machine: Machine, holder: Obj, name: str) -> Value | None:
    """A method of a `Date`."""
    if name in {"getTime", "valueOf"}:
        return Native(name, lambda _this, _args: number_of(holder))
    if name in {"toISOString", "toJSON", "toString"}:
        return Native(name, lambda _this, _args: UNKNOWN)
    return None


def signal_property(machine: Machine, holder: Obj, name: str) -> Value | None:
    """A property of an `AbortSignal`, which never fires."""
    if name == "aborted":
        return False
    if name in {"addEventListener", "removeEventListener", "throwIfAborted"}:
        return Native(name, lambda _this, _args: UNDEFINED)
    return None


def controller_property(machine: Machine, holder: Obj, name: str) -> Value | None:
    """A property of an `AbortController`."""
    if name == "signal":
        return holder.host
    if name == "abort":
        return Native(name, lambda _this, _args: UNDEFINED)
    return None
