"""Implementations of the base class's abstract members, from their declarations in the workspace."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.classes import Abstract, Chain, head, members, type_names
from fourlayer.syntax import nodes as n
from fourlayer_rules.derive.shared import (
    Field,
    code_files,
    construct,
    fields_of_params,
    import_path,
    object_fields,
    shared_folders,
)
from fourlayer_rules.derive.symbols import UNKNOWN, Declared, exported, named, qualified

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fourlayer.syntax.facts import Decl
    from fourlayer_rules.derive.model import ProviderModel

_WIDTH = 110
_IMPORT_TYPE = re.compile(r"""import\(\s*["']([^"']+)["']\s*\)\s*\.\s*(\w+)""")
_LONG_THROW = re.compile(r"^( +)throw new (\w+)\((.*)\);$")
_RELEASES = frozenset({"doDisconnect", "dispose", "close", "doClose", "teardown", "shutdown", "stop"})


class Need(NamedTuple):
    """A name that generated code imports."""

    specifier: str
    name: str
    type_only: bool


class Implementation(NamedTuple):
    """The text of members in the default style, indented for a class body, and what they import."""

    texts: tuple[str, ...]
    needs: tuple[Need, ...]


class Surroundings:
    """What generated members may use: the inherited members and their types."""

    def __init__(self, model: ProviderModel, path: str, chain: Chain, own: Decl | None) -> None:
        self.model = model
        self.own = own
        self.path = path
        self.chain = chain
        self.needs: dict[Need, None] = {}
        self.inherited: dict[str, tuple[Declared, n.Type | None]] = {}
        for link in reversed(chain.links):
            for member in members(link.decl):
                if member.visibility != "private":
                    self.inherited[member.name] = (link, member.node.type)

    def has(self, name: str) -> bool:
        """Whether a member is inherited."""
        return name in self.inherited

    def credential(self, field: str) -> Field | None:
        """A property of the tenant's credentials, which the base class keeps in `credentials`."""
        if not self.has("credentials"):
            return None
        owner, type_ = self.inherited["credentials"]
        refs = type_.items if isinstance(type_, n.TypeUnion) else (type_,)
        for ref in refs:
            if isinstance(ref, n.TypeRef) and ref.name not in {"null", "undefined"}:
                found = qualified(self.model.view, owner.path, owner.facts, ref.name)
                fields = object_fields(self.model.view, found) if isinstance(found, tuple) else None
                for known in fields or ():
                    if known.name == field:
                        return known
        return None

    def provider(self) -> str:
        """The provider's name as an expression."""
        return "this.provider" if self.has("provider") else f'"{self.model.folder}"'

    def error(self, role: str, message: str, code: str = "UNSUPPORTED_OPERATION") -> str:
        """An expression for an error of the shared code: the one of the role, else the base error."""
        values = {"message": message, "provider": self.provider(), "code": f'"{code}"', "retryable": "false"}
        for known in (self.model.errors.get(role), self.model.errors.get("base")):
            args = construct(known, values) if known is not None else None
            if known is not None and args is not None and known.declared is not None:
                self.need(known.declared, known.name, type_only=False)
                return f"new {known.name}({args})"
        return f"new Error({message})"

    def need(self, declared: Declared, name: str, *, type_only: bool) -> None:
        """Import a name of the workspace."""
        target = import_path(self.model.view, declared, name)
        if target != self.path:
            self.needs[Need(self.model.specifier(target, self.path), name, type_only)] = None


def implement(
    model: ProviderModel, path: str, chain: Chain, missing: Iterable[Abstract], own: Decl | None
) -> Implementation | None:
    """Members for a class in the file `path`; None where a declaration cannot be copied there.

    `own` is the class where it exists already.
    """
    around = Surroundings(model, path, chain, own)
    texts: list[str] = []
    for abstract in missing:
        text = _member(around, abstract)
        if text is None:
            return None
        texts.append(text)
    return Implementation(tuple(map(folded, texts)), tuple(around.needs))


def folded(text: str) -> str:
    """Long `throw` statements on three lines."""
    return "\n".join(
        _LONG_THROW.sub(r"\1throw new \2(\n\1  \3\n\1);", line) if len(line) > _WIDTH else line
        for line in text.split("\n")
    )


def _member(around: Surroundings, abstract: Abstract) -> str | None:
    node = abstract.member.node
    if not isinstance(node, n.ClassMember):
        return None
    owner_head = head(abstract.owner.decl)
    params = {param.name for param in owner_head.type_params} if owner_head is not None else set[str]()
    if params & type_names(node):
        return None
    scope = "protected " if abstract.member.visibility == "protected" else ""
    if node.kind == "method" and node.function is not None:
        return _method(around, abstract, node.function, scope)
    return _property(around, abstract, node, scope)


# Methods


def _method(around: Surroundings, abstract: Abstract, function: n.Function, scope: str) -> str | None:
    decl = abstract.member.decl
    declared = fields_of_params(decl, function.params)
    result = decl.text_of(function.return_type) if function.return_type is not None else "void"
    generics = {param.name for param in function.type_params}
    body = _body(around, abstract.name, declared, result)
    if function.return_type is not None and not _import_types(
        around, abstract.owner, function.return_type, generics
    ):
        return None
    params: list[str] = []
    for param, field in zip(function.params, declared, strict=True):
        if param.type is not None and not _import_types(around, abstract.owner, param.type, generics):
            return None
        used = re.search(rf"\b{re.escape(field.name)}\b", body) is not None if field.name else True
        written = _inline(decl.text_of(param))
        if abstract.member.visibility == "protected" and param.modifiers:
            return None
        params.append(written if used else f"_{written}")
    type_params = f"<{', '.join(decl.text_of(param) for param in function.type_params)}>" if generics else ""
    is_async = "async " if result.startswith("Promise<") else ""
    opening = f"  {scope}{is_async}{abstract.name}{type_params}"
    line = f"{opening}({', '.join(params)}): {_inline(result)} {{"
    if len(line) > _WIDTH:
        inner = ",\n".join(f"    {param}" for param in params)
        line = f"{opening}(\n{inner}\n  ): {_inline(result)} {{"
    return f"{line}\n{body}  }}\n"


def _body(around: Surroundings, name: str, params: tuple[Field, ...], result: str) -> str:
    display = around.model.display
    if name == "validate" and result == "Promise<boolean>" and around.has("credentials"):
        return _validate(around)
    if name in {"doConnect", "authenticate"} and result in {"Promise<void>", "void"}:
        token = _token(around, params)
        if token is not None:
            error = around.error("auth", f'"{display} needs an access token"', "AUTH_ERROR")
            return f"    if (!{token}) throw {error};\n"
    if name in _RELEASES and result in {"Promise<void>", "void"}:
        return _release(around)
    entity = next(
        (param.name for param in params if param.name in {"entityType", "entity", "type", "resource"}), None
    )
    if entity is not None:
        message = f"`{display} does not support the entity type ${{{entity}}}`"
        return f"    throw {around.error('validation', message)};\n"
    error = around.error("base", f'"{display} does not support {name}"')
    return f"    throw {error};\n"


def _release(around: Surroundings) -> str:
    """Forget what the class keeps in its own fields that may be empty."""
    resets: list[str] = []
    for member in members(around.own) if around.own is not None else ():
        node = member.node
        if not isinstance(node, n.ClassMember) or node.kind != "field" or "readonly" in node.modifiers:
            continue
        held = node.type.items if isinstance(node.type, n.TypeUnion) else ()
        empty = {item.text for item in held if isinstance(item, n.TypeLiteral)}
        empty |= {item.name for item in held if isinstance(item, n.TypeRef)}
        word = next((word for word in ("null", "undefined") if word in empty), None)
        if word is not None:
            resets.append(f"    this.{member.name} = {word};\n")
    if resets:
        return "".join(resets)
    return "    // Nothing is kept open: every call carries the tenant's own token.\n"


def _validate(around: Surroundings) -> str:
    lines = ["    this.ensureConnected();\n"] if around.has("ensureConnected") else []
    expiry = around.credential("expiresAt")
    if expiry is not None and "Date" in expiry.type:
        lines.append("    // What can be known without a call: connected, and the token has not expired.\n")
        lines.append("    const expiresAt = this.credentials?.expiresAt;\n")
        lines.append("    return !expiresAt || expiresAt.getTime() > Date.now();\n")
    elif around.credential("accessToken") is not None:
        lines.append("    return Boolean(this.credentials?.accessToken);\n")
    else:
        lines.append("    return Boolean(this.credentials);\n")
    return "".join(lines)


def _token(around: Surroundings, params: tuple[Field, ...]) -> str | None:
    if around.credential("accessToken") is None:
        return None
    given = next((param.name for param in params if param.name == "credentials" and not param.optional), None)
    return f"{given}.accessToken" if given is not None else "this.credentials?.accessToken"


# Types


def _inline(text: str) -> str:
    """`import("./types.js").Name` as the plain name, which is imported."""
    return _IMPORT_TYPE.sub(r"\2", text)


def _import_types(around: Surroundings, owner: Declared, type_: n.Type, generics: set[str]) -> bool:
    """Import every name that a type uses; False where one cannot be reached."""
    view = around.model.view
    for name in sorted(type_names(type_) - generics):
        match = _IMPORT_TYPE.fullmatch(name)
        if match is not None:
            target = view.resolve(match[1], owner.path).path
            found = exported(view, target, match[2]) if target is not None else UNKNOWN
            if not isinstance(found, tuple):
                return False
            around.need(found, match[2], type_only=True)
            continue
        if name.startswith("import("):
            return False
        found = named(view, owner.path, owner.facts, name)
        if isinstance(found, tuple):
            if found.path == owner.path and not _exports(found, name):
                return False
            around.need(found, name, type_only=True)
        elif not _external(around, owner, name) and found == UNKNOWN:
            return False
    return True


def _exports(declared: Declared, name: str) -> bool:
    return any(export.local == name for export in declared.facts.exports)


def _external(around: Surroundings, owner: Declared, name: str) -> bool:
    """Import a name from the package that the base class takes it from."""
    for item in owner.facts.imports:
        for bound in item.names:
            if bound.local == name and bound.imported == name and not item.specifier.startswith("."):
                around.needs[Need(item.specifier, name, True)] = None
                return True
    return False


# Properties


def _property(around: Surroundings, abstract: Abstract, node: n.ClassMember, scope: str) -> str | None:
    type_ = node.type
    if type_ is None and node.function is not None:
        type_ = node.function.return_type
    decl = abstract.member.decl
    readonly = "readonly " if "readonly" in node.modifiers or node.kind == "get" else ""
    value = value_of(
        around, abstract.owner, abstract.name, type_, decl.text_of(type_) if type_ is not None else ""
    )
    if value is not None:
        return f"  {scope}{readonly}{abstract.name} = {value};\n"
    if type_ is None or not _import_types(around, abstract.owner, type_, set()):
        return None
    error = around.error("base", f'"{around.model.display} does not support {abstract.name}"')
    return f"  {scope}get {abstract.name}(): {_inline(decl.text_of(type_))} {{\n    throw {error};\n  }}\n"


def value_of(around: Surroundings, owner: Declared, name: str, type_: n.Type | None, text: str) -> str | None:
    """What an adapter says of itself in a property of this name and type."""
    model = around.model
    if name in {"provider", "providerName", "name", "id"} and _admits(
        around, owner, type_, text, model.folder
    ):
        return f'"{model.folder}"'
    if text == "string":
        return f'"{model.display}"' if name in {"displayName", "label", "title"} else None
    if text == "boolean":
        return "false"
    if re.fullmatch(r"(readonly )?string\[\]|(Readonly)?Array<string>", text):
        return "[]"
    if isinstance(type_, n.TypeRef):
        return _from_shared_function(around, owner, type_) or _all_off(around, owner, type_)
    return None


def _admits(around: Surroundings, owner: Declared, type_: n.Type | None, text: str, value: str) -> bool:
    """Whether a type takes the provider's name."""
    if text == "string" or f'"{value}"' in text or f"'{value}'" in text:
        return True
    found = _resolved(around, owner, type_)
    return found is not None and (
        f'"{value}"' in (body := found.decl.text_of(found.decl.node)) or f"'{value}'" in body
    )


def _resolved(around: Surroundings, owner: Declared, type_: n.Type | None) -> Declared | None:
    if not isinstance(type_, n.TypeRef):
        return None
    view = around.model.view
    match = _IMPORT_TYPE.fullmatch(type_.name)
    if match is not None:
        target = view.resolve(match[1], owner.path).path
        found = exported(view, target, match[2]) if target is not None else UNKNOWN
    else:
        found = qualified(view, owner.path, owner.facts, type_.name)
    return found if isinstance(found, tuple) else None


def _from_shared_function(around: Surroundings, owner: Declared, type_: n.TypeRef) -> str | None:
    """A call of the shared function that makes such a value, for the provider where it asks for one."""
    found = _resolved(around, owner, type_)
    if found is None or found.decl.name is None:
        return None
    view = around.model.view
    best: tuple[int, str, Declared, str] | None = None
    for folder in shared_folders(view, around.model.provider):
        for path in code_files(view, folder):
            facts = view.facts(path)
            for decl in facts.decls if facts is not None else ():
                node = decl.node if decl.kind == "function" and decl.exported else None
                if facts is None or not isinstance(node, n.FunctionDecl) or decl.name is None:
                    continue
                result = node.function.return_type
                if not isinstance(result, n.TypeRef) or result.name != found.decl.name:
                    continue
                args = _arguments(around, Declared(path, facts, decl), node.function)
                rank = 1 if args == "" else 0
                if args is not None and (best is None or rank < best[0]):
                    best = (rank, decl.name, Declared(path, facts, decl), args)
    if best is None:
        return None
    _, name, declared, args = best
    around.need(declared, name, type_only=False)
    return f"{name}({args})"


def _arguments(around: Surroundings, declared: Declared, function: n.Function) -> str | None:
    required = [param for param in function.params if not (param.optional or param.rest or param.default)]
    if not required:
        return ""
    if len(required) > 1 or required[0].type is None:
        return None
    text = declared.decl.text_of(required[0].type)
    folder = around.model.folder
    return f'"{folder}"' if _admits(around, declared, required[0].type, text, folder) else None


def _all_off(around: Surroundings, owner: Declared, type_: n.TypeRef) -> str | None:
    """An object of flags with every flag off: nothing is promised that was not asked for."""
    found = _resolved(around, owner, type_)
    if found is None:
        return None
    keys = _flag_keys(around, found)
    return "{ " + ", ".join(f"{key}: false" for key in keys) + " }" if keys else None


def _flag_keys(around: Surroundings, declared: Declared) -> tuple[str, ...]:
    fields = object_fields(around.model.view, declared)
    if fields is not None:
        required = [field for field in fields if not field.optional]
        return tuple(field.name for field in required) if all(f.type == "boolean" for f in required) else ()
    node = declared.decl.node
    value = node.value if isinstance(node, n.TypeAlias) else None
    while isinstance(value, n.TypeRef) and value.name == "Readonly" and value.args:
        value = value.args[0]
    if isinstance(value, n.TypeRef) and value.name == "Record" and len(value.args) == 2:
        key, held = value.args
        if isinstance(held, n.TypeRef) and held.name == "boolean":
            return _literal_names(around, declared, key)
    return ()


def _literal_names(around: Surroundings, declared: Declared, type_: n.Type) -> tuple[str, ...]:
    """The members of a union of string literals, also where it is taken from a constant list."""
    if isinstance(type_, n.TypeLiteral):
        return (type_.text[1:-1],) if type_.text[0] in "\"'" else ()
    if isinstance(type_, n.TypeUnion):
        inner = [_literal_names(around, declared, item) for item in type_.items]
        return tuple(name for names in inner for name in names) if all(inner) else ()
    if isinstance(type_, n.TypeRef):
        found = _resolved(around, declared, type_)
        node = found.decl.node if found is not None else None
        return _literal_names(around, found, node.value) if found and isinstance(node, n.TypeAlias) else ()
    match = re.fullmatch(
        r"\(typeof (\w+)\)\[number\]|typeof (\w+)\[number\]", declared.decl.text_of(type_).strip()
    )
    found_list = (
        named(around.model.view, declared.path, declared.facts, match[1] or match[2]) if match else None
    )
    if not isinstance(found_list, tuple) or not isinstance(found_list.decl.node, n.VarDecl):
        return ()
    init = found_list.decl.node.declarators[0].init
    while isinstance(init, n.Cast):
        init = init.value
    items = init.items if isinstance(init, n.Array) else ()
    return tuple(item.value for item in items if isinstance(item, n.Str))
