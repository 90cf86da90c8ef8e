"""Judges accesses to vector stores, semantic memory, Redis and caches: do they name the tenant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.project.exports import Declared
from fourlayer.project.follow import Follow
from fourlayer.project.frames import Frame, Instance, Value
from fourlayer.project.origins import roots
from fourlayer.project.queries.follow import At
from fourlayer.project.queries.memory import memory_of
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of
from fourlayer_rules.tenancy._arguments import is_made_for_tenant, is_scalar, most, tells_tenant
from fourlayer_rules.tenancy._judge import follower_of, is_intact, is_tenant_like
from fourlayer_rules.tenancy._keys import is_told, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.queries.follow import Follower
    from fourlayer.project.queries.memory import Access
    from fourlayer.project.queries.model import Truth
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts

Ruling = Literal["scoped", "violation", "suspicious", "unverifiable", "fine", "hidden"]

_EARLY = re.compile(
    r"(?i)nonce|replay|idempot|dedup|webhook|rate.?limit|throttl|\bips?\b|_ip\b|(?<![a-z])ip(?![a-z])|lock|csrf"
    r"|oauth|state|session|token|\botp\b|mfa|\bjti\b|login|sign.?up|event.?id|health|ping|heartbeat|circuit|breaker"
    r"|auth(?!or)|global|kill.?switch|semaphore"
)


class Judged(NamedTuple):
    """An access and what is to be said about it.

    "fine": a key that is used before the tenant is known; "hidden": a key of which not all can be seen.
    """

    access: Access
    ruling: Ruling
    key: str = ""


def judged_memory(ctx: Context, path: str, facts: FileFacts) -> Iterator[Judged]:
    """Every access of a file with its ruling, in source order."""
    accesses = memory_of(facts)
    if not accesses:
        return
    follower = follower_of(ctx)
    layer = ctx.view.layer_of(path)
    for access in accesses:
        if not is_intact(access.decl, access.call):
            continue
        at = At(path, facts, access.decl, access.call)
        if access.kind == "store":
            yield Judged(access, _of_store(ctx, at, access, follower))
        elif layer == "service":
            found = _of_cache(ctx, at, access, follower)
            if found is not None:
                yield found


# Stores


def _of_store(ctx: Context, at: At, access: Access, follower: Follower) -> Ruling:
    if is_made_for_tenant(access.receiver) or is_told(at):
        return "scoped"
    told: dict[n.Expr, Truth] = {arg: tells_tenant(at.to(arg), follower) for arg in access.call.args}
    if "always" in told.values():
        return "scoped"
    frame = _caller(at)
    follow = Follow(ctx.view)
    owner = follow.object(Value(access.receiver, frame))
    if isinstance(owner, Instance) and _is_for_tenant(ctx, owner.declared):
        return "scoped"
    if isinstance(owner, Value) and isinstance(owner.expr, n.New) and is_made_for_tenant(owner.expr):
        return "scoped"
    target = follow.call(frame, access.call)
    if isinstance(target, Frame) and target.function is not None:
        params = target.function.params[: len(access.call.args)]
        if any(isinstance(p.target, n.Name) and is_tenant_like(p.target.name) for p in params):
            return "scoped"
        if _scopes_itself(target.decl, target.function):
            return "scoped"
        pairs = zip(access.call.args, params, strict=False)
        texts = {arg for arg, param in pairs if param.type is not None and is_scalar(param.type)}
        told = {arg: truth for arg, truth in told.items() if arg not in texts}
    truth = most(told.values())
    if truth == "sometimes":
        literal = any(isinstance(arg, n.Object) for arg in access.call.args)
        return "suspicious" if literal else "unverifiable"
    return "unverifiable" if truth == "unknown" else "violation"


def _caller(at: At) -> Frame:
    this = Declared(at.path, at.facts, at.decl.owner) if at.decl.owner is not None else None
    function = function_of(at.decl)
    trail = (function,) if function is not None else ()
    return Frame(at.path, at.facts, at.decl, function, this, {}, trail)


def _is_for_tenant(ctx: Context, declared: Declared) -> bool:
    """Whether a class takes the tenant when it is made."""
    facts = ctx.view.facts(declared.path)
    decl = facts.decl(declared.decl.name or "") if facts is not None else None
    if facts is None or decl is None or not decl.members:
        return False
    return is_told(At(declared.path, facts, decl.members[0], decl.members[0].node))


def _scopes_itself(decl: Decl, function: n.Function) -> bool:
    """Whether a function reads the tenant from somewhere else than its own parameters."""
    for node in walk(function):
        if not isinstance(node, n.Name | n.Member) or not is_tenant_like(node.name):
            continue
        found = list(roots(decl, node))
        if found and not any(isinstance(root.node, n.Param) for root in found):
            return True
    return False


# Caches


def _of_cache(ctx: Context, at: At, access: Access, follower: Follower) -> Judged | None:
    if access.key is None:
        return None
    if is_made_for_tenant(access.receiver) or is_told(at):
        return Judged(access, "scoped")
    owner = Follow(ctx.view).object(Value(access.receiver, _caller(at)))
    if access.kind == "redis" and isinstance(owner, Instance):
        return None  # a class of the workspace makes the real key; it is judged itself
    key = key_of(at.to(access.key), follower)
    if key is None:
        return Judged(access, "hidden")
    if key.scoped:
        return Judged(access, "scoped")
    shown = re.sub("\0+", "*", key.text)
    words = " ".join((key.text, *key.names, at.decl.qualified_name, at.path.rpartition("/")[2]))
    return Judged(access, "fine" if _EARLY.search(words) else "suspicious", shown)
