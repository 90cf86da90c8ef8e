"""Reports files that import one another in a circle, by the shortest way around."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan, Related

if TYPE_CHECKING:
    from fourlayer.project.cycles import Cycle
    from fourlayer.rule.context import Context

_ID = "import-cycle"
_SHOWN = 6
"""Files of a cycle that the message lists; the related places have them all."""


class ImportCycle:
    """One finding a cycle, told of its first file; of a tangle, as many as together meet every file."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        """The cycles that are told of one file."""
        for cycle in ctx.view.cycles(target):
            first = cycle.links[0]
            yield Finding(
                _ID,
                target,
                first.import_.span,
                _message(cycle),
                _help(cycle),
                related=tuple(
                    Related(f"{link.importer} imports {link.target}", link.importer, link.import_.span)
                    for link in cycle.links[1:]
                ),
                key=" ".join(link.target for link in cycle.links),
                severity="warning" if cycle.type_only else None,
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """Where types alone tie the cycle: move them to a file that both ends may import."""
        from fourlayer_rules.boundaries.import_cycle._fix import move_of

        move = move_of(ctx.view, finding)
        if move is not None:
            names = ", ".join(f"`{dto.name}`" for dto in move.types)
            yield FixPlan("move-types", f"Move {names} to {move.home}", "unsafe", "workspace", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Move the types and what imports them."""
        from fourlayer_rules.boundaries.import_cycle._fix import change_of, move_of

        move = move_of(ctx.view, finding)
        return None if move is None else change_of(ctx.view, move)


def _message(cycle: Cycle) -> str:
    names = _short([link.importer for link in cycle.links])
    if len(names) == 1:
        return f"{names[0]} imports itself: what it takes from itself is undefined while the module loads."
    listed = names if len(names) <= _SHOWN else [*names[: _SHOWN - 1], f"{len(names) - _SHOWN + 1} more"]
    way = " -> ".join([*listed, names[0]])
    more = len(cycle.component) - len(cycle.links)
    tangle = f" Tied to them: {more} more file{'s' if more > 1 else ''}." if more else ""
    if cycle.type_only:
        return f"Files depend on one another in a circle, by types alone in one place: {way}.{tangle}"
    if any(link.import_.kind == "dynamic" for link in cycle.links):
        why = "One import waits until it is called, so that they load; none of them can do without the others"
    else:
        why = "Which of them loads first decides whether an import is still undefined"
    return f"Files import one another in a circle: {way}. {why}.{tangle}"


def _help(cycle: Cycle) -> str:
    if len(cycle.links) == 1:
        return "Use the name without importing it."
    if cycle.type_only:
        return "Move the types that the import takes to `types.ts`, which both ends may import."
    return "Move what both ends need to a file that imports neither, or pass it as an argument."


def _short(paths: list[str]) -> list[str]:
    """The paths without the folders that all share."""
    folders = [path.split("/")[:-1] for path in paths]
    shared = 0
    while all(len(folder) > shared and folder[shared] == folders[0][shared] for folder in folders):
        shared += 1
    return ["/".join(path.split("/")[shared:]) for path in paths]


rule = ImportCycle()
