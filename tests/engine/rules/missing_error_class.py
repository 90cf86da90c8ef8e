"""Reports every provider whose errors.ts declares no class."""

from __future__ import annotations

from collections.abc import Iterable

from fourlayer.rule.context import Context
from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer.syntax.span import Span


class MissingErrorClass:
    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        provider = ctx.view.provider(target)
        assert provider is not None
        path = f"{provider.path}/errors.ts"
        facts = ctx.view.facts(path)
        if facts is None or not any(decl.kind == "class" for decl in facts.decls):
            yield Finding(
                "missing-error-class", provider.files[0], Span(0, 1), "No class.", "Add it.", key="class"
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        return ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        return None


rule = MissingErrorClass()
