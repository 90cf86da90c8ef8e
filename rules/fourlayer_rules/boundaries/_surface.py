"""What a module's public names are and where each comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Import

_DEPTH = 20
"""Re-exports are followed this far; longer chains are cycles in practice."""


class Origin(NamedTuple):
    """The declaration behind an exported name: the file, and the name it has there."""

    path: str
    name: str
    type_only: bool = False


def public_names(view: View, path: str) -> Mapping[str, Origin]:
    """The names that a module exports, `export *` expanded, each with its origin.

    A name from a module that cannot be read has that specifier as its origin's path.
    """
    return _names(view, path, 0)


def origin_of(view: View, path: str, name: str) -> Origin | None:
    """Where the name that a module exports is declared; None when it exports no such name."""
    return public_names(view, path).get(name)


def _names(view: View, path: str, depth: int) -> dict[str, Origin]:
    found: dict[str, Origin] = {}
    facts = view.shape(path)
    if facts is None or depth > _DEPTH:
        return found
    imported = {
        name.local: (item, name.imported)
        for item in facts.imports
        if item.kind == "import"
        for name in item.names
        if name.local is not None
    }
    for export in facts.exports:
        if export.kind == "all" and export.specifier is not None:
            inner = _target(view, export.specifier, path)
            for name, origin in _names(view, inner, depth + 1).items() if inner is not None else ():
                if name != "default":
                    found.setdefault(name, origin)
            continue
        local = export.local or export.name
        if export.specifier is not None:
            found[export.name] = _followed(view, path, export.specifier, local, export.type_only, depth)
        elif local in imported:
            item, source = imported[local]
            found[export.name] = _followed(view, path, item.specifier, source, export.type_only, depth)
        else:
            found[export.name] = Origin(
                path, export.name if export.name == "default" else local, export.type_only
            )
    return found


def _followed(view: View, path: str, specifier: str, name: str, type_only: bool, depth: int) -> Origin:
    target = _target(view, specifier, path)
    if target is None:
        return Origin(specifier, name, type_only)
    if name == "*":
        return Origin(target, "*", type_only)
    origin = _names(view, target, depth + 1).get(name, Origin(target, name, type_only))
    return origin._replace(type_only=origin.type_only or type_only)


def _target(view: View, specifier: str, importer: str) -> str | None:
    return view.resolve(specifier, importer).path


def rewritable_names(item: Import) -> bool:
    """Whether an import takes single names, so that it could take them from elsewhere."""
    return (
        item.kind in ("import", "export")
        and bool(item.names)
        and all(name.imported not in ("*", "=") for name in item.names)
    )
