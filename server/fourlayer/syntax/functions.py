"""The functions behind declarations, what they return, and what variables are initialised with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import children

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.syntax.facts import Decl


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


def initial_value(decl: Decl, name: str | None) -> n.Expr | None:
    """What a variable of a top-level declaration is initialised with."""
    node = decl.node
    for item in node.declarators if isinstance(node, n.VarDecl) else ():
        if isinstance(item.target, n.Name) and item.target.name == name:
            return item.init
    return None
