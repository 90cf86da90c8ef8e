"""Finds the errors of the outside that leave the client layer, by what lets them go."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.summaries.escapes import Raw, raw_errors
from fourlayer.syntax import nodes as n
from fourlayer.syntax.flow import function_around

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts


class Group(NamedTuple):
    """Errors that one place lets go: a handler that throws them on, or a function without any.

    `anchor` is the thrown value or the first call, `function` the innermost function around the calls.
    """

    decl: Decl
    anchor: n.Node
    rethrow: n.Throw | n.Return | None
    function: n.Function | None
    raws: tuple[Raw, ...]


def groups(ctx: Context, path: str, facts: FileFacts) -> Iterator[Group]:
    """The groups of a file, in source order."""
    for decl in facts.all_decls():
        if not decl.trusted or decl.members or decl.kind == "import":
            continue
        yield from _grouped(decl, raw_errors(ctx.view, path, facts, decl))


def _grouped(decl: Decl, raws: list[Raw]) -> Iterator[Group]:
    found: dict[n.Node, list[Raw]] = {}
    for raw in raws:
        anchor = raw.escape.anchor
        key: n.Node | None = (
            anchor if isinstance(anchor, n.Throw | n.Return) else function_around(decl, raw.site.node)
        )
        if key is not None:
            found.setdefault(key, []).append(raw)
    for key, members in found.items():
        if isinstance(key, n.Throw | n.Return):
            yield Group(decl, key.value or key, key, function_around(decl, key), tuple(members))
        else:
            function = key if isinstance(key, n.Function) else None
            yield Group(decl, _called(members[0].site.node), None, function, tuple(members))


def _called(node: n.Expr) -> n.Node:
    """The name of what is called: `fetch`, `this.client.events.get`."""
    return node.callee if isinstance(node, n.Call) else node
