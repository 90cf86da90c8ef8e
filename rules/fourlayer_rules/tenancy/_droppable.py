"""The tenant conditions that nobody made sure of: undefined, empty, or merely asserted to be there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.project.queries.follow import At
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.flow import function_around, present_at
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.tenancy._values import Values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.queries.model import Filter, Query
    from fourlayer.rule.context import Context
    from fourlayer.syntax.scope import Binding
    from fourlayer_rules.tenancy._judge import JudgedQueries

Flaw = Literal["absent", "empty", "asserted"]
_HOPS = 5


class Droppable(NamedTuple):
    """A condition on the tenant whose value may be no tenant.

    `value` is the whole value, `tenant` the part of it that should hold the tenant; both of the query's
    declaration. `direct` tells that they stand in the condition itself, not in a constant before it.
    """

    query: Query
    condition: Filter
    table: str
    flaw: Flaw
    value: n.Expr
    tenant: n.Expr
    direct: bool


class Finder:
    """Looks at the tenant conditions of one file's queries."""

    def __init__(self, ctx: Context, path: str, judged: JudgedQueries) -> None:
        self._path = path
        self._judged = judged
        self._values = Values(ctx.settings.tenancy, judged.judge.follower)

    def found(self) -> Iterator[Droppable]:
        """One for each condition, in source order."""
        seen: set[n.Node] = set()
        for query in self._judged.queries:
            for tenancy in self._judged.judge.tenancies(query)[:1]:
                for one in query.filters if tenancy.kind != "none" else ():
                    if one.value is None or one.value in seen or not one.always:
                        continue
                    if not self._judged.judge.names_tenant(one, query, tenancy):
                        continue
                    seen.add(one.value)
                    droppable = self._look(query, one, tenancy.table)
                    if droppable is not None:
                        yield droppable

    def _look(self, query: Query, one: Filter, table: str) -> Droppable | None:
        value = one.value
        if value is None or not _belongs(query, value):
            return None
        at = At(self._path, self._judged.facts, query.decl, value)
        root = function_around(query.decl, query.node)
        present = present_at(root, query.node) if root is not None else frozenset[str]()
        drops = query.library == "prisma" or (query.library == "postgrest" and _in_match(one))
        found = self._flaw(at, value, present, drops, 0)
        if found is None:
            return None
        flaw, tenant, hops = found
        return Droppable(query, one, table, flaw, value, tenant, hops == 0)

    def _flaw(
        self, at: At, expr: n.Expr, present: frozenset[str], drops: bool, hops: int
    ) -> tuple[Flaw, n.Expr, int] | None:
        """What is wrong with a value, the part that should hold the tenant, and over how many constants."""
        if (dotted(expr) or "") in present or hops > _HOPS:
            return None
        if isinstance(expr, n.Cast) and expr.op == "!":
            inner = uncast(expr)
            known = (dotted(inner) or "") in present or self._is_definite(at, inner)
            return None if known else ("asserted", inner, hops)
        expr = uncast(expr)
        if isinstance(expr, n.Binary) and expr.op in ("??", "||") and _is_empty(expr.right):
            left = uncast(expr.left)
            return None if (dotted(left) or "") in present else ("empty", left, hops)
        binding = scopes_of(at.decl).binding(expr)
        value = binding.value if binding is not None and binding.type is None else None
        if value is not None and binding is not None and isinstance(binding.owner, n.Declarator):
            return self._flaw(at, value, present, drops, hops + 1)
        if drops and self._may_be_absent(at, expr, binding):
            return ("absent", expr, hops)
        return None

    def _is_definite(self, at: At, expr: n.Expr) -> bool:
        """Whether the declared type says that the value is there."""
        binding = scopes_of(at.decl).binding(expr)
        if binding is None or not isinstance(binding.owner, n.Param) or binding.path != ():
            return False
        owner = binding.owner
        return not owner.optional and owner.type is not None and not _has_nothing(owner.type)

    def _may_be_absent(self, at: At, expr: n.Expr, binding: Binding | None) -> bool:
        """Whether the declaration says that the value may be undefined."""
        if isinstance(expr, n.Member):
            return self._member_may_be_absent(at, expr)
        if binding is None or binding.default is not None or binding.writes or binding.path is None:
            return False
        owner = binding.owner
        if isinstance(owner, n.Declarator):
            return binding.path == () and owner.type is not None and _has_nothing(owner.type)
        if not isinstance(owner, n.Param) or owner.default is not None:
            return False
        if binding.path == ():
            return owner.optional or (owner.type is not None and _has_nothing(owner.type))
        return self._path_may_be_absent(at, owner.type, binding.path)

    def _member_may_be_absent(self, at: At, expr: n.Member) -> bool:
        if expr.optional:
            return True
        path: list[str] = []
        node: n.Expr = expr
        while isinstance(node, n.Member):
            if node.optional:
                return True
            path.insert(0, node.name)
            node = uncast(node.object)
        binding = scopes_of(at.decl).binding(node)
        if binding is not None and binding.path == () and not binding.writes:
            return self._path_may_be_absent(at, binding.type, tuple(path))
        return False

    def _path_may_be_absent(self, at: At, kind: n.Type | None, path: tuple[str | int, ...]) -> bool:
        for step in path:
            found = next((one for one in self._values.properties(at, kind) if one[1].name == step), None)
            if found is None:
                return False
            at, member = found
            if member.optional:
                return True
            kind = member.type
        return kind is not None and _has_nothing(kind)


def _belongs(query: Query, value: n.Expr) -> bool:
    """Whether a value is part of the query's own declaration."""
    parents = query.decl.chunk.parents()
    return value in parents


def _in_match(one: Filter) -> bool:
    """Whether the condition is a property of the object that `match` is given: undefined ones are dropped."""
    return isinstance(one.node, n.Prop)


def _is_empty(expr: n.Expr) -> bool:
    inner = uncast(expr)
    if isinstance(inner, n.Template):
        return not inner.exprs and not "".join(inner.quasis)
    return isinstance(inner, n.Str) and not inner.value


def _has_nothing(kind: n.Type) -> bool:
    """Whether a type allows undefined or null."""
    if isinstance(kind, n.TypeUnion) and kind.op == "|":
        return any(_has_nothing(item) for item in kind.items)
    text = kind.text if isinstance(kind, n.TypeLiteral) else kind.name if isinstance(kind, n.TypeRef) else ""
    return text in ("undefined", "null")
