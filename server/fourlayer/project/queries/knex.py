"""Knex and Kysely: `knex("deals").where({ ... })`, `db.selectFrom("deals").where("id", "=", id)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeGuard

from fourlayer.project.queries.builder import Builder, Step, receiver_name, trace
from fourlayer.project.queries.model import Filter, Library, Query, TableRef, Verb
from fourlayer.project.queries.postgrest import matched
from fourlayer.project.queries.sql import HOLE, Constraint, constraints_of
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, chain_of, dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from fourlayer.project.queries.follow import At, Follower
    from fourlayer.syntax.facts import Decl

_KYSELY: dict[str, Verb] = {
    "selectFrom": "select",
    "insertInto": "insert",
    "replaceInto": "upsert",
    "updateTable": "update",
    "deleteFrom": "delete",
}
_KNEX_VERBS: dict[str, Verb] = {
    "insert": "insert",
    "update": "update",
    "increment": "update",
    "decrement": "update",
    "del": "delete",
    "delete": "delete",
    "truncate": "delete",
    "upsert": "upsert",
}
_KNEX_STEPS = frozenset(
    {
        *(
            "where",
            "andWhere",
            "whereIn",
            "whereNull",
            "select",
            "first",
            "pluck",
            "count",
            "join",
            "leftJoin",
        ),
        *(
            "innerJoin",
            "orderBy",
            "returning",
            "limit",
            "whereRaw",
            "modify",
            "distinct",
            "max",
            "min",
            "sum",
        ),
        *(
            "onConflict",
            "transacting",
            "forUpdate",
            "groupBy",
            "offset",
            "columns",
            "whereNot",
            "whereNotNull",
        ),
    }
)
_KNEX_NAMES = frozenset(
    {"knex", "db", "trx", "tx", "database", "conn", "connection", "transaction", "pg", "qb"}
)
_WHERE = frozenset({"where", "andWhere", "whereIn", "whereNull", "whereExists", "having"})
_EQUAL = frozenset({"=", "==", "in", "is", "IN", "IS"})


def query(at: At, call: n.Call, follower: Follower) -> Query | None:
    """The query that a call starts (or, for Knex' `from`, takes part in)."""
    callee = uncast(call.callee)
    if isinstance(callee, n.Member) and callee.name in _KYSELY:
        return _kysely(at, call, callee, follower)
    if isinstance(callee, n.Member) and callee.name == "from":
        return _knex_from(at, call, callee, follower)
    return _knex(at, call, follower)


# Kysely


def _kysely(at: At, call: n.Call, callee: n.Member, follower: Follower) -> Query | None:
    if not call.args:
        return None
    builder = trace(at.decl, call)
    verb = _KYSELY[callee.name]
    if verb == "insert" and builder.step("onConflict", "onDuplicateKeyUpdate") is not None:
        verb = "upsert"
    filters = tuple(_conditions(at, builder, follower))
    values = builder.step("values")
    rows = values.link.args[0] if values is not None and values.link.args else None
    expression = builder.step("expression") is not None
    names = tuple(name.partition(" as ")[0].strip() for name in follower.strings(at.to(call.args[0])))
    return _query(
        at, "kysely", verb, TableRef(names, call.args[0]), builder, call, filters, rows, callee.object,
        unknown=expression, selection=_selected(at, builder, follower),
    )  # fmt: skip


# Knex


def _knex_from(at: At, call: n.Call, callee: n.Member, follower: Follower) -> Query | None:
    """`knex.select("*").from("deals")`."""
    before = chain_of(callee.object)
    first = before.call("select") or before.call("distinct") or before.call("column") or before.call("count")
    if first is None or not call.args or not isinstance(bare(call.args[0]), n.Str):
        return None
    if not isinstance(first.node, n.Call) or not _is_knex(at.decl, _start(first.node)):
        return None
    builder = trace(at.decl, first.node)
    return _of_knex(at, first.node, call.args[0], builder, _start(first.node), follower)


def _start(call: n.Call) -> n.Expr:
    callee = uncast(call.callee)
    return callee.object if isinstance(callee, n.Member) else callee


def _knex(at: At, call: n.Call, follower: Follower) -> Query | None:
    """`knex("deals").where(...)`."""
    if len(call.args) != 1 or not isinstance(bare(call.args[0]), n.Str) or not _is_knex(at.decl, call.callee):
        return None
    builder = trace(at.decl, call)
    if not any(step.link.name in _KNEX_STEPS or step.link.name in _KNEX_VERBS for step in builder.steps):
        return None
    return _of_knex(at, call, call.args[0], builder, call.callee, follower)


def _is_knex(decl: Decl, expr: n.Expr) -> bool:
    expr = bare(expr)
    if not isinstance(expr, n.Name | n.Member | n.Call):
        return False
    name = receiver_name(expr)
    if name in _KNEX_NAMES or "knex" in name.lower():
        return True
    binding = scopes_of(decl).binding(expr)
    kind = binding.type if binding is not None else None
    return isinstance(kind, n.TypeRef) and kind.name.startswith("Knex")


def _of_knex(
    at: At, first: n.Call, table: n.Expr, builder: Builder, client: n.Expr, follower: Follower
) -> Query:
    step = next((step for step in builder.steps if step.link.name in _KNEX_VERBS), None)
    verb: Verb = _KNEX_VERBS[step.link.name] if step is not None else "select"
    if verb == "insert" and builder.step("merge") is not None:
        verb = "upsert"
    rows = step.link.args[0] if step is not None and step.link.args and verb in ("insert", "upsert") else None
    names = tuple(name.partition(" as ")[0].strip() for name in follower.strings(at.to(table)))
    filters = tuple(_conditions(at, builder, follower))
    anchor = step.link.node if step is not None and verb in ("update", "delete") else first
    select = builder.step("select")
    return _query(
        at, "knex", verb, TableRef(names, table), builder, select.link.node if select else anchor, filters,
        rows, client, unknown=False, selection=_selected(at, builder, follower),
    )  # fmt: skip


def _query(
    at: At,
    library: Library,
    verb: Verb,
    table: TableRef,
    builder: Builder,
    verb_call: n.Node,
    filters: tuple[Filter, ...],
    rows: n.Expr | None,
    client: n.Expr,
    *,
    unknown: bool,
    selection: str | None,
) -> Query:
    return Query(
        library,
        verb,
        table,
        at.decl,
        builder.node,
        verb_call,
        tuple(one for one in filters if one.column),
        rows,
        None,
        selection,
        builder.step("first", "executeTakeFirst", "executeTakeFirstOrThrow") is not None,
        builder.sent,
        True,
        client,
        builder.wrappers,
        unknown or any(not one.column for one in filters),
    )


def _selected(at: At, builder: Builder, follower: Follower) -> str | None:
    step = builder.step("select", "first", "pluck")
    if step is None or not step.link.args:
        return ""
    names: list[str] = []
    for arg in step.link.args:
        inner = bare(arg)
        items = inner.items if isinstance(inner, n.Array) else (arg,)
        names.extend(name for item in items for name in follower.strings(at.to(item)))
    return ",".join(name.rpartition(".")[2] for name in names)


# Conditions of both


def _conditions(at: At, builder: Builder, follower: Follower) -> Iterator[Filter]:
    names = {step.link.name for step in builder.steps}
    for step in builder.steps:
        name, args = step.link.name, step.link.args
        if not args:
            continue
        if name in _WHERE:
            # `a OR b`: neither restricts the rows alone.
            always = step.always and "orWhere" not in names
            for one in _where(at, args, follower):
                yield one._replace(always=one.always and always)
        elif name in ("whereRaw", "andWhereRaw", "joinRaw"):
            yield from _raw(at, args[0], step, follower)
        elif name in ("modify", "$call", "$if"):
            yield from _modified(at, args, name, step, follower)
        elif name in ("innerJoin", "join", "leftJoin") and len(args) > 1:
            yield from _joined(at, args, step, follower)


def _where(at: At, args: tuple[n.Expr, ...], follower: Follower) -> Iterator[Filter]:
    first = bare(args[0])
    if isinstance(first, n.Function):
        yield from _callback(at, first, follower)
    elif isinstance(first, n.Object) or (len(args) == 1 and isinstance(first, n.Name | n.Member)):
        yield from matched(at, first, True, follower)
    elif isinstance(first, n.Call):
        yield from _expression(at, first, follower)
    else:
        yield from _comparison(at, args, follower)


def _comparison(at: At, args: tuple[n.Expr, ...], follower: Follower) -> Iterator[Filter]:
    first = args[0]
    operator = bare(args[1]) if len(args) > 2 else None
    if isinstance(operator, n.Str) and operator.value not in _EQUAL:
        return
    columns = follower.strings(at.to(first))
    value = args[-1] if len(args) > 1 else None
    yield Filter(columns[0] if columns else "", True, first, value, others=columns[1:])


def _callback(at: At, function: n.Function, follower: Follower) -> Iterator[Filter]:
    """`where(function () { this.where(...) })`, `where((eb) => eb.and([...]))`."""
    alternatives = False
    found: list[Filter] = []
    for node in walk(function):
        if not isinstance(node, n.Call):
            continue
        name = (dotted(node.callee) or "").rpartition(".")[2] or _last(node)
        if name in ("or", "orWhere"):
            alternatives = True
        elif name in _WHERE and node.args:
            found.extend(_where(at, node.args, follower))
        elif len(node.args) == 3:
            found.extend(_comparison(at, node.args, follower))
    for one in found:
        yield one._replace(always=one.always and not alternatives)


def _last(call: n.Call) -> str:
    callee = uncast(call.callee)
    return callee.name if isinstance(callee, n.Member) else ""


def _expression(at: At, call: n.Call, follower: Follower) -> Iterator[Filter]:
    """`where(eb("organization_id", "=", id))`."""
    if len(call.args) == 3:
        yield from _comparison(at, call.args, follower)
        return
    yield Filter("", True, call)


def _raw(at: At, expr: n.Expr, step: Step, follower: Follower) -> Iterator[Filter]:
    inner = bare(expr)
    text = (
        HOLE.join(inner.quasis) if isinstance(inner, n.Template) else "".join(follower.strings(at.to(expr)))
    )
    if not text:
        yield Filter("", step.always, expr)
        return
    found, unknown = constraints_of(text)
    for one in found:
        yield Filter(_name(one), step.always and one.always, expr)
    if unknown:
        yield Filter("", step.always, expr)


def _name(one: Constraint) -> str:
    return f"{one.table}.{one.column}" if one.table else one.column


def _modified(
    at: At, args: tuple[n.Expr, ...], name: str, step: Step, follower: Follower
) -> Iterator[Filter]:
    """`modify((qb) => qb.where(...))`; `$if(condition, ...)` adds on some paths only."""
    callback = args[-1] if name == "$if" else args[0]
    function = follower.function(at.to(callback))
    if function is None or not isinstance(function.expr, n.Function):
        yield Filter("", step.always, callback)
        return
    for one in _callback(function, function.expr, follower):
        node = one.node if function.decl is at.decl else callback
        yield one._replace(always=one.always and step.always and name != "$if", node=node)


def _joined(at: At, args: tuple[n.Expr, ...], step: Step, follower: Follower) -> Iterator[Filter]:
    """Conditions on constants in a join's callback: `join("x", (j) => j.onVal("x.organization_id", id))`."""
    callback = bare(args[-1])
    for node in walk(callback) if isinstance(callback, n.Function) else ():
        if isinstance(node, n.Call) and _last(node) in ("onVal", "andOnVal") and node.args:
            for one in _comparison(at, node.args, follower):
                yield one._replace(always=step.always)
        elif _compares(node):
            yield from _comparison(at, node.args, follower)


def _compares(node: n.Node) -> TypeGuard[n.Call]:
    """Whether a join's `on` compares a column with a value: text would be another column."""
    if not isinstance(node, n.Call) or _last(node) != "on" or len(node.args) != 3:
        return False
    return not isinstance(bare(node.args[2]), n.Str)
