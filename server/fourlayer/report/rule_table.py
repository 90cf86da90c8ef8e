"""Statistics a rule: how many findings, how certain, and how long it took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fourlayer.rule.outcome import Outcome

_HEADS = ("rule", "findings", "violation", "suspicious", "unverifiable", "ms")


class RuleStatistics(NamedTuple):
    """One rule's share of a check; `seconds` is None where no time was taken (cached answers)."""

    rule: str
    findings: int
    violation: int
    suspicious: int
    unverifiable: int
    seconds: float | None


def rule_statistics(outcome: Outcome) -> tuple[RuleStatistics, ...]:
    """One entry for every rule that found something or ran, most findings first."""
    counts: dict[str, dict[str, int]] = {rule: {} for rule in outcome.rule_seconds}
    for reported in outcome.findings:
        per_rule = counts.setdefault(reported.finding.rule, {})
        certainty = reported.finding.certainty
        per_rule[certainty] = per_rule.get(certainty, 0) + 1
    entries = [
        RuleStatistics(
            rule,
            sum(found.values()),
            found.get("violation", 0),
            found.get("suspicious", 0),
            found.get("unverifiable", 0),
            outcome.rule_seconds.get(rule),
        )
        for rule, found in counts.items()
    ]
    return tuple(sorted(entries, key=lambda entry: (-entry.findings, entry.rule)))


def render(outcome: Outcome) -> str:
    """The statistics as a table with a line of heads."""
    rows: list[Sequence[str]] = [_HEADS]
    for entry in rule_statistics(outcome):
        time = "-" if entry.seconds is None else f"{entry.seconds * 1000:.1f}"
        rows.append((entry.rule, *(str(count) for count in entry[1:5]), time))
    return columns(rows)


def columns(rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Rows of cells as aligned lines; the first `left` columns are aligned left, the others right."""
    if not rows:
        return ""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines: list[str] = []
    for row in rows:
        cells = [
            cell.ljust(width) if index < left else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"
