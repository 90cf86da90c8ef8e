"""What the health registry of a workspace wants to be told, and the type by which a provider may know it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.project.classes import chain_of
from fourlayer.project.tree import parent
from fourlayer.syntax import nodes as n
from fourlayer.syntax.functions import function_of
from fourlayer.syntax.glob import globs, names_match
from fourlayer_rules.derive.shared import (
    Field,
    code_files,
    fields_of_params,
    import_path,
    object_fields,
    props_of,
    shared_folders,
)
from fourlayer_rules.derive.symbols import Declared, exported, exported_names, qualified

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl
    from fourlayer_rules.health._registry import Registry

Role = Literal["name", "schema", "required", "optional", "enabled", "check"]

_ROLES: dict[Role, tuple[str, ...]] = {
    "name": ("name", "id", "key", "provider", "integration", "service", "dependency"),
    "schema": ("configschema", "schema", "config"),
    "required": ("required", "critical", "mandatory"),
    "optional": ("optional",),
    "enabled": ("isenabled", "enabled"),
    "check": ("checkhealth", "check", "health", "healthcheck", "probe", "checker", "fn", "run"),
}
_BUILT_IN = frozenset(
    {
        "any",
        "boolean",
        "false",
        "never",
        "null",
        "number",
        "object",
        "string",
        "true",
        "undefined",
        "unknown",
        "void",
        "Partial",
        "Promise",
        "Readonly",
        "Record",
        "data",
        "error",
        "input",
        "parse",
        "safeParse",
        "success",
        "value",
    }
)
"""What a type may say anywhere: the language's own names, and those that stand in the type of a schema."""


class Part(NamedTuple):
    """One thing that the registry is told. `type` as written there, "" where nothing is."""

    name: str
    type: str
    role: Role


class Shape(NamedTuple):
    """How a check is registered: by the method or function `call`, with one object or with parts in order."""

    call: str
    parts: tuple[Part, ...]
    positional: bool


class Port(NamedTuple):
    """A type that provider code may import: its name, the file to import it from, and how it is used."""

    name: str
    path: str
    shape: Shape


STANDARD = (
    Part("name", "string", "name"),
    Part("required", "boolean", "required"),
    Part("configSchema", "", "schema"),
    Part("isEnabled", "() => boolean", "enabled"),
    Part("checkHealth", "", "check"),
)
"""What the standard asks of an entry."""


def shape_of(view: View, registry: Registry, patterns: tuple[str, ...]) -> Shape | None:
    """How the registry is told; the standard's way where its types do not say; None where nobody can."""
    if registry.kind == "package":
        return Shape("register", STANDARD, positional=False)
    facts = view.facts(registry.path)
    decl = facts.decl(registry.name) if facts is not None else None
    if facts is None or decl is None:
        return None
    declared = Declared(registry.path, facts, decl)
    if registry.kind == "function":
        function = function_of(decl)
        return None if function is None else _shape(view, declared, decl, function.params, registry.name)
    for link in chain_of(view, declared).links:
        method = _method(link.decl, patterns)
        node = method.node if method is not None else None
        if method is not None and isinstance(node, n.ClassMember) and node.function is not None:
            whole = view.facts(link.path) or link.facts
            return _shape(
                view, Declared(link.path, whole, link.decl), method, node.function.params, method.name or ""
            )
    return None


def _method(decl: Decl, patterns: tuple[str, ...]) -> Decl | None:
    """The class's method that registers."""

    def rank(name: str) -> int | None:
        if names_match(patterns, name):
            return 0
        return next((at for at, start in ((1, "register"), (2, "add")) if name.startswith(start)), None)

    ranked = [
        (at, order, member)
        for order, member in enumerate(decl.members)
        if (at := rank(member.name or "")) is not None
        and isinstance(member.node, n.ClassMember)
        and member.node.function is not None
        and not {"private", "protected"} & set(member.node.modifiers)
    ]
    return min(ranked, key=lambda item: item[:2])[2] if ranked else None


def _shape(
    view: View, declared: Declared, decl: Decl, params: tuple[n.Param, ...], call: str
) -> Shape | None:
    if len(params) == 1:
        fields = _object(view, declared, decl, params[0].type)
        if fields is None:
            return Shape(call, STANDARD, positional=False)
        parts = _parts(fields)
        return None if parts is None else Shape(call, parts, positional=False)
    parts = _parts(fields_of_params(decl, params))
    return None if not parts else Shape(call, parts, positional=True)


def _object(view: View, declared: Declared, decl: Decl, type_: n.Type | None) -> tuple[Field, ...] | None:
    if isinstance(type_, n.TypeObject):
        return tuple(props_of(decl, type_))
    if isinstance(type_, n.TypeRef):
        name = type_.args[0] if type_.name == "Readonly" and type_.args else type_
        found = (
            qualified(view, declared.path, declared.facts, name.name) if isinstance(name, n.TypeRef) else None
        )
        if isinstance(found, tuple):
            return object_fields(view, found)
    return None


def _role_of(name: str) -> Role | None:
    for role, names in _ROLES.items():
        if name in names:
            return role
    return None


def _parts(fields: Sequence[Field]) -> tuple[Part, ...] | None:
    """The parts with their roles, optional ones of no known role left out; None where one is unknown."""
    found: list[Part] = []
    for field in fields:
        plain = field.name.lower().replace("_", "")
        role = _role_of(plain)
        if role is not None:
            found.append(Part(field.name, field.type, role))
        elif not field.optional:
            return None
    return tuple(found) if any(part.role == "check" for part in found) else None


# By what a provider knows it


def importable(ctx: Context, provider: Provider, registry: Registry) -> bool:
    """Whether provider code may import the registry: it is in the same package, and no consumer's."""
    resolver = ctx.view
    if registry.kind == "package" or globs(ctx.settings.workspace.allowed_consumers).covers(registry.path):
        return False
    return ctx.view.provider_of(registry.path) is None and _package(resolver, registry.path) == _package(
        resolver, f"{provider.path}/register.ts"
    )


def _package(view: View, path: str) -> str:
    folder = parent(path)
    while folder and not view.exists(f"{folder}/package.json"):
        folder = parent(folder)
    return folder


def existing_port(ctx: Context, provider: Provider, call: str) -> Port | None:
    """A type of the shared code that stands for the registry already: it has a method of that name."""
    view = ctx.view
    for folder in shared_folders(view, provider):
        for path in code_files(view, folder):
            data = view.read(path)
            facts = view.facts(path) if data is not None and call.encode() in data else None
            for decl in facts.decls if facts is not None else ():
                function = _port_method(decl, call) if decl.exported else None
                if facts is None or function is None or not decl.trusted:
                    continue
                declared = Declared(path, facts, decl)
                shape = _shape(view, declared, decl, function.params, call)
                if shape is not None:
                    return Port(decl.name or "", import_path(view, declared, decl.name or ""), shape)
    return None


def _port_method(decl: Decl, call: str) -> n.TypeFunction | None:
    node = decl.node
    if isinstance(node, n.InterfaceDecl):
        members = node.body.members
    elif isinstance(node, n.TypeAlias) and isinstance(node.value, n.TypeObject):
        members = node.value.members
    else:
        return None
    for prop in members:
        if prop.name == call and isinstance(prop.type, n.TypeFunction):
            return prop.type
    return None


def port_folder(view: View, provider: Provider) -> str | None:
    """The folder of shared code in which a port may be created."""
    return next(iter(shared_folders(view, provider)), None)


def port_types(view: View, registry: Registry, shape: Shape, status: str) -> tuple[dict[str, str], set[str]]:
    """The type of each part in a port, and the names that they take from zod.

    A type of the registry's file is kept where the port may say it too.
    """
    facts = view.facts(registry.path)
    zod = {
        bound.local
        for item in (facts.imports if facts is not None else ())
        if item.specifier == "zod"
        for bound in item.names
        if bound.local
    }
    types: dict[str, str] = {}
    used: set[str] = set()
    for part in shape.parts:
        names = set(re.findall(r"[A-Za-z_$][\w$]*", part.type))
        if part.role == "check":
            types[part.name] = f"() => Promise<{status}>"
        elif part.type and names <= _BUILT_IN:
            types[part.name] = part.type
        elif part.role == "schema" and names & zod and "." not in part.type and names <= zod | _BUILT_IN:
            types[part.name] = part.type
            used |= names & zod
        else:
            types[part.name] = _DEFAULTS[part.role]
    return types, used


_DEFAULTS: dict[Role, str] = {
    "name": "string",
    "schema": "{ safeParse(input: unknown): { success: boolean } }",
    "required": "boolean",
    "optional": "boolean",
    "enabled": "() => boolean",
    "check": "() => Promise<object>",
}


def names_in(view: View, path: str) -> Iterator[Declared]:
    """The declarations behind what a file exports."""
    for name in sorted(exported_names(view, path)[0]):
        found = exported(view, path, name)
        if isinstance(found, tuple):
            yield found
