"""timing-unsafe-compare: a signature is compared in a way that tells how much of it was right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Finding, FixPlan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change
    from fourlayer_rules.webhooks.timing_unsafe_compare._find import Comparison

_KIND = "compare-in-constant-time"


class TimingUnsafeCompare:
    """Judges the comparisons of one file."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report comparisons of digests and signatures that stop at the first difference, or that throw."""
        from fourlayer_rules.webhooks.timing_unsafe_compare._find import comparisons

        provider = ctx.view.provider_of(target)
        for one in comparisons(ctx.view, target):
            yield Finding(
                rule="timing-unsafe-compare",
                path=target,
                span=one.span,
                message=_message(one),
                help=_help(one),
                scope=one.decl.qualified_name,
                key=" ".join(one.decl.text_of(one.node).split())[:160],
                provider=provider.name if provider is not None else None,
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """`timingSafeEqual`, with a guard on the length."""
        from fourlayer_rules.webhooks.timing_unsafe_compare._fix import rewritten

        if rewritten(ctx, finding) is not None:
            yield FixPlan(_KIND, "Compare in constant time, lengths first", "unsafe", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """See `plans`."""
        from fourlayer_rules.webhooks.timing_unsafe_compare._fix import rewritten

        return rewritten(ctx, finding) if plan.kind == _KIND else None


def _message(one: Comparison) -> str:
    if one.way == "length":
        return (
            "`timingSafeEqual` throws where its arguments differ in length, and nothing compares the lengths "
            "before: a short signature becomes a server error."
        )
    return (
        f"A signature is compared with `{one.way}`, which stops at the first difference: how long it takes "
        "tells how much of a forged one was right."
    )


def _help(one: Comparison) -> str:
    if one.way == "length":
        return "Compare the lengths first: `a.length === b.length && timingSafeEqual(a, b)`."
    return "Compare buffers of equal length with `timingSafeEqual` of node:crypto."


rule = TimingUnsafeCompare()
