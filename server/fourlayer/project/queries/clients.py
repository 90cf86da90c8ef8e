"""Who makes the client of a query, and who runs the code that queries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fourlayer.project.queries.model import Wrapper
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, chain_of
from fourlayer.syntax.flow import functions_around
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from fourlayer.syntax.facts import Decl


def makers(decl: Decl, receiver: n.Expr) -> Iterator[Wrapper]:
    """The calls that make the client, or run the code that queries with a client of theirs."""
    made = made_by(decl, receiver)
    if made is not None:
        yield Wrapper(made, True, None)
    yield from around(decl, receiver)


def around(decl: Decl, receiver: n.Expr) -> Iterator[Wrapper]:
    """The calls that run a callback which gets the client, or in which the query stands."""
    head = chain_of(receiver).head
    binding = scopes_of(decl).binding(head) if isinstance(head, n.Name) else None
    for function in functions_around(decl, receiver):
        call = decl.parent(function)
        if isinstance(call, n.Call) and function in call.args:
            given = binding is not None and binding.owner in function.params
            yield Wrapper(call, given, None)


def made_by(decl: Decl, expr: n.Expr) -> n.Call | None:
    """The call that makes the client an expression stands for, through one local constant."""
    expr = bare(expr)
    if isinstance(expr, n.Name):
        binding = scopes_of(decl).binding(expr)
        value = binding.value if binding is not None else None
        expr = bare(value) if value is not None else expr
    if isinstance(expr, n.Member) and isinstance(bare(expr.object), n.Call):
        expr = bare(expr.object)
    return expr if isinstance(expr, n.Call) else None
