"""Writes Zod schemas from TypeScript types: what an answer must look like for the type to be true."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer_rules.derive.symbols import Declared, qualified
from fourlayer_rules.derive.zod_text import Call, Expr, Object, Raw

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

_DEPTH = 24
_MAX_PROPERTIES = 200


class InexpressibleError(Exception):
    """A type that no schema of plain JSON stands for. The argument says why."""


class ZodApi(NamedTuple):
    """The Zod that a file may import: its major version and the specifier."""

    version: Literal[3, 4]
    specifier: str

    @property
    def type_of_schema(self) -> str:
        """The type of schemas whose output is `T` and whose input is anything."""
        return "z.ZodType<T, z.ZodTypeDef, unknown>" if self.version == 3 else "z.ZodType<T>"


class At(NamedTuple):
    """Where a type is written, and what its type parameters stand for there."""

    path: str
    facts: FileFacts
    decl: Decl
    env: Mapping[str, Bound]


class Bound(NamedTuple):
    """What a type parameter stands for: a type written elsewhere, or a schema in a variable."""

    at: At | None
    type: n.Type | None
    schema: str = ""


class Known(NamedTuple):
    """A schema that the workspace has already."""

    name: str
    path: str


class Written(NamedTuple):
    """A schema as an expression.

    `undefined` tells that the type admits `undefined`, `exact` that what the schema gives is assignable
    to the type without an assertion.
    """

    expr: Expr
    undefined: bool = False
    exact: bool = True


class Property(NamedTuple):
    """A property of an object type, and where its type is written."""

    name: str
    type: n.Type
    at: At
    optional: bool


class Shape(NamedTuple):
    """The properties of an object type and the type of its other keys (None: not said)."""

    properties: Mapping[str, Property]
    rest: tuple[At, n.Type] | None


class Definition(NamedTuple):
    """A schema constant to write: its name, its expression, and its declared type (recursive ones)."""

    name: str
    expr: Expr
    type_name: str
    exact: bool


class SchemaWriter:
    """Writes the schemas of one file (`home`) for types from anywhere in the workspace.

    `taken` are the names that the home has already, with the text of each one's expression.
    `exact_optional` is the compiler option `exactOptionalPropertyTypes`.
    """

    def __init__(
        self,
        view: View,
        home: str,
        api: ZodApi,
        known: Mapping[tuple[str, str], Known],
        taken: Mapping[str, str],
        *,
        exact_optional: bool,
        pascal: bool = False,
    ) -> None:
        self._view = view
        self._home = home
        self._api = api
        self._known = known
        self._taken = taken
        self._exact_optional = exact_optional
        self._pascal = pascal
        self._names: dict[object, str] = {}
        self._open: list[object] = []
        self._recursive: set[object] = set()
        self._done: dict[str, bool] = {}
        self.definitions: list[Definition] = []
        """The constants to write, each after those that it uses."""
        self.imports: set[tuple[str, str, bool]] = set()
        """What the home must import: path, name, whether as a type."""
        self.used: set[tuple[str, str]] = set()
        """The schemas that expressions outside the home use: name and path."""

    # Entrances

    def constant(self, at: At, type_: n.Type, hint: str) -> tuple[str, str, bool]:
        """The name and file of a schema constant for a type, and whether it is exact.

        `hint` names the schema of a type that has no name. Raises InexpressibleError.
        """
        named = self._named_constant(at, type_)
        if named is not None:
            return named
        written = self.write(at, type_)
        if isinstance(written.expr, Raw) and written.expr.name:
            return written.expr.name, written.expr.path or self._home, written.exact
        name = self._free(self._schema_name(_hint_of(at, type_) or hint), written.expr)
        if name not in self._done:
            self._define(name, _optional(written).expr, "", written.exact)
        return name, self._home, self._done[name]

    def _named_constant(self, at: At, type_: n.Type) -> tuple[str, str, bool] | None:
        if not isinstance(type_, n.TypeRef) or type_.args or "." in type_.name:
            return None
        if type_.name in at.env or type_.name in _KEYWORDS:
            return None
        written = self.write(at, type_)
        expr = written.expr
        if isinstance(expr, Raw) and expr.name and not expr.tail:
            return expr.name, expr.path or self._home, written.exact
        return None

    def write(self, at: At, type_: n.Type) -> Written:
        """A schema expression for a type. Raises InexpressibleError."""
        if len(self._open) > _DEPTH:
            raise InexpressibleError("the type is nested too deeply")
        match type_:
            case n.TypeRef():
                return self._reference(at, type_)
            case n.TypeLiteral():
                return _literal(type_.text)
            case n.TypeUnion():
                return self._union(at, type_) if type_.op == "|" else self._object(self._shape(at, type_))
            case n.TypeArray():
                return self._array(at, type_.item)
            case n.TypeTuple():
                return self._tuple(at, type_)
            case n.TypeObject():
                return self._object(self._shape(at, type_))
            case n.TypeOther() if type_.kind == "readonly_type" and _inner(type_) is not None:
                inner = _inner(type_)
                assert inner is not None  # noqa: S101 - narrowed by the guard
                return self.write(at, inner)
            case n.TypeOther() if type_.kind == "lookup_type":
                return self._lookup(at, type_)
            case _:
                raise InexpressibleError(f"`{_shown(at, type_)}` has no counterpart in JSON")

    # Names

    def _reference(self, at: At, type_: n.TypeRef) -> Written:
        bound = at.env.get(type_.name)
        if bound is not None:
            if bound.schema:
                return Written(Raw(bound.schema))
            if bound.at is not None and bound.type is not None:
                return self.write(bound.at, bound.type)
        keyword = _KEYWORDS.get(type_.name)
        if keyword is not None:
            return Written(Raw(keyword), undefined=type_.name in {"unknown", "any"})
        if type_.name == "undefined":
            return Written(Raw("z.undefined()"), undefined=True)
        if type_.name in {"Array", "ReadonlyArray"} and len(type_.args) == 1:
            return self._array(at, type_.args[0])
        if type_.name == "Record" and len(type_.args) == 2:
            return self._record(at, type_)
        if type_.name in {"Readonly", "NonNullable"} and len(type_.args) == 1:
            inner = type_.args[0]
            if type_.name == "Readonly":
                return self.write(at, inner)
            return self._union_of(at, [item for item in _items(inner) if not _is_nothing(item)])
        if type_.name in _UTILITIES:
            return self._object(self._shape(at, type_))
        if type_.name in {"z.infer", "z.output", "z.TypeOf"} and len(type_.args) == 1:
            return self._inferred(at, type_.args[0])
        found = qualified(self._view, at.path, at.facts, type_.name)
        if not isinstance(found, tuple):
            raise InexpressibleError(f"`{type_.name}` is not declared in the workspace")
        return self._declared(at, type_, found)

    def _inferred(self, at: At, type_: n.Type) -> Written:
        """`z.infer<typeof schema>`: the schema."""
        text = at.decl.text_of(type_)
        name = text.removeprefix("typeof").strip()
        if not text.startswith("typeof") or not name.isidentifier():
            raise InexpressibleError(f"`{text}` names no schema")
        found = qualified(self._view, at.path, at.facts, name)
        if not isinstance(found, tuple):
            raise InexpressibleError(f"`{name}` is not declared in the workspace")
        if not _reachable(found):
            raise InexpressibleError(f"`{name}` is not exported")
        return self._use(Known(name, found.path))

    def _use(self, known: Known) -> Written:
        if known.path != self._home and self._open:
            self.imports.add((known.path, known.name, False))
        if not self._open:
            self.used.add((known.name, known.path))
        return Written(Raw(known.name, name=known.name, path=known.path))

    def _declared(self, at: At, type_: n.TypeRef, found: Declared) -> Written:
        name = found.decl.name or ""
        if not found.decl.trusted:
            raise InexpressibleError(f"`{name}` does not parse")
        known = self._known.get((found.path, name))
        if known is not None and not type_.args:
            return self._use(known)
        node = found.decl.node
        if isinstance(node, n.EnumDecl):
            return self._enum(found)
        if not isinstance(node, n.InterfaceDecl | n.TypeAlias):
            raise InexpressibleError(f"`{name}` is not a type of plain data")
        env = self._arguments(at, type_, node.type_params)
        inner = At(found.path, found.facts, found.decl, env)
        if isinstance(node, n.TypeAlias) and isinstance(node.value, n.TypeRef):
            schema = _infers(found.decl, node)
            if schema is not None:
                return self._inferred(inner, node.value.args[0])
        if (
            isinstance(node, n.TypeAlias)
            and isinstance(node.value, n.TypeRef)
            and node.value.name in _KEYWORDS
        ):
            return self.write(inner, node.value)
        if any(self._holds_schema(bound) for bound in env.values()):
            return self._structure(inner, node)
        return self._constant_of(at, type_, found, inner, node)

    def _holds_schema(self, bound: Bound) -> bool:
        if bound.schema:
            return True
        if bound.at is None or bound.type is None:
            return False
        from fourlayer.syntax.facts import walk

        return any(
            isinstance(node, n.TypeRef) and node.name in bound.at.env for node in walk(bound.type)
        ) and any(self._holds_schema(inner) for inner in bound.at.env.values())

    def _arguments(self, at: At, type_: n.TypeRef, params: Sequence[n.TypeParam]) -> Mapping[str, Bound]:
        env: dict[str, Bound] = {}
        for index, param in enumerate(params):
            if index < len(type_.args):
                env[param.name] = Bound(at, type_.args[index])
            elif param.default is not None:
                env[param.name] = Bound(at, param.default)
            else:
                raise InexpressibleError(f"`{type_.name}` lacks a type argument")
        return env

    def _constant_of(
        self, at: At, type_: n.TypeRef, found: Declared, inner: At, node: n.InterfaceDecl | n.TypeAlias
    ) -> Written:
        """A constant of its own for a declared type."""
        text = "" if not type_.args else _canonical(at, type_)
        key = (found.path, found.decl.name, text)
        if key in self._open:
            if type_.args:
                raise InexpressibleError(f"`{type_.name}` is generic and contains itself")
            # What is being written inside the type needs it before it is there, so that it must wait too.
            self._recursive.update(self._open[self._open.index(key) :])
            open_name = self._names[key]
            return Written(Raw(open_name, name=open_name, path=self._home))
        name = self._names.get(key)
        if name is None:
            name = self._schema_name(_identifier(text) if text else found.decl.name or "value")
            self._names[key] = name
            self._open.append(key)
            imports = set(self.imports)
            try:
                written = self._structure(inner, node)
            except InexpressibleError:
                self.imports = imports
                del self._names[key]
                raise
            finally:
                self._open.pop()
            expr = _optional(written).expr if written.undefined else written.expr
            if written.undefined and type_.name not in _KEYWORDS:
                raise InexpressibleError(f"`{type_.name}` admits undefined")
            recursive = key in self._recursive
            chosen = self._free(name, expr)
            if chosen != name and recursive:
                raise InexpressibleError(f"`{name}` is taken")
            name = self._names[key] = chosen
            if name not in self._done:
                self._define(name, expr, self._declared_type(found) if recursive else "", written.exact)
        if not self._open:
            self.used.add((name, self._home))
        return Written(Raw(name, name=name, path=self._home), exact=self._done[name])

    def _declared_type(self, found: Declared) -> str:
        """The name of a recursive type, which its schema must declare."""
        name = found.decl.name or ""
        if found.path != self._home:
            if not _reachable(found) or not _is_contract(found.path, self._home):
                raise InexpressibleError(
                    f"`{name}` contains itself and cannot be imported from `{self._home}`"
                )
            self.imports.add((found.path, name, True))
        return name

    def _define(self, name: str, expr: Expr, type_name: str, exact: bool) -> None:
        if name not in self._taken:
            self.definitions.append(Definition(name, expr, type_name, exact))
        self._done[name] = exact or bool(type_name)

    def _free(self, name: str, expr: Expr) -> str:
        """The name, or another one where it stands for something else."""
        wanted = squeezed(expr.flat())
        for candidate in (
            name,
            *(f"{_stem(name)}{extra}{name[-6:]}" for extra in ("Response", "Payload", "Body")),
        ):
            text = self._taken.get(candidate)
            mine = next((d for d in self.definitions if d.name == candidate), None)
            if mine is not None:
                text = mine.expr.flat()
            if text is None or squeezed(text) == wanted:
                return candidate
        raise InexpressibleError(f"`{name}` is taken")

    def _schema_name(self, type_name: str) -> str:
        stem = _camel(type_name)
        if self._pascal:
            stem = stem[:1].upper() + stem[1:]
        return f"{stem}Schema"

    def _enum(self, found: Declared) -> Written:
        name = found.decl.name or ""
        if not _reachable(found) or not _is_contract(found.path, self._home):
            raise InexpressibleError(f"the enum `{name}` cannot be imported from `{self._home}`")
        if re.search(rb"\b(const|declare)\s+enum\b", found.decl.data):
            raise InexpressibleError(f"the enum `{name}` does not exist at run time")
        if found.path != self._home:
            self.imports.add((found.path, name, False))
        return Written(Raw(f"z.nativeEnum({name})" if self._api.version == 3 else f"z.enum({name})"))

    # Structures

    def _structure(self, at: At, node: n.InterfaceDecl | n.TypeAlias) -> Written:
        if isinstance(node, n.TypeAlias):
            return self.write(at, node.value)
        if len(node.extends) == 1 and isinstance(node.extends[0], n.TypeRef):
            extended = self._extended(at, node, node.extends[0])
            if extended is not None:
                return extended
        return self._object(self._interface(at, node))

    def _extended(self, at: At, node: n.InterfaceDecl, base: n.TypeRef) -> Written | None:
        """`baseSchema.extend({...})` where the base is an object written here."""
        if base.args or base.name in _UTILITIES or base.name in _KEYWORDS:
            return None
        found = qualified(self._view, at.path, at.facts, base.name)
        if not isinstance(found, tuple) or not isinstance(found.decl.node, n.InterfaceDecl):
            return None
        key = (found.path, found.decl.name, "")
        if key in self._open or (found.path, found.decl.name or "") in self._known:
            return None
        own = self._members(at, node.body)
        if own.rest is not None or self._interface(at, node).rest is not None:
            return None
        written = self._reference(at, base)
        if key in self._recursive or not isinstance(written.expr, Raw):
            raise InexpressibleError(f"`{base.name}` contains itself")
        props, exact = self._properties(own)
        return Written(Object(f"{written.expr.flat()}.extend", props, ""), exact=exact and written.exact)

    def _object(self, shape: Shape) -> Written:
        if len(shape.properties) > _MAX_PROPERTIES:
            raise InexpressibleError("the type has too many properties")
        if not shape.properties and shape.rest is not None:
            value = self.write(*shape.rest)
            return Written(Call("z.record", (Raw("z.string()"), _plain(value).expr)), exact=value.exact)
        props, exact = self._properties(shape)
        if shape.rest is not None:
            rest = self.write(*shape.rest)
            if not _is_unknown(rest.expr):
                tail = f".catchall({rest.expr.flat()})"
                return Written(Object("z.object", props, tail), exact=exact and rest.exact)
        if self._api.version == 4:
            return Written(Object("z.looseObject", props, ""), exact=exact)
        return Written(Object("z.object", props, ".passthrough()"), exact=exact)

    def _properties(self, shape: Shape) -> tuple[tuple[tuple[str, Expr], ...], bool]:
        exact = True
        props: list[tuple[str, Expr]] = []
        for prop in shape.properties.values():
            written = self.write(prop.at, prop.type)
            exact = exact and written.exact
            unknown = _is_unknown(written.expr)
            if prop.optional:
                exact = exact and (written.undefined or not self._exact_optional)
                expr = written.expr if _has_optional(written.expr) else written.expr.with_tail(".optional()")
            elif unknown:
                exact = exact and self._api.version == 4
                expr = written.expr
            elif written.undefined:
                exact = False
                expr = _optional(written).expr
            else:
                expr = written.expr
            props.append((_key(prop.name), expr))
        return tuple(props), exact

    def _array(self, at: At, item: n.Type) -> Written:
        written = self.write(at, item)
        return Written(Call("z.array", (_optional(written).expr,)), exact=written.exact)

    def _tuple(self, at: At, type_: n.TypeTuple) -> Written:
        text = at.decl.text_of(type_)
        if "?" in text or "..." in text:
            raise InexpressibleError("a tuple with optional or further elements")
        items = [self.write(at, item) for item in type_.items]
        return Written(
            Call("z.tuple", tuple(_plain(item).expr for item in items), brackets=True),
            exact=all(item.exact for item in items),
        )

    def _record(self, at: At, type_: n.TypeRef) -> Written:
        key, value = type_.args
        if isinstance(key, n.TypeRef) and key.name in {"string", "number", "PropertyKey"}:
            written = self.write(at, value)
            return Written(Call("z.record", (Raw("z.string()"), _plain(written).expr)), exact=written.exact)
        return self._object(self._shape(at, type_))

    def _lookup(self, at: At, type_: n.TypeOther) -> Written:
        """`Type["property"]`, `Type[number]`."""
        parts = [part for part in type_.parts if isinstance(part, n.Type)]
        if len(parts) != 2:
            raise InexpressibleError("an indexed type")
        whole, index = parts
        if isinstance(index, n.TypeRef) and index.name == "number" and isinstance(whole, n.TypeArray):
            return self.write(at, whole.item)
        if isinstance(index, n.TypeLiteral):
            prop = self._shape(at, whole).properties.get(_string_of(index.text) or "")
            if prop is not None and not prop.optional:
                return self.write(prop.at, prop.type)
        raise InexpressibleError(f"`{_shown(at, type_)}` is not followed")

    # Unions

    def _union(self, at: At, type_: n.TypeUnion) -> Written:
        return self._union_of(at, list(type_.items))

    def _union_of(self, at: At, items: Sequence[n.Type]) -> Written:
        kept = [item for item in items if not _is_nothing(item)]
        null = any(_named(item, "null") for item in items)
        undefined = any(_named(item, "undefined") for item in items)
        written = self._alternatives(at, kept) if kept else Written(Raw("z.null()"))
        expr = written.expr
        if null and kept:
            expr = expr.with_tail(".nullable()")
        return Written(expr, undefined or written.undefined, written.exact)

    def _alternatives(self, at: At, items: Sequence[n.Type]) -> Written:
        if len(items) == 1:
            return self.write(at, items[0])
        strings = [_string_of(item.text) if isinstance(item, n.TypeLiteral) else None for item in items]
        if all(text is not None for text in strings):
            return Written(
                Call("z.enum", tuple(Raw(json.dumps(text, ensure_ascii=False)) for text in strings), True)
            )
        if sorted(item.text for item in items if isinstance(item, n.TypeLiteral)) == ["false", "true"] and (
            len(items) == 2
        ):
            return Written(Raw("z.boolean()"))
        written = [self.write(at, item) for item in items]
        exact = all(item.exact for item in written)
        undefined = any(item.undefined for item in written)
        key = self._discriminant(at, items)
        exprs = tuple(item.expr for item in written)
        if (
            key is not None
            and all(_may_discriminate(expr) for expr in exprs)
            and not self._open_members(exprs)
        ):
            return Written(Call("z.discriminatedUnion", (Raw(_quoted(key)),), True, exprs), undefined, exact)
        return Written(Call("z.union", exprs, True), undefined, exact)

    def _open_members(self, exprs: Sequence[Expr]) -> bool:
        """Whether a member of a union is not surely an object schema: recursive, a union, from elsewhere."""
        by_name = {definition.name: definition for definition in self.definitions}
        for expr in exprs:
            if isinstance(expr, Raw):
                definition = by_name.get(expr.name)
                if definition is None or definition.type_name or not isinstance(definition.expr, Object):
                    return True
                if definition.expr.tail not in {"", ".passthrough()"}:
                    return True
        return False

    def _discriminant(self, at: At, items: Sequence[n.Type]) -> str | None:
        """The property that has another literal in every member of a union of objects."""
        shapes: list[Shape] = []
        for item in items:
            try:
                shapes.append(self._shape(at, item))
            except InexpressibleError:
                return None
        for name, prop in shapes[0].properties.items():
            seen: list[str] = []
            for shape in shapes:
                other = shape.properties.get(name)
                if other is None or other.optional or not isinstance(other.type, n.TypeLiteral):
                    break
                seen.append(other.type.text)
            if (
                len(seen) == len(shapes)
                and len(set(seen)) == len(seen)
                and isinstance(prop.type, n.TypeLiteral)
            ):
                return name
        return None

    # Shapes

    def _shape(self, at: At, type_: n.Type, depth: int = 0) -> Shape:
        """The properties of an object type. Raises InexpressibleError for any other type."""
        if depth > _DEPTH:
            raise InexpressibleError("the type is nested too deeply")
        if isinstance(type_, n.TypeObject):
            return self._members(at, type_)
        if isinstance(type_, n.TypeUnion) and type_.op == "&":
            return self._merged([self._shape(at, item, depth + 1) for item in type_.items])
        if isinstance(type_, n.TypeRef):
            return self._shape_of_name(at, type_, depth)
        raise InexpressibleError(f"`{_shown(at, type_)}` is no plain object type")

    def _shape_of_name(self, at: At, type_: n.TypeRef, depth: int) -> Shape:
        bound = at.env.get(type_.name)
        if bound is not None:
            if bound.at is None or bound.type is None:
                raise InexpressibleError(f"`{type_.name}` is a type parameter")
            return self._shape(bound.at, bound.type, depth + 1)
        if type_.name in _UTILITIES and type_.args:
            return self._utility(at, type_, depth)
        found = qualified(self._view, at.path, at.facts, type_.name)
        if not isinstance(found, tuple) or not found.decl.trusted:
            raise InexpressibleError(f"`{type_.name}` is not declared in the workspace")
        node = found.decl.node
        if not isinstance(node, n.InterfaceDecl | n.TypeAlias):
            raise InexpressibleError(f"`{type_.name}` is not a type of plain data")
        inner = At(found.path, found.facts, found.decl, self._arguments(at, type_, node.type_params))
        if isinstance(node, n.TypeAlias):
            return self._shape(inner, node.value, depth + 1)
        return self._interface(inner, node, depth)

    def _interface(self, at: At, node: n.InterfaceDecl, depth: int = 0) -> Shape:
        if depth > _DEPTH:
            raise InexpressibleError("the type is nested too deeply")
        own = self._members(at, node.body)
        properties: dict[str, Property] = {}
        rest = own.rest
        for base in node.extends:
            inherited = self._shape(at, base, depth + 1)
            properties.update(inherited.properties)
            rest = rest or inherited.rest
        properties.update(own.properties)
        return Shape(properties, rest)

    def _members(self, at: At, body: n.TypeObject) -> Shape:
        properties: dict[str, Property] = {}
        rest: tuple[At, n.Type] | None = None
        for member in body.members:
            if (
                member.kind == "index"
                and member.type is not None
                and not isinstance(member.type, n.TypeOther)
            ):
                rest = (at, member.type)
            elif member.kind == "property" and member.name is not None and member.type is not None:
                name = _property_name(member.name)
                properties[name] = Property(name, member.type, at, member.optional)
            else:
                raise InexpressibleError("a method or computed member has no counterpart in JSON")
        return Shape(properties, rest)

    def _merged(self, shapes: Sequence[Shape]) -> Shape:
        properties: dict[str, Property] = {}
        rest: tuple[At, n.Type] | None = None
        for shape in shapes:
            for name, prop in shape.properties.items():
                if name in properties:
                    raise InexpressibleError(f"`{name}` is declared twice in an intersection")
                properties[name] = prop
            if shape.rest is not None:
                if rest is not None:
                    raise InexpressibleError("two index signatures in an intersection")
                rest = shape.rest
        return Shape(properties, rest)

    def _utility(self, at: At, type_: n.TypeRef, depth: int) -> Shape:
        if type_.name == "Record" and len(type_.args) == 2:
            return self._record_shape(at, type_, depth)
        shape = self._shape(at, type_.args[0], depth + 1)
        match type_.name:
            case "Readonly":
                return shape
            case "Partial" | "Required":
                optional = type_.name == "Partial"
                return shape._replace(
                    properties={
                        name: prop._replace(optional=optional) for name, prop in shape.properties.items()
                    }
                )
            case "Pick" | "Omit" if len(type_.args) == 2:
                keys = self._keys(at, type_.args[1], depth)
                keep = type_.name == "Pick"
                return shape._replace(
                    properties={
                        name: prop for name, prop in shape.properties.items() if (name in keys) == keep
                    }
                )
            case _:
                raise InexpressibleError(f"`{type_.name}` is not followed")

    def _record_shape(self, at: At, type_: n.TypeRef, depth: int) -> Shape:
        key, value = type_.args
        if isinstance(key, n.TypeRef) and key.name in {"string", "number", "PropertyKey"}:
            return Shape({}, (at, value))
        keys = self._keys(at, key, depth)
        return Shape({name: Property(name, value, at, False) for name in keys}, None)

    def _keys(self, at: At, type_: n.Type, depth: int) -> Sequence[str]:
        """The string literals that a type consists of."""
        if isinstance(type_, n.TypeLiteral):
            text = _string_of(type_.text)
            if text is not None:
                return [text]
        if isinstance(type_, n.TypeUnion) and type_.op == "|":
            return [key for item in type_.items for key in self._keys(at, item, depth + 1)]
        if isinstance(type_, n.TypeRef) and not type_.args and depth < _DEPTH:
            found = qualified(self._view, at.path, at.facts, type_.name)
            if isinstance(found, tuple) and isinstance(found.decl.node, n.TypeAlias):
                return self._keys(
                    At(found.path, found.facts, found.decl, {}), found.decl.node.value, depth + 1
                )
        raise InexpressibleError(f"the keys `{_shown(at, type_)}` are not known")


_KEYWORDS = {
    "string": "z.string()",
    "number": "z.number()",
    "boolean": "z.boolean()",
    "unknown": "z.unknown()",
    "any": "z.unknown()",
    "null": "z.null()",
    "never": "z.never()",
}
_UTILITIES = frozenset({"Partial", "Required", "Pick", "Omit", "Readonly", "Record"})


def squeezed(text: str) -> str:
    """A schema's text without white space and trailing commas, to compare."""
    return re.sub(r",(?=[)\]}])", "", re.sub(r"\s+", "", text))


def _literal(text: str) -> Written:
    if text == "null":
        return Written(Raw("z.null()"))
    if text == "undefined":
        return Written(Raw("z.undefined()"), undefined=True)
    string = _string_of(text)
    if string is not None:
        return Written(Raw(f"z.literal({_quoted(string)})"))
    if text in {"true", "false"} or re.fullmatch(r"-?\d+(\.\d+)?", text):
        return Written(Raw(f"z.literal({text})"))
    raise InexpressibleError(f"`{text}` has no counterpart in JSON")


def _string_of(text: str) -> str | None:
    """The value of a plain string literal."""
    if len(text) > 1 and text[0] in "\"'" and text[-1] == text[0] and "\\" not in text:
        return text[1:-1]
    return None


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _property_name(name: str) -> str:
    return _string_of(name) or name


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_$][\w$]*", name) and name != "__proto__" else _quoted(name)


def _items(type_: n.Type) -> Sequence[n.Type]:
    return type_.items if isinstance(type_, n.TypeUnion) and type_.op == "|" else (type_,)


def _named(type_: n.Type, name: str) -> bool:
    if isinstance(type_, n.TypeRef):
        return type_.name == name and not type_.args
    return isinstance(type_, n.TypeLiteral) and type_.text == name


def _is_nothing(type_: n.Type) -> bool:
    return _named(type_, "null") or _named(type_, "undefined")


def _is_unknown(expr: Expr) -> bool:
    return isinstance(expr, Raw) and expr.flat() == "z.unknown()"


def _has_optional(expr: Expr) -> bool:
    return _is_unknown(expr) or expr.tail.endswith(".optional()")


def _optional(written: Written) -> Written:
    """With `undefined` admitted by the schema where the type admits it."""
    if not written.undefined or _has_optional(written.expr) or written.expr.flat() == "z.undefined()":
        return written
    return written._replace(expr=written.expr.with_tail(".optional()"))


def _plain(written: Written) -> Written:
    return _optional(written)


def _may_discriminate(expr: Expr) -> bool:
    if isinstance(expr, Raw):
        return bool(expr.name) and not expr.tail
    return isinstance(expr, Object) and expr.tail in {"", ".passthrough()"}


def _inner(type_: n.TypeOther) -> n.Type | None:
    parts = [part for part in type_.parts if isinstance(part, n.Type)]
    return parts[0] if len(parts) == 1 else None


def _infers(decl: Decl, node: n.TypeAlias) -> str | None:
    """The schema that `type X = z.infer<typeof schema>` is inferred from."""
    value = node.value
    if (
        isinstance(value, n.TypeRef)
        and value.name in {"z.infer", "z.output", "z.TypeOf"}
        and len(value.args) == 1
    ):
        text = decl.text_of(value.args[0])
        return text.removeprefix("typeof").strip() if text.startswith("typeof") else None
    return None


def _shown(at: At, type_: n.Type) -> str:
    text = " ".join(at.decl.text_of(type_).split())
    return text if len(text) <= 60 else text[:57] + "..."


def _canonical(at: At, type_: n.TypeRef) -> str:
    """A type reference with its arguments as written, those of the environment put in."""
    args: list[str] = []
    for arg in type_.args:
        bound = at.env.get(arg.name) if isinstance(arg, n.TypeRef) and not arg.args else None
        if bound is not None and bound.at is not None and bound.type is not None:
            inner = bound.type
            args.append(
                _canonical(bound.at, inner) if isinstance(inner, n.TypeRef) else bound.at.decl.text_of(inner)
            )
        else:
            args.append(_canonical(at, arg) if isinstance(arg, n.TypeRef) else at.decl.text_of(arg))
    return f"{type_.name}<{', '.join(args)}>" if args else type_.name


def _identifier(text: str) -> str:
    """A generic type's name for its schema: `List<Contact>` -> `ListContact`."""
    words = re.findall(r"\w+|\[\]", text)
    parts = ["List" if word == "[]" else word for word in words if word not in {"string", "number"}]
    return "".join(part[:1].upper() + part[1:] for part in parts) or "value"


def _hint_of(at: At, type_: n.Type) -> str | None:
    """A name for an array of something that has one: `Contact[]` -> `ContactList`."""
    item: n.Type | None = None
    if isinstance(type_, n.TypeArray):
        item = type_.item
    elif isinstance(type_, n.TypeRef) and type_.name in {"Array", "ReadonlyArray"} and type_.args:
        item = type_.args[0]
    elif isinstance(type_, n.TypeUnion) and type_.op == "|":
        kept = [part for part in type_.items if not _is_nothing(part)]
        if len(kept) == 1 and isinstance(kept[0], n.TypeRef) and kept[0].name not in _KEYWORDS:
            return f"{_identifier(_canonical(at, kept[0]))}OrNull"
        return None
    if isinstance(item, n.TypeRef) and item.name not in _KEYWORDS:
        return f"{_identifier(_canonical(at, item))}List"
    return None


def _camel(name: str) -> str:
    """The start of an identifier in camel case: `JiraToken` -> `jiraToken`, `URLInfo` -> `urlInfo`."""
    match = re.match(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]+$|[A-Z]", name)
    return name if match is None else match[0].lower() + name[match.end() :]


def _stem(name: str) -> str:
    return name.removesuffix("Schema")


def _reachable(found: Declared) -> bool:
    name = found.decl.name or ""
    return any(export.name == name and export.specifier is None for export in found.facts.exports)


_CONTRACTS = frozenset({"types.ts", "schemas.ts", "constants.ts", "config.ts", "errors.ts"})


def _is_contract(path: str, home: str) -> bool:
    """Whether the home may import a file: its own, or a contract beside it."""
    folder, _, name = path.rpartition("/")
    return folder == home.rpartition("/")[0] and name in _CONTRACTS


def zod_of(view: View, path: str) -> ZodApi | None:
    """The Zod that a file may import, by its package's manifest and its imports; None without one."""
    facts = view.facts(path)
    for item in facts.imports if facts is not None else ():
        if item.specifier in _SPECIFIERS and item.kind == "import":
            version = _SPECIFIERS[item.specifier]
            if version is not None:
                return ZodApi(version, item.specifier)
    declared = _declared_version(view, path)
    return ZodApi(declared, "zod") if declared is not None else None


_SPECIFIERS: Mapping[str, Literal[3, 4] | None] = {"zod": None, "zod/v3": 3, "zod/v4": 4}


def _declared_version(view: View, path: str) -> Literal[3, 4] | None:
    for folder in _upward(path):
        content = view.read(f"{folder}/package.json" if folder else "package.json")
        if content is None or b'"zod"' not in content:
            continue
        match = re.search(rb'"zod"\s*:\s*"([^"]*)"', content)
        if match is None:
            continue
        wanted = match[1].decode("utf-8", "replace")
        if wanted.startswith("catalog:"):
            catalog = view.read("pnpm-workspace.yaml") or b""
            entry = re.search(rb"""^\s+["']?zod["']?\s*:\s*["']?([^\s"']+)""", catalog, re.MULTILINE)
            wanted = entry[1].decode("utf-8", "replace") if entry is not None else "3"
        major = re.search(r"\d+", wanted)
        return 4 if major is not None and major[0] == "4" else 3
    return None


def _upward(path: str) -> Iterator[str]:
    folder = path.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""
