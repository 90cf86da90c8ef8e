"""Findings of the tenancy rules that stand on a part of a query, a call or an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Finding
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Certainty, Related
    from fourlayer.syntax import nodes as n
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.scope import Binding


def anchored(
    ctx: Context,
    rule: str,
    path: str,
    facts: FileFacts,
    decl: Decl,
    node: n.Node,
    message: str,
    help_: str,
    *,
    certainty: Certainty = "violation",
    related: tuple[Related, ...] = (),
    data: Mapping[str, str | int | bool | list[str] | None] | None = None,
) -> Finding:
    """A finding on a node of a declaration."""
    span = decl.span(node)
    provider = ctx.view.provider_of(path)
    return Finding(
        rule=rule,
        path=path,
        span=span,
        message=message,
        help=help_,
        certainty=certainty,
        related=related,
        scope=decl.qualified_name,
        key=" ".join(facts.text.slice(span.start, span.end).split())[:160],
        provider=provider.name if provider is not None else None,
        data=data or {},
    )


def binding_of(decl: Decl, node: n.Node) -> Binding | None:
    """The local binding that a name means."""
    return scopes_of(decl).binding(node)
