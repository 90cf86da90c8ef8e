"""Questions about paths over the lowered statements: what holds on every path, what is never reached.

One forward pass over the structure of a function body carries an abstract state. The asker says how an
expression changes the state and how the states of two paths join; loops run until nothing changes.
A closure is not executed where it stands, unless it is called there or handed to an array method.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.facts import children

if TYPE_CHECKING:
    from fourlayer.syntax.facts import Decl
    from fourlayer.syntax.scope import Binding

S = TypeVar("S")

_ROUNDS = 40
"""After so many rounds a loop is left as it is; states that only grow or shrink need two or three."""

_RUNS_CALLBACK = frozenset(
    {"every", "filter", "find", "findIndex", "flatMap", "forEach", "map", "reduce", "reduceRight", "some"}
)


class Analysis(NamedTuple, Generic[S]):
    """What a pass carries. All functions are pure; states compare by equality.

    `step(node, state)` is asked after a node's parts were evaluated: expressions, declarators and
    statements such as Return. `assume(test, truth, state)` refines the state where a condition came out
    as `truth`; None tells that it cannot.
    """

    step: Callable[[n.Node, S], S]
    join: Callable[[S, S], S]
    assume: Callable[[n.Expr, bool, S], S | None] | None = None


class Result(NamedTuple, Generic[S]):
    """The states at the watched nodes, and at the end. A node that is missing is never reached.

    `before` holds the state when control arrives at a node, `after` when it and its parts are done.
    `end` is the state where control falls off the end, `returned` the joined state of all returns
    (for an arrow without braces: after its expression).
    """

    before: dict[n.Node, S]
    after: dict[n.Node, S]
    end: S | None
    returned: S | None


def analyse(
    root: n.Function | n.Stmt | n.Expr, initial: S, analysis: Analysis[S], watch: Collection[n.Node] = ()
) -> Result[S]:
    """Run an analysis over a function's body (parameters are not looked at), statement or expression."""
    runner = _Runner(analysis, watch)
    body: n.Node | None = root.body if isinstance(root, n.Function) else root
    end: S | None = initial
    if isinstance(body, n.Stmt):
        end = runner.stmt(body, initial)
    elif isinstance(body, n.Expr):
        end = runner.expr(body, initial)
        if isinstance(root, n.Function):
            runner.leave(end)
            end = None
    return Result(runner.before, runner.after, end, runner.returned)


class _Frame(Generic[S]):
    """A loop, switch or labelled statement that jumps may leave."""

    __slots__ = ("breaks", "continues", "is_loop", "labels")

    def __init__(self, labels: tuple[str, ...], is_loop: bool) -> None:
        self.labels = labels
        self.is_loop = is_loop
        self.breaks: S | None = None
        self.continues: S | None = None


class _Runner(Generic[S]):
    def __init__(self, analysis: Analysis[S], watch: Collection[n.Node]) -> None:
        self._step = analysis.step
        self._join = analysis.join
        self._assume = analysis.assume
        self._watch = watch
        self._frames: list[_Frame[S]] = []
        self._labels: tuple[str, ...] = ()
        self._thrown: list[S | None] = []
        self.before: dict[n.Node, S] = {}
        self.after: dict[n.Node, S] = {}
        self.returned: S | None = None

    def leave(self, state: S | None) -> None:
        """A return with this state."""
        self.returned = self._merge(self.returned, state)

    def _merge(self, one: S | None, two: S | None) -> S | None:
        if one is None:
            return two
        return one if two is None else self._join(one, two)

    def _note(self, into: dict[n.Node, S], node: n.Node, state: S) -> None:
        if node in self._watch:
            into[node] = self._join(into[node], state) if node in into else state

    def _done(self, node: n.Node, state: S) -> S:
        state = self._step(node, state)
        self._note(self.after, node, state)
        if self._thrown:
            self._thrown[-1] = self._merge(self._thrown[-1], state)
        return state

    # Statements

    def stmt(self, node: n.Node, state: S | None) -> S | None:
        """The state after a statement; None where control does not get past it."""
        if state is None:
            return None
        self._note(self.before, node, state)
        after = self._stmt(node, state)
        if after is not None and not isinstance(node, n.Return | n.Throw):
            self._note(self.after, node, after)
        return after

    def _stmts(self, nodes: tuple[n.Stmt, ...], state: S | None) -> S | None:
        for node in nodes:
            state = self.stmt(node, state)
        return state

    def _stmt(self, node: n.Node, state: S) -> S | None:
        match node:
            case n.Block():
                return self._stmts(node.stmts, state)
            case n.ExprStmt():
                return self.expr(node.expr, state)
            case n.VarDecl():
                return self._declare(node, state)
            case n.Return() | n.Throw():
                self._leaving(node, state)
                return None
            case n.If():
                then, other = self.branch(node.test, state)
                skipped = self.stmt(node.other, other) if node.other is not None else other
                return self._merge(self.stmt(node.then, then), skipped)
            case n.Loop():
                return self._loop(node, state)
            case n.Switch():
                return self._switch(node, state)
            case n.Try():
                return self._try(node, state)
            case n.Labeled():
                return self._labeled(node, state)
            case n.Jump():
                self._jump(node, state)
                return None
            case n.FunctionDecl() | n.ClassDecl() | n.InterfaceDecl() | n.TypeAlias():
                return state
            case _:
                return self._parts(node, state)

    def _leaving(self, node: n.Return | n.Throw, state: S) -> None:
        after = self.expr(node.value, state) if node.value is not None else state
        if after is not None:
            after = self._done(node, after)
        if isinstance(node, n.Return):
            self.leave(after)

    def _declare(self, node: n.VarDecl, state: S) -> S | None:
        current: S | None = state
        for declarator in node.declarators:
            if declarator.init is not None:
                current = self.expr(declarator.init, current)
            if current is not None:
                current = self._done(declarator, current)
        return current

    def _labeled(self, node: n.Labeled, state: S) -> S | None:
        if isinstance(node.body, n.Loop | n.Labeled):
            self._labels = (*self._labels, node.label)
            return self.stmt(node.body, state)
        frame = _Frame[S]((node.label,), is_loop=False)
        self._frames.append(frame)
        after = self.stmt(node.body, state)
        self._frames.pop()
        return self._merge(after, frame.breaks)

    def _jump(self, node: n.Jump, state: S) -> None:
        for frame in reversed(self._frames):
            if node.label is not None and node.label not in frame.labels:
                continue
            if node.kind == "break" and (node.label is not None or not frame.labels or frame.is_loop):
                frame.breaks = self._merge(frame.breaks, state)
                return
            if node.kind == "continue" and frame.is_loop:
                frame.continues = self._merge(frame.continues, state)
                return

    def _loop(self, node: n.Loop, state: S) -> S | None:
        labels, self._labels = self._labels, ()
        entry: S | None = state
        if node.init is not None:
            run = self.stmt if isinstance(node.init, n.Stmt) else self.expr
            entry = run(node.init, entry)
        if node.iterable is not None:
            entry = self.expr(node.iterable, entry)
        out: S | None = None
        for _ in range(_ROUNDS):
            frame = _Frame[S](labels, is_loop=True)
            self._frames.append(frame)
            again, out = self._round(node, entry, frame)
            self._frames.pop()
            out = self._merge(out, frame.breaks)
            joined = self._merge(entry, again)
            if joined == entry:
                break
            entry = joined
        return out

    def _round(self, node: n.Loop, entry: S | None, frame: _Frame[S]) -> tuple[S | None, S | None]:
        """One round of a loop: the state when it starts again, and the one when it ends."""
        inside, out = entry, entry
        if node.kind == "do":
            inside = self._merge(self.stmt(node.body, inside), frame.continues)
            return self.branch(node.test, inside) if node.test is not None else (inside, inside)
        if node.test is not None:
            inside, out = self.branch(node.test, entry)
        elif node.kind == "for":
            out = None
        again = self._merge(self.stmt(node.body, inside), frame.continues)
        if node.update is not None:
            again = self.expr(node.update, again)
        return again, out

    def _switch(self, node: n.Switch, state: S) -> S | None:
        entry = self.expr(node.value, state)
        frame = _Frame[S]((), is_loop=False)
        self._frames.append(frame)
        falling: S | None = None
        for case in node.cases:
            if case.test is not None:
                entry = self.expr(case.test, entry)
            falling = self._stmts(case.stmts, self._merge(falling, entry))
        self._frames.pop()
        if all(case.test is not None for case in node.cases):
            falling = self._merge(falling, entry)
        return self._merge(falling, frame.breaks)

    def _try(self, node: n.Try, state: S) -> S | None:
        self._thrown.append(state)
        after = self.stmt(node.block, state)
        thrown = self._thrown.pop()
        if node.handler is not None:
            after = self._merge(after, self.stmt(node.handler, thrown))
        elif self._thrown:
            self._thrown[-1] = self._merge(self._thrown[-1], thrown)
        if node.finalizer is None:
            return after
        if after is None:
            self.stmt(node.finalizer, thrown)
            return None
        return self.stmt(node.finalizer, after)

    # Expressions

    def branch(self, test: n.Expr, state: S | None) -> tuple[S | None, S | None]:
        """The states in which a condition came out true, and false."""
        if state is None:
            return None, None
        match test:
            case n.Cast():
                return self.branch(test.value, state)
            case n.Unary(op="!"):
                true, false = self.branch(test.value, state)
                return false, true
            case n.Binary(op="&&"):
                true, false = self.branch(test.left, state)
                inner_true, inner_false = self.branch(test.right, true)
                return inner_true, self._merge(false, inner_false)
            case n.Binary(op="||"):
                true, false = self.branch(test.left, state)
                inner_true, inner_false = self.branch(test.right, false)
                return self._merge(true, inner_true), inner_false
            case n.Const(value="true"):
                return state, None
            case n.Const():
                return None, state
            case _:
                after = self.expr(test, state)
                return self._assumed(test, True, after), self._assumed(test, False, after)

    def _assumed(self, test: n.Expr, truth: bool, state: S | None) -> S | None:
        if state is None or self._assume is None:
            return state
        return self._assume(test, truth, state)

    def expr(self, node: n.Node, state: S | None) -> S | None:
        """The state after an expression; None where it is never finished."""
        if state is None:
            return None
        self._note(self.before, node, state)
        after = self._expr(node, state)
        return None if after is None else self._done(node, after)

    def _expr(self, node: n.Node, state: S) -> S | None:
        match node:
            case n.Function() | n.ClassExpr() | n.Type():
                return state
            case n.Cond():
                then, other = self.branch(node.test, state)
                return self._merge(self.expr(node.then, then), self.expr(node.other, other))
            case n.Binary(op="&&"):
                true, false = self.branch(node.left, state)
                return self._merge(false, self.expr(node.right, true))
            case n.Binary(op="||"):
                true, false = self.branch(node.left, state)
                return self._merge(true, self.expr(node.right, false))
            case n.Binary(op="??"):
                left = self.expr(node.left, state)
                return self._merge(left, self.expr(node.right, left))
            case n.Assign():
                if not isinstance(node.target, n.Name):
                    state_or_none = self._parts(node.target, state)
                else:
                    state_or_none = state
                value = self.expr(node.value, state_or_none)
                return self._merge(state_or_none, value) if node.op in ("??=", "||=", "&&=") else value
            case n.Call():
                return self._call(node, state)
            case _:
                return self._parts(node, state)

    def _call(self, node: n.Call, state: S) -> S | None:
        callee = uncast(node.callee)
        if isinstance(callee, n.Function):
            after = self._arguments(node, state)
            return self._body(callee, after)
        current = self.expr(node.callee, state)
        current = self._arguments(node, current)
        if isinstance(callee, n.Member) and callee.name in _RUNS_CALLBACK:
            for arg in node.args:
                if isinstance(arg, n.Function):
                    current = self._repeated(arg, current)
        return current

    def _arguments(self, node: n.Call, state: S | None) -> S | None:
        for arg in node.args:
            state = self.expr(arg, state)
        return state

    def _repeated(self, function: n.Function, state: S | None) -> S | None:
        """A callback that runs any number of times."""
        for _ in range(_ROUNDS):
            joined = self._merge(state, self._body(function, state))
            if joined == state:
                break
            state = joined
        return state

    def _body(self, function: n.Function, state: S | None) -> S | None:
        """A function that runs here: its returns go on here."""
        if state is None or function.body is None:
            return state
        outer, self.returned = self.returned, None
        frames, self._frames = self._frames, []
        run = self.stmt if isinstance(function.body, n.Stmt) else self.expr
        after = self._merge(run(function.body, state), self.returned)
        self.returned, self._frames = outer, frames
        return after

    def _parts(self, node: n.Node, state: S) -> S | None:
        current: S | None = state
        for child in children(node):
            if isinstance(child, n.Stmt):
                current = self.stmt(child, current)
            elif not isinstance(child, n.Type):
                current = self.expr(child, current)
        return current


# Questions


def function_around(decl: Decl, node: n.Node) -> n.Function | None:
    """The innermost function around a node."""
    for around in decl.ancestors(node):
        if isinstance(around, n.Function):
            return around
    return None


def functions_around(decl: Decl, node: n.Node) -> Iterator[n.Function]:
    """Every function around a node, innermost first."""
    for around in decl.ancestors(node):
        if isinstance(around, n.Function):
            yield around


def is_reached(root: n.Function | n.Stmt, node: n.Node) -> bool:
    """Whether control may arrive at a node of this function: not after a return, not in `if (false)`."""
    return node in analyse(root, True, _REACH, (node,)).before


def always_leaves(stmt: n.Stmt) -> bool:
    """Whether control never gets past a statement: it returns, throws or jumps on every path."""
    return analyse(stmt, True, _REACH).end is None


def holds_on_every_path(
    root: n.Function | n.Stmt, at: n.Node, predicate: Callable[[n.Node], bool]
) -> tuple[bool, bool]:
    """Whether a node that fulfils `predicate` was evaluated before `at` on every path, and on any.

    (False, True) means: in one branch only. A node that is never reached holds everything.
    """

    def step(node: n.Node, state: tuple[bool, bool]) -> tuple[bool, bool]:
        return (True, True) if predicate(node) else state

    result = analyse(root, (False, False), Analysis(step, _both), (at,))
    return result.before.get(at, (True, True))


def values_at(root: n.Function | n.Stmt, binding: Binding, at: n.Node) -> tuple[n.Expr, ...] | None:
    """The expressions that a local variable may have been given last when control arrives at a node.

    None where one of them is out of reach: a parameter, a destructuring, a loop, `+=`, a closure that
    writes it. The order is that of the source.
    """
    unknown: tuple[n.Expr | None, ...] = (None,)

    def step(node: n.Node, state: frozenset[n.Expr | None]) -> frozenset[n.Expr | None]:
        if node is binding.owner and isinstance(node, n.Declarator):
            return frozenset((node.init,) if binding.path == () else unknown)
        if isinstance(node, n.Assign) and node in binding.writes:
            plain = node.op == "=" and isinstance(node.target, n.Name)
            return frozenset((node.value,)) if plain else frozenset(unknown)
        if node in binding.writes:
            return frozenset(unknown)
        return state

    result = analyse(root, frozenset(unknown), Analysis(step, _union), (at,))
    found = result.before.get(at)
    if found is None or None in found or _written_in_closure(root, binding):
        return None
    return tuple(sorted((value for value in found if value is not None), key=lambda value: value.start))


def present_at(root: n.Function | n.Stmt, at: n.Node) -> frozenset[str]:
    """The dotted names that are known not to be null, undefined or empty when control arrives at a node."""

    def step(node: n.Node, state: frozenset[str]) -> frozenset[str]:
        if isinstance(node, n.Assign):
            name = dotted(node.target) if isinstance(node.target, n.Expr) else None
            return frozenset(one for one in state if name is None or not _within(one, name))
        return state

    def assume(test: n.Expr, truth: bool, state: frozenset[str]) -> frozenset[str]:
        name = _present(test, truth)
        return state | {name} if name is not None else state

    def join(one: frozenset[str], two: frozenset[str]) -> frozenset[str]:
        return one & two

    result = analyse(root, frozenset[str](), Analysis(step, join, assume), (at,))
    return result.before.get(at, frozenset())


def _within(name: str, written: str) -> bool:
    return name == written or name.startswith(written + ".")


def _present(test: n.Expr, truth: bool) -> str | None:
    """The dotted name that a test's outcome proves to be present."""
    test = uncast(test)
    if not isinstance(test, n.Binary):
        return dotted(test) if truth and isinstance(test, n.Name | n.Member) else None
    if test.op in ("==", "==="):
        equal = truth
    elif test.op in ("!=", "!=="):
        equal = not truth
    else:
        return None
    for side, other in ((test.left, test.right), (test.right, test.left)):
        if isinstance(other, n.Const) and other.value in ("null", "undefined") and not equal:
            return dotted(side)
        if isinstance(other, n.Str) and isinstance(side, n.Unary) and side.op == "typeof":
            kept = equal if other.value != "undefined" else not equal
            return dotted(side.value) if kept else None
    return None


def _both(one: tuple[bool, bool], two: tuple[bool, bool]) -> tuple[bool, bool]:
    return one[0] and two[0], one[1] or two[1]


def _union(one: frozenset[n.Expr | None], two: frozenset[n.Expr | None]) -> frozenset[n.Expr | None]:
    return one | two


def _unchanged(_node: n.Node, state: bool) -> bool:
    return state


def _any(one: bool, two: bool) -> bool:
    return one or two


_REACH: Analysis[bool] = Analysis(_unchanged, _any)


def _written_in_closure(root: n.Node, binding: Binding) -> bool:
    """Whether a function inside writes the variable: when that runs is not known."""
    stack = [(root, root)]
    writes = set(binding.writes)
    while stack:
        node, function = stack.pop()
        if node in writes and function is not root:
            return True
        inner = node if isinstance(node, n.Function) else function
        stack.extend((child, inner) for child in children(node))
    return False
