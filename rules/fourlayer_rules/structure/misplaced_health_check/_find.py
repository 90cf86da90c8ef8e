"""Finds the functions and methods of a file that are health checks by name and by what they return."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted
from fourlayer.syntax.facts import walk
from fourlayer_rules.derive.classes import chain_of, member_names
from fourlayer_rules.derive.names import function_of, returned_values
from fourlayer_rules.derive.shared import object_fields
from fourlayer_rules.derive.symbols import Declared, qualified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.span import Span

_GOOD = ("healthy", "ok", "up", "operational")
_BAD = ("unhealthy", "error", "down", "degraded")
_OTHER_VERBS = frozenset(
    {
        "add",
        "build",
        "cache",
        "combine",
        "compute",
        "create",
        "derive",
        "format",
        "handle",
        "make",
        "map",
        "merge",
        "normalize",
        "on",
        "parse",
        "record",
        "register",
        "schedule",
        "set",
        "start",
        "stop",
        "to",
        "update",
        "use",
    }
)
"""What a function does with a status that another one found out."""
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
_STATUS_TYPES = ("HealthStatus", "HealthCheckResult", "HealthCheck")


class Misplaced(NamedTuple):
    """A health check in a place of its own. `name` is `Class.method` or the function's name.

    `span` is the anchor where that is not the declaration's name; `certain` is False where a base class
    out of reach may ask for it.
    """

    name: str
    path: str
    facts: FileFacts
    decl: Decl
    function: n.Function
    span: Span | None
    certain: bool


class _Candidate(NamedTuple):
    name: str
    decl: Decl
    function: n.Function
    span: Span | None


def misplaced(ctx: Context, provider: Provider, path: str) -> Iterator[Misplaced]:
    """The health checks that a file of a provider implements."""
    facts = ctx.view.facts(path)
    if facts is None:
        return
    found = [item for item in _candidates(facts) if _is_check(ctx.view, path, facts, item)]
    names = {item.name.rpartition(".")[2] for item in found}
    elsewhere = _imported_from(ctx.view, path, facts, f"{provider.path}/health.ts")
    for item in found:
        own = item.name.rpartition(".")[2]
        if _calls(item.function, elsewhere) or _calls_method(item.function, names - {own}):
            continue
        asked = _asked_for(ctx.view, path, facts, item)
        if asked != "yes":
            certain = asked == "no"
            yield Misplaced(item.name, path, facts, item.decl, item.function, item.span, certain)


# Candidates


def _candidates(facts: FileFacts) -> Iterator[_Candidate]:
    for decl in facts.decls:
        if b"ealth" not in decl.data:
            continue
        if decl.kind == "class":
            yield from _methods(decl)
        elif decl.kind in {"function", "variable"} and decl.trusted:
            function = function_of(decl)
            if function is not None and function.body is not None and _named(decl.name):
                yield _Candidate(decl.name or "", decl, function, None)
            elif function is None:
                yield from _properties(decl)


def _methods(decl: Decl) -> Iterator[_Candidate]:
    for member in decl.members:
        if not _named(member.name) or not member.trusted:
            continue
        node = member.node
        if not isinstance(node, n.ClassMember) or node.kind not in {"method", "field"}:
            continue
        function = node.function if node.function is not None else node.init
        if isinstance(function, n.Function) and function.body is not None:
            yield _Candidate(f"{decl.name}.{member.name}", member, function, None)


def _properties(decl: Decl) -> Iterator[_Candidate]:
    """The methods of `const client = { async checkHealth() { ... } }`."""
    node = decl.node
    for declarator in node.declarators if isinstance(node, n.VarDecl) else ():
        value = bare(declarator.init) if declarator.init is not None else None
        for prop in value.props if isinstance(value, n.Object) else ():
            if not isinstance(prop, n.Prop) or not isinstance(prop.value, n.Function):
                continue
            if _named(prop.key) and isinstance(declarator.target, n.Name):
                start = decl.span(prop).start
                key = decl.span(prop)._replace(start=start, end=decl.start + prop.key_end)
                yield _Candidate(f"{declarator.target.name}.{prop.key}", decl, prop.value, key)


def _named(name: str | None) -> bool:
    """Whether a name is that of a check: `checkHealth`, `healthCheck`, `getHealthStatus`, ..."""
    if name is None or "ealth" not in name:
        return False
    plain = name.strip("_#")
    core = re.sub(r"_?([cC]heck|[sS]tatus|[sS]tate|[rR]eport)$", "", plain)
    verb = re.match(r"[a-z]*", plain)
    return core.lower().endswith("health") and (verb is None or verb[0] not in _OTHER_VERBS)


# What it returns


def _is_check(view: View, path: str, facts: FileFacts, item: _Candidate) -> bool:
    """Whether a function finds out a status by itself: asynchronous, asked for nothing in particular."""
    function = item.function
    if function.is_generator or any(not _may_be_asked(param) for param in function.params):
        return False
    type_ = function.return_type
    if type_ is None:
        values = [bare(value) for value in returned_values(function)]
        return function.is_async and any(_is_status_literal(value) for value in values)
    if not isinstance(type_, n.TypeRef) or type_.name not in {"Promise", "PromiseLike"} or not type_.args:
        return False
    return _is_status(view, path, facts, item.decl, type_.args[0])


def _may_be_asked(param: n.Param) -> bool:
    """Whether a parameter leaves the question the same: optional, or a means of asking."""
    if param.optional or param.default is not None or param.rest:
        return True
    name = param.target.name.lower() if isinstance(param.target, n.Name) else ""
    return name.endswith(_MEANS)


def _is_status_literal(value: n.Expr) -> bool:
    if not isinstance(value, n.Object):
        return False
    for prop in value.props:
        if isinstance(prop, n.Prop) and prop.key in {"status", "state"}:
            texts = [part.value for part in walk(prop.value) if isinstance(part, n.Str)]
            return any(text in ("healthy", "unhealthy") for text in texts)
        if isinstance(prop, n.Prop) and prop.key in {"healthy", "isHealthy"}:
            return True
    return False


def _is_status(view: View, path: str, facts: FileFacts, decl: Decl, type_: n.Type) -> bool:
    if isinstance(type_, n.TypeObject):
        return any(
            _is_status_field(
                prop.name or "", decl.text_of(prop.type) if prop.type is not None else "", view, path, facts
            )
            for prop in type_.members
        )
    if not isinstance(type_, n.TypeRef):
        return False
    if type_.name == "Readonly" and type_.args:
        return _is_status(view, path, facts, decl, type_.args[0])
    found = qualified(view, path, facts, type_.name)
    if not isinstance(found, tuple):
        return type_.name.rpartition(".")[2] in _STATUS_TYPES
    fields = object_fields(view, found)
    if fields is None:
        return type_.name == "HealthStatus"
    return any(_is_status_field(f.name, f.type, view, found.path, found.facts) for f in fields)


def _is_status_field(name: str, text: str, view: View, path: str, facts: FileFacts) -> bool:
    """`status: "healthy" | "unhealthy"`, an alias or enumeration of such words, or `healthy: boolean`."""
    if name in {"healthy", "isHealthy"}:
        return text == "boolean"
    if name not in {"status", "state", "health"}:
        return False
    if text.isidentifier():
        found = qualified(view, path, facts, text)
        text = found.decl.text_of(found.decl.node) if isinstance(found, tuple) else ""
    words = set(re.findall(r"[\"'](\w+)[\"']", text.lower()))
    return any(word in words for word in _GOOD) and any(word in words for word in _BAD)


# Who asks for it


def _asked_for(view: View, path: str, facts: FileFacts, item: _Candidate) -> str:
    """Whether a base class or interface demands the method: "yes", "no" or "unknown"."""
    owner = item.decl.owner
    if owner is None:
        return "no"
    node, name = item.decl.node, item.decl.name or ""
    if isinstance(node, n.ClassMember) and "override" in node.modifiers:
        return "yes"
    if isinstance(node, n.ClassMember) and "static" in node.modifiers:
        return "no"
    chain = chain_of(view, Declared(path, facts, owner))
    if any(name in member_names(link.decl) for link in chain.links[1:]):
        return "yes"
    answer = "no" if chain.end is None and chain.known else "unknown"
    for link in chain.links:
        head = link.decl.node
        for type_ in head.implements if isinstance(head, n.ClassDecl) else ():
            asked = _interface_asks(view, link, type_, name)
            if asked == "yes":
                return "yes"
            answer = "unknown" if asked == "unknown" else answer
    return answer


def _interface_asks(view: View, link: Declared, type_: n.Type, name: str) -> str:
    if not isinstance(type_, n.TypeRef):
        return "unknown"
    found = qualified(view, link.path, link.facts, type_.name)
    fields = object_fields(view, found) if isinstance(found, tuple) else None
    if fields is None:
        return "unknown"
    return "yes" if any(field.name == name for field in fields) else "no"


# Who does the work


def _imported_from(view: View, path: str, facts: FileFacts, target: str) -> set[str]:
    """The local names of what a file imports from another."""
    names: set[str] = set()
    for item in facts.imports:
        if item.kind != "import" or "health" not in item.specifier:
            continue
        if view.resolve(item.specifier, path).path == target:
            names.update(bound.local for bound in item.names if bound.local is not None)
    return names


def _calls(function: n.Function, names: set[str]) -> bool:
    if not names or function.body is None:
        return False
    return any(
        isinstance(node, n.Call) and (dotted(node.callee) or "").partition(".")[0] in names
        for node in walk(function.body)
    )


def _calls_method(function: n.Function, names: set[str]) -> bool:
    """Whether another check of the file does the work."""
    if not names or function.body is None:
        return False
    return any(
        isinstance(node, n.Call) and (dotted(node.callee) or "").rpartition(".")[2] in names
        for node in walk(function.body)
    )
