"""What each SQL statement does to the schema."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from fourlayer.project.schema.draft import Draft, DraftTable, DraftVariant
from fourlayer.project.schema.model import Definition
from fourlayer.project.schema.names import key_of, split_reference
from fourlayer.project.schema.query import select_columns
from fourlayer.project.schema.sql import (
    DOLLAR,
    IDENT,
    NAME,
    STRING,
    Statement,
    closing,
    split_commas,
    statements,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_FLAGS = re.IGNORECASE | re.DOTALL
_MAX_NESTING = 8
_MAX_GENERATED = 10_000
_BOM = "\xef\xbb\xbf"
_CLASSES = frozenset({"tenant_scoped", "public_read", "service_only", "own_row"})

_PATTERNS = {
    "head": r"(?:CREATE|ALTER|DROP|COMMENT|DO)\b",
    "table": (
        r"CREATE\s+(?:(?:GLOBAL|LOCAL)\s+)?(?P<temporary>TEMP(?:ORARY)?\s+)?(?:UNLOGGED\s+|FOREIGN\s+)?"
        rf"TABLE\s+(?P<guard>IF\s+NOT\s+EXISTS\s+)?(?P<name>{NAME})\s*"
    ),
    "partition": rf"PARTITION\s+OF\s+({NAME})",
    "inherits": r"\s*INHERITS\s*\(",
    "as": r"\s*(?:WITH\s*\([^)]*\)\s*|(?:TABLESPACE|USING|ON\s+COMMIT)\s+\w+\s*(?:\bROWS\b\s*)?)*AS\b",
    "constraint": (
        rf"\s*(?:CONSTRAINT\s+(?P<name>{IDENT})\s+)?"
        r"(?:(?P<primary>PRIMARY\s+KEY)|(?P<unique>UNIQUE)|FOREIGN\s+KEY|CHECK\b|NOT\s+NULL\b|EXCLUDE\s*(?:USING|\()"
        r"|LIKE\s+(?P<like>[^\s,()]+(?:\s*\.\s*[^\s,()]+)?))"
    ),
    "constraint_columns": r"(?:\s+NULLS\s+(?:NOT\s+)?DISTINCT)?\s*\(",
    "column": rf"\s*({IDENT})(?=\s|$)",
    "inline_key": rf"(?:CONSTRAINT\s+({IDENT})\s+)?(?:\b(PRIMARY)\s+KEY\b|\bUNIQUE\b)",
    "alter": (
        r"ALTER\s+(?:FOREIGN\s+)?(?:TABLE|(?P<view>(?:MATERIALIZED\s+)?VIEW))\s+(?P<guard>IF\s+EXISTS\s+)?"
        rf"(?:ONLY\s+)?(?P<name>{NAME})(?:\s*\*)?\s*"
    ),
    "add": r"\s*ADD\s+",
    "add_column": rf"\s*ADD\s+(?:COLUMN\s+)?(?:IF\s+NOT\s+EXISTS\s+)?({IDENT})(?=\s|$)",
    "drop_column": rf"\s*DROP\s+(?!CONSTRAINT\b)(?:COLUMN\s+)?(?:IF\s+EXISTS\s+)?({IDENT})",
    "drop_constraint": rf"\s*DROP\s+CONSTRAINT\s+(?:IF\s+EXISTS\s+)?({IDENT})",
    "rename": rf"\s*RENAME\s+TO\s+({IDENT})",
    "rename_column": rf"\s*RENAME\s+(?!CONSTRAINT\b)(?:COLUMN\s+)?({IDENT})\s+TO\s+({IDENT})",
    "set_schema": rf"\s*SET\s+SCHEMA\s+({IDENT})",
    "drop": (
        r"DROP\s+(?:FOREIGN\s+)?(?P<what>TABLE|(?:MATERIALIZED\s+)?VIEW|SCHEMA|INDEX)\s+"
        r"(?:CONCURRENTLY\s+)?(?:IF\s+EXISTS\s+)?"
    ),
    "name": rf"\s*({NAME})",
    "index": (
        rf"CREATE\s+(?P<unique>UNIQUE\s+)?INDEX\s+(?:CONCURRENTLY\s+)?(?:IF\s+NOT\s+EXISTS\s+)?(?:(?P<name>(?!ON\b){NAME})\s+)?"
        rf"ON\s+(?:ONLY\s+)?(?P<table>{NAME})\s*(?:USING\s+\w+\s*)?\("
    ),
    "index_column": (
        rf"\s*({IDENT})(?:\s+COLLATE\s+{NAME})?(?:\s+(?!ASC\b|DESC\b|NULLS\b){NAME})?"
        r"(?:\s+(?:ASC|DESC))?(?:\s+NULLS\s+\w+)?\s*"
    ),
    "where": r"[^;]*\bWHERE\b",
    "view": (
        r"CREATE\s+(?:OR\s+REPLACE\s+)?(?P<temporary>TEMP(?:ORARY)?\s+)?(?:RECURSIVE\s+)?(?:MATERIALIZED\s+)?"
        rf"VIEW\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<name>{NAME})\s*"
    ),
    "on_table": (
        rf"(?:(?:CREATE|ALTER|DROP)\s+POLICY\s+(?:IF\s+EXISTS\s+)?{IDENT}\s+ON\s+(?P<policy>{NAME})"
        rf"|CREATE\s+(?:UNIQUE\s+)?INDEX\b.*?\bON\s+(?:ONLY\s+)?(?P<index>{NAME})"
        rf"|COMMENT\s+ON\s+TABLE\s+(?P<comment>{NAME}))"
    ),
    "null_apart": rf"({IDENT})\s+IS\s+NULL\b",
    "classification": r"rls-classification:\s*([a-z_]+)",
    "do": r"DO\s+(?:LANGUAGE\s+\w+\s+)?",
    "control": r"(?:\bBEGIN|\bTHEN|\bELSE|\bLOOP|>>)\s+(?=CREATE\b|ALTER\b|DROP\b|EXECUTE\b|COMMENT\b)",
    "execute": r"EXECUTE\s+(?P<format>format\s*\(\s*)?",
    "foreach": rf"\bFOREACH\s+({IDENT})\s+IN\s+ARRAY\s+(?:ARRAY\s*(\[)|({IDENT}))",
    "declared": rf"(?<![\w$])({IDENT})\s+(?:CONSTANT\s+)?[a-z]+\s*\[\s*\]\s*(?::=|=|DEFAULT)\s*ARRAY\s*(\[)",
    "placeholder": r"%(?:\d+\$)?[IsL]",
}


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_PATTERNS[name], _FLAGS)


class Script:
    """One SQL file being applied to a draft."""

    __slots__ = (
        *("_arrays", "_budget", "_classified", "_has_nulls", "_lines", "_loops", "_site"),
        *("draft", "path", "text"),
    )

    def __init__(self, draft: Draft, path: str, text: str) -> None:
        self.draft = draft
        self.path = path
        self.text = text
        self._lines: list[int] | None = None
        self._site: int | None = None
        self._classified = "rls-classification" in text
        self._has_nulls = _pattern("null_apart").search(text) is not None
        self._arrays: dict[str, list[str]] = {}
        self._loops: dict[str, list[str]] = {}
        self._budget = _MAX_GENERATED

    def run(self) -> None:
        """Apply every statement of the file."""
        start = len(_BOM) if self.text.startswith(_BOM) else 0
        self._run(self.text, start, len(self.text), depth=0)

    def _run(self, text: str, start: int, end: int, *, depth: int) -> None:
        head = _pattern("head")
        for statement in statements(text, start, end):
            if head.match(text, statement.start, statement.end):
                self._apply(statement, depth)

    def _apply(self, statement: Statement, depth: int) -> None:
        blank = statement.blank()
        if blank[:2].upper() == "DO" and (found := _pattern("do").match(blank)):
            mark = statement.mark_at(statement.start + found.end())
            if mark is not None and depth < _MAX_NESTING:
                self._run_block(statement.text, mark.inner_start, mark.inner_end, depth + 1)
            return
        for name, action in _ACTIONS:
            found = _pattern(name).match(blank)
            if found:
                action(self, statement, blank, found)
                break
        if self._classified:
            self._classify(statement, blank)
        if self._has_nulls:
            self._set_apart(statement, blank)

    def _run_block(self, text: str, start: int, end: int, depth: int) -> None:
        """The body of a DO block: plain statements and EXECUTE of literals, under any condition."""
        self._arrays, self._loops = {}, {}
        control, execute = _pattern("control"), _pattern("execute")
        for statement in statements(text, start, end):
            blank = statement.blank()
            self._remember_arrays(statement, blank)
            last = 0
            for keyword in control.finditer(blank):
                last = keyword.end()
            body = statement._replace(start=statement.start + last) if last else statement
            found = execute.match(blank, last)
            if found:
                self._execute(statement, blank, found, depth)
            elif _pattern("head").match(blank, last) and blank[last : last + 2].upper() != "DO":
                self._apply(body, depth)

    def _remember_arrays(self, statement: Statement, blank: str) -> None:
        """Arrays of literals that are declared, and those that a FOREACH walks over."""
        if "[" in blank:
            for found in _pattern("declared").finditer(blank):
                self._arrays[found[1].lower()] = _literals(statement, blank, found.start(2))
        for found in _pattern("foreach").finditer(blank):
            values = (
                _literals(statement, blank, found.start(2))
                if found[2]
                else self._arrays.get(found[3].lower())
            )
            self._loops[found[1].lower()] = values or []

    def _execute(self, statement: Statement, blank: str, found: re.Match[str], depth: int) -> None:
        literal = statement.mark_at(statement.start + found.end())
        if literal is None or literal.kind not in {STRING, DOLLAR} or depth >= _MAX_NESTING:
            return
        after = blank[literal.end - statement.start :].strip()
        if not found["format"]:
            # Doubled quotes inside the literal scan as they are: adjacent empty strings.
            if not after or after[:5].upper() in {"USING", "INTO "}:
                self._run(statement.text, literal.inner_start, literal.inner_end, depth=depth + 1)
            return
        content = statement.text[literal.inner_start : literal.inner_end].replace("''", "'")
        argument = after.strip("()").strip(" ,\t\r\n").lower()
        if "%" not in content:
            self._run_generated(content, literal.start, depth)
        elif argument in self._loops:
            values = self._loops[argument][: self._budget]
            self._budget -= len(values)
            for value in values:
                text = _pattern("placeholder").sub(value.replace("\\", ""), content)
                self._run_generated(text, literal.start, depth)

    def _run_generated(self, text: str, site: int, depth: int) -> None:
        """Apply SQL that isn't in the file as such: every definition is at `site`."""
        before, self._site = self._site, site
        self._run(text, 0, len(text), depth=depth + 1)
        self._site = before

    def definition(self, offset: int, kind: str, columns: Iterable[str]) -> Definition:
        """A site in this file."""
        if self._site is not None:
            offset = self._site
        if self._lines is None:
            lengths = (len(line) + 1 for line in self.text.split("\n"))
            self._lines = [0, *accumulate(lengths)]
        return Definition(self.path, offset, bisect_right(self._lines, offset), kind, tuple(columns))

    def _classify(self, statement: Statement, blank: str) -> None:
        classification: str | None = None
        for comment in statement.comments():
            for found in _pattern("classification").finditer(comment):
                if found[1].lower() in _CLASSES:
                    classification = found[1].lower()
        table = self._target(statement, blank) if classification is not None else None
        if table is not None:
            table.classification = classification

    def _set_apart(self, statement: Statement, blank: str) -> None:
        """Note the columns of whose NULL a policy, an index or a check makes a case of its own."""
        found = {_identifier(statement, *match.span(1)) for match in _pattern("null_apart").finditer(blank)}
        table = self._target(statement, blank) if found else None
        if table is not None:
            table.apart |= found

    def _target(self, statement: Statement, blank: str) -> DraftTable | None:
        """The table that a statement is about."""
        for name in ("table", "alter", "view", "on_table"):
            target = _pattern(name).match(blank)
            if target:
                group = "name" if name != "on_table" else target.lastgroup or 0
                return self.draft.tables.get(key_of(*_reference(statement, *target.span(group))))
        return None

    def create_table(self, statement: Statement, blank: str, found: re.Match[str]) -> None:
        """CREATE TABLE in all its forms; temporary tables are none of the schema."""
        if found["temporary"]:
            return
        schema, name = _reference(statement, *found.span("name"))
        kind = "create-if-not-exists" if found["guard"] else "create"
        body = _Body(name)
        position = found.end()
        partition = _pattern("partition").match(blank, position)
        if partition:
            self._inherit(body, _reference(statement, *partition.span(1)))
            position = partition.end()
        elif blank[position : position + 1] == "(":
            end = closing(blank, position)
            self._read_body(statement, blank, position + 1, end, body)
            position = end + 1
            # A statement that is still being typed may get further columns.
            body.complete = body.complete and end < len(blank)
        else:
            body.complete = False
        inherits = _pattern("inherits").match(blank, position)
        if inherits:
            end = closing(blank, inherits.end() - 1)
            for start, stop in split_commas(blank, inherits.end(), end):
                self._inherit(body, _reference(statement, start, stop))
        query = _pattern("as").match(blank, position)
        if query and not body.columns:
            names, complete = self._query(statement, blank, query.end())[0]
            body.columns.extend(names)
            body.complete = complete
        columns = tuple(dict.fromkeys((*body.inherited, *body.columns)))
        site = self.definition(statement.start, kind, columns)
        variant = DraftVariant(site, dict.fromkeys(columns, site), complete=body.complete)
        variant.primary_key = body.primary_key
        for constraint, key in body.unique_keys:
            variant.add_unique(name, constraint, key)
        self.draft.define(schema, name, (variant,), if_not_exists=bool(found["guard"]))

    def _inherit(self, body: _Body, reference: tuple[str | None, str]) -> None:
        parent = self.draft.tables.get(key_of(*reference))
        if parent is None:
            body.complete = False
            return
        body.inherited.extend(parent.current.columns)
        body.complete = body.complete and parent.current.complete

    def _read_body(self, statement: Statement, blank: str, start: int, end: int, body: _Body) -> None:
        constraint, column = _pattern("constraint"), _pattern("column")
        has_keys = bool(_pattern("inline_key").search(blank, start, end))
        for begin, stop in split_commas(blank, start, end):
            found = constraint.match(blank, begin, stop)
            if found:
                if found["like"]:
                    self._inherit(body, _reference(statement, *found.span("like")))
                elif found["primary"] or found["unique"]:
                    body.add_key(_key(statement, blank, found, stop))
                continue
            found = column.match(blank, begin, stop)
            if not found:
                continue
            name = _identifier(statement, *found.span(1))
            body.columns.append(name)
            if has_keys:
                body.add_inline(statement, blank, found.end(), stop, name)

    def alter(self, statement: Statement, blank: str, found: re.Match[str]) -> None:
        """ALTER TABLE and ALTER VIEW: the actions about columns, keys and names."""
        schema, name = _reference(statement, *found.span("name"))
        table = self.draft.tables.get(key_of(schema, name))
        added: dict[str, int] = {}
        actions = split_commas(blank, found.end(), len(blank))
        if table is None:
            added = self._added(statement, blank, actions)
            if added:
                site = self.definition(statement.start, "alter", added)
                variant = DraftVariant(
                    site, dict.fromkeys(added, site), complete=False, guarded=bool(found["guard"])
                )
                self.draft.define(schema, name, (variant,))
            return
        change = _Change(self, statement, blank, table)
        for start, stop in actions:
            change.apply(start, stop)
        change.finish()

    def _added(self, statement: Statement, blank: str, actions: list[tuple[int, int]]) -> dict[str, int]:
        added: dict[str, int] = {}
        for start, stop in actions:
            addition = _pattern("add").match(blank, start, stop)
            if addition and _pattern("constraint").match(blank, addition.end(), stop):
                continue
            column = _pattern("add_column").match(blank, start, stop)
            if column:
                added[_identifier(statement, *column.span(1))] = start
        return added

    def drop(self, statement: Statement, blank: str, found: re.Match[str]) -> None:
        """DROP TABLE, VIEW, SCHEMA and INDEX, of several at once."""
        what = found["what"].upper()
        for start, stop in split_commas(blank, found.end(), len(blank)):
            name = _pattern("name").match(blank, start, stop)
            if not name:
                continue
            reference = _reference(statement, *name.span(1))
            if what == "SCHEMA":
                self.draft.drop_schema(reference[1])
            elif what == "INDEX":
                for table in self.draft.tables.values():
                    for variant in table.variants:
                        variant.unique_keys.pop(reference[1], None)
            else:
                self.draft.drop(key_of(*reference))

    def create_index(self, statement: Statement, blank: str, found: re.Match[str]) -> None:
        """CREATE INDEX proves its columns; UNIQUE, over plain columns and all rows, it is a key."""
        schema, table_name = _reference(statement, *found.span("table"))
        table = self.draft.tables.get(key_of(schema, table_name))
        end = closing(blank, found.end() - 1)
        if table is None or not any(variant.complete for variant in table.variants):
            self._prove(statement, blank, (found.end(), end), schema, table_name)
        if table is None or not found["unique"] or _pattern("where").match(blank, end):
            return
        columns: list[str] = []
        for start, stop in split_commas(blank, found.end(), end):
            column = _pattern("index_column").fullmatch(blank, start, stop)
            if not column:
                return
            columns.append(_identifier(statement, *column.span(1)))
        name = _reference(statement, *found.span("name"))[1] if found["name"] else None
        for variant in table.variants:
            variant.add_unique(table.name, name, tuple(columns))

    def _prove(
        self,
        statement: Statement,
        blank: str,
        inside: tuple[int, int],
        schema: str | None,
        name: str,
    ) -> None:
        """Enter the columns of an index on a table that no CREATE TABLE was found of."""
        found = (_pattern("index_column").fullmatch(blank, *part) for part in split_commas(blank, *inside))
        columns = [_identifier(statement, *column.span(1)) for column in found if column]
        if columns:
            site = self.definition(statement.start, "alter", columns)
            variant = DraftVariant(site, dict.fromkeys(columns, site), complete=False)
            table = self.draft.tables.get(key_of(schema, name))
            if table is None:
                self.draft.define(schema, name, (variant,))
                return
            for known in table.variants:
                for column in columns:
                    known.columns.setdefault(column, site)

    def create_view(self, statement: Statement, blank: str, found: re.Match[str]) -> None:
        """CREATE VIEW: named columns, or those of its query; the last definition counts."""
        if found["temporary"]:
            return
        schema, name = _reference(statement, *found.span("name"))
        position = found.end()
        answers: list[tuple[list[str], bool]] = []
        if blank[position : position + 1] == "(":
            end = closing(blank, position)
            spans = split_commas(blank, position + 1, end)
            answers = [([_identifier(statement, start, stop) for start, stop in spans], True)]
        else:
            query = _pattern("as").match(blank, position)
            if query:
                answers = self._query(statement, blank, query.end())
        listed = [column for columns, _ in answers for column in columns]
        site = self.definition(statement.start, "view", dict.fromkeys(listed))
        self.draft.define(
            schema,
            name,
            [
                DraftVariant(site, dict.fromkeys(columns, site), complete=complete)
                for columns, complete in answers
            ]
            or [DraftVariant(site, {}, complete=False)],
            is_view=True,
        )

    def _query(self, statement: Statement, blank: str, start: int) -> list[tuple[list[str], bool]]:
        """The columns that a query may yield, one answer per variant of the tables that it stars."""

        def read(begin: int, stop: int) -> tuple[str | None, str]:
            return _reference(statement, begin, stop)

        def lookup(reference: tuple[str | None, str]) -> list[tuple[list[str], bool]] | None:
            table = self.draft.tables.get(key_of(*reference))
            return None if table is None else [(list(v.columns), v.complete) for v in table.variants]

        return select_columns(blank, start, read, lookup)


class _Body:
    """What the parentheses of a CREATE TABLE hold."""

    __slots__ = ("columns", "complete", "inherited", "primary_key", "table", "unique_keys")

    def __init__(self, table: str) -> None:
        self.table = table
        self.columns: list[str] = []
        self.inherited: list[str] = []
        self.complete = True
        self.primary_key: tuple[str, tuple[str, ...]] | None = None
        self.unique_keys: list[tuple[str | None, tuple[str, ...]]] = []

    def add_key(self, key: tuple[bool, str | None, tuple[str, ...]]) -> None:
        """A table constraint: whether primary, its name, its columns."""
        primary, name, columns = key
        if not columns:
            return
        if primary:
            self.primary_key = name or f"{self.table}_pkey", columns
        else:
            self.unique_keys.append((name, columns))

    def add_inline(self, statement: Statement, blank: str, start: int, stop: int, column: str) -> None:
        """PRIMARY KEY and UNIQUE after a column."""
        for key in _inline_keys(statement, blank, start, stop, column):
            self.add_key(key)


class _Change:
    """The actions of one ALTER on a known table."""

    __slots__ = ("_added", "_blank", "_script", "_statement", "_table", "_touched")

    def __init__(self, script: Script, statement: Statement, blank: str, table: DraftTable) -> None:
        self._script = script
        self._statement = statement
        self._blank = blank
        self._table = table
        self._added: list[str] = []
        self._touched = False

    def apply(self, start: int, stop: int) -> None:
        """One action between commas; those about other things match nothing."""
        statement, blank, table = self._statement, self._blank, self._table
        verb = blank[start:stop].lstrip()[:4].upper()
        if verb == "ADD ":
            self._add(start, stop)
        elif verb == "DROP":
            found = _pattern("drop_constraint").match(blank, start, stop)
            if found:
                for variant in table.variants:
                    variant.drop_constraint(_identifier(statement, *found.span(1)))
            elif found := _pattern("drop_column").match(blank, start, stop):
                self._drop(_identifier(statement, *found.span(1)))
        elif verb == "RENA":
            self._rename(start, stop)
        elif verb == "SET ":
            found = _pattern("set_schema").match(blank, start, stop)
            if found:
                self._script.draft.move(table, _identifier(statement, *found.span(1)), table.name)

    def _add(self, start: int, stop: int) -> None:
        statement, blank = self._statement, self._blank
        addition = _pattern("add").match(blank, start, stop)
        constraint = _pattern("constraint").match(blank, addition.end(), stop) if addition else None
        if constraint:
            if constraint["primary"] or constraint["unique"]:
                self._add_key(_key(statement, blank, constraint, stop))
            return
        found = _pattern("add_column").match(blank, start, stop)
        if not found:
            return
        column = _identifier(statement, *found.span(1))
        self._added.append(column)
        for key in _inline_keys(statement, blank, found.end(), stop, column):
            self._add_key(key)

    def _add_key(self, key: tuple[bool, str | None, tuple[str, ...]]) -> None:
        primary, name, columns = key
        for variant in self._table.variants:
            if columns and primary:
                variant.primary_key = name or f"{self._table.name}_pkey", columns
            elif columns:
                variant.add_unique(self._table.name, name, columns)

    def _drop(self, column: str) -> None:
        for variant in self._table.variants:
            variant.drop_column(column)
        self._table.altered[column] = None
        self._touched = True

    def _rename(self, start: int, stop: int) -> None:
        statement, blank, table = self._statement, self._blank, self._table
        found = _pattern("rename").match(blank, start, stop)
        if found:
            self._script.draft.move(table, table.schema, _identifier(statement, *found.span(1)))
            return
        found = _pattern("rename_column").match(blank, start, stop)
        if not found:
            return
        old, new = _identifier(statement, *found.span(1)), _identifier(statement, *found.span(2))
        site = self._script.definition(statement.start, "alter", (new,))
        for variant in table.variants:
            held = old in variant.columns
            variant.rename_column(old, new)
            if held and new in variant.columns:
                variant.columns[new] = site
        table.altered.update({old: None, new: site})
        table.definitions.append(site)

    def finish(self) -> None:
        """Enter the added columns, all at one site."""
        if not self._added and not self._touched:
            return
        site = self._script.definition(self._statement.start, "alter", self._added)
        for variant in self._table.variants:
            for column in self._added:
                variant.columns.setdefault(column, site)
        self._table.altered.update(dict.fromkeys(self._added, site))
        self._table.definitions.append(site)


_ACTIONS: tuple[tuple[str, Callable[[Script, Statement, str, re.Match[str]], None]], ...] = (
    ("table", Script.create_table),
    ("alter", Script.alter),
    ("drop", Script.drop),
    ("index", Script.create_index),
    ("view", Script.create_view),
)


def _key(
    statement: Statement, blank: str, found: re.Match[str], stop: int
) -> tuple[bool, str | None, tuple[str, ...]]:
    """A table constraint that is a key: whether primary, its name, its columns."""
    name = _identifier(statement, *found.span("name")) if found["name"] else None
    opening = _pattern("constraint_columns").match(blank, found.end(), stop)
    columns: tuple[str, ...] = ()
    if opening:
        end = closing(blank, opening.end() - 1)
        spans = split_commas(blank, opening.end(), end)
        columns = tuple(_identifier(statement, *span) for span in spans)
    return bool(found["primary"]), name, columns


def _inline_keys(
    statement: Statement, blank: str, start: int, stop: int, column: str
) -> list[tuple[bool, str | None, tuple[str, ...]]]:
    """The keys that a column's own constraints make, those inside expressions left out; one of a kind."""
    keys: dict[bool, tuple[bool, str | None, tuple[str, ...]]] = {}
    depth = 0
    position = start
    for found in _pattern("inline_key").finditer(blank, start, stop):
        depth += blank.count("(", position, found.start()) - blank.count(")", position, found.start())
        position = found.start()
        primary = bool(found[2])
        if depth == 0 and primary not in keys:
            name = _identifier(statement, *found.span(1)) if found[1] else None
            keys[primary] = primary, name, (column,)
    return list(keys.values())


def _literals(statement: Statement, blank: str, opening: int) -> list[str]:
    """The string literals of an ARRAY[...] whose bracket is at `opening`."""
    start = statement.start + opening
    end = statement.start + closing(blank, opening)
    inside = (mark for mark in statement.marks if mark.kind == STRING and start < mark.start < end)
    return [_decoded(statement.text[mark.inner_start : mark.inner_end]) for mark in inside]


def _decoded(text: str) -> str:
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "replace")


def _reference(statement: Statement, start: int, stop: int) -> tuple[str | None, str]:
    """Schema and name of the reference at blank[start:stop], folded as Postgres does."""
    raw = _decoded(statement.text[statement.start + start : statement.start + stop]).strip()
    parts = split_reference(raw, fold=True) or [raw]
    return (parts[-2] if len(parts) > 1 else None), parts[-1]


def _identifier(statement: Statement, start: int, stop: int) -> str:
    return _reference(statement, start, stop)[1]
