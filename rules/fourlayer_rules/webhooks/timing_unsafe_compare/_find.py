"""Finds comparisons of signatures whose duration, or failure, tells something."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.follow import Follow
from fourlayer.project.frames import Frame
from fourlayer.project.summaries.digests import NOTHING, compared, is_equality, is_literal, origin_of
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.flow import function_around
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.webhooks._files import is_in_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl
    from fourlayer.syntax.span import Span

_WORDS = (b"ignature", b"IGNATURE", b"mac", b"igest", b"timingSafeEqual")
_LENGTHS = frozenset({"length", "byteLength"})


class Comparison(NamedTuple):
    """A comparison. `way` is the operator or method, `length` for `timingSafeEqual` without a guard."""

    decl: Decl
    node: n.Binary | n.Call
    way: str
    left: n.Expr
    right: n.Expr

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.decl.span(self.node)


def comparisons(view: View, path: str) -> Iterator[Comparison]:
    """The unsafe comparisons of a file, in source order."""
    facts = view.facts(path)
    if facts is None or not is_in_scope(view, path):
        return
    follow = Follow(view)
    for decl in facts.all_decls():
        if decl.kind == "class" or not decl.trusted or not any(word in decl.data for word in _WORDS):
            continue
        frame = Frame(path, facts, decl, None, None, {}, ())
        for node in walk(decl.node):
            found = _compared(follow, frame, node)
            if found is not None:
                yield found


def _compared(follow: Follow, frame: Frame, node: n.Node) -> Comparison | None:
    if isinstance(node, n.Binary) and is_equality(node):
        if _is_called(node) or not compared(follow, frame, node.left, node.right):
            return None
        return Comparison(frame.decl, node, node.op, node.left, node.right)
    if not isinstance(node, n.Call):
        return None
    callee = uncast(node.callee)
    name = callee.name if isinstance(callee, n.Member | n.Name) else ""
    if name == "timingSafeEqual" and len(node.args) == 2:
        left, right = node.args
        unsafe = not _is_guarded(frame.decl, node) and not _have_one_length(follow, frame, left, right)
        return Comparison(frame.decl, node, "length", left, right) if unsafe else None
    if isinstance(callee, n.Member) and name in {"equals", "localeCompare"} and len(node.args) == 1:
        left, right = callee.object, node.args[0]
        if compared(follow, frame, left, right):
            return Comparison(frame.decl, node, name, left, right)
    return None


def _is_called(node: n.Binary) -> bool:
    """Whether a side is the result of a comparison function: `compare(a, b) === 0`."""
    for side in (node.left, node.right):
        expr = bare(side)
        callee = uncast(expr.callee) if isinstance(expr, n.Call) else None
        if isinstance(callee, n.Member | n.Name) and callee.name in {
            "compare",
            "localeCompare",
            "timingSafeEqual",
        }:
            return True
    return False


def _is_guarded(decl: Decl, call: n.Call) -> bool:
    """Whether the lengths are compared before, or what is thrown is caught."""
    child: n.Node = call
    for around in decl.ancestors(call):
        if isinstance(around, n.Function):
            break
        if isinstance(around, n.Try) and around.block is child and around.handler is not None:
            return True
        child = around
    function = function_around(decl, call)
    for node in walk(function if function is not None else decl.node):
        if isinstance(node, n.Binary) and node.start < call.start and _compares_length(node):
            return True
    return False


def _compares_length(node: n.Binary) -> bool:
    """Whether a length is compared with another one, or with the one that it must be; zero is none."""
    if not is_equality(node):
        return False
    sides = (node.left, node.right)
    empty = any(isinstance(side, n.Num) and side.text == "0" for side in map(bare, sides))
    return any(map(_is_length, sides)) and not empty


def _is_length(expr: n.Expr) -> bool:
    expr = bare(expr)
    if isinstance(expr, n.Call):
        return (dotted(expr.callee) or "").endswith("byteLength")
    return isinstance(expr, n.Member) and expr.name in _LENGTHS


def _have_one_length(follow: Follow, frame: Frame, left: n.Expr, right: n.Expr) -> bool:
    """Whether both are digests that were computed here: of one length, whatever came in."""
    return all(_is_digest(follow, frame, side) for side in (left, right))


def _is_digest(follow: Follow, frame: Frame, expr: n.Expr) -> bool:
    value = bare(expr)
    binding = scopes_of(frame.decl).binding(value)
    if binding is not None and binding.value is not None:
        value = bare(binding.value)
    if is_literal(value) or not isinstance(value, n.Call):
        return False
    origin = origin_of(follow, frame, value)
    return origin != NOTHING and (origin.keyed or origin.hashed) and not origin.sent
