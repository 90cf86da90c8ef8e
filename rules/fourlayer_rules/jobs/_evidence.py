"""What observes a worker: handlers of its events, measurements of its jobs, the depth of its queue."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.project.follow import Follow
from fourlayer.project.frames import Frame, Value
from fourlayer.project.questions import Question
from fourlayer.project.snapshot import Survey
from fourlayer.project.summaries.inference import Inference, place_of
from fourlayer.project.summaries.types import Function, Place
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, chain_of, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.jobs._queues import QUEUE, built

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer_rules.jobs._queues import Built

FAILED = "failed"
MEASURED = "measured"
_EVENTS = frozenset({"on", "once", "addListener"})
_FAILURES = frozenset({"failed"})
_MEASURES = re.compile(
    r"histogram|observe|duration|latency|timing|starttimer|telemetryspan|startspan|activespan"
    r"|(queue|job|worker|record|emit|publish)metric|^metrics$|measure"
)
_DEPTHS = frozenset(
    {
        "exportPrometheusMetrics",
        "getActiveCount",
        "getDelayedCount",
        "getJobCountByTypes",
        "getJobCounts",
        "getWaiting",
        "getWaitingCount",
    }
)
_HOPS = 3
"""So many calls away from a processor a measurement is its job's; further down it is of something else."""


class Evidence:
    """Answers for one view."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._inference = Inference(view)

    # Handlers

    def handled(self, decl: Decl, place: Place, held: frozenset[str]) -> Iterator[tuple[str, str]]:
        """What a declaration does to the workers that these names hold: `failed`, `measured`."""
        for node in walk(decl.node):
            if not isinstance(node, n.Call):
                continue
            callee = uncast(node.callee)
            if isinstance(callee, n.Member) and callee.name in _EVENTS and len(node.args) > 1:
                owner = _root(decl, callee.object)
                event = uncast(node.args[0])
                if owner in held and isinstance(event, n.Str):
                    yield from self._of_listener(owner, event.value, node.args[1], place)
            for at, arg in enumerate(node.args):
                name = _root(decl, arg)
                if name in held and not isinstance(bare(arg), n.Call):
                    yield from ((name, what) for what in self._handed_to(callee, at, place))

    def _of_listener(
        self, owner: str, event: str, listener: n.Expr, place: Place
    ) -> Iterator[tuple[str, str]]:
        if event in _FAILURES:
            yield owner, FAILED
        if event in {"completed", "failed", "active"} and self.measures(listener, place):
            yield owner, MEASURED

    def _handed_to(self, callee: n.Expr, at: int, place: Place) -> frozenset[str]:
        """What a function does to the worker that it is given; what is out of reach goes by its name."""
        value = self._inference.of(callee, place)
        node = value.node if isinstance(value, Function) else None
        if isinstance(value, Function) and isinstance(node, n.Function) and node.body is not None:
            there = value.place
            if function_of(there.decl) is node and there.decl.qualified_name:
                return self._view.ask(_DOES, there.path, there.decl.qualified_name, str(at))
            return self.does(there.decl, node, at, there)
        name = callee.name if isinstance(callee, n.Member | n.Name) else ""
        words = name.lower()
        if (
            _MEASURES.search(words)
            or "metric" in words
            or "observ" in words
            or "instrument" in words
            or "monitor" in words
        ):
            return frozenset({FAILED, MEASURED})
        return frozenset()

    def does(self, decl: Decl, function: n.Function, at: int, place: Place) -> frozenset[str]:
        """What a function does to a worker that it is given in this place."""
        if at >= len(function.params) or not self._inference.enter(function):
            return frozenset()
        target = function.params[at].target
        try:
            held = frozenset({target.name}) if isinstance(target, n.Name) else frozenset[str]()
            return frozenset(what for _, what in self.handled(decl, place, held))
        finally:
            self._inference.leave(function)

    # Measurements

    def measures(self, code: n.Expr, place: Place) -> bool:
        """Whether code takes the time of something, itself or through functions of the workspace."""
        value = self._inference.of(code, place)
        node = value.node if isinstance(value, Function) else None
        if isinstance(value, Function) and isinstance(node, n.Function):
            return self.measured(node, value.place, _HOPS)
        return self.measured(code, place, _HOPS)

    def measured(self, node: n.Node, place: Place, hops: int) -> bool:
        """Whether code takes the time of something, so many calls away at the most."""
        if isinstance(node, n.Function) and not self._inference.enter(node):
            return False
        try:
            calls = [inner for inner in walk(node) if isinstance(inner, n.Call)]
            if any(_is_measure(call) for call in calls):
                return True
            return hops > 0 and any(self._called_measures(call, place, hops - 1) for call in calls)
        finally:
            if isinstance(node, n.Function):
                self._inference.leave(node)

    def _called_measures(self, call: n.Call, place: Place, hops: int) -> bool:
        value = self._inference.of(uncast(call.callee), place)
        node = value.node if isinstance(value, Function) else None
        if not isinstance(value, Function) or not isinstance(node, n.Function) or node.body is None:
            return False
        there = value.place
        if function_of(there.decl) is node and there.decl.qualified_name:
            return self._view.ask(_MEASURING, there.path, there.decl.qualified_name, str(hops))
        return self.measured(node, there, hops)


def _is_measure(call: n.Call) -> bool:
    names = [name.lower() for name in chain_of(call).names if name]
    return any(_MEASURES.search(name) for name in names)


def _root(decl: Decl, expr: n.Expr) -> str:
    """The name of what holds a worker: a variable, `this.x` as `.x`; chained `.on(...)` are passed over."""
    node = bare(expr)
    while isinstance(node, n.Call):
        callee = uncast(node.callee)
        if not isinstance(callee, n.Member) or callee.name not in _EVENTS:
            return ""
        node = bare(callee.object)
    if isinstance(node, n.Name):
        return node.name
    if isinstance(node, n.Member) and isinstance(bare(node.object), n.Name):
        return f".{node.name}"
    return f"@{decl.start + node.start}" if isinstance(node, n.New) else ""


def _function(view: View, path: str, name: str) -> tuple[n.Function, Place] | None:
    facts = view.facts(path)
    for decl in facts.all_decls() if facts is not None else ():
        function = function_of(decl) if decl.qualified_name == name and decl.trusted else None
        if facts is not None and function is not None and function.body is not None:
            return function, place_of(path, facts, decl)
    return None


def _does(view: View, about: tuple[str, ...]) -> frozenset[str]:
    path, name, at = about
    found = _function(view, path, name)
    if found is None:
        return frozenset()
    function, place = found
    return Evidence(view).does(place.decl, function, int(at), place)


def _measuring(view: View, about: tuple[str, ...]) -> bool:
    path, name, hops = about
    found = _function(view, path, name)
    return found is not None and Evidence(view).measured(*found, int(hops))


_DOES = Question["frozenset[str]"]("observes what it is given", _does, bottom=frozenset())
_MEASURING = Question[bool]("takes the time", _measuring, bottom=False)


# Depth


def _looks_at_depth(_path: str, facts: FileFacts) -> str | None:
    """`own` for a file that looks at queues of its own, `given` for one that is given them."""
    found: set[str] = set()
    for decl in facts.all_decls():
        if any(name.encode() in decl.data for name in _DEPTHS):
            scopes = scopes_of(decl)
            for node in walk(decl.node):
                if isinstance(node, n.Member) and node.name in _DEPTHS:
                    binding = scopes.binding(bare(node.object))
                    given = binding is not None and not isinstance(binding.owner, n.Declarator)
                    found.add("given" if given else "own")
    return " ".join(sorted(found)) or None


_DEPTH = Survey(
    "files that look at a queue's depth", _looks_at_depth, tuple(name.encode() for name in sorted(_DEPTHS))
)


def depth_is_measured(view: View, path: str, queue: str | None, package: str) -> bool:
    """Whether somebody looks at the depth of a queue; `queue` is its name, None where it is not known.

    A file that looks at queues that it makes or imports does so for those of that name, a helper that is
    given queues for those of the files that use it.
    """
    depths = view.survey(_DEPTH)
    if any("own" in how and _has_queue(view, file, queue, package) for file, how in depths.items()):
        return True
    helpers = {file for file, how in depths.items() if "given" in how}
    if not helpers:
        return False
    users = {edge.importer for edge in view.importers(path) if not view.is_test(edge.importer)}
    near = {path} | users | _uses(view, path)
    return bool(near & helpers) or any(_uses(view, one) & helpers for one in near)


def _has_queue(view: View, path: str, queue: str | None, package: str) -> bool:
    names = {
        queue_name(view, one)
        for file in {path, *_uses(view, path)}
        for one in built(view, file, package, QUEUE)
    }
    return queue is None or None in names or queue in names


def queue_name(view: View, one: Built) -> str | None:
    """The name of the queue that a worker or queue is made for; None where it is not known."""
    place = place_of(one.path, one.facts, one.decl)
    frame = Frame(one.path, one.facts, one.decl, None, place.this, {}, ())
    value = Follow(view).value(Value(one.new.args[0], frame)) if one.new.args else None
    return value.expr.value if isinstance(value, Value) and isinstance(value.expr, n.Str) else None


def _uses(view: View, path: str) -> set[str]:
    """The files of the workspace that a file imports."""
    found: set[str] = set()
    facts = view.shape(path)
    for item in facts.imports if facts is not None else ():
        target = view.resolve(item.specifier, path).path
        if target is not None:
            found.add(target)
    return found


def binding_names(decl: Decl, node: n.Node) -> str:
    """The name under which a `new` expression is kept: of a variable, of a field as `.x`; else its own."""
    child, parent = node, decl.parent(node)
    while isinstance(parent, n.Cast | n.Binary | n.Member | n.Call):
        if isinstance(parent, n.Call) and uncast(parent.callee) is not child:
            break
        child, parent = parent, decl.parent(parent)
    target = parent.target if isinstance(parent, n.Declarator | n.Assign) else None
    if isinstance(target, n.Expr):
        return _root(decl, target)
    return f"@{decl.start + node.start}"
