"""Reading files: content, limits, places outside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fourlayer.files.read import read_bytes, read_with_stat
from fourlayer.files.trouble import Trouble
from fourlayer.files.walk import list_files

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX links")


def message(root: Path, path: str, limit: int = 100) -> str:
    result = read_bytes(str(root), path, limit)
    assert isinstance(result, Trouble), result
    assert result.path == path
    return result.message


def test_content_comes_unchanged_with_the_status_of_the_listing(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbfa\r\n\xff\x00"
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.ts").write_bytes(data)
    key = list_files(str(tmp_path)).files["a/x.ts"]
    assert read_with_stat(str(tmp_path), "a/x.ts") == (data, key)
    (tmp_path / "empty.ts").write_bytes(b"")
    assert read_bytes(str(tmp_path), "empty.ts") == b""


def test_the_limit_is_inclusive_and_named(tmp_path: Path) -> None:
    (tmp_path / "x.ts").write_bytes(b"a" * 100)
    assert read_bytes(str(tmp_path), "x.ts", 100) == b"a" * 100
    assert "larger than" in message(tmp_path, "x.ts", 99)


@pytest.mark.parametrize("path", ["/etc/hostname", "../x", "a/../../x", "a//b", "./a", "", "a/"])
def test_paths_that_are_not_plain_are_refused(tmp_path: Path, path: str) -> None:
    assert "cannot be read" in message(tmp_path, path)


def test_what_is_not_there_or_no_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert "no such file" in message(tmp_path, "absent.ts")
    assert "it is a folder" in message(tmp_path, "folder")
    assert "NUL" in read_bytes(str(tmp_path), "a\0b")[1]  # type: ignore[operator] # a trouble's message


@posix
def test_links_may_lead_anywhere_inside_only(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "root2"
    (root / "a").mkdir(parents=True)
    outside.mkdir()
    (root / "a" / "x.ts").write_bytes(b"inside")
    (outside / "x.ts").write_bytes(b"secret")
    (root / "link.ts").symlink_to("a/x.ts")
    (root / "linked").symlink_to("a")
    (root / "out.ts").symlink_to(outside / "x.ts")
    (root / "out").symlink_to(outside)
    (root / "broken.ts").symlink_to("absent")
    assert read_bytes(str(root), "link.ts") == b"inside"
    assert read_bytes(str(root), "linked/x.ts") == b"inside"
    assert "outside the workspace" in message(root, "out.ts")
    assert "outside the workspace" in message(root, "out/x.ts")
    assert "target does not exist" in message(root, "broken.ts")
    (tmp_path / "alias").symlink_to(root)
    assert read_bytes(str(tmp_path / "alias"), "a/x.ts") == b"inside"


@posix
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ts")
    assert "device or pipe" in message(tmp_path, "pipe.ts")
