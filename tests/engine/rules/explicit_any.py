"""Reports `any`; its fixes replace it by `unknown` or by a type that a new import brings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fourlayer.rule.context import Context
from fourlayer.rule.model import Change, Create, Finding, FixPlan, TextEdit


class Options(NamedTuple):
    """Options of this rule."""

    spared: tuple[str, ...] = ()
    limit: int = 100


RUNS: list[str] = []
"""Every target that was judged, for tests of what reruns."""


class ExplicitAny:
    options = Options

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        RUNS.append(target)
        options = ctx.options
        assert isinstance(options, Options)
        facts = ctx.view.facts(target)
        for use in facts.anys if facts is not None else ():
            if target not in options.spared:
                yield Finding("explicit-any", target, use.span, "This is any.", "Say what it is.", key="any")

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        yield FixPlan("use-unknown", "Use unknown", "safe", preferred=True)
        yield FixPlan("new-dto", "Use a new type", "unsafe", "workspace")

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        start, end = finding.span
        if plan.kind == "use-unknown":
            return Change({finding.path: (TextEdit(start, end, "unknown"),)})
        provider = ctx.view.provider_of(finding.path)
        assert provider is not None
        target = f"{provider.path}/types.ts"
        specifier = ctx.view.specifier_for(target, finding.path)
        edits = (
            TextEdit(0, 0, f'import type {{ Row }} from "{specifier}";\n'),
            TextEdit(start, end, "Row"),
        )
        creates = () if ctx.view.exists(target) else (Create(target, "export type Row = unknown;\n"),)
        return Change({finding.path: edits}, creates)


rule = ExplicitAny()
