"""How a provider's files are written: quotes, indentation, semicolons, line ends, specifiers."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.resolve import SpecifierStyle, relative_specifier, specifier_style
from fourlayer.syntax.text import BOM

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import FileFacts


_LINE = 100
"""Characters of an import that stays on one line."""


class Style(NamedTuple):
    """The habits of one provider's files."""

    quote: str = '"'
    indent: str = "  "
    semicolons: bool = True
    newline: str = "\n"
    specifiers: SpecifierStyle = "js"

    def specifier(self, target: str, importer: str) -> str:
        """The relative specifier by which a file names another."""
        return relative_specifier(target, importer, self.specifiers)

    def quoted(self, text: str) -> str:
        """A string literal of a text without quotes and backslashes."""
        return f"{self.quote}{text}{self.quote}"

    def apply(self, text: str) -> str:
        """Rewrite a text that has double quotes, two spaces, semicolons and line feeds."""
        if self.quote == "'":
            text = _single_quotes(text)
        if self.indent != "  ":
            text = "\n".join(_indented(line, self.indent) for line in text.split("\n"))
        if not self.semicolons:
            text = "\n".join(line.removesuffix(";") for line in text.split("\n"))
        return text if self.newline == "\n" else text.replace("\n", self.newline)


def import_statement(names: Iterable[str], specifier: str, *, type_only: bool = False) -> str:
    """An import in the default style, on several lines where one would be long."""
    listed = sorted(names, key=str.lower)
    word = "import type" if type_only else "import"
    line = f'{word} {{ {", ".join(listed)} }} from "{specifier}";'
    if len(line) <= _LINE:
        return line
    return f"{word} {{\n" + "".join(f"  {name},\n" for name in listed) + f'}} from "{specifier}";'


def style_of(view: View, paths: Sequence[str]) -> Style:
    """The style of the first files (of those given, best witnesses first) that show one."""
    seen = [facts for path in paths if (facts := view.facts(path)) is not None and facts.text.data]
    if not seen:
        return Style()
    specifiers = [
        item.specifier for facts in seen for item in facts.imports if item.kind in {"import", "export"}
    ]
    return Style(
        _quote(seen),
        next((found for facts in seen if (found := _indent(facts)) is not None), "  "),
        _semicolons(seen),
        newline_of(seen[0].text.data),
        specifier_style(specifiers) or "js",
    )


def newline_of(data: bytes) -> str:
    """The line end that a file uses."""
    end = data.find(b"\n")
    return "\r\n" if end > 0 and data[end - 1 : end] == b"\r" else "\n"


def start_of_code(data: bytes) -> int:
    """The offset after a byte order mark and a hash-bang line."""
    start = len(BOM) if data.startswith(BOM) else 0
    if data.startswith(b"#!", start):
        end = data.find(b"\n", start)
        return len(data) if end < 0 else end + 1
    return start


def _quote(seen: Iterable[FileFacts]) -> str:
    single = double = 0
    for facts in seen:
        for item in facts.imports:
            opening = facts.text.data[item.span.start : item.span.start + 1]
            single += opening == b"'"
            double += opening == b'"'
    return "'" if single > double else '"'


def _indent(facts: FileFacts) -> str | None:
    """The white space before the first member of the first class, else before the first indented line."""
    data = facts.text.data
    for decl in facts.decls:
        for member in decl.members:
            line = data.rfind(b"\n", 0, member.start) + 1
            lead = data[line : member.start]
            if lead and not lead.strip():
                return lead.decode("ascii", "replace")
    match = _indented_line().search(data)
    return match[1].decode() if match is not None else None


@cache
def _indented_line() -> re.Pattern[bytes]:
    return re.compile(rb"\n([ ]{2,8}|\t)[^\s*]")


def _semicolons(seen: Iterable[FileFacts]) -> bool:
    ends = [
        facts.text.data[decl.end - 1 : decl.end]
        for facts in seen
        for decl in facts.decls
        if decl.kind in {"import", "variable"}
    ]
    return not ends or ends.count(b";") * 2 >= len(ends)


def _indented(line: str, unit: str) -> str:
    rest = line.lstrip(" ")
    depth, odd = divmod(len(line) - len(rest), 2)
    return unit * depth + " " * odd + rest


@cache
def _tokens() -> re.Pattern[str]:
    return re.compile(r"""//[^\n]*|/\*.*?\*/|`(?:[^`\\]|\\.)*`|"((?:[^"\\\n]|\\.)*)\"""", re.DOTALL)


def _single_quotes(text: str) -> str:
    def swap(match: re.Match[str]) -> str:
        inner = match[1]
        if inner is None or "'" in inner or "\\" in inner:
            return match[0]
        return f"'{inner}'"

    return _tokens().sub(swap, text)
