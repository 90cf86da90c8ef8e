"""What a check comes to: the counts, the verdict and the closing line."""

from __future__ import annotations

from typing import NamedTuple

from fourlayer.rule.outcome import Outcome, Reported, TroubleKind

BLOCKING: frozenset[TroubleKind] = frozenset({"unreadable", "crash", "config"})
"""Kinds of trouble that make a check fail; a rule that could not run is told, no more."""


class Summary(NamedTuple):
    """Counts of one outcome.

    `errors`, `warnings` and `notes` (info and hint) count findings by severity; `suspicious` counts by
    certainty and overlaps with them. `unverifiable` includes those not shown. `fixable` findings have a
    safe fix; `unsafely_fixable` ones have only an unsafe one.
    """

    errors: int
    warnings: int
    notes: int
    suspicious: int
    unverifiable: int
    fixable: int
    unsafely_fixable: int


def summarise(outcome: Outcome) -> Summary:
    """Count an outcome's findings."""
    counts = dict.fromkeys(Summary._fields, 0)
    by_severity = {"error": "errors", "warning": "warnings"}
    for reported in outcome.findings:
        counts[by_severity.get(reported.severity, "notes")] += 1
        certainty = reported.finding.certainty
        if certainty != "violation":
            counts[certainty] += 1
        if easiest := easiest_fix(reported):
            counts["fixable" if easiest == "safe" else "unsafely_fixable"] += 1
    counts["unverifiable"] += outcome.unverifiable_hidden
    return Summary(**counts)


def easiest_fix(reported: Reported) -> str | None:
    """`safe` or `unsafe`, whichever a run without questions would have to allow; None: no such fix."""
    offered = {plan.applicability for plan in reported.fixes}
    return "safe" if "safe" in offered else "unsafe" if "unsafe" in offered else None


def has_trouble(outcome: Outcome) -> bool:
    """Whether part of the check failed (a rule that could not run is no failure)."""
    return any(trouble.kind in BLOCKING for trouble in outcome.troubles)


def summary_line(outcome: Outcome) -> str:
    """The closing line: what was found where, what can be fixed, and what was left out of sight."""
    summary = summarise(outcome)
    where = _where(outcome)
    found = ", ".join(
        plural(count, noun)
        for count, noun in (
            (summary.errors, "error"),
            (summary.warnings, "warning"),
            (summary.notes, "note"),
        )
        if count
    )
    checked = outcome.files or outcome.providers
    nothing = "No problems" if checked else "Nothing was checked:"
    parts = [f"{found or nothing} {where if found or checked else 'no file of an integration'}"]
    if failures := sum(trouble.kind in BLOCKING for trouble in outcome.troubles):
        parts.append(f"check incomplete: {plural(failures, 'failure')}")
    if summary.suspicious:
        parts.append(f"{summary.suspicious} suspicious")
    parts.extend(_fixable(summary))
    if summary.unverifiable:
        hint = " (--show-unverifiable)" if outcome.unverifiable_hidden else ""
        parts.append(f"{summary.unverifiable} unverifiable{hint}")
    if outcome.suppressed:
        parts.append(f"{outcome.suppressed} suppressed")
    return " · ".join(parts)


def _where(outcome: Outcome) -> str:
    """What was judged; no files where all rules that ran judge whole providers."""
    if outcome.providers and not outcome.files:
        return f"in {plural(outcome.providers, 'provider')}"
    return f"in {plural(outcome.files, 'file')} ({plural(outcome.providers, 'provider')})"


def plural(count: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _fixable(summary: Summary) -> list[str]:
    if summary.fixable and summary.unsafely_fixable:
        return [f"{summary.fixable} fixable with --fix, {summary.unsafely_fixable} more with --unsafe-fixes"]
    if summary.fixable:
        return [f"{summary.fixable} fixable with --fix"]
    if summary.unsafely_fixable:
        return [f"{summary.unsafely_fixable} fixable with --unsafe-fixes"]
    return []
