"""The cache: private, bounded, silent."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from fourlayer.files.cache import Cache, default_directory

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX modes and links")


def entries(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.name != "cleaned"]


def test_what_is_put_is_got_by_key_and_version(tmp_path: Path) -> None:
    folder = str(tmp_path / "deep" / "cache")
    cache = Cache("1", directory=folder)
    assert cache.get("key") is None
    cache.put("key", b"\x00data")
    cache.put("other/../key\ud800", b"")
    assert cache.get("key") == b"\x00data"
    assert cache.get("other/../key\ud800") == b""
    assert Cache("1", directory=folder).get("key") == b"\x00data"
    assert Cache("2", directory=folder).get("key") is None
    cache.put("key", b"again")
    assert cache.get("key") == b"again"
    assert len(entries(tmp_path)) == 2


@posix
def test_nobody_else_may_enter(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o755)
    Cache("1", directory=str(folder)).put("key", b"data")
    modes = {path.stat().st_mode & 0o077 for path in [folder, *folder.rglob("*")]}
    assert modes == {0}


@posix
def test_a_link_or_a_foreign_folder_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    link.symlink_to(real)
    cache = Cache("1", directory=str(link))
    cache.put("key", b"data")
    assert cache.get("key") is None
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)
    foreign = Cache("1", directory=str(real))
    foreign.put("key", b"data")
    assert foreign.get("key") is None
    assert entries(real) == []


@posix
def test_a_linked_entry_is_not_read(tmp_path: Path) -> None:
    cache = Cache("1", directory=str(tmp_path / "cache"))
    cache.put("key", b"data")
    entry = entries(tmp_path / "cache")[0]
    (tmp_path / "secret").write_bytes(b"secret")
    entry.unlink()
    entry.symlink_to(tmp_path / "secret")
    assert cache.get("key") is None


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = Cache("1", directory=str(tmp_path / "file" / "cache"))
    cache.put("key", b"data")
    cache.clean()
    assert cache.get("key") is None


def test_the_least_recently_used_entries_go_first(tmp_path: Path) -> None:
    cache = Cache("1", directory=str(tmp_path), limit=1000)
    for number in range(6):
        cache.put(f"key{number}", b"x" * 200)
    for age, path in enumerate(sorted(entries(tmp_path), key=lambda path: path.stat().st_mtime_ns)):
        stamp = time.time() - 10 * 86_400 + age
        os.utime(path, (stamp, stamp))
    assert cache.get("key0") is not None
    cache.clean()
    assert [cache.get(f"key{number}") is not None for number in range(6)] == [
        True,
        False,
        False,
        False,
        True,
        True,
    ]


def test_an_entry_beyond_a_quarter_of_the_limit_is_not_kept(tmp_path: Path) -> None:
    cache = Cache("1", directory=str(tmp_path), limit=1000)
    cache.put("key", b"x" * 251)
    assert cache.get("key") is None


def test_other_versions_and_leftovers_go_when_they_are_old(tmp_path: Path) -> None:
    old = Cache("1", directory=str(tmp_path))
    old.put("key", b"data")
    old_entry = entries(tmp_path)[0]
    cache = Cache("2", directory=str(tmp_path))
    cache.put("key", b"data")
    leftover = next(path for path in entries(tmp_path) if path != old_entry).with_suffix(".tmp")
    leftover.write_bytes(b"half")
    cache.clean()
    assert len(entries(tmp_path)) == 3
    for path in (old_entry, leftover):
        os.utime(path, (time.time() - 40 * 86_400,) * 2)
    cache.clean()
    assert len(entries(tmp_path)) == 1
    assert not old_entry.parent.exists()
    assert cache.get("key") == b"data"


def test_the_clean_up_runs_by_itself_once_a_day(tmp_path: Path) -> None:
    cache = Cache("1", directory=str(tmp_path), limit=1000)
    cache.put("first", b"x" * 200)
    for number in range(8):
        cache.put(f"key{number}", b"x" * 200)
    assert len(entries(tmp_path)) == 9
    os.utime(tmp_path / "cleaned", (time.time() - 2 * 86_400,) * 2)
    cache.put("last", b"x")
    assert sum(path.stat().st_size for path in entries(tmp_path)) <= 1000


@pytest.mark.skipif(os.name == "nt", reason="XDG is for POSIX")
def test_the_default_directory_follows_xdg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache/me")
    assert default_directory() == "/var/cache/me/fourlayer"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert default_directory() == "/home/somebody/.cache/fourlayer"
    monkeypatch.setattr("sys.platform", "darwin")
    assert default_directory() == "/home/somebody/Library/Caches/fourlayer"
