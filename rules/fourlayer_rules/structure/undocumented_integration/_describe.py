"""What the code says about a provider, in the words of a README."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer_rules.derive.dtos import entity_types

if TYPE_CHECKING:
    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context


def display(provider: Provider) -> str:
    """The provider's name in prose: `Google Calendar` for the folder `google-calendar`."""
    if "-" in provider.folder or "_" in provider.folder:
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", provider.pascal)
    return provider.pascal


def described(ctx: Context, provider: Provider) -> str:
    """`HubSpot adapter (OAuth): company, contact, deal`, as far as the code says it."""
    kind = "adapter" if provider.adapter is not None else "client"
    means = authentication(ctx, provider)
    held = ", ".join(entities(ctx, provider))
    return f"{display(provider)} {kind}" + (f" ({means})" if means else "") + (f": {held}" if held else "")


def entities(ctx: Context, provider: Provider) -> tuple[str, ...]:
    """The types of entities that the adapter or the types file lists."""
    for path in (provider.adapter, f"{provider.path}/types.ts"):
        facts = ctx.view.facts(path) if path is not None and ctx.view.exists(path) else None
        found = entity_types(facts) if facts is not None else ()
        if found:
            return found
    return ()


def authentication(ctx: Context, provider: Provider) -> str | None:
    """How the adapter authenticates, where its code tells."""
    path = provider.adapter or f"{provider.path}/client.ts"
    data = ctx.view.read(path) if ctx.view.exists(path) else None
    if data is None:
        return None
    if re.search(rb"oauth\s*:\s*true|withCapabilities\([^)]*\boauth\b", data, re.IGNORECASE):
        return "OAuth"
    if re.search(rb"\bcredentials\b[\s\S]{0,40}\bapiKey\b|\bapiKey\b[\s\S]{0,20}\bcredentials\b", data):
        return "API key"
    return None
