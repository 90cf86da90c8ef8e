"""The text store: edits as clients send them, and spans that move along."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from lsprotocol import types

from fourlayer.lsp.documents import Edit, apply_changes, difference, moved
from fourlayer.syntax.span import Span
from fourlayer.syntax.text import Encoding, Text

WORDS = [
    "a",
    "é",
    "\U0001d4b3",
    "🙂",
    "\r\n",
    "\n",
    "\r",
    "\u2028",
    "\u2029",
    "\x0c",
    "\x0b",
    "\x85",
    "const x = 1;",
    "\t",
    "",
]
WIDTHS: dict[str, Callable[[str], int]] = {
    "utf-8": lambda c: len(c.encode()),
    "utf-16": lambda c: 2 if c > "\uffff" else 1,
    "utf-32": lambda _: 1,
}


def change(start: tuple[int, int], end: tuple[int, int], text: str) -> types.TextDocumentContentChangePartial:
    return types.TextDocumentContentChangePartial(
        range=types.Range(types.Position(*start), types.Position(*end)), text=text
    )


def lines_of(text: str) -> list[str]:
    lines, current, index = [], "", 0
    while index < len(text):
        if text[index] in "\r\n":
            index += 2 if text.startswith("\r\n", index) else 1
            lines.append(current)
            current = ""
        else:
            current += text[index]
            index += 1
    return [*lines, current]


def naive_index(text: str, line: int, column: int, encoding: str) -> int:
    """The character index of a position, counted one character at a time."""
    lines = lines_of(text)
    if line >= len(lines):
        return len(text)
    index = 0
    for number in range(line):
        index += len(lines[number])
        index += 2 if text.startswith("\r\n", index) else 1
    units = 0
    for char in lines[line]:
        width = WIDTHS[encoding](char)
        if units + width > column:
            break
        units += width
        index += 1
    return index


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_random_edits_equal_a_naive_model(encoding: Encoding) -> None:
    rng = random.Random(7)
    for _ in range(60):
        model = "".join(rng.choice(WORDS) for _ in range(rng.randrange(30)))
        text = Text.from_str(model)
        for _ in range(25):
            places = sorted((rng.randrange(12), rng.randrange(40)) for _ in range(2))
            new = "".join(rng.choice(WORDS) for _ in range(rng.randrange(4)))
            sent = change(places[0], places[1], new)
            text, edits = apply_changes(text, [sent], encoding)
            start, end = (naive_index(model, line, column, encoding) for line, column in places)
            model = model[: min(start, end)] + new + model[max(start, end) :]
            assert str(text) == model
            assert edits[0].added == len(new.encode())
            assert sent.range == types.Range(types.Position(*places[0]), types.Position(*places[1]))
        assert text.line_starts == Text.from_str(model).line_starts


def test_several_changes_follow_one_another() -> None:
    text, edits = apply_changes(
        Text(b"one\n"),
        [change((0, 3), (0, 3), "!"), change((0, 4), (0, 4), "?"), change((0, 0), (0, 3), "two")],
        "utf-16",
    )
    assert text.data == b"two!?\n"
    assert edits == [Edit(3, 3, 1), Edit(4, 4, 1), Edit(0, 3, 3)]


def test_columns_past_the_end_of_a_line_mean_its_end() -> None:
    text, _ = apply_changes(Text(b"ab\r\ncd"), [change((0, 99), (0, 99), "X")], "utf-16")
    assert text.data == b"abX\r\ncd"


def test_reversed_ranges_are_read_as_meant() -> None:
    text, _ = apply_changes(Text(b"abcdef"), [change((0, 4), (0, 2), "-")], "utf-16")
    assert text.data == b"ab-ef"


def test_a_whole_text_is_taken_as_its_difference() -> None:
    whole = types.TextDocumentContentChangeWholeDocument(text="let b = any;")
    text, edits = apply_changes(Text(b"let a = any;"), [whole], "utf-16")
    assert text.data == b"let b = any;"
    assert edits == [Edit(4, 5, 1)]


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (Edit(0, 0, 4), Span(14, 17)),
        (Edit(10, 10, 4), Span(14, 17)),
        (Edit(13, 13, 4), Span(10, 13)),
        (Edit(20, 25, 0), Span(10, 13)),
        (Edit(11, 12, 5), Span(10, 17)),
        (Edit(8, 11, 1), Span(9, 11)),
        (Edit(12, 15, 0), Span(10, 12)),
        (Edit(9, 14, 2), None),
        (Edit(10, 13, 0), None),
    ],
)
def test_spans_move_with_edits(edit: Edit, expected: Span | None) -> None:
    assert moved(Span(10, 13), [edit]) == expected


def test_a_difference_rebuilds_the_new_text() -> None:
    rng = random.Random(3)
    for _ in range(300):
        old, new = (bytes(rng.choices(b"ab\n", k=rng.randrange(12))) for _ in range(2))
        built = old
        for start, end, added in difference(old, new):
            built = old[:start] + new[start : start + added] + old[end:]
        assert built == new
