"""leaked-internal: a public surface exports a vendor's type, a client helper or a raw payload."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.exports import Origin, public_names
from fourlayer.rule.model import Finding, FixPlan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change
    from fourlayer.syntax.facts import Export, FileFacts

_KIND = "stop-exporting"


class Shown(NamedTuple):
    """A name on the surface, where it stands there, and what is behind it."""

    name: str
    export: Export
    origin: Origin


class LeakedInternal:
    """Judges the `index.ts` of each provider."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report each public name that gives away how the integration is made."""
        provider = ctx.view.provider_of(target)
        facts = ctx.view.facts(target) if provider is not None and target == provider.entry else None
        if provider is None or facts is None:
            return
        from fourlayer_rules.boundaries.leaked_internal._leaks import leak_of

        for shown in _shown(ctx.view, facts, target):
            leak = leak_of(ctx, provider, shown)
            if leak is not None:
                yield Finding(
                    rule="leaked-internal",
                    path=target,
                    span=shown.export.span,
                    message=leak.message,
                    help=leak.help,
                    certainty=leak.certainty,
                    key=shown.name,
                    provider=provider.name,
                )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Take the name off the surface, where nobody imports it from there."""
        if self._edits(ctx, finding) is not None:
            yield FixPlan(_KIND, f"Stop exporting `{finding.key}`", "unsafe", "workspace")

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Remove the name here, and where another index passes it on."""
        return self._edits(ctx, finding) if plan.kind == _KIND else None

    def _edits(self, ctx: Context, finding: Finding) -> Change | None:
        from fourlayer_rules.boundaries.leaked_internal._fix import stop_exporting

        provider = ctx.view.provider_of(finding.path)
        return None if provider is None else stop_exporting(ctx.view, provider, finding)


rule = LeakedInternal()


def _shown(view: View, facts: FileFacts, path: str) -> Iterator[Shown]:
    """The names of the surface in the order in which they stand there."""
    own: dict[str, Export] = {}
    stars: list[Export] = []
    sound = {decl.start for decl in facts.decls if decl.trusted}
    for export in facts.exports:
        if export.stmt.start in sound:
            if export.kind == "all":
                stars.append(export)
            else:
                own.setdefault(export.name, export)
    public = public_names(view, path)
    for name, export in own.items():
        if name in public:
            yield Shown(name, export, public[name])
    for export in stars:
        yield from _behind(view, path, export, {name: public[name] for name in public if name not in own})


def _behind(view: View, path: str, star: Export, public: dict[str, Origin]) -> Iterator[Shown]:
    """The names that an `export *` adds; of a package, which is not read, all of them as one."""
    specifier = star.specifier or ""
    target = view.resolve(specifier, path).path
    if target is None:
        yield Shown("*", star, Origin(None, "*", specifier=specifier, importer=path))
        return
    for name in public_names(view, target):
        if name in public:
            yield Shown(name, star, public[name])
