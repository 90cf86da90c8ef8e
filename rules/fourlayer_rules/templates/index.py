"""`index.ts`: the provider's public surface, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer_rules.derive.symbols import exported, exported_names
from fourlayer_rules.templates.types import exported_types

if TYPE_CHECKING:
    from fourlayer_rules.derive.model import ProviderModel


def render(model: ProviderModel) -> str:
    """The whole file: the adapter, configuration, errors, health check and types that are there."""
    path = model.path("index")
    lines: list[str] = []
    for file, values, types in _exports(model):
        specifier = model.specifier(file, path)
        if values:
            lines.append(f'export {{ {", ".join(values)} }} from "{specifier}";')
        if types:
            lines.append(f'export type {{ {", ".join(types)} }} from "{specifier}";')
    return model.style.apply("\n".join(lines) + "\n" if lines else "export {};\n")


def _exports(model: ProviderModel) -> list[tuple[str, list[str], list[str]]]:
    """Per file: names of values, names of types."""
    names = model.names
    planned: dict[str, tuple[list[str], list[str]]] = {
        "adapter": ([names.adapter], []),
        "config": ([names.loader], [names.config_type]),
        "errors": ([names.error_class, names.error_wrapper], []),
        "health": ([names.health_check], []),
        "types": ([], sorted(exported_types(model))),
    }
    found: list[tuple[str, list[str], list[str]]] = []
    taken: set[str] = set()
    for kind, (values, types) in planned.items():
        path = model.path(kind)
        if kind in model.planned:
            found.append((path, values, types))
        elif model.view.exists(path):
            found.append((path, *_of_file(model, path, kind)))
    found += _used_elsewhere(model, {path for path, _, _ in found})
    unique: list[tuple[str, list[str], list[str]]] = []
    for path, values, types in found:
        kept_values = sorted(name for name in values if name not in taken)
        taken |= set(kept_values)
        kept_types = sorted(name for name in types if name not in taken)
        taken |= set(kept_types)
        unique.append((path, kept_values, kept_types))
    return unique


def _of_file(model: ProviderModel, path: str, kind: str) -> tuple[list[str], list[str]]:
    """What an existing file exports that is fit for the public."""
    values: list[str] = []
    types: list[str] = []
    for name in sorted(exported_names(model.view, path)[0] - {"default", "=", "*"}):
        declared = exported(model.view, path, name)
        if not isinstance(declared, tuple):
            continue
        if declared.decl.kind in {"interface", "type"}:
            types.append(name)
        elif kind != "adapter" or declared.decl.kind == "class":
            values.append(name)
    return values, types


def _used_elsewhere(model: ProviderModel, known: set[str]) -> list[tuple[str, list[str], list[str]]]:
    """What code outside the provider already takes out of its other files."""
    found: list[tuple[str, list[str], list[str]]] = []
    for path in model.provider.files:
        if path in known or model.view.is_test(path) or path.endswith(("/register.ts", ".d.ts")):
            continue
        names = {
            bound.imported
            for edge in model.view.importers(path)
            if not edge.importer.startswith(model.provider.path + "/")
            for bound in edge.import_.names
        }
        values, types = _of_file(model, path, "other")
        wanted = ([name for name in values if name in names], [name for name in types if name in names])
        if wanted[0] or wanted[1]:
            found.append((path, *wanted))
    return found
