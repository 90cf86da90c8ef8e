"""Where a path is served: routes of HTTP frameworks, mounted routers, tables of routes, plain servers."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.loaders import HOLE, text_of
from fourlayer.project.questions import Question
from fourlayer.project.snapshot import Survey
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import uncast
from fourlayer.syntax.facts import walk
from fourlayer_rules.health._registration import Tracer
from fourlayer_rules.health._uses import Uses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

_METHODS = frozenset({"all", "any", "get", "add", "endpoint", "handle", "head", "on", "route", "set", "use"})
_PATH_KEYS = frozenset({"endpoint", "path", "pattern", "route", "url"})
_DOING_KEYS = frozenset({"action", "controller", "handle", "handler", "handlers", "loader", "method"})
_COMPARING = frozenset({"endsWith", "match", "startsWith", "test"})
_HANDLING = (n.Function, n.Name, n.Member, n.Call, n.Object)
_LEVELS = 4
"""How many importers up from a route's file the prefix of its router is looked for."""


class Served(NamedTuple):
    """Whether a path is served: "yes", "no" or "unknown"; `where` is the file that has to do with it.

    With "no" that file has the route and is loaded by nothing, or runs it never; "" where there is none.
    """

    answer: str
    where: str = ""


class _Found(NamedTuple):
    """What one file has to do with a path, without places."""

    whole: bool
    tail: bool
    """A route for the path's last part: served where the router is mounted at what comes before."""
    partly: bool
    """A route whose path ends like it and begins with what only shows when it runs."""
    named: tuple[str, ...]
    """Constants that hold the path."""


def served(view: View, path: str) -> Served:
    """Whether a path such as `/health/deps` is served by code that a process runs."""
    return view.ask(_SERVED, path)


def _answer(view: View, about: tuple[str, ...]) -> Served:
    (path,) = about
    return _Work(view, path, view.layout.symbols["health_registry"]).served()


_SERVED = Question("route", _answer, Served("unknown"))


class _Work:
    def __init__(self, view: View, path: str, patterns: tuple[str, ...]) -> None:
        self._view = view
        self._path = "/" + path.strip("/")
        self._head, _, last = self._path.rpartition("/")
        self._last = f"/{last}"
        self._tracer = Tracer(view, patterns)
        self._idle = ""
        self._open = ""

    def served(self) -> Served:
        placed = next((root for root in sorted(self._view.roots) if self._by_place(root)), None)
        if placed is not None:
            return Served("yes", placed)
        for path, found in self._view.survey(_survey(self._path)).items():
            if self._serves(path, found):
                return Served("yes", path)
        if self._open:
            return Served("unknown", self._open)
        return Served("no", self._idle)

    def _by_place(self, root: str) -> bool:
        """Files that Next.js and its like serve by their place: `app/health/deps/route.ts`."""
        plain = re.sub(r"\.\w+$", "", root).removesuffix("/route").removesuffix("/index")
        plain = re.sub(r"\.(?:get|all)$", "", plain)
        dotted = plain.rpartition("/")[2].replace(".", "/")
        place = re.compile(rf"/(?:app|pages|routes|api|server)/(?:.*/)?{re.escape(self._path[1:])}$")
        return place.search(plain) is not None or ("/routes/" in root and dotted == self._path[1:])

    def _serves(self, path: str, found: _Found) -> bool:
        facts = self._view.facts(path)
        if facts is None:
            return False
        lives: set[str] = set()
        if found.whole or found.tail or found.partly:
            for decl, kind in _routes(facts, self._path):
                if kind == "whole" or (kind == "tail" and self._is_mounted(path)):
                    lives.add(self._tracer.life(path, decl.owner or decl))
                elif kind == "partly":
                    self._open = path
        for name in found.named:
            for use in Uses(self._view).of(path, name):
                if use.node is not None and _is_route(use.decl, use.node):
                    lives.add(self._tracer.life(use.path, use.top))
        if "unknown" in lives:
            self._open = path
        if "idle" in lives:
            self._idle = path
        return "runs" in lives

    def _is_mounted(self, path: str) -> bool:
        """Whether the file, or one that loads it, mounts something at what comes before the last part."""
        if not self._head:
            return True
        level, seen = [path], {path}
        for _ in range(_LEVELS):
            for one in level:
                facts = self._view.facts(one)
                answer = _mounts(facts, self._head) if facts is not None else ""
                if answer == "yes":
                    return True
                if answer == "open":
                    self._open = one
            level = [up for one in level for up in self._view.loaded_by(one) if up not in seen]
            seen.update(level)
        return False


@cache
def _survey(path: str) -> Survey[_Found]:
    last = path.rpartition("/")[2]
    triggers = tuple(quote + last.encode() for quote in (b"/", b'"', b"'", b"`"))

    def extract(_path: str, facts: FileFacts) -> _Found | None:
        kinds = {kind for _, kind in _routes(facts, path)}
        named = tuple(dict.fromkeys(_constants(facts, path)))
        found = _Found("whole" in kinds, "tail" in kinds, "partly" in kinds, named)
        return found if kinds or named else None

    return Survey(f"routes:{path}", extract, triggers)


def computed_routes(patterns: tuple[bytes, ...]) -> Survey[bool]:
    """The files that know a registry and have a route whose path only shows when it runs."""
    return _computed(patterns)


@cache
def _computed(triggers: tuple[bytes, ...]) -> Survey[bool]:
    def extract(_path: str, facts: FileFacts) -> bool | None:
        for decl in facts.all_decls():
            for node in walk(decl.node):
                if isinstance(node, n.Call) and node.args and _is_handled(decl, node):
                    text = text_of(facts, decl, node.args[0])
                    if text is not None and not text.strip(HOLE) and _is_value(node.args[0]):
                        return True
        return None

    return Survey(f"computed routes:{triggers}", extract, triggers)


def _is_value(expr: n.Expr) -> bool:
    """Whether an argument may be a path, and is not a router or some middleware."""
    expr = uncast(expr)
    text = expr.name if isinstance(expr, n.Name | n.Member) else ""
    return re.search(r"path|route|url|endpoint", text, re.IGNORECASE) is not None


# In one file


def _routes(facts: FileFacts, path: str) -> Iterator[tuple[Decl, str]]:
    """The declarations with a route, each with "whole", "tail" or "partly"."""
    word = path.rpartition("/")[2].encode()
    for decl in facts.all_decls():
        data = decl.data
        if word in data:
            yield from ((decl, "whole") for _ in _decorated(facts, decl, path))
            for node in walk(decl.node):
                kind = _kind(facts, decl, node, path)
                if kind is not None:
                    yield decl, kind


def _kind(facts: FileFacts, decl: Decl, node: n.Node, path: str) -> str | None:
    if isinstance(node, n.Prop):
        handled = isinstance(uncast(node.value), _HANDLING)
        return "whole" if node.key is not None and handled and _fits(node.key, path) == "whole" else None
    if not isinstance(node, n.Str | n.Template | n.Binary) or not _is_route(decl, node):
        return None
    text = text_of(facts, decl, node)
    return None if text is None else _fits(text, path)


def _fits(text: str, path: str) -> str | None:
    """How a route's path relates to the wanted one: "whole", its "tail", or "partly" open."""
    plain = text.partition("?")[0].rstrip("/")
    plain = re.sub(r"^[A-Z]+ ", "", plain)
    if plain.endswith(path):
        return "whole"
    last = "/" + path.rpartition("/")[2]
    if HOLE in plain:
        return "partly" if plain.rpartition(HOLE)[2] and path.endswith(plain.rpartition(HOLE)[2]) else None
    if plain in {last, last[1:]}:
        return "tail"
    return None


def _is_route(decl: Decl, node: n.Node) -> bool:
    """Whether a text stands where a path is routed."""
    child, parent = node, decl.parent(node)
    while isinstance(parent, n.Cast | n.Array | n.Member | n.Template):
        child, parent = parent, decl.parent(parent)
    if isinstance(parent, n.Call):
        return child in parent.args[:2] and (_is_handled(decl, parent) or _compares(decl, parent))
    if isinstance(parent, n.Prop) and parent.key in _PATH_KEYS:
        table = decl.parent(parent)
        return isinstance(table, n.Object) and any(
            isinstance(prop, n.Prop)
            and (prop.key in _DOING_KEYS or isinstance(uncast(prop.value), n.Function))
            for prop in table.props
        )
    if isinstance(parent, n.Binary) and parent.op in {"==", "==="}:
        other = parent.right if parent.left is child else parent.left
        return _is_address(decl.text_of(other))
    if isinstance(parent, n.Case):
        switch = decl.parent(parent)
        return isinstance(switch, n.Switch) and _is_address(decl.text_of(switch.value))
    return False


def _is_handled(decl: Decl, call: n.Call) -> bool:
    """`app.get(path, handler)`, `router.route(path).get(handler)`, `app.on("GET", path, handler)`."""
    callee = uncast(call.callee)
    if not isinstance(callee, n.Member) or callee.name not in _METHODS:
        return False
    if _is_client(decl.text_of(callee.object)):
        return False
    around = decl.parent(call)
    if len(call.args) == 1:
        return callee.name == "route" and isinstance(around, n.Member) and around.name in _METHODS
    return not isinstance(uncast(call.args[-1]), n.Object | n.Str | n.Template | n.Num | n.Const)


def _compares(decl: Decl, call: n.Call) -> bool:
    callee = uncast(call.callee)
    return (
        isinstance(callee, n.Member)
        and callee.name in _COMPARING
        and _is_address(decl.text_of(callee.object))
    )


def _is_address(text: str) -> bool:
    return re.search(r"url|path|route", text, re.IGNORECASE) is not None


def _is_client(text: str) -> bool:
    return re.search(r"\b(?:axios|client|fetch\w*|got|https?|ky|superagent|request)\b", text) is not None


_DECORATED = re.compile(rb"@(?:Get|All|Route)\(\s*[\"'`]/?([^\"'`]*)[\"'`]")
_CONTROLLER = re.compile(rb"@Controller\(\s*(?:\{\s*path:\s*)?[\"'`]/?([^\"'`]*)[\"'`]")


def _decorated(facts: FileFacts, decl: Decl, path: str) -> Iterable[bytes]:
    """Routes of a controller's class (NestJS); a decorator stands before its class and its methods."""
    if decl.kind != "class":
        return
    data = facts.text.data
    controller = None
    for match in _CONTROLLER.finditer(data, 0, decl.end):
        controller = match
    prefix = controller.group(1) if controller is not None else b""
    for match in _DECORATED.finditer(data, decl.start, decl.end):
        whole = b"/" + b"/".join(part.strip(b"/") for part in (prefix, match.group(1)) if part)
        if whole.endswith(path.encode()):
            yield whole


def _constants(facts: FileFacts, path: str) -> Iterator[str]:
    """The top-level constants that hold the path, themselves or in an object."""
    for decl in facts.decls:
        if decl.kind not in {"variable", "enum"} or path.encode() not in decl.data:
            continue
        for node in walk(decl.node):
            if isinstance(node, n.Str) and _fits(node.value, path) == "whole" and not _is_route(decl, node):
                yield from decl.names


def _mounts(facts: FileFacts, head: str) -> str:
    """Whether a file mounts something at a prefix: "yes", "open" where one is computed, or ""."""
    answer = ""
    for decl in facts.all_decls():
        for prefix in filter(None, map(_mounted_at, walk(decl.node))):
            text = text_of(facts, decl, prefix)
            if text is not None and ("/" + text.strip("/")).endswith(head):
                return "yes"
            if text is not None and HOLE in text:
                answer = "open"
    return answer


def _mounted_at(node: n.Node) -> n.Expr | None:
    """The prefix of `app.use(prefix, router)`, `register(plugin, { prefix })`, `basePath(prefix)`."""
    if isinstance(node, n.Prop) and node.key in {"prefix", "basePath"}:
        return node.value
    callee = uncast(node.callee) if isinstance(node, n.Call) else None
    args = node.args if isinstance(node, n.Call) else ()
    if not isinstance(callee, n.Member) or not args:
        return None
    first = uncast(args[0])
    if callee.name in {"use", "route", "mount", "group"} and len(args) > 1:
        named = isinstance(first, n.Name | n.Member) and _is_address(first.name)
        return first if isinstance(first, n.Str | n.Template | n.Binary) or named else None
    return first if callee.name in {"basePath", "prefix", "setGlobalPrefix"} else None
