"""The columns that a SELECT yields, as far as its select list tells."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from fourlayer.project.schema.sql import IDENT, NAME, flatten, split_commas

if TYPE_CHECKING:
    from collections.abc import Callable

    Reference = tuple[str | None, str]
    Answers = list[tuple[list[str], bool]]

_FLAGS = re.IGNORECASE | re.DOTALL
_KEYWORDS = (
    "WHERE|JOIN|INNER|LEFT|RIGHT|FULL|CROSS|NATURAL|ON|USING|GROUP|ORDER|HAVING|LIMIT|OFFSET|UNION|EXCEPT|"
    "INTERSECT|WINDOW|FETCH|FOR|TABLESAMPLE|LATERAL|WITH"
)

_PATTERNS = {
    "select": r"\bSELECT\s+(?:ALL\s+|DISTINCT\s+(?:ON\s*\([^)]*\)\s*)?)?",
    "from": r"\bFROM\b",
    "end": r"\b(?:UNION|EXCEPT|INTERSECT)\b|\bWITH\s+(?:NO\s+)?(?:DATA|CHECK|LOCAL|CASCADED)\b",
    "source": (
        rf"(?:\bFROM|\bJOIN|,)\s+(?:ONLY\s+)?"
        rf"(?:({NAME})(?!\s*\()(?:\s+(?:AS\s+)?(?!(?:{_KEYWORDS})\b)({IDENT}))?|\()"
    ),
    "where": r"\b(?:WHERE|GROUP\s+BY|ORDER\s+BY|HAVING|LIMIT|WINDOW)\b",
    "star": rf"\s*(?:({NAME})\s*\.\s*)?\*\s*",
    "alias": rf".*\bAS\s+({IDENT})\s*",
    "plain": rf"\s*({NAME})(?:\s*::\s*[\w\s.\[\]()]+)?\s*",
    "call": r"\s*[\w.]+\s*\(\s*\)(?:\s*(?:FILTER|OVER)\s*\(\s*\))?(?:\s*::\s*[\w\s]+)?\s*",
    "juxtaposed": rf".*[\s)\]']({IDENT})\s*",
    "cte": rf"(?:\bWITH(?:\s+RECURSIVE)?|,)\s+({IDENT})\s*(?:\(\s*\)\s*)?AS\b",
}


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_PATTERNS[name], _FLAGS)


def select_columns(
    blank: str,
    start: int,
    read: Callable[[int, int], Reference],
    lookup: Callable[[Reference], Answers | None],
) -> Answers:
    """The columns of the query that starts at `start`: one answer per variant of the starred tables.

    Each answer is the columns in order and whether there can be no others. `read` gives the
    reference at a range of `blank`; `lookup` the answers for a table, None when it is not known.
    """
    flat = " " * start + flatten(blank[start:])
    select = _pattern("select").search(flat, start)
    if not select:
        return [([], False)]
    end = _pattern("end").search(flat, select.end())
    limit = end.start() if end else len(flat)
    origin = _pattern("from").search(flat, select.end(), limit)
    stop = origin.start() if origin else limit
    ctes = {read(*found.span(1))[1] for found in _pattern("cte").finditer(flat, start, select.start())}
    sources = _sources(flat, origin.start(), limit, read, ctes, lookup) if origin else []
    answers: Answers = [([], True)]
    for begin, finish in split_commas(flat, select.end(), stop):
        answers = _extend(answers, _item(flat, begin, finish, read, sources))
    return answers


def _sources(
    flat: str,
    start: int,
    limit: int,
    read: Callable[[int, int], Reference],
    ctes: set[str],
    lookup: Callable[[Reference], Answers | None],
) -> list[tuple[str, Answers]]:
    """What FROM names: alias to answers; a subquery is one source without a name and unknown columns."""
    where = _pattern("where").search(flat, start, limit)
    sources: list[tuple[str, Answers]] = []
    for found in _pattern("source").finditer(flat, start, where.start() if where else limit):
        if not found[1]:
            sources.append(("", [([], False)]))
            continue
        reference = read(*found.span(1))
        alias = read(*found.span(2))[1] if found[2] else reference[1]
        answers = None if reference[0] is None and reference[1] in ctes else lookup(reference)
        sources.append((alias, answers or [([], False)]))
    return sources


def _item(
    flat: str,
    start: int,
    stop: int,
    read: Callable[[int, int], Reference],
    sources: list[tuple[str, Answers]],
) -> Answers:
    """The columns of one item of a select list."""
    star = _pattern("star").fullmatch(flat, start, stop)
    if star:
        wanted = read(*star.span(1))[1] if star[1] else None
        answers: Answers = [([], bool(sources))]
        matched = False
        for alias, columns in sources:
            if wanted is None or alias == wanted:
                matched = True
                answers = _extend(answers, columns)
        return answers if matched else [([], False)]
    for name in ("alias", "plain"):
        found = _pattern(name).fullmatch(flat, start, stop)
        if found:
            return [([read(*found.span(1))[1]], True)]
    if _pattern("call").fullmatch(flat, start, stop):
        return [([], True)]
    found = _pattern("juxtaposed").fullmatch(flat, start, stop)
    return [([read(*found.span(1))[1]], True)] if found else [([], False)]


def _extend(answers: Answers, further: Answers) -> Answers:
    """Every answer followed by its counterpart; the last one stands in where there are fewer."""
    count = max(len(answers), len(further))
    extended: Answers = []
    for index in range(count):
        columns, complete = answers[min(index, len(answers) - 1)]
        more, more_complete = further[min(index, len(further) - 1)]
        extended.append(([*columns, *(c for c in more if c not in columns)], complete and more_complete))
    return extended
