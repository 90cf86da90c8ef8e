"""Where a value decides whose rows are meant: in queries, and in calls of functions that query."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from fourlayer.project.exports import Declared
from fourlayer.project.follow import Follow
from fourlayer.project.frames import Frame
from fourlayer.project.origins import roots
from fourlayer.project.queries.find import may_query, queries_of
from fourlayer.project.queries.follow import At, Follower
from fourlayer.project.queries.rows import row_of
from fourlayer.project.queries.rpc import rpcs_of
from fourlayer.project.questions import Question
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of
from fourlayer_rules.tenancy._columns import tenant_column
from fourlayer_rules.tenancy._judge import is_tenant_like

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.config.settings import Tenancy
    from fourlayer.project.queries.model import Query
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

Carried = frozenset[tuple[int, tuple[str, ...]]]
"""Parameters (by position, with a path into them) whose value ends up as the tenant of a query."""


class Sink(NamedTuple):
    """A value that is taken for the tenant. `query` is None for the argument of a database function."""

    decl: Decl
    value: n.Expr
    column: str
    query: Query | None


def sinks_of(path: str, facts: FileFacts, tenancy: Tenancy) -> tuple[Sink, ...]:
    """The values of a file that queries take for the tenant, in source order."""
    key = (sinks_of, tenancy.columns, tenancy.fields)
    known = facts.memo.get(key)
    if known is None:
        known = facts.memo[key] = tuple(_sinks(path, facts, tenancy))
    return cast("tuple[Sink, ...]", known)


def _sinks(path: str, facts: FileFacts, tenancy: Tenancy) -> Iterator[Sink]:
    if may_query(facts.text.data):
        follower = Follower()
        for query in queries_of(path, facts):
            field = query.library in ("prisma", "drizzle")
            parents = query.decl.chunk.parents()
            for one in query.filters:
                column = tenant_column(one.last, tenancy, field=field)
                if column is not None and one.value is not None and one.value in parents:
                    yield Sink(query.decl, one.value, column, query)
            if query.rows is not None and query.verb in ("insert", "upsert"):
                yield from _of_row(At(path, facts, query.decl, query.rows), query, tenancy, follower)
    for call in rpcs_of(facts):
        args = bare(call.args) if call.args is not None else None
        for prop in args.props if isinstance(args, n.Object) else ():
            if isinstance(prop, n.Prop) and prop.key is not None and is_tenant_like(prop.key):
                yield Sink(call.decl, prop.value, prop.key, None)


def _of_row(at: At, query: Query, tenancy: Tenancy, follower: Follower) -> Iterator[Sink]:
    field = query.library in ("prisma", "drizzle")
    for key, place in row_of(at, follower).places:
        column = tenant_column(key, tenancy, field=field)
        if column is not None and place.decl is query.decl and isinstance(place.expr, n.Prop | n.Assign):
            yield Sink(query.decl, place.expr.value, column, query)


# Parameters


def carried(view: View, tenancy: Tenancy, path: str, name: str) -> Carried:
    """The parameters of a function (by its declaration's qualified name) that carry the tenant."""
    return view.ask(_CARRIED, path, name, ",".join(tenancy.columns), ",".join(tenancy.fields))


def _carried(view: View, about: tuple[str, ...]) -> Carried:
    path, name, columns, fields = about
    facts = view.facts(path)
    decl = declaration(facts, name) if facts is not None else None
    function = function_of(decl) if decl is not None else None
    if facts is None or decl is None or function is None or not function.params:
        return frozenset()
    tenancy = _Names(tuple(columns.split(",")), tuple(fields.split(",")))
    found: set[tuple[int, tuple[str, ...]]] = set()
    for sink in sinks_of(path, facts, cast("Tenancy", tenancy)):
        if sink.decl is decl:
            found |= _of_parameters(decl, function, sink.value)
    for call in calls_of(decl):
        rooted = [
            argument for argument in call.args if _of_parameters(decl, function, argument, any_path=True)
        ]
        if not rooted:
            continue
        target = target_of(view, path, facts, decl, call)
        if target is not None:
            inner = view.ask(_CARRIED, target.path, target.decl.qualified_name, columns, fields)
            for value, rest in arguments(call, inner):
                found |= _of_parameters(decl, function, value, rest)
    return frozenset(found)


_CARRIED = Question[Carried]("parameters that carry the tenant", _carried, frozenset())


class _Names(NamedTuple):
    """As much of the configuration as tells a tenant column."""

    columns: tuple[str, ...]
    fields: tuple[str, ...]


def _of_parameters(
    decl: Decl, function: n.Function, value: n.Expr, path: tuple[str, ...] = (), *, any_path: bool = False
) -> set[tuple[int, tuple[str, ...]]]:
    """The parameters that a value is made of."""
    if any_path and isinstance(bare(value), n.Object):
        return {
            one
            for prop in cast("n.Object", bare(value)).props
            for one in _of_parameters(decl, function, prop.value, any_path=True)
        }
    return {
        (function.params.index(root.node), root.path)
        for root in roots(decl, value, path)
        if isinstance(root.node, n.Param) and root.node in function.params
    }


def arguments(call: n.Call, inner: Carried) -> Iterator[tuple[n.Expr, tuple[str, ...]]]:
    """What a call hands over for parameters that carry the tenant, with the path into it."""
    for position, rest in sorted(inner):
        before = call.args[: position + 1]
        if len(before) > position and not any(isinstance(arg, n.Spread) for arg in before):
            yield call.args[position], rest


def calls_of(decl: Decl) -> tuple[n.Call, ...]:
    """The calls with arguments inside a declaration."""
    memo = decl.chunk.memo
    known = memo.get(calls_of)
    if known is None:
        known = memo[calls_of] = tuple(
            node for node in walk(decl.node) if isinstance(node, n.Call) and node.args
        )
    return cast("tuple[n.Call, ...]", known)


def target_of(view: View, path: str, facts: FileFacts, decl: Decl, call: n.Call) -> Frame | None:
    """The function of the workspace that a call runs; None for others."""
    function = function_of(decl)
    this = Declared(path, facts, decl.owner) if decl.owner is not None else None
    trail = (function,) if function is not None else ()
    found = Follow(view).call(Frame(path, facts, decl, function, this, {}, trail), call)
    if not isinstance(found, Frame) or found.function is None:
        return None
    return found if found.function is function_of(found.decl) else None


def declaration(facts: FileFacts, name: str) -> Decl | None:
    """The declaration of a qualified name that has a body."""
    found = [decl for decl in facts.all_decls() if decl.qualified_name == name and decl.kind != "import"]
    return next((one for one in found if one.body_start is not None), found[0] if found else None)
