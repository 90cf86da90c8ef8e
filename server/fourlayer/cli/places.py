"""Which workspace a command line means, and which parts of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from fourlayer.errors import FourlayerError


class PlaceError(FourlayerError):
    """A path that does not exist or lies outside the workspace; `path` is as the user wrote it."""

    def __init__(self, path: str, message: str) -> None:
        self.path = path
        super().__init__(message)


class Places(NamedTuple):
    """The workspace's folder (absolute) and the wanted parts, relative and POSIX; no parts: all of it."""

    root: str
    parts: tuple[str, ...]


def locate(paths: Sequence[str], root: str | None, find_root: Callable[[str], str]) -> Places:
    """Find the workspace of the paths (else of the current folder) and make the paths relative to it.

    `root` is the user's own choice. Raises `PlaceError` for what is absent or outside.
    """
    wanted = [_existing(path) for path in paths]
    if root is not None and not os.path.isdir(root):
        raise PlaceError(
            root, f"--root {root}: {'is not a folder' if os.path.exists(root) else 'does not exist'}"
        )
    start = os.path.realpath(root) if root is not None else os.path.realpath(find_root(_start(wanted)))
    parts: list[str] = []
    for path, real in zip(paths, wanted, strict=True):
        part = _relative(start, real)
        if part is None:
            raise PlaceError(path, f"{path} lies outside the workspace {start}; choose another with --root")
        parts.append(part)
    return Places(start, () if "" in parts else tuple(dict.fromkeys(parts)))


def covers(parts: Sequence[str], path: str) -> bool:
    """Whether a relative path is one of the parts or lies in one; no parts cover everything."""
    return not parts or any(path == part or path.startswith(f"{part}/") for part in parts)


def _existing(path: str) -> str:
    if not path:
        raise PlaceError(path, "PATH is empty")
    try:
        return os.path.realpath(path, strict=True)
    except FileNotFoundError:
        raise PlaceError(path, f"{path} does not exist") from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise PlaceError(path, f"{path} cannot be used: {reason}") from None


def _start(wanted: Sequence[str]) -> str:
    """The folder from which the root is looked for: the deepest that holds all paths."""
    if not wanted:
        return os.getcwd()
    try:
        common = os.path.commonpath(wanted)
    except ValueError:  # paths on several drives
        common = wanted[0]
    return common if os.path.isdir(common) else os.path.dirname(common)


def _relative(root: str, path: str) -> str | None:
    if path == root:
        return ""
    base = root if root.endswith(os.sep) else root + os.sep
    return path[len(base) :].replace(os.sep, "/") if path.startswith(base) else None
