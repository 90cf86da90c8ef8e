"""The disk is listed as far as somebody asks, and answers the same however it was listed."""

from __future__ import annotations

import os
from pathlib import Path

from fourlayer.engine.disk import DiskState
from fourlayer.syntax.glob import globs

FILES = (
    "package.json",
    "a/one.ts",
    "a/deep/two.ts",
    "a/ignored/three.ts",
    "a/dist/four.ts",
    "b/node_modules/x/index.ts",
    "b/five.sql",
    "b/six.png",
)


def _disk(folder: Path) -> DiskState:
    for path in FILES:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(path)
    (folder / ".gitignore").write_text("ignored/\n")
    return _again(folder)


def _again(folder: Path) -> DiskState:
    return DiskState(str(folder), globs(("**/dist/**",)))


def test_folder_by_folder_or_at_once_the_answers_are_the_same(tmp_path: Path) -> None:
    whole, lazy = _disk(tmp_path), _again(tmp_path)
    whole.walk("")

    for path in (*FILES, "a/absent.ts", "absent/x.ts", "a", "", "b/node_modules"):
        assert lazy.stat(path) == whole.stat(path), path
    for folder in ("", "a", "a/deep", "b", "absent", "a/ignored", "b/node_modules"):
        assert lazy.is_dir(folder) == whole.is_dir(folder) or folder == "a/ignored", folder
    assert sorted(whole.files()) == ["a/deep/two.ts", "a/one.ts", "b/five.sql", "package.json"]
    assert sorted(lazy.files()) == sorted(whole.files())


def test_only_what_was_asked_for_is_listed(tmp_path: Path) -> None:
    disk = _disk(tmp_path)

    disk.stat("a/one.ts")
    disk.walk("b")

    assert [(place.folder, place.deep) for place in disk.places()] == [("b", True), ("", False), ("a", False)]


def test_the_same_places_are_listed_again_in_one_walk(tmp_path: Path) -> None:
    disk = _disk(tmp_path)
    disk.stat("a/deep/two.ts")
    disk.stat("absent/x.ts")
    disk.walk("b")
    disk.walk("gone")
    places = disk.places()

    assert _again(tmp_path).relist(places) == places
    (tmp_path / "a/deep/new").mkdir()
    assert _again(tmp_path).relist(places) != places


def test_changes_make_a_new_state(tmp_path: Path) -> None:
    disk = _disk(tmp_path)
    disk.walk("")

    new = disk.changed({"a/one.ts": None, "c/new.ts": (1, 1, 1, 1)})

    assert (new.stat("a/one.ts"), new.stat("c/new.ts")) == (None, (1, 1, 1, 1))
    assert list(new.children("a")) == ["deep"]
    assert new.is_dir("c")
    assert disk.stat("a/one.ts") is not None
    assert not disk.is_dir("c")


def test_known_files_are_looked_at_alone_and_new_ones_by_listing(tmp_path: Path) -> None:
    disk = _disk(tmp_path)
    disk.walk("")
    (tmp_path / "a/one.ts").write_text("longer than before")
    os.unlink(tmp_path / "b/five.sql")

    changes = disk.restat(["a/one.ts", "b/five.sql", "a/absent.ts", "b/six.png"])
    assert changes is not None
    assert changes["b/five.sql"] is None
    assert changes["a/one.ts"] != disk.stat("a/one.ts")
    assert set(changes) == {"a/one.ts", "b/five.sql"}

    (tmp_path / "a/new.ts").write_text("")
    assert disk.restat(["a/new.ts"]) is None
    fresh, found = disk.refreshed(["a/new.ts", "a/ignored/three.ts"])
    assert set(found) == {"a/one.ts", "b/five.sql", "a/new.ts"}
    assert fresh.is_left_out("a/ignored/three.ts")
    assert fresh.restat(["a/ignored/three.ts"]) == {}
    assert fresh.restat([".gitignore"]) is None
