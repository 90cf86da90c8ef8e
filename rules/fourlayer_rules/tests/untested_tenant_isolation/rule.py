"""Reports a provider whose services touch tenants' rows while no test looks at the tenant column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from fourlayer.project.layout import is_declaration
from fourlayer.rule.model import Change, Finding, FixPlan

if TYPE_CHECKING:
    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import FileFacts
    from fourlayer.syntax.span import Span

_ID = "untested-tenant-isolation"


class UntestedTenantIsolation:
    """One finding a provider, at its first service that names a tenant column or queries a database."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        """Judge one provider."""
        columns = ctx.settings.tenancy.columns
        provider = ctx.view.provider(target)
        if provider is None or not columns:
            return
        service = next(_tenant_services(ctx, provider), None)
        if service is None or _is_tested(ctx, provider):
            return
        path, facts = service
        yield Finding(
            _ID,
            path,
            _anchor(facts),
            f"The services of `{provider.name}` touch rows that belong to tenants, and no test looks at "
            f"{' or '.join(f'`{column}`' for column in columns)}: a filter that gets lost goes unnoticed.",
            "Assert in a test that each query names the tenant column with the asking tenant's value.",
            key="services",
            provider=provider.name,
        )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """A test that records what reaches the database."""
        from fourlayer_rules.tests.untested_tenant_isolation._fix import isolation_test

        provider = ctx.view.provider(finding.provider or "")
        test = isolation_test(ctx, provider, services(ctx, provider)) if provider is not None else None
        if test is not None:
            title = f"Create {test.path.rpartition('/')[2]} for {', '.join(test.methods)}"
            yield FixPlan("create-test", title, "unsafe", "workspace", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Write the test."""
        from fourlayer_rules.tests.untested_tenant_isolation._fix import change_of, isolation_test

        provider = ctx.view.provider(finding.provider or "")
        test = isolation_test(ctx, provider, services(ctx, provider)) if provider is not None else None
        return None if test is None else change_of(test)


def services(ctx: Context, provider: Provider) -> list[str]:
    """The files of the service layer, tests and declarations left out."""
    return [
        path for path in provider.files if ctx.view.layer_of(path) == "service" and not is_declaration(path)
    ]


def _tenant_services(ctx: Context, provider: Provider) -> Iterator[tuple[str, FileFacts]]:
    """The services that name a tenant column, or query a database."""
    from fourlayer.project.queries.find import may_query, queries_of

    columns = [column.encode() for column in ctx.settings.tenancy.columns]
    for path in services(ctx, provider):
        data = ctx.view.read(path) or b""
        names_column = any(column in data for column in columns)
        if not names_column and not may_query(data):
            continue
        facts = ctx.view.facts(path)
        if facts is not None and (names_column or any(query.certain for query in queries_of(path, facts))):
            yield path, facts


def _anchor(facts: FileFacts) -> Span:
    """The name of the first exported class or function, else of the first declaration."""
    named = [decl for decl in facts.decls if decl.name and decl.kind != "import"]
    exported = [decl for decl in named if decl.exported and decl.kind in {"class", "function", "variable"}]
    decl = next(iter([*exported, *named]), None)
    return facts.decls[0].name_span if decl is None else decl.name_span


def _is_tested(ctx: Context, provider: Provider) -> bool:
    """Whether an assertion of a test of the provider names the tenant."""
    tests = dict.fromkeys(path for path in provider.files if ctx.view.is_test(path))
    if any(_asserts_tenant(ctx, path) for path in tests):
        return True
    return any(
        _asserts_tenant(ctx, edge.importer)
        for service in services(ctx, provider)
        for edge in ctx.view.importers(service)
        if edge.importer not in tests and ctx.view.is_test(edge.importer)
    )


def _asserts_tenant(ctx: Context, path: str) -> bool:
    from fourlayer.syntax import nodes as n
    from fourlayer.syntax.chains import chains

    tenancy = ctx.settings.tenancy
    names = [*tenancy.columns, *tenancy.fields]
    data = ctx.view.read(path) or b""
    if not any(name.encode() in data for name in names):
        return False
    facts = ctx.view.facts(path)
    if facts is None:
        return False
    wanted = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names))
    for decl in facts.decls:
        if not any(name.encode() in decl.data for name in names):
            continue
        for chain in chains(decl):
            head = chain.head.name if isinstance(chain.head, n.Name) else ""
            if head.startswith(("expect", "assert")) and wanted.search(decl.text_of(chain.node)):
                return True
    return False


rule = UntestedTenantIsolation()
