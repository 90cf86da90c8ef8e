"""Finds the functions and methods of a provider that are health checks of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.project.classes import chain_of, member_names
from fourlayer.project.summaries.network import reaches
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of
from fourlayer.syntax.scope import scopes_of
from fourlayer.syntax.span import Span
from fourlayer_rules.derive.health import health_checks, health_path
from fourlayer_rules.derive.shared import object_fields
from fourlayer_rules.derive.symbols import Declared, qualified
from fourlayer_rules.structure.misplaced_health_check._words import (
    BAD,
    FLAG_KEYS,
    GOOD,
    STATE_KEYS,
    claims_to_check,
    is_check_name,
    is_status_type,
    says,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Certainty
    from fourlayer.syntax.facts import Decl, FileFacts

_MEANS = (
    "signal",
    "timeout",
    "timeoutms",
    "client",
    "adapter",
    "config",
    "probe",
    "fetch",
    "options",
    "deps",
)
_DOUBLE = re.compile(r"^(Fake|Mock|Stub|InMemory|Noop|Null)")
_FOR_TESTS = re.compile(
    r"/(__mocks__|__fixtures__|mocks?|fixtures?|testing|tests?)/|\.(mock|fake|stub)\.[a-z]+$"
)
_ASK_FOR_NOTHING = ("EventEmitter", "Error", "Object")
"""Base classes from outside without a health check."""
_DEEPEST = 8


class Misplaced(NamedTuple):
    """A health check in a place of its own. `name` is `Class.method`, `object.method` or the function's name.

    `span` is where it is named; `of_object` tells that it is the property of an object.
    """

    name: str
    path: str
    facts: FileFacts
    decl: Decl
    function: n.Function
    span: Span
    certainty: Certainty
    of_object: bool = False


class _Candidate(NamedTuple):
    name: str
    decl: Decl
    function: n.Function
    span: Span
    of_object: bool


class _Run(NamedTuple):
    """A part of the code that a check runs: what holds it, and its root."""

    path: str
    facts: FileFacts
    decl: Decl
    root: n.Node


def misplaced(ctx: Context, provider: Provider, path: str) -> Iterator[Misplaced]:
    """The health checks that a file of a provider implements."""
    facts = ctx.view.facts(path) if _FOR_TESTS.search(path.removeprefix(provider.path)) is None else None
    if facts is None:
        return
    candidates = [item for item in _candidates(facts, provider) if not _asks_for_something(item.function)]
    if not candidates:
        return
    passed_on = {(check.declared.path, check.declared.decl.start) for check in health_checks(ctx, provider)}
    for item in candidates:
        if (path, item.decl.start) in passed_on:
            continue
        certainty = _Judge(ctx, provider, path, facts, item).certainty()
        if certainty is not None:
            name, decl, function, span, of_object = item
            yield Misplaced(name, path, facts, decl, function, span, certainty, of_object)


# Candidates


def _candidates(facts: FileFacts, provider: Provider) -> Iterator[_Candidate]:
    for decl in facts.decls:
        if b"ealth" not in decl.data or _DOUBLE.match(decl.name or ""):
            continue
        if decl.kind == "class":
            yield from _methods(decl, provider)
        elif decl.kind in {"function", "variable", "statement"} and decl.trusted:
            function = function_of(decl)
            if function is None or not is_check_name(decl.name or "", "", provider):
                yield from _inner(decl, provider)
            elif function.body is not None:
                yield _Candidate(decl.name or "", decl, function, decl.name_span, False)


def _methods(decl: Decl, provider: Provider) -> Iterator[_Candidate]:
    for member in decl.members:
        if not member.trusted or not is_check_name(member.name or "", decl.name or "", provider):
            continue
        node, function = member.node, function_of(member)
        is_method = isinstance(node, n.ClassMember) and node.kind in {"method", "field"}
        if is_method and function is not None and function.body is not None:
            yield _Candidate(f"{decl.name}.{member.name}", member, function, member.name_span, False)


def _inner(decl: Decl, provider: Provider) -> Iterator[_Candidate]:
    """The methods of objects and of class expressions: `const client = { async checkHealth() { ... } }`."""
    prefix = f"{decl.name}." if decl.name else ""
    for node in walk(decl.node):
        if isinstance(node, n.ClassExpr) and node.decl.extends is None and not node.decl.implements:
            named = [(member.name, member.name_start, member.function) for member in node.decl.members]
        elif isinstance(node, n.Prop):
            named = [(node.key, node.start, node.value if isinstance(node.value, n.Function) else None)]
        else:
            continue
        for name, start, function in named:
            if name is None or function is None or function.body is None:
                continue
            if is_check_name(name, "", provider):
                span = Span(decl.start + start, decl.start + start + len(name.encode()))
                yield _Candidate(f"{prefix}{name}", decl, function, span, True)


def _asks_for_something(function: n.Function) -> bool:
    """Whether a parameter decides whose health is asked for: required, and no means of asking."""
    return function.is_generator or any(
        not (param.optional or param.default is not None or param.rest or _is_means(param))
        for param in function.params
    )


def _is_means(param: n.Param) -> bool:
    name = param.target.name.lower() if isinstance(param.target, n.Name) else ""
    return name.endswith(_MEANS)


# Judging


class _Judge:
    """Answers for one candidate."""

    def __init__(
        self, ctx: Context, provider: Provider, path: str, facts: FileFacts, item: _Candidate
    ) -> None:
        self._ctx = ctx
        self._view = ctx.view
        self._provider = provider
        self._health = health_path(provider)
        self._here = _Run(path, facts, item.decl, item.function)
        self._item = item

    def certainty(self) -> Certainty | None:
        """How sure it is that this is a check of its own; None where it is none."""
        item, here = self._item, self._here
        runs = list(self._runs())
        if any(self._is_health_code(run.path) for run in runs) or any(map(self._loads_health, runs)):
            return None
        asked = _asked_for(self._view, here.path, here.facts, item)
        if asked == "yes":
            return None
        certainty: Certainty = "violation" if asked == "no" else "unverifiable"
        if self._promises_status(runs):
            return certainty
        name = item.name.rpartition(".")[2]
        if not claims_to_check(name) or self._health_code_uses(name) or not self._leaves():
            return None
        return "suspicious" if certainty == "violation" else certainty

    def _promises_status(self, runs: list[_Run]) -> bool:
        """Whether it resolves with a status, and makes that status up itself."""
        function, here = self._item.function, self._here
        type_ = function.return_type
        if type_ is None:
            return function.is_async and any(map(_makes_status, runs))
        if not isinstance(type_, n.TypeRef) or type_.name not in {"Promise", "PromiseLike"} or not type_.args:
            return False
        held = type_.args[0]
        if not is_status_type(self._view, here.path, here.facts, here.decl, held):
            return False
        plain = isinstance(held, n.TypeRef) and held.name == "HealthStatus"
        return any(map(_makes_status, runs)) or (plain and self._leaves())

    def _leaves(self) -> bool:
        """Whether it reaches a service by itself."""
        here, decl = self._here, self._item.decl
        receiver = Declared(here.path, here.facts, decl.owner) if decl.owner is not None else None
        return reaches(self._view, here.path, decl, receiver) is not None

    # What runs

    def _runs(self) -> Iterator[_Run]:
        """The function, and what it names of the provider, as far as `health.ts`."""
        seen: set[tuple[str, int]] = set()
        pending = [(self._here, 0)]
        while pending:
            run, depth = pending.pop()
            yield run
            if depth >= _DEEPEST or self._is_health_code(run.path):
                continue
            for node in walk(run.root):
                found = self._named(run, node)
                key = (found.path, found.decl.start) if found is not None else None
                if found is not None and key is not None and key not in seen:
                    seen.add(key)
                    pending.append((found, depth + 1))

    def _named(self, run: _Run, node: n.Node) -> _Run | None:
        """The function of the provider that a name or a member of `this` stands for."""
        if isinstance(node, n.Member) and isinstance(node.object, n.Name):
            if node.object.name == "this":
                return self._member(run, node.name)
            return self._top(run, f"{node.object.name}.{node.name}", node.object)
        return self._top(run, node.name, node) if isinstance(node, n.Name) else None

    def _member(self, run: _Run, name: str) -> _Run | None:
        members = run.decl.owner.members if run.decl.owner is not None else ()
        found = next((one for one in members if one.name == name), None)
        function = function_of(found) if found is not None else None
        return None if found is None or function is None else _Run(run.path, run.facts, found, function)

    def _top(self, run: _Run, name: str, head: n.Name) -> _Run | None:
        if head.name == "this" or scopes_of(run.decl).binding(head) is not None:
            return None
        found = qualified(self._view, run.path, run.facts, name)
        if not isinstance(found, tuple) or not found.path.startswith(self._provider.path + "/"):
            return None
        whole = self._view.facts(found.path)
        decl = whole.decl(found.decl.name or "") if whole is not None else None
        if whole is None or decl is None or decl.kind not in {"function", "variable"}:
            return None
        return _Run(found.path, whole, decl, decl.node)

    def _is_health_code(self, path: str) -> bool:
        """Whether a file is `health.ts`, or one of the folder into which it was split."""
        return path == self._health or path.startswith(self._health.removesuffix(".ts") + "/")

    def _loads_health(self, run: _Run) -> bool:
        """Whether `health.ts` is loaded while it runs: `await import("./health.js")`."""
        start, end = run.decl.start, run.decl.end
        return any(
            item.kind in {"dynamic", "require"}
            and start <= item.span.start < end
            and self._is_health_code(self._view.resolve(item.specifier, run.path).path or "")
            for item in run.facts.imports
        )

    def _health_code_uses(self, name: str) -> bool:
        """Whether the check in `health.ts` asks by means of it."""
        data = self._view.read(self._health) or b""
        return re.search(rb"\b" + name.encode() + rb"\b", data) is not None


def _makes_status(run: _Run) -> bool:
    """Whether code names the words of a status and puts one into an object."""
    words: list[str] = []
    state = flag = False
    for node in walk(run.root):
        if isinstance(node, n.Str):
            words.append(node.value)
        if isinstance(node, n.Prop):
            state = state or node.key in STATE_KEYS
            flag = flag or node.key in FLAG_KEYS
    return flag or (state and (says(words, GOOD) or says(words, BAD)))


# Who asks for it


def _asked_for(view: View, path: str, facts: FileFacts, item: _Candidate) -> Literal["yes", "no", "unknown"]:
    """Whether a base class or an interface demands the method."""
    owner, node, name = item.decl.owner, item.decl.node, item.decl.name or ""
    if owner is None or not isinstance(node, n.ClassMember) or "static" in node.modifiers:
        return "no"
    if "override" in node.modifiers:
        return "yes"
    chain = chain_of(view, Declared(path, facts, owner))
    if any(name in member_names(link.decl) for link in chain.links[1:]):
        return "yes"
    answers = {
        _interface_asks(view, link, type_, name)
        for link in chain.links
        if isinstance(link.decl.node, n.ClassDecl)
        for type_ in link.decl.node.implements
    }
    if "yes" in answers:
        return "yes"
    ends = chain.end in {None, *_ASK_FOR_NOTHING}
    return "no" if ends and chain.known and "unknown" not in answers else "unknown"


def _interface_asks(view: View, link: Declared, type_: n.Type, name: str) -> str:
    if not isinstance(type_, n.TypeRef):
        return "unknown"
    found = qualified(view, link.path, link.facts, type_.name)
    fields = object_fields(view, found) if isinstance(found, tuple) else None
    if fields is None:
        return "unknown"
    return "yes" if any(field.name == name for field in fields) else "no"
