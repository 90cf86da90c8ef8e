"""Writing fixes: all or none, and a true account of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fourlayer.cli.fixing import apply
from fourlayer.files.write import WriteError


def test_everything_is_written_and_accounted_for(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p/a.ts").write_bytes(b"old\r\n")
    (tmp_path / "p/gone.ts").write_bytes(b"x")
    (tmp_path / "b.ts").write_bytes(b"b")
    before = {path: (tmp_path / path).read_bytes() for path in ("p/a.ts", "p/gone.ts", "b.ts")}
    after = {"p/a.ts": b"new\r\n", "p/gone.ts": None, "b.ts": b"B", "p/t/new.ts": b"n", "p/same.ts": None}
    applied = [("p/a.ts", "explicit-any"), ("p/a.ts", "explicit-any"), ("p/a.ts", "deep-import")]
    fixed = apply(str(tmp_path), before, after, applied, ("p",))
    assert (tmp_path / "p/a.ts").read_bytes() == b"new\r\n"
    assert not (tmp_path / "p/gone.ts").exists()
    assert (tmp_path / "p/t/new.ts").read_bytes() == b"n"
    assert fixed.written == ("b.ts", "p/a.ts", "p/gone.ts", "p/t/new.ts")
    assert fixed.outside == ("b.ts",)
    assert fixed.text() == (
        "Fixed 3 problems:\n"
        "  p/a.ts: deep-import (1), explicit-any (2)\n"
        "Created:\n"
        "  p/t/new.ts\n"
        "Deleted:\n"
        "  p/gone.ts\n"
        "Also changed outside p, because a fix reaches there:\n"
        "  b.ts\n"
    )
    assert fixed.plain() == [
        {"path": "p/a.ts", "rule": "deep-import", "count": 1},
        {"path": "p/a.ts", "rule": "explicit-any", "count": 2},
    ]


def test_a_file_that_changed_meanwhile_stops_everything(tmp_path: Path) -> None:
    (tmp_path / "a.ts").write_bytes(b"a")
    (tmp_path / "b.ts").write_bytes(b"changed")
    with pytest.raises(WriteError, match=r"b\.ts"):
        apply(str(tmp_path), {"a.ts": b"a", "b.ts": b"a"}, {"a.ts": b"A", "b.ts": b"B"}, [], ())
    assert (tmp_path / "a.ts").read_bytes() == b"a"
    assert (tmp_path / "b.ts").read_bytes() == b"changed"


def test_nothing_to_fix_is_said(tmp_path: Path) -> None:
    assert apply(str(tmp_path), {}, {}, [], ()).text() == "Nothing was fixed.\n"
