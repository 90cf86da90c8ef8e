"""Plain JSON values and how to look into them without trusting them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

JsonObject = dict[str, object]


def as_object(value: object) -> JsonObject | None:
    """The value where it is a JSON object, else None."""
    return cast("JsonObject", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[object]:
    """The value where it is a JSON array, else an empty list."""
    return cast("list[object]", value) if isinstance(value, list) else []


def as_str(value: object) -> str | None:
    """The value where it is a string, else None."""
    return value if isinstance(value, str) else None


def as_int(value: object) -> int | None:
    """The value where it is an integer (no boolean), else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def without_nulls(value: object) -> object:
    """The JSON value with every null member of an object left out, at any depth."""
    if isinstance(value, Mapping):
        items = cast("Mapping[str, object]", value).items()
        return {key: without_nulls(inner) for key, inner in items if inner is not None}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [without_nulls(inner) for inner in cast("Sequence[object]", value) if inner is not None]
    return value
