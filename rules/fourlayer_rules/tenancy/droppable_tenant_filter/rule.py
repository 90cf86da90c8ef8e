"""droppable-tenant-filter: a tenant condition whose value may be no tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import FixPlan
from fourlayer_rules.tenancy._anchors import anchored
from fourlayer_rules.tenancy._judge import queries_judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, Finding
    from fourlayer.syntax.facts import FileFacts
    from fourlayer_rules.tenancy._droppable import Droppable

_RULE = "droppable-tenant-filter"
_KIND = "require-tenant"


class DroppableTenantFilter:
    """Judges the values of tenant conditions."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report the tenant conditions that may be dropped or mean nobody."""
        for facts, found in _found(ctx, target):
            decl = found.query.decl
            message = _message(found, decl.text_of(found.tenant))
            help_ = _help(found)
            yield anchored(ctx, _RULE, target, facts, decl, found.value, message, help_)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Require the tenant, and name it with `eq`."""
        from fourlayer_rules.tenancy.droppable_tenant_filter._fix import change_of

        for facts, found in _found(ctx, finding.path):
            if found.query.decl.span(found.value) == finding.span and change_of(finding.path, facts, found):
                name = found.query.decl.text_of(found.tenant)
                title = f"Require `{name}` and filter with `.eq`"
                yield FixPlan(_KIND, title, "unsafe", "document", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Write the check and the condition."""
        from fourlayer_rules.tenancy.droppable_tenant_filter._fix import change_of

        for facts, found in _found(ctx, finding.path):
            if found.query.decl.span(found.value) == finding.span and plan.kind == _KIND:
                return change_of(finding.path, facts, found)
        return None


def _found(ctx: Context, path: str) -> Iterator[tuple[FileFacts, Droppable]]:
    judged = queries_judged(ctx, path)
    if judged is None:
        return
    from fourlayer_rules.tenancy._droppable import Finder

    for found in Finder(ctx, path, judged).found():
        yield judged.facts, found


def _message(found: Droppable, tenant: str) -> str:
    table = f"`{found.table}`" if found.table else "the table"
    if found.flaw == "absent":
        how = "`where`" if found.query.library == "prisma" else "`match`"
        return (
            f"`{tenant}` may be undefined, and {how} leaves an undefined condition out: without it this "
            f"query means every tenant's rows of {table}."
        )
    if found.flaw == "empty":
        return (
            f"Where `{tenant}` is missing, an empty text stands for the tenant of {table}: the mistake goes "
            "unnoticed, and rows that were written the same way belong to whoever has no tenant."
        )
    return (
        f"`!` only claims that `{tenant}` is there: the tenant of {table} is undefined where it is not, and "
        "nothing stops the query."
    )


def _help(found: Droppable) -> str:
    if found.query.library == "prisma":
        return "Make sure of the tenant before the query: throw where it is missing."
    return (
        f"Throw where it is missing, then name it with `.eq`, which cannot be dropped "
        f'(`.eq("{found.condition.column}", ...)`).'
    )


rule = DroppableTenantFilter()
