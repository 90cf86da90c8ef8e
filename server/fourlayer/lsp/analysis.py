"""When findings are worked out: never in a handler, the edited file first, the rest in short slices."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from fourlayer.project.store import Paused

if TYPE_CHECKING:
    from fourlayer.lsp.folder import Folder
    from fourlayer.lsp.session import Session

SLICE_SECONDS = 0.002
"""How long the loop is kept from the client's messages while files that nobody edits are judged."""

PAUSE_SECONDS = 0.02
"""How long one file may take while that means reading the whole workspace for the first time."""

FLUSH_SECONDS = 0.25
"""The same where the client waits for an answer; then it gets what is known."""

REST_SECONDS = 0.03
"""How long the user must pause before anything but the edited files is judged."""

FAR_REST_SECONDS = 0.15
"""How long before what is neither open nor near an edited file is judged."""

_REPEATED_CRASHES = 3
_DONE = object()


class _Pause:
    """Gives the loop a turn whenever a slice has been used up."""

    def __init__(self) -> None:
        self._until = time.perf_counter() + SLICE_SECONDS

    async def when_due(self) -> bool:
        """Whether the loop was given a turn."""
        if time.perf_counter() < self._until:
            return False
        await asyncio.sleep(0)
        self._until = time.perf_counter() + SLICE_SECONDS
        return True


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
        self.settled = False
        """Whether nothing is left to do."""
        self._wanted = asyncio.Event()
        self._warmed: set[str] = set()
        self._crashes: dict[str, int] = {}

    def wake(self) -> None:
        """Say that something changed. The work happens in a later turn of the loop."""
        self._wanted.set()
        self.settled = False

    async def run(self) -> None:
        """Work for ever."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            self._guarded("reading the configuration", self._prepare)
            for folder in list(self._session.folders.values()):
                await self._warm(folder)
                await self._judge_urgent(folder)
            if await self._rested(REST_SECONDS) and await self._judge_rest():
                self._guarded("settling", self._settled)
                self.settled = True

    def flush(self, folder: Folder, path: str) -> None:
        """Judge one file now, because the client waits for an answer about it."""
        if not folder.is_current(path) and not self._judge(folder, path, FLUSH_SECONDS):
            self.wake()

    async def _warm(self, folder: Folder) -> None:
        """Before a folder's first judgement: read it in slices, the client's messages in between."""
        if folder.root in self._warmed:
            return
        self._warmed.add(folder.root)
        steps = folder.warm()
        pause = _Pause()
        while self._guarded("reading the workspace", lambda: next(steps, _DONE)) is None:
            await pause.when_due()

    async def _judge_urgent(self, folder: Folder) -> None:
        while folder.urgent:
            if not self._judge(folder, next(iter(folder.urgent))):
                await asyncio.sleep(0)

    async def _rested(self, seconds: float) -> bool:
        """Wait until the user pauses; False when something changed meanwhile."""
        try:
            await asyncio.wait_for(self._wanted.wait(), seconds)
        except TimeoutError:
            return True
        return False

    async def _judge_rest(self) -> bool:
        """Work the queues off; False when something changed meanwhile."""
        for folder in list(self._session.folders.values()):
            folder.rescan_if_due()
            pause = _Pause()
            while not self._resumable("reading the workspace", folder.enqueue):
                await asyncio.sleep(0)
                if self._wanted.is_set():
                    return False
            far = False
            while folder.queue:
                path = next(iter(folder.queue))
                if folder.is_current(path):
                    del folder.queue[path]
                    continue
                if path not in folder.near and not far:
                    far = True
                    if not await self._rested(FAR_REST_SECONDS):
                        return False
                    continue
                finished = self._judge(folder, path)
                if (await pause.when_due() or not finished) and self._wanted.is_set():
                    return False
        return not self._wanted.is_set()

    def _judge(self, folder: Folder, path: str, seconds: float = PAUSE_SECONDS) -> bool:
        """Judge a file; False when that was paused and is to be taken up again."""
        until = time.perf_counter() + seconds
        try:
            changed = self._guarded(
                f"judging {path}", lambda: folder.judge(path, lambda: time.perf_counter() > until)
            )
        except Paused:
            return False
        folder.done_with(path)
        self._judged(folder, path, changed is not False)
        return True

    def _resumable(self, what: str, work: Callable[[Callable[[], bool]], None]) -> bool:
        """Run a step that can be paused; False when it was."""
        until = time.perf_counter() + PAUSE_SECONDS
        try:
            self._guarded(what, lambda: work(lambda: time.perf_counter() > until))
        except Paused:
            return False
        return True

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
