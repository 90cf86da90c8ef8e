"""The report for people: findings by file with their source lines, and what it all comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fourlayer.report.frame import code_frame
from fourlayer.report.summary import plural, summary_line
from fourlayer.report.terminal import PLAIN, Style, one_line, visible
from fourlayer.rule.model import Applicability, FixPlan
from fourlayer.rule.outcome import Outcome, Reported, ReportedRelated, Trouble

_SHOWN_FIXES = 3
_SHOWN_TROUBLES = 10

_HOW: Mapping[Applicability, str] = {
    "safe": "safe, --fix",
    "unsafe": "unsafe, --unsafe-fixes",
    "input": "asks you, in the editor",
}

_TROUBLES: Mapping[str, str] = {
    "config": "configuration",
    "crash": "crash",
    "unreadable": "unreadable",
}


def render(outcome: Outcome, *, style: Style = PLAIN, width: int = 100, table: str = "") -> str:
    """The whole report; `width` is in terminal columns, `table` (statistics) stands before the last line."""
    blocks = [_group(label, group, style, width) for label, group in _by_place(outcome.findings)]
    if table:
        blocks.append(table)
    if outcome.findings:
        example = f"fourlayer explain {outcome.findings[0].finding.rule}"
        blocks.append(style.paint(f"`{example}` tells more about a rule.", "dim"))
    blocks.append(closing(outcome, style))
    return "\n".join(blocks)


def closing(outcome: Outcome, style: Style = PLAIN) -> str:
    """What went wrong, which rules could not run, and the summary line."""
    failures = [trouble for trouble in outcome.troubles if trouble.kind != "inert-rule"]
    lines = [_trouble(trouble, style) for trouble in failures[:_SHOWN_TROUBLES]]
    if len(failures) > _SHOWN_TROUBLES:
        lines.append(f"and {len(failures) - _SHOWN_TROUBLES} more; --output-format json lists them all")
    inert = [trouble for trouble in outcome.troubles if trouble.kind == "inert-rule"]
    rules = [trouble for trouble in inert if trouble.path is None]
    if rules:
        lines.append(style.paint(f"{plural(len(rules), 'rule')} could not run:", "bold"))
        lines += [f"  {_sentence(trouble)}" for trouble in rules]
    partly = [trouble for trouble in inert if trouble.path is not None]
    lines += [f"  {_sentence(trouble)}" for trouble in partly[:_SHOWN_TROUBLES]]
    if len(partly) > _SHOWN_TROUBLES:
        lines.append(f"  and {len(partly) - _SHOWN_TROUBLES} more files that do not parse")
    if lines:
        lines.append("")
    failed = any(reported.severity == "error" for reported in outcome.findings)
    lines.append(style.paint(summary_line(outcome), "error" if failed else "bold"))
    return "\n".join(lines) + "\n"


def place_of(reported: Reported) -> str:
    """The file that a finding is shown under; a folder (with a slash at its end) where a file is absent."""
    return f"{reported.folder}/" if is_absence(reported) else reported.finding.path


def is_absence(reported: Reported) -> bool:
    """Whether a finding is about a file that is absent, so that its own place means little."""
    return reported.folder != reported.finding.path


def _by_place(findings: Sequence[Reported]) -> list[tuple[str, list[Reported]]]:
    groups: dict[str, list[Reported]] = {}
    for reported in findings:
        groups.setdefault(place_of(reported), []).append(reported)
    return sorted(groups.items())


def _group(label: str, findings: Sequence[Reported], style: Style, width: int) -> str:
    lines = [style.paint(visible(label), "path")]
    for reported in findings:
        lines.extend(_finding(reported, style, width))
        lines.append("")
    return "\n".join(lines)


def _finding(reported: Reported, style: Style, width: int) -> list[str]:
    finding, place = reported.finding, reported.range
    severity = reported.severity
    word = severity if finding.certainty == "violation" else f"{severity} ({finding.certainty})"
    at = "" if is_absence(reported) else f"{place.start_line}:{place.start_column}  "
    head, *more = _paragraph(finding.message)
    lines = [f"  {at}{style.severity(word, severity)}  {style.paint(finding.rule, 'rule')}  {head}"]
    lines += [f"      {line}" for line in more]
    if not is_absence(reported):
        frame = code_frame(reported.frame, place, width=width - 4, style=style, severity=severity)
        lines += [f"    {line}" for line in frame]
    if finding.help:
        head, *more = _paragraph(finding.help)
        lines.append(f"    {style.paint('help:', 'bold')} {head}")
        lines += [f"      {line}" for line in more]
    lines += [f"    {style.paint('see:', 'bold')} {_related(related)}" for related in reported.related]
    lines += [f"    {style.paint('fix:', 'fix')} {line}" for line in _fixes(reported.fixes)]
    return lines


def _related(related: ReportedRelated) -> str:
    place = related.range
    at = f"{visible(related.path)}:{place.start_line}:{place.start_column}"
    return f"{at}  {one_line(related.message)}"


def _fixes(plans: Sequence[FixPlan]) -> list[str]:
    lines = [f"{visible(plan.title)} ({_HOW[plan.applicability]})" for plan in plans[:_SHOWN_FIXES]]
    if len(plans) > _SHOWN_FIXES:
        lines.append(f"{len(plans) - _SHOWN_FIXES} more in the editor")
    return lines


def _paragraph(text: str) -> list[str]:
    """The text's lines, made harmless; at least one."""
    return [visible(line.rstrip()) for line in text.strip().split("\n")] or [""]


def _trouble(trouble: Trouble, style: Style) -> str:
    return f"{style.paint(_TROUBLES[trouble.kind] + ':', 'error')} {_sentence(trouble)}"


def _sentence(trouble: Trouble) -> str:
    message = "\n    ".join(_paragraph(trouble.message))
    if not trouble.path or trouble.path in trouble.message:
        return message
    return f"{visible(trouble.path)}: {message}"
