"""Reports unit tests that talk to a real service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, NamedTuple

from fourlayer.rule.model import Change, Finding, FixPlan, Related
from fourlayer.syntax.glob import globs

if TYPE_CHECKING:
    from fourlayer.rule.context import Context

_ID = "unmocked-sdk"


class Options(NamedTuple):
    """Options of this rule."""

    live_tests: Annotated[
        tuple[str, ...], "Globs of tests that are meant to talk to real services, and run apart."
    ] = (
        "**/*.integration.{test,spec}.*",
        "**/*.e2e.*",
        "**/{integration,integration-tests,e2e}/**",
    )


class UnmockedSdk:
    """One finding a test file, at the first call that leaves the process."""

    options = Options

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        """Judge one test file."""
        options = ctx.options if isinstance(ctx.options, Options) else Options()
        if globs(options.live_tests).match(target):
            return
        from fourlayer_rules.tests.unmocked_sdk._calls import first_call, is_surely_covered

        facts = None if is_surely_covered(ctx, target) else ctx.view.facts(target)
        if facts is None:
            return
        call = first_call(ctx, target, facts)
        if call is None:
            return
        outside = call.outside
        place = outside.place(ctx.view)
        what = (
            "the network with `fetch`" if outside.what == "fetch" else f"the service behind `{outside.what}`"
        )
        yield Finding(
            _ID,
            target,
            call.span,
            f"`{call.name}` reaches {what}, and nothing in this test stands in for it: "
            "the test fails when the service is down, and changes real data when it is not.",
            f"Mock {_stand_in(outside.what)}, or name the file `*.integration.test.ts` and run it apart.",
            related=(
                ()
                if outside.path == target or place is None
                else (Related("Here the call leaves the process.", outside.path, place),)
            ),
            key=call.name,
        )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """None: what the service would answer is for a person to say."""
        return ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """None."""
        return None


def _stand_in(what: str) -> str:
    return '`fetch` (`vi.stubGlobal("fetch", ...)`)' if what == "fetch" else f'it (`vi.mock("{what}")`)'


rule = UnmockedSdk()
