"""undocumented-integration: not judged yet."""

from __future__ import annotations

from collections.abc import Iterable

from fourlayer.rule.context import Context
from fourlayer.rule.model import Change, Finding, FixPlan


class Silent:
    """Reports nothing."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        """Report nothing."""
        return ()

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """No fixes."""
        return ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """No fixes."""
        return None


rule = Silent()
