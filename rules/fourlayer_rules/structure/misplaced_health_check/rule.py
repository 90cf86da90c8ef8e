"""misplaced-health-check: a health check is implemented elsewhere than in health.ts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Finding, FixPlan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change
    from fourlayer_rules.structure.misplaced_health_check._find import Misplaced

_ID = "misplaced-health-check"
_KIND = "move-health-check"
_WORD = b"ealth"


class MisplacedHealthCheck:
    """Judges one provider."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report functions and methods outside `health.ts` that find out a health status."""
        provider = ctx.view.provider(target)
        if provider is None:
            return
        for path in provider.files:
            if path.endswith((".d.ts", ".d.mts", ".d.cts")) or ctx.view.is_test(path):
                continue
            if path.startswith((f"{provider.path}/health.ts", f"{provider.path}/health/")):
                continue
            if _WORD not in (ctx.view.read(path) or b""):
                continue
            from fourlayer_rules.structure.misplaced_health_check._find import misplaced

            for found in misplaced(ctx, provider, path):
                yield _finding(found)._replace(provider=provider.name)

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """Move it, or let what is in `health.ts` already take its place."""
        from fourlayer_rules.structure.misplaced_health_check._move import move

        moved = move(ctx, finding)
        if moved is not None:
            yield FixPlan(_KIND, moved.title, "unsafe", "workspace")

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """See `plans`."""
        from fourlayer_rules.structure.misplaced_health_check._move import move

        moved = move(ctx, finding) if plan.kind == _KIND else None
        return moved.change if moved is not None else None


def _finding(found: Misplaced) -> Finding:
    name = f"`{found.name}`"
    messages = {
        "violation": f"{name} is a health check outside of `health.ts`: who looks there misses it, "
        "and the two can come to disagree.",
        "suspicious": f"{name} looks like a health check of its own, which `health.ts` knows nothing of: "
        "the two can come to disagree.",
        "unverifiable": f"Whether {name} is a health check that its base class asks for cannot be told.",
    }
    return Finding(
        rule=_ID,
        path=found.path,
        span=found.span,
        message=messages[found.certainty],
        help="Implement it in `health.ts`; what needs it here can call it there.",
        certainty=found.certainty,
        scope=found.name,
        key=found.name,
    )


rule = MisplacedHealthCheck()
