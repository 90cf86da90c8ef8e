"""The rule against `any` with its unsafe fix alone."""

from __future__ import annotations

from collections.abc import Iterable

from fourlayer.rule.context import Context
from fourlayer.rule.model import Finding, FixPlan
from tests.engine.rules.explicit_any import ExplicitAny


class DtoAny(ExplicitAny):
    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        yield FixPlan("new-dto", "Use a new type", "unsafe", "workspace")


rule = DtoAny()
