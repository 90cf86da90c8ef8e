"""JSON with comments and trailing commas, as tsconfig files are written."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MAX_BYTES = 8_000_000


@cache
def _comments() -> re.Pattern[str]:
    return re.compile(r'"(?:[^"\\]|\\.)*+"|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?', re.DOTALL)


@cache
def _trailing_commas() -> re.Pattern[str]:
    return re.compile(r'"(?:[^"\\]|\\.)*+"|,(?=\s*+[}\]])', re.DOTALL)


def parse_object(content: bytes | None) -> Mapping[str, object]:
    """The object that the content holds; empty for anything else, however malformed."""
    if content is None or len(content) > _MAX_BYTES:
        return {}
    text = content.decode("utf-8-sig", "replace")
    try:
        value: object = json.loads(text)
    except RecursionError:
        return {}
    except ValueError:
        try:
            value = json.loads(_strict(text))
        except (ValueError, RecursionError):
            return {}
    return as_object(value)


def _strict(text: str) -> str:
    def without_comment(found: re.Match[str]) -> str:
        return found[0] if found[0][0] == '"' else " "

    def without_comma(found: re.Match[str]) -> str:
        return found[0] if found[0][0] == '"' else ""

    return _trailing_commas().sub(without_comma, _comments().sub(without_comment, text))


def as_object(value: object) -> Mapping[str, object]:
    """The value when it is a JSON object, else an empty one."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def as_list(value: object) -> Sequence[object]:
    """The value when it is a JSON array, else an empty one."""
    return cast("list[object]", value) if isinstance(value, list) else []


def strings(value: object) -> tuple[str, ...]:
    """The strings of a JSON array; others in it are left out."""
    return tuple(item for item in as_list(value) if isinstance(item, str))
