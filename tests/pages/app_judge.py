"""Judges virtual workspaces with the application itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from fourlayer.app import App
from fourlayer.rule.model import Change, FixPlan, RuleMeta
from fourlayer.rule.outcome import Outcome, Reported
from fourlayer.syntax.text import decode
from fourlayer_rules.registry import RULES
from tests.pages.reads import Read
from tests.pages.workspace import Files, FixedAll, write_tree


class AppJudge:
    """Judges with the application itself, on files written to a folder."""

    def __init__(self, folder: Path, rules: Sequence[RuleMeta] = RULES, select: Sequence[str] = ()) -> None:
        self._folder = folder
        self._rules = tuple(rules)
        self._select = tuple(select)

    def open(self, files: Files) -> AppOpened:
        """Write the files, nothing else, and check them."""
        write_tree(self._folder, files)
        app = App.open(str(self._folder), select=self._select, rules=self._rules)
        return AppOpened(app, files)


class AppOpened:
    """A workspace that the application has judged."""

    def __init__(self, app: App, files: Files) -> None:
        self._app = app
        self._files = files
        self._snapshot = app.snapshot()
        self._outcome = app.check(self._snapshot, show_unverifiable=True)

    @property
    def outcome(self) -> Outcome:
        """Everything that was found, what is out of reach included."""
        return self._outcome

    def reads(self) -> Iterable[Read]:
        """Everything that the rules read; meaningful where one rule was selected."""
        for unit, result in self._app.engine._results.items():
            provider = (
                self._snapshot.provider(unit.target)
                if unit.kind == "provider"
                else self._snapshot.provider_of(unit.target)
            )
            for dep, _ in result.deps:
                yield Read(unit.target, provider.path if provider else None, dep)

    def change(self, reported: Reported, plan: FixPlan) -> Change | None:
        """Compute one fix of one finding."""
        return self._app.change(self._snapshot, reported.finding, plan)

    def fix_all(self) -> FixedAll:
        """Apply every fix, unsafe ones too."""
        result = self._app.fix(self._snapshot, self._outcome, unsafe=True)
        files = dict(self._files)
        for path, content in result.changes.items():
            if content is None:
                files.pop(path, None)
            else:
                files[path] = decode(content)
        return FixedAll(files, len(result.applied))
