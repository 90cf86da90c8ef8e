"""Why a query is fine: the condition, column or wrapper that scopes it, or what makes it exempt."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.queries.follow import At
from fourlayer.project.queries.rows import row_of
from fourlayer.syntax import nodes as n
from fourlayer_rules.tenancy._judge import is_probe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.queries.model import Query
    from fourlayer.rule.inventory import Ruling
    from fourlayer_rules.tenancy._columns import TableTenancy
    from fourlayer_rules.tenancy._judge import Judge, Verdict


class Evidence(NamedTuple):
    """What speaks for a query: a word for it, the column, the tenant's value as far as it stands there."""

    ruling: Ruling
    words: str
    column: str = ""
    value: n.Expr | None = None


def evidence_of(at: At, query: Query, judge: Judge, verdict: Verdict | None) -> Evidence:
    """The evidence of a prepared query; `verdict` is what is wrong with it."""
    tenancies = judge.tenancies(query)
    named = next(_named(at, query, judge, tenancies), None)
    if verdict is not None:
        column = verdict.wrong if verdict.problem == "column" else verdict.tenancy.best
        words = _WRONG[verdict.problem, verdict.why == "branch"]
        return Evidence(verdict.certainty, words, column, named.value if named is not None else None)
    if tenancies and all(tenancy.kind == "none" for tenancy in tenancies):
        return Evidence("exempt", _exempt(tenancies[0]))
    if named is not None:
        return named
    if judge.wrapped(query) == "always":
        return Evidence("scoped", "scoping function", tenancies[0].best if tenancies else "")
    return Evidence("exempt", _other(query, judge, tenancies), tenancies[0].best if tenancies else "")


_WRONG = {
    ("filter", False): "no tenant condition",
    ("filter", True): "tenant condition on some paths only",
    ("row", False): "no tenant column in the row",
    ("row", True): "tenant column on some paths only",
    ("column", False): "a tenant column that the table lacks",
    ("column", True): "a tenant column that the table lacks",
}


def _named(at: At, query: Query, judge: Judge, tenancies: tuple[TableTenancy, ...]) -> Iterator[Evidence]:
    """The conditions and columns that name the tenant."""
    parents = query.decl.chunk.parents()
    if query.verb in ("insert", "upsert"):
        names = judge.row_names(query)
        if query.rows is not None:
            row = row_of(at.to(query.rows), judge.follower)
            for key, place in row.places:
                if key in names and place.decl is query.decl and isinstance(place.expr, n.Prop | n.Assign):
                    yield Evidence("scoped", "column of the row", key, place.expr.value)
        listed = {*(query.row_columns or ())}
        if query.rows is not None:
            listed |= row_of(at.to(query.rows), judge.follower).always
        yield from (Evidence("scoped", "column of the row", name) for name in names if name in listed)
        return
    for tenancy in tenancies:
        for one in query.filters:
            if judge.names_tenant(one, query, tenancy):
                value = one.value if one.value in parents else None
                words = "tenant condition" if tenancy.kind != "root" else "the tenant's own row"
                yield Evidence("scoped", words, one.last, value)


def _exempt(tenancy: TableTenancy) -> str:
    if tenancy.classification == "public_read":
        return "classified public_read"
    return "table without a tenant column" if tenancy.cites else "global table"


def _other(query: Query, judge: Judge, tenancies: tuple[TableTenancy, ...]) -> str:
    if is_probe(query):
        return "asks only if the database answers"
    if tenancies and judge.is_discovery(query, tenancies[0]):
        return "looks up the tenant itself"
    if judge.is_sweep(query):
        return "goes over all tenants, each with its own"
    return "a new tenant" if query.verb in ("insert", "upsert") else "nothing to scope"
