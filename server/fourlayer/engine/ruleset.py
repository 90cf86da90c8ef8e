"""Which rules are on, with which options and severities; their code is loaded when it is first needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from fourlayer.errors import FourlayerError
from fourlayer.rule.model import Certainty, Rule, RuleMeta, Severity
from fourlayer.syntax.glob import Globs, globs

if TYPE_CHECKING:
    from fourlayer.config.settings import RuleSetting, Settings

SUPPRESSIONS = "suppressions"
DOCS = "https://github.com/fourlayer/fourlayer/blob/main/rules/"


class UnknownRuleError(FourlayerError):
    """A rule or category that was selected does not exist."""


class NoRulesError(FourlayerError):
    """Nothing is left to check."""


class LoadedRule(NamedTuple):
    """A rule's code with its validated options."""

    rule: Rule
    options: object


class OptionsOf(Protocol):
    """Validates the configured options of a rule."""

    def __call__(self, meta: RuleMeta, kind: type | None) -> object:
        """An instance of the options type, None where there is none. Raises FourlayerError."""
        ...


class RuleSet:
    """The rules of one configuration.

    Raises `UnknownRuleError` when `select` or `ignore` names what does not exist, `NoRulesError` when no
    rule is left.
    """

    def __init__(
        self,
        metas: Sequence[RuleMeta],
        settings: Settings,
        options_of: OptionsOf,
        *,
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
    ) -> None:
        self.metas = {meta.id: meta for meta in metas}
        self._settings = settings
        self._options_of = options_of
        self._loaded: dict[str, LoadedRule] = {}
        self._names = {alias: meta.id for meta in metas for alias in (meta.id, *meta.aliases)}
        self._overrides: list[tuple[Globs, dict[str, Severity]]] = [
            (globs(override.paths), {self._names.get(rule, rule): s for rule, s in override.rules.items()})
            for override in settings.overrides
        ]
        self.active: tuple[RuleMeta, ...] = self._chosen(select, ignore)
        if not self.active:
            raise NoRulesError("no rule is switched on: nothing would be checked")
        self.active_ids = frozenset(meta.id for meta in self.active)
        self.protected = frozenset(self._names.get(rule, rule) for rule in settings.rules.protected)
        self._include_tests = frozenset(
            meta.id for meta in metas if any(s.include_tests for s in self._settings_of(meta))
        )

    def canonical(self, name: str) -> str | None:
        """The id that a name in a comment or configuration means; None for no rule."""
        return self._names.get(name)

    def closest(self, name: str) -> str | None:
        """The rule that was probably meant by an unknown name."""
        return _closest(name, self._names)

    def category(self, rule: str) -> str:
        """The category of a rule by its id."""
        return self.metas[rule].category

    def includes_tests(self, meta: RuleMeta) -> bool:
        """Whether the rule judges test files too."""
        return meta.id in self._include_tests

    def severity(self, meta: RuleMeta, path: str, finding: Severity | None, certainty: Certainty) -> Severity:
        """What a finding at a path weighs; "off" where it is not wanted there."""
        severity: Severity = finding or meta.severity
        configured = self._configured(meta)
        if configured is not None:
            severity = configured
        for paths, rules in self._overrides:
            if meta.id in rules and paths.match(path):
                severity = rules[meta.id]
        if severity == "off" or certainty == "violation":
            return severity
        if certainty == "unverifiable":
            return "hint"
        return "warning" if severity == "error" else severity

    def load(self, meta: RuleMeta) -> LoadedRule:
        """The rule's code and options. Raises whatever goes wrong while its module loads."""
        loaded = self._loaded.get(meta.id)
        if loaded is None:
            from importlib import import_module

            rule: Rule = import_module(meta.module).rule
            loaded = self._loaded[meta.id] = LoadedRule(rule, self._options_of(meta, rule.options))
        return loaded

    def _chosen(self, select: Sequence[str], ignore: Sequence[str]) -> tuple[RuleMeta, ...]:
        wanted, unwanted = self._named(select), self._named(ignore)
        return tuple(
            meta
            for meta in self.metas.values()
            if (not select or meta.id in wanted) and meta.id not in unwanted and self._is_on(meta)
        )

    def _named(self, names: Iterable[str]) -> set[str]:
        """The ids that rule ids and categories stand for."""
        categories = {meta.category for meta in self.metas.values()}
        found: set[str] = set()
        for name in names:
            if name in self._names:
                found.add(self._names[name])
            elif name in categories:
                found.update(meta.id for meta in self.metas.values() if meta.category == name)
            else:
                closest = _closest(name, {*self._names, *categories})
                hint = f": did you mean `{closest}`?" if closest else ""
                raise UnknownRuleError(f"there is no rule or category `{name}`{hint}")
        return found

    def _is_on(self, meta: RuleMeta) -> bool:
        if meta.category == "tenancy" and not self._settings.tenancy.columns:
            return False
        severity: Severity = self._configured(meta) or meta.severity
        return severity != "off" or any(rules.get(meta.id, "off") != "off" for _, rules in self._overrides)

    def _configured(self, meta: RuleMeta) -> Severity | None:
        for setting in self._settings_of(meta):
            if setting.severity is not None:
                return setting.severity
        return None

    def _settings_of(self, meta: RuleMeta) -> Iterable[RuleSetting]:
        """What the configuration says under the rule's id and its former ones."""
        return [
            self._settings.rules.settings[name]
            for name in (meta.id, *meta.aliases)
            if name in self._settings.rules.settings
        ]


def docs_url(meta: RuleMeta) -> str:
    """The page of a rule on the web."""
    return f"{DOCS}{meta.module.rpartition('.')[0].replace('.', '/')}/README.md"


def _closest(name: str, known: Iterable[str]) -> str | None:
    import difflib

    found = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return found[0] if found else None
