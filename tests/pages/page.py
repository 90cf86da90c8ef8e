"""Reads a rule's page: its sections, its examples and the findings that they are marked with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, cast

from tools.pages import META_COMMENT

SECTIONS = (
    "What it does",
    "Why it matters",
    "Examples",
    "Options",
    "Fix safety",
    "Known limits",
    "How to suppress",
)


Level = Literal["error", "warning", "info", "hint", "suspicious", "unverifiable"]

_FENCE = re.compile(r"(`{3,})(.*)")
_HEADING = re.compile(r"(#{1,4}) (.+)")
_EXAMPLE = re.compile(r"(Bad|Good)(?:: (.+))?")
_WORD = re.compile(r"([a-z]+)=(\S+)|([a-z]+)")
_MARKED = r'\[[a-z0-9-]+\](?: "[^"]*")?'
_MARK = re.compile(
    r"\s*(?:(?://|--|\#)\s*(?P<level>{levels}): (?P<marks>{mark}(?:, {mark})*)\s*$"
    r"|\{{?/\*\s*(?P<level2>{levels}): (?P<marks2>{mark}(?:, {mark})*)\s*\*/\}}?)".format(
        levels="error|warning|info|hint|suspicious|unverifiable", mark=_MARKED
    )
)
_ONE_MARK = re.compile(r'\[([a-z0-9-]+)\](?: "([^"]*)")?')
_FLAGS = {
    "bad": frozenset({"notsc"}),
    "good": frozenset({"notsc"}),
    "fixed": frozenset({"notsc", "remains", "deleted"}),
}
_KEYS = {
    "bad": frozenset({"path", "workspace"}),
    "good": frozenset({"path", "workspace"}),
    "fixed": frozenset({"path", "fix", "fixed"}),
}


class PageError(Exception):
    """A page that breaks the format; the message starts with `page:line`."""


class Mark(NamedTuple):
    """One finding that an example promises. `line` is 1-based, in the file without its markers."""

    path: str
    line: int
    level: Level
    rule: str
    message: str
    """Text that the finding's message contains; empty: any."""


class Block(NamedTuple):
    """One file of a virtual workspace without its markers. `line` is the page's line of its first line."""

    path: str
    text: str
    marks: tuple[Mark, ...]
    flags: frozenset[str]
    keys: Mapping[str, str]
    line: int


class Fixed(NamedTuple):
    """What one kind of fix makes of a bad example: the files that differ."""

    kind: str
    """`KIND` or `KIND:ARGUMENT`; empty: the preferred plan, else the first."""
    blocks: tuple[Block, ...]
    line: int

    @property
    def remains(self) -> bool:
        """Whether findings of the rule may stay."""
        return any("remains" in block.flags for block in self.blocks)


class Example(NamedTuple):
    """One workspace that must report what is marked, or nothing."""

    page: str
    kind: Literal["bad", "good"]
    title: str
    line: int
    blocks: tuple[Block, ...]
    fixed: tuple[Fixed, ...]

    @property
    def bare(self) -> bool:
        """Whether the base workspace is left out."""
        return any(block.keys.get("workspace") == "bare" for block in self.blocks)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Every promised finding."""
        return tuple(mark for block in self.blocks for mark in block.marks)

    @property
    def files(self) -> dict[str, str]:
        """Path to text, without the base workspace."""
        return {block.path: block.text for block in self.blocks}

    def at(self) -> str:
        """Where the example stands, for messages."""
        return f"{self.page}:{self.line}"


class Page(NamedTuple):
    """A rule's page."""

    name: str
    title: str
    summary: str
    meta: str
    sections: Mapping[str, str]
    examples: tuple[Example, ...]


def read_page(path: Path, name: str | None = None) -> Page:
    """Read a page from disk. Raises PageError."""
    return parse_page(path.read_text(encoding="utf-8"), name or path.as_posix())


def parse_page(text: str, name: str) -> Page:
    """Parse a page. Raises PageError, which names the page and the line."""
    lines = text.split("\n")
    tokens = tuple(_tokens(lines, name))
    title = next((token.text for token in tokens if token.kind == "#"), "")
    if not title:
        raise PageError(f"{name}:1: the page has no title (`# rule-id`)")
    return Page(
        name=name,
        title=title,
        summary=_summary(lines),
        meta=_meta(lines, name),
        sections=_sections(lines, tokens, name),
        examples=tuple(_examples(tokens, name)),
    )


class _Token(NamedTuple):
    """A heading (`kind` is its hashes) or a fenced block (`kind` is "```", `text` its info string)."""

    kind: str
    text: str
    line: int
    body: tuple[str, ...] = ()


def _tokens(lines: Sequence[str], name: str) -> Iterable[_Token]:
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        if fence := _FENCE.match(line):
            first = index
            while index < len(lines) and lines[index].rstrip() != fence[1]:
                index += 1
            if index == len(lines):
                raise PageError(f"{name}:{first}: the fenced block is never closed")
            yield _Token("```", fence[2].strip(), first, tuple(lines[first:index]))
            index += 1
        elif heading := _HEADING.match(line):
            yield _Token(heading[1], heading[2].strip(), index)


def _summary(lines: Sequence[str]) -> str:
    """The paragraph beneath the title."""
    paragraph: list[str] = []
    for line in lines[1:]:
        if line.strip():
            paragraph.append(line.strip())
        elif paragraph:
            break
    return " ".join(paragraph)


def _meta(lines: Sequence[str], name: str) -> str:
    try:
        return lines[lines.index(META_COMMENT) + 1]
    except (ValueError, IndexError):
        raise PageError(f"{name}:1: the page has no line {META_COMMENT!r}") from None


def _sections(lines: Sequence[str], tokens: Iterable[_Token], name: str) -> dict[str, str]:
    headings = [token for token in tokens if token.kind == "##"]
    sections: dict[str, str] = {}
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        if heading.text not in SECTIONS:
            raise PageError(
                f"{name}:{heading.line}: unknown section {heading.text!r}, not one of {', '.join(SECTIONS)}"
            )
        if heading.text in sections:
            raise PageError(f"{name}:{heading.line}: the section {heading.text!r} stands twice")
        end = following.line - 1 if following else len(lines)
        sections[heading.text] = "\n".join(lines[heading.line : end]).strip()
    order = [section for section in SECTIONS if section in sections]
    if list(sections) != order:
        raise PageError(f"{name}:{headings[0].line}: the sections' order is {', '.join(SECTIONS)}")
    return sections


class _Draft:
    """An example that is being read."""

    def __init__(self, kind: Literal["bad", "good"], title: str, line: int) -> None:
        self.kind: Literal["bad", "good"] = kind
        self.title = title
        self.line = line
        self.blocks: list[Block] = []
        self.fixed: list[tuple[int, list[Block]]] = []

    def finish(self, name: str) -> Example:
        if not self.blocks:
            raise PageError(f"{name}:{self.line}: the example has no block with `path=`")
        example = Example(
            name,
            self.kind,
            self.title,
            self.line,
            tuple(self.blocks),
            tuple(_fixed(line, blocks, name) for line, blocks in self.fixed),
        )
        if self.kind == "good" and example.marks:
            raise PageError(f"{name}:{self.line}: a good example marks a finding")
        if self.kind == "bad" and not example.marks:
            raise PageError(f"{name}:{self.line}: a bad example marks no finding")
        return example


def _examples(tokens: Iterable[_Token], name: str) -> Iterable[Example]:
    """Group the blocks beneath `## Examples` by their `###` and `####` headings."""
    inside = False
    draft: _Draft | None = None
    for token in tokens:
        if token.kind == "##":
            if draft:
                yield draft.finish(name)
            draft, inside = None, token.text == "Examples"
        elif not inside:
            _refuse_stray(token, name)
        elif token.kind == "###":
            if draft:
                yield draft.finish(name)
            draft = _open_example(token, name)
        elif draft is None:
            raise PageError(f"{name}:{token.line}: stands under no `### Bad` or `### Good`")
        elif token.kind == "####":
            _open_fixed(draft, token, name)
        else:
            _add_block(draft, token, name)
    if draft:
        yield draft.finish(name)


def _refuse_stray(token: _Token, name: str) -> None:
    if token.kind == "```" and re.search(r"\bpath=", token.text):
        raise PageError(f"{name}:{token.line}: a block with `path=` outside of `## Examples` never runs")


def _open_example(token: _Token, name: str) -> _Draft:
    match = _EXAMPLE.fullmatch(token.text)
    if not match:
        raise PageError(f"{name}:{token.line}: an example is called `Bad` or `Good`, or `Bad: title`")
    return _Draft("bad" if match[1] == "Bad" else "good", match[2] or "", token.line)


def _open_fixed(draft: _Draft, token: _Token, name: str) -> None:
    if not re.fullmatch(r"Fixed(: .+)?", token.text):
        raise PageError(f"{name}:{token.line}: only `#### Fixed` may stand under an example")
    if draft.kind != "bad":
        raise PageError(f"{name}:{token.line}: `#### Fixed` belongs under `### Bad`")
    draft.fixed.append((token.line, []))


def _add_block(draft: _Draft, token: _Token, name: str) -> None:
    role = "fixed" if draft.fixed else draft.kind
    block = _block(token, role, name)
    blocks = draft.fixed[-1][1] if draft.fixed else draft.blocks
    if any(block.path == other.path for other in blocks):
        raise PageError(f"{name}:{token.line}: {block.path} stands twice in one workspace")
    if block.marks and draft.fixed and "remains" not in block.flags:
        raise PageError(f"{name}:{token.line}: a fixed block marks a finding but does not say `remains`")
    blocks.append(block)


def _fixed(line: int, blocks: Sequence[Block], name: str) -> Fixed:
    if not blocks:
        raise PageError(f"{name}:{line}: `#### Fixed` has no block with `path=`")
    kinds = {block.keys["fix"] for block in blocks if "fix" in block.keys}
    if len(kinds) > 1:
        raise PageError(f"{name}:{line}: one `#### Fixed`, one kind of fix, not {', '.join(sorted(kinds))}")
    return Fixed(kinds.pop() if kinds else "", tuple(blocks), line)


def _block(token: _Token, role: str, name: str) -> Block:
    language, _, info = token.text.partition(" ")
    keys, flags = _info(info, role, f"{name}:{token.line}")
    path = keys.get("path")
    if not language or path is None:
        raise PageError(f"{name}:{token.line}: a block in an example says its language and its `path=`")
    if path.startswith("/") or any(part in {"", ".", ".."} for part in path.split("/")):
        raise PageError(f"{name}:{token.line}: {path!r} is no path inside the workspace")
    if keys.get("workspace", "bare") != "bare" or keys.get("fixed", "compiles") != "compiles":
        raise PageError(f"{name}:{token.line}: only `workspace=bare` and `fixed=compiles` exist")
    text, marks = strip_marks("".join(f"{line}\n" for line in token.body), path)
    return Block(path, text, marks, flags, keys, token.line + 1)


def _info(info: str, role: str, at: str) -> tuple[dict[str, str], frozenset[str]]:
    keys: dict[str, str] = {}
    flags: set[str] = set()
    for word in info.split():
        match = _WORD.fullmatch(word)
        if match and match[3] in _FLAGS[role]:
            flags.add(match[3])
        elif match and match[1] in _KEYS[role] and match[1] not in keys:
            keys[match[1]] = match[2]
        else:
            known = ", ".join([*sorted(_FLAGS[role]), *(f"{key}=" for key in sorted(_KEYS[role]))])
            raise PageError(f"{at}: {word!r} means nothing on a {role} block; known: {known}")
    return keys, frozenset(flags)


def strip_marks(text: str, path: str) -> tuple[str, tuple[Mark, ...]]:
    """Remove the marker comments of a file's text; the lines keep their numbers."""
    lines: list[str] = []
    marks: list[Mark] = []
    for number, marked in enumerate(text.split("\n"), 1):
        line = marked
        while match := _MARK.search(line):
            level = cast("Level", match["level"] or match["level2"])
            for rule, message in _ONE_MARK.findall(match["marks"] or match["marks2"]):
                marks.append(Mark(path, number, level, rule, message))
            line = line[: match.start()] + line[match.end() :]
        lines.append(line)
    return "\n".join(lines), tuple(marks)
