"""Answers of services: data as values and back, and parts that take shape as the code reads them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import TypeAlias, TypeVar

from fourlayer_rules.derive.running.values import (
    NULL,
    UNDEFINED,
    UNKNOWN,
    Arr,
    Func,
    Lazy,
    Native,
    Obj,
    Uncertain,
    Value,
    is_nothing,
    is_number,
)

T = TypeVar("T")

Json: TypeAlias = "str | int | float | bool | list[Json] | Mapping[str, Json] | None"
"""The data of an answer."""


def settled(lazy: Lazy) -> Value:
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


def frozen(lazy: Lazy) -> Json:
    """What a part came to, as JSON data; an object without properties where nothing was asked."""
    if isinstance(lazy.value, str | int | float):
        return lazy.value
    if lazy.kind == "null":
        return None
    if lazy.kind == "array":
        return [frozen(item) for item in lazy.items]
    if lazy.kind == "some":
        return "x"
    return {name: frozen(part) for name, part in lazy.props.items() if part.kind}


def thawed(data: Json) -> Value:
    """JSON data as a value."""
    if data is None:
        return NULL
    if isinstance(data, Mapping):
        made = Obj()
        made.props = {name: thawed(part) for name, part in data.items()}
        return made
    if isinstance(data, list):
        return Arr([thawed(item) for item in data])
    return data


def ordered(props: dict[str, T]) -> list[tuple[str, T]]:
    """Properties in the platform's order: whole numbers first, by size."""
    numbers = [name for name in props if re.fullmatch(r"0|[1-9]\d{0,8}", name)]
    if not numbers:
        return list(props.items())
    numbers.sort(key=int)
    return [(name, props[name]) for name in (*numbers, *(name for name in props if name not in numbers))]


def data_of(value: Value) -> Json:
    """A value as JSON data. Raises Uncertain where it holds anything else."""
    if isinstance(value, str | bool):
        return value
    if isinstance(value, int | float):
        return value if math.isfinite(value) else None
    if value is NULL:
        return None
    if isinstance(value, Arr):
        return [None if item is UNDEFINED else data_of(item) for item in value.items]
    if isinstance(value, Obj) and value.kind == "Object" and value.cls is None:
        return {
            name: data_of(part)
            for name, part in ordered(value.props)
            if part is not UNDEFINED and not isinstance(part, Func | Native)
        }
    raise Uncertain


def json_text(value: Value) -> Value:
    """What `JSON.stringify` gives; unknown where that is not certain."""
    if value is UNDEFINED:
        return UNDEFINED
    try:
        return json.dumps(data_of(value), separators=(",", ":"), ensure_ascii=False)
    except Uncertain:
        return UNKNOWN
