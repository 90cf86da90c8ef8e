"""Reports suppression comments that keep back nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan, TextEdit
from fourlayer.syntax.span import Span

if TYPE_CHECKING:
    from fourlayer.project.suppression import SuppressedRule, Suppression
    from fourlayer.rule.context import Context

_ID = "unused-suppression"


class UnusedSuppression:
    """Comments without a reason and expired ones are other rules' business."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        """One finding a comment where all of it is unused, else one a name."""
        for comment in ctx.view.suppressions(target):
            if not comment.reason or comment.expired:
                continue
            unused = [rule for rule in comment.rules if _is_unused(rule)]
            if unused and len(unused) == len(comment.rules):
                span = Span(unused[0].span.start, unused[-1].span.end)
                yield _finding(target, span, unused, comment, comment.line)
            else:
                for rule in unused:
                    yield _finding(target, rule.span, [rule], comment, rule.remove)

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """Removing what is unused."""
        title = "Remove the comment" if finding.data["whole"] else f"Remove `{finding.key}` from the comment"
        yield FixPlan("remove-suppression", title, "safe", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Delete the comment, with its line where it stands alone, or one name of it."""
        start, end = finding.data["start"], finding.data["end"]
        if not isinstance(start, int) or not isinstance(end, int):
            return None
        return Change({finding.path: (TextEdit(start, end, ""),)})


def _is_unused(rule: SuppressedRule) -> bool:
    return rule.known and rule.ran and not rule.used


def _finding(
    path: str, span: Span, rules: list[SuppressedRule], comment: Suppression, remove: Span
) -> Finding:
    names = ", ".join(f"{rule.id}({rule.argument})" if rule.argument else rule.id for rule in rules)
    where = "in this file" if comment.whole_file else "here"
    return Finding(
        _ID,
        path,
        span,
        f"Nothing {where} is reported by {names}, so this comment suppresses nothing; "
        "it would hide the next real problem.",
        "Remove it.",
        key=names,
        data={"start": remove.start, "end": remove.end, "whole": remove == comment.line},
    )


rule = UnusedSuppression()
