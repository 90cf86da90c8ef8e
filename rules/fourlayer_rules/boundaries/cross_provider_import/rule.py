"""cross-provider-import: one provider imports another, or shared code imports a provider."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.exports import public_names
from fourlayer.project.tree import parent
from fourlayer.rule.model import Finding, Related
from fourlayer.syntax.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fourlayer.project.exports import Origin
    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, FixPlan
    from fourlayer.syntax.facts import FileFacts, Import


class _Taken(NamedTuple):
    """Another provider that an import leads to: where, and by which names (none: as a whole)."""

    provider: Provider
    path: str
    names: tuple[str, ...]


class CrossProviderImport:
    """Judges the imports of one file of a provider or of the shared code."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report each import that leads to another provider, be it through a barrel."""
        view = ctx.view
        own = view.provider_of(target)
        facts = view.facts(target) if own is not None or view.is_shared(target) else None
        for item in facts.imports if facts is not None else ():
            if facts is None or not item.trusted or item.kind == "mock":
                continue
            path = view.resolve(item.specifier, target).path
            taken = _taken(view, facts, item, path, own) if path is not None else None
            if taken is not None:
                yield _finding(target, item, own, taken)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """None: where the shared part belongs is a decision."""
        yield from ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """None."""
        return None


rule = CrossProviderImport()


def _taken(view: View, facts: FileFacts, item: Import, path: str, own: Provider | None) -> _Taken | None:
    provider = view.provider_of(path)
    if provider is not None:
        return None if provider == own else _Taken(provider, path, ())
    if view.is_shared(path) or not any(parent(path) == each.root for each in view.providers):
        return None
    # A barrel beside the providers: what is taken out of it decides.
    public = public_names(view, path)
    found: dict[str, str] = {}
    for name in _names(facts, item, public):
        origin = public.get(name)
        if origin is not None and origin.path is not None:
            other = view.provider_of(origin.path)
            if other is not None and other != own:
                found[name] = origin.path
    if not found:
        return None
    first = next(iter(found.values()))
    owner = view.provider_of(first)
    names = tuple(name for name, at in found.items() if view.provider_of(at) == owner)
    return None if owner is None else _Taken(owner, first, names)


def _names(facts: FileFacts, item: Import, public: Mapping[str, Origin]) -> Iterator[str]:
    """The names that an import takes out of a module, those of a namespace by its members."""
    for name in item.names:
        if name.imported not in ("*", "="):
            yield name.imported
        elif name.local is not None:
            from fourlayer.syntax.references import references

            for use in references(facts, name.local).found:
                if use.member is not None:
                    yield facts.text.slice(*use.member)
        elif item.kind == "export":
            yield from public
        else:
            yield from _called(facts, item)


@cache
def _member() -> re.Pattern[bytes]:
    return re.compile(rb"\s*\)\s*\)?\s*\.\s*([\w$]+)")


@cache
def _destructuring() -> re.Pattern[bytes]:
    return re.compile(rb"\{([^{}]*)\}\s*=\s*(?:await\s+)?$")


def _called(facts: FileFacts, item: Import) -> Iterator[str]:
    """The names taken out of `import()`, `require()` or `import("x").Type` where they stand beside it."""
    data = facts.text.data
    after = _member().match(data, item.span.end)
    if after is not None:
        yield after.group(1).decode("utf-8", "replace")
    before = _destructuring().search(data[max(0, item.stmt.start - 400) : item.stmt.start])
    if before is not None:
        for part in before.group(1).decode("utf-8", "replace").split(","):
            yield part.partition(":")[0].strip()


def _finding(path: str, item: Import, own: Provider | None, taken: _Taken) -> Finding:
    other = taken.provider.name
    names = ", ".join(f"`{name}`" for name in taken.names)
    what = f"{names} of the `{other}` integration" if names else f"the `{other}` integration"
    if own is None:
        who, why = (
            "Shared code imports",
            "every integration that uses it would then load and break with that one",
        )
        todo = "Turn it round: let the integration hand in what differs, or move this code into it."
    else:
        who = f"The `{own.name}` integration imports"
        why = "a change or an outage of one would then break the other"
        todo = (
            "Move what both need to the shared code, or let the caller that uses both integrations "
            "hand over the data."
        )
    return Finding(
        rule="cross-provider-import",
        path=path,
        span=item.span,
        message=f"{who} {'types of ' if item.type_only and not names else ''}{what}: {why}.",
        help=todo,
        related=(Related("this belongs to another integration", taken.path, Span(0, 0)),),
        key=item.specifier,
        provider=own.name if own is not None else None,
    )
