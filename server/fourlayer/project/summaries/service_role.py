"""Calls that make a database client which bypasses row-level security."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.exports import named
from fourlayer.project.questions import Question
from fourlayer.project.snapshot import Survey
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of, returned_values
from fourlayer.syntax.glob import names_match
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

_JUSTIFIED = b"service-role:justified"


def service_role_calls(
    facts: FileFacts, makers: tuple[str, ...], database: tuple[str, ...]
) -> Iterator[tuple[Decl, n.Call, str]]:
    """Calls of the makers, and of a database package's function with a service-role key."""
    literals = [max(pattern.split("*"), key=len).encode() for pattern in makers]
    if not any(word in facts.text.data for word in (b"SERVICE_ROLE", *literals)):
        return
    constructors = _constructors(facts, database)
    for decl in facts.all_decls():
        data = decl.data
        if decl.members or decl.kind in ("import", "interface", "type", "export"):
            continue
        if any(names_match(makers, name) for name in decl.names):
            continue  # the maker itself, not a use of it
        if b"SERVICE_ROLE" not in data and not any(literal in data for literal in literals):
            continue
        for node in walk(decl.node):
            if isinstance(node, n.Call):
                name = _called(node)
                if _is_made(decl, node, makers, constructors):
                    yield decl, node, name


def _constructors(facts: FileFacts, database: tuple[str, ...]) -> frozenset[str]:
    """What a file imports from database packages, by its local name."""
    return frozenset(
        name.local
        for item in facts.imports
        if item.kind == "import" and names_match(database, item.specifier)
        for name in item.names
        if name.local is not None
    )


def _called(call: n.Call) -> str:
    return (dotted(call.callee) or "").rpartition(".")[2]


def _is_made(decl: Decl, call: n.Call, makers: tuple[str, ...], constructors: frozenset[str]) -> bool:
    name = _called(call)
    return names_match(makers, name) or (name in constructors and _has_key(decl, call))


def possible_makers(view: View) -> frozenset[str]:
    """The names of all functions of the workspace that may return such a client."""
    makers = view.layout.symbols.get("service_role_clients", ())
    literals = (b"SERVICE_ROLE", *(max(pattern.split("*"), key=len).encode() for pattern in makers))
    found = view.survey(Survey("service-role makers:" + ",".join(makers), _functions_in, literals))
    return frozenset(name for names in found.values() for name in names)


def _functions_in(_path: str, facts: FileFacts) -> tuple[str, ...] | None:
    names = (decl.name for decl in facts.decls if decl.kind in ("function", "variable"))
    return tuple(sorted({name for name in names if name is not None})) or None


def makes_service_role(view: View, path: str, facts: FileFacts, name: str) -> bool:
    """Whether a name, as it stands in a file, is a function of the workspace that returns such a client."""
    found = named(view, path, facts, name)
    if not isinstance(found, tuple) or found.decl.kind not in ("function", "variable"):
        return False
    return found.decl.name is not None and view.ask(_MAKES, found.path, found.decl.name)


def _makes(view: View, about: tuple[str, ...]) -> bool:
    path, name = about
    data = view.read(path)
    makers = view.layout.symbols.get("service_role_clients", ())
    literals = (max(pattern.split("*"), key=len).encode() for pattern in makers)
    if data is None or not (b"SERVICE_ROLE" in data or any(literal in data for literal in literals)):
        return False
    facts = view.facts(path)
    decl = facts.decl(name) if facts is not None else None
    function = function_of(decl) if decl is not None else None
    if facts is None or decl is None or function is None:
        return False
    constructors = _constructors(facts, view.layout.symbols.get("database_modules", ()))
    kept = {
        target
        for node in walk(function)
        if isinstance(node, n.Assign | n.Declarator)
        and isinstance(node.target, n.Name)
        and isinstance(call := _call_in(node), n.Call)
        and _is_made(decl, call, makers, constructors)
        for target in (node.target.name,)
    }
    for returned in map(bare, returned_values(function)):
        if isinstance(returned, n.Name) and returned.name in kept:
            return True
        value = bare(returned.value) if isinstance(returned, n.Assign) else returned
        if isinstance(value, n.Call) and (
            _is_made(decl, value, makers, constructors)
            or (isinstance(value.callee, n.Name) and makes_service_role(view, path, facts, value.callee.name))
        ):
            return True
    return False


def _call_in(node: n.Assign | n.Declarator) -> n.Expr | None:
    value = node.value if isinstance(node, n.Assign) else node.init
    return bare(value) if value is not None else None


_MAKES = Question[bool]("makes a service-role client", _makes, bottom=False)


def _has_key(decl: Decl, call: n.Call) -> bool:
    """Whether a call is given a service-role key, through a local constant too."""
    for arg in call.args:
        binding = scopes_of(decl).binding(arg)
        value = binding.value if binding is not None and binding.value is not None else arg
        if "SERVICE_ROLE" in decl.text_of(value):
            return True
    return False


def is_justified(facts: FileFacts, decl: Decl, call: n.Call) -> bool:
    """Whether the monorepo's comment with a reason covers a call.

    It stands on the call's line or the three above, among the arguments, above the declaration or, for all
    that follows, between the declarations of the file. A maker of the same file that tells a reason, in a
    comment or to the factory, tells it for its callers.
    """
    if _JUSTIFIED in decl.data[call.start : call.end]:
        return True
    maker = facts.decl(call.callee.name) if isinstance(call.callee, n.Name) else None
    if maker is not None and _JUSTIFIED in maker.data:
        return True
    data, offset = facts.text.data, decl.start + call.callee.start
    at = data.find(_JUSTIFIED)
    while at >= 0:
        if _is_between(facts, at, offset) or _is_near(facts, at, offset, decl):
            return True
        at = data.find(_JUSTIFIED, at + 1)
    return False


def _is_between(facts: FileFacts, at: int, offset: int) -> bool:
    """Whether an offset lies before the other one and in no declaration."""
    return at < offset and not any(decl.start <= at < decl.end for decl in facts.decls)


def _is_near(facts: FileFacts, at: int, offset: int, decl: Decl) -> bool:
    """On the line, up to three above it, in the arguments, or in the comment above the declaration."""
    line, comment = facts.text.line_of(offset), facts.text.line_of(at)
    start = facts.text.line_of(decl.start)
    if line - 3 <= comment <= line or start - 3 <= comment < start:
        return True
    return offset < at < facts.text.data.find(b")", offset)
