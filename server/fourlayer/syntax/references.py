"""Every place in a file that means a name of its top level, be it declared or imported there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of
from fourlayer.syntax.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.scope import Binding

Form = Literal["declaration", "plain", "shorthand", "export"]


class Reference(NamedTuple):
    """One mention of a top-level name. `span` is the identifier, in bytes.

    A "shorthand" is a property that is named like the value (`{ name }`), an "export" a name in an export
    list without an alias: there the identifier is a public name too. `member` is what is taken out of it
    (`name.member`), None where the name is used as a whole.
    """

    span: Span
    form: Form
    member: Span | None


class References(NamedTuple):
    """The mentions in source order; `complete` tells that there can be no other."""

    found: tuple[Reference, ...]
    complete: bool


_IDENTIFIERS = frozenset(
    {
        "identifier",
        "type_identifier",
        "shorthand_property_identifier",
        "shorthand_property_identifier_pattern",
    }
)
_IMPORTING = frozenset({"import_specifier", "import_clause", "namespace_import", "import_require_clause"})
_ELSEWHERE = frozenset({"index_signature", "type_parameter", "mapped_type_clause", "infer_type"})
_PARAMETERS = frozenset({"required_parameter", "optional_parameter", "rest_pattern"})
_NAMED = frozenset(
    {
        "abstract_class_declaration",
        "class",
        "class_declaration",
        "enum_declaration",
        "function_declaration",
        "function_expression",
        "function_signature",
        "generator_function",
        "generator_function_declaration",
        "interface_declaration",
        "internal_module",
        "module",
        "type_alias_declaration",
    }
)
_HOLDERS = frozenset({"member_expression", "nested_type_identifier", "nested_identifier"})


def references(facts: FileFacts, name: str) -> References:
    """The mentions of a top-level name; those in imports and in `export ... from` are left out."""
    found: list[Reference] = []
    complete = True
    root = facts.root_node()
    for start, end in _words(facts.text.data, name):
        if facts.masked(start):
            complete = complete and facts.in_string_or_comment(start)
            continue
        node = root.descendant_for_byte_range(start, end)
        if node is None or (node.start_byte, node.end_byte) != (start, end):
            continue
        if node.type not in _IDENTIFIERS or node.parent is None:
            continue
        form = _form(facts, node, node.parent, name)
        if form == "unknown":
            complete = False
        elif form is not None:
            found.append(Reference(Span(start, end), form, _member(node, node.parent)))
    return References(tuple(found), complete)


def mentions(facts: FileFacts, name: str) -> bool:
    """Whether a name is written anywhere in the code of a file, as a binding or as its use."""
    root = facts.root_node()
    for start, end in _words(facts.text.data, name):
        node = root.descendant_for_byte_range(start, end)
        if facts.masked(start) or (node is not None and node.type in _IDENTIFIERS):
            return True
    return False


def _words(data: bytes, name: str) -> Iterator[tuple[int, int]]:
    word = name.encode()
    if word in data:
        for match in re.finditer(rb"(?<![\w$])" + re.escape(word) + rb"(?![\w$])", data):
            yield match.span()


def _form(facts: FileFacts, node: Node, parent: Node, name: str) -> Form | Literal["unknown"] | None:
    """What a mention is; None where it means something else, "unknown" where that cannot be told."""
    kind = parent.type
    if kind in _IMPORTING or kind in _PARAMETERS or _is_member(parent, node):
        return None
    if node.type == "shorthand_property_identifier_pattern":
        return "unknown" if _at_top_level(node) else None
    if kind in _ELSEWHERE:
        return "unknown" if kind in {"mapped_type_clause", "infer_type"} else _constraint(node, parent)
    if kind == "export_specifier":
        return _exported(parent, node)
    if kind in _NAMED and _is_field(parent, "name", node):
        return "declaration" if _is_top_level(parent) else None
    decl = facts.decl_at(node.start_byte)
    if decl is None or not decl.trusted or not _owner_is_sound(decl):
        return "unknown"
    if _is_shadowed(decl, node.start_byte, name):
        return None
    if node.type == "shorthand_property_identifier":
        return "shorthand"
    if kind == "variable_declarator" and _is_field(parent, "name", node):
        return "declaration"
    return "plain"


def _is_member(parent: Node, node: Node) -> bool:
    """Whether the mention is what is taken out of another name."""
    return parent.type in _HOLDERS and parent.named_children[0].id != node.id


def _at_top_level(node: Node) -> bool:
    """Whether a destructuring pattern is not inside a function, so that it may bind the top-level name."""
    above = node.parent
    while above is not None and above.type not in {"statement_block", "formal_parameters"}:
        above = above.parent
    return above is None


def _constraint(node: Node, parent: Node) -> Form | None:
    """The name of a type parameter or an index is its own."""
    return None if parent.type == "index_signature" or _is_field(parent, "name", node) else "plain"


def _exported(specifier: Node, node: Node) -> Form | None:
    statement = specifier.parent.parent if specifier.parent is not None else None
    if statement is None or statement.child_by_field_name("source") is not None:
        return None
    alias = specifier.child_by_field_name("alias")
    if alias is None:
        return "export"
    return "plain" if _is_field(specifier, "name", node) else None


def _is_field(parent: Node, field: str, node: Node) -> bool:
    child = parent.child_by_field_name(field)
    return child is not None and child.id == node.id


def _is_top_level(node: Node) -> bool:
    above = node.parent
    while above is not None and above.type in {"export_statement", "ambient_declaration"}:
        above = above.parent
    return above is not None and above.type == "program"


def _owner_is_sound(decl: Decl) -> bool:
    owner = decl.owner
    return owner is None or isinstance(owner.node, n.ClassDecl)


def _member(node: Node, parent: Node) -> Span | None:
    if parent.type not in _HOLDERS:
        return None
    first = parent.named_children[0]
    last = parent.named_children[-1]
    return Span(last.start_byte, last.end_byte) if first.id == node.id and last.id != node.id else None


def _is_shadowed(decl: Decl, offset: int, name: str) -> bool:
    """Whether the name means something inside the declaration, or a type parameter around it."""
    node = _at(decl, offset - decl.start)
    scopes = scopes_of(decl)
    if isinstance(node, n.Name) and node.name == name:
        binding = scopes.binding(node)
        return binding is not None and not _is_outermost(decl, binding)
    if any(one.name == name and not _is_outermost(decl, one) for one in scopes.visible(node)):
        return True
    around = [node, *decl.ancestors(node)]
    if decl.owner is not None:
        around.append(decl.owner.node)
    return any(name == param.name for above in around for param in _type_params(above))


def _is_outermost(decl: Decl, binding: Binding) -> bool:
    """Whether a binding is what the declaration itself declares; a block or a loop declares for itself."""
    return binding.scope is decl.node and decl.kind != "statement"


def _type_params(node: n.Node) -> tuple[n.TypeParam, ...]:
    if isinstance(node, n.Function | n.ClassDecl | n.InterfaceDecl | n.TypeAlias | n.TypeFunction):
        return node.type_params
    return ()


def _at(decl: Decl, offset: int) -> n.Node:
    """The smallest lowered node around an offset in a declaration."""
    best = decl.node
    for node in walk(decl.node):
        if node.start <= offset < node.end and node.end - node.start <= best.end - best.start:
            best = node
    return best
