"""The composition root: configuration, rules and disk brought together for command line and editors."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from fourlayer._version import __version__
from fourlayer.config.load import FILE_NAMES, ConfigProblem, Loaded, ValueLayer, load

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from fourlayer.config.settings import Settings
    from fourlayer.engine.check import Engine
    from fourlayer.engine.disk import DiskState
    from fourlayer.engine.fixing import FixResult
    from fourlayer.files.cache import Cache
    from fourlayer.project.layout import Layout
    from fourlayer.project.snapshot import Snapshot
    from fourlayer.project.store import Limits, Store
    from fourlayer.rule.inventory import Access, Inventory
    from fourlayer.rule.model import Change, Finding, FixPlan, RuleMeta
    from fourlayer.rule.outcome import Outcome, Reported, Trouble
    from fourlayer.syntax.text import Text

    Contents = Mapping[str, bytes | None]


class App:
    """One workspace with one configuration, made by `App.open`; another configuration needs another one.

    `config_problems` are what is wrong with the configuration: layers that have one are left out of
    `settings`, and every check reports them as troubles. `origins` tell where each value came from.
    For one thread at a time.
    """

    def __init__(
        self,
        root: str,
        loaded: Loaded,
        rules: Sequence[RuleMeta],
        *,
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        cache: Cache | None = None,
    ) -> None:
        self.root = root
        self._cache = cache
        self.settings: Settings = loaded.settings
        self.origins: Mapping[str, str] = loaded.origins
        self.rules: tuple[RuleMeta, ...] = tuple(rules)
        self._problems = loaded.problems
        self._select = tuple(select)
        self._ignore = tuple(ignore)
        self._option_problems: tuple[ConfigProblem, ...] | None = None
        self._engine: Engine | None = None
        self._layout: Layout | None = None
        self._store: Store | None = None
        self.limits: Limits | None = None
        """What of closed files stays in memory; None: the store's own bounds."""

    @classmethod
    def open(
        cls,
        root: str,
        *,
        config_path: str | None = None,
        config_content: bytes | None = None,
        client_settings: Mapping[str, object] | None = None,
        initialization_options: Mapping[str, object] | None = None,
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        rules: Sequence[RuleMeta] | None = None,
        cache: Cache | None = None,
    ) -> App:
        """Read the configuration of the workspace in the folder `root` of the operating system.

        `config_path` names a configuration file elsewhere; `config_content` stands for the file's content
        (an unsaved buffer). `client_settings` are an editor's settings, `initialization_options` those
        that it started with; the file wins over both. `select` and `ignore` name rules or categories.
        A `cache` keeps checked configurations. Loads no rule and no grammar.
        """
        if rules is None:
            from fourlayer_rules.registry import RULES

            rules = RULES
        root = os.path.abspath(root)
        layers = (
            ValueLayer("editor settings", client_settings or {}),
            ValueLayer("initialization options", initialization_options or {}),
        )
        loaded = load(
            config_path or _config_in(root) or (FILE_NAMES[0] if config_content is not None else None),
            version=__version__,
            rule_ids=frozenset(name for meta in rules for name in (meta.id, *meta.aliases)),
            layers=layers,
            content=config_content,
            cache=None if cache is None else _TextCache(cache),
        )
        return cls(root, loaded, rules, select=select, ignore=ignore, cache=cache)

    @property
    def config_problems(self) -> tuple[ConfigProblem, ...]:
        """What is wrong with the configuration, options of rules included (that loads those rules)."""
        if self._option_problems is None:
            self._option_problems = self._problems_of_options()
        return (*self._problems, *self._option_problems)

    def _problems_of_options(self) -> tuple[ConfigProblem, ...]:
        """Problems of the rules' own options; with a cache, options found right before are not read again."""
        if not any(setting.options for setting in self.settings.rules.settings.values()):
            return ()
        from fourlayer.engine.options import option_problems

        key = None
        if self._cache is not None:
            from fourlayer.engine.cache import key_of

            key = "options-" + key_of(__version__, "", self.rules, self.settings, (), _code_folders())
            if self._cache.get(key) == b"right":
                return ()
        problems = option_problems(self.rules, self.settings, self.origins)
        if self._cache is not None and key is not None and not problems:
            self._cache.put(key, b"right")
        return problems

    @property
    def engine(self) -> Engine:
        """The rules with what they found so far.

        Raises `FourlayerError` where `select` or `ignore` names what does not exist, or no rule is on.
        """
        if self._engine is None:
            from fourlayer.engine.check import Engine
            from fourlayer.engine.options import options_from
            from fourlayer.engine.ruleset import RuleSet

            ruleset = RuleSet(
                self.rules,
                self.settings,
                options_from(self.settings),
                select=self._select,
                ignore=self._ignore,
            )
            self._engine = Engine(ruleset, self.settings, _today)
        return self._engine

    @property
    def layout(self) -> Layout:
        """The places of the workspace as configured."""
        if self._layout is None:
            self._layout = _layout(self.settings)
        return self._layout

    # States of the workspace

    def snapshot(
        self,
        buffers: Mapping[str, Text] | None = None,
        previous: Snapshot | None = None,
        changed: Collection[str] | None = None,
    ) -> Snapshot:
        """The present state: open buffers (all of them, by path) over the disk.

        With a `previous` snapshot only what changed is looked at: the files `changed` on disk (and any
        others in it), or, where that is None, whatever listing the folders anew brings to light.
        """
        from fourlayer.project.snapshot import Snapshot
        from fourlayer.project.store import Store

        buffers = buffers or {}
        if previous is None:
            if self._store is None:
                self._store = Store() if self.limits is None else Store(self.limits)
            disk = self._disk()
            return Snapshot(self.layout, disk, self._store, _wanted(buffers, disk))
        disk = _as_disk(previous)
        changes = None if changed is None else disk.restat(changed)
        if changes is not None:
            return previous.derive(_wanted(buffers, disk), changes)
        disk, changes = disk.refreshed(changed or ())
        return previous.derive(_wanted(buffers, disk), changes, disk=disk)

    def targets(self, snapshot: Snapshot) -> tuple[str, ...]:
        """Every file that may have findings: the code files that rules judge, and documents.

        Rules about providers and the workspace report in documents beside the providers, and in the
        compiler's configurations, wherever these stand.
        """
        beside = {
            path
            for root in {provider.root for provider in snapshot.providers}
            for name in snapshot.children(root)
            if snapshot.is_file(path := f"{root}/{name}" if root else name)
        }
        configurations = {path for path in snapshot.files() if _is_tsconfig(path)}
        return tuple(sorted({*self.engine.targets(snapshot), *beside, *configurations}))

    def _disk(self) -> DiskState:
        from fourlayer.engine.disk import DiskState
        from fourlayer.syntax.glob import globs

        workspace = self.settings.workspace
        return DiskState(self.root, globs(workspace.exclude), respect_gitignore=workspace.respect_gitignore)

    # Findings and fixes

    def check(
        self,
        snapshot: Snapshot,
        paths: Sequence[str] = (),
        *,
        show_unverifiable: bool = False,
        plan: bool = True,
        cancelled: Callable[[], bool] | None = None,
    ) -> Outcome:
        """Check the workspace, or only files and folders of it; the same findings as a full check has there.

        Without `plan` the findings come without their fixes, which costs less. Raises `CancelledError` when
        `cancelled` says so, `FourlayerError` when no rule is on.
        """
        outcome = self.engine.check(
            snapshot, paths, show_unverifiable=show_unverifiable, plan=plan, cancelled=cancelled
        )
        troubles = (*self._troubles(snapshot, paths), *outcome.troubles)
        return outcome._replace(root=self.root, troubles=troubles)

    def inventory(self, snapshot: Snapshot, paths: Sequence[str] = ()) -> Inventory:
        """Every query and memory access in scope, or in files and folders of it, with its tenant.

        What a comment suppresses, or the configuration switches off, is told apart from what is reported.
        """
        from fourlayer.project.layout import is_declaration
        from fourlayer.rule.context import Context
        from fourlayer.rule.inventory import Inventory as Record
        from fourlayer_rules.tenancy.inventory import Inventory as Maker

        outcome = self.check(snapshot, paths, show_unverifiable=True, plan=False)
        reported: dict[str, list[int]] = {}
        for one in outcome.findings:
            reported.setdefault(one.finding.path, []).append(one.finding.span.start)
        maker = Maker(Context(snapshot.view(), self.settings, None, _today()))
        files = [
            path
            for path in self.engine.targets(snapshot, paths)
            if not is_declaration(path) and not snapshot.is_test(path) and self._is_scoped(snapshot, path)
        ]
        if paths:
            files = [
                path for path in files if any(path == one or path.startswith(f"{one}/") for one in paths)
            ]
        accesses = [_settled(access, reported) for path in files for access in maker.of(path)]
        problems = tuple(dict.fromkeys(trouble.message for trouble in outcome.troubles))
        return Record(self.root, len(files), tuple(accesses), problems)

    @staticmethod
    def _is_scoped(snapshot: Snapshot, path: str) -> bool:
        """Whether the tenancy of a file's accesses is judged."""
        scope = snapshot.scope_of(path)
        in_scope = scope is not None and "tenancy" in scope.categories
        return in_scope or snapshot.provider_of(path) is not None

    def check_cached(
        self, cache: Cache, paths: Sequence[str] = (), *, show_unverifiable: bool = False
    ) -> Outcome:
        """Check what is on disk, or take the outcome of an earlier check while nothing that it saw changed.

        A run that finds one imports no rule and no grammar.
        """
        from fourlayer.engine import cache as outcomes

        options = (paths, show_unverifiable, self._select, self._ignore, self._problems)
        key = outcomes.key_of(__version__, self.root, self.rules, self.settings, options, _code_folders())
        known = outcomes.load(cache, key, self._disk(), _today())
        if known is not None:
            return known
        snapshot = self.snapshot()
        outcome = self.check(snapshot, paths, show_unverifiable=show_unverifiable)
        outcomes.store(cache, key, _as_disk(snapshot), outcome, _today() if self.engine.dated else None)
        return outcome

    def check_file(self, snapshot: Snapshot, path: str) -> tuple[Reported, ...]:
        """The findings of one file, sorted by place; what is unverifiable is left out, and so are fixes."""
        return self.engine.check_file(snapshot, path)

    def plans(self, snapshot: Snapshot, finding: Finding) -> tuple[FixPlan, ...]:
        """The fixes of a finding, preferred first. Raises `CrashError`."""
        return self.engine.plans(snapshot, finding)

    def shown(self, snapshot: Snapshot, result: FixResult) -> tuple[Contents, Contents]:
        """What a fix of `snapshot` made of which contents, without what nobody may be shown."""
        before = {path: self.engine.shown(snapshot, path) for path in result.before}
        after = {
            path: None if data is None else self.engine.shown(result.snapshot, path)
            for path, data in result.changes.items()
        }
        return before, after

    def change(self, snapshot: Snapshot, finding: Finding, plan: FixPlan) -> Change | None:
        """What a fix does; None when it no longer applies. Raises `CrashError`."""
        return self.engine.change(snapshot, finding, plan)

    def fix(
        self,
        snapshot: Snapshot,
        outcome: Outcome,
        *,
        unsafe: bool,
        paths: Sequence[str] = (),
        cancelled: Callable[[], bool] | None = None,
    ) -> FixResult:
        """Fix an outcome's findings in memory, in several passes; `paths` are those it was made for."""
        from fourlayer.engine.fixing import fix

        result = fix(self.engine, snapshot, outcome, paths=paths, unsafe=unsafe, cancelled=cancelled)
        troubles = tuple(dict.fromkeys((*self._troubles(snapshot, paths), *result.outcome.troubles)))
        return result._replace(outcome=result.outcome._replace(root=self.root, troubles=troubles))

    def _troubles(self, snapshot: Snapshot, paths: Sequence[str]) -> tuple[Trouble, ...]:
        """What is wrong with the configuration, and what could not be listed where code is judged."""
        from fourlayer.rule.outcome import Trouble

        found = [
            Trouble("config", f"{_where(problem)}{problem.message}; {problem.remedy}", problem.path)
            for problem in self.config_problems
        ]
        found += [
            Trouble("unreadable", message, path)
            for path, message in sorted(_as_disk(snapshot).troubles.items())
            if self._matters(path, paths)
        ]
        return tuple(found)

    def _matters(self, path: str, paths: Sequence[str]) -> bool:
        """Whether what could not be listed may hide code that is judged, in the paths that are checked.

        A dangling link to a document, or a database's closed folder beside the code, hides none.
        """
        from fourlayer.project.layout import integration_roots, is_code, scope_of

        if paths and not any(_overlap(path, one) for one in paths):
            return False
        inside = scope_of(self.layout, path) is not None or any(
            _overlap(path, root) for root in integration_roots(self.layout)
        )
        # What has no suffix may be a folder with code in it.
        return inside and (is_code(path) or "." not in path.rpartition("/")[2].lstrip("."))


def _settled(access: Access, reported: Mapping[str, Sequence[int]]) -> Access:
    """The access; suppressed where it is at fault and nothing reports it."""
    starts = reported.get(access.path, ())
    if access.ruling not in ("violation", "suspicious"):
        return access
    if any(access.offset <= start < access.end for start in starts):
        return access
    return access._replace(ruling="suppressed", evidence=f"{access.evidence} (suppressed)")


def _is_tsconfig(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith("tsconfig") and name.endswith(".json")


def find_root(start: str) -> str:
    """The workspace that a folder (or file) of the operating system belongs to, as an absolute path.

    The nearest folder upward with a configuration file; else with pnpm-workspace.yaml; else with a
    package.json that has workspaces; else with .git; else `start` itself.
    """
    folder = os.path.abspath(start)
    if not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    above = [folder]
    while (parent := os.path.dirname(above[-1])) != above[-1]:
        above.append(parent)
    for is_root in (_has_config, _has_pnpm, _has_workspaces, _has_git):
        for candidate in above:
            if is_root(candidate):
                return candidate
    return folder


def _has_config(folder: str) -> bool:
    return any(os.path.lexists(os.path.join(folder, name)) for name in FILE_NAMES)


def _has_pnpm(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, "pnpm-workspace.yaml"))


def _has_workspaces(folder: str) -> bool:
    import json

    try:
        with open(os.path.join(folder, "package.json"), "rb") as file:
            data = file.read(1_000_000)
        return b'"workspaces"' in data and "workspaces" in json.loads(data)
    except (OSError, ValueError, TypeError, RecursionError):
        return False


def _has_git(folder: str) -> bool:
    return os.path.lexists(os.path.join(folder, ".git"))


def _config_in(root: str) -> str | None:
    """The configuration file of a workspace; what merely has the name is reported later."""
    for name in FILE_NAMES:
        if os.path.lexists(os.path.join(root, name)):
            return os.path.join(root, name)
    return None


def _layout(settings: Settings) -> Layout:
    from fourlayer.project.layout import LayerRule, Layout, Scope

    workspace = settings.workspace
    return Layout(
        integrations=workspace.integrations,
        shared=workspace.shared,
        tests=workspace.tests,
        package=workspace.package,
        allowed_consumers=workspace.allowed_consumers,
        composition_roots=workspace.composition_roots,
        schema=settings.tenancy.schema,
        scopes=tuple(Scope(scope.paths, scope.layer, scope.categories) for scope in settings.scopes),
        symbols=settings.symbols._asdict(),
        validation=settings.conventions.validation,
        layers={name: LayerRule(layer.files, layer.may_import) for name, layer in settings.layers.items()},
    )


def _wanted(buffers: Mapping[str, Text], disk: DiskState) -> Mapping[str, Text]:
    """The open buffers that belong to the workspace: files that it has, and files that do not exist yet."""
    return {path: text for path, text in buffers.items() if not disk.is_left_out(path)}


def _as_disk(snapshot: Snapshot) -> DiskState:
    from fourlayer.engine.disk import DiskState

    disk = snapshot.disk
    if not isinstance(disk, DiskState):
        raise TypeError("this snapshot was not made by an App")
    return disk


def _overlap(one: str, two: str) -> bool:
    """Whether one path is the other or lies in it."""
    return not one or not two or one == two or one.startswith(two + "/") or two.startswith(one + "/")


def _where(problem: ConfigProblem) -> str:
    place = f"line {problem.line}, column {problem.column}: " if problem.line else ""
    return f"{place}{problem.key}: " if problem.key else place


def _code_folders() -> tuple[str, ...]:
    import fourlayer_rules

    return os.path.dirname(__file__), os.path.dirname(fourlayer_rules.__file__)


def _today() -> str:
    return time.strftime("%Y-%m-%d")


class _TextCache:
    """A cache of bytes as a cache of texts."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def get(self, key: str) -> str | None:
        """The text stored under a key."""
        data = self._cache.get(key)
        try:
            return None if data is None else data.decode()
        except UnicodeDecodeError:
            return None

    def put(self, key: str, value: str) -> None:
        """Store a text."""
        self._cache.put(key, value.encode())
