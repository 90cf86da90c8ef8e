"""Takes a name off a public surface, and off every index that passes it on."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from fourlayer.rule.model import Change
from fourlayer.syntax.references import references
from fourlayer_rules.boundaries.leaked_internal._trace import trace
from fourlayer_rules.derive.editing import FileEditor
from fourlayer_rules.derive.style import style_of

if TYPE_CHECKING:
    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View
    from fourlayer.rule.model import Finding
    from fourlayer.syntax.facts import Export, FileFacts


def stop_exporting(view: View, provider: Provider, finding: Finding) -> Change | None:
    """Remove the name that a finding is about; None where somebody imports it, or a star brings it."""
    name = finding.key
    found = trace(view, provider, [(finding.path, name)])
    if found.used or found.inside or found.opaque:
        return None
    editors: dict[str, FileEditor] = {}
    for path, public in ((finding.path, name), *found.passed):
        facts = view.facts(path)
        exports = [one for one in facts.exports if one.name == public] if facts is not None else []
        if facts is None or not facts.trusted or not exports:
            return None
        editor = editors.get(path)
        if editor is None:
            editor = editors[path] = FileEditor(facts, style_of(view, [path]))
        for export in exports:
            if export.kind not in ("from", "named", "namespace"):
                return None
            _remove(editor, facts, export)
    return Change({path: editor.edits() for path, editor in editors.items()})


@cache
def _between() -> re.Pattern[bytes]:
    return re.compile(rb"(?:[\s,]|//[^\n]*|/\*.*?\*/)*", re.DOTALL)


def _remove(editor: FileEditor, facts: FileFacts, export: Export) -> None:
    listed = sorted((one for one in facts.exports if one.stmt == export.stmt), key=lambda one: one.span)
    if len(listed) == 1:
        editor.remove_statement(*export.stmt)
    else:
        at = listed.index(export)
        if at + 1 < len(listed):
            editor.replace(_start(facts, listed, at), _start(facts, listed, at + 1), "")
        else:
            editor.replace(listed[at - 1].span.end, export.span.end, "")
    if export.specifier is None and export.local is not None:
        _forget(editor, facts, export.local)


def _start(facts: FileFacts, listed: list[Export], at: int) -> int:
    """Where a name of an export list begins, its `type` and what it is called inside included."""
    data = facts.text.data
    before = listed[at - 1].span.end if at else data.index(b"{", listed[at].stmt.start) + 1
    gap = _between().match(data, before)
    return before if gap is None else gap.end()


def _forget(editor: FileEditor, facts: FileFacts, local: str) -> None:
    """Take an import away that only served the export."""
    mentioned = references(facts, local)
    if not mentioned.complete or len(mentioned.found) != 1:
        return
    for item in facts.imports:
        if item.kind == "import" and any(bound.local == local for bound in item.names):
            editor.unimport(item, {local})
