"""missing-tenant-column: a row is written to a tenant table without its tenant column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer_rules.tenancy._edits import property_for
from fourlayer_rules.tenancy._place import finding_of, inert_where_blind, located, located_again
from fourlayer_rules.tenancy._plans import Plans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, Finding, FixPlan
    from fourlayer_rules.tenancy._place import Located


class MissingTenantColumn:
    """Judges inserts and upserts."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report the rows of a file that lack the tenant."""
        inert_where_blind(ctx, "missing-tenant-column", target)
        for place in located(ctx, target, "row"):
            message = f"{_what(place)}: {_why(place)}."
            columns = place.verdict.tenancy.columns
            yield finding_of(ctx, place, "missing-tenant-column", message, _help(ctx, place), columns)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """The column with each value in scope; else a parameter that the callers pass."""
        place = located_again(ctx, finding, "row")
        if place is not None:
            yield from Plans(ctx, place, "add-column").plans()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Add the column to the literal that the row is written as."""
        place = located_again(ctx, finding, "row")
        return Plans(ctx, place, "add-column").edits(plan) if place is not None else None


def _what(place: Located) -> str:
    verdict = place.verdict
    table = f"`{verdict.tenancy.table}`" if verdict.tenancy.table else "a table that is chosen at run time"
    names = " or ".join(f"`{column}`" for column in verdict.tenancy.columns)
    if verdict.why == "branch":
        return f"This row of {table} gets its tenant ({names}) on some paths only"
    if verdict.why == "unknown":
        return f"Whether this row of {table} has its tenant ({names}) is out of reach"
    if verdict.why == "typed":
        return f"The type of this row of {table} has no tenant column ({names})"
    return f"This row is written to {table} without its tenant ({names})"


def _why(place: Located) -> str:
    if place.verdict.why == "apart":
        return "the schema treats rows without one as a case of their own; if this is none, it is lost"
    if place.verdict.why == "table":
        return "no schema and no other query tells if it is a tenant's; if so, the row belongs to nobody"
    return "a row that belongs to no tenant is lost to its owner, or shows up for another tenant"


def _help(ctx: Context, place: Located) -> str:
    verdict = place.verdict
    if not verdict.tenancy.table:
        return "Write the tenant's column, or use a constant table name."
    name = property_for(verdict.query, ctx.view.schema, verdict.tenancy.best)
    if verdict.why == "table":
        return f"Add `{name}` to the row; if the table holds no tenant's data, list it in `global-tables`."
    return f"Add `{name}` to the row."


rule = MissingTenantColumn()
