"""Reports suppression comments that name a rule which does not exist."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan, TextEdit

if TYPE_CHECKING:
    from fourlayer.rule.context import Context

_ID = "unknown-rule"


class UnknownRule:
    """A comment that names no rule at all counts too: there is no blanket suppression."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        """One finding a name."""
        for comment in ctx.view.suppressions(target):
            if not comment.rules:
                yield Finding(
                    _ID,
                    target,
                    comment.span,
                    "This comment names no rule, so it suppresses nothing: there is no blanket suppression.",
                    "Name the rules: `// fourlayer-ignore <rule>, <rule>: <reason>`.",
                )
            for name in comment.rules:
                if name.known:
                    continue
                help_ = (
                    f"Did you mean `{name.closest}`?" if name.closest else "Correct the name, or remove it."
                )
                yield Finding(
                    _ID,
                    target,
                    name.span,
                    f"There is no rule `{name.id}`, so this comment does not suppress what it was meant for.",
                    help_,
                    key=name.id,
                    data={"closest": name.closest},
                )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """Naming the rule that was probably meant, where one is close."""
        closest = finding.data.get("closest")
        if isinstance(closest, str):
            yield FixPlan(
                "use-closest-rule", f"Replace by `{closest}`", "unsafe", preferred=True, argument=closest
            )

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Replace the name and leave its argument."""
        start = finding.span.start
        end = start + len(finding.key.encode())
        return Change({finding.path: (TextEdit(start, end, plan.argument),)})


rule = UnknownRule()
