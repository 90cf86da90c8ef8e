"""Tables in TypeScript: the generated `database.types.ts` of Supabase, and Drizzle's table functions."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.schema.draft import Draft, DraftVariant
from fourlayer.project.schema.model import Definition
from fourlayer.project.schema.names import key_of
from fourlayer.project.schema.source import Member, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MAX_OBJECTS = 100
_WORD = r"[A-Za-z_$][\w$]{0,255}+"

_PATTERNS = {
    "database": r"\b(?:type\s+Database\b[^={;]*=\s*|interface\s+Database\b[^{;=]*)(\{)",
    "schema": rf"\b({_WORD})\s*=\s*(?:pgSchema|mysqlSchema)\s*\(\s*(?=[\"'`])",
    "table": (
        rf"\b({_WORD})\s*=\s*(?:((?:pg|mysql|sqlite|singlestore)Table|pg(?:Materialized)?View)"
        rf"|({_WORD})\s*\.\s*(?:table|view|materializedView))\s*\("
    ),
    "constant": rf"\b(?:const|let|var)\s+({_WORD})\s*=\s*(\{{)",
    "object": r"\s*,\s*(?:\(?\s*\{?[\w\s,]*\}?\s*\)?\s*=>\s*)?\(?\s*(\{)",
    "first_string": rf"\s*{_WORD}(?:\.{_WORD})?\s*(?:<[^<>()]*>\s*)?\(\s*(?=[\"'`])",
    "call": rf"\s*{_WORD}(?:\.{_WORD})?\s*(?:<[^<>()]*>\s*)?\(",
    "chain": r"\.\s*(primaryKey|unique)\s*\(",
    "spread": rf"\.\.\.\s*({_WORD})",
    "unique": (
        r"\bunique(?:Index)?\s*\([^()]*\)(?:\s*\.\s*nullsNotDistinct\s*\(\s*\))?"
        r"\s*\.\s*on\s*\(([^()]*)\)"
    ),
    "columns": r"\bprimaryKey\s*\(\s*\{[^{}]*?\bcolumns\s*:\s*\[([^\]]*)\]",
    "positional": r"\bprimaryKey\s*\(\s*([\w$.\s,]+)\)",
    "property": rf"\.\s*({_WORD})",
    "hump": r"(?<=[a-z0-9])([A-Z])",
}


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_PATTERNS[name])


def read_typescript(draft: Draft, source: Source) -> None:
    """Enter what one TypeScript file declares about tables."""
    for found in _pattern("database").finditer(source.blank):
        _read_database(draft, source, found.start(1))
    _read_drizzle(draft, source)


def _read_database(draft: Draft, source: Source, opening: int) -> None:
    """`Database`: schemas of `Tables` and `Views`, each with a `Row` of columns."""
    for schema in _objects(source, opening):
        for section in _objects(source, schema.value):
            if section.name not in {"Tables", "Views"}:
                continue
            for table in _objects(source, section.value):
                _read_row(draft, source, schema.name, table, is_view=section.name == "Views")


def _objects(source: Source, opening: int) -> Iterable[Member]:
    return (member for member in source.members(opening) if source.blank.startswith("{", member.value))


def _read_row(draft: Draft, source: Source, schema: str, table: Member, *, is_view: bool) -> None:
    row = next((member for member in _objects(source, table.value) if member.name == "Row"), None)
    columns: tuple[str, ...] = ()
    if row is not None:
        columns = tuple(dict.fromkeys(member.name for member in source.members(row.value)))
    site = Definition(source.path, table.start, source.line(table.start), "generated", columns)
    variant = DraftVariant(site, dict.fromkeys(columns, site), complete=bool(columns))
    draft.define_alike(schema, table.name, variant, is_view=is_view)


class _Columns(NamedTuple):
    names: dict[str, str]
    keys: list[tuple[bool, tuple[str, ...]]]
    complete: bool


def _read_drizzle(draft: Draft, source: Source) -> None:
    blank = source.blank
    schemas = {found[1]: source.quoted_at(found.end()) for found in _pattern("schema").finditer(blank)}
    constants = {found[1]: found.start(2) for found in _pattern("constant").finditer(blank)}
    for found in _pattern("table").finditer(blank):
        if found[3] and found[3] not in schemas:
            continue
        opening = found.end() - 1
        close = source.closing(opening)
        first = opening + 1
        while first < close and blank[first].isspace():
            first += 1
        name = source.quoted_at(first)
        if not name:
            continue
        after = blank.find(blank[first], first + 1) + 1
        body = _pattern("object").match(blank, after, close)
        columns = (
            _read_columns(source, body.start(1), constants, {}) if body else _Columns({}, [], complete=False)
        )
        keys = [*columns.keys, *_read_extra(source, body.start(1), close, columns.names)] if body else []
        schema = schemas[found[3]] if found[3] else None
        _define(draft, source, found, (schema, name), columns._replace(keys=keys))


def _define(
    draft: Draft, source: Source, found: re.Match[str], reference: tuple[str | None, str], columns: _Columns
) -> None:
    schema, name = reference
    listed = tuple(dict.fromkeys(columns.names.values()))
    offset = found.start(1)
    site = Definition(source.path, offset, source.line(offset), "drizzle", listed)
    variant = DraftVariant(site, dict.fromkeys(listed, site), complete=columns.complete)
    for primary, key in columns.keys:
        if primary:
            variant.primary_key = f"{name}_pkey", key
        elif key:
            variant.add_unique(name, None, key)
    is_view = "View" in (found[2] or "")
    table = draft.define_alike(schema, name, variant, is_view=is_view)
    table.orm.update(columns.names)
    draft.orm_tables[found[1]] = key_of(schema, name)


def _read_columns(
    source: Source, opening: int, constants: Mapping[str, int], known: dict[int, _Columns]
) -> _Columns:
    """Drizzle columns of an object literal; spreads of constants of the same file are followed."""
    if opening in known:
        return known[opening]
    known[opening] = _Columns({}, [], complete=False)
    names: dict[str, str] = {}
    keys: list[tuple[bool, tuple[str, ...]]] = []
    complete = True
    blank = source.blank
    flat = source.flat(opening + 1, source.closing(opening))
    for name in dict.fromkeys(spread[1] for spread in _pattern("spread").finditer(flat)):
        constant = constants.get(name)
        if constant is None or len(known) > _MAX_OBJECTS:
            complete = False
            continue
        inner = _read_columns(source, constant, constants, known)
        names.update(inner.names)
        keys.extend(inner.keys)
        complete = complete and inner.complete
    for member in source.members(opening):
        if not _pattern("call").match(blank, member.value, member.end):
            continue
        named = _pattern("first_string").match(blank, member.value, member.end)
        column = (source.quoted_at(named.end()) if named else None) or _snake_case(member.name)
        names[member.name] = column
        flat = source.flat(member.value, member.end)
        keys.extend((chain[1] == "primaryKey", (column,)) for chain in _pattern("chain").finditer(flat))
    known[opening] = _Columns(names, keys, complete)
    return known[opening]


def _read_extra(
    source: Source, opening: int, close: int, names: dict[str, str]
) -> list[tuple[bool, tuple[str, ...]]]:
    """Keys of several columns in the third argument of a table function."""
    start = source.closing(opening)
    extra = source.blank[start:close]

    def columns(text: str) -> tuple[str, ...]:
        return tuple(names.get(found[1], found[1]) for found in _pattern("property").finditer(text))

    keys = [(False, columns(found[1])) for found in _pattern("unique").finditer(extra)]
    for name in ("columns", "positional"):
        keys.extend((True, columns(found[1])) for found in _pattern(name).finditer(extra))
    return keys


def _snake_case(name: str) -> str:
    """Drizzle's name for a column without one; with its `casing` set, as every such code base has it."""
    return _pattern("hump").sub(r"_\1", name).lower()
