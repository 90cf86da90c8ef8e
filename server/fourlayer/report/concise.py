"""The report of one line a finding, for pipes and editors' error lists."""

from __future__ import annotations

from fourlayer.report.summary import easiest_fix
from fourlayer.report.terminal import PLAIN, Style, one_line, visible
from fourlayer.report.text import closing, is_absence, place_of
from fourlayer.rule.outcome import Outcome, Reported


def render(outcome: Outcome, *, style: Style = PLAIN, table: str = "") -> str:
    """`path:line:column: severity[rule] message` a finding (`folder/: ...` where a file is absent)."""
    lines = [_line(reported, style) for reported in outcome.findings]
    if table:
        lines += ["", table.rstrip("\n")]
    if lines:
        lines.append("")
    lines.append(closing(outcome, style))
    return "\n".join(lines)


def _line(reported: Reported, style: Style) -> str:
    finding, place = reported.finding, reported.range
    at = visible(place_of(reported))
    if not is_absence(reported):
        at = f"{at}:{place.start_line}:{place.start_column}"
    certainty = "" if finding.certainty == "violation" else f" ({finding.certainty})"
    severity = style.severity(reported.severity, reported.severity)
    fix = {"safe": " [--fix]", "unsafe": " [--unsafe-fixes]"}.get(easiest_fix(reported) or "", "")
    return (
        f"{at}: {severity}[{style.paint(finding.rule, 'rule')}]{certainty} {one_line(finding.message)}{fix}"
    )
