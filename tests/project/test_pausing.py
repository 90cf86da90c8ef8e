"""Questions about the whole workspace can be paused between two files and taken up again."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest

from fourlayer.project.layout import Layout
from fourlayer.project.snapshot import Snapshot, Survey
from fourlayer.project.store import Disk, Paused
from fourlayer.syntax.facts import FileFacts
from fourlayer.syntax.text import Text

looked_at: list[str] = []


def length(path: str, facts: FileFacts) -> int:
    looked_at.append(path)
    return len(facts.text)


LENGTHS: Survey[int] = Survey("lengths", length, ())


class NoDisk:
    """A workspace that consists of buffers alone."""

    def stat(self, path: str) -> None:
        return None

    def read(self, path: str) -> str:
        return "absent"

    def children(self, folder: str) -> tuple[str, ...]:
        return ()

    def is_dir(self, path: str) -> bool:
        return not path

    def files(self) -> dict[str, tuple[int, int, int, int]]:
        return {}

    def walk(self, folder: str) -> None:
        """Nothing to walk."""

    def changed(self, changes: Mapping[str, tuple[int, int, int, int] | None]) -> Disk:
        return self


def test_a_survey_goes_on_where_it_stopped() -> None:
    looked_at.clear()
    buffers = {f"f{number}.ts": Text(b"x;" * number) for number in range(1, 8)}
    snapshot = Snapshot(Layout(), NoDisk(), buffers=buffers)
    turns = itertools.count(1)
    snapshot.store.pause = lambda: next(turns) % 3 == 0
    for _ in range(2):
        with pytest.raises(Paused):
            snapshot.survey(LENGTHS)
    assert len(looked_at) == 6
    changed = {**buffers, "f1.ts": Text(b"longer;")}
    later = snapshot.derive(changed)
    later.store.pause = None
    assert later.survey(LENGTHS) == {path: len(text) for path, text in changed.items()}
    assert sorted(looked_at) == sorted([*buffers, "f1.ts"])


def test_what_holds_goes_on_where_it_stopped() -> None:
    buffers = {f"f{number}.ts": Text(b"any" if number % 2 else b"x") for number in range(6)}
    snapshot = Snapshot(Layout(), NoDisk(), buffers=buffers)
    snapshot.store.pause = lambda: True
    for _ in range(5):
        with pytest.raises(Paused):
            snapshot.holding((b"any",))
    assert snapshot.holding((b"any",)) == {"f1.ts", "f3.ts", "f5.ts"}
