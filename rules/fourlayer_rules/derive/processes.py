"""The processes of a workspace as findings name them: which root a person would wire something into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.syntax.glob import globs

if TYPE_CHECKING:
    from fourlayer.rule.context import Context

_USUAL = ("server", "main", "app", "index")


def likely_root(ctx: Context, words: tuple[str, ...] = ()) -> str | None:
    """The root of an allowed consumer that is named like one of the words, else like a server."""
    allowed = globs(ctx.settings.workspace.allowed_consumers)
    roots = [path for path in ctx.view.roots if allowed.covers(path)] or list(ctx.view.roots)

    def rank(path: str) -> tuple[int, int, str]:
        stem = path.rpartition("/")[2].partition(".")[0].lower()
        names = (*words, *_USUAL)
        at = next((at for at, word in enumerate(names) if word in stem), len(names))
        return at, path.count("/"), path

    return min(roots, key=rank, default=None)


def inert_without_roots(ctx: Context, rule: str) -> None:
    """Say that a rule cannot tell what runs."""
    named = ctx.settings.workspace.composition_roots
    if named:
        shown = ", ".join(f"`{pattern}`" for pattern in named)
        ctx.view.inert(rule, f"`workspace.composition-roots` names no code file of the workspace: {shown}")
    else:
        ctx.view.inert(rule, "no composition root was found; name them in `workspace.composition-roots`")
