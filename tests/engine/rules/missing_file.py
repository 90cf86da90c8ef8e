"""Reports providers without errors.ts and creates it."""

from __future__ import annotations

from collections.abc import Iterable

from fourlayer.rule.context import Context
from fourlayer.rule.model import Change, Create, Finding, FixPlan, Severity
from fourlayer.syntax.span import Span


class MissingFile:
    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        provider = ctx.view.provider(target)
        if provider is None:
            return
        for name in ("errors.ts", "types.ts"):
            if not ctx.view.exists(f"{provider.path}/{name}"):
                anchor = provider.entry or provider.files[0]
                severity: Severity | None = "warning" if name == "types.ts" else None
                yield Finding(
                    "missing-file",
                    anchor,
                    Span(0, 1),
                    f"{name} is absent.",
                    "Create it.",
                    key=name,
                    provider=target,
                    severity=severity,
                )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        yield FixPlan("create-file", "Create it", "safe", "workspace", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        provider = ctx.view.provider(finding.provider or "")
        assert provider is not None
        return Change(creates=(Create(f"{provider.path}/{finding.key}", "export {};\n"),))


rule = MissingFile()
