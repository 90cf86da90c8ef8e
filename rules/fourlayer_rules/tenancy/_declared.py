"""The object type that the code declares for an object literal: a column that it lacks does not compile."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import uncast
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from fourlayer.project.queries.follow import At, Follower
    from fourlayer.syntax.facts import Decl

_WRAPPERS = frozenset({"Array", "ReadonlyArray", "Promise", "Readonly", "Partial", "Required"})
_DEEPEST = 6


class Declared(NamedTuple):
    """An object type with all its members; `inline` where it is written out at the value itself."""

    at: At
    type: n.TypeObject
    inline: bool

    def member(self, name: str) -> n.TypeProp | None:
        """The member of a name."""
        return next((member for member in self.type.members if member.name == name), None)


def declared_of(at: At, follower: Follower) -> Declared | None:
    """The type that is declared for the object literal; None where there is none or it is open."""
    kind = _expected(at.decl, at.expr)
    return _object_type(at.to(kind), follower, inline=True, depth=0) if kind is not None else None


def _expected(decl: Decl, node: n.Node) -> n.Type | None:
    """The type written around an expression that is a value of it or of an array of it."""
    inner, returned = node, False
    for around in decl.ancestors(node):
        if isinstance(around, n.Function):
            if around.return_type is not None or not _is_mapper(decl, around):
                return around.return_type
            returned = False
        elif isinstance(around, n.Return):
            returned = True
        elif isinstance(around, n.Declarator):
            return around.type
        elif isinstance(around, n.Cast):
            if around.type is not None and around.op != "!":
                return around.type
        elif isinstance(around, n.Call):
            if not _is_mapper(decl, inner):
                return _pushed_to(decl, around, inner)
        elif not returned and not isinstance(around, n.Array | n.Cond):
            return None
        inner = around
    return None


def _is_mapper(decl: Decl, node: n.Node) -> bool:
    """Whether a function is given to `map` or `flatMap`, whose elements it returns."""
    call = decl.parent(node)
    if not isinstance(node, n.Function) or not isinstance(call, n.Call):
        return False
    callee = uncast(call.callee)
    return isinstance(callee, n.Member) and callee.name in ("map", "flatMap")


def _pushed_to(decl: Decl, call: n.Call, item: n.Node) -> n.Type | None:
    """The declared type of the array that an item is pushed to."""
    callee = uncast(call.callee)
    if not isinstance(callee, n.Member) or callee.name != "push" or item not in call.args:
        return None
    array = uncast(callee.object)
    binding = scopes_of(decl).binding(array) if isinstance(array, n.Name) else None
    return binding.type if binding is not None and binding.path == () else None


def _object_type(at: At, follower: Follower, *, inline: bool, depth: int) -> Declared | None:
    kind = at.expr
    if depth > _DEEPEST:
        return None
    match kind:
        case n.TypeObject():
            is_open = any(member.kind == "index" for member in kind.members)
            return None if is_open else Declared(at, kind, inline)
        case n.TypeArray():
            return _object_type(at.to(kind.item), follower, inline=inline, depth=depth + 1)
        case n.TypeRef() if kind.name in _WRAPPERS and len(kind.args) == 1:
            return _object_type(at.to(kind.args[0]), follower, inline=inline, depth=depth + 1)
        case n.TypeRef():
            found = follower.top_level(at, kind.name)
            node = found.decl.node if found is not None else None
            if found is not None and isinstance(node, n.InterfaceDecl) and not node.extends:
                return _object_type(found.to(node.body), follower, inline=False, depth=depth + 1)
            if found is not None and isinstance(node, n.TypeAlias):
                return _object_type(found.to(node.value), follower, inline=False, depth=depth + 1)
            return None
        case _:
            return None
