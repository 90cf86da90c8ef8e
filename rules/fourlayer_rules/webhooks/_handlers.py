"""Which functions and registrations of a file take requests from outside, and which of them are webhooks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from fourlayer.project.classes import head
from fourlayer.project.exports import Declared, named
from fourlayer.project.follow import Follow
from fourlayer.project.frames import Frame
from fourlayer.project.summaries.labels import Label
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of, initial_value, returned_values
from fourlayer.syntax.span import Span
from fourlayer_rules.webhooks._before import Before, before, validated
from fourlayer_rules.webhooks._mounts import SEGMENT, is_under_webhooks
from fourlayer_rules.webhooks._routes import Route, may_register, routes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

Kind = Literal["webhook", "inbound", "api"]
"""An "inbound" endpoint stands among webhooks and is not called one; all others are "api"."""

_WEBHOOK = re.compile(r"web[-_]?hooks?", re.IGNORECASE)
_MANAGES = re.compile(
    r"^(create|add|update|edit|patch|delete|remove|list|get|find|fetch|register|unregister|subscribe|unsubscribe|test"
    r"|replay|retry|redeliver|resend|send|deliver|dispatch|emit|publish|rotate|enable|disable|toggle|ping|setup|ensure"
    r"|configure)(?=[A-Z_])",
)
_MANAGING_PATH = re.compile(
    r"subscriptions?|endpoints?/|/(test|replay|retry|redeliver|rotate(-secret)?|secret|deliveries|logs|status|settings)/?$",
    re.IGNORECASE,
)
_HELPS = re.compile(
    r"^(verify|validate|parse|is|has|build|create|make|get|set|compute|sign|map|to|from|normali[sz]e|extract|assert|check"
    r"|format|resolve|should|ensure|load|register|read|derive|generate|hash|with|use|configure|find|list|reset|test|log"
    r"|mount|add|key|limit)(?=[A-Z_]|$)",
)
_GOES_ON = re.compile(r"middleware|guard|^require|limiter", re.IGNORECASE)
_REQUEST_NAMES = frozenset({"c", "context", "ctx", "incoming", "inbound", "req", "request", "_req"})
_REQUEST_TYPE = re.compile(
    r"(Request|Req|IncomingMessage|APIGatewayProxyEvent(V2)?|KoaContext|HttpContext|Delivery|Inbound\w*)$|^Context$"
)
_RAW_NAMES = frozenset(
    {
        "body",
        "data",
        "delivery",
        "envelope",
        "event",
        "message",
        "notification",
        "payload",
        "raw",
        "rawBody",
        "rawPayload",
    }
)
_RAW_TYPES = frozenset({"Buffer", "Uint8Array", "string", "unknown", "any", "object"})
_PLAIN = frozenset({"POST", "PUT", "PATCH", "default", "handle", "handler", "receive"})
"""Names that say nothing: among webhooks, one is meant."""
_MAKES_OTHER = re.compile(r"verif|limit|guard|middleware|parser|schema|valid", re.IGNORECASE)


class Handler(NamedTuple):
    """A handler in its file. `name` tells it apart there; `span` is its anchor; `labels` its parameters'."""

    kind: Kind
    name: str
    span: Span
    frame: Frame
    labels: Mapping[int, Label]
    route: Route | None
    trusted: bool


def is_judged(view: View, path: str) -> bool:
    """Whether the category's rules look for handlers in a file."""
    if view.is_test(path):
        return False
    if view.provider_of(path) is not None:
        return view.layer_of(path) == "api"
    scope = view.scope_of(path)
    return scope is not None and "webhooks" in scope.categories


def handlers(view: View, path: str) -> tuple[Handler, ...]:
    """The handlers of a file, in source order, each once."""
    data = view.read(path) if is_judged(view, path) else None
    exported = view.provider_of(path) is not None or _is_route_file(path)
    if data is None or not (exported or may_register(data)):
        return ()
    facts = view.facts(path)
    if facts is None:
        return ()
    found: dict[str, Handler] = {}
    registered = routes(path, facts)
    for route in registered:
        handler = _of_route(view, route)
        if handler is not None and handler.name not in found:
            found[handler.name] = handler
    if exported:
        for handler in _exported(path, facts):
            found.setdefault(handler.name, handler)
    return tuple(sorted(found.values(), key=lambda one: one.span))


# Registrations


def _of_route(view: View, route: Route) -> Handler | None:
    target = Follow(view).closure(route.frame, route.handler)
    if not isinstance(target, Frame) or target.function is None:
        return None
    expr = uncast(route.handler)
    if isinstance(expr, n.Name | n.Member) and target.path != route.path and is_judged(view, target.path):
        return None
    labels: dict[int, Label] = {0: "request", 1: "response", 2: "next"}
    kind = _kind_of_route(view, route, target)
    here = target.path == route.path and target.function is function_of(target.decl)
    if here and isinstance(expr, n.Name | n.Member):
        return Handler(
            kind,
            target.decl.qualified_name,
            target.decl.name_span,
            target,
            labels,
            route,
            target.decl.trusted,
        )
    callee = uncast(route.call.callee)
    start = callee.name_start if isinstance(callee, n.Member) else route.call.start
    end = start + len(callee.name.encode()) if isinstance(callee, n.Member) else route.call.end
    span = Span(route.decl.start + start, route.decl.start + end)
    name = f"{route.decl.qualified_name} {route.method} {route.url}".strip()
    return Handler(kind, name, span, target, labels, route, route.decl.trusted and target.decl.trusted)


def _kind_of_route(view: View, route: Route, target: Frame) -> Kind:
    if route.method in {"get", "delete"} or not _is_called_webhook(view, route):
        return "api"
    return "api" if _manages(route, target) or before(view, route).signed_in else "webhook"


def _is_called_webhook(view: View, route: Route) -> bool:
    names = [_handler_name(route.handler), route.decl.qualified_name, _stem(route.path)]
    if SEGMENT.search(route.url) or any(_WEBHOOK.search(name) for name in names):
        return True
    return is_under_webhooks(view, route.path)


_SESSION = frozenset({"user", "session", "auth", "userId", "currentUser"})


def _manages(route: Route, target: Frame) -> bool:
    """Whether a route lets users manage subscriptions: that is no webhook."""
    if _MANAGES.match(_handler_name(route.handler)) or _MANAGING_PATH.search(route.url):
        return True
    if route.method in {"put", "patch"} and ":" in route.url:
        return True
    function = target.function
    if function is None or not function.params:
        return False
    first = function.params[0].target
    request = first.name if isinstance(first, n.Name) else ""
    for node in walk(function):
        if (
            isinstance(node, n.Member)
            and node.name in _SESSION
            and dotted(node.object) == request
            and request
        ):
            return True
        if isinstance(node, n.Call) and _SIGNED_IN.search(dotted(node.callee) or ""):
            return True
    return False


_SIGNED_IN = re.compile(r"^(getServerSession|getSession|requireAuth|requireUser|requireSession|currentUser)$")


def _handler_name(expr: n.Expr) -> str:
    expr = uncast(expr)
    return expr.name if isinstance(expr, n.Name | n.Member) else ""


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]


# Exported functions


def _is_route_file(path: str) -> bool:
    """Whether a framework takes a file's exports for handlers (`app/**/route.ts`, `pages/api/**`)."""
    return _stem(path) == "route" or "/pages/api/" in path


def _exported(path: str, facts: FileFacts) -> Iterator[Handler]:
    among = _WEBHOOK.search(_stem(path)) is not None or SEGMENT.search(path.rpartition("/")[0]) is not None
    called = _called(facts)
    public = {
        export.local or export.name: export.name for export in facts.exports if export.specifier is None
    }
    for decl in facts.decls:
        if decl.name not in public or decl.name in called:
            continue
        if decl.kind == "class":
            yield from _of_class(path, facts, decl, among, called)
        elif decl.kind in {"function", "variable"}:
            yield from _of_declared(path, facts, decl, among, public[decl.name])


def _of_declared(path: str, facts: FileFacts, decl: Decl, among: bool, public: str) -> Iterator[Handler]:
    """A function, one that a function makes, or those of an object."""
    handler = _of_function(path, facts, decl, among, public)
    made = _of_maker(path, facts, decl) if handler is None else None
    if handler is not None:
        yield handler
    elif made is not None:
        yield made
    else:
        yield from _of_object(path, facts, decl, among)


def _of_maker(path: str, facts: FileFacts, decl: Decl) -> Handler | None:
    """`createAcmeWebhookHandler(ports)` that returns the handler."""
    maker = function_of(decl)
    returned = list(returned_values(maker)) if maker is not None else []
    inner = uncast(returned[0]) if len(returned) == 1 else None
    if maker is None or not isinstance(inner, n.Function) or _WEBHOOK.search(decl.name or "") is None:
        return None
    labels = _labels(inner)
    if labels is None or "next" in labels.values() or _MAKES_OTHER.search(decl.name or ""):
        return None
    frame = Frame(path, facts, decl, inner, None, {}, (maker, inner))
    return Handler("webhook", decl.name or "", decl.name_span, frame, labels, None, decl.trusted)


def _of_object(path: str, facts: FileFacts, decl: Decl, among: bool) -> Iterator[Handler]:
    """The functions of an object literal."""
    init = initial_value(decl, decl.name)
    value = uncast(init) if init is not None else None
    for prop in value.props if isinstance(value, n.Object) else ():
        function = uncast(prop.value)
        if not isinstance(prop, n.Prop) or not isinstance(function, n.Function) or not prop.key:
            continue
        labels = _labels(function)
        if labels is None or _helps(prop.key, labels):
            continue
        says = _WEBHOOK.search(f"{decl.name} {prop.key}") is not None and not _MANAGES.match(prop.key)
        kind: Kind = "webhook" if says else "inbound" if among else "api"
        frame = Frame(path, facts, decl, function, None, {}, (function,))
        span = Span(decl.start + prop.start, decl.start + prop.key_end)
        yield Handler(kind, f"{decl.name}.{prop.key}", span, frame, labels, None, decl.trusted)


def _of_function(path: str, facts: FileFacts, decl: Decl, among: bool, public: str) -> Handler | None:
    name = decl.name or ""
    function = function_of(decl)
    wrapped = None if function is not None else _wrapped(decl)
    function = function or wrapped
    if function is None or function.body is None:
        return None
    labels = _labels(function)
    if labels is None or _helps(name, labels):
        return None
    managing = _MANAGES.match(name) is not None
    says = (_WEBHOOK.search(f"{name} {public}") is not None and not managing) or (
        among and bool({name, public} & _PLAIN)
    )
    among = among and not managing
    frame = Frame(path, facts, decl, function, None, {}, (function,))
    kind: Kind = "webhook" if says else "inbound" if among else "api"
    if name in {"GET", "DELETE", "HEAD", "OPTIONS"}:
        kind = "api"
    return Handler(kind, name, decl.name_span, frame, labels, None, decl.trusted)


def _helps(name: str, labels: Mapping[int, Label]) -> bool:
    """Whether a function is no handler but used by some: by its name, where it cannot answer, or goes on."""
    held = set(labels.values())
    if "next" in held:
        return _HELPS.match(name) is not None or _GOES_ON.search(name) is not None
    return "response" not in held and _HELPS.match(name) is not None


def _wrapped(decl: Decl) -> n.Function | None:
    """The function in `export const handle = wrap(async (req) => ...)`."""
    node = decl.node
    init = node.declarators[0].init if isinstance(node, n.VarDecl) and len(node.declarators) == 1 else None
    init = uncast(init) if init is not None else None
    if not isinstance(init, n.Call):
        return None
    functions = [arg for arg in map(uncast, init.args) if isinstance(arg, n.Function)]
    return functions[0] if len(functions) == 1 and len(init.args) == 1 else None


def _of_class(
    path: str, facts: FileFacts, owner: Decl, among: bool, called: frozenset[str]
) -> Iterator[Handler]:
    says = _WEBHOOK.search(owner.name or "") is not None
    if head(owner) is None:
        return
    for decl in owner.members:
        node = decl.node
        function = function_of(decl)
        if not isinstance(node, n.ClassMember) or function is None or function.body is None:
            continue
        hidden = {"private", "protected", "static"} & set(node.modifiers) or (decl.name or "").startswith("#")
        if hidden or node.kind not in {"method", "field"}:
            continue
        labels = _labels(function)
        if labels is None or _helps(decl.name or "", labels) or f"this.{decl.name}" in called:
            continue
        webhook = says or _WEBHOOK.search(decl.name or "") is not None
        frame = Frame(path, facts, decl, function, Declared(path, facts, owner), {}, (function,))
        kind: Kind = "webhook" if webhook else "inbound" if among else "api"
        yield Handler(
            kind, decl.qualified_name, decl.name_span, frame, labels, None, decl.trusted and owner.trusted
        )


def _labels(function: n.Function) -> dict[int, Label] | None:
    """The labels of a handler's parameters; None where it takes nothing that comes in."""
    labels: dict[int, Label] = {}
    for at, param in enumerate(function.params):
        label = _label(at, param)
        if label:
            labels[at] = label
    if not any(label in {"request", "raw"} for label in labels.values()):
        return None
    return labels


def _label(at: int, param: n.Param) -> Label:
    name = param.target.name if isinstance(param.target, n.Name) else ""
    type_ = _type_name(param.type)
    if _REQUEST_TYPE.search(type_) or (name in _REQUEST_NAMES and (at == 0 or not type_)):
        return "request"
    if not name and at == 0 and _keys(param) & {"body", "rawBody", "headers"}:
        return "request"
    if name in {"res", "reply", "response", "_res"} or type_.endswith(("Response", "Reply")):
        return "response"
    if name in {"next", "_next"}:
        return "next"
    if name in _RAW_NAMES and (not type_ or type_ in _RAW_TYPES):
        return "raw"
    return ""


def _keys(param: n.Param) -> set[str]:
    target = param.target
    return {prop.key for prop in target.props if prop.key} if isinstance(target, n.ObjectPattern) else set()


def _type_name(type_: n.Type | None) -> str:
    if isinstance(type_, n.TypeRef):
        if type_.name in {"Readonly", "Promise", "Pick", "Omit", "Partial"} and type_.args:
            return _type_name(type_.args[0])
        return type_.name.rpartition(".")[2]
    if isinstance(type_, n.TypeUnion):
        names = [_type_name(item) for item in type_.items]
        raw = [name for name in names if name in _RAW_TYPES]
        return raw[0] if len(raw) == len(names) else next((name for name in names if name), "")
    return "" if type_ is None else "other"


def _called(facts: FileFacts) -> frozenset[str]:
    """The names that the file's own functions call: what they call is judged through them."""
    known = facts.memo.get("webhooks: called")
    if known is None:
        names: set[str] = set()
        for decl in facts.all_decls():
            if decl.kind in {"import", "class"}:
                continue
            for node in walk(decl.node):
                name = dotted(node.callee) if isinstance(node, n.Call) else None
                if name is not None and name != decl.name:
                    names.add(name)
        known = facts.memo["webhooks: called"] = frozenset(names)
    return cast("frozenset[str]", known)


# What runs before


def entry(view: View, handler: Handler) -> Before:
    """What was done when a request comes to a handler, on every registration that is known."""
    if handler.route is not None:
        return before(view, handler.route) if handler.kind == "webhook" else validated(view, handler.route)
    found: list[Before] = []
    frame = handler.frame
    name = handler.name.partition(".")[0]
    for path in dict.fromkeys([frame.path, *(edge.importer for edge in view.importers(frame.path))]):
        facts = view.facts(path)
        if facts is None or view.is_test(path) or name.encode() not in facts.text.data:
            continue
        found += [before(view, route) for route in routes(path, facts) if _leads(view, route, handler)]
    if not found:
        return Before()
    joined = found[0]
    for one in found[1:]:
        joined = joined.then(one)
    must = found[0].must
    for one in found[1:]:
        must &= one.must
    return joined._replace(must=must, valid=all(one.valid for one in found))


def _leads(view: View, route: Route, handler: Handler) -> bool:
    """Whether a registration names the handler, or holds a function that calls it."""
    name = handler.name.partition(".")[0]
    for inner in walk(route.handler):
        if isinstance(inner, n.Name):
            found = named(view, route.path, route.facts, inner.name)
            if isinstance(found, tuple) and found.path == handler.frame.path and name in found.decl.names:
                return True
    return False
