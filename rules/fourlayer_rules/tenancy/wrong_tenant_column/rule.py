"""wrong-tenant-column: a query names a tenant column that the table does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, FixPlan
from fourlayer_rules.tenancy._edits import property_for, renamed
from fourlayer_rules.tenancy._judge import follower_of
from fourlayer_rules.tenancy._place import finding_of, inert_where_blind, located, located_again

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Finding, TextEdit
    from fourlayer_rules.tenancy._place import Located


class WrongTenantColumn:
    """Judges the tenant columns that filters and rows name."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report the queries of a file that name the other column only."""
        inert_where_blind(ctx, "wrong-tenant-column", target)
        for place in located(ctx, target, "column"):
            verdict = place.verdict
            right = " or ".join(f"`{column}`" for column in verdict.tenancy.columns)
            columns = (verdict.wrong, *verdict.tenancy.columns)
            message, help_ = _texts(place, right)
            yield finding_of(ctx, place, "wrong-tenant-column", message, help_, columns)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Name the column that the table has."""
        place = located_again(ctx, finding, "column")
        if place is None:
            return
        for index, column in enumerate(place.verdict.tenancy.columns):
            if _edits(ctx, place, column) is not None:
                title = f"Name `{column}` instead of `{place.verdict.wrong}`"
                yield FixPlan(
                    "rename-column", title, "unsafe", "document", preferred=index == 0, argument=column
                )

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Replace the name wherever the query names the column."""
        place = located_again(ctx, finding, "column")
        edits = _edits(ctx, place, plan.argument) if place is not None else None
        return Change({finding.path: edits}) if edits else None


def _texts(place: Located, right: str) -> tuple[str, str]:
    verdict = place.verdict
    table, wrong = f"`{verdict.tenancy.table}`", f"`{verdict.wrong}`"
    if verdict.certainty == "violation":
        message = (
            f"This query names {wrong} on {table}, which has {right} instead: it fails, or the tenant is not "
            "told apart and another tenant's rows are mixed in."
        )
        return message, f"Name {right} instead of {wrong}."
    message = (
        f"This query names {wrong} on {table}; its definitions disagree, and the workspace's other queries "
        f"name {right}: one of them reaches no row, or another tenant's."
    )
    return message, f"Check which column the database has; the others name {right}."


def _edits(ctx: Context, place: Located, column: str) -> tuple[TextEdit, ...] | None:
    verdict = place.verdict
    query = verdict.query
    schema = ctx.view.schema
    wrong, right = (property_for(query, schema, name) for name in (verdict.wrong, column))
    return renamed(place.at, follower_of(ctx), query, verdict.places, wrong, right)


rule = WrongTenantColumn()
