"""explicit-any: a type annotation is an explicit `any`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan, TextEdit
from fourlayer.syntax.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context

RULE = "explicit-any"


class ExplicitAny:
    """Reports every explicit `any` of a file and offers a type for it."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report each `any` whose statement parses."""
        facts = ctx.view.facts(target)
        if facts is None or not facts.anys:
            return
        from fourlayer_rules.types.explicit_any._message import describe
        from fourlayer_rules.types.explicit_any._place import place_at

        provider = ctx.view.provider_of(target)
        for use in facts.anys:
            if not use.trusted:
                continue
            place = place_at(target, facts, use.span)
            told = describe(place, facts, use.span)
            yield Finding(
                rule=RULE,
                path=target,
                span=use.span,
                message=told.message,
                help=told.help,
                scope=told.scope,
                key=told.key,
                provider=provider.name if provider is not None else None,
                data={"start": use.span.start, "end": use.span.end},
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """List what may stand in the place of the `any`, best first."""
        from fourlayer_rules.types.explicit_any._fixes import Fixes

        fixes = Fixes.of(ctx, finding.path, Span(*finding.span))
        if fixes is not None:
            yield from fixes.plans()
        elif _is_there(ctx, finding):
            yield FixPlan("use-unknown", "Use `unknown`", "unsafe")

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Compute one of the plans."""
        from fourlayer_rules.types.explicit_any._fixes import Fixes

        fixes = Fixes.of(ctx, finding.path, Span(*finding.span))
        if fixes is not None:
            return fixes.change(plan)
        if plan.kind != "use-unknown" or not _is_there(ctx, finding):
            return None
        return Change({finding.path: (TextEdit(finding.span.start, finding.span.end, "unknown"),)})


def _is_there(ctx: Context, finding: Finding) -> bool:
    data = ctx.view.read(finding.path)
    return data is not None and data[finding.span.start : finding.span.end] == b"any"


rule = ExplicitAny()
