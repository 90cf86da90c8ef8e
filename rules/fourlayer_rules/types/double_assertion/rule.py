"""double-assertion: a value is asserted to a type through another one that fits everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.span import Span
from fourlayer_rules.types._claims import is_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts

RULE = "double-assertion"
_BRIDGES = ("unknown", "never", "any")
_WORDS = (b"unknown", b"never", b"any")


class Double(NamedTuple):
    """One `value as unknown as type`; `bridge` is the type in the middle."""

    decl: Decl
    outer: n.Cast
    value: n.Expr
    bridge: str
    bridge_type: n.Type

    @property
    def span(self) -> Span:
        """Where the two types stand: other rules speak of either of them."""
        type_ = self.outer.type or self.bridge_type
        start = min(type_.start, self.bridge_type.start)
        return Span(self.decl.start + start, self.decl.start + max(type_.end, self.bridge_type.end))


class DoubleAssertion:
    """Judges the assertions of one file."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report every assertion through `unknown`, `never` or `any`."""
        facts = ctx.view.facts(target)
        if facts is None:
            return
        provider = ctx.view.provider_of(target)
        for double in doubles(facts):
            type_ = double.outer.type
            assert type_ is not None  # noqa: S101 - `doubles` yields casts with a type
            shown = _short(double.decl.text_of(type_))
            yield Finding(
                rule=RULE,
                path=target,
                span=double.span,
                message=(
                    f"`as {double.bridge} as {shown}` makes the compiler believe what it had refused to: "
                    "whatever the value really is, it is used as that type, and a later change of either "
                    "side goes unnoticed."
                ),
                help=(
                    "Convert the value (build the object, parse it with a schema), or assert once where the "
                    "two types overlap."
                ),
                scope=double.decl.qualified_name,
                key=f"{_short(double.decl.text_of(double.value))} as {shown}",
                provider=provider.name if provider is not None else None,
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Offer the conversions that compile."""
        facts = ctx.view.facts(finding.path)
        double = double_at(facts, finding.span) if facts is not None else None
        if double is None:
            return
        from fourlayer_rules.types.double_assertion._fix import plans_for

        yield from plans_for(ctx, finding.path, double)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Convert the value."""
        facts = ctx.view.facts(finding.path)
        double = double_at(facts, finding.span) if facts is not None else None
        if double is None:
            return None
        from fourlayer_rules.types.double_assertion._fix import change_for

        return change_for(ctx, finding.path, double, plan.kind)


def doubles(facts: FileFacts) -> Iterator[Double]:
    """Every double assertion of a file, by place."""
    for decl in facts.all_decls():
        if decl.kind == "class":
            continue
        data = decl.data
        if not any(word in data for word in _WORDS):
            continue
        yield from _doubles_of(facts, decl)


def _doubles_of(facts: FileFacts, decl: Decl) -> Iterator[Double]:
    for node in walk(decl.node):
        if not isinstance(node, n.Cast) or node.op not in {"as", "<>"} or node.type is None:
            continue
        if is_named(node.type, _BRIDGES):
            continue
        inner = node.value
        while isinstance(inner, n.Cast) and inner.op in {"!", "satisfies"}:
            inner = inner.value
        if (
            not isinstance(inner, n.Cast)
            or inner.op not in {"as", "<>"}
            or not is_named(inner.type, _BRIDGES)
        ):
            continue
        if not decl.trusted and _is_broken(facts, decl, node):
            continue
        assert isinstance(inner.type, n.TypeRef)  # noqa: S101 - `is_named` saw to it
        yield Double(decl, node, inner.value, inner.type.name, inner.type)


def _is_broken(facts: FileFacts, decl: Decl, node: n.Node) -> bool:
    start, end = decl.start + node.start, decl.start + node.end
    return any(error.start < end and start < error.end for error in facts.errors)


def double_at(facts: FileFacts, span: Span) -> Double | None:
    """The double assertion whose type stands at a place."""
    for double in doubles(facts):
        if double.span == span:
            return double
    return None


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "..."


rule = DoubleAssertion()
