"""tenant-from-input: whoever sends the request says whose rows are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.origins import roots
from fourlayer.rule.model import Related
from fourlayer.syntax.span import Span
from fourlayer_rules.tenancy._anchors import anchored
from fourlayer_rules.tenancy._judge import is_intact
from fourlayer_rules.tenancy._requests import inputs, is_checked, makes_sure, may_be_input, may_take_request
from fourlayer_rules.tenancy._sinks import arguments, calls_of, carried, sinks_of, target_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.project.origins import Root
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, Finding, FixPlan
    from fourlayer.syntax import nodes as n
    from fourlayer.syntax.facts import Decl, FileFacts

_RULE = "tenant-from-input"
_WORDS = (b"body", b"query", b"params", b"header", b"param(", b".get(", b".json()")


class _Use(NamedTuple):
    """An input that decides the tenant: directly in a query, or in what a call runs."""

    decl: Decl
    root: Root
    what: str
    related: tuple[Related, ...]


class TenantFromInput:
    """Judges what requests decide in one file."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report the parts of a request that end up as a query's tenant."""
        data = ctx.view.read(target)
        if data is None or not ctx.settings.tenancy.columns or not _may_read(data):
            return
        facts = ctx.view.facts(target)
        if facts is None:
            return
        seen: set[tuple[int, n.Node]] = set()
        for use in _uses(ctx, target, facts):
            key = (use.decl.start, use.root.read)
            if key in seen or not is_intact(use.decl, use.root.read):
                continue
            seen.add(key)
            if makes_sure(ctx.view, use.decl, use.root.read):
                continue
            if is_checked(use.decl, use.root, _columns_with(ctx, target, facts, use)):
                continue
            name = use.decl.text_of(use.root.read)
            yield anchored(
                ctx,
                _RULE,
                target,
                facts,
                use.decl,
                use.root.read,
                f"`{' '.join(name.split())}` comes from the request and decides {use.what}: whoever sends it "
                "picks the tenant.",
                "Take the tenant from the authenticated context (the session, the verified token); what the "
                "request says may only be compared with it.",
                related=use.related,
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """None: where the authenticated tenant is kept is the workspace's own business."""
        return ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """None."""
        return None


def _uses(ctx: Context, path: str, facts: FileFacts) -> Iterator[_Use]:
    view = ctx.view
    taking = [decl for decl in facts.all_decls() if not decl.members and may_take_request(decl.data)]
    for sink in sinks_of(path, facts, ctx.settings.tenancy) if taking else ():
        root = next(inputs(view, path, facts, sink.decl, sink.value, ()), None)
        if root is not None:
            table = sink.query.table.names if sink.query is not None else ()
            where = f" of `{table[0]}`" if len(table) == 1 else ""
            span = sink.decl.span(sink.value)
            related = (Related("this is taken for the tenant", path, span),)
            yield _Use(sink.decl, root, f"`{sink.column}`{where}", related)
    for decl in taking:
        if decl.kind in ("import", "interface", "type", "enum", "export"):
            continue
        if any(word in decl.data for word in _WORDS):
            yield from _handed(ctx, path, facts, decl)


def _may_read(data: bytes) -> bool:
    return any(word in data for word in _WORDS) and may_take_request(data)


def _handed(ctx: Context, path: str, facts: FileFacts, decl: Decl) -> Iterator[_Use]:
    """Inputs that are handed to functions whose parameters carry the tenant."""
    for call in calls_of(decl):
        if not any(may_be_input(decl, arg) for arg in call.args):
            continue
        target = target_of(ctx.view, path, facts, decl, call)
        if target is None:
            continue
        name = target.decl.qualified_name
        inner = carried(ctx.view, ctx.settings.tenancy, target.path, name)
        for value, rest in arguments(call, inner):
            root = next(inputs(ctx.view, path, facts, decl, value, rest), None)
            if root is not None:
                span = Span(*target.decl.name_span)
                related = (Related(f"`{name}` takes it for the tenant of a query", target.path, span),)
                yield _Use(decl, root, f"whose rows `{name}` means", related)


def _columns_with(ctx: Context, path: str, facts: FileFacts, use: _Use) -> Iterator[str]:
    """The columns that queries of the same declaration name together with the value."""
    for sink in sinks_of(path, facts, ctx.settings.tenancy):
        if sink.decl is use.decl and sink.query is not None:
            for root in roots(sink.decl, sink.value):
                if root.node is use.root.node and root.path == use.root.path:
                    yield from (one.last for one in sink.query.filters)


rule = TenantFromInput()
