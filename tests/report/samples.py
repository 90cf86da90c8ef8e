"""Findings and outcomes for the tests of the reports."""

from __future__ import annotations

from fourlayer.rule.model import Certainty, Finding, FixMeta, FixPlan, RuleMeta, Severity
from fourlayer.rule.outcome import Outcome, Range, Reported, ReportedRelated, Trouble
from fourlayer.syntax.span import Span

PATH = "packages/integrations/slack/SlackAdapter.ts"
LINE = "  private client: any;"
PLACE = Range(3, 19, 3, 22)
SAFE = FixPlan("use-unknown", "Replace by `unknown`", "safe")
UNSAFE = FixPlan("new-dto", "Declare `SlackClient`", "unsafe", "workspace", preferred=True)

RULES = (
    RuleMeta(
        id="explicit-any",
        category="types",
        severity="error",
        summary="An explicit `any` switches the type checker off.",
        clause="No any",
        module="rules.explicit_any.rule",
        unit="file",
        needs=("document",),
        fixes=(FixMeta("use-unknown", ("safe",), "document"),),
    ),
    RuleMeta(
        id="missing-file",
        category="structure",
        severity="error",
        summary="A required file is absent.",
        clause="Required structure",
        module="rules.missing_file.rule",
        unit="provider",
        needs=("provider",),
        confidence="medium",
    ),
)


def reported(
    *,
    rule: str = "explicit-any",
    category: str = "types",
    path: str = PATH,
    folder: str | None = None,
    severity: Severity = "error",
    certainty: Certainty = "violation",
    message: str = "`any` switches the type checker off.",
    advice: str = "Declare what is used.",
    range_: Range = PLACE,
    frame: tuple[str, ...] = (LINE,),
    fixes: tuple[FixPlan, ...] = (),
    related: tuple[ReportedRelated, ...] = (),
    fingerprint: str = "f00d",
) -> Reported:
    """One finding; the defaults are an `any` in an adapter."""
    finding = Finding(rule, path, Span(40, 43), message, advice, certainty)
    return Reported(
        finding,
        category,
        severity,
        range_,
        related,
        fixes,
        fingerprint,
        "https://example.com/explicit-any",
        frame,
        path if folder is None else folder,
    )


def absent(name: str = "health.ts") -> Reported:
    """A finding about a file that is absent."""
    return reported(
        rule="missing-file",
        category="structure",
        folder="packages/integrations/slack",
        message=f"{name} is absent.",
        range_=Range(1, 1, 1, 7),
        frame=("import",),
        fingerprint="beef",
    )


def outcome(
    *findings: Reported,
    troubles: tuple[Trouble, ...] = (),
    suppressed: int = 0,
    hidden: int = 0,
    root: str = "/work space/repo",
    rule_seconds: dict[str, float] | None = None,
) -> Outcome:
    """What a check of four files in two providers found."""
    return Outcome(root, findings, troubles, 4, 2, suppressed, 0.12345, rule_seconds or {}, hidden)
