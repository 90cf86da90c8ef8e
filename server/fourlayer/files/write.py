"""Changing files of the workspace: all of a set of changes or, as far as the system allows, none."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple

from fourlayer.errors import FourlayerError
from fourlayer.files.paths import absolute, fault, inside
from fourlayer.files.trouble import printable, reason


class WriteError(FourlayerError):
    """A set of changes that was not made; `path` is the relative path that stood in the way."""

    def __init__(self, path: str, message: str) -> None:
        self.path = printable(path)
        super().__init__(f"{self.path}: {message}")


class Create(NamedTuple):
    """A new file; missing folders are made. An existing file is never overwritten."""

    path: str
    content: bytes


class Modify(NamedTuple):
    """New content for a file whose present content is `expected` (the bytes, or their SHA-256 in hex)."""

    path: str
    content: bytes
    expected: bytes | str


class Rename(NamedTuple):
    """Another place for a file, and new content unless `content` is None; `expected` as in `Modify`."""

    path: str
    new_path: str
    expected: bytes | str
    content: bytes | None = None


class Delete(NamedTuple):
    """A file to remove; `expected` as in `Modify`."""

    path: str
    expected: bytes | str


Change = Create | Modify | Rename | Delete


def apply_changes(root: str, changes: Sequence[Change]) -> tuple[str, ...]:
    """Make all the changes to files under the folder `root`; the paths that were written, in order.

    Paths are relative and POSIX; each may occur once. New content is first written beside its destination and
    flushed, then everything is put in place by renaming. A file keeps its mode. Modifying a link changes the
    file it leads to; links are neither renamed nor deleted.

    Raises `WriteError` when a path leaves the workspace, a file to create exists, a file is not what the
    change was computed from, or the system refuses; what had been changed by then is restored.
    """
    real_root = os.path.realpath(root)
    _refuse_overlaps(changes)
    transaction = _Transaction(real_root)
    try:
        for change in changes:
            transaction.stage(change)
        for change in changes:
            transaction.commit(change)
    except BaseException as error:
        lost = transaction.roll_back()
        if isinstance(error, OSError):
            path = transaction.current
            raise WriteError(
                path, f"cannot be written: {reason(error)}; nothing was changed{lost}"
            ) from error
        if isinstance(error, WriteError) and lost:
            raise WriteError(error.path, f"the changes failed{lost}") from error
        raise
    transaction.finish()
    return tuple(change.new_path if isinstance(change, Rename) else change.path for change in changes)


def _refuse_overlaps(changes: Sequence[Change]) -> None:
    seen: set[str] = set()
    for change in changes:
        for path in (change.path, change.new_path) if isinstance(change, Rename) else (change.path,):
            if path in seen:
                raise WriteError(
                    path, "two of the changes are about this file; apply them one after the other"
                )
            seen.add(path)


class _Transaction:
    """Staged files, what undoes each step taken, and backups that are removed at the end."""

    def __init__(self, real_root: str) -> None:
        self.root = real_root
        self.current = ""
        self._staged: dict[str, str] = {}
        self._targets: dict[str, str] = {}
        self._undo: list[tuple[str, Callable[[], None]]] = []
        self._backups: list[str] = []
        self._made: list[str] = []
        self._touched: set[str] = set()

    def stage(self, change: Change) -> None:
        """Check a change and write its new content to a temporary file beside the destination."""
        self.current = change.path
        if isinstance(change, Create):
            self._stage_new(change.path, change.content, None)
            return
        target = self._existing(change.path, follow=isinstance(change, Modify))
        info = os.stat(target)
        _check(change.path, target, change.expected)
        if isinstance(change, Modify):
            self._staged[change.path] = self._write_temporary(target, change.content, info.st_mode)
        elif isinstance(change, Rename):
            self.current = change.new_path
            same = self._same_file(target, change.new_path)
            content = _read(target) if change.content is None else change.content
            self._stage_new(change.new_path, content, info.st_mode, may_exist=same)

    def commit(self, change: Change) -> None:
        """Put a staged change in place."""
        self.current = change.path
        if isinstance(change, Create):
            self._place_new(change.path)
            return
        target = self._targets[change.path]
        _check(change.path, target, change.expected)
        if isinstance(change, Modify):
            backup = self._back_up(target)
            self._undo.append((change.path, lambda: os.replace(backup, target)))
            os.replace(self._staged[change.path], target)
            del self._staged[change.path]
            return
        aside = _beside(target)
        os.rename(target, aside)
        self._touched.add(os.path.dirname(target))
        self._undo.append((change.path, lambda: os.rename(aside, target)))
        self._backups.append(aside)
        if isinstance(change, Rename):
            self.current = change.new_path
            self._place_new(change.new_path)

    def finish(self) -> None:
        """Remove the backups and flush the folders; the changes are made, so no failure here counts."""
        for backup in self._backups:
            with contextlib.suppress(OSError):
                os.unlink(backup)
        for folder in sorted(self._touched):
            _flush_folder(folder)

    def roll_back(self) -> str:
        """Undo in reverse order; a sentence about what could not be restored, or nothing."""
        lost: list[str] = []
        for path, undo in reversed(self._undo):
            try:
                undo()
            except OSError:
                lost.append(printable(path))
        for temporary in self._staged.values():
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        if not lost:
            for backup in self._backups:
                with contextlib.suppress(OSError):
                    os.unlink(backup)
        for folder in reversed(self._made):
            with contextlib.suppress(OSError):
                os.rmdir(folder)
        if not lost:
            return ""
        return f", except that {', '.join(lost)} could not be restored: see the files *{_SUFFIX} beside them"

    def _stage_new(self, path: str, content: bytes, mode: int | None, *, may_exist: bool = False) -> None:
        target = self._target(path)
        if os.path.lexists(target) and not may_exist:
            raise WriteError(path, "already exists and is not overwritten; move it away or change it instead")
        self._make_folders(os.path.dirname(target))
        self._targets[path] = target
        self._staged[path] = self._write_temporary(target, content, mode)

    def _place_new(self, path: str) -> None:
        """Give a staged file its name, which must be free."""
        target, temporary = self._targets[path], self._staged[path]
        try:
            os.link(temporary, target)
        except FileExistsError:
            raise WriteError(path, "was created by another program meanwhile; nothing was changed") from None
        except OSError:
            # A file system without hard links: the name is claimed first, then the content moved onto it.
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            self._undo.append((path, lambda: os.unlink(target)))
            os.replace(temporary, target)
        else:
            self._undo.append((path, lambda: os.unlink(target)))
            os.unlink(temporary)
        del self._staged[path]
        self._touched.add(os.path.dirname(target))

    def _existing(self, path: str, *, follow: bool) -> str:
        """The real file behind a path; a link is an error unless it may be followed."""
        target = self._target(path)
        if not os.path.lexists(target):
            raise WriteError(path, "does not exist any more; run the check again")
        real = os.path.realpath(target)
        if real != target and not follow:
            raise WriteError(path, "is a link; rename or delete it by hand")
        if not inside(self.root, real):
            raise WriteError(path, "is a link to a place outside the workspace; change that file where it is")
        if not os.path.isfile(real):
            raise WriteError(path, "is not a regular file")
        self._targets[path] = real
        return real

    def _target(self, path: str) -> str:
        """The absolute path, its folders resolved, which must lie in the workspace."""
        if problem := fault(path):
            raise WriteError(path, f"is no path in the workspace: {problem}")
        folder, name = os.path.split(absolute(self.root, path))
        real = os.path.realpath(folder)
        if not inside(self.root, real):
            raise WriteError(
                path, "leads through a link to a place outside the workspace; nothing is written there"
            )
        return os.path.join(real, name)

    def _same_file(self, target: str, new_path: str) -> bool:
        """Whether the new name is the same file, as on a disk that does not tell cases apart."""
        new_target = self._target(new_path)
        try:
            return os.path.samefile(target, new_target) and target.casefold() == new_target.casefold()
        except OSError:
            return False

    def _make_folders(self, folder: str) -> None:
        missing: list[str] = []
        while not os.path.lexists(folder):
            missing.append(folder)
            folder = os.path.dirname(folder)
        for path in reversed(missing):
            os.mkdir(path)
            self._made.append(path)

    def _write_temporary(self, target: str, content: bytes, mode: int | None) -> str:
        temporary = _beside(target)
        descriptor = os.open(temporary, _NEW, 0o666)
        self._staged[temporary] = temporary
        with open(descriptor, "wb") as file:
            file.write(content)
            if mode is not None:
                os.chmod(temporary, stat.S_IMODE(mode))
            file.flush()
            os.fsync(file.fileno())
        del self._staged[temporary]
        return temporary

    def _back_up(self, target: str) -> str:
        """A second name, or where there are no hard links a copy, of the file's present content."""
        backup = _beside(target)
        try:
            os.link(target, backup)
        except OSError:
            backup = self._write_temporary(target, _read(target), os.stat(target).st_mode)
        self._backups.append(backup)
        self._touched.add(os.path.dirname(target))
        return backup


_SUFFIX = ".fourlayer-tmp"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def _beside(target: str) -> str:
    """An unused hidden name in the same folder; short, because names have a limit."""
    return os.path.join(os.path.dirname(target), f".{os.urandom(8).hex()}{_SUFFIX}")


def _check(path: str, target: str, expected: bytes | str) -> None:
    """That the file still holds what the change was computed from."""
    content = _read(target)
    if content != expected if isinstance(expected, bytes) else sha256(content).hexdigest() != expected:
        raise WriteError(path, "was changed by another program meanwhile; run the check again")


def _read(target: str) -> bytes:
    with open(target, "rb") as file:
        return file.read()


def _flush_folder(folder: str) -> None:
    """Make the new names durable where folders can be flushed."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
