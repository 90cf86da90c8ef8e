"""Finds the clients of vendors that fields and constructors make."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.summaries.vendors import At, makes
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import uncast
from fourlayer.syntax.facts import children
from fourlayer.syntax.functions import function_of
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts

_HOPS = 3


class Eager(NamedTuple):
    """The expression that makes a client, in a field or in the constructor; what is marked of it."""

    owner: Decl
    member: Decl
    node: n.Expr
    anchor: n.Node
    package: str


def eager_clients(ctx: Context, path: str, facts: FileFacts) -> Iterator[Eager]:
    """The clients of a file, in source order."""
    for owner in facts.decls:
        for member in owner.members if owner.kind == "class" else ():
            node = member.node
            if not isinstance(node, n.ClassMember) or not member.trusted or "static" in node.modifiers:
                continue
            root: n.Node | None = None
            if node.kind == "field":
                root = None if isinstance(node.init, n.Function) else node.init
            elif node.kind == "constructor" and node.function is not None:
                root = node.function
            for inner in _run(root) if root is not None else ():
                package = _package(ctx, path, facts, owner, member, inner, 0)
                if package is not None:
                    anchor = inner.callee if isinstance(inner, n.Call | n.New) else inner
                    yield Eager(owner, member, inner, anchor, package)


def _run(root: n.Node) -> Iterator[n.Expr]:
    """The calls and constructions that are evaluated at once; defaults of parameters included."""
    stack: list[n.Node] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, n.Function) and node is not root:
            continue
        if isinstance(node, n.ClassExpr | n.ClassDecl | n.FunctionDecl | n.Type):
            continue
        if isinstance(node, n.Call | n.New):
            yield node
        stack.extend(children(node)[::-1])


def _package(
    ctx: Context, path: str, facts: FileFacts, owner: Decl, decl: Decl, node: n.Expr, hops: int
) -> str | None:
    """The SDK whose client an expression makes, by a helper of the file or the class too."""
    vendor = makes(facts, At(ctx.view, path), node)
    if vendor is not None:
        return vendor.package if vendor.kind in {"sdk", "other"} else None
    callee = uncast(node.callee) if isinstance(node, n.Call) else None
    target: Decl | None = None
    if isinstance(callee, n.Name) and scopes_of(decl).binding(callee) is None:
        target = facts.decl(callee.name)
    elif isinstance(callee, n.Member) and isinstance(callee.object, n.Name) and callee.object.name == "this":
        target = next((member for member in owner.members if member.name == callee.name), None)
    function = function_of(target) if target is not None and target.trusted else None
    if target is None or function is None or function.body is None or hops >= _HOPS:
        return None
    for inner in _run(function.body):
        found = _package(ctx, path, facts, owner, target, inner, hops + 1)
        if found is not None:
            return found
    return None
