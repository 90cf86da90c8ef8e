"""Code frames: carets must stand under the characters that they mean."""

from __future__ import annotations

import unicodedata

import pytest

from fourlayer.report.frame import code_frame
from fourlayer.report.terminal import PLAIN
from fourlayer.rule.outcome import Range


def frame(*lines: str, at: tuple[int, int, int, int], width: int = 100) -> list[str]:
    return code_frame(lines, Range(*at), width=width, style=PLAIN, severity="error")


def display(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1 for char in text)


def underlined(lines: list[str]) -> str:
    """What stands above the carets, by terminal columns."""
    source, carets = lines[0], lines[1]
    start, end = carets.index("^"), carets.rindex("^") + 1
    picked, column = "", 0
    for char in source:
        if start <= column < end:
            picked += char
        column += display(char)
    return picked


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("const a: any = 1;", "any"),
        ("\tconst a: any = 1;", "any"),
        ("  \t\tconst a\t: any = 1;", "any"),
        ("const 漢字: any = 1;", "any"),
        ("const s = '🙂🙂' as any;", "any"),
        ("const é: any = 1;", "any"),
        ("const s = '\x1b[31m' as any;", "any"),
        ("const s = '\u202e' as any;", "any"),
        ("x as '漢字🙂'", "漢字🙂"),
    ],
)
def test_carets_stand_under_the_range(line: str, wanted: str) -> None:
    index = line.index(wanted)
    start = len(line[:index].encode("utf-16-le")) // 2 + 1
    end = start + len(wanted.encode("utf-16-le")) // 2
    lines = frame(line, at=(7, start, 7, end))
    assert underlined(lines) == wanted
    assert lines[0].startswith("7 │ ")
    assert "\t" not in lines[0]


def test_line_breaks_at_the_end_of_a_line_are_not_shown() -> None:
    assert frame("const a: any;\r", at=(1, 10, 1, 13)) == ["1 │ const a: any;", "  │          ^^^"]


def test_an_empty_range_still_has_a_caret() -> None:
    assert frame("", at=(1, 1, 1, 1)) == ["1 │", "  │ ^"]
    assert frame("abc", at=(1, 9, 1, 12)) == ["1 │ abc", "  │    ^"]
    assert frame(at=(1, 1, 1, 1)) == []


def test_several_lines_are_shown_and_the_rest_is_hinted_at() -> None:
    lines = frame("await db", '  .from("a")', "  .select();", at=(9, 7, 12, 3))
    assert lines == [
        " 9 │ await db",
        "   │       ^^",
        '10 │   .from("a")',
        "11 │   .select();",
        "   │ …",
    ]


@pytest.mark.parametrize("before", [0, 3, 5_000])
@pytest.mark.parametrize("after", [0, 3, 5_000])
@pytest.mark.parametrize("filler", ["x", "漢", "\t"])
def test_a_long_line_is_cut_around_the_range(before: int, after: int, filler: str) -> None:
    line = filler * before + "any" + filler * after
    lines = frame(line, at=(1, before + 1, 1, before + 4), width=60)
    assert underlined(lines) == "any"
    assert display(lines[0]) <= 60
    assert lines[0].endswith("…") is (after == 5_000)
    assert ("│ …" in lines[0]) is (before == 5_000)


def test_a_range_longer_than_the_room_is_cut() -> None:
    lines = frame("a" * 500, at=(1, 101, 1, 401), width=60)
    assert all(len(line) <= 60 for line in lines)
    assert lines[1].endswith("^")
