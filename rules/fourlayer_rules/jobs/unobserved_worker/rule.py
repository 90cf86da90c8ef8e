"""unobserved-worker: nobody sees when a worker fails, how long it takes, how long its queue is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer_rules.jobs.unobserved_worker._look import Seen

_ID = "unobserved-worker"
_KIND = "log-failures"
_FLAWS = {
    "failed": "nobody hears of a job that failed (no `failed` handler)",
    "measured": "nobody measures how long a job takes (no run-time metric, so no SLO)",
    "depth": "nobody looks at the length of its queue (no depth metric, so nothing to scale by)",
}
_HELP = (
    "Handle `failed`, observe each job's duration, publish the queue's waiting count; a helper may do all."
)


class UnobservedWorker:
    """Judges the workers that a file makes."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report a worker once, with all that it lacks."""
        from fourlayer_rules.jobs.unobserved_worker._look import workers

        provider = ctx.view.provider_of(target)
        for seen in workers(ctx.view, target, ctx.settings.conventions.queue):
            flaws = [text for flaw, text in _FLAWS.items() if flaw in seen.flaws]
            if flaws:
                finding = _finding(target, seen, flaws)
                yield finding._replace(provider=provider.name if provider is not None else None)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Log the jobs that fail."""
        if self._edit(ctx, finding) is not None:
            yield FixPlan(_KIND, "Log the jobs that fail", "unsafe", "document", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """See `plans`."""
        return self._edit(ctx, finding) if plan.kind == _KIND else None

    def _edit(self, ctx: Context, finding: Finding) -> Change | None:
        from fourlayer_rules.jobs.unobserved_worker._fix import handler_added
        from fourlayer_rules.jobs.unobserved_worker._look import workers

        for seen in workers(ctx.view, finding.path, ctx.settings.conventions.queue):
            if seen.built.decl.span(seen.built.new.callee) == finding.span and "failed" in seen.flaws:
                return handler_added(ctx, finding.path, seen)
        return None


def _finding(path: str, seen: Seen, flaws: list[str]) -> Finding:
    decl, new = seen.built.decl, seen.built.new
    name = " ".join(decl.text_of(new.args[0]).split()) if new.args else "Worker"
    return Finding(
        rule=_ID,
        path=path,
        span=decl.span(new.callee),
        message=f"This worker is not observed: {'; '.join(flaws)}.",
        help=_HELP,
        scope=decl.qualified_name,
        key=name,
    )


rule = UnobservedWorker()
