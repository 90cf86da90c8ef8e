"""Prisma: `prisma.deal.findMany({ where: { organizationId } })`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fourlayer.project.queries.builder import outermost, receiver_name
from fourlayer.project.queries.model import Filter, Query, TableRef, Verb
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, chain_of, dotted, uncast
from fourlayer.syntax.flow import functions_around
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from fourlayer.project.queries.follow import At, Follower
    from fourlayer.syntax.facts import Decl

_VERBS: dict[str, Verb] = {
    **dict.fromkeys(("findMany", "findFirst", "findUnique", "count", "aggregate", "groupBy"), "select"),
    **dict.fromkeys(("findFirstOrThrow", "findUniqueOrThrow"), "select"),
    **dict.fromkeys(("create", "createMany", "createManyAndReturn"), "insert"),
    **dict.fromkeys(("update", "updateMany", "updateManyAndReturn"), "update"),
    **dict.fromkeys(("delete", "deleteMany"), "delete"),
    "upsert": "upsert",
}
_ONE = frozenset({"findFirst", "findUnique", "findFirstOrThrow", "findUniqueOrThrow"})
_CLIENT_TYPES = ("PrismaClient", "Prisma.TransactionClient", "ExtendedPrismaClient", "PrismaService")


def query(at: At, call: n.Call, follower: Follower) -> Query | None:
    """The query of a model's operation; None where the receiver is no Prisma model."""
    callee = uncast(call.callee)
    model = bare(callee.object) if isinstance(callee, n.Member) else None
    if not isinstance(callee, n.Member) or not isinstance(model, n.Member) or callee.name not in _VERBS:
        return None
    if len(call.args) > 1:
        return None
    client = model.object
    certain = _is_client(at.decl, client)
    options = bare(call.args[0]) if call.args else None
    if options is not None and not isinstance(options, n.Object | n.Name | n.Member | n.Call | n.Cond):
        return None
    verb = _VERBS[callee.name]
    if not certain and (dotted(client) is None or _is_own_field(at.decl, client)):
        return None
    where, rows, unknown = _parts(at, options, verb, follower)
    filters = tuple(conditions(at, where, True, follower)) if where is not None else ()
    return Query(
        "prisma",
        verb,
        TableRef((model.name,), model, orm=True),
        at.decl,
        outermost(at.decl, call),
        call,
        tuple(one for one in filters if one.column),
        rows,
        None,
        _selection(at, options, follower),
        callee.name in _ONE or _takes_one(options),
        True,
        certain,
        client,
        (),
        unknown or any(not one.column for one in filters),
        where or options,
    )


def _is_client(decl: Decl, expr: n.Expr) -> bool:
    """Whether an expression is a Prisma client, by its name, its type, or the transaction that hands it."""
    if "prisma" in receiver_name(expr).lower():
        return True
    expr = bare(expr)
    binding = scopes_of(decl).binding(expr)
    if binding is None:
        return False
    if isinstance(binding.type, n.TypeRef) and binding.type.name.endswith(_CLIENT_TYPES):
        return True
    value = bare(binding.value) if binding.value is not None else None
    if isinstance(value, n.New) and (dotted(value.callee) or "").endswith("PrismaClient"):
        return True
    if isinstance(binding.owner, n.Param):
        for function in functions_around(decl, expr):
            if binding.owner in function.params:
                call = decl.parent(function)
                return isinstance(call, n.Call) and chain_of(call).call("$transaction") is not None
    return False


def _is_own_field(decl: Decl, client: n.Expr) -> bool:
    """Whether `this.model.delete(...)` is about a field of a class that extends no client."""
    if not isinstance(client, n.Name) or client.name != "this":
        return False
    head = decl.owner.node if decl.owner is not None else None
    return isinstance(head, n.ClassDecl) and head.extends is None


def _parts(
    at: At, options: n.Expr | None, verb: Verb, follower: Follower
) -> tuple[n.Expr | None, n.Expr | None, bool]:
    """The conditions, the written rows, and whether there may be more than what is seen."""
    if options is None:
        return None, None, False
    known = follower.values(at.to(options))
    if known is None or len(known) != 1 or not isinstance(known[0].expr, n.Object):
        return None, None, True
    unknown = any(isinstance(prop, n.Spread) or prop.key is None for prop in known[0].expr.props)
    if known[0].decl is not at.decl:
        return None, None, True
    where = _prop(known[0].expr, "where")
    rows = _prop(known[0].expr, "create" if verb == "upsert" else "data")
    return where, rows, unknown


def _prop(expr: n.Expr | None, key: str) -> n.Expr | None:
    for prop in expr.props if isinstance(expr, n.Object) else ():
        if isinstance(prop, n.Prop) and prop.key == key:
            return prop.value
    return None


def _takes_one(options: n.Expr | None) -> bool:
    take = _prop(options, "take")
    return isinstance(take, n.Num) and take.text == "1"


def _selection(at: At, options: n.Expr | None, follower: Follower) -> str:
    """The selected columns as a list in text; empty where all are read."""
    select = _prop(options, "select")
    for value in follower.values(at.to(select)) or () if select is not None else ():
        if isinstance(value.expr, n.Object):
            return ",".join(
                prop.key for prop in value.expr.props if isinstance(prop, n.Prop) and prop.key is not None
            )
    return ""


def conditions(at: At, expr: n.Expr, always: bool, follower: Follower, depth: int = 0) -> Iterator[Filter]:
    """The columns that a `where` restricts: `AND`, relations and compound keys included, `NOT` left out."""
    expr = bare(expr)
    if depth > 8:
        return
    if isinstance(expr, n.Cond):
        yield from _either(at, (expr.then, expr.other), always, follower, depth)
        return
    if isinstance(expr, n.Binary) and expr.op == "&&":
        yield from conditions(at, expr.right, False, follower, depth + 1)
        return
    if isinstance(expr, n.Name | n.Member | n.Call):
        yield from _followed(at, expr, always, follower, depth)
        return
    if isinstance(expr, n.Array):
        for item in expr.items:
            inner = item.value if isinstance(item, n.Spread) else item
            yield from conditions(at, inner, always, follower, depth + 1)
        return
    for prop in expr.props if isinstance(expr, n.Object) else ():
        if isinstance(prop, n.Spread):
            yield from conditions(at, prop.value, always, follower, depth + 1)
        else:
            yield from _condition(at, prop, always, follower, depth)


def _followed(at: At, expr: n.Expr, always: bool, follower: Follower, depth: int) -> Iterator[Filter]:
    yield from _assigned(at, expr, follower)
    values: tuple[At, ...] | None
    if isinstance(expr, n.Call):
        function = follower.function(at.to(expr.callee))
        values = follower.returns(function) if function is not None else None
    else:
        values = follower.values(at.to(expr))
    if not values or any(value.expr is expr for value in values):
        yield Filter("", always, expr)
        return
    for value in values:
        if isinstance(value.expr, n.Expr):
            for one in conditions(value, value.expr, always and len(values) == 1, follower, depth + 1):
                yield one if value.decl is at.decl else one._replace(node=expr, value=None)


def _assigned(at: At, expr: n.Expr, follower: Follower) -> Iterator[Filter]:
    """`where.organizationId = id` before the query."""
    from fourlayer.project.queries.rows import row_of

    if isinstance(expr, n.Name) and scopes_of(at.decl).binding(expr) is not None:
        binding = scopes_of(at.decl).binding(expr)
        if binding is None or not any(isinstance(at.decl.parent(use), n.Member) for use in binding.uses):
            return
        row = row_of(at.to(expr), follower)
        for key in sorted(row.always):
            yield Filter(key, True, expr)
        for key in sorted(row.maybe):
            yield Filter(key, False, expr)


def _either(
    at: At, parts: tuple[n.Expr, ...], always: bool, follower: Follower, depth: int
) -> Iterator[Filter]:
    """Conditions of alternatives: those that every one has hold always."""
    found = [list(conditions(at, part, always, follower, depth + 1)) for part in parts]
    for filters in found:
        for one in filters:
            shared = all(any(other.column == one.column for other in others) for others in found)
            yield one if shared else one._replace(always=False)


def _condition(at: At, prop: n.Prop, always: bool, follower: Follower, depth: int) -> Iterator[Filter]:
    key, value = prop.key, bare(prop.value)
    if key is None:
        yield Filter("", always, prop)
    elif key == "AND":
        yield from conditions(at, value, always, follower, depth + 1)
    elif key == "OR":
        items = value.items if isinstance(value, n.Array) else (value,)
        yield from _either(at, items, always, follower, depth)
    elif key in ("NOT", "none"):
        return
    elif isinstance(value, n.Object) and "_" in key:
        names = [one.key for one in value.props if isinstance(one, n.Prop) and one.key is not None]
        if names and "_".join(names) == key:
            for one in value.props:
                if isinstance(one, n.Prop) and one.key is not None:
                    yield Filter(one.key, always, one, one.value, field=True)
            return
        yield Filter(key, always, prop, prop.value, field=True)
    elif isinstance(value, n.Object) and _is_relation(value):
        yield from _related(at, key, value, always, follower, depth)
    elif isinstance(value, n.Object) and _prop(value, "not") is not None and len(value.props) == 1:
        return
    elif not (isinstance(value, n.Const) and value.value == "undefined"):
        yield Filter(key, always, prop, prop.value, field=True)


_OPERATORS = frozenset(
    {
        *("equals", "in", "notIn", "lt", "lte", "gt", "gte", "contains", "startsWith", "endsWith", "mode"),
        *("not", "has", "hasEvery", "hasSome", "isEmpty", "search", "path"),
    }
)


def _is_relation(value: n.Object) -> bool:
    keys = [prop.key for prop in value.props if isinstance(prop, n.Prop)]
    return bool(keys) and not any(key in _OPERATORS for key in keys)


def _related(
    at: At, key: str, value: n.Object, always: bool, follower: Follower, depth: int
) -> Iterator[Filter]:
    """Conditions on a related record; `organization: { id }` names the relation's own key."""
    for one in conditions(at, value, always, follower, depth + 1):
        name = one.column.rpartition(".")[2]
        if name == "id" and one.column in ("id", "is.id"):
            yield one._replace(column=f"{key}Id")
        yield one._replace(column=f"{key}.{name}") if one.column else one
