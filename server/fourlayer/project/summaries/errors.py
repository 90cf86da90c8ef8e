"""Where an error goes from the place at which it arises: which handlers map it, and whether it gets out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.classes import chain_of as bases_of
from fourlayer.project.exports import Declared, named
from fourlayer.project.follow import Follow, frame_at
from fourlayer.project.frames import Frame
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.flow import Analysis, analyse, function_around, functions_around
from fourlayer.syntax.glob import names_match
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.scope import Binding

BUILT_IN = frozenset(
    {
        "Error",
        "TypeError",
        "RangeError",
        "SyntaxError",
        "ReferenceError",
        "EvalError",
        "URIError",
        "AggregateError",
        "DOMException",
    }
)
_LATER = frozenset(
    {
        "setTimeout",
        "setInterval",
        "setImmediate",
        "on",
        "once",
        "addEventListener",
        "addListener",
        "subscribe",
        "nextTick",
        "queueMicrotask",
    }
)
_PASSES_ON = frozenset(
    {
        "then",
        "finally",
        "map",
        "flatMap",
        "filter",
        "forEach",
        "reduce",
        "some",
        "every",
        "find",
        "all",
        "race",
        "any",
        "retry",
        "pRetry",
        "withRetry",
        "execute",
        "run",
        "withRateLimit",
        "schedule",
        "fire",
        "wrap",
        "transaction",
        "startActiveSpan",
        "runWithContext",
        "withSpan",
        "Promise",
    }
)
"""What runs a function and hands on what it throws, where its code is out of reach."""
_GUARDED = ("IntegrationError", "ServiceError", "ProviderError")
_HOPS = 30


class Escape(NamedTuple):
    """An error that leaves the function of a declaration, or a function that is stored for later.

    `anchor` is what lets it go: the place where it arises, or the `throw` of a handler. `function` is the
    innermost function that it leaves for good; `stored` tells that this is kept, as a property or a
    variable of that name (empty: nobody knows where), and called later. `certain` is False where an
    unknown wrapper stands in between.
    """

    site: n.Node
    anchor: n.Node
    function: n.Function | None
    stored: str | None
    certain: bool


class Errors:
    """Answers where errors go inside one declaration."""

    def __init__(
        self, view: View, path: str, facts: FileFacts, decl: Decl, trail: frozenset[n.Node] = frozenset()
    ) -> None:
        self._view = view
        self._path = path
        self._facts = facts
        self._decl = decl
        self._trail = trail
        self._certain = True

    def of(self, site: n.Node, *, promise: bool) -> Escape | None:
        """How an error at a place gets out; None where it is mapped, or nobody waits for it.

        `promise`: it arises in a promise, and so where that is awaited; else where it stands.
        """
        self._certain = True
        return self._up(site, site, site, waiting=promise, hops=0)

    def _up(self, site: n.Node, anchor: n.Node, node: n.Node, *, waiting: bool, hops: int) -> Escape | None:
        """Go outward. `waiting` while the error is in a promise that was not awaited as yet."""
        decl = self._decl
        while hops < _HOPS:
            hops += 1
            parent = decl.parent(node)
            if parent is None:
                return None if isinstance(node, n.Stmt) and waiting else self._left(site, anchor, None, None)
            match parent:
                case n.Await():
                    waiting = False
                case n.Member() if waiting:
                    call = decl.parent(parent)
                    if isinstance(call, n.Call) and call.callee is parent:
                        caught = self._continued(parent.name, call)
                        if caught == ():
                            return None
                        anchor = caught[0] if caught else anchor
                        node = call
                        continue
                case n.Call() if parent.callee is not node and dotted(parent.callee) == "Promise.allSettled":
                    return None
                case n.Declarator() | n.Assign() if waiting:
                    return self._variable(site, anchor, parent, hops)
                case n.Try():
                    found = self._tried(parent, node)
                    if found is not None and not waiting:
                        if not found:
                            return None
                        anchor = node = found[0]
                        continue
                case n.ExprStmt() | n.Unary() if waiting:
                    return None
                case n.Function():
                    return self._out_of(site, anchor, parent, waiting=waiting, hops=hops)
                case _:
                    pass
            node = parent
        return None

    # Handlers

    def _tried(self, node: n.Try, part: n.Node) -> tuple[n.Node, ...] | None:
        """The throws by which a handler lets an error of the block go; None where it is not asked."""
        if part is not node.block or node.handler is None:
            return None
        bindings = scopes_of(self._decl).declared_by(node)
        names = [one for one in bindings if one.kind == "catch"]
        return self.lets_go(node.handler, names[0] if names else None)

    def _continued(self, name: str, call: n.Call) -> tuple[n.Node, ...] | None:
        """`.catch(handler)`, `.then(done, handler)`: what the handler lets go; None where there is none."""
        at = {"catch": 0, "then": 1}.get(name)
        if at is None or len(call.args) <= at:
            return None
        handler = uncast(call.args[at])
        if not isinstance(handler, n.Function):
            return ()
        if handler.body is None:
            return None
        params = scopes_of(self._decl).declared_by(handler.params[0]) if handler.params else ()
        return self.lets_go(handler, params[0] if params else None)

    def lets_go(self, body: n.Function | n.Stmt, caught: Binding | None) -> tuple[n.Node, ...]:
        """The nodes in a handler, and after it, that throw what it caught as it is."""
        if caught is None:
            return ()
        if isinstance(body, n.Function) and isinstance(body.body, n.Expr):
            value = _rejected(body.body)
            return (body.body,) if value is not None and self._is_caught(value, caught) else ()
        home = body if isinstance(body, n.Function) else function_around(self._decl, body)
        leaving = [
            node
            for node in walk(body)
            if isinstance(node, n.Throw | n.Return)
            and self._carries(node, caught)
            and function_around(self._decl, node) is home
        ]
        found: list[n.Node] = []
        if leaving:
            # A `Return` is noted when it is arrived at, as every statement is.
            result = analyse(body, False, Analysis(_unchanged, _both, self._assume(caught)), leaving)
            states = result.before
            found = [
                node
                for node in leaving
                if node in states and not self._value_mapped(_thrown(node), caught, states[node])
            ]
        return tuple(found) or tuple(self._kept(body, caught))

    def _carries(self, node: n.Throw | n.Return, caught: Binding) -> bool:
        """Whether a statement mentions the caught error as what it throws or rejects with."""
        return any(self._is_caught(one, caught) for one in _alternatives(_thrown(node)))

    def _value_mapped(self, value: n.Expr | None, caught: Binding, mapped: bool) -> bool:
        value = uncast(value) if value is not None else None
        if isinstance(value, n.Cond):
            assume = self._assume(caught)
            then, other = assume(value.test, True, mapped), assume(value.test, False, mapped)
            return self._value_mapped(value.then, caught, then) and self._value_mapped(
                value.other, caught, other
            )
        return mapped or value is None or not self._is_caught(value, caught)

    def _is_caught(self, expr: n.Expr, caught: Binding) -> bool:
        expr = uncast(expr)
        binding = scopes_of(self._decl).binding(expr)
        if binding is None or binding is caught:
            return binding is caught
        return binding.value is not None and binding is not caught and self._is_caught(binding.value, caught)

    def _kept(self, body: n.Node, caught: Binding) -> Iterator[n.Node]:
        """`last = error` in the handler and `throw last` after it."""
        for node in walk(body):
            if not isinstance(node, n.Assign) or not self._is_caught(node.value, caught):
                continue
            kept = scopes_of(self._decl).binding(node.target)
            for use in kept.uses if kept is not None else ():
                around: n.Node | None = self._decl.parent(use)
                while isinstance(around, n.Cast):
                    around = self._decl.parent(around)
                if isinstance(around, n.Throw):
                    yield around

    def _assume(self, caught: Binding) -> Callable[[n.Expr, bool, bool], bool]:
        """How a condition tells that the caught error is one of ours."""

        def assume(test: n.Expr, truth: bool, state: bool) -> bool:
            test = uncast(test)
            if isinstance(test, n.Unary) and test.op == "!":
                return assume(test.value, not truth, state)
            if not truth:
                return state
            if isinstance(test, n.Binary) and test.op == "instanceof" and self._is_caught(test.left, caught):
                return state or self._is_ours(dotted(test.right))
            if isinstance(test, n.Call) and test.args and self._is_caught(test.args[0], caught):
                name = (dotted(test.callee) or "").rpartition(".")[2]
                return state or (
                    name.startswith("is")
                    and name.endswith(("IntegrationError", "ServiceError", "ProviderError"))
                )
            return state

        return assume

    def _is_ours(self, name: str | None) -> bool:
        """Whether a class is an error of the workspace, not of the language or a package."""
        if name is None or name in BUILT_IN:
            return False
        head = name.partition(".")[0]
        if names_match(self._view.layout.symbols.get("base_errors", ()), name):
            return True
        found = named(self._view, self._path, self._facts, head)
        if isinstance(found, tuple):
            return True
        return found is not None and any(
            item.specifier.startswith(".")
            for item in self._facts.imports
            for b in item.names
            if b.local == head
        )

    # Functions

    def _variable(self, site: n.Node, anchor: n.Node, owner: n.Node, hops: int) -> Escape | None:
        """A promise in a variable: its error arises where the variable is awaited or returned."""
        scopes = scopes_of(self._decl)
        bindings = scopes.declared_by(owner)
        if isinstance(owner, n.Assign):
            held = scopes.binding(owner.target)
            bindings = (held,) if held is not None else ()
        for binding in bindings:
            for use in binding.uses:
                parent = self._decl.parent(use)
                if isinstance(parent, n.Await | n.Return | n.Array):
                    return self._up(site, anchor, use, waiting=True, hops=hops)
        return None

    def _out_of(
        self, site: n.Node, anchor: n.Node, function: n.Function, *, waiting: bool, hops: int
    ) -> Escape | None:
        decl = self._decl
        parent = decl.parent(function)
        while isinstance(parent, n.Cast):
            parent = decl.parent(parent)
        promised = function.is_async or waiting
        if isinstance(parent, n.Call):
            if uncast(parent.callee) is function:
                return self._up(site, anchor, parent, waiting=promised, hops=hops)
            return self._through(site, anchor, function, parent, waiting=promised, hops=hops)
        if isinstance(parent, n.New):
            if dotted(parent.callee) == "Promise":
                return None if promised else self._up(site, anchor, parent, waiting=True, hops=hops)
            return self._left(site, anchor, function, "")
        if isinstance(parent, n.FunctionDecl) and decl.parent(parent) is not None:
            return self._local(site, anchor, function, function.name, hops)
        if isinstance(parent, n.Declarator) and decl.parent(decl.parent(parent) or parent) is not None:
            name = parent.target.name if isinstance(parent.target, n.Name) else None
            return self._local(site, anchor, function, name, hops)
        if isinstance(parent, n.Prop):
            return self._left(site, anchor, function, parent.key or "")
        if isinstance(parent, n.Assign):
            name = (dotted(parent.target) or "") if isinstance(parent.target, n.Expr) else ""
            return self._left(site, anchor, function, name.rpartition(".")[2])
        if isinstance(parent, n.Return | n.Function):
            return self._left(site, anchor, function, "")
        return self._left(site, anchor, function, None)

    def _local(
        self, site: n.Node, anchor: n.Node, function: n.Function, name: str | None, hops: int
    ) -> Escape | None:
        """A function inside: its error arises where it is called, or handed to what calls it."""
        for binding in scopes_of(self._decl).bindings:
            if binding.name != name or function not in (binding.init, binding.owner):
                continue
            for use in binding.uses:
                parent = self._decl.parent(use)
                if isinstance(parent, n.Call) and any(
                    one is function for one in functions_around(self._decl, use)
                ):
                    continue
                if isinstance(parent, n.Call) and parent.callee is use:
                    found = self._up(site, anchor, parent, waiting=function.is_async, hops=hops)
                    if found is not None:
                        return found
                elif isinstance(parent, n.Call):
                    found = self._through(
                        site, anchor, function, parent, waiting=function.is_async, hops=hops
                    )
                    if found is not None:
                        return found
                else:
                    return self._left(site, anchor, function, "")
        return None

    def _through(
        self, site: n.Node, anchor: n.Node, function: n.Function, call: n.Call, *, waiting: bool, hops: int
    ) -> Escape | None:
        """A callback: what runs it may map what it throws."""
        callee = uncast(call.callee)
        name = callee.name if isinstance(callee, n.Name | n.Member) else ""
        if name in _LATER:
            return None
        if name == "catch" or (name == "then" and function is not uncast(call.args[0])):
            return self._up(site, anchor, call, waiting=True, hops=hops)
        maps = self._maps(call, function)
        if maps:
            return None
        if maps is None and name not in _PASSES_ON:
            self._certain = False
        return self._up(site, anchor, call, waiting=waiting, hops=hops)

    def _maps(self, call: n.Call, callback: n.Node) -> bool | None:
        """Whether a function of the workspace maps what its callback throws; None: it is out of reach."""
        decl = self._decl
        target = Follow(self._view).call(frame_at(self._path, self._facts, decl, call), call)
        if not isinstance(target, Frame) or target.function is None:
            return None
        place = next((at for at, arg in enumerate(call.args) if uncast(arg) is callback), None)
        if place is None:
            place = next((at for at, arg in enumerate(call.args) if isinstance(uncast(arg), n.Name)), None)
        if target.function in self._trail or place is None or place >= len(target.function.params):
            return False
        inner = Errors(self._view, target.path, target.facts, target.decl, self._trail | {target.function})
        return inner.maps_param(target.function.params[place])

    def maps_param(self, param: n.Param) -> bool | None:
        """Whether every error of a function parameter is mapped where it is called."""
        bindings = scopes_of(self._decl).declared_by(param)
        if len(bindings) != 1:
            return None
        seen = False
        for use in bindings[0].uses:
            parent = self._decl.parent(use)
            if not isinstance(parent, n.Call):
                return False
            seen = True
            if parent.callee is not use and self._maps(parent, use):
                continue
            if self.of(parent, promise=True) is not None:
                return False
        return seen

    def _left(self, site: n.Node, anchor: n.Node, function: n.Function | None, stored: str | None) -> Escape:
        return Escape(site, anchor, function, stored, self._certain)


def is_ours(view: View, declared: Declared) -> bool:
    """Whether a class is one of the shared errors, or extends one."""
    names = view.layout.symbols.get("base_errors", ())
    chain = bases_of(view, declared)
    return any(names_match(names, link.decl.name or "") for link in chain.links) or (
        chain.end is not None and names_match(names, chain.end.rpartition(".")[2])
    )


def _thrown(node: n.Throw | n.Return) -> n.Expr | None:
    """What a statement throws; of a `return` the argument of `Promise.reject`."""
    if isinstance(node, n.Throw):
        return node.value
    return _rejected(node.value) if node.value is not None else None


def _rejected(value: n.Expr) -> n.Expr | None:
    """The argument of `Promise.reject`."""
    value = bare(value)
    if isinstance(value, n.Call) and dotted(value.callee) == "Promise.reject" and value.args:
        return value.args[0]
    return None


def _alternatives(value: n.Expr | None) -> Iterator[n.Expr]:
    if isinstance(value, n.Cond):
        yield from _alternatives(value.then)
        yield from _alternatives(value.other)
    elif value is not None:
        yield value


def _unchanged(_node: n.Node, state: bool) -> bool:
    return state


def _both(one: bool, two: bool) -> bool:
    return one and two
