"""Reports every file; what it offers safely comes to nothing."""

from __future__ import annotations

from collections.abc import Iterable

from fourlayer.rule.context import Context
from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer.syntax.span import Span


class Idle:
    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        yield Finding("idle", target, Span(0, 1), "It is there.", "Nothing.")

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        yield FixPlan("nothing", "Do nothing", "safe", preferred=True)
        yield FixPlan("other", "Ask", "input")

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        return None


rule = Idle()
