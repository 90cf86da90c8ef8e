"""Puts a getter in the place of a field that holds a vendor's client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.classes import chain_of, member_names
from fourlayer.project.exports import Declared
from fourlayer.rule.model import Change
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.client._wrap import editor_of

if TYPE_CHECKING:
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer_rules.client.eager_client._find import Eager

_KEPT = ("private", "protected", "public", "override")


def getter(ctx: Context, path: str, facts: FileFacts, one: Eager) -> Change | None:
    """The change; None where the client needs what only the constructor has, or is written elsewhere."""
    found = _field(one)
    if found is None:
        return None
    field, value, statement = found
    node = field.node
    if not isinstance(node, n.ClassMember) or node.name is None or node.name.startswith("#"):
        return None
    writes = [inner for member in one.owner.members for inner in _writes(member, node.name)]
    if len(writes) != (1 if statement is not None else 0) or node.optional or b"super" in field.data:
        return None
    type_ = _type(field, node, value, one)
    chain = chain_of(ctx.view, Declared(path, facts, one.owner))
    taken = {name for link in chain.links for name in member_names(link.decl)}
    kept = f"kept{node.name[0].upper()}{node.name[1:]}"
    if type_ is None or kept in taken or not _is_independent(one.member, value):
        return None
    editor = editor_of(ctx, path, facts)
    words = [word for word in node.modifiers if word in _KEPT]
    lead = " ".join([*words, "get"])
    data = facts.text.data
    line = data.rfind(b"\n", 0, field.start) + 1
    margin = data[line : field.start].decode()
    if margin.strip():
        return None
    newline = editor.local("\n")
    end = ";" if editor.style.semicolons else ""
    made = one.member.text_of(value)
    lines = (
        f"private {kept}: {type_} | undefined{end}",
        "",
        f"{margin}{lead} {node.name}(): {type_} {{",
        f"{margin}{editor.style.indent}return (this.{kept} ??= {made}){end}",
        f"{margin}}}",
    )
    stop = field.end + (1 if data[field.end : field.end + 1] == b";" else 0)
    editor.replace(field.start, stop, newline.join(lines))
    if statement is not None:
        span = one.member.span(statement)
        editor.remove_statement(span.start, span.end)
    return Change({path: editor.edits()})


def _field(one: Eager) -> tuple[Decl, n.Expr, n.ExprStmt | None] | None:
    """The field, its value, and the statement of the constructor that assigns it."""
    node = one.member.node
    if isinstance(node, n.ClassMember) and node.kind == "field":
        return (one.member, one.node, None) if node.init is one.node else None
    parent = one.member.parent(one.node)
    name = (
        dotted(parent.target)
        if isinstance(parent, n.Assign) and isinstance(parent.target, n.Member)
        else None
    )
    statement = one.member.parent(parent) if parent is not None else None
    if name is None or not isinstance(statement, n.ExprStmt) or name.count(".") != 1:
        return None
    wanted = name.removeprefix("this.")
    for member in one.owner.members:
        other = member.node
        if isinstance(other, n.ClassMember) and other.kind == "field" and other.name == wanted:
            return (member, one.node, statement) if other.init is None else None
    return None


def _writes(member: Decl, name: str) -> list[n.Assign]:
    return [
        node
        for node in walk(member.node)
        if isinstance(node, n.Assign) and isinstance(node.target, n.Member) and node.target.name == name
    ]


def _type(field: Decl, node: n.ClassMember, value: n.Expr, one: Eager) -> str | None:
    """The client's type as written: the field's, else the class that is constructed."""
    if node.type is not None:
        return None if isinstance(node.type, n.TypeUnion) else field.text_of(node.type)
    value = uncast(value)
    if isinstance(value, n.New) and dotted(value.callee) is not None:
        args = ", ".join(one.member.text_of(arg) for arg in value.type_args)
        return f"{dotted(value.callee)}<{args}>" if args else dotted(value.callee)
    name = dotted(value.callee) if isinstance(value, n.Call) else None
    return f"ReturnType<typeof {name}>" if name is not None and not name.startswith("this.") else None


def _is_independent(member: Decl, value: n.Expr) -> bool:
    """Whether a value uses nothing that only the constructor knows."""
    scopes = scopes_of(member)
    for node in walk(value):
        binding = scopes.binding(node)
        if (
            binding is not None
            and binding.scope is not value
            and not _is_inside(member, binding.scope, value)
        ):
            return False
        if isinstance(node, n.Await):
            return False
    return True


def _is_inside(member: Decl, scope: n.Node, value: n.Expr) -> bool:
    return any(around is value for around in member.ancestors(scope))
