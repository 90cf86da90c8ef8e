"""Route registrations: the path, what runs before the handler, and where the router itself is mounted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.frames import Frame
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import chain_of, dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import initial_value
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.syntax.facts import Decl, FileFacts

METHODS = frozenset({"all", "delete", "get", "patch", "post", "put"})
_ROUTER = re.compile(r"rout|app$|server|fastify|api|hono|express|^r$|webhook", re.IGNORECASE)


class Route(NamedTuple):
    """One registration. `call` is the call that names the handler, `handler` what stands there."""

    path: str
    facts: FileFacts
    decl: Decl
    call: n.Call
    method: str
    url: str
    handler: n.Expr
    middlewares: tuple[n.Expr, ...]

    @property
    def frame(self) -> Frame:
        """The code around the registration."""
        return Frame(self.path, self.facts, self.decl, None, None, {}, ())


def routes(path: str, facts: FileFacts) -> tuple[Route, ...]:
    """The registrations of a file, in source order."""
    if not may_register(facts.text.data):
        return ()
    return tuple(route for decl in facts.all_decls() if _may(decl) for route in _of_decl(path, facts, decl))


_NAMING = re.compile(rb"\.\s*(?:(?:all|delete|get|patch|post|put)\s*\(\s*[\"'`(</]|route\s*\()")
"""A registration's path is written out there, or in the `route` before it."""


def may_register(data: bytes) -> bool:
    """Whether a source may hold a registration, by its bytes."""
    return _NAMING.search(data) is not None


def _may(decl: Decl) -> bool:
    return decl.kind not in {"import", "class"} and may_register(decl.data)


def _of_decl(path: str, facts: FileFacts, decl: Decl) -> Iterator[Route]:
    for node in walk(decl.node):
        if isinstance(node, n.Call):
            route = _route(path, facts, decl, node)
            if route is not None:
                yield route


def _route(path: str, facts: FileFacts, decl: Decl, call: n.Call) -> Route | None:
    callee = uncast(call.callee)
    if not isinstance(callee, n.Member) or not call.args:
        return None
    if callee.name == "route" and isinstance(uncast(call.args[0]), n.Object):
        return _as_object(path, facts, decl, call) if _is_router(facts, decl, callee.object) else None
    if callee.name not in METHODS:
        return None
    args = list(call.args)
    first = uncast(args[0])
    url = first.value if isinstance(first, n.Str) else None
    if url is not None:
        args = args[1:]
    else:
        link = chain_of(callee.object).call("route")
        named = uncast(link.args[0]) if link is not None and link.args else None
        if isinstance(first, n.Template):
            url, args = "".join(first.quasis), args[1:]
        elif isinstance(named, n.Str):
            url = named.value
    if url is None or not args or not _is_handler(args[-1]) or not _is_router(facts, decl, callee.object):
        return None
    extra = [value for arg in args[:-1] for value in _options(arg)]
    return Route(path, facts, decl, call, callee.name, url, _unwrapped(args[-1]), tuple(extra))


def _options(arg: n.Expr) -> Iterator[n.Expr]:
    """A middleware; of Fastify's options the hooks."""
    value = uncast(arg)
    if not isinstance(value, n.Object):
        yield arg
        return
    for prop in value.props:
        if (
            isinstance(prop, n.Prop)
            and prop.key
            in {
                "preHandler",
                "preValidation",
                "onRequest",
                "preParsing",
            }
        ) or (isinstance(prop, n.Prop) and prop.key in {"config", "schema"}):
            yield prop.value


def _as_object(path: str, facts: FileFacts, decl: Decl, call: n.Call) -> Route | None:
    """Fastify's `route({ method, url, preHandler, handler })`."""
    given = uncast(call.args[0])
    props = (
        {prop.key: prop.value for prop in given.props if isinstance(prop, n.Prop)}
        if isinstance(given, n.Object)
        else {}
    )
    url, handler, method = (props.get(key) for key in ("url", "handler", "method"))
    if not isinstance(url, n.Str) or handler is None:
        return None
    name = method.value.lower() if isinstance(method, n.Str) else "post"
    return Route(path, facts, decl, call, name, url.value, _unwrapped(handler), tuple(_options(call.args[0])))


def _is_router(facts: FileFacts, decl: Decl, expr: n.Expr) -> bool:
    """Whether routes are registered on an object: by its name, or by what made it."""
    chain = chain_of(expr)
    if isinstance(chain.head, n.New):
        return _ROUTER.search(dotted(chain.head.callee) or "") is not None
    if any(_ROUTER.search(name) for name in chain.names if name):
        return True
    if not isinstance(chain.head, n.Name):
        return False
    binding = scopes_of(decl).binding(chain.head)
    top = facts.decl(chain.head.name) if binding is None else None
    made = (
        binding.value
        if binding is not None
        else initial_value(top, chain.head.name)
        if top is not None
        else None
    )
    made = uncast(made) if made is not None else None
    called = made.callee if isinstance(made, n.Call | n.New) else None
    return called is not None and _ROUTER.search(dotted(called) or "") is not None


def _is_handler(expr: n.Expr) -> bool:
    return isinstance(_unwrapped(expr), n.Function | n.Name | n.Member | n.Call)


def _unwrapped(expr: n.Expr) -> n.Expr:
    """The handler inside `asyncHandler(...)` and `.bind(...)`."""
    value = uncast(expr)
    while isinstance(value, n.Call):
        callee = uncast(value.callee)
        functions = [arg for arg in map(uncast, value.args) if isinstance(arg, n.Function)]
        if len(functions) == 1 and not isinstance(callee, n.Function):
            return functions[0]
        if isinstance(callee, n.Member) and callee.name == "bind":
            value = uncast(callee.object)
        elif len(value.args) == 1 and isinstance(uncast(value.args[0]), n.Name | n.Member):
            value = uncast(value.args[0])
        else:
            break
    return value
