"""What a README says: which providers it lists, and whether it states the standard."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View

_LONGEST = 400
"""Characters of the longest line whose form is looked at closely."""

LineKind = Literal["table", "item", "heading", "tree", "text", "code", "hidden"]


class Line(NamedTuple):
    """One line of a document without its end. `start` is a byte offset, `end` that of the next line."""

    start: int
    end: int
    text: str
    kind: LineKind


def readme_path(view: View, root: str) -> str | None:
    """The README in a folder, however its name is written."""
    names = [name for name in view.children(root) if name.lower() == "readme.md"]
    name = "README.md" if "README.md" in names else names[0] if names else None
    path = f"{root}/{name}" if root else name
    return path if name is not None and path is not None and view.exists(path) else None


class Readme:
    """A Markdown document, line by line."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.lines = tuple(_lines(data))

    @property
    def heading(self) -> tuple[int, int]:
        """The first heading's bytes, else those of the first line that says something."""
        lines = [line for line in self.lines if line.kind == "heading"]
        lines += [line for line in self.lines if line.text.strip() and line.kind != "hidden"]
        if not lines:
            return 0, 0
        return lines[0].start, lines[0].start + len(lines[0].text.rstrip().encode())

    def mentioned(self, providers: Sequence[Provider]) -> set[str]:
        """The paths of the providers that a row, heading, list item, link or tree of folders names."""
        return {path for line in self.lines for path in mentions(line, providers)}

    def lacks(self, layers: Iterable[str]) -> tuple[str, ...]:
        """What is not stated: "layers", "imports"."""
        lacking: list[str] = []
        shown = "\n".join(line.text for line in self.lines if line.kind != "hidden")
        if not _states_layers(shown, layers):
            lacking.append("layers")
        prose = "\n".join(line.text for line in self.lines if line.kind not in {"hidden", "code"})
        if not _states_imports(prose):
            lacking.append("imports")
        return tuple(lacking)


def mentions(line: Line, providers: Sequence[Provider]) -> tuple[str, ...]:
    """The paths of the providers that a line lists; of names that overlap the longest counts."""
    if line.kind in {"code", "hidden"} or not line.text.strip():
        return ()
    taken: list[tuple[int, int]] = []
    found: list[str] = []
    linked = line.kind == "text" and _link().search(line.text[:_LONGEST]) is not None
    for provider in sorted(providers, key=lambda one: -len(one.folder)):
        for match in name_of(provider).finditer(line.text):
            if any(start <= match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            if provider.path not in found:
                found.append(provider.path)
    if line.kind == "text" and not linked and len(found) < 2:
        # A sentence may speak of one in passing; several names in a row are a list.
        return ()
    return tuple(found)


def name_of(provider: Provider) -> re.Pattern[str]:
    """A provider's name as a word: its folder or its name in code, with any separators, in any case."""
    return _name(provider.folder, provider.pascal)


@cache
def _name(folder: str, pascal: str) -> re.Pattern[str]:
    parts = [re.escape(part) for part in re.split(r"[^A-Za-z0-9]+", folder) if part]
    words = [re.escape(part) for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", pascal)]
    forms = {r"[\s_.-]?".join(parts or [re.escape(folder)]), r"[\s_.-]?".join(words or [re.escape(pascal)])}
    return re.compile(
        rf"(?<![\w-])(?:{'|'.join(sorted(forms, key=len, reverse=True))})(?:Adapter)?(?![\w]|-\w)",
        re.IGNORECASE,
    )


def _states_layers(text: str, layers: Iterable[str]) -> bool:
    if _layer_rule().search(text) is not None:
        return True
    names = [name for name in layers if name in {"api", "service", "client"}] or [
        name for name in layers if name not in {"public", "composition", "contracts", "queue"}
    ]
    lower = text.lower()
    return "layer" in lower and bool(names) and all(re.search(rf"\b{re.escape(n)}s?\b", lower) for n in names)


@cache
def _layer_rule() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:[2-6]|two|three|four|five|six)[\s-]*layer|\blayered\b"
        r"|\blayers?\b\W+(?:\w+\W+){0,6}?(?:calls?|imports?|below|depends?)\b"
        r"|\bapi\b\W{1,12}\bservices?\b\W{1,12}\bclients?\b",
        re.IGNORECASE,
    )


_IMPORTING = frozenset(
    {"import", "imports", "imported", "importing", "importer", "importers", "consumer", "consumers"}
)
_PUBLIC = frozenset({"index", "surface"})
_RULING = frozenset(
    {
        *("allowed", "boundaries", "boundary", "can", "cannot", "direction", "directions", "disallowed"),
        *("don't", "forbidden", "may", "must", "never", "no", "not", "only", "policies", "policy"),
        *("restrict", "restricted", "restriction", "restrictions", "restricts", "rule", "rules"),
    }
)
_NEAR = 9
"""How many words apart a rule and what it is about may stand."""


def _states_imports(prose: str) -> bool:
    """Whether a word that rules stands near one about importing, or "only" near the public surface."""
    words = re.findall(r"[\w'\u2019]+", prose.lower().replace("\u2019", "'"))
    ruling = about = only = public = -_NEAR - 1
    for at, word in enumerate(words):
        ruling = at if word in _RULING else ruling
        about = at if word in _IMPORTING else about
        only = at if word == "only" else only
        public = at if word in _PUBLIC else public
        if min(ruling, about) >= 0 and abs(ruling - about) <= _NEAR:
            return True
        if min(only, public) >= 0 and abs(only - public) <= _NEAR:
            return True
    return False


@cache
def _link() -> re.Pattern[str]:
    return re.compile(r"\[[^\]]*\]\([^)]*\)|\[[^\]]+\]\[[^\]]*\]|<a\s|^\*\*[^*]+\*\*|^`[^`]+`\s*[:—\u2013-]")


# Lines


@cache
def _fence() -> re.Pattern[str]:
    return re.compile(r"\s{0,3}(`{3,}|~{3,})(.*)$")


@cache
def _tree_line() -> re.Pattern[str]:
    """A folder in a drawn or indented tree: its name comes first, after lines and dashes."""
    return re.compile(
        r"[\s│├└─┬|+`*\\-]*(?:\./)?(?:[\w@.-]+/)*[\w@.-]+/?\s*(?:[#—\u2013←(].*|//.*|<-.*|-\s.*|:.*)?$"
    )


def _is_tree(text: str) -> bool:
    return len(text) <= _LONGEST and _tree_line().match(text) is not None


@cache
def _block() -> re.Pattern[str]:
    return re.compile(
        r"\s*(?:>\s*)*(?:(?P<heading>\#{1,6}\s|<h[1-6]\b)|(?P<item>(?:[-*+]|\d+[.)])\s|<li\b|<dt\b)"
        r"|(?P<table>\||<t[dhr]\b))"
    )


def _lines(data: bytes) -> Iterator[Line]:
    fence = ""
    comment = table = False
    offset = 0
    raw = data.split(b"\n")
    texts = [part.decode("utf-8", "replace").rstrip("\r") for part in raw]
    for number, part in enumerate(raw):
        start, offset = offset, min(offset + len(part) + 1, len(data))
        text = texts[number]
        mark = _fence().match(text)
        kind: LineKind
        if comment or (not fence and text.lstrip().startswith("<!--")):
            comment = "-->" not in text
            kind = "hidden"
        elif fence:
            closes = mark is not None and mark[1].startswith(fence) and not mark[2].strip()
            fence = "" if closes else fence
            kind = "tree" if not closes and _is_tree(text) else "code"
        elif mark is not None:
            fence = mark[1]
            kind = "code"
        else:
            table = "|" in text and (table or is_rule(text))
            kind = "table" if table else _kind(text, texts[number + 1] if number + 1 < len(texts) else "")
        yield Line(start, offset, text, kind)


@cache
def _rule() -> re.Pattern[str]:
    return re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?")


def is_rule(text: str) -> bool:
    """Whether a line is the rule of dashes between a table's header and its rows."""
    return "|" in text and _rule().fullmatch(text.strip()) is not None


def _kind(text: str, following: str) -> LineKind:
    match = _block().match(text)
    if match is not None and match.lastgroup is not None:
        if match["heading"]:
            return "heading"
        return "item" if match["item"] else "table"
    if text.strip() and re.fullmatch(r"\s*(?:=+|-{3,})\s*", following):
        return "heading"
    if "|" in text and is_rule(following):
        return "table"
    if text.startswith("    ") and _is_tree(text):
        return "tree"
    return "table" if text.count("|") >= 2 else "text"
