"""webhook-in-client: the client layer handles what a webhook delivers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Finding
from fourlayer_rules.client._place import is_client, provider_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, FixPlan

_ID = "webhook-in-client"


class WebhookInClient:
    """Judges the functions and methods of one file of the client layer."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report every function that takes a webhook's payload."""
        facts = ctx.view.facts(target)
        if facts is None or not is_client(ctx, target) or ctx.view.is_shared(target):
            return
        from fourlayer_rules.client.webhook_in_client._find import handlers

        for handler in handlers(ctx, target, facts):
            yield Finding(
                rule=_ID,
                path=target,
                span=handler.name_span,
                message=(
                    f"`{handler.name}` handles what a webhook delivers in the client layer, where no handler "
                    "verifies the signature, parses the payload or guards against a replay first."
                ),
                help="Move it to `handlers/webhooks.ts`, and what it decides to a service.",
                scope=handler.qualified_name,
                key=handler.name or "",
                provider=provider_name(ctx, target),
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """None: where the payload is verified is for a person to say."""
        return ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """None."""
        return None


rule = WebhookInClient()
