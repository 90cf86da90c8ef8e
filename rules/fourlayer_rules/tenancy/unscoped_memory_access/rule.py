"""unscoped-memory-access: what is remembered for one tenant can be recalled by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.queries.memory import may_remember
from fourlayer_rules.tenancy._anchors import anchored
from fourlayer_rules.tenancy._memory import judged_memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Certainty, Change, Finding, FixPlan
    from fourlayer_rules.tenancy._memory import Judged

_RULE = "unscoped-memory-access"
_REPORTED: dict[str, Certainty] = {
    "violation": "violation",
    "suspicious": "suspicious",
    "unverifiable": "unverifiable",
}


class UnscopedMemoryAccess:
    """Judges the accesses to vector stores, semantic memory and caches."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report the accesses of a file that name no tenant."""
        data = ctx.view.read(target)
        if data is None or not ctx.settings.tenancy.columns or not may_remember(data):
            return
        facts = ctx.view.facts(target)
        if facts is None:
            return
        for judged in judged_memory(ctx, target, facts):
            certainty = _REPORTED.get(judged.ruling)
            if certainty is not None:
                access = judged.access
                yield anchored(
                    ctx,
                    _RULE,
                    target,
                    facts,
                    access.decl,
                    access.call,
                    _message(judged),
                    _help(judged),
                    certainty=certainty,
                )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """None: entries that were written without the tenant must be written anew."""
        return ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """None."""
        return None


def _message(judged: Judged) -> str:
    verb = judged.access.verb
    if judged.access.kind != "store":
        return (
            f"The key `{judged.key}` of `{verb}` does not name the tenant: what is cached for one tenant is "
            "answered to the next."
        )
    if judged.ruling == "unverifiable":
        return f"Whether `{verb}` is told the tenant is out of reach; without it, it means every tenant."
    if judged.ruling == "suspicious":
        return f"`{verb}` is told the tenant on some paths only: on the others it means every tenant."
    if judged.access.writes:
        return f"`{verb}` remembers this without its tenant: any tenant's search may bring it up."
    return f"`{verb}` searches every tenant's memories: nothing it is given names the tenant."


def _help(judged: Judged) -> str:
    if judged.access.kind == "store":
        return "Hand the tenant's id on: as a filter, a namespace, or an argument of its own."
    return "Put the tenant's id into the key, in front."


rule = UnscopedMemoryAccess()
