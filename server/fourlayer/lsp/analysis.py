"""When findings are worked out: never in a handler, the edited file first, the rest in short slices."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fourlayer.lsp.folder import Folder
    from fourlayer.lsp.session import Session

SLICE_SECONDS = 0.008
"""How long the loop is kept from the client's messages while files that nobody edits are judged."""

_REPEATED_CRASHES = 3


class Analysis:
    """One task that settles every folder after each change and starts over when another one comes.

    `judged` hears of each file that was judged, and whether what is shown of it changed; `settled` hears
    when nothing is left to do. `prepare` runs before each round.
    """

    def __init__(
        self,
        session: Session,
        judged: Callable[[Folder, str, bool], None],
        settled: Callable[[], None],
        prepare: Callable[[], None],
        log: Callable[[str], None],
    ) -> None:
        self._session = session
        self._judged = judged
        self._settled = settled
        self._prepare = prepare
        self._log = log
        self._wanted = asyncio.Event()
        self._crashes: dict[str, int] = {}
        self.idle = asyncio.Event()
        self.idle.set()

    def wake(self) -> None:
        """Say that something changed. The work happens in a later turn of the loop."""
        self._wanted.set()
        self.idle.clear()

    async def run(self) -> None:
        """Work for ever."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            self._guarded("reading the configuration", self._prepare)
            for folder in list(self._session.folders.values()):
                self._judge_urgent(folder)
            await asyncio.sleep(0)
            if not self._wanted.is_set() and await self._judge_rest():
                self._settled()
                self.idle.set()

    def flush(self, folder: Folder, path: str) -> None:
        """Judge one file now, because the client waits for an answer about it."""
        if not folder.is_current(path):
            self._judge(folder, path)

    def _judge_urgent(self, folder: Folder) -> None:
        for path in list(folder.urgent):
            self._judge(folder, path)
        if folder.dirty:
            self._guarded("reading the workspace", folder.refresh)

    async def _judge_rest(self) -> bool:
        """Work the queues off; False when something changed meanwhile."""
        for folder in list(self._session.folders.values()):
            folder.rescan_if_due()
            if folder.dirty:
                self._guarded("reading the workspace", folder.refresh)
                await asyncio.sleep(0)
            until = time.perf_counter() + SLICE_SECONDS
            while folder.queue:
                path = next(iter(folder.queue))
                if folder.is_current(path):
                    del folder.queue[path]
                    continue
                self._judge(folder, path)
                if time.perf_counter() > until:
                    await asyncio.sleep(0)
                    if self._wanted.is_set():
                        return False
                    until = time.perf_counter() + SLICE_SECONDS
        return not self._wanted.is_set()

    def _judge(self, folder: Folder, path: str) -> None:
        changed = self._guarded(f"judging {path}", lambda: folder.judge(path))
        folder.urgent.pop(path, None)
        folder.queue.pop(path, None)
        self._judged(folder, path, changed is not False)

    def _guarded(self, what: str, work: Callable[[], object]) -> object:
        """Run a step; a crash is told to the client (each at most a few times) and the server goes on."""
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - the server must survive whatever a file makes of the analysis
            key = f"{what}: {type(error).__name__}"
            self._crashes[key] = self._crashes.get(key, 0) + 1
            if self._crashes[key] <= _REPEATED_CRASHES:
                self._log(f"fourlayer failed while {what}; it goes on without.\n{traceback.format_exc()}")
            return None
