"""Calls that make a database client which bypasses row-level security."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted
from fourlayer.syntax.facts import walk
from fourlayer.syntax.glob import names_match
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.syntax.facts import Decl, FileFacts

_JUSTIFIED = b"service-role:justified"


def service_role_calls(
    facts: FileFacts, makers: tuple[str, ...], database: tuple[str, ...]
) -> Iterator[tuple[Decl, n.Call, str]]:
    """Calls of the makers, and of a database package's function with a service-role key."""
    constructors = {
        name.local
        for item in facts.imports
        if item.kind == "import" and names_match(database, item.specifier)
        for name in item.names
        if name.local is not None
    }
    literals = [max(pattern.split("*"), key=len).encode() for pattern in makers]
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
                name = (dotted(node.callee) or "").rpartition(".")[2]
                if names_match(makers, name) or (name in constructors and _has_key(decl, node)):
                    yield decl, node, name


def _has_key(decl: Decl, call: n.Call) -> bool:
    """Whether a call is given a service-role key, through a local constant too."""
    for arg in call.args:
        binding = scopes_of(decl).binding(arg)
        value = binding.value if binding is not None and binding.value is not None else arg
        if "SERVICE_ROLE" in decl.text_of(value):
            return True
    return False


def is_justified(facts: FileFacts, decl: Decl, call: n.Call) -> bool:
    """Whether a reason is told: on the call's line or in those above it, above the file, to the maker.

    A maker of the same file that tells it, in a comment or to the factory, tells it for its callers.
    """
    if _JUSTIFIED in decl.data[call.start : call.end]:
        return True
    maker = facts.decl(call.callee.name) if isinstance(call.callee, n.Name) else None
    if maker is not None and _JUSTIFIED in maker.data:
        return True
    data, offset = facts.text.data, decl.start + call.callee.start
    at = data.find(_JUSTIFIED)
    while at >= 0:
        first = facts.decls[0].start if facts.decls else 0
        if at < first or _is_near(facts, at, offset, decl):
            return True
        at = data.find(_JUSTIFIED, at + 1)
    return False


def _is_near(facts: FileFacts, at: int, offset: int, decl: Decl) -> bool:
    """On the same line, up to three lines above, or in the comment above the declaration."""
    line, comment = facts.text.line_of(offset), facts.text.line_of(at)
    start = facts.text.line_of(decl.start)
    return line - 3 <= comment <= line or start - 3 <= comment < start
