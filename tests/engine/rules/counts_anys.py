"""Reports, once, how many files of the workspace hold an `any`."""

from __future__ import annotations

from collections.abc import Iterable

from fourlayer.project.snapshot import Survey
from fourlayer.rule.context import Context
from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer.syntax.facts import FileFacts
from fourlayer.syntax.span import Span

RUNS: list[str] = []


def _anys(_path: str, facts: FileFacts) -> int | None:
    return len(facts.anys) or None


ANYS = Survey("test-anys", _anys, (b"any",))


class CountsAnys:
    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        RUNS.append(target)
        found = ctx.view.survey(ANYS)
        if len(found) > 2:
            yield Finding(
                "counts-anys", next(iter(found)), Span(0, 1), f"{len(found)} files.", "Less.", key="anys"
            )
        elif not found:
            ctx.view.inert("counts-anys", "no file has an any")

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        return ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        return None


rule = CountsAnys()
