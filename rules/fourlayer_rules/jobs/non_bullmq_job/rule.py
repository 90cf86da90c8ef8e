"""non-bullmq-job: background work that no BullMQ worker runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Finding
from fourlayer.syntax.glob import names_match

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Certainty, Change, FixPlan
    from fourlayer.syntax.span import Span

_ID = "non-bullmq-job"
_HELP = (
    "Add the work to a queue (`repeat` takes an interval or a cron pattern) and let a BullMQ `Worker` run it."
)
_LOST = "it is not retried, runs once in every instance, and nothing can scale or observe it."
SCHEDULERS = (
    "@hokify/agenda",
    "@nestjs/schedule",
    "agenda",
    "bee-queue",
    "bree",
    "bull",
    "cron",
    "croner",
    "kue",
    "node-cron",
    "node-schedule",
    "piscina",
    "toad-scheduler",
    "workerpool",
)
"""Packages that run work by themselves."""


class NonBullmqJob:
    """Judges the files of the jobs layer."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report timers, schedulers and threads; where a file has none of them, the lack of a worker."""
        if ctx.view.layer_of(target) != "jobs":
            return
        found = list(_found(ctx, target))
        provider = ctx.view.provider_of(target)
        for finding in found:
            yield finding._replace(provider=provider.name if provider is not None else None)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """None: the work has to be moved by hand."""
        yield from ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """None."""
        return None


def _found(ctx: Context, path: str) -> Iterator[Finding]:
    from fourlayer_rules.jobs._queues import has_worker
    from fourlayer_rules.jobs.non_bullmq_job._look import lonely, scheduled, threads

    facts = ctx.view.facts(path)
    if facts is None:
        return
    package = ctx.settings.conventions.queue
    works = has_worker(ctx.view, path, package)
    placed = False
    for timer in scheduled(ctx.view, path, facts, package):
        placed = True
        certainty: Certainty = "suspicious" if works or timer.starts else "violation"
        message = f"`{timer.name}` runs background work in this process: {_LOST}"
        yield _finding(path, timer.span, message, timer.scope, timer.name, certainty)
    for item in facts.imports:
        name = item.specifier
        loaded = item.kind in {"import", "require", "dynamic"} and not item.type_only and item.trusted
        if loaded and names_match(SCHEDULERS, name) and name != package:
            placed = True
            message = f"`{name}` runs background work in this process: {_LOST}"
            yield _finding(path, item.span, message, "", name)
    if works:
        return
    for thread in threads(ctx.view, path):
        placed = True
        message = f"A thread is no queue: {_LOST}"
        yield _finding(
            path, thread.decl.span(thread.new.callee), message, thread.decl.qualified_name, "Worker"
        )
    if not placed and facts.trusted and facts.exports:
        yield from _without_worker(ctx, path, lonely(ctx.view, path, facts, package))


def _without_worker(ctx: Context, path: str, answer: bool | None) -> Iterator[Finding]:
    facts = ctx.view.facts(path)
    if facts is None or answer is False:
        return
    first = min(facts.exports, key=lambda export: export.span)
    message = f"This file of the jobs layer has no BullMQ `Worker`: whatever runs `{first.name}`, {_LOST}"
    if answer is None:
        message = f"Whether a BullMQ `Worker` runs `{first.name}` cannot be told from here."
    yield _finding(
        path, first.span, message, first.name, first.name, "unverifiable" if answer is None else "violation"
    )


def _finding(
    path: str, span: Span, message: str, scope: str, key: str, certainty: Certainty = "violation"
) -> Finding:
    return Finding(_ID, path, span, message, _HELP, certainty, scope=scope, key=key)


rule = NonBullmqJob()
