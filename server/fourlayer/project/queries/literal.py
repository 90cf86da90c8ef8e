"""SQL written as text: `pool.query("select ...")`, ``sql`...` ``, ``prisma.$queryRaw`...` ``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from fourlayer.project.queries.builder import outermost, receiver_name
from fourlayer.project.queries.model import Filter, Query, TableRef
from fourlayer.project.queries.sql import HOLE, Access, Constraint, accesses, is_query
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted, uncast
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from fourlayer.project.queries.follow import At, Follower

_TAGS = frozenset({"sql", "$queryRaw", "$executeRaw", "SQL"})
_FRAGMENTS = frozenset({"sql", "raw", "Prisma.sql", "Prisma.raw", "sql.raw", "sql.fragment", "sql.unsafe"})


def queries(at: At, call: n.Call | n.Tagged, follower: Follower) -> Iterator[Query]:
    """The accesses of the statement that a call is given, each a query; nothing where it is no SQL."""
    statement: n.Node = call
    text: str | None
    if isinstance(call, n.Tagged):
        tag = (dotted(call.tag) or "").rpartition(".")[2]
        if tag not in _TAGS or _is_part(at, call):
            return
        text = _text(at.to(call.template), follower, 0)
        receiver = call.tag
    else:
        first = call.args[0] if call.args else None
        callee = uncast(call.callee)
        if first is None or not isinstance(callee, n.Member) or _stays_here(at, callee):
            return
        text = _text(at.to(_statement(first)), follower, 0)
        receiver = callee.object
        statement = first
    if text is None or not is_query(text):
        return
    for access in accesses(text):
        yield Query(
            "sql",
            access.verb,
            TableRef(tuple(name for name, _ in access.tables), statement),
            at.decl,
            outermost(at.decl, call),
            call,
            tuple(_filters(access, statement)),
            None,
            access.columns,
            access.selection,
            access.single,
            True,
            _is_client(receiver),
            receiver,
            (),
            access.open,
        )


_HANDED_ON = re.compile(
    rb"\b(?:query|execute|exec|raw|unsafe|any|one|many|none|all|run|sql)\w*\s*[(<`]", re.IGNORECASE
)


def _stays_here(at: At, callee: n.Member) -> bool:
    """Whether `this.name(...)` is a method of the same class whose body hands no statement on."""
    owner = at.decl.owner
    if owner is None or not isinstance(callee.object, n.Name) or callee.object.name != "this":
        return False
    bodies = [
        member.data[member.body_start - member.start :]
        for member in owner.members
        if callee.name in member.names and member.body_start is not None
    ]
    return bool(bodies) and not any(_HANDED_ON.search(body) for body in bodies)


def _is_client(receiver: n.Expr) -> bool:
    """Whether SQL, and no other query language of that look (SOQL, GAQL), is surely meant."""
    name = receiver_name(receiver).lower()
    return name != "this" and any(word in name for word in _CLIENTS)


_CLIENTS = (
    *("db", "pool", "pg", "sql", "knex", "prisma", "trx", "tx", "database", "postgres", "mysql", "sequelize"),
    *("drizzle", "kysely", "datasource", "queryrunner", "entitymanager", "$queryraw", "$executeraw"),
)


def _is_part(at: At, call: n.Tagged) -> bool:
    """Whether the text goes into another statement, or to a call that is looked at itself."""
    parent = at.decl.parent(call)
    while isinstance(parent, n.Cast):
        parent = at.decl.parent(parent)
    if isinstance(parent, n.Template):
        return True
    name = (dotted(parent.callee) or "").rpartition(".")[2] if isinstance(parent, n.Call) else ""
    return name in ("execute", "query", "raw", "any", "none", "one", "many", "all", "get", "run", "values")


def _statement(expr: n.Expr) -> n.Expr:
    """The text in `{ text: "select ...", values: [...] }`."""
    inner = bare(expr)
    if isinstance(inner, n.Object):
        for prop in inner.props:
            if isinstance(prop, n.Prop) and prop.key in ("text", "sql"):
                return prop.value
    return expr


def _filters(access: Access, statement: n.Node) -> Iterator[Filter]:
    own = {alias for _, alias in access.tables} if len(access.tables) == 1 else set[str]()
    for one in access.constraints:
        yield Filter(_written(one, own, len(access.tables)), one.always, statement)


def _written(one: Constraint, own: set[str], tables: int) -> str:
    if not one.table or one.table in own:
        # With several tables it is not clear whose the column is.
        return one.column if tables == 1 or one.table in own else f"?.{one.column}"
    return f"{one.table}.{one.column}"


def statement_text(query: Query, at: At, follower: Follower) -> str | None:
    """The SQL of a query that this module found, unknown parts as holes."""
    return _text(at.to(query.table.expr), follower, 0)


def _text(at: At, follower: Follower, depth: int) -> str | None:
    """The text of an expression, unknown parts as holes; None where it is no text."""
    expr = bare(at.expr) if isinstance(at.expr, n.Expr) else at.expr
    if depth > 8:
        return HOLE
    if isinstance(expr, n.Str):
        return expr.value
    if isinstance(expr, n.Template):
        parts = [expr.quasis[0]]
        for value, quasi in zip(expr.exprs, expr.quasis[1:], strict=True):
            parts.append(_part(at.to(value), follower, depth + 1))
            parts.append(quasi)
        return "".join(parts)
    if isinstance(expr, n.Tagged):
        return _text(at.to(expr.template), follower, depth + 1)
    if isinstance(expr, n.Binary) and expr.op == "+":
        left, right = (_text(at.to(side), follower, depth + 1) for side in (expr.left, expr.right))
        return None if left is None and right is None else (left or HOLE) + (right or HOLE)
    if isinstance(expr, n.Call):
        return _called(at.to(expr), expr, follower, depth)
    if isinstance(expr, n.Name | n.Member):
        return _appended(at.to(expr), follower, depth)
    return None


def _appended(at: At, follower: Follower, depth: int) -> str | None:
    """The text of a variable; what is appended to it later (`text += ...`) is not known."""
    expr = at.expr
    binding = scopes_of(at.decl).binding(expr)
    if binding is not None and binding.writes and binding.init is not None and binding.path == ():
        text = _text(at.to(binding.init), follower, depth + 1)
        return None if text is None else f"{text} {HOLE}"
    values = follower.values(at)
    if values is None or len(values) != 1 or values[0].expr is expr:
        return None
    return _text(values[0], follower, depth + 1)


def _called(at: At, call: n.Call, follower: Follower, depth: int) -> str | None:
    name = dotted(call.callee) or ""
    callee = uncast(call.callee)
    if name in _FRAGMENTS and call.args:
        return _text(at.to(call.args[0]), follower, depth + 1)
    if not isinstance(callee, n.Member):
        return None
    if callee.name in ("trim", "replace", "toString"):
        return _text(at.to(callee.object), follower, depth + 1)
    if callee.name == "join":
        separators = follower.strings(at.to(call.args[0])) if call.args else (",",)
        items = follower.items(at.to(callee.object))
        if len(separators) == 1:
            texts = [_text(item, follower, depth + 1) or HOLE for item in items or ()]
            if items is None and isinstance(bare(callee.object), n.Array):
                return HOLE
            if texts:
                return separators[0].join(texts)
    return None


def _part(at: At, follower: Follower, depth: int) -> str:
    """What a substitution puts in: known text, or a hole."""
    expr = bare(at.expr) if isinstance(at.expr, n.Expr) else at.expr
    if isinstance(expr, n.Cond):
        return HOLE
    return _text(at, follower, depth) or HOLE
