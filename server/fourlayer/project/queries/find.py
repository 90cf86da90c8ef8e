"""Finds the queries of a file without looking at code that can hold none."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, cast

from fourlayer.project.queries import drizzle, knex, literal, postgrest, prisma
from fourlayer.project.queries.follow import At, Follower
from fourlayer.project.queries.triggers import TRIGGERS
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import uncast
from fourlayer.syntax.facts import children

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fourlayer.project.queries.model import Query
    from fourlayer.syntax.facts import Decl, FileFacts

# A literal comes first where it can: the search for it is many times faster than trying every place.
_DOTTED = (
    r"\.(?<!Array\.)(?<!Buffer\.)(?<!Readable\.)\s*(?:(?P<from>from\s*[<(])"
    r"|(?P<kysely>(?:selectFrom|insertInto|replaceInto|updateTable|deleteFrom)\s*[<(])"
    r"|(?P<sql>(?:query|execute|raw|unsafe|any|none|one|many|oneOrNone|manyOrNone|result"
    r"|\$queryRaw|\$executeRaw|\$queryRawUnsafe|\$executeRawUnsafe)\s*[<(`])"
    r"|(?P<drizzle>insert\s*\(\s*[\w$.]+\s*\)\s*\.\s*values\b|update\s*\(\s*[\w$.]+\s*\)\s*\.\s*set\b"
    r"|delete\s*\(\s*[\w$.]+\s*\))"
    r"|(?P<prisma>(?:findMany|findFirst|findUnique|findFirstOrThrow|findUniqueOrThrow|create|createMany"
    r"|createManyAndReturn|update|updateMany|updateManyAndReturn|upsert|delete|deleteMany|count|aggregate"
    r"|groupBy)\s*\())"
)
_KNEX = r"(?P<knex>[\w$)]\s*(?:<[^()>`]*>)?\(\s*(?:\"[\w. ]+\"|'[\w. ]+'|`[\w. ]+`)\s*\)\s*\.)"
_STATEMENT = (
    r"[\"'`(]\s*(?:--[^\n]*\n\s*)?(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO|WITH"
    r"|select|insert into|update|delete from|replace into|with)\s"
)
_TAG = r"(?P<sql>\bsql\s*(?:<[^()`]*>)?`)"


@cache
def _sites(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.encode())


_ELSEWHERE = (
    r"\.(?<!Array\.)(?<!Buffer\.)(?<!Readable\.)\s*from\s*\(\s*[\w$`]"
    r"|\.(?:execute|unsafe|raw|any|none|one|many)\s*[<(]\s*[^)]{0,80}?[\"'`]\s*(?i:select|insert|update|delete|with)\b"
)


def may_query(data: bytes) -> bool:
    """Whether a file may hold a query: every one that `queries_of` would find, and some more."""
    if any(trigger in data for trigger in TRIGGERS):
        return True
    if b".from" not in data and b".execute(" not in data and b".unsafe(" not in data:
        return False
    return _sites(_ELSEWHERE).search(data) is not None


def queries_of(path: str, facts: FileFacts) -> tuple[Query, ...]:
    """The queries of a file in source order, read once for each version of its facts."""
    key = (queries_of, path)
    found = cast("tuple[Query, ...] | None", facts.memo.get(key))
    if found is None:
        found = tuple(_queries(path, facts))
        facts.memo[key] = found
    return found


def _queries(path: str, facts: FileFacts) -> Iterator[Query]:
    sites = _wanted(facts.text.data)
    if not sites:
        return
    offsets = [offset for offset, _ in sites]
    follower = Follower()
    for decl in facts.all_decls():
        if decl.members or decl.kind in ("import", "interface", "type"):
            continue
        first, last = bisect_left(offsets, decl.start), bisect_left(offsets, decl.end)
        if first == last:
            continue
        seen: set[n.Node] = set()
        found: list[Query] = []
        for offset, kind in sites[first:last]:
            found.extend(_at(At(path, facts, decl, decl.node), offset - decl.start, kind, seen, follower))
        yield from sorted(found, key=lambda query: query.node.start)


def _wanted(data: bytes) -> list[tuple[int, str]]:
    """Offsets in the file at which a query may start, with the kind of library."""
    has_prisma = b"risma" in data
    has_drizzle = b"drizzle" in data or b"pgTable" in data
    wanted = {
        "from": True,
        "kysely": True,
        "prisma": has_prisma or has_drizzle,
        "drizzle": has_drizzle or b".values(" in data or b".set(" in data or b"eq(" in data,
        "sql": _sites(_STATEMENT).search(data) is not None,
        "knex": True,
    }
    patterns = [_DOTTED]
    if b"knex" in data or b"Knex" in data:
        patterns.append(_KNEX)
    if b"sql`" in data or b"sql<" in data:
        patterns.append(_TAG)
    sites: list[tuple[int, str]] = []
    for pattern in patterns:
        for match in _sites(pattern).finditer(data):
            kind = match.lastgroup or ""
            if wanted[kind]:
                sites.append((match.start(), kind))
            elif kind == "drizzle" and wanted["prisma"]:
                sites.append((match.start(), "prisma"))
    return sorted(sites)


def _at(at: At, offset: int, kind: str, seen: set[n.Node], follower: Follower) -> Iterator[Query]:
    """The query whose text matched at an offset of the declaration, if the syntax agrees."""
    for call in _calls_at(at.decl, offset, kind):
        if call in seen:
            continue
        seen.add(call)
        if kind == "sql":
            yield from literal.queries(at.to(call), call, follower)
            continue
        query = _read(at.to(call), call, kind, follower) if isinstance(call, n.Call) else None
        if query is not None:
            yield query
            return


def _read(at: At, call: n.Call, kind: str, follower: Follower) -> Query | None:
    match kind:
        case "from":
            return (
                drizzle.query(at, call, follower)
                or knex.query(at, call, follower)
                or postgrest.query(at, call, follower)
            )
        case "kysely" | "knex":
            return knex.query(at, call, follower)
        case "prisma":
            return drizzle.query(at, call, follower) or prisma.query(at, call, follower)
        case _:
            return drizzle.query(at, call, follower) or prisma.query(at, call, follower)


def _calls_at(decl: Decl, offset: int, kind: str) -> Sequence[n.Call | n.Tagged]:
    """The calls whose name (or parenthesis) stands at the offset, innermost first."""
    found: list[n.Call | n.Tagged] = []
    node: n.Node | None = decl.node
    while node is not None:
        if isinstance(node, n.Tagged) and kind == "sql" and _close(_tag_start(node), offset):
            found.append(node)
        elif isinstance(node, n.Call):
            callee = uncast(node.callee)
            start = callee.name_start if isinstance(callee, n.Member) else -1
            here = offset < node.args_start <= offset + 200 if kind == "knex" else _close(start, offset)
            if here and (kind != "knex" or node.args_start - offset < 120):
                found.append(node)
        node = next((child for child in children(node) if child.start <= offset < child.end), None)
    return found[::-1]


def _tag_start(node: n.Tagged) -> int:
    tag = uncast(node.tag)
    return tag.name_start if isinstance(tag, n.Member) else tag.start


def _close(start: int, offset: int) -> bool:
    """Whether a name starts at the match, or after its dot and white space."""
    return 0 <= start - offset <= 200
