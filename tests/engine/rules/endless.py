"""Adds a statement for ever."""

from __future__ import annotations

from collections.abc import Iterable

from fourlayer.rule.context import Context
from fourlayer.rule.model import Change, Finding, FixPlan, TextEdit
from fourlayer.syntax.span import Span


class Endless:
    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        yield Finding("endless", target, Span(0, 1), "More.", "Add.", key=str(ctx.view.read(target)))

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        yield FixPlan("add", "Add", "safe")

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        return Change({finding.path: (TextEdit(0, 0, "let a;\n"),)})


rule = Endless()
