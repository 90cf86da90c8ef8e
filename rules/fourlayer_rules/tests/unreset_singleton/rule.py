"""unreset-singleton: a module keeps an instance that tests cannot reset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Finding, FixPlan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change
    from fourlayer_rules.tests.unreset_singleton._find import Singleton

_KIND = "add-reset"


class UnresetSingleton:
    """Judges the module-level variables and static fields of one file."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report every instance that lives as long as the module and that nothing sets back."""
        facts = ctx.view.facts(target)
        if facts is None or not facts.trusted:
            return
        from fourlayer_rules.tests.unreset_singleton._find import singletons

        provider = ctx.view.provider_of(target)
        for one in singletons(ctx.view, target, facts):
            yield Finding(
                rule="unreset-singleton",
                path=target,
                span=one.span,
                message=(
                    f"`{one.label}` keeps {one.kept} while the module is loaded, and nothing sets it back: "
                    "what one test leaves in it, the next one finds."
                ),
                help=_help(one),
                key=one.label,
                provider=provider.name if provider is not None else None,
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """A reset function beside the getter, where the initial state can be written down."""
        from fourlayer_rules.tests.unreset_singleton._fix import reset_of

        if reset_of(ctx, finding) is not None:
            title = f"Add a function that sets `{finding.key}` back"
            yield FixPlan(_KIND, title, "safe", "document", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Write the function."""
        from fourlayer_rules.tests.unreset_singleton._fix import change

        return change(ctx, finding) if plan.kind == _KIND else None


def _help(one: Singleton) -> str:
    if one.kind == "constant":
        return (
            "Make it when it is first asked for, in a function, and export another one that resets it; or "
            "hand it in as a parameter."
        )
    if one.kind == "static":
        return "Give the class a static method that sets it back, for the tests to call."
    return "Export a function that sets it back, for the tests to call."


rule = UnresetSingleton()
