"""wildcard-export: a provider's public surface exports whatever another module exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Finding, FixPlan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change
    from fourlayer.syntax.facts import Export, FileFacts

_KIND = "expand"


class WildcardExport:
    """Judges the `index.ts` of each provider."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report each `export *`, and each namespace that is exported as one name."""
        provider = ctx.view.provider_of(target)
        if provider is None or target != provider.entry:
            return
        facts = ctx.view.facts(target)
        for export in facts.exports if facts is not None else ():
            if facts is None or not _is_sound(facts, export):
                continue
            module = _module(facts, export)
            if module is None:
                continue
            named = export.kind != "all"
            what = f"`{export.name}` is all of `{module}`" if named else f"This exports all of `{module}`"
            yield Finding(
                rule="wildcard-export",
                path=target,
                span=export.span,
                message=(
                    f"{what}: whatever is exported there becomes public at once, the provider's insides too, "
                    "and nobody sees it here."
                ),
                help=(
                    f"Export by name what others need of `{module}`, and let them import those names."
                    if named
                    else f"Export by name what others need of `{module}`."
                ),
                key=module,
                provider=provider.name,
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """List the names, where they can be known for sure; a namespace has users who write `ns.name`."""
        from fourlayer_rules.boundaries.wildcard_export import _expand

        if _expand.edits(ctx.view, finding) is not None:
            yield FixPlan(_KIND, "Export the names one by one", "safe", "document", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Put the names in the place of the star."""
        from fourlayer.rule.model import Change
        from fourlayer_rules.boundaries.wildcard_export import _expand

        edits = _expand.edits(ctx.view, finding) if plan.kind == _KIND else None
        return Change({finding.path: edits}) if edits else None


rule = WildcardExport()


def _is_sound(facts: FileFacts, export: Export) -> bool:
    return any(decl.trusted for decl in facts.decls if decl.start == export.stmt.start)


def _module(facts: FileFacts, export: Export) -> str | None:
    """The module that is exported as a whole, as written; None for an export of names."""
    if export.kind in ("all", "namespace"):
        return export.specifier
    if export.kind != "named":
        return None
    for item in facts.imports:
        if item.kind == "import":
            for name in item.names:
                if name.local == export.local and name.imported == "*":
                    return item.specifier
    return None
