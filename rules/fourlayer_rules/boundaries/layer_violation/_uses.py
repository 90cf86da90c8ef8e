"""Queries and service-role clients outside the layers that may have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.config.settings import DATABASE_QUERIES, SERVICE_ROLE_CLIENTS
from fourlayer.rule.model import Finding
from fourlayer.syntax.glob import names_match
from fourlayer.syntax.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.queries.model import Query
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Certainty
    from fourlayer.syntax.facts import Decl
    from fourlayer_rules.boundaries.layer_violation.rule import Place


def uses(ctx: Context, place: Place) -> Iterator[Finding]:
    """The findings of one file's code; nothing is looked at that the bytes rule out."""
    if DATABASE_QUERIES not in place.layer.may_use:
        yield from _queries(ctx, place)
    if SERVICE_ROLE_CLIENTS not in place.layer.may_use:
        yield from _service_role(ctx, place)


def _queries(ctx: Context, place: Place) -> Iterator[Finding]:
    from fourlayer.project.queries.find import may_query, queries_of
    from fourlayer.syntax import nodes as n

    if not may_query(place.facts.text.data):
        return
    database = _imported(place, ctx.settings.symbols.database_modules)
    has_sdk = bool(_imported(place, ctx.settings.symbols.sdk_modules))
    seen: set[n.Node] = set()
    for query in queries_of(place.path, place.facts):
        certainty = _certainty(query, database, has_sdk)
        if certainty is None or query.node in seen:
            continue
        seen.add(query.node)
        from fourlayer_rules.boundaries.layer_violation._advice import Advice

        names = query.table.names
        table = f"`{names[0]}`" if names else "the database"
        message, help_ = Advice(ctx.settings, place.name).queries(table)
        yield _finding(place, query.decl, _anchor(query), message, help_, certainty)


def _certainty(query: Query, database: frozenset[str], has_sdk: bool) -> Certainty | None:
    """How surely a query goes to our own database, and not to a vendor that speaks something alike."""
    if not database and (
        (query.library == "sql" and has_sdk) or (query.library == "kysely" and not query.table.names)
    ):
        return None
    if query.certain:
        return "violation"
    return "suspicious" if database and _is_made_by(query, database) else None


def _imported(place: Place, patterns: tuple[str, ...]) -> frozenset[str]:
    """The local names of what a file imports from some packages."""
    return frozenset(
        name.local
        for item in place.facts.imports
        if names_match(patterns, item.specifier)
        for name in item.names
        if name.local is not None
    )


def _is_made_by(query: Query, names: frozenset[str]) -> bool:
    """Whether what is queried has a type of a database package, or comes from something that has."""
    from fourlayer.syntax import nodes as n
    from fourlayer.syntax.chains import bare, chain_of
    from fourlayer.syntax.scope import scopes_of

    expr = query.client
    for _ in range(3):
        head = chain_of(expr).head if expr is not None else None
        if isinstance(head, n.New):
            head = bare(head.callee)
        if not isinstance(head, n.Name):
            return False
        if head.name in names:
            return True
        binding = scopes_of(query.decl).binding(head)
        if binding is None:
            return False
        if isinstance(binding.type, n.TypeRef) and binding.type.name.partition(".")[0] in names:
            return True
        expr = binding.value
    return False


def _anchor(query: Query) -> Span:
    """The name of the verb, or what stands for it."""
    from fourlayer.syntax import nodes as n
    from fourlayer.syntax.chains import uncast

    node = query.verb_call
    name = uncast(node.callee) if isinstance(node, n.Call) else node
    start, end = name.start, name.end
    if isinstance(name, n.Member):
        start, end = name.name_start, name.name_start + len(name.name.encode())
    elif isinstance(node, n.Tagged):
        start, end = node.tag.start, node.tag.end
    return Span(query.decl.start + start, query.decl.start + end)


def _service_role(ctx: Context, place: Place) -> Iterator[Finding]:
    symbols = ctx.settings.symbols
    data = place.facts.text.data
    # The parts of the patterns between the stars: of each pattern, one must stand in the file.
    if not any(
        max(pattern.split("*"), key=len).encode() in data for pattern in symbols.service_role_clients
    ) and (b"SERVICE_ROLE" not in data):
        return
    from fourlayer.project.summaries.service_role import is_justified, service_role_calls
    from fourlayer_rules.boundaries.layer_violation._advice import Advice

    for decl, call, made in service_role_calls(
        place.facts, symbols.service_role_clients, symbols.database_modules
    ):
        span = Span(decl.start + call.callee.start, decl.start + call.callee.end)
        if is_justified(place.facts, decl, call):
            continue
        message, help_ = Advice(ctx.settings, place.name).service_role(made)
        yield _finding(place, decl, span, message, help_, "violation")


def _finding(place: Place, decl: Decl, span: Span, message: str, help_: str, certainty: Certainty) -> Finding:
    return Finding(
        rule="layer-violation",
        path=place.path,
        span=span,
        message=message,
        help=help_,
        certainty=certainty,
        scope=decl.qualified_name,
        key=place.facts.text.slice(span.start, span.end),
        provider=place.provider.name if place.provider is not None else None,
    )
