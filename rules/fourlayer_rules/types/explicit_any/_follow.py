"""Follows a value through variables, patterns and names of functions."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.types.explicit_any._evidence import Evidence
from fourlayer_rules.types.explicit_any._guards import Guards
from fourlayer_rules.types.explicit_any._use import Event, Site, Use

if TYPE_CHECKING:
    from fourlayer.syntax.scope import Binding
    from fourlayer_rules.types.explicit_any._world import World

_LIMIT = 4000
"""Steps after which following gives up: a value that goes everywhere is not typed by its use."""


class Flow(NamedTuple):
    """An expression whose value a use describes.

    `sure`: known not to be undefined here; `risky`: TypeScript says that it may be, whatever its type:
    an array's item behind an index, what a map gives.
    """

    site: Site
    node: n.Expr
    use: Use
    sure: bool = False
    risky: bool = False


class Following(Evidence):
    """Keeps the expressions that are still to be looked at.

    `repairs` are expressions after which a `!` keeps the program compiling; `parsed` the names of schemas
    that parse the value; `complete` turns False where following gave up.
    """

    def __init__(self, world: World, *, judging: bool = False) -> None:
        super().__init__(world, judging=judging)
        self.guards = Guards()
        self.repairs: list[Event] = []
        self.parsed: set[str] = set()
        self.complete = True
        self._pending: deque[Flow] = deque()
        self._seen: set[tuple[int, int]] = set()
        self._steps = 0

    @abstractmethod
    def context(self, flow: Flow) -> None:
        """Note what the place of an expression asks of its value."""

    def follow(self, site: Site, node: n.Expr, use: Use, *, sure: bool = False, risky: bool = False) -> None:
        """Note what happens to an expression's value."""
        key = (id(node), id(use))
        if key not in self._seen:
            self._seen.add(key)
            self._pending.append(Flow(site, node, use, sure, risky))

    def run(self) -> None:
        """Work through everything that was noted."""
        while self._pending:
            self._steps += 1
            if self._steps > _LIMIT:
                self.complete = False
                return
            self.context(self._pending.popleft())

    def bind(self, site: Site, owner: n.Node, pattern: n.Node, use: Use, flow: Flow | None = None) -> None:
        """Note what happens to a value that a pattern takes apart; `owner` declares the names."""
        sure, risky = (flow.sure, flow.risky) if flow is not None else (False, False)
        if isinstance(pattern, n.Name):
            for binding in scopes_of(site.decl).declared_by(owner):
                if binding.node is pattern:
                    self.follow_binding(site, binding, use, sure=sure, risky=risky)
        elif isinstance(pattern, n.DefaultPattern):
            self.default(site, use, pattern.default)
            self.bind(site, owner, pattern.target, use, Flow(site, pattern.default, use, True))
        elif isinstance(pattern, n.ObjectPattern):
            self._bind_object(site, owner, pattern, use)
        elif isinstance(pattern, n.ArrayPattern):
            self._bind_array(site, owner, pattern, use)

    def _bind_object(self, site: Site, owner: n.Node, pattern: n.ObjectPattern, use: Use) -> None:
        use.demands = use.as_object = True
        for prop in pattern.props:
            if prop.key is None:
                use.lost = True
                continue
            inner = use.prop(prop.key)
            after: Flow | None = None
            if prop.default is not None:
                self.default(site, inner, prop.default)
                after = Flow(site, prop.default, inner, True)
            self.bind(site, owner, prop.target, inner, after)
        if pattern.rest is not None:
            self.bind(site, owner, pattern.rest, use)

    def _bind_array(self, site: Site, owner: n.Node, pattern: n.ArrayPattern, use: Use) -> None:
        use.demands = True
        item = use.each()
        for inner in pattern.items:
            self.bind(site, owner, inner, item, Flow(site, n.Const(0, 0, "undefined"), item, risky=True))
        if pattern.rest is not None:
            self.bind(site, owner, pattern.rest, use)

    def follow_binding(
        self, site: Site, binding: Binding, use: Use, *, sure: bool = False, risky: bool = False
    ) -> None:
        """Note the uses of a name, in closures and other declarations of the file too."""
        for name in binding.uses:
            self.follow(site, name, use, sure=sure, risky=risky)
        if binding.scope is site.decl.node:
            for other, name in self.world.references(site.path, binding.name):
                if other.decl is not site.decl:
                    self.follow(other, name, use, sure=sure, risky=risky)

    def pass_on(self, flow: Flow, parent: n.Expr) -> None:
        """The expression around has the same value."""
        self.follow(flow.site, parent, flow.use, sure=flow.sure, risky=flow.risky)

    def need(self, flow: Flow, node: n.Expr | None = None) -> None:
        """Something here must not be undefined."""
        flow.use.demands = True
        if flow.sure:
            return
        target = node or flow.node
        event = Event(flow.site, target)
        if flow.risky:
            if not self.guarded(event):
                self.repairs.append(event)
            return
        flow.use.hard.append(event)

    def guarded(self, event: Event, kind: str = "present") -> bool:
        """Whether a place is reached only where its value is there."""
        return self.guards.holds(event.site.decl, event.node, kind)

    def event(self, flow: Flow) -> Event | None:
        """The place as something that needs a value, after a risk is settled."""
        if flow.sure:
            return None
        if flow.risky:
            self.need(flow)
            return None
        return Event(flow.site, flow.node)

    def calls_of(self, site: Site, function: n.Function) -> list[tuple[Site, n.Call]]:
        """Every call of a function or method in its own file."""
        holder = site.decl.parent(function)
        found: list[tuple[Site, n.Call]] = []
        if isinstance(holder, n.ClassMember) and holder.name is not None:
            for where, member in self.world.this_references(site, holder.name):
                call = where.decl.parent(member)
                if isinstance(call, n.Call) and call.callee is member:
                    found.append((where, call))
            return found
        for where, name in self.names_of(site, function):
            call = where.decl.parent(name)
            if isinstance(call, n.Call) and call.callee is name:
                found.append((where, call))
        return found

    def names_of(self, site: Site, function: n.Function) -> list[tuple[Site, n.Name]]:
        """Every use in the file of the name that a function has."""
        holder = site.decl.parent(function)
        scopes = scopes_of(site.decl)
        owner: n.Node = holder if isinstance(holder, n.Declarator) else function
        found: list[tuple[Site, n.Name]] = []
        for binding in scopes.declared_by(owner):
            if binding.path != ():
                continue
            found += [(site, name) for name in binding.uses]
            if binding.scope is site.decl.node:
                others = self.world.references(site.path, binding.name)
                found += [(where, name) for where, name in others if where.decl is not site.decl]
        return found
