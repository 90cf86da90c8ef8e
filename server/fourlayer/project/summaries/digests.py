"""Where digests and signatures come from, and where code compares them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.frames import Frame
from fourlayer.project.summaries import signs
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, chain_of, dotted
from fourlayer.syntax.functions import returned_values
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.follow import Follow
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.scope import Binding

_HOPS = 5
_KEYED = frozenset({"createHmac", "Hmac"})
_HASHING = frozenset({"createHash"})
_CONVERTS = frozenset({"from", "toString", "trim", "toLowerCase", "concat", "slice", "replace", "substring"})
_HEADERS = frozenset({"headers", "header", "get", "getHeader"})
_EQUAL = frozenset({"===", "!==", "==", "!="})


class Origin(NamedTuple):
    """What a value is made of: a keyed digest, a plain one, a signature that came with the request."""

    keyed: bool = False
    hashed: bool = False
    sent: bool = False
    named: bool = False
    """Only its name says that it is a signature or digest."""

    def __or__(self, other: tuple[object, ...]) -> Origin:
        return Origin(*(bool(one or two) for one, two in zip(self, other, strict=True)))

    @property
    def any(self) -> bool:
        """Whether it is a signature or a keyed digest, as far as can be seen."""
        return self.keyed or self.sent or self.named


NOTHING = Origin()


def origin_of(follow: Follow, frame: Frame, expr: n.Expr, hops: int = 0) -> Origin:
    """Where an expression's value comes from, through variables, concatenation and functions."""
    expr = bare(expr)
    if hops > _HOPS:
        return NOTHING
    match expr:
        case n.Template():
            return _joined(follow, frame, expr.exprs, hops)
        case n.Binary(op="+" | "??" | "||"):
            return _joined(follow, frame, (expr.left, expr.right), hops)
        case n.Cond():
            return _joined(follow, frame, (expr.then, expr.other), hops)
        case n.Name():
            return _of_name(follow, frame, expr, hops)
        case n.Member():
            return _of_member(follow, frame, expr, hops)
        case n.Index():
            if isinstance(expr.index, n.Str) and is_headers(expr.object):
                return Origin(sent=signs.is_signature_header(expr.index.value))
            return origin_of(follow, frame, expr.object, hops + 1)
        case n.Call():
            return _of_call(follow, frame, expr, hops)
        case n.New():
            return _joined(follow, frame, expr.args, hops)
        case _:
            return NOTHING


def _joined(follow: Follow, frame: Frame, exprs: tuple[n.Expr, ...], hops: int) -> Origin:
    found = NOTHING
    for expr in exprs:
        found |= origin_of(follow, frame, expr, hops + 1)
    return found


def is_headers(expr: n.Expr) -> bool:
    """Whether an expression is a request's headers."""
    expr = bare(expr)
    name = expr.name if isinstance(expr, n.Member | n.Name) else ""
    return name == "headers" or name.endswith("Headers")


def _of_name(follow: Follow, frame: Frame, name: n.Name, hops: int) -> Origin:
    binding = scopes_of(frame.decl).binding(name)
    found = Origin(named=signs.is_signature_name(name.name))
    if binding is None:
        return found
    last = binding.path[-1] if binding.path else None
    if isinstance(last, str) and signs.is_signature_header(last) and "-" in last:
        return Origin(sent=True)
    if isinstance(binding.owner, n.Param):
        given = frame.args.get(binding.owner)
        return found | (
            origin_of(follow, given.frame, given.expr, hops + 1) if given is not None else NOTHING
        )
    for value in _values(binding):
        found |= origin_of(follow, frame, value, hops + 1)
    return found


def _values(binding: Binding) -> Iterator[n.Expr]:
    if binding.init is not None and not isinstance(binding.init, n.Function):
        yield binding.init
    for write in binding.writes:
        if isinstance(write, n.Assign):
            yield write.value


def _of_member(follow: Follow, frame: Frame, member: n.Member, hops: int) -> Origin:
    if member.name in {"length", "byteLength"}:
        return NOTHING
    if is_headers(member.object):
        return Origin(sent=signs.is_signature_header(member.name))
    return Origin(named=signs.is_signature_name(member.name)) | origin_of(
        follow, frame, member.object, hops + 1
    )


def _of_call(follow: Follow, frame: Frame, call: n.Call, hops: int) -> Origin:
    chain = chain_of(call)
    names = set(chain.names)
    if "digest" in names or "sign" in names:
        head = chain.head
        if names & _KEYED or ("sign" in names and "subtle" in names):
            return Origin(keyed=True)
        if names & _HASHING:
            return Origin(hashed=True)
        if isinstance(head, n.Name):
            made = scopes_of(frame.decl).binding(head)
            values = tuple(_values(made)) if made is not None else ()
            if any("createHmac" in chain_of(value).names for value in values):
                return Origin(keyed=True)
            if any("createHash" in chain_of(value).names for value in values):
                return Origin(hashed=True)
    callee = bare(call.callee)
    last = callee.name if isinstance(callee, n.Member | n.Name) else ""
    first = bare(call.args[0]) if call.args else None
    if last in _HEADERS and isinstance(first, n.Str):
        return Origin(sent=signs.is_signature_header(first.value))
    if last in _CONVERTS:
        owner = (callee.object,) if isinstance(callee, n.Member) else ()
        return _joined(follow, frame, (*owner, *call.args[:1]), hops)
    if last == "String":
        return _joined(follow, frame, call.args, hops)
    target = follow.call(frame, call)
    if isinstance(target, Frame) and target.function is not None:
        found = NOTHING
        for value in returned_values(target.function):
            found |= origin_of(follow, target, value, hops + 1)._replace(named=False)
        return found
    return NOTHING


def is_literal(expr: n.Expr) -> bool:
    """Whether a side of a comparison is written there, or only asks for presence, type or length."""
    expr = bare(expr)
    if isinstance(expr, n.Str | n.Num | n.Const | n.Regex):
        return True
    if isinstance(expr, n.Unary):
        return expr.op in {"typeof", "void", "!"}
    if isinstance(expr, n.Name):
        return expr.name in {"undefined", "NaN"}
    return isinstance(expr, n.Member) and expr.name in {"length", "byteLength"}


def compared(follow: Follow, frame: Frame, left: n.Expr, right: n.Expr) -> bool:
    """Whether comparing two values decides whether a request is authentic."""
    if is_literal(left) or is_literal(right):
        return False
    one, two = origin_of(follow, frame, left), origin_of(follow, frame, right)
    if one.keyed or two.keyed:
        return True
    if one.hashed or two.hashed:
        return one.sent or two.sent
    if one.sent or two.sent:
        return True
    return one.named and two.named


def is_equality(node: n.Node) -> bool:
    """Whether a node compares with `===`, `!==`, `==` or `!=`."""
    return isinstance(node, n.Binary) and node.op in _EQUAL


def field_checked(view: View, node: n.Binary) -> str | None:
    """The configured field (`clientState`) that a comparison is about."""
    for side, other in ((node.left, node.right), (node.right, node.left)):
        expr = bare(side)
        name = expr.name if isinstance(expr, n.Member | n.Name) else ""
        if name and not is_literal(other) and signs.is_verifying_field(view, name):
            return dotted(expr) or name
    return None
