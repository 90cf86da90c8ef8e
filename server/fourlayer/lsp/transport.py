"""Messages over stdio: framing, a reader that never shares a thread pool, and a guarded standard output."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import NamedTuple

MAX_MESSAGE = 256 * 1024 * 1024
"""The largest announced body that is believed, in bytes."""

_CHUNK = 1 << 16


class Frame(NamedTuple):
    """One message's body, or None where the header could not be understood."""

    body: bytes | None


class Framing:
    """Cuts a byte stream into message bodies. Header lines may end in `\\r\\n` or `\\n`."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._length: int | None = None

    def feed(self, data: bytes) -> list[Frame]:
        """Add bytes as they come; the messages that they complete."""
        self._buffer += data
        frames: list[Frame] = []
        while True:
            if self._length is None:
                if not self._header(frames):
                    return frames
            elif len(self._buffer) >= self._length:
                frames.append(Frame(bytes(self._buffer[: self._length])))
                del self._buffer[: self._length]
                self._length = None
            else:
                return frames

    def _header(self, frames: list[Frame]) -> bool:
        """Consume one header block; False when more bytes are needed."""
        end, width = _blank_line(self._buffer)
        if end < 0:
            return False
        block = bytes(self._buffer[:end])
        del self._buffer[: end + width]
        if not block.strip():
            return True
        self._length = _content_length(block)
        if self._length is None:
            frames.append(Frame(None))
        return True


def _blank_line(buffer: bytearray) -> tuple[int, int]:
    """Where the header block ends and how many bytes end it; (-1, 0) when it is not complete."""
    if buffer.startswith(b"\r\n"):
        return 0, 2
    candidates = [(at, len(mark)) for mark in (b"\r\n\r\n", b"\n\n") if (at := buffer.find(mark)) >= 0]
    return min(candidates, default=(-1, 0))


def _content_length(block: bytes) -> int | None:
    """The announced length in a header block; None when it is absent or absurd."""
    for line in block.splitlines():
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            digits = value.strip()
            if digits.isdigit() and len(digits) <= 12 and int(digits) <= MAX_MESSAGE:
                return int(digits)
            return None
    return None


class StdoutWriter:
    """Writes whole messages to a file descriptor; pygls calls it on the loop's thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, data: bytes) -> None:
        """Write everything; `BrokenPipeError` when the client has gone."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def close(self) -> None:
        """Nothing is buffered, so nothing needs closing."""


def claim_stdout() -> int:
    """Keep standard output for the protocol: what anything prints from now on goes to standard error."""
    sys.stdout.flush()
    descriptor = os.dup(1)
    os.dup2(2, 1)
    if os.name == "nt":
        import msvcrt

        msvcrt.setmode(0, os.O_BINARY)  # type: ignore[attr-defined]  # exists on Windows only
        msvcrt.setmode(descriptor, os.O_BINARY)  # type: ignore[attr-defined]  # exists on Windows only
    return descriptor


def read_in_thread(
    descriptor: int, received: Callable[[list[Frame]], None], ended: Callable[[], None]
) -> None:
    """Read messages in a daemon thread that nothing waits for; the callbacks run on that thread.

    `received` gets every message that one read completed, so that a burst costs one wake-up.
    """

    def read() -> None:
        framing = Framing()
        try:
            while data := os.read(descriptor, _CHUNK):
                if frames := framing.feed(data):
                    received(frames)
        except OSError:
            pass
        finally:
            ended()

    threading.Thread(target=read, name="fourlayer-stdin", daemon=True).start()
