"""Judges every query of a file: scoped to its tenant, not scoped, or out of reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from fourlayer.project.queries.builder import trace_parameter
from fourlayer.project.queries.clients import makers
from fourlayer.project.queries.drizzle import defined_table
from fourlayer.project.queries.find import may_query, queries_of
from fourlayer.project.queries.follow import At, Follower
from fourlayer.project.queries.model import TableRef
from fourlayer.project.queries.postgrest import conditions_of
from fourlayer.project.queries.rows import row_of
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import chain_of, dotted
from fourlayer.syntax.facts import walk
from fourlayer.syntax.flow import function_around
from fourlayer.syntax.glob import names_match
from fourlayer_rules.tenancy._columns import Columns, TableTenancy, tenant_column

if TYPE_CHECKING:
    from fourlayer.config.settings import Settings
    from fourlayer.project.queries.model import Filter, Query, Truth, Wrapper
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Certainty
    from fourlayer.syntax.facts import Decl, FileFacts

Problem = Literal["filter", "row", "column"]


class Verdict(NamedTuple):
    """What is wrong with a query.

    `problem`: it lacks a filter, its row lacks the column, or it names a column the table does not have
    (`wrong`). `why` is a word for the message: "branch", "dynamic", "unknown", "table", "".
    """

    problem: Problem
    certainty: Certainty
    query: Query
    tenancy: TableTenancy
    why: str = ""
    wrong: str = ""
    places: tuple[n.Node, ...] = ()


class Judged(NamedTuple):
    """The verdicts of a file."""

    facts: FileFacts | None
    verdicts: tuple[Verdict, ...]


_EMPTY = Judged(None, ())


def judged(ctx: Context, path: str) -> Judged:
    """The verdicts on a file's queries, made once for the rules that ask in turn."""
    key = (judged, path)
    known = cast("tuple[Settings, Judged] | None", ctx.view.memo.get(key))
    if known is not None and known[0] is ctx.settings:
        return known[1]
    answer = _judge(ctx, path)
    ctx.view.memo[key] = (ctx.settings, answer)
    return answer


class JudgedQueries(NamedTuple):
    """The queries of a file that are surely queries, each with its table's name, and who judges them."""

    facts: FileFacts
    queries: tuple[Query, ...]
    judge: Judge


def queries_judged(ctx: Context, path: str) -> JudgedQueries | None:
    """The queries of a file for the rules that ask more than `judged` tells; made once for all of them."""
    key = (queries_judged, path)
    known = cast("tuple[Settings, JudgedQueries | None] | None", ctx.view.memo.get(key))
    if known is not None and known[0] is ctx.settings:
        return known[1]
    answer = _prepare(ctx, path)
    ctx.view.memo[key] = (ctx.settings, answer)
    return answer


def _prepare(ctx: Context, path: str) -> JudgedQueries | None:
    data = ctx.view.read(path)
    if data is None or not ctx.settings.tenancy.columns or not may_query(data):
        return None
    facts = ctx.view.facts(path)
    if facts is None:
        return None
    judge = Judge(ctx, path, facts)
    found = (judge.prepared(query) for query in queries_of(path, facts))
    return JudgedQueries(facts, tuple(query for query in found if query is not None), judge)


def follower_of(ctx: Context) -> Follower:
    """Follows expressions into other files of the workspace."""

    def lookup(specifier: str, importer: str) -> tuple[str, FileFacts] | None:
        path = ctx.view.resolve(specifier, importer).path
        facts = ctx.view.facts(path) if path is not None else None
        return (path, facts) if path is not None and facts is not None else None

    return Follower(lookup)


def _judge(ctx: Context, path: str) -> Judged:
    found = queries_judged(ctx, path)
    if found is None:
        return _EMPTY
    verdicts = (found.judge.verdict(query) for query in found.queries)
    return Judged(found.facts, tuple(verdict for verdict in verdicts if verdict is not None))


class Judge:
    """Judges the queries of one file."""

    def __init__(self, ctx: Context, path: str, facts: FileFacts) -> None:
        self._ctx = ctx
        self._tenancy = ctx.settings.tenancy
        self._path = path
        self._facts = facts
        self._columns = Columns(ctx.view, ctx.settings.tenancy)
        self.follower = follower_of(ctx)

    def prepared(self, query: Query) -> Query | None:
        """The query with its table's name; None where it does not parse or may be no query."""
        if not is_intact(query.decl, query.node):
            return None
        query = self._with_table(query)
        return query if query.certain or self._is_model(query) else None

    def tenancies(self, query: Query) -> tuple[TableTenancy, ...]:
        """What is known about each table that a prepared query may be on; nothing where that is not known."""
        return tuple(self._columns.of(name, orm=query.table.orm) for name in query.table.names)

    def verdict(self, query: Query) -> Verdict | None:
        """What is wrong with a prepared query, if anything."""
        if not query.table.names:
            return self._of_dynamic(query)
        for tenancy in self.tenancies(query):
            if tenancy.kind == "none":
                continue
            found = self._of_table(query, tenancy)
            if found is not None:
                return found
        return None

    def _with_table(self, query: Query) -> Query:
        """A Drizzle constant's table by its name in the database."""
        if query.library != "drizzle":
            return query
        name = defined_table(At(self._path, self._facts, query.decl, query.table.expr), self.follower)
        if name is None:
            return query
        return query._replace(table=TableRef((name,), query.table.expr), certain=True)

    def _is_model(self, query: Query) -> bool:
        """Whether the schema knows what only looks like a table or a model."""
        schema = self._columns.schema
        find = schema.table if query.library == "sql" else schema.orm_table
        return any(find(name) is not None for name in query.table.names)

    # Verdicts

    def _of_table(self, query: Query, tenancy: TableTenancy) -> Verdict | None:
        if query.verb in ("insert", "upsert"):
            return None if tenancy.kind == "root" else self._of_row(query, tenancy)
        return self._of_filter(query, tenancy)

    def _of_dynamic(self, query: Query) -> Verdict | None:
        """A query on a table that is not known: suspicious where nothing names a tenant column."""
        tenancy = TableTenancy("", "tenant", "unknown", self._tenancy.columns, (), None, {})
        found = self._of_table(query, tenancy)
        if found is not None and found.certainty == "violation":
            return found._replace(certainty="suspicious", why="dynamic")
        return found._replace(why="dynamic") if found is not None and not found.why else found

    def _of_filter(self, query: Query, tenancy: TableTenancy) -> Verdict | None:
        filters = [one for one in query.filters if self.names_tenant(one, query, tenancy)]
        sure = [one for one in filters if one.always]
        if sure:
            return self._of_columns(query, tenancy, sure)
        wrapped = self.wrapped(query)
        if wrapped == "always":
            return None
        if filters:
            return Verdict("filter", "suspicious", query, tenancy, "branch")
        if is_probe(query) or self.is_discovery(query, tenancy) or self.is_sweep(query):
            return None
        if wrapped == "sometimes":
            return Verdict("filter", "suspicious", query, tenancy, "branch")
        if query.open or wrapped == "unknown":
            return Verdict("filter", "unverifiable", query, tenancy, "unknown")
        if _is_unclaimed(tenancy) and tenancy.written_without and _is_by_user(query.filters):
            return Verdict("filter", "unverifiable", query, tenancy, "own")
        return Verdict("filter", self._weight(query, tenancy), query, tenancy, _reason(tenancy))

    def _of_row(self, query: Query, tenancy: TableTenancy) -> Verdict | None:
        wrapped = self.wrapped(query)
        if wrapped == "always":
            return None
        field = query.library in ("prisma", "drizzle")
        names = self.row_names(query)
        if query.row_columns is not None:
            truth: Truth = "always" if any(name in query.row_columns for name in names) else "never"
            truth = "unknown" if truth == "never" and query.open else truth
            return self._row_verdict(query, tenancy, truth, typed=False)
        if query.rows is None:
            return Verdict("row", "unverifiable", query, tenancy, "unknown") if query.open else None
        row = row_of(At(self._path, self._facts, query.decl, query.rows), self.follower)
        truth = row.has(names)
        if truth in ("always", "sometimes"):
            wrong = self._wrong_row(query, tenancy, row.always | row.maybe, field)
            if wrong is not None:
                spots = tuple(
                    at.expr
                    for key, at in row.places
                    if at.decl is query.decl and tenant_column(key, self._tenancy, field=field) == wrong.wrong
                )
                return wrong._replace(places=spots)
        return self._row_verdict(query, tenancy, truth, typed=row.typed)

    def row_names(self, query: Query) -> tuple[str, ...]:
        """What a row may call the tenant: the column, the property, for Prisma the relation too."""
        tenancy = self._tenancy
        if query.library == "prisma":
            relations = (name.removesuffix("Id") for name in tenancy.fields)
            return (*tenancy.columns, *tenancy.fields, *relations)
        return (*tenancy.columns, *tenancy.fields) if query.library == "drizzle" else tenancy.columns

    def _row_verdict(
        self, query: Query, tenancy: TableTenancy, truth: Truth, *, typed: bool
    ) -> Verdict | None:
        if truth == "always":
            return None
        if truth == "sometimes":
            return Verdict("row", "suspicious", query, tenancy, "branch")
        if truth == "unknown":
            return Verdict("row", "unverifiable", query, tenancy, "unknown")
        certainty = self._weight(query, tenancy)
        if certainty == "violation" and self._is_apart(tenancy):
            return Verdict("row", "suspicious", query, tenancy, "apart")
        if typed and certainty == "violation":
            return Verdict("row", "suspicious", query, tenancy, "typed")
        return Verdict("row", certainty, query, tenancy, _reason(tenancy))

    def _is_apart(self, tenancy: TableTenancy) -> bool:
        """Whether the schema makes a case of its own of rows without a tenant."""
        table = self._columns.schema.table(tenancy.table)
        return table is not None and bool(tenancy.columns) and set(tenancy.columns) <= table.apart

    def _of_columns(self, query: Query, tenancy: TableTenancy, filters: list[Filter]) -> Verdict | None:
        """Whether all the tenant columns that a query names on its own table are wrong ones."""
        own = [one for one in filters if "." not in one.column and ">" not in one.column]
        if tenancy.kind == "root" or len(own) < len(filters) or any(one.others for one in own):
            return None
        columns = {self._columns.column_of(one, query) or "" for one in own}
        wrong = self._wrong(query, tenancy, columns)
        return wrong._replace(places=tuple(one.node for one in own)) if wrong is not None else None

    def _wrong_row(
        self, query: Query, tenancy: TableTenancy, names: frozenset[str], field: bool
    ) -> Verdict | None:
        found = {tenant_column(name, self._tenancy, field=field) for name in names}
        return self._wrong(query, tenancy, {name for name in found if name is not None})

    def _wrong(self, query: Query, tenancy: TableTenancy, columns: set[str]) -> Verdict | None:
        if not columns or tenancy.status not in ("known", "ambiguous"):
            return None
        named = min(columns)
        if tenancy.status == "known":
            if columns & set(tenancy.columns) or not tenancy.complete:
                return None
            certainty: Certainty = "suspicious" if self._is_second_hand(query, tenancy) else "violation"
            return Verdict("column", certainty, query, tenancy, "", named)
        others = {column: count for column, count in tenancy.named.items() if column not in columns}
        own = sum(count for column, count in tenancy.named.items() if column in columns)
        if others and sum(others.values()) > own:
            usual = max(others, key=lambda column: others[column])
            return Verdict("column", "suspicious", query, tenancy._replace(columns=(usual,)), "", named)
        return None

    def _is_second_hand(self, query: Query, tenancy: TableTenancy) -> bool:
        """Whether only an ORM's model knows a table that SQL queries and the migrations should define."""
        if query.library in ("prisma", "drizzle"):
            return False
        if not all(cite.kind in ("prisma", "drizzle") for cite in tenancy.cites):
            return False
        return any(source.endswith(".sql") for source in self._columns.schema.sources)

    def _weight(self, query: Query, tenancy: TableTenancy) -> Certainty:
        """How sure it is that the table needs a tenant."""
        if not query.sent or tenancy.classification in ("service_only", "own_row"):
            return "suspicious"
        if tenancy.classification == "tenant_scoped" or tenancy.status == "known":
            return "violation"
        if tenancy.status == "ambiguous":
            return "violation"
        return "violation" if tenancy.named else "suspicious"

    # Evidence

    def names_tenant(self, one: Filter, query: Query, tenancy: TableTenancy) -> bool:
        """Whether a condition restricts the rows to a tenant's."""
        if tenancy.kind == "root" and one.column == "id":
            return True
        names = (one, *(one._replace(column=other) for other in one.others))
        if any(self._columns.column_of(each, query) is None for each in names):
            return False
        return not self._is_outer(one, query)

    @staticmethod
    def _is_outer(one: Filter, query: Query) -> bool:
        """Whether the condition is on an embedded table that is not joined strictly: it keeps the rows."""
        parent, dot, _ = one.column.rpartition(".")
        if query.library != "postgrest" or not dot or query.selection is None:
            return False
        if parent == query.table.names[0] if query.table.names else False:
            return False
        return not _is_inner(query.selection, parent.rpartition(".")[2])

    def is_discovery(self, query: Query, tenancy: TableTenancy) -> bool:
        """A single row looked up by an external unique key, whose selection names the tenant."""
        if query.verb != "select" or not query.single or not query.selection:
            return False
        wanted = {"id", *self._tenancy.columns} if tenancy.kind == "root" else set(self._tenancy.columns)
        if not wanted & _selected(query.selection):
            return False
        return any(one.always and one.last != "id" for one in query.filters)

    def is_sweep(self, query: Query) -> bool:
        """A read over all tenants that goes on with each row's own tenant."""
        if query.verb != "select" or query.single or not query.selection:
            return False
        columns = set(self._tenancy.columns) & _selected(query.selection)
        function = function_around(query.decl, query.node)
        if not columns or function is None:
            return False
        return any(_uses(loop, columns) for loop in _loops(function, query.node.end))

    def wrapped(self, query: Query) -> Truth:
        """Whether a function that gets the query, makes its client or runs its code scopes it."""
        made = makers(query.decl, query.client) if query.client is not None else ()
        found: set[Truth] = {self._by(wrapper, query) for wrapper in (*query.wrappers, *made)}
        for truth in ("always", "sometimes", "unknown"):
            if truth in found:
                return truth
        return "never"

    def _by(self, wrapper: Wrapper, query: Query) -> Truth:
        call = wrapper.call
        name = dotted(call.callee) or ".".join(one for one in chain_of(call).names if one)
        wrappers = self._ctx.settings.symbols.scoping_wrappers
        if names_match(wrappers, name) or names_match(wrappers, name.rpartition(".")[2]):
            return "always" if wrapper.always else "sometimes"
        at = At(self._path, self._facts, query.decl, call.callee)
        function = self.follower.function(at)
        if wrapper.argument is None:
            return self._by_maker(wrapper, function)
        if function is None:
            return "unknown" if not _is_consumer(name) else "never"
        return self._by_function(function, wrapper)

    def _by_maker(self, wrapper: Wrapper, function: At | None) -> Truth:
        """Client makers and runners: unknown ones count only where they are told the tenant."""
        if not wrapper.always:
            return "never"
        told = any(is_tenant_like(dotted(arg) or "") for arg in wrapper.call.args)
        if not told:
            return "never"
        if function is None:
            return "unknown"
        data = function.decl.data
        hints = (
            *(column.encode() for column in self._tenancy.columns),
            b"set_config",
            b"SET LOCAL",
            b"set local",
        )
        return "unknown" if any(hint in data for hint in hints) else "never"

    def _by_function(self, function: At, wrapper: Wrapper) -> Truth:
        node = function.expr
        if not isinstance(node, n.Function) or node.body is None or wrapper.argument is None:
            return "unknown"
        builder = trace_parameter(function.decl, node, wrapper.argument)
        if builder is None:
            return "unknown"
        filters, is_open = conditions_of(function, builder, self.follower)
        named = [one for one in filters if tenant_column(one.last, self._tenancy, field=True)]
        if any(one.always for one in named):
            return "always" if wrapper.always else "sometimes"
        if named:
            return "sometimes"
        return "unknown" if is_open else "never"


_USER_KEYS = frozenset({"user_id", "userId", "auth_user_id", "profile_id", "account_user_id"})


def _is_unclaimed(tenancy: TableTenancy) -> bool:
    """Whether nothing at all speaks for a tenant column of the table: no definition, no query, no comment."""
    return (
        bool(tenancy.table) and tenancy.status == "unknown" and not (tenancy.named or tenancy.classification)
    )


def _is_by_user(filters: Iterable[Filter]) -> bool:
    """Whether only the rows of one user are meant."""
    return any(one.last in _USER_KEYS and one.always for one in filters)


def is_probe(query: Query) -> bool:
    """Whether a read only asks if the database answers: one row's id, no condition."""
    trivial = query.selection is not None and query.selection.strip() in ("id", "count", "1", "count(*)")
    return query.verb == "select" and query.single and trivial and not (query.filters or query.open)


def _reason(tenancy: TableTenancy) -> str:
    if tenancy.status == "known":
        return ""
    return "named" if tenancy.named else "table"


def is_intact(decl: Decl, node: n.Node) -> bool:
    """Whether the statement around a node parses: claims of absence need that."""
    if decl.trusted:
        return True
    for around in (node, *decl.ancestors(node)):
        if isinstance(around, n.Stmt) and not isinstance(around, n.Block) and around.broken:
            return False
        if isinstance(around, n.Stmt) and not isinstance(around, n.Block):
            return True
    return True


def _is_inner(selection: str, parent: str) -> bool:
    """Whether an embedded table is joined with `!inner`, by its own name or an alias."""
    text = "".join(selection.split())
    at = text.find(parent)
    while at >= 0:
        before = text[at - 1 : at]
        rest = text[at + len(parent) :]
        if before in ("", ",", "(", ":") and rest[:1] in ("!", ":", "("):
            head = rest.partition("(")[0]
            if "!inner" in head:
                return True
        at = text.find(parent, at + 1)
    return False


def _selected(selection: str) -> set[str]:
    """The columns of a select list, embedded tables left out."""
    flat: list[str] = []
    depth = 0
    for char in selection:
        depth += (char == "(") - (char == ")")
        if depth == 0:
            flat.append(char)
    items = "".join(flat).split(",")
    return {item.rpartition(":")[2].partition("::")[0].strip().strip('"') for item in items}


def _loops(function: n.Function, after: int) -> Iterator[n.Node]:
    """The loops and array callbacks of a function from an offset on."""
    for node in walk(function):
        if node.start < after and node.end < after:
            continue
        if isinstance(node, n.Loop) and node.kind in ("of", "await of"):
            yield node.body
            if node.target is not None:
                yield node.target
        elif isinstance(node, n.Call) and isinstance(node.callee, n.Member):
            runs = node.callee.name in ("map", "forEach", "flatMap", "reduce", "filter")
            yield from (arg for arg in node.args if runs and isinstance(arg, n.Function))


def _uses(node: n.Node, columns: set[str]) -> bool:
    """Whether a column is read off something."""
    return any(
        (isinstance(one, n.Member) and one.name in columns)
        or (isinstance(one, n.PatternProp) and one.key in columns)
        for one in walk(node)
    )


def is_tenant_like(name: str) -> bool:
    """Whether a name speaks of the tenant: `tenantId`, `p_organization_id`, `ctx.org`."""
    last = name.rpartition(".")[2].lower()
    return last == "org" or any(word in last for word in _TENANT_WORDS)


_TENANT_WORDS = ("tenant", "organization", "organisation", "orgid", "org_id", "workspace")


def _is_consumer(name: str) -> bool:
    """Whether a function by this name takes a query to run it and adds nothing."""
    return name.rpartition(".")[2] in (
        "push",
        "all",
        "allSettled",
        "race",
        "resolve",
        "from",
        "then",
        "add",
        "set",
    )
