"""The global names of the platform, as far as adapters use them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from fourlayer_rules.derive.running import objects, statics
from fourlayer_rules.derive.running.errors import ERRORS
from fourlayer_rules.derive.running.promises import STATICS as PROMISE_STATICS
from fourlayer_rules.derive.running.promises import new_promise
from fourlayer_rules.derive.running.values import (
    UNDEFINED,
    UNKNOWN,
    Native,
    Obj,
    Range,
    Thrown,
    Uncertain,
    Value,
    number_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fourlayer_rules.derive.running.machine import Machine

    Call = Callable[[Machine, list[Value]], Value]

NODE_MODULES = frozenset(
    {"buffer", "crypto", "events", "fs", "path", "timers", "timers/promises", "url", "util"}
)
"""Modules that Node.js brings, where they are named without `node:`."""


def node_export(module: str, name: str) -> Value:
    """An export of one of Node's own modules."""
    if (module, name) == ("crypto", "randomUUID"):
        return Native(name, lambda _this, _args: UNKNOWN)
    raise Uncertain


def _unknown(_machine: Machine, _args: list[Value]) -> Value:
    return UNKNOWN


def _nothing(_machine: Machine, _args: list[Value]) -> Value:
    return UNDEFINED


def _no(_machine: Machine, _args: list[Value]) -> Value:
    raise Uncertain


# Calls out, time


def _fetch(machine: Machine, args: list[Value]) -> Value:
    machine.fetched.append((args[0], args[1] if len(args) > 1 else UNDEFINED))
    if machine.fetch is None:
        raise Uncertain
    try:
        return machine.promise("kept", machine.fetch())
    except Thrown as thrown:
        return machine.promise("failed", thrown.value)


def _set_timeout(machine: Machine, args: list[Value]) -> Value:
    delay = number_of(args[1]) if len(args) > 1 else 0
    due = delay.high if isinstance(delay, Range) else delay
    if not isinstance(due, int | float):
        raise Uncertain
    mark = machine.start_timer(due, args[0], args[2:])
    made = Obj(None, "Timer", mark)
    made.props["unref"] = Native("unref", lambda _this, _args: UNDEFINED)
    return made


def _clear_timeout(machine: Machine, args: list[Value]) -> Value:
    if args and isinstance(args[0], Obj) and args[0].kind == "Timer" and isinstance(args[0].host, int):
        machine.stop_timer(args[0].host)
    return UNDEFINED


# Assembly

_FUNCTIONS: Mapping[str, Call] = {
    "fetch": _fetch,
    "setTimeout": _set_timeout,
    "clearTimeout": _clear_timeout,
    "clearInterval": _nothing,
    "btoa": _unknown,
    "parseInt": statics.parse_int,
    "encodeURIComponent": statics.encoded_component,
    "structuredClone": statics.cloned,
}

_CALLABLE: Mapping[str, tuple[Call, Mapping[str, Call]]] = {
    "String": (statics.to_text, {}),
    "Number": (statics.to_number, statics.NUMBER),
    "Boolean": (statics.to_truth, {}),
    "Object": (_no, statics.OBJECT),
    "Array": (_no, statics.ARRAY),
    "Buffer": (_no, {"from": statics.buffer}),
}

_MAKERS: Mapping[str, tuple[Call, Mapping[str, Call]]] = {
    "Date": (objects.new_date, {"now": objects.now, "parse": _unknown}),
    "Promise": (new_promise, PROMISE_STATICS),
    "Map": (objects.new_map, {}),
    "Set": (objects.new_set, {}),
    "WeakMap": (objects.new_map, {}),
    "URL": (objects.new_url, {}),
    "URLSearchParams": (objects.new_search_params, {}),
    "Headers": (objects.new_headers, {}),
    "Response": (_no, {}),
    "AbortController": (objects.new_controller, {}),
    "AbortSignal": (_no, {"timeout": objects.new_signal, "any": objects.new_signal}),
}

_SPACES: Mapping[str, Mapping[str, Call]] = {
    "console": dict.fromkeys(("log", "info", "warn", "error", "debug"), _nothing),
    "crypto": {"randomUUID": _unknown},
    "performance": {"now": objects.now},
    "Reflect": {"get": statics.reflected},
    "JSON": {"stringify": statics.to_json, "parse": statics.from_json},
    "Math": statics.MATH,
}


def globals_of(machine: Machine) -> dict[str, Value]:
    """The platform's global names for one run."""

    def native(name: str, call: Call, members: dict[str, Value] | None = None) -> Native:
        return Native(name, lambda _this, args: call(machine, args), members)

    def natives(calls: Mapping[str, Call]) -> dict[str, Value]:
        return {name: native(name, call) for name, call in calls.items()}

    found: dict[str, Value] = {"undefined": UNDEFINED, "NaN": math.nan, "Infinity": math.inf, **ERRORS}
    found.update(natives(_FUNCTIONS))
    for name, (call, members) in _CALLABLE.items():
        found[name] = native(name, call, natives(members))
    for name, (make, members) in _MAKERS.items():
        found[name] = native(name, _no, {"[[new]]": native(name, make), **natives(members)})
    for name, members in _SPACES.items():
        space = Obj(None, "Platform")
        space.props.update(natives(members))
        found[name] = space
    number = found["Number"]
    if isinstance(number, Native):
        number.members.update(NaN=math.nan, MAX_SAFE_INTEGER=2**53 - 1, POSITIVE_INFINITY=math.inf)
    process = Obj(None, "Platform")
    process.props["env"] = Obj(None, "env")
    found["process"] = process
    everything = Obj(None, "Platform")
    everything.props.update((name, found[name]) for name in ("fetch", "process", "crypto", "console"))
    found["globalThis"] = everything
    return found
