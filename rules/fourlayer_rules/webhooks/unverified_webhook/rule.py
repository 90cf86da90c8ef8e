"""unverified-webhook: a webhook's payload is used before anything proves who sent it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import FixPlan
from fourlayer_rules.webhooks._judge import finding, judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Certainty, Change, Finding
    from fourlayer_rules.webhooks._judge import Verdict

_KIND = "heed-verification"
_HELP = (
    "Verify the signature over the raw body, and leave where it does not fit, before anything else reads the "
    "payload. A verifier that is out of sight can be named in `symbols.extend-verifiers`."
)


class UnverifiedWebhook:
    """Judges the webhook handlers of one file."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report handlers that use what came in before, or without, verifying it."""
        for verdict in judged(ctx, target):
            if verdict.handler.kind == "api":
                continue
            flaw = _flaw(verdict)
            if flaw is not None:
                why, certainty = flaw
                message = f"{why}: anybody who knows the address can send it what they like."
                yield finding(ctx, "unverified-webhook", verdict, message, _HELP)._replace(
                    certainty=certainty
                )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Leave where a verification that is asked in vain says no."""
        from fourlayer_rules.webhooks.unverified_webhook._fix import heeded

        if heeded(ctx, finding) is not None:
            yield FixPlan(_KIND, "Answer 401 where the verification says no", "unsafe")

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """See `plans`."""
        from fourlayer_rules.webhooks.unverified_webhook._fix import heeded

        return heeded(ctx, finding) if plan.kind == _KIND else None


def _flaw(verdict: Verdict) -> tuple[str, Certainty] | None:
    effects = verdict.effects
    lacking = "verified" in effects.lacks
    if not lacking and not ("verified" in effects.answers and not verdict.asks):
        if "handed" in effects.may and not verdict.asks:
            return "Whether this webhook verifies who sent it is out of reach", "unverifiable"
        return None
    if "handed" in effects.may and not verdict.asks:
        return (
            "Whether this webhook verifies who sent it before it uses the payload is out of reach",
            "unverifiable",
        )
    if not verdict.asks:
        return "This webhook uses its payload without verifying who sent it", "violation"
    if "verified" in effects.may | verdict.before.may:
        return "This webhook uses its payload on a path on which nobody has verified who sent it", "violation"
    return "This webhook asks whether its payload is authentic and uses it whatever the answer", "violation"


rule = UnverifiedWebhook()
