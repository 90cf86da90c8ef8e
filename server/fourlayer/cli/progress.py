"""A line on the terminal while a long check runs."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

from fourlayer.cli import output

if TYPE_CHECKING:
    import threading

_PATIENCE = 0.7
"""Seconds before the line appears."""
_STEP = 0.2


class Progress:
    """Shows the elapsed time on standard error where that is a terminal, and wipes it at the end."""

    def __init__(self, label: str) -> None:
        self.label = label
        self._stop: threading.Event | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Progress:
        if output.is_terminal(sys.stderr):
            import threading

            self._stop = threading.Event()
            self._thread = threading.Thread(target=self._show, args=(self._stop,), daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stop is not None and self._thread is not None:
            self._stop.set()
            self._thread.join()

    def _show(self, stop: threading.Event) -> None:
        began = time.monotonic()
        if stop.wait(_PATIENCE):
            return
        while True:
            output.error(f"\r{self.label} {time.monotonic() - began:.1f} s\x1b[K")
            if stop.wait(_STEP):
                output.error("\r\x1b[K")
                return
