"""Looks for the shape of a value in fixtures and mocks of tests, and in schemas."""

from __future__ import annotations

import json
import posixpath
from typing import TYPE_CHECKING, NamedTuple, cast

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import chain_of, dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.types.explicit_any._infer import UNKNOWN, Array, Field, Object, Plain, Type, Union
from fourlayer_rules.types.explicit_any._use import Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer_rules.types.explicit_any._place import Place
    from fourlayer_rules.types.explicit_any._world import World

_MOCKS = frozenset(
    {
        "mockResolvedValue",
        "mockResolvedValueOnce",
        "mockReturnValue",
        "mockReturnValueOnce",
        "stringify",
        "resolve",
    }
)
_MOCK_WORDS = (*(word.encode() for word in sorted(_MOCKS)), b"json")
_LARGE = 2_000_000
"""Bytes from which a JSON file is no fixture that anybody reads."""


class Fixture(NamedTuple):
    """A shape that a test gives, and the file it stands in."""

    type: Type
    path: str


class SchemaAt(NamedTuple):
    """A Zod schema: its name and file."""

    name: str
    path: str
    keys: frozenset[str]


# Fixtures


def fixture_for(world: World, place: Place, observed: frozenset[str]) -> Fixture | None:
    """The value that a test passes at this place, or that its mock gives back where it comes from."""
    if world.provider is None:
        return None
    tests = [path for path in world.neighbours if world.view.is_test(path)]
    if place.kind == "parameter" and isinstance(place.holder, n.Param):
        function = place.site.decl.parent(place.holder)
        if isinstance(function, n.Function) and place.function:
            position = function.params.index(place.holder)
            for path in tests:
                found = _passed(world, path, place.function, position)
                if found is not None:
                    shape = _below(found, place)
                    if shape is not None:
                        return Fixture(shape, path)
    if not observed:
        return None
    about = _about_words(place)
    for path in tests:
        data = world.view.read(path)
        if data is None or not any(word in data for word in about) or not _may_spell(data, observed):
            continue
        for site in world.sites(path):
            for expr in _mocked(site):
                shape = _below(_value(world, site, expr, 0), place)
                core = _core(shape)
                if shape is not None and isinstance(core, Object) and observed <= core.fields.keys():
                    return Fixture(shape, path)
    return None


def _about_words(place: Place) -> tuple[bytes, ...]:
    """What a test of the code at a place names: its file, its class or its function."""
    stem = posixpath.basename(place.site.path).partition(".")[0]
    owner = place.site.decl.owner
    names = (stem if stem != "index" else "", place.function, owner.name if owner is not None else "")
    return tuple(name.encode("utf-8", "surrogatepass") for name in names if name)


def _may_spell(data: bytes, keys: frozenset[str]) -> bool:
    """Whether a test may hold a literal with these keys: it spells them, or takes values from elsewhere."""
    if not any(word in data for word in _MOCK_WORDS):
        return False
    return all(key.encode("utf-8", "surrogatepass") in data for key in keys) or any(
        word in data for word in (b".json", b"fixture", b"mocks")
    )


def _below(found: Type | None, place: Place) -> Type | None:
    """The part of a shape that the `any` at a place stands for."""
    for step in place.steps:
        if found is None:
            return None
        if step.kind == "item":
            found = found.item if isinstance(found, Array) else None
        elif step.kind == "values" and place.record is not None:
            return found
        elif step.kind == "prop":
            field = found.fields.get(step.name) if isinstance(found, Object) else None
            found = field.type if field is not None else None
        else:
            return None
    return found if found is not None and (isinstance(_core(found), Object)) else None


def _core(found: Type | None) -> Type | None:
    while isinstance(found, Array):
        found = found.item
    return found


def _passed(world: World, path: str, function: str, position: int) -> Type | None:
    data = world.view.read(path)
    if data is None or function.encode() not in data:
        return None
    for site in world.sites(path):
        if function.encode() not in site.decl.data:
            continue
        for node in walk(site.decl.node):
            if not isinstance(node, n.Call) or position >= len(node.args):
                continue
            callee = uncast(node.callee)
            name = (
                callee.name
                if isinstance(callee, n.Name | n.Member)
                else callee.index.value
                if isinstance(callee, n.Index) and isinstance(callee.index, n.Str)
                else ""
            )
            if name == function:
                found = _value(world, site, node.args[position], 0)
                if isinstance(_core(found), Object):
                    return found
    return None


def _mocked(site: Site) -> Iterator[n.Expr]:
    """The literals that mocks of a test give back."""
    data = site.decl.data
    if not any(word in data for word in _MOCK_WORDS):
        return
    for node in walk(site.decl.node):
        if isinstance(node, n.Call):
            callee = uncast(node.callee)
            if isinstance(callee, n.Member) and callee.name in _MOCKS and node.args:
                yield node.args[0]
        elif isinstance(node, n.Prop) and node.key == "json" and isinstance(node.value, n.Function):
            body = node.value.body
            if isinstance(body, n.Expr):
                yield body
            elif body is not None:
                for inner in walk(body):
                    if isinstance(inner, n.Return) and inner.value is not None:
                        yield inner.value


def _value(world: World, site: Site, expr: n.Expr, depth: int) -> Type | None:
    """The type of a value that is written out."""
    expr = uncast(expr)
    if depth > 8:
        return None
    if isinstance(expr, n.Str | n.Template):
        return Plain("string")
    if isinstance(expr, n.Num):
        return Plain("number")
    if isinstance(expr, n.Const):
        return Plain("boolean") if expr.value in ("true", "false") else UNKNOWN
    if isinstance(expr, n.Unary) and expr.op == "-":
        return Plain("number")
    if isinstance(expr, n.Array):
        return Array(_merged([_value(world, site, item, depth + 1) or UNKNOWN for item in expr.items]))
    if isinstance(expr, n.Object):
        fields: dict[str, Field] = {}
        for prop in expr.props:
            if isinstance(prop, n.Spread):
                inner = _value(world, site, prop.value, depth + 1)
                if isinstance(inner, Object):
                    fields.update(inner.fields)
            elif prop.key is not None:
                fields[prop.key] = Field(_value(world, site, prop.value, depth + 1) or UNKNOWN, False)
        return Object(fields, (), False)
    if isinstance(expr, n.Name):
        return _named(world, site, expr, depth)
    if isinstance(expr, n.Call):
        return _called(world, site, expr, depth)
    return None


def _named(world: World, site: Site, name: n.Name, depth: int) -> Type | None:
    binding = scopes_of(site.decl).binding(name)
    if binding is not None:
        return _value(world, site, binding.value, depth + 1) if binding.value is not None else None
    facts = site.facts
    decl = facts.decl(name.name)
    if decl is not None and isinstance(decl.node, n.VarDecl):
        for declarator in decl.node.declarators:
            if (
                isinstance(declarator.target, n.Name)
                and declarator.target.name == name.name
                and declarator.init
            ):
                return _value(world, Site(site.path, facts, decl), declarator.init, depth + 1)
    for item in facts.imports:
        for bound in item.names:
            if bound.local == name.name:
                if item.specifier.endswith(".json"):
                    return _json(world, posixpath.join(posixpath.dirname(site.path), item.specifier))
                target = world.local_module(item.specifier, site.path)
                source = world.exported(target, bound.imported) if target is not None else None
                if source is not None and isinstance(source.decl.node, n.VarDecl):
                    for declarator in source.decl.node.declarators:
                        if isinstance(declarator.target, n.Name) and declarator.init is not None:
                            return _value(world, source, declarator.init, depth + 1)
    return None


def _called(world: World, site: Site, call: n.Call, depth: int) -> Type | None:
    """`JSON.parse(readFileSync("fixtures/contact.json"))`, `JSON.stringify({...})`."""
    name = dotted(call.callee) or ""
    if name in ("JSON.stringify", "structuredClone") and call.args:
        return _value(world, site, call.args[0], depth + 1)
    if name == "JSON.parse":
        for node in walk(call):
            if isinstance(node, n.Str) and node.value.endswith(".json"):
                for folder in (posixpath.dirname(site.path), world.provider.path if world.provider else ""):
                    found = _json(world, posixpath.join(folder, node.value))
                    if found is not None:
                        return found
    return None


def _json(world: World, path: str) -> Type | None:
    path = posixpath.normpath(path)
    if world.provider is None or not path.startswith(world.provider.path + "/"):
        return None
    data = world.view.read(path)
    if data is None or len(data) > _LARGE:
        return None
    try:
        return _from_json(json.loads(data), 0)
    except (ValueError, RecursionError):
        return None


def _from_json(value: object, depth: int) -> Type:
    if isinstance(value, bool):
        return Plain("boolean")
    if isinstance(value, int | float):
        return Plain("number")
    if isinstance(value, str):
        return Plain("string")
    if depth > 12:
        return UNKNOWN
    if isinstance(value, list):
        items = cast("list[object]", value)
        return Array(_merged([_from_json(item, depth + 1) for item in items[:50]]))
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value).items()
        return Object({key: Field(_from_json(item, depth + 1), False) for key, item in pairs}, (), False)
    return UNKNOWN


def _merged(items: list[Type]) -> Type:
    """One type for all the items of an array."""
    if not items:
        return UNKNOWN
    objects = [item for item in items if isinstance(item, Object)]
    if len(objects) == len(items):
        keys = dict.fromkeys(key for item in objects for key in item.fields)
        fields = {}
        for key in keys:
            present = [item.fields[key] for item in objects if key in item.fields]
            optional = len(present) < len(objects) or any(field.optional for field in present)
            fields[key] = Field(_merged([field.type for field in present]), optional)
        return Object(fields, (), False)
    unique: list[Type] = []
    for item in items:
        if item not in unique:
            unique.append(item)
    if UNKNOWN in unique:
        return UNKNOWN
    if len(unique) > 1 and not all(isinstance(item, Plain) for item in unique):
        return UNKNOWN
    return unique[0] if len(unique) == 1 else Union(tuple(unique))


# Schemas


def schema_for(
    world: World, place: Place, observed: frozenset[str], parsed: frozenset[str]
) -> SchemaAt | None:
    """The schema that parses this value, else one whose keys cover what is read of it."""
    found = list(_schemas(world, place.site.path))
    for schema in found:
        if schema.name in parsed:
            return schema
    for schema in found:
        if observed and observed <= schema.keys and (len(observed) > 1 or _about(place, schema)):
            return schema
    return None


def _about(place: Place, schema: SchemaAt) -> bool:
    subject = place.subject.lower()
    return bool(subject) and subject in schema.name.lower()


def _schemas(world: World, path: str) -> Iterator[SchemaAt]:
    seen = [path]
    if world.provider is not None:
        seen += [other for other in world.neighbours if other != path and not world.view.is_test(other)]
    for other in seen:
        data = world.view.read(other)
        if data is None or b"z.object" not in data:
            continue
        for site in world.sites(other):
            if site.decl.kind != "variable" or b"z" not in site.decl.data:
                continue
            node = site.decl.node
            if isinstance(node, n.VarDecl) and (other == path or site.decl.exported):
                for declarator in node.declarators:
                    keys = _keys(declarator.init) if declarator.init is not None else None
                    if keys is not None and isinstance(declarator.target, n.Name):
                        yield SchemaAt(declarator.target.name, other, keys)


def _keys(expr: n.Expr) -> frozenset[str] | None:
    """The keys of `z.object({...})`, whatever is chained to it, `.extend({...})` included."""
    chain = chain_of(expr)
    if not isinstance(chain.head, n.Name) or chain.head.name != "z" or not chain.links:
        return None
    first = chain.links[0]
    if first.name not in ("object", "looseObject", "strictObject") or not first.args:
        return None
    keys: set[str] = set()
    for link in chain.links:
        if link.name in ("object", "looseObject", "strictObject", "extend") and link.args:
            shape = link.args[0]
            if isinstance(shape, n.Object):
                keys.update(prop.key for prop in shape.props if isinstance(prop, n.Prop) and prop.key)
        elif link.name in ("transform", "pipe", "pick", "omit", "array"):
            return None
    return frozenset(keys)
