"""Notes everything that the code around a value asks of its type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.types.explicit_any import _methods as methods
from fourlayer_rules.types.explicit_any._calls import Calls
from fourlayer_rules.types.explicit_any._evidence import is_type_parameter
from fourlayer_rules.types.explicit_any._follow import Flow
from fourlayer_rules.types.explicit_any._kinds import (
    ARITHMETIC,
    COMPARE,
    OPEN_TYPES,
    ORDER,
    PRIMITIVES,
    function_around,
    holds_any,
    is_any,
    is_logger,
    is_predicate,
    is_void,
)
from fourlayer_rules.types.explicit_any._use import Site, TypeAt, Use
from fourlayer_rules.types.explicit_any._world import is_keyword, unwrapped


class Observer(Calls):
    """Collects the uses of values: one method for each kind of place."""

    def context(self, flow: Flow) -> None:
        """Note what the place of an expression asks of its value."""
        site, node, use = flow.site, flow.node, flow.use
        parent = site.decl.parent(node)
        if self.guards.holds(site.decl, node, "primitive") or self.guards.holds(site.decl, node, "instance"):
            return
        handler = self._CONTEXTS.get(type(parent)) if parent is not None else None
        if handler is not None:
            handler(self, flow, parent)
        elif isinstance(parent, n.Await | n.Sequence):
            self.pass_on(flow, parent)
        elif isinstance(parent, n.Template):
            use.weak.add("number|string")
        elif not isinstance(parent, n.Throw | n.ExprStmt):
            use.demands = use.lost = True

    def _member(self, flow: Flow, parent: n.Member) -> None:
        site, use = flow.site, flow.use
        if parent.optional:
            use.maybe = use.demands = True
        else:
            self.need(flow)
        outer = site.decl.parent(parent)
        while isinstance(outer, n.Cast) and outer.op == "!":
            outer = site.decl.parent(outer)
        called = isinstance(outer, n.Call) and outer.callee is parent
        if called and isinstance(outer, n.Call):
            if outer.optional:
                use.prop(parent.name).maybe = True
            if self.method(flow, parent, outer):
                return
            arguments = len(outer.args)
            target = use.prop(parent.name)
            target.demands = True
            self.follow(site, outer, target.call(arguments))
            return
        if parent.name == "length":
            use.weak.add("length")
            return
        if isinstance(outer, n.Assign) and outer.target is parent:
            self._written(site, use.prop(parent.name), outer)
            return
        if isinstance(outer, n.Unary) and outer.op == "delete":
            use.prop(parent.name).maybe = True
            return
        self.follow(site, parent, use.prop(parent.name))

    def _written(self, site: Site, use: Use, assign: n.Assign) -> None:
        if assign.op == "=" or assign.op in ("??=", "||="):
            use.provided = True
            if assign.op != "=":
                use.maybe = True
            self.give(site, use, assign.value)
        elif assign.op == "+=":
            kind = self.primitive(site, assign.value)
            use.prims.add(kind if kind in ("number", "string") else "number")
        else:
            use.prims.add("number")

    def _index(self, flow: Flow, parent: n.Index) -> None:
        site, use = flow.site, flow.use
        if parent.index is flow.node:
            self.need(flow)
            use.prims.add("string")
            return
        if parent.optional:
            use.maybe = use.demands = True
        else:
            self.need(flow)
        outer = site.decl.parent(parent)
        if isinstance(parent.index, n.Str):
            name = parent.index.value
            if isinstance(outer, n.Assign) and outer.target is parent:
                self._written(site, use.prop(name), outer)
            else:
                self.follow(site, parent, use.prop(name))
            return
        numeric = isinstance(parent.index, n.Num) or self.primitive(site, parent.index) == "number"
        inner = use.each() if numeric else use.value()
        if isinstance(outer, n.Assign) and outer.target is parent:
            self._written(site, inner, outer)
            return
        self.follow(site, parent, inner, risky=True)

    def _called(self, flow: Flow, parent: n.Call) -> None:
        site, use = flow.site, flow.use
        if parent.callee is flow.node:
            if parent.optional:
                use.maybe = use.demands = True
            else:
                self.need(flow)
            self.follow(site, parent, use.call(len(parent.args)))
            return
        if flow.node in parent.args:
            self.argument(flow, parent, parent.args.index(flow.node))

    def _constructed(self, flow: Flow, parent: n.New) -> None:
        if flow.node in parent.args:
            self.argument(flow, parent, parent.args.index(flow.node))
        else:
            flow.use.demands = flow.use.lost = True

    def _binary(self, flow: Flow, parent: n.Binary) -> None:
        use, op = flow.use, parent.op
        left = parent.left is flow.node
        other = parent.right if left else parent.left
        if op in COMPARE:
            self._compared(flow, other)
        elif op in ("&&", "||", "??"):
            self._logical(flow, parent, left)
        elif op in ARITHMETIC:
            self.need(flow)
            use.prims.add("number")
        elif op in ORDER:
            self._ordered(flow, other)
        elif op == "+":
            self._added(flow, other)
        elif op == "instanceof" and left:
            use.checked.add("instanceof")
        elif op == "in":
            self._membership(flow, other, left)
        else:
            use.demands = use.lost = True

    def _ordered(self, flow: Flow, other: n.Expr) -> None:
        self.need(flow)
        kind = self.primitive(flow.site, other)
        if kind in ("string", "number"):
            flow.use.prims.add(kind)
        elif kind == "Date":
            flow.use.guessed.add("Date")
        else:
            flow.use.weak.add("number")

    def _added(self, flow: Flow, other: n.Expr) -> None:
        kind = self.primitive(flow.site, other)
        if kind == "string":
            flow.use.weak.add("number|string")
            return
        self.need(flow)
        if kind == "number":
            flow.use.prims.add("number")
        else:
            flow.use.weak.add("number")

    def _membership(self, flow: Flow, other: n.Expr, left: bool) -> None:
        use = flow.use
        use.demands = True
        if left:
            use.prims.add("string")
            return
        use.as_object = True
        if isinstance(other, n.Str):
            use.prop(other.value).maybe = True

    def _compared(self, flow: Flow, other: n.Expr) -> None:
        site, use = flow.site, flow.use
        if self.guards.holds(site.decl, flow.node, "equal"):
            use.demands = True
        if isinstance(other, n.Const) and other.value in ("null", "undefined"):
            if other.value == "null":
                use.null = True
            if other.value == "undefined":
                use.maybe = True
            parent = site.decl.parent(flow.node)
            if isinstance(parent, n.Binary) and parent.op in ("==", "!="):
                use.maybe, use.null = True, use.null and False
            return
        kind = self.primitive(site, other)
        if kind is not None:
            use.guessed.add(kind)
            return
        at = self.world.static_type(site, other)
        if at is not None:
            at = unwrapped(at)
            if isinstance(at.type, n.TypeRef) and at.type.name in PRIMITIVES:
                use.guessed.add(at.type.name)

    def _logical(self, flow: Flow, parent: n.Binary, left: bool) -> None:
        site, use = flow.site, flow.use
        if not left:
            self.pass_on(flow, parent)
            return
        if parent.op == "&&":
            use.maybe = True
            outer = site.decl.parent(parent)
            if isinstance(outer, n.Spread):
                use.demands = True
                use.weak.add("truth")
            elif not isinstance(outer, n.ExprStmt | n.If | n.Loop) and not self._is_test(site, parent):
                # The falsy value comes out as well.
                use.demands = True
            return
        default = parent.right
        use.maybe = True
        if parent.op == "??" and isinstance(default, n.Const) and default.value in ("null", "undefined"):
            self.follow(site, parent, use, sure=default.value == "null" or flow.sure)
            return
        demands = use.demands
        self.default(site, use, default)
        use.demands = demands
        kind = self.primitive(site, default)
        sure = kind is not None or isinstance(default, n.Object | n.Array | n.Member | n.Name | n.Call)
        self.follow(site, parent, use, sure=sure)

    def _is_test(self, site: Site, node: n.Expr) -> bool:
        parent = site.decl.parent(node)
        while isinstance(parent, n.Binary) and parent.op in ("&&", "||"):
            node, parent = parent, site.decl.parent(parent)
        if isinstance(parent, n.If | n.Loop | n.Cond):
            return parent.test is node
        return isinstance(parent, n.Unary) and parent.op == "!"

    def _unary(self, flow: Flow, parent: n.Unary) -> None:
        use = flow.use
        if parent.op == "!":
            use.maybe = True
        elif parent.op == "typeof":
            self._typeof(flow, parent)
        elif parent.op in ("-", "+", "~", "++", "--"):
            self.need(flow)
            if parent.op == "+":
                use.weak.add("number|string")
            else:
                use.prims.add("number")
        elif parent.op == "delete":
            use.demands = use.lost = True

    def _typeof(self, flow: Flow, parent: n.Unary) -> None:
        comparison = flow.site.decl.parent(parent)
        if isinstance(comparison, n.Binary) and comparison.op in COMPARE:
            other = comparison.right if comparison.left is parent else comparison.left
            if isinstance(other, n.Str) and other.value == "undefined":
                flow.use.maybe = True
            elif isinstance(other, n.Str):
                flow.use.checked.add(other.value)
            return
        flow.use.checked.add("other")

    def _cond(self, flow: Flow, parent: n.Cond) -> None:
        if parent.test is flow.node:
            flow.use.maybe = True
        else:
            self.pass_on(flow, parent)

    def _test(self, flow: Flow, parent: n.If | n.Loop | n.Switch | n.Case) -> None:
        site, use = flow.site, flow.use
        if isinstance(parent, n.Loop) and parent.iterable is flow.node:
            self.need(flow)
            if parent.kind == "in":
                use.as_object = use.keys = True
                return
            if use.is_map:
                if isinstance(parent.target, n.ArrayPattern) and len(parent.target.items) > 1:
                    self.bind(site, parent, parent.target.items[1], use.value())
                return
            item = use.each()
            if parent.target is not None:
                self.bind(site, parent, parent.target, item)
        elif isinstance(parent, n.Switch):
            use.demands = True
            for case in parent.cases:
                kind = self.primitive(site, case.test) if case.test is not None else None
                if kind is not None:
                    use.guessed.add(kind)
        elif isinstance(parent, n.If | n.Loop):
            use.maybe = True

    def _spread(self, flow: Flow, parent: n.Spread) -> None:
        use = flow.use
        use.demands = True
        outer = flow.site.decl.parent(parent)
        if isinstance(outer, n.Object):
            use.as_object = True
            at = self.expected_type(flow.site, outer)
            if (at is None and self._is_argument(flow.site, outer)) or (
                at is not None and not (isinstance(at.type, n.TypeRef) and at.type.name in OPEN_TYPES)
            ):
                # What is spread must have what the whole is expected to have.
                use.lost = use.open = True
        else:
            self.need(flow)
            use.each()

    def _is_argument(self, site: Site, node: n.Expr) -> bool:
        call = site.decl.parent(node)
        return isinstance(call, n.Call | n.New) and not self._is_harmless_literal(site, node)

    def _prop(self, flow: Flow, parent: n.Prop) -> None:
        if parent.value is not flow.node:
            flow.use.demands = True
            flow.use.prims.add("string")
            return
        self._expected(flow)

    def _expected(self, flow: Flow) -> None:
        """The value lands where a type may be declared."""
        site, use = flow.site, flow.use
        if self._is_harmless_literal(site, flow.node):
            return
        at = self.expected_type(site, flow.node)
        if at is None:
            use.demands = True
            return
        if is_any(at.type) or is_keyword(at.type, "unknown"):
            return
        if not holds_any(at.type):
            self.assign(use, at, self.event(flow))
        else:
            use.demands = True

    def _is_harmless_literal(self, site: Site, node: n.Node) -> bool:
        """Inside a literal that is only logged or turned into JSON."""
        parent = site.decl.parent(node)
        while isinstance(parent, n.Prop | n.Object | n.Array):
            node, parent = parent, site.decl.parent(parent)
        if not isinstance(parent, n.Call) or node is parent.callee:
            return False
        name = dotted(parent.callee) or ""
        callee = uncast(parent.callee)
        return (
            name in methods.HARMLESS
            or name.startswith("console.")
            or (isinstance(callee, n.Member) and is_logger(callee))
        )

    def _item(self, flow: Flow, _parent: n.Array) -> None:
        self._expected(flow)

    def _returned(self, flow: Flow, parent: n.Node) -> None:
        """A value that a function gives back."""
        site, use = flow.site, flow.use
        function = parent if isinstance(parent, n.Function) else function_around(site, parent)
        if isinstance(parent, n.Function) and parent.body is not flow.node:
            use.demands = use.lost = True
            return
        if function is None:
            use.demands = use.lost = True
            return
        if function.return_type is not None:
            self._into_result(flow, unwrapped(TypeAt(site, function.return_type)))
            return
        holder = site.decl.parent(function)
        if isinstance(holder, n.Call) and function in holder.args:
            self._returned_from_callback(flow, holder)
            return
        use.demands = True
        self._to_callers(flow, function)

    def _into_result(self, flow: Flow, at: TypeAt) -> None:
        """The value is given back as a declared type."""
        use = flow.use
        if is_predicate(at.type):
            use.maybe = True
        elif is_any(at.type) or is_keyword(at.type, "unknown") or is_void(at.type):
            return
        elif holds_any(at.type):
            use.demands = True
        else:
            self.assign(use, at, self.event(flow))

    def _returned_from_callback(self, flow: Flow, call: n.Call) -> None:
        site, use = flow.site, flow.use
        callee = uncast(call.callee)
        name = callee.name if isinstance(callee, n.Member) else ""
        if name in ("filter", "some", "every", "find", "findIndex", "findLast"):
            use.maybe = True
            return
        if name == "forEach":
            return
        use.demands = True
        if name in ("map", "flatMap"):
            result = use
            if name == "map":
                result = Use()
                result.item = use
            self.follow(site, call, result, sure=True)
        elif name == "sort":
            use.weak.add("number")
        elif name == "then":
            self.follow(site, call, use)
        elif name in ("reduce", "reduceRight"):
            kind = self.primitive(site, call.args[1]) if len(call.args) > 1 else None
            if kind is not None:
                use.prims.add(kind)
        else:
            # A wrapper such as `withRetry(() => call())` mostly hands the result through.
            self.follow(site, call, use)

    def _to_callers(self, flow: Flow, function: n.Function) -> None:
        """The result of a function without a declared one goes to those who call it in the file."""
        for site, call in self.calls_of(flow.site, function):
            self.follow(site, call, flow.use)

    def _declared(self, flow: Flow, parent: n.Declarator) -> None:
        site, use = flow.site, flow.use
        if parent.init is not flow.node:
            use.demands = use.lost = True
            return
        if parent.type is not None and not holds_any(parent.type):
            at = TypeAt(site, parent.type)
            if not is_keyword(parent.type, "unknown"):
                self.assign(use, at, self.event(flow))
            return
        if parent.type is not None and not is_any(parent.type):
            use.demands = True
        if self.judging and is_any(parent.type):
            return
        self.bind(site, parent, parent.target, use, flow)
        if site.decl.exported:
            use.demands = True

    def _assigned(self, flow: Flow, parent: n.Assign) -> None:
        site, use = flow.site, flow.use
        if parent.value is not flow.node:
            self._assigned_to(flow, parent)
            return
        if parent.op in ("-=", "*=", "/=", "%=", "**="):
            self.need(flow)
            use.prims.add("number")
            return
        target = parent.target
        if parent.op == "+=":
            self._added(flow, target if isinstance(target, n.Expr) else parent.value)
            return
        at = self.world.static_type(site, target) if isinstance(target, n.Expr) else None
        if at is not None and not holds_any(at.type):
            self.assign(use, at, self.event(flow))
        elif not (self.judging and at is not None and is_any(at.type)):
            self._stored(flow, target, at)

    def _assigned_to(self, flow: Flow, parent: n.Assign) -> None:
        """The value stands on the left: it is replaced, or counted up."""
        use = flow.use
        if parent.target is not flow.node:
            use.demands = use.lost = True
        elif parent.op != "=":
            use.demands = True
            kind = self.primitive(flow.site, parent.value) if parent.op == "+=" else None
            use.prims.add(kind or "number")

    def _stored(self, flow: Flow, target: n.Node, at: TypeAt | None) -> None:
        """The value goes on in a variable or field."""
        site, use = flow.site, flow.use
        binding = scopes_of(site.decl).binding(target)
        if binding is not None:
            if binding.type is not None and not is_any(binding.type):
                use.demands = True
            self.follow_binding(site, binding, use)
        elif (
            isinstance(target, n.Member)
            and isinstance(target.object, n.Name)
            and target.object.name == "this"
        ):
            if at is None:
                use.demands = True
            for where, member in self.world.this_references(site, target.name):
                if member is not target:
                    self.follow(where, member, use)
        else:
            use.demands = True
            use.lost = use.lost or isinstance(target, n.ObjectPattern | n.ArrayPattern)

    def _cast(self, flow: Flow, parent: n.Cast) -> None:
        site, use = flow.site, flow.use
        if parent.op == "!":
            use.maybe = True
            self.follow(site, parent, use, sure=True)
            return
        if parent.type is None or is_any(parent.type):
            self.pass_on(flow, parent)
            return
        if is_keyword(parent.type, "unknown", "const"):
            return
        at = TypeAt(site, parent.type)
        if parent.op == "satisfies":
            self.assign(use, at, self.event(flow))
        elif holds_any(parent.type):
            use.lost = True
        elif not is_type_parameter(at, parent.type.name if isinstance(parent.type, n.TypeRef) else ""):
            use.casts.append(at)

    _CONTEXTS: ClassVar[dict[type[n.Node], Callable[[Observer, Flow, Any], None]]] = {
        n.Member: _member,
        n.Index: _index,
        n.Call: _called,
        n.New: _constructed,
        n.Binary: _binary,
        n.Unary: _unary,
        n.Cond: _cond,
        n.If: _test,
        n.Loop: _test,
        n.Switch: _test,
        n.Case: _test,
        n.Spread: _spread,
        n.Prop: _prop,
        n.Array: _item,
        n.Return: _returned,
        n.Function: _returned,
        n.Declarator: _declared,
        n.Assign: _assigned,
        n.Cast: _cast,
    }
