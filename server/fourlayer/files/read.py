"""Reading one file of the workspace, whatever it turns out to be."""

from __future__ import annotations

import errno
import os
import stat

from fourlayer.files.paths import absolute, fault, inside
from fourlayer.files.trouble import Trouble, printable, reason

LIMIT = 10_000_000
"""The largest file that is read, in bytes."""

StatKey = tuple[int, int, int, int]
"""Size in bytes, modification and change time in nanoseconds, inode: equal keys nearly always mean equal
content."""

# O_NONBLOCK: opening a named pipe must not wait for its other end.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def read_bytes(root: str, path: str, limit: int = LIMIT) -> bytes | Trouble:
    """The content of the file at `path` (relative, POSIX) under `root`; a trouble when it cannot be read."""
    result = read_with_stat(root, path, limit)
    return result if isinstance(result, Trouble) else result[0]


def read_with_stat(root: str, path: str, limit: int = LIMIT) -> tuple[bytes, StatKey] | Trouble:
    """The content and the stat key of the very file that was read; the key was taken before the content."""
    if problem := fault(path):
        return Trouble(printable(path), f"this path cannot be read: {problem}")
    full = absolute(root, path)
    try:
        descriptor = os.open(full, _FLAGS)
    except OSError as error:
        return Trouble(printable(path), _unreadable(error, full))
    except ValueError as error:
        return Trouble(printable(path), f"this path cannot be read: {error}")
    try:
        info = os.fstat(descriptor)
        if not stat.S_ISREG(info.st_mode):
            kind = "a folder" if stat.S_ISDIR(info.st_mode) else "a device or pipe"
            return Trouble(printable(path), f"it is {kind}, not a file")
        if not inside(_real_root(root), _real_path(descriptor, full)):
            return Trouble(printable(path), "it is a link to a place outside the workspace")
        if info.st_size > limit:
            return Trouble(printable(path), _too_large(info.st_size, limit))
        data = _read_all(descriptor, info.st_size, limit)
        if len(data) > limit:
            return Trouble(printable(path), _too_large(len(data), limit))
        return data, stat_key(info)
    except OSError as error:
        return Trouble(printable(path), f"cannot be read: {reason(error)}")
    finally:
        os.close(descriptor)


def stat_key(info: os.stat_result) -> StatKey:
    """The part of a file's status that changes when its content does."""
    return (info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino)


def _read_all(descriptor: int, size: int, limit: int) -> bytes:
    """Everything up to just past the limit; one byte more than the size is asked for: the file may grow."""
    data = os.read(descriptor, min(size, limit) + 1)
    if len(data) == size:
        return data
    chunks = [data]
    total = len(data)
    while total <= limit and (chunk := os.read(descriptor, min(1 << 20, limit + 1 - total))):
        chunks.append(chunk)
        total += len(chunk)
    return b"".join(chunks)


def _real_path(descriptor: int, full: str) -> str:
    """Where the open file really lies; the kernel's own answer costs a tenth of resolving every folder."""
    try:
        real = os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return os.path.realpath(full)
    return real if real.startswith("/") and not real.endswith(" (deleted)") else os.path.realpath(full)


_roots: dict[str, str] = {}


def _real_root(root: str) -> str:
    """The resolved root; a process works on a few roots that do not move."""
    real = _roots.get(root)
    if real is None:
        real = _roots[root] = os.path.realpath(root)
    return real


def _unreadable(error: OSError, full: str) -> str:
    if error.errno == errno.ENOENT and os.path.islink(full):
        return "it is a link whose target does not exist"
    return f"cannot be read: {reason(error)}"


def _too_large(size: int, limit: int) -> str:
    return f"it is larger than {limit / 1e6:.0f} MB ({size / 1e6:.1f} MB): exclude it in fourlayer.toml"
