"""unvalidated-input: a handler uses a request's body, query or parameters as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple, cast

from fourlayer_rules.webhooks._judge import finding, judged, judged_inputs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.summaries.labels import Label
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, Finding, FixPlan
    from fourlayer_rules.webhooks._judge import Verdict


class Options(NamedTuple):
    """What counts as input."""

    path_parameters: Annotated[
        bool, "Judge parameters in the path (`/deals/:id`) too; they are strings in any case."
    ] = False


class UnvalidatedInput:
    """Judges the handlers of one file that are no webhooks."""

    options = Options

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report handlers whose input reaches a use without a schema."""
        options = cast("Options", ctx.options)
        wanted = _PATH_TOO if options.path_parameters else _INPUT
        for verdict in (*judged(ctx, target), *judged_inputs(ctx, target, wanted)):
            flaw = _flaw(verdict, options) if verdict.handler.kind != "webhook" else None
            if flaw is None:
                continue
            message = f"This handler uses {flaw} as it came: whatever a client sends goes on from here."
            help_ = (
                f"Parse it with a {ctx.settings.conventions.validation} schema, and use what that returns."
            )
            yield finding(ctx, "unvalidated-input", verdict, message, help_)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Which fields a client may leave out, no code tells."""
        yield from ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """See `plans`."""
        return None


_INPUT: frozenset[Label] = frozenset({"raw", "input"})
_PATH_TOO: frozenset[Label] = frozenset({*_INPUT, "param"})
_PARTS = (("raw", "body"), ("input", "query"), ("param", "path parameters"))


def _flaw(verdict: Verdict, options: Options) -> str | None:
    """The parts of the request that are used as they came."""
    found = set(verdict.effects.raw)
    if verdict.handler.kind == "inbound" and "answered" in found and "parsed" not in verdict.effects.may:
        found.add("raw")
    if not options.path_parameters and not found & {"raw", "input"}:
        return None
    parts = [part for label, part in _PARTS if label in found]
    return f"the request's {' and '.join(parts)}" if parts else None


rule = UnvalidatedInput()
