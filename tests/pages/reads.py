"""What a rule read while it judged, as the needs that it should have declared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fourlayer.project.snapshot import Dep
from fourlayer.rule.model import Need, RuleMeta

_COVERS: dict[Need, frozenset[Need]] = {
    "document": frozenset({"document"}),
    "provider": frozenset({"document", "provider"}),
    "workspace": frozenset({"document", "provider", "workspace"}),
    "schema": frozenset({"schema"}),
}
_LAYOUT = frozenset({"providers", "shared"})
"""Where providers are is known to every rule: the engine itself decides by it what is judged."""
_OF_ONE_FILE = frozenset({"content", "interface", "exists", "children"})


class Read(NamedTuple):
    """One thing that was read while a unit was judged; `folder` is that of the unit's provider."""

    target: str
    folder: str | None
    dep: Dep


def need_of(read: Read) -> Need | None:
    """The need that covers what was read; None for what no rule has to declare."""
    kind = read.dep[0]
    if kind in _LAYOUT:
        return None
    if kind == "schema":
        return "schema"
    if kind not in _OF_ONE_FILE:
        return "workspace"
    path = read.dep[1]
    if path == read.target:
        return "document"
    if read.folder and (path == read.folder or path.startswith(f"{read.folder}/")):
        return "provider"
    return "workspace"


def declared(meta: RuleMeta) -> frozenset[Need]:
    """What the rule may read: its check's needs, and its fixes', which are listed with the findings."""
    needs = {*meta.needs, *(need for fix in meta.fixes for need in fix.needs)}
    return frozenset(covered for need in needs for covered in _COVERS[need])


def undeclared_reads(reads: Iterable[Read], meta: RuleMeta) -> list[str]:
    """What was read beyond what is declared."""
    allowed = declared(meta)
    return sorted(
        {
            f"reads {' '.join(read.dep)} while judging {read.target!r} without declaring {need!r}"
            for read in reads
            if (need := need_of(read)) is not None and need not in allowed
        }
    )
