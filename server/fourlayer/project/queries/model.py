"""What a data access is, whichever library it is written with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from fourlayer.syntax import nodes as n
    from fourlayer.syntax.facts import Decl

Library = Literal["postgrest", "prisma", "drizzle", "knex", "kysely", "sql"]
Verb = Literal["select", "insert", "update", "upsert", "delete"]
Truth = Literal["always", "sometimes", "unknown", "never"]


class Filter(NamedTuple):
    """A condition that restricts rows by a column.

    `column` is written as in the code: `organization_id`, `deals.organization_id` (a joined table),
    `metadata->>tenant_id`; empty where it is not known. `field` tells that it is the ORM's name.
    `always` is False where it is added on some paths only. `node` is what names the column, `value`
    what it is compared with.
    """

    column: str
    always: bool
    node: n.Node
    value: n.Expr | None = None
    field: bool = False
    others: tuple[str, ...] = ()
    """The other columns that this one condition may be on: a loop over tables names each one's own."""

    @property
    def last(self) -> str:
        """The column alone: without table and JSON path."""
        return self.column.rpartition(".")[2].rpartition(">")[2]


class Wrapper(NamedTuple):
    """A function that is handed the query, or that makes the client: it may add conditions.

    `argument` is the position of the query among its arguments; None where it makes the client or runs
    the code that queries.
    """

    call: n.Call
    always: bool
    argument: int | None


class TableRef(NamedTuple):
    """Which table is meant. `names` are all that it may be, empty where that is not known.

    `orm` tells that the names are those of a Prisma model or a Drizzle constant. `expr` is what names it.
    """

    names: tuple[str, ...]
    expr: n.Node
    orm: bool = False


class Query(NamedTuple):
    """One query. Nodes belong to `decl`.

    `node` is the chain in which the query starts, `verb_call` the call after which further conditions can
    stand. `rows` is what is written by an insert, upsert or update; `row_columns` are its columns where
    they are listed (SQL). `selection` is the text of the columns that are read (empty: all, None: not
    known). `single` tells that one row at most is read. `sent` is False for a builder that nobody awaits,
    returns or hands on. `certain` is False where only the shape speaks for a query.
    """

    library: Library
    verb: Verb
    table: TableRef
    decl: Decl
    node: n.Node
    verb_call: n.Node
    filters: tuple[Filter, ...] = ()
    rows: n.Expr | None = None
    row_columns: tuple[str, ...] | None = None
    selection: str | None = None
    single: bool = False
    sent: bool = True
    certain: bool = True
    client: n.Expr | None = None
    """What the query is made on; `clients.makers` tells who makes it or runs the code."""
    wrappers: tuple[Wrapper, ...] = ()
    open: bool = False
    """Whether it has conditions that are out of reach."""
    conditions: n.Node | None = None
    """The argument that holds the conditions, where a library gathers them in one (`where`)."""
