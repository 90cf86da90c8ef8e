"""unregistered-health-check: a provider's health check is in no registry, or where nothing runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Finding, FixPlan
from fourlayer_rules.derive.health import health_checks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change
    from fourlayer_rules.derive.health import Check
    from fourlayer_rules.health._registration import Outcome
    from fourlayer_rules.health._registry import Registry

_ID = "unregistered-health-check"
_KIND = "register"


class UnregisteredHealthCheck:
    """Judges the health checks that one provider exports, together: one of them is enough."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report the first check where none of them is registered by code that a process runs."""
        provider = ctx.view.provider(target)
        checks = health_checks(ctx, provider) if provider is not None else ()
        if provider is None or not checks:
            return
        from fourlayer_rules.derive.processes import inert_without_roots
        from fourlayer_rules.health._registry import registries

        known = registries(ctx)
        if not known:
            names = ", ".join(f"`{name}`" for name in ctx.settings.symbols.health_registry)
            ctx.view.inert(_ID, f"the workspace has no health registry ({names})")
            return
        if not ctx.view.roots:
            inert_without_roots(ctx, _ID)
            return
        outcome = _outcome(ctx, provider, checks)
        if outcome.verdict != "registered":
            yield _finding(ctx, provider, checks[0], known[0], outcome)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Write `register.ts`, unless the check is registered already where nothing runs it."""
        from fourlayer_rules.health.unregistered_health_check._fix import change_of

        if finding.data.get("verdict") == "absent" and change_of(ctx, finding) is not None:
            provider = ctx.view.provider(finding.provider or "")
            path = f"{provider.folder}/register.ts" if provider is not None else "register.ts"
            yield FixPlan(_KIND, f"Register `{finding.key}` in {path}", "unsafe", "workspace", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Create or extend `register.ts`, and what it needs."""
        from fourlayer_rules.health.unregistered_health_check._fix import change_of

        return change_of(ctx, finding) if plan.kind == _KIND else None


def _outcome(ctx: Context, provider: Provider, checks: Sequence[Check]) -> Outcome:
    from fourlayer_rules.health._registration import outcome_of

    starts = {(check.path, check.name) for check in checks}
    starts |= {(check.declared.path, check.declared.decl.name or check.name) for check in checks}
    files = (checks[0].path, *(path for path in (provider.entry,) if path is not None))
    return outcome_of(ctx.view, sorted(starts), files)


def _finding(ctx: Context, provider: Provider, check: Check, registry: Registry, outcome: Outcome) -> Finding:
    message, remedy = _told(ctx, check, registry, outcome)
    return Finding(
        rule=_ID,
        path=check.path,
        span=check.span,
        message=message,
        help=remedy,
        certainty="unverifiable" if outcome.verdict == "unknown" else "violation",
        scope=check.name if check.is_here else "",
        key=check.name,
        provider=provider.name,
        data={"verdict": outcome.verdict},
    )


def _told(ctx: Context, check: Check, registry: Registry, outcome: Outcome) -> tuple[str, str]:
    """What is wrong, and what to do."""
    from fourlayer_rules.derive.processes import likely_root

    why = "nobody sees when the service is down, and the list of dependencies passes it over"
    root = likely_root(ctx)
    where = f", such as `{root}`" if root is not None else ""
    if outcome.verdict == "unknown":
        return (
            (
                f"Whether `{check.name}` is registered cannot be told: `{outcome.path}` may do it in a way "
                "that only shows when it runs."
            ),
            "Hand the check to the registry by name.",
        )
    if outcome.verdict == "idle":
        by = f"`{outcome.name}` in `{outcome.path}`" if outcome.name else f"`{outcome.path}`"
        return (
            f"`{check.name}` is registered by {by}, which no process runs: {why}.",
            f"Call it from where a process is put together{where}.",
        )
    return (
        f"`{check.name}` is registered nowhere: {why}.",
        (
            f"Register it with `{registry.name}` (`{registry.path}`) in `register.ts`, and call that from "
            f"where a process is put together{where}."
        ),
    )


rule = UnregisteredHealthCheck()
