"""health-check-without-timeout: a health check waits for an answer without a time limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Finding, FixPlan, Related
from fourlayer_rules.derive.health import health_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change
    from fourlayer_rules.derive.hangs import Hang
    from fourlayer_rules.health._look import Looked

_ID = "health-check-without-timeout"
_KIND = "add-timeout"


class HealthCheckWithoutTimeout:
    """Judges the checks that one provider's `health.ts` exports."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report checks that wait for something which need never come."""
        provider = ctx.view.provider(target)
        if provider is None or not ctx.view.exists(health_path(provider)):
            return
        from fourlayer_rules.derive.hangs import Hangs
        from fourlayer_rules.health._look import checks

        for looked, follow in checks(ctx, target):
            hangs = Hangs(follow).of(looked.frame)
            if hangs:
                yield _finding(looked, hangs)._replace(provider=provider.name)

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """Limit what `health.ts` itself waits for."""
        from fourlayer_rules.health.health_check_without_timeout._fix import limited

        if limited(ctx, finding) is not None:
            yield FixPlan(
                _KIND, f"Limit the time that {finding.key} takes", "unsafe", "document", preferred=True
            )

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """See `plans`."""
        from fourlayer_rules.health.health_check_without_timeout._fix import limited

        return limited(ctx, finding) if plan.kind == _KIND else None


def _finding(looked: Looked, hangs: list[Hang]) -> Finding:
    check, frame = looked.check, looked.frame
    certain = [hang for hang in hangs if hang.certain]
    first = (certain or hangs)[0]
    problem = "waits" if certain else "waits, as far as can be seen,"
    return Finding(
        rule=_ID,
        path=check.path,
        span=check.span,
        message=f"`{check.name}` {problem} for {first.what} without a time limit: "
        "a service that does not answer blocks whoever asks for the status.",
        help="Pass `AbortSignal.timeout(...)`, or race the call against a timer.",
        certainty="violation" if certain else "suspicious",
        related=tuple(
            Related(f"waits for {hang.what}", frame.path, frame.decl.span(hang.node)) for hang in hangs
        ),
        scope=check.name,
        key=check.name,
    )


rule = HealthCheckWithoutTimeout()
