"""Listing files: links, names, exclusions, troubles."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from fourlayer.files.walk import list_files
from fourlayer.syntax.glob import Globs

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX links and names")


def write(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")


def test_files_are_sorted_and_carry_their_status(tmp_path: Path) -> None:
    write(tmp_path, "b.ts", "a/z.ts", "a/b/c.json", "a.txt")
    listing = list_files(str(tmp_path))
    assert list(listing.files) == ["a.txt", "a/b/c.json", "a/z.ts", "b.ts"]
    info = (tmp_path / "b.ts").stat()
    assert listing.files["b.ts"] == (4, info.st_mtime_ns, info.st_ctime_ns, info.st_ino)
    assert listing.troubles == ()


def test_only_wanted_suffixes_and_names(tmp_path: Path) -> None:
    write(tmp_path, "a.ts", "a.d.ts", "b.tsx", "ts", ".ts", "README.md", "c.md", "Makefile")
    listing = list_files(str(tmp_path), suffixes=frozenset({".ts"}), names=frozenset({"README.md"}))
    assert list(listing.files) == [".ts", "README.md", "a.d.ts", "a.ts"]


def test_git_and_node_modules_are_never_entered(tmp_path: Path) -> None:
    write(tmp_path, ".git/config", "node_modules/x.ts", "a/node_modules/x.ts", "a/x.ts")
    assert list(list_files(str(tmp_path), respect_gitignore=False).files) == ["a/x.ts"]


def test_excluded_files_and_folders_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "dist/a.ts", "a/dist/b.ts", "a/old/c.ts", "a/x.gen.ts", "a/x.ts")
    exclude = Globs(["**/dist/**", "a/old", "**/*.gen.ts"])
    assert list(list_files(str(tmp_path), exclude=exclude).files) == ["a/x.ts"]


def test_some_folders_only(tmp_path: Path) -> None:
    write(tmp_path, "a/x.ts", "a/b/y.ts", "ab/z.ts", "c/w.ts", "node_modules/v.ts")

    def listed(*folders: str) -> list[str]:
        return list(list_files(str(tmp_path), folders=folders).files)

    assert listed("a", "a/b", "c/") == ["a/b/y.ts", "a/x.ts", "c/w.ts"]
    assert listed("node_modules") == []
    assert listed() == []
    assert listed("a", "") == ["a/b/y.ts", "a/x.ts", "ab/z.ts", "c/w.ts"]
    assert list_files(str(tmp_path), folders=["absent"]).troubles[0].path == "absent"


@posix
def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    write(root, "a/x.ts")
    write(outside, "secret.ts")
    (root / "loop").symlink_to(root, target_is_directory=True)
    (root / "a" / "up").symlink_to("..", target_is_directory=True)
    (root / "out").symlink_to(outside, target_is_directory=True)
    listing = list_files(str(root), suffixes=frozenset({".ts"}))
    assert list(listing.files) == ["a/x.ts"]
    assert list(list_files(str(root), folders=["out", "loop/a"]).files) == []


@posix
def test_a_linked_file_is_listed_once(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, "a/x.ts", "hidden/y.ts")
    write(tmp_path, "outside.ts")
    (root / "z.ts").symlink_to("a/x.ts")
    (root / "c.ts").symlink_to("hidden/y.ts")
    (root / "d.ts").symlink_to("hidden/y.ts")
    (root / "out.ts").symlink_to(tmp_path / "outside.ts")
    (root / "self.ts").symlink_to("self.ts")
    listing = list_files(str(root), exclude=Globs(["hidden"]))
    assert list(listing.files) == ["a/x.ts", "c.ts"]
    assert listing.files["c.ts"][3] == (root / "hidden" / "y.ts").stat().st_ino
    assert [trouble.path for trouble in listing.troubles] == ["self.ts"]


@posix
def test_pipes_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ts")
    listing = list_files(str(tmp_path))
    assert (listing.files, listing.troubles) == ({}, ())


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system that takes any bytes")
def test_names_that_are_no_utf8_are_skipped_and_reported(tmp_path: Path) -> None:
    write(tmp_path, "ok.ts", "é.ts")
    (tmp_path / os.fsdecode(b"bad\xff.ts")).write_text("")
    (tmp_path / os.fsdecode(b"dir\xfe")).mkdir()
    (tmp_path / os.fsdecode(b"dir\xfe") / "a.ts").write_text("")
    listing = list_files(str(tmp_path))
    assert list(listing.files) == ["ok.ts", "é.ts"]
    assert [trouble.path for trouble in listing.troubles] == ["bad\\xff.ts", "dir\\xfe"]
    assert "not valid UTF-8" in listing.troubles[0].message


def test_a_root_that_cannot_be_listed_is_a_trouble(tmp_path: Path) -> None:
    listing = list_files(str(tmp_path / "absent"))
    assert listing.files == {}
    assert listing.troubles[0].path == ""
    assert "no such file" in listing.troubles[0].message


def test_a_folder_that_cannot_be_listed_is_a_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a/x.ts", "b/y.ts")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("/a"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    listing = list_files(str(tmp_path))
    assert list(listing.files) == ["b/y.ts"]
    assert listing.troubles == (("a", "this folder cannot be listed: permission denied"),)
