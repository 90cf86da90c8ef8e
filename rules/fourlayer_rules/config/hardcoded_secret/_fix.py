"""Replaces a credential by a required setting of `config.ts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, Finding, FixPlan


def plans(ctx: Context, finding: Finding) -> Iterator[FixPlan]:
    return iter(())


def edits(ctx: Context, finding: Finding) -> Change | None:
    return None
