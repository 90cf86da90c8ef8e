"""The columns by which an upsert finds the row that it overwrites, where the code names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.queries.literal import statement_text
from fourlayer.project.queries.sql import HOLE
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import Link, bare, chain_of
from fourlayer.syntax.facts import walk

if TYPE_CHECKING:
    from fourlayer.project.queries.follow import At, Follower
    from fourlayer.project.queries.model import Query


class Conflict(NamedTuple):
    """The keys of an upsert as the code names them; None where they are out of reach.

    `node` is what names them, a node of the query's declaration. `guards` are columns that a condition on
    the row to be overwritten names.
    """

    keys: tuple[str, ...] | None
    node: n.Node
    guards: tuple[str, ...] = ()


def conflict_of(at: At, query: Query, follower: Follower) -> Conflict | None:
    """The explicit keys of an upsert; None where it names none, or leaves a row that is there as it is."""
    find = _FINDERS.get(query.library)
    return find(at, query, follower) if find is not None and query.verb == "upsert" else None


def _postgrest(at: At, query: Query, follower: Follower) -> Conflict | None:
    call = query.verb_call
    if not isinstance(call, n.Call) or len(call.args) < 2:
        return None
    values = follower.values(at.to(call.args[1])) or ()
    options = values[0] if len(values) == 1 else None
    if options is None or not isinstance(options.expr, n.Object):
        return None
    if any(isinstance(prop, n.Spread) for prop in options.expr.props):
        return None
    ignored = _property(options.expr, "ignoreDuplicates")
    keys = _property(options.expr, "onConflict")
    if keys is None or (isinstance(ignored, n.Const) and ignored.value == "true"):
        return None
    node = keys if options.expr is bare(call.args[1]) else call.args[1]
    return Conflict(_listed(options.to(keys), follower), node)


def _knex(at: At, query: Query, follower: Follower) -> Conflict | None:
    link = _link(query, "onConflict")
    if link is None or not link.args:
        return None
    return Conflict(_names(at.to(link.args[0]), follower), link.args[0])


def _kysely(at: At, query: Query, follower: Follower) -> Conflict | None:
    link = _link(query, "onConflict")
    function = bare(link.args[0]) if link is not None and link.args else None
    if link is None or not isinstance(function, n.Function):
        return None
    keys: list[str] | None = []
    steps: set[str] = set()
    for node in walk(function):
        if isinstance(node, n.Call) and isinstance(node.callee, n.Member):
            steps.add(node.callee.name)
            if node.callee.name in ("column", "columns") and node.args:
                found = _names(at.to(node.args[0]), follower)
                keys = None if keys is None or found is None else [*keys, *found]
    if not steps & {"column", "columns"} or "doUpdateSet" not in steps:
        return None
    guards = tuple(
        text.rpartition(".")[2]
        for node in walk(function)
        if isinstance(node, n.Call) and isinstance(node.callee, n.Member) and node.callee.name == "where"
        for text in (follower.strings(at.to(node.args[0])) if node.args else ())
    )
    return Conflict(None if keys is None else tuple(keys), link.args[0] if link.args else query.node, guards)


def _drizzle(_at: At, query: Query, _follower: Follower) -> Conflict | None:
    link = _link(query, "onConflictDoUpdate")
    options = bare(link.args[0]) if link is not None and link.args else None
    target = _property(options, "target") if isinstance(options, n.Object) else None
    if options is None or target is None:
        return None
    inner = bare(target)
    items = inner.items if isinstance(inner, n.Array) else (inner,)
    keys = [item.name if isinstance(item, n.Member) else "" for item in items]
    wheres = [_property(options, name) for name in ("where", "setWhere", "targetWhere")]
    guards = tuple(
        node.name
        for where in wheres
        if where is not None
        for node in walk(where)
        if isinstance(node, n.Member)
    )
    return Conflict(tuple(keys) if all(keys) else None, target, guards)


def _prisma(_at: At, query: Query, _follower: Follower) -> Conflict | None:
    if query.conditions is None or query.open or not query.filters:
        return None
    return Conflict(tuple(dict.fromkeys(one.last for one in query.filters)), query.conditions)


_ON_CONFLICT = re.compile(
    r"\bon\s+conflict\s*\(([^()]*)\)(?:\s*where\b[^;]*?)?\s*do\s+update\b(.*)", re.IGNORECASE | re.DOTALL
)


def _sql(at: At, query: Query, follower: Follower) -> Conflict | None:
    found = _ON_CONFLICT.search(statement_text(query, at, follower) or "")
    if found is None:
        return None
    keys = tuple(key.strip().strip('"').lower() for key in found[1].split(","))
    guard = re.search(r"\bwhere\b(.*?)(?:\breturning\b|$)", found[2], re.IGNORECASE | re.DOTALL)
    guards = tuple(re.findall(r"\w+", guard[1].lower())) if guard is not None else ()
    return Conflict(None if HOLE in found[1] else keys, query.table.expr, guards)


_FINDERS = {
    "postgrest": _postgrest,
    "knex": _knex,
    "kysely": _kysely,
    "drizzle": _drizzle,
    "prisma": _prisma,
    "sql": _sql,
}


def _link(query: Query, name: str) -> Link | None:
    return chain_of(query.node).call(name) if isinstance(query.node, n.Expr) else None


def _property(expr: n.Expr | None, name: str) -> n.Expr | None:
    for prop in expr.props if isinstance(expr, n.Object) else ():
        if isinstance(prop, n.Prop) and prop.key == name:
            return prop.value
    return None


def _listed(at: At, follower: Follower) -> tuple[str, ...] | None:
    """The columns of a text such as `"provider, external_key"`."""
    texts = follower.strings(at)
    if len(texts) != 1:
        return None
    return tuple(key for part in texts[0].split(",") if (key := part.strip().strip('"')))


def _names(at: At, follower: Follower) -> tuple[str, ...] | None:
    """The columns that a text or an array of texts names."""
    expr = bare(at.expr) if isinstance(at.expr, n.Expr) else at.expr
    items = (at,) if isinstance(expr, n.Str) else follower.items(at) if isinstance(expr, n.Array) else None
    texts = [follower.strings(item) for item in items or ()]
    return tuple(text[0] for text in texts) if texts and all(len(text) == 1 for text in texts) else None
