"""undocumented-integration: the README lacks a provider, the layer rule or the import restrictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer.syntax.span import Span
from fourlayer_rules.derive.anchor import anchor_of, first_statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer_rules.structure.undocumented_integration._readme import Readme

_ID = "undocumented-integration"
_LACKS = {
    "layers": "the 4-layer rule (which layer calls which)",
    "imports": "the import restrictions (who may import what)",
}


class UndocumentedIntegration:
    """Judges the document beside the providers, root by root."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report providers that the README does not mention, and once what the README itself lacks."""
        from fourlayer_rules.structure.undocumented_integration._readme import Readme, readme_path

        for root, providers in _by_root(ctx).items():
            path = readme_path(ctx.view, root)
            data = ctx.view.read(path) if path is not None else None
            if path is None or data is None:
                yield _absent(ctx, root, providers)
                continue
            readme = Readme(data)
            yield from _lacking(ctx, path, readme)
            mentioned = readme.mentioned(providers)
            for provider in providers:
                if provider.path not in mentioned:
                    yield _undocumented(ctx, path, provider)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Add the provider, the missing sections, or the whole document."""
        if finding.data.get("lacks") is not None:
            title = "Add what the standard asks for to the README"
            yield FixPlan("add-standard", title, "safe", "workspace", preferred=True)
        elif finding.data.get("root") is not None:
            yield FixPlan("document", "Create the README", "safe", "workspace", preferred=True)
        else:
            title = f"Add `{finding.key}` to the README"
            yield FixPlan("document", title, "safe", "workspace", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Write into the README in its own style."""
        from fourlayer_rules.structure.undocumented_integration import _fix

        if plan.kind == "add-standard":
            return _fix.add_standard(ctx, finding.path)
        root = finding.data.get("root")
        if isinstance(root, str):
            return _fix.create(ctx, root, _by_root(ctx).get(root, []))
        provider = ctx.view.provider(finding.provider or "")
        siblings = _by_root(ctx).get(provider.root, []) if provider is not None else []
        return _fix.document(ctx, provider, siblings) if provider is not None else None


def _by_root(ctx: Context) -> dict[str, list[Provider]]:
    found: dict[str, list[Provider]] = {}
    for provider in ctx.view.providers:
        found.setdefault(provider.root, []).append(provider)
    return found


def _absent(ctx: Context, root: str, providers: Sequence[Provider]) -> Finding:
    index = f"{root}/index.ts" if root else "index.ts"
    if ctx.view.exists(index):
        path, span = index, first_statement(ctx, index)
    else:
        path, span = anchor_of(ctx, providers[0])
    return Finding(
        rule=_ID,
        path=path,
        span=span,
        message=(
            f"`{root or '.'}/` has no README.md: nothing says which integrations there are, how they are "
            "built and who may import them."
        ),
        help="Create it; the fix lists the providers, the layer rule and the import restrictions.",
        scope=root,
        key="README.md",
        data={"root": root},
    )


def _lacking(ctx: Context, path: str, readme: Readme) -> Iterator[Finding]:
    lacks = readme.lacks(tuple(ctx.settings.layers))
    if lacks:
        yield Finding(
            rule=_ID,
            path=path,
            span=Span(*readme.heading),
            message=(
                f"`{path}` does not state {' nor '.join(_LACKS[one] for one in lacks)}: who reads it builds "
                "against the standard without knowing."
            ),
            help="Add a short section; the fix writes it from the configuration.",
            key="standard",
            data={"lacks": list(lacks)},
        )


def _undocumented(ctx: Context, path: str, provider: Provider) -> Finding:
    at, span = anchor_of(ctx, provider)
    return Finding(
        rule=_ID,
        path=at,
        span=span,
        message=(
            f"`{provider.folder}` is not in `{path}`: a service that nobody listed is a dependency that "
            "nobody watches or budgets for."
        ),
        help="Add it to the list of integrations there.",
        key=provider.folder,
        provider=provider.name,
    )


rule = UndocumentedIntegration()
