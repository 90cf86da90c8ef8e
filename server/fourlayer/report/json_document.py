"""The report for programs: one JSON object of a fixed shape, version 1."""

from __future__ import annotations

import json
from collections.abc import Sequence

from fourlayer.report.rule_table import RuleStatistics
from fourlayer.report.summary import summarise
from fourlayer.report.terminal import escape
from fourlayer.rule.outcome import Outcome, Range, Reported

VERSION = 1
"""Version of the document's shape; keys may be added without raising it."""


def render(
    outcome: Outcome,
    *,
    tool_version: str,
    statistics: Sequence[RuleStatistics] | None = None,
    fixed: Sequence[object] | None = None,
) -> str:
    """The document, ending in a line break.

    Paths are relative to `root` with "/"; lines and columns are 1-based, columns in UTF-16 code units,
    ends exclusive. `statistics` and `fixed` are added where they are given.
    """
    summary = summarise(outcome)
    document: dict[str, object] = {
        "version": VERSION,
        "tool": {"name": "fourlayer", "version": tool_version},
        "root": outcome.root,
        "findings": [_finding(reported) for reported in outcome.findings],
        "problems": [
            {"kind": trouble.kind, "message": trouble.message, "path": trouble.path}
            for trouble in outcome.troubles
        ],
        "summary": {
            "files": outcome.files,
            "providers": outcome.providers,
            "errors": summary.errors,
            "warnings": summary.warnings,
            "suspicious": summary.suspicious,
            "unverifiable": summary.unverifiable,
            "suppressed": outcome.suppressed,
            "fixable": summary.fixable,
            "seconds": round(outcome.seconds, 3),
        },
    }
    if statistics is not None:
        document["statistics"] = [entry._asdict() for entry in statistics]
    if fixed is not None:
        document["fixed"] = list(fixed)
    return dump(document)


def dump(value: object) -> str:
    """JSON text that can always be encoded: lone surrogates (bytes that were no UTF-8) become `\\xNN`."""
    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    try:
        text.encode()
    except UnicodeEncodeError:
        # The surrogates stand inside JSON strings, where the escape's backslash must be doubled.
        return "".join(["\\" + escape(char) if "\ud800" <= char <= "\udfff" else char for char in text])
    return text


def _finding(reported: Reported) -> dict[str, object]:
    finding = reported.finding
    return {
        "rule": finding.rule,
        "category": reported.category,
        "severity": reported.severity,
        "certainty": finding.certainty,
        "message": finding.message,
        "help": finding.help,
        "docs": reported.docs,
        "path": finding.path,
        "range": _range(reported.range),
        "related": [
            {"message": related.message, "path": related.path, "range": _range(related.range)}
            for related in reported.related
        ],
        "fixes": [
            {
                "title": plan.title,
                "applicability": plan.applicability,
                "preferred": plan.preferred,
                "reach": plan.reach,
            }
            for plan in reported.fixes
        ],
        "fingerprint": reported.fingerprint,
    }


def _range(place: Range) -> dict[str, object]:
    return {
        "start": {"line": place.start_line, "column": place.start_column},
        "end": {"line": place.end_line, "column": place.end_column},
    }
