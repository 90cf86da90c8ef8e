"""Runs a call in a circuit breaker that is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.exports import Declared
from fourlayer.project.follow import Follow
from fourlayer.project.frames import Frame, Instance, Value
from fourlayer.project.summaries.guards import passes_through
from fourlayer.rule.model import Change
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import children
from fourlayer.syntax.glob import names_match
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.client._wrap import editor_of, waited_promise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.project.summaries.network import Exit
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts


class Breaker(NamedTuple):
    """How code names a breaker; `path` is where it must be imported from, empty where it is at hand."""

    name: str
    path: str


def executed(ctx: Context, path: str, decl: Decl, one: Exit) -> Change | None:
    """The change; None where there is no breaker, or the promise goes elsewhere than to whoever waits."""
    facts = ctx.view.facts(path)
    promise = waited_promise(decl, one.node)
    if facts is None or promise is None or not _in_function(decl, promise):
        return None
    breaker = next(iter(_breakers(ctx, path, facts, decl)), None)
    if breaker is None or any(item.name == breaker.name for item in scopes_of(decl).visible(promise)):
        return None
    editor = editor_of(ctx, path, facts)
    span = decl.span(promise)
    word = "async " if _awaits(promise) else ""
    editor.replace(span.start, span.start, f"{breaker.name}.execute({word}() => ")
    editor.replace(span.end, span.end, ")")
    if breaker.path:
        editor.want(ctx.view.specifier_for(breaker.path, path), breaker.name)
    return Change({path: editor.edits()})


def _in_function(decl: Decl, node: n.Node) -> bool:
    return any(isinstance(one, n.Function) for one in decl.ancestors(node))


def _awaits(node: n.Node) -> bool:
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, n.Await):
            return True
        if not isinstance(current, n.Function):
            stack.extend(children(current))
    return False


def _breakers(ctx: Context, path: str, facts: FileFacts, decl: Decl) -> Iterator[Breaker]:
    if decl.owner is not None and "static" not in getattr(decl.node, "modifiers", ()):
        yield from _fields(ctx, path, facts, decl.owner)
    yield from (Breaker(name, "") for name in _constants(ctx, path, facts))
    provider = ctx.view.provider_of(path)
    for file in provider.files if provider is not None else ():
        other = ctx.view.facts(file) if file != path and not ctx.view.is_test(file) else None
        if other is None or ctx.view.layer_of(file) != "client":
            continue
        exported = {item.name for item in other.exports}
        yield from (Breaker(name, file) for name in _constants(ctx, file, other) if name in exported)


def _constants(ctx: Context, path: str, facts: FileFacts) -> Iterator[str]:
    """The constants of a file that hold a breaker of the workspace."""
    for decl in facts.decls:
        node = decl.node if decl.kind == "variable" and decl.trusted else None
        for item in node.declarators if isinstance(node, n.VarDecl) and node.kind == "const" else ():
            if isinstance(item.target, n.Name) and isinstance(item.init, n.New):
                frame = Frame(path, facts, decl, None, None, {}, ())
                if _is_breaker(ctx, Value(item.init, frame)):
                    yield item.target.name


def _fields(ctx: Context, path: str, facts: FileFacts, owner: Decl) -> Iterator[Breaker]:
    """The fields of a class that hold a breaker of the workspace."""
    declared = Declared(path, facts, owner)
    for member in owner.members:
        node = member.node
        if not isinstance(node, n.ClassMember):
            continue
        names = [node.name] if node.kind == "field" and node.name is not None and not node.optional else []
        params = node.function.params if node.kind == "constructor" and node.function is not None else ()
        names += [
            p.target.name for p in params if p.modifiers and isinstance(p.target, n.Name) and not p.optional
        ]
        for name in names:
            this = n.Member(0, 0, n.Name(0, 0, "this"), name, 0, False)
            if _is_breaker(ctx, Value(this, Frame(path, facts, member, None, declared, {}, ()))):
                yield Breaker(f"this.{name}", "")


def _is_breaker(ctx: Context, value: Value) -> bool:
    found = Follow(ctx.view).object(value)
    if not isinstance(found, Instance) or found.static or passes_through(found.declared, "execute"):
        return False
    names = ctx.view.layout.symbols.get("breakers", ())
    return names_match(names, found.declared.decl.name or "") and _executes(ctx.view, found.declared)


def _executes(view: View, declared: Declared) -> bool:
    """Whether `execute` takes a function alone and is generic in what that comes to."""
    facts = view.facts(declared.path)
    decl = facts.decl(declared.decl.name or "") if facts is not None else None
    for member in decl.members if decl is not None else ():
        node = member.node
        function = node.function if isinstance(node, n.ClassMember) and member.name == "execute" else None
        if function is not None and function.params and function.type_params:
            first, *rest = function.params
            return isinstance(first.type, n.TypeFunction) and all(p.optional or p.default for p in rest)
    return False
