"""Reports `any` as if it were a query without its tenant."""

from __future__ import annotations

from collections.abc import Iterable

from fourlayer.rule.context import Context
from fourlayer.rule.model import Certainty, Change, Finding, FixPlan


class TenantAny:
    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        facts = ctx.view.facts(target)
        for index, use in enumerate(facts.anys if facts is not None else ()):
            certainty: Certainty = ("violation", "suspicious", "unverifiable")[index % 3]
            yield Finding("tenant-any", target, use.span, "No tenant.", "Name it.", certainty, key="any")

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        return ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        return None


rule = TenantAny()
