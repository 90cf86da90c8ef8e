"""From a name in a file to the declaration that it means, through imports and re-exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

_MAX_HOPS = 12

Unknown = Literal["unknown"]
UNKNOWN: Unknown = "unknown"
"""The name leads out of the workspace, or into code that does not parse."""


class Declared(NamedTuple):
    """A top-level declaration and the file that holds it."""

    path: str
    facts: FileFacts
    decl: Decl


Found = Declared | Unknown | None
"""A declaration; UNKNOWN; or None: there is surely no such name."""


def exported(view: View, path: str, name: str, hops: int = 0) -> Found:
    """The declaration behind a name that a file exports."""
    facts = view.shape(path)
    if facts is None or hops > _MAX_HOPS:
        return UNKNOWN
    for export in facts.exports:
        if export.name != name or export.kind == "all":
            continue
        if export.kind == "from" and export.specifier is not None:
            return _across(view, path, export.specifier, export.local or name, hops)
        if export.kind == "namespace":
            return UNKNOWN
        if export.local is None:
            return UNKNOWN
        return named(view, path, facts, export.local, hops)
    missing: Found = None if facts.trusted else UNKNOWN
    for export in facts.exports:
        if export.kind == "all" and export.specifier is not None:
            found = _across(view, path, export.specifier, name, hops)
            if isinstance(found, tuple):
                return found
            if found == UNKNOWN:
                missing = UNKNOWN
    return missing


def named(view: View, path: str, facts: FileFacts, name: str, hops: int = 0) -> Found:
    """The declaration behind a name as it stands in a file: a local one, or an imported one."""
    decl = facts.decl(name)
    if decl is not None:
        return Declared(path, facts, decl)
    for item in facts.imports:
        if item.kind != "import":
            continue
        for bound in item.names:
            if bound.local == name:
                if bound.imported in {"*", "="}:
                    return UNKNOWN
                return _across(view, path, item.specifier, bound.imported, hops)
    return None if facts.trusted else UNKNOWN


def qualified(view: View, path: str, facts: FileFacts, name: str) -> Found:
    """Like `named`, for dotted names too: `base.Thing` with `import * as base`."""
    head, _, rest = name.partition(".")
    if not rest:
        return named(view, path, facts, name)
    for item in facts.imports:
        for bound in item.names:
            if bound.local == head and bound.imported == "*" and "." not in rest:
                return _across(view, path, item.specifier, rest, 0)
    return UNKNOWN


def _across(view: View, importer: str, specifier: str, name: str, hops: int) -> Found:
    resolution = view.resolve(specifier, importer)
    if resolution.path is None:
        return UNKNOWN
    return exported(view, resolution.path, name, hops + 1)


def exported_names(view: View, path: str) -> tuple[set[str], bool]:
    """Every name that a file exports, re-exports followed; and whether that is surely all."""
    names: set[str] = set()
    complete = True
    seen: set[str] = set()
    pending = [path]
    while pending:
        current = pending.pop()
        if current in seen:
            continue
        seen.add(current)
        facts = view.shape(current)
        if facts is None or not facts.trusted:
            complete = False
        if facts is None:
            continue
        for export in facts.exports:
            if export.kind != "all":
                names.add(export.name)
            elif export.specifier is not None:
                target = view.resolve(export.specifier, current).path
                if target is None:
                    complete = False
                else:
                    pending.append(target)
    return names, complete


def alike(name: str) -> str:
    """A name without case and separators, to compare `HubspotServiceError` with `HubSpotServiceError`."""
    return "".join(char for char in name.lower() if char.isalnum())
