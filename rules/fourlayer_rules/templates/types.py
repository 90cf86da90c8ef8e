"""`types.ts`: the provider's data types, moved out of the adapter where it declares them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer_rules.derive.dtos import Dto, entity_types, exported_text, movable_types

if TYPE_CHECKING:
    from fourlayer_rules.derive.model import ProviderModel


def render(model: ProviderModel) -> str:
    """The whole file. The moved types keep their own text, comments included."""
    moved = moved_types(model)
    adapter = model.adapter
    if adapter is None or not moved:
        return model.style.apply(_minimal(model))
    newline = model.style.newline
    imports: dict[str, set[str]] = {}
    for dto in moved:
        for specifier, name in dto.imported:
            imports.setdefault(specifier, set()).add(name)
    local = {dto.name for dto in moved}
    lines = [
        f"import type {{ {', '.join(sorted(names - local))} }} from {model.style.quoted(specifier)}"
        + (";" if model.style.semicolons else "")
        for specifier, names in sorted(imports.items())
    ]
    start = newline.join(lines) + newline * 2 if lines else ""
    return start + (newline * 2).join(exported_text(adapter.facts, dto) for dto in moved) + newline


def moved_types(model: ProviderModel) -> tuple[Dto, ...]:
    """The adapter's types that move to types.ts."""
    adapter = model.adapter
    if adapter is None or adapter.path.rpartition("/")[0] != model.provider.path:
        return ()

    def is_contract(specifier: str) -> bool:
        target = model.view.resolve(specifier, adapter.path).path
        return target is not None and (
            model.view.is_shared(target) or model.view.layer_of(target) == "contracts"
        )

    return movable_types(adapter.facts, is_contract)


def exported_types(model: ProviderModel) -> tuple[str, ...]:
    """The names that the rendered file exports."""
    moved = moved_types(model)
    if moved:
        return tuple(dto.name for dto in moved)
    return (f"{model.pascal}EntityType",) if _entities(model) else (f"{model.pascal}Record",)


def _entities(model: ProviderModel) -> tuple[str, ...]:
    return entity_types(model.adapter.facts) if model.adapter is not None else ()


def _minimal(model: ProviderModel) -> str:
    entities = _entities(model)
    if entities:
        union = " | ".join(f'"{name}"' for name in entities)
        return f"""\
/** What {model.display} holds for us. */
export type {model.pascal}EntityType = {union};
"""
    return f"""\
/** A record as {model.display} sends it; what else it holds is checked where it is read. */
export interface {model.pascal}Record {{
  readonly id: string;
  readonly [property: string]: unknown;
}}
"""
