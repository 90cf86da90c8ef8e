"""The view of a workspace's files that everything in this room reads through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class FileTree(Protocol):
    """An immutable state of a workspace. Paths are workspace-relative, with "/"; the root is ""."""

    def read(self, path: str) -> bytes | None:
        """The content of a file, the open buffer over the disk; None when absent or unreadable."""
        ...

    def is_file(self, path: str) -> bool:
        """Whether a file of exactly this name (case included) is part of the workspace."""
        ...

    def is_dir(self, path: str) -> bool:
        """Whether some file of the workspace lies below this directory."""
        ...

    def children(self, path: str) -> Sequence[str]:
        """The names in a directory, sorted; empty when there is no such directory."""
        ...

    def files(self) -> Sequence[str]:
        """Every listed file of the workspace, sorted."""
        ...


def parent(path: str) -> str:
    """The directory of a path; "" for a path in the root and for the root itself."""
    return path.rpartition("/")[0]


def join(directory: str, relative: str) -> str | None:
    """`relative` seen from `directory`, normalised; None when it leads out of the workspace.

    Backslashes are not separators, and a leading "/" is not the workspace's root.
    """
    if relative.startswith("/") or "\0" in relative:
        return None
    parts = directory.split("/") if directory else []
    for part in relative.split("/"):
        if part in {"", "."}:
            continue
        if part == "..":
            if not parts:
                return None
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def index_directories(paths: Iterable[str]) -> dict[str, set[str]]:
    """Directory to the names directly in it, for every directory on the way to `paths`."""
    index: dict[str, set[str]] = {"": set()}
    for path in paths:
        add_to_index(index, path)
    return index


def add_to_index(index: dict[str, set[str]], path: str) -> None:
    """Enter one file, and the directories above it, into an index of directories."""
    child = path
    while child:
        directory, _, name = child.rpartition("/")
        names = index.get(directory)
        if names is not None:
            names.add(name)
            return
        index[directory] = {name}
        child = directory


class MemoryTree:
    """A `FileTree` held in memory: tests and virtual workspaces."""

    __slots__ = ("_contents", "_directories", "_files", "_sorted")

    def __init__(self, contents: Mapping[str, bytes], directories: dict[str, set[str]] | None = None) -> None:
        """`directories` is the index of exactly these files, when it is at hand."""
        self._contents = dict(contents)
        self._directories = index_directories(self._contents) if directories is None else directories
        self._files: tuple[str, ...] | None = None
        self._sorted: dict[str, tuple[str, ...]] = {}

    def read(self, path: str) -> bytes | None:
        """The content of a file; None when absent."""
        return self._contents.get(path)

    def is_file(self, path: str) -> bool:
        """Whether exactly this file exists."""
        return path in self._contents

    def is_dir(self, path: str) -> bool:
        """Whether the directory exists; the root always does."""
        return path in self._directories

    def children(self, path: str) -> Sequence[str]:
        """The names in a directory, sorted."""
        names = self._sorted.get(path)
        if names is None:
            names = self._sorted[path] = tuple(sorted(self._directories.get(path, ())))
        return names

    def files(self) -> Sequence[str]:
        """Every file, sorted."""
        if self._files is None:
            self._files = tuple(sorted(self._contents))
        return self._files

    def with_files(self, changes: Mapping[str, bytes | None]) -> MemoryTree:
        """A tree with some files written (bytes) or removed (None); this one stays as it is."""
        contents = dict(self._contents)
        same_names = True
        for path, content in changes.items():
            if content is None:
                same_names = contents.pop(path, None) is None and same_names
            else:
                same_names = path in contents and same_names
                contents[path] = content
        return MemoryTree(contents, self._directories if same_names else None)
