"""Call chains such as `this.db.from("deals").select("id").eq("id", id)`, read from left to right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, cast

from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk

if TYPE_CHECKING:
    from fourlayer.syntax.facts import Decl


class Link(NamedTuple):
    """One step of a chain.

    `name` is the member's name (empty for a direct call of the head, or a computed member). `args` is
    None for a plain property access. `node` is the Call, Member, Index or Tagged that the step ends with;
    its `end` is where more links could be added. `name_start` counts like the node's offsets.
    `awaited` tells that what stands before was awaited first.
    """

    name: str
    args: tuple[n.Expr, ...] | None
    type_args: tuple[n.Type, ...]
    node: n.Expr
    name_start: int
    optional: bool
    awaited: bool

    @property
    def is_call(self) -> bool:
        """Whether the step calls something."""
        return self.args is not None


class Chain(NamedTuple):
    """A whole chain: the expression it starts with, its links, and the outermost node.

    Casts, `!` and parentheses between the links are passed over.
    """

    head: n.Expr
    links: tuple[Link, ...]
    node: n.Expr

    @property
    def names(self) -> tuple[str, ...]:
        """The head's name (`this`, an identifier, or empty) and the links' names."""
        first = self.head.name if isinstance(self.head, n.Name) else ""
        return (first, *(link.name for link in self.links))

    @property
    def calls(self) -> tuple[Link, ...]:
        """The links that are calls."""
        return tuple(link for link in self.links if link.args is not None)

    def call(self, name: str) -> Link | None:
        """The first call of a name."""
        return next((link for link in self.links if link.name == name and link.args is not None), None)


def bare(expr: n.Expr) -> n.Expr:
    """The expression without casts, `!` and `await` around it."""
    while isinstance(expr, n.Cast | n.Await):
        expr = expr.value
    return expr


def uncast(expr: n.Expr) -> n.Expr:
    """The expression without casts and `!` around it."""
    while isinstance(expr, n.Cast):
        expr = expr.value
    return expr


def chain_of(expr: n.Expr) -> Chain:
    """The chain that ends with an expression; any expression is at least a chain without links."""
    links: list[Link] = []
    node = bare(expr)
    outer = node
    while True:
        awaited = False
        inner: n.Expr
        if isinstance(node, n.Call):
            inner, awaited = _step(node.callee)
            if isinstance(inner, n.Member) and not awaited:
                links.append(
                    Link(inner.name, node.args, node.type_args, node, inner.name_start, inner.optional, False)
                )
                node, awaited = _step(inner.object)
                links[-1] = links[-1]._replace(awaited=awaited)
                continue
            links.append(Link("", node.args, node.type_args, node, node.args_start, node.optional, awaited))
        elif isinstance(node, n.Member):
            inner, awaited = _step(node.object)
            links.append(Link(node.name, None, (), node, node.name_start, node.optional, awaited))
        elif isinstance(node, n.Index):
            inner, awaited = _step(node.object)
            name = node.index.value if isinstance(node.index, n.Str) else ""
            links.append(Link(name, None, (), node, node.index.start, node.optional, awaited))
        elif isinstance(node, n.Tagged):
            inner, awaited = _step(node.tag)
            if isinstance(inner, n.Member):
                links.append(
                    Link(
                        inner.name,
                        (node.template,),
                        node.type_args,
                        node,
                        inner.name_start,
                        inner.optional,
                        awaited,
                    )
                )
                node, _ = _step(inner.object)
                continue
            links.append(
                Link("", (node.template,), node.type_args, node, node.template.start, False, awaited)
            )
        else:
            return Chain(node, tuple(reversed(links)), outer)
        node = inner


def _step(expr: n.Expr) -> tuple[n.Expr, bool]:
    awaited = False
    while isinstance(expr, n.Cast | n.Await):
        awaited = awaited or isinstance(expr, n.Await)
        expr = expr.value
    return expr, awaited


def chains(decl: Decl) -> Iterator[Chain]:
    """Every outermost chain with at least one call inside a declaration, in source order."""
    for node in walk(decl.node):
        if isinstance(node, n.Call | n.Member | n.Index | n.Tagged) and not _continued(decl, node):
            chain = chain_of(node)
            if chain.calls:
                yield chain


def all_chains(decl: Decl) -> tuple[Chain, ...]:
    """The same, found once for each lowered declaration."""
    known = decl.chunk.memo.get("chains")
    if known is None:
        known = decl.chunk.memo["chains"] = tuple(chains(decl))
    return cast("tuple[Chain, ...]", known)


def all_calls(decl: Decl) -> tuple[n.Call, ...]:
    """Every call inside a declaration, in source order; found once for each lowered declaration."""
    known = decl.chunk.memo.get("calls")
    if known is None:
        known = decl.chunk.memo["calls"] = tuple(x for x in walk(decl.node) if isinstance(x, n.Call))
    return cast("tuple[n.Call, ...]", known)


def member_assigns(decl: Decl) -> tuple[tuple[n.Member, n.Expr], ...]:
    """What a declaration assigns to members (`this.call = value`), in source order; found once as well."""
    known = decl.chunk.memo.get("member assigns")
    if known is None:
        known = decl.chunk.memo["member assigns"] = tuple(
            (node.target, node.value)
            for node in walk(decl.node)
            if isinstance(node, n.Assign) and isinstance(node.target, n.Member)
        )
    return cast("tuple[tuple[n.Member, n.Expr], ...]", known)


def _continued(decl: Decl, node: n.Expr) -> bool:
    """Whether a chain node is the inner part of a longer chain."""
    child: n.Node = node
    parent = decl.parent(child)
    while isinstance(parent, n.Cast | n.Await):
        child = parent
        parent = decl.parent(child)
    if isinstance(parent, n.Member | n.Index):
        return parent.object is child
    if isinstance(parent, n.Call):
        return parent.callee is child
    return isinstance(parent, n.Tagged) and parent.tag is child


def dotted(expr: n.Expr) -> str | None:
    """`a.b.c` for a plain member path (optional chaining and `!` passed over), else None."""
    parts: list[str] = []
    node = uncast(expr)
    while isinstance(node, n.Member):
        parts.append(node.name)
        node = uncast(node.object)
    if not isinstance(node, n.Name):
        return None
    parts.append(node.name)
    return ".".join(reversed(parts))
