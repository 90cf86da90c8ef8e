"""Whether a file is loaded by any process: backwards from the file to a composition root."""

from __future__ import annotations

import heapq
import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.project.layout import integration_roots, is_code, is_declaration
from fourlayer.project.loaders import Target, loads_of, may_load, targets_of
from fourlayer.project.roots import composition_roots
from fourlayer.project.store import Paused
from fourlayer.syntax.glob import globs
from fourlayer.syntax.text import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from fourlayer.project.graph import ImportEdge
    from fourlayer.project.loaders import Loads
    from fourlayer.project.snapshot import Snapshot

Verdict = Literal["reached", "unreached", "unknown", "rootless"]

_LOADING = frozenset({"import", "export", "dynamic", "require"})
_SCRIPTS = (".js", ".mjs", ".cjs", ".jsx")
_TYPES = frozenset({"interface", "type", "import"})


class Reach(NamedTuple):
    """Whether a process loads a file.

    "unknown": the file `by` loads what only shows when it runs, does not parse, or is JavaScript. "rootless":
    the workspace has no composition root, so that nothing can be told.
    """

    verdict: Verdict
    by: str = ""


class _Known(NamedTuple):
    """An answer and what it rests on: files, the serials of their importers, the loaders' serial."""

    reach: Reach
    files: frozenset[str]
    serials: Mapping[str, int]
    loaders: int
    pending: frozenset[str]


class ReachIndex:
    """What is loaded in one snapshot, found for the files that are asked about.

    The search goes from importer to importer until it meets a root, so that a file which is loaded costs
    the way to the root. Only where there is no way are loaders looked for. A later snapshot keeps an
    answer while the imports that it rests on stand.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._roots: frozenset[str] | None = None
        self._known: dict[str, _Known] = {}
        self._loads: dict[str, Loads] = {}
        self._waiting: frozenset[str] | None = None
        self._loaders_serial = 0
        self._targets: dict[str, tuple[Target, ...]] = {}

    def derive(self, snapshot: Snapshot, changed: frozenset[str], *, moved: bool) -> ReachIndex:
        """The index of a later snapshot; `moved` tells that files came or went, or imports lead elsewhere."""
        new = ReachIndex(snapshot)
        new._loads, new._loaders_serial = self._loads, self._loaders_serial
        if self._waiting is not None:
            new._waiting = self._waiting | changed
        if moved:
            return new
        new._roots = self._roots
        new._targets = {path: found for path, found in self._targets.items() if path not in changed}
        new._known = {
            path: known._replace(pending=known.pending | changed) for path, known in self._known.items()
        }
        return new

    @property
    def roots(self) -> frozenset[str]:
        """The composition roots."""
        if self._roots is None:
            self._roots = composition_roots(self._snapshot)
        return self._roots

    def reach(self, path: str) -> Reach:
        """Whether a process loads a file."""
        known = self._known.get(path)
        if known is None or not self._holds(known):
            known = self._found(path)
        self._known[path] = known._replace(pending=frozenset())
        doubt = self._doubt(known) if known.reach.verdict == "unreached" else None
        return known.reach if doubt is None else Reach("unknown", doubt)

    def loaded_by(self, path: str) -> tuple[str, ...]:
        """The files whose imports make a file run, sorted; tests and imports of types alone left out."""
        return tuple(sorted(set(self._importers(path))))

    def loader_of(self, path: str) -> str | None:
        """A loaded file that may load this one by a name that only shows when it runs."""
        return self._by_loader(frozenset({path}))

    def _holds(self, known: _Known) -> bool:
        """Whether what an answer rests on is as it was."""
        if not known.pending:
            return True
        if known.reach.verdict == "reached":
            if known.pending.isdisjoint(known.files):
                return True
        elif known.loaders != self._loaders() or any(path.endswith(_SCRIPTS) for path in known.pending):
            return False
        serial = self._snapshot.index.serial
        return all(serial(path) == was for path, was in known.serials.items())

    def _found(self, path: str) -> _Known:
        if not self.roots:
            return _Known(Reach("rootless"), frozenset(), {}, self._loaders_serial, frozenset())
        way, explored = self._search(path)
        if way:
            return self._resting_on(Reach("reached"), way)
        by = self._by_loader(explored) or self._by_script(explored)
        reach = Reach("unreached") if by is None else Reach("unknown", by)
        return self._resting_on(reach, explored)

    def _resting_on(self, reach: Reach, files: Iterable[str]) -> _Known:
        found = frozenset(files)
        serial = self._snapshot.index.serial
        serials = {path: serial(path) for path in found if path not in self.roots}
        return _Known(reach, found, serials, self._loaders_serial, frozenset())

    def _search(self, path: str) -> tuple[tuple[str, ...], frozenset[str]]:
        """The way from a file to a root, empty where there is none; and every file that was met.

        Imports are followed first; the files that are loaded by path only where those lead nowhere.
        """
        came_from: dict[str, str | None] = {path: None}
        end = self._climb([path], came_from, self._importers)
        if end is None:
            end = self._climb(list(came_from), came_from, self._all_loading)
        way: list[str] = []
        step = end
        while step is not None:
            way.append(step)
            step = came_from[step]
        return tuple(way), frozenset(came_from)

    def _climb(
        self,
        starts: Iterable[str],
        came_from: dict[str, str | None],
        above: Callable[[str], Iterable[str]],
    ) -> str | None:
        """The first root on the way up; files nearer to the top of the workspace are tried first."""
        waiting = [(path.count("/"), path) for path in starts]
        heapq.heapify(waiting)
        while waiting:
            _, path = heapq.heappop(waiting)
            if path in self.roots:
                return path
            for importer in above(path):
                if importer not in came_from:
                    came_from[importer] = path
                    if importer in self.roots:
                        return importer
                    heapq.heappush(waiting, (importer.count("/"), importer))
        return None

    def _importers(self, path: str) -> Iterator[str]:
        for edge in self._snapshot.importers(path):
            if self._is_load(edge, path):
                yield edge.importer

    def _all_loading(self, path: str) -> Iterator[str]:
        yield from self._importers(path)
        self._loaders()
        for loader in self._loads:
            if any(target.path == path for target in self._targets_of(loader)):
                yield loader

    def _is_load(self, edge: ImportEdge, target: str) -> bool:
        """Whether an import makes the module run: not in tests, and not for types alone."""
        item = edge.import_
        if item.kind not in _LOADING or item.type_only:
            return False
        if self._snapshot.is_test(edge.importer) or is_declaration(edge.importer):
            return False
        if item.kind not in {"import", "export"} or not item.names:
            return True
        # A name that is nothing but a type is dropped by the compiler, and the import with it.
        names = {bound.imported for bound in item.names if not bound.type_only}
        return not names <= self._type_names(target)

    def _type_names(self, path: str) -> frozenset[str]:
        facts = self._snapshot.facts(path)
        if facts is None:
            return frozenset()
        kinds: dict[str, set[str]] = {}
        for decl in facts.decls:
            for name in decl.names:
                kinds.setdefault(name, set()).add(decl.kind)
        return frozenset(name for name, found in kinds.items() if found <= _TYPES)

    # Loaders

    def _by_loader(self, files: frozenset[str]) -> str | None:
        """A loaded file that may load one of some files by a name that only shows when it runs."""
        self._loaders()
        open_ones = {
            loader: targets
            for loader in self._loads
            if loader not in files and (targets := [t for t in self._targets_of(loader) if t.path is None])
        }
        asked: set[str] = set()
        for loader in sorted(open_ones):
            may = any(target.may_be(path) for target in open_ones[loader] for path in files)
            if may and self._runs(loader, open_ones, asked):
                return loader
        return None

    def _runs(self, loader: str, others: Mapping[str, list[Target]], asked: set[str]) -> bool:
        """Whether a loader is loaded itself, be it by another one."""
        if loader in asked:
            return False
        asked.add(loader)
        way, explored = self._search(loader)
        return bool(way) or any(
            any(target.may_be(path) for target in targets for path in explored)
            and self._runs(other, others, asked)
            for other, targets in others.items()
            if other not in explored
        )

    def _targets_of(self, loader: str) -> tuple[Target, ...]:
        found = self._targets.get(loader)
        if found is None:
            found = self._targets[loader] = tuple(
                target
                for item in self._loads[loader].items
                for target in targets_of(self._snapshot, loader, item)
            )
        return found

    def _loaders(self) -> int:
        """Look for loaders in what changed; the number changes when any of them does."""
        snapshot = self._snapshot
        pause = snapshot.store.pause
        waiting = self._waiting
        if waiting is None:
            waiting = self._candidates()
        left = dict.fromkeys(waiting)
        loads = dict(self._loads)
        while left:
            path, _ = left.popitem()
            found = self._scanned(path)
            if found is not None:
                loads[path] = found
            else:
                loads.pop(path, None)
            if left and pause is not None and pause():
                break
        if loads != self._loads:
            self._loads = loads
            self._loaders_serial = snapshot.store.next_serial()
        self._waiting = frozenset(left)
        if left:
            raise Paused
        return self._loaders_serial

    def _candidates(self) -> frozenset[str]:
        """The files that may load integrations: of packages that hold, may import or do import some."""
        snapshot = self._snapshot
        package_of = snapshot.resolver.package_of
        folders = {package_of(f"{root}/index.ts") for root in integration_roots(snapshot.layout)}
        folders |= {package_of(path) for path in snapshot.index.mentioning_integrations()}
        allowed = globs(snapshot.layout.allowed_consumers)
        return frozenset(
            path
            for path in snapshot.files()
            if is_code(path) and (package_of(path) in folders or allowed.covers(path))
        )

    def _scanned(self, path: str) -> Loads | None:
        snapshot = self._snapshot
        data = snapshot.skim(path) if is_code(path) and not is_declaration(path) else None
        if data is None or not may_load(data) or snapshot.is_test(path):
            return None
        return snapshot.passing(path, data, loads_of)

    def _by_script(self, files: frozenset[str]) -> str | None:
        """A file of JavaScript, which is not parsed, that names one of some files."""
        snapshot = self._snapshot
        names = b"|".join(sorted(re.escape(name) for name in {_name_of(path) for path in files}))
        quoted = re.compile(rb"""["'`]([^"'`\n]*(?:%b)[^"'`\n]*)["'`]""" % names)
        for path in snapshot.files():
            if not path.endswith(_SCRIPTS) or snapshot.is_test(path):
                continue
            found = quoted.findall(snapshot.skim(path) or b"")
            if any(snapshot.resolve(decode(text), path).path in files for text in found):
                return path
        return None

    # Half-typed code

    def _doubt(self, known: _Known) -> str | None:
        """An open file that does not parse and may be about to load one of the files that nothing loads."""
        for path in self._snapshot.buffers:
            if path in known.files or not is_code(path) or self._snapshot.is_test(path):
                continue
            facts = self._snapshot.facts(path)
            if facts is not None and not facts.trusted:
                names = {_name_of(file) for file in known.files}
                if any(name in facts.text.data for name in names):
                    return path
        return None


def _name_of(path: str) -> bytes:
    """What an import of a file must hold: its stem, or the folder of an index file."""
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    return (folder.rpartition("/")[2] if stem == "index" else stem).encode()
