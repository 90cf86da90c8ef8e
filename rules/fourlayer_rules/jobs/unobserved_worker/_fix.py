"""Adds a handler that logs the jobs that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change
from fourlayer_rules.derive.editing import FileEditor
from fourlayer_rules.derive.style import style_of

if TYPE_CHECKING:
    from fourlayer.rule.context import Context
    from fourlayer_rules.jobs.unobserved_worker._look import Seen

_HANDLER = '.on("failed", (job, error) => console.error("A job failed", { id: job?.id, error: error.name }))'
"""`on` gives the worker itself, so that the expression stays what it was."""


def handler_added(ctx: Context, path: str, seen: Seen) -> Change:
    """The change that appends the handler to the expression that makes the worker."""
    facts, decl, new = seen.built.facts, seen.built.decl, seen.built.new
    editor = FileEditor(facts, style_of(ctx.view, [path]))
    editor.insert(decl.start + new.end, _HANDLER)
    return Change({path: editor.edits()})
