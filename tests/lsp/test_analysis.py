"""The scheduling of the analysis: a crash is told, bursts are coalesced, nobody waits for the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

from fourlayer.lsp.analysis import Analysis
from fourlayer.lsp.folder import Folder
from fourlayer.lsp.session import Session


class FakeFolder:
    """Counts what is asked of it; files named `bad` crash."""

    def __init__(self, files: list[str]) -> None:
        self.root = "/ws"
        self.files = files
        self.urgent: dict[str, None] = {}
        self.queue: dict[str, None] = {}
        self.near: set[str] = set()
        self.judged: list[str] = []
        self.current: set[str] = set()

    def edit(self, path: str) -> None:
        self.urgent[path] = None
        self.current.clear()

    def warm(self) -> list[None]:
        return cast("list[None]", iter([None] * 10))

    def rescan_if_due(self) -> None:
        """Nothing to look at."""

    def enqueue(self, pause: object = None) -> None:
        self.queue.update(dict.fromkeys(self.files))

    def is_current(self, path: str) -> bool:
        return path in self.current

    def done_with(self, path: str) -> None:
        self.urgent.pop(path, None)
        self.queue.pop(path, None)
        self.current.add(path)

    def judge(self, path: str, pause: object = None) -> bool:
        self.judged.append(path)
        self.current.add(path)
        if path == "bad":
            raise ValueError("this file is bad")
        return True


def run(folder: FakeFolder, story: Callable[[Analysis], Awaitable[None]]) -> list[str]:
    """Run an analysis while a story happens; what was logged."""
    logged: list[str] = []
    session = Session()
    session.folders["/ws"] = cast("Folder", folder)

    async def main() -> None:
        settled = asyncio.Event()
        analysis = Analysis(session, lambda *_: None, settled.set, lambda: None, logged.append)
        task = asyncio.ensure_future(analysis.run())
        await story(analysis)
        analysis.wake()
        settled.clear()
        await asyncio.wait_for(settled.wait(), 20)
        task.cancel()

    asyncio.run(main())
    return logged


def test_a_crash_is_told_and_the_others_are_judged() -> None:
    folder = FakeFolder(["a", "bad", "b"])

    async def story(analysis: Analysis) -> None:
        folder.edit("bad")
        analysis.wake()

    logged = run(folder, story)
    assert {"a", "b"} <= set(folder.judged)
    assert "judging bad" in logged[0]
    assert "this file is bad" in logged[0]


def test_the_same_crash_is_told_a_few_times_only() -> None:
    folder = FakeFolder([])

    async def story(analysis: Analysis) -> None:
        for _ in range(10):
            folder.edit("bad")
            analysis.wake()
            await asyncio.sleep(0.005)

    logged = run(folder, story)
    assert folder.judged.count("bad") > 3
    assert len(logged) == 3


def test_a_burst_is_judged_once() -> None:
    folder = FakeFolder(["a"])

    async def story(analysis: Analysis) -> None:
        for _ in range(1000):
            folder.edit("a")
            analysis.wake()

    run(folder, story)
    assert folder.judged == ["a"]


def test_what_is_edited_comes_before_what_is_queued() -> None:
    files = [f"f{number}" for number in range(50)]
    folder = FakeFolder(files)

    async def story(analysis: Analysis) -> None:
        folder.edit("f40")
        analysis.wake()
        await asyncio.sleep(0)
        folder.edit("f41")
        analysis.wake()

    run(folder, story)
    assert folder.judged[:2] in (["f40", "f41"], ["f41", "f40"])
    assert set(folder.judged) == set(files)
