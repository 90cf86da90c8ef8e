"""unvalidated-response: an API response is asserted to a type instead of parsed by a schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer.syntax.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import FileFacts
    from fourlayer_rules.types.unvalidated_response._find import Claim

RULE = "unvalidated-response"


class UnvalidatedResponse:
    """Judges what becomes of the answers that a file reads."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report every response that gets a type without a look at it."""
        facts = ctx.view.facts(target)
        if facts is None or ctx.view.layer_of(target) == "api":
            return
        from fourlayer_rules.types.unvalidated_response._find import claims_in

        provider = ctx.view.provider_of(target)
        for claim in claims_in(ctx.view, target, facts):
            if _rejected(facts, claim):
                continue
            yield _finding(target, claim, provider.name if provider is not None else None)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Offer a schema for the type, or a schema parameter for a generic helper."""
        claim = claim_of(ctx, finding)
        if claim is None:
            return
        from fourlayer_rules.types.unvalidated_response._fix import plan_for

        plan = plan_for(ctx, finding.path, claim)
        if plan is not None:
            yield plan

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Write the schema and parse with it."""
        claim = claim_of(ctx, finding)
        if claim is None:
            return None
        from fourlayer_rules.types.unvalidated_response._fix import change_for

        return change_for(ctx, finding.path, claim, plan.kind)


def claim_of(ctx: Context, finding: Finding) -> Claim | None:
    """The claim that a finding tells of."""
    facts = ctx.view.facts(finding.path)
    if facts is None:
        return None
    from fourlayer_rules.types.unvalidated_response._find import claims_in

    return next(
        (claim for claim in claims_in(ctx.view, finding.path, facts) if Span(*claim.anchor) == finding.span),
        None,
    )


def _rejected(facts: FileFacts, claim: Claim) -> bool:
    """Whether the place does not parse."""
    if claim.decl.trusted:
        return False
    start, end = claim.decl.start + claim.node.start, claim.decl.start + claim.node.end
    return any(error.start < end and start < error.end for error in facts.errors)


def _finding(path: str, claim: Claim, provider: str | None) -> Finding:
    from fourlayer_rules.types.unvalidated_response._message import describe

    told = describe(claim)
    return Finding(
        rule=RULE,
        path=path,
        span=Span(*claim.anchor),
        message=told.message,
        help=told.help,
        certainty="suspicious" if told.doubtful else "violation",
        scope=claim.decl.qualified_name,
        key=told.key,
        provider=provider,
    )


rule = UnvalidatedResponse()
