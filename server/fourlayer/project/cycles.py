"""Import cycles: which files depend on themselves, and the shortest ways around."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.layout import is_code, is_declaration
from fourlayer.project.store import Paused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.project.snapshot import Snapshot
    from fourlayer.syntax.facts import Import

_EDGE_KINDS = frozenset({"import", "export", "dynamic", "require", "type"})
"""Imports that make a file depend on another; a mock in a test does not."""


class Link(NamedTuple):
    """One import in a cycle. `type_only`: it is gone when the program runs."""

    importer: str
    target: str
    import_: Import
    type_only: bool


class Cycle(NamedTuple):
    """A way from a file back to it, every file once. `links` start at the file that the cycle is told of.

    `component` is every file that is tied to this one in both directions, sorted. A cycle is `type_only`
    when one of its links is: then nothing goes round while the program runs.
    """

    links: tuple[Link, ...]
    component: tuple[str, ...]
    type_only: bool


Graph = dict[str, dict[str, bool]]
"""By file, the files that it imports, and whether by types alone."""


class CycleIndex:
    """The import cycles of one snapshot, found for the files that are asked about and what they import.

    Each file is visited once (Tarjan's algorithm), whatever the order of questions. A later snapshot keeps
    all that was found unless an import came, went or now leads elsewhere.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._links: dict[str, tuple[Link, ...]] = {}
        self._components = _Components()
        self._rings: dict[tuple[str, ...], Mapping[str, tuple[_Ring, ...]]] = {}
        self._doubtful: dict[str, dict[str, bool]] = {}
        """Files that changed since the components were found, and what they imported then."""

    def derive(self, snapshot: Snapshot, changed: frozenset[str], *, moved: bool) -> CycleIndex:
        """The index of a later snapshot; `moved` tells that imports may lead elsewhere."""
        new = CycleIndex(snapshot)
        if moved:
            return new
        new._links = {path: links for path, links in self._links.items() if path not in changed}
        new._components, new._rings = self._components, self._rings
        seen = self._components.seen
        new._doubtful = {path: self._targets(path) for path in changed if path in seen} | self._doubtful
        return new

    def _settle(self) -> None:
        """Begin anew where a file that changed imports other files than before."""
        if self._doubtful:
            if any(self._targets(path) != were for path, were in self._doubtful.items()):
                self._components, self._rings = _Components(), {}
            self._doubtful = {}

    def component(self, path: str) -> tuple[str, ...]:
        """The files on a cycle with this one, itself included, sorted; none where there is no cycle."""
        self._settle()
        return self._components.of(path, self._targets)

    def components(self, paths: Iterable[str], *, types: bool = True) -> set[tuple[str, ...]]:
        """Every component that one of the files belongs to; without `types`, of imports of values only."""
        found = {component for path in paths if (component := self.component(path))}
        if types:
            return found
        inner = _Components()
        for path in (path for component in found for path in component):
            inner.of(path, self._values)
        return {component for component in inner.seen.values() if component}

    def _values(self, path: str) -> dict[str, bool]:
        return {target: False for target, type_only in self._targets(path).items() if not type_only}

    def cycles(self, path: str) -> tuple[Cycle, ...]:
        """The cycles that are told of a file: of each tangle, enough of the shortest to meet every file."""
        component = self.component(path)
        if not component:
            return ()
        rings = self._rings.get(component)
        if rings is None:
            graph = {file: self._targets(file) for file in component}
            rings = self._rings[component] = _rings(graph, self._rank)
        return tuple(self._cycle(ring, component) for ring in rings.get(path, ()))

    def _cycle(self, ring: _Ring, component: tuple[str, ...]) -> Cycle:
        ends = (*ring[1:], ring[0])
        links = tuple(self._link(importer, target) for importer, target in zip(ring, ends, strict=True))
        return Cycle(links, component, any(link.type_only for link in links))

    def _link(self, importer: str, target: str) -> Link:
        found = [link for link in self._links_of(importer) if link.target == target]
        return min(found, key=lambda link: (link.type_only, link.import_.span))

    def _targets(self, path: str) -> dict[str, bool]:
        targets: dict[str, bool] = {}
        for link in self._links_of(path):
            targets[link.target] = link.type_only and targets.get(link.target, True)
        return targets

    def _links_of(self, path: str) -> tuple[Link, ...]:
        known = self._links.get(path)
        if known is None:
            pause = self._snapshot.store.pause
            if pause is not None and pause():
                raise Paused
            known = self._links[path] = tuple(_links(self._snapshot, path))
        return known

    def _rank(self, path: str) -> int | None:
        """Where a cycle is told first: in integrations, then in other code that is judged; None: nowhere."""
        snapshot = self._snapshot
        if snapshot.provider_of(path) is not None or snapshot.is_shared(path):
            return 0
        return 1 if snapshot.scope_of(path) is not None else None


def _links(snapshot: Snapshot, path: str) -> Iterable[Link]:
    data = snapshot.skim(path) if is_code(path) and not is_declaration(path) else None
    imports = snapshot.passing(path, data, lambda facts: facts.imports) if data is not None else None
    for item in imports or ():
        if item.kind in _EDGE_KINDS and item.trusted:
            target = snapshot.resolve(item.specifier, path).path
            if target is not None and is_code(target) and not is_declaration(target):
                yield Link(path, target, item, item.type_only or item.kind == "type")


_Targets = Callable[[str], Mapping[str, bool]]


class _Components:
    """Strongly connected components of a graph that is read as far as it is asked about."""

    def __init__(self) -> None:
        self.seen: dict[str, tuple[str, ...]] = {}
        """By file that was visited, its component; empty for a file on no cycle."""

    def of(self, start: str, targets: _Targets) -> tuple[str, ...]:
        """The component of one file, by Tarjan's algorithm."""
        if start not in self.seen:
            self._visit(start, targets)
        return self.seen[start]

    def _visit(self, start: str, targets: _Targets) -> None:
        order: dict[str, int] = {}
        low: dict[str, int] = {}
        stack: list[str] = []
        way: list[tuple[str, Iterator[str]]] = []

        def enter(node: str) -> None:
            rest = iter(targets(node))
            order[node] = low[node] = len(order)
            stack.append(node)
            way.append((node, rest))

        enter(start)
        while way:
            node, rest = way[-1]
            for target in rest:
                if target in self.seen:
                    continue
                if target not in order:
                    enter(target)
                    break
                low[node] = min(low[node], order[target])
            else:
                way.pop()
                if way:
                    above = way[-1][0]
                    low[above] = min(low[above], low[node])
                if low[node] == order[node]:
                    self._close(node, stack, targets)

    def _close(self, root: str, stack: list[str], targets: _Targets) -> None:
        members = [stack.pop()]
        while members[-1] != root:
            members.append(stack.pop())
        cyclic = len(members) > 1 or root in targets(root)
        component = tuple(sorted(members)) if cyclic else ()
        self.seen.update(dict.fromkeys(members, component))


_Ring = tuple[str, ...]
"""The files of a cycle in the order of imports."""


def _rings(graph: Graph, rank: Callable[[str], int | None]) -> Mapping[str, tuple[_Ring, ...]]:
    """By file that they are told of, shortest cycles that together meet every file of one component.

    Cycles of values come first; what they do not meet is tied by types.
    """
    ranks = {path: where for path in graph if (where := rank(path)) is not None}
    starts = sorted(ranks, key=lambda path: (ranks[path], path))
    values = {
        path: {target for target, type_only in targets.items() if not type_only and target in graph}
        for path, targets in graph.items()
    }
    everything = {path: {target for target in targets if target in graph} for path, targets in graph.items()}
    found: dict[str, list[_Ring]] = {}
    met: set[str] = set()
    for edges in (values, everything):
        for start in starts:
            ring = _shortest(edges, start) if start not in met else None
            if ring is not None:
                met.update(ring)
                found.setdefault(start, []).append(ring)
    return {path: tuple(rings) for path, rings in found.items()}


def _shortest(edges: Mapping[str, set[str]], start: str) -> _Ring | None:
    """The shortest way from a file back to it; the first in alphabetical order of several."""
    came_from: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for target in sorted(edges[node]):
            if target == start:
                return _back(came_from, node, start)
            if target not in came_from:
                came_from[target] = node
                waiting.append(target)
    return None


def _back(came_from: Mapping[str, str], node: str, start: str) -> _Ring:
    ring: list[str] = []
    while node != start:
        ring.append(node)
        node = came_from[node]
    return (start, *reversed(ring))
