"""Reports suppression comments that give no reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan, TextEdit

if TYPE_CHECKING:
    from fourlayer.rule.context import Context

_ID = "suppression-without-reason"


class SuppressionWithoutReason:
    """Such a comment suppresses nothing."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        """One finding a comment."""
        for comment in ctx.view.suppressions(target):
            if comment.reason or not comment.rules:
                continue
            names = ", ".join(rule.id for rule in comment.rules)
            yield Finding(
                _ID,
                target,
                comment.span,
                f"This comment gives no reason, so it does not suppress {names}; "
                "nobody could tell later whether it still holds.",
                "State the reason after a colon: `// fourlayer-ignore "
                f"{comment.rules[0].id}: <why this is right here>`.",
                key=names,
                data={"at": comment.reason_at},
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """Adding a reason, which only a person can give: the plan's argument."""
        yield FixPlan("add-reason", "Add a reason", "input")

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Insert the argument as the reason; None where it is empty or would end the comment."""
        reason = " ".join(plan.argument.split())
        at = finding.data["at"]
        data = ctx.view.read(finding.path)
        if not reason or "*/" in reason or not isinstance(at, int) or data is None:
            return None
        # The colon may be there already, with nothing after it.
        end = at + 1 if data[at : at + 1] == b":" else at
        closing = data[end : end + 2] == b"*/"
        return Change({finding.path: (TextEdit(at, end, f": {reason}{' ' if closing else ''}"),)})


rule = SuppressionWithoutReason()
