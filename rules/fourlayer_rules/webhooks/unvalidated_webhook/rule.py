"""unvalidated-webhook: a webhook's payload is used as it came, not as a schema let it through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer_rules.webhooks._judge import finding, judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, Finding, FixPlan
    from fourlayer_rules.webhooks._judge import Verdict


class UnvalidatedWebhook:
    """Judges the webhook handlers of one file."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report handlers whose payload reaches a use without a schema."""
        for verdict in judged(ctx, target):
            if verdict.handler.kind == "webhook" and _is_raw(verdict):
                message = (
                    "This webhook uses its payload as it came: a signature says who sent it, not that it "
                    "has the shape that the code relies on."
                )
                package = ctx.settings.conventions.validation
                help_ = f"Parse the verified payload with a {package} schema, and use what that returns."
                yield finding(ctx, "unvalidated-webhook", verdict, message, help_)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Which fields a sender may leave out, no code tells."""
        yield from ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """See `plans`."""
        return None


def _is_raw(verdict: Verdict) -> bool:
    effects = verdict.effects
    if "raw" in effects.raw:
        return True
    return "answered" in effects.raw and "parsed" not in effects.may and effects.opaque


rule = UnvalidatedWebhook()
