"""The methods of an adapter or client that a test can call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.project.classes import chain_of, members
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer_rules.templates.tests.samples import Place, Sample, Sampler, of_data
from fourlayer_rules.templates.tests.stage import Operation, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl

_MOST_TYPES = 10


def operations_of(view: View, subject: Subject, sampler: Sampler) -> Iterator[Operation]:
    """The public asynchronous methods: those that the base class asks for, where it asks for some."""
    own = subject.declared
    asked = {
        member.name
        for link in chain_of(view, own).links[1:]
        for member in members(link.decl)
        if member.kind == "method" and member.visibility == "public" and member.abstract
    }
    for member in members(own.decl):
        node = member.node
        if member.kind != "method" or member.visibility != "public" or not isinstance(node, n.ClassMember):
            continue
        if (asked and member.name not in asked) or member.name in {"connect", "disconnect"}:
            continue
        if node.function is not None and _gives_promise(node, node.function):
            yield from _calls(subject, sampler, member.name, node.function, member.decl)


def _gives_promise(node: n.ClassMember, function: n.Function) -> bool:
    if "async" in node.modifiers or function.is_async:
        return True
    return isinstance(function.return_type, n.TypeRef) and function.return_type.name == "Promise"


def _calls(
    subject: Subject, sampler: Sampler, name: str, function: n.Function, decl: Decl
) -> Iterator[Operation]:
    place = Place(subject.declared.path, subject.declared.facts, decl)
    listed: list[list[Sample]] = []
    for param in function.params:
        if param.optional or param.default is not None or param.rest:
            break
        choices = _choices(subject, sampler, param, place)
        if not choices:
            return
        listed.append(choices)
    result = function.return_type
    held = result.args if isinstance(result, n.TypeRef) and result.name == "Promise" else ()
    gives = decl.text_of(held[0]) if len(held) == 1 else ""
    if not listed:
        yield Operation(name, (), gives)
    for first in listed[0] if listed else ():
        yield Operation(name, (first, *(choices[0] for choices in listed[1:])), gives)


def _choices(subject: Subject, sampler: Sampler, param: n.Param, place: Place) -> list[Sample]:
    name = param.target.name if isinstance(param.target, n.Name) else "options"
    type_ = param.type
    is_text = isinstance(type_, n.TypeRef) and type_.name == "string" and "id" not in name.lower()
    if is_text and re.search(r"type|kind|entity|resource|table|object", name, re.IGNORECASE):
        return [of_data(text) for text in _entity_types(subject)]
    if isinstance(type_, n.TypeRef) and type_.name == "Record":
        return [of_data({"name": "new name"})]
    sample = sampler.of_param(param, place)
    return [sample] if sample is not None else []


def _entity_types(subject: Subject) -> list[str]:
    """The texts that the class may know as types of records."""
    found: dict[str, None] = {}
    for decl in subject.declared.facts.all_decls():
        if decl.kind != "import":
            for node in walk(decl.node):
                found.update(dict.fromkeys(text for text in _type_names(node) if _may_be_type(text)))
    return [*list(found)[:_MOST_TYPES], "contact"]


def _may_be_type(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z]\w*", text) is not None and text.upper() != text


def _type_names(node: n.Node) -> Iterator[str]:
    if isinstance(node, n.TypeLiteral) and node.text[:1] in "\"'":
        yield node.text[1:-1]
    elif isinstance(node, n.Array):
        yield from (item.value for item in node.items if isinstance(item, n.Str))
    elif isinstance(node, n.Case) and isinstance(node.test, n.Str):
        yield node.test.value
    elif isinstance(node, n.Binary) and isinstance(node.right, n.Str) and "=" in node.op:
        yield node.right.value
