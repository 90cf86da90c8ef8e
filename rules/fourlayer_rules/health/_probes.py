"""Whether a health check asks anything at all, and whether the answer can change what it returns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.project.follow import Frame, Outside, Value
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.flow import holds_on_every_path
from fourlayer.syntax.functions import returned_values
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.derive.symbols import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.follow import Follow
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.scope import Binding
    from fourlayer_rules.derive.symbols import Declared

_ASKING_GLOBALS = frozenset({"fetch", "WebSocket", "EventSource", "XMLHttpRequest"})
_PURE_GLOBALS = frozenset(
    {
        "AbortController",
        "AbortSignal",
        "Array",
        "ArrayBuffer",
        "BigInt",
        "Blob",
        "Boolean",
        "Buffer",
        "clearInterval",
        "clearTimeout",
        "console",
        "crypto",
        "Date",
        "decodeURI",
        "decodeURIComponent",
        "DOMException",
        "encodeURI",
        "encodeURIComponent",
        "Error",
        "Event",
        "EventTarget",
        "FormData",
        "Function",
        "Headers",
        "Infinity",
        "Intl",
        "isFinite",
        "isNaN",
        "JSON",
        "Map",
        "Math",
        "NaN",
        "Number",
        "Object",
        "parseFloat",
        "parseInt",
        "performance",
        "process",
        "Promise",
        "queueMicrotask",
        "RangeError",
        "Reflect",
        "RegExp",
        "Request",
        "Response",
        "Set",
        "setImmediate",
        "setInterval",
        "setTimeout",
        "String",
        "structuredClone",
        "Symbol",
        "SyntaxError",
        "TextDecoder",
        "TextEncoder",
        "TypeError",
        "Uint8Array",
        "undefined",
        "URL",
        "URLSearchParams",
        "WeakMap",
        "WeakSet",
    }
)
_PURE_PACKAGES = frozenset(
    {
        "node:crypto",
        "node:path",
        "node:perf_hooks",
        "node:process",
        "node:timers",
        "node:timers/promises",
        "node:url",
        "node:util",
        "date-fns",
        "dayjs",
        "p-timeout",
        "pino",
        "uuid",
        "winston",
        "zod",
    }
)
_PURE_METHODS = frozenset(
    {
        "abort",
        "addEventListener",
        "at",
        "bind",
        "catch",
        "charAt",
        "concat",
        "endsWith",
        "entries",
        "every",
        "filter",
        "finally",
        "find",
        "findIndex",
        "flat",
        "flatMap",
        "forEach",
        "getTime",
        "has",
        "includes",
        "indexOf",
        "join",
        "keys",
        "map",
        "match",
        "padEnd",
        "padStart",
        "parse",
        "pop",
        "push",
        "reduce",
        "repeat",
        "replace",
        "replaceAll",
        "reverse",
        "safeParse",
        "shift",
        "slice",
        "some",
        "sort",
        "split",
        "startsWith",
        "stringify",
        "substring",
        "then",
        "toFixed",
        "toISOString",
        "toJSON",
        "toLocaleString",
        "toLowerCase",
        "toString",
        "toUpperCase",
        "trim",
        "trimEnd",
        "trimStart",
        "valueOf",
        "values",
    }
)
_LOGGERS = ("log", "logger", "console")
_SETTINGS = (
    "config",
    "options",
    "settings",
    "url",
    "key",
    "token",
    "provider",
    "name",
    "timeout",
    "timeoutms",
)
_GOOD = frozenset({"healthy", "ok", "up", "pass", "passing", "operational", "available"})
_STATUS_KEYS = frozenset({"status", "state", "healthy", "ok", "ishealthy", "up"})
_FORGOTTEN = frozenset({"body", "cancel", "json", "text", "arrayBuffer"})

Reach = Literal["yes", "maybe", "no"]


class Probe(NamedTuple):
    """A place that asks something outside, with the frame it runs in."""

    node: n.Expr
    frame: Frame
    is_fetch: bool


class Probes:
    """Answers what a function asks. `sites` collects the places of the last question."""

    def __init__(self, view: View, follow: Follow) -> None:
        self._view = view
        self._follow = follow
        self.sites: list[Probe] = []

    def reach(self, frame: Frame) -> Reach:
        """Whether a function asks something outside the provider; "maybe" where that is out of reach."""
        self.sites = []
        return self._function(frame)

    def _function(self, frame: Frame) -> Reach:
        function = frame.function
        if function is None or function.body is None:
            return "maybe"
        answer: Reach = "no"
        for param in function.params:
            if param.default is not None and param not in frame.args:
                answer = _more(answer, self._below(param.default, frame))
        return _more(answer, self._below(function.body, frame))

    def _below(self, root: n.Node, frame: Frame) -> Reach:
        answer: Reach = "no"
        for node in walk(root):
            if isinstance(node, n.Expr):
                answer = _more(answer, self.asks(node, frame))
        return answer

    def asks(self, node: n.Expr, frame: Frame) -> Reach:
        """Whether one expression by itself asks, its parts left out."""
        if isinstance(node, n.Call):
            return self._call(node, frame)
        if isinstance(node, n.New):
            return self._new(node, frame)
        if isinstance(node, n.Tagged):
            return "maybe"
        if isinstance(node, n.Await):
            return "no" if isinstance(bare(node.value), n.Call | n.New | n.Name) else "maybe"
        if isinstance(node, n.Member):
            return "maybe" if _is_field(node) else "no"
        return self._name(node, frame) if isinstance(node, n.Name) else "no"

    def _call(self, call: n.Call, frame: Frame) -> Reach:
        callee = bare(call.callee)
        if _is_logger(callee):
            return "no"
        target = self._follow.call(frame, call)
        if isinstance(target, Frame):
            return self._function(target)
        if target.kind == "global":
            head = target.name.partition(".")[0].removesuffix("()")
            if target.name in _ASKING_GLOBALS or head == "import":
                self.sites.append(Probe(call, frame, target.name == "fetch"))
                return "yes"
            return "no" if head in _PURE_GLOBALS or head in _ASKING_GLOBALS else "maybe"
        if target.kind == "package" and target.package in _PURE_PACKAGES:
            return "no"
        if target.kind in {"package", "given"}:
            self.sites.append(Probe(call, frame, False))
            return "yes"
        if isinstance(callee, n.Member) and callee.name in _PURE_METHODS and target.kind == "unknown":
            return "no"
        return "maybe"

    def _new(self, new: n.New, frame: Frame) -> Reach:
        name = dotted(new.callee)
        if name is None:
            return "maybe"
        if name in _ASKING_GLOBALS:
            return "yes"
        # An object that nobody asks anything asks nothing; what is asked of it is a call of its own.
        return "no"

    def _name(self, name: n.Name, frame: Frame) -> Reach:
        """A name stands for a state that others keep: a variable of the module, an object from a package."""
        if name.name in {"this", "super"} or scopes_of(frame.decl).binding(name) is not None:
            return "maybe" if self._is_given_object(name, frame) or name.name == "super" else "no"
        found = named(self._view, frame.path, frame.facts, name.name)
        if isinstance(found, tuple):
            node = found.decl.node
            if not isinstance(node, n.VarDecl):
                return "no"
            if _is_logger_name(name.name):
                return "no"
            return "maybe" if node.kind != "const" or self._holds_state(name, frame, found) else "no"
        if found is None:
            return "no"
        value = self._follow.value(Value(name, frame))
        package = value.package if isinstance(value, Outside) else ""
        if package in _PURE_PACKAGES:
            return "no"
        parent = frame.decl.parent(name)
        return "maybe" if isinstance(parent, n.Member) or not package else "no"

    def _holds_state(self, name: n.Name, frame: Frame, found: Declared) -> bool:
        """Whether a constant is an object that may change: one of a class, or one that is written to."""
        made = self._follow.object(Value(name, frame))
        if isinstance(made, Outside):
            return made.package not in _PURE_PACKAGES and made.kind != "given"
        if isinstance(made, Value):
            data = found.facts.text.data
            return re.search(rb"\b%s[.\w\[\]]+\s*=[^=>]" % re.escape(name.name.encode()), data) is not None
        return not made.static

    def _is_given_object(self, name: n.Name, frame: Frame) -> bool:
        """Whether something is read from an object that the caller handed in."""
        binding = scopes_of(frame.decl).binding(name)
        if binding is None or not isinstance(binding.owner, n.Param) or binding.owner in frame.args:
            return False
        parent = frame.decl.parent(name)
        return isinstance(parent, n.Member) and parent.object is name and binding.owner.default is None

    # What the answer is

    def answers(self, frame: Frame) -> list[tuple[n.Expr, str | None]]:
        """The values that a check returns, each with its status where that is a constant."""
        function = frame.function
        if function is None:
            return []
        values = [bare(value) for value in returned_values(function)]
        return [(part, _constant_status(part)) for value in values for part in _alternatives(value)]

    def unasked(self, frame: Frame) -> n.Expr | None:
        """A constant good answer that is given on a path on which nothing was asked."""
        function = frame.function
        if function is None or function.body is None or not isinstance(function.body, n.Block):
            return None

        def asks(node: n.Node) -> bool:
            return isinstance(node, n.Expr) and self.asks(node, frame) != "no"

        for node in walk(function.body):
            if not isinstance(node, n.Return) or node.value is None:
                continue
            value = bare(node.value)
            if _constant_status(value) in _GOOD and self._own(frame, node):
                _, anywhere = holds_on_every_path(function, node.value, asks)
                if not anywhere:
                    return value
        return None

    def _own(self, frame: Frame, node: n.Node) -> bool:
        for around in frame.decl.ancestors(node):
            if isinstance(around, n.Function):
                return around is frame.function
        return False


def is_ignored(probe: Probe) -> bool:
    """Whether nobody looks at what `fetch` came back with; it resolves on a 500 as well."""
    return _is_forgotten(probe.node, probe.frame)


def _more(one: Reach, two: Reach) -> Reach:
    for word in ("yes", "maybe"):
        if word in (one, two):
            return word
    return "no"


def _alternatives(value: n.Expr) -> Iterator[n.Expr]:
    if isinstance(value, n.Cond):
        yield from _alternatives(bare(value.then))
        yield from _alternatives(bare(value.other))
    else:
        yield value


def _constant_status(value: n.Expr) -> str | None:
    """`healthy` for `{ status: "healthy" }` and `{ healthy: true }`; None where it is not constant."""
    if not isinstance(value, n.Object):
        return None
    for prop in value.props:
        if isinstance(prop, n.Prop) and prop.key is not None and prop.key.lower() in _STATUS_KEYS:
            held = uncast(prop.value)
            if isinstance(held, n.Str):
                return held.value.lower()
            if isinstance(held, n.Const) and held.value in {"true", "false"}:
                return "healthy" if held.value == "true" else "unhealthy"
            return None
    return None


def is_good(status: str | None) -> bool:
    """Whether a constant status says that all is well."""
    return status in _GOOD


def _is_forgotten(call: n.Expr, frame: Frame) -> bool:
    """Whether the awaited answer of a call is dropped, or only its body is read and dropped."""
    decl = frame.decl
    node: n.Node = call
    parent = decl.parent(node)
    while isinstance(parent, n.Await | n.Cast):
        node, parent = parent, decl.parent(parent)
    if isinstance(parent, n.Array):
        around = decl.parent(parent)
        if isinstance(around, n.Call) and dotted(around.callee) in {"Promise.race", "Promise.any"}:
            return _is_forgotten(around, frame)
        return False
    if isinstance(parent, n.ExprStmt):
        return True
    if isinstance(parent, n.Member) and parent.name in _FORGOTTEN:
        return _chain_forgotten(parent, frame)
    if not isinstance(parent, n.Declarator):
        return False
    bindings = scopes_of(decl).declared_by(parent)
    if not isinstance(parent.target, n.Name) or len(bindings) != 1:
        return False
    return all(_use_forgotten(use, bindings[0], frame) for use in bindings[0].uses)


def _use_forgotten(use: n.Name, binding: Binding, frame: Frame) -> bool:
    if binding.writes:
        return False
    parent = frame.decl.parent(use)
    return isinstance(parent, n.Member) and parent.name in _FORGOTTEN and _chain_forgotten(parent, frame)


def _chain_forgotten(member: n.Member, frame: Frame) -> bool:
    """Whether `response.json()` or `response.body?.cancel()` is called and its value dropped."""
    node: n.Node = member
    parent = frame.decl.parent(node)
    while isinstance(parent, n.Member | n.Call | n.Await | n.Cast | n.Unary):
        if isinstance(parent, n.Call) and parent.callee is not node:
            return False
        node, parent = parent, frame.decl.parent(parent)
    return isinstance(parent, n.ExprStmt)


def _is_field(member: n.Member) -> bool:
    """Whether a field of `this` is read that may hold a state, not a setting."""
    owner = uncast(member.object)
    if not isinstance(owner, n.Name) or owner.name != "this":
        return False
    name = member.name.lower()
    return not _is_logger_name(name) and not name.endswith(_SETTINGS)


def _is_logger_name(name: str) -> bool:
    return name.lower().endswith(_LOGGERS)


def _is_logger(callee: n.Expr) -> bool:
    name = dotted(callee) or ""
    return any(part.lower().endswith(_LOGGERS) for part in name.split(".")[:-1])
