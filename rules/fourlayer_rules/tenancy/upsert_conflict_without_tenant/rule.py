"""upsert-conflict-without-tenant: an upsert finds the row to overwrite by keys that any tenant may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.queries.conflicts import conflict_of
from fourlayer.project.queries.follow import At
from fourlayer_rules.tenancy._anchors import anchored
from fourlayer_rules.tenancy._columns import tenant_column
from fourlayer_rules.tenancy._judge import queries_judged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.project.queries.conflicts import Conflict
    from fourlayer.project.queries.model import Query
    from fourlayer.project.schema import Schema
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, Finding, FixPlan
    from fourlayer_rules.tenancy._columns import TableTenancy

_RULE = "upsert-conflict-without-tenant"


class UpsertConflictWithoutTenant:
    """Judges the explicit conflict keys of upserts."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report the upserts of a file whose keys leave the tenant out."""
        judged = queries_judged(ctx, target)
        if judged is None:
            return
        for query in judged.queries:
            tenancies = judged.judge.tenancies(query) if query.verb == "upsert" else ()
            if len(tenancies) != 1 or not _is_tenants(tenancies[0]):
                continue
            at = At(target, judged.facts, query.decl, query.node)
            conflict = conflict_of(at, query, judged.judge.follower)
            if conflict is None or _is_scoped(ctx, query, conflict, tenancies[0]):
                continue
            yield anchored(
                ctx,
                _RULE,
                target,
                judged.facts,
                query.decl,
                conflict.node,
                _message(tenancies[0].table, conflict),
                _help(tenancies[0]),
                certainty="suspicious" if conflict.keys is not None else "unverifiable",
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """None: the keys must be those of a unique constraint."""
        return ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """None."""
        return None


def _is_tenants(tenancy: TableTenancy) -> bool:
    """Whether something says that the rows belong to tenants."""
    if tenancy.kind == "none":
        return False
    known = tenancy.status in ("known", "ambiguous") or tenancy.classification == "tenant_scoped"
    return known or bool(tenancy.named)


def _is_scoped(ctx: Context, query: Query, conflict: Conflict, tenancy: TableTenancy) -> bool:
    """Whether the keys name the tenant, or a single row whoever it belongs to."""
    field = query.library in ("prisma", "drizzle")
    names = (*(conflict.keys or ()), *conflict.guards)
    if any(tenant_column(name, ctx.settings.tenancy, field=field) is not None for name in names):
        return True
    if conflict.keys is None:
        return False
    primary, names_of = _primary_key(ctx.view.schema, query, tenancy.table)
    keys = {names_of.get(key, key) for key in conflict.keys}
    return bool(primary) and primary <= keys


def _primary_key(schema: Schema, query: Query, name: str) -> tuple[frozenset[str], dict[str, str]]:
    """The primary key by column, `id` where it is not known, and the columns behind an ORM's properties."""
    table = schema.orm_table(query.table.names[0]) if query.table.orm else None
    table = table or schema.table(name)
    if table is None or not table.primary_key:
        return frozenset({"id"}), {}
    return frozenset(table.primary_key), dict(table.orm_names)


def _message(table: str, conflict: Conflict) -> str:
    if conflict.keys is None:
        return f"Whether the conflict keys of this upsert into `{table}` name the tenant is out of reach."
    keys = ", ".join(f"`{key}`" for key in conflict.keys)
    return (
        f"This upsert into `{table}` finds the row to overwrite by {keys} alone: a tenant that writes the "
        "same values overwrites another tenant's row, and takes it over."
    )


def _help(tenancy: TableTenancy) -> str:
    return f"Make `{tenancy.best}` part of the unique constraint and name it in the conflict keys."


rule = UpsertConflictWithoutTenant()
