"""What happens to a query builder: its own chain, and what is added to it in later statements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeGuard, cast

from fourlayer.project.queries.model import Wrapper
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import Link, bare, chain_of, dotted
from fourlayer.syntax.flow import Analysis, analyse, function_around
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from fourlayer.syntax.facts import Decl
    from fourlayer.syntax.scope import Binding

_PLAIN_TAKERS = frozenset({"Promise", "expect", "console", "vi", "jest", "JSON", "Object", "Array"})


class Step(NamedTuple):
    """A call on the builder; `always` is False where only some paths that send the query make it."""

    link: Link
    always: bool


class Builder(NamedTuple):
    """A builder from its first call on. `node` is the chain that holds that call."""

    node: n.Expr
    steps: tuple[Step, ...]
    wrappers: tuple[Wrapper, ...]
    sent: bool

    def step(self, *names: str) -> Step | None:
        """The first step of one of the names."""
        return next((step for step in self.steps if step.link.name in names), None)


_Event = tuple[str, object]
"""What a call adds. Conditions on the same column are the same event, so that branches may each have one."""

_CONDITIONS = frozenset({"eq", "in", "is", "filter", "where", "andWhere", "whereIn", "whereNull"})


class _State(NamedTuple):
    """What was called on the builder: on every path, and on any. `must` is None before it exists."""

    must: frozenset[_Event] | None
    may: frozenset[_Event]


_NONE = _State(None, frozenset())


def _join(one: _State, two: _State) -> _State:
    if one.must is None or two.must is None:
        return _State(two.must if one.must is None else one.must, one.may | two.may)
    return _State(one.must & two.must, one.may | two.may)


class _Tracer:
    """Collects the uses of one builder inside a declaration."""

    def __init__(self, decl: Decl, first: n.Call | n.Function) -> None:
        self.decl = decl
        self.first = first
        self.aliases: list[Binding] = []
        self.links: dict[n.Node, Link] = {}
        self.wrappers: dict[n.Node, int] = {}
        self.terminals: list[n.Node] = []
        self.idle = 0
        self.sources: set[n.Node] = set()
        """The values that are this builder where they are assigned."""

    def climb(self, start: n.Expr) -> None:
        """Follow the builder from one of its expressions outward, until it is sent, named or dropped."""
        node: n.Node = start
        while True:
            self.sources.add(node)
            parent = self.decl.parent(node)
            if isinstance(parent, n.Cast) or _is_either(parent, node):
                node = parent
            elif isinstance(parent, n.Member) and parent.object is node:
                call = self._called(parent)
                if call is None:
                    self.terminals.append(node)
                    return
                if parent.name in ("then", "catch", "finally"):
                    self.terminals.append(node)
                    return
                self.links[call] = Link(
                    parent.name, call.args, call.type_args, call, parent.name_start, parent.optional, False
                )
                node = call
            elif isinstance(parent, n.Call) and node in parent.args and _may_wrap(parent):
                self.wrappers[parent] = parent.args.index(node)
                node = parent
            else:
                self._landed(node, parent)
                return

    def calls(self) -> Iterator[n.Node]:
        """The calls on the builder and those that it is handed to."""
        yield from self.links
        yield from self.wrappers

    def event(self, call: n.Node) -> _Event:
        """What a call adds to the builder."""
        link = self.links.get(call)
        if link is None:
            return ("", call)
        first = bare(link.args[0]) if link.args else None
        if isinstance(first, n.Str):
            return ("column" if link.name in _CONDITIONS else link.name, first.value)
        return (link.name, call)

    def _called(self, member: n.Member) -> n.Call | None:
        node: n.Node = member
        parent = self.decl.parent(node)
        while isinstance(parent, n.Cast):
            node, parent = parent, self.decl.parent(parent)
        return parent if isinstance(parent, n.Call) and parent.callee is node else None

    def _landed(self, node: n.Node, parent: n.Node | None) -> None:
        target: n.Node | None = None
        given = isinstance(parent, n.Declarator) and parent.init is node
        if given or (isinstance(parent, n.Assign) and parent.value is node):
            target = parent.target if isinstance(parent, n.Declarator | n.Assign) else None
        if isinstance(target, n.Name):
            binding = scopes_of(self.decl).binding(target)
            if binding is not None:
                if binding not in self.aliases:
                    self.aliases.append(binding)
                    for use in binding.uses:
                        self.climb(use)
                return
        if isinstance(parent, n.ExprStmt) or (isinstance(parent, n.Unary) and parent.op == "void"):
            self.idle += 1
            return
        self.terminals.append(node)


def _is_either(parent: n.Node | None, node: n.Node) -> TypeGuard[n.Expr]:
    """Whether the parent's value may be the node: a conditional, `??`, `||`."""
    if isinstance(parent, n.Cond):
        return parent.test is not node
    return isinstance(parent, n.Binary) and parent.op in ("??", "||")


def _may_wrap(call: n.Call) -> bool:
    name = dotted(call.callee)
    return name is None or (name.partition(".")[0] not in _PLAIN_TAKERS and name != "String")


def trace(decl: Decl, first: n.Call) -> Builder:
    """Everything that is called on the builder which the call `first` starts."""
    memo = decl.chunk.memo
    known = memo.get((trace, first))
    if known is None:
        tracer = _Tracer(decl, first)
        tracer.climb(first)
        known = memo[trace, first] = _built(tracer, outermost(decl, first))
    return cast("Builder", known)


def trace_parameter(decl: Decl, function: n.Function, position: int) -> Builder | None:
    """What a function calls on the builder that it is handed; None where its parameter is no plain name."""
    param = function.params[position] if position < len(function.params) else None
    binding = scopes_of(decl).binding(param.target) if param is not None else None
    if binding is None or not isinstance(param, n.Param) or not isinstance(param.target, n.Name):
        return None
    tracer = _Tracer(decl, function)
    tracer.aliases.append(binding)
    for use in binding.uses:
        tracer.climb(use)
    return _built(tracer, param.target)


def _built(tracer: _Tracer, node: n.Expr) -> Builder:
    calls = [(call, at) for call, at in tracer.wrappers.items() if isinstance(call, n.Call)]
    if tracer.aliases:
        must, may = _flow(tracer)
    else:
        must = may = frozenset[_Event](tracer.event(call) for call in tracer.calls())
    sure = {call for call in tracer.calls() if tracer.event(call) in must}
    seen = {call for call in tracer.calls() if tracer.event(call) in may}
    steps = tuple(Step(link, call in sure) for call, link in tracer.links.items() if call in seen)
    wrappers = tuple(Wrapper(call, call in sure, at) for call, at in calls if call in seen)
    return Builder(node, steps, wrappers, bool(tracer.terminals))


def _flow(tracer: _Tracer) -> tuple[frozenset[_Event], frozenset[_Event]]:
    """What is called on every path to each place that sends the query, and on any."""
    decl, first = tracer.decl, tracer.first
    events = {call: tracer.event(call) for call in tracer.calls()}
    everything = frozenset(events.values())
    writes = {write for alias in tracer.aliases for write in alias.writes}

    def step(node: n.Node, state: _State) -> _State:
        if node is first:
            return _State(frozenset(), frozenset())
        if state.must is not None and node in events:
            event = frozenset((events[node],))
            return _State(state.must | event, state.may | event)
        if isinstance(node, n.Assign) and node in writes and node.value not in tracer.sources:
            return _NONE
        return state

    given = isinstance(first, n.Function)
    root = first if isinstance(first, n.Function) else function_around(decl, first)
    body = root if root is not None else decl.node
    watched = {_inside(decl, terminal, root) for terminal in tracer.terminals}
    if not isinstance(body, n.Function | n.Stmt):
        return everything, everything
    start = _State(frozenset(), frozenset()) if given else _NONE
    result = analyse(body, start, Analysis(step, _join), watched)
    joined: _State | None = None
    for node in watched:
        state = result.after.get(node) or result.before.get(node)
        if state is not None and state.must is not None:
            joined = state if joined is None else _join(joined, state)
    if joined is None or joined.must is None:
        return everything, everything
    return joined.must, joined.may


def _inside(decl: Decl, node: n.Node, root: n.Function | None) -> n.Node:
    """The node, or the outermost function around it that lies inside `root`: where a closure is made."""
    found = node
    for around in decl.ancestors(node):
        if around is root:
            break
        if isinstance(around, n.Function):
            found = around
    return found


def outermost(decl: Decl, call: n.Expr) -> n.Expr:
    """The whole chain that goes on from an expression, casts and `await` between its links included."""
    node: n.Expr = call
    found: n.Expr = call
    while True:
        parent = decl.parent(node)
        if isinstance(parent, n.Cast | n.Await):
            node = parent
        elif (
            (isinstance(parent, n.Member) and parent.object is node)
            or (isinstance(parent, n.Call) and parent.callee is node)
            or (isinstance(parent, n.Index) and parent.object is node)
        ):
            node = found = parent
        else:
            return found


def receiver_name(expr: n.Expr) -> str:
    """The last name of what a call is made on: `this.db` -> `db`, `getClient()` -> `getClient`."""
    chain = chain_of(expr)
    names = [name for name in chain.names if name]
    return names[-1] if names else ""
