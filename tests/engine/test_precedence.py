"""One problem, one finding."""

from __future__ import annotations

import pytest

from fourlayer.engine.precedence import settled
from fourlayer.rule.model import Finding, Related
from fourlayer.syntax.span import Span

ACME = "packages/integrations/acme/"
BOTH = ["layer-violation", "import-cycle"]


def _finding(rule: str, path: str = "a.ts", span: tuple[int, int] = (0, 10), **more: str) -> Finding:
    where = f"{more.get('folder', ACME)}{path}"
    return Finding(rule, where, Span(*span), "", "", scope=more.get("scope", ""), key=more.get("key", ""))


def _left(*findings: Finding) -> list[str]:
    return [f.rule for f in settled(findings, lambda f: f.path.split("/")[2])]


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        (_finding("cross-provider-import"), _finding("deep-import")),
        (_finding("wrong-tenant-column", span=(4, 6)), _finding("missing-tenant-filter")),
        (_finding("explicit-any", span=(5, 8)), _finding("double-assertion")),
        (_finding("missing-file", key="health.ts"), _finding("unregistered-health-check", "b.ts")),
        (_finding("missing-file", key="config.ts"), _finding("unvalidated-config", "b.ts")),
        (_finding("provider-name-mismatch", "b.ts"), _finding("missing-file", key="AcmeAdapter.ts")),
        (_finding("unreachable-entry", key="register.ts"), _finding("unregistered-health-check", "b.ts")),
        (
            _finding("missing-health-registry", "../../x.ts", key="registry"),
            _finding("unregistered-health-check"),
        ),
        (_finding("webhook-in-client", span=(90, 99)), _finding("replayable-webhook")),
        (
            _finding("timing-unsafe-compare", span=(50, 60), scope="A.b"),
            _finding("unverified-webhook", scope="A"),
        ),
    ],
    ids=lambda finding: finding.rule,
)
def test_the_winner_silences_the_loser_in_any_order(winner: Finding, loser: Finding) -> None:
    assert _left(winner, loser) == [winner.rule]
    assert _left(loser, winner) == [winner.rule]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (_finding("cross-provider-import", span=(0, 3)), _finding("deep-import", span=(3, 6))),
        (_finding("cross-provider-import", "a.ts"), _finding("deep-import", "b.ts")),
        (_finding("missing-file", key="types.ts"), _finding("unvalidated-config")),
        (
            _finding("missing-file", folder="packages/integrations/other/", key="config.ts"),
            _finding("unvalidated-config"),
        ),
        (_finding("provider-name-mismatch"), _finding("missing-file", key="config.ts")),
        (_finding("missing-health-registry", key="route"), _finding("unregistered-health-check")),
        (
            _finding("timing-unsafe-compare", span=(50, 60), scope="A"),
            _finding("unverified-webhook", scope="AB"),
        ),
    ],
)
def test_unrelated_findings_stay(one: Finding, two: Finding) -> None:
    assert _left(one, two) == [one.rule, two.rule]


@pytest.mark.parametrize(("edge", "left"), [((2, 6), ["layer-violation"]), ((20, 26), BOTH)])
def test_a_layer_violation_explains_every_cycle_that_it_is_an_edge_of(
    edge: tuple[int, int], left: list[str]
) -> None:
    cycle = _finding("import-cycle", "a.ts")
    cycle = cycle._replace(related=(Related("", f"{ACME}b.ts", Span(0, 9)),))

    assert _left(_finding("layer-violation", "b.ts", edge), cycle) == left


def test_equal_findings_are_told_apart() -> None:
    same = _finding("deep-import")

    assert _left(same, _finding("deep-import"), _finding("missing-file", key="config.ts")) == [
        "deep-import",
        "deep-import",
        "missing-file",
    ]
