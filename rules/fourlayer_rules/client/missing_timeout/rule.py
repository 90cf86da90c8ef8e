"""missing-timeout: a request is sent with nothing that ends it when no answer comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer.syntax.span import Span
from fourlayer_rules.client._place import is_health, is_judged, provider_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context

_ID = "missing-timeout"
_KIND = "add-timeout"
_CONSTANT = ("REQUEST_TIMEOUT_MS", "15_000")


class MissingTimeout:
    """Judges the calls of `fetch` in one file."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report every call that no signal and no timer ends."""
        facts = ctx.view.facts(target)
        if facts is None or not is_judged(ctx, target) or is_health(ctx, target):
            return
        from fourlayer_rules.client.missing_timeout._find import endless

        for decl, one, certain in endless(ctx, target, facts):
            at = decl.span(one.node)
            yield Finding(
                rule=_ID,
                path=target,
                span=Span(at.start, decl.start + one.callee_end),
                message=(
                    "`fetch` waits as long as the service does: one that accepts the connection and says "
                    "nothing holds this call, and whoever waits for it, for ever."
                    if certain
                    else "Whether this request ever ends cannot be told: its options come from elsewhere."
                ),
                help="Pass a `signal`: `AbortSignal.timeout(...)`, or a controller that a timer aborts.",
                certainty="violation" if certain else "unverifiable",
                scope=decl.qualified_name,
                key=decl.text_of(one.node)[:80],
                provider=provider_name(ctx, target),
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """A signal for the request, where its options can be given one."""
        if finding.certainty == "violation" and self._change(ctx, finding) is not None:
            yield FixPlan(_KIND, "End the request with `AbortSignal.timeout`", "unsafe", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Add the signal; what tells aborted requests apart learns of time-outs."""
        return self._change(ctx, finding) if plan.kind == _KIND else None

    def _change(self, ctx: Context, finding: Finding) -> Change | None:
        facts = ctx.view.facts(finding.path)
        if facts is None:
            return None
        from fourlayer.project.follow import Follow, frame_at
        from fourlayer_rules.client.missing_timeout._find import endless
        from fourlayer_rules.derive.limiter import Limiter

        for decl, one, _ in endless(ctx, finding.path, facts):
            if decl.span(one.node).start == finding.span.start:
                limiter = Limiter(ctx, finding.path, facts, Follow(ctx.view), _CONSTANT)
                frame = frame_at(finding.path, facts, decl, one.node)
                if one.what != "fetch" or not limiter.signal(one.node, frame):
                    return None
                return Change({finding.path: limiter.finish()})
        return None


rule = MissingTimeout()
