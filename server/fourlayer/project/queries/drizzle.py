"""Drizzle: `db.select().from(deals).where(eq(deals.organizationId, id))`, `db.query.deals.findMany(...)`."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from fourlayer.project.queries.builder import Builder, outermost, trace
from fourlayer.project.queries.model import Filter, Query, TableRef, Verb
from fourlayer.project.queries.sql import constraints_of
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, chain_of, dotted, uncast
from fourlayer.syntax.flow import function_around, holds_on_every_path
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from fourlayer.project.queries.follow import At, Follower

_WRITES: dict[str, Verb] = {"insert": "insert", "update": "update", "delete": "delete"}
_NEXT = {"insert": "values", "update": "set", "delete": "where"}
_EQUAL = frozenset({"eq", "inArray", "isNull", "is"})
_TABLES = frozenset({"pgTable", "mysqlTable", "sqliteTable", "table"})


def query(at: At, call: n.Call, follower: Follower) -> Query | None:
    """The query that a call takes part in; None where it is no Drizzle."""
    callee = uncast(call.callee)
    if not isinstance(callee, n.Member):
        return None
    if callee.name == "from":
        return _select(at, call, callee, follower)
    if callee.name in _WRITES:
        return _write(at, call, callee, follower)
    if callee.name in ("findMany", "findFirst"):
        return _relational(at, call, callee, follower)
    return None


def _select(at: At, call: n.Call, callee: n.Member, follower: Follower) -> Query | None:
    before = chain_of(callee.object)
    first = before.call("select") or before.call("selectDistinct") or before.call("selectDistinctOn")
    table = bare(call.args[0]) if len(call.args) == 1 else None
    if first is None or not isinstance(first.node, n.Call) or not isinstance(table, n.Name | n.Member):
        return None
    client = uncast(first.node.callee)
    if not isinstance(client, n.Member):
        return None
    builder = trace(at.decl, first.node)
    return _built(at, "select", table, builder, call, client.object, follower)


def _write(at: At, call: n.Call, callee: n.Member, follower: Follower) -> Query | None:
    table = bare(call.args[0]) if len(call.args) == 1 else None
    if not isinstance(table, n.Name | n.Member):
        return None
    builder = trace(at.decl, call)
    certain = any(step.link.name == _NEXT[callee.name] for step in builder.steps)
    if not certain and (callee.name != "delete" or isinstance(bare(callee.object), n.Call)):
        return None
    if not certain and _is_local(at, table):
        # A table is a constant of a module: `cache.delete(key)` with a local key is a Map's.
        return None
    verb = _WRITES[callee.name]
    if verb == "insert" and builder.step("onConflictDoUpdate", "onDuplicateKeyUpdate") is not None:
        verb = "upsert"
    return _built(at, verb, table, builder, call, callee.object, follower, certain=certain)


def _is_local(at: At, table: n.Expr) -> bool:
    """Whether an expression starts with a local variable, a parameter or `this`."""
    head = chain_of(table).head
    return isinstance(head, n.Name) and (head.name == "this" or scopes_of(at.decl).binding(head) is not None)


def defined_table(at: At, follower: Follower) -> str | None:
    """The database's name of the table that a constant is defined as by `pgTable("name", ...)`."""
    for value in follower.values(at) or ():
        call = value.expr
        if isinstance(call, n.Call) and call.args:
            name = (dotted(call.callee) or "").rpartition(".")[2]
            names = follower.strings(value.to(call.args[0])) if name in _TABLES else ()
            if names:
                return names[0]
    return None


def _built(
    at: At,
    verb: Verb,
    table: n.Expr,
    builder: Builder,
    verb_call: n.Call,
    client: n.Expr,
    follower: Follower,
    *,
    certain: bool = True,
) -> Query:
    name = (dotted(table) or "").rpartition(".")[2]
    where = builder.step("where")
    filters: list[Filter] = []
    for step in builder.steps:
        if step.link.name == "where" and step.link.args:
            filters.extend(conditions(at, step.link.args[0], step.always, follower, name))
        elif step.link.name in ("innerJoin", "rightJoin") and step.link.args and len(step.link.args) > 1:
            found = conditions(at, step.link.args[1], step.always, follower, name)
            filters.extend(one for one in found if not _is_column(one.value))
    values = builder.step("values")
    limit = builder.step("limit")
    one_row = bool(limit and limit.link.args and getattr(limit.link.args[0], "text", "") == "1")
    return Query(
        "drizzle",
        verb,
        TableRef((name,), table, orm=True),
        at.decl,
        builder.node,
        verb_call,
        tuple(one for one in filters if one.column),
        values.link.args[0] if values is not None and values.link.args else None,
        None,
        _selected(builder),
        one_row,
        builder.sent,
        certain,
        client,
        builder.wrappers,
        any(not one.column for one in filters),
        where.link.args[0] if where is not None and where.link.args else None,
    )


def _selected(builder: Builder) -> str:
    first = chain_of(builder.node).call("select")
    shape = bare(first.args[0]) if first is not None and first.args else None
    if isinstance(shape, n.Object):
        return ",".join(prop.key for prop in shape.props if isinstance(prop, n.Prop) and prop.key is not None)
    return ""


def _is_column(expr: n.Expr | None) -> bool:
    """Whether a value looks like another table's column: a join condition, no restriction."""
    inner = bare(expr) if expr is not None else None
    return isinstance(inner, n.Member) and isinstance(bare(inner.object), n.Name)


def _relational(at: At, call: n.Call, callee: n.Member, follower: Follower) -> Query | None:
    """`db.query.deals.findMany({ where: ... })`."""
    table = bare(callee.object)
    holder = bare(table.object) if isinstance(table, n.Member) else None
    if not isinstance(table, n.Member) or not isinstance(holder, n.Member) or holder.name != "query":
        return None
    options = bare(call.args[0]) if call.args else None
    known = isinstance(options, n.Object) or options is None
    where: n.Expr | None = None
    for prop in options.props if isinstance(options, n.Object) else ():
        if isinstance(prop, n.Prop) and prop.key == "where":
            where = prop.value
    filters = list(conditions(at, where, True, follower, table.name)) if where is not None else []
    return Query(
        "drizzle",
        "select",
        TableRef((table.name,), table, orm=True),
        at.decl,
        outermost(at.decl, call),
        call,
        tuple(one for one in filters if one.column),
        None,
        None,
        "",
        callee.name == "findFirst",
        True,
        True,
        holder.object,
        (),
        not known or any(not one.column for one in filters),
        where,
    )


def conditions(
    at: At, expr: n.Expr, always: bool, follower: Follower, table: str, depth: int = 0
) -> Iterator[Filter]:
    """The columns that a condition restricts: `and`, `eq`, `inArray`, `isNull`, SQL templates."""
    expr = bare(expr)
    if depth > 8:
        return
    match expr:
        case n.Call():
            yield from _called(at, expr, always, follower, table, depth)
        case n.Tagged():
            yield from _template(expr, always, table)
        case n.Function():
            for value in follower.returns(at.to(expr)):
                if isinstance(value.expr, n.Expr):
                    yield from conditions(at, value.expr, always, follower, table, depth + 1)
        case n.Object():
            from fourlayer.project.queries.prisma import conditions as of_object

            yield from of_object(at, expr, always, follower)
        case n.Cond():
            found = [
                list(conditions(at, part, always, follower, table, depth + 1))
                for part in (expr.then, expr.other)
            ]
            yield from _shared(found)
        case n.Binary(op="&&"):
            yield from conditions(at, expr.right, False, follower, table, depth + 1)
        case n.Array():
            for item in expr.items:
                inner = item.value if isinstance(item, n.Spread) else item
                yield from conditions(at, inner, always, follower, table, depth + 1)
        case n.Name() | n.Member():
            yield from _named(at, expr, always, follower, table, depth)
        case n.Const():
            return
        case _:
            yield Filter("", always, expr)


def _shared(found: list[list[Filter]]) -> Iterator[Filter]:
    for filters in found:
        for one in filters:
            shared = all(any(other.column == one.column for other in others) for others in found)
            yield one if shared else one._replace(always=False)


def _called(
    at: At, call: n.Call, always: bool, follower: Follower, table: str, depth: int
) -> Iterator[Filter]:
    name = (dotted(call.callee) or "").rpartition(".")[2]
    if name == "and":
        for arg in call.args:
            inner = arg.value if isinstance(arg, n.Spread) else arg
            yield from conditions(at, inner, always, follower, table, depth + 1)
    elif name == "or":
        yield from _shared(
            [list(conditions(at, arg, always, follower, table, depth + 1)) for arg in call.args]
        )
    elif name in _EQUAL and call.args:
        column = bare(call.args[0])
        if isinstance(column, n.Member):
            owner = (dotted(column.object) or "").rpartition(".")[2]
            prefix = f"{owner}." if owner and owner != table and not _is_row(at, column) else ""
            value = call.args[1] if len(call.args) > 1 else None
            yield Filter(prefix + column.name, always, column, value, field=True)
        else:
            yield Filter("", always, call)
    elif name in _OTHER:
        return
    else:
        function = follower.function(at.to(call.callee))
        returned = follower.returns(function) if function is not None else ()
        if not returned:
            yield Filter("", always, call)
        yield from _values(at, call, returned, always, follower, table, depth)


_OTHER = frozenset(
    {
        *(
            "ne",
            "not",
            "gt",
            "gte",
            "lt",
            "lte",
            "like",
            "ilike",
            "notLike",
            "notIlike",
            "between",
            "notBetween",
        ),
        *(
            "isNotNull",
            "notInArray",
            "exists",
            "notExists",
            "arrayContains",
            "arrayContained",
            "arrayOverlaps",
        ),
    }
)


def _is_row(at: At, column: n.Member) -> bool:
    """Whether a column is read off a callback's parameter: `(deals, { eq }) => eq(deals.id, id)`."""
    binding = scopes_of(at.decl).binding(bare(column.object))
    return binding is not None and isinstance(binding.owner, n.Param)


def _named(
    at: At, expr: n.Expr, always: bool, follower: Follower, table: str, depth: int
) -> Iterator[Filter]:
    """A condition, or a list of conditions that is pushed to, in a variable."""
    binding = scopes_of(at.decl).binding(expr)
    for use in binding.uses if binding is not None else ():
        member = at.decl.parent(use)
        call = at.decl.parent(member) if isinstance(member, n.Member) and member.name == "push" else None
        if isinstance(call, n.Call) and isinstance(member, n.Member):
            root = function_around(at.decl, expr)
            sure = root is not None and holds_on_every_path(root, expr, partial(operator.is_, call))[0]
            for arg in call.args:
                yield from conditions(at, arg, always and sure, follower, table, depth + 1)
    values = follower.values(at.to(expr))
    if not values or any(value.expr is expr for value in values):
        yield Filter("", always, expr)
        return
    yield from _values(at, expr, values, always, follower, table, depth)


def _values(
    at: At,
    expr: n.Expr,
    values: tuple[At, ...],
    always: bool,
    follower: Follower,
    table: str,
    depth: int,
) -> Iterator[Filter]:
    """The conditions of what an expression may stand for; elsewhere their places mean nothing here."""
    for value in values:
        if isinstance(value.expr, n.Expr):
            for one in conditions(value, value.expr, always and len(values) == 1, follower, table, depth + 1):
                yield one if value.decl is at.decl else one._replace(node=expr, value=None)


def _template(tagged: n.Tagged, always: bool, table: str) -> Iterator[Filter]:
    """``sql`${deals.organizationId} = ${id}` ``: columns are substituted too."""
    template = tagged.template
    if isinstance(template, n.Str):
        text = template.value
    else:
        parts = [template.quasis[0]]
        for value, quasi in zip(template.exprs, template.quasis[1:], strict=True):
            inner = bare(value)
            owner = (dotted(inner.object) or "").rpartition(".")[2] if isinstance(inner, n.Member) else ""
            is_column = isinstance(inner, n.Member) and owner == table
            parts.append(inner.name if is_column and isinstance(inner, n.Member) else "$1")
            parts.append(quasi)
        text = "".join(parts)
    found, unknown = constraints_of(text)
    for one in found:
        yield Filter(_unfolded(one.column, text), always and one.always, tagged, field=True)
    if unknown:
        yield Filter("", always, tagged)


def _unfolded(column: str, text: str) -> str:
    """The column as it is written: the reader folds to lower case."""
    at = text.lower().find(column.lower())
    return text[at : at + len(column)] if at >= 0 else column
