"""Who imports what, found without parsing the files that cannot: an index over the whole workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.jsonc import as_list, as_object
from fourlayer.project.layout import integration_roots, is_code
from fourlayer.project.store import Paused
from fourlayer.project.tree import join, parent

if TYPE_CHECKING:
    from fourlayer.project.snapshot import Snapshot
    from fourlayer.syntax.facts import Import

_LONGEST = 300
"""Bytes of the longest specifier that is looked for."""


class ImportEdge(NamedTuple):
    """One place where the file `importer` names a module that resolves to the file asked for."""

    importer: str
    import_: Import


class _Edges(NamedTuple):
    value: tuple[ImportEdge, ...]
    serial: int
    pending: frozenset[str]


class _Mentions(NamedTuple):
    """By file, the quoted strings that hold one of the needles; files without any are left out."""

    needles: tuple[bytes, ...]
    found: Mapping[str, tuple[str, ...]]
    pending: frozenset[str]


class _Reverse(NamedTuple):
    """By target, who imports it; by importer, what it imports; and the files changed since."""

    edges: Mapping[str, tuple[ImportEdge, ...]]
    targets: Mapping[str, frozenset[str]]
    pending: frozenset[str]

    def updated(self, fresh: _Reverse) -> _Reverse:
        """The same with the edges of the changed files replaced by fresh ones."""
        stale = self.pending
        touched = {target for path in stale for target in self.targets.get(path, ())} | fresh.edges.keys()
        edges = dict(self.edges)
        for target in touched:
            kept = [edge for edge in edges.get(target, ()) if edge.importer not in stale]
            edges[target] = _sorted([*kept, *fresh.edges.get(target, ())])
        targets = {path: to for path, to in self.targets.items() if path not in stale}
        return _Reverse(edges, {**targets, **fresh.targets}, frozenset())


def _reverse_of(found: Iterable[tuple[str, ImportEdge]]) -> _Reverse:
    edges: dict[str, list[ImportEdge]] = {}
    targets: dict[str, set[str]] = {}
    for target, edge in found:
        edges.setdefault(target, []).append(edge)
        targets.setdefault(edge.importer, set()).add(target)
    return _Reverse(
        {target: _sorted(some) for target, some in edges.items()},
        {importer: frozenset(to) for importer, to in targets.items()},
        frozenset(),
    )


class ImportIndex:
    """The import graph of one snapshot, backwards; built for the targets that are asked about.

    A file can only import a target if it holds a quoted string that resolves to it, and that string must
    hold a needle: the target's stem, the folder's name of an index file, the name of the package it is
    published in, or the alias of a tsconfig that leads to it. Those files alone are parsed.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._edges: dict[str, _Edges] = {}
        self._mentions: dict[tuple[bytes, ...], _Mentions] = {}
        self._aliases: tuple[tuple[str, str], ...] | None = None
        self._integration_needles: tuple[bytes, ...] | None = None
        self._forward: dict[str, tuple[tuple[str, Import], ...]] = {}
        self._reverse: _Reverse | None = None

    def derive(self, snapshot: Snapshot, changed: frozenset[str], *, moved: bool) -> ImportIndex:
        """The index of a later snapshot; `moved` tells that resolutions may be different."""
        new = ImportIndex(snapshot)
        new._mentions = {
            key: _Mentions(mentions.needles, mentions.found, mentions.pending | changed)
            for key, mentions in self._mentions.items()
        }
        if moved:
            # What a target's edges were still tells whether they change: their number is kept.
            new._edges = {
                path: _Edges(edges.value, edges.serial, _EVERYTHING) for path, edges in self._edges.items()
            }
            return new
        new._aliases = self._aliases
        new._integration_needles = self._integration_needles
        if self._reverse is not None:
            new._reverse = self._reverse._replace(pending=self._reverse.pending | changed)
        new._forward = {path: targets for path, targets in self._forward.items() if path not in changed}
        new._edges = {
            path: _Edges(edges.value, edges.serial, edges.pending | changed)
            for path, edges in self._edges.items()
        }
        return new

    def importers(self, path: str) -> tuple[ImportEdge, ...]:
        """Every place that imports the file, by importer and place."""
        return self._edges_of(path).value

    def serial(self, path: str) -> int:
        """A number that changes when the answer of `importers` does."""
        return self._edges_of(path).serial

    def mentions_integrations(self, path: str) -> bool:
        """Whether a file holds a quoted string that names a module under the integrations' roots."""
        needles = self.integration_needles()
        known = self._mentions.get(needles)
        if known is not None and path not in known.pending:
            strings = known.found.get(path, ())
        else:
            data = self._snapshot.read(path)
            strings = _strings(data, needles) if data is not None else ()
        return any(self._leads_to_roots(string, path) for string in strings)

    def mentioning_integrations(self) -> set[str]:
        """Every file that `mentions_integrations`. Reads the whole workspace once."""
        return {
            path
            for path, strings in self._scan(self.integration_needles()).items()
            if any(self._leads_to_roots(string, path) for string in strings)
        }

    def _leads_to_roots(self, specifier: str, importer: str) -> bool:
        """Whether a specifier means something under the integrations' roots, be it absent as yet."""
        resolution = self._snapshot.resolve(specifier, importer)
        if resolution.path is not None:
            return self._in_roots(resolution.path)
        package = self._snapshot.layout.package
        return any(self._in_roots(path) for path in resolution.tried) or (
            bool(package) and (specifier == package or specifier.startswith(package + "/"))
        )

    def integration_needles(self) -> tuple[bytes, ...]:
        """What every import of an integration from elsewhere holds."""
        if self._integration_needles is None:
            roots = integration_roots(self._snapshot.layout)
            needles = {self._snapshot.layout.package}
            for root in roots:
                needles.add(root.rpartition("/")[2])
                needles.update(self._package_names(root))
                needles.update(alias for alias, target in self._all_aliases() if _related(target, root))
            self._integration_needles = _shortest(needles)
        return self._integration_needles

    def _package_names(self, root: str) -> Iterable[str]:
        """The names of the packages that files under a root belong to."""
        resolver = self._snapshot.resolver
        directory = resolver.package_of(f"{root}/index.ts" if root else "index.ts")
        directories = [directory] if directory is not None else []
        directories += [provider.path for provider in self._snapshot.providers]
        return [name for one in directories if (name := resolver.package_name(one)) is not None]

    # Edges

    def _edges_of(self, path: str) -> _Edges:
        known = self._edges.get(path)
        if known is not None and not known.pending:
            return known
        if self._in_roots(path):
            value = self._reversed().get(path, ())
        elif known is None or known.pending >= _EVERYTHING:
            value = _sorted(self._edges_from(self._candidates(path), path))
        else:
            kept = [edge for edge in known.value if edge.importer not in known.pending]
            value = _sorted([*kept, *self._edges_from(known.pending, path)])
        serial = (
            known.serial if known is not None and known.value == value else self._snapshot.store.next_serial()
        )
        edges = self._edges[path] = _Edges(value, serial, frozenset())
        return edges

    def _in_roots(self, path: str) -> bool:
        return any(
            not root or path.startswith(root + "/") for root in integration_roots(self._snapshot.layout)
        )

    def _candidates(self, target: str) -> set[str]:
        """The files that may import a target outside of the integrations' roots."""
        candidates = self._mentioning(self._needles(target), lambda path: path == target)
        if _stem(target) == "index":
            # `from "."` and `from ".."` hold no name.
            folder = parent(target)
            candidates |= {
                path for path in self._snapshot.files() if not folder or path.startswith(folder + "/")
            }
        return candidates

    def _reversed(self) -> Mapping[str, tuple[ImportEdge, ...]]:
        """By file under the integrations' roots, who imports it."""
        known = self._reverse
        if known is None:
            importers = {path for path in self._snapshot.files() if self._in_roots(path)}
            importers |= self._mentioning(self.integration_needles(), self._in_roots)
            self._reverse = _reverse_of(self._into_roots(importers))
        elif known.pending:
            importers = {path for path in known.pending if self._may_import_roots(path)}
            self._reverse = known.updated(_reverse_of(self._into_roots(importers)))
        return self._reverse.edges if self._reverse is not None else {}

    def _may_import_roots(self, path: str) -> bool:
        return is_code(path) and (self._in_roots(path) or self.mentions_integrations(path))

    def _into_roots(self, importers: Iterable[str]) -> Iterable[tuple[str, ImportEdge]]:
        """The edges that lead from some files to files under the integrations' roots, with their targets."""
        for importer in importers:
            for target, item in self._targets(importer):
                if self._in_roots(target):
                    yield target, ImportEdge(importer, item)

    def _edges_from(self, importers: Iterable[str], target: str) -> Iterable[ImportEdge]:
        for importer in importers:
            for found, item in self._targets(importer):
                if found == target:
                    yield ImportEdge(importer, item)

    def _targets(self, importer: str) -> tuple[tuple[str, Import], ...]:
        """The imports of one file that lead to other files of the workspace."""
        known = self._forward.get(importer)
        if known is None:
            facts = self._snapshot.facts(importer) if is_code(importer) else None
            resolve = self._snapshot.resolve
            known = self._forward[importer] = tuple(
                (path, item)
                for item in (facts.imports if facts is not None else ())
                if (path := resolve(item.specifier, importer).path) is not None and path != importer
            )
        return known

    # Prefilter

    def _mentioning(self, needles: tuple[bytes, ...], wanted: Callable[[str], bool]) -> set[str]:
        """The files that hold a quoted string with a needle which resolves to a wanted file."""
        resolve = self._snapshot.resolve
        return {
            path
            for path, strings in self._scan(needles).items()
            if any((to := resolve(string, path).path) is not None and wanted(to) for string in strings)
        }

    def _scan(self, needles: tuple[bytes, ...]) -> Mapping[str, tuple[str, ...]]:
        known = self._mentions.get(needles)
        if known is not None and not known.pending:
            return known.found
        snapshot = self._snapshot
        found = dict(known.found) if known is not None else {}
        pause = snapshot.store.pause
        waiting = dict.fromkeys(known.pending if known is not None else snapshot.files())
        while waiting:
            path, _ = waiting.popitem()
            data = snapshot.skim(path) if is_code(path) else None
            strings = _strings(data, needles) if data is not None else ()
            if strings:
                found[path] = strings
            else:
                found.pop(path, None)
            if waiting and pause is not None and pause():
                self._mentions[needles] = _Mentions(needles, found, frozenset(waiting))
                raise Paused
        self._mentions[needles] = _Mentions(needles, found, frozenset())
        return found

    def _needles(self, target: str) -> tuple[bytes, ...]:
        """What an import of the target holds, wherever it stands and however it is written."""
        stem = _stem(target)
        folder = parent(target)
        names = {stem} if stem != "index" else {"index", folder.rpartition("/")[2]}
        resolver = self._snapshot.resolver
        package = resolver.package_of(target)
        if package is not None:
            manifest = self._snapshot.read(f"{package}/package.json" if package else "package.json") or b""
            name = resolver.package_name(package)
            if name and (folder == package or stem == "index" or stem.encode() in manifest):
                names.add(name)
        for alias, where in self._all_aliases():
            if where == target or (where and target.startswith(where) and "*" not in where):
                names.add(alias)
        return _shortest(names)

    def _all_aliases(self) -> tuple[tuple[str, str], ...]:
        """Every alias of a tsconfig or of `imports` in a package.json, up to its `*`, and where it leads."""
        if self._aliases is None:
            from fourlayer.project.packages import Packages
            from fourlayer.project.tsconfig import TsConfigs

            packages = Packages(self._snapshot)
            configs = TsConfigs(self._snapshot, packages)
            found: set[tuple[str, str]] = set()
            for path in self._snapshot.files():
                name = path.rpartition("/")[2]
                if name == "package.json" and b'"imports"' in (self._snapshot.skim(path) or b""):
                    manifest = packages.manifest(parent(path))
                    found.update(_internal(manifest.content, parent(path)) if manifest is not None else ())
                elif (
                    name.startswith(("tsconfig", "jsconfig"))
                    and name.endswith(".json")
                    and b"paths" in (self._snapshot.skim(path) or b"")
                ):
                    for pattern in configs.load(path).paths:
                        alias = pattern.prefix or pattern.suffix
                        found.update((alias, target.partition("*")[0]) for target in pattern.targets if alias)
            self._aliases = tuple(sorted(found))
        return self._aliases


_EVERYTHING = frozenset({"\0"})
"""Stands for: every file may have changed."""


def _shortest(names: Iterable[str]) -> tuple[bytes, ...]:
    """The names as needles; one that holds another is not needed: what it finds, that finds."""
    kept: list[str] = []
    for name in sorted({*names} - {""}, key=lambda name: (len(name), name)):
        if not any(shorter in name for shorter in kept):
            kept.append(name)
    return tuple(sorted(name.encode() for name in kept))


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    for ending in (".d.ts", ".d.mts", ".d.cts"):
        if name.endswith(ending):
            return name.removesuffix(ending)
    return name.rpartition(".")[0]


def _related(target: str, root: str) -> bool:
    """Whether an alias that leads to `target` may lead into the folder `root`."""
    target = target.rstrip("/")
    return target == root or target.startswith(root + "/") or root.startswith(target + "/") or not target


def _internal(content: Mapping[str, object], directory: str) -> Iterable[tuple[str, str]]:
    """The `imports` of a package.json: each key up to its `*`, and where its targets lead."""
    for key, value in as_object(content.get("imports")).items():
        for target in _leaves(value):
            where = join(directory, target.partition("*")[0])
            if where is not None:
                yield key.partition("*")[0], where


def _leaves(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    for item in (*as_object(value).values(), *as_list(value)):
        yield from _leaves(item)


def _sorted(edges: Iterable[ImportEdge]) -> tuple[ImportEdge, ...]:
    return tuple(sorted(edges, key=lambda edge: (edge.importer, edge.import_.span)))


def _strings(data: bytes, needles: tuple[bytes, ...]) -> tuple[str, ...]:
    """The quoted strings on one line of a source that hold one of the needles."""
    found: dict[str, None] = {}
    for needle in needles:
        at = data.find(needle)
        while at >= 0:
            string = _around(data, at, at + len(needle))
            if string is not None:
                found[string] = None
            at = data.find(needle, at + len(needle))
    return tuple(found)


def _around(data: bytes, start: int, end: int) -> str | None:
    """The text between the nearest quote before `start` and the same quote after `end`, on one line."""
    low = max(data.rfind(b"\n", 0, start) + 1, start - _LONGEST)
    opening = max(data.rfind(quote, low, start) for quote in (b'"', b"'", b"`"))
    if opening < 0:
        return None
    closing = data.find(data[opening : opening + 1], end, end + _LONGEST)
    if closing < 0 or b"\n" in data[end:closing]:
        return None
    return data[opening + 1 : closing].decode("utf-8", "replace")
