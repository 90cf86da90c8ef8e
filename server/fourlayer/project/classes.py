"""Classes across files: their chain of bases, their members, what is abstract and what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.exports import UNKNOWN, Declared, qualified
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl

_MAX_LINKS = 12


class Chain(NamedTuple):
    """A class and its bases, own first.

    `end` is the name of the first base that is no class of the workspace (None: the last link extends
    nothing); `known` tells whether that name is certain to stand for a class from outside, not for an
    expression (a mixin) or for code that does not parse.
    """

    links: tuple[Declared, ...]
    end: str | None
    known: bool

    def find(self, name: str) -> Declared | None:
        """The link of a name."""
        return next((link for link in self.links if link.decl.name == name), None)


class Member(NamedTuple):
    """A named instance member of a class, constructor parameter properties included."""

    name: str
    kind: str
    """`method`, `get`, `set`, `field` or `parameter`."""
    abstract: bool
    visibility: str
    decl: Decl
    node: n.ClassMember | n.Param


class Abstract(NamedTuple):
    """An abstract member that a class inherits and does not implement."""

    name: str
    member: Member
    owner: Declared


def head(decl: Decl) -> n.ClassDecl | None:
    """The head of a class declaration."""
    node = decl.node
    return node if isinstance(node, n.ClassDecl) else None


def chain_of(view: View, declared: Declared) -> Chain:
    """Follow `extends` through the workspace."""
    links = [declared]
    while len(links) <= _MAX_LINKS:
        current = links[-1]
        node = head(current.decl)
        if node is None:
            return Chain(tuple(links), None, False)
        base = node.extends
        if base is None:
            return Chain(tuple(links), None, current.decl.trusted)
        name = dotted(base)
        if name is None:
            return Chain(tuple(links), current.decl.text_of(base), False)
        found = qualified(view, current.path, current.facts, name)
        if not isinstance(found, tuple):
            return Chain(tuple(links), name, found != UNKNOWN or _is_imported(current, name))
        if found.decl.kind != "class" or any(found.decl is link.decl for link in links):
            return Chain(tuple(links), name, False)
        links.append(found)
    return Chain(tuple(links), None, False)


def _is_imported(declared: Declared, name: str) -> bool:
    """Whether a name comes from a module outside the workspace rather than from broken code."""
    first = name.partition(".")[0]
    return any(bound.local == first for item in declared.facts.imports for bound in item.names)


def dotted(expr: n.Expr) -> str | None:
    """`a.b` of names and members; None for anything else."""
    if isinstance(expr, n.Name):
        return expr.name
    if isinstance(expr, n.Member):
        inner = dotted(expr.object)
        return None if inner is None else f"{inner}.{expr.name}"
    return None


def member_names(decl: Decl) -> set[str]:
    """The names of a class's own instance members, without lowering method bodies."""
    names: set[str] = set()
    for member in decl.members:
        name = member.name
        if name == "constructor":
            names.update(prop.name for prop in _parameter_properties(member))
        elif name is not None and not _is_static(member):
            names.add(name)
    return names


def _is_static(member: Decl) -> bool:
    return b"static" in member.data[: member.name_span.start - member.start].split()


def members(decl: Decl) -> Iterator[Member]:
    """A class's own instance members."""
    for member in decl.members:
        node = member.node
        if not isinstance(node, n.ClassMember) or "static" in node.modifiers:
            continue
        if node.kind == "constructor":
            yield from _parameter_properties(member)
        elif node.name is not None and node.kind in {"method", "get", "set", "field"}:
            yield Member(
                node.name, node.kind, "abstract" in node.modifiers, _visibility(node.modifiers), member, node
            )


def _parameter_properties(member: Decl) -> Iterator[Member]:
    for param in constructor_params(member):
        if param.modifiers and isinstance(param.target, n.Name):
            yield Member(param.target.name, "parameter", False, _visibility(param.modifiers), member, param)


def _visibility(modifiers: tuple[str, ...]) -> str:
    return next((word for word in ("private", "protected") if word in modifiers), "public")


def constructor_params(member: Decl) -> tuple[n.Param, ...]:
    """The parameters of a constructor's implementation."""
    node = member.node
    if isinstance(node, n.ClassMember) and node.function is not None:
        return node.function.params
    return ()


def constructor_of(chain: Chain) -> tuple[Declared, Decl] | None:
    """The nearest constructor with a body, or the only signature, in a chain."""
    for link in chain.links:
        found = [member for member in link.decl.members if member.name == "constructor"]
        if found:
            bodied = [member for member in found if _has_body(member)]
            return link, (bodied or found)[-1]
    return None


def _has_body(member: Decl) -> bool:
    node = member.node
    return isinstance(node, n.ClassMember) and node.function is not None and node.function.body is not None


def unimplemented(chain: Chain) -> tuple[Abstract, ...]:
    """The abstract members that the first class of a complete chain leaves open, in their order."""
    own, *bases = chain.links
    open_members: dict[str, Abstract] = {}
    for link in reversed(bases):
        for member in members(link.decl):
            if member.abstract:
                open_members.setdefault(member.name, Abstract(member.name, member, link))
            else:
                open_members.pop(member.name, None)
    for name in member_names(own.decl):
        open_members.pop(name, None)
    return tuple(open_members.values())


def type_names(node: n.Node) -> set[str]:
    """The first parts of all names that types below a node use, `import("x").Name` as written."""
    names: set[str] = set()
    for inner in walk(node):
        if isinstance(inner, n.TypeRef):
            name = inner.name
            names.add(name if name.startswith("import(") else name.partition(".")[0])
    return names


def is_abstract(decl: Decl) -> bool:
    """Whether a class declaration is abstract."""
    node = head(decl)
    return node is not None and node.abstract


def class_member(decl: Decl) -> n.ClassMember | None:
    """The lowered member."""
    node = decl.node
    return node if isinstance(node, n.ClassMember) else None
