"""Making the platform's objects: dates, collections, addresses, headers, signals."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from fourlayer_rules.derive.running.errors import made_error
from fourlayer_rules.derive.running.shapes import items_of
from fourlayer_rules.derive.running.values import (
    UNDEFINED,
    UNKNOWN,
    Lazy,
    Obj,
    Range,
    Store,
    Thrown,
    Uncertain,
    Value,
    is_nothing,
    text_of,
)
from fourlayer_rules.derive.running.web import headers_of, key_of

if TYPE_CHECKING:
    from fourlayer_rules.derive.running.machine import Machine

_CLOCK = 1_800_000_000_000.0
_LONGEST_TEST = 1_500
"""Milliseconds within which a run is over."""

_ADDRESS = re.compile(r"https?://[a-z0-9.-]+(:\d+)?(?=[/?]|$)")


def now(machine: Machine, args: list[Value]) -> Value:
    """`Date.now()`."""
    return _now()


def _now() -> Range:
    return Range(_CLOCK, _CLOCK + _LONGEST_TEST)


def new_date(machine: Machine, args: list[Value]) -> Value:
    """`new Date(...)`."""
    if not args:
        return Obj(None, "Date", _now())
    value = args[0]
    if isinstance(value, Lazy):
        value.become("string", "2026-01-01T00:00:00Z")
    if isinstance(value, int | float | Range) and not isinstance(value, bool):
        return Obj(None, "Date", value)
    return Obj(None, "Date", UNKNOWN)


def new_map(machine: Machine, args: list[Value]) -> Value:
    """`new Map(...)`."""
    made = _collection("Map")
    for item in _given(machine, args):
        key, value = items_of(machine, item)[:2]
        made[1][key_of(key)] = (key, value)
    return made[0]


def new_set(machine: Machine, args: list[Value]) -> Value:
    """`new Set(...)`."""
    made = _collection("Set")
    for item in _given(machine, args):
        made[1][key_of(item)] = (item, item)
    return made[0]


def _collection(kind: str) -> tuple[Obj, Store]:
    store: Store = {}
    return Obj(None, kind, store), store


def _given(machine: Machine, args: list[Value]) -> list[Value]:
    return items_of(machine, args[0]) if args and not is_nothing(args[0]) else []


def new_url(machine: Machine, args: list[Value]) -> Value:
    """`new URL(text, base)`."""
    text = text_of(args[0])
    base = text_of(args[1]) if len(args) > 1 and args[1] is not UNDEFINED else None
    full = text if base is None else urljoin(base, text)
    if _ADDRESS.match(full) is None:
        if re.match(r"[A-Za-z][\w+.-]*:", full) is None and base is None:
            raise Thrown(made_error(machine, "TypeError", UNKNOWN))
        raise Uncertain
    return Obj(None, "URL", full)


def new_search_params(machine: Machine, args: list[Value]) -> Value:
    """`new URLSearchParams(...)` of an object."""
    pairs: list[tuple[str, str]] = []
    if args and isinstance(args[0], Obj) and args[0].kind == "Object":
        pairs = [(name, text_of(value)) for name, value in args[0].props.items()]
    elif args and not is_nothing(args[0]):
        raise Uncertain
    return Obj(None, "URLSearchParams", pairs)


def new_headers(machine: Machine, args: list[Value]) -> Value:
    """`new Headers(...)`."""
    given = args[0] if args else UNDEFINED
    if is_nothing(given):
        return headers_of({})
    if not isinstance(given, Obj) or given.kind not in {"Headers", "Object"}:
        raise Uncertain
    if given.kind == "Headers" and isinstance(given.host, dict):
        return Obj(None, "Headers", dict(given.host))
    return headers_of({name: text_of(value) for name, value in given.props.items()})


def new_signal(machine: Machine, args: list[Value]) -> Value:
    """`AbortSignal.timeout(...)`, which is never reached."""
    return Obj(None, "AbortSignal")


def new_controller(machine: Machine, args: list[Value]) -> Value:
    """`new AbortController()`."""
    return Obj(None, "AbortController", Obj(None, "AbortSignal"))
