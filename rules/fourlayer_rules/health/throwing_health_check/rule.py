"""throwing-health-check: a health check can throw instead of returning an unhealthy status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Finding, FixPlan, Related
from fourlayer_rules.derive.health import health_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change
    from fourlayer_rules.health._look import Looked
    from fourlayer_rules.health._throws import Escape

_ID = "throwing-health-check"
_KIND = "catch-errors"


class ThrowingHealthCheck:
    """Judges the checks that one provider's `health.ts` exports."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report checks that an error can leave."""
        provider = ctx.view.provider(target)
        if provider is None or not ctx.view.exists(health_path(provider)):
            return
        from fourlayer_rules.health._look import checks
        from fourlayer_rules.health._throws import Escapes

        for looked, follow in checks(ctx, target):
            escapes = Escapes(follow).of(looked.frame)
            if escapes:
                yield _finding(looked, escapes)._replace(provider=provider.name)

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """Return an unhealthy status with a code of ours."""
        from fourlayer_rules.health.throwing_health_check._fix import caught

        if caught(ctx, finding) is not None:
            title = f"Let {finding.key} return an unhealthy status instead"
            yield FixPlan(_KIND, title, "unsafe", "document", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """See `plans`."""
        from fourlayer_rules.health.throwing_health_check._fix import caught

        return caught(ctx, finding) if plan.kind == _KIND else None


def _finding(looked: Looked, escapes: list[Escape]) -> Finding:
    check, frame = looked.check, looked.frame
    first = escapes[0]
    return Finding(
        rule=_ID,
        path=check.path,
        span=check.span,
        message=f"`{check.name}` can throw: {_shown(first)} {first.why}. "
        "Whoever asks for the status gets an error instead of one.",
        help="Catch it and return an unhealthy status with an error code.",
        related=tuple(
            Related(f"{_shown(one)} {one.why}", frame.path, frame.decl.span(one.node)) for one in escapes
        ),
        scope=check.name,
        key=check.name,
    )


def _shown(escape: Escape) -> str:
    """The place as a short name."""
    text = escape.frame.decl.text_of(escape.node).removeprefix("await ").removeprefix("new ")
    name = text.partition("(")[0].partition("<")[0].strip()
    return f"`{name}`" if name and "\n" not in name and len(name) < 60 else "what it waits for"


rule = ThrowingHealthCheck()
