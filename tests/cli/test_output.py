"""Output: whole files, harmless complaints, quiet endings."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from fourlayer.cli import output


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    output.replace_file(str(target), b"one")
    target.chmod(0o640)
    output.replace_file(str(target), b"two")
    assert target.read_bytes() == b"two"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["report.json"]


def test_a_link_leads_to_the_file_that_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    output.replace_file(str(tmp_path / "link"), b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report.json"
    target.write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(output.OutputError, match=r"cannot write .*report\.json: no space left on device"):
        output.replace_file(str(target), b"new")
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["report.json"]


def test_devices_are_written_to_and_absent_folders_are_named(tmp_path: Path) -> None:
    output.replace_file(os.devnull, b"x")
    assert not stat.S_ISREG(os.stat(os.devnull).st_mode)
    with pytest.raises(output.OutputError, match="no such file or directory"):
        output.replace_file(str(tmp_path / "none/report"), b"x")


def test_complaints_are_harmless(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    output.complain("bad \x1b[31m\udcff\nnext")
    assert capsysbinary.readouterr().err == b"fourlayer: error: bad \\x1b[31m\\xff\nnext\n"


def test_text_that_the_encoding_lacks_is_escaped(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    output.write("a\udcff\n")
    output.write_bytes(b"\xff")
    assert capsysbinary.readouterr().out == b"a\\udcff\n\xff"
