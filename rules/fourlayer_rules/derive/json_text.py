"""Where the members of an object stand in a JSON text, comments and trailing commas allowed."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import NamedTuple


class JsonMember(NamedTuple):
    """A key and its value in a text: offsets of characters, quotes included, end exclusive."""

    key: str
    start: int
    value_start: int
    end: int


class JsonObject(NamedTuple):
    """An object in a text: the offsets of its braces, and its members in order."""

    open: int
    close: int
    members: tuple[JsonMember, ...]


def member_of(text: str, parts: tuple[str, ...]) -> JsonObject | None:
    """The object that a chain of keys leads to from the text's outermost object; None for anything else."""
    try:
        found = _object(text, _skip(text, 0))
        for part in parts:
            member = next((one for one in found.members if one.key == part), None)
            if member is None:
                return None
            found = _object(text, member.value_start)
    except (ValueError, IndexError, RecursionError):
        return None
    return found


@cache
def _blank() -> re.Pattern[str]:
    return re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/|\ufeff)*", re.DOTALL)


@cache
def _string() -> re.Pattern[str]:
    return re.compile(r'"(?:[^"\\\n]|\\.)*"')


@cache
def _scalar() -> re.Pattern[str]:
    return re.compile(r"[\w.+-]+")


def _skip(text: str, at: int) -> int:
    match = _blank().match(text, at)
    return match.end() if match is not None else at


def _object(text: str, at: int) -> JsonObject:
    if text[at] != "{":
        raise ValueError("no object")
    members: list[JsonMember] = []
    position = _skip(text, at + 1)
    while text[position] != "}":
        key = _string().match(text, position)
        if key is None:
            raise ValueError("no key")
        colon = _skip(text, key.end())
        if text[colon] != ":":
            raise ValueError("no colon")
        value = _skip(text, colon + 1)
        end = _end_of_value(text, value)
        members.append(JsonMember(json.loads(key[0]), position, value, end))
        position = _skip(text, end)
        if text[position] == ",":
            position = _skip(text, position + 1)
        elif text[position] != "}":
            raise ValueError("no comma")
    return JsonObject(at, position, tuple(members))


def _end_of_value(text: str, at: int) -> int:
    """Where a value ends; brackets inside strings and comments do not count."""
    if text[at] == '"':
        match = _string().match(text, at)
        if match is None:
            raise ValueError("no string")
        return match.end()
    if text[at] not in "{[":
        match = _scalar().match(text, at)
        if match is None:
            raise ValueError("no value")
        return match.end()
    depth = 0
    position = at
    while True:
        char = text[position]
        if char == '"':
            position = _end_of_value(text, position)
        elif char == "/":
            position = max(_skip(text, position), position + 1)
        else:
            depth += (char in "{[") - (char in "}]")
            position += 1
        if depth == 0:
            return position
