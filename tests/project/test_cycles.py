"""Import cycles: the components are right, the ways around are the shortest, and changes cost little."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest

from fourlayer.project.layout import Layout, Scope
from fourlayer.project.snapshot import Snapshot, View
from fourlayer.project.store import Paused
from fourlayer.syntax.text import Text
from tests.project.test_snapshot import MemoryDisk

ACME = "packages/integrations/acme"


def _snapshot(files: Mapping[str, str], layout: Layout | None = None) -> Snapshot:
    encoded = {f"{ACME}/{name}" if "/" not in name else name: text.encode() for name, text in files.items()}
    return Snapshot(layout or Layout(), MemoryDisk(encoded))


def _ways(snapshot: Snapshot) -> list[str]:
    """The cycles of every file, as the stems of their files; `~` marks an import of types."""
    return [
        " ".join(("~" if link.type_only else "") + _stem(link.target) for link in cycle.links)
        for path in snapshot.files()
        for cycle in snapshot.cycles(path)
    ]


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".ts")


def _imports(*names: str) -> str:
    return "".join(f'import "./{name}.js";\n' for name in names)


TYPE_OF_A = "import type A from './a'"


@pytest.mark.parametrize(
    ("files", "ways"),
    [
        ({"a.ts": _imports("b"), "b.ts": _imports("a")}, ["b a"]),
        ({"a.ts": _imports("b"), "b.ts": _imports("c"), "c.ts": ""}, []),
        ({"a.ts": _imports("a")}, ["a"]),
        ({"a.ts": _imports("b", "c"), "b.ts": _imports("c"), "c.ts": _imports("a")}, ["c a", "c a b"]),
        ({"a.ts": 'import type { B } from "./b";', "b.ts": _imports("a")}, ["~b a"]),
        ({"a.ts": 'import { type B } from "./b";', "b.ts": _imports("a")}, ["~b a"]),
        ({"a.ts": 'import { type B, b } from "./b";', "b.ts": _imports("a")}, ["b a"]),
        ({"a.ts": 'import type { B } from "./b";' + _imports("b"), "b.ts": _imports("a")}, ["b a"]),
        ({"a.ts": 'type B = import("./b").B;', "b.ts": _imports("a")}, ["~b a"]),
        ({"a.ts": 'const b = require("./b");', "b.ts": 'export * from "./a";'}, ["b a"]),
        ({"a.ts": 'vi.mock("./b");', "b.ts": _imports("a")}, []),
        ({"a.ts": 'import type { B } from "./b";', "b.d.ts": 'import { a } from "./a";'}, []),
        ({"a.ts": _imports("b", "c"), "b.ts": _imports("a"), "c.ts": TYPE_OF_A}, ["b a", "~a c"]),
        ({"a.ts": 'import { b } from "./b', "b.ts": _imports("a")}, []),
    ],
)  # fmt: skip
def test_finds_the_shortest_ways_that_meet_every_file(files: dict[str, str], ways: list[str]) -> None:
    assert _ways(_snapshot(files)) == ways


def test_a_cycle_through_other_code_is_told_of_the_integration() -> None:
    files = {
        "z.ts": 'import "../../backend/src/a.js";',
        "packages/backend/src/a.ts": f'import "../../../{ACME}/z.js";',
    }

    (cycle,) = _snapshot(files).cycles(f"{ACME}/z.ts")

    assert [link.target for link in cycle.links] == ["packages/backend/src/a.ts", f"{ACME}/z.ts"]


def test_a_scope_comes_after_integrations() -> None:
    layout = Layout(scopes=(Scope(("packages/backend/**",), "service", ("boundaries",)),))
    files = {
        "z.ts": 'import "../../backend/src/a.js";',
        "packages/backend/src/a.ts": f'import "../../../{ACME}/z.js";',
    }
    snapshot = _snapshot(files, layout)

    assert snapshot.cycles("packages/backend/src/a.ts") == ()
    assert len(snapshot.cycles(f"{ACME}/z.ts")) == 1


def _edit(snapshot: Snapshot, name: str, text: str) -> Snapshot:
    return snapshot.derive({**snapshot.buffers, f"{ACME}/{name}": Text(text.encode())})


def test_an_unsaved_change_elsewhere_breaks_and_makes_cycles() -> None:
    snapshot = _snapshot({"a.ts": _imports("b"), "b.ts": _imports("a"), "c.ts": _imports("a")})
    assert _ways(snapshot) == ["b a"]

    snapshot = _edit(snapshot, "b.ts", "export {};")
    assert _ways(snapshot) == []
    snapshot = _edit(_edit(snapshot, "c.ts", _imports("b")), "b.ts", _imports("c"))

    assert _ways(snapshot) == ["c b"]


def test_what_is_told_keeps_its_stamp_while_imports_stand_where_they_were() -> None:
    snapshot = _snapshot({"a.ts": _imports("b"), "b.ts": _imports("a"), "c.ts": ""})
    view = View(snapshot)
    view.cycles(f"{ACME}/a.ts")
    (dep,) = view.deps
    before = snapshot.stamp(dep)

    typed = _edit(snapshot, "b.ts", _imports("a") + "export const more = 1;")
    moved = _edit(typed, "b.ts", "// a comment\n" + _imports("a"))

    assert typed.stamp(dep) == before
    assert moved.stamp(dep) != before
    assert _ways(moved) == ["b a"]


def test_creating_a_file_can_close_a_cycle() -> None:
    snapshot = _snapshot({"a.ts": _imports("b")})
    assert _ways(snapshot) == []

    assert _ways(_edit(snapshot, "b.ts", _imports("a"))) == ["b a"]


def test_goes_on_after_a_pause() -> None:
    snapshot = _snapshot({f"f{i}.ts": _imports(f"f{(i + 1) % 9}") for i in range(9)})
    asked = iter([False] * 4 + [True] + [False] * 90)
    snapshot.store.pause = lambda: next(asked)

    with pytest.raises(Paused):
        snapshot.cycles(f"{ACME}/f0.ts")
    (cycle,) = snapshot.cycles(f"{ACME}/f0.ts")

    assert len(cycle.links) == 9


@pytest.mark.parametrize("seed", range(30))
def test_agrees_with_reachability_on_random_graphs_through_random_edits(seed: int) -> None:
    random_ = random.Random(seed)
    count = random_.randint(1, 12)
    graph = {i: random_.sample(range(count), random_.randint(0, min(2, count))) for i in range(count)}
    snapshot = _snapshot({f"f{i}.ts": _imports(*(f"f{j}" for j in to)) for i, to in graph.items()})
    for _ in range(6):
        files = [f"{ACME}/f{i}.ts" for i in graph]
        random_.shuffle(files)
        assert snapshot.cycle_index.components(files) == _expected(graph)
        told = {link.importer for path in files for cycle in snapshot.cycles(path) for link in cycle.links}
        assert told == {path for component in _expected(graph) for path in component}
        changed = random_.randrange(count)
        graph[changed] = random_.sample(range(count), random_.randint(0, min(2, count)))
        snapshot = _edit(snapshot, f"f{changed}.ts", _imports(*(f"f{j}" for j in graph[changed])))


def _expected(graph: Mapping[int, list[int]]) -> set[tuple[str, ...]]:
    reach = {node: _reached(graph, node) for node in graph}
    return {
        tuple(
            sorted(f"{ACME}/f{other}.ts" for other in graph if other in reach[node] and node in reach[other])
        )
        for node in graph
        if node in reach[node]
    }


def _reached(graph: Mapping[int, list[int]], start: int) -> set[int]:
    found: set[int] = set()
    pending = list(graph[start])
    while pending:
        node = pending.pop()
        if node not in found:
            found.add(node)
            pending += graph[node]
    return found


def test_components_of_values_leave_out_what_types_tie() -> None:
    files = {"a.ts": _imports("b", "c"), "b.ts": _imports("a"), "c.ts": 'import type { A } from "./a";'}
    index = _snapshot(files).cycle_index
    names = [f"{ACME}/{name}" for name in sorted(files)]

    assert index.components(names) == {tuple(names)}
    assert index.components(names, types=False) == {tuple(names[:2])}


def test_a_long_chain_is_no_deep_recursion() -> None:
    count = 3000
    snapshot = _snapshot({f"f{i}.ts": _imports(f"f{(i + 1) % count}") for i in range(count)})

    assert len(snapshot.cycle_index.component(f"{ACME}/f7.ts")) == count
