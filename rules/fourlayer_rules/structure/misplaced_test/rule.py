"""misplaced-test: a test stands beside its source instead of in `__tests__/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.layout import is_declaration
from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer_rules.derive.anchor import first_statement
from fourlayer_rules.derive.testing import is_test_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context

_ID = "misplaced-test"
_KIND = "move-test"
_FOLDER = "__tests__"


class MisplacedTest:
    """One finding a test."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Judge one test file."""
        provider = ctx.view.provider_of(target)
        if provider is None or not _is_beside_source(ctx, provider, target):
            return
        name = target.rpartition("/")[2]
        yield Finding(
            rule=_ID,
            path=target,
            span=first_statement(ctx, target),
            message=(
                f"`{name}` stands beside its source: whoever looks for the tests of `{provider.path}/`, or "
                "leaves them out of a build, goes by `__tests__/`."
            ),
            help=f"Move it to `{provider.path}/{_FOLDER}/`.",
            key=target[len(provider.path) + 1 :],
            provider=provider.name,
        )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Move it, safe where everything that names it or that it names is rewritten."""
        from fourlayer_rules.structure.misplaced_test._move import relocation

        provider = ctx.view.provider_of(finding.path)
        found = relocation(ctx, provider, finding.path) if provider is not None else None
        if provider is None or found is None:
            return
        title = f"Move it to {found.to[len(provider.path) + 1 :]}"
        if found.left:
            title += f" (check by hand: {', '.join(found.left)})"
        yield FixPlan(_KIND, title, "unsafe" if found.left else "safe", "workspace", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Move the test, its snapshots, and what names it."""
        from fourlayer_rules.structure.misplaced_test._move import relocation

        provider = ctx.view.provider_of(finding.path)
        found = relocation(ctx, provider, finding.path) if provider is not None else None
        return found.change if found is not None and plan.kind == _KIND else None


def _is_beside_source(ctx: Context, provider: Provider, path: str) -> bool:
    """Whether a test lies outside of `__tests__`, in a folder that holds code which is no test."""
    folders = path[len(provider.path) + 1 :].split("/")[:-1]
    if is_declaration(path) or not is_test_name(path) or _FOLDER in folders:
        return False
    folder = path.rpartition("/")[0]
    return any(
        other.rpartition("/")[0] == folder and not ctx.view.is_test(other) and not is_declaration(other)
        for other in provider.files
    )


rule = MisplacedTest()
