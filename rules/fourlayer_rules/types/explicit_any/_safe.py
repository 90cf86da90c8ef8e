"""Tells where `unknown` in the place of `any` leaves the program compiling, and what a catch clause needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.types.explicit_any._infer import UNKNOWN, Field, Inference, Object, Plain, Type, Union
from fourlayer_rules.types.explicit_any._observe import Observer
from fourlayer_rules.types.explicit_any._place import Place, binding_scope_is_local, observe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.syntax.scope import Binding
    from fourlayer_rules.types.explicit_any._use import Site, Use
    from fourlayer_rules.types.explicit_any._world import World

_ERROR_MEMBERS = frozenset({"message", "name"})


class Narrowing(NamedTuple):
    """What a variable of type `unknown` is asserted to be where its members are read.

    `names` are the reads; `shape` is the asserted type, `is_error` tells that `Error` has all of it.
    """

    names: tuple[tuple[Site, n.Name], ...]
    shape: Object
    is_error: bool
    safe: bool


def is_safe(world: World, place: Place) -> bool:
    """Whether `unknown` surely compiles: a catch variable, a local, a parameter whose calls are all seen."""
    if place.steps or not place.site.decl.trusted or not _is_bare(place) or _is_queried(place):
        return False
    if place.kind == "variable":
        if not binding_scope_is_local(place):
            return False
    elif place.kind == "parameter":
        if not _every_call_seen(world, place):
            return False
    elif place.kind != "catch":
        return False
    observation = observe(world, place, judging=True)
    return observation is not None and accepts_unknown(observation.root)


def accepts_unknown(use: Use) -> bool:
    """Whether every use of a value would accept `unknown`."""
    return (
        not (
            use.demands
            or use.lost
            or use.prims
            or use.props
            or use.as_array
            or use.as_object
            or use.keys
            or use.types
        )
        and use.called < 0
    )


def _is_bare(place: Place) -> bool:
    """Whether the whole annotation is the `any` (unions with it included) and the target is a plain name."""
    holder = place.holder
    if isinstance(holder, n.Declarator | n.Param):
        return isinstance(holder.target, n.Name) and holder.type is place.node
    return isinstance(holder, n.Try) and isinstance(holder.param, n.Name)


def _is_queried(place: Place) -> bool:
    """Whether `typeof name` in a type takes the type of the variable, or of the function, elsewhere."""
    names = {place.subject, place.function} - {""}
    if b"typeof" not in place.site.facts.text.data:
        return False
    for decl in place.site.facts.all_decls():
        for node in walk(decl.node) if b"typeof" in decl.data else ():
            is_query = isinstance(node, n.TypeOther) and node.kind == "type_query"
            if is_query and set(decl.text_of(node).replace(".", " ").split()) & names:
                return True
    return False


def _every_call_seen(world: World, place: Place) -> bool:
    site, param = place.site, place.holder
    if not isinstance(param, n.Param) or param.modifiers or param.rest:
        return False
    function = site.decl.parent(param)
    if not isinstance(function, n.Function) or function.body is None or _has_overloads(site, function):
        return False
    holder = site.decl.parent(function)
    if isinstance(holder, n.ClassMember):
        return _is_private(holder) and _only_called(site, holder)
    if not isinstance(holder, n.FunctionDecl | n.Declarator) or (
        isinstance(holder, n.Declarator)
        and (holder.type is not None or not isinstance(holder.target, n.Name))
    ):
        return False
    if _is_exported(site, function, holder):
        return False
    return all(_is_called(where, name) for where, name in Observer(world).names_of(site, function))


def _is_called(site: Site, name: n.Expr) -> bool:
    call = site.decl.parent(name)
    return isinstance(call, n.Call) and call.callee is name


def _is_private(member: n.ClassMember) -> bool:
    private = "private" in member.modifiers or (member.name or "").startswith("#")
    return private and member.kind == "method"


def _only_called(site: Site, member: n.ClassMember) -> bool:
    owner = site.decl.owner
    if owner is None or member.name is None:
        return False
    for decl in owner.members:
        if decl is not site.decl and decl.name == member.name:
            return False
        for node in walk(decl.node):
            if isinstance(node, n.Str) and node.value == member.name:
                return False
            if (
                isinstance(node, n.Member)
                and node.name == member.name
                and not (isinstance(parent := decl.parent(node), n.Call) and parent.callee is node)
            ):
                return False
            if isinstance(node, n.PatternProp) and node.key == member.name:
                return False
    return True


def _has_overloads(site: Site, function: n.Function) -> bool:
    name = function.name
    if name is None:
        return False
    same = [
        node
        for decl in site.facts.all_decls()
        for node in walk(decl.node)
        if isinstance(node, n.FunctionDecl) and node.function.name == name
    ]
    return len(same) > 1


def _is_exported(site: Site, function: n.Function, holder: n.Node) -> bool:
    owner: n.Node = holder if isinstance(holder, n.Declarator) else function
    for binding in scopes_of(site.decl).declared_by(owner):
        if binding.scope is not site.decl.node:
            return False
        return site.decl.exported or _named_in_exports(site, binding)
    return True


def _named_in_exports(site: Site, binding: Binding) -> bool:
    return any(
        binding.name in (item.local, item.name) and item.specifier is None for item in site.facts.exports
    )


def narrowing(world: World, place: Place) -> Narrowing | None:
    """The assertions that let a variable of type `unknown` be used as it is; None where none are enough."""
    observation = observe(world, place, judging=True)
    if observation is None:
        return None
    use, observer = observation.root, observation.observer
    if not use.props or use.lost or use.as_array or use.types or use.prims or use.keys or use.called >= 0:
        return None
    names = tuple(_reads(place, observer))
    if not names:
        return None
    inference = Inference(observer, flat=True)
    fields = {name: inference.field(inner, use, name, 0) for name, inner in use.props.items()}
    if observer.repairs or not inference.sound:
        return None
    is_error = set(fields) <= _ERROR_MEMBERS and all(_is_text(field.type) for field in fields.values())
    harmless = all(accepts_unknown(inner) and not inner.checked for inner in use.props.values())
    written = any(inner.provided for inner in use.props.values())
    if harmless and not is_error:
        fields = {name: Field(UNKNOWN, True) for name in fields}
    safe = (is_error and all(_soft_text(inner) for inner in use.props.values())) or (
        harmless and not is_error
    )
    whole = not use.as_object
    return Narrowing(names, Object(fields, (), False), is_error, safe and whole and not written)


def _soft_text(use: Use) -> bool:
    """Whether a text is only used as `string` allows."""
    return (
        not (use.lost or use.types or use.casts or use.props or use.checked or use.as_array)
        and (use.prims <= {"string"} and use.guessed <= {"string"} and use.called < 0 and not use.provided)
        and _soft_weak(use)
    )


def _soft_weak(use: Use) -> bool:
    return use.weak <= {"number|string", "length", "text"} and (
        not use.demands or bool(use.prims or use.weak)
    )


def _is_text(found: Type) -> bool:
    if isinstance(found, Union):
        return all(_is_text(item) or item == Plain("number") for item in found.items)
    return found in (UNKNOWN, Plain("string"))


def _reads(place: Place, observer: Observer) -> list[tuple[Site, n.Name]]:
    """The places where members of the variable are read and nothing has narrowed it."""
    found: list[tuple[Site, n.Name]] = []
    site, holder = place.site, place.holder
    if holder is None:
        return found
    for binding in scopes_of(site.decl).declared_by(holder):
        for name in binding.uses:
            parent = site.decl.parent(name)
            if isinstance(parent, n.Cast):
                continue
            if not isinstance(parent, n.Member | n.Index) or parent.object is not name:
                continue
            if observer.guards.holds(site.decl, name, "primitive") or observer.guards.holds(
                site.decl, name, "instance"
            ):
                continue
            found.append((site, name))
    return found


def arguments(world: World, place: Place) -> Iterator[tuple[Site, n.Expr]]:
    """What the provider's code passes for a parameter, as far as the function's name shows it."""
    site, param = place.site, place.holder
    function = site.decl.parent(param) if isinstance(param, n.Param) else None
    if not isinstance(param, n.Param) or not isinstance(function, n.Function) or not place.function:
        return
    if isinstance(site.decl.parent(function), n.Call):
        return
    position = function.params.index(param)
    word = place.function.encode()
    for path in world.neighbours:
        data = world.view.read(path)
        if data is None or word not in data or world.view.is_test(path):
            continue
        for other in world.sites(path):
            for node in walk(other.decl.node) if word in other.decl.data else ():
                if isinstance(node, n.Call) and position < len(node.args) and _calls(node, place.function):
                    yield other, node.args[position]


def is_unknown(world: World, site: Site, expr: n.Expr) -> bool:
    """Whether an expression is of type `unknown`: a caught error, or declared so."""
    if isinstance(expr, n.Name):
        binding = scopes_of(site.decl).binding(expr)
        if binding is not None and binding.kind == "catch":
            return True
    at = world.static_type(site, expr)
    return at is not None and isinstance(at.type, n.TypeRef) and at.type.name == "unknown"


def _calls(call: n.Call, name: str) -> bool:
    callee = call.callee
    return (isinstance(callee, n.Name) and callee.name == name) or (
        isinstance(callee, n.Member) and callee.name == name
    )
