"""Reports suppression comments whose date has passed, or is no date."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from fourlayer.project.suppression import is_date
from fourlayer.rule.model import Change, Finding, FixPlan

if TYPE_CHECKING:
    from fourlayer.project.suppression import Suppression
    from fourlayer.rule.context import Context

_ID = "expired-suppression"


class ExpiredSuppression:
    """Such a comment suppresses nothing any more."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        """One finding a comment."""
        for comment in ctx.view.suppressions(target):
            if not comment.expired or not comment.rules:
                continue
            names = ", ".join(rule.id for rule in comment.rules)
            yield Finding(
                _ID,
                target,
                comment.span,
                f"{_why(comment)}, so it does not suppress {names}.",
                "Fix what it kept back and remove it, or give a later date as `until YYYY-MM-DD`.",
                key=names,
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """None: whether the exception may go on is for a person to decide."""
        return ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """None."""
        return None


def _why(comment: Suppression) -> str:
    until = comment.until or ""
    if is_date(until):
        return f"This comment was meant to hold until {until}, which has passed"
    return f"This comment is limited until `{until}`, which is no date"


rule = ExpiredSuppression()
