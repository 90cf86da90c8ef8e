"""A range of bytes in one file."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """Bytes `start`..`end`, 0-based, end exclusive."""

    start: int
    end: int
