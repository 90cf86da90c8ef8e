"""missing-file: a file that every integration must have is absent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer_rules.derive.anchor import anchor_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer_rules.derive.names import Kind

_ID = "missing-file"

_PURPOSE = {
    "config.ts": "without validated settings a wrong environment shows up at the first call in production",
    "errors.ts": "without the provider's own error class callers cannot tell what may be retried",
    "health.ts": "without a health check nobody sees that the service is down",
    "types.ts": "without typed records its data spreads as shapes that nobody checks",
    "index.ts": "without a public surface everything inside is public",
}


class _Required(NamedTuple):
    """One entry of the required files: the name that is reported, and every name that satisfies it."""

    name: str
    names: tuple[str, ...]


class MissingFile:
    """Judges one provider's folder."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report each required file that is absent, on the file in which a person sees it."""
        provider = ctx.view.provider(target)
        if provider is None:
            return
        missing = list(_missing(ctx, provider))
        if not missing:
            return
        path, span = anchor_of(ctx, provider)
        for entry in missing:
            purpose = _PURPOSE.get(entry.name, "every integration has it")
            yield Finding(
                rule=_ID,
                path=path,
                span=span,
                message=f"`{provider.path}/` has no `{' or '.join(entry.names)}`: {purpose}.",
                help=f"Create `{entry.name}`; the fix derives it from the provider's own code.",
                key=entry.name,
                provider=provider.name,
                severity="warning" if entry.name == "types.ts" else None,
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Create the file, or everything that is missing."""
        provider = ctx.view.provider(finding.provider or "")
        if provider is None:
            return
        kinds = _creatable(ctx, provider)
        if any(name == finding.key for name, _ in kinds):
            yield FixPlan("create-file", f"Create {finding.key}", "safe", "workspace", preferred=True)
            if len(kinds) > 1:
                yield FixPlan("create-all", "Create all missing files", "safe", "workspace")

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Write the files and let the adapter use them."""
        from fourlayer_rules.templates.creation import create

        provider = ctx.view.provider(finding.provider or "")
        if provider is None:
            return None
        kinds: list[Kind] = [
            kind
            for name, kind in _creatable(ctx, provider)
            if plan.kind == "create-all" or name == finding.key
        ]
        return create(ctx.view, ctx.settings, provider, kinds) if kinds else None


def _missing(ctx: Context, provider: Provider) -> Iterator[_Required]:
    for entry in ctx.settings.conventions.required_files:
        required = _required(entry, provider)
        if not any(_is_there(ctx, provider, name) for name in required.names):
            yield required


def _required(entry: str, provider: Provider) -> _Required:
    names = tuple(
        part.strip()
        .replace("{Provider}", provider.pascal)
        .replace("{provider}", provider.folder)
        .replace("{PROVIDER}", provider.env_prefix)
        for part in entry.split("|")
        if part.strip()
    )
    return _Required(names[0] if names else entry, names)


def _is_there(ctx: Context, provider: Provider, name: str) -> bool:
    if name == f"{provider.pascal}Adapter.ts" and provider.adapter is not None:
        return True
    return ctx.view.exists(f"{provider.path}/{name}")


def _creatable(ctx: Context, provider: Provider) -> list[tuple[str, Kind]]:
    """The absent files that there is a template for. A second adapter is never written beside a first."""
    from fourlayer_rules.derive.names import kind_of

    found: list[tuple[str, Kind]] = []
    for required in _missing(ctx, provider):
        kind = kind_of(required.name)
        if kind is None or (kind == "adapter" and not _may_have_adapter(ctx, provider)):
            continue
        found.append((required.name, kind))
    return found


def _may_have_adapter(ctx: Context, provider: Provider) -> bool:
    from fourlayer_rules.derive.shared import base_class

    if any(path.endswith("Adapter.ts") and not ctx.view.is_test(path) for path in provider.files):
        return False
    return base_class(ctx.view, provider, ctx.settings.conventions.base_class) is not None


rule = MissingFile()
