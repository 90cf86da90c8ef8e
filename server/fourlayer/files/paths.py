"""Which paths belong to a workspace."""

from __future__ import annotations

import os

_NO_NAMES = frozenset({"", ".", ".."})


def fault(path: str) -> str | None:
    """Why a workspace-relative POSIX path may not be used; None when its text is in order."""
    if not path:
        return "it is empty"
    if "\0" in path:
        return "it contains a NUL character"
    if path.startswith("/") or (os.name == "nt" and (":" in path or "\\" in path)):
        return "it is not relative to the workspace"
    if not _NO_NAMES.isdisjoint(path.split("/")):
        return "it has empty, `.` or `..` parts"
    return None


def inside(root: str, path: str) -> bool:
    """Whether a resolved absolute path is the resolved root or lies in it."""
    return path == root or path.startswith(root if root.endswith(os.sep) else root + os.sep)


def absolute(root: str, path: str) -> str:
    """The operating system's path of a workspace-relative one."""
    return os.path.join(root, path.replace("/", os.sep)) if os.sep != "/" else f"{root}/{path}"
