"""Cuts a cycle that types alone tie: the types move to `types.ts`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.tree import parent
from fourlayer.rule.model import Change, Create, TextEdit
from fourlayer_rules.derive.dtos import Dto, exported_text, movable_declarations, referenced
from fourlayer_rules.derive.editing import FileEditor
from fourlayer_rules.derive.style import import_statement, style_of

if TYPE_CHECKING:
    from fourlayer.project.cycles import Cycle, Link
    from fourlayer.project.snapshot import View
    from fourlayer.rule.model import Finding
    from fourlayer.syntax.facts import FileFacts, Import


class Move(NamedTuple):
    """What goes where: `source` declares the types, `home` will, `taken` are the imports to change."""

    importer: str
    source: str
    home: str
    types: tuple[Dto, ...]
    taken: tuple[Import, ...]


def move_of(view: View, finding: Finding) -> Move | None:
    """The first link of the finding's cycle that can be cut by moving types; None where none can."""
    for cycle in view.cycles(finding.path):
        if " ".join(link.target for link in cycle.links) == finding.key and cycle.type_only:
            moves = (_move(view, cycle, link) for link in cycle.links if link.type_only)
            return next((move for move in moves if move is not None), None)
    return None


def _move(view: View, cycle: Cycle, link: Link) -> Move | None:
    home = _home(view, link)
    source, importer = view.facts(link.target), view.facts(link.importer)
    if home in cycle.component or source is None or importer is None or not importer.trusted:
        return None
    taken = tuple(
        item
        for item in importer.imports
        if item.kind != "mock" and view.resolve(item.specifier, link.importer).path == link.target
    )
    wanted = {name.imported for item in taken for name in item.names}
    if any(item.kind != "import" or not item.names for item in taken) or wanted & {"*", "default", "="}:
        return None

    def may_import(specifier: str) -> bool:
        path = view.resolve(specifier, link.target).path
        return path != home and path not in cycle.component and _suits(view, home, path)

    movable = {dto.name: dto for dto in movable_declarations(source, may_import)}
    if not wanted <= movable.keys() or not all(movable[name].decl.exported for name in wanted):
        return None
    types = _closure(movable, wanted)
    existing = view.facts(home)
    if view.exists(home) and (existing is None or not existing.trusted):
        return None
    if existing is not None and any(_knows(existing, dto.name) for dto in types):
        return None
    return Move(link.importer, link.target, home, types, taken)


def _home(view: View, link: Link) -> str:
    """`types.ts` of the provider that both ends belong to; else beside the file that declares the types."""
    provider = view.provider_of(link.target)
    if provider is not None and provider == view.provider_of(link.importer):
        return f"{provider.path}/types.ts"
    folder = parent(link.target)
    return f"{folder}/types.ts" if folder else "types.ts"


def _suits(view: View, home: str, path: str | None) -> bool:
    """Whether `types.ts` may import a file: a contract imports contracts and shared code only."""
    if view.layer_of(home) != "contracts" or path is None:
        return True
    return view.is_shared(path) or view.layer_of(path) == "contracts"


def _closure(movable: dict[str, Dto], wanted: set[str]) -> tuple[Dto, ...]:
    """The wanted types and those of the same file that they are made of, in the file's order."""
    found: set[str] = set()
    pending = list(wanted)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += [used for used in movable[name].local if used in movable]
    return tuple(dto for name, dto in movable.items() if name in found)


def _knows(facts: FileFacts, name: str) -> bool:
    return facts.decl(name) is not None or any(
        bound.local == name for item in facts.imports for bound in item.names
    )


def change_of(view: View, move: Move) -> Change | None:
    """The declarations move; their own file imports and exports them, the importer takes them from there."""
    source, importer = view.facts(move.source), view.facts(move.importer)
    if source is None or importer is None:
        return None
    style = style_of(view, (move.source, move.importer))
    edits: dict[str, tuple[TextEdit, ...]] = {
        move.source: _leave(view, move, source),
        move.importer: _take(view, move, importer),
    }
    declared = (style.newline * 2).join(exported_text(source, dto) for dto in move.types) + style.newline
    imports: dict[str, set[str]] = {}
    for dto in move.types:
        for specifier, name in dto.imported:
            imports.setdefault(_moved_specifier(view, move, specifier), set()).add(name)
    existing = view.facts(move.home)
    if existing is None:
        lines = [
            style.apply(import_statement(names, specifier, type_only=True))
            for specifier, names in imports.items()
        ]
        head = style.newline.join(sorted(lines)) + style.newline * 2 if lines else ""
        return Change(edits, (Create(move.home, head + declared),))
    editor = FileEditor(existing, style_of(view, (move.home, move.source)))
    for specifier, names in imports.items():
        for name in sorted(names):
            editor.want(specifier, name, type_only=True)
    data = existing.text.data
    gap = "" if not data.strip() else style.newline if data.endswith(b"\n") else style.newline * 2
    editor.replace(len(data), len(data), gap + declared)
    edits[move.home] = editor.edits()
    return Change(edits)


def _moved_specifier(view: View, move: Move, specifier: str) -> str:
    path = view.resolve(specifier, move.source).path
    return specifier if path is None or not specifier.startswith(".") else view.specifier_for(path, move.home)


def _leave(view: View, move: Move, source: FileFacts) -> tuple[TextEdit, ...]:
    editor = FileEditor(source, style_of(view, (move.source,)))
    specifier = view.specifier_for(move.home, move.source)
    used = referenced(source, move.types)
    for dto in move.types:
        editor.remove_statement(dto.start, dto.end)
        if dto.name in used:
            editor.want(specifier, dto.name, type_only=True)
    moved_imports = {name for dto in move.types for _, name in dto.imported}
    for item in source.imports:
        unused = (moved_imports - used) & {bound.local for bound in item.names}
        if item.kind == "import" and unused:
            editor.unimport(item, unused)
    public = sorted(
        dto.name for dto in move.types if dto.decl.exported and _is_taken_elsewhere(view, move, dto)
    )
    if public:
        text = f'export type {{ {", ".join(public)} }} from "{specifier}";'
        imports = [decl for decl in source.decls if decl.kind == "import"]
        if imports:
            editor.insert(imports[-1].end, f"\n{text}")
        else:
            editor.insert(source.decls[0].start, f"{text}\n\n")
    return editor.edits()


def _is_taken_elsewhere(view: View, move: Move, dto: Dto) -> bool:
    """Whether a file other than the one that gets changed takes the type from where it was."""
    for edge in view.importers(move.source):
        if edge.importer == move.importer and edge.import_ in move.taken:
            continue
        names = {name.imported for name in edge.import_.names}
        if not names or names & {dto.name, "*", "="}:
            return True
    return False


def _take(view: View, move: Move, importer: FileFacts) -> tuple[TextEdit, ...]:
    """Point the imports at the new file."""
    editor = FileEditor(importer, style_of(view, (move.importer,)))
    specifier = view.specifier_for(move.home, move.importer)
    for item in move.taken:
        quote = importer.text.slice(item.span.start, item.span.start + 1)
        editor.replace(*item.span, f"{quote}{specifier}{quote}")
    return editor.edits()
