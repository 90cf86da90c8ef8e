"""The standard's sections of a README, written from the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fourlayer.rule.context import Context

_DOES = {
    "api": "webhook endpoints, routes, rate-limit keys",
    "jobs": "background workers",
    "service": "business logic, tenant scoping",
    "client": "the adapter: calls to the vendor, its errors and its health check",
    "contracts": "types, errors and configuration that every layer shares",
}
_NAMES = {"api": "API"}


def layer_section(ctx: Context) -> str:
    """Which layer lives where and what it may import."""
    layers = ctx.settings.layers
    shown = [name for name in layers if name in _DOES] or list(layers)
    shown.sort(key=lambda name: list(_DOES).index(name) if name in _DOES else len(_DOES))
    rows = [
        f"| {_title(name)} | {_files(layers[name].files)} | {_DOES.get(name, name)} | "
        f"{', '.join(_title(one) for one in layers[name].may_import if one in shown) or 'nothing'} |"
        for name in shown
    ]
    return "\n".join(
        [
            "## The 4-layer rule",
            "",
            "Each layer calls only the layer directly below it, or its own.",
            "",
            "| layer | files | does | may import |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def import_section(ctx: Context) -> str:
    """Who may import the integrations, and what of them."""
    consumers = [f"- `{one}` may import them." for one in ctx.settings.workspace.allowed_consumers]
    return "\n".join(
        [
            "## Import restrictions",
            "",
            "Code outside of a provider imports only its `index.ts`, never a file inside.",
            "",
            *consumers,
            *(["- No other package may import them."] if consumers else []),
            "- A provider never imports another one.",
            "",
        ]
    )


def _title(name: str) -> str:
    return _NAMES.get(name, name.capitalize())


def _files(files: tuple[str, ...]) -> str:
    if files == ("**",):
        return "every other file"
    return ", ".join(f"`{one}`" for one in files)
