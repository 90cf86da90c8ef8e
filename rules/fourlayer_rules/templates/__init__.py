"""The files that fixes, scaffold and adopt write, one module a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fourlayer_rules.derive.model import ProviderModel
    from fourlayer_rules.derive.names import Kind


def render(kind: Kind, model: ProviderModel) -> str:
    """The content of a provider's file of one kind, in the provider's style, with a line end at its end."""
    from fourlayer_rules.templates import adapter, config, errors, health, index, types

    templates = {
        "config": config.render,
        "errors": errors.render,
        "health": health.render,
        "types": types.render,
        "index": index.render,
        "adapter": adapter.render,
    }
    return templates[kind](model)
