"""Calls of database functions: `client.rpc("name", { ... })`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from fourlayer.project.queries.builder import Builder, outermost, receiver_name, trace
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.syntax.facts import Decl, FileFacts

TRIGGER = b".rpc"
_CLIENTS = ("supabase", "postgrest", "db", "database")


class Rpc(NamedTuple):
    """One call of a database function. Nodes belong to `decl`.

    `node` is the whole chain, `function` what names the function, `args` the object with its arguments.
    """

    decl: Decl
    node: n.Node
    call: n.Call
    function: n.Expr
    args: n.Expr | None
    client: n.Expr

    @property
    def builder(self) -> Builder:
        """What is called on the result."""
        return trace(self.decl, self.call)


def rpcs_of(facts: FileFacts) -> tuple[Rpc, ...]:
    """The calls of a file in source order; those on clients of other protocols are left out."""
    known = facts.memo.get(rpcs_of)
    if known is None:
        known = facts.memo[rpcs_of] = tuple(_found(facts)) if TRIGGER in facts.text.data else ()
    return cast("tuple[Rpc, ...]", known)


def _found(facts: FileFacts) -> Iterator[Rpc]:
    lower = facts.text.data.lower()
    is_database = b"supabase" in lower or b"postgrest" in lower
    for decl in facts.all_decls():
        if decl.members or TRIGGER not in decl.data or decl.kind == "import":
            continue
        for node in walk(decl.node):
            callee = uncast(node.callee) if isinstance(node, n.Call) and node.args else None
            if not isinstance(node, n.Call) or not isinstance(callee, n.Member) or callee.name != "rpc":
                continue
            first, *rest = node.args
            if isinstance(bare(first), n.Spread | n.Object | n.Function | n.Array):
                continue
            if is_database or _is_client(decl, callee.object):
                args = rest[0] if rest else None
                yield Rpc(decl, outermost(decl, node), node, first, args, callee.object)


def _is_client(decl: Decl, receiver: n.Expr) -> bool:
    """Whether a receiver is called like a database client, or typed as one."""
    name = receiver_name(receiver).lower()
    if name in _CLIENTS or name.endswith(_CLIENTS[:2]):
        return True
    binding = scopes_of(decl).binding(bare(receiver))
    kind = binding.type if binding is not None else None
    return isinstance(kind, n.TypeRef) and kind.name.endswith(("SupabaseClient", "PostgrestClient"))
