"""unguarded-call: a call leaves the process with neither an adapter nor a breaker around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer.syntax import nodes as n
from fourlayer_rules.client._place import is_health, is_judged, provider_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.summaries.guards import Guard
    from fourlayer.project.summaries.network import Exit
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl

_ID = "unguarded-call"
_KIND = "run-in-breaker"


class UnguardedCall:
    """Judges the calls to the outside in one file."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report every call that no adapter and no breaker guards."""
        for decl, one, answer in _unguarded(ctx, target):
            node = one.node.callee if isinstance(one.node, n.Call) else one.node
            what = "`fetch`" if one.what == "fetch" else f"`{one.what}`"
            base = ctx.settings.conventions.base_class
            yield Finding(
                rule=_ID,
                path=target,
                span=decl.span(node),
                message=(
                    f"{what} is called outside of an adapter, and no circuit breaker runs it: nothing "
                    "limits, retries or stops these calls when the service is down."
                    if answer == "no"
                    else f"Whether this call of {what} is guarded cannot be told: what runs it is unknown."
                ),
                help=f"Move it into a class that extends `{base}`, or run it in a breaker's `execute`.",
                certainty="violation" if answer == "no" else "unverifiable",
                scope=decl.qualified_name,
                key=decl.text_of(one.node)[:80],
                provider=provider_name(ctx, target),
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """A breaker that the provider has already."""
        if finding.certainty == "violation" and self._change(ctx, finding) is not None:
            yield FixPlan(_KIND, "Run the call in the provider's circuit breaker", "unsafe")

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Put `execute` around the call."""
        return self._change(ctx, finding) if plan.kind == _KIND else None

    def _change(self, ctx: Context, finding: Finding) -> Change | None:
        from fourlayer_rules.client.unguarded_call._fix import executed

        for decl, one, _ in _unguarded(ctx, finding.path):
            if decl.span(one.node).start == finding.span.start:
                return executed(ctx, finding.path, decl, one)
        return None


def _unguarded(ctx: Context, path: str) -> Iterator[tuple[Decl, Exit, Guard]]:
    facts = ctx.view.facts(path)
    if facts is None or not is_judged(ctx, path) or is_health(ctx, path):
        return
    from fourlayer.project.summaries.guards import guard
    from fourlayer.project.summaries.network import exits

    for decl in facts.all_decls():
        if not decl.trusted or decl.members or decl.kind == "import":
            continue
        for one in exits(ctx.view, path, facts, decl):
            answer = guard(ctx.view, path, facts, decl, one.node)
            if answer != "yes":
                yield decl, one, answer


rule = UnguardedCall()
