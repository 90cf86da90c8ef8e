"""unscoped-job: a job that does not say whose it is, or a worker that does not ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer_rules.jobs.unscoped_job._look import Unscoped

_ID = "unscoped-job"
_KIND = "add-tenant"
_MESSAGES = {
    "data": "The job that `{text}` adds does not name its tenant: nothing says whose data it may touch.",
    "worker": "This worker never reads the tenant of its jobs: it works on whatever their ids lead to.",
    "data?": "Whether the job that `{text}` adds names its tenant cannot be told from here.",
    "worker?": "Whether this worker reads the tenant of its jobs cannot be told from here.",
}
_HELP = {
    "data": "Put the tenant's id into the job's data and its type.",
    "worker": "Read the tenant's id from `job.data` and scope everything that the job does by it.",
}


class UnscopedJob:
    """Judges the jobs that a file adds and the workers that it makes."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report data without the tenant, and processors that never read it."""
        from fourlayer_rules.jobs.unscoped_job._look import unscoped

        provider = ctx.view.provider_of(target)
        for one in unscoped(ctx.view, target, ctx.settings):
            yield _finding(target, one)._replace(provider=provider.name if provider is not None else None)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Add the tenant that is at hand."""
        from fourlayer_rules.jobs.unscoped_job._fix import candidates

        for at, (value, _) in enumerate(candidates(ctx, finding)):
            title = f"Add {value} to the job's data"
            yield FixPlan(_KIND, title, "unsafe", "document", preferred=at == 0, argument=value)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """See `plans`."""
        from fourlayer_rules.jobs.unscoped_job._fix import candidates

        if plan.kind != _KIND:
            return None
        return next((change for value, change in candidates(ctx, finding) if value == plan.argument), None)


def _finding(path: str, one: Unscoped) -> Finding:
    kind = one.kind if one.certain else f"{one.kind}?"
    return Finding(
        rule=_ID,
        path=path,
        span=one.span,
        message=_MESSAGES[kind].format(text=one.text),
        help=_HELP[one.kind],
        certainty="violation" if one.certain else "unverifiable",
        scope=one.decl.qualified_name,
        key=one.text,
    )


rule = UnscopedJob()
