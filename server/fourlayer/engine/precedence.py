"""One problem, one finding: which rule's finding makes another's superfluous."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from fourlayer.rule.model import Finding


class Precedence(NamedTuple):
    """A finding of `winner` silences those of `loser` that stand in the relation to it.

    `winner_key` and `loser_key`, where not empty, are endings that the findings' keys must have.
    """

    winner: str
    loser: str
    relation: str
    winner_key: str = ""
    loser_key: str = ""


_WEBHOOKS = (
    "unverified-webhook",
    "timing-unsafe-compare",
    "parsed-body-signature",
    "unvalidated-webhook",
    "replayable-webhook",
    "missing-rate-limit-key",
)

PRECEDENCES: tuple[Precedence, ...] = (
    Precedence("provider-name-mismatch", "missing-file", "provider", loser_key="Adapter.ts"),
    Precedence("missing-file", "adapter-contract", "provider", "Adapter.ts"),
    Precedence("missing-file", "missing-error-class", "provider", "errors.ts"),
    Precedence("missing-file", "missing-error-wrapper", "provider", "errors.ts"),
    Precedence("missing-file", "missing-health-check", "provider", "health.ts"),
    Precedence("missing-file", "misplaced-health-check", "provider", "health.ts"),
    Precedence("missing-file", "unregistered-health-check", "provider", "health.ts"),
    Precedence("missing-file", "unvalidated-config", "provider", "config.ts"),
    Precedence("misplaced-health-check", "missing-health-check", "provider"),
    Precedence("missing-health-registry", "unregistered-health-check", "workspace", "registry"),
    Precedence("unreachable-entry", "unregistered-health-check", "provider", "register.ts"),
    Precedence("cross-provider-import", "deep-import", "overlap"),
    Precedence("forbidden-consumer", "deep-import", "overlap"),
    Precedence("service-role-in-request", "layer-violation", "overlap"),
    Precedence("layer-violation", "import-cycle", "related"),
    Precedence("wrong-tenant-column", "missing-tenant-filter", "overlap"),
    Precedence("wrong-tenant-column", "missing-tenant-column", "overlap"),
    Precedence("explicit-any", "double-assertion", "overlap"),
    Precedence("unvalidated-response", "double-assertion", "overlap"),
    Precedence("non-bullmq-job", "fire-and-forget", "overlap"),
    Precedence("unvalidated-webhook", "unvalidated-response", "scope"),
    Precedence("parsed-body-signature", "unverified-webhook", "scope"),
    Precedence("timing-unsafe-compare", "unverified-webhook", "scope"),
    *(Precedence("webhook-in-client", loser, "file") for loser in _WEBHOOKS),
)


def settled(findings: Sequence[Finding], provider_of: Callable[[Finding], str | None]) -> list[Finding]:
    """The findings without those that another one makes superfluous, in the same order.

    All findings must be of rules that are switched on where they stand. `provider_of` tells the
    provider that a finding belongs to.
    """
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    silenced: set[int] = set()
    for row in PRECEDENCES:
        winners = [f for f in by_rule.get(row.winner, ()) if f.key.endswith(row.winner_key)]
        losers = [f for f in by_rule.get(row.loser, ()) if f.key.endswith(row.loser_key)]
        if winners and losers:
            silenced.update(map(id, _silenced(row.relation, winners, losers, provider_of)))
    return [finding for finding in findings if id(finding) not in silenced] if silenced else list(findings)


def _silenced(
    relation: str,
    winners: Iterable[Finding],
    losers: Iterable[Finding],
    provider_of: Callable[[Finding], str | None],
) -> Iterable[Finding]:
    related = _RELATIONS.get(relation)
    if related is not None:
        return [loser for loser in losers if any(related(winner, loser) for winner in winners)]
    if relation == "workspace":
        return losers
    providers = {provider_of(winner) for winner in winners} - {None}
    return [loser for loser in losers if provider_of(loser) in providers]


def _overlap(winner: Finding, loser: Finding) -> bool:
    return (
        winner.path == loser.path
        and winner.span.start < loser.span.end
        and loser.span.start < winner.span.end
    )


def _related(winner: Finding, loser: Finding) -> bool:
    """The winner stands where the loser does, or at one of its related places."""
    return _overlap(winner, loser) or any(
        winner.path == place.path
        and winner.span.start < place.span.end
        and place.span.start < winner.span.end
        for place in loser.related
    )


def _same_file(winner: Finding, loser: Finding) -> bool:
    return winner.path == loser.path


def _same_scope(winner: Finding, loser: Finding) -> bool:
    """One of the two enclosing declarations holds the other, in one file."""
    one, two = winner.scope, loser.scope
    return winner.path == loser.path and (
        one == two or one.startswith(two + ".") or two.startswith(one + ".") or _overlap(winner, loser)
    )


_RELATIONS: Mapping[str, Callable[[Finding, Finding], bool]] = {
    "overlap": _overlap,
    "related": _related,
    "file": _same_file,
    "scope": _same_scope,
}
