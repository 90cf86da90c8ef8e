"""Follows calls to the functions they run, with what they are given, across the files of the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.classes import chain_of
from fourlayer.project.exports import Declared, exported, named, qualified
from fourlayer.project.frames import (
    OPEN,
    UNKNOWN,
    Frame,
    Instance,
    Outside,
    Target,
    Value,
    bound_to,
    deeper,
    deeper_or_none,
    entered,
    given_by,
    is_empty,
    is_nothing,
    property_of,
)
from fourlayer.project.stored import loaded, stored_in, stored_on
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted, uncast
from fourlayer.syntax.flow import function_around
from fourlayer.syntax.functions import function_of, initial_value, returned_values
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.scope import Binding, Step

_HOPS = 16
"""After so many steps from name to value a value is out of reach."""


class Follow:
    """Answers what names, calls and objects of a frame are."""

    def __init__(self, view: View) -> None:
        self._view = view

    def frame(self, declared: Declared) -> Frame | None:
        """The function behind a declaration, functions that another function makes included."""
        function = function_of(declared.decl)
        top = self._top(declared)
        if function is not None:
            return entered(top, function) if function.body is not None else None
        made = initial_value(declared.decl, declared.decl.name)
        if made is None:
            return None
        value = self.value(Value(made, top))
        return self._made(value, ()) if isinstance(value, Value) else None

    def _top(self, declared: Declared) -> Frame:
        facts = self._view.facts(declared.path) or declared.facts
        return Frame(declared.path, facts, declared.decl, None, None, {}, ())

    def closure(self, frame: Frame, expr: n.Expr, args: tuple[n.Expr, ...] = ()) -> Target:
        """The function that an expression (a callback) stands for."""
        value = self.value(Value(expr, frame))
        if isinstance(value, Outside):
            return value
        return self._made(value, tuple(Value(arg, frame) for arg in args)) or UNKNOWN

    # Calls

    def call(self, frame: Frame, call: n.Call) -> Target:
        """The function that a call runs."""
        callee = bare(call.callee)
        given = given_by(frame, call.args)
        if isinstance(callee, n.Function):
            return bound_to(frame, callee, given, frame.trail)
        if isinstance(callee, n.Member):
            found = self._method(frame, callee, given)
        else:
            found = self._function(self.value(Value(callee, frame)), given, frame)
        return deeper(found, frame) if isinstance(found, Frame) else found

    def _function(self, value: Value | Outside, given: tuple[Value | None, ...], caller: Frame) -> Target:
        if isinstance(value, Outside):
            return value
        return deeper_or_none(self._made(value, given), caller) or UNKNOWN

    def _made(self, value: Value, given: tuple[Value | None, ...]) -> Frame | None:
        """The function that a value is: itself, or what a call of the workspace returns."""
        expr = bare(value.expr)
        if isinstance(expr, n.Function):
            return bound_to(value.frame, expr, given, value.frame.trail) if expr.body is not None else None
        if isinstance(expr, n.Member):
            method = self._method(value.frame, expr, given)
            return method if isinstance(method, Frame) else None
        if not isinstance(expr, n.Call):
            return None
        callee = bare(expr.callee)
        if isinstance(callee, n.Member) and callee.name == "bind":
            held = self.value(Value(callee.object, value.frame))
            bound = given_by(value.frame, expr.args[1:])
            return self._made(held, (*bound, *given)) if isinstance(held, Value) else None
        maker = self.call(value.frame, expr)
        if not isinstance(maker, Frame) or maker.function is None or maker.function.is_async:
            return None
        returned = [bare(item) for item in returned_values(maker.function)]
        if len(returned) != 1:
            return None
        inner = self.value(Value(returned[0], maker))
        return self._made(inner, given) if isinstance(inner, Value) and inner.expr is not expr else None

    def _method(self, frame: Frame, callee: n.Member, given: tuple[Value | None, ...]) -> Target:
        name = dotted(callee)
        head = name.partition(".")[0] if name is not None else ""
        if name is not None and head != "this" and self._is_global(frame, callee):
            return Outside("global", name)
        if callee.name in {"call", "bind"}:
            return UNKNOWN
        held = self._namespace(frame, callee)
        if held is not None:
            return self._function(held, given, frame)
        owner = self.object(Value(callee.object, frame))
        if isinstance(owner, Instance):
            return self._member(owner, callee.name, given, frame)
        if isinstance(owner, Value):
            prop = property_of(owner, callee.name)
            return UNKNOWN if prop is None else self._function(self.value(prop), given, frame)
        name = callee.name if owner.kind != "global" else f"{owner.name}().{callee.name}"
        return owner._replace(name=name)

    def _is_global(self, frame: Frame, callee: n.Member) -> bool:
        head: n.Expr = callee
        while isinstance(head, n.Member):
            head = uncast(head.object)
        if not isinstance(head, n.Name) or scopes_of(frame.decl).binding(head) is not None:
            return False
        return named(self._view, frame.path, frame.facts, head.name) is None

    def _namespace(self, frame: Frame, callee: n.Member) -> Value | Outside | None:
        """The function of a module that is imported as a whole."""
        head = uncast(callee.object)
        if not isinstance(head, n.Name):
            return None
        binding = scopes_of(frame.decl).binding(head)
        if binding is not None:
            init = binding.init if binding.path == () and not binding.writes else None
            return self._loaded(frame, init, callee.name) if init is not None else None
        whole = any(b.local == head.name and b.imported == "*" for i in frame.facts.imports for b in i.names)
        if not whole:
            return None
        found = qualified(self._view, frame.path, frame.facts, f"{head.name}.{callee.name}")
        return self._declared(found, callee.name) if isinstance(found, tuple) else None

    def loads(self, frame: Frame, expr: n.Expr) -> str | None:
        """The file of the workspace that `import("./file.js")` loads."""
        return loaded(self._view, frame.path, expr)

    def _loaded(self, frame: Frame, expr: n.Expr, name: str) -> Value | Outside | None:
        """What a module that is loaded while the code runs exports under a name."""
        path = self.loads(frame, expr)
        found = exported(self._view, path, name) if path is not None else None
        return self._declared(found, found.decl.name) if isinstance(found, tuple) else None

    def _member(self, owner: Instance, name: str, given: tuple[Value | None, ...], caller: Frame) -> Target:
        for link in chain_of(self._view, owner.declared).links:
            facts = self._view.facts(link.path)
            for member in link.decl.members:
                if facts is None or member.name != name:
                    continue
                node = member.node
                if not isinstance(node, n.ClassMember) or not member.trusted:
                    return OPEN
                function = node.function if node.function is not None else node.init
                if not isinstance(function, n.Function) or node.kind not in {"method", "field"}:
                    return UNKNOWN
                if function.body is not None:
                    top = Frame(link.path, facts, member, None, owner.declared, {}, ())
                    return deeper(bound_to(top, function, given, ()), caller)
        return UNKNOWN

    # Objects

    def object(self, value: Value, hops: int = 0) -> Instance | Value | Outside:
        """What stands before a method: an object of a class, an object literal, or something outside."""
        if hops > _HOPS:
            return UNKNOWN
        expr = bare(value.expr)
        if isinstance(expr, n.Name) and expr.name == "this":
            return Instance(value.frame.this) if value.frame.this is not None else UNKNOWN
        found = self.value(Value(expr, value.frame))
        if isinstance(found, Outside):
            typed = self._typed(value.frame, expr)
            return typed if typed is not None else found
        expr = bare(found.expr)
        if isinstance(expr, n.New):
            return self._new(found, expr)
        if isinstance(expr, n.Call):
            return self._result(found, expr, hops)
        if isinstance(expr, n.Name):
            declared = named(self._view, found.frame.path, found.frame.facts, expr.name)
            if isinstance(declared, tuple) and declared.decl.kind == "class":
                return Instance(declared, static=True)
            typed = self._typed(found.frame, expr)
            return typed if typed is not None else UNKNOWN
        if isinstance(expr, n.Member):
            typed = self._typed(found.frame, expr)
            owner = typed or self.object(Value(expr.object, found.frame), hops + 1)
            return owner if isinstance(owner, Outside) or owner is typed else UNKNOWN
        return found

    def _new(self, value: Value, new: n.New) -> Instance | Outside:
        name = dotted(new.callee)
        if name is None:
            return UNKNOWN
        found = qualified(self._view, value.frame.path, value.frame.facts, name)
        if isinstance(found, tuple) and found.decl.kind == "class":
            return Instance(found)
        package = self._package(value.frame, name.partition(".")[0])
        if package is not None:
            return Outside("package", name, package, value)
        return Outside("global", name, made=value) if found is None else UNKNOWN

    def _result(self, value: Value, call: n.Call, hops: int) -> Instance | Value | Outside:
        """What a call returns: by the declared type, else by the one value returned."""
        target = self.call(value.frame, call)
        if isinstance(target, Outside):
            made = target.made if target.made is not None else value
            return target._replace(made=made)
        function = target.function
        if function is None:
            return UNKNOWN
        if function.return_type is not None:
            typed = self._class_of_type(target.path, target.facts, function.return_type)
            if typed is not None:
                return typed
        returned = list(returned_values(function))
        if len(returned) != 1:
            return UNKNOWN
        return self.object(Value(returned[0], target), hops + 1)

    def _typed(self, frame: Frame, expr: n.Expr) -> Instance | None:
        """The class that a parameter, variable or field is declared with."""
        if isinstance(expr, n.Name):
            binding = scopes_of(frame.decl).binding(expr)
            if binding is not None:
                type_ = binding.type if binding.path == () else None
                return None if type_ is None else self._class_of_type(frame.path, frame.facts, type_)
            declared = named(self._view, frame.path, frame.facts, expr.name)
            if not isinstance(declared, tuple) or not isinstance(declared.decl.node, n.VarDecl):
                return None
            for declarator in declared.decl.node.declarators:
                target = declarator.target
                if isinstance(target, n.Name) and target.name in declared.decl.names and declarator.type:
                    return self._class_of_type(declared.path, declared.facts, declarator.type)
            return None
        if isinstance(expr, n.Member):
            owner = self.object(Value(expr.object, frame))
            return self._field_type(owner.declared, expr.name) if isinstance(owner, Instance) else None
        return None

    def _field_type(self, owner: Declared, name: str) -> Instance | None:
        for link, _, type_ in self._fields(owner, name):
            return None if type_ is None else self._class_of_type(link.path, link.facts, type_)
        return None

    def _fields(self, owner: Declared, name: str) -> Iterator[tuple[Declared, Value | None, n.Type | None]]:
        """The fields of a name in a class and its bases: initial value and type."""
        for link in chain_of(self._view, owner).links:
            facts = self._view.facts(link.path)
            for member in link.decl.members:
                node = member.node if facts is not None and name.encode() in member.data else None
                if facts is None or not isinstance(node, n.ClassMember):
                    continue
                top = Frame(link.path, facts, member, None, owner, {}, ())
                if node.kind == "field" and node.name == name:
                    yield link, Value(node.init, top) if node.init is not None else None, node.type
                elif node.kind == "constructor" and node.function is not None:
                    for param in node.function.params:
                        if param.modifiers and isinstance(param.target, n.Name) and param.target.name == name:
                            yield link, None, param.type

    def _class_of_type(self, path: str, facts: FileFacts, type_: n.Type) -> Instance | None:
        if isinstance(type_, n.TypeUnion) and type_.op == "|":
            rest = [item for item in type_.items if not is_nothing(item)]
            return self._class_of_type(path, facts, rest[0]) if len(rest) == 1 else None
        if not isinstance(type_, n.TypeRef):
            return None
        if type_.name in {"Promise", "Readonly", "NonNullable"} and len(type_.args) == 1:
            return self._class_of_type(path, facts, type_.args[0])
        found = qualified(self._view, path, facts, type_.name)
        return Instance(found) if isinstance(found, tuple) and found.decl.kind == "class" else None

    # Values

    def value(self, value: Value, hops: int = 0) -> Value | Outside:
        """The expression that a name or property stands for; casts, `await` and parentheses are gone."""
        expr, frame = bare(value.expr), value.frame
        if hops > _HOPS:
            return UNKNOWN
        if isinstance(expr, n.Name):
            if expr.name == "this":
                return Value(expr, frame)
            binding = scopes_of(frame.decl).binding(expr)
            if binding is not None:
                return self._local(binding, frame, hops)
            return self._free(frame, expr.name, hops)
        if isinstance(expr, n.Member):
            return self._property_value(Value(expr, frame), expr, hops)
        return Value(expr, frame)

    def _local(self, binding: Binding, frame: Frame, hops: int) -> Value | Outside:
        owner = binding.owner
        if isinstance(owner, n.Param):
            return self._param(binding, owner, frame, hops)
        if isinstance(owner, n.Function):
            return Value(owner, frame)
        init = binding.init
        if init is None or binding.writes or binding.path is None:
            return UNKNOWN
        if binding.path:
            return self._picked(binding, Value(init, frame), binding.path, hops)
        return self.value(Value(init, frame), hops + 1)

    def _picked(self, binding: Binding, whole: Value, path: tuple[Step, ...], hops: int) -> Value | Outside:
        """What a variable takes out of a value: of a module that is loaded, of an object, or its default."""
        first = path[0]
        if len(path) > 1 or not isinstance(first, str):
            return self._taken(whole, path, hops)
        loaded_name = self._loaded(whole.frame, whole.expr, first)
        if loaded_name is not None:
            return loaded_name
        found = self.value(whole, hops + 1)
        held = bare(found.expr) if isinstance(found, Value) else None
        if binding.default is not None and isinstance(held, n.Object) and _lacks(held, first):
            return self.value(Value(binding.default, whole.frame), hops + 1)
        return self._taken(whole, path, hops)

    def _param(self, binding: Binding, owner: n.Param, frame: Frame, hops: int) -> Value | Outside:
        name = binding.name
        if binding.writes or owner.rest:
            return UNKNOWN
        given = frame.args.get(owner)
        whole = given if given is not None else Value(owner.default, frame) if owner.default else None
        if binding.path == () and whole is not None:
            return self.value(whole, hops + 1)
        if binding.path and whole is not None:
            taken = self._taken(whole, binding.path, hops)
            if isinstance(taken, Value) or binding.default is None or taken.kind != "unknown":
                return taken
        if binding.default is not None:
            return self.value(Value(binding.default, frame), hops + 1)
        return Outside("given", name)

    def _taken(self, value: Value, path: tuple[Step, ...], hops: int) -> Value | Outside:
        found = self.value(value, hops + 1)
        for step in path:
            if isinstance(found, Outside):
                return found if found.kind != "global" else UNKNOWN
            prop = property_of(found, step) if isinstance(step, str) else None
            if prop is None:
                return UNKNOWN
            found = self.value(prop, hops + 1)
        return found

    def _free(self, frame: Frame, name: str, hops: int) -> Value | Outside:
        found = named(self._view, frame.path, frame.facts, name)
        if isinstance(found, tuple):
            if found.decl.kind == "class":
                return Value(n.Name(0, 0, name), frame)
            return self._declared(found, found.decl.name if name not in found.decl.names else name, hops)
        if found is None:
            return Outside("global", name)
        package = self._package(frame, name)
        return Outside("package", name, package) if package is not None else OPEN

    def _declared(self, found: Declared, name: str | None, hops: int = 0) -> Value | Outside:
        if not found.decl.trusted:
            return OPEN
        top = self._top(found)
        function = function_of(_bodied(found))
        if function is not None:
            top = self._top(found._replace(decl=_bodied(found)))
            return Value(function, top)
        node = found.decl.node
        init = initial_value(found.decl, name)
        if isinstance(node, n.VarDecl) and node.kind != "const":
            stored = stored_in(top.facts, name or "") if init is None or is_empty(init) else None
            return Value(stored.value, top._replace(decl=stored.decl)) if stored is not None else UNKNOWN
        return self.value(Value(init, top), hops + 1) if init is not None else UNKNOWN

    def _property_value(self, value: Value, member: n.Member, hops: int) -> Value | Outside:
        frame = value.frame
        held = self._namespace(frame, member)
        if held is not None:
            return held
        obj = bare(member.object)
        if isinstance(obj, n.Name) and obj.name == "this" and frame.this is not None:
            for link, init, _ in self._fields(frame.this, member.name):
                if init is not None:
                    return self.value(init, hops + 1)
                return self._stored(link, frame.this, member.name) or Value(member, frame)
            return Value(member, frame)
        found = self.value(Value(obj, frame), hops + 1)
        if isinstance(found, Outside):
            return found._replace(name=f"{found.name}.{member.name}") if found.name else found
        prop = property_of(found, member.name)
        return self.value(prop, hops + 1) if prop is not None else Value(member, frame)

    def _stored(self, link: Declared, this: Declared, name: str) -> Value | None:
        """What is made for a field after it was declared."""
        facts = self._view.facts(link.path)
        owner = facts.decl(link.decl.name or "") if facts is not None else None
        stored = stored_on(owner, name) if owner is not None else None
        if facts is None or stored is None:
            return None
        return Value(stored.value, Frame(link.path, facts, stored.decl, None, this, {}, ()))

    def mapped(self, frame: Frame, expr: n.Expr) -> Value | None:
        """The callback of an array that `map` makes: what its promises come from."""
        value = self.value(Value(expr, frame))
        call = value.expr if isinstance(value, Value) else None
        callee = bare(call.callee) if isinstance(call, n.Call) and call.args else None
        if not isinstance(value, Value) or not isinstance(callee, n.Member) or callee.name != "map":
            return None
        return Value(call.args[0], value.frame) if isinstance(call, n.Call) else None

    def _package(self, frame: Frame, local: str) -> str | None:
        """The package that a name is imported from; None where it is not from outside the workspace."""
        for item in frame.facts.imports:
            if item.kind == "import" and any(bound.local == local for bound in item.names):
                resolution = self._view.resolve(item.specifier, frame.path)
                if resolution.path is None and not item.specifier.startswith("."):
                    return resolution.package or item.specifier
        return None


def _lacks(value: n.Object, name: str) -> bool:
    return all(isinstance(prop, n.Prop) and prop.key not in {None, name} for prop in value.props)


def frame_at(path: str, facts: FileFacts, decl: Decl, node: n.Node) -> Frame:
    """The function around a node as a frame, whoever calls it."""
    owner = Declared(path, facts, decl.owner) if decl.owner is not None else None
    return Frame(path, facts, decl, function_around(decl, node), owner, {}, ())


def _bodied(found: Declared) -> Decl:
    for decl in found.facts.decls:
        if found.decl.name in decl.names:
            function = function_of(decl)
            if function is not None and function.body is not None:
                return decl
    return found.decl
