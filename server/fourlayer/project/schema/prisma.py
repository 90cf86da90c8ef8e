"""Models of a `schema.prisma` as tables."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.schema.draft import Draft, DraftVariant
from fourlayer.project.schema.model import Definition
from fourlayer.project.schema.names import key_of
from fourlayer.project.schema.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = r"[A-Za-z_]\w{0,255}"

_PATTERNS = {
    "block": rf"^[ \t]*(model|view|type|enum)[ \t]+({_WORD})[ \t]*(\{{)",
    "field": rf"^[ \t]*({_WORD})[ \t]+({_WORD})",
    "map": r"(?<![@\w])@map\(\s*(?:name\s*:\s*)?\"",
    "block_map": r"@@map\(\s*(?:name\s*:\s*)?\"",
    "block_schema": r"@@schema\(\s*\"",
    "key": r"@@(id|unique)\(\s*(?:fields\s*:\s*)?\[([^\]]*)\]",
    "inline": r"(?<!@)@(id|unique)\b",
    "word": rf"\s*({_WORD})",
}


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_PATTERNS[name], re.MULTILINE)


class _Block(NamedTuple):
    kind: str
    name: str
    start: int
    body: int
    end: int


def read_prisma(draft: Draft, source: Source) -> None:
    """Enter every model and view; fields that are relations are no columns."""
    blocks = list(_blocks(source))
    objects = {block.name for block in blocks if block.kind in {"model", "view", "type"}}
    for block in blocks:
        if block.kind in {"model", "view"}:
            _read_model(draft, source, block, objects)


def _blocks(source: Source) -> Iterator[_Block]:
    for found in _pattern("block").finditer(source.blank):
        end = source.closing(found.start(3))
        yield _Block(found[1], found[2], found.start(1), found.end(), end)


def _read_model(draft: Draft, source: Source, block: _Block, objects: set[str]) -> None:
    blank = source.blank
    names: dict[str, str] = {}
    keys: list[tuple[bool, tuple[str, ...]]] = []
    for start, stop in _logical_lines(source, block.body, block.end):
        field = _pattern("field").match(blank, start, stop)
        if not field or field[2] in objects:
            continue
        column = source.quoted_after(_pattern("map").search(blank, field.end(), stop)) or field[1]
        names[field[1]] = column
        inline = _pattern("inline").search(blank, field.end(), stop)
        if inline:
            keys.append((inline[1] == "id", (column,)))
    for found in _pattern("key").finditer(blank, block.body, block.end):
        words = (_pattern("word").match(part) for part in found[2].split(","))
        columns = tuple(names.get(word[1], word[1]) for word in words if word)
        keys.append((found[1] == "id", columns))
    name = source.quoted_after(_pattern("block_map").search(blank, block.body, block.end)) or block.name
    schema = source.quoted_after(_pattern("block_schema").search(blank, block.body, block.end))
    columns = tuple(dict.fromkeys(names.values()))
    site = Definition(source.path, block.start, source.line(block.start), "prisma", columns)
    variant = DraftVariant(site, dict.fromkeys(columns, site), complete=True)
    for primary, key in keys:
        if primary:
            variant.primary_key = f"{name}_pkey", key
        else:
            variant.add_unique(name, None, key)
    table = draft.define_alike(schema, name, variant, is_view=block.kind == "view")
    table.orm.update(names)
    draft.orm_tables[block.name] = draft.orm_tables[block.name[:1].lower() + block.name[1:]] = key_of(
        schema, name
    )


def _logical_lines(source: Source, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The lines of a block; one that opens a parenthesis goes on to the line that closes it."""
    blank = source.blank
    position = start
    while position < end:
        stop = blank.find("\n", position, end)
        stop = end if stop < 0 else stop
        opening = blank.find("(", position, stop)
        while opening >= 0:
            close = source.closing(opening)
            if close > stop:
                stop = blank.find("\n", min(close, end), end)
                stop = end if stop < 0 else stop
            opening = blank.find("(", max(close, opening + 1), stop)
        yield position, stop
        position = stop + 1
