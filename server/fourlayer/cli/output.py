"""Writing to the process's streams and to files: whole, in the right encoding, quiet when nobody reads."""

from __future__ import annotations

import os
import stat
import sys
from typing import TextIO

from fourlayer.cli.exits import TROUBLE
from fourlayer.errors import FourlayerError

_FALLBACK_WIDTH = 100


class OutputError(FourlayerError):
    """A report that could not be written."""


def write(text: str, *, utf8: bool = False) -> None:
    """Write to standard output; `utf8` for what programs read, whatever the terminal's encoding."""
    write_bytes(_encode(text, sys.stdout, utf8))


def write_bytes(data: bytes) -> None:
    """Write bytes to standard output as they are; a reader that went away is no error.

    Raises `OutputError` when the system refuses them (a full disk).
    """
    _write(sys.stdout, data)


def error(text: str) -> None:
    """Write to standard error; never fails."""
    try:
        _write(sys.stderr, _encode(text, sys.stderr, False))
    except OutputError:
        return


def complain(message: str) -> None:
    """Tell on standard error what is wrong, in one voice. Control characters are made harmless."""
    from fourlayer.report.terminal import visible

    error("fourlayer: error: " + "\n".join(visible(line) for line in message.rstrip("\n").split("\n")) + "\n")


def crash(problem: BaseException) -> None:
    """Tell of an internal error on standard error, with its trace."""
    import traceback

    error("".join(traceback.format_exception(problem)))
    complain("internal error; please report it with the lines above")


def flush(code: int) -> int:
    """Flush standard output at the end; the exit code, or trouble's when the system refuses."""
    stream = _stream(sys.stdout)
    if stream is None:
        return code
    try:
        stream.flush()
    except BrokenPipeError:
        silence()
    except OSError as problem:
        silence()
        complain(f"cannot write the output: {(problem.strerror or str(problem)).lower()}")
        return TROUBLE
    return code


def silence() -> None:
    """Send what is still buffered for standard output nowhere, so that the interpreter's exit is quiet."""
    try:
        descriptor = sys.stdout.fileno()
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, descriptor)
        os.close(null)
    except (OSError, ValueError, AttributeError):
        return


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a standard stream is there and is a terminal."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def width(stream: TextIO | None) -> int:
    """Columns for a report: the terminal's (at most 160), else 100."""
    if not is_terminal(stream):
        return _FALLBACK_WIDTH
    try:
        columns = int(os.environ.get("COLUMNS") or os.get_terminal_size(sys.stdout.fileno()).columns)
    except (OSError, ValueError):
        return _FALLBACK_WIDTH
    return min(max(columns, 40), 160)


def replace_file(path: str, data: bytes) -> None:
    """Write a file whole or not at all; a pipe or device is written to as it is. A file keeps its mode.

    Raises `OutputError` that names the path.
    """
    target = os.path.realpath(path)
    try:
        mode = _mode(target)
        if mode is not None and not stat.S_ISREG(mode):
            with open(target, "wb") as stream:
                stream.write(data)
            return
        _put(target, data, mode)
    except OSError as problem:
        raise OutputError(f"cannot write {path}: {(problem.strerror or str(problem)).lower()}") from problem


def _put(target: str, data: bytes, mode: int | None) -> None:
    folder, name = os.path.split(target)
    beside = os.path.join(folder, f".{name}.{os.getpid()}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with open(os.open(beside, flags, 0o666), "wb") as stream:
        try:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
            if mode is not None:
                os.chmod(beside, stat.S_IMODE(mode))
            os.replace(beside, target)
        except BaseException:
            os.unlink(beside)
            raise


def _mode(path: str) -> int | None:
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return None


def _encode(text: str, stream: TextIO | None, utf8: bool) -> bytes:
    encoding = "utf-8" if utf8 else getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace")


def _stream(stream: TextIO | None) -> TextIO | None:
    """The stream where it is there and open."""
    return None if stream is None or stream.closed else stream


def _write(wanted: TextIO | None, data: bytes) -> None:
    stream = _stream(wanted)
    if stream is None:
        return
    try:
        stream.flush()
        stream.buffer.write(data)
        stream.buffer.flush()
    except BrokenPipeError:
        if wanted is sys.stdout:
            silence()
    except OSError as problem:
        if wanted is sys.stdout:
            silence()
        raise OutputError(
            f"cannot write the output: {(problem.strerror or str(problem)).lower()}"
        ) from problem
