"""Positions, offsets and edits of `Text`, against a reference that works on characters."""

from __future__ import annotations

import random
import re

import pytest

from fourlayer.syntax.text import Encoding, Position, Text

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
ALPHABET = [
    "a",
    "b",
    " ",
    "\n",
    "\r",
    "\r\n",
    "\t",
    "é",
    "€",
    "😀",
    "\u2028",
    "\u2029",
    "\x0b",
    "\x0c",
    "\x85",
    "{",
    "`",
]


def reference_lines(text: str) -> list[str]:
    """Lines without their breaks."""
    return re.split(r"\r\n|\r|\n", text)


def reference_position(text: str, index: int, encoding: Encoding) -> Position:
    """The position of a character index."""
    before = re.split(r"\r\n|\r|\n", text[:index])
    # An index between \r and \n is still on the line that the pair ends.
    line = len(before) - 1
    column = before[-1]
    if index and index < len(text) and text[index - 1] == "\r" and text[index] == "\n":
        line -= 1
        column = before[-2] + "\r"
    return Position(line, units(column, encoding))


def units(text: str, encoding: Encoding) -> int:
    if encoding == "utf-8":
        return len(text.encode("utf-8", "surrogatepass"))
    if encoding == "utf-16":
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_positions_and_offsets_agree_with_characters(encoding: Encoding) -> None:
    source = random.Random(7)
    for _ in range(300):
        content = "".join(source.choice(ALPHABET) for _ in range(source.randrange(0, 40)))
        text = Text.from_str(content)
        assert text.line_count == len(reference_lines(content))
        for index in range(len(content) + 1):
            offset = len(content[:index].encode())
            position = text.position(offset, encoding)
            assert position == reference_position(content, index, encoding)
            if content[index - 1 : index + 1] != "\r\n":
                assert text.offset(position, encoding) == offset


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_column_past_the_end_means_the_end_of_the_line(encoding: Encoding) -> None:
    text = Text(b"one\r\ntwo\rthree")
    assert text.offset((0, 99), encoding) == 3
    assert text.offset((1, 99), encoding) == 8
    assert text.offset((2, 99), encoding) == 14
    assert text.offset((9, 0), encoding) == 14
    assert text.offset((-1, 0), encoding) == 0


def test_half_a_surrogate_pair_rounds_down() -> None:
    text = Text.from_str("a😀b")
    assert text.offset((0, 2), "utf-16") == 1
    assert text.offset((0, 3), "utf-16") == 5
    assert text.offset((0, 3), "utf-8") == 1


def test_only_cr_and_lf_end_lines() -> None:
    assert Text.from_str("a\x0bb\x0cc\x85d\u2028e\u2029f").line_count == 1


def test_invalid_bytes_count_one_character_each() -> None:
    text = Text(b"a\xff\xfeb\n")
    assert text.position(3, "utf-16") == (0, 3)
    assert text.offset((0, 3), "utf-16") == 3


def test_lone_surrogates_from_an_editor_survive() -> None:
    text = Text.from_str("x\ud800y")
    assert str(text) == "x\ud800y"
    assert text.position(len(text.data), "utf-16") == (0, 3)


@pytest.mark.parametrize("seed", range(20))
def test_edit_sequences_leave_the_index_as_from_scratch(seed: int) -> None:
    source = random.Random(seed)
    content = "".join(source.choice(ALPHABET) for _ in range(60))
    text = Text.from_str(content)
    for _ in range(200):
        _ = text.line_starts
        encoding = source.choice(ENCODINGS)
        first = (source.randrange(0, 12), source.randrange(0, 30))
        second = (first[0] + source.randrange(0, 2), source.randrange(0, 30))
        start, end = sorted((text.offset(first, encoding), text.offset(second, encoding)))
        new = "".join(source.choice(ALPHABET) for _ in range(source.randrange(0, 4)))
        text = text.replace(start, end, new.encode())
        scratch = Text(text.data)
        assert text.line_starts == scratch.line_starts
        assert text.position(start, encoding) == scratch.position(start, encoding)
