"""The schema as compact JSON for a cache, read back strictly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from fourlayer.project.schema.model import Definition, Schema, Table, Variant
from fourlayer.project.schema.names import key_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORMAT = 2
_KINDS = frozenset({"create", "create-if-not-exists", "alter", "generated", "prisma", "drizzle", "view"})


def dump(schema: Schema) -> str:
    """Sites are written once and referred to by index."""
    sites: dict[Definition, int] = {}

    def index(site: Definition) -> int:
        return sites.setdefault(site, len(sites))

    tables = [
        [
            table.name,
            table.schema,
            {column: index(site) for column, site in table.columns.items()},
            [index(site) for site in table.definitions],
            table.primary_key,
            table.unique_keys,
            table.classification,
            table.is_view,
            dict(table.orm_names),
            [[index(v.definition), sorted(v.columns), v.complete] for v in table.variants],
            sorted(table.apart),
        ]
        for table in schema.tables.values()
    ]
    document = [_FORMAT, schema.sources, list(sites), tables, dict(schema.orm_tables)]
    return json.dumps(document, separators=(",", ":"))


def load(text: str | bytes) -> Schema:
    """Raises ValueError unless `text` has exactly the shape that `dump` writes."""
    try:
        document: object = json.loads(text)
    except RecursionError as error:
        raise ValueError("the schema is nested too deeply") from error
    version, sources, raw_sites, raw_tables, orm_tables = _row(document, 5)
    if version != _FORMAT or isinstance(version, bool):
        raise ValueError("the schema has another format")
    sites = [_site(row) for row in _list(raw_sites)]
    tables: dict[str, Table] = {}
    for row in _list(raw_tables):
        table = _table(row, sites)
        tables[key_of(table.schema, table.name)] = table
    return Schema(tables, _strings(sources), _names(orm_tables))


def _site(row: object) -> Definition:
    path, offset, line, kind, columns = _row(row, 5)
    kind = _string(kind)
    if kind not in _KINDS:
        raise ValueError("a definition has an unknown kind")
    return Definition(_string(path), _number(offset), _number(line), kind, _strings(columns))


def _table(row: object, sites: list[Definition]) -> Table:
    name, schema, columns, definitions, primary, unique, classification, is_view, orm, variants, apart = _row(
        row, 11
    )
    return Table(
        name=_string(name),
        schema=None if schema is None else _string(schema),
        columns={column: _at(sites, index) for column, index in _object(columns).items()},
        definitions=tuple(_at(sites, index) for index in _list(definitions)),
        primary_key=_strings(primary),
        unique_keys=tuple(_strings(key) for key in _list(unique)),
        classification=None if classification is None else _string(classification),
        is_view=_flag(is_view),
        orm_names=_names(orm),
        variants=tuple(_variant(variant, sites) for variant in _list(variants)),
        apart=frozenset(_strings(apart)),
    )


def _variant(row: object, sites: list[Definition]) -> Variant:
    index, columns, complete = _row(row, 3)
    return Variant(_at(sites, index), frozenset(_strings(columns)), _flag(complete))


def _at(sites: list[Definition], index: object) -> Definition:
    number = _number(index)
    if number >= len(sites):
        raise ValueError("a definition is referred to that is not there")
    return sites[number]


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError("expected a list")  # noqa: TRY004 - callers are promised ValueError
    return cast("list[object]", value)


def _row(value: object, length: int) -> list[object]:
    row = _list(value)
    if len(row) != length:
        raise ValueError("a record has another length")
    return row


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ValueError("expected an object")  # noqa: TRY004 - callers are promised ValueError
    return cast("dict[str, object]", value)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("expected a string")  # noqa: TRY004 - callers are promised ValueError
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("expected true or false")  # noqa: TRY004 - callers are promised ValueError
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("expected a number from 0 upward")
    return value


def _strings(value: object) -> tuple[str, ...]:
    return tuple(_string(item) for item in _list(value))


def _names(value: object) -> dict[str, str]:
    return {name: _string(item) for name, item in _object(value).items()}
