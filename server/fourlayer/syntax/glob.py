"""Brace globs over POSIX relative paths, compiled to string tests where possible, else to one regex."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import pairwise

MAX_EXPANSIONS = 1024
"""How many plain patterns the braces of one glob may stand for."""

_NAMED_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": r" \t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": r"!-.:-@\[-`{-~",
    "space": r"\s",
    "upper": "A-Z",
    "xdigit": "a-fA-F0-9",
}

_SPECIAL = frozenset("*?[\\")


class GlobError(ValueError):
    """A glob that cannot be compiled; its text says what is wrong."""


class Globs:
    """A set of globs, anchored at the root: `*` and `?` stay inside a folder's name, `**` spans folders.

    `{a,b}` and `[...]` work as in a shell, `\\` escapes; a leading `./` or `/` and a trailing `/` mean
    nothing.
    Raises `GlobError` for braces that stand for more than `MAX_EXPANSIONS` patterns.
    """

    __slots__ = (
        "_all",
        "_anywhere",
        "_exact",
        "_folders",
        "_prefixes",
        "_regex",
        "_rest",
        "_suffixes",
        "patterns",
    )

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = tuple(patterns)
        self._all = False
        exact: set[str] = set()
        prefixes: list[str] = []
        suffixes: list[str] = []
        anywhere: list[str] = []
        rest: list[str] = []
        for pattern in self.patterns:
            for plain in expand_braces(pattern):
                glob = _normal(plain)
                if glob == "**":
                    self._all = True
                elif _literal(glob):
                    exact.add(glob)
                elif glob.endswith("/**") and _literal(glob[:-3]):
                    prefixes.append(glob[:-2])
                elif glob.startswith("**/*") and _literal(glob[4:]) and "/" not in glob[4:]:
                    suffixes.append(glob[4:])
                elif glob.startswith("**/") and glob.endswith("/**") and _literal(glob[3:-3]):
                    anywhere.append(glob[2:-2])
                elif glob.startswith("**/") and _literal(glob[3:]):
                    exact.add(glob[3:])
                    suffixes.append(glob[2:])
                else:
                    rest.append(glob)
        self._exact = frozenset(exact)
        self._prefixes = tuple(prefixes)
        self._suffixes = tuple(suffixes)
        self._anywhere = tuple(anywhere)
        self._rest = tuple(rest)
        self._regex: re.Pattern[str] | None = None
        self._folders: Globs | None = None

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def __repr__(self) -> str:
        return f"Globs({list(self.patterns)!r})"

    def match(self, path: str) -> bool:
        """Whether one of the globs matches the whole relative path of a file or a folder."""
        if (
            self._all
            or path in self._exact
            or path.endswith(self._suffixes)
            or path.startswith(self._prefixes)
        ):
            return True
        if self._anywhere:
            rooted = "/" + path
            for part in self._anywhere:
                if part in rooted:
                    return True
        if not self._rest:
            return False
        if self._regex is None:
            self._regex = _compiled(self._rest)
        return self._regex.fullmatch(path) is not None

    def covers_folder(self, path: str) -> bool:
        """Whether everything in this folder is meant: a glob matches the folder, or is `<folder>/**`."""
        if self._folders is None:
            plain = (_normal(item) for pattern in self.patterns for item in expand_braces(pattern))
            self._folders = Globs(glob.removesuffix("/**") for glob in plain)
        return self._folders.match(path)

    def covers(self, path: str) -> bool:
        """Whether a glob matches the path or covers one of the folders it lies in."""
        if self.match(path) or self.covers_folder(path):
            return True
        end = path.rfind("/")
        while end > 0:
            if self.covers_folder(path[:end]):
                return True
            end = path.rfind("/", 0, end)
        return False


@cache
def globs(patterns: tuple[str, ...]) -> Globs:
    """The compiled globs, one object for equal patterns."""
    return Globs(patterns)


def expand_braces(pattern: str) -> list[str]:
    """The plain patterns that the braces stand for; unbalanced and single-item braces are literal text."""
    results: list[str] = []
    pending = [pattern]
    while pending:
        item = pending.pop()
        span = _first_braces(item)
        if span is None:
            results.append(item)
        else:
            start, end, commas = span
            cuts = [start, *commas, end]
            parts = [item[a + 1 : b] for a, b in pairwise(cuts)]
            pending.extend(item[:start] + part + item[end + 1 :] for part in reversed(parts))
        if len(results) + len(pending) > MAX_EXPANSIONS:
            raise GlobError(f"its braces stand for more than {MAX_EXPANSIONS} patterns")
    return results


def _first_braces(text: str) -> tuple[int, int, list[int]] | None:
    """Offsets of the first `{`, its `}` and the commas between, where the braces hold a comma."""
    opened: list[tuple[int, list[int]]] = []
    best: tuple[int, int, list[int]] | None = None
    index = 0
    while index < len(text):
        char = text[index]
        if char == "\\":
            index += 1
        elif char == "[":
            index = class_end(text, index) or index
        elif char == "{":
            opened.append((index, []))
        elif char == "," and opened:
            opened[-1][1].append(index)
        elif char == "}" and opened:
            start, commas = opened.pop()
            if commas and (best is None or start < best[0]):
                best = (start, index, commas)
        index += 1
    return best


def _normal(glob: str) -> str:
    """Without `./`, outer slashes and repeated `**`."""
    while glob.startswith("./"):
        glob = glob[2:]
    glob = glob.strip("/")
    while "**/**" in glob:
        glob = glob.replace("**/**", "**")
    return "" if glob == "." else glob


def _literal(text: str) -> bool:
    return _SPECIAL.isdisjoint(text)


def _compiled(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(translate(pattern) for pattern in patterns), re.DOTALL)


def translate(glob: str) -> str:
    """The regular expression (for `fullmatch`) of one pattern without braces."""
    parts: list[str] = []
    index = 0
    while index < len(glob):
        char = glob[index]
        if char == "*":
            end = index
            while end < len(glob) and glob[end] == "*":
                end += 1
            starts = index == 0 or glob[index - 1] == "/"
            if end - index == 2 and starts and glob[end : end + 1] == "/":
                parts.append("(?:.*/)?")
                end += 1
            elif end - index == 2 and starts and end == len(glob):
                parts.append(".+" if index else ".*")
            else:
                parts.append("[^/]*")
            index = end
            continue
        if char == "?":
            parts.append("[^/]")
        elif char == "[" and (close := class_end(glob, index)):
            parts.append(_class(glob[index + 1 : close]))
            index = close
        elif char == "\\" and index + 1 < len(glob):
            index += 1
            parts.append(re.escape(glob[index]))
        else:
            parts.append(re.escape(char))
        index += 1
    return "".join(parts)


def class_end(text: str, start: int) -> int | None:
    """Offset of the `]` that closes the class opened at `start`; None where it is literal text."""
    index = start + 1
    if text[index : index + 1] in {"!", "^"}:
        index += 1
    if text[index : index + 1] == "]":
        index += 1
    while index < len(text) and text[index] != "]":
        if text.startswith("[:", index) and (end := text.find(":]", index + 2)) >= 0:
            index = end + 2
        else:
            index += 2 if text[index] == "\\" else 1
    return index if index < len(text) else None


def _class(body: str) -> str:
    """A regex class for the text between `[` and `]`; a range that runs backwards matches nothing."""
    negated = body[:1] in {"!", "^"}
    body = body[1:] if negated else body
    items: list[str] = []
    for name, chars_of_name in _NAMED_CLASSES.items():
        if f"[:{name}:]" in body:
            body = body.replace(f"[:{name}:]", "")
            items.append(chars_of_name)
    chars = _class_chars(body)
    index = 0
    while index < len(chars):
        char, _ = chars[index]
        if index + 2 < len(chars) and chars[index + 1] == ("-", False):
            last = chars[index + 2][0]
            if char <= last:
                items.append(f"{re.escape(char)}-{re.escape(last)}")
            index += 3
        else:
            items.append(re.escape(char))
            index += 1
    if negated:
        return f"[^/{''.join(items)}]"
    return f"(?!/)[{''.join(items)}]" if items else "(?!)"


def _class_chars(body: str) -> list[tuple[str, bool]]:
    """The characters of a class with whether each was escaped."""
    chars: list[tuple[str, bool]] = []
    index = 0
    while index < len(body):
        escaped = body[index] == "\\" and index + 1 < len(body)
        index += escaped
        chars.append((body[index], escaped))
        index += 1
    return chars


def names_match(patterns: Iterable[str], name: str) -> bool:
    """Whether `name` is one of the symbol or module patterns, in which `*` matches any characters."""
    for pattern in patterns:
        if pattern == name:
            return True
        if "*" in pattern and _wildcard(pattern, name):
            return True
    return False


def _wildcard(pattern: str, name: str) -> bool:
    """Whether `name` matches `pattern`, the text between its `*` found left to right."""
    head, *middle, tail = pattern.split("*")
    if not (name.startswith(head) and name.endswith(tail) and len(name) >= len(head) + len(tail)):
        return False
    position, end = len(head), len(name) - len(tail)
    for part in middle:
        found = name.find(part, position, end)
        if found < 0:
            return False
        position = found + len(part)
    return True
