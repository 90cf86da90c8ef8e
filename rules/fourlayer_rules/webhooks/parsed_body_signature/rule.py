"""parsed-body-signature: a signature is computed over a parsed body instead of the bytes that came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, FixPlan
    from fourlayer_rules.webhooks.parsed_body_signature._find import Signed


class ParsedBodySignature:
    """Judges what one file computes signatures over."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report signatures over what was parsed before."""
        from fourlayer_rules.webhooks.parsed_body_signature._find import signed_bodies

        provider = ctx.view.provider_of(target)
        for one in signed_bodies(ctx.view, target):
            yield Finding(
                rule="parsed-body-signature",
                path=target,
                span=one.decl.span(one.node),
                message=_message(one),
                help="Sign the bytes as they came: `express.raw()` before the handler, or "
                "`await request.text()`, and parse them after the signature is verified.",
                certainty=one.certainty,
                scope=one.decl.qualified_name,
                key=" ".join(one.decl.text_of(one.node).split())[:160],
                provider=provider.name if provider is not None else None,
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """What reads the parsed body would have to change too."""
        yield from ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """See `plans`."""
        return None


def _message(one: Signed) -> str:
    if one.certainty == "suspicious":
        return (
            "On one way this signature is computed over a body that was parsed: written anew it differs "
            "in spaces, order or escapes, and genuine deliveries are refused."
        )
    if one.stringified:
        return (
            "This signature is computed over a body that was parsed and written anew: it differs from what "
            "was sent in spaces, order or escapes, and genuine deliveries are refused."
        )
    return (
        "This signature is computed over a parsed body instead of the bytes that came: it cannot be the "
        "sender's."
    )


rule = ParsedBodySignature()
