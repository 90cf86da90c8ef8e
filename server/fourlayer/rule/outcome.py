"""The result of a check: what reports, caches and editors read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from fourlayer.rule.model import Finding, FixPlan, Severity


class Range(NamedTuple):
    """Lines and columns, 1-based, columns in UTF-16 code units, end exclusive."""

    start_line: int
    start_column: int
    end_line: int
    end_column: int


class ReportedRelated(NamedTuple):
    """Another place that explains a finding."""

    message: str
    path: str
    range: Range


class Reported(NamedTuple):
    """A finding as it leaves the engine: weighed, placed, identified, with its fixes.

    `fingerprint` survives edits elsewhere: it is made of rule, file (or provider), enclosing scope,
    normalised text and ordinal. `frame` holds the source lines of the range (at most five, without
    line breaks) for text output, starting at `range.start_line`.
    """

    finding: Finding
    category: str
    severity: Severity
    range: Range
    related: tuple[ReportedRelated, ...]
    fixes: tuple[FixPlan, ...]
    fingerprint: str
    docs: str
    frame: tuple[str, ...]
    folder: str
    """The provider's folder where the finding is about a file that is absent; else the finding's path."""


TroubleKind = Literal["unreadable", "crash", "inert-rule", "config"]


class Trouble(NamedTuple):
    """Something that kept part of the check from running."""

    kind: TroubleKind
    message: str
    path: str | None = None


class Outcome(NamedTuple):
    """Everything a check found, sorted by path, place and rule."""

    root: str
    findings: tuple[Reported, ...]
    troubles: tuple[Trouble, ...]
    files: int
    providers: int
    suppressed: int
    seconds: float
    """Wall time of the check."""
    rule_seconds: Mapping[str, float]
    unverifiable_hidden: int
    """Findings out of reach that are counted but not shown."""
