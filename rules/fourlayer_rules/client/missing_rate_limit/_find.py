"""Finds the methods of adapters that call out without the rate limit, and keys that tenants share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from fourlayer.project.classes import chain_of, member_names
from fourlayer.project.exports import Declared
from fourlayer.project.summaries.limits import Method, Out, is_limited, limit_call, unlimited
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import all_calls, bare, dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of, returned_values
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts


class Entry(NamedTuple):
    """A method from outside of which calls arrive, and the first place where it calls out."""

    decl: Decl
    out: Out


class SharedKey(NamedTuple):
    """The key of a rate limit that is, or falls back to, a text; `rest` is what stands before the text."""

    decl: Decl
    node: n.Expr
    rest: n.Expr | None


def adapters(ctx: Context, path: str, facts: FileFacts) -> Iterator[Decl]:
    """The classes of a file that extend the base class."""
    base = ctx.view.layout.conventions.base_class
    for decl in facts.decls:
        if decl.kind != "class" or not decl.trusted or decl.name == base:
            continue
        chain = chain_of(ctx.view, Declared(path, facts, decl))
        if chain.find(base) is not None or (chain.end or "").rpartition(".")[2] == base:
            yield decl


def open_methods(ctx: Context, path: str, facts: FileFacts) -> Iterator[Entry]:
    """The entries of a file that call out without the limit, in source order."""
    for owner in adapters(ctx, path, facts):
        receiver = Declared(path, facts, owner)
        inherited = _inherited(ctx, receiver)
        nodes = [node for member in owner.members if isinstance(node := member.node, n.ClassMember)]
        helpers = {node.name for node in nodes if node.name is not None and _is_helper(node, inherited)}
        blamed = _Blamed(ctx, receiver, helpers)
        for member in owner.members:
            node = member.node
            if not isinstance(node, n.ClassMember) or node.name is None or not member.trusted:
                continue
            if function_of(member) is None or node.kind == "constructor":
                continue
            for out in unlimited(ctx.view, Method(path, facts, member, receiver)):
                if out.via and (out.via not in helpers or blamed.is_blamed(out.via)):
                    continue
                if node.name not in helpers or blamed.is_blamed(node.name):
                    yield Entry(member, out)
                break


def _inherited(ctx: Context, receiver: Declared) -> set[str]:
    chain = chain_of(ctx.view, receiver)
    return {name for link in chain.links[1:] for name in member_names(link.decl)}


def _is_helper(node: n.ClassMember, inherited: set[str]) -> bool:
    """Whether only the class itself calls a member; what it calls may be for its callers to limit."""
    name = node.name or ""
    if "private" in node.modifiers or name.startswith("#"):
        return True
    return "protected" in node.modifiers and name not in inherited


def _of_this(member: Decl) -> tuple[n.Member, ...]:
    """What a member reads or calls of `this`, found once for each lowered declaration."""
    known = member.chunk.memo.get("of this")
    if known is None:
        nodes = (node for node in walk(member.node) if isinstance(node, n.Member))
        known = member.chunk.memo["of this"] = tuple(x for x in nodes if dotted(x.object) == "this")
    return cast("tuple[n.Member, ...]", known)


class _Blamed:
    """Which helpers of a class nobody calls under the limit, so that it belongs into them."""

    def __init__(self, ctx: Context, receiver: Declared, helpers: set[str]) -> None:
        self._ctx = ctx
        self._receiver = receiver
        self._helpers = helpers
        self._known: dict[str, bool] = {}

    def is_blamed(self, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether a helper is one of them."""
        if name not in self._known:
            found = self._search(name, seen | {name})
            if seen:
                return found
            self._known[name] = found
        return self._known[name]

    def _search(self, name: str, seen: frozenset[str]) -> bool:
        receiver = self._receiver
        for member in receiver.decl.members:
            if f"this.{name}".encode() not in member.data or member.name == name:
                continue
            method = Method(receiver.path, receiver.facts, member, receiver)
            caller = member.name or ""
            for node in _of_this(member):
                if node.name != name:
                    continue
                parent = member.parent(node)
                if not isinstance(parent, n.Call) or is_limited(self._ctx.view, method, parent):
                    return False
                through = caller in self._helpers and caller not in seen
                if through and not self.is_blamed(caller, seen):
                    return False
        return True


def shared_keys(ctx: Context, path: str, facts: FileFacts) -> Iterator[SharedKey]:
    """The keys of rate limits that tenants share, in source order."""
    for owner in adapters(ctx, path, facts):
        for member in owner.members:
            if not member.trusted or b"imit" not in member.data:
                continue
            for node in all_calls(member):
                call = limit_call(node)
                if call is not None and len(call.args) > 1:
                    found = _shared(owner, member, call.args[0], 0)
                    if found is not None:
                        yield found


def _shared(owner: Decl, decl: Decl, expr: n.Expr, hops: int) -> SharedKey | None:
    expr = bare(expr)
    if isinstance(expr, n.Str):
        return SharedKey(decl, expr, None)
    if isinstance(expr, n.Binary) and expr.op in {"??", "||"}:
        last = bare(expr.right)
        if isinstance(last, n.Str):
            return SharedKey(decl, expr, expr.left)
        return _shared(owner, decl, last, hops + 1) if hops < 4 else None
    if isinstance(expr, n.Cond):
        sides = (_shared(owner, decl, side, hops + 1) for side in (expr.then, expr.other))
        found = next((side for side in sides if side is not None), None) if hops < 4 else None
        return found._replace(rest=None) if found is not None else None
    if isinstance(expr, n.Template):
        parts = (_shared(owner, decl, part, hops + 1) for part in expr.exprs)
        return next((part for part in parts if part is not None and part.rest is not None), None)
    if isinstance(expr, n.Name) and hops < 4:
        binding = scopes_of(decl).binding(expr)
        value = binding.value if binding is not None else None
        return _shared(owner, decl, value, hops + 1) if value is not None else None
    callee = uncast(expr.callee) if isinstance(expr, n.Call) else expr
    if isinstance(callee, n.Member) and isinstance(callee.object, n.Name) and callee.object.name == "this":
        return _of_member(owner, callee.name, hops)
    return None


def _of_member(owner: Decl, name: str, hops: int) -> SharedKey | None:
    """The key that a method or getter of the class returns."""
    for member in owner.members:
        function = function_of(member) if member.name == name and hops < 4 else None
        for value in returned_values(function) if function is not None else ():
            found = _shared(owner, member, value, hops + 1)
            if found is not None:
                return found
    return None
