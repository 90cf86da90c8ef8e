"""Which files the rules about a client's calls judge, and what they say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.layout import is_declaration

if TYPE_CHECKING:
    from fourlayer.rule.context import Context

_HEALTH = "health"


def provider_name(ctx: Context, path: str) -> str | None:
    """The provider that a file belongs to."""
    provider = ctx.view.provider_of(path)
    return provider.name if provider is not None else None


def is_judged(ctx: Context, path: str) -> bool:
    """Whether a file's code may be judged: of a provider, a scope or shared code, and no test."""
    view = ctx.view
    if is_declaration(path) or view.is_test(path):
        return False
    return view.layer_of(path) is not None or view.is_shared(path)


def is_client(ctx: Context, path: str) -> bool:
    """Whether a file belongs to the client layer, or to what every adapter is built on."""
    return is_judged(ctx, path) and (ctx.view.is_shared(path) or ctx.view.layer_of(path) == "client")


def is_health(ctx: Context, path: str) -> bool:
    """Whether a file is a provider's `health.ts`, whose probe has rules of its own."""
    provider = ctx.view.provider_of(path)
    return provider is not None and path.rpartition(".")[0] == f"{provider.path}/{_HEALTH}"
