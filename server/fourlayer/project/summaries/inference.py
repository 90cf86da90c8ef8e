"""Infers what expressions are, from declared types, classes, calls and what is known of packages."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from fourlayer.project.classes import chain_of
from fourlayer.project.exports import Declared, Origin, exported, origin_in
from fourlayer.project.summaries import outside
from fourlayer.project.summaries.annotations import type_of
from fourlayer.project.summaries.members import class_member, property_of, type_member
from fourlayer.project.summaries.shapes import shape_called, shape_member, shape_of_package
from fourlayer.project.summaries.types import (
    BUILDER,
    PLAIN,
    PROMISE,
    UNKNOWN,
    Function,
    Gives,
    Keyed,
    Listed,
    Made,
    Members,
    Module,
    Place,
    Promised,
    Result,
    Shaped,
    Simple,
    Typed,
    Union,
    Written,
    union,
)
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import uncast
from fourlayer.syntax.functions import returns_of
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.scope import Binding

_DEEPEST = 32
"""After so many steps within one another a type is out of reach."""

_BODIES = 6
"""So many bodies are looked into within one another."""

_ITEMS = 8
"""So many items of an array literal are looked at."""

_SETTLING = frozenset({"then", "catch", "finally"})
_SAME_LIST = frozenset({"filter", "slice", "reverse", "concat", "sort", "toSorted", "toReversed"})
_ITEM = frozenset({"find", "findLast", "at", "pop", "shift"})
_PLAIN_NODES = (n.Str, n.Template, n.Num, n.Const, n.Regex, n.Unary)
_TYPE_ONLY = frozenset({"interface", "type", "import"})


class Inference:
    """Answers for one view."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._depth = 0
        self._forced: set[n.Node] = set()

    @contextmanager
    def _deeper(self) -> Generator[bool]:
        """Whether one may still go deeper."""
        self._depth += 1
        try:
            yield self._depth <= _DEEPEST
        finally:
            self._depth -= 1

    def enter(self, function: n.Function) -> bool:
        """Start to look into a function's body; False where that is being done already."""
        if function in self._forced or len(self._forced) >= _BODIES:
            return False
        self._forced.add(function)
        return True

    def leave(self, function: n.Function) -> None:
        """See `enter`."""
        self._forced.discard(function)

    # Expressions

    def of(self, expr: n.Expr, place: Place) -> Typed:
        """What an expression is."""
        if isinstance(expr, _PLAIN_NODES):
            return PLAIN
        with self._deeper() as allowed:
            return self._of(expr, place) if allowed else UNKNOWN

    def _of(self, expr: n.Expr, place: Place) -> Typed:
        match expr:
            case n.Name():
                return self._name(expr, place)
            case n.Member():
                return self.member(self.of(expr.object, place), expr.name)
            case n.Call():
                return self._call(expr, place)
            case n.Await():
                return self.awaited(self.of(expr.value, place))
            case n.New():
                return self._new(expr, place)
            case n.Cast():
                typed = expr.op in {"as", "<>"} and expr.type is not None
                return self.type(expr.type, place) if typed else self.of(expr.value, place)
            case n.Function():
                return Function(expr, place)
            case n.Object():
                return Written(expr, place)
            case n.Index():
                return self._index(expr, place)
            case n.Tagged():
                return self.called(self.of(expr.tag, place))
            case _:
                return self._composed(expr, place)

    def _composed(self, expr: n.Expr, place: Place) -> Typed:
        match expr:
            case n.Cond():
                return union((self.of(expr.then, place), self.of(expr.other, place)))
            case n.Binary(op="??" | "||"):
                return union((self.of(expr.left, place), self.of(expr.right, place)))
            case n.Binary(op="&&"):
                return self.of(expr.right, place)
            case n.Binary():
                return PLAIN
            case n.Assign(op="=" | "??=" | "||=" | "&&="):
                return self.of(expr.value, place)
            case n.Sequence():
                return self.of(expr.items[-1], place)
            case n.Array():
                return Listed(union(tuple(self._item(item, place) for item in expr.items[:_ITEMS])))
            case _:
                return UNKNOWN

    def _item(self, item: n.Expr, place: Place) -> Typed:
        if not isinstance(item, n.Spread):
            return self.of(item, place)
        spread = self.of(item.value, place)
        return spread.item if isinstance(spread, Listed) else UNKNOWN

    def _index(self, expr: n.Index, place: Place) -> Typed:
        owner = self.of(expr.object, place)
        if isinstance(expr.index, n.Str):
            return self.member(owner, expr.index.value)
        if isinstance(owner, Listed):
            return owner.item
        return owner.value if isinstance(owner, Keyed) and not owner.is_map else UNKNOWN

    # Names

    def dotted(self, name: str, place: Place) -> Typed:
        """What a dotted name of a file's top level is."""
        head, *rest = name.split(".")
        found = self._free(head, place)
        for step in rest:
            found = self.member(found, step)
        return found

    def _name(self, name: n.Name, place: Place) -> Typed:
        if name.name == "this":
            return Made(place.this) if place.this is not None else UNKNOWN
        if name.name == "super":
            links = chain_of(self.view, place.this).links if place.this is not None else ()
            return Made(links[1]) if len(links) > 1 else UNKNOWN
        binding = scopes_of(place.decl).binding(name)
        return self._bound(binding, place) if binding is not None else self._free(name.name, place)

    def _bound(self, binding: Binding, place: Place) -> Typed:
        if binding.path is None:
            return UNKNOWN
        found = self._owner(binding, place)
        for step in binding.path:
            if isinstance(step, int):
                found = found.item if isinstance(found, Listed) else UNKNOWN
            else:
                found = self.member(found, step)
        return found

    def _owner(self, binding: Binding, place: Place) -> Typed:
        """The whole value that a binding is taken out of."""
        owner = binding.owner
        if isinstance(owner, n.Declarator | n.Param) and owner.type is not None:
            return self.type(owner.type, place)
        if isinstance(owner, n.Declarator):
            return self.of(owner.init, place) if owner.init is not None else UNKNOWN
        if isinstance(owner, n.Param):
            return self.of(owner.default, place) if owner.default is not None else UNKNOWN
        if isinstance(owner, n.Function):
            return Function(owner, place)
        if isinstance(owner, n.Loop) and owner.iterable is not None and owner.kind != "in":
            gone = self.of(owner.iterable, place)
            item = gone.item if isinstance(gone, Listed) else UNKNOWN
            return self.awaited(item) if owner.kind == "await of" else item
        return UNKNOWN

    def _free(self, name: str, place: Place) -> Typed:
        origin = origin_in(self.view, place.path, place.facts, name)
        if origin is None:
            shape = outside.GLOBALS.get(name)
            return Shaped(shape) if shape is not None else UNKNOWN
        if not isinstance(origin, Origin):
            return UNKNOWN
        if origin.path is None:
            return self.imported(origin)
        if origin.name == "*":
            return Module(origin.path)
        return self._declared(origin.path, origin.name)

    def _declared(self, path: str, name: str) -> Typed:
        """What a value is that a file declares at its top level."""
        facts = self.view.shape(path)
        found = [d for d in facts.decls if name in d.names and d.kind not in _TYPE_ONLY] if facts else []
        if facts is None or not found or not found[0].trusted:
            return UNKNOWN
        decl = found[0]
        if decl.kind == "class":
            return Made(Declared(path, facts, decl), static=True)
        node = decl.node
        place = Place(path, facts, decl)
        if isinstance(node, n.FunctionDecl):
            return Function(node.function, place)
        return self._variable(node, name, place) if isinstance(node, n.VarDecl) else UNKNOWN

    def _variable(self, node: n.VarDecl, name: str, place: Place) -> Typed:
        self.view.facts(place.path)
        for declarator in node.declarators:
            if isinstance(declarator.target, n.Name) and declarator.target.name == name:
                if declarator.type is not None:
                    return self.type(declarator.type, place)
                return self.of(declarator.init, place) if declarator.init is not None else UNKNOWN
        return UNKNOWN

    def imported(self, origin: Origin, member: str = "") -> Typed:
        """What a name is that comes from a package, or something inside it."""
        shape = shape_of_package(origin.specifier)
        if shape is None:
            return UNKNOWN
        found: Typed = Shaped(shape)
        if origin.name != "*" and (origin.name != "default" or "default" in outside.SHAPES[shape]):
            found = shape_member(shape, origin.name)
        for step in member.split(".") if member else ():
            found = self.member(found, step)
        return found

    # Declared types

    def type(self, type_: n.Type | None, place: Place) -> Typed:
        """What a declared type is."""
        with self._deeper() as allowed:
            return type_of(self, type_, place) if allowed else UNKNOWN

    # Members

    def member(self, owner: Typed, name: str) -> Typed:
        """What a member of something is."""
        with self._deeper() as allowed:
            return self._member(owner, name) if allowed else UNKNOWN

    def _member(self, owner: Typed, name: str) -> Typed:
        match owner:
            case Made():
                return class_member(self, owner, name)
            case Members():
                return type_member(self, owner, name)
            case Written():
                return property_of(self, owner, name)
            case Module():
                found = exported(self.view, owner.path, name)
                if isinstance(found, Declared):
                    return self._declared(found.path, found.decl.name or name)
                return UNKNOWN
            case Shaped():
                return UNKNOWN if owner.made else shape_member(owner.shape, name)
            case Promised():
                known = name in _SETTLING
                return Gives(PROMISE) if known else Gives(BUILDER) if owner.builder else UNKNOWN
            case Union():
                return self._shared_member(owner, name)
            case _:
                return self._built_in_member(owner, name)

    def _built_in_member(self, owner: Typed, name: str) -> Typed:
        match owner:
            case Result():
                return self.member(self.force(owner), name)
            case Function() | Gives() if name in {"bind", "call", "apply"}:
                return Gives(owner) if name == "bind" else owner
            case Keyed(is_map=True):
                values = {"get": owner.value, "values": Listed(owner.value)}
                return Gives(values[name]) if name in values else Gives(PLAIN)
            case Keyed():
                return owner.value
            case Simple(kind="plain") | Listed():
                return Gives(PLAIN)
            case _:
                return UNKNOWN

    def _shared_member(self, owner: Union, name: str) -> Typed:
        """The member of whatever of several may have one."""
        return union(tuple(self.member(item, name) for item in owner.items if item != PLAIN))

    # Calls

    def _new(self, expr: n.New, place: Place) -> Typed:
        callee = uncast(expr.callee)
        made = self.of(callee, place)
        if isinstance(made, Made):
            return made._replace(static=False)
        if isinstance(made, Shaped):
            if made.shape == "Promise":
                return PROMISE
            return made._replace(given=tuple(self.type(arg, place) for arg in expr.type_args))
        if isinstance(callee, n.Name) and expr.type_args:
            return self.type(n.TypeRef(expr.start, expr.end, callee.name, expr.type_args), place)
        return UNKNOWN

    def _call(self, call: n.Call, place: Place) -> Typed:
        callee = uncast(call.callee)
        if isinstance(callee, n.Name) and callee.name == "import":
            return self._dynamic_import(call, place)
        if not isinstance(callee, n.Member):
            return self.called(self.of(callee, place))
        owner = self.of(callee.object, place)
        if isinstance(owner, Result):
            owner = self.force(owner)
        if callee.name in _SETTLING and owner == UNKNOWN and call.args:
            # Nothing but promises is told what to do when it settles.
            return PROMISE if any(isinstance(arg, n.Function) for arg in call.args) else UNKNOWN
        if callee.name == "map" and call.args and isinstance(owner, Listed | Simple):
            given = uncast(call.args[0])
            if isinstance(owner, Listed) or (isinstance(given, n.Function) and given.is_async):
                return Listed(self.called(self.of(given, place)))
        if isinstance(owner, Listed):
            return owner if callee.name in _SAME_LIST else owner.item if callee.name in _ITEM else PLAIN
        return self.called(self.member(owner, callee.name))

    def _dynamic_import(self, call: n.Call, place: Place) -> Typed:
        first = call.args[0] if call.args else None
        path = self.view.resolve(first.value, place.path).path if isinstance(first, n.Str) else None
        return Promised(Module(path) if path is not None else UNKNOWN)

    def called(self, callee: Typed) -> Typed:
        """What a call of something gives."""
        match callee:
            case Function():
                return self._result(callee)
            case Gives():
                return callee.result
            case Shaped():
                if callee.made:
                    return Shaped(callee.shape)
                return shape_called(callee.shape)
            case Union():
                return union(tuple(self.called(item) for item in callee.items if item != PLAIN))
            case Members():
                call = next((prop for prop in callee.type.members if prop.kind == "call"), None)
                return self.called(self.type(call.type, callee.place)) if call is not None else UNKNOWN
            case Result():
                return self.called(self.force(callee))
            case _:
                return UNKNOWN

    def _result(self, callee: Function) -> Typed:
        node, place = callee.node, callee.place
        if isinstance(node, n.TypeFunction):
            return self.type(node.result, place)
        if node.is_generator:
            return PLAIN
        if node.return_type is not None:
            found = self.type(node.return_type, place)
            return found if isinstance(found, Promised) or not node.is_async else PROMISE
        if node.is_async:
            return Promised(Result(node, place))
        return Result(node, place) if node.body is not None else UNKNOWN

    def force(self, result: Result) -> Typed:
        """What a function returns, told by its body."""
        function, place = result
        if not self.enter(function):
            return UNKNOWN
        self.view.facts(place.path)
        try:
            found = tuple(
                self.of(value, place) if value is not None else PLAIN for value in returns_of(function)
            )
        finally:
            self.leave(function)
        return union(tuple(self.awaited(one) for one in found) if function.is_async else found)

    def awaited(self, value: Typed) -> Typed:
        """What waiting for something gives."""
        match value:
            case Promised():
                return value.value
            case Union():
                return union(tuple(self.awaited(item) for item in value.items))
            case Result():
                return self.awaited(self.force(value))
            case _:
                return value


def place_of(path: str, facts: FileFacts, decl: Decl) -> Place:
    """The place of a declaration's own code."""
    owner = decl.owner
    this = Declared(path, facts, owner) if owner is not None and owner.kind == "class" else None
    return Place(path, facts, decl, this)
