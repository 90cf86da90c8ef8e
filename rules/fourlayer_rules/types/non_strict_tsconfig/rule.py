"""non-strict-tsconfig: {one sentence: what it reports}."""

from __future__ import annotations

from collections.abc import Iterable

from fourlayer.rule.context import Context
from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer.syntax.span import Span

_WORD = b"bad_non_strict_tsconfig"


class NonStrictTsconfig:
    """Reports the word `bad_non_strict_tsconfig` until it is taught better."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        """Judge one file."""
        text = ctx.view.text(target)
        start = text.data.find(_WORD) if text else -1
        if start >= 0:
            yield Finding(
                rule="non-strict-tsconfig",
                path=target,
                span=Span(start, start + len(_WORD)),
                message="`bad_non_strict_tsconfig` stands here.",
                help="Remove it.",
                key="bad_non_strict_tsconfig",
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """No fixes yet."""
        return ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """No fixes yet."""
        return None


rule = NonStrictTsconfig()
