"""replayable-webhook: a webhook does its work again for a delivery that it has seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer_rules.webhooks._judge import does_something, finding, judged, lacks, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Certainty, Change, Finding, FixPlan
    from fourlayer_rules.webhooks._judge import Verdict

_HELP = (
    "Claim `<provider>:<event id>` once, after the signature is verified and on every path, in a store that "
    "all processes share (SET NX, a unique row), and release the claim when the dispatch fails. A guard that "
    "is out of sight can be named in `symbols.extend-replay-guards`."
)


class ReplayableWebhook:
    """Judges the webhook handlers of one file."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report handlers without a claim that holds."""
        for verdict in judged(ctx, target):
            if verdict.handler.kind != "webhook" or not does_something(verdict):
                continue
            flaws, certainty = _flaws(verdict)
            if flaws:
                message = f"This webhook can be made to do its work twice: {listed(flaws)}."
                yield finding(ctx, "replayable-webhook", verdict, message, _HELP)._replace(
                    certainty=certainty
                )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Where the claims are kept, the author decides."""
        yield from ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """See `plans`."""
        return None


def _flaws(verdict: Verdict) -> tuple[list[str], Certainty]:
    effects, may = verdict.effects, verdict.effects.may | verdict.before.may
    flaws: list[str] = []
    certainty: Certainty = "violation"
    if lacks(verdict, "claimed"):
        if "handed" in may and not may & {"claimed", "memory"} and "asked" not in may:
            return ["whether what it hands the request to claims the event is out of reach"], "unverifiable"
        if "claimed" in may:
            flaws.append("the event is claimed on some paths only")
        elif "claim-ignored" in may:
            flaws.append("the event is claimed, and nothing depends on whether that worked")
        elif "memory" in may:
            flaws.append("which events were seen is kept in the memory of this process alone")
        elif "looked" in may:
            flaws.append(
                "it asks whether the event was seen and notes it in another step: two may pass at once"
            )
            certainty = "suspicious"
        else:
            flaws.append("nothing claims the event by its id")
    elif "key-without-provider" in may:
        flaws.append("the key is the event's id alone, which two providers may share")
    if effects.unreleased:
        flaws.append("the claim is kept when the dispatch fails, so that the retry is dropped")
    if "verified" in effects.hasty and verdict.asks and not lacks(verdict, "verified"):
        flaws.append("the event is claimed before it is verified, so that anybody can use up its id")
    return flaws, certainty


rule = ReplayableWebhook()
