"""Whether the process that started the server is still there."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

WATCH_SECONDS = 2.0


def is_alive(process: int) -> bool:
    """Whether a process id exists (on Windows: is still running)."""
    if process <= 0:
        return False
    if os.name == "nt":
        return _is_alive_on_windows(process)
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


async def watch_parent(process: int, gone: Callable[[], None], seconds: float = WATCH_SECONDS) -> None:
    """Call `gone` once the process has ended.

    An id unknown from the start (a client in another container) is not watched: closed pipes tell the end.
    """
    if not is_alive(process):
        return
    while is_alive(process):
        await asyncio.sleep(seconds)
    gone()


def _is_alive_on_windows(process: int) -> bool:
    """Signal 0 would end the process on Windows, so its handle is asked."""
    import ctypes

    synchronize, timeout = 0x00100000, 0x102
    kernel = ctypes.CDLL("kernel32")
    handle = kernel.OpenProcess(synchronize, False, process)
    if not handle:
        return False
    try:
        return bool(kernel.WaitForSingleObject(handle, 0) == timeout)
    finally:
        kernel.CloseHandle(handle)
