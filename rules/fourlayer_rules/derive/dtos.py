"""The data types that an adapter declares, and how they move to `types.ts`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fourlayer.syntax.facts import Decl, FileFacts

_INTERNAL = (
    "Config",
    "Credentials",
    "Options",
    "Client",
    "Method",
    "Mode",
    "Props",
    "Dependencies",
    "Deps",
    "Request",
)
_HTTP = frozenset({'"GET"', '"POST"', '"PUT"', '"PATCH"', '"DELETE"', '"HEAD"', '"OPTIONS"'})
_GLOBALS = frozenset(
    {
        "Array", "Date", "Exclude", "Extract", "Map", "NonNullable", "Omit", "Partial", "Pick", "Promise",
        "Readonly", "ReadonlyArray", "Record", "Required", "Set", "Uint8Array", "bigint", "boolean", "null",
        "number", "object", "string", "symbol", "undefined", "unknown", "never", "void", "any",
    }
)  # fmt: skip


class Dto(NamedTuple):
    """A data type of the adapter. `start`..`end` also holds the comment right above it."""

    name: str
    decl: Decl
    start: int
    end: int
    imported: tuple[tuple[str, str], ...]
    """Types that it takes from other modules: specifier and name."""
    local: tuple[str, ...]
    """Types of the same file that it is made of."""


def movable_types(facts: FileFacts, is_contract: Callable[[str], bool]) -> tuple[Dto, ...]:
    """The adapter's types that are plain data and stand on their own, in their order.

    `is_contract` tells which specifiers `types.ts` may import from.
    """
    return _movable(facts, is_contract, _is_data)


def movable_declarations(facts: FileFacts, may_import: Callable[[str], bool]) -> tuple[Dto, ...]:
    """Every interface and type alias of a file that can stand in another one, in their order.

    `may_import` tells which of the file's specifiers the other one may import from.
    """
    return _movable(facts, may_import, _is_declared_once)


def _movable(
    facts: FileFacts, may_import: Callable[[str], bool], fits: Callable[[FileFacts, Decl], bool]
) -> tuple[Dto, ...]:
    if not facts.trusted:
        return ()
    imported = {
        bound.local: item.specifier
        for item in facts.imports
        if item.kind == "import" and item.names and may_import(item.specifier)
        for bound in item.names
        if bound.local is not None and bound.local == bound.imported
    }
    candidates = {name: decl for decl in facts.decls if (name := decl.name) and fits(facts, decl)}
    while True:
        stuck = [name for name, decl in candidates.items() if not _stands_alone(decl, candidates, imported)]
        if not stuck:
            break
        for name in stuck:
            del candidates[name]
    return tuple(
        Dto(
            name,
            decl,
            attached_start(facts, decl.start),
            decl.end,
            tuple(sorted((imported[used], used) for used in _used(decl) if used in imported)),
            tuple(sorted(_used(decl) & candidates.keys())),
        )
        for name, decl in candidates.items()
    )


def exported_text(facts: FileFacts, dto: Dto) -> str:
    """A type as it stands in its file, with its comment, and exported."""
    comment = facts.text.slice(dto.start, dto.decl.start)
    declaration = facts.text.slice(dto.decl.start, dto.end)
    return comment + (declaration if dto.decl.exported else f"export {declaration}")


def entity_types(facts: FileFacts) -> tuple[str, ...]:
    """The entity types that an adapter supports: the literals of its `...EntityType` union."""
    for decl in facts.decls:
        node = decl.node if decl.kind == "type" and (decl.name or "").endswith("EntityType") else None
        if isinstance(node, n.TypeAlias):
            literals = _literals(node.value)
            if literals:
                return tuple(text[1:-1] for text in literals if text[0] in "\"'")
    return ()


def attached_start(facts: FileFacts, offset: int) -> int:
    """Where the comments right above a declaration begin; the offset itself where there are none."""
    data = facts.text.data
    start = offset
    for comment in reversed(facts.comments):
        if comment.span.end > start:
            continue
        between = data[comment.span.end : start]
        if between.strip() or between.count(b"\n") != 1 or not comment.own_line:
            break
        start = comment.span.start
    return start


def referenced(facts: FileFacts, without: tuple[Dto, ...]) -> set[str]:
    """The names that the file uses outside some of its types."""
    left_out = {dto.decl for dto in without}
    names: set[str] = set()
    for decl in facts.all_decls():
        if decl in left_out or decl.kind == "import":
            continue
        for node in walk(decl.node):
            if isinstance(node, n.TypeRef):
                names.add(node.name.partition(".")[0])
            elif isinstance(node, n.Name):
                names.add(node.name)
    return names


def _is_data(facts: FileFacts, decl: Decl) -> bool:
    node = decl.node
    if (decl.name or "").endswith(_INTERNAL) or not _is_declared_once(facts, decl) or not _is_plain(node):
        return False
    literals = _literals(node.value) if isinstance(node, n.TypeAlias) else ()
    return not literals or not set(literals) <= _HTTP


def _is_declared_once(facts: FileFacts, decl: Decl) -> bool:
    """Whether the declaration is a type that no other declaration of the file adds to or computes from."""
    node = decl.node
    if decl.is_default or not decl.trusted or not isinstance(node, n.InterfaceDecl | n.TypeAlias):
        return False
    if sum((decl.name or "") in other.names for other in facts.decls) > 1:
        return False
    return not any(isinstance(inner, n.TypeOther) and inner.kind == "type_query" for inner in walk(node))


def _is_plain(node: n.Node) -> bool:
    for inner in walk(node):
        if isinstance(inner, n.TypeFunction):
            return False
        if isinstance(inner, n.TypeProp) and inner.kind in {"method", "call", "construct"}:
            return False
        if isinstance(inner, n.TypeOther) and inner.kind in {"type_query", "conditional_type", "infer_type"}:
            return False
        if isinstance(inner, n.Name) and not isinstance(node, n.Type):
            return False
    return True


def _stands_alone(decl: Decl, movable: dict[str, Decl], imported: Mapping[str, str]) -> bool:
    return all(used in movable or used in imported or used in _GLOBALS for used in _used(decl))


def _used(decl: Decl) -> set[str]:
    """The names that a type uses and does not declare; a dotted name stays whole, so that it fits nothing."""
    own: set[str] = {decl.name or ""}
    used: set[str] = set()
    for node in walk(decl.node):
        if isinstance(node, n.TypeParam):
            own.add(node.name)
        elif isinstance(node, n.TypeRef):
            used.add(node.name)
    return used - own


def _literals(type_: n.Type) -> tuple[str, ...]:
    if isinstance(type_, n.TypeLiteral):
        return (type_.text,)
    if isinstance(type_, n.TypeUnion) and type_.op == "|":
        inner = [_literals(item) for item in type_.items]
        return tuple(text for texts in inner for text in texts) if all(inner) else ()
    return ()
