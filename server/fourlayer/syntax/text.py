"""Source text as bytes with its own line index: positions, offsets and edits."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

Encoding = Literal["utf-8", "utf-16", "utf-32"]

_LINE_BREAK = re.compile(rb"\r\n|\r|\n")
BOM = b"\xef\xbb\xbf"


class Position(NamedTuple):
    """A place as editors count it: 0-based line, 0-based character in the units of an encoding."""

    line: int
    character: int


class Text:
    """Immutable source text.

    `data` is UTF-8 as it stands on disk, invalid bytes included (each counts as one character).
    Lines end at `\\r\\n`, `\\r` or `\\n` and nowhere else.
    """

    __slots__ = ("_ascii", "_starts", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._starts: Sequence[int] | None = None
        self._ascii: bool | None = None

    @classmethod
    def from_str(cls, text: str) -> Text:
        """Make a text of what an editor sent; lone surrogates survive the round trip."""
        return cls(text.encode("utf-8", "surrogatepass"))

    def __str__(self) -> str:
        return decode(self.data)

    def __len__(self) -> int:
        return len(self.data)

    @property
    def line_starts(self) -> Sequence[int]:
        """Byte offset of each line's first byte."""
        if self._starts is None:
            self._starts = _packed([0, *(match.end() for match in _LINE_BREAK.finditer(self.data))])
        return self._starts

    @property
    def line_count(self) -> int:
        """Number of lines; an empty text has one."""
        return len(self.line_starts)

    def line_of(self, offset: int) -> int:
        """0-based line that holds the byte offset."""
        return bisect_right(self.line_starts, offset) - 1

    def line_span(self, line: int) -> tuple[int, int]:
        """Byte offsets of a 0-based line, without its line break."""
        starts = self.line_starts
        start = starts[line]
        end = starts[line + 1] if line + 1 < len(starts) else len(self.data)
        while end > start and self.data[end - 1] in b"\r\n":
            end -= 1
        return start, end

    def slice(self, start: int, end: int) -> str:
        """The text between two byte offsets."""
        return decode(self.data[start:end])

    def position(self, offset: int, encoding: Encoding = "utf-16") -> Position:
        """Convert a byte offset (clamped into the text) to a position."""
        offset = min(max(offset, 0), len(self.data))
        line = self.line_of(offset)
        start = self.line_starts[line]
        if encoding == "utf-8" or self._is_ascii():
            return Position(line, offset - start)
        return Position(line, _length(self.data[start:offset], encoding))

    def offset(self, position: tuple[int, int], encoding: Encoding = "utf-16") -> int:
        """Convert a position to a byte offset; past the line's or text's end, that end is meant."""
        line, character = position
        starts = self.line_starts
        if line < 0:
            return 0
        if line >= len(starts):
            return len(self.data)
        start, end = self.line_span(line)
        if encoding == "utf-8" or self._is_ascii():
            return self._floor(min(start + max(character, 0), end))
        return min(start + _bytes_of(self.data[start:end], character, encoding), end)

    def replace(self, start: int, end: int, new: bytes) -> Text:
        """A text with the bytes `start`..`end` replaced; the line index is carried along."""
        text = Text(self.data[:start] + new + self.data[end:])
        if self._starts is not None:
            text._starts = _spliced(self._starts, text.data, start, end, len(new))
        if self._ascii and new.isascii():
            text._ascii = True
        return text

    def _is_ascii(self) -> bool:
        if self._ascii is None:
            self._ascii = self.data.isascii()
        return self._ascii

    def _floor(self, offset: int) -> int:
        """Move an offset that points into a multi-byte character back to its first byte."""
        while 0 < offset < len(self.data) and self.data[offset] & 0xC0 == 0x80:
            offset -= 1
        return offset


def decode(data: bytes) -> str:
    """Decode UTF-8; surrogates pass, and each undecodable byte becomes one surrogate escape."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        try:
            return data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return data.decode("utf-8", "surrogateescape")


def _packed(offsets: list[int]) -> Sequence[int]:
    """Offsets in a fifth of a list's memory; equal ones are equal."""
    from array import array

    return array("Q", offsets)


def _spliced(starts: Sequence[int], data: bytes, start: int, end: int, added: int) -> Sequence[int]:
    """Line starts after a replacement, rescanning only around it (a `\\r\\n` may join or part)."""
    first = bisect_right(starts, max(start - 1, 0)) - 1
    last = bisect_right(starts, end + 1)
    delta = added - (end - start)
    scan_from = starts[first]
    scan_to = starts[last] + delta if last < len(starts) else len(data)
    middle = [match.end() for match in _LINE_BREAK.finditer(data, scan_from, scan_to)]
    tail = [offset + delta for offset in starts[last:]]
    if middle and tail and middle[-1] == tail[0]:
        middle.pop()
    return _packed([*starts[: first + 1], *middle, *tail])


def _length(data: bytes, encoding: Encoding) -> int:
    text = decode(data)
    if encoding == "utf-32":
        return len(text)
    return len(text) + sum(char > "\uffff" for char in text)


def _bytes_of(line: bytes, character: int, encoding: Encoding) -> int:
    """Bytes that the first `character` units of a line take; half a surrogate pair rounds down."""
    text = decode(line)
    if encoding == "utf-16" and not line.isascii():
        units = 0
        for index, char in enumerate(text):
            width = 2 if char > "\uffff" else 1
            if units + width > character:
                return _byte_length(text[:index])
            units += width
        return len(line)
    return _byte_length(text[: max(character, 0)])


def _byte_length(text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        return sum(
            1 if "\udc80" <= char <= "\udcff" else len(char.encode("utf-8", "surrogatepass")) for char in text
        )
