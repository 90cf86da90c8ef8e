"""Finds raw payloads of a vendor that are spread into normalised entities."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.types._claims import is_named, unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer_rules.types.untyped_boundary._names import RawTypes

_KEYS = frozenset({"externalId", "provider", "id", "type"})
_HOPS = 5


class RawSpread(NamedTuple):
    """A spread of a raw payload: its node, its text, and what is spread, in words."""

    node: n.Spread
    text: str
    what: str
    doubtful: bool


class _Raw(NamedTuple):
    what: str
    doubtful: bool


def raw_spreads(facts: FileFacts, decl: Decl, raw: RawTypes) -> Iterator[RawSpread]:
    """The raw payloads that a declaration spreads into the entities it returns."""
    for node in walk(decl.node):
        if isinstance(node, n.Object) and _is_entity(decl, node):
            for spread in _spreads_of(node):
                found = _raw(decl, spread.value, raw, 0)
                if found is not None and not _broken(facts, decl, spread):
                    yield RawSpread(spread, _short(decl.text_of(spread)), found.what, found.doubtful)


def _broken(facts: FileFacts, decl: Decl, node: n.Node) -> bool:
    if decl.trusted:
        return False
    start, end = decl.start + node.start, decl.start + node.end
    return any(error.start < end and start < error.end for error in facts.errors)


def _spreads_of(entity: n.Object) -> Iterator[n.Spread]:
    """Those of the entity itself and of its `data`."""
    for prop in entity.props:
        if isinstance(prop, n.Spread):
            yield prop
        elif prop.key in {"data", "attributes", "properties"} and isinstance(prop.value, n.Object):
            yield from (inner for inner in prop.value.props if isinstance(inner, n.Spread))


def _is_entity(decl: Decl, node: n.Object) -> bool:
    """Whether an object literal is what a function returns as an entity."""
    keys = {prop.key for prop in node.props if isinstance(prop, n.Prop)}
    for above in decl.ancestors(node):
        if isinstance(above, n.Cast):
            if above.type is not None and _names_entity(above.type):
                return True
        elif isinstance(above, n.Declarator):
            return above.type is not None and _names_entity(above.type)
        elif isinstance(above, n.Prop):
            return False
        elif isinstance(above, n.Function) and above.return_type is not None:
            type_ = unwrapped(above.return_type)
            return type_ is not None and _names_entity(type_) and bool(keys & _KEYS or _only_spread(node))
    return False


def _only_spread(node: n.Object) -> bool:
    return any(isinstance(prop, n.Spread) for prop in node.props)


def _names_entity(type_: n.Type) -> bool:
    match type_:
        case n.TypeRef():
            if type_.name in {"Array", "ReadonlyArray", "Promise"} and type_.args:
                return _names_entity(type_.args[0])
            return _entity_name().search(type_.name) is not None
        case n.TypeArray():
            return _names_entity(type_.item)
        case n.TypeUnion():
            return any(_names_entity(item) for item in type_.items)
        case _:
            return False


@cache
def _entity_name() -> re.Pattern[str]:
    return re.compile(r"(Entity|Dto|DTO)$")


def _raw(decl: Decl, expr: n.Expr, raw: RawTypes, hops: int) -> _Raw | None:
    """What is raw about a value; None where it has a type of the provider's own, or nobody knows."""
    if isinstance(expr, n.Binary) and expr.op in {"??", "||"}:
        return _raw(decl, expr.left, raw, hops)
    if isinstance(expr, n.Cast) and expr.type is not None and expr.op in {"as", "<>"}:
        inner = _of_type(expr.type, raw)
        if inner is not None or not is_named(expr.type, {"unknown"}):
            return inner
    node = bare(expr)
    part = False
    while isinstance(node, n.Member | n.Index):
        node = uncast(node.object)
        part = True
    if isinstance(node, n.Call):
        callee = uncast(node.callee)
        if isinstance(callee, n.Member) and callee.name == "json" and not node.args:
            return _Raw("an unparsed answer", False)
        return None
    binding = scopes_of(decl).binding(node)
    if binding is None or hops > _HOPS:
        return None
    type_ = binding.type
    if type_ is not None:
        found = _of_type(type_, raw)
        whole = not part and binding.path == ()
        return found if found is not None and (whole or found.what != _NAMED) else None
    init = binding.init
    if isinstance(init, n.Function) or init is None:
        return None
    return _raw(decl, init, raw, hops + 1)


_NAMED = "the vendor's payload"


def _of_type(type_: n.Type, raw: RawTypes) -> _Raw | None:
    inner = unwrapped(type_)
    if isinstance(inner, n.TypeUnion) and inner.op == "|":
        kept = [item for item in inner.items if not is_named(item, {"null", "undefined"})]
        inner = kept[0] if len(kept) == 1 else inner
    if is_named(inner, {"any", "unknown"}):
        return _Raw("a payload that nobody has looked at", False)
    if isinstance(inner, n.TypeRef):
        package = raw.package(inner.name)
        if package is not None:
            return _Raw(f"an object of `{package}`", False)
        if inner.name == "Record" and len(inner.args) == 2 and is_named(inner.args[1], {"any", "unknown"}):
            return _Raw("a payload that nobody has looked at", True)
        if _payload_name().search(inner.name) and not inner.args:
            return _Raw(_NAMED, True)
    return None


@cache
def _payload_name() -> re.Pattern[str]:
    return re.compile(r"^Raw[A-Z]|(Raw|Payload|Response)$|^Api[A-Z]")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "..."
