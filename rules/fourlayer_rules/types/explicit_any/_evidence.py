"""Notes what declared types and given values say about a value."""

from __future__ import annotations

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import uncast
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.types.explicit_any._expect import Expectations
from fourlayer_rules.types.explicit_any._kinds import PRIMITIVES, holds_any, is_any, nothing_in
from fourlayer_rules.types.explicit_any._use import Event, Site, TypeAt, Use
from fourlayer_rules.types.explicit_any._world import SAME, World, is_keyword, is_nothing, unwrapped


class Evidence(Expectations):
    """Adds declared types and given values to uses.

    `judging`: only what `unknown` would break is of interest; what is declared `any` stays so.
    """

    def __init__(self, world: World, *, judging: bool) -> None:
        super().__init__(world)
        self.judging = judging

    # Types that are asked for

    def assign(self, use: Use, at: TypeAt, event: Event | None) -> None:
        """Note that a value is used where a declared type is expected."""
        node = at.type
        if is_keyword(node, "any", "unknown"):
            return
        use.demands = True
        if isinstance(node, n.TypeUnion) and node.op == "|":
            self._assign_union(use, at, node, event)
            return
        if event is not None:
            use.hard.append(event)
        if isinstance(node, n.TypeRef):
            self._assign_named(use, at, node)
        elif isinstance(node, n.TypeArray):
            self.assign(use.each(), TypeAt(at.site, node.item), None)
        elif isinstance(node, n.TypeObject):
            use.as_object = True
            for name, member in (self.world.members(at) or {}).items():
                if member.type is not None and not member.optional and not member.method:
                    self.assign(use.prop(name), member.type, None)
        else:
            use.types.append(at)

    def _assign_union(self, use: Use, at: TypeAt, node: n.TypeUnion, event: Event | None) -> None:
        kept = [item for item in node.items if not is_nothing(item)]
        if event is not None and not any(nothing_in(item) == "undefined" for item in node.items):
            use.hard.append(event)
        if len(kept) == 1:
            self.assign(use, TypeAt(at.site, kept[0]), None)
        elif all(is_keyword(item, *PRIMITIVES) for item in kept):
            use.weak.add("|".join(sorted(item.name for item in kept if isinstance(item, n.TypeRef))))
        else:
            use.types.append(at)

    def _assign_named(self, use: Use, at: TypeAt, node: n.TypeRef) -> None:
        if node.name in PRIMITIVES:
            use.prims.add(node.name)
        elif node.name in ("object", "Object"):
            use.as_object = True
        elif node.name in SAME and node.args:
            self.assign(use, TypeAt(at.site, node.args[0]), None)
        elif node.name in ("Array", "ReadonlyArray") and node.args:
            self.assign(use.each(), TypeAt(at.site, node.args[0]), None)
        elif node.name == "Record" and len(node.args) == 2:
            use.indexable = use.as_object = True
            if not is_keyword(node.args[1], "any", "unknown"):
                self.assign(use.value(), TypeAt(at.site, node.args[1]), None)
        elif is_type_parameter(at, node.name):
            use.lost = True
        else:
            use.types.append(at)

    # Values that are given

    def provide(self, site: Site, use: Use, expr: n.Expr) -> None:
        """Note a value that is given to what is observed."""
        if self.judging:
            return
        if isinstance(expr, n.Cast) and expr.op in ("as const", "satisfies", "!"):
            expr = expr.value
        if isinstance(expr, n.Await):
            self.provide(site, use, expr.value)
        elif isinstance(expr, n.Object | n.Array):
            self._provide_literal(site, use, expr)
        elif isinstance(expr, n.Cond):
            self.provide(site, use, expr.then)
            self.provide(site, use, expr.other)
        elif isinstance(expr, n.Binary) and expr.op in ("??", "||"):
            self.provide(site, use, expr.left)
            self.provide(site, use, expr.right)
        elif not (isinstance(expr, n.Const) and expr.value in ("null", "undefined")):
            at = self.world.static_type(site, expr)
            if at is not None and not is_any(at.type):
                use.given.append(unwrapped(at))
            elif self._is_built(site, expr):
                use.open = True

    def _provide_literal(self, site: Site, use: Use, expr: n.Object | n.Array) -> None:
        if isinstance(expr, n.Array):
            use.as_array = True
            for item in expr.items:
                if isinstance(item, n.Spread):
                    use.each().unsure = True
                else:
                    self.give(site, use.each(), item)
            return
        props = [prop for prop in expr.props if isinstance(prop, n.Prop) and prop.key is not None]
        if len(props) < len(expr.props):
            use.open = True
            return
        use.literals.append(frozenset(prop.key for prop in props if prop.key is not None))
        for prop in props:
            inner = use.prop(prop.key or "")
            inner.provided = True
            self.give(site, inner, prop.value)

    def _is_built(self, site: Site, expr: n.Expr) -> bool:
        """Whether a value is an instance of a class."""
        expr = uncast(expr)
        if isinstance(expr, n.Name):
            binding = scopes_of(site.decl).binding(expr)
            if binding is not None and binding.type is None and binding.value is not None:
                return self._is_built(site, binding.value) if not isinstance(binding.value, n.Name) else False
        return isinstance(expr, n.New) and self.primitive(site, expr) is None

    def give(self, site: Site, use: Use, expr: n.Expr) -> None:
        """Note a value that a member or item is given: its type is what the member may be."""
        kind = self.primitive(site, expr)
        if kind is not None:
            use.guessed.add(kind)
        elif isinstance(expr, n.Object | n.Array):
            self.provide(site, use, expr)
        elif isinstance(expr, n.Const) and expr.value == "null":
            use.null = True
        elif isinstance(expr, n.Const):
            use.maybe = True
        else:
            at = self.world.static_type(site, expr)
            if at is None:
                use.unsure = True
                use.open = use.open or self._is_built(site, expr)
            elif not is_keyword(at.type, "any", "unknown") and not holds_any(at.type):
                self.assign(use, unwrapped(at), None)
                use.provided = True
            else:
                use.unsure = True

    def default(self, site: Site, use: Use, default: n.Expr) -> None:
        """Note the value that stands in for a missing one."""
        use.maybe = True
        use.demands = True
        kind = self.primitive(site, default)
        if kind is not None:
            use.guessed.add(kind)
        elif isinstance(default, n.Array):
            use.as_array = True
            for item in default.items:
                inner = self.primitive(site, item)
                if inner is not None:
                    use.each().guessed.add(inner)
        elif isinstance(default, n.Object):
            use.as_object = True
            use.literals.append(frozenset(p.key for p in default.props if isinstance(p, n.Prop) and p.key))
        elif not isinstance(default, n.Const):
            at = self.world.static_type(site, default)
            if at is not None:
                self.assign(use, unwrapped(at), None)


def is_type_parameter(at: TypeAt, name: str) -> bool:
    """Whether a name stands for a type parameter of what is around a type."""
    for around in (at.type, *at.site.decl.ancestors(at.type)):
        if isinstance(
            around, n.Function | n.TypeFunction | n.ClassDecl | n.InterfaceDecl | n.TypeAlias
        ) and any(param.name == name for param in around.type_params):
            return True
    owner = at.site.decl.owner
    head = owner.node if owner is not None else None
    return isinstance(head, n.ClassDecl) and any(param.name == name for param in head.type_params)
