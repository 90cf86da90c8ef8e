"""The schema while it is being built: tables that statements create, change and drop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.schema.model import Definition, Schema, Table, Variant
from fourlayer.project.schema.names import DEFAULT_SCHEMA, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable


# Further definitions of one table change no answer: by then it is ambiguous, or they all agree.
_MAX_VARIANTS = 64


class DraftVariant:
    """One definition that may decide, with the ALTERs so far. Keys are by constraint name."""

    __slots__ = ("columns", "complete", "definition", "guarded", "primary_key", "unique_keys")

    def __init__(
        self, definition: Definition, columns: dict[str, Definition], *, complete: bool, guarded: bool = False
    ) -> None:
        self.definition = definition
        self.columns = columns
        self.complete = complete
        self.guarded = guarded
        """Whether it stands on `ALTER TABLE IF EXISTS` alone, which proves nothing."""
        self.primary_key: tuple[str, tuple[str, ...]] | None = None
        self.unique_keys: dict[str, tuple[str, ...]] = {}

    def says_the_same_as(self, other: DraftVariant) -> bool:
        """Whether both give the same columns."""
        return self.complete == other.complete and self.columns.keys() == other.columns.keys()

    def add_unique(self, table: str, name: str | None, columns: tuple[str, ...]) -> None:
        """Enter a unique key under its name, or the one that Postgres gives it."""
        self.unique_keys[name or f"{table}_{'_'.join(columns)}_key"] = columns

    def drop_constraint(self, name: str) -> None:
        """Forget a key by its name."""
        self.unique_keys.pop(name, None)
        if self.primary_key is not None and self.primary_key[0] == name:
            self.primary_key = None

    def rename_column(self, old: str, new: str) -> None:
        """Rename in the columns, in place, and in the keys."""
        if old not in self.columns or new in self.columns:
            return
        self.columns = {new if name == old else name: site for name, site in self.columns.items()}
        swap = {old: new}
        if self.primary_key is not None:
            name, columns = self.primary_key
            self.primary_key = name, tuple(swap.get(column, column) for column in columns)
        self.unique_keys = {
            name: tuple(swap.get(column, column) for column in columns)
            for name, columns in self.unique_keys.items()
        }

    def drop_column(self, column: str) -> None:
        """Drop a column and the keys that need it."""
        if self.columns.pop(column, None) is None:
            return
        if self.primary_key is not None and column in self.primary_key[1]:
            self.primary_key = None
        self.unique_keys = {name: key for name, key in self.unique_keys.items() if column not in key}


class DraftTable:
    """A table under construction; `current` is the variant whose columns count when one must be named."""

    __slots__ = (
        "altered",
        "apart",
        "classification",
        "current",
        "definitions",
        "is_view",
        "name",
        "orm",
        "schema",
        "variants",
    )

    def __init__(
        self, schema: str | None, name: str, variant: DraftVariant, *, is_view: bool = False
    ) -> None:
        self.schema = None if schema == DEFAULT_SCHEMA else schema
        self.name = name
        self.variants = [variant]
        self.current = variant
        self.definitions = [variant.definition]
        self.is_view = is_view
        self.classification: str | None = None
        self.apart: set[str] = set()
        """The columns of whose NULL the schema makes a case of its own."""
        self.orm: dict[str, str] = {}
        self.altered: dict[str, Definition | None] = {}
        """What ALTERs did to columns so far: the site that added it, or None where it was dropped."""

    def add_variant(self, variant: DraftVariant, *, decides: bool) -> None:
        """A further definition of the same table."""
        first_whole = variant.complete and not any(v.complete for v in self.variants)
        self.variants = [other for other in self.variants if not other.guarded]
        if self.definitions[-1] != variant.definition:
            self.definitions.append(variant.definition)
        if not decides and any(variant.says_the_same_as(other) for other in self.variants):
            return
        if len(self.variants) < _MAX_VARIANTS:
            self.variants.append(variant)
        if decides or first_whole or self.current.guarded:
            self.current = variant

    def freeze(self) -> Table:
        """The finished record."""
        current = self.current
        columns = dict(current.columns)
        for variant in self.variants:
            if not variant.complete:
                columns.update((name, site) for name, site in variant.columns.items() if name not in columns)
        return Table(
            name=self.name,
            schema=self.schema,
            columns=columns,
            definitions=tuple(self.definitions),
            primary_key=current.primary_key[1] if current.primary_key else (),
            unique_keys=tuple(dict.fromkeys(current.unique_keys.values())),
            classification=self.classification,
            is_view=self.is_view,
            orm_names=dict(self.orm),
            apart=frozenset(self.apart),
            variants=tuple(Variant(v.definition, frozenset(v.columns), v.complete) for v in self.variants),
        )


class Draft:
    """Every table so far, and the facts about them that may come before them."""

    __slots__ = ("orm_tables", "tables")

    def __init__(self) -> None:
        self.tables: dict[str, DraftTable] = {}
        self.orm_tables: dict[str, str] = {}

    def define(
        self,
        schema: str | None,
        name: str,
        variants: Iterable[DraftVariant],
        *,
        if_not_exists: bool = False,
        is_view: bool = False,
    ) -> DraftTable:
        """Enter a definition of a table or view: several variants only for a view over ambiguous ones."""
        key = key_of(schema, name)
        known = self.tables.get(key)
        for variant in variants:
            if (
                known is None
                or known.is_view != is_view
                or (is_view and variant.definition != known.definitions[0])
            ):
                known = self.tables[key] = DraftTable(schema, name, variant, is_view=is_view)
                continue
            if if_not_exists:
                apply_alterations(variant, known.altered)
            known.add_variant(variant, decides=not if_not_exists and not is_view)
        if known is None:
            raise ValueError("a table needs at least one definition")
        return known

    def define_alike(
        self, schema: str | None, name: str, variant: DraftVariant, *, is_view: bool
    ) -> DraftTable:
        """Enter what an ORM or a generated file says: beside a table or view of the migrations."""
        known = self.tables.get(key_of(schema, name))
        if known is None:
            return self.define(schema, name, (variant,), is_view=is_view)
        if known.current.primary_key is None and not known.is_view:
            known.current.primary_key = variant.primary_key
        known.add_variant(variant, decides=False)
        return known

    def drop(self, key: str) -> None:
        """Forget a table or view."""
        self.tables.pop(key, None)

    def drop_schema(self, schema: str) -> None:
        """Forget every table of a schema."""
        for key in [key for key, table in self.tables.items() if (table.schema or DEFAULT_SCHEMA) == schema]:
            del self.tables[key]

    def move(self, table: DraftTable, schema: str | None, name: str) -> None:
        """Rename a table or move it to another schema; what was there before is replaced."""
        self.drop(key_of(table.schema, table.name))
        table.schema = None if schema == DEFAULT_SCHEMA else schema
        table.name = name
        self.tables[key_of(schema, name)] = table

    def freeze(self, sources: Iterable[str]) -> Schema:
        """The finished schema, tables in the order of their keys."""
        tables = {key: self.tables[key].freeze() for key in sorted(self.tables)}
        return Schema(tables, sources, {name: key for name, key in self.orm_tables.items() if key in tables})


def apply_alterations(variant: DraftVariant, altered: dict[str, Definition | None]) -> None:
    """A `CREATE TABLE IF NOT EXISTS` after ALTERs: those proved the table to be there, so they hold."""
    for column, site in altered.items():
        if site is None:
            variant.drop_column(column)
        else:
            variant.columns.setdefault(column, site)
