"""What becomes of the place that a health check leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.syntax import nodes as n
from fourlayer.syntax.span import Span
from fourlayer_rules.derive.dtos import attached_start
from fourlayer_rules.derive.editing import FileEditor
from fourlayer_rules.structure.misplaced_health_check._only import serving, unneeded_imports, uses

if TYPE_CHECKING:
    from fourlayer.project.snapshot import View
    from fourlayer.rule.model import TextEdit
    from fourlayer_rules.derive.style import Style
    from fourlayer_rules.structure.misplaced_health_check._find import Misplaced
    from fourlayer_rules.structure.misplaced_health_check._text import Moving


class Leaving:
    """Edits of the file that held the check."""

    def __init__(self, view: View, style: Style, item: Misplaced, moving: Moving | None) -> None:
        self._view = view
        self._item = item
        self._moving = moving
        self._style = style
        self._editor = FileEditor(item.facts, style)

    def nothing(self) -> tuple[TextEdit, ...] | None:
        """Remove it, with what served it alone."""
        return self._without(Span(self._item.decl.start, self._item.decl.end), whole=True)

    def call(self, check: str, home: str) -> tuple[TextEdit, ...] | None:
        """Let it return what the check of `health.ts` finds; None where it cannot be called from here."""
        item = self._item
        specifier = self._view.specifier_for(home, item.path)
        if item.decl.owner is None and item.decl.name == check:
            return self._passed_on(check, specifier)
        body, arguments = item.function.body, self._arguments()
        if body is None or arguments is None or self._is_taken(check):
            return None
        span = item.decl.span(body)
        if isinstance(body, n.Block):
            indent = self._indent()
            word = "return await" if item.function.is_async else "return"
            text = f"{{\n{indent}{self._style.indent}{word} {check}({arguments});\n{indent}}}"
        else:
            text = f"{check}({arguments})"
        self._editor.replace(span.start, span.end, self._editor.local(text))
        self._editor.want(specifier, check)
        return self._without(span, whole=False)

    def _passed_on(self, check: str, specifier: str) -> tuple[TextEdit, ...] | None:
        """A function that keeps its name is imported and exported instead of declared."""
        item, editor = self._item, self._editor
        own = Span(item.decl.start, item.decl.end)
        listed = not item.facts.text.data[own.start : own.end].startswith(b"export")
        if listed or uses(item.facts, check, [own]).outside:
            editor.want(specifier, check)
            text = f"export {{ {check} }};"
        else:
            text = f'export {{ {check} }} from "{specifier}";'
        if not listed:
            editor.replace(attached_start(item.facts, own.start), own.end, editor.local(text))
        return self._without(own, whole=listed)

    def _without(self, span: Span, *, whole: bool) -> tuple[TextEdit, ...] | None:
        """Remove what served a part of the file alone, and that part too where it is `whole`."""
        item, editor = self._item, self._editor
        gone = serving(item.facts, [span], item.decl.owner)
        if self._moving is not None and not set(self._moving.along) <= set(gone):
            return None
        for decl in [*([item.decl] if whole else []), *gone]:
            editor.remove_statement(attached_start(item.facts, decl.start), decl.end)
        spans = [span, *(Span(decl.start, decl.end) for decl in gone)]
        unneeded = unneeded_imports(item.facts, spans)
        for imported in item.facts.imports:
            if imported.kind == "import" and any(bound.local in unneeded for bound in imported.names):
                editor.unimport(imported, unneeded)
        return editor.edits()

    def _arguments(self) -> str | None:
        """What it hands on; None where that is not what the check takes."""
        params = self._item.function.params
        if params and self._moving is None:
            return None
        names: list[str] = []
        for param in params:
            if not isinstance(param.target, n.Name):
                return None
            names.append(("..." if param.rest else "") + param.target.name)
        return ", ".join(names)

    def _is_taken(self, name: str) -> bool:
        facts = self._item.facts
        imported = any(bound.local == name for item in facts.imports for bound in item.names)
        return imported or facts.decl(name) is not None

    def _indent(self) -> str:
        data, start = self._item.facts.text.data, self._item.decl.start
        lead = data[data.rfind(b"\n", 0, start) + 1 : start]
        return lead.decode() if not lead.strip() else ""
