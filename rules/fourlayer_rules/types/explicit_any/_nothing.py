"""Tells whether the value at a place may be null or undefined besides what it is used as."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer_rules.types.explicit_any._place import Place
    from fourlayer_rules.types.explicit_any._use import Site
    from fourlayer_rules.types.explicit_any._world import World

_WORDS = ("null", "undefined")


class Nothing(NamedTuple):
    """`words` are `null` and `undefined` where the value may be those.

    `assured` tells that it is declared without a value and given one later.
    """

    words: tuple[str, ...]
    assured: bool


def nothing_at(world: World, place: Place) -> Nothing:
    """What the value at a place may be besides."""
    outer = place.site.decl.parent(place.node)
    text = place.site.decl.text_of(outer) if isinstance(outer, n.TypeUnion) else ""
    beside = {word for word in _WORDS if re.search(rf"\b{word}\b", text)}
    if place.steps:
        return Nothing(tuple(sorted(beside)), False)
    given = {
        branch.value
        for value in _values(world, place.site, place.holder)
        for branch in _branches(value)
        if isinstance(branch, n.Const) and branch.value in _WORDS
    }
    words = tuple(sorted(beside | given))
    return Nothing(words, "undefined" not in words and _is_given_later(world, place.site, place.holder))


def _values(world: World, site: Site, holder: n.Node | None) -> Iterator[n.Expr]:
    """The values that are given to what a holder declares."""
    if isinstance(holder, n.Declarator):
        yield from _of_variable(world, site, holder)
    elif isinstance(holder, n.ClassMember):
        if holder.init is not None:
            yield holder.init
        yield from (value for _, value in _of_field(world, site, holder))
    elif isinstance(holder, n.Function):
        for node in walk(holder):
            if isinstance(node, n.Return) and node.value is not None:
                yield node.value
    elif isinstance(holder, n.Param) and holder.default is not None:
        yield holder.default


def _of_variable(world: World, site: Site, holder: n.Declarator) -> Iterator[n.Expr]:
    if holder.init is not None:
        yield holder.init
    for binding in scopes_of(site.decl).declared_by(holder):
        yield from (write.value for write in binding.writes if isinstance(write, n.Assign))
        if binding.scope is site.decl.node and binding.kind in ("let", "var"):
            for other in world.sites(site.path):
                yield from _written(other.decl.node, binding.name)


def _written(root: n.Node, name: str) -> Iterator[n.Expr]:
    for node in walk(root):
        if isinstance(node, n.Assign) and isinstance(node.target, n.Name) and node.target.name == name:
            yield node.value


def _of_field(world: World, site: Site, holder: n.ClassMember) -> Iterator[tuple[Site, n.Expr]]:
    for where, member in world.this_references(site, holder.name or ""):
        parent = where.decl.parent(member)
        if isinstance(parent, n.Assign) and parent.target is member:
            yield where, parent.value


def _is_given_later(world: World, site: Site, holder: n.Node | None) -> bool:
    if isinstance(holder, n.Declarator):
        return holder.init is None and not isinstance(site.decl.parent(holder), n.Loop)
    if not isinstance(holder, n.ClassMember) or holder.init is not None or holder.optional:
        return False
    if {"abstract", "declare", "static"} & set(holder.modifiers):
        return False
    return not any(where.decl.name == "constructor" for where, _ in _of_field(world, site, holder))


def _branches(expr: n.Expr) -> Iterator[n.Expr]:
    if isinstance(expr, n.Cond):
        yield from _branches(expr.then)
        yield from _branches(expr.other)
    elif isinstance(expr, n.Binary) and expr.op in ("??", "||"):
        yield from _branches(expr.right)
    else:
        yield expr
