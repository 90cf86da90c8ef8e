"""Where a finding about a provider's folder stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.syntax.span import Span

if TYPE_CHECKING:
    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context


def anchor_of(ctx: Context, provider: Provider) -> tuple[str, Span]:
    """Where a person sees it: the first statement of the index, else of the adapter, else of a first file."""
    first = next((path for path in provider.files if not ctx.view.is_test(path)), provider.files[0])
    path = provider.entry or provider.adapter or first
    return path, first_statement(ctx, path)


def first_statement(ctx: Context, path: str) -> Span:
    """The first statement of a file; its start where it has none."""
    facts = ctx.view.facts(path)
    if facts is None or not facts.decls:
        return Span(0, 0)
    decl = facts.decls[0]
    return Span(decl.start, decl.end)
