"""Writes inferred types as TypeScript, as the files around them are written."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.rule.model import TextEdit
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer_rules.types.explicit_any._infer import (
    UNKNOWN,
    Array,
    Extended,
    Field,
    Function,
    Named,
    Object,
    Plain,
    Type,
    Union,
    Values,
)
from fourlayer_rules.types.explicit_any._names import nested_name
from fourlayer_rules.types.explicit_any._use import TypeAt

if TYPE_CHECKING:
    from collections.abc import Callable

    from fourlayer.syntax.facts import FileFacts, Import
    from fourlayer_rules.types.explicit_any._world import World

_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")
GLOBALS = frozenset(
    [
        "string",
        "number",
        "boolean",
        "bigint",
        "symbol",
        "unknown",
        "never",
        "void",
        "undefined",
        "null",
        "object",
        "any",
        "Date",
        "Array",
        "ReadonlyArray",
        "Record",
        "Map",
        "Set",
        "Promise",
        "Partial",
        "Readonly",
        "Required",
        "Pick",
        "Omit",
        "RegExp",
        "URL",
        "Error",
        "Uint8Array",
        "ArrayBuffer",
        "AbortSignal",
        "Headers",
        "Response",
        "Request",
        "FormData",
        "Blob",
        "NonNullable",
        "ReturnType",
        "Parameters",
        "Awaited",
        "Function",
        "Buffer",
        "Iterable",
        "AsyncIterable",
        "ReadonlyMap",
        "ReadonlySet",
    ]
)


class Wanted(NamedTuple):
    """A type to import: its name, and the workspace file or the specifier that it comes from."""

    name: str
    target: str
    is_path: bool


class Style(NamedTuple):
    """How a file is written."""

    indent: str = "  "
    end: str = ";"
    newline: str = "\n"
    quote: str = '"'


def style_of(facts: FileFacts | None) -> Style:
    """The style of a file; the common one where it shows none."""
    if facts is None:
        return Style()
    data = facts.text.data
    newline = "\r\n" if b"\r\n" in data else "\n"
    indents = re.findall(rb"\n(\t| +)[^\s*]", data[:4000])
    indent = min(indents, key=len).decode() if indents else "  "
    quote = '"'
    for item in facts.imports:
        quote = "'" if data[item.span.start : item.span.start + 1] == b"'" else '"'
        break
    ends = [
        data[decl.end - 1 : decl.end] for decl in facts.decls if decl.kind in ("import", "variable", "type")
    ]
    members = re.findall(rb":[^\n{}]*?([;,]?)\r?\n\s+\w+\??:", data[:8000])
    semicolons = not ends or ends.count(b";") * 2 >= len(ends)
    if not ends and members:
        semicolons = any(end == b";" for end in members)
    return Style(indent if len(indent) <= 8 else "  ", ";" if semicolons else "", newline, quote)


class Renderer:
    """Writes types for one file (`home`); collects the declarations and imports they need."""

    def __init__(
        self,
        world: World,
        home: str,
        prefix: str,
        taken: Callable[[str], bool],
        style: Style,
        find: Callable[[Object, str], tuple[str, str] | None] | None = None,
    ) -> None:
        self.find = find
        """Finds a declared type for a nested object, by the property's name."""
        self.world = world
        self.home = home
        self.prefix = prefix
        self.style = style
        self.declarations: list[str] = []
        self.names: list[str] = []
        self.imports: list[Wanted] = []
        self.sound = True
        self._taken = taken
        self._known: dict[int, str] = {}

    def taken(self, name: str) -> bool:
        """Whether a name means something already."""
        return name in self.names or self._taken(name)

    def text(self, found: Type, parent: str, prop: str = "", *, is_item: bool = False) -> str:
        """A type's text; object types get declarations of their own."""
        if isinstance(found, Plain):
            return found.text
        if isinstance(found, Named):
            return self._named(found.at, parent, prop)
        if isinstance(found, Array):
            inner = self.text(found.item, parent, prop, is_item=True)
            shown = f"({inner})" if isinstance(found.item, Union | Function) or "|" in inner else inner
            return f"{shown}[]"
        if isinstance(found, Values):
            return f"Record<string, {self.text(found.value, parent, prop, is_item=True)}>"
        if isinstance(found, Function):
            result = self.text(found.result, parent, (prop or "") + "Result")
            return f"({'...args: unknown[]' if found.arguments else ''}) => {result}"
        if isinstance(found, Union):
            items = [self.text(item, parent, prop, is_item=is_item) for item in found.items]
            return " | ".join(
                f"({text})" if isinstance(item, Function) else text
                for item, text in zip(found.items, items, strict=True)
            )
        known = self.find(found, prop) if self.find is not None else None
        if known is not None:
            name, path = known
            one = Wanted(name, path, True)
            if path != self.home and one not in self.imports:
                self.imports.append(one)
            return name
        if not prop and parent not in self.names and not self._taken(parent):
            name = parent
        else:
            name = nested_name(parent, self.prefix, prop or "value", is_item, self.taken)
        self.declare(found, name)
        return name

    def declare(self, found: Object, name: str) -> None:
        """Write a declaration of an object type; those it holds come after it."""
        self.names.append(name)
        position = len(self.declarations)
        self.declarations.append("")
        style = self.style
        lines: list[str] = []
        for key, field in found.fields.items():
            lines.append(f"{style.indent}{self.field(key, field, name)}{style.end}")
        if found.indexable:
            lines.append(f"{style.indent}[key: string]: unknown{style.end}")
        bases = [text for base in found.extends if (text := self._base(base)) is not None]
        head = f" extends {', '.join(bases)}" if bases else ""
        body = style.newline.join(["{", *lines, "}"]) if lines else "{}"
        self.declarations[position] = f"export interface {name}{head} {body}"

    def field(self, key: str, field: Field, owner: str) -> str:
        """A property."""
        text = self.text(field.type, owner, key)
        shown = key if _IDENTIFIER.fullmatch(key) else f'"{key}"'
        if field.optional and field.written and text != "unknown":
            return f"{shown}?: {f'({text})' if isinstance(field.type, Function) else text} | undefined"
        return f"{shown}{'?' if field.optional else ''}: {text}"

    def inline(self, found: Object) -> str:
        """An object type written out on one line."""
        parts = [self.field_inline(key, field) for key, field in found.fields.items()]
        return "{ " + "; ".join(parts) + " }"

    def field_inline(self, key: str, field: Field) -> str:
        """A property of an object type on one line."""
        shown = key if _IDENTIFIER.fullmatch(key) else f'"{key}"'
        text = self.inline(field.type) if isinstance(field.type, Object) else self.text(field.type, "", key)
        return f"{shown}{'?' if field.optional else ''}: {text}"

    def _base(self, base: Extended) -> str | None:
        text = self.portable(base.at)
        if text is None:
            self.sound = False
            return None
        return f"Partial<{text}>" if base.partial else text

    def _named(self, at: TypeAt, parent: str, prop: str) -> str:
        text = self.portable(at)
        if text is not None:
            return text
        members = self.world.members(at)
        if members is not None and all(member.type is not None for member in members.values()):
            fields = {
                name: Field(Named(member.type), member.optional)
                for name, member in members.items()
                if member.type is not None
            }
            if all(self.portable(member.type) is not None for member in members.values() if member.type):
                return self.text(Object(fields, (), False), parent, prop)
        self.sound = False
        return UNKNOWN.text

    # Names of declared types

    def portable(self, at: TypeAt) -> str | None:
        """A written type's text for `home`, with what must be imported; None where it cannot go there."""
        if any(isinstance(node, n.TypeOther) for node in walk(at.type)):
            return None
        wanted: list[Wanted] = []
        for node in walk(at.type):
            if isinstance(node, n.TypeRef) and node.name not in GLOBALS:
                found = self._origin(at, node.name.partition(".")[0])
                if found is None:
                    return None
                if found.target != self.home:
                    wanted.append(found)
        self.imports += [one for one in wanted if one not in self.imports]
        return " ".join(at.site.decl.text_of(at.type).split())

    def _origin(self, at: TypeAt, name: str) -> Wanted | None:
        path = at.site.path
        facts = self.world.facts(path)
        if facts is None:
            return None
        if facts.decl(name) is not None:
            exported = any(export.name == name and export.specifier is None for export in facts.exports)
            if path != self.home and not exported:
                return None
            return Wanted(name, path, True) if self._may_import(path) else None
        for item in facts.imports:
            if item.kind != "import":
                continue
            for bound in item.names:
                if bound.local != name or bound.imported != name:
                    continue
                target = self.world.local_module(item.specifier, path)
                if target is not None:
                    return Wanted(name, target, True) if self._may_import(target) else None
                return Wanted(name, _rebased(item.specifier, path, self.home), False)
        return None

    def _may_import(self, target: str) -> bool:
        """Whether the layers allow `home` to name a type of a file."""
        view = self.world.view
        if target == self.home or view.layer_of(self.home) != "contracts" or self.world.provider is None:
            return True
        return view.layer_of(target) == "contracts"


def _rebased(specifier: str, importer: str, home: str) -> str:
    """A relative specifier as another file would write it."""
    if not specifier.startswith("."):
        return specifier
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(importer), specifier))
    relative = posixpath.relpath(joined, posixpath.dirname(home) or ".")
    return relative if relative.startswith(".") else f"./{relative}"


# Imports


def import_edits(world: World, facts: FileFacts, path: str, wanted: list[Wanted]) -> list[TextEdit]:
    """The edits that import types into a file."""
    by_module: dict[str, list[str]] = {}
    for one in wanted:
        if any(bound.local == one.name for item in facts.imports for bound in item.names):
            continue
        specifier = world.view.specifier_for(one.target, path) if one.is_path else one.target
        names = by_module.setdefault(specifier, [])
        if one.name not in names:
            names.append(one.name)
    edits: list[TextEdit] = []
    fresh: list[tuple[str, list[str]]] = []
    for specifier, names in by_module.items():
        merged = _merged(world, facts, path, specifier, names)
        if merged is None:
            fresh.append((specifier, names))
        else:
            edits.append(merged)
    if fresh:
        edits.append(_new_statements(facts, fresh, plain=imports_types_plainly(world, facts, path)))
    return edits


def imports_types_plainly(world: World, facts: FileFacts, path: str) -> bool:
    """Whether a file imports types without the word `type`."""
    for item in facts.imports:
        target = world.local_module(item.specifier, path) if item.kind == "import" else None
        for bound in item.names if target is not None else ():
            found = (
                world.exported(target, bound.imported) if not bound.type_only and target is not None else None
            )
            if found is not None and found.decl.kind in ("interface", "type"):
                return True
    return False


def import_lines(style: Style, wanted: list[tuple[str, list[str]]], *, plain: bool = False) -> list[str]:
    """Import statements of types."""
    word = "import" if plain else "import type"
    return [
        f"{word} {{ {', '.join(sorted(names))} }} from {style.quote}{specifier}{style.quote}{style.end}"
        for specifier, names in wanted
    ]


def _merged(world: World, facts: FileFacts, path: str, specifier: str, names: list[str]) -> TextEdit | None:
    """An edit that adds names to an import of the same module that is there."""
    data = facts.text.data
    target = world.local_module(specifier, path)
    hosts: list[tuple[bool, Import, bytes]] = []
    for item in facts.imports:
        if item.kind != "import" or not item.trusted:
            continue
        same = item.specifier == specifier
        if not same and target is not None and world.local_module(item.specifier, path) == target:
            same = True
        clause = data[item.stmt.start : item.span.start]
        if same and b"{" in clause and item.names:
            hosts.append((b"import type" not in clause[:12], item, clause))
    if not hosts:
        return None
    hosts.sort(key=lambda host: host[0])
    plain, item, clause = hosts[0]
    braces = item.stmt.start + clause.find(b"{")
    listed = [bound for bound in item.names if bound.imported != "*" and bound.span.start > braces]
    if not listed:
        return None
    last = listed[-1].span
    line = data.rfind(b"\n", 0, last.start) + 1
    lead = data[line : last.start]
    own_line = line > item.stmt.start and not lead.strip()
    newline = "\r\n" if b"\r\n" in data else "\n"
    glue = f",{newline}{lead.decode()}" if own_line else ", "
    word = "type " if plain and not imports_types_plainly(world, facts, path) else ""
    return TextEdit(last.end, last.end, "".join(f"{glue}{word}{name}" for name in names))


def _new_statements(facts: FileFacts, wanted: list[tuple[str, list[str]]], *, plain: bool) -> TextEdit:
    style = style_of(facts)
    lines = import_lines(style, wanted, plain=plain)
    imports = [decl for decl in facts.decls if decl.kind == "import"]
    if imports:
        at = imports[-1].end
        return TextEdit(at, at, "".join(f"{style.newline}{line}" for line in lines))
    at = _top(facts)
    return TextEdit(at, at, style.newline.join([*lines, "", ""]))


def _top(facts: FileFacts) -> int:
    """Where the first import goes: after a hash-bang and comments that a blank line follows."""
    data = facts.text.data
    at = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    if data.startswith(b"#!", at):
        at = data.find(b"\n", at) + 1 or len(data)
    first = facts.decls[0].start if facts.decls else len(data)
    for comment in facts.comments:
        if comment.span.start >= first or data[at : comment.span.start].strip():
            break
        rest = re.match(rb"[ \t]*\r?\n[ \t]*\r?\n", data[comment.span.end :])
        if rest is not None or b"fourlayer-ignore-file" in data[comment.span.start : comment.span.end]:
            end = data.find(b"\n", comment.span.end) + 1
            blank = re.match(rb"(?:[ \t]*\r?\n)*", data[end:])
            at = end + (blank.end() if blank is not None else 0)
    return min(at, first)
