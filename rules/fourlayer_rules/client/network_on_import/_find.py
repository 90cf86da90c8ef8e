"""Finds what a module does over the network while it is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.summaries.network import exits, name_reaches
from fourlayer.project.summaries.vendors import At, makes
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.facts import children
from fourlayer.syntax.functions import function_of
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.span import Span

_HOPS = 4
_RUNS_AT_ONCE = frozenset({"map", "forEach", "flatMap", "filter", "reduce", "some", "every", "find"})
_ENTRY = frozenset({"import.meta.url", "require.main", "import.meta.main", "process.argv"})


_INFRASTRUCTURE: Mapping[str, frozenset[str]] = {
    "@supabase/supabase-js": frozenset({"createClient"}),
    "@supabase/ssr": frozenset({"createBrowserClient", "createServerClient"}),
    "ioredis": frozenset({"default", "Redis", "Cluster"}),
    "kafkajs": frozenset({"Kafka"}),
    "mongodb": frozenset({"MongoClient"}),
    "mysql2/promise": frozenset({"createConnection", "createPool"}),
    "nodemailer": frozenset({"createTransport"}),
    "pg": frozenset({"Client", "Pool"}),
    "redis": frozenset({"createClient", "createCluster"}),
}
"""What makes connections of the infrastructure."""


class Load(NamedTuple):
    """Something that loading a module does: the expression, what is marked of it, and the package.

    `makes` tells that a client is made, and nothing sent as yet; `places` are where a function that is
    called leaves the process.
    """

    decl: Decl
    node: n.Expr
    anchor: n.Node
    what: str
    makes: bool
    places: tuple[tuple[str, Span], ...]


def loads(ctx: Context, path: str, facts: FileFacts) -> Iterator[Load]:
    """What loading a file does over the network, in source order."""
    for decl in facts.all_decls():
        if not decl.trusted or decl.kind in {"import", "interface", "type", "enum", "function"}:
            continue
        roots = _roots(decl)
        own = {one.node: one.what for one in exits(ctx.view, path, facts, decl)} if roots else {}
        for root in roots:
            for node in _run(decl, root):
                found = _judged(ctx, path, facts, decl, node, own)
                if found is not None:
                    yield found


def _roots(decl: Decl) -> list[n.Node]:
    """The parts of a declaration that are run while the module loads."""
    node = decl.node
    if isinstance(node, n.ClassMember):
        if node.kind == "static block" and node.function is not None and node.function.body is not None:
            return [node.function.body]
        return [node.init] if "static" in node.modifiers and node.kind == "field" and node.init else []
    if isinstance(node, n.ClassDecl):
        return [node.extends] if node.extends is not None else []
    return [] if isinstance(node, n.FunctionDecl) else [node]


def _run(decl: Decl, root: n.Node) -> Iterator[n.Expr]:
    """The expressions below a node that are evaluated at once, inner functions that are called included."""
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, n.If) and _is_entry_point(decl, node.test):
            stack += [node.other] if node.other is not None else []
            continue
        if isinstance(node, n.Function):
            if not _is_called(decl, node) or node.body is None:
                continue
            stack.append(node.body)
            continue
        if isinstance(node, n.ClassExpr | n.ClassDecl | n.FunctionDecl | n.Type):
            continue
        if isinstance(node, n.Call | n.New):
            yield node
        stack.extend(children(node)[::-1])


def _is_entry_point(decl: Decl, test: n.Expr) -> bool:
    """`if (import.meta.url === ...)`: what is run when the file is the program itself."""
    text = decl.text_of(test)
    return any(word in text for word in _ENTRY)


def _is_called(decl: Decl, function: n.Function) -> bool:
    inner: n.Node = function
    parent = decl.parent(inner)
    while isinstance(parent, n.Cast):
        inner, parent = parent, decl.parent(parent)
    if not isinstance(parent, n.Call):
        return isinstance(parent, n.New) and dotted(parent.callee) == "Promise"
    if parent.callee is inner:
        return True
    callee = uncast(parent.callee)
    return isinstance(callee, n.Member) and callee.name in _RUNS_AT_ONCE


def _judged(
    ctx: Context, path: str, facts: FileFacts, decl: Decl, node: n.Expr, own: dict[n.Expr, str]
) -> Load | None:
    what = own.get(node)
    if what is not None:
        return Load(decl, node, _callee(node), what, False, ())
    made = _made(ctx, path, facts, decl, node)
    if made is not None:
        return Load(decl, node, _callee(node), made, True, ())
    callee = node.callee if isinstance(node, n.Call) else None
    if not isinstance(callee, n.Name) or scopes_of(decl).binding(callee) is not None:
        return None
    if callee.name == "main":
        # The file is the program itself.
        return None
    way = name_reaches(ctx.view, path, facts, callee.name)
    if way is not None and _runs_at_once(ctx, path, facts, callee.name):
        place = way.place(ctx.view)
        places = ((way.path, place),) if place is not None else ()
        return Load(decl, node, callee, way.what, False, places)
    return _made_by(ctx, path, facts, decl, node, callee.name)


def _made(ctx: Context, path: str, facts: FileFacts, decl: Decl, node: n.Expr) -> str | None:
    """The package whose client an expression makes, and keeps."""
    if _is_chained(decl, node):
        return None
    vendor = makes(facts, At(ctx.view, path), node)
    return vendor.package if vendor is not None else _connection(facts, decl, node)


def _connection(facts: FileFacts, decl: Decl, node: n.Expr) -> str | None:
    """The package of the infrastructure that an expression connects to."""
    name = dotted(node.callee) if isinstance(node, n.Call | n.New) else None
    head, _, member = (name or "").partition(".")
    for item in facts.imports:
        made = _INFRASTRUCTURE.get(item.specifier)
        if made is None or item.type_only or item.kind != "import":
            continue
        for bound in item.names:
            imported = member or bound.imported
            known = imported in made or (not member and bound.imported in made)
            if bound.local == head and known and head not in {one.name for one in scopes_of(decl).bindings}:
                return item.specifier
    return None


def _callee(node: n.Expr) -> n.Node:
    return node.callee if isinstance(node, n.Call | n.New) else node


def _is_chained(decl: Decl, node: n.Expr) -> bool:
    """Whether something is called on the client at once, which is reported itself."""
    parent = decl.parent(node)
    return isinstance(parent, n.Member) and isinstance(decl.parent(parent), n.Call)


def _runs_at_once(ctx: Context, path: str, facts: FileFacts, name: str, hops: int = 0) -> bool:
    """Whether a function itself makes the call, and does not make a function that would."""
    from fourlayer.project.exports import named

    found = named(ctx.view, path, facts, name) if hops < _HOPS else None
    function = function_of(found.decl) if isinstance(found, tuple) else None
    other = ctx.view.facts(found.path) if isinstance(found, tuple) else None
    if not isinstance(found, tuple) or function is None or function.body is None or other is None:
        return False
    decl = found.decl
    leaving = {one.node for one in exits(ctx.view, found.path, other, decl)}
    for node in _run(decl, function.body):
        if node in leaving:
            return True
        callee = node.callee if isinstance(node, n.Call) else None
        if isinstance(callee, n.Name) and scopes_of(decl).binding(callee) is None and callee.name != name:
            way = name_reaches(ctx.view, found.path, other, callee.name)
            if way is not None and _runs_at_once(ctx, found.path, other, callee.name, hops + 1):
                return True
    return False


def _made_by(ctx: Context, path: str, facts: FileFacts, decl: Decl, node: n.Expr, name: str) -> Load | None:
    """A client that a function of the same file makes."""
    target = facts.decl(name)
    function = function_of(target) if target is not None and target.trusted else None
    if target is None or function is None or function.body is None:
        return None
    for inner in _run(target, function.body):
        made = _made(ctx, path, facts, target, inner)
        if made is not None:
            return Load(decl, node, _callee(node), made, True, ())
    return None
