"""On a real terminal: colours, and a way to have none."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pty = pytest.importorskip("pty")


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """What a command writes to a terminal of its own."""
    keep = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    master, slave = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "fourlayer", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=slave,
            stderr=slave,
            env={**keep, "TERM": "xterm-256color", **environment},
        )
        os.close(slave)
        chunks: list[bytes] = []
        while True:
            try:
                chunk = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not chunk:
                break
            chunks.append(chunk)
        assert process.wait() == 0
    finally:
        os.close(master)
    return b"".join(chunks).decode().replace("\r\n", "\n")


def test_a_page_is_rendered_in_colour() -> None:
    shown = on_a_terminal("explain", "explicit-any")
    assert shown.startswith("\x1b[1;4mexplicit-any\x1b[0m\n")
    assert "# explicit-any" not in shown


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colours_can_be_refused(environment: dict[str, str]) -> None:
    shown = on_a_terminal("explain", "explicit-any", **environment)
    assert shown.startswith("explicit-any\n")
    assert "\x1b" not in shown
