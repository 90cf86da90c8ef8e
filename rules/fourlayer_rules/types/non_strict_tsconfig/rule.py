"""non-strict-tsconfig: the compiler is not strict for a package that holds integrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Finding, FixPlan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change

_KIND = "set-strict"
_ID = "non-strict-tsconfig"


class NonStrictTsconfig:
    """Judges the tsconfig of each package that holds a provider or code whose types are judged."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report each tsconfig that leaves a check of `strict` off."""
        from fourlayer_rules.types.non_strict_tsconfig._strictness import governed, strictness_of

        configs, without = governed(ctx)
        for config, packages in configs:
            state = strictness_of(ctx.view, config, packages)
            if state is not None:
                yield Finding(
                    rule=_ID,
                    path=config.path,
                    span=state.span,
                    message=state.message,
                    help=state.help,
                    certainty=state.certainty,
                    related=state.related,
                    key="strict",
                )
        if without and not configs:
            ctx.view.inert(_ID, f"no tsconfig.json governs {without[0] or 'the workspace'}")

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Switch it on in the package's own file."""
        from fourlayer_rules.types.non_strict_tsconfig._fix import edits

        if edits(ctx, finding) is not None:
            yield FixPlan(
                _KIND, f'Set "strict": true in {finding.path}', "unsafe", "document", preferred=True
            )

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Set `strict`, and take away or overrule what switches parts of it off."""
        from fourlayer.rule.model import Change
        from fourlayer_rules.types.non_strict_tsconfig._fix import edits

        found = edits(ctx, finding) if plan.kind == _KIND else None
        return Change({finding.path: found}) if found else None


rule = NonStrictTsconfig()
