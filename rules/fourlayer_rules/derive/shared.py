"""The shared code beside the providers: base class, error classes, health status, as they are today."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.classes import Chain, chain_of, constructor_of, constructor_params
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import language_of
from fourlayer_rules.derive.symbols import Declared, exported, exported_names, qualified

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl


class Field(NamedTuple):
    """A constructor parameter, or a property of an object type: its name, type as written, optionality."""

    name: str
    type: str
    optional: bool


def shared_folders(view: View, provider: Provider) -> tuple[str, ...]:
    """The folders of shared code, those beside the provider first."""
    beside = tuple(folder for folder in view.shared if folder.rpartition("/")[0] == provider.root)
    return beside + tuple(folder for folder in view.shared if folder not in beside)


def code_files(view: View, folder: str) -> Iterator[str]:
    """The TypeScript files directly in a folder, tests left out."""
    for name in view.children(folder):
        path = f"{folder}/{name}" if folder else name
        if language_of(path) is not None and not path.endswith(".d.ts") and not view.is_test(path):
            yield path


def locate(view: View, provider: Provider, name: str) -> Declared | None:
    """The exported declaration of a name in shared code: in the file of that name, by the index, anywhere."""
    for folder in shared_folders(view, provider):
        for path in (f"{folder}/{name}.ts", f"{folder}/index.ts"):
            if view.exists(path):
                found = exported(view, path, name)
                if isinstance(found, tuple):
                    return found
        for path in code_files(view, folder):
            data = view.read(path)
            if data is not None and name.encode() in data:
                found = exported(view, path, name)
                if isinstance(found, tuple):
                    return found
    return None


def import_path(view: View, declared: Declared, name: str) -> str:
    """The file from which shared code is imported: its folder's index where that exports the name."""
    folder = declared.path.rpartition("/")[0]
    for shared in view.shared:
        if folder == shared or folder.startswith(shared + "/"):
            index = f"{shared}/index.ts"
            if view.exists(index) and name in exported_names(view, index)[0]:
                return index
    return declared.path


def fields_of_params(decl: Decl, params: tuple[n.Param, ...]) -> tuple[Field, ...]:
    """Parameters as fields; the type of an unannotated one is empty."""
    return tuple(
        Field(
            param.target.name if isinstance(param.target, n.Name) else "",
            decl.text_of(param.type) if param.type is not None else "",
            param.optional or param.default is not None or param.rest,
        )
        for param in params
    )


def object_fields(view: View, declared: Declared) -> tuple[Field, ...] | None:
    """The properties of an interface or object type, inherited ones first; None for any other type."""
    return _fields_of_type(view, declared, 0)


def _fields_of_type(view: View, declared: Declared, depth: int) -> tuple[Field, ...] | None:
    node, decl = declared.decl.node, declared.decl
    if depth > 6:
        return None
    if isinstance(node, n.InterfaceDecl):
        found: dict[str, Field] = {}
        for base in node.extends:
            inherited = _named_fields(view, declared, base, depth)
            if inherited is None:
                return None
            found.update((field.name, field) for field in inherited)
        found.update((field.name, field) for field in props_of(decl, node.body))
        return tuple(found.values())
    if isinstance(node, n.TypeAlias):
        if isinstance(node.value, n.TypeObject):
            return tuple(props_of(decl, node.value))
        return _named_fields(view, declared, node.value, depth)
    return None


def _named_fields(view: View, declared: Declared, type_: n.Type, depth: int) -> tuple[Field, ...] | None:
    if not isinstance(type_, n.TypeRef):
        return None
    if type_.name == "Readonly" and type_.args:
        return _named_fields(view, declared, type_.args[0], depth)
    found = qualified(view, declared.path, declared.facts, type_.name)
    return _fields_of_type(view, found, depth + 1) if isinstance(found, tuple) else None


def props_of(decl: Decl, body: n.TypeObject) -> Iterator[Field]:
    """The named properties and methods of an object type."""
    for prop in body.members:
        if prop.name is not None and prop.kind in {"property", "method"}:
            text = decl.text_of(prop.type) if prop.type is not None else "unknown"
            yield Field(prop.name, text, prop.optional)


# Errors


class ErrorClass(NamedTuple):
    """An error class of the shared code and what its constructor takes."""

    name: str
    declared: Declared | None
    """None: the class is about to be written."""
    params: tuple[Field, ...]
    options: Mapping[int, tuple[Field, ...]]
    """The properties of parameters that are objects, by position."""


_ROLES = {
    "message": ("message", "msg", "text", "description", "reason"),
    "code": ("code", "errorcode"),
    "provider": ("provider", "providername", "source", "integration", "service"),
    "retryable": ("retryable", "isretryable", "retriable", "canretry"),
    "status": ("statuscode", "status", "httpstatus"),
    "cause": ("cause", "originalerror", "original", "error", "err", "inner"),
    "retry_after": ("retryafter", "retryafterms", "retryafterseconds", "retryafterinms"),
}


def role_of(name: str) -> str | None:
    """What a constructor parameter of an error stands for."""
    plain = name.lower().replace("_", "")
    return next((role for role, names in _ROLES.items() if plain in names), None)


def error_class(view: View, provider: Provider, name: str) -> ErrorClass | None:
    """An error class of the shared code by its name."""
    found = locate(view, provider, name)
    if found is None or found.decl.kind != "class" or not found.decl.trusted:
        return None
    return describe_error(view, found)


def describe_error(view: View, declared: Declared) -> ErrorClass:
    """What an error class's constructor takes, inherited constructors included."""
    chain = chain_of(view, declared)
    located = constructor_of(chain)
    name = declared.decl.name or ""
    if located is None:
        builtin = (Field("message", "string", True),) if chain.end == "Error" else ()
        return ErrorClass(name, declared, builtin, {})
    owner, constructor = located
    params = constructor_params(constructor)
    options: dict[int, tuple[Field, ...]] = {}
    for position, param in enumerate(params):
        inner = _object_param(view, owner, constructor, param)
        if inner is not None:
            options[position] = inner
    return ErrorClass(name, declared, fields_of_params(constructor, params), options)


def _object_param(view: View, owner: Declared, constructor: Decl, param: n.Param) -> tuple[Field, ...] | None:
    if isinstance(param.type, n.TypeObject):
        return tuple(props_of(constructor, param.type))
    if isinstance(param.type, n.TypeRef) and param.type.name not in _SIMPLE_TYPES:
        found = qualified(view, owner.path, owner.facts, param.type.name)
        return object_fields(view, found) if isinstance(found, tuple) else None
    return None


_SIMPLE_TYPES = frozenset(
    {"string", "number", "boolean", "unknown", "any", "Error", "object", "ErrorOptions"}
)


def construct(error: ErrorClass, values: Mapping[str, str]) -> str | None:
    """The arguments of `new Class(...)` for values by role; None where something required is missing.

    The value of `cause` is an expression of type `unknown`.
    """
    args: list[str | None] = []
    for position, param in enumerate(error.params):
        value = _argument(param, values)
        if value is None and position in error.options:
            value = _object(error.options[position], values)
        if value is None and not param.optional:
            return None
        args.append(value)
    while args and args[-1] is None:
        args.pop()
    return ", ".join("undefined" if arg is None else arg for arg in args)


def _argument(field: Field, values: Mapping[str, str]) -> str | None:
    role = role_of(field.name)
    value = values.get(role) if role is not None else None
    if value is None:
        return (
            {"ErrorOptions": "{ cause: " + values["cause"] + " }"}.get(field.type)
            if "cause" in values
            else None
        )
    kinds = {part.strip() for part in field.type.split("|")} - {"undefined", "null"}
    if role == "cause":
        return value if kinds & {"unknown", "any", ""} else _as_error(value) if kinds == {"Error"} else None
    if role == "retry_after" and "second" in field.name.lower():
        return f"Math.ceil({value} / 1000)"
    wanted = {"retryable": "boolean", "status": "number", "retry_after": "number"}.get(role or "", "string")
    simple = kinds & {"string", "number", "boolean"}
    if simple and wanted not in kinds:
        return None
    if role in {"code", "message"} and "string" not in kinds and kinds != {""}:
        return None
    return value


def _as_error(value: str) -> str:
    return value if value == "undefined" else f"{value} instanceof Error ? {value} : undefined"


def _object(fields: tuple[Field, ...], values: Mapping[str, str]) -> str | None:
    parts: list[str] = []
    for field in fields:
        value = _argument(field, values)
        if value is None:
            if not field.optional:
                return None
        elif value != "undefined":
            parts.append(field.name if value == field.name else f"{field.name}: {value}")
    return "{ " + ", ".join(parts) + " }" if parts else "{}"


# Base class


def base_class(view: View, provider: Provider, name: str) -> Chain | None:
    """The base class of adapters with its own bases; None where the shared code has none."""
    found = locate(view, provider, name)
    if found is None or found.decl.kind != "class":
        return None
    return chain_of(view, found)
