"""eager-client: an object makes a vendor's client when it is constructed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer_rules.client._place import is_judged, provider_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context

_ID = "eager-client"
_KIND = "make-lazily"


class EagerClient:
    """Judges the fields and constructors of one file."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report every client of a vendor that constructing an object makes."""
        facts = ctx.view.facts(target)
        if facts is None or not is_judged(ctx, target):
            return
        from fourlayer_rules.client.eager_client._find import eager_clients

        for one in eager_clients(ctx, target, facts):
            yield Finding(
                rule=_ID,
                path=target,
                span=one.member.span(one.anchor),
                message=(
                    f"A client of `{one.package}` is made with every `{one.owner.name}`: whoever constructs "
                    "one, the registry at start-up included, needs the vendor's settings and fails without."
                ),
                help="Make it when it is first used: in a getter, or when the adapter connects.",
                scope=one.member.qualified_name,
                key=one.member.text_of(one.node)[:80],
                provider=provider_name(ctx, target),
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """A getter in the place of the field."""
        if self._change(ctx, finding) is not None:
            yield FixPlan(_KIND, "Make the client when it is first used", "unsafe")

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Write the getter and the field that keeps the client."""
        return self._change(ctx, finding) if plan.kind == _KIND else None

    def _change(self, ctx: Context, finding: Finding) -> Change | None:
        facts = ctx.view.facts(finding.path)
        if facts is None:
            return None
        from fourlayer_rules.client.eager_client._find import eager_clients
        from fourlayer_rules.client.eager_client._fix import getter

        for one in eager_clients(ctx, finding.path, facts):
            if one.member.span(one.anchor) == finding.span:
                return getter(ctx, finding.path, facts, one)
        return None


rule = EagerClient()
