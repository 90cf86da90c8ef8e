"""What the rules about a health check's behaviour share of one unit: the checks, and the questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.follow import Follow
from fourlayer.project.frames import Frame
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare
from fourlayer.syntax.functions import returned_values
from fourlayer_rules.derive.health import Check, health_checks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Finding


class Looked(NamedTuple):
    """An exported check and the function behind it."""

    check: Check
    frame: Frame
    function: n.Function


def checks(ctx: Context, target: str) -> Iterator[tuple[Looked, Follow]]:
    """The health checks of a provider whose code is in reach, found once for all rules of a unit."""
    provider = ctx.view.provider(target)
    if provider is None:
        return
    key = ("health frames", provider.path)
    known = ctx.view.memo.get(key)
    if known is None:
        follow = Follow(ctx.view)
        found = {
            frame.function: Looked(check, frame, frame.function)
            for check in reversed(health_checks(ctx, provider))
            if (frame := follow.frame(check.declared)) is not None and frame.function is not None
        }
        known = ctx.view.memo[key] = tuple(
            (looked, follow)
            for looked in reversed(found.values())
            if not _passes_on(follow, looked, found.keys() - {looked.function})
        )
    yield from known  # type: ignore[misc]  # what was stored above


def again(ctx: Context, finding: Finding) -> tuple[Looked, Follow] | None:
    """The check that a finding is about, as it is now."""
    for looked, follow in checks(ctx, finding.provider or ""):
        if looked.check.name == finding.key:
            return looked, follow
    return None


def _passes_on(follow: Follow, looked: Looked, others: AbstractSet[n.Function]) -> bool:
    """Whether a check only returns what another one of them finds."""
    body = looked.function.body
    if isinstance(body, n.Block) and len(body.stmts) != 1:
        return False
    for value in returned_values(looked.function):
        call = bare(value)
        target = follow.call(looked.frame, call) if isinstance(call, n.Call) else None
        if isinstance(target, Frame) and target.function in others:
            return True
    return False
