"""misplaced-test: {one sentence: what it reports}."""

from __future__ import annotations

from collections.abc import Iterable

from fourlayer.rule.context import Context
from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer.syntax.span import Span

_WORD = b"bad_misplaced_test"


class MisplacedTest:
    """Reports the word `bad_misplaced_test` until it is taught better."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        """Judge one file."""
        text = ctx.view.text(target)
        start = text.data.find(_WORD) if text else -1
        if start >= 0:
            yield Finding(
                rule="misplaced-test",
                path=target,
                span=Span(start, start + len(_WORD)),
                message="`bad_misplaced_test` stands here.",
                help="Remove it.",
                key="bad_misplaced_test",
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """No fixes yet."""
        return ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """No fixes yet."""
        return None


rule = MisplacedTest()
