"""Makes sure of the tenant before the query, and names it in a condition that cannot be dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, TextEdit
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted
from fourlayer.syntax.flow import function_around
from fourlayer_rules.tenancy._edits import quote_of

if TYPE_CHECKING:
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer_rules.tenancy._droppable import Droppable


def change_of(path: str, facts: FileFacts, found: Droppable) -> Change | None:
    """The edits; None where the value is no plain name, or no statement of its own holds the query."""
    decl = found.query.decl
    if not found.direct or dotted(found.tenant) is None or found.query.library != "postgrest":
        return None
    guard = _guard(facts, found)
    condition = _condition(facts, decl, found)
    if guard is None or condition is None:
        return None
    return Change({path: tuple(sorted((guard, *condition)))})


def _guard(facts: FileFacts, found: Droppable) -> TextEdit | None:
    """`if (!tenantId) throw ...` before the statement that holds the query."""
    decl = found.query.decl
    stmt = _statement(decl, found.query.node)
    if stmt is None:
        return None
    start = decl.start + stmt.start
    data = facts.text.data
    line = data.rfind(b"\n", 0, start) + 1
    indent = data[line:start]
    if indent.strip():
        return None
    newline = "\r\n" if data[line - 2 : line] == b"\r\n" else "\n"
    name = decl.text_of(found.tenant)
    quote = quote_of(facts, found.query)
    text = f"if (!{name}) throw new Error({quote}{_words(name)} is missing{quote});{newline}{indent.decode()}"
    return TextEdit(start, start, text)


def _words(name: str) -> str:
    return name.replace("?.", ".").rpartition(".")[2]


def _statement(decl: Decl, node: n.Node) -> n.Stmt | None:
    """The statement around a query, directly in a block of the function that makes the query."""
    function = function_around(decl, node)
    child: n.Node = node
    for around in decl.ancestors(node):
        if isinstance(around, n.Function):
            break
        if isinstance(around, n.Block) and isinstance(child, n.Stmt):
            return child if function is not None else None
        child = around
    return None


def _condition(facts: FileFacts, decl: Decl, found: Droppable) -> tuple[TextEdit, ...] | None:
    tenant = decl.text_of(found.tenant)
    prop = found.condition.node
    if not isinstance(prop, n.Prop):
        span = decl.span(found.value)
        return (TextEdit(span.start, span.end, tenant),)
    obj = decl.parent(prop)
    call = decl.parent(obj) if obj is not None else None
    if not isinstance(obj, n.Object) or not isinstance(call, n.Call) or obj not in call.args:
        return None
    quote = quote_of(facts, found.query)
    added = f".eq({quote}{found.condition.column}{quote}, {tenant})"
    callee = call.callee
    if not isinstance(callee, n.Member) or callee.name != "match":
        return None
    if len(obj.props) == 1:
        span = decl.span(call)
        start = decl.start + callee.name_start - 1
        return (TextEdit(start, span.end, added),) if facts.text.data[start : start + 1] == b"." else None
    end = decl.start + call.end
    return (_removed(decl, obj, prop), TextEdit(end, end, added))


def _removed(decl: Decl, obj: n.Object, prop: n.Prop) -> TextEdit:
    """The property with the comma that ties it to its neighbour."""
    at = obj.props.index(prop)
    if at + 1 < len(obj.props):
        return TextEdit(decl.start + prop.start, decl.start + obj.props[at + 1].start, "")
    return TextEdit(decl.start + obj.props[at - 1].end, decl.start + prop.end, "")
