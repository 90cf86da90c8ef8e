"""A brace language (TypeScript, Prisma) read without a grammar: comments, strings, matching brackets."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_MANY_UNCLOSED = 64
_SHORT_SPAN = 2000
_BRACKETS = {"{": "}", "(": ")", "[": "]"}


@cache
def _quotes() -> re.Pattern[str]:
    return re.compile(
        r"//[^\n]*+"
        r"|/\*(?:[^*]|\*(?!/))*+\*/"
        r"|\"(?:[^\"\\\n]|\\.)*+\""
        r"|'(?:[^'\\\n]|\\.)*+'"
        r"|`(?:[^`\\]|\\.)*+`",
        re.DOTALL,
    )


@cache
def _bracket() -> re.Pattern[str]:
    return re.compile(r"[{}()\[\]]")


@cache
def _opening() -> re.Pattern[str]:
    return re.compile(r"[{(\[]")


@cache
def _member() -> re.Pattern[str]:
    word = r"[A-Za-z_$\x80-\xff][\w$\x80-\xff]{0,255}+"
    return re.compile(rf"(?:^|[;,\n])\s*+(?:readonly\s+)?(?:({word})|[\"']_*[\"'])\s*\??\s*:")


class Member(NamedTuple):
    """A property of an object literal or type: its name and the ranges of its key and value."""

    name: str
    start: int
    value: int
    end: int


class Source:
    """A text, Latin-1 decoded so that positions are bytes, and the same with its quotes blanked."""

    __slots__ = ("_closing", "_lines", "blank", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.blank = _quotes().sub(_blanked, text)
        self._lines: list[int] | None = None
        self._closing: dict[int, int] | None = None

    def line(self, offset: int) -> int:
        """The 1-based line of an offset."""
        if self._lines is None:
            self._lines = [0, *accumulate(len(line) + 1 for line in self.text.split("\n"))]
        return bisect_right(self._lines, offset)

    def closing(self, opening: int) -> int:
        """The position of the bracket that closes this one; the text's end when none does."""
        if self._closing is None:
            self._closing = _pairs(self.blank)
        return self._closing.get(opening, len(self.blank))

    def decoded(self, start: int, end: int) -> str:
        """The text at a range, as UTF-8."""
        part = self.text[start:end]
        return part if part.isascii() else part.encode("latin-1").decode("utf-8", "replace")

    def quoted_at(self, position: int) -> str | None:
        """The content of the string literal that starts here; None when there is none."""
        quote = self.blank[position : position + 1]
        if quote not in {'"', "'", "`"}:
            return None
        end = self.blank.find(quote, position + 1)
        return None if end < 0 else self.decoded(position + 1, end)

    def quoted_after(self, found: re.Match[str] | None) -> str | None:
        """The content of the literal whose opening quote ends a match."""
        return self.quoted_at(found.end() - 1) if found else None

    def flat(self, start: int, end: int) -> str:
        """blank[start:end] with what nested brackets enclose as spaces."""
        pieces: list[str] = []
        position = start
        while True:
            found = _opening().search(self.blank, position, end)
            if found is None:
                break
            close = min(self.closing(found.start()), end)
            pieces.append(self.blank[position : found.end()])
            pieces.append(" " * (close - found.end()))
            position = close
        pieces.append(self.blank[position:end])
        return "".join(pieces)

    def members(self, opening: int) -> Iterator[Member]:
        """The properties between a brace and its closing one, in order."""
        end = self.closing(opening)
        flat = self.flat(opening + 1, end)
        base = opening + 1
        found = list(_member().finditer(flat))
        for index, key in enumerate(found):
            stop = found[index + 1].start() if index + 1 < len(found) else len(flat)
            value = key.end()
            while value < stop and flat[value].isspace():
                value += 1
            yield Member(self._key(flat, base, key), base + _key_start(key, flat), base + value, base + stop)

    def _key(self, flat: str, base: int, key: re.Match[str]) -> str:
        if key[1]:
            return self.decoded(base + key.start(1), base + key.end(1))
        start = _key_start(key, flat)
        return self.quoted_at(base + start) or ""


def _key_start(key: re.Match[str], flat: str) -> int:
    if key[1]:
        return key.start(1)
    quotes = (flat.find(quote, key.start(), key.end()) for quote in "\"'")
    return min(position for position in quotes if position >= 0)


def _blanked(found: re.Match[str]) -> str:
    quoted = found[0]
    if quoted[0] == "/":
        return " " * len(quoted)
    return quoted[0] + "_" * (len(quoted) - 2) + quoted[0]


@cache
def _declaration() -> re.Pattern[str]:
    words = "export|const|let|var|function|import|interface|model|view|type|enum|datasource|generator"
    return re.compile(rf"^(?={words})\b", re.MULTILINE)


def _pairs(blank: str) -> dict[int, int]:
    """Opening to closing position.

    A bracket that closes another kind closes what was left open inside. One that nothing closes ends
    where the next declaration starts a line; where very many do, it spans a few lines at most.
    """
    pairs: dict[int, int] = {}
    stack: list[tuple[int, str]] = []
    for found in _bracket().finditer(blank):
        bracket = found[0]
        if bracket in _BRACKETS:
            stack.append((found.start(), _BRACKETS[bracket]))
        elif any(closer == bracket for _, closer in stack[-8:]):
            while stack:
                opening, closer = stack.pop()
                pairs[opening] = found.start()
                if closer == bracket:
                    break
    if stack:
        starts = [found.start() for found in _declaration().finditer(blank)]
        span = len(blank) if len(stack) <= _MANY_UNCLOSED else _SHORT_SPAN
        for opening, _ in stack:
            following = bisect_right(starts, opening)
            end = starts[following] if following < len(starts) else len(blank)
            pairs[opening] = min(end, opening + span)
    return pairs
