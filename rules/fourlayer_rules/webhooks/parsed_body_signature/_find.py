"""Finds signatures that are computed over what was parsed, not over what came."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.exports import named
from fourlayer.project.follow import Follow
from fourlayer.project.frames import Frame
from fourlayer.project.summaries import signs
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, chain_of, dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.webhooks._before import is_parsed_here
from fourlayer_rules.webhooks._files import is_in_scope
from fourlayer_rules.webhooks._routes import routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.rule.model import Certainty
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.scope import Binding

_HOPS = 6
_BODY = frozenset({"body"})
_REQUESTS = frozenset({"c", "context", "ctx", "req", "request"})
_REQUEST_TYPE = re.compile(r"(Request|Req|Context)$")
_VERIFYING = re.compile(r"verif|valid|authentic|check|webhook|signature_?match|compare", re.IGNORECASE)
_WORDS = ((b"createHmac", b"update"), (b"JSON.stringify",), (b"constructEvent",), (b"verify", b"new"))
"""What a declaration holds that hands something to a digest or a verifier: all words of one of these."""
_STRINGS = frozenset({"String", "toString"})


class Signed(NamedTuple):
    """What is signed: the expression, how sure it is that it was parsed, and whether it is written anew."""

    decl: Decl
    node: n.Expr
    certainty: Certainty
    stringified: bool


class _Origin(NamedTuple):
    """A value that came in. `parsed`: it is an object by now; None: that is up to the route."""

    parsed: bool | None
    param: Binding | None = None


def signed_bodies(view: View, path: str) -> Iterator[Signed]:
    """The inputs of keyed digests in a file that were parsed, in source order."""
    data = view.read(path) if is_in_scope(view, path) else None
    facts = view.facts(path) if data is not None and _may_sign(data) else None
    if facts is None:
        return
    follow = Follow(view)
    for decl in facts.all_decls():
        if decl.kind == "class" or not decl.trusted or not _may_sign(decl.data):
            continue
        frame = Frame(path, facts, decl, None, None, {}, ())
        seen: set[n.Node] = set()
        for node in walk(decl.node):
            for value in _inputs(view, follow, frame, node):
                for signed in _judged(view, path, facts, decl, value):
                    if signed.node not in seen:
                        seen.add(signed.node)
                        yield signed


def _may_sign(data: bytes) -> bool:
    return any(all(word in data for word in words) for words in _WORDS)


def _inputs(view: View, follow: Follow, frame: Frame, node: n.Node) -> Iterator[n.Expr]:
    """What a node hands to a keyed digest, to a verifier, or to a function that makes a digest of it."""
    if not isinstance(node, n.Call) or not node.args:
        return
    value = _hmac_input(frame.decl, node)
    if value is not None:
        yield value
        return
    callee = uncast(node.callee)
    last = callee.name if isinstance(callee, n.Member | n.Name) else ""
    if last in {"constructEvent", "constructEventAsync"} or (
        last == "verify" and signs.is_verifier(view, _made_name(frame.decl, callee))
    ):
        yield node.args[0]
        return
    if not any(_mentions_text(arg) for arg in node.args):
        return
    target = follow.call(frame, node)
    if isinstance(target, Frame) and target.function is not None:
        for param, arg in zip(target.function.params, node.args, strict=False):
            if _mentions_text(arg) and _digests(target, param):
                yield arg


def _made_name(decl: Decl, callee: n.Expr) -> str:
    """`Webhook.verify` for a method of what `new Webhook()` made."""
    owner = bare(callee.object) if isinstance(callee, n.Member) else None
    binding = scopes_of(decl).binding(owner) if owner is not None else None
    made = bare(binding.value) if binding is not None and binding.value is not None else owner
    return f"{dotted(made.callee)}.verify" if isinstance(made, n.New) else ""


def _mentions_text(arg: n.Expr) -> bool:
    return any(isinstance(inner, n.Call) and dotted(inner.callee) == "JSON.stringify" for inner in walk(arg))


def _digests(target: Frame, param: n.Param) -> bool:
    """Whether a function makes a keyed digest of a parameter as it is given."""
    for binding in scopes_of(target.decl).declared_by(param):
        for use in binding.uses:
            call = target.decl.parent(use)
            if isinstance(call, n.Call) and _hmac_input(target.decl, call) is use:
                return True
    return False


def _hmac_input(decl: Decl, node: n.Node) -> n.Expr | None:
    callee = uncast(node.callee) if isinstance(node, n.Call) else None
    if not isinstance(node, n.Call) or not isinstance(callee, n.Member) or callee.name != "update":
        return None
    if not node.args:
        return None
    chain = chain_of(callee.object)
    names = list(chain.names)
    binding = scopes_of(decl).binding(chain.head)
    if binding is not None and binding.init is not None:
        names += chain_of(binding.init).names
    return node.args[0] if "createHmac" in names else None


def _judged(view: View, path: str, facts: FileFacts, decl: Decl, value: n.Expr) -> Iterator[Signed]:
    for part, alone in _parts(decl, value):
        rewritten = _stringified(part)
        origin = _origin(decl, rewritten if rewritten is not None else _as_text(part))
        if origin is not None and _is_parsed(
            view, path, facts, decl, part, origin, anew=rewritten is not None
        ):
            yield Signed(decl, part, "violation" if alone else "suspicious", rewritten is not None)


def _is_parsed(
    view: View, path: str, facts: FileFacts, decl: Decl, node: n.Expr, origin: _Origin, *, anew: bool
) -> bool:
    """Whether a body is no longer what came; text that is written `anew` of a request's body never is."""
    if origin.parsed is not None:
        return origin.parsed
    if origin.param is None:
        return anew or _parsed_by_route(view, path, facts, decl, node) is True
    position = _position(decl, origin.param)
    if position is None:
        return False
    given = _given(view, path, facts, decl, position, anew=anew)
    return given if given is not None else anew and _names_webhook(path, decl)


_WEBHOOK = re.compile(r"web[-_]?hook", re.IGNORECASE)


def _names_webhook(path: str, decl: Decl) -> bool:
    """Whether a function that nothing calls is there to verify a webhook."""
    name = decl.qualified_name
    inbound = _WEBHOOK.search(name) is not None or _WEBHOOK.search(path.rpartition("/")[2]) is not None
    return inbound and _VERIFYING.search(name) is not None


def _parts(decl: Decl, value: n.Expr, hops: int = 0) -> Iterator[tuple[n.Expr, bool]]:
    """The expressions that a digest's input is put together of; False where there is another way."""
    value = bare(value)
    if hops > _HOPS:
        return
    match value:
        case n.Cond():
            for side in (value.then, value.other):
                yield from ((part, False) for part, _ in _parts(decl, side, hops + 1))
        case n.Binary(op="??" | "||"):
            yield from _parts(decl, value.left, hops + 1)
            yield from ((part, False) for part, _ in _parts(decl, value.right, hops + 1))
        case n.Binary(op="+"):
            for side in (value.left, value.right):
                yield from _parts(decl, side, hops + 1)
        case n.Template():
            for part in value.exprs:
                yield from _parts(decl, part, hops + 1)
        case n.Call() if _is_buffer_from(value):
            yield from _parts(decl, value.args[0], hops + 1)
        case n.Name():
            binding = scopes_of(decl).binding(value)
            owned = binding is not None and isinstance(binding.owner, n.Declarator)
            init = binding.value if binding is not None and owned else None
            if init is not None and _is_composed(bare(init)):
                yield from _parts(decl, init, hops + 1)
            else:
                yield value, True
        case _:
            yield value, True


def _is_composed(value: n.Expr) -> bool:
    if isinstance(value, n.Cond | n.Template | n.Binary):
        return True
    return _stringified(value) is not None or _as_text(value) is not value or _is_buffer_from(value)


def _is_buffer_from(value: n.Expr) -> bool:
    return isinstance(value, n.Call) and bool(value.args) and dotted(value.callee) == "Buffer.from"


def _stringified(value: n.Expr) -> n.Expr | None:
    """`x` of `JSON.stringify(x)`."""
    if isinstance(value, n.Call) and value.args and dotted(value.callee) == "JSON.stringify":
        inner = bare(value.args[0])
        while isinstance(inner, n.Binary) and inner.op in {"??", "||"}:
            inner = bare(inner.left)
        return inner
    return None


def _as_text(value: n.Expr) -> n.Expr:
    """`x` of `String(x)` and `x.toString()`."""
    if isinstance(value, n.Call):
        callee = uncast(value.callee)
        if isinstance(callee, n.Name) and callee.name == "String" and value.args:
            return bare(value.args[0])
        if isinstance(callee, n.Member) and callee.name in _STRINGS:
            return bare(callee.object)
    return value


# Where it comes from


def _origin(decl: Decl, value: n.Expr, hops: int = 0) -> _Origin | None:
    """Whether a value is what came in with a request."""
    value = bare(value)
    if hops > _HOPS:
        return None
    if isinstance(value, n.Name):
        return _of_binding(decl, scopes_of(decl).binding(value), hops)
    if isinstance(value, n.Member):
        if value.name in _BODY and _is_request(decl, value.object):
            return _Origin(None)
        return None
    if isinstance(value, n.Call):
        callee = uncast(value.callee)
        if isinstance(callee, n.Member) and callee.name == "json" and _is_request(decl, callee.object):
            return _Origin(True)
        if dotted(value.callee) == "JSON.parse" or (isinstance(callee, n.Member) and callee.name == "parse"):
            inner = _origin(decl, value.args[0], hops + 1) if value.args else None
            return _Origin(True) if inner is not None else None
    return None


def _of_binding(decl: Decl, binding: Binding | None, hops: int) -> _Origin | None:
    if binding is None or binding.path is None:
        return None
    if isinstance(binding.owner, n.Param):
        if binding.path[-1:] == ("body",):
            return _Origin(None)
        return _Origin(None, binding) if binding.path == () else None
    if isinstance(binding.owner, n.Declarator) and binding.init is not None:
        if binding.path[-1:] == ("body",):
            return _Origin(None) if _is_request(decl, binding.init) else None
        return _origin(decl, binding.init, hops + 1) if binding.path in {(), ("data",)} else None
    return None


def _is_request(decl: Decl, expr: n.Expr) -> bool:
    expr = bare(expr)
    if isinstance(expr, n.Member):
        return expr.name in {"req", "request"}
    if not isinstance(expr, n.Name):
        return False
    binding = scopes_of(decl).binding(expr)
    type_ = binding.type if binding is not None else None
    if isinstance(type_, n.TypeRef) and _REQUEST_TYPE.search(type_.name):
        return True
    return expr.name in _REQUESTS


# What the callers and routes say


def _position(decl: Decl, binding: Binding) -> int | None:
    """Which parameter of the declaration's function a name is."""
    function = function_of(decl)
    param = binding.owner
    if function is None or not isinstance(param, n.Param) or param not in function.params:
        return None
    return function.params.index(param)


def _parsed_by_route(view: View, path: str, facts: FileFacts, decl: Decl, node: n.Node) -> bool | None:
    """Whether the registration around, or one that names the function, parses the body."""
    found: list[bool] = []
    for at in dict.fromkeys([path, *(edge.importer for edge in view.importers(path))]):
        held = facts if at == path else view.facts(at)
        if held is None or view.is_test(at):
            continue
        for route in routes(at, held):
            inside = at == path and route.decl is decl and _within(decl, node, route.call)
            if inside or (decl.name is not None and _names(view, at, held, route.handler, path, decl.name)):
                found.append(is_parsed_here(view, route))
    return any(found) if found else None


def _within(decl: Decl, node: n.Node, call: n.Call) -> bool:
    return any(around is call for around in decl.ancestors(node))


def _names(view: View, at: str, facts: FileFacts, handler: n.Expr, path: str, name: str) -> bool:
    for inner in walk(handler):
        if isinstance(inner, n.Name) and inner.name == name:
            found = named(view, at, facts, name)
            if isinstance(found, tuple) and found.path == path:
                return True
    return False


def _given(view: View, path: str, facts: FileFacts, decl: Decl, position: int, *, anew: bool) -> bool | None:
    """What the callers of a function give for a parameter."""
    name = decl.name
    if name is None:
        return None
    found: list[bool | None] = []
    for at in dict.fromkeys([path, *(edge.importer for edge in view.importers(path))]):
        held = facts if at == path else view.facts(at)
        if held is None or view.is_test(at) or name.encode() not in held.text.data:
            continue
        for caller in held.all_decls():
            if caller.kind in {"import", "class"} or name.encode() not in caller.data:
                continue
            found += [
                _given_here(view, at, held, caller, node.args[position], anew=anew)
                for node in walk(caller.node)
                if isinstance(node, n.Call) and _calls(node, name) and len(node.args) > position
            ]
    if any(one is True for one in found):
        return True
    return False if any(one is False for one in found) else None


def _calls(call: n.Call, name: str) -> bool:
    callee = uncast(call.callee)
    return isinstance(callee, n.Member | n.Name) and callee.name == name


def _given_here(
    view: View, path: str, facts: FileFacts, decl: Decl, arg: n.Expr, *, anew: bool
) -> bool | None:
    origin = _origin(decl, arg)
    if origin is None or origin.param is not None:
        return None
    if origin.parsed is not None:
        return origin.parsed
    return True if anew else _parsed_by_route(view, path, facts, decl, arg)
