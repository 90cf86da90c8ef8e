"""Limits what a health check waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change
from fourlayer_rules.derive.hangs import Hangs
from fourlayer_rules.derive.limiter import Limiter
from fourlayer_rules.health._look import again

if TYPE_CHECKING:
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Finding

_CONSTANT = ("HEALTH_TIMEOUT_MS", "3_000")


def limited(ctx: Context, finding: Finding) -> Change | None:
    """The change that limits everything the check waits for; None where that is not `health.ts`' to do."""
    found = again(ctx, finding)
    if found is None or not found[0].check.is_here:
        return None
    looked, follow = found
    hangs = Hangs(follow).of(looked.frame)
    if not hangs or looked.frame.path != looked.check.path:
        return None
    limiter = Limiter(ctx, looked.check.path, looked.frame.facts, follow, _CONSTANT)
    if not all(limiter.limit(hang) for hang in hangs):
        return None
    return Change({looked.check.path: limiter.finish()})
