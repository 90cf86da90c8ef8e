"""missing-rate-limit-key: a webhook lacks a limit per address before verification, or per tenant after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer_rules.webhooks._judge import does_something, finding, judged, lacks, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, Finding, FixPlan
    from fourlayer_rules.webhooks._judge import Verdict

_HELP = (
    "Limit by address (or globally) before the signature is computed, and by tenant once it is known whose "
    "delivery it is; both as middleware of the route or in the handler. A limiter that is out of sight can "
    "be named in `symbols.extend-rate-limiters`."
)


class MissingRateLimitKey:
    """Judges the webhook handlers of one file."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report handlers that lack one of the two limits, or both."""
        for verdict in judged(ctx, target):
            if verdict.handler.kind != "webhook" or not does_something(verdict):
                continue
            flaws = _flaws(verdict)
            if not flaws:
                continue
            message = f"This webhook can be flooded: {listed(flaws)}."
            found = finding(ctx, "missing-rate-limit-key", verdict, message, _HELP)
            handed = "handed" in verdict.effects.may and not verdict.asks
            yield found._replace(certainty="unverifiable") if handed else found

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """How much is too much, the author knows."""
        yield from ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """See `plans`."""
        return None


def _flaws(verdict: Verdict) -> list[str]:
    flaws: list[str] = []
    early = verdict.effects.early | verdict.before.early
    if "limited" in early if verdict.asks else lacks(verdict, "limited"):
        where = "before the signature is verified" if verdict.asks else "before its payload is used"
        flaws.append(f"no limit by address or for all together stands {where}")
    if lacks(verdict, "tenant"):
        flaws.append(
            "no limit by tenant stands before the dispatch, so that one tenant's load is everybody's"
        )
    return flaws


rule = MissingRateLimitKey()
