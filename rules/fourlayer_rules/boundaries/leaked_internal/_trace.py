"""Who takes a name: through the integration's own files, through barrels, to those that use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax.references import references
from fourlayer_rules.boundaries._places import in_integrations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.project.exports import Origin
    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Export, FileFacts, Import, ImportedName

Place = tuple[str, str]
"""A file and a name that it exports."""


class Trace(NamedTuple):
    """`used`: by a file outside the provider; `inside`: by one of its own; `passed`: who exports it on.

    `opaque` tells that some file passes it on in a way that names nothing (`export *`).
    """

    used: bool
    inside: bool
    passed: tuple[Place, ...]
    opaque: bool


def starts_of(view: View, origin: Origin) -> list[Place]:
    """The names under which a file exports one of its declarations."""
    facts = view.shape(origin.path) if origin.path is not None else None
    if origin.path is None or facts is None:
        return []
    return [
        (origin.path, export.name)
        for export in facts.exports
        if export.specifier is None and export.local == origin.name
    ]


def trace(view: View, provider: Provider, starts: Iterable[Place]) -> Trace:
    """Follow names to their users; stops at the first use outside the provider."""
    pending = list(starts)
    seen = set(pending)
    inside = opaque = False
    passed: list[Place] = []
    for path, name in pending:
        for edge in view.importers(path):
            facts = view.facts(edge.importer)
            if facts is None:
                continue
            step = _step(facts, edge.import_, name)
            own = view.provider_of(edge.importer) == provider
            # Another package that exports the name takes it, whoever uses it there.
            taken = step.passes and not step.opaque and not in_integrations(view, edge.importer)
            if (step.uses and not own) or taken:
                return Trace(True, inside, tuple(passed), opaque)
            inside = inside or step.uses
            opaque = opaque or step.opaque
            fresh = [(edge.importer, one) for one in step.passes if (edge.importer, one) not in seen]
            seen.update(fresh)
            pending += fresh
            passed += fresh
    return Trace(False, inside, tuple(passed), opaque)


class _Step(NamedTuple):
    uses: bool
    passes: tuple[str, ...] = ()
    opaque: bool = False


def _step(facts: FileFacts, item: Import, name: str) -> _Step:
    """What one import does with a name."""
    if item.kind == "mock":
        return _Step(False)
    if item.kind not in ("import", "export"):
        return _Step(name.encode() in facts.text.data)
    if item.kind == "export":
        passes = tuple(_exported_on(facts, item, name))
        opaque = any(found.imported == "*" for found in item.names)
        return _Step(False, passes, opaque and bool(passes))
    uses = False
    passes_on: list[str] = []
    for found in item.names:
        if found.imported == name:
            public = [export.name for export in facts.exports if _is_local(export, found)]
            uses = uses or not public or _is_used(facts, found)
            passes_on += public
        elif found.imported in ("*", "="):
            uses = uses or name.encode() in facts.text.data
    return _Step(uses, tuple(passes_on))


def _is_local(export: Export, found: ImportedName) -> bool:
    return export.specifier is None and export.local == found.local


def _is_used(facts: FileFacts, found: ImportedName) -> bool:
    """Whether a name is used beside being exported again."""
    mentioned = references(facts, found.local or "")
    return not mentioned.complete or any(one.form != "export" for one in mentioned.found)


def _exported_on(facts: FileFacts, item: Import, name: str) -> Iterator[str]:
    for export in facts.exports:
        if export.stmt != item.stmt:
            continue
        if export.kind == "all":
            if not any(one.name == name and one.kind != "all" for one in facts.exports):
                yield name
        elif export.kind == "namespace" or export.local == name:
            yield export.name
