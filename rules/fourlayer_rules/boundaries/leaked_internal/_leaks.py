"""Which public names are an integration's own business, and the words for it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.exports import Declared, Origin, exported, origin_in, public_names
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare
from fourlayer.syntax.facts import walk
from fourlayer.syntax.glob import names_match

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Certainty
    from fourlayer.syntax.facts import Decl
    from fourlayer_rules.boundaries.leaked_internal.rule import Shown

_HOPS = 4
_CLIENT = "client"
_COMPOSITION = "composition"


class Leak(NamedTuple):
    """Why a name should not be public, and what to do."""

    message: str
    help: str
    certainty: Certainty = "violation"


def leak_of(ctx: Context, provider: Provider, shown: Shown) -> Leak | None:
    """What is wrong with a public name; None when nothing is."""
    origin = shown.origin
    package = _package(ctx, origin)
    if package is not None:
        return _of_vendor(shown.name, package)
    if origin.path is None or ctx.view.provider_of(origin.path) != provider:
        return None
    if origin.name == "*":
        return _of_module(ctx, provider, shown, origin.path)
    if ctx.view.layer_of(origin.path) == _COMPOSITION:
        return _of_register(shown.name, origin.path)
    facts = ctx.view.shape(origin.path)
    decl = facts.decl(origin.name) if facts is not None else None
    if facts is None or decl is None or not decl.trusted:
        return None
    return _of_declared(ctx, provider, shown, Declared(origin.path, facts, decl))


def _of_declared(ctx: Context, provider: Provider, shown: Shown, declared: Declared) -> Leak | None:
    package = _vendor_behind(ctx, declared, 0)
    if package is not None:
        return _of_vendor(shown.name, package)
    raw = _raw_payload(ctx, declared)
    if raw is not None:
        return _of_payload(shown.name, raw)
    if not _is_helper(ctx, provider, declared):
        return None
    from fourlayer_rules.boundaries.leaked_internal._trace import starts_of, trace

    if trace(ctx.view, provider, starts_of(ctx.view, shown.origin)).used:
        return None
    return _of_helper(ctx, provider, shown.name, declared.path)


# What a vendor's package holds


def _package(ctx: Context, origin: Origin) -> str | None:
    """The third-party package that a name comes from; None for the workspace, Node and the validator."""
    if origin.path is not None or not origin.specifier:
        return None
    resolution = ctx.view.resolve(origin.specifier, origin.importer)
    package = resolution.package
    if resolution.kind != "external" or package is None or package.startswith("node:"):
        return None
    return (
        None if package in (ctx.settings.conventions.validation, ctx.settings.workspace.package) else package
    )


def _vendor_behind(ctx: Context, declared: Declared, hops: int) -> str | None:
    """The package whose type or value a declaration only gives another name."""
    decl = declared.decl
    if hops > _HOPS or decl.kind not in ("type", "interface", "variable"):
        return None
    for head, called in _heads(decl):
        origin = origin_in(ctx.view, declared.path, declared.facts, head)
        if not isinstance(origin, Origin):
            continue
        package = _package(ctx, origin)
        if package is not None and called and not names_match(ctx.settings.symbols.sdk_modules, package):
            # What a function of any other package returns is as likely a value of one's own.
            continue
        if package is None and origin.path is not None and origin.name != "*":
            facts = ctx.view.shape(origin.path)
            inner = facts.decl(origin.name) if facts is not None else None
            if facts is not None and inner is not None and inner is not decl and inner.kind != "variable":
                package = _vendor_behind(ctx, Declared(origin.path, facts, inner), hops + 1)
        if package is not None:
            return package
    return None


def _heads(decl: Decl) -> Iterator[tuple[str, bool]]:
    """The first names of what a declaration is an alias, an extension, an instance or (true) a result of."""
    node = decl.node
    if isinstance(node, n.TypeAlias):
        yield from ((name, False) for name in _named_types(node.value))
    elif isinstance(node, n.InterfaceDecl):
        yield from ((name, False) for base in node.extends for name in _named_types(base))
    elif isinstance(node, n.VarDecl):
        for declarator in node.declarators:
            value = bare(declarator.init) if declarator.init is not None else None
            if isinstance(value, n.New | n.Call):
                head = _first_name(value.callee)
                if head is not None:
                    yield head, isinstance(value, n.Call)


def _named_types(root: n.Type) -> Iterator[str]:
    """The types that a type consists of; the fields of an object are its own, though they may be vendor's."""
    stack: list[n.Node] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, n.TypeObject | n.TypeFunction):
            continue
        if isinstance(node, n.TypeRef):
            yield node.name.partition(".")[0]
            stack.extend(node.args)
        elif isinstance(node, n.TypeArray):
            stack.append(node.item)
        elif isinstance(node, n.TypeUnion | n.TypeTuple):
            stack.extend(node.items)
        elif isinstance(node, n.TypeOther):
            stack.extend(part for part in node.parts if isinstance(part, n.Type))


def _first_name(expr: n.Expr) -> str | None:
    while isinstance(expr, n.Member | n.Call):
        expr = expr.object if isinstance(expr, n.Member) else expr.callee
    return expr.name if isinstance(expr, n.Name) else None


# Raw payloads


@cache
def _says_raw() -> re.Pattern[str]:
    return re.compile(
        r"(?:^|[a-z0-9])Raw(?=[A-Z]|$)|(?:Api|API)(?:Body|Object|Payload|Record|Response|Result)s?$"
        r"|^(?:Api|API)[A-Z]\w*(?:Payload|Response)$"
    )


_RESULT = frozenset({"success", "data", "error"})
"""Fields of the envelope in which code of one's own tells how a call went."""


@cache
def _wire_name() -> re.Pattern[str]:
    return re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)+")


def _raw_payload(ctx: Context, declared: Declared) -> Certainty | None:
    """Whether a type describes what the vendor sends: its name says so, or its fields do."""
    decl = declared.decl
    name = decl.name or ""
    if decl.kind not in ("type", "interface"):
        return None
    says_raw = _says_raw().search(name) is not None
    if not says_raw and not name.endswith(("Payload", "Response")):
        return None
    fields = [node.name for node in walk(decl.node) if isinstance(node, n.TypeProp) and node.name]
    if _RESULT.issubset(fields):
        return None
    if says_raw:
        return "violation"
    if ctx.view.layer_of(declared.path) != _CLIENT:
        return None
    return "suspicious" if any(_wire_name().fullmatch(field) for field in fields) else None


# Helpers of the client


def _is_helper(ctx: Context, provider: Provider, declared: Declared) -> bool:
    """Whether a value of the client layer is neither the adapter nor what every integration shows."""
    path, decl = declared.path, declared.decl
    name = decl.name or ""
    if ctx.view.layer_of(path) != _CLIENT or _is_health(ctx, provider, path, name):
        return False
    if "Error" in name or name.endswith("Config"):
        return False
    if decl.kind == "class":
        return _is_plain_class(ctx, provider, declared)
    return decl.kind == "function" or (decl.kind == "variable" and _is_working_value(declared, name))


def _is_health(ctx: Context, provider: Provider, path: str, name: str) -> bool:
    patterns = ctx.settings.conventions.health_function
    names = tuple(pattern.replace("{Provider}", provider.pascal) for pattern in patterns)
    return path.rpartition("/")[2].partition(".")[0] == "health" or names_match(names, name)


def _is_plain_class(ctx: Context, provider: Provider, declared: Declared) -> bool:
    """Whether a class surely extends neither the base class nor an error, and is not the client itself."""
    from fourlayer.project.classes import chain_of

    if provider.adapter is None and declared.path == f"{provider.path}/client.ts":
        return False
    chain = chain_of(ctx.view, declared)
    base = ctx.settings.conventions.base_class
    if chain.find(base) is not None or (chain.end is not None and not chain.known):
        return False
    return chain.end is None or (chain.end != base and not chain.end.endswith("Error"))


def _is_working_value(declared: Declared, name: str) -> bool:
    """Whether a variable holds a function or an instance of a class of the workspace, not mere data."""
    node = declared.decl.node
    if not isinstance(node, n.VarDecl):
        return False
    for declarator in node.declarators:
        if isinstance(declarator.target, n.Name) and declarator.target.name == name:
            value = bare(declarator.init) if declarator.init is not None else None
            if isinstance(value, n.New):
                head = _first_name(value.callee)
                return head is not None and _is_known(declared, head)
            return isinstance(value, n.Function)
    return False


def _is_known(declared: Declared, name: str) -> bool:
    facts = declared.facts
    return facts.decl(name) is not None or any(
        bound.local == name for item in facts.imports for bound in item.names
    )


# A module as a whole


def _of_module(ctx: Context, provider: Provider, shown: Shown, path: str) -> Leak | None:
    """`export * as name`: the first thing in it that should not be public."""
    from fourlayer_rules.boundaries.leaked_internal._trace import trace

    helper: tuple[str, str] | None = None
    for name, origin in public_names(ctx.view, path).items():
        inner = shown._replace(name=f"{shown.name}.{name}", origin=origin)
        if origin.name == "*":
            continue
        found = exported(ctx.view, path, name)
        if isinstance(found, Declared) and _is_own_helper(ctx, provider, found):
            helper = helper or (inner.name, found.path)
            continue
        leak = leak_of(ctx, provider, inner)
        if leak is not None:
            return leak
    if helper is None or trace(ctx.view, provider, [(provider.entry or "", shown.name)]).used:
        return None
    return _of_helper(ctx, provider, *helper)


def _is_own_helper(ctx: Context, provider: Provider, declared: Declared) -> bool:
    return ctx.view.provider_of(declared.path) == provider and _is_helper(ctx, provider, declared)


# Words


def _of_vendor(name: str, package: str) -> Leak:
    what = f"Everything of `{package}`" if name == "*" else f"`{name}` of `{package}`"
    return Leak(
        f"{what} is public here: every consumer then depends on the vendor's SDK, and a new version of it "
        "changes their code.",
        "Export a type of your own that holds what consumers need, and map to it in the client.",
    )


def _of_register(name: str, path: str) -> Leak:
    file = path.rpartition("/")[2]
    return Leak(
        f"`{name}` of `{file}` is public here: whoever imports the integration then loads its wiring, and "
        "could register it a second time.",
        f"Stop exporting it; composition roots import `{file}` themselves.",
    )


def _of_payload(name: str, certainty: Certainty) -> Leak:
    return Leak(
        f"`{name}` is public here and describes what the vendor sends: consumers then depend on its wire "
        "format, which changes without them.",
        "Export a DTO of your own, and map to it in the client.",
        certainty,
    )


def _of_helper(ctx: Context, provider: Provider, name: str, path: str) -> Leak:
    from fourlayer_rules.derive.importers import is_published

    file = path.removeprefix(provider.path + "/")
    published = provider.entry is not None and is_published(ctx.view, provider.entry)
    return Leak(
        f"`{name}` is a helper of the client (`{file}`) and public here, but nobody outside the integration "
        "uses it: what is public cannot be changed freely any more.",
        "Stop exporting it until somebody needs it.",
        "unverifiable" if published else "violation",
    )
