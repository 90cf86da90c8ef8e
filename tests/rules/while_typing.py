"""A rule while somebody types: a finding comes and goes with an unsaved edit, in files of either line end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from fourlayer.app import App
from fourlayer.project.snapshot import Snapshot
from fourlayer.syntax.text import Text, decode
from tests.pages.workspace import write_tree

ROOT = "packages/integrations"
ACME = f"{ROOT}/acme"
PACKAGES = {
    "package.json": '{"private": true, "workspaces": ["packages/*"]}\n',
    f"{ROOT}/package.json": (
        '{"name": "@valueos/integrations", "private": true, "exports": {".": "./index.ts", "./*": '
        '"./*/index.ts"}}\n'
    ),
}


class Found(NamedTuple):
    """Where a rule reports; the line is 1-based."""

    path: str
    line: int
    key: str


class Case(NamedTuple):
    """`rule` reports `found` in `files`, and nothing once the one file that `edit` names is changed."""

    rule: str
    files: Mapping[str, str]
    found: tuple[Found, ...]
    edit: tuple[str, str]

    @property
    def sound(self) -> dict[str, str]:
        """The files after the edit."""
        return {**self.files, self.edit[0]: self.edit[1]}


def with_newlines(files: Mapping[str, str], newline: str) -> dict[str, str]:
    """The files with another line end."""
    return {path: text.replace("\n", newline) for path, text in files.items()}


def opened(folder: Path, rule: str, files: Mapping[str, str]) -> tuple[App, Snapshot]:
    """An application that looks for one rule in a workspace of these files."""
    write_tree(folder, {**PACKAGES, **files})
    app = App.open(str(folder), select=[rule])
    return app, app.snapshot()


def found_in(app: App, snapshot: Snapshot) -> tuple[Found, ...]:
    """What is reported, sorted; nothing may crash."""
    outcome = app.check(snapshot)
    assert [trouble for trouble in outcome.troubles if trouble.kind == "crash"] == []
    findings = (Found(one.finding.path, one.range.start_line, one.finding.key) for one in outcome.findings)
    return tuple(sorted(findings))


def fixed(app: App, snapshot: Snapshot) -> dict[str, str | None]:
    """The files that all fixes change, safe or not; None for those that are gone."""
    result = app.fix(snapshot, app.check(snapshot), unsafe=True)
    return {
        path: decode(content) if content is not None else None for path, content in result.changes.items()
    }


def assert_it_comes_and_goes(folder: Path, case: Case) -> None:
    """The finding goes with the unsaved edit, and comes back when that is undone."""
    app, snapshot = opened(folder, case.rule, case.files)
    path, text = case.edit
    for _ in range(2):
        assert found_in(app, snapshot) == case.found
        assert found_in(app, snapshot.derive({path: Text(text.encode())})) == ()
    saved, after = opened(folder, case.rule, case.sound)
    assert found_in(saved, after) == ()


def assert_line_ends_do_not_matter(folder: Path, case: Case) -> None:
    """Findings are the same in files with CRLF, and fixes are but for the line ends."""
    app, snapshot = opened(folder, case.rule, case.files)
    plain = fixed(app, snapshot)
    windows, other = opened(folder, case.rule, with_newlines(case.files, "\r\n"))
    assert found_in(windows, other) == case.found
    expected = {
        path: text.replace("\n", "\r\n") if text is not None else None for path, text in plain.items()
    }
    assert fixed(windows, other) == expected


def assert_half_typed_is_not_judged(folder: Path, case: Case) -> None:
    """No beginning of the sound file reports anything: what is not typed yet is not missing."""
    app, snapshot = opened(folder, case.rule, case.sound)
    path, text = case.edit
    reported = {
        text[:end]: found
        for end in range(len(text))
        if (found := found_in(app, snapshot.derive({path: Text(text[:end].encode())})))
    }
    assert reported == {}


def assert_half_typed_reports_no_more(folder: Path, case: Case, path: str) -> None:
    """A beginning of a file with findings reports some of them at most, by their keys."""
    app, snapshot = opened(folder, case.rule, case.files)
    text, keys = case.files[path], {found.key for found in case.found}
    for end in range(len(text)):
        found = found_in(app, snapshot.derive({path: Text(text[:end].encode())}))
        assert {one.key for one in found} <= keys, text[:end]
