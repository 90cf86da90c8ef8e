"""Answers are worked out once, over cycles too, and kept while what they rest on is as it was."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest

from fourlayer.project.layout import Layout
from fourlayer.project.questions import Question
from fourlayer.project.snapshot import Snapshot, View
from fourlayer.syntax.text import Text
from tests.project.test_snapshot import MemoryDisk

Graph = Mapping[str, str]
"""By file, the names of the files it calls, and `!` where it reaches out itself."""


class Counting:
    """A question over a call graph: does a file, or one that it calls, hold a `!`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.question = Question[bool]("reaches", self.answer, bottom=False)

    def answer(self, view: View, about: tuple[str, ...]) -> bool:
        (name,) = about
        self.asked.append(name)
        words = (view.read(name) or b"").decode().split()
        return any(word == "!" or view.ask(self.question, word) for word in words)


def _state(graph: Graph) -> Snapshot:
    return Snapshot(Layout(), MemoryDisk({name: calls.encode() for name, calls in graph.items()}))


def _edited(snapshot: Snapshot, graph: Graph) -> Snapshot:
    buffers = {**snapshot.buffers, **{name: Text(calls.encode()) for name, calls in graph.items()}}
    return snapshot.derive(buffers)


def _answers(snapshot: Snapshot, asked: Counting, names: str) -> dict[str, bool]:
    return {name: snapshot.view().ask(asked.question, name) for name in names.split()}


def _expected(graph: Graph) -> dict[str, bool]:
    """The same by the plain definition: what can be reached."""
    found: dict[str, bool] = {}
    for start in graph:
        seen, pending = {start}, [start]
        while pending:
            for word in graph[pending.pop()].split():
                if word in graph and word not in seen:
                    seen.add(word)
                    pending.append(word)
        found[start] = any("!" in graph[name].split() for name in seen)
    return found


def test_each_is_answered_once() -> None:
    asked = Counting()
    snapshot = _state({"a": "b c", "b": "d", "c": "d", "d": "!"})
    assert _answers(snapshot, asked, "a b c d a") == dict.fromkeys("abcd", True)
    assert asked.asked == ["a", "b", "d", "c"]


GRAPHS: tuple[Graph, ...] = (
    {"a": "b", "b": "a"},
    {"a": "b", "b": "a !"},
    {"a": "b c", "b": "a", "c": "d", "d": "c b"},
    {"a": "b c", "b": "c a", "c": "b d", "d": "a e", "e": "!"},
    {"a": "a", "b": "b a", "c": "b !"},
    {"a": "b", "b": "c", "c": "b d", "d": "e", "e": "c a"},
)


@pytest.mark.parametrize("graph", GRAPHS)
def test_cycles_come_to_rest_from_wherever_they_are_entered(graph: Graph) -> None:
    for first in graph:
        snapshot = _state(graph)
        names = " ".join([first, *graph])
        assert _answers(snapshot, Counting(), names) == _expected(graph)


@pytest.mark.parametrize(
    ("length", "last"), [(29, "!"), (31, "!"), (200, "!"), (3000, "!"), (29, "f0 !"), (100, "f0 !")]
)
def test_long_ways_need_no_deep_stack(length: int, last: str) -> None:
    graph = {f"f{number}": f"f{number + 1}" for number in range(length)}
    graph[f"f{length}"] = last
    assert _answers(_state(graph), Counting(), "f0") == {"f0": True}


def test_an_edit_asks_again_only_what_may_change() -> None:
    asked = Counting()
    snapshot = _state({"a": "b", "b": "c", "c": "!", "x": "y", "y": ""})
    _answers(snapshot, asked, "a x")
    asked.asked.clear()

    same = _edited(snapshot, {"c": "! y"})
    assert _answers(same, asked, "a x") == {"a": True, "x": False}
    assert asked.asked == ["c"]

    asked.asked.clear()
    other = _edited(same, {"c": "y"})
    assert _answers(other, asked, "a x") == {"a": False, "x": False}
    assert sorted(asked.asked) == ["a", "b", "c"]


def test_a_reader_of_an_answer_is_stale_when_it_changes_and_only_then() -> None:
    asked = Counting()
    snapshot = _state({"a": "b", "b": "!"})
    view = snapshot.view()
    assert view.ask(asked.question, "a")
    (dep,) = view.deps
    before = snapshot.stamp(dep)
    assert _edited(snapshot, {"b": "! a"}).stamp(dep) == before
    assert _edited(snapshot, {"b": ""}).stamp(dep) != before


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("target", "abcde")
def test_after_an_edit_a_cycle_answers_as_a_fresh_state_does(graph: Graph, target: str) -> None:
    for text in ("", "!", "a", "b c", "e d"):
        asked = Counting()
        first = _state(graph)
        _answers(first, asked, " ".join(graph))
        changed = {**graph, target: text}
        assert _answers(_edited(first, {target: text}), asked, " ".join(changed)) == _expected(changed)


@pytest.mark.parametrize("seed", range(60))
def test_any_graph_after_any_edits_answers_as_a_fresh_state_does(seed: int) -> None:
    rng = random.Random(seed)
    names = [f"f{number}" for number in range(rng.randrange(2, 14))]

    def calls() -> str:
        return " ".join(rng.choices([*names, "!"], [1.0] * len(names) + [0.6], k=rng.randrange(4)))

    graph = {name: calls() for name in names}
    asked, snapshot = Counting(), _state(graph)
    for _ in range(12):
        some = rng.sample(names, rng.randrange(1, len(names) + 1))
        expected = _expected(graph)
        assert _answers(snapshot, asked, " ".join(some)) == {name: expected[name] for name in some}
        edited = {name: calls() for name in rng.sample(names, min(len(names), rng.randrange(1, 4)))}
        graph = {**graph, **edited}
        snapshot = _edited(snapshot, edited)
