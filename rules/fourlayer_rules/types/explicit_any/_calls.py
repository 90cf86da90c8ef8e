"""Notes what calls say about a value: of its methods, and of functions that it is handed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.types.explicit_any import _methods as methods
from fourlayer_rules.types.explicit_any._follow import Flow, Following
from fourlayer_rules.types.explicit_any._kinds import (
    holds_any,
    is_any,
    is_logger,
    is_text_method,
    takes_undefined,
)
from fourlayer_rules.types.explicit_any._use import Event, Site, TypeAt, Use
from fourlayer_rules.types.explicit_any._world import ARRAYS

if TYPE_CHECKING:
    from fourlayer_rules.types.explicit_any._world import Callee


_MAP_METHODS = frozenset({"get", "set", "has", "delete"})


class Calls(Following):
    """What is done to a value by calling."""

    # Methods of the value

    def method(self, flow: Flow, member: n.Member, call: n.Call) -> bool:
        """A method call on the value; False where it is no method of a built-in kind."""
        use, name = flow.use, member.name
        first = call.args[0] if call.args else None
        plain = not isinstance(first, n.Object | n.Str)
        if use.is_map:
            self._map_method(flow, name, call)
        elif name in ("then", "catch", "finally"):
            if first is not None and name == "then":
                self._callback(flow.site, first, (use,))
        elif name in methods.ARRAY_CALLBACK and first is not None and plain:
            self._array_callback(flow, name, call)
        elif (name in methods.ARRAY and plain) or name in ("join", "push", "unshift"):
            self._array_method(flow, name, call)
        elif name in methods.EITHER:
            self._either(flow, name, call)
        else:
            return self._scalar_method(flow, name, call)
        return True

    def _scalar_method(self, flow: Flow, name: str, call: n.Call) -> bool:
        """A method of strings, numbers, dates, or of everything."""
        use = flow.use
        first = call.args[0] if call.args else None
        if name in methods.UNIVERSAL:
            use.weak.add("number|string")
        elif name in methods.NUMBER:
            use.prims.add("number")
        elif name in methods.DATE:
            use.prims.add("Date")
        elif name in methods.STRING or (name in methods.STRING_BY_ARGUMENT and is_text_method(first, name)):
            if any(isinstance(arg, n.Object) for arg in call.args):
                return False
            use.prims.add("string")
            if name in ("split", "match"):
                self.follow(flow.site, call, _texts(), risky=name == "match")
        else:
            return False
        return True

    def _map_method(self, flow: Flow, name: str, call: n.Call) -> None:
        site, value = flow.site, flow.use.value()
        if name == "get":
            self.follow(site, call, value, risky=True)
        elif name == "set" and len(call.args) > 1:
            self.give(site, value, call.args[1])
            self.follow_argument_type(site, value, call.args[1])
        elif name == "forEach" and call.args:
            self._callback(site, call.args[0], (value,))
        elif name == "values":
            items = Use()
            items.item = value
            self.follow(site, call, items, sure=True)

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
            self._callback(site, first, (item, item))
        if name in methods.SAME_ARRAY:
            self.follow(site, call, use, sure=True)
        elif name in ("pop", "shift"):
            self.follow(site, call, item, risky=True)
        elif name == "flat":
            self.follow(site, call, item, sure=True)
        elif name in ("push", "unshift"):
            for arg in call.args:
                self.give(site, item, arg)
        elif name == "join":
            item.weak.add("number|string")

    def _array_callback(self, flow: Flow, name: str, call: n.Call) -> None:
        site, use = flow.site, flow.use
        item = use.each()
        callback = uncast(call.args[0])
        if name.startswith("reduce"):
            self._callback(site, callback, (None if len(call.args) > 1 else item, item))
            return
        self._callback(site, callback, (item,))
        if name == "filter":
            if isinstance(callback, n.Name) and callback.name == "Boolean":
                item.maybe = True
            self.follow(site, call, use, sure=True)
        elif name in ("find", "findLast"):
            self.follow(site, call, item, risky=True)

    def _callback(self, site: Site, callback: n.Expr, uses: tuple[Use | None, ...]) -> None:
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

    # Arguments

    def _into_param(self, callee: Callee, param: n.Param, use: Use, flow: Flow | None) -> None:
        """A value arrives in a parameter."""
        if param.type is not None and not is_any(param.type):
            at = TypeAt(callee.site, param.type)
            if param.rest:
                inner = self.world.item(at)
                if inner is None:
                    return
                at = inner
            soft = param.optional or param.default is not None
            if flow is not None and flow.risky and not soft and not takes_undefined(at.type):
                self.need(flow)
            elif not holds_any(param.type):
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

    def argument(self, flow: Flow, call: n.Call | n.New, position: int) -> None:
        """The value is an argument."""
        site, use = flow.site, flow.use
        if any(isinstance(arg, n.Spread) for arg in call.args[:position]):
            use.demands = use.lost = True
            return
        if self._built_in(flow, call, position):
            return
        callee = (
            self.world.callee(site, call.callee) if isinstance(call, n.Call) else self.constructor(site, call)
        )
        if callee is None:
            self._method_argument(flow, call)
            return
        param = self.world.param(callee, position)
        if param is None:
            use.demands = use.lost = True
        else:
            self._into_param(callee, param, use, flow)

    def _built_in(self, flow: Flow, call: n.Call | n.New, position: int) -> bool:
        """An argument of a function or constructor that every program knows; False for others."""
        use = flow.use
        name = dotted(call.callee) or ""
        if _is_harmless(name):
            if name == "Number":
                use.weak.add("number|string")
            elif name == "Array.isArray":
                use.checked.add("array")
        elif name == "Promise.reject":
            pass
        elif name == "Promise.resolve":
            self.pass_on(flow, call)
        elif name in methods.TAKES_ARRAY:
            self.need(flow)
            use.as_array = True
        elif name in methods.TAKES_OBJECT:
            self._object_function(flow, name, call)
        elif name == "Date" and isinstance(call, n.New) and position == 0:
            self.need(flow)
            use.weak.add("number|string")
        elif name in methods.EVERY_NUMBER:
            self.need(flow)
            use.prims.add("number")
        else:
            return self._global(flow, name, position)
        return True

    def _global(self, flow: Flow, name: str, position: int) -> bool:
        expected = methods.GLOBAL_PARAMETERS.get(name)
        if expected is None or position >= len(expected):
            return False
        if expected[position]:
            if name in methods.TAKES_UNDEFINED:
                flow.use.demands = True
            else:
                self.need(flow)
            flow.use.prims.add(expected[position])
        return True

    def _method_argument(self, flow: Flow, call: n.Call | n.New) -> None:
        """An argument of a method that is known by its object's type, or by its name alone."""
        use = flow.use
        callee = uncast(call.callee)
        if isinstance(callee, n.Member):
            position = call.args.index(flow.node)
            outer = self.world.static_type(flow.site, callee.object)
            if outer is not None and self._into_collection(flow, callee, outer, position):
                return
            if callee.name in methods.PARSERS and len(call.args) == 1:
                self.parsed.add((dotted(callee.object) or "").rpartition(".")[2])
                return
            if is_logger(callee):
                return
            if outer is None and self._by_method_name(flow, callee, position):
                return
        use.demands = use.lost = True

    def _into_collection(self, flow: Flow, callee: n.Member, outer: TypeAt, position: int) -> bool:
        """An argument of a method of an array, a set or a map whose type is declared."""
        wanted: TypeAt | None = None
        if callee.name in ("push", "unshift", "includes", "indexOf", "add"):
            wanted = self.world.item(outer)
        node = outer.type
        named = node if isinstance(node, n.TypeRef) and node.name in ("Map", "WeakMap") else None
        if named is not None and callee.name in _MAP_METHODS and position < len(named.args):
            wanted = TypeAt(outer.site, named.args[position])
        if wanted is None:
            return False
        if not is_any(wanted.type):
            self.assign(flow.use, wanted, self.event(flow))
        elif not self.judging:
            flow.use.demands = True
        return True

    def _by_method_name(self, flow: Flow, callee: n.Member, position: int) -> bool:
        """An argument of a method such as `slice`, where nothing says that it is another one."""
        expected = methods.METHOD_PARAMETERS.get(callee.name, ())
        kind = expected[position] if position < len(expected) else ""
        if not kind or (isinstance(callee.object, n.Name) and callee.object.name == "this"):
            return False
        if position == 0 or callee.name not in methods.OPTIONAL_SECOND:
            self.need(flow)
        flow.use.demands = True
        flow.use.prims.add(kind)
        return True

    def _object_function(self, flow: Flow, name: str, call: n.Call | n.New) -> None:
        use = flow.use
        self.need(flow)
        use.as_object = True
        if name in ("Object.values", "Object.entries"):
            use.keys = True
        if name == "Object.values":
            items = Use()
            items.item = use.value()
            self.follow(flow.site, call, items, sure=True)
        elif name == "Object.entries":
            use.value()


def _texts() -> Use:
    """The result of `split` or `match`: an array of strings, whose type nobody has to infer."""
    use = Use()
    use.each().prims.add("string")
    return use


def _is_harmless(name: str) -> bool:
    return name in methods.HARMLESS or name in methods.HARMLESS_NUMBER or name.startswith("console.")
