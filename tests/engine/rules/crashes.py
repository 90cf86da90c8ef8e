"""Fails on adapters: on some with an error, on others by recursion without end."""

from __future__ import annotations

from collections.abc import Iterable

from fourlayer.rule.context import Context
from fourlayer.rule.model import Change, Finding, FixPlan


class Crashes:
    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        if target.endswith("AcmeAdapter.ts"):
            raise ValueError("out of luck")
        if target.endswith("ZetaAdapter.ts"):
            return self.check(ctx, target)
        return ()

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        return ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        return None


rule = Crashes()
