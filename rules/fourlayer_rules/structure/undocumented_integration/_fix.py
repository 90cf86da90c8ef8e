"""Writes into a README in its own style: a provider's row or item, the standard's sections, all of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.project.jsonc import parse_object
from fourlayer.project.packages import MANIFEST
from fourlayer.rule.model import Change, Create, TextEdit
from fourlayer_rules.derive.style import newline_of
from fourlayer_rules.structure.undocumented_integration._describe import described, display
from fourlayer_rules.structure.undocumented_integration._readme import (
    Line,
    Readme,
    is_rule,
    mentions,
    name_of,
    readme_path,
)
from fourlayer_rules.structure.undocumented_integration._sections import import_section, layer_section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context

_LONGEST = 500
"""Characters of the longest line that is taken for a model."""
_HEADER = ("| provider | what for |", "|---|---|")


def document(ctx: Context, provider: Provider, siblings: Sequence[Provider]) -> Change | None:
    """Add a provider where the README lists its siblings, else in a list of its own."""
    path = readme_path(ctx.view, provider.root)
    data = ctx.view.read(path) if path is not None else None
    if path is None or data is None:
        return None
    readme = Readme(data)
    if provider.path in readme.mentioned(siblings):
        return None
    edits = _beside(ctx, readme, provider, siblings) or (_appended(readme, _listed(ctx, [provider])),)
    return Change({path: edits})


def add_standard(ctx: Context, path: str) -> Change | None:
    """Add the sections that the README lacks at its end."""
    data = ctx.view.read(path)
    if data is None:
        return None
    lacks = Readme(data).lacks(tuple(ctx.settings.layers))
    sections = [_SECTIONS[one](ctx) for one in lacks]
    return Change({path: (_appended(Readme(data), "\n".join(sections)),)}) if sections else None


_SECTIONS = {"layers": layer_section, "imports": import_section}


def create(ctx: Context, root: str, providers: Sequence[Provider]) -> Change | None:
    """A README that says which integrations there are and how they are built."""
    path = f"{root}/README.md" if root else "README.md"
    if not providers or ctx.view.exists(path):
        return None
    title = _package_name(ctx, root) or root.rpartition("/")[2] or "Integrations"
    parts = [
        f"# {title}\n\nIntegrations with third-party services. One folder is one provider.\n",
        _listed(ctx, providers),
        layer_section(ctx),
        import_section(ctx),
    ]
    return Change(creates=(Create(path, "\n".join(parts)),))


def _package_name(ctx: Context, root: str) -> str | None:
    path = f"{root}/{MANIFEST}" if root else MANIFEST
    name = parse_object(ctx.view.read(path)).get("name") if ctx.view.exists(path) else None
    return name if isinstance(name, str) else None


def _listed(ctx: Context, providers: Sequence[Provider]) -> str:
    rows = [f"| `{one.folder}` | {described(ctx, one)} |" for one in providers]
    return "\n".join(["## Providers", "", *_HEADER, *rows, ""])


def _appended(readme: Readme, text: str) -> TextEdit:
    """A section at the end of the document, after one blank line."""
    data = readme.data
    newline = newline_of(data)
    end = len(data)
    gap = "" if not data.strip() else "\n" if data.endswith(b"\n") else "\n\n"
    if data.endswith((b"\n\n", b"\r\n\r\n")):
        gap = ""
    return TextEdit(end, end, (gap + text).replace("\n", newline))


# Beside the siblings


def _beside(
    ctx: Context, readme: Readme, provider: Provider, siblings: Sequence[Provider]
) -> tuple[TextEdit, ...]:
    """The edits that list a provider in the table, list, tree or row of headings that lists the most."""
    best: tuple[tuple[Line, Provider], ...] = ()
    for kind in ("table", "item", "tree", "heading"):
        for group in _groups(readme, siblings, kind):
            if len(group) > len(best):
                best = group
    if not best:
        return ()
    kind = best[0][0].kind
    if kind == "table":
        return _in_table(ctx, readme, provider, best)
    if kind == "item":
        return _inserted(readme, provider, best, _item(ctx, provider, *_model(best)))
    if kind == "tree":
        return _in_tree(ctx, readme, provider, best)
    return _in_headings(ctx, readme, provider, best)


_Listed = tuple[Line, "Provider"]


def _groups(readme: Readme, siblings: Sequence[Provider], kind: str) -> list[tuple[_Listed, ...]]:
    """Lines of one kind that each list one provider; tables and lists end where another line stands."""
    groups: list[list[_Listed]] = [[]]
    by_path = {one.path: one for one in siblings}
    for line in readme.lines:
        named = mentions(line, siblings) if line.kind == kind and len(line.text) <= _LONGEST else ()
        if line.kind == kind:
            if len(named) == 1 and _leads(line, by_path[named[0]]):
                groups[-1].append((line, by_path[named[0]]))
        elif kind != "heading" and (line.text.strip() or kind == "table") and not line.text.startswith("  "):
            groups.append([])
    return [tuple(group) for group in groups if group]


def _leads(line: Line, provider: Provider) -> bool:
    """Whether the name is what the line is about: it comes first, or in a row's first cells."""
    match = name_of(provider).search(line.text)
    if match is None:
        return False
    before = line.text[: match.start()]
    return line.kind == "table" or len(re.findall(r"[A-Za-z0-9]+", before)) <= 2


def _model(listed: Sequence[_Listed]) -> _Listed:
    """The line to write like: the last one."""
    return listed[-1]


def _place(listed: Sequence[_Listed], provider: Provider) -> int:
    """Before which of the lines the provider comes; behind all where they are in no order."""
    names = [one.folder.lower() for _, one in listed]
    if names != sorted(names):
        return len(listed)
    return sum(1 for name in names if name < provider.folder.lower())


def _inserted(
    readme: Readme, provider: Provider, listed: Sequence[_Listed], text: str
) -> tuple[TextEdit, ...]:
    """One line among others; what belongs to an item (nested lines) stays with it."""
    newline = newline_of(readme.data)
    at = _place(listed, provider)
    if at < len(listed):
        start = listed[at][0].start
        return (TextEdit(start, start, text + newline),)
    last = listed[-1][0]
    end = _end_of_item(readme, last) if last.kind == "item" else last.end
    closed = readme.data[:end].endswith(b"\n")
    return (TextEdit(end, end, text + newline if closed else newline + text),)


def _end_of_item(readme: Readme, item: Line) -> int:
    """Where the lines that belong to a list item end."""
    indent = len(item.text) - len(item.text.lstrip())
    end = item.end
    for line in readme.lines:
        if line.start < item.end or not line.text.strip():
            continue
        if len(line.text) - len(line.text.lstrip()) <= indent:
            break
        end = line.end
    return end


def _renamed(text: str, old: Provider, new: Provider) -> str:
    """A text about one provider, about another: each form of the name by the same form."""

    def swapped(match: re.Match[str]) -> str:
        found = match[0]
        suffix = "Adapter" if found.endswith("Adapter") and not old.pascal.endswith("Adapter") else ""
        core = found.removesuffix(suffix)
        if core == old.folder:
            return new.folder
        if core == old.pascal:
            return (display(new) if not suffix and _is_prose(match) else new.pascal) + suffix
        if core == core.lower():
            return new.folder
        return display(new) + suffix

    def _is_prose(match: re.Match[str]) -> bool:
        start, end = match.span()
        return text[start - 1 : start] != "`" and text[end : end + 1] not in {"`", "/", "."}

    return name_of(old).sub(swapped, text)


# A table's row


def _in_table(
    ctx: Context, readme: Readme, provider: Provider, listed: Sequence[_Listed]
) -> tuple[TextEdit, ...]:
    line, model = _model(listed)
    header = _header_of(readme, listed[0][0])
    rows = [_cells(one.text) for one, _ in listed]
    cells: list[str] = []
    for column, cell in enumerate(_cells(line.text)):
        title = header[column] if column < len(header) else ""
        values = {row[column] for row in rows if column < len(row)}
        if name_of(model).search(cell) is not None:
            cells.append(
                _renamed(cell, model, provider) if _is_name(cell, model) else _fact(ctx, title, provider)
            )
        elif len(values) == 1 and len(rows) > 1:
            cells.append(cell)
        else:
            cells.append(_fact(ctx, title, provider))
    lead = "| " if line.text.lstrip().startswith("|") else ""
    tail = " |" if line.text.rstrip().endswith("|") else ""
    indent = line.text[: len(line.text) - len(line.text.lstrip())]
    return _inserted(readme, provider, listed, f"{indent}{lead}{' | '.join(cells)}{tail}".rstrip())


def _cells(text: str) -> list[str]:
    inner = text.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", inner)]


def _header_of(readme: Readme, row: Line) -> list[str]:
    """The cells of the line above the rule of dashes above a row."""
    above = [line for line in readme.lines if line.start < row.start]
    for index in range(len(above) - 1, 0, -1):
        if is_rule(above[index].text):
            return _cells(above[index - 1].text)
    return []


def _is_name(cell: str, provider: Provider) -> bool:
    """Whether a cell is the provider's name, a link or path to it, and no sentence about it."""
    rest = name_of(provider).sub("", cell)
    return len(re.findall(r"[A-Za-z]{2,}", re.sub(r"\.(?:tsx?|md|js)\b|\bindex\b|README", "", rest))) <= 2


def _fact(ctx: Context, title: str, provider: Provider) -> str:
    """What the code says about a provider under a column's title; nothing where it says nothing."""
    lower = title.lower()
    if re.search(r"\b(?:what|purpose|description|about|use[sd]?|notes?|for|summary|service|vendor)\b", lower):
        return described(ctx, provider)
    if re.search(r"\b(?:entit|object|resource|data)", lower):
        from fourlayer_rules.structure.undocumented_integration._describe import entities

        return ", ".join(entities(ctx, provider))
    if "auth" in lower:
        from fourlayer_rules.structure.undocumented_integration._describe import authentication

        return authentication(ctx, provider) or ""
    return ""


# An item, a line of a tree, a heading


def _item(ctx: Context, provider: Provider, line: Line, model: Provider) -> str:
    """A list item that begins like its neighbour; what the neighbour says of itself is replaced."""
    last = list(name_of(model).finditer(line.text))[-1]
    rest = re.compile(r"[^\w(]*?(?:\([^)]*\))?[*_`\])]*\s*(?:[:\u2014\u2013-]+|$)\s*").match(
        line.text, last.end()
    )
    lead = line.text[: rest.end()] if rest is not None else line.text[: last.end()]
    bold = re.match(r"[`*_\])/]*(?:\([^)]*\))?[`*_]*", line.text[last.end() :])
    if rest is None and bold is not None:
        lead = line.text[: last.end() + bold.end()]
    text = _renamed(lead, model, provider)
    said = rest is not None and rest.end() < len(line.text)
    return text.rstrip() + (f" {described(ctx, provider)}" if said else "")


def _in_tree(
    ctx: Context, readme: Readme, provider: Provider, listed: Sequence[_Listed]
) -> tuple[TextEdit, ...]:
    line, model = _model(listed)
    at = _place(listed, provider)
    if at < len(listed):
        line, model = listed[at]
    match = name_of(model).search(line.text)
    if match is None:
        return ()
    slash = "/" if line.text[match.end() : match.end() + 1] == "/" else ""
    comment = re.search(r"\s(#|\u2014|\u2013|//|\u2190|<-)\s?", line.text[match.end() :])
    text = line.text[: match.start()] + provider.folder + slash
    if comment is not None:
        column = match.end() + comment.start() + 1
        text = text.ljust(column) if len(text) < column else text + " "
        text += f"{comment[1]} {described(ctx, provider)}"
    if at < len(listed):
        # In front of a line: never the last branch.
        return _inserted(readme, provider, listed, text.replace("\u2514", "\u251c", 1))
    edits = _inserted(readme, provider, listed, text)
    corner = line.text.find("\u2514")
    if corner >= 0:
        start = line.start + len(line.text[:corner].encode())
        edits = (TextEdit(start, start + len("\u2514".encode()), "\u251c"), *edits)
    return edits


def _in_headings(
    ctx: Context, readme: Readme, provider: Provider, listed: Sequence[_Listed]
) -> tuple[TextEdit, ...]:
    line, model = _model(listed)
    if not line.text.lstrip().startswith("#"):
        return ()
    newline = newline_of(readme.data)
    section = f"{_renamed(line.text, model, provider)}{newline}{newline}{described(ctx, provider)}.{newline}"
    at = _place(listed, provider)
    if at < len(listed):
        start = listed[at][0].start
        return (TextEdit(start, start, section + newline),)
    level = len(line.text) - len(line.text.lstrip("#"))
    following = [
        one
        for one in readme.lines
        if one.kind == "heading" and one.start > line.start and _level(one) <= level
    ]
    if following:
        start = following[0].start
        return (TextEdit(start, start, section + newline),)
    return (_appended(readme, section.replace(newline, "\n")),)


def _level(line: Line) -> int:
    return len(line.text) - len(line.text.lstrip("#")) or 1
