"""Conversions that stand in for a double assertion."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, FixPlan
    from fourlayer_rules.types.double_assertion.rule import Double


def plans_for(ctx: Context, path: str, double: Double) -> Iterator[FixPlan]:
    """What can be done."""
    return iter(())


def change_for(ctx: Context, path: str, double: Double, kind: str) -> Change | None:
    """One of the conversions."""
    return None
