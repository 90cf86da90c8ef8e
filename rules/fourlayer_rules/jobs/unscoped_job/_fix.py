"""Adds the tenant that a function has at hand to the data of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, TextEdit
from fourlayer.syntax import nodes as n
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.derive.symbols import alike
from fourlayer_rules.jobs._tenant import tenant_names
from fourlayer_rules.jobs.unscoped_job._look import unscoped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Finding
    from fourlayer_rules.jobs.unscoped_job._look import Unscoped


def candidates(ctx: Context, finding: Finding) -> Iterator[tuple[str, Change]]:
    """The variables that could be added, each with its change. A queue whose type says no is left alone."""
    for one in unscoped(ctx.view, finding.path, ctx.settings):
        if one.span == finding.span and one.data is not None and one.certain and not one.typed:
            yield from _changes(ctx, finding.path, one, one.data)


def _changes(ctx: Context, path: str, one: Unscoped, data: n.Object) -> Iterator[tuple[str, Change]]:
    names = tenant_names(ctx.settings)
    at = one.decl.start + data.start + 1
    text = one.decl.text_of(data)
    for binding in scopes_of(one.decl).visible(data):
        if binding.kind != "type" and alike(binding.name) in names:
            space = "" if text[1:2].isspace() or not data.props else " "
            added = f" {binding.name}," + space if data.props else f" {binding.name} "
            yield binding.name, Change({path: (TextEdit(at, at, added),)})
