"""The provider literal of an adapter: where it is given, and whether it is the folder's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.span import Span
from fourlayer_rules.derive.symbols import Declared, alike

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.classes import Chain
    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts

_PROVIDER = "provider"


class Literal(NamedTuple):
    """A string literal; `span` is the literal with its quotes."""

    value: str
    path: str
    span: Span


def literal_of(ctx: Context, path: str, facts: FileFacts, decl: Decl) -> Literal | None:
    """What an adapter calls its provider; None where it is no literal, or not given at all.

    That is a field, a getter, an assignment in the constructor, or what the constructor hands to the base
    class; in the class itself or one that it inherits from.
    """
    from fourlayer.project.classes import chain_of

    chain = chain_of(ctx.view, Declared(path, facts, decl))
    for link in chain.links:
        found = _own(ctx, link)
        if found is not None:
            return found[0]
        if link is chain.links[0]:
            passed = _passed(ctx, chain)
            if passed is not None:
                return passed
    return None


def _own(ctx: Context, link: Declared) -> tuple[Literal | None] | None:
    """The literal that a class itself gives (None inside: something else); None where it gives nothing."""
    for member in link.decl.members:
        if member.name != _PROVIDER and (member.name != "constructor" or b"this.provider" not in member.data):
            continue
        node = member.node
        if not isinstance(node, n.ClassMember) or "static" in node.modifiers:
            continue
        if node.kind == "constructor":
            values = [
                inner.value
                for inner in walk(node)
                if isinstance(inner, n.Assign) and inner.op == "=" and _is_this_provider(inner.target)
            ]
        elif node.kind == "get":
            from fourlayer.syntax.functions import returned_values

            values = list(returned_values(node.function)) if node.function is not None else []
        elif node.init is not None:
            values = [node.init]
        else:
            continue
        if not member.trusted or "abstract" in node.modifiers:
            return (None,) if not member.trusted else None
        if len(values) == 1:
            return (_literal(ctx, link.path, link.facts, member, values[0]),)
        if values:
            return (None,)
    return None


def _is_this_provider(target: n.Node) -> bool:
    return (
        isinstance(target, n.Member)
        and target.name == _PROVIDER
        and isinstance(target.object, n.Name)
        and target.object.name == "this"
    )


def _literal(ctx: Context, path: str, facts: FileFacts, decl: Decl, value: n.Expr) -> Literal | None:
    """A string, or a constant that holds one: of the same file, or of one that it is imported from."""
    while isinstance(value, n.Cast):
        value = value.value
    if isinstance(value, n.Str):
        return Literal(value.value, path, decl.span(value))
    if not isinstance(value, n.Name):
        return None
    from fourlayer_rules.derive.symbols import named

    found = named(ctx.view, path, facts, value.name)
    if not isinstance(found, tuple):
        return None
    fresh = ctx.view.facts(found.path)
    held = fresh.decl(found.decl.name or "") if fresh is not None else None
    node = held.node if held is not None else None
    if held is None or not isinstance(node, n.VarDecl) or node.kind != "const" or len(node.declarators) != 1:
        return None
    init = node.declarators[0].init
    while isinstance(init, n.Cast):
        init = init.value
    return Literal(init.value, found.path, held.span(init)) if isinstance(init, n.Str) else None


def _passed(ctx: Context, chain: Chain) -> Literal | None:
    """The literal that the first class's constructor hands to that of a base which takes the name."""
    from fourlayer.project.classes import Chain as Links
    from fourlayer.project.classes import constructor_of, constructor_params

    own, *bases = chain.links
    constructor = next((member for member in own.decl.members if member.name == "constructor"), None)
    if constructor is None or not bases or b"super" not in constructor.data:
        return None
    located = constructor_of(Links(tuple(bases), None, False))
    if located is None:
        return None
    params = constructor_params(located[1])
    for call in walk(constructor.node):
        if isinstance(call, n.Call) and isinstance(call.callee, n.Name) and call.callee.name == "super":
            for value in _handed(params, call.args, located[0]):
                return _literal(ctx, own.path, own.facts, constructor, value)
    return None


def _handed(params: tuple[n.Param, ...], args: tuple[n.Expr, ...], base: Declared) -> Iterator[n.Expr]:
    """The arguments that are the provider's name by their parameter, or by their key in an object."""
    for param, arg in zip(params, args, strict=False):
        if isinstance(arg, n.Spread):
            return
        if isinstance(param.target, n.Name) and param.target.name in {_PROVIDER, "providerName"}:
            yield arg
    if any(member.name == _PROVIDER and b".provider" in member.data for member in base.decl.members) or any(
        member.name == "constructor" and b"this.provider =" in member.data for member in base.decl.members
    ):
        for arg in args:
            for prop in arg.props if isinstance(arg, n.Object) else ():
                if isinstance(prop, n.Prop) and prop.key == _PROVIDER:
                    yield prop.value


# The folder's name


def disagrees(ctx: Context, provider: Provider, literal: Literal) -> bool:
    """Whether a literal is not the folder's name, nor what the shared code's own type asks for."""
    value, folder = literal.value, provider.folder
    if value in _forms(folder):
        return False
    allowed = _allowed(ctx, provider)
    if allowed is not None:
        # A name that the type asks for is right however it is written; without one nothing is known.
        wanted = [name for name in allowed if alike(name) == alike(folder)]
        return bool(wanted) and value not in wanted
    return alike(value) != alike(folder) or not _is_known_to_shared_code(ctx, provider, value)


def _forms(folder: str) -> set[str]:
    """The folder's name, and it in lower case with other separators or none."""
    lower = folder.lower()
    return {folder, lower, lower.replace("-", "_"), lower.replace("_", "-"), alike(folder)}


def _allowed(ctx: Context, provider: Provider) -> tuple[str, ...] | None:
    """The names that the base class's type of `provider` lists; empty where they cannot be told.

    None where it takes any string.
    """
    from fourlayer.project.classes import members
    from fourlayer_rules.derive.shared import base_class

    chain = base_class(ctx.view, provider, ctx.settings.conventions.base_class)
    for link in chain.links if chain is not None else ():
        for member in members(link.decl):
            if member.name == _PROVIDER:
                node = member.node
                function = node.function if isinstance(node, n.ClassMember) else None
                type_ = node.type or (function.return_type if function is not None else None)
                return _listed(ctx, link, type_, 0)
    return None


def _listed(ctx: Context, link: Declared, type_: n.Type | None, depth: int) -> tuple[str, ...] | None:
    if type_ is None or (isinstance(type_, n.TypeRef) and type_.name == "string"):
        return None
    if isinstance(type_, n.TypeLiteral):
        return (type_.text.strip("'\""),)
    if isinstance(type_, n.TypeUnion) and type_.op == "|":
        parts = [_listed(ctx, link, item, depth) for item in type_.items]
        return tuple(name for part in parts for name in part or ()) if None not in parts else None
    if isinstance(type_, n.TypeRef) and depth < 4:
        from fourlayer_rules.derive.symbols import qualified

        found = qualified(ctx.view, link.path, link.facts, type_.name)
        node = found.decl.node if isinstance(found, tuple) else None
        if isinstance(found, tuple) and isinstance(node, n.TypeAlias):
            return _listed(ctx, found, node.value, depth + 1)
    return ()


def _is_known_to_shared_code(ctx: Context, provider: Provider, value: str) -> bool:
    """Whether the shared code spells the name like this too (a registry, a list of all providers)."""
    from fourlayer_rules.derive.shared import code_files, shared_folders

    quoted = {f'"{value}"'.encode(), f"'{value}'".encode()}
    return any(
        any(text in data for text in quoted)
        for folder in shared_folders(ctx.view, provider)
        for path in code_files(ctx.view, folder)
        if (data := ctx.view.read(path)) is not None
    )
