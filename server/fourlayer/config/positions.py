"""Where the keys of a TOML document stand, which tomllib does not tell."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

Key = tuple[str | int, ...]
"""A path into a document: names of keys, and indexes into arrays."""

_SPACE = " \t"
_BLANK = " \t\r\n"
_STOP = " \t\r\n,]}#="
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


def locate(text: str) -> Mapping[Key, int]:
    """Character offsets of every key, and of every array element, of a document that tomllib accepts.

    A table's position is that of its name in the first header that opens it. A document that tomllib rejects
    gives the positions up to where it could be followed.
    """
    scanner = _Scanner(text)
    with contextlib.suppress(IndexError, RecursionError):
        scanner.document()
    return scanner.found


def position_of(text: str, key: Key, positions: Mapping[Key, int] | None = None) -> tuple[int, int]:
    """1-based line and UTF-16 column of a key or element, or of the nearest part of its path that is there.

    `positions` are those of `locate`, where they are known already.
    """
    found = locate(text) if positions is None else positions
    while key and key not in found:
        key = key[:-1]
    return line_and_column(text, found.get(key, 0))


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """1-based line and 1-based column in UTF-16 units of a character offset."""
    start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, start) + 1, utf16_length(text[start:offset]) + 1


def utf16_length(text: str) -> int:
    """The number of UTF-16 code units of a text."""
    return len(text) + sum(char > "\uffff" for char in text)


def _below(path: Key, part: str | int) -> Key:
    return (*path, part)


class _Scanner:
    """A cursor over a document; every step moves it forward, so that it always ends."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Key, int] = {}
        self._lengths: dict[Key, int] = {}

    def document(self) -> None:
        """Headers and key-value lines."""
        table: Key = ()
        while self._skip_blank():
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Key:
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        path: Key = ()
        names = self._dotted()
        for index, (name, offset) in enumerate(names):
            path = _below(path, name)
            self.found.setdefault(path, offset)
            last = index == len(names) - 1
            if last and many:
                self._lengths[path] = self._lengths.get(path, 0) + 1
            if path in self._lengths:
                path = _below(path, self._lengths[path] - 1)
                self.found.setdefault(path, offset)
        self.at += 2 if many else 1
        return path

    def _pair(self, table: Key) -> None:
        path = table
        for name, offset in self._dotted():
            path = (*path, name)
            self.found.setdefault(path, offset)
        self.at += 1  # "="
        self._skip(_SPACE)
        self._value(path)

    def _dotted(self) -> list[tuple[str, int]]:
        """The names of a dotted key with their offsets."""
        names: list[tuple[str, int]] = []
        while True:
            self._skip(_SPACE)
            start = self.at
            if self.text[start] in "\"'":
                names.append((self._string(), start))
            else:
                while self.text[self.at] not in _STOP + ".":
                    self.at += 1
                if self.at == start:
                    raise IndexError
                names.append((self.text[start : self.at], start))
            self._skip(_SPACE)
            if self.text[self.at] != ".":
                return names
            self.at += 1

    def _value(self, path: Key) -> None:
        char = self.text[self.at]
        if char in "\"'":
            self._string()
        elif char == "[":
            self._array(path)
        elif char == "{":
            self._inline_table(path)
        else:
            start = self.at
            while self.at < len(self.text) and self.text[self.at] not in ",]}#\r\n":
                self.at += 1
            if self.at == start:
                raise IndexError

    def _array(self, path: Key) -> None:
        self.at += 1
        index = 0
        while self._skip_blank() and self.text[self.at] != "]":
            self.found[*path, index] = self.at
            self._value((*path, index))
            index += 1
            self._skip_blank()
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1

    def _inline_table(self, path: Key) -> None:
        self.at += 1
        while self._skip_blank() and self.text[self.at] != "}":
            self._pair(path)
            self._skip_blank()
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1

    def _string(self) -> str:
        """The value of the string at the cursor; multi-line strings are only skipped."""
        quote = self.text[self.at]
        if self.text.startswith(quote * 3, self.at):
            self._skip_multiline(quote)
            return ""
        self.at += 1
        chars: list[str] = []
        while self.text[self.at] != quote:
            if self.text[self.at] == "\\" and quote == '"':
                chars.append(self._escape())
            else:
                chars.append(self.text[self.at])
                self.at += 1
        self.at += 1
        return "".join(chars)

    def _escape(self) -> str:
        kind = self.text[self.at + 1]
        size = {"x": 2, "u": 4, "U": 8}.get(kind, 0)
        digits = self.text[self.at + 2 : self.at + 2 + size]
        self.at += 2 + size
        if not size:
            return _ESCAPES.get(kind, kind)
        try:
            return chr(int(digits, 16))
        except (ValueError, OverflowError):
            raise IndexError from None

    def _skip_multiline(self, quote: str) -> None:
        self.at += 3
        while not self.text.startswith(quote * 3, self.at):
            self.at += 2 if self.text[self.at] == "\\" and quote == '"' else 1
        self.at += 3
        while self.text.startswith(quote, self.at):  # up to two quotes may stand before the closing three
            self.at += 1

    def _skip(self, chars: str) -> None:
        while self.at < len(self.text) and self.text[self.at] in chars:
            self.at += 1

    def _skip_blank(self) -> bool:
        """Move to the next text that is no space or comment; False at the end."""
        while self.at < len(self.text):
            if self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif self.text[self.at] in _BLANK:
                self.at += 1
            else:
                return True
        return False
