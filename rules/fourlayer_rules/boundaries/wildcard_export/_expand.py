"""The names that an `export *` stands for, written out."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple, cast

from fourlayer.project.exports import Origin, exported_names, is_type, origin_of, public_names
from fourlayer.rule.model import TextEdit
from fourlayer_rules.derive.style import newline_of, style_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fourlayer.project.snapshot import View
    from fourlayer.rule.model import Finding
    from fourlayer.syntax.facts import Export, FileFacts

_LINE = 100
_DEPTH = 8
_HARMLESS = frozenset({"interface", "type", "import", "export"})
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")


class _Star(NamedTuple):
    """An `export *`, the module it names, and what that module exports; None: not known for sure."""

    export: Export
    path: str
    names: Mapping[str, Origin] | None


def edits(view: View, finding: Finding) -> tuple[TextEdit, ...] | None:
    """The edits that expand one star; all of the file where two of them give one name to different things.

    None where it is no star, or where what it stands for cannot be known for sure.
    """
    facts = view.facts(finding.path)
    if facts is None or not facts.trusted:
        return None
    stars = _known_stars(view, facts, finding.path)
    mine = next((star for star in stars if star.export.span == finding.span), None)
    if mine is None or any(star.names is None for star in stars):
        return None
    found: list[TextEdit] = []
    for star in stars if _clash(stars) else [mine]:
        text = _known_text(view, facts, finding.path, star, stars)
        if text is None:
            return None
        found.append(TextEdit(*star.export.stmt, text))
    return tuple(found)


# An index of many stars has as many findings, and each may be about all of them: looked at once.


def _known_stars(view: View, facts: FileFacts, path: str) -> list[_Star]:
    key = (_stars, path)
    known = cast("list[_Star] | None", view.memo.get(key))
    if known is None:
        view.memo[key] = known = list(_stars(view, facts, path))
    return known


def _known_text(view: View, facts: FileFacts, path: str, star: _Star, stars: list[_Star]) -> str | None:
    key = (_text, path, star.export.span)
    if key not in view.memo:
        view.memo[key] = _text(view, facts, path, star, stars)
    return cast("str | None", view.memo[key])


def _stars(view: View, facts: FileFacts, path: str) -> Iterator[_Star]:
    for export in facts.exports:
        if export.kind != "all" or export.specifier is None:
            continue
        target = view.resolve(export.specifier, path).path
        known = target is not None and exported_names(view, target).complete
        yield _Star(
            export, target or "", public_names(view, target) if known and target is not None else None
        )


def _clash(stars: Iterable[_Star]) -> bool:
    """Whether two stars give one name to different things, so that it is exported by neither."""
    seen: dict[str, tuple[str, str]] = {}
    return any(
        seen.setdefault(name, origin.identity) != origin.identity
        for star in stars
        for name, origin in (star.names or {}).items()
        if name != "default"
    )


def _text(view: View, facts: FileFacts, path: str, star: _Star, stars: list[_Star]) -> str | None:
    """The statements that take a star's place; None where a name may be a type or a value."""
    own = {export.name for export in facts.exports if export.kind != "all"}
    earlier = stars[: stars.index(star)]
    values: list[str] = []
    types: list[str] = []
    for name, origin in (star.names or {}).items():
        if name in own or name == "default" or any(name in (other.names or ()) for other in earlier):
            continue
        if not isinstance(origin_of(view, path, name), Origin):
            continue
        alone = star.export.type_only or is_type(view, origin)
        if alone is None:
            return None
        (types if alone else values).append(_written(name))
    return _statements(view, facts, path, star, values, types)


def _written(name: str) -> str:
    return name if _IDENTIFIER.fullmatch(name) else json.dumps(name)


def _statements(
    view: View, facts: FileFacts, path: str, star: _Star, values: list[str], types: list[str]
) -> str:
    style = style_of(view, [path])._replace(newline=newline_of(facts.text.data))
    written = facts.text.slice(*star.export.stmt)
    semicolon = ";" if written.rstrip().endswith(";") else ""
    quoted = _quoted(facts, star)
    lines: list[str] = []
    if values and types and _inline_types(facts):
        values = [*values, *(f"type {name}" for name in types)]
        types = []
    if values:
        lines.append(_statement("export", values, quoted, style.indent) + semicolon)
    if types:
        lines.append(_statement("export type", types, quoted, style.indent) + semicolon)
    if not values and not star.export.type_only and not _is_inert(view, star.path, 0, set()):
        # Nothing of it is exported any more that would load it, but it does something when it is loaded.
        lines.insert(0, f"import {quoted}{semicolon}")
    # Attributes are taken as they stand, with the file's own line ends.
    return "\n".join(lines).replace("\r\n", "\n").replace("\n", style.newline)


def _quoted(facts: FileFacts, star: _Star) -> str:
    """The module as it is written, import attributes included."""
    for item in facts.imports:
        if item.stmt == star.export.stmt:
            return facts.text.slice(item.span.start, star.export.stmt.end).rstrip("; \t\r\n")
    return json.dumps(star.export.specifier)


def _statement(word: str, names: list[str], quoted: str, indent: str) -> str:
    line = f"{word} {{ {', '.join(names)} }} from {quoted}"
    if len(line) < _LINE:
        return line
    return f"{word} {{\n" + "".join(f"{indent}{name},\n" for name in names) + f"}} from {quoted}"


def _inline_types(facts: FileFacts) -> bool:
    """Whether the file writes `{ a, type B }` rather than `export type { B }`."""
    inline = apart = 0
    for item in facts.imports:
        if item.kind in ("import", "export"):
            head = facts.text.data[item.stmt.start : item.span.start]
            apart += re.match(rb"(?:import|export)\s+type\b", head) is not None
            inline += re.search(rb"[{,]\s*type\s+[\w$]", head) is not None
    return inline > apart


def _is_inert(view: View, path: str, depth: int, seen: set[str]) -> bool:
    """Whether loading a module does nothing: it declares types alone, and so does what it loads."""
    if path in seen:
        return True
    seen.add(path)
    facts = view.facts(path)
    if facts is None or depth > _DEPTH or any(decl.kind not in _HARMLESS for decl in facts.decls):
        return False
    for item in facts.imports:
        if item.type_only or item.kind == "type":
            continue
        target = view.resolve(item.specifier, path).path
        if not item.names or (target is not None and not _is_inert(view, target, depth + 1, seen)):
            return False
    return True
