"""The health registries of a workspace: classes and functions that health checks are registered with."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.project.snapshot import Survey
from fourlayer.syntax import nodes as n
from fourlayer.syntax.functions import function_of
from fourlayer.syntax.glob import names_match

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts

Kind = Literal["class", "function", "package"]


class Registry(NamedTuple):
    """A class or function of the workspace, or a name that is imported from a "package".

    `path` is the file that declares it, or imports it. `method` is the class's method that has one of the
    configured names, "" where another one registers.
    """

    name: str
    kind: Kind
    path: str
    method: str = ""


_Found = tuple[tuple[str, Kind, str], ...]
"""Of one file: name, kind, and the method or the module that it is imported from."""


def registries(ctx: Context) -> tuple[Registry, ...]:
    """Every registry, classes first, each by path. Reads the whole workspace once."""
    return find_registries(ctx.view, ctx.settings.symbols.health_registry)


def find_registries(view: View, patterns: tuple[str, ...]) -> tuple[Registry, ...]:
    """See `registries`; `patterns` are the configured names."""
    found: list[Registry] = []
    for path, items in view.survey(_survey(patterns)).items():
        for name, kind, more in items:
            if kind != "package":
                found.append(Registry(name, kind, path, more))
            elif view.resolve(more, path).kind == "external":
                found.append(Registry(name, kind, path))
    order: tuple[Kind, ...] = ("class", "function", "package")
    return tuple(sorted(found, key=lambda one: (order.index(one.kind), one.path, one.name)))


def literals(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """The longest plain part of each pattern: who uses a registry has one of them in its text."""
    parts = (max(pattern.split("*"), key=len) for pattern in patterns)
    return tuple(dict.fromkeys(part for part in parts if part))


@cache
def _survey(patterns: tuple[str, ...]) -> Survey[_Found]:
    def extract(_path: str, facts: FileFacts) -> _Found | None:
        return tuple(dict.fromkeys(_declared(facts, patterns))) or None

    triggers = tuple(part.encode() for part in literals(patterns)) or (b"\0",)
    return Survey(f"health registries:{patterns}", extract, triggers)


def _declared(facts: FileFacts, patterns: tuple[str, ...]) -> Iterator[tuple[str, Kind, str]]:
    for decl in facts.decls:
        name = decl.name or ""
        if decl.kind == "class":
            method = next((m.name for m in decl.members if names_match(patterns, m.name or "")), None) or ""
            if (method or names_match(patterns, name)) and not _is_abstract(decl):
                yield name, "class", method
        elif names_match(patterns, name) and function_of(decl) is not None:
            yield name, "function", ""
    for item in facts.imports:
        if item.kind == "import" and not item.type_only:
            for bound in item.names:
                if names_match(patterns, bound.imported):
                    yield bound.imported, "package", item.specifier


def _is_abstract(decl: Decl) -> bool:
    return isinstance(decl.node, n.ClassDecl) and decl.node.abstract


@cache
def registry_word() -> re.Pattern[str]:
    """A text that names a registry, by its type or by the word."""
    return re.compile(r"registr", re.IGNORECASE)
