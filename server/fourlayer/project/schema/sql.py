"""SQL text cut into statements, with comments, strings and dollar quotes recognised.

All positions are characters of a Latin-1 decoded text, which are the bytes of the file.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

IDENT = r'(?:"[^"]*+(?:""[^"]*+)*+"|[A-Za-z_\x80-\xff][\w$\x80-\xff]{0,255}+)'
NAME = rf"{IDENT}(?:\s*\.\s*{IDENT}){{0,2}}"

COMMENT = 0
STRING = 1
DOLLAR = 2
QUOTED = 3

_MAX_UNTERMINATED = 16


@cache
def _marks() -> re.Pattern[str]:
    return re.compile(
        r"--[^\n]*+(?:\s*+--[^\n]*+)*+"
        r"|/\*"
        r"|'[^']*+(?:''[^']*+)*+'"
        r'|"[^"]*+(?:""[^"]*+)*+"'
        r"|\$(?:[A-Za-z_\x80-\xff][\w\x80-\xff]{0,62}+)?\$"
        r"|;"
        r"|\\[^\n]*+"
    )


@cache
def _escape_string() -> re.Pattern[str]:
    return re.compile(r"'(?:[^'\\]|\\.|'')*+'", re.DOTALL)


@cache
def _comment_edges() -> re.Pattern[str]:
    return re.compile(r"/\*|\*/")


@cache
def _not_space() -> re.Pattern[str]:
    return re.compile(r"\S")


@cache
def _copy_from_stdin() -> re.Pattern[str]:
    return re.compile(r"COPY\b.*\bFROM\s+STDIN\b", re.IGNORECASE | re.DOTALL)


@cache
def _copy_end() -> re.Pattern[str]:
    return re.compile(r"^\\\.[ \t\r]*$", re.MULTILINE)


class Mark(NamedTuple):
    """A stretch that is no plain SQL. `inner` is what it quotes, for strings and dollar quotes."""

    start: int
    end: int
    kind: int
    inner_start: int
    inner_end: int


class Statement(NamedTuple):
    """A statement without its semicolon. `begin` is where its leading comments start."""

    text: str
    begin: int
    start: int
    end: int
    marks: tuple[Mark, ...]

    def comments(self) -> Iterator[str]:
        """The comments before and inside the statement."""
        for mark in self.marks:
            if mark.kind == COMMENT:
                yield self.text[mark.start : mark.end]

    def blank(self) -> str:
        """The statement with comments as spaces and quoted content as "_", of the same length."""
        pieces: list[str] = []
        position = self.start
        for start, end, kind, _, _ in self.marks:
            if start < position:
                continue
            pieces.append(self.text[position:start])
            if kind == COMMENT:
                pieces.append(" " * (end - start))
            else:
                quote = '"' if kind == QUOTED else "'"
                pieces.append(quote + "_" * (end - start - 2) + quote)
            position = end
        pieces.append(self.text[position : self.end])
        return "".join(pieces)

    def mark_at(self, position: int) -> Mark | None:
        """The mark that starts exactly here."""
        for mark in self.marks:
            if mark.start == position:
                return mark
        return None


def statements(text: str, start: int, end: int) -> Iterator[Statement]:
    """The statements of text[start:end], the last one with or without its semicolon.

    A quote that is never closed counts as an ordinary character, so that a half-typed statement
    doesn't hide the others; a comment that is never closed runs to the end, as in Postgres.
    """
    search = _marks().search
    position = begin = start
    marks: list[Mark] = []
    unterminated = 0
    while True:
        found = search(text, position, end)
        if found is None:
            break
        at, position = found.span()
        lead = text[at]
        if lead == ";":
            statement = _statement(text, begin, at, marks)
            marks = []
            begin = position
            if statement is not None:
                yield statement
                if text[statement.start : statement.start + 4].upper() == "COPY":
                    begin = position = _after_copy_data(statement, position, end)
        elif lead == "$":
            close = -1
            if unterminated < _MAX_UNTERMINATED and not _in_word(text, at):
                close = text.find(text[at:position], position, end)
                unterminated += close < 0
            if close >= 0:
                marks.append(Mark(at, close + position - at, DOLLAR, position, close))
                position = close + position - at
            else:
                position = at + 1
        elif lead == "/":
            position = _comment_end(text, position, end)
            marks.append(Mark(at, position, COMMENT, at, position))
        elif lead == "'":
            if at > start and text[at - 1] in "eE" and not _in_word(text, at - 1):
                escaped = _escape_string().match(text, at, end)
                position = escaped.end() if escaped else at + 1
            marks.append(Mark(at, position, STRING, at + 1, max(position - 1, at + 1)))
        else:
            kind = QUOTED if lead == '"' else COMMENT
            marks.append(Mark(at, position, kind, at + 1, position - 1))
    last = _statement(text, begin, end, marks)
    if last is not None:
        yield last


def _statement(text: str, begin: int, end: int, marks: list[Mark]) -> Statement | None:
    not_space = _not_space().search
    position = begin
    upcoming = iter(marks)
    while True:
        first = not_space(text, position, end)
        if first is None:
            return None
        mark = next(upcoming, None)
        if mark is None or mark.start != first.start() or mark.kind != COMMENT:
            return Statement(text, begin, first.start(), end, tuple(marks))
        position = mark.end


def _in_word(text: str, position: int) -> bool:
    if position == 0:
        return False
    before = text[position - 1]
    return before.isalnum() or before in "_$" or before > "\x7f"


def _comment_end(text: str, position: int, end: int) -> int:
    """Where the comment ends whose opening is before `position`; comments nest."""
    depth = 1
    for edge in _comment_edges().finditer(text, position, end):
        depth += 1 if text[edge.start()] == "/" else -1
        if depth == 0:
            return edge.end()
    return end


def _after_copy_data(statement: Statement, position: int, end: int) -> int:
    if _copy_from_stdin().match(statement.blank()) is None:
        return position
    close = _copy_end().search(statement.text, position, end)
    return end if close is None else close.end()


@cache
def _brackets() -> re.Pattern[str]:
    return re.compile(r"[()\[\]]")


@cache
def _separators() -> re.Pattern[str]:
    return re.compile(r"[(),\[\]]")


def closing(blank: str, opening: int) -> int:
    """The position of the bracket that closes the one at `opening`; the text's end when none does."""
    depth = 0
    for bracket in _brackets().finditer(blank, opening):
        if blank[bracket.start()] in "([":
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                return bracket.start()
    return len(blank)


def split_commas(blank: str, start: int, end: int) -> list[tuple[int, int]]:
    """The ranges between the commas of blank[start:end] that no bracket encloses."""
    ranges: list[tuple[int, int]] = []
    depth = 0
    begin = start
    for separator in _separators().finditer(blank, start, end):
        character = separator[0]
        if character == ",":
            if depth == 0:
                ranges.append((begin, separator.start()))
                begin = separator.end()
        elif character in "([":
            depth += 1
        else:
            depth -= 1
    ranges.append((begin, end))
    return ranges


def flatten(blank: str) -> str:
    """The text with everything inside brackets as spaces, of the same length."""
    pieces: list[str] = []
    position = 0
    depth = 0
    for bracket in _brackets().finditer(blank):
        at = bracket.start()
        if blank[at] in "([":
            if depth == 0:
                pieces.append(blank[position : at + 1])
                position = at + 1
            depth += 1
        elif depth > 0:
            depth -= 1
            if depth == 0:
                pieces.append(" " * (at - position))
                position = at
    pieces.append(blank[position:] if depth == 0 else " " * (len(blank) - position))
    return "".join(pieces)
