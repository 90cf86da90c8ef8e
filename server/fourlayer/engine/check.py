"""Runs rules over units of work, remembers what each unit read, and reruns only what can see a change."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.engine.crashes import Crash, crash_of, told
from fourlayer.engine.options import OptionError
from fourlayer.engine.precedence import settled
from fourlayer.engine.report import masked_bytes, reported
from fourlayer.engine.ruleset import SUPPRESSIONS, RuleSet
from fourlayer.engine.suppressions import MARK, Rules, Verdict, apply
from fourlayer.errors import FourlayerError
from fourlayer.project.layout import integration_roots, is_code, is_declaration
from fourlayer.project.snapshot import Dep, Snapshot, View
from fourlayer.rule.context import Context
from fourlayer.rule.model import Change, Finding, FixPlan, RuleMeta
from fourlayer.rule.outcome import Outcome, Reported, Trouble
from fourlayer.syntax.facts import language_of

if TYPE_CHECKING:
    from fourlayer.config.settings import Settings
    from fourlayer.project.layout import Provider
    from fourlayer.project.suppression import Suppression
    from fourlayer.syntax.span import Span

SHARED_CATEGORIES = frozenset({"types", "boundaries"})
SHARED_RULES = frozenset({"raw-error-escape", "raw-error-throw"})
"""What judges the shared code beside the providers."""


class CancelledError(FourlayerError):
    """The caller no longer wants the result."""


class CrashError(FourlayerError):
    """A rule failed while it made a fix; `crash` tells how."""

    def __init__(self, crash: Crash) -> None:
        self.crash = crash
        super().__init__(f"{crash.rule} {crash.doing} {crash.where}: {crash.what}")


class Unit(NamedTuple):
    """One piece of work: a file's path, a provider's name, or "" for the workspace."""

    kind: Literal["file", "provider", "workspace"]
    target: str


class UnitResult(NamedTuple):
    """What came of a unit, and the stamps of everything that it read."""

    rules: tuple[RuleMeta, ...]
    ran: frozenset[str]
    """The rules that got to their end."""
    deps: tuple[tuple[Dep, object], ...]
    findings: tuple[Finding, ...]
    troubles: tuple[Trouble | Crash, ...]
    inert: Mapping[str, str]
    seconds: Mapping[str, float]


class FileResult(NamedTuple):
    """The findings of one file, weighed, placed and sorted, before any is hidden."""

    key: tuple[object, ...]
    reported: tuple[Reported, ...]
    suppressed: int
    suppressions: tuple[Suppression, ...]
    troubles: tuple[Trouble | Crash, ...]
    dated: bool


class Engine:
    """The rules of one configuration with what they found so far. For one thread at a time.

    `today` gives the date as `YYYY-MM-DD`.
    """

    def __init__(self, rules: RuleSet, settings: Settings, today: Callable[[], str]) -> None:
        self.rules = rules
        self.settings = settings
        self.today = today
        self._about_suppressions = [meta for meta in rules.active if meta.category == SUPPRESSIONS]
        self.dated = False
        """Whether the last check met a suppression with a date."""
        self._results: dict[Unit, UnitResult] = {}
        self._valid: dict[Unit, int] = {}
        self._files: dict[str, FileResult] = {}

    # Checking

    def check(
        self,
        snapshot: Snapshot,
        paths: Sequence[str] = (),
        *,
        show_unverifiable: bool = False,
        plan: bool = True,
        cancelled: Callable[[], bool] | None = None,
    ) -> Outcome:
        """Check the workspace, or some files and folders of it: the same findings as a full check has there.

        The findings come with their fixes unless `plan` is off. Raises `CancelledError` when `cancelled`
        says so between two units.
        """
        started = time.perf_counter()
        run = _Run(self, snapshot, cancelled)
        targets = self.targets(snapshot, paths)
        run.files(targets)
        providers = _providers(snapshot, paths)
        run.providers(providers)
        run.workspace()
        files = run.assembled()
        wanted = {path: result for path, result in files.items() if _wanted(path, paths)}
        self.dated = any(result.dated for result in wanted.values())
        everything = [one for path in sorted(wanted) for one in wanted[path].reported]
        shown = [one for one in everything if show_unverifiable or one.finding.certainty != "unverifiable"]
        troubles = [*run.troubles, *(t for path in sorted(wanted) for t in wanted[path].troubles)]
        troubles += [
            Crash(name, "could not read", path, text, path)
            for (name, path), text in sorted(snapshot.survey_crashes.items())
        ]
        planned = tuple(self._planned(snapshot, shown, troubles) if plan else shown)
        return Outcome(
            root="",
            findings=planned,
            troubles=told(troubles),
            files=sum(1 for path in targets if _wanted(path, paths)),
            providers=sum(1 for provider in providers if _overlaps(provider, paths)),
            suppressed=sum(result.suppressed for result in wanted.values()),
            seconds=time.perf_counter() - started,
            rule_seconds=run.seconds,
            unverifiable_hidden=len(everything) - len(shown),
        )

    def _planned(
        self, snapshot: Snapshot, shown: Iterable[Reported], troubles: list[Trouble | Crash]
    ) -> Iterator[Reported]:
        """Findings with their fixes; none, and a trouble, where planning them failed.

        The findings of one file share a view, and with it what rules remember of the file.
        """
        path: str | None = None
        view = self._view(snapshot)
        for one in shown:
            if one.finding.path != path:
                path, view = one.finding.path, self._view(snapshot)
            try:
                yield one._replace(fixes=self._plans(view, one.finding))
            except CrashError as error:
                troubles.append(error.crash)
                yield one

    def check_file(self, snapshot: Snapshot, path: str) -> tuple[Reported, ...]:
        """The findings of one file, what is unverifiable left out; the same as a full check has there.

        Their fixes are left for whoever asks: planning them may look much further than judging does.
        """
        return tuple(
            one
            for one in self.file_result(snapshot, path).reported
            if one.finding.certainty != "unverifiable"
        )

    def file_result(self, snapshot: Snapshot, path: str) -> FileResult:
        """Everything about one file."""
        run = _Run(self, snapshot, None)
        run.files([target for target in self._around(snapshot, path) if self.judges(snapshot, target)])
        run.providers(_providers(snapshot, (path,)))
        run.workspace()
        return run.assembled((path,)).get(path, _EMPTY)

    def _around(self, snapshot: Snapshot, path: str) -> tuple[str, ...]:
        """The files whose findings may take precedence over those of a file: its provider's."""
        provider = snapshot.provider_of(path)
        return (path,) if provider is None else tuple({path: None, **dict.fromkeys(provider.files)})

    def targets(self, snapshot: Snapshot, paths: Sequence[str] = ()) -> tuple[str, ...]:
        """The code files that are judged and that matter for the findings in `paths`, sorted."""
        found: dict[str, None] = {}
        for provider in snapshot.providers:
            if _overlaps(provider, paths):
                found.update(dict.fromkeys(provider.files))
        outside = self._outside(snapshot, paths)
        found.update((path, None) for path in outside if snapshot.provider_of(path) is None)
        return tuple(sorted(path for path in found if self.judges(snapshot, path)))

    def judges(self, snapshot: Snapshot, path: str) -> bool:
        """Whether some rule judges the file by itself, be it only those about suppressions."""
        if self.rules_for(snapshot, path):
            return True
        if not self._about_suppressions or not is_code(path) or is_declaration(path):
            return False
        if snapshot.is_test(path) or not snapshot.is_file(path):
            return False
        return (
            snapshot.provider_of(path) is not None
            or snapshot.is_shared(path)
            or snapshot.scope_of(path) is not None
        )

    def _outside(self, snapshot: Snapshot, paths: Sequence[str]) -> Iterable[str]:
        """Code files that may lie outside of the providers and be judged all the same."""
        if paths:
            return [file for path in paths for file in snapshot.files_under(path) if is_code(file)]
        found: set[str] = set()
        for folder in snapshot.shared:
            found.update(snapshot.files_under(folder))
        if snapshot.layout.scopes:
            found.update(path for path in snapshot.files() if is_code(path) and snapshot.scope_of(path))
        for meta in self.rules.active:
            if meta.unit != "file" or not meta.anchors_outside:
                continue
            if meta.triggers:
                found |= snapshot.holding(meta.triggers)
            else:
                found |= snapshot.index.mentioning_integrations()
                found.update(
                    path for root in integration_roots(snapshot.layout) for path in snapshot.files_under(root)
                )
        return found

    def rules_for(self, snapshot: Snapshot, path: str) -> tuple[RuleMeta, ...]:
        """The rules that judge a file by itself, those about suppressions left out."""
        if not is_code(path) or is_declaration(path) or not snapshot.is_file(path):
            return ()
        test = snapshot.is_test(path)
        return tuple(
            meta
            for meta in self._placed(snapshot, path)
            if (meta.about_tests or self.rules.includes_tests(meta) if test else not meta.about_tests)
        )

    def _placed(self, snapshot: Snapshot, path: str) -> Iterable[RuleMeta]:
        metas = [m for m in self.rules.active if m.unit == "file" and m.category != SUPPRESSIONS]
        if snapshot.provider_of(path) is not None:
            return metas
        if snapshot.is_shared(path):
            return [m for m in metas if m.category in SHARED_CATEGORIES or m.id in SHARED_RULES]
        scope = snapshot.scope_of(path)
        categories: Collection[str] = scope.categories if scope is not None else ()
        return [
            meta
            for meta in metas
            if meta.category in categories or (meta.anchors_outside and self._triggered(snapshot, meta, path))
        ]

    def _triggered(self, snapshot: Snapshot, meta: RuleMeta, path: str) -> bool:
        if meta.triggers:
            return snapshot.holds(path, meta.triggers)
        return _in_roots(snapshot, path) or snapshot.index.mentions_integrations(path)

    # Units

    def result(self, snapshot: Snapshot, unit: Unit, rules: tuple[RuleMeta, ...]) -> UnitResult:
        """What comes of a unit, taken from memory where everything that it read is as it was."""
        known = self._results.get(unit)
        fresh = self._valid.get(unit) == snapshot.serial
        if known is None or known.rules != rules or not (fresh or _is_valid(snapshot, known.deps)):
            known = self._results[unit] = self._run(snapshot, unit, rules)
        self._valid[unit] = snapshot.serial
        return known

    def _run(self, snapshot: Snapshot, unit: Unit, rules: tuple[RuleMeta, ...]) -> UnitResult:
        view = View(snapshot)
        findings: list[Finding] = []
        troubles: list[Trouble | Crash] = []
        seconds: dict[str, float] = {}
        ran: set[str] = set()
        data = view.read(unit.target) if unit.kind == "file" else None
        if unit.kind == "file" and data is None:
            problem = snapshot.problem(unit.target) or "it is gone"
            troubles.append(Trouble("unreadable", problem, unit.target))
        for meta in rules if not troubles else ():
            if data is not None and meta.triggers and not any(map(data.__contains__, meta.triggers)):
                ran.add(meta.id)
                continue
            begun = time.perf_counter()
            found, trouble = self.judge(view, meta, unit.target)
            seconds[meta.id] = time.perf_counter() - begun
            findings += found
            if trouble is None:
                ran.add(meta.id)
            else:
                troubles.append(trouble)
        if unit.kind == "file" and rules and not troubles and _is_looked_into(snapshot, unit.target):
            troubles += _judged_in_part(view, unit.target)
        deps = tuple((dep, snapshot.stamp(dep)) for dep in view.deps)
        return UnitResult(
            rules,
            frozenset(ran),
            deps,
            tuple(findings),
            tuple(troubles),
            dict(view.inert_rules),
            seconds,
        )

    def judge(self, view: View, meta: RuleMeta, target: str) -> tuple[list[Finding], Trouble | Crash | None]:
        """One rule's findings in one unit; a trouble when it failed, with what it found until then."""
        found: list[Finding] = []
        try:
            rule, options = self.rules.load(meta)
            context = Context(view, self.settings, options, self.today())
            found.extend(rule.check(context, target))
        except OptionError as error:
            return found, Trouble("config", f"{meta.id}: {error}")
        except (Exception, RecursionError) as error:  # noqa: BLE001 - a crash must not hide the neighbours
            where = target if meta.unit == "file" else f"provider {target}" if target else "the workspace"
            path = target if meta.unit == "file" else None
            return found, crash_of(meta.id, "failed on", where, error, path)
        return found, None

    # One file

    def assemble(
        self,
        snapshot: Snapshot,
        path: str,
        judged: Sequence[tuple[Finding, str]],
        ran: frozenset[str],
    ) -> FileResult:
        """Weigh, place and sort the findings of one file; each comes with its fingerprint."""
        today = self.today()
        related = {item.path for finding, _ in judged for item in finding.related}
        digests = tuple((other, snapshot.digest(other)) for other in sorted({path, *related}))
        key = (digests, tuple(judged), ran, today, snapshot.provider_of(path))
        known = self._files.get(path)
        if known is not None and known.key == key:
            return known
        verdict, late, troubles = self._suppress(
            snapshot, path, [finding for finding, _ in judged], ran, today
        )
        kept = {id(finding) for finding in verdict.kept}
        ready = [(finding, mark) for finding, mark in (*judged, *_marked(late)) if id(finding) in kept]
        suppressed = verdict.suppressed
        hidden = self._hidden(finding for finding, _ in judged)
        items = [reported(snapshot, self.rules, finding, mark, hidden) for finding, mark in ready]
        items.sort(key=lambda r: (r.finding.span, r.finding.rule, r.finding.key))
        result = FileResult(key, tuple(items), suppressed, verdict.records, tuple(troubles), verdict.dated)
        self._files[path] = result
        return result

    def _hidden(self, findings: Iterable[Finding]) -> tuple[Span, ...]:
        """The places that sensitive rules found, suppressed or not: no source line may show them."""
        metas = self.rules.metas
        return tuple(finding.span for finding in findings if metas[finding.rule].sensitive)

    def shown(self, snapshot: Snapshot, path: str) -> bytes | None:
        """A file's content as anybody may see it: what sensitive rules find in it is masked.

        The same content where there is nothing to hide; None where there is no such file.
        """
        data = snapshot.read(path)
        rules = [meta for meta in self.rules_for(snapshot, path) if meta.sensitive]
        if data is None or not rules:
            return data
        view = View(snapshot)
        found = [finding for meta in rules for finding in self.judge(view, meta, path)[0]]
        for span in sorted(self._hidden(found), reverse=True):
            data = data[: span.start] + masked_bytes(data[span.start : span.end]) + data[span.end :]
        return data

    def _suppress(
        self, snapshot: Snapshot, path: str, findings: list[Finding], ran: frozenset[str], today: str
    ) -> tuple[Verdict, list[Finding], list[Trouble | Crash]]:
        """Apply the comments of a file, then the rules about them, whose findings comments may name too."""
        data = snapshot.read(path) if is_code(path) else None
        if data is None or (MARK not in data and b"tenant-filter-guard" not in data):
            return Verdict(findings, 0, (), dated=False), [], []
        facts = snapshot.facts(path)
        if facts is None:
            return Verdict(findings, 0, (), dated=False), [], []
        known = Rules(
            self.rules.canonical,
            self.rules.closest,
            self.rules.category,
            ran,
            self.rules.protected,
        )
        first = apply(facts, findings, known, today)
        view = View(snapshot, lambda asked: first.records if asked == path else ())
        late: list[Finding] = []
        troubles: list[Trouble | Crash] = []
        for meta in self._about_suppressions:
            if self.rules.severity(meta, path, None, "violation") != "off":
                found, trouble = self.judge(view, meta, path)
                late += found
                troubles += [trouble] if trouble is not None else []
        if not late:
            return first, [], troubles
        second = apply(facts, [*findings, *late], known, today)
        return second._replace(records=first.records), late, troubles

    # Fixes

    def context(self, snapshot: Snapshot, meta: RuleMeta) -> Context:
        """What a rule is handed to make a fix; its view records what the rule reads."""
        return self._context(self._view(snapshot), meta)

    def _view(self, snapshot: Snapshot) -> View:
        return View(snapshot, lambda path: self.file_result(snapshot, path).suppressions)

    def _context(self, view: View, meta: RuleMeta) -> Context:
        return Context(view, self.settings, self.rules.load(meta).options, self.today())

    def plans(self, snapshot: Snapshot, finding: Finding) -> tuple[FixPlan, ...]:
        """The fixes of a finding, preferred first. Raises `CrashError`."""
        return self._plans(self._view(snapshot), finding)

    def _plans(self, view: View, finding: Finding) -> tuple[FixPlan, ...]:
        meta = self.rules.metas[finding.rule]
        try:
            return tuple(self.rules.load(meta).rule.plans(self._context(view, meta), finding))
        except (Exception, RecursionError) as error:
            crash = crash_of(meta.id, "failed to plan a fix in", finding.path, error, finding.path)
            raise CrashError(crash) from error

    def change(self, snapshot: Snapshot, finding: Finding, plan: FixPlan) -> Change | None:
        """What a fix does; None when it no longer applies. Raises `CrashError`."""
        return self.change_and_reads(snapshot, finding, plan)[0]

    def change_and_reads(
        self, snapshot: Snapshot, finding: Finding, plan: FixPlan
    ) -> tuple[Change | None, frozenset[Dep]]:
        """What a fix does, and everything that was read to make it. Raises `CrashError`."""
        meta = self.rules.metas[finding.rule]
        try:
            context = self.context(snapshot, meta)
            change = self.rules.load(meta).rule.edits(context, finding, plan)
        except (Exception, RecursionError) as error:
            crash = crash_of(meta.id, "failed to fix", finding.path, error, finding.path)
            raise CrashError(crash) from error
        return change, frozenset(context.view.deps)


_EMPTY = FileResult((), (), 0, (), (), dated=False)


class _Run:
    """One pass over units of one snapshot."""

    def __init__(self, engine: Engine, snapshot: Snapshot, cancelled: Callable[[], bool] | None) -> None:
        self._engine = engine
        self._snapshot = snapshot
        self._cancelled = cancelled
        self._judged: list[Finding] = []
        self._ran: dict[str, frozenset[str]] = {}
        self._failed: set[str] = set()
        self._inert: dict[str, str] = {}
        self._troubles: list[Trouble | Crash] = []
        self.seconds: dict[str, float] = {}

    @property
    def troubles(self) -> list[Trouble | Crash]:
        """What failed, and what could not run; each said once."""
        inert = (Trouble("inert-rule", f"{rule}: {why}") for rule, why in sorted(self._inert.items()))
        return [*self._troubles, *inert]

    def files(self, targets: Iterable[str]) -> None:
        """Judge files, each by itself."""
        for path in targets:
            rules = self._engine.rules_for(self._snapshot, path)
            self._ran[path] = self._take(Unit("file", path), rules).ran

    def providers(self, providers: Iterable[Provider]) -> None:
        """Judge whole providers."""
        rules = tuple(meta for meta in self._engine.rules.active if meta.unit == "provider")
        for provider in providers if rules else ():
            self._take(Unit("provider", provider.name), rules)

    def workspace(self) -> None:
        """Judge the workspace as a whole."""
        rules = tuple(meta for meta in self._engine.rules.active if meta.unit == "workspace")
        if rules:
            self._take(Unit("workspace", ""), rules)

    def _take(self, unit: Unit, rules: tuple[RuleMeta, ...]) -> UnitResult:
        if self._cancelled is not None and self._cancelled():
            raise CancelledError("the check was cancelled")
        known = self._engine.result(self._snapshot, unit, rules)
        self._judged += known.findings
        self._troubles += known.troubles
        for rule, why in known.inert.items():
            self._inert.setdefault(rule, why)
        for rule, spent in known.seconds.items():
            self.seconds[rule] = self.seconds.get(rule, 0.0) + spent
        self._failed.update(meta.id for meta in rules if meta.id not in known.ran)
        return known

    def assembled(self, only: Collection[str] | None = None) -> dict[str, FileResult]:
        """The results by file, of every file that was judged or has a finding."""
        engine, snapshot = self._engine, self._snapshot
        weighty = [finding for finding in self._judged if self._weighs(finding)]
        by_path: dict[str, list[tuple[Finding, str]]] = {path: [] for path in self._ran}
        for finding, mark in _marked(settled(weighty, self._provider_of)):
            by_path.setdefault(finding.path, []).append((finding, mark))
        wide = frozenset(meta.id for meta in engine.rules.active if meta.unit != "file")
        return {
            path: engine.assemble(snapshot, path, judged, self._ran_on(path, wide))
            for path, judged in by_path.items()
            if (only is None or path in only) and (judged or path in self._ran)
        }

    def _ran_on(self, path: str, wide: frozenset[str]) -> frozenset[str]:
        """The rules that could have reported something in a file."""
        ran = self._ran.get(path, frozenset())
        if self._snapshot.provider_of(path) is not None and not self._snapshot.is_test(path):
            ran |= wide - self._failed
        return ran - self._inert.keys()

    def _weighs(self, finding: Finding) -> bool:
        rules = self._engine.rules
        meta = rules.metas[finding.rule]
        return rules.severity(meta, finding.path, finding.severity, finding.certainty) != "off"

    def _provider_of(self, finding: Finding) -> str | None:
        if finding.provider is not None:
            return finding.provider
        provider = self._snapshot.provider_of(finding.path)
        return None if provider is None else provider.name


def _marked(findings: Iterable[Finding]) -> list[tuple[Finding, str]]:
    """Findings with their fingerprints. Equal ones are told apart by their order in the file."""
    from fourlayer.engine.report import fingerprint, identity

    seen: dict[tuple[str, ...], int] = {}
    marked: list[tuple[Finding, str]] = []
    for finding in sorted(findings, key=lambda one: (one.path, one.span)):
        who = identity(finding)
        ordinal = seen.get(who, 0)
        seen[who] = ordinal + 1
        marked.append((finding, fingerprint(who, ordinal)))
    return marked


def _is_looked_into(snapshot: Snapshot, path: str) -> bool:
    """Whether a file that does not parse must be told of: the provider's own code, and what rules parsed.

    Of other files a cheap look at the bytes tells that no rule has anything to say.
    """
    if snapshot.provider_of(path) is not None and not snapshot.is_test(path):
        return True
    language, digest = language_of(path), snapshot.digest(path)
    return language is not None and digest is not None and snapshot.store.has_facts(digest, language)


def _judged_in_part(view: View, path: str) -> list[Trouble]:
    """A word about a file that does not parse: silence must mean that all of it was judged."""
    facts = view.facts(path)
    if facts is None or facts.trusted:
        return []
    line = facts.text.position(facts.errors[0].start).line + 1
    return [Trouble("inert-rule", f"judged only in part, as it does not parse at line {line}", path)]


def _is_valid(snapshot: Snapshot, deps: Iterable[tuple[Dep, object]]) -> bool:
    stamp = snapshot.stamp
    return all(stamp(dep) == was for dep, was in deps)


def _providers(snapshot: Snapshot, paths: Sequence[str]) -> list[Provider]:
    """The providers whose findings may stand in one of the paths; no paths: all.

    A provider's findings stand in its own folder, or in a document beside the providers.
    """
    providers = snapshot.providers
    beside = [path for path in paths if not any(_under(path, provider.path) for provider in providers)]
    return [
        provider
        for provider in providers
        if _overlaps(provider, paths) or any(_under(path, provider.root) for path in beside)
    ]


def _overlaps(provider: Provider, paths: Sequence[str]) -> bool:
    """Whether one of the paths is in the provider's folder or around it; no paths are everything."""
    return not paths or any(_under(p, provider.path) or _under(provider.path, p) for p in paths)


def _in_roots(snapshot: Snapshot, path: str) -> bool:
    return any(_under(path, root) for root in integration_roots(snapshot.layout))


def _wanted(path: str, paths: Sequence[str]) -> bool:
    return not paths or any(_under(path, one) for one in paths)


def _under(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(folder + "/")
