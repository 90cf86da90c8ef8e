"""Whether what a call is given names the tenant: keys, values, positional arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.queries.postgrest import conditions_of
from fourlayer.project.queries.rows import row_of
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, chain_of
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.tenancy._columns import tenant_column
from fourlayer_rules.tenancy._judge import is_tenant_like

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fourlayer.project.queries.follow import At, Follower
    from fourlayer.project.queries.model import Truth
    from fourlayer.project.queries.rpc import Rpc
    from fourlayer.rule.context import Context


def told_of(ctx: Context, at: At, call: Rpc, follower: Follower) -> Truth:
    """Whether a call tells the tenant: by an argument, or by a condition on the result."""
    conditions, _ = conditions_of(at, call.builder, follower)
    if any(one.always and tenant_column(one.last, ctx.settings.tenancy, field=False) for one in conditions):
        return "always"
    told = tells_tenant(at.to(call.args), follower) if call.args is not None else "never"
    if told == "never" and is_made_for_tenant(call.client):
        return "unknown"
    return told


def tells_tenant(at: At, follower: Follower) -> Truth:
    """Whether an argument names the tenant: "unknown" where part of it is out of reach."""
    expr = at.expr
    if not isinstance(expr, n.Expr):
        return "unknown"
    inner = bare(expr)
    if not isinstance(inner, n.Object) and mentions_tenant(expr):
        return "always"
    if isinstance(inner, n.Str | n.Num | n.Const | n.Function | n.Template):
        return "never"
    if isinstance(inner, n.Array):
        return most(tells_tenant(at.to(item), follower) for item in inner.items)
    if isinstance(inner, n.Object) or _may_be_object(at, inner, follower):
        row = row_of(at.to(inner), follower)
        if any(is_tenant_like(name) for name in row.always):
            return "always"
        if any(is_tenant_like(name) for name in row.maybe):
            return "sometimes"
        found = most(_of_place(place, follower) for key, place in row.places if key in row.always)
        return "unknown" if found == "never" and row.open else found
    values = follower.values(at.to(inner))
    if values is None or any(value.expr is inner for value in values):
        return "never" if isinstance(inner, n.Name | n.Member) else "unknown"
    return most(tells_tenant(value, follower) for value in values)


def _of_place(place: At, follower: Follower) -> Truth:
    """Whether a property's value names the tenant."""
    expr = place.expr.value if isinstance(place.expr, n.Prop) else place.expr
    if isinstance(expr, n.Expr) and mentions_tenant(expr):
        return "always"
    if isinstance(expr, n.Object):
        return tells_tenant(place.to(expr), follower)
    values = follower.values(place.to(expr)) if isinstance(expr, n.Name) else None
    objects = [value for value in values or () if isinstance(value.expr, n.Object)]
    return most(tells_tenant(value, follower) for value in objects)


def _may_be_object(at: At, expr: n.Expr, follower: Follower) -> bool:
    """Whether an expression may stand for an object with further names in it."""
    if isinstance(expr, n.Call):
        return True
    if not isinstance(expr, n.Name | n.Member):
        return False
    values = follower.values(at.to(expr))
    if values is not None:
        return any(isinstance(value.expr, n.Object | n.Call) for value in values)
    binding = scopes_of(at.decl).binding(expr)
    kind = binding.type if binding is not None and binding.path == () else None
    if kind is None:
        return isinstance(expr, n.Name) and binding is not None and isinstance(binding.owner, n.Param)
    return not is_scalar(kind)


def is_scalar(kind: n.Type) -> bool:
    """Whether a type is a text, a number or the like: a value of it has no further names in it."""
    if isinstance(kind, n.TypeUnion):
        return all(is_scalar(item) for item in kind.items)
    if isinstance(kind, n.TypeArray):
        return is_scalar(kind.item)
    return isinstance(kind, n.TypeLiteral) or (isinstance(kind, n.TypeRef) and kind.name in _SCALARS)


_SCALARS = frozenset({"string", "number", "boolean", "bigint", "undefined", "null", "Date", "Buffer"})


def mentions_tenant(expr: n.Node) -> bool:
    """Whether an expression reads what is called like a tenant, or gives something to such a key."""
    for node in walk(expr):
        if isinstance(node, n.Name) and is_tenant_like(node.name):
            return True
        if isinstance(node, n.Member) and is_tenant_like(node.name):
            return True
        if isinstance(node, n.Prop) and node.key is not None and is_tenant_like(node.key):
            return True
    return False


def is_made_for_tenant(client: n.Expr) -> bool:
    """Whether what a call is made on was told the tenant: `store.forTenant(id)`, `index.namespace(org)`."""
    chain = chain_of(client)
    if any(is_tenant_like(name) for name in chain.names if name):
        return True
    return any(mentions_tenant(arg) for link in chain.calls for arg in link.args or ())


def most(truths: Iterable[Truth]) -> Truth:
    """The strongest of several answers."""
    found = set(truths)
    for truth in _ORDER:
        if truth in found:
            return truth
    return "never"


_ORDER: tuple[Truth, ...] = ("always", "sometimes", "unknown")
