"""default-export: a provider exports something as default."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan, TextEdit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Export, FileFacts

_TOOL_CONFIGURATION = re.compile(r"(?:^|[./-])(?:config|workspace|setup)\.[mc]?tsx?$")
_KIND = "name-export"


class DefaultExport:
    """Judges the exports of one file."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report every default export; tool configuration files must have theirs."""
        if _TOOL_CONFIGURATION.search(target.rpartition("/")[2]):
            return
        facts = ctx.view.facts(target)
        if facts is None:
            return
        provider = ctx.view.provider_of(target)
        for export in _defaults(facts):
            what = f"`{export.local}`" if export.local not in (None, "default") else "a value without a name"
            yield Finding(
                rule="default-export",
                path=target,
                span=export.span,
                message=(
                    f"{what} is exported as default: every importer may call it something else, so the "
                    "integration's parts cannot be found by name or re-exported from `index.ts`."
                ),
                help="Export it by name and import it by that name.",
                key=export.local or "default",
                provider=provider.name if provider is not None else None,
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Offer the named export; safe where every importer is found and can be rewritten."""
        from fourlayer_rules.boundaries.default_export.naming import exported_name
        from fourlayer_rules.derive.importers import DEFAULT, Renaming, is_published, rewrite_importers

        export = _find(ctx, finding)
        facts = ctx.view.facts(finding.path)
        if export is None or facts is None:
            return
        name = exported_name(facts, export, finding.path)
        if name is None:
            return
        rewritten = rewrite_importers(ctx.view, finding.path, Renaming(DEFAULT, name))
        whole = rewritten.complete and not is_published(ctx.view, finding.path)
        files = len(rewritten.edits)
        where = "" if files == 0 else f" and in {files} importing file{'s' if files > 1 else ''}"
        yield FixPlan(
            _KIND,
            f"Export `{name}` by name here{where}",
            "safe" if whole else "unsafe",
            "workspace",
            preferred=True,
        )

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Name the export and rewrite the importers."""
        from fourlayer_rules.boundaries.default_export.naming import exported_name, local_edit
        from fourlayer_rules.derive.importers import DEFAULT, Renaming, rewrite_importers

        export = _find(ctx, finding)
        facts = ctx.view.facts(finding.path)
        if export is None or facts is None or plan.kind != _KIND:
            return None
        name = exported_name(facts, export, finding.path)
        own = local_edit(facts, export, name) if name is not None else None
        if name is None or own is None:
            return None
        rewritten = rewrite_importers(ctx.view, finding.path, Renaming(DEFAULT, name))
        edits: dict[str, tuple[TextEdit, ...]] = dict(rewritten.edits)
        edits[finding.path] = (*own, *edits.get(finding.path, ()))
        return Change(edits)


def _defaults(facts: FileFacts) -> Iterator[Export]:
    for export in facts.exports:
        if export.name == "default" and export.kind in ("default", "named", "from"):
            yield export


def _find(ctx: Context, finding: Finding) -> Export | None:
    facts = ctx.view.facts(finding.path)
    if facts is None:
        return None
    return next((export for export in _defaults(facts) if export.span == finding.span), None)


rule = DefaultExport()
