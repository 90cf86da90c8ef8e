"""What a module exports and where each name comes from, through imports, re-exports and barrels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from fourlayer.project.questions import Question

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, Export, FileFacts, Import

_TYPES = frozenset({"interface", "type"})

Unknown = Literal["unknown"]
UNKNOWN: Unknown = "unknown"
"""The name leads out of the workspace, or into code that cannot be read or does not parse."""


class Origin(NamedTuple):
    """What stands behind a name.

    `path` is the file of the workspace that declares it, None where the module is no code of the workspace;
    `specifier` and `importer` then tell which module is meant, and where that is written. `name` is the name
    there, `default` for an expression, `*` for the module as a whole. `type_only` tells that it was
    passed on as a type somewhere on the way, or declared as nothing else.
    """

    path: str | None
    name: str
    type_only: bool = False
    specifier: str = ""
    importer: str = ""

    @property
    def identity(self) -> tuple[str, str]:
        """Equal for two names that mean the same declaration."""
        return (self.specifier if self.path is None else self.path, self.name)


class Names(NamedTuple):
    """The names that a module exports; `complete` tells that there can be no other."""

    names: frozenset[str]
    complete: bool


class Declared(NamedTuple):
    """A top-level declaration and the file that holds it."""

    path: str
    facts: FileFacts
    decl: Decl


Found = Declared | Unknown | None
"""A declaration; UNKNOWN; or None: there is surely no such name."""


def public_names(view: View, path: str) -> Mapping[str, Origin]:
    """The names that a module exports, in the order of their statements, each with its origin.

    `export *` is expanded as the language does: without `default`, shadowed by what the module names itself,
    and without names that two of them give to different things.
    """
    return view.ask(_PUBLIC_NAMES, path)


def _public_names(view: View, about: tuple[str, ...]) -> Mapping[str, Origin]:
    (path,) = about
    return {
        name: origin
        for name in _ordered(view, path)
        if isinstance(origin := origin_of(view, path, name), Origin)
    }


_PUBLIC_NAMES = Question["Mapping[str, Origin]"]("public names", _public_names, {})


def origin_of(view: View, path: str, name: str) -> Origin | Unknown | None:
    """Where a name that a module exports is declared; None: it surely exports no such name."""
    return _exported(view, path, name, set())


def exported_names(view: View, path: str) -> Names:
    """Every name that a module exports, re-exports followed, and whether that is surely all."""
    complete = True
    names: set[str] = set()
    for current, facts in _starred(view, path):
        if facts is None:
            complete = False
            continue
        complete = complete and facts.trusted
        for export in facts.exports:
            if export.kind == "assign":
                complete = False
            elif export.kind != "all" and (current == path or export.name != "default"):
                names.add(export.name)
    return Names(frozenset(names), complete)


def exported(view: View, path: str, name: str) -> Found:
    """The declaration behind a name that a module exports."""
    return _declared(view, origin_of(view, path, name))


def named(view: View, path: str, facts: FileFacts, name: str) -> Found:
    """The declaration behind a name as it stands in a file: a local one, or an imported one."""
    return _declared(view, origin_in(view, path, facts, name))


def qualified(view: View, path: str, facts: FileFacts, name: str) -> Found:
    """Like `named`, for dotted names too: `base.Thing` with `import * as base`."""
    head, _, rest = name.partition(".")
    if not rest:
        return named(view, path, facts, name)
    origin = origin_in(view, path, facts, head)
    if isinstance(origin, Origin) and origin.path is not None and origin.name == "*" and "." not in rest:
        return exported(view, origin.path, rest)
    return UNKNOWN


def origin_in(view: View, path: str, facts: FileFacts, name: str) -> Origin | Unknown | None:
    """Where a name is declared that a file uses: there, or in the module that it is imported from."""
    return _local(view, path, facts, name, set())


def is_type(view: View, origin: Origin) -> bool | None:
    """Whether a name is nothing but a type; None where that cannot be told."""
    if origin.type_only:
        return True
    if origin.name == "*":
        return False
    facts = view.shape(origin.path) if origin.path is not None else None
    if facts is None:
        return None
    kinds = {decl.kind for decl in facts.decls if origin.name in decl.names and decl.kind != "import"}
    if not kinds:
        return False if origin.name == "default" else None
    if kinds <= _TYPES:
        return True
    return False if kinds - _TYPES - {"namespace"} else None


def _declared(view: View, origin: Origin | Unknown | None) -> Found:
    if not isinstance(origin, Origin):
        return origin
    facts = view.shape(origin.path) if origin.path is not None else None
    decl = facts.decl(origin.name) if facts is not None else None
    if origin.path is None or facts is None or decl is None:
        return UNKNOWN
    return Declared(origin.path, facts, decl)


def _exported(view: View, path: str, name: str, seen: set[tuple[str, str]]) -> Origin | Unknown | None:
    if not seen:
        return view.ask(_ORIGIN, path, name)
    return _searched(view, path, name, seen)


def _origin(view: View, about: tuple[str, ...]) -> Origin | Unknown | None:
    path, name = about
    return _searched(view, path, name, set())


_ORIGIN = Question["Origin | Unknown | None"]("origin", _origin, None)


def _searched(view: View, path: str, name: str, seen: set[tuple[str, str]]) -> Origin | Unknown | None:
    if (path, name) in seen:
        return None
    seen.add((path, name))
    facts = view.shape(path)
    if facts is None:
        return UNKNOWN
    own = _table(facts).get(name)
    if own is not None:
        return _through(view, path, facts, own, seen)
    missing = None if facts.trusted and "=" not in _table(facts) else UNKNOWN
    return missing if name == "default" else _through_stars(view, path, facts, name, seen) or missing


def _table(facts: FileFacts) -> Mapping[str, tuple[Export, ...]]:
    """The exports of a file by name; `*` for those that name nothing."""
    known = facts.memo.get("exports by name")
    if known is None:
        table: dict[str, tuple[Export, ...]] = {}
        for export in facts.exports:
            table[export.name] = (*table.get(export.name, ()), export)
        known = facts.memo["exports by name"] = table
    return cast("Mapping[str, tuple[Export, ...]]", known)


def _through(
    view: View, path: str, facts: FileFacts, exports: tuple[Export, ...], seen: set[tuple[str, str]]
) -> Origin | Unknown | None:
    """The origin of a name that a file lists itself, maybe more than once (overloads, a type and a value)."""
    export = next((each for each in exports if not each.type_only), exports[0])
    if export.kind == "declaration":
        return Origin(path, export.name, export.type_only)
    if export.specifier is not None:
        name = "*" if export.kind == "namespace" else export.local or export.name
        found = _across(view, path, export.specifier, name, seen)
    elif export.local is None:
        return Origin(path, "default")
    else:
        found = _local(view, path, facts, export.local, seen)
    return _as_type(found) if export.type_only else found


def _through_stars(
    view: View, path: str, facts: FileFacts, name: str, seen: set[tuple[str, str]]
) -> Origin | Unknown | None:
    """The one thing that all `export *` of a file mean by a name; none where they mean different ones."""
    best: Origin | Unknown | None = None
    for export in _table(facts).get("*", ()):
        if export.kind != "all" or export.specifier is None:
            continue
        target = view.resolve(export.specifier, path).path
        found = UNKNOWN if target is None else _exported(view, target, name, seen)
        if isinstance(found, Origin) and export.type_only:
            found = _as_type(found)
        if isinstance(best, Origin) and isinstance(found, Origin) and best.identity != found.identity:
            return None
        if not isinstance(best, Origin):
            best = found or best
        elif isinstance(found, Origin) and best.type_only:
            best = found
    return best


def _local(
    view: View, path: str, facts: FileFacts, name: str, seen: set[tuple[str, str]]
) -> Origin | Unknown | None:
    decl = facts.decl(name)
    if decl is not None:
        return Origin(path, name, decl.kind in _TYPES and _only_types(facts, name))
    for item, bound, type_only in _bindings(facts, name):
        found = _across(view, path, item.specifier, bound, seen)
        return _as_type(found) if type_only else found
    return None if facts.trusted else UNKNOWN


def _only_types(facts: FileFacts, name: str) -> bool:
    return all(decl.kind in _TYPES for decl in facts.decls if name in decl.names and decl.kind != "import")


def _bindings(facts: FileFacts, name: str) -> Iterator[tuple[Import, str, bool]]:
    for item in facts.imports:
        if item.kind == "import":
            for bound in item.names:
                if bound.local == name:
                    yield item, bound.imported, bound.type_only


def _across(
    view: View, importer: str, specifier: str, name: str, seen: set[tuple[str, str]]
) -> Origin | Unknown | None:
    if name == "=":
        return UNKNOWN
    path = view.resolve(specifier, importer).path
    if path is None:
        return Origin(None, name, specifier=specifier, importer=importer)
    return Origin(path, "*") if name == "*" else _exported(view, path, name, seen)


def _as_type(found: Origin | Unknown | None) -> Origin | Unknown | None:
    return found._replace(type_only=True) if isinstance(found, Origin) else found


def _ordered(view: View, path: str) -> Iterator[str]:
    """The exported names, those of `export *` after the module's own."""
    yielded: set[str] = set()
    for current, facts in _starred(view, path):
        for export in facts.exports if facts is not None else ():
            if export.kind in ("all", "assign") or export.name in yielded:
                continue
            if current == path or export.name != "default":
                yielded.add(export.name)
                yield export.name


def _starred(view: View, path: str) -> Iterator[tuple[str, FileFacts | None]]:
    """A module and all that its `export *` lead to, in the order of the statements; None: not readable."""
    seen: set[str] = set()
    pending = [path]
    while pending:
        current = pending.pop()
        if current in seen:
            continue
        seen.add(current)
        facts = view.shape(current)
        yield current, facts
        targets: list[str] = []
        for export in facts.exports if facts is not None else ():
            if export.kind == "all" and export.specifier is not None:
                target = view.resolve(export.specifier, current).path
                if target is None:
                    yield "", None
                else:
                    targets.append(target)
        pending.extend(reversed(targets))
