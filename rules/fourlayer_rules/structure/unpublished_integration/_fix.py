"""Publishes a provider like its siblings: an export in the root index, an entry in the manifest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.packages import within
from fourlayer.rule.model import Change, TextEdit
from fourlayer_rules.derive.json_text import JsonMember, JsonObject, member_of
from fourlayer_rules.derive.style import newline_of, style_of
from fourlayer_rules.derive.symbols import exported, exported_names
from fourlayer_rules.structure.unpublished_integration._published import (
    Package,
    leaves,
    missing_from,
    package_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence, Set

    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Export, FileFacts
    from fourlayer.syntax.span import Span

_LINE = 100


def publish(ctx: Context, provider: Provider) -> Change | None:
    """The edits that publish a provider everywhere it is missing; None where one cannot be made."""
    view = ctx.view
    package = package_of(view, provider)
    missing = missing_from(ctx, provider) if package is not None else ()
    if package is None or not missing:
        return None
    edits: dict[str, tuple[TextEdit, ...]] = {}
    for path in missing:
        edit = _entry(view, package, provider) if path == package.manifest else _export(view, path, provider)
        if edit is None:
            return None
        edits[path] = (edit,)
    return Change(edits)


# The index


class _Neighbour(NamedTuple):
    """A statement of the index that publishes another provider."""

    provider: Provider
    export: Export

    @property
    def stmt(self) -> Span:
        """The whole statement."""
        return self.export.stmt


def _export(view: View, index: str, provider: Provider) -> TextEdit | None:
    facts = view.facts(index)
    if facts is None or provider.entry is None:
        return None
    neighbours = list(_neighbours(view, index, facts, provider))
    statement = _statement(view, index, provider, neighbours)
    if statement is None:
        return None
    style = style_of(view, [index])._replace(newline=newline_of(facts.text.data))
    if facts.exports:
        closed = facts.text.data[facts.exports[-1].stmt.end - 1 : facts.exports[-1].stmt.end] == b";"
        style = style._replace(semicolons=closed)
    text = style.apply(statement)
    return _inserted(facts, provider, neighbours, text)


def _neighbours(view: View, index: str, facts: FileFacts, provider: Provider) -> Iterator[_Neighbour]:
    for export in facts.exports:
        target = view.resolve(export.specifier, index).path if export.specifier is not None else None
        owner = view.provider_of(target) if target is not None else None
        if owner is not None and owner.root == provider.root:
            yield _Neighbour(owner, export)


def _statement(view: View, index: str, provider: Provider, neighbours: Sequence[_Neighbour]) -> str | None:
    """The export in the default style, of the kind that most neighbours are."""
    entry = provider.entry or ""
    specifier = view.specifier_for(entry, index)
    values, types, complete = _public(view, entry)
    taken, _ = exported_names(view, index)
    kinds = [one.export.kind for one in neighbours]
    free = complete and not taken & {*values, *types}
    if kinds.count("all") * 2 > len(kinds) and free:
        return f'export * from "{specifier}";'
    if kinds.count("namespace") * 2 > len(kinds):
        return _namespace(provider, specifier, taken, neighbours)
    chosen = _like_neighbours(provider, neighbours, [name for name in values if name not in taken])
    with_types = any(one.export.type_only for one in neighbours)
    chosen_types = [name for name in types if name not in taken and (with_types or not chosen)]
    lines = [
        _named(word, names, specifier)
        for word, names in (("export", chosen), ("export type", chosen_types))
        if names
    ]
    return "\n".join(lines) if lines else _namespace(provider, specifier, taken, neighbours)


def _public(view: View, entry: str) -> tuple[list[str], list[str], bool]:
    """The values and the types that an index exports; names of unknown origin are left out."""
    names, complete = exported_names(view, entry)
    values: list[str] = []
    types: list[str] = []
    for name in sorted(names - {"default", "*", "="}, key=str.lower):
        found = exported(view, entry, name)
        if not isinstance(found, tuple):
            complete = False
        elif found.decl.kind in {"interface", "type"} or _is_type_only(view, entry, name):
            types.append(name)
        else:
            values.append(name)
    return values, types, complete


def _is_type_only(view: View, entry: str, name: str) -> bool:
    facts = view.shape(entry)
    return facts is not None and any(one.name == name and one.type_only for one in facts.exports)


def _like_neighbours(
    provider: Provider, neighbours: Sequence[_Neighbour], values: Sequence[str]
) -> list[str]:
    """The values that play a part which neighbours publish too (adapter, health check).

    Where none does, those that are named after the provider, and where there are none of these, all.
    """
    parts = {
        one.export.name.replace(one.provider.pascal, "{}")
        for one in neighbours
        if one.provider.pascal in one.export.name
    }
    alike = [name for name in values if name.replace(provider.pascal, "{}") in parts]
    return alike or [name for name in values if provider.pascal in name] or list(values)


def _namespace(
    provider: Provider, specifier: str, taken: Set[str], neighbours: Sequence[_Neighbour]
) -> str | None:
    camel = provider.pascal[:1].lower() + provider.pascal[1:]
    upper = [one for one in neighbours if one.export.kind == "namespace" and one.export.name[:1].isupper()]
    name = provider.pascal if upper else camel
    return None if name in taken else f'export * as {name} from "{specifier}";'


def _named(word: str, names: Sequence[str], specifier: str) -> str:
    line = f'{word} {{ {", ".join(names)} }} from "{specifier}";'
    if len(line) <= _LINE:
        return line
    return f"{word} {{\n" + "".join(f"  {name},\n" for name in names) + f'}} from "{specifier}";'


def _inserted(facts: FileFacts, provider: Provider, neighbours: Sequence[_Neighbour], text: str) -> TextEdit:
    """On a line of its own, where the order of the neighbours wants it; behind the last export elsewhere."""
    data = facts.text.data
    newline = newline_of(data)
    folders = [one.provider.folder for one in neighbours]
    later = [one for one in neighbours if one.provider.folder > provider.folder]
    if later and folders == sorted(folders):
        from fourlayer_rules.derive.dtos import attached_start

        start = attached_start(facts, later[0].stmt.start)
        return TextEdit(start, start, text + newline)
    stmts = [one.stmt for one in neighbours] or [export.stmt for export in facts.exports]
    if not stmts:
        end = len(data)
        gap = "" if not data.strip() or data.endswith(b"\n") else newline
        return TextEdit(end, end, f"{gap}{text}{newline}")
    end = max(stmt.end for stmt in stmts)
    return TextEdit(end, end, newline + text)


# The manifest


def _entry(view: View, package: Package, provider: Provider) -> TextEdit | None:
    content = view.text(package.manifest)
    text = content.data.decode("utf-8", "replace") if content is not None else ""
    table = member_of(text, ("exports",))
    if content is None or table is None or not table.members:
        return None
    siblings = list(_sibling_entries(view, provider, text, table))
    key, value = _like_siblings(view, package, provider, text, siblings)
    at, before, after = _gap(text, table, siblings, key)
    offset = len(text[:at].encode())
    if len(content.data) != len(text.encode()):
        return None
    return TextEdit(offset, offset, f'{before}"{key}": {value}{after}')


class _Sibling(NamedTuple):
    provider: Provider
    member: JsonMember


def _sibling_entries(view: View, provider: Provider, text: str, table: JsonObject) -> Iterator[_Sibling]:
    """The entries of other providers' public surfaces."""
    from fourlayer.project.jsonc import parse_object

    for member in table.members:
        held = parse_object(f'{{"value": {text[member.value_start : member.end]}}}'.encode()).get("value")
        for one in view.providers:
            if one.path == provider.path or one.root != provider.root or "*" in member.key:
                continue
            wanted = f"/{one.folder}/index."
            if member.key.rpartition("/")[2] == one.folder and any(
                wanted in target for target in leaves(held)
            ):
                yield _Sibling(one, member)


def _like_siblings(
    view: View, package: Package, provider: Provider, text: str, siblings: Sequence[_Sibling]
) -> tuple[str, str]:
    """Key and value of the commonest shape among the siblings, with this provider's folder in it."""
    shapes: dict[tuple[str, str], int] = {}
    for one in siblings:
        value = text[one.member.value_start : one.member.end]
        shape = (
            _with_folder(one.member.key, one.provider.folder, provider.folder),
            _with_folder(value, one.provider.folder, provider.folder),
        )
        shapes[shape] = shapes.get(shape, 0) + 1
    for key, value in sorted(shapes, key=lambda shape: -shapes[shape]):
        if _leads_somewhere(view, package, provider, value):
            return key, value
    relative = provider.path[len(package.directory) + 1 :] if package.directory else provider.path
    return f"./{relative}", f'"./{relative}/index.ts"'


def _with_folder(text: str, old: str, new: str) -> str:
    return re.sub(rf"(?<=/){re.escape(old)}(?=[/\".]|$)", lambda _: new, text)


def _leads_somewhere(view: View, package: Package, provider: Provider, value: str) -> bool:
    """Whether the targets among the sources exist; what a build makes cannot be looked at."""
    for target in re.findall(r'"(\.[^"]*)"', value):
        path = within(package.directory, target)
        if path is not None and path.startswith(provider.path + "/") and not view.exists(path):
            return False
    return True


def _gap(text: str, table: JsonObject, siblings: Sequence[_Sibling], key: str) -> tuple[int, str, str]:
    """Where an entry goes, and what stands before and after it there."""
    members = table.members
    multiline = "\n" in text[table.open : members[-1].start]
    newline = "\r\n" if "\r\n" in text else "\n"
    line = text.rfind("\n", 0, members[-1].start) + 1
    indent = text[line : members[-1].start] if not text[line : members[-1].start].strip() else ""
    glue = newline + indent if multiline else " "
    keys = [one.member.key for one in siblings]
    later = [one.member for one in siblings if one.member.key > key]
    if later and keys == sorted(keys):
        return later[0].start, "", f",{glue}"
    last = max((one.member for one in siblings), key=lambda one: one.end, default=members[-1])
    return last.end, f",{glue}", ""
