"""A misplaced health check as code of `health.ts`: its text, what comes with it, what it imports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.span import Span
from fourlayer.syntax.text import decode
from fourlayer_rules.derive.dtos import attached_start
from fourlayer_rules.structure.misplaced_health_check._only import serving, uses

if TYPE_CHECKING:
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer_rules.structure.misplaced_health_check._find import Misplaced


class Wanted(NamedTuple):
    """A name that `health.ts` must import, and the file that it comes from (None: a package)."""

    specifier: str
    name: str
    type_only: bool
    path: str | None


class Moving(NamedTuple):
    """The text with line feeds, the declarations that come along, and the imports that it needs."""

    text: str
    names: tuple[str, ...]
    along: tuple[Decl, ...]
    imports: tuple[Wanted, ...]


def moving(view: View, item: Misplaced, name: str, home: str) -> Moving | None:
    """The check under a name as code of another file; None where that cannot be."""
    facts, decl = item.facts, item.decl
    own = Span(decl.start, decl.end)
    text = _as_function(item, name)
    if text is None or item.function.type_params:
        return None
    along = serving(facts, [own])
    spans = [own, *(Span(one.start, one.end) for one in along)]
    imports: list[Wanted] = []
    for bound_name in _top_names(facts) - {one.name for one in along} - {decl.name if not decl.owner else ""}:
        if uses(facts, bound_name, spans).inside:
            wanted = _wanted(view, item, bound_name, home)
            if wanted is None:
                return None
            imports.append(wanted)
    parts = [*(_piece(facts, one) for one in along), text]
    names = (name, *(one.name or "" for one in along))
    return Moving("\n\n".join(parts), names, tuple(along), tuple(sorted(imports)))


def uses_this(function: n.Function) -> bool:
    """Whether a function speaks of the object that it is a method of."""
    parts: list[n.Node] = [*function.params, *([function.body] if function.body is not None else [])]
    return any(
        isinstance(node, n.Name) and node.name in {"this", "super"} for part in parts for node in walk(part)
    )


def _top_names(facts: FileFacts) -> set[str]:
    declared = {name for decl in facts.decls if decl.kind != "import" for name in decl.names}
    imported = {bound.local or "" for item in facts.imports if item.kind == "import" for bound in item.names}
    return (declared | imported) - {""}


def _wanted(view: View, item: Misplaced, name: str, home: str) -> Wanted | None:
    """How the other file gets a name of this one; None where it cannot."""
    decl = item.facts.decl(name)
    if decl is not None:
        type_only = decl.kind in {"type", "interface"}
        specifier = view.specifier_for(item.path, home)
        return Wanted(specifier, name, type_only, item.path) if decl.exported else None
    for imported in item.facts.imports:
        for bound in imported.names if imported.kind == "import" else ():
            if bound.local != name:
                continue
            target = view.resolve(imported.specifier, item.path).path
            if bound.imported != name or target == home:
                return None
            relative = target is not None and imported.specifier.startswith(".")
            specifier = view.specifier_for(target, home) if relative and target else imported.specifier
            return Wanted(specifier, name, bound.type_only or imported.type_only, target)
    return None


def _as_function(item: Misplaced, name: str) -> str | None:
    """The check as an exported declaration, with its comment."""
    decl, function = item.decl, item.function
    comment = _comment(item.facts, decl)
    if decl.owner is None:
        text = _text(item.facts, decl.start, decl.end)
        at = len(_text(item.facts, decl.start, decl.name_span.start))
        if decl.is_default or not text[at:].startswith(decl.name or ""):
            return None
        renamed = text[:at] + name + text[at + len(decl.name or "") :]
        return comment + (renamed if renamed.startswith("export ") else f"export {renamed}")
    body = function.body
    if not isinstance(body, n.Block) or any(_spans_lines(decl, node) for node in walk(body)):
        return None
    params = decl.text_of(n.Node(function.params_start, function.params_end))
    type_ = f": {decl.text_of(function.return_type)}" if function.return_type is not None else ""
    word = "async function" if function.is_async else "function"
    indent = _indent(item.facts, decl.start)
    written = _dedented(f"{params}{type_} {decl.text_of(body)}", indent)
    return f"{comment}export {word} {name}{written}"


def _piece(facts: FileFacts, decl: Decl) -> str:
    return _comment(facts, decl) + _text(facts, decl.start, decl.end)


def _comment(facts: FileFacts, decl: Decl) -> str:
    start = attached_start(facts, decl.start)
    if start == decl.start:
        return ""
    return _dedented(_text(facts, start, decl.start).rstrip(), _indent(facts, decl.start)) + "\n"


def _text(facts: FileFacts, start: int, end: int) -> str:
    return decode(facts.text.data[start:end]).replace("\r\n", "\n")


def _dedented(text: str, indent: str) -> str:
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join([lines[0], *(line.removeprefix(indent) for line in lines[1:])])


def _indent(facts: FileFacts, offset: int) -> str:
    data = facts.text.data
    lead = data[data.rfind(b"\n", 0, offset) + 1 : offset]
    return decode(lead) if not lead.strip() else ""


def _spans_lines(decl: Decl, node: n.Node) -> bool:
    """Whether a literal holds a line end, which must stay as it is."""
    return isinstance(node, n.Template | n.Str) and re.search(r"\n", decl.text_of(node)) is not None
