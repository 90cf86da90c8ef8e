"""Follows expressions to what they stand for: locals, fields, constants, functions, other files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted
from fourlayer.syntax.facts import Decl, FileFacts, walk
from fourlayer.syntax.flow import function_around, values_at
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from fourlayer.syntax.scope import Binding, Step

Lookup = Callable[[str, str], "tuple[str, FileFacts] | None"]
"""A specifier and its importer to the file that is meant, or None."""

_DEEPEST = 12


class At(NamedTuple):
    """An expression in its declaration, file and path."""

    path: str
    facts: FileFacts
    decl: Decl
    expr: n.Node

    def to(self, expr: n.Node) -> At:
        """Another node of the same declaration."""
        return At(self.path, self.facts, self.decl, expr)


def no_lookup(_specifier: str, _importer: str) -> None:
    """Follow nothing into other files."""
    return


class Follower:
    """Answers what expressions may be. Answers are lists of places; None: not known."""

    def __init__(self, lookup: Lookup = no_lookup) -> None:
        self._lookup = lookup

    # Values

    def values(self, at: At, depth: int = 0) -> tuple[At, ...] | None:
        """The expressions that an expression may stand for."""
        expr = bare(at.expr) if isinstance(at.expr, n.Expr) else at.expr
        if depth > _DEEPEST:
            return None
        if isinstance(expr, n.Name):
            return self._name(at, expr, depth)
        if isinstance(expr, n.Member):
            return self._property(at, expr.object, expr.name, depth)
        if isinstance(expr, n.Index) and isinstance(expr.index, n.Str):
            return self._property(at, expr.object, expr.index.value, depth)
        if isinstance(expr, n.Cond):
            return self._either(at, (expr.then, expr.other), depth)
        if isinstance(expr, n.Binary) and expr.op in ("??", "||"):
            return self._either(at, (expr.left, expr.right), depth)
        return (at.to(expr),)

    def strings(self, at: At) -> tuple[str, ...]:
        """Every string that an expression may be; empty where that is not known."""
        expr = bare(at.expr) if isinstance(at.expr, n.Expr) else at.expr
        if isinstance(expr, n.Str):
            return (expr.value,)
        found = self.values(at)
        if found is None:
            typed = self._literal_types(at)
            return typed or self._passed(at)
        values = [value.expr for value in found]
        if not all(isinstance(value, n.Str) for value in values):
            return ()
        return tuple(dict.fromkeys(value.value for value in values if isinstance(value, n.Str)))

    def _either(self, at: At, exprs: tuple[n.Expr, ...], depth: int) -> tuple[At, ...] | None:
        found: list[At] = []
        for expr in exprs:
            values = self.values(at.to(expr), depth + 1)
            if values is None:
                return None
            found.extend(values)
        return tuple(found)

    def _name(self, at: At, name: n.Name, depth: int) -> tuple[At, ...] | None:
        binding = scopes_of(at.decl).binding(name)
        if binding is None:
            return self._outer(at, name.name, depth)
        if binding.writes:
            return self._written(at, binding, name, depth)
        if isinstance(binding.owner, n.Loop):
            return self._looped(at, binding, depth)
        init = binding.init
        if init is None or binding.path is None or isinstance(binding.owner, n.Function):
            return (at.to(init),) if isinstance(binding.owner, n.Function) and init is not None else None
        return self._path(at.to(init), binding.path, depth)

    def _written(self, at: At, binding: Binding, name: n.Name, depth: int) -> tuple[At, ...] | None:
        root = function_around(at.decl, name) or at.decl.node
        if isinstance(root, n.Function) and isinstance(root.body, n.Expr):
            return None
        values = (
            values_at(root, binding, name) if isinstance(root, n.Function | n.Stmt) and binding.init else None
        )
        return self._either(at, values, depth) if values else None

    def _looped(self, at: At, binding: Binding, depth: int) -> tuple[At, ...] | None:
        loop = binding.owner
        if not isinstance(loop, n.Loop) or loop.kind != "of" or loop.iterable is None or binding.path is None:
            return None
        found: list[At] = []
        for item in self.items(at.to(loop.iterable), depth + 1) or ():
            values = self._path(item, binding.path, depth)
            if values is None:
                return None
            found.extend(values)
        return tuple(found) or None

    def items(self, at: At, depth: int = 0) -> tuple[At, ...] | None:
        """The elements of an array that an expression stands for."""
        found: list[At] = []
        for value in self.values(at, depth) or ():
            if not isinstance(value.expr, n.Array):
                return None
            for item in value.expr.items:
                if isinstance(item, n.Spread):
                    inner = self.items(value.to(item.value), depth + 1) if depth < _DEEPEST else None
                    if inner is None:
                        return None
                    found.extend(inner)
                else:
                    found.append(value.to(item))
        return tuple(found) or None

    def _path(self, at: At, path: tuple[Step, ...], depth: int) -> tuple[At, ...] | None:
        if not path:
            return self.values(at, depth + 1)
        found: list[At] = []
        for value in self.values(at, depth + 1) or ():
            inner = _step_into(value, path[0])
            values = self._path(inner, path[1:], depth + 1) if inner is not None else None
            if values is None:
                return None
            found.extend(values)
        return tuple(found) or None

    def _property(self, at: At, obj: n.Expr, name: str, depth: int) -> tuple[At, ...] | None:
        obj = bare(obj)
        if isinstance(obj, n.Name) and obj.name == "this":
            return self._field(at, name, depth)
        if isinstance(obj, n.Name) and scopes_of(at.decl).binding(obj) is None:
            owner = self.top_level(at, obj.name)
            if owner is not None and owner.decl.kind == "class":
                return self._field(owner, name, depth)
            if owner is not None and owner.decl.kind == "enum":
                return _enum_value(owner, name)
        return self._path(at.to(obj), (name,), depth)

    def _outer(self, at: At, name: str, depth: int) -> tuple[At, ...] | None:
        target = self.top_level(at, name)
        if target is None:
            return None
        declarator = _declarator(target.decl, name)
        if declarator is not None and declarator.init is not None:
            if _reassigned(target):
                return None
            return self.values(target.to(declarator.init), depth + 1)
        if isinstance(target.decl.node, n.FunctionDecl):
            return (target.to(target.decl.node.function),)
        return None

    def top_level(self, at: At, name: str, depth: int = 0) -> At | None:
        """The top-level declaration that a name means, here or where it is imported from."""
        decl = at.facts.decl(name)
        if decl is not None:
            return At(at.path, at.facts, decl, decl.node)
        for item in at.facts.imports:
            for imported in item.names:
                if imported.local == name and imported.imported not in ("*", "="):
                    return self._exported(at.path, item.specifier, imported.imported, depth)
        return None

    def _exported(self, importer: str, specifier: str, name: str, depth: int) -> At | None:
        found = self._lookup(specifier, importer) if depth < _DEEPEST else None
        if found is None:
            return None
        path, facts = found
        for export in facts.exports:
            if export.name == name and export.specifier is not None:
                return self._exported(path, export.specifier, export.local or name, depth + 1)
            if export.name == name:
                decl = facts.decl(export.local or name)
                if decl is None:
                    decl = next((one for one in facts.decls if one.is_default), None)
                return At(path, facts, decl, decl.node) if decl is not None else None
        for export in facts.exports:
            if export.kind == "all" and export.specifier is not None:
                inner = self._exported(path, export.specifier, name, depth + 1)
                if inner is not None:
                    return inner
        return None

    # Classes

    def class_of(self, at: At) -> At | None:
        """The class whose member the place lies in (or which it is)."""
        decl = at.decl if at.decl.kind == "class" else at.decl.owner
        return At(at.path, at.facts, decl, decl.node) if decl is not None and decl.kind == "class" else None

    def base_of(self, at: At) -> At | None:
        """The class that a class extends, as far as it can be found."""
        node = at.decl.node
        name = dotted(node.extends) if isinstance(node, n.ClassDecl) and node.extends is not None else None
        target = self.top_level(at, name) if name is not None and "." not in name else None
        return target if target is not None and target.decl.kind == "class" else None

    def member(self, at: At, name: str) -> At | None:
        """A member of the class around a place, or of the classes it extends."""
        owner = self.class_of(at)
        for _ in range(6):
            if owner is None:
                return None
            for member in owner.decl.members:
                if member.name == name and isinstance(member.node, n.ClassMember):
                    return At(owner.path, owner.facts, member, member.node)
            owner = self.base_of(owner)
        return None

    def _field(self, at: At, name: str, depth: int) -> tuple[At, ...] | None:
        member = self.member(at, name)
        written = self._assigned_fields(at, name)
        if member is None or not isinstance(member.expr, n.ClassMember) or depth > _DEEPEST:
            return None
        node = member.expr
        if node.kind == "get" and node.function is not None:
            found = [self.values(one, depth + 1) for one in self.returns(member.to(node.function))]
            return tuple(v for one in found if one for v in one) if found and all(found) else None
        if node.init is None and not written:
            return None
        sources = [*([member.to(node.init)] if node.init is not None else []), *written]
        found = [self.values(one, depth + 1) for one in sources]
        return tuple(v for one in found if one for v in one) if all(found) else None

    def _assigned_fields(self, at: At, name: str) -> list[At]:
        owner = self.class_of(at)
        found: list[At] = []
        needle = f"this.{name}".encode()
        for member in owner.decl.members if owner is not None else ():
            if needle not in member.data:
                continue
            found.extend(
                At(at.path, at.facts, member, node.value)
                for node in walk(member.node)
                if isinstance(node, n.Assign)
                and isinstance(node.target, n.Expr)
                and dotted(node.target) == f"this.{name}"
            )
        return found

    # Functions

    def function(self, at: At) -> At | None:
        """The function that an expression (a callee, a callback) means."""
        expr = bare(at.expr) if isinstance(at.expr, n.Expr) else at.expr
        if isinstance(expr, n.Function):
            return at.to(expr)
        if isinstance(expr, n.Member):
            obj = bare(expr.object)
            if isinstance(obj, n.Call) and expr.name == "bind":
                return None
            if expr.name == "bind":
                return self.function(at.to(expr.object))
            if isinstance(obj, n.Name) and obj.name in ("this", "super"):
                return self._method(self.member(at, expr.name))
            if isinstance(obj, n.Name) and scopes_of(at.decl).binding(obj) is None:
                owner = self.top_level(at, obj.name)
                if owner is not None and owner.decl.kind == "class":
                    return self._method(self.member(owner, expr.name))
        if isinstance(expr, n.Call) and isinstance(expr.callee, n.Member) and expr.callee.name == "bind":
            return self.function(at.to(expr.callee.object))
        if isinstance(expr, n.Name | n.Member):
            found = self.values(at.to(expr))
            if found is not None and len(found) == 1 and isinstance(found[0].expr, n.Function):
                return found[0]
        return None

    @staticmethod
    def _method(member: At | None) -> At | None:
        if member is None or not isinstance(member.expr, n.ClassMember):
            return None
        function = member.expr.function or member.expr.init
        return member.to(function) if isinstance(function, n.Function) else None

    @staticmethod
    def returns(at: At) -> tuple[At, ...]:
        """What a function returns, expression by expression; nothing for a signature."""
        function = at.expr
        if not isinstance(function, n.Function) or function.body is None:
            return ()
        if isinstance(function.body, n.Expr):
            return (at.to(function.body),)
        return tuple(at.to(value) for value in _returned(function.body))

    # Parameters

    def _literal_types(self, at: At) -> tuple[str, ...]:
        """The strings that a parameter's literal type allows."""
        binding = scopes_of(at.decl).binding(bare(at.expr)) if isinstance(at.expr, n.Expr) else None
        kind = binding.type if binding is not None and binding.path == () else None
        if isinstance(kind, n.TypeRef) and not kind.args:
            target = self.top_level(at, kind.name)
            if target is not None and isinstance(target.decl.node, n.TypeAlias):
                kind = target.decl.node.value
        items = kind.items if isinstance(kind, n.TypeUnion) and kind.op == "|" else (kind,)
        texts = [item.text for item in items if isinstance(item, n.TypeLiteral)]
        if len(texts) != len(items) or not all(text[:1] in "\"'`" for text in texts):
            return ()
        return tuple(text[1:-1] for text in texts)

    def _passed(self, at: At) -> tuple[str, ...]:
        """The strings that every caller in the file passes for a parameter nobody else can reach."""
        found: list[str] = []
        for argument in self.arguments(at) or ():
            expr = bare(argument.expr) if isinstance(argument.expr, n.Expr) else argument.expr
            values: tuple[str, ...] = (expr.value,) if isinstance(expr, n.Str) else ()
            if not values and isinstance(expr, n.Name | n.Member):
                known = self.values(argument) or ()
                texts = [value.expr.value for value in known if isinstance(value.expr, n.Str)]
                values = tuple(texts) if len(texts) == len(known) else ()
            if not values:
                return ()
            found.extend(values)
        return tuple(dict.fromkeys(found))

    def arguments(self, at: At) -> tuple[At, ...] | None:
        """What is passed for a parameter, where the file alone can call its function; else None."""
        binding = scopes_of(at.decl).binding(bare(at.expr)) if isinstance(at.expr, n.Expr) else None
        if binding is None or not isinstance(binding.owner, n.Param) or binding.path != () or binding.writes:
            return None
        function = function_around(at.decl, binding.owner)
        if function is None:
            return None
        position = function.params.index(binding.owner)
        calls = self.callers(at.to(function))
        if not calls:
            return None
        passed: list[At] = []
        for call in calls:
            if not isinstance(call.expr, n.Call) or len(call.expr.args) <= position:
                return None
            passed.append(call.to(call.expr.args[position]))
        return tuple(passed)

    def callers(self, at: At) -> tuple[At, ...]:
        """The calls of a private method, an unexported or a local function in its file; else nothing."""
        function = at.expr
        decl = at.decl
        if isinstance(decl.node, n.ClassMember) and decl.node.function is function:
            name = decl.name or ""
            if not (name.startswith("#") or "private" in decl.node.modifiers):
                return ()
            callee = f"this.{name}"
            pool = decl.owner.members if decl.owner is not None else ()
        else:
            named = _named(decl, function)
            if named is None:
                return ()
            top = decl.name == named and decl.owner is None
            if top and _is_exported(at.facts, named):
                return ()
            callee = named
            pool = tuple(at.facts.all_decls()) if top else (decl,)
        found: list[At] = []
        for other in pool:
            if callee.encode() not in other.data:
                continue
            found.extend(
                At(at.path, at.facts, other, node)
                for node in walk(other.node)
                if isinstance(node, n.Call) and dotted(node.callee) == callee
            )
        return tuple(found)


def _step_into(at: At, step: Step) -> At | None:
    expr = at.expr
    if isinstance(expr, n.Object) and isinstance(step, str):
        for prop in reversed(expr.props):
            if isinstance(prop, n.Spread):
                return None
            if prop.key == step:
                return at.to(prop.value)
    if isinstance(expr, n.Array) and isinstance(step, int) and step < len(expr.items):
        return at.to(expr.items[step])
    return None


def _declarator(decl: Decl, name: str) -> n.Declarator | None:
    node = decl.node
    if isinstance(node, n.VarDecl):
        for declarator in node.declarators:
            if isinstance(declarator.target, n.Name) and declarator.target.name == name:
                return declarator
    return None


def _reassigned(at: At) -> bool:
    return isinstance(at.decl.node, n.VarDecl) and at.decl.node.kind != "const"


def _enum_value(at: At, name: str) -> tuple[At, ...] | None:
    node = at.decl.node
    if isinstance(node, n.EnumDecl) and name in node.members and len(node.inits) == len(node.members):
        return (at.to(node.inits[node.members.index(name)]),)
    return None


def _is_exported(facts: FileFacts, name: str) -> bool:
    return any(name in (export.local, export.name) for export in facts.exports)


def _named(decl: Decl, function: n.Node) -> str | None:
    """The name under which a function can be called: its own, or its constant's."""
    if isinstance(function, n.Function) and function.name is not None and not function.arrow:
        return function.name
    parent = decl.parent(function)
    if isinstance(parent, n.Declarator) and isinstance(parent.target, n.Name):
        return parent.target.name
    return None


def _returned(body: n.Node) -> Iterator[n.Expr]:
    """The values of a body's own return statements."""
    from fourlayer.syntax.facts import children

    stack: list[n.Node] = [body]
    while stack:
        node = stack.pop()
        if isinstance(node, n.Return) and node.value is not None:
            yield node.value
        if isinstance(node, n.Stmt | n.Case) and not isinstance(node, n.FunctionDecl | n.ClassDecl):
            stack.extend(child for child in children(node) if isinstance(child, n.Stmt | n.Case))
