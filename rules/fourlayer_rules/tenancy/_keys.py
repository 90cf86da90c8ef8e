"""The keys of caches, as far as they can be seen: their text, and what is put into it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted
from fourlayer.syntax.flow import function_around
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.tenancy._arguments import mentions_tenant
from fourlayer_rules.tenancy._judge import is_tenant_like

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fourlayer.project.queries.follow import At, Follower

_DEEPEST = 8
_VAGUE = re.compile(
    r"(?i)key|hash|prefix|namespace|scope|suffix|digest|fingerprint|path|args|params|options|input|context|ctx|query"
    r"|part|segment|signature|identifier|^name$|^value$|^k$|^type$|^item$|^entry$"
)


class Key(NamedTuple):
    """A key that is fully visible: its fixed text, the names that are put in, whether one is the tenant."""

    text: str
    names: tuple[str, ...]
    scoped: bool


def key_of(at: At, follower: Follower) -> Key | None:
    """The key that an expression is; None where a part is out of reach and may hold the tenant."""
    return _key(at, follower, {}, 0)


def _key(at: At, follower: Follower, given: Mapping[n.Node, At], depth: int) -> Key | None:
    expr = bare(at.expr) if isinstance(at.expr, n.Expr) else at.expr
    if depth > _DEEPEST:
        return None
    match expr:
        case n.Str():
            return Key(expr.value, (), False)
        case n.Num():
            return Key(expr.text, (), False)
        case n.Template():
            parts = [_part(at.to(part), follower, given, depth + 1) for part in expr.exprs]
            return _joined([Key("\0".join(expr.quasis), (), False), *parts])
        case n.Binary(op="+"):
            return _joined(
                [_part(at.to(side), follower, given, depth + 1) for side in (expr.left, expr.right)]
            )
        case n.Name() | n.Member() | n.Call():
            return _followed(at.to(expr), follower, given, depth)
        case _:
            return None


def _joined(parts: list[Key | None]) -> Key | None:
    """The parts as one key; one that names the tenant is enough, whatever the others hide."""
    known = [part for part in parts if part is not None]
    scoped = any(part.scoped for part in known)
    if len(known) < len(parts) and not scoped:
        return None
    names = tuple(name for part in known for name in part.names)
    return Key("\0".join(part.text for part in known), names, scoped)


def _followed(at: At, follower: Follower, given: Mapping[n.Node, At], depth: int) -> Key | None:
    expr = at.expr
    if isinstance(expr, n.Call):
        return _made(at, expr, follower, depth)
    binding = scopes_of(at.decl).binding(expr)
    if binding is not None and binding.owner in given and binding.path == ():
        return _part(given[binding.owner], follower, {}, depth + 1)
    values = follower.values(at)
    if values is None or any(value.expr is expr for value in values):
        return Key("", (), True) if mentions_tenant(expr) else None
    return _either([_key(value, follower, given, depth + 1) for value in values])


def _either(keys: list[Key | None]) -> Key | None:
    """The key where every alternative is visible; unscoped where one is."""
    known = [key for key in keys if key is not None]
    if not known or len(known) < len(keys):
        return None
    return next((key for key in known if not key.scoped), known[0])


def _made(at: At, call: n.Call, follower: Follower, depth: int) -> Key | None:
    """The key that a function of the workspace makes."""
    if any(mentions_tenant(arg) for arg in call.args):
        return Key("", (), True)
    function = follower.function(at.to(call.callee))
    if function is None or not isinstance(function.expr, n.Function):
        return None
    returned = follower.returns(function)
    if len(returned) != 1:
        return None
    pairs = zip(function.expr.params, call.args, strict=False)
    given: dict[n.Node, At] = {param: at.to(arg) for param, arg in pairs if not param.rest}
    return _key(returned[0], follower, given, depth + 1)


def _part(at: At, follower: Follower, given: Mapping[n.Node, At], depth: int) -> Key | None:
    """What is put into a key: known text, or a name that tells what it is."""
    expr = at.expr
    if isinstance(expr, n.Expr) and mentions_tenant(expr):
        return Key("", (), True)
    found = _key(at, follower, given, depth)
    if found is not None:
        return found
    name = dotted(expr) if isinstance(expr, n.Expr) else None
    if name is None or depth > _DEEPEST or _VAGUE.search(name.rpartition(".")[2]):
        return None
    binding = scopes_of(at.decl).binding(expr)
    if binding is not None and not isinstance(binding.owner, n.Param | n.Loop) and binding.path == ():
        return None
    if name.startswith("this."):
        return None
    return Key("", (name,), is_tenant_like(name))


def is_told(at: At) -> bool:
    """Whether the function or class around an access is there for one tenant."""
    function = function_around(at.decl, at.expr)
    owner = at.decl.owner
    for member in owner.members if owner is not None else ():
        node = member.node
        if not isinstance(node, n.ClassMember):
            continue
        if node.kind == "field" and is_tenant_like(node.name or ""):
            return True
        if node.kind == "constructor" and node.function is not None:
            names = (param.target.name for param in node.function.params if isinstance(param.target, n.Name))
            if any(is_tenant_like(name) for name in names):
                return True
    return function is not None and owner is not None and is_tenant_like(owner.name or "")
