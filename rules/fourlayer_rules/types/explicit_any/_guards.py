"""What the code around a place has already made sure of: present, not null, narrowed to a type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.flow import Analysis, analyse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.syntax.facts import Decl

Fact = tuple[str, str]
"""A kind and the dotted name that it is about.

`present`: not undefined; `solid`: not null; `primitive` and `instance`: narrowed by `typeof` and
`instanceof`, alike whether it was `any` or `unknown`; `equal`: narrowed as only `unknown` is.
"""
State = frozenset[Fact]

_PRIMITIVES = frozenset({"string", "number", "boolean", "bigint", "symbol"})


class Guards:
    """Facts that hold at places of declarations; each function is looked at once."""

    def __init__(self) -> None:
        self._known: dict[n.Node, dict[n.Node, State]] = {}

    def at(self, decl: Decl, node: n.Node) -> State:
        """The facts when control arrives at a node."""
        root = _root(decl, node)
        if root is None:
            return frozenset()
        known = self._known.get(root)
        if known is None:
            watch = [inner for inner in walk(root) if isinstance(inner, n.Name | n.Member | n.Index)]
            try:
                known = analyse(root, frozenset[Fact](), Analysis(_step, _join, _assume), watch).before
            except RecursionError:
                # Nested thousands deep: nothing is known to be there.
                known = {}
            self._known[root] = known
        return known.get(node, frozenset())

    def holds(self, decl: Decl, node: n.Expr, kind: str) -> bool:
        """Whether a fact of a kind holds for what an expression names."""
        name = dotted(node)
        return name is not None and (kind, name) in self.at(decl, node)


def _root(decl: Decl, node: n.Node) -> n.Function | n.Stmt | None:
    for around in decl.ancestors(node):
        if isinstance(around, n.Function) and around.body is not None:
            return around
    return decl.node if isinstance(decl.node, n.Stmt) else None


def _step(node: n.Node, state: State) -> State:
    written: str | None = None
    if isinstance(node, n.Assign) and isinstance(node.target, n.Expr):
        written = dotted(node.target)
    elif isinstance(node, n.Unary) and node.op in ("++", "--"):
        written = dotted(node.value)
    if written is None:
        return state
    kept = frozenset(fact for fact in state if fact[1] != written and not fact[1].startswith(written + "."))
    if (
        isinstance(node, n.Assign)
        and node.op == "="
        and isinstance(uncast(node.value), n.Object | n.Array | n.Str)
    ):
        return kept | {("present", written), ("solid", written)}
    return kept


def _join(one: State, two: State) -> State:
    return one & two


def _assume(test: n.Expr, truth: bool, state: State) -> State:
    return state | frozenset(_facts(uncast(test), truth))


def _facts(test: n.Expr, truth: bool) -> Iterator[Fact]:
    if isinstance(test, n.Name | n.Member):
        if truth:
            yield from _all_there(test)
    elif isinstance(test, n.Call):
        if truth:
            yield from _from_call(test)
    elif isinstance(test, n.Binary):
        yield from _from_comparison(test, truth)


def _from_call(test: n.Call) -> Iterator[Fact]:
    callee = uncast(test.callee)
    if dotted(callee) == "Array.isArray" and test.args:
        yield from _all_there(test.args[0])
    elif isinstance(callee, n.Member) and callee.optional:
        yield from _all_there(callee.object)


def _from_comparison(test: n.Binary, truth: bool) -> Iterator[Fact]:
    if test.op == "instanceof":
        if truth:
            yield from _all_there(test.left)
            yield from _named("instance", test.left)
        return
    if test.op == "in":
        if truth:
            yield from _all_there(test.right)
        return
    if test.op not in ("==", "===", "!=", "!=="):
        return
    equal = truth == test.op.startswith("=")
    left, right = uncast(test.left), uncast(test.right)
    for side, other in ((left, right), (right, left)):
        if isinstance(side, n.Unary) and side.op == "typeof" and isinstance(other, n.Str):
            yield from _from_typeof(side.value, other.value, equal)
        elif isinstance(other, n.Const) and other.value in ("null", "undefined"):
            loose = len(test.op) == 2
            if equal:
                yield from _named("equal", side)
            else:
                if loose or other.value == "undefined":
                    yield from _named("present", side)
                    yield from _prefixes(side)
                if loose or other.value == "null":
                    yield from _named("solid", side)
        elif equal and isinstance(side, n.Name | n.Member):
            yield from _named("equal", side)
            if isinstance(other, n.Str | n.Num | n.Const | n.Template):
                yield from _all_there(side)


def _from_typeof(value: n.Expr, kind: str, equal: bool) -> Iterator[Fact]:
    if kind == "undefined":
        if not equal:
            yield from _named("present", value)
            yield from _prefixes(value)
        return
    if not equal:
        return
    if kind in _PRIMITIVES:
        yield from _all_there(value)
        yield from _named("primitive", value)
    else:
        yield from _named("present", value)
        yield from _prefixes(value)
        yield from _named("equal", value)


def _named(kind: str, expr: n.Expr) -> Iterator[Fact]:
    name = dotted(expr)
    if name is not None:
        yield kind, name


def _all_there(expr: n.Expr) -> Iterator[Fact]:
    yield from _named("present", expr)
    yield from _named("solid", expr)
    yield from _prefixes(expr)


def _prefixes(expr: n.Expr) -> Iterator[Fact]:
    """What stands before a `?.` when the end of the chain is there."""
    node = uncast(expr)
    while isinstance(node, n.Member):
        inner = uncast(node.object)
        if node.optional:
            yield from _named("present", inner)
            yield from _named("solid", inner)
        node = inner
