"""Finds promises that nobody waits for in one declaration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from fourlayer.project.summaries.inference import place_of
from fourlayer.project.summaries.promises import Promises
from fourlayer.project.summaries.types import Function, Listed, Promised, Shaped
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.flow import function_around, functions_around
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.jobs._outlines import Outlines
from fourlayer_rules.jobs._timers import timer_of, written_timer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.project.summaries.types import Place, Typed
    from fourlayer.syntax.facts import Decl, FileFacts

Kind = Literal["call", "void", "empty", "handled", "builder", "list", "timer", "each", "unused"]


class Floating(NamedTuple):
    """One promise that nobody waits for.

    `node` is what the finding speaks of (a statement's expression, the call of a timer or of `forEach`, a
    variable's name), `promise` the expression whose promise is lost, `what` the timer's name, or "list" where
    a variable holds several.
    """

    kind: Kind
    node: n.Node
    promise: n.Expr
    handled: bool = False
    what: str = ""


class _Candidate(NamedTuple):
    kind: Literal["statement", "void", "call", "unused"]
    node: n.Node
    expr: n.Expr


class Finder:
    """Looks through the declarations of one file. `jobs`: timers stand for all that their callbacks lose."""

    def __init__(self, view: View, path: str, facts: FileFacts, *, jobs: bool) -> None:
        self._view = view
        self._path = path
        self._facts = facts
        self._jobs = jobs
        self._promises = Promises(view)
        self._outlines = Outlines(view, path, facts, self._promises)

    def of(self, decl: Decl) -> Iterator[Floating]:
        """What floats in a declaration, by place."""
        if not self._outlines.may_lose(decl):
            return
        place = place_of(self._path, self._facts, decl)
        seen: set[n.Node] = set()
        for candidate in _candidates(decl):
            found = self._judged(candidate, decl, place)
            if found is not None and found.node not in seen:
                seen.add(found.node)
                yield found

    def _judged(self, candidate: _Candidate, decl: Decl, place: Place) -> Floating | None:
        if candidate.kind == "call":
            return self._called_back(candidate.node, decl, place)
        if not self._in_request(decl, candidate.node):
            return None
        if candidate.kind == "unused":
            return self._kept_for_nobody(candidate, place)
        found = self._unhandled(candidate.expr, place)
        if found is None:
            return None
        return self._as_timer(decl, found) if self._jobs else found

    def _in_request(self, decl: Decl, node: n.Node) -> bool:
        """Whether code may run for a request: a file's top level and handlers of signals are entry points."""
        inside = False
        for function in functions_around(decl, node):
            inside = True
            around = decl.parent(function)
            if isinstance(around, n.Call) and dotted(around.callee) in {"process.on", "process.once"}:
                return False
        return inside

    def _as_timer(self, decl: Decl, found: Floating) -> Floating:
        """What is lost in a timer's callback, told of the timer."""
        for function in functions_around(decl, found.node):
            around = decl.parent(function)
            if isinstance(around, n.Call) and around.args[:1] == (function,):
                timer = timer_of(self._view, self._path, self._facts, decl, around)
                if timer is not None:
                    return Floating("timer", around, found.promise, found.handled, timer)
        return found

    # Expressions whose value nobody takes

    def _unhandled(self, expr: n.Expr, place: Place) -> Floating | None:
        match uncast(expr):
            case n.Sequence(items=items):
                found = (self._unhandled(item, place) for item in items)
                return next((one for one in found if one is not None), None)
            case n.Unary(op="void") as void:
                inner = self._unhandled(void.value, place)
                kind: Kind = "void" if inner is not None and inner.kind == "call" else "call"
                if inner is None:
                    return None
                return inner._replace(kind=kind if kind == "void" else inner.kind, node=void)
            case n.Cond() as cond:
                return self._unhandled(cond.then, place) or self._unhandled(cond.other, place)
            case n.Binary(op="&&" | "||" | "??") as both:
                return self._unhandled(both.right, place)
            case n.Call() as call:
                return self._unhandled_call(call, place)
            case n.Name() | n.Member() | n.New() | n.Tagged() as plain:
                return self._lost(plain, place)
            case _:
                return None

    def _unhandled_call(self, call: n.Call, place: Place) -> Floating | None:
        callee = uncast(call.callee)
        if isinstance(callee, n.Member) and callee.name == "finally":
            inner = self._unhandled(callee.object, place)
            return inner._replace(node=call) if inner is not None else None
        position = {"catch": 0, "then": 1}.get(callee.name) if isinstance(callee, n.Member) else None
        if position is None or len(call.args) <= position or not isinstance(callee, n.Member):
            return self._lost(call, place)
        if self._promises.of(call, place) is not True:
            return None
        if self._is_empty(call.args[position], place):
            return Floating("empty", call, call)
        if _passes_on(place.decl, call, call.args[position]):
            return None
        return Floating("handled", call, call, handled=True)

    def _lost(self, expr: n.Expr, place: Place) -> Floating | None:
        value = self._promises.inference.of(expr, place)
        if self._promises.judge(value) is True:
            builder = isinstance(value, Promised) and value.builder
            if builder and self._extends_variable(expr, place):
                return None
            return Floating("builder" if builder else "call", expr, expr)
        if isinstance(expr, n.Call) and self._promises.listed(value):
            return Floating("list", expr, expr)
        return None

    def _extends_variable(self, expr: n.Expr, place: Place) -> bool:
        """Whether a call adds to a builder that a variable holds, to be sent from there."""
        head = expr
        while isinstance(head, n.Call | n.Member):
            head = uncast(head.callee if isinstance(head, n.Call) else head.object)
        binding = scopes_of(place.decl).binding(head) if head is not expr else None
        value = self._promises.inference.of(head, place) if binding is not None else None
        return isinstance(value, Promised) and value.builder

    def _kept_for_nobody(self, candidate: _Candidate, place: Place) -> Floating | None:
        """What is lost in a variable that nobody reads."""
        value = self._promises.inference.of(candidate.expr, place)
        listed = self._promises.listed(value)
        if not listed and self._promises.judge(value) is not True:
            return None
        return Floating("unused", candidate.node, candidate.expr, what="list" if listed else "")

    def _is_empty(self, handler: n.Expr, place: Place) -> bool:
        """Whether a handler of errors does nothing at all."""
        value = self._promises.inference.of(handler, place)
        node = value.node if isinstance(value, Function) else None
        return isinstance(node, n.Function) and _does_nothing(node.body)

    # Callbacks

    def _called_back(self, node: n.Node, decl: Decl, place: Place) -> Floating | None:
        call = cast("n.Call", node)
        timer = timer_of(self._view, self._path, self._facts, decl, call)
        callee = uncast(call.callee)
        each = isinstance(callee, n.Member) and callee.name == "forEach"
        if timer is None and not each:
            return None
        if timer is None and self._gives_no_each(callee, place):
            return None
        kind: Kind = "timer" if timer is not None else "each"
        callback = uncast(call.args[0])
        body = callback.body if isinstance(callback, n.Function) and not callback.is_async else None
        if isinstance(body, n.Expr):
            found = self._unhandled(body, place)
            if found is None or found.kind in {"void", "builder", "list"} or isinstance(body, n.Unary):
                return None
            return Floating(kind, call, call, found.handled, timer or "forEach")
        result = self._promises.inference.called(self._promises.inference.of(callback, place))
        if self._promises.judge(result) is True:
            return Floating(kind, call, call, what=timer or "forEach")
        return None

    def _gives_no_each(self, callee: n.Expr, place: Place) -> bool:
        """Whether what has the `forEach` is known to wait for its callbacks: a class of the workspace."""
        owner = self._promises.inference.of(callee.object, place) if isinstance(callee, n.Member) else None
        return owner is not None and not isinstance(owner, Listed | Shaped) and _is_own(owner)


_PASSED = frozenset({"callback", "cb", "done", "fail", "next", "onError", "reject", "rej"})


def _passes_on(decl: Decl, call: n.Call, handler: n.Expr) -> bool:
    """Whether the error goes to whoever waits: a promise's `reject`, Express' `next`, a callback."""
    scopes = scopes_of(decl)

    def is_given(node: n.Node) -> bool:
        binding = scopes.binding(node)
        return binding is not None and isinstance(binding.owner, n.Param) and binding.name in _PASSED

    if is_given(uncast(handler)):
        return True
    calls = (node.callee for node in walk(handler) if isinstance(node, n.Call))
    return any(is_given(uncast(callee)) for callee in calls) or _in_executor(decl, call)


def _in_executor(decl: Decl, node: n.Node) -> bool:
    """Whether a node stands in the function that a promise is made with: that promise is waited for."""
    function = function_around(decl, node)
    around = decl.parent(function) if function is not None else None
    return isinstance(around, n.New) and dotted(around.callee) == "Promise"


def _is_own(owner: Typed) -> bool:
    from fourlayer.project.summaries.types import Made, Members

    return isinstance(owner, Made | Members)


def _candidates(decl: Decl) -> tuple[_Candidate, ...]:
    """Places of a declaration where a promise could be lost; they depend on its own text alone."""
    known = decl.chunk.memo.get(_candidates)
    if known is None:
        known = decl.chunk.memo[_candidates] = tuple(_looked_up(decl))
    return cast("tuple[_Candidate, ...]", known)


def _looked_up(decl: Decl) -> Iterator[_Candidate]:
    for node in walk(decl.node):
        if isinstance(node, n.ExprStmt):
            expr = node.expr
            if isinstance(expr, n.Assign):
                if expr.op == "=" and _unused(decl, expr.target, expr) and _may_lose(expr.value):
                    yield _Candidate("unused", expr.target, expr.value)
            elif not isinstance(expr, n.Await | n.Str):
                yield _Candidate("statement", expr, expr)
        elif isinstance(node, n.Unary) and node.op == "void":
            yield _Candidate("void", node, node)
        elif isinstance(node, n.Declarator):
            if node.init is not None and _may_lose(node.init) and _unused(decl, node.target, node):
                yield _Candidate("unused", node.target, node.init)
        elif isinstance(node, n.Call) and node.args:
            callee = uncast(node.callee)
            if written_timer(node) or (isinstance(callee, n.Member) and callee.name == "forEach"):
                yield _Candidate("call", node, node)


def _may_lose(value: n.Expr) -> bool:
    return isinstance(uncast(value), n.Call | n.New | n.Tagged)


def _unused(decl: Decl, target: n.Node, by: n.Node) -> bool:
    """Whether a local variable is never read."""
    binding = scopes_of(decl).binding(target)
    if binding is None or binding.path != () or binding.uses:
        return False
    return binding.owner is by if isinstance(by, n.Declarator) else isinstance(binding.owner, n.Declarator)


def _does_nothing(body: n.Block | n.Expr | None) -> bool:
    if isinstance(body, n.Block):
        return all(isinstance(stmt, n.Return) and _says_nothing(stmt.value) for stmt in body.stmts)
    return body is not None and _says_nothing(body)


def _says_nothing(value: n.Expr | None) -> bool:
    if isinstance(value, n.Unary):
        return value.op == "void" and isinstance(value.value, n.Num)
    empty = (isinstance(value, n.Object) and not value.props) or (
        isinstance(value, n.Array) and not value.items
    )
    return value is None or isinstance(value, n.Const) or empty
