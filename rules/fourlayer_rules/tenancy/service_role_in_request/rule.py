"""service-role-in-request: code that answers requests uses a client that bypasses row-level security."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.summaries.service_role import (
    is_justified,
    makes_service_role,
    possible_makers,
    service_role_calls,
)
from fourlayer.rule.model import Finding
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of
from fourlayer.syntax.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, FixPlan
    from fourlayer.syntax.facts import Decl, FileFacts

_RULE = "service-role-in-request"
_LAYERS = ("api", "service")
_OWN = ("function", "variable")
_NEAR = 80
"""Bytes after a name within which the parenthesis of its call stands."""


class ServiceRoleInRequest:
    """Judges the clients that API and service code makes."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report every service-role client of a file without a reason."""
        layer = ctx.view.layer_of(target)
        if layer not in _LAYERS:
            return
        allowed = ctx.settings.layers.get(layer)
        if allowed is not None and "service-role-clients" in allowed.may_use:
            return
        facts = ctx.view.facts(target)
        if facts is None:
            return
        for decl, call, name in _calls(ctx, target, facts):
            span = Span(decl.start + call.callee.start, decl.start + call.callee.end)
            if not is_justified(facts, decl, call):
                yield _finding(ctx, target, facts, decl, span, name, layer)

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """None: where the client comes from instead is a decision."""
        return ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """None."""
        return None


def _calls(ctx: Context, path: str, facts: FileFacts) -> Iterator[tuple[Decl, n.Call, str]]:
    """The calls that make such a client, those of the workspace's own makers included, in source order."""
    symbols = ctx.settings.symbols
    found = {
        (decl.start + call.start, call): (decl, call, name)
        for decl, call, name in service_role_calls(
            facts, symbols.service_role_clients, symbols.database_modules
        )
        if not _is_maker(ctx, path, facts, decl)
    }
    for decl, call, name in _of_workspace(ctx, path, facts):
        found.setdefault((decl.start + call.start, call), (decl, call, name))
    return iter([found[key] for key in sorted(found, key=lambda key: key[0])])


def _is_maker(ctx: Context, path: str, facts: FileFacts, decl: Decl) -> bool:
    """Whether a function hands the client to whoever calls it: the calls are judged then."""
    name = decl.name
    return decl.owner is None and name is not None and makes_service_role(ctx.view, path, facts, name)


def _of_workspace(ctx: Context, path: str, facts: FileFacts) -> Iterator[tuple[Decl, n.Call, str]]:
    makers = _makers(ctx, path, facts)
    for decl in facts.all_decls() if makers else ():
        if decl.members or decl.kind in ("import", "interface", "type", "export", "enum"):
            continue
        wanted = [name for name in makers if name.encode() in decl.data]
        if not wanted or _is_maker(ctx, path, facts, decl):
            continue
        free = scopes_of(decl).free
        uses = {use for name in wanted for use in free.get(name, ())}
        for node in walk(decl.node):
            if isinstance(node, n.Call) and isinstance(node.callee, n.Name) and node.callee in uses:
                yield decl, node, node.callee.name


def _makers(ctx: Context, path: str, facts: FileFacts) -> tuple[str, ...]:
    """The names that a file calls and that are functions of the workspace that return such a client."""
    possible = possible_makers(ctx.view) | {"default"}
    data = facts.text.data
    own = [decl.name for decl in facts.decls if decl.kind in _OWN and decl.name in possible]
    names = {name for name in own if _is_called(data, name.encode())}
    for item in facts.imports:
        if item.kind != "import" or item.type_only:
            continue
        taken = {
            bound.local: bound.imported
            for bound in item.names
            if bound.local is not None and _is_called(data, bound.local.encode())
        }
        others = [origin for origin in taken.values() if origin not in possible]
        renamed = _renamed(ctx, item.specifier, path, others)
        names.update(local for local, origin in taken.items() if origin in possible or origin in renamed)
    return tuple(sorted(name for name in names if makes_service_role(ctx.view, path, facts, name)))


def _is_called(data: bytes, name: bytes) -> bool:
    """Whether a name stands before a parenthesis."""
    at = data.find(name)
    while at >= 0:
        end = at + len(name)
        if data[end : end + _NEAR].lstrip()[:1] == b"(":
            return True
        at = data.find(name, end)
    return False


def _renamed(ctx: Context, specifier: str, importer: str, names: Iterable[str]) -> list[str]:
    """The names that a module may export for what is called otherwise where it is declared."""
    target = ctx.view.resolve(specifier, importer).path if names else None
    data = (ctx.view.read(target) or b"") if target is not None else b""
    return [name for name in names if b" as " + name.encode() in data]


def _finding(
    ctx: Context, path: str, facts: FileFacts, decl: Decl, span: Span, name: str, layer: str
) -> Finding:
    provider = ctx.view.provider_of(path)
    who = "An API handler" if layer == "api" else "A service"
    return Finding(
        rule=_RULE,
        path=path,
        span=span,
        message=(
            f"{who} uses the service-role client of `{name}`: it bypasses row-level security, so that one "
            "forgotten filter shows a request every tenant's rows."
        ),
        help=(
            "Take the request's own client as a parameter, or move the work into a job; where it must be, "
            "say why in a comment above: `// service-role:justified <reason>`."
        ),
        scope=decl.qualified_name,
        key=facts.text.slice(span.start, span.end),
        provider=provider.name if provider is not None else None,
    )


rule = ServiceRoleInRequest()
