"""What can be told about a git repository without running git."""

from __future__ import annotations

import os
from typing import NamedTuple

_SYMBOLIC = 5
_LONGEST = 0xFFF  # longer names are marked with this length
_HEX = frozenset("0123456789abcdef")


class Repository(NamedTuple):
    """Absolute paths: the work tree, its git directory, and the directory shared by all its work trees."""

    root: str
    git_dir: str
    common_dir: str


class Head(NamedTuple):
    """The branch checked out (`refs/heads/main`; None: detached) and its commit (None before the first)."""

    ref: str | None
    commit: str | None


def find_repository(start: str) -> Repository | None:
    """The repository whose work tree holds the folder `start`; None outside of any."""
    folder = os.path.abspath(start)
    while True:
        git_dir = _git_dir(os.path.join(folder, ".git"))
        if git_dir is not None:
            common = _first_line(os.path.join(git_dir, "commondir"))
            shared = os.path.normpath(os.path.join(git_dir, common)) if common else git_dir
            return Repository(folder, git_dir, shared)
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def read_head(repository: Repository) -> Head | None:
    """The repository's HEAD; None when it cannot be read."""
    ref: str | None = None
    text = _first_line(os.path.join(repository.git_dir, "HEAD"))
    for _ in range(_SYMBOLIC):
        if text is None:
            return None if ref is None else Head(ref, _packed(repository, ref))
        if not text.startswith("ref:"):
            return Head(ref, text if _is_hash(text) else None)
        ref = text[4:].strip()
        if not ref.startswith("refs/") or ".." in ref:
            return None
        text = _loose(repository, ref)
    return None


class Index:
    """Which paths git tracks, asked one by one without decoding the whole index.

    An index in the path-compressed version 4 is not looked into: it answers as if nothing were tracked.
    """

    __slots__ = ("_data", "path")

    def __init__(self, repository: Repository) -> None:
        self.path = os.path.join(repository.git_dir, "index")
        try:
            with open(self.path, "rb") as file:
                data = file.read()
        except OSError:
            data = b""
        self._data = data if data[:4] == b"DIRC" and data[4:8] in {b"\0\0\0\2", b"\0\0\0\3"} else b""

    def tracks(self, path: str) -> bool:
        """Whether the file at this path, relative to the work tree, is tracked."""
        return self._has(path.encode("utf-8", "surrogateescape"), b"\0")

    def tracks_in(self, folder: str) -> bool:
        """Whether a file in this folder or deeper is tracked."""
        return self._has(folder.encode("utf-8", "surrogateescape"), b"/")

    def _has(self, path: bytes, end: bytes) -> bool:
        """Whether an entry's name is `path` or starts with it, followed by `end`."""
        data = self._data
        start = data.find(path + end)
        while start >= 0:
            size = min(data.find(b"\0", start) - start, _LONGEST)
            # The name follows its length; in entries with extended flags, two bytes later.
            if size in {_low_bits(data, start - 2), _low_bits(data, start - 4)}:
                return True
            start = data.find(path + end, start + 1)
        return False


def _low_bits(data: bytes, start: int) -> int:
    return int.from_bytes(data[start : start + 2], "big") & _LONGEST


def _is_hash(text: str) -> bool:
    return len(text) in {40, 64} and _HEX.issuperset(text)


def _git_dir(dot_git: str) -> str | None:
    """The git directory behind a `.git`, which is a folder or, in a work tree or submodule, a file."""
    if os.path.isfile(os.path.join(dot_git, "HEAD")):
        return dot_git
    line = _first_line(dot_git)
    if line is None or not line.startswith("gitdir:"):
        return None
    target = os.path.normpath(os.path.join(os.path.dirname(dot_git), line[7:].strip()))
    return target if os.path.isfile(os.path.join(target, "HEAD")) else None


def _loose(repository: Repository, ref: str) -> str | None:
    return _first_line(os.path.join(repository.git_dir, ref)) or _first_line(
        os.path.join(repository.common_dir, ref)
    )


def _packed(repository: Repository, ref: str) -> str | None:
    try:
        with open(
            os.path.join(repository.common_dir, "packed-refs"), encoding="utf-8", errors="replace"
        ) as file:
            for line in file:
                commit, _, name = line.strip().partition(" ")
                if name == ref and _is_hash(commit):
                    return commit
    except OSError:
        return None
    return None


def _first_line(path: str) -> str | None:
    """The first line of a small text file without surrounding space; None when there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.readline(4096).strip() or None
    except (OSError, ValueError):
        return None
