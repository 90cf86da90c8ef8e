"""unscoped-rpc: a database function is called without telling it the tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from fourlayer.project.queries.follow import At
from fourlayer.project.queries.rpc import TRIGGER, rpcs_of
from fourlayer.syntax.glob import names_match
from fourlayer_rules.tenancy._anchors import anchored
from fourlayer_rules.tenancy._arguments import told_of
from fourlayer_rules.tenancy._judge import follower_of, is_intact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.project.queries.follow import Follower
    from fourlayer.project.queries.model import Truth
    from fourlayer.project.queries.rpc import Rpc
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, Finding, FixPlan

_RULE = "unscoped-rpc"


class Options(NamedTuple):
    """Options of this rule."""

    global_functions: Annotated[
        tuple[str, ...], "Database functions that touch no tenant's data; `*` matches any text."
    ] = ()


class UnscopedRpc:
    """Judges the calls of database functions."""

    options = Options

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report the calls of a file without a tenant among their arguments."""
        data = ctx.view.read(target)
        if data is None or TRIGGER not in data or not ctx.settings.tenancy.columns:
            return
        facts = ctx.view.facts(target)
        if facts is None:
            return
        follower = follower_of(ctx)
        for call in rpcs_of(facts):
            at = At(target, facts, call.decl, call.node)
            name = _name(at, call, follower)
            if not is_intact(call.decl, call.node) or _is_global(ctx, name):
                continue
            truth = told_of(ctx, at, call, follower)
            if truth == "always":
                continue
            yield anchored(
                ctx,
                _RULE,
                target,
                facts,
                call.decl,
                call.node,
                _message(name, truth),
                "Hand the tenant to the function, and let it filter by it; list functions that touch no "
                "tenant's data in `global-functions`.",
                certainty="unverifiable" if truth == "unknown" else "suspicious",
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """None: the function must take the argument first."""
        return ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """None."""
        return None


def _name(at: At, call: Rpc, follower: Follower) -> str:
    names = follower.strings(at.to(call.function))
    return names[0] if len(names) == 1 else ""


def _is_global(ctx: Context, name: str) -> bool:
    options = ctx.options
    return bool(name) and isinstance(options, Options) and names_match(options.global_functions, name)


def _message(name: str, truth: Truth) -> str:
    what = f"the database function `{name}`" if name else "a database function"
    if truth == "unknown":
        return f"Whether this call tells {what} the tenant is out of reach."
    if truth == "sometimes":
        return f"This call tells {what} the tenant on some paths only: on the others it may answer for all."
    return f"This call does not tell {what} the tenant: what it reads or changes may be every tenant's."


rule = UnscopedRpc()
