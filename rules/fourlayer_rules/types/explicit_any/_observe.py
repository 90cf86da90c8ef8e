"""Follows a value through the code and notes everything that its type would have to allow."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.types.explicit_any import _methods as methods
from fourlayer_rules.types.explicit_any._guards import Guards
from fourlayer_rules.types.explicit_any._use import Event, Site, TypeAt, Use
from fourlayer_rules.types.explicit_any._world import (
    ARRAYS,
    SAME,
    Callee,
    World,
    is_keyword,
    is_nothing,
    unwrapped,
)

if TYPE_CHECKING:
    from fourlayer.syntax.scope import Binding, Step

_LIMIT = 4000
"""Steps after which following gives up: a value that goes everywhere is not typed by its use."""
_PRIMITIVES = frozenset({"string", "number", "boolean", "bigint"})
_OPEN_TYPES = frozenset({"Record", "any", "unknown", "object"})
_COMPARE = frozenset({"===", "!==", "==", "!="})
_ARITHMETIC = frozenset({"-", "*", "/", "%", "**", "|", "&", "^", "<<", ">>", ">>>"})
_ORDER = frozenset({"<", ">", "<=", ">="})


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


class Observer:
    """Collects uses. `repairs` are expressions after which a `!` keeps the program compiling."""

    def __init__(self, world: World, *, judging: bool = False) -> None:
        self.world = world
        self.judging = judging
        """Whether only what `unknown` would break is of interest: what is declared `any` stays so."""
        self.guards = Guards()
        self.repairs: list[Event] = []
        self.parsed: set[str] = set()
        """Names of the schemas that parse the value."""
        self.complete = True
        self._pending: deque[Flow] = deque()
        self._seen: set[tuple[int, int]] = set()
        self._steps = 0

    # Entry points

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
            self._context(self._pending.popleft())

    def bind(self, site: Site, owner: n.Node, pattern: n.Node, use: Use, flow: Flow | None = None) -> None:
        """Note what happens to a value that a pattern takes apart; `owner` declares the names."""
        sure, risky = (flow.sure, flow.risky) if flow is not None else (False, False)
        if isinstance(pattern, n.Name):
            for binding in scopes_of(site.decl).declared_by(owner):
                if binding.node is pattern:
                    self.follow_binding(site, binding, use, sure=sure, risky=risky)
        elif isinstance(pattern, n.DefaultPattern):
            self._default(site, use, pattern.default)
            self.bind(site, owner, pattern.target, use, Flow(site, pattern.default, use, True))
        elif isinstance(pattern, n.ObjectPattern):
            use.demands = use.as_object = True
            for prop in pattern.props:
                if prop.key is None:
                    use.lost = True
                    continue
                inner = use.prop(prop.key)
                after: Flow | None = None
                if prop.default is not None:
                    self._default(site, inner, prop.default)
                    after = Flow(site, prop.default, inner, True)
                self.bind(site, owner, prop.target, inner, after)
            if pattern.rest is not None:
                self.bind(site, owner, pattern.rest, Use())
        elif isinstance(pattern, n.ArrayPattern):
            use.demands = True
            item = use.each()
            for inner_pattern in pattern.items:
                anchor = Flow(site, n.Const(0, 0, "undefined"), item, False, True)
                self.bind(site, owner, inner_pattern, item, anchor)
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

    def provide(self, site: Site, use: Use, expr: n.Expr) -> None:
        """Note a value that is given to what is observed."""
        if self.judging:
            return
        if isinstance(expr, n.Cast) and expr.op in ("as const", "satisfies", "!"):
            expr = expr.value
        if isinstance(expr, n.Await):
            self.provide(site, use, expr.value)
        elif isinstance(expr, n.Object):
            if any(isinstance(prop, n.Spread) or prop.key is None for prop in expr.props):
                use.open = True
                return
            use.literals.append(frozenset(p.key for p in expr.props if isinstance(p, n.Prop) and p.key))
            for prop in expr.props:
                if isinstance(prop, n.Prop) and prop.key is not None:
                    inner = use.prop(prop.key)
                    inner.provided = True
                    self.given(site, inner, prop.value)
        elif isinstance(expr, n.Array):
            use.as_array = True
            for item in expr.items:
                if isinstance(item, n.Spread):
                    use.each().unsure = True
                else:
                    self.given(site, use.each(), item)
        elif isinstance(expr, n.Cond):
            self.provide(site, use, expr.then)
            self.provide(site, use, expr.other)
        elif isinstance(expr, n.Binary) and expr.op in ("??", "||"):
            self.provide(site, use, expr.left)
            self.provide(site, use, expr.right)
        elif not (isinstance(expr, n.Const) and expr.value in ("null", "undefined")):
            at = self.world.static_type(site, expr)
            if at is not None and not is_keyword(at.type, "any"):
                use.given.append(unwrapped(at))
            elif self._is_built(site, expr):
                use.open = True

    def _is_built(self, site: Site, expr: n.Expr) -> bool:
        """Whether a value is an instance of a class."""
        expr = uncast(expr)
        if isinstance(expr, n.Name):
            binding = scopes_of(site.decl).binding(expr)
            if binding is not None and binding.type is None and binding.value is not None:
                return self._is_built(site, binding.value) if not isinstance(binding.value, n.Name) else False
        return isinstance(expr, n.New) and self.primitive(site, expr) is None

    def given(self, site: Site, use: Use, expr: n.Expr) -> None:
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
            elif not is_keyword(at.type, "any", "unknown") and not _holds_any(at.type):
                self.assign(use, unwrapped(at), None)
                use.provided = True
            else:
                use.unsure = True

    # Types that are asked for

    def assign(self, use: Use, at: TypeAt, event: Event | None) -> None:
        """Note that a value is used where a declared type is expected."""
        node = at.type
        if isinstance(node, n.TypeRef) and node.name in ("any", "unknown"):
            return
        use.demands = True
        if isinstance(node, n.TypeUnion) and node.op == "|":
            kept = [item for item in node.items if not is_nothing(item)]
            names = {_nothing(item) for item in node.items if is_nothing(item)}
            if event is not None and "undefined" not in names:
                use.hard.append(event)
            if len(kept) == 1:
                self.assign(use, TypeAt(at.site, kept[0]), None)
            elif all(isinstance(item, n.TypeLiteral) for item in kept):
                use.types.append(TypeAt(at.site, node))
            elif all(is_keyword(item, *_PRIMITIVES) for item in kept):
                use.weak.add("|".join(sorted(item.name for item in kept if isinstance(item, n.TypeRef))))
            else:
                use.types.append(TypeAt(at.site, node))
            return
        if event is not None:
            use.hard.append(event)
        if isinstance(node, n.TypeRef):
            if node.name in _PRIMITIVES:
                use.prims.add(node.name)
                return
            if node.name in ("object", "Object"):
                use.as_object = True
                return
            if node.name in SAME and node.args:
                self.assign(use, TypeAt(at.site, node.args[0]), None)
                return
            if node.name in ARRAYS and node.args and node.name in ("Array", "ReadonlyArray"):
                self.assign(use.each(), TypeAt(at.site, node.args[0]), None)
                return
            if node.name == "Record" and len(node.args) == 2:
                use.indexable = use.as_object = True
                if not is_keyword(node.args[1], "any", "unknown"):
                    self.assign(use.value(), TypeAt(at.site, node.args[1]), None)
                return
            if self._is_type_parameter(at, node.name):
                use.lost = True
                return
            use.types.append(at)
        elif isinstance(node, n.TypeArray):
            self.assign(use.each(), TypeAt(at.site, node.item), None)
        elif isinstance(node, n.TypeObject):
            use.as_object = True
            members = self.world.members(at) or {}
            for name, member in members.items():
                if member.type is not None and not member.optional and not member.method:
                    self.assign(use.prop(name), member.type, None)
        elif isinstance(node, n.TypeLiteral):
            use.types.append(at)
        else:
            use.types.append(at)

    def _is_type_parameter(self, at: TypeAt, name: str) -> bool:
        for around in (at.type, *at.site.decl.ancestors(at.type)):
            if isinstance(around, n.Function | n.TypeFunction | n.ClassDecl | n.InterfaceDecl | n.TypeAlias):
                if any(param.name == name for param in around.type_params):
                    return True
        owner = at.site.decl.owner
        head = owner.node if owner is not None else None
        return isinstance(head, n.ClassDecl) and any(param.name == name for param in head.type_params)

    def _default(self, site: Site, use: Use, default: n.Expr) -> None:
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

    # Contexts

    def _context(self, flow: Flow) -> None:
        """Note what the place of an expression asks of its value."""
        site, node, use = flow.site, flow.node, flow.use
        parent = site.decl.parent(node)
        if self.guards.holds(site.decl, node, "primitive") or self.guards.holds(site.decl, node, "instance"):
            return
        handler = _CONTEXTS.get(type(parent))
        if handler is not None:
            handler(self, flow, parent)
        elif isinstance(parent, n.Await | n.Sequence):
            self._pass_on(flow, parent)
        elif isinstance(parent, n.Throw | n.ExprStmt | n.Template):
            if isinstance(parent, n.Template):
                use.weak.add("number|string")
        else:
            use.demands = use.lost = True

    def _pass_on(self, flow: Flow, parent: n.Expr) -> None:
        self.follow(flow.site, parent, flow.use, sure=flow.sure, risky=flow.risky)

    def _need(self, flow: Flow, node: n.Expr | None = None) -> None:
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

    def _event(self, flow: Flow) -> Event | None:
        """The place as something that needs a value, after a risk is settled."""
        if flow.sure:
            return None
        if flow.risky:
            self._need(flow)
            return None
        return Event(flow.site, flow.node)

    def _member(self, flow: Flow, parent: n.Member) -> None:
        site, use = flow.site, flow.use
        if parent.optional:
            use.maybe = use.demands = True
        else:
            self._need(flow)
        outer = site.decl.parent(parent)
        while isinstance(outer, n.Cast) and outer.op == "!":
            parent, outer = _as_member(parent), site.decl.parent(outer)
        called = isinstance(outer, n.Call) and outer.callee is parent
        if called and isinstance(outer, n.Call):
            if outer.optional:
                use.prop(parent.name).maybe = True
            if self._method(flow, parent, outer):
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
        if parent.name == "size" and not use.props:
            use.guessed.discard("size")
        self.follow(site, parent, use.prop(parent.name))

    def _written(self, site: Site, use: Use, assign: n.Assign) -> None:
        if assign.op == "=" or assign.op in ("??=", "||="):
            use.provided = True
            if assign.op != "=":
                use.maybe = True
            self.given(site, use, assign.value)
        elif assign.op == "+=":
            kind = self.primitive(site, assign.value)
            use.prims.add(kind if kind in ("number", "string") else "number")
        else:
            use.prims.add("number")

    def _method(self, flow: Flow, member: n.Member, call: n.Call) -> bool:
        """A method call on the value; False where it is no method of a built-in kind."""
        site, use, name, args = flow.site, flow.use, member.name, call.args
        first = args[0] if args else None
        if use.is_map:
            return self._map_method(flow, name, call)
        if name in ("then", "catch", "finally"):
            if first is not None and name == "then":
                self._callback(site, first, (use,), ())
                self._result_of(site, first, call)
            return True
        if name in methods.UNIVERSAL:
            use.weak.add("number|string")
            return True
        if name in methods.NUMBER:
            use.prims.add("number")
            return True
        if name in methods.DATE:
            use.prims.add("Date")
            return True
        if name in methods.STRING or (name in methods.STRING_BY_ARGUMENT and _is_text(first, name)):
            if any(isinstance(arg, n.Object) for arg in args):
                return False
            use.prims.add("string")
            if name in ("split", "match"):
                self.follow(site, call, _texts(), risky=name == "match")
            return True
        if name in methods.ARRAY_CALLBACK and first is not None and not isinstance(first, n.Object | n.Str):
            self._array_callback(flow, name, call)
            return True
        if (name in methods.ARRAY and not isinstance(first, n.Object | n.Str)) or name == "join":
            self._array_method(flow, name, call)
            return True
        if name in ("push", "unshift"):
            for arg in args:
                self.given(site, use.each(), arg)
            return True
        if name in methods.EITHER:
            self._either(flow, name, call)
            return True
        return False

    def _map_method(self, flow: Flow, name: str, call: n.Call) -> bool:
        site, value = flow.site, flow.use.value()
        if name == "get":
            self.follow(site, call, value, risky=True)
        elif name == "set" and len(call.args) > 1:
            self.given(site, value, call.args[1])
            self.follow_argument_type(site, value, call.args[1])
        elif name == "forEach" and call.args:
            self._callback(site, call.args[0], (value,), ())
        elif name == "values":
            items = Use()
            items.item = value
            self.follow(site, call, items, sure=True)
        return True

    def follow_argument_type(self, site: Site, use: Use, expr: n.Expr) -> None:
        """A value that is handed in from a local variable is used there, too."""
        if isinstance(expr, n.Name):
            binding = scopes_of(site.decl).binding(expr)
            if binding is not None and binding.type is None and binding.path == () and not self.judging:
                for name in binding.uses:
                    if name is not expr:
                        self.follow(site, name, use)

    def _either(self, flow: Flow, name: str, call: n.Call) -> None:
        site, use = flow.site, flow.use
        use.weak.add("length")
        kind = self.primitive(site, call.args[0]) if call.args and name not in ("slice", "at") else None
        if name == "concat" and call.args and isinstance(call.args[0], n.Array):
            use.as_array = True
        if kind is not None and (name in ("includes", "indexOf", "lastIndexOf")):
            use.weak.add("text" if kind == "string" else "list")
            if kind != "string":
                use.each().guessed.add(kind)
        if name in ("slice", "concat"):
            self.follow(site, call, use, sure=True)
        elif name == "at":
            self.follow(site, call, use.each(), risky=True)

    def _array_method(self, flow: Flow, name: str, call: n.Call) -> None:
        site, use = flow.site, flow.use
        item = use.each()
        first = call.args[0] if call.args else None
        if name == "sort" and first is not None:
            self._callback(site, first, (item, item), ())
        if name in methods.SAME_ARRAY:
            self.follow(site, call, use, sure=True)
        elif name in ("pop", "shift"):
            self.follow(site, call, item, risky=True)
        elif name == "flat":
            self.follow(site, call, item, sure=True)
        elif name in ("push", "unshift"):
            for arg in call.args:
                self.given(site, item, arg)
        elif name == "join":
            item.weak.add("number|string")

    def _array_callback(self, flow: Flow, name: str, call: n.Call) -> None:
        site, use = flow.site, flow.use
        item = use.each()
        callback = uncast(call.args[0])
        known: tuple[Use | None, ...] = (None, item) if name.startswith("reduce") else (item,)
        self._callback(site, callback, known, call.args[1:])
        if name.startswith("reduce"):
            if len(call.args) == 1:
                self._callback(site, callback, (item, item), ())
            return
        if name == "filter":
            if isinstance(callback, n.Name) and callback.name == "Boolean":
                item.maybe = True
            self.follow(site, call, use, sure=True)
        elif name in ("find", "findLast"):
            self.follow(site, call, item, risky=True)
        elif name in ("map", "flatMap"):
            self._result_of(site, callback, call)

    def _result_of(self, site: Site, callback: n.Expr, call: n.Call) -> None:
        """What a callback returns comes out of the call; noted when a returned value is met."""

    def _callback(
        self, site: Site, callback: n.Expr, uses: tuple[Use | None, ...], rest: tuple[n.Expr, ...]
    ) -> None:
        """Hand values to the parameters of a function that is given as an argument."""
        callee = self.world.callee(site, callback)
        if callee is None:
            for use in uses:
                if use is not None and not (
                    isinstance(callback, n.Name) and callback.name in methods.HARMLESS
                ):
                    use.lost = use.demands = True
            return
        for position, use in enumerate(uses):
            param = self.world.param(callee, position)
            if param is not None and use is not None:
                self._into_param(callee, param, use, None)

    def _into_param(self, callee: Callee, param: n.Param, use: Use, flow: Flow | None) -> None:
        """A value arrives in a parameter."""
        if param.type is not None and not _is_any(param.type):
            at = TypeAt(callee.site, param.type)
            if param.rest:
                inner = self.world.item(at)
                if inner is None:
                    return
                at = inner
            soft = param.optional or param.default is not None
            if flow is not None and flow.risky and not soft and not _takes_undefined(at.type):
                self._need(flow)
            elif not _holds_any(param.type):
                event = (
                    Event(flow.site, flow.node) if flow is not None and not soft and not flow.sure else None
                )
                self.assign(use, at, event)
            else:
                self._partly_any(callee, at, param, use)
            return
        if self.judging and param.type is not None:
            return
        if not self.world.is_near(callee.site.path):
            use.lost = use.demands = True
            return
        if isinstance(callee.function, n.Function) and callee.function.body is not None and not param.rest:
            if param.type is None and not isinstance(param.target, n.Name | n.ObjectPattern | n.ArrayPattern):
                return
            self.bind(callee.site, param, param.target, use, flow)
            if param.type is None and flow is not None:
                use.demands = True

    def _partly_any(self, callee: Callee, at: TypeAt, param: n.Param, use: Use) -> None:
        """A parameter such as `any[]` or `{ content?: any }`: its shape, and what its code does."""
        use.demands = True
        node = at.type
        if isinstance(node, n.TypeArray) or (isinstance(node, n.TypeRef) and node.name in ARRAYS):
            use.as_array = True
        elif isinstance(node, n.TypeObject):
            use.as_object = True
            for prop in node.members:
                if prop.name is not None and prop.kind == "property":
                    inner = use.prop(prop.name)
                    inner.maybe = inner.maybe or prop.optional
        elif isinstance(node, n.TypeRef) and node.name == "Record":
            use.as_object = use.indexable = True
        if isinstance(callee.function, n.Function) and callee.function.body is not None:
            self.bind(callee.site, param, param.target, use)

    def _index(self, flow: Flow, parent: n.Index) -> None:
        site, use = flow.site, flow.use
        if parent.index is flow.node:
            self._need(flow)
            use.prims.add("string")
            return
        if parent.optional:
            use.maybe = use.demands = True
        else:
            self._need(flow)
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
                self._need(flow)
            self.follow(site, parent, use.call(len(parent.args)))
            return
        if flow.node in parent.args:
            self._argument(flow, parent, parent.args.index(flow.node))

    def _constructed(self, flow: Flow, parent: n.New) -> None:
        if flow.node in parent.args:
            self._argument(flow, parent, parent.args.index(flow.node))
        else:
            flow.use.demands = flow.use.lost = True

    def _argument(self, flow: Flow, call: n.Call | n.New, position: int) -> None:
        site, use = flow.site, flow.use
        name = dotted(call.callee) or ""
        spread_before = any(isinstance(arg, n.Spread) for arg in call.args[:position])
        if spread_before:
            use.demands = use.lost = True
            return
        if name in methods.HARMLESS or name in methods.HARMLESS_NUMBER or name.startswith("console."):
            if name == "Number":
                use.weak.add("number|string")
            if name == "Array.isArray":
                use.checked.add("array")
            return
        if name in ("Promise.resolve", "Promise.reject"):
            if name == "Promise.resolve":
                self._pass_on(flow, call)
            return
        if name == "Promise.all" or name in ("Set", "Array.from", "Object.fromEntries"):
            self._need(flow)
            use.as_array = True
            return
        if name in ("Object.keys", "Object.values", "Object.entries", "Object.assign"):
            self._object_function(flow, name, call)
            return
        if name == "Date" and isinstance(call, n.New) and position == 0:
            self._need(flow)
            use.weak.add("number|string")
            return
        if name in methods.EVERY_NUMBER:
            self._need(flow)
            use.prims.add("number")
            return
        expected = methods.GLOBAL_PARAMETERS.get(name)
        if expected is not None and position < len(expected):
            if expected[position]:
                if name not in ("Error", "TypeError", "RangeError"):
                    self._need(flow)
                use.demands = True
                use.prims.add(expected[position])
            return
        callee = (
            self.world.callee(site, call.callee)
            if isinstance(call, n.Call)
            else self._constructor(site, call)
        )
        if callee is None:
            self._method_argument(flow, call)
            return
        param = self.world.param(callee, position)
        if param is None:
            use.demands = use.lost = True
            return
        self._into_param(callee, param, use, flow)

    def _method_argument(self, flow: Flow, call: n.Call | n.New) -> None:
        """An argument of a method that is known by its object's type, or not at all."""
        site, use = flow.site, flow.use
        callee = uncast(call.callee)
        if isinstance(callee, n.Member):
            outer = self.world.static_type(site, callee.object)
            if outer is not None and callee.name in ("push", "unshift", "includes", "indexOf", "add"):
                item = self.world.item(outer)
                if item is not None:
                    if not _is_any(item.type):
                        self.assign(use, item, self._event(flow))
                    return
            if (
                outer is not None
                and isinstance(outer.type, n.TypeRef)
                and outer.type.name in ("Map", "WeakMap")
            ):
                position = call.args.index(flow.node)
                if callee.name in ("get", "set", "has", "delete") and position < len(outer.type.args):
                    wanted = outer.type.args[position]
                    if not _is_any(wanted):
                        self.assign(use, TypeAt(outer.site, wanted), self._event(flow))
                    else:
                        use.demands = True
                    return
            if callee.name in ("parse", "safeParse", "parseAsync", "safeParseAsync") and len(call.args) == 1:
                self.parsed.add((dotted(callee.object) or "").rpartition(".")[2])
                return
            if _is_logger(callee):
                return
            expected = methods.METHOD_PARAMETERS.get(callee.name, ())
            position = call.args.index(flow.node)
            kind = expected[position] if position < len(expected) else ""
            if kind and outer is None and not self._is_service(callee):
                if position == 0 or callee.name not in methods.OPTIONAL_SECOND:
                    self._need(flow)
                use.demands = True
                use.prims.add(kind)
                return
        use.demands = use.lost = True

    def _is_service(self, callee: n.Member) -> bool:
        """`this.client.search(x)`: methods of fields are not those of strings and arrays."""
        return isinstance(callee.object, n.Name) and callee.object.name == "this"

    def _constructor(self, site: Site, call: n.New) -> Callee | None:
        if not isinstance(call.callee, n.Name):
            return None
        found = self.world.named(site.path, call.callee.name)
        if found is None or found.decl.kind != "class":
            return None
        for member in found.decl.members:
            node = member.node
            if isinstance(node, n.ClassMember) and node.kind == "constructor" and node.function is not None:
                return Callee(Site(found.path, found.facts, member), node.function)
        return None

    def _object_function(self, flow: Flow, name: str, call: n.Call | n.New) -> None:
        use = flow.use
        self._need(flow)
        use.as_object = True
        if name in ("Object.values", "Object.entries"):
            use.keys = True
        if name == "Object.values":
            items = Use()
            items.item = use.value()
            self.follow(flow.site, call, items, sure=True)
        elif name == "Object.entries":
            use.value()

    def _binary(self, flow: Flow, parent: n.Binary) -> None:
        site, use, op = flow.site, flow.use, parent.op
        left = parent.left is flow.node
        other = parent.right if left else parent.left
        if op in _COMPARE:
            self._compared(flow, other)
        elif op in ("&&", "||", "??"):
            self._logical(flow, parent, left)
        elif op in _ARITHMETIC:
            self._need(flow)
            use.prims.add("number")
        elif op in _ORDER:
            self._need(flow)
            kind = self.primitive(site, other)
            if kind in ("string", "number"):
                use.prims.add(kind)
            elif kind == "Date":
                use.guessed.add("Date")
            else:
                use.weak.add("number")
        elif op == "+":
            kind = self.primitive(site, other)
            if kind == "number":
                self._need(flow)
                use.prims.add("number")
            elif kind == "string":
                use.weak.add("number|string")
            else:
                self._need(flow)
                use.weak.add("number")
        elif op == "instanceof":
            if left:
                use.checked.add("instanceof")
            else:
                use.demands = use.lost = True
        elif op == "in":
            use.demands = True
            if left:
                use.prims.add("string")
            else:
                use.as_object = True
                if isinstance(other, n.Str):
                    use.prop(other.value).maybe = True
        else:
            use.demands = use.lost = True

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
            if isinstance(at.type, n.TypeRef) and at.type.name in _PRIMITIVES:
                use.guessed.add(at.type.name)

    def _logical(self, flow: Flow, parent: n.Binary, left: bool) -> None:
        site, use = flow.site, flow.use
        if not left:
            self._pass_on(flow, parent)
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
        self._default(site, use, default)
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
            self._need(flow)
            if parent.op == "+":
                use.weak.add("number|string")
            else:
                use.prims.add("number")
        elif parent.op == "delete":
            use.demands = use.lost = True

    def _typeof(self, flow: Flow, parent: n.Unary) -> None:
        comparison = flow.site.decl.parent(parent)
        if isinstance(comparison, n.Binary) and comparison.op in _COMPARE:
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
            self._pass_on(flow, parent)

    def _test(self, flow: Flow, parent: n.If | n.Loop | n.Switch | n.Case) -> None:
        site, use = flow.site, flow.use
        if isinstance(parent, n.Loop) and parent.iterable is flow.node:
            self._need(flow)
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
                at is not None and not (isinstance(at.type, n.TypeRef) and at.type.name in _OPEN_TYPES)
            ):
                # What is spread must have what the whole is expected to have.
                use.lost = use.open = True
        else:
            self._need(flow)
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
        if _is_any(at.type) or is_keyword(at.type, "unknown"):
            return
        if isinstance(flow.node, n.Expr) and not _holds_any(at.type):
            self.assign(use, at, self._event(flow))
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
            or (isinstance(callee, n.Member) and _is_logger(callee))
        )

    def _array_literal(self, flow: Flow, parent: n.Array) -> None:
        self._expected(flow)

    def _returned(self, flow: Flow, parent: n.Node) -> None:
        """A value that a function gives back."""
        site, use = flow.site, flow.use
        function = parent if isinstance(parent, n.Function) else _function_around(site, parent)
        if isinstance(parent, n.Function) and parent.body is not flow.node:
            use.demands = use.lost = True
            return
        if function is None:
            use.demands = use.lost = True
            return
        if function.return_type is not None:
            at = TypeAt(site, function.return_type)
            if flow.use.prims or not _is_promise_use(flow):
                at = unwrapped(at)
            if _is_any(at.type) or is_keyword(at.type, "unknown"):
                return
            if _is_predicate(at.type):
                use.maybe = True
                return
            if _holds_any(at.type):
                use.demands = True
            elif _is_void(at.type):
                return
            else:
                self.assign(use, at, self._event(flow))
            return
        holder = site.decl.parent(function)
        if isinstance(holder, n.Call) and function in holder.args:
            self._returned_from_callback(flow, holder)
            return
        use.demands = True
        self._to_callers(flow, function)

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

    def _declared(self, flow: Flow, parent: n.Declarator) -> None:
        site, use = flow.site, flow.use
        if parent.init is not flow.node:
            use.demands = use.lost = True
            return
        if parent.type is not None and not _holds_any(parent.type):
            at = TypeAt(site, parent.type)
            if not is_keyword(parent.type, "unknown"):
                self.assign(use, at, self._event(flow))
            return
        if parent.type is not None and not _is_any(parent.type):
            use.demands = True
        if self.judging and _is_any(parent.type):
            return
        self.bind(site, parent, parent.target, use, flow)
        if site.decl.exported:
            use.demands = True

    def _assigned(self, flow: Flow, parent: n.Assign) -> None:
        site, use = flow.site, flow.use
        if parent.value is not flow.node:
            if isinstance(parent.target, n.Expr) and parent.target is flow.node and parent.op != "=":
                use.demands = True
                use.prims.add(
                    "number" if parent.op != "+=" else self.primitive(site, parent.value) or "number"
                )
            elif parent.target is flow.node:
                return
            else:
                use.demands = use.lost = True
            return
        if parent.op in ("-=", "*=", "/=", "%=", "**="):
            self._need(flow)
            use.prims.add("number")
            return
        if parent.op == "+=":
            kind = self.primitive(site, parent.target) if isinstance(parent.target, n.Expr) else None
            if kind == "string":
                use.weak.add("number|string")
            else:
                self._need(flow)
                use.prims.add("number")
            return
        target = parent.target
        at = self.world.static_type(site, target) if isinstance(target, n.Expr) else None
        if at is not None and not _holds_any(at.type):
            if not is_keyword(at.type, "unknown"):
                self.assign(use, at, self._event(flow))
            return
        if self.judging and at is not None and _is_any(at.type):
            return
        if isinstance(target, n.Name):
            binding = scopes_of(site.decl).binding(target)
            if binding is not None:
                if binding.type is not None and not _is_any(binding.type):
                    use.demands = True
                self.follow_binding(site, binding, use)
                return
        if (
            isinstance(target, n.Member)
            and isinstance(target.object, n.Name)
            and target.object.name == "this"
        ):
            if at is None:
                use.demands = True
            for where, member in self.world.this_references(site, target.name):
                if member is not target:
                    self.follow(where, member, use)
            return
        if isinstance(target, n.ObjectPattern | n.ArrayPattern):
            use.demands = use.lost = True
            return
        use.demands = True

    def _cast(self, flow: Flow, parent: n.Cast) -> None:
        site, use = flow.site, flow.use
        if parent.op == "!":
            use.maybe = True
            self.follow(site, parent, use, sure=True)
            return
        if parent.type is None or _is_any(parent.type):
            self._pass_on(flow, parent)
            return
        if is_keyword(parent.type, "unknown", "const"):
            return
        at = TypeAt(site, parent.type)
        if parent.op == "satisfies":
            self.assign(use, at, self._event(flow))
        elif _holds_any(parent.type):
            use.lost = True
        elif not self._is_type_parameter(at, parent.type.name if isinstance(parent.type, n.TypeRef) else ""):
            use.casts.append(at)

    # Expectations

    def expected_type(self, site: Site, node: n.Node, hops: int = 0) -> TypeAt | None:
        """The declared type of the place in which an expression stands."""
        parent = site.decl.parent(node)
        if hops > 12 or parent is None:
            return None
        if isinstance(parent, n.Declarator):
            if parent.type is not None:
                return unwrapped(TypeAt(site, parent.type))
            return self._expected_of_name(site, parent, hops)
        if isinstance(parent, n.Assign) and isinstance(parent.target, n.Expr):
            return self.world.static_type(site, parent.target) if parent.value is node else None
        if isinstance(parent, n.Return) or (isinstance(parent, n.Function) and parent.body is node):
            return self._expected_result(site, parent, hops)
        if isinstance(parent, n.Call | n.New) and isinstance(node, n.Expr) and node in parent.args:
            return self._expected_argument(site, parent, parent.args.index(node))
        if isinstance(parent, n.Prop):
            outer = site.decl.parent(parent)
            whole = self.expected_type(site, outer, hops + 1) if outer is not None else None
            members = self.world.members(whole) if whole is not None else None
            if members is None and whole is not None:
                return _record_value(whole)
            member = members.get(parent.key or "") if members else None
            return member.type if member is not None and not member.method else None
        if isinstance(parent, n.Array):
            whole = self.expected_type(site, parent, hops + 1)
            return self.world.item(whole) if whole is not None else None
        if isinstance(parent, n.Cond) and parent.test is not node:
            return self.expected_type(site, parent, hops + 1)
        if isinstance(parent, n.Binary) and (
            parent.op in ("||", "??") or (parent.op == "&&" and parent.right is node)
        ):
            return self.expected_type(site, parent, hops + 1)
        if isinstance(parent, n.Spread):
            outer = site.decl.parent(parent)
            return self.expected_type(site, outer, hops + 1) if isinstance(outer, n.Object) else None
        if isinstance(parent, n.Await | n.Sequence):
            return self.expected_type(site, parent, hops + 1)
        if isinstance(parent, n.Cast) and parent.op == "satisfies" and parent.type is not None:
            return TypeAt(site, parent.type)
        if isinstance(parent, n.Cast) and parent.op == "as const":
            return self.expected_type(site, parent, hops + 1)
        if isinstance(parent, n.Member):
            call = site.decl.parent(parent)
            if isinstance(call, n.Call) and call.callee is parent and parent.name in methods.SAME_ARRAY:
                return self.expected_type(site, call, hops + 1)
        if isinstance(parent, n.ClassMember) and parent.type is not None:
            return TypeAt(site, parent.type)
        return None

    def _expected_of_name(self, site: Site, declarator: n.Declarator, hops: int) -> TypeAt | None:
        if not isinstance(declarator.target, n.Name):
            return None
        for binding in scopes_of(site.decl).declared_by(declarator):
            for name in binding.uses[:8]:
                if isinstance(site.decl.parent(name), n.Member):
                    continue
                at = self.expected_type(site, name, hops + 3)
                if at is not None:
                    return at
        return None

    def _expected_result(self, site: Site, parent: n.Node, hops: int) -> TypeAt | None:
        function = parent if isinstance(parent, n.Function) else _function_around(site, parent)
        if function is None:
            return None
        if function.return_type is not None:
            return unwrapped(TypeAt(site, function.return_type))
        call = site.decl.parent(function)
        if not isinstance(call, n.Call) or function not in call.args:
            return None
        callee = uncast(call.callee)
        if isinstance(callee, n.Member) and callee.name in ("map", "flatMap", "then"):
            whole = self.expected_type(site, call, hops + 1)
            if whole is None or callee.name == "then":
                return whole
            item = self.world.item(whole)
            return whole if callee.name == "flatMap" else item
        if dotted(callee) == "Promise.all":
            return None
        return (
            self.expected_type(site, call, hops + 1)
            if not isinstance(callee, n.Member) or function.params == ()
            else None
        )

    def _expected_argument(self, site: Site, call: n.Call | n.New, position: int) -> TypeAt | None:
        callee = (
            self.world.callee(site, call.callee)
            if isinstance(call, n.Call)
            else self._constructor(site, call)
        )
        if callee is not None:
            param = self.world.param(callee, position)
            if param is None or param.type is None:
                return None
            at = TypeAt(callee.site, param.type)
            return self.world.item(at) if param.rest else at
        member = uncast(call.callee)
        if isinstance(member, n.Member) and member.name in ("push", "unshift", "add"):
            outer = self.world.static_type(site, member.object)
            return self.world.item(outer) if outer is not None else None
        if dotted(call.callee) == "Promise.resolve":
            return self.expected_type(site, call)
        return None

    # Primitive types of expressions

    def primitive(self, site: Site, expr: n.Expr | None) -> str | None:
        """`string`, `number`, `boolean` or `Date` where an expression surely is one."""
        if isinstance(expr, n.Cast) and expr.op == "as" and is_keyword(expr.type, *_PRIMITIVES):
            assert isinstance(expr.type, n.TypeRef)
            return expr.type.name
        expr = uncast(expr) if expr is not None else None
        if isinstance(expr, n.Str | n.Template):
            return "string"
        if isinstance(expr, n.Num):
            return "bigint" if expr.text.endswith("n") else "number"
        if isinstance(expr, n.Const):
            return "boolean" if expr.value in ("true", "false") else None
        if isinstance(expr, n.Unary):
            kinds = {
                "!": "boolean",
                "typeof": "string",
                "-": "number",
                "+": "number",
                "++": "number",
                "--": "number",
            }
            return kinds.get(expr.op)
        if isinstance(expr, n.Binary):
            if expr.op in _COMPARE or expr.op in _ORDER or expr.op in ("in", "instanceof"):
                return "boolean"
            if expr.op in _ARITHMETIC:
                return "number"
            left, right = self.primitive(site, expr.left), self.primitive(site, expr.right)
            if expr.op == "+":
                return (
                    "string" if "string" in (left, right) else "number" if left == right == "number" else None
                )
            return left if left == right else None
        if isinstance(expr, n.New):
            return "Date" if isinstance(expr.callee, n.Name) and expr.callee.name == "Date" else None
        if isinstance(expr, n.Call):
            name = dotted(expr.callee) or ""
            if name in methods.RESULTS:
                return methods.RESULTS[name]
            callee = uncast(expr.callee)
            if name.startswith("Math."):
                return "number"
            if isinstance(callee, n.Member) and callee.name in methods.STRING_RESULTS:
                return "string"
            if isinstance(callee, n.Member) and callee.name in ("toISOString", "join", "toString", "toFixed"):
                return "string"
            if isinstance(callee, n.Member) and callee.name == "getTime":
                return "number"
        if isinstance(expr, n.Member) and expr.name == "length":
            return "number"
        if isinstance(expr, n.Name):
            binding = scopes_of(site.decl).binding(expr)
            if binding is not None and binding.type is None and binding.value is not None:
                if not isinstance(binding.value, n.Name):
                    return self.primitive(site, binding.value)
            if binding is not None and binding.type is None and binding.path == () and binding.kind == "let":
                return self.primitive(site, binding.init) if binding.init is not None else None
            if binding is not None and isinstance(binding.owner, n.Param) and binding.type is None:
                if binding.path == () and binding.owner.default is not None:
                    return self.primitive(site, binding.owner.default)
            if binding is not None and isinstance(binding.owner, n.Loop) and binding.owner.kind == "in":
                return "string"
        at = self.world.static_type(site, expr) if expr is not None else None
        if at is not None and isinstance(at.type, n.TypeRef) and at.type.name in (*_PRIMITIVES, "Date"):
            return at.type.name
        return None


_CONTEXTS = {
    n.Member: Observer._member,
    n.Index: Observer._index,
    n.Call: Observer._called,
    n.New: Observer._constructed,
    n.Binary: Observer._binary,
    n.Unary: Observer._unary,
    n.Cond: Observer._cond,
    n.If: Observer._test,
    n.Loop: Observer._test,
    n.Switch: Observer._test,
    n.Case: Observer._test,
    n.Spread: Observer._spread,
    n.Prop: Observer._prop,
    n.Array: Observer._array_literal,
    n.Return: Observer._returned,
    n.Function: Observer._returned,
    n.Declarator: Observer._declared,
    n.Assign: Observer._assigned,
    n.Cast: Observer._cast,
}


def path_use(use: Use, path: tuple[Step, ...] | None) -> Use | None:
    """The use at the end of a destructuring path."""
    for step in path or ():
        use = use.each() if isinstance(step, int) else use.prop(step)
    return use if path is not None else None


def _as_member(member: n.Member) -> n.Member:
    return member


def _texts() -> Use:
    """The result of `split` or `match`: an array of strings, whose type nobody has to infer."""
    use = Use()
    use.each().prims.add("string")
    return use


def _is_text(first: n.Expr | None, name: str) -> bool:
    if name == "normalize":
        return first is None or isinstance(first, n.Str)
    if name == "repeat":
        return first is not None and not isinstance(first, n.Object)
    return isinstance(first, n.Regex | n.Str)


def _is_logger(callee: n.Member) -> bool:
    """`logger.info(...)`, `this.log.warn(...)`: takes whatever it is given."""
    if callee.name not in ("debug", "info", "warn", "error", "log", "trace", "fatal", "verbose"):
        return False
    owner = (dotted(callee.object) or "").rpartition(".")[2].lower()
    return owner in ("logger", "log", "console")


def _is_any(node: n.Node | None) -> bool:
    return is_keyword(node, "any")


def _holds_any(node: n.Node) -> bool:
    return any(_is_any(inner) for inner in walk(node))


def _is_void(node: n.Type) -> bool:
    return is_keyword(node, "void", "never")


def _is_predicate(node: n.Type) -> bool:
    return isinstance(node, n.TypeOther) and ("predicate" in node.kind or "assert" in node.kind)


def _is_promise_use(flow: Flow) -> bool:
    return False


def _nothing(node: n.Type) -> str:
    return node.text if isinstance(node, n.TypeLiteral) else node.name if isinstance(node, n.TypeRef) else ""


def _takes_undefined(node: n.Type) -> bool:
    if isinstance(node, n.TypeUnion) and node.op == "|":
        return any(_nothing(item) in ("undefined", "void") for item in node.items)
    return is_keyword(node, "unknown", "any", "undefined", "void")


def _record_value(at: TypeAt) -> TypeAt | None:
    node = at.type
    if isinstance(node, n.TypeRef) and node.name == "Record" and len(node.args) == 2:
        return TypeAt(at.site, node.args[1])
    return None


def _function_around(site: Site, node: n.Node) -> n.Function | None:
    for around in site.decl.ancestors(node):
        if isinstance(around, n.Function):
            return around
    return None
