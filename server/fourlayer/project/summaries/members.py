"""What the members of classes, interfaces and object literals are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.classes import chain_of
from fourlayer.project.summaries.types import (
    UNKNOWN,
    Function,
    Made,
    Members,
    Place,
    Shaped,
    Typed,
    Written,
)
from fourlayer.syntax import nodes as n

if TYPE_CHECKING:
    from fourlayer.project.exports import Declared
    from fourlayer.project.summaries.inference import Inference
    from fourlayer.syntax.facts import Decl


def class_member(inference: Inference, owner: Made, name: str) -> Typed:
    """What a member of an object of a class, or of the class, is; bases included."""
    chain = chain_of(inference.view, owner.declared)
    for link in chain.links:
        for member in link.decl.members:
            if name.encode() not in member.data:
                continue
            found = _of_class_member(inference, owner, link, member, name)
            if found is not None:
                return found
    last = chain.links[-1]
    if chain.end is None:
        return UNKNOWN
    base = inference.dotted(chain.end, Place(last.path, last.facts, last.decl))
    return inference.member(base, name) if isinstance(base, Shaped) else UNKNOWN


def _of_class_member(
    inference: Inference, owner: Made, link: Declared, member: Decl, name: str
) -> Typed | None:
    node = member.node
    if not isinstance(node, n.ClassMember):
        return None
    place = Place(link.path, link.facts, member, owner.declared)
    if node.kind == "constructor" and node.function is not None and not owner.static:
        return _parameter_property(inference, node.function, name, place)
    if node.name != name or node.kind == "set" or ("static" in node.modifiers) != owner.static:
        return None
    if not member.trusted:
        return UNKNOWN
    if node.function is not None:
        made = Function(node.function, place)
        return inference.called(made) if node.kind == "get" else made
    if node.type is not None:
        return inference.type(node.type, place)
    inference.view.facts(link.path)
    return inference.of(node.init, place) if node.init is not None else UNKNOWN


def _parameter_property(inference: Inference, function: n.Function, name: str, place: Place) -> Typed | None:
    for param in function.params:
        if param.modifiers and isinstance(param.target, n.Name) and param.target.name == name:
            if param.type is not None:
                return inference.type(param.type, place)
            return inference.of(param.default, place) if param.default is not None else UNKNOWN
    return None


def type_member(inference: Inference, owner: Members, name: str) -> Typed:
    """What a member of an interface or object type is."""
    for prop in owner.type.members:
        if prop.name == name and prop.kind in {"property", "method"}:
            return inference.type(prop.type, owner.place)
    for base in owner.extends:
        found = inference.member(inference.type(base, owner.place), name)
        if found != UNKNOWN:
            return found
    index = next((prop for prop in owner.type.members if prop.kind == "index"), None)
    return inference.type(index.type, owner.place) if index is not None else UNKNOWN


def property_of(inference: Inference, owner: Written, name: str) -> Typed:
    """What a property of an object literal is."""
    for prop in reversed(owner.node.props):
        if isinstance(prop, n.Spread):
            found = inference.member(inference.of(prop.value, owner.place), name)
            if found != UNKNOWN:
                return found
        elif prop.key == name:
            return inference.of(prop.value, owner.place)
    return UNKNOWN
