"""What is wrong with the type that a public function hands out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.classes import chain_of
from fourlayer.syntax import nodes as n
from fourlayer_rules.derive.symbols import Declared, qualified
from fourlayer_rules.types._claims import unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer_rules.types.untyped_boundary._names import RawTypes

_VAGUE = frozenset({"unknown", "object", "Object"})


class Fault(NamedTuple):
    """What is wrong, in words."""

    key: str
    message: str
    help: str


def fault_of(view: View, path: str, facts: FileFacts, decl: Decl, raw: RawTypes) -> Fault | None:
    """What is wrong with a declaration's return type; None where nothing is, or it cannot be told."""
    if not decl.trusted:
        return None
    found = _function(decl)
    if found is None:
        return None
    function, declared = found
    what = f"`{decl.qualified_name}`"
    if declared is None:
        if _base_declares(view, path, facts, decl):
            return None
        return Fault(
            "no return type",
            f"{what} is public and declares no return type: what its callers get is whatever the code "
            "happens to return, and changes with it unnoticed.",
            "Declare the return type: a DTO, `Promise<...>` of one, or `void`.",
        )
    type_ = unwrapped(declared)
    if type_ is None:
        return None
    vague = _vague(type_)
    if vague is not None:
        if _passes_on(function) or _base_declares(view, path, facts, decl):
            return None
        return Fault(
            f"returns {vague}",
            f"{what} returns `{vague}`: every caller must guess what it is, and asserts the guess.",
            "Parse the answer here and return a typed DTO.",
        )
    for name in _outer_names(type_):
        package = raw.package(name)
        if package is not None:
            return Fault(
                f"returns {name}",
                f"{what} hands out `{name}`, a type of `{package}`: the layers above depend on the vendor's "
                "SDK, and a new version of it changes them all.",
                "Return a DTO of the provider's own, and keep the SDK inside the client.",
            )
    return None


def _function(decl: Decl) -> tuple[n.Function, n.Type | None] | None:
    """The function that a declaration is, and the return type it declares."""
    node = decl.node
    if isinstance(node, n.FunctionDecl):
        function = node.function
        if function.body is None or not _calls_out(function):
            return None
        return function, function.return_type
    if isinstance(node, n.ClassMember):
        if node.kind in {"method", "get"} and node.function is not None:
            return (node.function, node.function.return_type) if node.function.body is not None else None
        if node.kind == "field" and isinstance(node.init, n.Function):
            return (node.init, node.init.return_type) if node.type is None else None
        return None
    if isinstance(node, n.VarDecl) and len(node.declarators) == 1:
        declarator = node.declarators[0]
        if (
            isinstance(declarator.init, n.Function)
            and declarator.type is None
            and _calls_out(declarator.init)
        ):
            return declarator.init, declarator.init.return_type
    return None


def _calls_out(function: n.Function) -> bool:
    if function.is_async:
        return True
    declared = function.return_type
    return isinstance(declared, n.TypeRef) and declared.name == "Promise"


def _passes_on(function: n.Function) -> bool:
    """Whether a function turns a value of any type into another at once (redact, compress): no boundary."""
    declared = function.return_type
    if function.is_async or (isinstance(declared, n.TypeRef) and declared.name == "Promise"):
        return False
    return any(param.type is not None and _vague(param.type) is not None for param in function.params)


def _vague(type_: n.Type) -> str | None:
    """`unknown`, `object`, `{}`, or lists of them."""
    if isinstance(type_, n.TypeRef):
        if type_.name in _VAGUE and not type_.args:
            return type_.name
        if type_.name in {"Array", "ReadonlyArray"} and len(type_.args) == 1:
            inner = _vague(type_.args[0])
            return f"{inner}[]" if inner is not None else None
    if isinstance(type_, n.TypeArray):
        inner = _vague(type_.item)
        return f"{inner}[]" if inner is not None else None
    if isinstance(type_, n.TypeObject) and not type_.members:
        return "{}"
    return None


def _outer_names(type_: n.Type) -> Iterator[str]:
    """The names of which a value is: those of a union, of a list's items, of a promise."""
    match type_:
        case n.TypeRef():
            yield type_.name
            if type_.name in {"Array", "ReadonlyArray", "Promise", "AsyncIterable", "AsyncGenerator"}:
                for arg in type_.args:
                    yield from _outer_names(arg)
        case n.TypeUnion():
            for item in type_.items:
                yield from _outer_names(item)
        case n.TypeArray():
            yield from _outer_names(type_.item)
        case n.TypeOther() if type_.kind in {"lookup_type", "readonly_type"}:
            for part in type_.parts[:1]:
                if isinstance(part, n.Type):
                    yield from _outer_names(part)
        case _:
            return


def _base_declares(view: View, path: str, facts: FileFacts, member: Decl) -> bool:
    """Whether a base class or an interface of the class says what the member returns, or may say it."""
    owner = member.owner
    head = owner.node if owner is not None else None
    if owner is None or not isinstance(head, n.ClassDecl):
        return False
    name = member.name or ""
    chain = chain_of(view, Declared(path, facts, owner))
    for link in chain.links[1:]:
        for other in link.decl.members:
            if other.name == name:
                return _declares(other)
    node = member.node
    if isinstance(node, n.ClassMember) and "override" in node.modifiers and chain.end is not None:
        return True
    for type_ in head.implements:
        if not isinstance(type_, n.TypeRef):
            continue
        found = qualified(view, path, facts, type_.name)
        if isinstance(found, tuple) and _interface_declares(view, found, name, 0):
            return True
    return False


def _declares(member: Decl) -> bool:
    node = member.node
    if not isinstance(node, n.ClassMember):
        return False
    if node.function is not None:
        return node.function.return_type is not None
    return node.type is not None


def _interface_declares(view: View, found: Declared, name: str, hops: int) -> bool:
    node = found.decl.node
    body = node.body if isinstance(node, n.InterfaceDecl) else None
    if isinstance(node, n.TypeAlias) and isinstance(node.value, n.TypeObject):
        body = node.value
    if body is None:
        return False
    for prop in body.members:
        if prop.name == name:
            return not isinstance(prop.type, n.TypeFunction) or prop.type.result is not None
    if isinstance(node, n.InterfaceDecl) and hops < 6:
        for base in node.extends:
            if isinstance(base, n.TypeRef):
                inner = qualified(view, found.path, found.facts, base.name)
                if isinstance(inner, tuple) and _interface_declares(view, inner, name, hops + 1):
                    return True
    return False
