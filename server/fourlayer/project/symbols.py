"""The symbol index: where in the workspace a name is declared, found without parsing every file."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.snapshot import Survey
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted
from fourlayer.syntax.span import Span

if TYPE_CHECKING:
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, DeclKind, FileFacts

_DECLARING = frozenset({"class", "function", "variable", "interface", "type", "enum", "namespace"})


class Symbol(NamedTuple):
    """A top-level declaration. `span` is its name's, in bytes; `extends` the base class as written."""

    name: str
    kind: DeclKind
    path: str
    span: Span
    exported: bool
    extends: str | None


def find_symbols(view: View, pattern: str) -> tuple[Symbol, ...]:
    """Every top-level declaration whose name fits, by path and place.

    `*` in the pattern stands for any characters, as in `*HealthRegistry`. Only files that hold the
    pattern's longest literal part are parsed; tests are left out.
    """
    return tuple(symbol for symbols in view.survey(_survey(pattern)).values() for symbol in symbols)


@cache
def _survey(pattern: str) -> Survey[tuple[Symbol, ...]]:
    literal = max(pattern.split("*"), key=len)
    triggers = (literal.encode(),) if literal else ()

    def extract(path: str, facts: FileFacts) -> tuple[Symbol, ...] | None:
        return tuple(_symbols(path, facts, pattern)) or None

    return Survey(f"symbols:{pattern}", extract, triggers)


def _symbols(path: str, facts: FileFacts, pattern: str) -> list[Symbol]:
    exported = {item.local for item in facts.exports if item.specifier is None}
    return [
        Symbol(name, decl.kind, path, decl.name_span, decl.exported or name in exported, _extends(decl))
        for decl in facts.decls
        if decl.kind in _DECLARING
        for name in decl.names
        if fnmatchcase(name, pattern)
    ]


def _extends(decl: Decl) -> str | None:
    node = decl.node if decl.kind == "class" else None
    return dotted(node.extends) if isinstance(node, n.ClassDecl) and node.extends is not None else None
