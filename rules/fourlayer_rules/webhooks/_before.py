"""What was done to a request before it comes to a route's handler: by middlewares, routers and mounts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, cast

from fourlayer.project.follow import Follow
from fourlayer.project.frames import Frame, Value
from fourlayer.project.summaries import signs
from fourlayer.project.summaries.effects import ALL, NONE
from fourlayer.project.summaries.steps import effects_of
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import chain_of, dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.webhooks._mounts import HOPS, mounts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.project.summaries.effects import Steps
    from fourlayer.project.summaries.labels import Label
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer_rules.webhooks._routes import Route

_AUTH = re.compile(
    r"^(require|ensure|is|check|with|verify)?_?(auth|authenticated|authentication|user|session|login|role|permission"
    r"|permissions|admin|jwt|scope|scopes)(middleware|guard|required|context|user)?$"
    r"|^(authenticate|authorize|passport|protect|authMiddleware|sessionAuth)\w*|^require[A-Z]\w*(Auth|User|Role|Permission)"
    r"|^require(Auth|User|Role|Permission|Admin|Session|Login)\w*",
    re.IGNORECASE,
)
_JSON = re.compile(r"^(express\.|bodyParser\.)?(json|urlencoded)$")
_RAW = re.compile(r"^(express\.|bodyParser\.)?(raw|text)$|raw_?body", re.IGNORECASE)
_VALIDATES = re.compile(r"valid", re.IGNORECASE)


class Before(NamedTuple):
    """What holds when a request comes to the handler, and what was lacking where it was verified."""

    must: Steps = NONE
    may: Steps = NONE
    early: Steps = NONE
    raw: bool = False
    json: bool = False
    valid: bool = False
    signed_in: bool = False

    def then(self, later: Before) -> Before:
        """What holds after something else came too."""
        return Before(
            self.must | later.must,
            self.may | later.may,
            self.early | (later.early - self.must),
            self.raw or later.raw,
            self.json or later.json,
            self.valid or later.valid,
            self.signed_in or later.signed_in,
        )


def before(view: View, route: Route) -> Before:
    """What was done when a request comes to a route's handler."""
    around = _mounted(view, route.path, 0) if route.facts.exports else Before()
    return _everywhere(view).then(around).then(near(view, route))


def near(view: View, route: Route) -> Before:
    """What was done by the route's own middlewares, and by those of its router in the same file."""
    return _near(view, route, light=False)


def validated(view: View, route: Route) -> Before:
    """Like `near`, for routes of which only matters whether something validates: others are not followed."""
    return _near(view, route, light=True)


def _near(view: View, route: Route, *, light: bool) -> Before:
    used = _used_before(view, route, light=light)
    return used.then(passing(view, route.frame, route.middlewares, light=light))


def passing(view: View, frame: Frame, middlewares: Iterable[n.Expr], *, light: bool = False) -> Before:
    """What middlewares come to, one after the other."""
    found = Before()
    for expr in _listed(view, frame, middlewares):
        found = found.then(_middleware(view, expr, light=light))
    return found


def _listed(view: View, frame: Frame, exprs: Iterable[n.Expr], hops: int = 0) -> Iterator[Value]:
    follow = Follow(view)
    for expr in exprs:
        inner = expr.value if isinstance(expr, n.Spread) else expr
        value = Value(inner, frame)
        plain = uncast(inner)
        if not isinstance(plain, n.Array):
            found = follow.value(value)
            if isinstance(found, Value) and isinstance(uncast(found.expr), n.Array):
                value, plain = found, uncast(found.expr)
        if isinstance(plain, n.Array) and hops < 3:
            yield from _listed(view, value.frame, plain.items, hops + 1)
        else:
            yield value


def _middleware(view: View, value: Value, *, light: bool) -> Before:
    follow = Follow(view)
    expr = uncast(value.expr)
    text = _name_of(expr)
    last = text.rpartition(".")[2]
    resolved = follow.value(value)
    made = resolved.expr if isinstance(resolved, Value) else expr
    made_name = _name_of(uncast(made))
    found = Before()
    for name in {text, made_name}:
        found = found.then(_by_name(name))
    written = _text(value) + (" " + _text(resolved) if isinstance(resolved, Value) else "")
    if signs.is_limiter(view, text) or signs.is_limiter(view, made_name) or _is_limit_option(expr):
        found = found.then(Before(must=signs.scopes_of_limit(_key_text(written))))
    if _VALIDATES.search(text) and (_names_schema(written) or _is_given_shape(expr)):
        found = found.then(Before(valid=True))
    target = follow.closure(value.frame, expr)
    if isinstance(target, Frame) and target.function is not None:
        skipped = light and b"arse" not in target.decl.data
        return found if skipped else found.then(_run(view, target))
    if found == Before() and (signs.is_verifier(view, text) or signs.verifies(last)):
        return Before(must=frozenset({"verified"}), early=frozenset({"limited"}))
    return found


def _run(view: View, target: Frame) -> Before:
    function = target.function
    count = len(function.params) if function is not None else 0
    labels: dict[int, Label] = {0: "request"}
    if count == 2 and function is not None and _is_next(function.params[1]):
        labels[1] = "next"
    else:
        labels[1], labels[2] = "response", "next"
    effects = effects_of(view, target, labels)
    must = effects.going
    if must is None or must == ALL:
        # Hono's hooks wait for `next()`, Fastify's have none: what holds when they are done counts.
        must = effects.after if must is None and count < 3 else NONE
    must = NONE if must == ALL else must
    return Before(must, effects.may, effects.early, valid="parsed" in must)


def _is_next(param: n.Param) -> bool:
    return isinstance(param.target, n.Name) and param.target.name in {"next", "_next"}


def _by_name(name: str) -> Before:
    last = name.rpartition(".")[2]
    return Before(
        raw=_RAW.search(name) is not None,
        json=_JSON.match(name) is not None,
        signed_in=_AUTH.match(last) is not None,
    )


def _name_of(expr: n.Expr) -> str:
    while isinstance(expr, n.Call):
        expr = uncast(expr.callee)
    return dotted(expr) or (expr.name if isinstance(expr, n.Member) else "")


def _text(value: Value) -> str:
    return value.frame.decl.text_of(value.expr)


_KEY = re.compile(r"key\w*\s*[:(]|keyBy|by\s*:", re.IGNORECASE)


def _key_text(text: str) -> str:
    """The part of a limiter's options that says what it counts by."""
    match = _KEY.search(text)
    return text[match.start() :] if match is not None else ""


def _is_limit_option(expr: n.Expr) -> bool:
    return isinstance(expr, n.Object) and any(
        isinstance(prop, n.Prop) and prop.key in {"rateLimit", "rateLimiter"} for prop in expr.props
    )


_SCHEMA = re.compile(r"\w*[sS]chemas?\b|\bz\.")


def _is_given_shape(expr: n.Expr) -> bool:
    """`validate({ email: { type: "email" } })`."""
    return isinstance(expr, n.Call) and any(isinstance(uncast(arg), n.Object) for arg in expr.args)


def _names_schema(text: str) -> bool:
    return _SCHEMA.search(text) is not None


def _used_before(view: View, route: Route, *, light: bool) -> Before:
    """`router.use(...)` that stands before the registration."""
    head = _head(route.call)
    found = Before()
    if head is None:
        return found
    own_scope = scopes_of(route.decl).binding(head)
    for decl, node in _use_calls(route.facts):
        if decl.start > route.decl.start or (own_scope is not None and decl is not route.decl):
            continue
        late = decl is route.decl and node.start >= route.call.start
        if not late and _uses(node, head.name):
            frame = Frame(route.path, route.facts, decl, None, None, {}, ())
            found = found.then(passing(view, frame, _applied(node, route.url), light=light))
    chain = chain_of(route.call)
    links = [link for link in chain.links if link.node is not route.call and link.name == "use" and link.args]
    for link in links:
        found = found.then(passing(view, route.frame, link.args or (), light=light))
    return found


def _use_calls(facts: FileFacts) -> list[tuple[Decl, n.Call]]:
    """The calls of `use` and `addHook` in a file."""
    known = facts.memo.get("webhooks: use")
    if known is None:
        known = facts.memo["webhooks: use"] = [
            (decl, node)
            for decl in facts.all_decls()
            if decl.kind != "class" and (b".use" in decl.data or b".addHook" in decl.data)
            for node in walk(decl.node)
            if isinstance(node, n.Call) and _is_use(node)
        ]
    return cast("list[tuple[Decl, n.Call]]", known)


def _is_use(call: n.Call) -> bool:
    callee = uncast(call.callee)
    return isinstance(callee, n.Member) and callee.name in {"use", "addHook"}


def _head(call: n.Call) -> n.Name | None:
    head = chain_of(call).head
    return head if isinstance(head, n.Name) else None


def _uses(call: n.Call, router: str) -> bool:
    callee = uncast(call.callee)
    return (
        isinstance(callee, n.Member) and callee.name in {"use", "addHook"} and dotted(callee.object) == router
    )


def _applied(call: n.Call, url: str) -> tuple[n.Expr, ...]:
    """The middlewares of a `use`, where its path covers the route."""
    first = uncast(call.args[0]) if call.args else None
    if not isinstance(first, n.Str):
        return call.args
    callee = uncast(call.callee)
    hook = isinstance(callee, n.Member) and callee.name == "addHook"
    covers = hook or first.value in {"", "/", "*"} or url.startswith(first.value.rstrip("*").rstrip("/"))
    return call.args[1:] if covers else ()


# Mounting


def _mounted(view: View, path: str, hops: int) -> Before:
    """What runs before a router on every way to it."""
    found: list[Before] = []
    if hops < HOPS:
        for mount in mounts(view, path):
            frame = Frame(mount.path, mount.facts, mount.decl, None, None, {}, ())
            own = passing(view, frame, (arg for arg in mount.call.args if not isinstance(uncast(arg), n.Str)))
            found.append(_mounted(view, mount.path, hops + 1).then(own))
    if not found:
        return Before()
    must = found[0].must
    for one in found[1:]:
        must &= one.must
    joined = found[0]
    for one in found[1:]:
        joined = joined.then(one)
    return joined._replace(must=must, signed_in=all(one.signed_in for one in found))


def _everywhere(view: View) -> Before:
    """A limit that stands before every route of the application."""
    from fourlayer_rules.webhooks._global import limited_everywhere

    return Before(must=frozenset({"limited"})) if limited_everywhere(view) else Before()


def is_parsed_here(view: View, route: Route) -> bool:
    """Whether the route's own middlewares parse the body to an object."""
    found = passing(view, route.frame, route.middlewares)
    return found.json and not found.raw
