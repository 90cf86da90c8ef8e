"""The progress line: only on a terminal, only after a while, and gone at the end."""

from __future__ import annotations

import threading

import pytest

from fourlayer.cli import output, progress


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(output, "error", found.append)
    return found


def test_a_line_is_shown_and_wiped(monkeypatch: pytest.MonkeyPatch, written: list[str]) -> None:
    shown = threading.Event()

    def error(text: str) -> None:
        written.append(text)
        shown.set()

    monkeypatch.setattr(output, "error", error)
    monkeypatch.setattr(output, "is_terminal", lambda stream: True)
    monkeypatch.setattr(progress, "_PATIENCE", 0)
    with progress.Progress("working"):
        assert shown.wait(30)
    assert written[0].startswith("\rworking 0.")
    assert written[-1] == "\r\x1b[K"


def test_short_work_shows_nothing(monkeypatch: pytest.MonkeyPatch, written: list[str]) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda stream: True)
    monkeypatch.setattr(progress, "_PATIENCE", 3600)
    with progress.Progress("working"):
        pass
    assert written == []


def test_no_terminal_no_line(monkeypatch: pytest.MonkeyPatch, written: list[str]) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda stream: False)
    monkeypatch.setattr(progress, "_PATIENCE", 0)
    before = threading.active_count()
    with progress.Progress("working"):
        assert threading.active_count() == before
    assert written == []
