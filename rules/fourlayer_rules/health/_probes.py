"""Whether a health check asks anything at all, and whether the answer can change what it returns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.project.frames import Frame, Outside, Value
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.flow import holds_on_every_path
from fourlayer.syntax.functions import returned_values
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.derive.known import (
    ASKING_GLOBALS,
    LOGGERS,
    PURE_GLOBALS,
    PURE_METHODS,
    PURE_PACKAGES,
    is_called_on,
    says_limit,
)
from fourlayer_rules.derive.symbols import named
from fourlayer_rules.health._throws import Escapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.follow import Follow
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.scope import Binding
    from fourlayer_rules.derive.symbols import Declared

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


class Unasked(NamedTuple):
    """A good answer that nothing stands behind, and the call before it whose outcome is lost."""

    answer: n.Expr
    dropped: n.Call | None


class Probes:
    """Answers what a function asks.

    `sites` collects the places of the last question, up to the first one whose answer somebody looks at.
    """

    def __init__(self, view: View, follow: Follow) -> None:
        self._view = view
        self._follow = follow
        self.sites: list[Probe] = []
        self._enough = False
        """Whether one more place makes no difference."""

    def reach(self, frame: Frame) -> Reach:
        """Whether a function asks something outside the provider; "maybe" where that is out of reach."""
        self.sites = []
        self._enough = False
        answer = self._function(frame)
        self._enough = True
        return answer

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
                if answer == "yes" and self._enough:
                    break
        return answer

    def _found(self, probe: Probe) -> Reach:
        self.sites.append(probe)
        self._enough = self._enough or not (probe.is_fetch and is_ignored(probe))
        return "yes"

    def asks(self, node: n.Expr, frame: Frame) -> Reach:
        """Whether one expression by itself asks, its parts left out."""
        if isinstance(node, n.Call | n.New):
            by_itself = self._call(node, frame) if isinstance(node, n.Call) else self._new(node)
            return "yes" if by_itself == "no" and self._calls_back(node, frame) else by_itself
        if isinstance(node, n.Tagged):
            return "maybe"
        if isinstance(node, n.Await):
            return "no" if isinstance(bare(node.value), n.Call | n.New | n.Name) else "maybe"
        if isinstance(node, n.Member):
            return "maybe" if _is_field(node) else "no"
        return self._name(node, frame) if isinstance(node, n.Name) else "no"

    def _call(self, call: n.Call, frame: Frame) -> Reach:
        callee = bare(call.callee)
        if is_called_on(callee, LOGGERS):
            return "no"
        target = self._follow.call(frame, call)
        if isinstance(target, Frame):
            return self._function(target)
        if target.kind == "global":
            head = target.name.partition(".")[0].removesuffix("()")
            if head == "import" and self._follow.loads(frame, call) is not None:
                return "no"
            if target.name in ASKING_GLOBALS or head == "import":
                return self._found(Probe(call, frame, target.name == "fetch"))
            return "no" if head in PURE_GLOBALS or head in ASKING_GLOBALS else "maybe"
        if target.kind == "package" and target.package in PURE_PACKAGES:
            return "no"
        if target.kind == "given" and _settles(callee, frame):
            return "no"
        if target.kind in {"package", "given"}:
            return self._found(Probe(call, frame, False))
        if isinstance(callee, n.Member) and callee.name in PURE_METHODS and target.kind == "unknown":
            return "no"
        return "maybe"

    def _new(self, new: n.New) -> Reach:
        name = dotted(new.callee)
        if name is None:
            return "maybe"
        if name in ASKING_GLOBALS:
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
        if package in PURE_PACKAGES:
            return "no"
        parent = frame.decl.parent(name)
        return "maybe" if isinstance(parent, n.Member) or not package else "no"

    def _holds_state(self, name: n.Name, frame: Frame, found: Declared) -> bool:
        """Whether a constant is an object that may change: one of a class, or one that is written to."""
        made = self._follow.object(Value(name, frame))
        if isinstance(made, Outside):
            return made.package not in PURE_PACKAGES and made.kind != "given"
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
        return [(part, self.status(part, frame)) for value in values for part in _alternatives(value)]

    def status(self, value: n.Expr, frame: Frame) -> str | None:
        """The status of `{ status: "healthy" }`, `{ healthy: true }` or a call that makes such a thing.

        None where it is not constant.
        """
        value = bare(value)
        if isinstance(value, n.Call):
            target = self._follow.call(frame, value)
            made = [status for _, status in self.answers(target)] if isinstance(target, Frame) else []
            return made[0] if len(set(made)) == 1 else None
        if isinstance(value, n.Object):
            for prop in value.props:
                if isinstance(prop, n.Prop) and prop.key is not None and prop.key.lower() in _STATUS_KEYS:
                    return _constant(self._follow.value(Value(prop.value, frame)))
        return None

    def unasked(self, frame: Frame) -> Unasked | None:
        """A constant good answer that is given on a path on which nothing was asked that could change it."""
        function = frame.function
        if function is None or function.body is None or not isinstance(function.body, n.Block):
            return None
        dropped: list[n.Call] = []
        known: dict[n.Node, bool] = {}

        def asks(node: n.Node) -> bool:
            if not isinstance(node, n.Expr):
                return False
            if node not in known:
                lost = isinstance(node, n.Call) and self._is_dropped(node, frame)
                dropped.extend([node] if lost and isinstance(node, n.Call) else [])
                known[node] = not lost and self.asks(node, frame) != "no"
            return known[node]

        for node in walk(function.body):
            if not isinstance(node, n.Return) or node.value is None:
                continue
            value = bare(node.value)
            if self._own(frame, node) and self.status(value, frame) in _GOOD:
                _, anywhere = holds_on_every_path(function, node.value, asks)
                if not anywhere:
                    return Unasked(value, dropped[0] if dropped else None)
        return None

    def _is_dropped(self, call: n.Call, frame: Frame) -> bool:
        """Whether a call's outcome is lost: its value is dropped, it fails for nobody, it stores nothing."""
        parent = frame.decl.parent(call)
        if isinstance(parent, n.Await):
            parent = frame.decl.parent(parent)
        if not isinstance(parent, n.ExprStmt):
            return False
        target = self._follow.call(frame, call)
        function = target.function if isinstance(target, Frame) else None
        if not isinstance(target, Frame) or function is None or function.body is None or call.args:
            return False
        if not any(True for _ in returned_values(function)) or any(map(_stores, walk(function.body))):
            return False
        return not Escapes(self._follow, strict=True).of(target)

    def _calls_back(self, node: n.Call | n.New, frame: Frame) -> bool:
        """Whether something is asked by a function that a call is handed: `urls.map(ask)`, an executor."""
        for arg in node.args:
            target = self._follow.closure(frame, arg) if isinstance(bare(arg), n.Function | n.Name) else None
            if isinstance(target, Frame) and target.function is not None and not frame.runs(target.function):
                inner = target._replace(trail=(*frame.trail, target.function))
                if self._function(inner) != "no":
                    return True
        return False

    def _own(self, frame: Frame, node: n.Node) -> bool:
        for around in frame.decl.ancestors(node):
            if isinstance(around, n.Function):
                return around is frame.function
        return False


def is_ignored(probe: Probe) -> bool:
    """Whether nobody looks at what `fetch` came back with; it resolves on a 500 as well."""
    return _is_forgotten(probe.node, probe.frame)


def _settles(callee: n.Expr, frame: Frame) -> bool:
    """Whether `resolve` or `reject` of a promise's executor is called."""
    binding = scopes_of(frame.decl).binding(callee) if isinstance(callee, n.Name) else None
    function = frame.decl.parent(binding.owner) if binding is not None else None
    made = frame.decl.parent(function) if isinstance(function, n.Function) else None
    return isinstance(made, n.New) and dotted(made.callee) == "Promise"


def _stores(node: n.Node) -> bool:
    if isinstance(node, n.Assign):
        return True
    callee = uncast(node.callee) if isinstance(node, n.Call) else None
    return isinstance(callee, n.Member) and callee.name in {"add", "emit", "push", "set", "unshift"}


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


def _constant(held: Value | Outside) -> str | None:
    """The status that a value of `status` or `healthy` says."""
    expr = uncast(held.expr) if isinstance(held, Value) else None
    if isinstance(expr, n.Str):
        return expr.value.lower()
    if isinstance(expr, n.Const) and expr.value in {"true", "false"}:
        return "healthy" if expr.value == "true" else "unhealthy"
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
    if isinstance(parent, n.Call) and parent.callee is not node and says_limit(dotted(parent.callee) or ""):
        return _is_forgotten(parent, frame)
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
    return name.lower().endswith(LOGGERS)
