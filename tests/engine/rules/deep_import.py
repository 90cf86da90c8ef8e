"""Reports imports of a provider's files that go past its index."""

from __future__ import annotations

from collections.abc import Iterable

from fourlayer.rule.context import Context
from fourlayer.rule.model import Change, Finding, FixPlan


class DeepImport:
    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        view = ctx.view
        facts = view.facts(target)
        for item in facts.imports if facts is not None else ():
            path = view.resolve(item.specifier, target).path
            provider = view.provider_of(path) if path is not None else None
            if provider is not None and provider != view.provider_of(target) and path != provider.entry:
                yield Finding(
                    "deep-import", target, item.span, "Past the index.", "Use it.", key=item.specifier
                )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        return ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        return None


rule = DeepImport()
