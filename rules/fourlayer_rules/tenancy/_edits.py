"""The text edits of the tenancy fixes: a condition in a query, a column in a row, another column's name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.project.queries.rows import row_of
from fourlayer.rule.model import TextEdit
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, chain_of, dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.tenancy._columns import field_for
from fourlayer_rules.tenancy._declared import declared_of

if TYPE_CHECKING:
    from fourlayer.project.queries.follow import At, Follower
    from fourlayer.project.queries.model import Query
    from fourlayer.project.schema import Schema
    from fourlayer.syntax.facts import Decl, FileFacts

Edits = tuple[TextEdit, ...]


def property_for(query: Query, schema: Schema, column: str) -> str:
    """What a column is called in the code of a query: itself, or the ORM's property."""
    if query.library not in ("prisma", "drizzle"):
        return column
    table = schema.orm_table(query.table.names[0]) if query.table.names else None
    for name, known in table.orm_names.items() if table is not None else ():
        if known == column:
            return name
    return field_for(column)


# Conditions


def scoped(facts: FileFacts, query: Query, name: str, value: str) -> Edits | None:
    """Add the condition that the column equals the value; None where the library's form is out of reach."""
    if query.library == "knex" and isinstance(query.node, n.Expr) and "orWhere" in chain_of(query.node).names:
        return None
    if query.library in ("postgrest", "knex", "kysely"):
        return _chained(
            facts, query, _CONDITIONS[query.library].format(q=quote_of(facts, query), c=name, v=value)
        )
    if query.library == "prisma":
        return _in_where(facts, query, name, value)
    if query.library == "drizzle":
        return _in_drizzle(facts, query, name, value)
    return None


_CONDITIONS = {
    "postgrest": ".eq({q}{c}{q}, {v})",
    "knex": ".where({q}{c}{q}, {v})",
    "kysely": ".where({q}{c}{q}, {q}={q}, {v})",
}


def condition_text(query: Query, name: str, value: str) -> str:
    """The code that a condition is in, for titles and messages."""
    if query.library in _CONDITIONS:
        return _CONDITIONS[query.library].format(q='"', c=name, v=value)
    if query.library == "drizzle":
        table = query.table.names[0] if query.table.names else "table"
        return f"eq({table}.{name}, {value})"
    if query.library == "prisma":
        return f"where: {{ {_pair(name, value)} }}"
    return f"{name} = {value}"


def quote_of(facts: FileFacts, query: Query) -> str:
    """The quote that the query's own strings use."""
    data = facts.text.data[query.decl.start + query.table.expr.start :][:1]
    if data in (b'"', b"'"):
        return data.decode()
    source = query.decl.data
    return "'" if source.count(b"'") > source.count(b'"') else '"'


def _chained(facts: FileFacts, query: Query, text: str) -> Edits:
    """Insert a call right after the verb, on a line of its own where the verb has one."""
    decl, call = query.decl, query.verb_call
    end = decl.start + call.end
    return (TextEdit(end, end, _own_line(facts, decl, call) + text),)


def _own_line(facts: FileFacts, decl: Decl, call: n.Node) -> str:
    """The line break and indentation before the verb's dot; empty where it follows on the same line."""
    callee = uncast(call.callee) if isinstance(call, n.Call) else None
    if not isinstance(callee, n.Member):
        return ""
    data = facts.text.data
    dot = data.rfind(b".", 0, decl.start + callee.name_start)
    start = facts.text.line_starts[facts.text.line_of(dot)]
    before = data[start:dot].rstrip(b"?")
    if before.strip() or dot < decl.start:
        return ""
    newline = "\r\n" if data[max(start - 2, 0) : start] == b"\r\n" else "\n"
    return newline + before.decode("utf-8", "replace")


def _pair(name: str, value: str) -> str:
    return name if name == value else f"{name}: {value}"


def _in_where(facts: FileFacts, query: Query, name: str, value: str) -> Edits | None:
    """Add to Prisma's `where`, or add one."""
    decl, call = query.decl, query.verb_call
    if not isinstance(call, n.Call):
        return None
    options = bare(call.args[0]) if call.args else None
    if options is None:
        at = decl.start + call.end - 1
        return (TextEdit(at, at, f"{{ where: {{ {_pair(name, value)} }} }}"),)
    if not isinstance(options, n.Object):
        return None
    for prop in options.props:
        if isinstance(prop, n.Prop) and prop.key == "where":
            where = bare(prop.value)
            return (added(facts, decl, where, name, value),) if isinstance(where, n.Object) else None
    if any(isinstance(prop, n.Spread) for prop in options.props):
        return None
    text = f"where: {{ {_pair(name, value)} }}"
    if not options.props:
        start, end = decl.span(options)
        return (TextEdit(start, end, f"{{ {text} }}"),)
    start = decl.start + options.props[0].start
    gap = facts.text.data[decl.start + options.start + 1 : start].decode("utf-8", "replace")
    return (TextEdit(start, start, f"{text},{gap or ' '}"),)


def _in_drizzle(facts: FileFacts, query: Query, name: str, value: str) -> Edits | None:
    table = dotted(query.table.expr) if isinstance(query.table.expr, n.Expr) else None
    if table is None or _is_relational(query):
        return None
    decl = query.decl
    text = f"eq({table}.{name}, {value})"
    where = query.conditions
    wanted = ["eq"]
    if where is None:
        after = _after_set(query)
        edit = TextEdit(decl.start + after.end, decl.start + after.end, "")
        edit = edit._replace(text=f"{_own_line(facts, decl, after)}.where({text})")
    else:
        inner = bare(where) if isinstance(where, n.Expr) else where
        start, end = decl.span(where)
        if isinstance(inner, n.Call) and dotted(inner.callee) == "and" and inner.args:
            first = decl.start + inner.args[0].start
            edit = TextEdit(first, first, f"{text}, ")
        else:
            source = facts.text.slice(start, end)
            edit = TextEdit(start, end, f"and({text}, {source})")
            wanted.append("and")
    imports = _imported(facts, "drizzle-orm", wanted)
    return None if imports is None else (*imports, edit)


def _is_relational(query: Query) -> bool:
    callee = uncast(query.verb_call.callee) if isinstance(query.verb_call, n.Call) else None
    return isinstance(callee, n.Member) and callee.name in ("findMany", "findFirst")


def _after_set(query: Query) -> n.Node:
    """The call after which Drizzle's `where` may stand: `set` of an update, else the verb's."""
    if query.verb == "update" and isinstance(query.node, n.Expr):
        for link in chain_of(query.node).calls:
            if link.name == "set":
                return link.node
    return query.verb_call


def _imported(facts: FileFacts, module: str, names: list[str]) -> Edits | None:
    """Import what is not imported yet, in an import of the module that is there or a new one."""
    known = {name.local for item in facts.imports for name in item.names if name.local and not name.type_only}
    missing = [name for name in names if name not in known]
    if not missing:
        return ()
    for item in facts.imports:
        if item.specifier == module and item.kind == "import" and not item.type_only and item.names:
            last = item.names[-1]
            if last.imported not in ("*", "default"):
                end = last.span.end
                return (TextEdit(end, end, "".join(f", {name}" for name in missing)),)
    first = min((item.stmt.start for item in facts.imports if item.kind == "import"), default=0)
    return (TextEdit(first, first, f'import {{ {", ".join(missing)} }} from "{module}";\n'),)


# Rows


def added(facts: FileFacts, decl: Decl, obj: n.Object, name: str, value: str) -> TextEdit:
    """Add a property at the end of an object literal, in its own style."""
    text = _pair(name, value)
    data = facts.text.data
    start, end = decl.span(obj)
    if not obj.props:
        return TextEdit(start, end, f"{{ {text} }}")
    last = decl.start + obj.props[-1].end
    first = decl.start + obj.props[-1].start
    line = facts.text.line_starts[facts.text.line_of(first)]
    indent = data[line:first]
    if indent.strip() or facts.text.line_of(start) == facts.text.line_of(first):
        return TextEdit(last, last, f", {text}")
    newline = "\r\n" if data[max(line - 2, 0) : line] == b"\r\n" else "\n"
    return TextEdit(last, last, f",{newline}{indent.decode()}{text}")


def with_column(
    facts: FileFacts, at: At, follower: Follower, name: str, value: str, *, declared: bool = False
) -> Edits | None:
    """Give every row that an expression stands for the column; None where it is out of reach.

    `declared` tells that the value will be a parameter of the whole function.
    """
    decl = at.decl
    literals = _literals(at, follower, 0)
    if literals is not None and not any(_is_closed_to(at.to(obj), follower, name) for obj in literals):
        if not literals or not (declared or all(_visible(decl, obj, value) for obj in literals)):
            return None
        return tuple(added(facts, decl, obj, name, value) for obj in literals)
    return _wrapped(facts, at, follower, name, value)


def _is_closed_to(at: At, follower: Follower, name: str) -> bool:
    """Whether an object literal is declared to have a type that lacks a property."""
    declared = declared_of(at, follower)
    return declared is not None and declared.member(name) is None


def _visible(decl: Decl, node: n.Node, value: str) -> bool:
    head = value.partition(".")[0]
    if head == "this":
        return True
    names = {binding.name for binding in scopes_of(decl).visible(node)}
    return head in names


def _literals(at: At, follower: Follower, depth: int) -> list[n.Object] | None:
    """The object literals of the same declaration that the rows are written as."""
    expr = bare(at.expr) if isinstance(at.expr, n.Expr) else at.expr
    if depth > 6:
        return None
    match expr:
        case n.Object():
            return [expr]
        case n.Array():
            return _all(
                at, tuple(one for one in expr.items if not isinstance(one, n.Spread)), follower, depth
            )
        case n.Cond():
            return _all(at, (expr.then, expr.other), follower, depth)
        case n.Call():
            callee = uncast(expr.callee)
            if isinstance(callee, n.Member) and callee.name in ("map", "flatMap") and expr.args:
                function = bare(expr.args[0])
                if isinstance(function, n.Function):
                    returns = tuple(one.expr for one in follower.returns(at.to(function)))
                    return _all(at, tuple(one for one in returns if isinstance(one, n.Expr)), follower, depth)
            if isinstance(callee, n.Member) and callee.name in ("filter", "slice"):
                return _literals(at.to(callee.object), follower, depth + 1)
            return None
        case n.Name():
            return _of_name(at.to(expr), expr, follower, depth)
        case _:
            return None


def _all(at: At, exprs: tuple[n.Expr, ...], follower: Follower, depth: int) -> list[n.Object] | None:
    found: list[n.Object] = []
    for expr in exprs:
        inner = _literals(at.to(expr), follower, depth + 1)
        if inner is None:
            return None
        found.extend(inner)
    return found or None


def _of_name(at: At, name: n.Name, follower: Follower, depth: int) -> list[n.Object] | None:
    binding = scopes_of(at.decl).binding(name)
    values = follower.values(at)
    if binding is None or not values or any(value.decl is not at.decl for value in values):
        return None
    pushed: list[n.Expr] = []
    for use in binding.uses:
        member = at.decl.parent(use)
        call = at.decl.parent(member) if isinstance(member, n.Member) and member.object is use else None
        if isinstance(call, n.Call) and isinstance(member, n.Member) and member.name == "push":
            pushed.extend(call.args)
    if pushed:
        return _all(at, tuple(pushed), follower, depth)
    exprs = tuple(value.expr for value in values if isinstance(value.expr, n.Expr))
    return _all(at, exprs, follower, depth) if all(expr is not name for expr in exprs) else None


def _wrapped(facts: FileFacts, at: At, follower: Follower, name: str, value: str) -> Edits | None:
    """Spread the column over rows that are built elsewhere."""
    start, end = at.decl.span(at.expr)
    source = facts.text.slice(start, end)
    kind = _shape(at, follower)
    if kind == "many":
        row = "row" if value.partition(".")[0] != "row" else "item"
        return (TextEdit(end, end, f".map(({row}) => ({{ ...{row}, {_pair(name, value)} }}))"),)
    if kind == "one":
        return (TextEdit(start, end, f"{{ ...{source}, {_pair(name, value)} }}"),)
    return None


def _shape(at: At, follower: Follower) -> str:
    """Whether an expression is an array of rows or one row, as far as that is visible."""
    expr = bare(at.expr) if isinstance(at.expr, n.Expr) else at.expr
    if isinstance(expr, n.Call):
        callee = uncast(expr.callee)
        if isinstance(callee, n.Member) and callee.name in ("map", "flatMap", "filter"):
            return "many"
        function = follower.function(at.to(expr.callee))
        node = function.expr if function is not None else None
        if function is None or not isinstance(node, n.Function):
            return ""
        if node.return_type is not None:
            return _shape_of_type(node.return_type)
        returns = [bare(one.expr) for one in follower.returns(function) if isinstance(one.expr, n.Expr)]
        return "one" if returns and all(isinstance(one, n.Object) for one in returns) else ""
    if isinstance(expr, n.Name):
        binding = scopes_of(at.decl).binding(expr)
        if binding is not None and binding.type is not None and binding.path == ():
            return _shape_of_type(binding.type)
    return ""


def _shape_of_type(kind: n.Type) -> str:
    if isinstance(kind, n.TypeArray) or (
        isinstance(kind, n.TypeRef) and kind.name in ("Array", "ReadonlyArray")
    ):
        return "many"
    return "one" if isinstance(kind, n.TypeRef | n.TypeObject) and not getattr(kind, "args", ()) else ""


def lacks_columns(at: At, follower: Follower, names: tuple[str, ...]) -> bool:
    """Whether no row has one of the columns: adding one repeats nothing."""
    row = row_of(at, follower)
    return not any(name in row.always or name in row.maybe for name in names)


# Names of columns


def renamed(
    at: At, follower: Follower, query: Query, places: tuple[n.Node, ...], wrong: str, right: str
) -> Edits | None:
    """Replace the name of a column where the query names it, and in types that are written out there.

    `at` is the query. None where a declared type names the column, and others may use that type.
    """
    edits: dict[TextEdit, None] = {}
    for place in dict.fromkeys(places):
        edit = _renamed(at.facts, query, place, wrong, right)
        typed = _retyped(at, follower, place, wrong, right)
        if edit is None or typed is None:
            return None
        edits.update(dict.fromkeys((*edit, *typed)))
    return tuple(edits) or None


def _retyped(at: At, follower: Follower, place: n.Node, wrong: str, right: str) -> list[TextEdit] | None:
    """The edits of the type that a row is declared to have; None where it cannot be changed with it."""
    obj = at.decl.parent(place) if isinstance(place, n.Prop) else None
    declared = declared_of(at.to(obj), follower) if isinstance(obj, n.Object) else None
    member = declared.member(wrong) if declared is not None else None
    if declared is None or member is None or declared.member(right) is not None:
        return []
    if not declared.inline or any(
        isinstance(node, n.Member) and node.name == wrong for node in walk(at.decl.node)
    ):
        return None
    return _words(at.facts, at.decl.start + member.start, at.decl.start + member.end, wrong, right)[:1]


def _renamed(facts: FileFacts, query: Query, place: n.Node, wrong: str, right: str) -> list[TextEdit] | None:
    decl = query.decl
    start, end = decl.span(place)
    if isinstance(place, n.Prop):
        if place.shorthand:
            return [TextEdit(start, start, f"{right}: ")]
        end = decl.start + place.key_end
    elif isinstance(place, n.Name):
        quote = quote_of(facts, query)
        return [TextEdit(start, end, f"{quote}{right}{quote}")]
    return _words(facts, start, end, wrong, right) or None


def _words(facts: FileFacts, start: int, end: int, wrong: str, right: str) -> list[TextEdit]:
    """Replace a word wherever it stands between two places of the file."""
    source = facts.text.data[start:end]
    found = re.finditer(rb"(?<![\w$])" + re.escape(wrong.encode()) + rb"(?![\w$])", source)
    return [TextEdit(start + one.start(), start + one.end(), right) for one in found]
