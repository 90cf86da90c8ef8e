"""The source lines of a finding with the range underlined."""

from __future__ import annotations

from typing import NamedTuple

from fourlayer.report.terminal import Style, char_width, escape
from fourlayer.rule.model import Severity
from fourlayer.rule.outcome import Range

TAB = 4
"""Columns between tab stops."""


class _Cell(NamedTuple):
    """One character as it is shown, and the columns it takes."""

    shown: str
    width: int


def code_frame(
    lines: tuple[str, ...], range_: Range, *, width: int, style: Style, severity: Severity
) -> list[str]:
    """The lines of a frame: line numbers, source, and carets under the first line's part of the range.

    `lines` are source lines from `range_.start_line` on. A line wider than `width` columns is cut around
    the range. Control characters are shown as escapes.
    """
    if not lines:
        return []
    last = range_.start_line + len(lines) - 1
    gutter = len(str(last))
    room = max(width - gutter - 3, 20)
    bar = style.paint("│", "dim")
    result: list[str] = []
    for index, raw in enumerate(lines):
        line = raw.rstrip("\r\n")
        number = range_.start_line + index
        start = _char_index(line, range_.start_column) if index == 0 else 0
        end = _char_index(line, range_.end_column) if number == range_.end_line else len(line)
        shown, offset, length = _window(line, start, max(end, start), room)
        result.append(f"{style.paint(str(number).rjust(gutter), 'dim')} {bar} {shown}".rstrip())
        if index == 0:
            carets = style.severity("^" * max(length, 1), severity)
            result.append(f"{' ' * gutter} {bar} {' ' * offset}{carets}")
    if last < range_.end_line:
        result.append(f"{' ' * gutter} {bar} …")
    return result


def _char_index(line: str, column: int) -> int:
    """Index of the character at a 1-based UTF-16 column; past the line's end, that end."""
    units = max(column - 1, 0)
    if line.isascii():
        return min(units, len(line))
    for index, char in enumerate(line):
        if units <= 0:
            return index
        units -= 2 if char > "\uffff" else 1
    return len(line)


def _window(line: str, start: int, end: int, room: int) -> tuple[str, int, int]:
    """The part of a line that fits, the column where `start` is in it, and the columns of the range."""
    low, high = max(start - room, 0), min(start + room + 1, len(line))
    cells = _cells(line[low:high])
    left, right = _fit(cells, start - low, room)
    head = "…" if low + left > 0 else ""
    tail = "…" if low + right < len(line) else ""
    shown = "".join([cell.shown for cell in cells[left:right]])
    offset = len(head) + sum(cell.width for cell in cells[left : start - low])
    length = sum(cell.width for cell in cells[start - low : min(end - low, right)])
    return f"{head}{shown}{tail}", offset, length


def _fit(cells: list[_Cell], start: int, room: int) -> tuple[int, int]:
    """Bounds of the cells to show: a third of the room before `start`, the rest after it, none wasted."""
    if sum(cell.width for cell in cells) <= room:
        return 0, len(cells)
    room -= 2
    left, right, used = start, start, 0
    while left > 0 and used + cells[left - 1].width <= room // 3:
        left -= 1
        used += cells[left].width
    while right < len(cells) and used + cells[right].width <= room:
        used += cells[right].width
        right += 1
    while left > 0 and used + cells[left - 1].width <= room:
        left -= 1
        used += cells[left].width
    return left, right


def _cells(text: str) -> list[_Cell]:
    cells: list[_Cell] = []
    column = 0
    for char in text:
        if char == "\t":
            width = TAB - column % TAB
            cell = _Cell(" " * width, width)
        elif char.isprintable():
            cell = _Cell(char, char_width(char))
        else:
            shown = escape(char)
            cell = _Cell(shown, len(shown))
        cells.append(cell)
        column += cell.width
    return cells
