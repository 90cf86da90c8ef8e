"""A small workspace on disk, and rules that are made for the tests."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from fourlayer.app import App
from fourlayer.project.snapshot import Snapshot
from fourlayer.rule.model import RuleMeta
from fourlayer.rule.outcome import Outcome
from fourlayer.syntax.text import Text

FILES: Mapping[str, str] = {
    "package.json": '{"name": "root", "private": true, "workspaces": ["packages/*"]}',
    "packages/integrations/package.json": (
        '{"name": "@valueos/integrations", "exports": {".": "./index.ts", "./*": "./*/index.ts"}}'
    ),
    "packages/integrations/index.ts": 'export { AcmeAdapter } from "./acme/index.js";\n',
    "packages/integrations/base/index.ts": "export class EnterpriseAdapter {}\n",
    "packages/integrations/acme/AcmeAdapter.ts": (
        'import { EnterpriseAdapter } from "../base/index.js";\n'
        "export class AcmeAdapter extends EnterpriseAdapter {\n"
        "  load(row: any) { return row; }\n"
        "}\n"
    ),
    "packages/integrations/acme/index.ts": 'export { AcmeAdapter } from "./AcmeAdapter.js";\n',
    "packages/integrations/acme/AcmeAdapter.test.ts": (
        'import { AcmeAdapter } from "./AcmeAdapter";\nlet a: any;\n'
    ),
    "packages/integrations/zeta/ZetaAdapter.ts": "export class ZetaAdapter {}\n",
    "packages/backend/package.json": '{"name": "@valueos/backend"}',
    "packages/backend/src/use.ts": 'import { AcmeAdapter } from "@valueos/integrations/acme";\nlet x: any;\n',
    "packages/backend/src/other.ts": "export const other: any = 1;\n",
}

ADAPTER = "packages/integrations/acme/AcmeAdapter.ts"
INDEX = "packages/integrations/acme/index.ts"
USE = "packages/backend/src/use.ts"
OTHER = "packages/backend/src/other.ts"


def meta(rule_id: str, **changes: object) -> RuleMeta:
    """The metadata of a rule in `tests.engine.rules`; its module is the id with underscores."""
    base = RuleMeta(
        id=rule_id,
        category="types",
        severity="error",
        summary="A rule of the tests.",
        clause="None",
        module=f"tests.engine.rules.{rule_id.replace('-', '_')}",
        unit="file",
        needs=("document",),
    )
    return base._replace(**changes)  # type: ignore[arg-type]  # fields by name


EXPLICIT_ANY = meta("explicit-any")
DEEP = meta("deep-import", category="boundaries", anchors_outside=True)
LACKS = meta("missing-file", category="structure", unit="provider")
NO_CLASS = meta("missing-error-class", category="errors", unit="provider")
COUNTS = meta("counts-anys", category="types", unit="workspace", severity="warning")
TENANT_ANY = meta("tenant-any", category="tenancy")
CRASHES = meta("crashes", category="types")
LATE: tuple[RuleMeta, ...] = tuple(
    meta(
        name,
        category="suppressions",
        severity="warning",
        module=f"fourlayer_rules.suppressions.{module}.rule",
    )
    for name, module in (
        ("unused-suppression", "unused_suppression"),
        ("suppression-without-reason", "suppression_without_reason"),
        ("unknown-rule", "unknown_rule"),
    )
)
ALL: tuple[RuleMeta, ...] = (EXPLICIT_ANY, DEEP, LACKS, NO_CLASS, COUNTS, *LATE)


class World:
    """A workspace in a folder, with an app on it."""

    def __init__(
        self,
        folder: Path,
        files: Mapping[str, str] | None = None,
        *,
        rules: Sequence[RuleMeta] = ALL,
        config: str = "",
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        self.write({**FILES, **(files or {})})
        if config:
            self.write({"fourlayer.toml": config})
        self.app = App.open(str(folder), rules=rules, select=select, ignore=ignore)

    def write(self, files: Mapping[str, str]) -> None:
        """Write files."""
        for path, text in files.items():
            full = self.folder / path
            full.parent.mkdir(parents=True, exist_ok=True)
            full.write_text(text, encoding="utf-8", newline="")

    def remove(self, path: str) -> None:
        """Remove a file."""
        os.unlink(self.folder / path)

    def snapshot(self, **buffers: str) -> Snapshot:
        """The state on disk."""
        return self.app.snapshot({path: Text.from_str(text) for path, text in buffers.items()})

    def check(self, *paths: str) -> Outcome:
        """Check what is on disk."""
        return self.app.check(self.snapshot(), paths)


def shown(outcome: Outcome) -> list[tuple[str, str, int]]:
    """Rule, path and line of every finding."""
    return [(one.finding.rule, one.finding.path, one.range.start_line) for one in outcome.findings]


def rules_of(outcome: Outcome) -> list[str]:
    """The rules that reported something, in order."""
    return [one.finding.rule for one in outcome.findings]


def texts(items: Mapping[str, str]) -> dict[str, Text]:
    """Buffers."""
    return {path: Text.from_str(text) for path, text in items.items()}


def lines(items: Iterable[str]) -> str:
    """A source of several lines."""
    return "".join(f"{item}\n" for item in items)
