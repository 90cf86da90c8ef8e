"""Where a tenant comes from: followed through parameters up the callers, to session, job or request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.origins import roots
from fourlayer.rule.inventory import Step
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted
from fourlayer.syntax.functions import function_of
from fourlayer_rules.tenancy._requests import is_input
from fourlayer_rules.tenancy._sinks import calls_of, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.origins import Root
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

_DEEPEST = 6
_MOST_CALLERS = 8
_SESSION = re.compile(
    r"(?i)auth|session|\buser\b|claims|token|principal|identity|tenantcontext|getstore|current|actor|member"
)
_REQUEST = re.compile(r"(?i)^_?(?:req|request|ctx|context|c)$")
_JOB = re.compile(r"(?i)^job$|^bulljob$")


class Trace(NamedTuple):
    """One way to where a value comes from: the kind of place, and the steps, the access first."""

    kind: str
    steps: tuple[Step, ...]


class Callers:
    """Follows values of one workspace state."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._known: dict[tuple[str, str, int, tuple[str, ...]], tuple[Trace, ...]] = {}

    def traces(self, path: str, facts: FileFacts, decl: Decl, value: n.Expr) -> tuple[Trace, ...]:
        """The origins of a value, one way for each kind."""
        return _one_each(self._of_value(path, facts, decl, value, (), frozenset()))

    def _of_value(
        self,
        path: str,
        facts: FileFacts,
        decl: Decl,
        value: n.Expr,
        rest: tuple[str, ...],
        seen: frozenset[str],
    ) -> Iterator[Trace]:
        here = _step(path, facts, decl, value)
        found = False
        for root in roots(decl, value, rest):
            found = True
            yield from self._of_root(path, facts, decl, root, here, seen)
        if not found:
            yield Trace("out of reach", (here,))

    def _of_root(
        self, path: str, facts: FileFacts, decl: Decl, root: Root, here: Step, seen: frozenset[str]
    ) -> Iterator[Trace]:
        if not isinstance(root.node, n.Param):
            yield Trace(_kind_of_expression(root), (here,))
            return
        kind = _kind_of_parameter(decl, root)
        if kind is not None:
            yield Trace(kind, (here, _step(path, facts, decl, root.read)))
            return
        function = function_of(decl)
        name = decl.qualified_name
        if function is None or root.node not in function.params:
            yield Trace("callback", (here,))
            return
        key = f"{path}#{name}"
        if key in seen or len(seen) >= _DEEPEST:
            yield Trace("out of reach", (here,))
            return
        position = function.params.index(root.node)
        for trace in self._of_parameter(path, name, position, root.path, seen | {key}):
            yield Trace(trace.kind, (here, *trace.steps))

    def _of_parameter(
        self, path: str, name: str, position: int, rest: tuple[str, ...], seen: frozenset[str]
    ) -> tuple[Trace, ...]:
        key = (path, name, position, rest)
        if key not in self._known:
            found: list[Trace] = []
            calls = 0
            for other, facts, decl, call in self._calls(path, name):
                before = call.args[: position + 1]
                if len(before) <= position or any(isinstance(arg, n.Spread) for arg in before):
                    continue
                calls += 1
                found.extend(self._of_value(other, facts, decl, call.args[position], rest, seen))
                if calls >= _MOST_CALLERS:
                    break
            self._known[key] = _one_each(found) or (Trace("no caller in reach", ()),)
        return self._known[key]

    def _calls(self, path: str, name: str) -> Iterator[tuple[str, FileFacts, Decl, n.Call]]:
        """The calls that run a function of the workspace, in its file and in those that import it."""
        word = name.rpartition(".")[2]
        needle = f"{word}(".encode()
        for other in self._near(path):
            data = self._view.read(other)
            facts = self._view.facts(other) if data is not None and needle in data else None
            if facts is None or self._view.is_test(other):
                continue
            for decl in facts.all_decls():
                if decl.members or needle not in decl.data or decl.kind == "import":
                    continue
                for call in calls_of(decl):
                    if (dotted(call.callee) or "").rpartition(".")[2] != word and getattr(
                        call.callee, "name", ""
                    ) != word:
                        continue
                    target = target_of(self._view, other, facts, decl, call)
                    if target is None or (target.path, target.decl.qualified_name) != (path, name):
                        continue
                    yield other, facts, decl, call

    def _near(self, path: str) -> tuple[str, ...]:
        """The file, those that import it, and those that import a barrel that does."""
        found = {path: None}
        for edge in self._view.importers(path):
            found.setdefault(edge.importer, None)
            if edge.import_.kind == "export":
                found.update((further.importer, None) for further in self._view.importers(edge.importer))
        return tuple(found)


def _kind_of_parameter(decl: Decl, root: Root) -> str | None:
    """What a parameter is by what is read of it; None for one that callers fill."""
    if is_input(decl, root):
        return "request"
    param = root.node
    name = param.target.name if isinstance(param, n.Param) and isinstance(param.target, n.Name) else ""
    kind = param.type if isinstance(param, n.Param) else None
    type_ = kind.name.rpartition(".")[2] if isinstance(kind, n.TypeRef) else ""
    if root.path and (_JOB.match(name) or type_ in ("Job", "SandboxedJob") or _is_work(decl, root.node)):
        return "job"
    if root.path and (_REQUEST.match(name) or type_.endswith("Request")):
        return "session"
    return "session" if root.path and _SESSION.search(f"{name} {type_}") else None


def _is_work(decl: Decl, param: n.Node) -> bool:
    """Whether a parameter is what a queue's worker hands to its processor."""
    function = decl.parent(param)
    made = decl.parent(function) if function is not None else None
    return isinstance(made, n.New) and (dotted(made.callee) or "").endswith("Worker")


def _kind_of_expression(root: Root) -> str:
    node = root.node
    if isinstance(node, n.Str | n.Num | n.Const | n.Template):
        return "literal"
    if isinstance(node, n.Name) and node.name == "this":
        return "field"
    if isinstance(node, n.Call):
        return "session" if _SESSION.search(dotted(node.callee) or "") else "call"
    if isinstance(node, n.Name):
        return "session" if root.path and _SESSION.search(node.name) else "module"
    return "out of reach"


def _one_each(traces: list[Trace] | Iterator[Trace]) -> tuple[Trace, ...]:
    """The first, and so shortest seen, way for each kind."""
    kept: dict[str, Trace] = {}
    for trace in traces:
        kept.setdefault(trace.kind, trace)
    return tuple(kept.values())


def _step(path: str, facts: FileFacts, decl: Decl, node: n.Node) -> Step:
    text = " ".join(decl.text_of(node).split())
    line = facts.text.line_of(decl.start + node.start) + 1
    where = decl.qualified_name
    return Step(path, line, f"{where}: {text[:80]}" if where else text[:80])
