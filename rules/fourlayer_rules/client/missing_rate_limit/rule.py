"""missing-rate-limit: an adapter calls out without the rate limit, or under one that tenants share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan, Related
from fourlayer_rules.client._place import is_judged, provider_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context

_ID = "missing-rate-limit"
_LIMIT = "add-rate-limit"
_KEY = "require-tenant"


class MissingRateLimit:
    """Judges the adapters of one file."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report methods that call out without the limit, and keys that tenants share."""
        facts = ctx.view.facts(target)
        if facts is None or not is_judged(ctx, target):
            return
        from fourlayer_rules.client.missing_rate_limit._find import open_methods, shared_keys

        provider = provider_name(ctx, target)
        for entry in open_methods(ctx, target, facts):
            what = "`fetch`" if entry.out.what == "fetch" else f"`{entry.out.what}`"
            yield Finding(
                rule=_ID,
                path=target,
                span=entry.decl.name_span,
                message=(
                    f"`{entry.decl.name}` calls {what} without `withRateLimit`: one tenant can use up the "
                    "quota of all, and the vendor locks everybody out."
                ),
                help="Run the call in `this.withRateLimit(tenantId, () => ...)`.",
                related=(Related("calls out here", target, entry.decl.span(entry.out.node)),),
                scope=entry.decl.qualified_name,
                key=entry.decl.name or "",
                provider=provider,
            )
        for key in shared_keys(ctx, target, facts):
            yield Finding(
                rule=_ID,
                path=target,
                span=key.decl.span(key.node),
                message=(
                    "Without a tenant this rate limit counts for a key that all of them share: "
                    "one that is not connected properly uses up what the others have."
                ),
                help="Refuse the call where no tenant is known.",
                scope=key.decl.qualified_name,
                key=key.decl.text_of(key.node)[:80],
                provider=provider,
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """The limit around the call, or a tenant that must be there."""
        found = self._change(ctx, finding)
        if found is not None:
            kind = found[0]
            title = "Call out under the rate limit" if kind == _LIMIT else "Require the tenant"
            yield FixPlan(kind, title, "unsafe")

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """See `plans`."""
        found = self._change(ctx, finding)
        return found[1] if found is not None and found[0] == plan.kind else None

    def _change(self, ctx: Context, finding: Finding) -> tuple[str, Change] | None:
        facts = ctx.view.facts(finding.path)
        if facts is None:
            return None
        from fourlayer_rules.client.missing_rate_limit import _find, _fix

        for entry in _find.open_methods(ctx, finding.path, facts):
            if entry.decl.name_span == finding.span:
                change = _fix.limited(ctx, finding.path, facts, entry)
                return (_LIMIT, change) if change is not None else None
        for key in _find.shared_keys(ctx, finding.path, facts):
            if key.decl.span(key.node) == finding.span:
                change = _fix.required(ctx, finding.path, facts, key)
                return (_KEY, change) if change is not None else None
        return None


rule = MissingRateLimit()
