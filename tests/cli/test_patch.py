"""Patches must apply: `git apply` is the judge."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from fourlayer.cli.patch import painted, unified_diff
from fourlayer.report.terminal import PLAIN, Style

CASES: dict[str, tuple[bytes | None, bytes | None]] = {
    "plain.ts": (b"a\nb\nc\n", b"a\nB\nc\n"),
    "crlf.ts": (b"a\r\nb\r\nc\r\n", b"a\r\nB\r\nc\r\n"),
    "no-newline.ts": (b"a\nb", b"a\nB"),
    "gains-newline.ts": (b"a\nb", b"a\nb\n"),
    "separators.ts": ("a\u2028\x0cb\n\x85c\n".encode(), "a\u2028\x0cb\n\x85d\n".encode()),
    "invalid.ts": (b"\xff\xfe\nx\n", b"\xff\xfe\ny\n"),
    "lone-cr.ts": (b"a\rb\nc\n", b"a\rB\nc\n"),
    "new.ts": (None, b"fresh\n"),
    "new-empty.ts": (None, b""),
    "gone.ts": (b"old\nlines\n", None),
    "same.ts": (b"same\n", b"same\n"),
    "folder with space/a.ts": (b"x\n", b"y\n"),
    'quo"te\\漢.ts': (b"x\n", b"y\n"),
    "tab\tname.ts": (b"x\n", b"y\n"),
}


def test_git_applies_the_patch_to_the_byte(tmp_path: Path) -> None:
    for path, (old, _) in CASES.items():
        if old is not None:
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(old)
    patch = unified_diff(
        {path: old for path, (old, _) in CASES.items()}, {path: new for path, (_, new) in CASES.items()}
    )
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=tmp_path, input=patch, check=True)
    for path, (_, new) in CASES.items():
        file = tmp_path / path
        assert (file.read_bytes() if file.exists() else None) == new, path


def test_no_change_is_no_patch() -> None:
    assert unified_diff({"a.ts": b"x\n"}, {"a.ts": b"x\n"}) == b""
    assert unified_diff({}, {"a.ts": None}) == b""


def test_a_patch_on_a_terminal_is_harmless() -> None:
    patch = unified_diff({"a.ts": b"a\x1b[31m\n"}, {"a.ts": b"b\x1b]0;x\x07\t1\r\n"})
    shown = painted(patch, PLAIN)
    assert all(char == "\n" or char.isprintable() for char in shown)
    assert "+b\\x1b]0;x\\x07    1" in shown
    assert "\x1b[32m+b" in painted(patch, Style(True))


@pytest.mark.parametrize("count", [1, 3])
def test_files_come_in_order(count: int) -> None:
    after: dict[str, bytes | None] = {f"{n}.ts": b"y\n" for n in reversed(range(count))}
    heads = [
        line
        for line in unified_diff(dict.fromkeys(after, b"x\n"), after).decode().splitlines()
        if line[:3] == "---"
    ]
    assert heads == [f"--- a/{n}.ts" for n in range(count)]
