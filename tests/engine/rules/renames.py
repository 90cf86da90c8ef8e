"""Renames old.ts to new.ts."""

from __future__ import annotations

from collections.abc import Iterable

from fourlayer.rule.context import Context
from fourlayer.rule.model import Change, Finding, FixPlan, Rename, TextEdit
from fourlayer.syntax.span import Span


class Renames:
    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        provider = ctx.view.provider(target)
        if provider is not None and ctx.view.exists(path := f"{provider.path}/old.ts"):
            yield Finding("renames", path, Span(0, 1), "Old.", "Rename it.", key="old.ts")

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        yield FixPlan("rename", "Rename it", "safe", "workspace")

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        edits = {finding.path: (TextEdit(4, 5, "b"),)}
        return Change(edits, renames=(Rename(finding.path, finding.path.replace("old", "new")),))


rule = Renames()
