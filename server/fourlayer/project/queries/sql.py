"""A small reader of SQL statements: which tables they touch and which columns restrict their rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fourlayer.project.queries.model import Verb

HOLE = "\0"
"""Stands in a text for a part that is not known."""


class Constraint(NamedTuple):
    """A column that must equal something. `table` is a name or alias, empty where none is written."""

    table: str
    column: str
    always: bool


class Access(NamedTuple):
    """What one part of a statement does to the tables in its FROM.

    `tables` are (name, alias) pairs; `columns` those that an INSERT lists, None where it lists none.
    `open` tells that there are conditions, tables or columns out of reach.
    """

    verb: Verb
    tables: tuple[tuple[str, str], ...]
    constraints: tuple[Constraint, ...] = ()
    columns: tuple[str, ...] | None = None
    open: bool = False
    selection: str = ""
    single: bool = False


class Group(NamedTuple):
    """What stands in parentheses."""

    items: tuple[object, ...]


Items = Sequence[object]
Ctes = Mapping[str, tuple[Constraint, ...]]
"""The common table expressions that may be named, with what restricts their rows."""

_CLAUSES = frozenset(
    {
        *("where", "group", "order", "having", "limit", "offset", "fetch", "for", "window", "returning"),
        *("union", "except", "intersect", "set", "values", "on", "using", "qualify"),
    }
)
_JOINS = frozenset({"join", "inner", "left", "right", "full", "cross", "natural", "outer", "lateral"})
_EQUAL = frozenset({"=", "in", "is", "=="})


def accesses(text: str) -> tuple[Access, ...]:
    """What a statement does, the outermost part last; nothing for other text than SQL queries."""
    if not _start().match(text):
        return ()
    return tuple(_statement(_grouped(text), {}))


def constraints_of(condition: str) -> tuple[list[Constraint], bool]:
    """What the text of a condition (without WHERE) demands, and whether a part is not known."""
    return _conditions(_grouped(condition), {})


def is_query(text: str) -> bool:
    """Whether a text starts like a statement that reads or changes rows."""
    return _start().match(text) is not None


@cache
def _start() -> re.Pattern[str]:
    return re.compile(
        r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*(?:select\b|insert\s+into\b|replace\s+into\b|update\s+\S|delete\s+from\b"
        r"|with\s+(?:recursive\s+)?[\w\"]+\s*(?:\(|as\b))",
        re.IGNORECASE | re.DOTALL,
    )


@cache
def _token() -> re.Pattern[str]:
    return re.compile(
        r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"[^\"]+\"|`[^`]+`|\0|::|->>?|[<>!=]+|[A-Za-z_][\w$]*"
        r"|\$\w+|[:@]\w+|\d+(?:\.\d+)?|[().,;?*+/%|-]|\[|\]",
        re.DOTALL,
    )


def _grouped(text: str) -> list[object]:
    """The tokens, words in lower case, with parentheses as groups; only the first statement."""
    stack: list[list[object]] = [[]]
    for match in _token().finditer(text):
        word = match[0]
        if word.startswith(("--", "/*")):
            continue
        if word == "(":
            stack.append([])
        elif word == ")":
            if len(stack) > 1:
                items = stack.pop()
                stack[-1].append(Group(tuple(items)))
        elif word == ";" and len(stack) == 1:
            break
        elif word[:1] in '"`':
            stack[-1].append(word[1:-1])
        else:
            stack[-1].append(word if word[:1] in "'$:@" else word.lower())
    while len(stack) > 1:
        items = stack.pop()
        stack[-1].append(Group(tuple(items)))
    return stack[0]


def _statement(items: Items, ctes: Ctes) -> Iterator[Access]:
    rest = list(items)
    if rest[:1] == ["with"]:
        rest = rest[1:]
        if rest[:1] == ["recursive"]:
            rest = rest[1:]
        while rest and isinstance(rest[0], str):
            name = rest[0]
            at = next((i for i, item in enumerate(rest[:6]) if item == "as"), None)
            body = next((i for i in range(at or 0, len(rest)) if isinstance(rest[i], Group)), None)
            if at is None or body is None:
                return
            group = rest[body]
            known: dict[str, tuple[Constraint, ...]] = {**ctes, name: ()}
            ctes = known
            if isinstance(group, Group):
                inner = list(_statement(group.items, ctes))
                known[name] = tuple(one for access in inner for one in access.constraints)
                yield from inner
            rest = rest[body + 1 :]
            if rest[:1] != [","]:
                break
            rest = rest[1:]
    for part in _split(rest, ("union", "except", "intersect")):
        yield from _part([item for item in part if item != "all"], ctes)


def _part(items: Items, ctes: Ctes) -> Iterator[Access]:
    first = items[0] if items else ""
    if isinstance(first, Group):
        yield from _statement(first.items, ctes)
    elif first == "select":
        yield from _select(items, ctes)
    elif first in ("insert", "replace"):
        yield from _insert(items, ctes)
    elif first == "update":
        yield from _change("update", items, ctes)
    elif first == "delete":
        yield from _change("delete", items, ctes)


def _select(items: Items, ctes: Ctes) -> Iterator[Access]:
    start = _index(items, ("from",))
    if start is None:
        return
    end = _index(
        items, ("where", "group", "order", "having", "limit", "offset", "fetch", "for", "window"), start
    )
    source = items[start + 1 : end]
    joined: list[Constraint] = []
    for item in source:
        if isinstance(item, Group) and _is_select(item):
            yield from _statement(item.items, ctes)
            joined.extend(_nested(item, ctes))
        elif isinstance(item, str):
            joined.extend(one._replace(table=f"({item})") for one in ctes.get(item, ()))
    tables, unknown = _tables(source, ctes)
    constraints, is_open = _restrictions(items, source, ctes)
    constraints += tuple(joined)
    limit = _index(items, ("limit",))
    single = limit is not None and items[limit + 1 : limit + 2] == ["1"]
    if tables or unknown:
        yield Access("select", tables, constraints, None, is_open or unknown, _text(items[1:start]), single)


def _insert(items: Items, ctes: Ctes) -> Iterator[Access]:
    into = _index(items, ("into",))
    if into is None:
        return
    name, rest = _name(items[into + 1 :])
    columns: tuple[str, ...] | None = None
    is_open = name == HOLE
    group = rest[0] if rest else None
    if rest[:1] == ["as"]:
        group = rest[2] if len(rest) > 2 else None
    if isinstance(group, Group) and not _is_select(group):
        columns = tuple(item for item in group.items if isinstance(item, str) and item not in (",", HOLE))
        is_open = is_open or HOLE in group.items
    else:
        is_open = True
    start = _index(rest, ("select", "with"))
    if start is not None:
        stop = _index(rest, ("on", "returning"), start)
        yield from _statement(rest[start : _conflict(rest) or stop], ctes)
    verb: Verb = "upsert" if _conflict(rest) is not None or items[0] == "replace" else "insert"
    if name and name not in ctes:
        yield Access(verb, ((name, name),) if name != HOLE else (), (), columns or (), is_open)


def _conflict(items: Items) -> int | None:
    for index in range(len(items) - 1):
        if items[index] == "on" and items[index + 1] in ("conflict", "duplicate"):
            return index
    return None


def _change(verb: Verb, items: Items, ctes: Ctes) -> Iterator[Access]:
    rest = list(items[1:])
    while rest and rest[0] in ("from", "only", "ignore"):
        rest = rest[1:]
    end = _index(rest, ("set", "where", "using", "returning")) if verb == "delete" else _index(rest, ("set",))
    target, unknown = _tables(rest[:end], ctes)
    more = _index(rest, ("from", "using"))
    where = _index(rest, ("where",))
    source: Items = rest[more + 1 : where] if more is not None and (where is None or more < where) else ()
    constraints, is_open = _restrictions(rest, source, ctes)
    if target or unknown:
        yield Access(verb, target[:1], constraints, None, is_open or unknown)


def _tables(source: Items, ctes: Ctes) -> tuple[tuple[tuple[str, str], ...], bool]:
    """The tables of a FROM with their aliases, and whether one is not known."""
    found: list[tuple[str, str]] = []
    unknown = False
    expected = True
    index = 0
    while index < len(source):
        item = source[index]
        if expected and item == HOLE:
            unknown, expected = True, False
        elif expected and isinstance(item, str) and _is_word(item) and item not in (*_JOINS, "only"):
            name, rest = _name(source[index:])
            index = len(source) - len(rest)
            expected = False
            if rest and isinstance(rest[0], Group):
                continue
            alias = name.rpartition(".")[2]
            if rest[:1] == ["as"]:
                rest = rest[1:]
            if (
                rest
                and isinstance(rest[0], str)
                and _is_word(rest[0])
                and rest[0] not in {*_CLAUSES, *_JOINS}
            ):
                alias = rest[0]
            if name not in ctes:
                found.append((name, alias))
            continue
        elif item in ("join", ","):
            expected = True
        elif isinstance(item, Group):
            expected = False
        index += 1
    return tuple(found), unknown


def _name(items: Items) -> tuple[str, list[object]]:
    """A dotted name at the start of the items, and the rest."""
    parts: list[str] = []
    rest = list(items)
    while rest and isinstance(rest[0], str) and (_is_word(rest[0]) or rest[0] == HOLE):
        parts.append(rest.pop(0))  # type: ignore[arg-type]  # asked above
        if rest[:1] != ["."]:
            break
        rest.pop(0)
    return (HOLE if HOLE in parts else ".".join(parts)), rest


def _restrictions(items: Items, source: Items, ctes: Ctes) -> tuple[tuple[Constraint, ...], bool]:
    """The conditions of WHERE and of the joins' ON."""
    found: list[Constraint] = []
    is_open = False
    where = _index(items, ("where",))
    if where is not None:
        end = _index(
            items,
            ("group", "order", "having", "limit", "offset", "fetch", "for", "window", "returning"),
            where,
        )
        inner, is_open = _conditions(items[where + 1 : end], ctes)
        found.extend(inner)
    elif HOLE in items and _index(items, (HOLE,), _index(items, ("from", "set")) or 0) is not None:
        at = _index(items, (HOLE,), _index(items, ("from", "set")) or 0) or 0
        before = items[at - 1] if at else ""
        # A part put in where a WHERE could stand, not a value of SET or LIMIT.
        is_open = before not in ("=", ",", "limit", "offset", "by", "from", "join", "in")
    on: list[object] = []
    for index, item in enumerate(source):
        if item == "on":
            on = []
            for follower in source[index + 1 :]:
                if follower in _JOINS or follower == ",":
                    break
                on.append(follower)
            inner, _ = _conditions(on, ctes)
            found.extend(inner)
    return tuple(found), is_open


def _conditions(items: Items, ctes: Ctes) -> tuple[list[Constraint], bool]:
    """What a condition demands of columns, and whether a part of it is not known."""
    alternatives = _split(items, ("or",))
    if len(alternatives) > 1:
        read = [_conditions(part, ctes) for part in alternatives]
        names = [{(one.table, one.column) for one in found if one.always} for found, _ in read]
        shared = {one for one in names[0] if all(one in others for others in names)}
        found = [
            one._replace(always=one.always and (one.table, one.column) in shared)
            for inner, _ in read
            for one in inner
        ]
        return found, any(is_open for _, is_open in read)
    result: list[Constraint] = []
    is_open = False
    for part in _split(items, ("and",)):
        inner, unknown = _condition(part, ctes)
        result.extend(inner)
        is_open = is_open or unknown
    return result, is_open


def _condition(part: Items, ctes: Ctes) -> tuple[list[Constraint], bool]:
    if not part or part[0] == "not":
        return [], False
    if len(part) == 1:
        item = part[0]
        if isinstance(item, Group):
            return _conditions(item.items, ctes)
        return [], item == HOLE
    if HOLE in (part[0], part[1]) and part[0] == HOLE:
        return [], True
    if part[0] == "exists" and isinstance(part[1], Group):
        return _nested(part[1], ctes), False
    operator = next(
        (i for i, item in enumerate(part) if item in (*_EQUAL, "<>", "!=", "<", ">", "like")), None
    )
    if operator is None or part[operator] not in _EQUAL or "not" in part:
        return [], False
    left, right = part[:operator], part[operator + 1 :]
    found: list[Constraint] = []
    for item in right:
        if isinstance(item, Group) and _is_select(item):
            found.extend(_nested(item, ctes))
    one, other = _column(left), _column(right)
    if isinstance(left[0], Group) and len(left) == 1:
        found.extend(
            Constraint("", item, True) for item in left[0].items if isinstance(item, str) and _is_word(item)
        )
    elif one is not None and not (other is not None and other.table):
        found.append(one)
    elif other is not None and one is None:
        found.append(other)
    return found, False


def _nested(group: Group, ctes: Ctes) -> list[Constraint]:
    """What a subquery in a condition demands: the rows depend on it."""
    found: list[Constraint] = []
    for access in _statement(group.items, ctes):
        for one in access.constraints:
            table = one.table or (access.tables[0][1] if access.tables else "?")
            found.append(Constraint(f"({table})", one.column, one.always))
    return found


def _column(items: Items) -> Constraint | None:
    """The column that one side of a comparison is, casts left out."""
    words: list[str] = []
    for item in items:
        if item == "::":
            break
        if not isinstance(item, str):
            return None
        words.append(item)
    if words and all(_is_word(word) or word == "." for word in words):
        name = "".join(words)
        table, _, column = name.rpartition(".")
        if column not in ("true", "false", "null", "any", "all", "current_user"):
            return Constraint(table.rpartition(".")[2], column, True)
    return None


def _is_select(group: Group) -> bool:
    first = group.items[0] if group.items else ""
    return first in ("select", "with") or (isinstance(first, Group) and _is_select(first))


def _is_word(token: str) -> bool:
    return token[:1].isalpha() or token[:1] == "_"


def _index(items: Items, words: tuple[str, ...], start: int = 0) -> int | None:
    return next((i for i in range(start, len(items)) if items[i] in words), None)


def _split(items: Items, words: tuple[str, ...]) -> list[list[object]]:
    parts: list[list[object]] = [[]]
    for item in items:
        if item in words:
            parts.append([])
        else:
            parts[-1].append(item)
    return parts


def _text(items: Items) -> str:
    return " ".join(item if isinstance(item, str) else "()" for item in items).replace(" . ", ".")
