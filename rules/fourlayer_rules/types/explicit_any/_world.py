"""Looks up names, types and functions as far as the file, its provider and their imports show them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.types.explicit_any._use import Site, TypeAt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import FileFacts

_LARGE_PROVIDER = 200
_HOPS = 8
SAME = frozenset({"Promise", "PromiseLike", "Awaited", "Readonly", "NonNullable", "Required", "Partial"})
"""Generics that are looked through."""
ARRAYS = frozenset({"Array", "ReadonlyArray", "Set", "ReadonlySet", "Iterable", "AsyncIterable"})


class Member(NamedTuple):
    """A property of an object type; `type` is None where it is a method or unknown."""

    type: TypeAt | None
    optional: bool
    method: bool = False


class Callee(NamedTuple):
    """A function whose code or signature is at hand."""

    site: Site
    function: n.Function | n.TypeFunction


class World:
    """What can be read around one file: the file, and its provider's other files on demand."""

    def __init__(self, view: View, path: str) -> None:
        self.view = view
        self.path = path
        self.provider: Provider | None = view.provider_of(path)
        self._sites: dict[str, tuple[Site, ...]] = {}

    @cached_property
    def neighbours(self) -> tuple[str, ...]:
        """The files in which callers, fixtures and schemas are sought: the provider's.

        Of a provider that is as large as a package, only those in the file's own folder.
        """
        files = self.provider.files if self.provider is not None else (self.path,)
        if len(files) <= _LARGE_PROVIDER:
            return files
        folder = posixpath.dirname(self.path) + "/"
        return tuple(path for path in files if path.startswith(folder))

    def facts(self, path: str) -> FileFacts | None:
        """A file's facts."""
        return self.view.facts(path)

    def sites(self, path: str) -> tuple[Site, ...]:
        """Every declaration of a file, members of classes included."""
        known = self._sites.get(path)
        if known is None:
            facts = self.facts(path)
            found = [] if facts is None else [Site(path, facts, decl) for decl in facts.all_decls()]
            known = self._sites[path] = tuple(found)
        return known

    def module(self, specifier: str, importer: str) -> str | None:
        """The workspace file that a specifier names."""
        return self.local_module(specifier, importer) or self.view.resolve(specifier, importer).path

    def is_near(self, path: str) -> bool:
        """Whether a file belongs to the same provider, so that values are followed into it."""
        return path == self.path or (self.provider is not None and path.startswith(self.provider.path + "/"))

    def local_module(self, specifier: str, importer: str) -> str | None:
        """The file of the same provider (or folder) that a relative specifier names."""
        if not specifier.startswith("."):
            return None
        joined = posixpath.normpath(posixpath.join(posixpath.dirname(importer), specifier))
        folder = self.provider.path if self.provider is not None else posixpath.dirname(self.path)
        if joined != folder and not joined.startswith(folder + "/"):
            return None
        stem = joined.removesuffix(".js")
        for path in (f"{stem}.ts", f"{stem}.tsx", f"{stem}/index.ts"):
            if self.view.exists(path):
                return path
        return None

    # Names

    def named(self, path: str, name: str, hops: int = 0) -> Site | None:
        """The top-level declaration that a name means in a file, through imports inside the provider."""
        facts = self.facts(path)
        if facts is None or hops > _HOPS:
            return None
        decl = facts.decl(name)
        if decl is not None and decl.kind != "export":
            return Site(path, facts, decl)
        for item in facts.imports:
            if item.kind != "import":
                continue
            for bound in item.names:
                if bound.local == name and bound.imported not in ("*", "="):
                    target = self.module(item.specifier, path)
                    return self.exported(target, bound.imported, hops + 1) if target is not None else None
        return None

    def exported(self, path: str, name: str, hops: int = 0) -> Site | None:
        """The declaration behind a name that a file of the provider exports."""
        facts = self.facts(path)
        if facts is None or hops > _HOPS:
            return None
        for export in facts.exports:
            if export.name == name and export.kind != "all":
                if export.specifier is not None:
                    target = self.module(export.specifier, path)
                    if target is None:
                        return None
                    return self.exported(target, export.local or name, hops + 1)
                return self.named(path, export.local or name, hops + 1)
        for export in facts.exports:
            if export.kind == "all" and export.specifier is not None:
                target = self.module(export.specifier, path)
                found = self.exported(target, name, hops + 1) if target is not None else None
                if found is not None:
                    return found
        return None

    # Types

    def members(self, at: TypeAt, hops: int = 0) -> Mapping[str, Member] | None:
        """The properties of an object type, inherited ones included; None for any other type."""
        if hops > _HOPS:
            return None
        node = at.type
        if isinstance(node, n.TypeObject):
            return _members_of(at.site, node)
        if isinstance(node, n.TypeUnion):
            if node.op == "|":
                kept = [item for item in node.items if not is_nothing(item)]
                return self.members(TypeAt(at.site, kept[0]), hops + 1) if len(kept) == 1 else None
            found: dict[str, Member] = {}
            for item in node.items:
                inner = self.members(TypeAt(at.site, item), hops + 1)
                if inner is None:
                    return None
                found.update(inner)
            return found
        if not isinstance(node, n.TypeRef):
            return None
        if node.name in SAME and node.args:
            inner = self.members(TypeAt(at.site, node.args[0]), hops + 1)
            if inner is not None and node.name == "Partial":
                return {name: member._replace(optional=True) for name, member in inner.items()}
            return inner
        site = self.named(at.site.path, node.name)
        return None if site is None else self.members_of(site, hops + 1)

    def members_of(self, site: Site, hops: int = 0) -> Mapping[str, Member] | None:
        """The properties of a declared interface or object type."""
        node = site.decl.node
        if isinstance(node, n.TypeAlias) and not node.type_params:
            return self.members(TypeAt(site, node.value), hops + 1)
        if not isinstance(node, n.InterfaceDecl) or node.type_params:
            return None
        found: dict[str, Member] = {}
        for base in node.extends:
            inherited = self.members(TypeAt(site, base), hops + 1)
            if inherited is None:
                return None
            found.update(inherited)
        found.update(_members_of(site, node.body))
        return found

    def item(self, at: TypeAt) -> TypeAt | None:
        """The item type of an array type."""
        node = at.type
        if isinstance(node, n.TypeArray):
            return TypeAt(at.site, node.item)
        if isinstance(node, n.TypeRef) and node.args:
            if node.name in ARRAYS:
                return TypeAt(at.site, node.args[0])
            if node.name in SAME:
                return self.item(TypeAt(at.site, node.args[0]))
        if isinstance(node, n.TypeOther) and node.kind == "readonly_type":
            inner = [part for part in node.parts if isinstance(part, n.Type)]
            return self.item(TypeAt(at.site, inner[0])) if inner else None
        if isinstance(node, n.TypeUnion) and node.op == "|":
            kept = [item for item in node.items if not is_nothing(item)]
            return self.item(TypeAt(at.site, kept[0])) if len(kept) == 1 else None
        return None

    # Expressions

    def static_type(self, site: Site, expr: n.Expr, hops: int = 0) -> TypeAt | None:
        """The declared type of an expression, as far as annotations say it."""
        expr = expr.value if isinstance(expr, n.Await) else expr
        if hops > _HOPS:
            return None
        if isinstance(expr, n.Cast):
            if expr.op in ("!", "as const", "satisfies") or expr.type is None:
                return self.static_type(site, expr.value, hops + 1)
            return TypeAt(site, expr.type)
        if isinstance(expr, n.Name):
            return self._type_of_name(site, expr, hops)
        if isinstance(expr, n.Member):
            if isinstance(expr.object, n.Name) and expr.object.name == "this":
                return self.field_type(site, expr.name)
            outer = self.static_type(site, expr.object, hops + 1)
            found = self.members(outer) if outer is not None else None
            member = found.get(expr.name) if found else None
            return member.type if member is not None and not member.method else None
        if isinstance(expr, n.Index):
            outer = self.static_type(site, expr.object, hops + 1)
            return self.item(outer) if outer is not None else None
        if isinstance(expr, n.Call):
            callee = self.callee(site, expr.callee)
            result = (
                callee.function.return_type if callee and isinstance(callee.function, n.Function) else None
            )
            return unwrapped(TypeAt(callee.site, result)) if callee and result is not None else None
        return None

    def _type_of_name(self, site: Site, name: n.Name, hops: int) -> TypeAt | None:
        binding = scopes_of(site.decl).binding(name)
        if binding is None:
            found = self.named(site.path, name.name)
            node = found.decl.node if found is not None else None
            if found is None or not isinstance(node, n.VarDecl):
                return None
            for declarator in node.declarators:
                if isinstance(declarator.target, n.Name) and declarator.target.name == name.name:
                    return TypeAt(found, declarator.type) if declarator.type is not None else None
            return None
        if binding.path is None:
            return None
        current: TypeAt | None = None
        if binding.type is not None:
            current = TypeAt(site, binding.type)
        elif isinstance(binding.owner, n.Declarator) and binding.owner.init is not None:
            current = self.static_type(site, binding.owner.init, hops + 1)
        elif isinstance(binding.owner, n.Loop) and binding.owner.kind == "of" and binding.owner.iterable:
            outer = self.static_type(site, binding.owner.iterable, hops + 1)
            current = self.item(outer) if outer is not None else None
        for step in binding.path:
            if current is None:
                return None
            if isinstance(step, int):
                current = self.item(current)
            else:
                members = self.members(current)
                member = members.get(step) if members else None
                current = member.type if member is not None else None
        return current

    def field(self, site: Site, name: str) -> tuple[Site, n.ClassMember | n.Param] | None:
        """A field (or parameter property, or method) of the class around a member."""
        owner = site.decl.owner
        for member in owner.members if owner is not None else ():
            node = member.node
            if not isinstance(node, n.ClassMember):
                continue
            if node.name == name and name != "constructor":
                return Site(site.path, site.facts, member), node
            if node.kind == "constructor" and node.function is not None:
                for param in node.function.params:
                    if param.modifiers and isinstance(param.target, n.Name) and param.target.name == name:
                        return Site(site.path, site.facts, member), param
        return None

    def field_type(self, site: Site, name: str) -> TypeAt | None:
        """The annotation of a field of the class around a member."""
        found = self.field(site, name)
        if found is None:
            return None
        where, node = found
        if isinstance(node, n.ClassMember) and node.kind == "get" and node.function is not None:
            result = node.function.return_type
            return TypeAt(where, result) if result is not None else None
        return TypeAt(where, node.type) if node.type is not None else None

    def callee(self, site: Site, expr: n.Expr) -> Callee | None:
        """The function that an expression calls: local, imported in the provider, or a method of `this`."""
        expr = uncast(expr)
        if isinstance(expr, n.Function):
            return Callee(site, expr)
        if isinstance(expr, n.Member):
            if isinstance(expr.object, n.Name) and expr.object.name == "this":
                found = self.field(site, expr.name)
                if found is None:
                    return None
                where, node = found
                if isinstance(node, n.ClassMember):
                    if node.function is not None and node.kind == "method":
                        return Callee(where, node.function)
                    if isinstance(node.init, n.Function):
                        return Callee(where, node.init)
                return self.function_type(TypeAt(where, node.type)) if node.type is not None else None
            return None
        if not isinstance(expr, n.Name):
            return None
        binding = scopes_of(site.decl).binding(expr)
        if binding is not None:
            if isinstance(binding.owner, n.Function) and binding.kind == "function":
                return Callee(site, binding.owner)
            if isinstance(binding.value, n.Function):
                return Callee(site, binding.value)
            return (
                self.function_type(TypeAt(site, binding.type))
                if binding.type and binding.path == ()
                else None
            )
        found_site = self.named(site.path, expr.name)
        return None if found_site is None else function_of(found_site, expr.name)

    def function_type(self, at: TypeAt, hops: int = 0) -> Callee | None:
        """The signature of a function type, through aliases."""
        if isinstance(at.type, n.TypeFunction):
            return Callee(at.site, at.type)
        if isinstance(at.type, n.TypeRef) and hops < _HOPS:
            site = self.named(at.site.path, at.type.name)
            node = site.decl.node if site is not None else None
            if site is not None and isinstance(node, n.TypeAlias):
                return self.function_type(TypeAt(site, node.value), hops + 1)
        return None

    def param(self, callee: Callee, position: int) -> n.Param | None:
        """The parameter that takes an argument."""
        params = [param for param in callee.function.params if not _is_this(param.target)]
        if position < len(params):
            return params[position]
        return params[-1] if params and params[-1].rest else None

    def references(self, path: str, name: str) -> Iterator[tuple[Site, n.Name]]:
        """Every use of a top-level name inside its file."""
        word = name.encode("utf-8", "surrogatepass")
        for site in self.sites(path):
            if site.decl.kind in ("import", "interface", "type") or word not in site.decl.data:
                continue
            scopes = scopes_of(site.decl)
            for node in scopes.free.get(name, ()):
                yield site, node
            for binding in scopes.bindings:
                if binding.name == name and binding.scope is site.decl.node:
                    for node in binding.uses:
                        yield site, node

    def this_references(self, site: Site, name: str) -> Iterator[tuple[Site, n.Member]]:
        """Every `this.name` in the class around a member."""
        word = name.encode("utf-8", "surrogatepass")
        owner = site.decl.owner
        for member in owner.members if owner is not None else ():
            for node in walk(member.node) if word in member.data else ():
                if isinstance(node, n.Member) and node.name == name and _is_this(node.object):
                    yield Site(site.path, site.facts, member), node


def function_of(site: Site, name: str) -> Callee | None:
    """The function that a top-level declaration declares under a name; of overloads the implementation."""
    for decl in site.facts.decls:
        if name not in decl.names:
            continue
        node = decl.node
        here = Site(site.path, site.facts, decl)
        if isinstance(node, n.FunctionDecl) and node.function.body is not None:
            return Callee(here, node.function)
        if isinstance(node, n.VarDecl):
            for declarator in node.declarators:
                if isinstance(declarator.target, n.Name) and declarator.target.name == name:
                    init = uncast(declarator.init) if declarator.init is not None else None
                    if isinstance(init, n.Function):
                        return Callee(here, init)
    node = site.decl.node
    return Callee(site, node.function) if isinstance(node, n.FunctionDecl) else None


def unwrapped(at: TypeAt) -> TypeAt:
    """A type without `Promise` around it."""
    node = at.type
    while isinstance(node, n.TypeRef) and node.name in ("Promise", "PromiseLike", "Awaited") and node.args:
        node = node.args[0]
    return TypeAt(at.site, node)


def is_nothing(node: n.Type) -> bool:
    """Whether a type is `null`, `undefined` or `void`."""
    text = node.text if isinstance(node, n.TypeLiteral) else node.name if isinstance(node, n.TypeRef) else ""
    return text in ("null", "undefined", "void")


def is_keyword(node: n.Node | None, *names: str) -> bool:
    """Whether a type is one of some keywords."""
    return isinstance(node, n.TypeRef) and node.name in names and not node.args


def _members_of(site: Site, node: n.TypeObject) -> dict[str, Member]:
    found: dict[str, Member] = {}
    for prop in node.members:
        if prop.name is not None and prop.kind in ("property", "method"):
            at = TypeAt(site, prop.type) if prop.type is not None else None
            found[prop.name] = Member(at, prop.optional, prop.kind == "method")
    return found


def _is_this(node: n.Node) -> bool:
    return isinstance(node, n.Name) and node.name == "this"
