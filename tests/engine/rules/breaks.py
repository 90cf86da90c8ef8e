"""Offers fixes that break the code, or fail."""

from __future__ import annotations

from collections.abc import Iterable

from fourlayer.rule.context import Context
from fourlayer.rule.model import Change, Finding, FixPlan, TextEdit
from fourlayer.syntax.span import Span


class Breaks:
    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        yield Finding("breaks", target, Span(0, 1), "Whole.", "Break it.", key="whole")

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        yield FixPlan("break", "Break it", "safe")

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        if finding.path.endswith("ZetaAdapter.ts"):
            raise ValueError("no idea")
        return Change({finding.path: (TextEdit(0, 0, "let = (\n"),)})


rule = Breaks()
