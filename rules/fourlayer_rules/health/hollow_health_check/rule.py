"""hollow-health-check: a health check answers without asking the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Finding, Related
from fourlayer_rules.derive.health import health_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.project.follow import Follow
    from fourlayer.project.frames import Frame
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Certainty, Change, FixPlan
    from fourlayer.syntax import nodes as n
    from fourlayer_rules.health._look import Looked

_ID = "hollow-health-check"
_WHY = "an outage of the service stays unseen"


class HollowHealthCheck:
    """Judges the checks that one provider's `health.ts` exports."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report checks that ask nothing, and those whose answer is the same whatever they hear."""
        provider = ctx.view.provider(target)
        if provider is None or not ctx.view.exists(health_path(provider)):
            return
        from fourlayer_rules.health._look import checks

        for looked, follow in checks(ctx, target):
            finding = _judge(ctx, looked, follow)
            if finding is not None:
                yield finding._replace(provider=provider.name)

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """None: what to ask is the author's to decide."""
        return ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """See `plans`."""
        return None


def _judge(ctx: Context, looked: Looked, follow: Follow) -> Finding | None:
    from fourlayer_rules.health._probes import Probes, is_good, is_ignored

    probes = Probes(ctx.view, follow)
    reach = probes.reach(looked.frame)
    sites = tuple(probes.sites)
    answers = [status for _, status in probes.answers(looked.frame)]
    if not answers:
        return None
    if reach == "no":
        said = f"answers `{answers[0]}`" if len(set(answers)) == 1 and answers[0] else "answers"
        return _finding(looked, f"{said} without asking the service: {_WHY}.", "violation")
    if all(map(is_good, answers)) and _never_fails(follow, looked.frame):
        return _finding(looked, f"answers `{answers[0]}` even when asking fails: {_WHY}.", "violation")
    unasked = probes.unasked(looked.frame)
    if unasked is not None:
        message = f"answers `healthy` on a path on which nothing is asked: {_WHY}."
        if unasked.dropped is not None:
            message = f"answers `healthy` whatever it hears, for it looks at nothing: {_WHY}."
        return _with(_finding(looked, message, "suspicious"), looked.frame, unasked.answer, "answered here")
    only_fetch = bool(sites) and all(site.is_fetch and is_ignored(site) for site in sites)
    if reach == "yes" and only_fetch and any(map(is_good, answers)):
        message = f"never looks at what `fetch` came back with, which resolves on a 500 too: {_WHY}."
        return _with(_finding(looked, message, "suspicious"), sites[0].frame, sites[0].node, "asked here")
    return None


def _never_fails(follow: Follow, frame: Frame) -> bool:
    """Whether no error can leave the check, so that its caller never learns of one."""
    from fourlayer_rules.health._throws import Escapes

    return not Escapes(follow, strict=True).of(frame)


def _finding(looked: Looked, problem: str, certainty: Certainty) -> Finding:
    check = looked.check
    return Finding(
        rule=_ID,
        path=check.path,
        span=check.span,
        message=f"`{check.name}` {problem}",
        help="Ask the service for something cheap and derive the status from its answer.",
        certainty=certainty,
        scope=check.name,
        key=check.name,
    )


def _with(finding: Finding, frame: Frame, node: n.Node, text: str) -> Finding:
    return finding._replace(related=(Related(text, frame.path, frame.decl.span(node)),))


rule = HollowHealthCheck()
