"""Path globs of package managers and tsconfigs, matched in linear time a segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_ALTERNATIVES = 256


def normalised(pattern: str) -> str:
    """Without a leading "./" and a trailing "/"."""
    while pattern.startswith("./"):
        pattern = pattern[2:]
    return pattern.strip("/")


def expand_braces(pattern: str) -> list[str]:
    """`a/{b,c}` as `a/b` and `a/c`; at most 256 patterns, unbalanced braces as they are."""
    done: list[str] = []
    waiting = [pattern]
    while waiting and len(done) + len(waiting) <= _MAX_ALTERNATIVES:
        current = waiting.pop()
        close = current.find("}")
        start = current.rfind("{", 0, close) if close >= 0 else -1
        if start < 0:
            done.append(current)
            continue
        choices = current[start + 1 : close].split(",")
        waiting.extend(f"{current[:start]}{choice}{current[close + 1 :]}" for choice in reversed(choices))
    return done


def matches(pattern: str, path: str) -> bool:
    """Whether a path matches: `*` within a segment, `?` one character, `**` any number of segments."""
    return _match_segments(pattern.split("/") if pattern else [], path.split("/") if path else [])


def _match_segments(patterns: Sequence[str], segments: Sequence[str]) -> bool:
    """Two pointers with one point of return: the latest `**` is the only one worth retrying."""
    at = position = 0
    retry: tuple[int, int] | None = None
    while position < len(segments):
        if at < len(patterns) and patterns[at] == "**":
            retry = at, position
            at += 1
        elif at < len(patterns) and match_segment(patterns[at], segments[position]):
            at += 1
            position += 1
        elif retry is not None:
            at, position = retry[0] + 1, retry[1] + 1
            retry = retry[0], position
        else:
            return False
    return all(pattern == "**" for pattern in patterns[at:])


def match_segment(pattern: str, segment: str) -> bool:
    """Whether one path segment matches a pattern of `*`, `?` and plain characters."""
    if "*" not in pattern and "?" not in pattern:
        return pattern == segment
    at = position = 0
    retry: tuple[int, int] | None = None
    while position < len(segment):
        if at < len(pattern) and pattern[at] == "*":
            retry = at, position
            at += 1
        elif at < len(pattern) and pattern[at] in {"?", segment[position]}:
            at += 1
            position += 1
        elif retry is not None:
            at, position = retry[0] + 1, retry[1] + 1
            retry = retry[0], position
        else:
            return False
    return all(character == "*" for character in pattern[at:])
