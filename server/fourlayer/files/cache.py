"""A private cache of bytes in the user's own cache directory, silent when it cannot be used."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import time
from hashlib import sha256

LIMIT = 256_000_000
"""How many bytes the cache may hold before its oldest entries are removed."""

_DAY = 86_400
_STAMP = "cleaned"
_TEMPORARY = ".tmp"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class Cache:
    """Entries of one version of the tool.

    What is read was written by this user, but may be stale: callers must treat anything odd as absent.
    """

    __slots__ = ("_base", "_folder", "_limit", "_usable")

    def __init__(self, version: str, *, directory: str | None = None, limit: int = LIMIT) -> None:
        """`version` separates the entries of tools that would not understand each other's.

        `directory` replaces the user's cache directory; `limit` is in bytes.
        """
        self._base = directory if directory is not None else default_directory()
        self._folder = "" if self._base is None else os.path.join(self._base, f"v-{_digest(version)[:16]}")
        self._limit = limit
        self._usable: bool | None = None

    def get(self, key: str) -> bytes | None:
        """The bytes stored under the key; None when there are none or the cache cannot be used."""
        if not self._ready():
            return None
        path = self._path(key)
        try:
            descriptor = os.open(
                path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
            )
        except OSError:
            return None
        try:
            with open(descriptor, "rb") as file:
                info = os.fstat(file.fileno())
                if not stat.S_ISREG(info.st_mode) or not _owned(info) or info.st_size > self._limit:
                    return None
                data = file.read()
        except OSError:
            return None
        if time.time() - info.st_mtime > _DAY:
            with contextlib.suppress(OSError):
                os.utime(path)  # the clean-up removes what was not used for longest
        return data

    def put(self, key: str, data: bytes) -> None:
        """Store bytes under the key; a failure is no error."""
        if len(data) > self._limit // 4 or not self._ready():
            return
        path = self._path(key)
        temporary = f"{path}-{os.urandom(6).hex()}{_TEMPORARY}"
        try:
            descriptor = os.open(temporary, _NEW, 0o600)
            try:
                with open(descriptor, "wb") as file:
                    file.write(data)
                os.replace(temporary, path)
            except BaseException:
                os.unlink(temporary)
                raise
        except OSError:
            return
        self._clean_daily()

    def clean(self) -> None:
        """Remove other versions' entries that were not used for 30 days, and the oldest beyond the limit."""
        base = self._base
        if base is None or not self._ready():
            return
        now = time.time()
        entries: list[tuple[float, int, str]] = []
        for folder in _folders(base):
            for entry in _files(folder):
                with contextlib.suppress(OSError):
                    info = entry.stat(follow_symlinks=False)
                    age = now - info.st_mtime
                    leftover = entry.name.endswith(_TEMPORARY) and age > _DAY
                    if leftover or (folder != self._folder and age > 30 * _DAY):
                        os.unlink(entry.path)
                    else:
                        entries.append((info.st_mtime, info.st_size, entry.path))
            if folder != self._folder:
                with contextlib.suppress(OSError):
                    os.rmdir(folder)  # only succeeds when nothing is left
        total = sum(size for _, size, _ in entries)
        if total <= self._limit:
            return
        for _, size, path in sorted(entries):
            if total <= self._limit * 3 // 4:
                break
            with contextlib.suppress(OSError):
                os.unlink(path)
                total -= size

    def _path(self, key: str) -> str:
        return os.path.join(self._folder, _digest(key))

    def _ready(self) -> bool:
        if self._usable is None:
            self._usable = self._base is not None and _private(self._base) and _private(self._folder)
        return self._usable

    def _clean_daily(self) -> None:
        stamp = os.path.join(self._base or "", _STAMP)
        try:
            if time.time() - os.lstat(stamp).st_mtime < _DAY:
                return
        except OSError:
            pass
        with contextlib.suppress(OSError):
            os.close(os.open(stamp, os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600))
            os.utime(stamp)
            self.clean()


def default_directory() -> str | None:
    """The user's cache directory for fourlayer; None where the system names none."""
    home = os.path.expanduser("~")
    if os.name == "nt":
        base = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.join(home, "Library", "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        if not os.path.isabs(base):  # the XDG specification says to ignore relative paths
            base = os.path.join(home, ".cache")
    return os.path.join(base, "fourlayer") if os.path.isabs(base) else None


def _private(folder: str) -> bool:
    """Whether the folder exists, or could be made, as a real folder that only this user may enter."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        info = os.lstat(folder)
        if not stat.S_ISDIR(info.st_mode) or not _owned(info):
            return False
        if os.name != "nt" and stat.S_IMODE(info.st_mode) & 0o077:
            os.chmod(folder, 0o700)
    except OSError:
        return False
    return True


def _owned(info: os.stat_result) -> bool:
    return os.name == "nt" or info.st_uid == os.geteuid()


def _folders(base: str) -> list[str]:
    try:
        with os.scandir(base) as scan:
            return [e.path for e in scan if e.name.startswith("v-") and e.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _files(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as scan:
            return [entry for entry in scan if entry.is_file(follow_symlinks=False)]
    except OSError:
        return []


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
