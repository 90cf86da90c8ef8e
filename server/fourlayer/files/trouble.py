"""What goes wrong with one path, as a value that a report can show."""

from __future__ import annotations

from typing import NamedTuple


class Trouble(NamedTuple):
    """A path (relative to the root, "/"-separated, printable) and why it could not be used."""

    path: str
    message: str


def reason(error: OSError) -> str:
    """The operating system's words for the error, without the path."""
    return (error.strerror or type(error).__name__).lower()


def printable(path: str) -> str:
    """The path with bytes that are no UTF-8 shown as `\\xNN`."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
