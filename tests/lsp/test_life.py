"""The watch on the parent process."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

from fourlayer.lsp.life import is_alive, watch_parent


def test_this_process_is_alive() -> None:
    assert is_alive(os.getpid())
    assert is_alive(1)


def test_ended_and_impossible_processes_are_not() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert not is_alive(ended.pid)
    assert not is_alive(0)
    assert not is_alive(-1)


def test_the_end_is_told_once() -> None:
    process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    told: list[int] = []

    async def watch() -> None:
        task = asyncio.ensure_future(watch_parent(process.pid, lambda: told.append(1), 0.01))
        await asyncio.sleep(0.05)
        assert told == []
        await asyncio.to_thread(process.communicate)
        await task

    asyncio.run(watch())
    assert told == [1]
