"""Atomic writing: what is made, refused and restored."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from fourlayer.errors import FourlayerError
from fourlayer.files.write import Change, Create, Delete, Modify, Rename, WriteError, apply_changes

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX modes and links")


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True)
    (root / "a" / "x.ts").write_bytes(b"x\r\n")
    (root / "a" / "y.ts").write_bytes(b"y")
    (root / "z.ts").write_bytes(b"z")
    return root


def tree(root: Path) -> dict[str, bytes]:
    """Every file, temporary ones included."""
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def refused(root: Path, changes: Sequence[Change], words: str) -> None:
    before, folders = tree(root), sorted(path for path in root.rglob("*") if path.is_dir())
    with pytest.raises(WriteError, match=words):
        apply_changes(str(root), changes)
    assert tree(root) == before
    assert sorted(path for path in root.rglob("*") if path.is_dir()) == folders


ALL: list[Change] = [
    Modify("a/x.ts", b"new", b"x\r\n"),
    Create("b/c/new.ts", b"created"),
    Rename("a/y.ts", "d/y2.ts", sha256(b"y").hexdigest()),
    Delete("z.ts", b"z"),
]


def test_all_kinds_of_change_at_once(root: Path) -> None:
    assert apply_changes(str(root), ALL) == ("a/x.ts", "b/c/new.ts", "d/y2.ts", "z.ts")
    assert tree(root) == {"a/x.ts": b"new", "b/c/new.ts": b"created", "d/y2.ts": b"y"}


def test_a_rename_may_bring_new_content(root: Path) -> None:
    apply_changes(str(root), [Rename("a/x.ts", "a/__tests__/x.ts", b"x\r\n", b"moved")])
    assert tree(root) == {"a/__tests__/x.ts": b"moved", "a/y.ts": b"y", "z.ts": b"z"}


def test_no_changes_are_fine(root: Path) -> None:
    assert apply_changes(str(root), []) == ()


@posix
def test_modes_are_kept_and_new_files_follow_the_umask(root: Path) -> None:
    (root / "a" / "x.ts").chmod(0o751)
    (root / "a" / "y.ts").chmod(0o640)
    previous = os.umask(0o027)
    try:
        apply_changes(str(root), ALL)
    finally:
        os.umask(previous)
    modes = [(root / name).stat().st_mode & 0o777 for name in ("a/x.ts", "d/y2.ts", "b/c/new.ts")]
    assert modes == [0o751, 0o640, 0o640]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Create("a/x.ts", b""), "already exists and is not overwritten"),
        (Create("a", b""), "already exists"),
        (Create("z.ts/new.ts", b""), "z.ts/new.ts"),
        (Create("../out.ts", b""), "no path in the workspace"),
        (Create("/tmp/out.ts", b""), "no path in the workspace"),
        (Create("", b""), "no path in the workspace"),
        (Create("a\0b", b""), "no path in the workspace"),
        (Create("n" * 300, b""), "nothing was changed"),
        (Modify("a/x.ts", b"new", b"other"), "was changed by another program"),
        (Modify("a/x.ts", b"new", "0" * 64), "was changed by another program"),
        (Modify("absent.ts", b"", b""), "does not exist any more"),
        (Modify("a", b"", b""), "not a regular file"),
        (Rename("a/x.ts", "z.ts", b"x\r\n"), "already exists"),
        (Rename("a/x.ts", "new.ts", b"?"), "was changed by another program"),
        (Rename("a/x.ts", "../new.ts", b"x\r\n"), "no path in the workspace"),
        (Delete("z.ts", b"?"), "was changed by another program"),
    ],
)
def test_one_refusal_stops_all_changes(root: Path, change: Change, words: str) -> None:
    good: list[Change] = [Modify("a/y.ts", b"new", b"y"), Create("new/folder/n.ts", b"n")]
    refused(root, [*good, change], words)
    refused(root, [change, *good], words)
    assert not (root.parent / "out.ts").exists()


def test_two_changes_of_one_file_are_refused(root: Path) -> None:
    refused(root, [Modify("z.ts", b"1", b"z"), Delete("z.ts", b"z")], "two of the changes")
    refused(root, [Create("n.ts", b"1"), Rename("z.ts", "n.ts", b"z")], "two of the changes")


def test_the_error_is_one_of_ours_and_names_the_path(root: Path) -> None:
    with pytest.raises(FourlayerError, match=r"^a/x\.ts: already exists") as caught:
        apply_changes(str(root), [Create("a/x.ts", b"")])
    assert isinstance(caught.value, WriteError)
    assert caught.value.path == "a/x.ts"


@posix
def test_links_that_leave_the_workspace_are_refused(root: Path) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    (outside / "o.ts").write_bytes(b"o")
    (root / "out").symlink_to(outside)
    (root / "o.ts").symlink_to(outside / "o.ts")
    (root / "dangling").symlink_to(outside / "absent")
    refused(root, [Create("out/n.ts", b"")], "outside the workspace")
    refused(root, [Create("out/deep/n.ts", b"")], "outside the workspace")
    refused(root, [Create("dangling/n.ts", b"")], "outside the workspace")
    refused(root, [Create("dangling", b"")], "already exists")
    refused(root, [Modify("out/o.ts", b"", b"o")], "outside the workspace")
    refused(root, [Modify("o.ts", b"", b"o")], "outside the workspace")
    refused(root, [Delete("o.ts", b"o")], "is a link")
    assert tree(outside) == {"o.ts": b"o"}


@posix
def test_modifying_a_link_changes_the_file_it_leads_to(root: Path) -> None:
    (root / "l.ts").symlink_to("a/x.ts")
    apply_changes(str(root), [Modify("l.ts", b"new", b"x\r\n")])
    assert (root / "l.ts").is_symlink()
    assert (root / "a" / "x.ts").read_bytes() == b"new"


def failing(function: Callable[..., object], at: int) -> Callable[..., object]:
    """The function, except that its call number `at` (1-based) fails."""
    calls = 0

    def wrapper(*arguments: object, **options: object) -> object:
        nonlocal calls
        calls += 1
        if calls == at:
            raise OSError(28, "No space left on device")
        return function(*arguments, **options)

    return wrapper


@pytest.mark.parametrize(
    ("name", "at"),
    [("replace", 1), ("rename", 1), ("rename", 2), ("fsync", 1), ("fsync", 3), ("mkdir", 2), ("mkdir", 3)],
)
def test_a_failure_midway_restores_everything(
    root: Path, monkeypatch: pytest.MonkeyPatch, name: str, at: int
) -> None:
    monkeypatch.setattr(os, name, failing(getattr(os, name), at))
    refused(root, ALL, "no space left on device; nothing was changed")


def test_an_interrupt_midway_restores_everything(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(root)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "rename", interrupt)
    with pytest.raises(KeyboardInterrupt):
        apply_changes(str(root), ALL)
    assert tree(root) == before


def test_file_systems_without_hard_links_work_too(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    refused(root, [Modify("a/x.ts", b"new", b"x\r\n"), Create("a/y.ts", b"")], "already exists")
    apply_changes(str(root), ALL)
    assert tree(root) == {"a/x.ts": b"new", "b/c/new.ts": b"created", "d/y2.ts": b"y"}


def test_a_file_created_meanwhile_is_not_overwritten(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link

    def late(source: str, target: str) -> None:
        if target.endswith("new.ts"):
            Path(target).write_bytes(b"somebody else's")
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(WriteError, match="created by another program"):
        apply_changes(str(root), [Modify("z.ts", b"new", b"z"), Create("a/new.ts", b"ours")])
    assert tree(root) == {"a/x.ts": b"x\r\n", "a/y.ts": b"y", "a/new.ts": b"somebody else's", "z.ts": b"z"}


def test_what_cannot_be_restored_is_said(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace, calls = os.replace, 0

    def once(source: str, target: str) -> None:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise OSError(30, "Read-only file system")
        replace(source, target)

    monkeypatch.setattr(os, "replace", once)
    changes: list[Change] = [Modify("z.ts", b"new", b"z"), Modify("a/x.ts", b"new", b"x\r\n")]
    with pytest.raises(WriteError, match=r"z\.ts could not be restored"):
        apply_changes(str(root), changes)
    kept = [data for name, data in tree(root).items() if name.endswith(".fourlayer-tmp")]
    assert b"z" in kept
