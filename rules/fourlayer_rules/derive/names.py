"""Names and places by convention, and the declarations behind them: what every rule needs, at little cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import children
from fourlayer_rules.derive.symbols import alike

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

Kind = Literal["config", "errors", "health", "types", "index", "adapter"]
"""The kinds of files that there is a template for."""

KINDS: tuple[Kind, ...] = ("types", "errors", "config", "health", "adapter", "index")
"""In the order in which they build on one another."""


class Adapter(NamedTuple):
    """The adapter's file and class."""

    path: str
    facts: FileFacts
    decl: Decl

    @property
    def class_name(self) -> str:
        """The class's name."""
        return self.decl.name or ""


def find_adapter(view: View, provider: Provider) -> Adapter | None:
    """The adapter's class: the one that is named like its file, however it is written."""
    path = provider.adapter
    facts = view.facts(path) if path is not None else None
    if path is None or facts is None:
        return None
    stem = path.rpartition("/")[2].rpartition(".")[0]
    classes = [decl for decl in facts.decls if decl.kind == "class"]
    named = [decl for decl in classes if alike(decl.name or "") == alike(stem)]
    if not named:
        named = [decl for decl in classes if decl.exported and (decl.name or "").endswith("Adapter")]
    return Adapter(path, facts, named[0]) if named else None


def convention(pattern: str, provider: Provider) -> str:
    """A name of the conventions with the provider's put in."""
    return (
        pattern.replace("{Provider}", provider.pascal)
        .replace("{provider}", provider.folder)
        .replace("{PROVIDER}", provider.env_prefix)
    )


def kind_of(name: str) -> Kind | None:
    """The kind of a required file by its name in the provider's folder."""
    if name.endswith("Adapter.ts") and "/" not in name:
        return "adapter"
    return next((kind for kind in KINDS if f"{kind}.ts" == name and kind != "adapter"), None)


def function_of(decl: Decl) -> n.Function | None:
    """The function that a declaration or class member is: `function f`, `const f = () => ...`, a method."""
    node = decl.node
    value: n.Expr | None = None
    if isinstance(node, n.FunctionDecl):
        value = node.function
    elif isinstance(node, n.ClassMember):
        value = node.function or node.init
    elif isinstance(node, n.VarDecl) and len(node.declarators) == 1:
        value = node.declarators[0].init
    while isinstance(value, n.Cast):
        value = value.value
    return value if isinstance(value, n.Function) else None


def constant_value(decl: Decl) -> n.Expr | None:
    """What the `const` that a declaration is called after is initialised with."""
    node = decl.node
    for item in node.declarators if isinstance(node, n.VarDecl) and node.kind == "const" else ():
        if isinstance(item.target, n.Name) and item.target.name == decl.name:
            return item.init
    return None


def returns_of(function: n.Function) -> Iterator[n.Expr | None]:
    """What a function returns, None for a bare `return`; inner functions are left out."""
    if isinstance(function.body, n.Expr):
        yield function.body
        return
    stack: list[n.Node] = [function.body] if function.body is not None else []
    while stack:
        node = stack.pop()
        if isinstance(node, (n.Function, n.ClassDecl)):
            continue
        if isinstance(node, n.Return):
            yield node.value
        stack.extend(children(node))


def returned_values(function: n.Function) -> Iterator[n.Expr]:
    """The values that a function returns, those of inner functions left out."""
    return (value for value in returns_of(function) if value is not None)
