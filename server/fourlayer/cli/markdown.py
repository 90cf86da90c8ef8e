"""A rule's page on a terminal: headings, paragraphs, lists and code, nothing more."""

from __future__ import annotations

import re
import textwrap

from fourlayer.report.terminal import Role, Style, visible

_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_INLINE = re.compile(
    r"(?P<code>`+)(?P<text>.+?)(?P=code)|\*\*(?P<bold>.+?)\*\*|\[(?P<label>[^\]]+)\]\((?P<to>[^)]+)\)"
)
_FILE = re.compile(r"\bpath=(\S+)")
_ITEM = re.compile(r"(\s*(?:[-*]|\d+\.)\s+)(.*)", re.DOTALL)


def render(page: str, style: Style, width: int) -> str:
    """The page as text of at most `width` columns (code is not wrapped), ending in a line break."""
    lines: list[str] = []
    paragraph: list[str] = []
    fence: str | None = None
    for line in _COMMENT.sub("", page).splitlines():
        if fence is not None:
            if line.strip() == fence:
                fence = None
            else:
                lines.append(f"    {style.paint(_shown(line), 'rule')}".rstrip())
            continue
        if line.lstrip().startswith("```"):
            _end(paragraph, lines, style, width)
            fence = line.strip()[: len(line.strip()) - len(line.strip().lstrip("`"))]
            if file := _FILE.search(line):
                lines.append(f"    {style.paint(visible(file[1]), 'dim')}")
        elif line.startswith("#"):
            _end(paragraph, lines, style, width)
            lines.append(_heading(line, style))
        elif not line.strip():
            _end(paragraph, lines, style, width)
            lines.append("")
        elif line.startswith("|"):
            _end(paragraph, lines, style, width)
            lines.append(_inline(_shown(line), style))
        else:
            if _ITEM.match(line):
                _end(paragraph, lines, style, width)
            paragraph.append(line)
    _end(paragraph, lines, style, width)
    return "\n".join(lines).strip("\n") + "\n"


def _heading(line: str, style: Style) -> str:
    level = len(line) - len(line.lstrip("#"))
    role: Role = "path" if level == 1 else "bold"
    return style.paint(_inline(_shown(line.lstrip("# ")), Style()), role)


def _end(paragraph: list[str], lines: list[str], style: Style, width: int) -> None:
    """Wrap what has been collected of a paragraph or list item."""
    if not paragraph:
        return
    text = " ".join([paragraph[0].rstrip(), *(line.strip() for line in paragraph[1:])])
    item = _ITEM.match(text)
    head, body = (item[1], item[2]) if item else ("", text)
    wrapped = textwrap.wrap(
        _shown(body),
        max(width, 20),
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )
    lines.extend(_inline("\n".join(wrapped), style).split("\n"))
    paragraph.clear()


def _inline(text: str, style: Style) -> str:
    def painted(match: re.Match[str]) -> str:
        if match["text"] is not None:
            return style.paint(match["text"], "rule") if style.colours else match[0]
        if match["bold"] is not None:
            return style.paint(match["bold"], "bold")
        return f"{match['label']} ({match['to']})"

    return _INLINE.sub(painted, text)


def _shown(line: str) -> str:
    return visible(line.replace("\t", "    "))
