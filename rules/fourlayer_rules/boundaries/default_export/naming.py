"""What a default export is called once it has a name, and the edit that names it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.rule.model import TextEdit
from fourlayer.syntax import nodes as n

if TYPE_CHECKING:
    from fourlayer.syntax.facts import Decl, Export, FileFacts

_DEFAULT = re.compile(rb"\bdefault\b\s*")
_RESERVED = frozenset(
    {
        "break",
        "case",
        "catch",
        "class",
        "const",
        "continue",
        "debugger",
        "default",
        "delete",
        "do",
        "else",
        "enum",
        "export",
        "extends",
        "false",
        "finally",
        "for",
        "function",
        "if",
        "import",
        "in",
        "instanceof",
        "new",
        "null",
        "return",
        "super",
        "switch",
        "this",
        "throw",
        "true",
        "try",
        "typeof",
        "var",
        "void",
        "while",
        "with",
        "yield",
        "let",
        "static",
        "await",
        "async",
    }
)


def exported_name(facts: FileFacts, export: Export, path: str) -> str | None:
    """The name that the default export gets: its own, else one made of the file's name.

    None where the statement does not parse or no name can be made.
    """
    decl = _statement(facts, export)
    if decl is None or not decl.trusted:
        return None
    if export.kind == "from":
        return export.local if export.local not in (None, "default") else _from_specifier(export)
    if export.local is not None and export.local != "default":
        return export.local
    return _free_name(facts, _from_path(path, pascal=_is_class(decl)))


def local_edit(facts: FileFacts, export: Export, name: str) -> tuple[TextEdit, ...] | None:
    """The edits that turn the default export of a file into an export of `name`."""
    decl = _statement(facts, export)
    if decl is None:
        return None
    if export.kind in ("named", "from"):
        return _specifier_edit(facts, export, name)
    keyword = _DEFAULT.match(facts.text.data, export.span.start)
    if keyword is None:
        return None
    start, end = keyword.span()
    node = decl.node
    if isinstance(node, n.ExprStmt):
        if isinstance(node.expr, n.Name) and node.expr.name == name:
            return _by_reference(facts, decl, name)
        if isinstance(node.expr, n.ClassExpr):
            return _named_after_keyword(facts, start, end, b"class", name, node.expr.decl.name)
        if (
            isinstance(node.expr, n.Function)
            and not node.expr.arrow
            and facts.text.data[end:].startswith((b"function", b"async"))
        ):
            return _named_after_keyword(facts, start, end, b"function", name, node.expr.name)
        return (TextEdit(start, end, f"const {name} = "),)
    if isinstance(node, n.ClassDecl):
        return _named_after_keyword(facts, start, end, b"class", name, node.name)
    if isinstance(node, n.FunctionDecl):
        return _named_after_keyword(facts, start, end, b"function", name, node.function.name)
    if isinstance(node, n.InterfaceDecl):
        return (TextEdit(start, end, ""),)
    return None


def _statement(facts: FileFacts, export: Export) -> Decl | None:
    return next((decl for decl in facts.decls if decl.start == export.stmt.start), None)


def _is_class(decl: Decl) -> bool:
    node = decl.node
    return isinstance(node, n.ClassDecl) or (
        isinstance(node, n.ExprStmt) and isinstance(node.expr, n.ClassExpr)
    )


def _named_after_keyword(
    facts: FileFacts, start: int, end: int, keyword: bytes, name: str, existing: str | None
) -> tuple[TextEdit, ...]:
    """Drop `default`; where the declaration has no name, put one after its keyword."""
    drop = TextEdit(start, end, "")
    if existing is not None:
        return (drop,)
    at = facts.text.data.find(keyword, end) + len(keyword)
    if keyword == b"function" and facts.text.data[at : at + 1] == b"*":
        at += 1
    space = at
    while facts.text.data[space : space + 1] == b" ":
        space += 1
    gap = "" if keyword == b"function" else " "
    return (drop, TextEdit(at, space, f" {name}{gap}"))


def _by_reference(facts: FileFacts, decl: Decl, name: str) -> tuple[TextEdit, ...]:
    """`export default name;`: export what is declared or imported above, unless it is already."""
    if any(item.name == name and item.stmt.start != decl.start for item in facts.exports):
        return (TextEdit(*_whole_lines(facts, decl.start, decl.end), ""),)
    declared = facts.decl(name)
    type_only = declared is not None and declared.kind in ("interface", "type")
    type_only = type_only or any(
        item.local == name and item.type_only for found in facts.imports for item in found.names
    )
    return (TextEdit(decl.start, decl.end, f"export {'type ' if type_only else ''}{{ {name} }};"),)


def _specifier_edit(facts: FileFacts, export: Export, name: str) -> tuple[TextEdit, ...] | None:
    """`x as default` or `default` inside braces."""
    data = facts.text.data
    local = export.local
    if export.kind == "from" and local == "default":
        return (TextEdit(export.span.start, export.span.end, f"default as {name}"),)
    start = data.rfind(b"{", export.stmt.start, export.span.start)
    comma = data.rfind(b",", export.stmt.start, export.span.start)
    start = max(start, comma) + 1
    while data[start : start + 1].isspace():
        start += 1
    taken = any(item.name == name and item is not export for item in facts.exports)
    if not taken:
        return (TextEdit(start, export.span.end, name),)
    others = [item for item in facts.exports if item.stmt == export.stmt and item is not export]
    if not others:
        return (TextEdit(*_whole_lines(facts, export.stmt.start, export.stmt.end), ""),)
    end = export.span.end
    rest = re.compile(rb"\s*,\s*").match(data, end)
    if rest is not None:
        return (TextEdit(start, rest.end(), ""),)
    return (TextEdit(comma, end, ""),)


def _whole_lines(facts: FileFacts, start: int, end: int) -> tuple[int, int]:
    """The span widened by the line break after it where it fills its lines."""
    data = facts.text.data
    line_start = facts.text.line_starts[facts.text.line_of(start)]
    after = re.compile(rb"[ \t]*(?:\r\n|\r|\n|$)").match(data, end)
    if data[line_start:start].strip() or after is None:
        return start, end
    return line_start, after.end()


def _from_specifier(export: Export) -> str | None:
    specifier = export.specifier or ""
    stem = re.sub(r"\.[mc]?[jt]sx?$", "", specifier.rstrip("/")).rpartition("/")[2]
    return _identifier(stem, pascal=stem[:1].isupper())


def _from_path(path: str, *, pascal: bool) -> str | None:
    folder, _, name = path.rpartition("/")
    stem = re.sub(r"\.[mc]?tsx?$", "", name)
    if stem == "index":
        stem = folder.rpartition("/")[2]
    return _identifier(stem, pascal=pascal or stem[:1].isupper())


def _identifier(stem: str, *, pascal: bool) -> str | None:
    words = [word for word in re.split(r"[^A-Za-z0-9_$]+", stem) if word]
    if not words:
        return None
    joined = words[0] + "".join(word[0].upper() + word[1:] for word in words[1:])
    joined = (joined[0].upper() if pascal else joined[0].lower()) + joined[1:]
    if joined[0].isdigit() or joined in _RESERVED:
        joined = f"_{joined}"
    return joined


def _free_name(facts: FileFacts, wanted: str | None) -> str | None:
    """The wanted name, or with a suffix where the file uses it for something else."""
    if wanted is None:
        return None
    for name in (wanted, f"{wanted}Default", f"{wanted}Export"):
        if re.search(rb"(?<![\w$.])" + re.escape(name.encode()) + rb"(?![\w$])", facts.text.data) is None:
            return name
    return None
