"""unpublished-integration: a provider is missing from the package's index.ts or from its exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer_rules.derive.anchor import anchor_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context


class UnpublishedIntegration:
    """Judges whether a provider can be imported like its siblings."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report a provider that the package's index or exports pass over, once for both."""
        from fourlayer_rules.structure.unpublished_integration._published import missing_from

        provider = ctx.view.provider(target)
        if provider is None or provider.entry is None:
            return
        missing = missing_from(ctx, provider)
        if not missing:
            return
        path, span = anchor_of(ctx, provider)
        yield Finding(
            rule="unpublished-integration",
            path=path,
            span=span,
            message=f"`{provider.folder}` is missing from {_told(missing)}.",
            help="Publish it there like the other providers.",
            key="published",
            provider=provider.name,
        )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Publish it everywhere it is missing."""
        from fourlayer_rules.structure.unpublished_integration._fix import publish
        from fourlayer_rules.structure.unpublished_integration._published import missing_from

        provider = ctx.view.provider(finding.provider or "")
        if provider is None or publish(ctx, provider) is None:
            return
        places = " and ".join(place.rpartition("/")[2] for place in missing_from(ctx, provider))
        title = f"Add `{provider.folder}` to {places}"
        yield FixPlan("publish", title, "safe", "workspace", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Write the export and the entry as their neighbours are written."""
        from fourlayer_rules.structure.unpublished_integration._fix import publish

        provider = ctx.view.provider(finding.provider or "")
        return publish(ctx, provider) if provider is not None else None


def _told(missing: tuple[str, ...]) -> str:
    """The places, and what follows for consumers."""
    exports = [place for place in missing if place.endswith("package.json")]
    index = [place for place in missing if place not in exports]
    places = [*(f"`{place}`" for place in index), *(f"the `exports` of `{place}`" for place in exports)]
    if not exports:
        return f"{places[0]}: who imports the package gets every sibling but this one"
    if not index:
        return f"{places[0]}: its subpath does not resolve, so consumers reach into its files"
    return f"{' and '.join(places)}: no consumer can import it, so they reach into its files"


rule = UnpublishedIntegration()
