"""Which code is guarded: part of an adapter, run by a circuit breaker, or reached from such code alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.project.classes import chain_of, dotted
from fourlayer.project.exports import Declared
from fourlayer.project.follow import Follow, frame_at
from fourlayer.project.frames import Frame, Instance, Outside, Value
from fourlayer.project.questions import Key, Question
from fourlayer.project.summaries.network import declarations
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.flow import function_around
from fourlayer.syntax.functions import returned_values
from fourlayer.syntax.glob import names_match
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

Guard = Literal["yes", "unknown", "no"]
"""Whether code is guarded; "unknown" where a wrapper out of reach runs it."""

_RUNS = frozenset({"execute", "exec", "fire", "run", "call", "invoke", "wrap"})
"""What a breaker's methods are called that run a function."""
_HANDS_ON = frozenset(
    {
        "then",
        "catch",
        "finally",
        "map",
        "flatMap",
        "forEach",
        "filter",
        "reduce",
        "some",
        "every",
        "find",
        "all",
        "race",
        "any",
        "allSettled",
        "setTimeout",
        "setInterval",
        "setImmediate",
        "on",
        "once",
        "addEventListener",
        "retry",
        "pRetry",
        "withRetry",
        "memoize",
        "cache",
    }
)
"""What runs functions and guards none."""


class Use(NamedTuple):
    """A place that mentions a top-level name."""

    path: str
    facts: FileFacts
    decl: Decl
    node: n.Node


def guard(view: View, path: str, facts: FileFacts, decl: Decl, node: n.Node) -> Guard:
    """Whether the code at a node is guarded."""
    around = _around(view, path, facts, decl, node)
    if around != "no":
        return around
    name = decl.owner.qualified_name if decl.owner is not None else decl.qualified_name
    if _is_health(view, path):
        return "yes"
    if not name or function_around(decl, node) is None:
        # What runs while the module loads is run by nobody else.
        return around
    reached = view.ask(GUARDED, path, name)
    return around if reached == "no" else reached


def _is_health(view: View, path: str) -> bool:
    provider = view.provider_of(path)
    return provider is not None and path.rpartition(".")[0] == f"{provider.path}/health"


# Where the code stands


def _around(view: View, path: str, facts: FileFacts, decl: Decl, node: n.Node) -> Guard:
    found: Guard = "no"
    owner = decl.owner if decl.owner is not None else decl if decl.kind == "class" else None
    if owner is not None:
        found = _adapter(view, Declared(path, facts, owner))
    inner: n.Node = node
    for above in decl.ancestors(node):
        if found == "yes":
            return found
        if (
            isinstance(above, n.Call | n.New)
            and isinstance(inner, n.Function)
            and inner in (above.args or ())
        ):
            found = _worse(found, _runs(view, path, facts, decl, above))
        elif isinstance(above, n.ClassDecl) and above.extends is not None and above is not decl.node:
            name = dotted(above.extends) or ""
            if name.rpartition(".")[2] == view.layout.conventions.base_class:
                return "yes"
        if not isinstance(above, n.Cast):
            inner = above
    return found


def _worse(one: Guard, two: Guard) -> Guard:
    """Of what two wrappers do, the better: one that guards is enough."""
    return next(word for word in ("yes", "unknown", "no") if word in (one, two))


def _adapter(view: View, declared: Declared) -> Guard:
    """Whether a class extends the base class of adapters."""
    base = view.layout.conventions.base_class
    chain = chain_of(view, declared)
    if chain.find(base) is not None or (chain.end or "").rpartition(".")[2] == base:
        return "yes"
    return "no" if chain.known else "unknown"


def _runs(view: View, path: str, facts: FileFacts, decl: Decl, call: n.Call | n.New) -> Guard:
    """Whether what is handed a function guards it."""
    breakers = view.layout.symbols.get("breakers", ())
    if isinstance(call, n.New):
        name = (dotted(call.callee) or "").rpartition(".")[2]
        return "yes" if names_match(breakers, name) else "no"
    callee = uncast(call.callee)
    name = callee.name if isinstance(callee, n.Name | n.Member) else ""
    frame = frame_at(path, facts, decl, call)
    follow = Follow(view)
    if isinstance(callee, n.Member) and name in _RUNS:
        found = _breaker(view, follow, frame, callee)
        if found is not None:
            return found
    if name in _HANDS_ON:
        return "no"
    target = follow.call(frame, call)
    if isinstance(target, Frame):
        return _wraps(view, target)
    return "no" if target.kind == "global" else "unknown"


def _breaker(view: View, follow: Follow, frame: Frame, callee: n.Member) -> Guard | None:
    """Whether the object of a method is a circuit breaker; None: it is none, as far as can be seen."""
    breakers = view.layout.symbols.get("breakers", ())
    found = follow.object(Value(callee.object, frame))
    if isinstance(found, Instance):
        if not any(
            names_match(breakers, link.decl.name or "") for link in chain_of(view, found.declared).links
        ):
            return None
        return "no" if passes_through(found.declared, callee.name) else "yes"
    if isinstance(found, Outside) and found.made is not None:
        made = bare(found.made.expr)
        name = (dotted(made.callee) or "").rpartition(".")[2] if isinstance(made, n.New | n.Call) else ""
        if names_match(breakers, name):
            return "yes"
    text = frame.decl.text_of(callee.object).lower()
    return "yes" if "breaker" in text.rpartition(".")[2] or "breaker" in text.partition("(")[0] else None


def passes_through(declared: Declared, name: str) -> bool:
    """Whether a method only calls what it is given: a breaker that guards nothing."""
    for member in declared.decl.members:
        node = member.node
        function = node.function if isinstance(node, n.ClassMember) and member.name == name else None
        if function is None or not isinstance(function.body, n.Block) or len(function.body.stmts) != 1:
            continue
        values = [bare(value) for value in returned_values(function)]
        params = [param.target.name for param in function.params if isinstance(param.target, n.Name)]
        for value in values:
            if isinstance(value, n.Call) and isinstance(value.callee, n.Name) and value.callee.name in params:
                return True
    return False


def _wraps(view: View, target: Frame) -> Guard:
    """Whether a function of the workspace hands its callback to a breaker."""
    function = target.function
    if function is None or function.body is None:
        return "unknown"
    follow = Follow(view)
    for node in walk(function.body):
        callee = uncast(node.callee) if isinstance(node, n.Call) else None
        if isinstance(callee, n.Member) and callee.name in _RUNS:
            found = _breaker(view, follow, target, callee)
            if found == "yes":
                return "yes"
    return "no"


# Who reaches it


def uses(view: View, path: str, facts: FileFacts, name: str) -> Iterator[Use]:
    """The places in the workspace, tests left out, that mention a top-level name as a value."""
    yield from _mentions(path, facts, name)
    public = {item.name for item in facts.exports if name in {item.local, item.name}}
    decl = facts.decl(name)
    if decl is not None and decl.is_default:
        public.add("default")
    for one in public:
        yield from _imported(view, path, one, frozenset({path}))


def _imported(view: View, path: str, public: str, seen: frozenset[str]) -> Iterator[Use]:
    for edge in view.importers(path):
        if view.is_test(edge.importer):
            continue
        facts = view.facts(edge.importer)
        if facts is None:
            continue
        item = edge.import_
        for bound in item.names:
            if bound.type_only or bound.imported not in {public, "*"}:
                continue
            if item.kind == "import" and bound.local is not None:
                yield from _mentions(edge.importer, facts, bound.local)
        for export in facts.exports:
            passes = export.name == "*" or public in {export.local, export.name}
            if export.specifier == item.specifier and passes and edge.importer not in seen:
                name = public if export.name == "*" else export.name
                yield from _imported(view, edge.importer, name, seen | {edge.importer})


def _mentions(path: str, facts: FileFacts, name: str) -> Iterator[Use]:
    needle = name.encode()
    for decl in facts.all_decls():
        if needle not in decl.data or decl.kind in {"import", "export"}:
            continue
        scopes = scopes_of(decl)
        for node in walk(decl.node):
            if not isinstance(node, n.Name) or node.name != name:
                continue
            binding = scopes.binding(node)
            if binding is None or (
                binding.scope is decl.node and name in decl.names and node is not binding.node
            ):
                yield Use(path, facts, decl, node)


def _guarded(view: View, about: Key) -> Guard:
    """Whether every place that uses a declaration is guarded."""
    path, name = about
    facts = view.facts(path)
    if facts is None or not declarations(facts, name):
        return "no"
    decl = declarations(facts, name)[0]
    places = [use for use in uses(view, path, facts, name) if not _is_own(use, path, name)]
    if not places:
        return "no" if decl.exported or _is_listed(facts, name) else "yes"
    answers = {_guard_of_use(view, use) for use in places}
    return next(word for word in ("no", "unknown", "yes") if word in answers)


def _is_own(use: Use, path: str, name: str) -> bool:
    """Whether a declaration mentions itself: a function that calls itself, a class in its own members."""
    return use.path == path and (
        name in use.decl.names or (use.decl.owner is not None and use.decl.owner.name == name)
    )


def _is_listed(facts: FileFacts, name: str) -> bool:
    return any(name in {item.local, item.name} for item in facts.exports)


def _guard_of_use(view: View, use: Use) -> Guard:
    parent = use.decl.parent(use.node)
    if isinstance(parent, n.Call) and use.node in parent.args:
        found = _runs(view, use.path, use.facts, use.decl, parent)
        if found == "yes":
            return found
    return guard(view, use.path, use.facts, use.decl, use.node)


GUARDED: Question[Guard] = Question("is only reached from guarded code", _guarded, bottom="yes")
"""About a path and the name of a top-level declaration."""
