"""Where a query's finding stands, how it is told apart, and which site of the schema it cites."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.queries.follow import At
from fourlayer.rule.model import Finding, Related
from fourlayer.syntax import nodes as n
from fourlayer.syntax.span import Span
from fourlayer_rules.tenancy._columns import named_columns
from fourlayer_rules.tenancy._judge import judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.schema import Definition
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import FileFacts
    from fourlayer_rules.tenancy._judge import Problem, Verdict


class Located(NamedTuple):
    """A verdict in its file."""

    path: str
    facts: FileFacts
    verdict: Verdict

    @property
    def span(self) -> Span:
        """The query's chain, in bytes of the file."""
        return self.verdict.query.decl.span(self.verdict.query.node)

    @property
    def at(self) -> At:
        """The query's chain as a place to follow from."""
        query = self.verdict.query
        return At(self.path, self.facts, query.decl, query.node)


def inert_where_blind(ctx: Context, rule: str, path: str) -> None:
    """Say that a rule cannot judge: neither a schema nor a query tells any table's tenant column."""
    if not ctx.settings.tenancy.columns:
        ctx.view.inert(rule, "`tenancy.columns` is empty: no column tells the tenant")
        return
    found = judged(ctx, path)
    if not found.verdicts or not ctx.view.schema.empty:
        return
    if not any(ctx.view.survey(named_columns(ctx.settings.tenancy)).values()):
        reason = "no schema was found and no query names a tenant column: every table is unknown"
        ctx.view.inert(rule, reason)


def located(ctx: Context, path: str, problem: Problem) -> Iterator[Located]:
    """The verdicts of one kind on a file, one for each chain."""
    found = judged(ctx, path)
    seen: set[Span] = set()
    for verdict in found.verdicts:
        if verdict.problem != problem or found.facts is None:
            continue
        place = Located(path, found.facts, verdict)
        if place.span not in seen:
            seen.add(place.span)
            yield place


def located_again(ctx: Context, finding: Finding, problem: Problem) -> Located | None:
    """The verdict that a finding was made of."""
    return next((one for one in located(ctx, finding.path, problem) if one.span == finding.span), None)


def finding_of(
    ctx: Context, place: Located, rule: str, message: str, help_: str, columns: tuple[str, ...] = ()
) -> Finding:
    """A finding anchored on the query's chain."""
    query = place.verdict.query
    provider = ctx.view.provider_of(place.path)
    data = place.facts.text.data[place.span.start : place.span.end].decode("utf-8", "replace")
    return Finding(
        rule=rule,
        path=place.path,
        span=place.span,
        message=message,
        help=help_,
        certainty=place.verdict.certainty,
        related=tuple(_cites(place, ctx)),
        scope=_scope(place),
        key=" ".join(data.split())[:160],
        provider=provider.name if provider is not None else None,
        data={"table": place.verdict.tenancy.table, "verb": query.verb, "columns": list(columns)},
    )


def _cites(place: Located, ctx: Context) -> Iterator[Related]:
    tenancy = place.verdict.tenancy
    for cite in tenancy.cites[:3]:
        data = ctx.view.read(cite.path)
        if data is not None:
            yield Related(_says(cite, tenancy.columns, tenancy.table), cite.path, _line(data, cite))


def _says(cite: Definition, columns: tuple[str, ...], table: str) -> str:
    held = [column for column in columns if column in cite.columns]
    names = " and ".join(f"`{column}`" for column in held)
    return f"`{table}` has {names} here" if held else f"`{table}` is defined here"


def _line(data: bytes, cite: Definition) -> Span:
    """From the definition's start to the end of its line."""
    start = min(max(cite.offset, 0), len(data))
    end = data.find(b"\n", start)
    end = len(data) if end < 0 else end
    return Span(start, start + len(data[start:end].rstrip()))


def _scope(place: Located) -> str:
    """The enclosing declaration's dotted name, local functions included."""
    decl = place.verdict.query.decl
    names: list[str] = []
    for around in decl.ancestors(place.verdict.query.node):
        if isinstance(around, n.Function):
            name = around.name
            holder = decl.parent(around)
            if name is None and isinstance(holder, n.Declarator) and isinstance(holder.target, n.Name):
                name = holder.target.name
            elif name is None and isinstance(holder, n.Prop):
                name = holder.key
            if name is not None and name not in (decl.name, *names):
                names.append(name)
    return ".".join(one for one in (decl.qualified_name, *reversed(names)) if one)
