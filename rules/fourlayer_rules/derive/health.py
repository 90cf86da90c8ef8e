"""The health checks that a provider's `health.ts` exports, and the functions behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax.functions import function_of
from fourlayer.syntax.span import Span
from fourlayer_rules.derive.names import convention
from fourlayer_rules.derive.symbols import Declared, alike, exported, exported_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context


class Check(NamedTuple):
    """An exported health check: its name, where `health.ts` names it, and the declaration behind it."""

    name: str
    path: str
    """The `health.ts`."""
    span: Span
    declared: Declared

    @property
    def is_here(self) -> bool:
        """Whether `health.ts` itself declares it."""
        return self.declared.path == self.path


def health_path(provider: Provider) -> str:
    """Where the provider's health check belongs."""
    return f"{provider.path}/health.ts"


def health_checks(ctx: Context, provider: Provider) -> tuple[Check, ...]:
    """The checks that `health.ts` exports under an accepted name, found once for all rules of a unit.

    Empty where the file is absent. What does not parse is left out.
    """
    key = ("health checks", provider.path)
    known = ctx.view.memo.get(key)
    if known is None:
        known = ctx.view.memo[key] = tuple(_checks(ctx, provider))
    return known  # type: ignore[return-value]  # what the line above stored


def _checks(ctx: Context, provider: Provider) -> Iterator[Check]:
    path = health_path(provider)
    facts = ctx.view.facts(path) if ctx.view.exists(path) else None
    if facts is None:
        return
    wanted = {alike(convention(name, provider)) for name in ctx.settings.conventions.health_function}
    for name in sorted(exported_names(ctx.view, path)[0]):
        found = exported(ctx.view, path, name) if alike(name) in wanted else None
        if not isinstance(found, tuple) or not found.decl.trusted:
            continue
        whole = ctx.view.facts(found.path)
        if whole is None:
            continue
        declared = _implementation(Declared(found.path, whole, found.decl))
        span = declared.decl.name_span
        if declared.path != path:
            first = facts.decls[0]
            whole_statement = Span(first.start, first.end)
            span = next((item.span for item in facts.exports if item.name == name), whole_statement)
        yield Check(name, path, span, declared)


def _implementation(declared: Declared) -> Declared:
    """Of overloads the one with a body."""
    for decl in declared.facts.decls:
        if declared.decl.name in decl.names:
            function = function_of(decl)
            if function is not None and function.body is not None:
                return declared._replace(decl=decl)
    return declared
