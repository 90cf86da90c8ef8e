"""One immutable state of a workspace, open buffers over disk, and views that record what was read of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from fourlayer.project.layout import (
    TEST_LAYER,
    Layout,
    Provider,
    Scope,
    files_under,
    find_providers,
    integration_roots,
    is_code,
    is_test,
    layer_in,
    scope_of,
    shared_folders,
)
from fourlayer.project.questions import Answers
from fourlayer.project.store import Digest, Disk, Paused, StatKey, Store, digest_of
from fourlayer.project.tree import index_directories, parent
from fourlayer.syntax.text import Text

if TYPE_CHECKING:
    from fourlayer.project.cycles import Cycle, CycleIndex
    from fourlayer.project.graph import ImportEdge, ImportIndex
    from fourlayer.project.questions import Question
    from fourlayer.project.reach import Reach, ReachIndex
    from fourlayer.project.resolve import Resolution, Resolver
    from fourlayer.project.schema.model import Schema
    from fourlayer.project.suppression import Suppression
    from fourlayer.project.tsconfig import TsConfig
    from fourlayer.syntax.facts import FileFacts

T = TypeVar("T")

Dep = tuple[str, ...]
"""One thing that was read: its kind, then what of it."""

_CONFIG_NAMES = frozenset({"package.json", "pnpm-workspace.yaml", "pnpm-workspace.yml"})


class Survey(NamedTuple, Generic[T]):
    """A fact about single files that is collected over the whole workspace.

    `extract` is pure: a file's path and facts to a value that compares by equality, None for nothing.
    A file that holds none of the `triggers` is not parsed; no triggers: every code file is. Nor is one that
    holds nothing of `beside`. Test files are left out unless `tests`. `name` identifies the survey: equal
    names, equal surveys.
    """

    name: str
    extract: Callable[[str, FileFacts], T | None]
    triggers: tuple[bytes, ...]
    tests: bool = False
    beside: tuple[bytes, ...] = ()

    def may_hold(self, data: bytes) -> bool:
        """Whether a file with these bytes is worth parsing."""
        return _holds_any(data, self.beside) and _holds_any(data, self.triggers)


def _holds_any(data: bytes, words: tuple[bytes, ...]) -> bool:
    return not words or any(map(data.__contains__, words))


class Memo(Generic[T]):
    """A value computed from many files, the number of its last change, and the files changed since."""

    __slots__ = ("pending", "serial", "value")

    def __init__(self, value: T, serial: int, pending: frozenset[str] = frozenset()) -> None:
        self.value = value
        self.serial = serial
        self.pending = pending

    def after(self, changed: frozenset[str]) -> Memo[T]:
        """The same, with more files to look at again."""
        return Memo(self.value, self.serial, self.pending | changed)


class Snapshot:
    """An immutable state of a workspace. It reads lazily and remembers; not for use by several threads.

    A buffer counts as an existing file wherever it lies; `paths` are workspace-relative, POSIX.
    """

    def __init__(
        self,
        layout: Layout,
        disk: Disk,
        store: Store | None = None,
        buffers: Mapping[str, Text] | None = None,
    ) -> None:
        self.layout = layout
        self.disk = disk
        self.store = store or Store()
        self.buffers: Mapping[str, Text] = dict(buffers or {})
        self.serial = self.store.next_serial()
        self._extra_index: dict[str, set[str]] | None = None
        self._children: dict[str, tuple[str, ...]] = {}
        self._files: tuple[str, ...] | None = None
        self._digests: dict[str, Digest] = {}
        self._facts: dict[str, FileFacts] = {}
        self._previous_facts: dict[str, FileFacts] = {}
        self._providers: tuple[Provider, ...] | None = None
        self._provider_of: dict[str, Provider | None] = {}
        self._shared: tuple[str, ...] | None = None
        self._resolver: Resolver | None = None
        self._schema: Memo[Schema] | None = None
        self._surveys: dict[str, Memo[Mapping[str, object]]] = {}
        self._survey_defs: dict[str, Survey[object]] = {}
        self._holding: dict[tuple[bytes, ...], Memo[frozenset[str]]] = {}
        self._index: ImportIndex | None = None
        self._cycles: CycleIndex | None = None
        self._reach: ReachIndex | None = None
        self._stamps: dict[Dep, object] = {}
        self.answers = Answers(self)
        self.survey_crashes: dict[tuple[str, str], str] = {}
        """What went wrong while a survey (its name) read a file (its path)."""

    # Derivation

    def derive(
        self,
        buffers: Mapping[str, Text] | None = None,
        disk_changes: Mapping[str, StatKey | None] | None = None,
        *,
        disk: Disk | None = None,
    ) -> Snapshot:
        """The state after some changes; costs what changed, not what exists.

        `buffers` are all the open buffers of the new state (None: as they are), `disk_changes` files of
        the disk that were added or changed (their new status) or are gone (None), `disk` the disk with
        these changes where it was listed anew.
        """
        if disk is None:
            disk = self.disk.changed(disk_changes) if disk_changes else self.disk
        new = Snapshot(self.layout, disk, self.store, self.buffers if buffers is None else buffers)
        changed = set(disk_changes or ())
        for path in changed:
            self.store.forget(path)
        for path in self.buffers.keys() | new.buffers.keys():
            if self.buffers.get(path) is not new.buffers.get(path):
                changed.add(path)
        names_changed = {path for path in changed if self.is_file(path) != new.is_file(path)}
        new._inherit(self, frozenset(changed), names_changed)
        return new

    def _inherit(self, old: Snapshot, changed: frozenset[str], names_changed: set[str]) -> None:
        self.survey_crashes = {key: text for key, text in old.survey_crashes.items() if key[1] not in changed}
        self._survey_defs = old._survey_defs
        self._facts = {path: facts for path, facts in old._facts.items() if path not in changed}
        self._previous_facts = {
            path: facts
            for path in changed
            if path in self.buffers
            and (facts := old._facts.get(path) or old._previous_facts.get(path)) is not None
        }
        self._digests = {path: digest for path, digest in old._digests.items() if path not in changed}
        if not names_changed:
            self._extra_index = old._extra_index
            self._children = old._children
            self._files = old._files
        if not any(self._may_hold_providers(path) for path in names_changed):
            self._providers = old._providers
            self._shared = old._shared
            self._provider_of = old._provider_of
        config = any(_is_resolution_config(path) for path in changed)
        if old._resolver is not None:
            self._resolver = old._resolver.derive(self, changed)
        if old._schema is not None:
            self._schema = old._schema.after(
                frozenset(path for path in changed if self._is_schema_source(path))
            )
        self._surveys = {name: memo.after(changed) for name, memo in old._surveys.items()}
        self._holding = {triggers: memo.after(changed) for triggers, memo in old._holding.items()}
        if old._index is not None:
            self._index = old._index.derive(self, changed, moved=bool(names_changed) or config)
        self.answers = old.answers.derive(self)
        if old._cycles is not None:
            self._cycles = old._cycles.derive(self, changed, moved=bool(names_changed) or config)
        if old._reach is not None:
            self._reach = old._reach.derive(self, changed, moved=bool(names_changed) or config)

    def _may_hold_providers(self, path: str) -> bool:
        return any(not root or path.startswith(root + "/") for root in integration_roots(self.layout))

    # Files

    def read(self, path: str) -> bytes | None:
        """The content of a file, the open buffer over the disk; None when absent or unreadable."""
        text = self.text(path)
        return None if text is None else text.data

    def text(self, path: str) -> Text | None:
        """The content of a file as a text; None when absent or unreadable."""
        buffer = self.buffers.get(path)
        if buffer is not None:
            return buffer
        stat = self.disk.stat(path)
        return None if stat is None else self.store.text(self.disk, path, stat)

    def skim(self, path: str) -> bytes | None:
        """The same as `read`, for whoever looks into every file: what it reads displaces nothing."""
        buffer = self.buffers.get(path)
        if buffer is not None:
            return buffer.data
        stat = self.disk.stat(path)
        text = None if stat is None else self.store.skim(self.disk, path, stat)
        return None if text is None else text.data

    def problem(self, path: str) -> str | None:
        """Why a file could not be read; None when it could, or nobody tried."""
        stat = None if path in self.buffers else self.disk.stat(path)
        return None if stat is None else self.store.problem(path, stat)

    def is_file(self, path: str) -> bool:
        """Whether a file of exactly this name is part of the workspace or open."""
        return path in self.buffers or self.disk.stat(path) is not None

    def is_dir(self, path: str) -> bool:
        """Whether the folder exists; the root always does."""
        return path in self._extra() or self.disk.is_dir(path)

    def children(self, path: str) -> Sequence[str]:
        """The names in a folder, sorted."""
        names = self._children.get(path)
        if names is None:
            extra = self._extra().get(path)
            found = self.disk.children(path)
            names = tuple(sorted({*found, *extra} if extra else found))
            self._children[path] = names
        return names

    def files(self) -> Sequence[str]:
        """Every file of the workspace and every open one, sorted. Walks the whole workspace."""
        if self._files is None:
            listed = self.disk.files()
            extra = [path for path in self.buffers if path not in listed]
            self._files = tuple(sorted([*listed, *extra]) if extra else sorted(listed))
        return self._files

    def files_under(self, folder: str) -> Sequence[str]:
        """Every file below a folder (or the file itself), sorted. Walks that folder only."""
        if not folder:
            return self.files()
        if self.is_file(folder):
            return (folder,)
        self.disk.walk(folder)
        return files_under(self, folder)

    def _extra(self) -> dict[str, set[str]]:
        """Folders on the way to buffers; the root is always among them."""
        if self._extra_index is None:
            self._extra_index = index_directories(self.buffers)
        return self._extra_index

    def digest(self, path: str) -> Digest | None:
        """A hash of a file's content; None when absent or unreadable."""
        buffer = self.buffers.get(path)
        if buffer is None:
            stat = self.disk.stat(path)
            return None if stat is None else self.store.digest(self.disk, path, stat)
        digest = self._digests.get(path)
        if digest is None:
            digest = self._digests[path] = digest_of(buffer.data)
        return digest

    def facts(self, path: str) -> FileFacts | None:
        """What a TypeScript file says; None for other files and absent ones."""
        from fourlayer.syntax.facts import language_of

        known = self._facts.get(path)
        if known is not None:
            return known
        language = language_of(path)
        if language is None:
            return None
        text = self.text(path)
        digest = None if text is None else self.digest(path)
        if text is None or digest is None:
            return None
        previous = self._previous_facts.pop(path, None)
        facts = self.store.facts(text, digest, language, previous)
        if path in self.buffers:
            self.store.opened(facts)
            self._facts[path] = facts
            if previous is not None and previous is not facts:
                self.store.superseded(previous, digest_of(previous.text.data))
        else:
            self.store.closed(facts)
        return facts

    def passing(self, path: str, data: bytes, use: Callable[[FileFacts], T]) -> T | None:
        """What `use` makes of the facts of one of many files, of which it must keep none; None as `facts`.

        `data` is the file's content.
        """
        from fourlayer.syntax.facts import language_of

        language = language_of(path)
        if path in self.buffers or language is None:
            facts = self.facts(path)
            return None if facts is None else use(facts)
        return self.store.passing(Text(data), digest_of(data), language, use)

    def interface(self, path: str) -> str | None:
        """The hash of what other files can see of a TypeScript file; None for other files."""
        from fourlayer.syntax.facts import language_of

        language = language_of(path)
        digest = self.digest(path) if language is not None else None
        if language is None or digest is None:
            return None
        known = self.store.interface(digest, language)
        if known is not None:
            return known
        facts = self.facts(path)
        return None if facts is None else self.store.note_interface(digest, facts)

    # Places

    @property
    def providers(self) -> tuple[Provider, ...]:
        """Every provider, by path."""
        if self._providers is None:
            for root in integration_roots(self.layout):
                self.disk.walk(root)
            self._providers = find_providers(self.layout, self)
        return self._providers

    @property
    def shared(self) -> tuple[str, ...]:
        """The folders of shared code beside the providers."""
        if self._shared is None:
            self._shared = shared_folders(self.layout, self)
        return self._shared

    def provider(self, name: str) -> Provider | None:
        """A provider by its name or path."""
        for provider in self.providers:
            if name in (provider.name, provider.path):
                return provider
        return None

    def provider_of(self, path: str) -> Provider | None:
        """The provider in whose folder a file lies; the innermost where folders are nested."""
        folder = parent(path)
        if folder not in self._provider_of:
            around = [p for p in self.providers if folder == p.path or folder.startswith(p.path + "/")]
            self._provider_of[folder] = max(around, key=lambda p: len(p.path), default=None)
        return self._provider_of[folder]

    def is_shared(self, path: str) -> bool:
        """Whether a file is shared code beside the providers (`base/`)."""
        return any(path.startswith(folder + "/") for folder in self.shared)

    def is_test(self, path: str) -> bool:
        """Whether a file is a test, by the configured globs."""
        return is_test(self.layout, path)

    def scope_of(self, path: str) -> Scope | None:
        """The configured scope that a file outside the providers belongs to; the last match wins."""
        return scope_of(self.layout, path)

    def layer_of(self, path: str) -> str | None:
        """The layer of a file: "test", its layer in its provider, or its scope's; None elsewhere."""
        provider = self.provider_of(path)
        if provider is None:
            scope = self.scope_of(path)
            return None if scope is None or self.is_shared(path) else scope.layer
        if self.is_test(path):
            return TEST_LAYER
        return layer_in(self.layout, path[len(provider.path) + 1 :])

    # Questions about the whole

    @property
    def resolver(self) -> Resolver:
        """Resolution of module specifiers in this state."""
        if self._resolver is None:
            from fourlayer.project.resolve import Resolver

            self._resolver = Resolver(self)
        return self._resolver

    def resolve(self, specifier: str, importer: str) -> Resolution:
        """What a specifier means in a file."""
        return self.resolver.resolve(specifier, importer)

    def specifier_for(self, target: str, importer: str) -> str:
        """The relative specifier of `target` in the importer's own style, or its neighbours'."""
        from fourlayer.project.resolve import specifier_style

        provider = self.provider_of(importer)
        entries = (importer, *((provider.entry, provider.adapter) if provider is not None else ()))
        for path in entries:
            facts = self.facts(path) if path is not None else None
            style = specifier_style(item.specifier for item in facts.imports) if facts is not None else None
            if style is not None:
                return self.resolver.specifier_for(target, importer, style)
        return self.resolver.specifier_for(target, importer)

    @property
    def index(self) -> ImportIndex:
        """Who imports what."""
        if self._index is None:
            from fourlayer.project.graph import ImportIndex

            self._index = ImportIndex(self)
        return self._index

    def importers(self, path: str) -> tuple[ImportEdge, ...]:
        """Every place in the workspace that imports a file, sorted by importer and place."""
        return self.index.importers(path)

    @property
    def cycle_index(self) -> CycleIndex:
        """Which files import themselves in the end."""
        if self._cycles is None:
            from fourlayer.project.cycles import CycleIndex

            self._cycles = CycleIndex(self)
        return self._cycles

    def cycles(self, path: str) -> tuple[Cycle, ...]:
        """The import cycles that are told of a file."""
        return self.cycle_index.cycles(path)

    @property
    def reach_index(self) -> ReachIndex:
        """Which files a process loads."""
        if self._reach is None:
            from fourlayer.project.reach import ReachIndex

            self._reach = ReachIndex(self)
        return self._reach

    @property
    def schema(self) -> Schema:
        """The database schema that the workspace's schema sources define."""
        return self.schema_memo().value

    def schema_memo(self) -> Memo[Schema]:
        """The schema with the number of its last change."""
        memo = self._schema
        if memo is not None and not memo.pending:
            return memo
        from fourlayer.project.schema import build_schema

        sources = ((path, self.read(path)) for path in self.files() if self._is_schema_source(path))
        schema = build_schema((path, data) for path, data in sources if data is not None)
        if memo is not None and memo.value == schema:
            self._schema = Memo(memo.value, memo.serial)
        else:
            self._schema = Memo(schema, self.store.next_serial())
        return self._schema

    def _is_schema_source(self, path: str) -> bool:
        from fourlayer.project.schema import is_schema_source
        from fourlayer.syntax.glob import globs

        return globs(self.layout.schema).match(path) and is_schema_source(path)

    def survey(self, survey: Survey[T]) -> Mapping[str, T]:
        """The non-empty values of a survey by path, in the order of paths."""
        self._survey_defs[survey.name] = survey  # type: ignore[assignment]  # kept apart by name
        return self.survey_memo(survey.name).value  # type: ignore[return-value]  # kept apart by name

    def survey_memo(self, name: str) -> Memo[Mapping[str, object]]:
        """The values of a survey that was asked for before, with the number of their last change."""
        memo = self._surveys.get(name)
        if memo is not None and not memo.pending:
            return memo
        survey = self._survey_defs[name]
        if memo is None:
            everything = frozenset(path for path in self.files() if is_code(path))
            memo = Memo[Mapping[str, object]]({}, self.store.next_serial(), everything)
        memo = self._surveys[name] = self._resurveyed(survey, memo)
        if memo.pending:
            raise Paused
        return memo

    def _resurveyed(
        self, survey: Survey[object], memo: Memo[Mapping[str, object]]
    ) -> Memo[Mapping[str, object]]:
        """Look at the pending files, until paused; the same number where no value is different."""
        fresh: dict[str, object | None] = {}
        for path in sorted(memo.pending):
            fresh[path] = self._surveyed(survey, path)
            if self.store.pause is not None and self.store.pause():
                break
        rest = memo.pending - fresh.keys()
        if all(memo.value.get(path) == value for path, value in fresh.items()):
            return Memo(memo.value, memo.serial, rest)
        merged = {**memo.value, **fresh}
        values = {path: merged[path] for path in sorted(merged) if merged[path] is not None}
        return Memo(values, self.store.next_serial(), rest)

    def _surveyed(self, survey: Survey[object], path: str) -> object | None:
        if not is_code(path) or (not survey.tests and self.is_test(path)):
            return None
        data = self.skim(path)
        if data is None or not survey.may_hold(data):
            return None
        try:
            return self.passing(path, data, lambda facts: survey.extract(path, facts))
        except (Exception, RecursionError) as error:  # noqa: BLE001 - one file must not hide the others
            self.survey_crashes[(survey.name, path)] = f"{type(error).__name__}: {error}"
            return None

    def holding(self, triggers: tuple[bytes, ...]) -> frozenset[str]:
        """The code files that hold one of the byte strings. Reads the whole workspace once."""
        memo = self._holding.get(triggers)
        if memo is None:
            memo = Memo(frozenset[str](), 0, frozenset(path for path in self.files() if is_code(path)))
        if memo.pending:
            seen: dict[str, bool] = {}
            for path in memo.pending:
                seen[path] = self.holds(path, triggers)
                if self.store.pause is not None and self.store.pause():
                    break
            fresh = {path for path, holds in seen.items() if holds}
            memo = Memo(memo.value - seen.keys() | fresh, 0, memo.pending - seen.keys())
        self._holding[triggers] = memo
        if memo.pending:
            raise Paused
        return memo.value

    def holds(self, path: str, triggers: tuple[bytes, ...]) -> bool:
        """Whether a code file holds one of the byte strings."""
        data = self.skim(path) if is_code(path) else None
        return data is not None and any(trigger in data for trigger in triggers)

    # Views and stamps

    def view(self) -> View:
        """The snapshot as a new unit of work sees it."""
        return View(self)

    def stamp(self, dep: Dep) -> object:
        """A value that is equal in two snapshots of one lineage when what was read is the same in both."""
        if dep[0] == "answer":
            return self.answers.value(dep[1:])
        if dep in self._stamps:
            return self._stamps[dep]
        value = self._stamps[dep] = _STAMPS[dep[0]](self, dep)
        return value


def _importers_stamp(snapshot: Snapshot, dep: Dep) -> object:
    return snapshot.index.serial(dep[1])


_STAMPS: Mapping[str, Callable[[Snapshot, Dep], object]] = {
    "content": lambda snapshot, dep: snapshot.digest(dep[1]),
    "interface": lambda snapshot, dep: snapshot.interface(dep[1]),
    "exists": lambda snapshot, dep: snapshot.is_file(dep[1]),
    "children": lambda snapshot, dep: snapshot.children(dep[1]),
    "providers": lambda snapshot, _: snapshot.providers,
    "shared": lambda snapshot, _: snapshot.shared,
    "schema": lambda snapshot, _: snapshot.schema_memo().serial,
    "survey": lambda snapshot, dep: snapshot.survey_memo(dep[1]).serial,
    "importers": _importers_stamp,
    "cycles": lambda snapshot, dep: snapshot.cycles(dep[1]),
    "reach": lambda snapshot, dep: snapshot.reach_index.reach(dep[1]),
    "loaded by": lambda snapshot, dep: snapshot.reach_index.loaded_by(dep[1]),
    "loader": lambda snapshot, dep: snapshot.reach_index.loader_of(dep[1]),
    "roots": lambda snapshot, _: snapshot.reach_index.roots,
    "resolution": lambda snapshot, dep: snapshot.resolve(dep[1], dep[2]),
    "specifier": lambda snapshot, dep: snapshot.specifier_for(dep[1], dep[2]),
    "tsconfig": lambda snapshot, dep: snapshot.resolver.tsconfig(dep[1]),
}


class View:
    """A snapshot as one unit of work sees it: everything that is read through it is recorded."""

    __slots__ = ("_snapshot", "_suppressions", "deps", "inert_rules", "memo")

    def __init__(
        self, snapshot: Snapshot, suppressions: Callable[[str], tuple[Suppression, ...]] | None = None
    ) -> None:
        self._snapshot = snapshot
        self._suppressions = suppressions
        self.deps: set[Dep] = set()
        self.inert_rules: dict[str, str] = {}
        """Why rules could not run, by rule id."""
        self.memo: dict[object, object] = {}
        """What the rules of this unit share with one another, by a key of their own."""

    @property
    def layout(self) -> Layout:
        """The places of the workspace as configured."""
        return self._snapshot.layout

    def read(self, path: str) -> bytes | None:
        """The content of a file, the open buffer over the disk; None when absent or unreadable."""
        self.deps.add(("content", path))
        return self._snapshot.read(path)

    def text(self, path: str) -> Text | None:
        """The content of a file as a text; None when absent or unreadable."""
        self.deps.add(("content", path))
        return self._snapshot.text(path)

    def exists(self, path: str) -> bool:
        """Whether a file of exactly this name exists."""
        self.deps.add(("exists", path))
        return self._snapshot.is_file(path)

    def children(self, folder: str) -> Sequence[str]:
        """The names in a folder, sorted."""
        self.deps.add(("children", folder))
        return self._snapshot.children(folder)

    def facts(self, path: str) -> FileFacts | None:
        """What a TypeScript file says; None for other files and absent ones."""
        self.deps.add(("content", path))
        return self._snapshot.facts(path)

    def shape(self, path: str) -> FileFacts | None:
        """The facts of a file of which only its interface is looked at: exports, signatures, class members.

        The reader is not run again when function bodies or places change, so that spans may be stale.
        """
        self.deps.add(("interface", path))
        return self._snapshot.facts(path)

    @property
    def providers(self) -> tuple[Provider, ...]:
        """Every provider, by path."""
        self.deps.add(("providers",))
        return self._snapshot.providers

    @property
    def shared(self) -> tuple[str, ...]:
        """The folders of shared code beside the providers."""
        self.deps.add(("shared",))
        return self._snapshot.shared

    def provider(self, name: str) -> Provider | None:
        """A provider by its name."""
        self.deps.add(("providers",))
        return self._snapshot.provider(name)

    def provider_of(self, path: str) -> Provider | None:
        """The provider in whose folder a file lies."""
        self.deps.add(("providers",))
        return self._snapshot.provider_of(path)

    def is_shared(self, path: str) -> bool:
        """Whether a file is shared code beside the providers."""
        self.deps.add(("shared",))
        return self._snapshot.is_shared(path)

    def layer_of(self, path: str) -> str | None:
        """The layer of a file: "test", its layer in its provider, or its scope's; None elsewhere."""
        self.deps.add(("providers",))
        return self._snapshot.layer_of(path)

    def is_test(self, path: str) -> bool:
        """Whether a file is a test, by the configured globs."""
        return self._snapshot.is_test(path)

    def scope_of(self, path: str) -> Scope | None:
        """The configured scope that a file outside the providers belongs to."""
        return self._snapshot.scope_of(path)

    def resolve(self, specifier: str, importer: str) -> Resolution:
        """What a specifier means in a file."""
        self.deps.add(("resolution", specifier, importer))
        return self._snapshot.resolve(specifier, importer)

    def specifier_for(self, target: str, importer: str) -> str:
        """How a file would import another, in its own style."""
        self.deps.add(("specifier", target, importer))
        return self._snapshot.specifier_for(target, importer)

    def tsconfig(self, folder: str) -> TsConfig | None:
        """The tsconfig in force for the files of a folder, with all that it extends; None without one."""
        self.deps.add(("tsconfig", folder))
        return self._snapshot.resolver.tsconfig(folder)

    def importers(self, path: str) -> tuple[ImportEdge, ...]:
        """Every place in the workspace that imports a file. Reads the whole workspace once."""
        self.deps.add(("importers", path))
        return self._snapshot.importers(path)

    def cycles(self, path: str) -> tuple[Cycle, ...]:
        """The import cycles that are told of a file. Reads what the file imports, and so on."""
        self.deps.add(("cycles", path))
        return self._snapshot.cycles(path)

    def reach(self, path: str) -> Reach:
        """Whether a process loads a file. Reads what imports it, and so on."""
        self.deps.add(("reach", path))
        return self._snapshot.reach_index.reach(path)

    def loaded_by(self, path: str) -> tuple[str, ...]:
        """The files whose imports make a file run, sorted; tests and imports of types alone left out."""
        self.deps.add(("loaded by", path))
        return self._snapshot.reach_index.loaded_by(path)

    def loader_of(self, path: str) -> str | None:
        """A loaded file that may load this one by a name that only shows when it runs."""
        self.deps.add(("loader", path))
        return self._snapshot.reach_index.loader_of(path)

    @property
    def roots(self) -> frozenset[str]:
        """The composition roots: the files that start a process."""
        self.deps.add(("roots",))
        return self._snapshot.reach_index.roots

    @property
    def schema(self) -> Schema:
        """The database schema that the workspace's schema sources define."""
        self.deps.add(("schema",))
        return self._snapshot.schema

    def survey(self, survey: Survey[T]) -> Mapping[str, T]:
        """The non-empty values of a survey over the whole workspace, by path."""
        self.deps.add(("survey", survey.name))
        return self._snapshot.survey(survey)

    def ask(self, question: Question[T], *about: str) -> T:
        """The answer to a question that many ask; it is worked out again only when its reasons change."""
        self.deps.add(("answer", question.name, *about))
        return self._snapshot.answers.ask(question, about)

    def suppressions(self, path: str) -> tuple[Suppression, ...]:
        """The suppression comments of a file and what came of them; only rules that run last see any."""
        return () if self._suppressions is None else self._suppressions(path)

    def inert(self, rule_id: str, reason: str) -> None:
        """Say that a rule cannot run, and why. Reported once, however often it is said."""
        self.inert_rules.setdefault(rule_id, reason)


def _is_resolution_config(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name in _CONFIG_NAMES or (name.endswith(".json") and "tsconfig" in name)
