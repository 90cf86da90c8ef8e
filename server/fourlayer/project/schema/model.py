"""Tables, the sites that define them, and what they say about tenant columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.project.schema.names import table_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TenantStatus = Literal["known", "ambiguous", "none", "unknown"]


class Definition(NamedTuple):
    """One site that says something about a table's columns.

    `offset` is a 0-based byte offset, `line` is 1-based. `kind` is "create", "create-if-not-exists",
    "alter", "generated", "prisma", "drizzle" or "view". `columns` are those that this site alone
    gives, in order, under their database names; inherited ones are included.
    """

    path: str
    offset: int
    line: int
    kind: str
    columns: tuple[str, ...]


class Variant(NamedTuple):
    """The columns that a table has if this definition is the one that the database holds.

    `columns` has later ALTERs applied. `complete` is False where further columns may exist: a view
    over unknown tables, or a table of which only ALTERs were found.
    """

    definition: Definition
    columns: frozenset[str]
    complete: bool


class Table(NamedTuple):
    """A table or view. `schema` is None for the default schema ("public").

    `columns` maps every column, in order, to the site that gave it. `definitions` are the sites in
    the order in which they apply. `variants` are the definitions that may decide; they differ where
    a table is created twice without a DROP in between. `classification` is the value of an
    `rls-classification:` comment, `apart` the columns of whose NULL a policy, an index or a check makes a
    case of its own. `orm_names` maps ORM properties to columns, and the ORM's own name
    of the table to the table through `Schema.orm_tables`.
    """

    name: str
    schema: str | None
    columns: Mapping[str, Definition]
    definitions: tuple[Definition, ...]
    primary_key: tuple[str, ...]
    unique_keys: tuple[tuple[str, ...], ...]
    classification: str | None
    is_view: bool
    orm_names: Mapping[str, str]
    variants: tuple[Variant, ...]
    apart: frozenset[str] = frozenset()


class TenantColumns(NamedTuple):
    """Which candidates are columns of a table, and the sites that say so.

    "known": `columns` exist in every definition that may decide. "ambiguous": the definitions
    disagree, `columns` are those of any. "none": the table is known and has none of the candidates.
    "unknown": no definition was found, or only a partial one that names no candidate.
    `complete` is False where "known" stands on a partial definition (ALTERs alone, a view over unknown
    tables): the table has these columns, and may have the other candidate too.
    """

    status: TenantStatus
    columns: tuple[str, ...]
    cites: tuple[Definition, ...]
    complete: bool = True


_UNKNOWN = TenantColumns("unknown", (), (), complete=False)


class Schema:
    """Every table of the workspace by key: the name, or "schema.name" outside the default schema."""

    __slots__ = ("orm_tables", "sources", "tables")

    def __init__(
        self,
        tables: Mapping[str, Table],
        sources: Iterable[str] = (),
        orm_tables: Mapping[str, str] | None = None,
    ) -> None:
        self.tables: Mapping[str, Table] = tables
        self.sources: tuple[str, ...] = tuple(sources)
        self.orm_tables: Mapping[str, str] = orm_tables or {}
        """A Prisma model (`invoiceLine`, `InvoiceLine`) or a Drizzle constant to its table's key."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Schema):
            return NotImplemented
        return (
            dict(self.tables) == dict(other.tables)
            and self.sources == other.sources
            and dict(self.orm_tables) == dict(other.orm_tables)
        )

    __hash__ = None  # type: ignore[assignment]  # equal by content, and mappings have no hash

    @property
    def empty(self) -> bool:
        """Whether no table was found at all."""
        return not self.tables

    def table(self, name: str) -> Table | None:
        """A table by "name", "schema.name" or either quoted; None when no definition is known.

        The exact spelling wins; otherwise unquoted parts are folded to lower case as Postgres does.
        """
        found = self.tables.get(name)
        if found is not None:
            return found
        key = table_key(name, fold=False)
        if key is not None and key in self.tables:
            return self.tables[key]
        key = table_key(name, fold=True)
        return None if key is None else self.tables.get(key)

    def orm_table(self, name: str) -> Table | None:
        """The table behind a Prisma model (either case of its first letter) or a Drizzle constant."""
        key = self.orm_tables.get(name)
        return None if key is None else self.tables.get(key)

    def tenant_columns(self, table: str, candidates: Sequence[str]) -> TenantColumns:
        """What the definitions of `table` say about the candidate columns, in the candidates' order."""
        found = self.table(table)
        return _UNKNOWN if found is None else _tenant_columns(found, candidates)

    def to_json(self) -> str:
        """A compact text for a cache; `from_json` reads it back."""
        from fourlayer.project.schema.serial import dump

        return dump(self)

    @staticmethod
    def from_json(text: str | bytes) -> Schema:
        """The schema that `to_json` wrote. Raises ValueError for anything else."""
        from fourlayer.project.schema.serial import load

        return load(text)


def _tenant_columns(table: Table, candidates: Sequence[str]) -> TenantColumns:
    def held(columns: frozenset[str]) -> tuple[str, ...]:
        return tuple(candidate for candidate in candidates if candidate in columns)

    whole = [(held(v.columns), v.definition) for v in table.variants if v.complete]
    partial = [(held(v.columns), v.definition) for v in table.variants if not v.complete]
    # A partial definition can only contradict by naming a column that a whole one lacks.
    named = [(columns, site) for columns, site in partial if columns]
    is_whole = bool(whole)
    if not whole:
        if not named:
            return TenantColumns("unknown", (), tuple(site for _, site in partial), complete=False)
        whole, named = named, []
    answers = {columns for columns, _ in whole}
    first = whole[0][0]
    agree = len(answers) == 1 and all(set(columns) <= set(first) for columns, _ in named)
    if not agree:
        everything = held(frozenset(column for columns, _ in (*whole, *named) for column in columns))
        # Whoever reads of the conflict wants to see where a column comes from before where it lacks.
        given = (site for column in everything if (site := table.columns.get(column)) is not None)
        return TenantColumns(
            "ambiguous", everything, _unique((*given, *(site for _, site in (*whole, *named))))
        )
    if not first:
        return TenantColumns("none", (), tuple(site for _, site in whole))
    sites = (table.columns.get(column) for column in first)
    return TenantColumns("known", first, _unique(site for site in sites if site is not None), is_whole)


def _unique(sites: Iterable[Definition]) -> tuple[Definition, ...]:
    return tuple(dict.fromkeys(sites))
