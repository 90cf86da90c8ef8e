"""missing-tenant-filter: a query reads or changes a tenant table without naming the tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer_rules.tenancy._edits import condition_text, property_for
from fourlayer_rules.tenancy._place import finding_of, inert_where_blind, located, located_again
from fourlayer_rules.tenancy._plans import Plans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, Finding, FixPlan
    from fourlayer_rules.tenancy._place import Located

_DOES = {"select": "reads", "update": "changes", "delete": "deletes"}
_ROWS = {
    "select": "another tenant's rows can be read through it",
    "update": "another tenant's rows can be changed through it",
    "delete": "another tenant's rows can be deleted through it",
}


class MissingTenantFilter:
    """Judges reads, updates and deletes."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report the queries of a file that name no tenant."""
        inert_where_blind(ctx, "missing-tenant-filter", target)
        for place in located(ctx, target, "filter"):
            message = f"{_what(place)}: {_why(place)}."
            columns = place.verdict.tenancy.columns
            yield finding_of(ctx, place, "missing-tenant-filter", message, _help(ctx, place), columns)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """A condition for each value in scope; else a parameter that the callers pass."""
        place = located_again(ctx, finding, "filter")
        if place is not None:
            yield from Plans(ctx, place, "scope-query").plans()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Put the condition right after the verb."""
        place = located_again(ctx, finding, "filter")
        return Plans(ctx, place, "scope-query").edits(plan) if place is not None else None


def _what(place: Located) -> str:
    verdict = place.verdict
    table = f"`{verdict.tenancy.table}`" if verdict.tenancy.table else "a table that is chosen at run time"
    does = _DOES[verdict.query.verb]
    if verdict.why == "branch":
        return f"This query {does} {table} and names the tenant on some paths only"
    if verdict.why == "unknown":
        return f"Whether this query on {table} names the tenant is out of reach"
    if verdict.why == "own":
        return f"This query {does} one user's rows of {table}, which nothing in the workspace keys by tenant"
    names = " or ".join(f"`{column}`" for column in verdict.tenancy.columns)
    return f"This query {does} {table} without naming the tenant ({names})"


def _why(place: Located) -> str:
    verdict = place.verdict
    rows = _ROWS[verdict.query.verb]
    if verdict.why == "table":
        return f"no schema and no other query tells whether it is a tenant's; if it is, {rows}"
    if verdict.why in ("unknown", "own"):
        return f"if it does not and should, {rows}"
    if not verdict.query.sent:
        return f"nobody awaits it yet; once someone does, {rows}"
    return rows


def _help(ctx: Context, place: Located) -> str:
    verdict = place.verdict
    query = verdict.query
    if not verdict.tenancy.table:
        return "Name the tenant's column in the query, or use a constant table name."
    column = verdict.tenancy.best
    name = property_for(query, ctx.view.schema, column)
    if verdict.why == "branch":
        return f"Put `{condition_text(query, name, '<the tenant>')}` before the branch."
    text = condition_text(query, name, "<the tenant>")
    return (
        f"Add `{text}`; if the table holds no tenant's data, list it in `global-tables`."
        if verdict.why == "table"
        else f"Add `{text}`."
    )


rule = MissingTenantFilter()
