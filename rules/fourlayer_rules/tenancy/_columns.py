"""Which tenant columns a table has: from the schema, and from what the workspace's queries name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.queries.find import queries_of
from fourlayer.project.queries.follow import At, Follower
from fourlayer.project.queries.rows import row_of
from fourlayer.project.queries.triggers import TRIGGERS
from fourlayer.project.snapshot import Survey

if TYPE_CHECKING:
    from fourlayer.config.settings import Tenancy
    from fourlayer.project.queries.model import Filter, Query
    from fourlayer.project.schema import Definition, Schema
    from fourlayer.project.schema.model import TenantStatus
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import FileFacts

Named = tuple[tuple[str, str, int], ...]
"""What a file's queries name: table, tenant column, how often.

The column is empty for rows that are visibly written without one.
"""

_SYSTEM = ("pg_", "information_schema.", "sqlite_", "pg_catalog.", "auth.schema_migrations")


class TableTenancy(NamedTuple):
    """What is known about the tenant column of a table.

    `columns` are those a query may name: of the schema, else of the workspace's own queries, else all
    that are configured. `only` tells that no other exists. `named` tells that queries of the workspace
    name one. `kind` is "tenant", "root" (its id is the tenant) or "none" (no tenant's data).
    """

    table: str
    kind: str
    status: TenantStatus
    columns: tuple[str, ...]
    cites: tuple[Definition, ...]
    classification: str | None
    named: Mapping[str, int]
    written_without: bool = False
    """Whether the workspace visibly writes rows without a tenant column, and none with one."""
    complete: bool = True
    """Whether the definitions that were found give all columns."""

    @property
    def best(self) -> str:
        """The column that a fix would name first."""
        ranked = sorted(self.columns, key=lambda column: -self.named.get(column, 0))
        return ranked[0] if ranked else ""


class Columns:
    """Answers about tables for one view and configuration."""

    def __init__(self, view: View, tenancy: Tenancy) -> None:
        self._view = view
        self._tenancy = tenancy
        self._known: dict[tuple[str, bool], TableTenancy] = {}
        self._named: Mapping[str, Mapping[str, int]] | None = None

    @property
    def schema(self) -> Schema:
        """The workspace's schema."""
        return self._view.schema

    def of(self, table: str, *, orm: bool) -> TableTenancy:
        """What is known about a table (or a model, with `orm`)."""
        key = (table, orm)
        if key not in self._known:
            self._known[key] = self._look(table, orm)
        return self._known[key]

    def _look(self, name: str, orm: bool) -> TableTenancy:
        tenancy = self._tenancy
        table = _table_name(self.schema, name, orm)
        plain = table.removeprefix("public.").replace('"', "")
        if plain in tenancy.global_tables or name in tenancy.global_tables or plain.startswith(_SYSTEM):
            return TableTenancy(plain, "none", "none", (), (), None, {})
        found = self.schema.table(table)
        classification = found.classification if found is not None else None
        if plain in tenancy.root_tables:
            cites = found.definitions[:1] if found is not None else ()
            return TableTenancy(plain, "root", "known", ("id",), cites, classification, {})
        answer = self.schema.tenant_columns(table, tenancy.columns)
        if classification == "public_read":
            return TableTenancy(
                plain, "none", answer.status, answer.columns, answer.cites, classification, {}
            )
        complete = found is not None and any(variant.complete for variant in found.variants)
        if answer.status == "known":
            return TableTenancy(
                plain,
                "tenant",
                "known",
                answer.columns,
                answer.cites,
                classification,
                {},
                complete=complete,
            )
        everything = self.named(plain)
        named = {column: count for column, count in everything.items() if column}
        kind = "none" if answer.status == "none" and classification != "tenant_scoped" else "tenant"
        columns = answer.columns
        if answer.status in ("unknown", "none"):
            columns = tuple(column for column in tenancy.columns if column in named) or tenancy.columns
        without = "" in everything and not named
        return TableTenancy(
            plain, kind, answer.status, columns, answer.cites, classification, named, without, complete
        )

    def named(self, table: str) -> Mapping[str, int]:
        """How often queries of the workspace name each tenant column of a table."""
        if self._named is None:
            found = self._view.survey(named_columns(self._tenancy))
            self._named = _counted(found, self.schema)
        return self._named.get(table, {})

    def column_of(self, condition: Filter, query: Query) -> str | None:
        """The tenant column that a condition names; None when it names another one."""
        return tenant_column(condition.last, self._tenancy, field=query.library in ("prisma", "drizzle"))


def tenant_column(name: str, tenancy: Tenancy, *, field: bool) -> str | None:
    """The column that a column's or a property's name means, if it is a tenant column."""
    name = name.strip('"')
    if name in tenancy.columns:
        return name
    if field and name in tenancy.fields:
        return column_for(name, tenancy)
    return None


def column_for(field: str, tenancy: Tenancy) -> str:
    """The column behind a property: the one that reads alike, else the one at the same position."""
    snake = "".join(f"_{char.lower()}" if char.isupper() else char for char in field)
    if snake in tenancy.columns:
        return snake
    position = tenancy.fields.index(field)
    return tenancy.columns[min(position, len(tenancy.columns) - 1)]


def field_for(column: str) -> str:
    """The property behind a column."""
    head, *rest = column.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def named_columns(tenancy: Tenancy) -> Survey[Named]:
    """The survey of the tenant columns that queries name."""
    name = "tenancy.named-columns:" + ",".join((*tenancy.columns, "", *tenancy.fields))
    return Survey(name, partial(_named_in, tenancy), TRIGGERS)


def _named_in(tenancy: Tenancy, path: str, facts: FileFacts) -> Named | None:
    counts: dict[tuple[str, str], int] = {}
    follower = Follower()
    for query in queries_of(path, facts):
        for table in query.table.names if len(query.table.names) == 1 else ():
            plain = ("orm:" if query.table.orm else "") + table.removeprefix("public.").replace('"', "")
            for column in _columns_in(query, tenancy, At(path, facts, query.decl, query.node), follower):
                counts[plain, column] = counts.get((plain, column), 0) + 1
    return tuple((table, column, count) for (table, column), count in sorted(counts.items())) or None


def _columns_in(query: Query, tenancy: Tenancy, at: At, follower: Follower) -> set[str]:
    field = query.library in ("prisma", "drizzle")
    names = {one.last for one in query.filters if "." not in one.column}
    closed = query.row_columns is not None and not query.open
    names.update(query.row_columns or ())
    if query.rows is not None and query.verb in ("insert", "upsert"):
        row = row_of(at.to(query.rows), follower)
        names |= row.always | row.maybe
        closed = not row.open and bool(names)
    columns = {tenant_column(name, tenancy, field=field) for name in names}
    found = {column for column in columns if column is not None}
    return found or ({""} if closed else set())


_last: list[tuple[Mapping[str, Named], Schema, Mapping[str, Mapping[str, int]]]] = []
"""The last sums: every file asks for the same ones."""


def _counted(found: Mapping[str, Named], schema: Schema) -> Mapping[str, Mapping[str, int]]:
    """How often each table's columns are named, over all files."""
    if _last and _last[0][0] is found and _last[0][1] is schema:
        return _last[0][2]
    counts: dict[str, dict[str, int]] = {}
    for named in found.values():
        for name, column, count in named:
            table = _table_name(schema, name.removeprefix("orm:"), name.startswith("orm:"))
            columns = counts.setdefault(table, {})
            columns[column] = columns.get(column, 0) + count
    _last[:] = [(found, schema, counts)]
    return counts


def _table_name(schema: Schema, name: str, orm: bool) -> str:
    """The database's name of a table."""
    return schema.orm_tables.get(name, name) if orm else name
