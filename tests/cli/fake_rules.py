"""Small rules of our own, so that tests of the command line depend on no rule of the standard."""

from __future__ import annotations

from collections.abc import Iterable

from fourlayer.rule.context import Context
from fourlayer.rule.model import (
    Change,
    Create,
    Finding,
    FixMeta,
    FixPlan,
    Rule,
    RuleMeta,
    Severity,
    TextEdit,
    Unit,
)
from fourlayer.syntax.span import Span


class NoAny:
    """Reports each `any`; the safe fix writes `unknown`."""

    options: type | None = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        facts = ctx.view.facts(target)
        for use in facts.anys if facts else ():
            yield Finding("no-any", target, use.span, "`any` is used.", "Use `unknown`.", key="any")

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        return [FixPlan("use-unknown", "Use `unknown`", "safe", preferred=True)]

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        return Change({finding.path: (TextEdit(*finding.span, "unknown"),)})


class NeedsNotes:
    """Reports a provider without `notes.ts`, which the unsafe fix creates here and above."""

    options: type | None = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        provider = ctx.view.provider(target)
        if provider is None or ctx.view.exists(f"{provider.path}/notes.ts"):
            return
        yield Finding(
            "needs-notes",
            provider.files[0],
            Span(0, 0),
            "notes.ts is absent.",
            "Create it.",
            key="notes.ts",
            provider=target,
        )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        return [FixPlan("create", "Create notes.ts", "unsafe", "workspace", preferred=True)]

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        provider = ctx.view.provider(finding.provider or "")
        if provider is None:
            return None
        creates = [Create(f"{provider.path}/notes.ts", "export const notes = [];\n")]
        if not ctx.view.exists("packages/integrations/notes.ts"):
            creates.append(Create("packages/integrations/notes.ts", "export const all = [];\n"))
        return Change(creates=tuple(creates))


class Explodes:
    """Crashes."""

    options: type | None = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        raise ValueError("boom")

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        return []

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        return None


class Inert(Explodes):
    """Cannot run."""

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        ctx.view.inert("inert", "nothing to go by was found")
        return []


def meta(name: str, category: str, severity: Severity, unit: Unit, *fixes: FixMeta) -> RuleMeta:
    return RuleMeta(
        name,
        category,
        severity,
        f"Summary of {name}.",
        "A clause",
        f"tests.cli.fake_{name.replace('-', '_')}",
        unit,
        ("document",) if unit == "file" else ("provider",),
        fixes,
    )


NO_ANY = meta(
    "no-any", "types", "error", "file", FixMeta("use-unknown", ("safe",), "document", preferred=True)
)
NEEDS_NOTES = meta(
    "needs-notes",
    "structure",
    "warning",
    "provider",
    FixMeta("create", ("unsafe",), "workspace", preferred=True),
)
EXPLODES = meta("explodes", "client", "error", "file")
INERT = meta("inert", "tenancy", "error", "workspace")
RULES = (NO_ANY, NEEDS_NOTES)

INSTANCES: dict[str, Rule] = {
    NO_ANY.module: NoAny(),
    NEEDS_NOTES.module: NeedsNotes(),
    EXPLODES.module: Explodes(),
    INERT.module: Inert(),
}
