"""The rules of one .gitignore file, compiled to set look-ups and at most two regexes."""

from __future__ import annotations

import re

from fourlayer.syntax.glob import class_end, translate

_GLOB = frozenset("*?[\\")


_Glob = tuple[int, str, bool]
"""A run, a pattern without its outer slashes, and whether it means folders only."""


class Ignore:
    """The patterns of one file, asked with paths relative to the folder that the file stands in.

    Git's rule is that the last pattern that matches decides. Patterns are numbered by runs of equal sign, so
    that a look-up yields the number of a run, the highest number wins, and odd runs are negations.
    """

    __slots__ = ("_dir_names", "_dir_paths", "_extensions", "_name_globs", "_names", "_path_globs", "_paths")

    def __init__(self, text: str) -> None:
        self._names: dict[str, int] = {}
        self._dir_names: dict[str, int] = {}
        self._extensions: dict[str, int] = {}
        self._paths: dict[str, int] = {}
        self._dir_paths: dict[str, int] = {}
        names: list[_Glob] = []
        paths: list[_Glob] = []
        run = 0
        for line in text.removeprefix("\ufeff").split("\n"):
            pattern = _pattern(line)
            if pattern is None:
                continue
            negated, body, anchored, dirs_only = pattern
            if negated != bool(run % 2):
                run += 1
            if _GLOB.isdisjoint(body):
                self._add_literal(body, run, anchored, dirs_only)
            elif not anchored and not dirs_only and _is_extension(body):
                self._extensions[body[1:]] = run
            else:
                (paths if anchored else names).append((run, _by_bytes(body), dirs_only))
        self._name_globs = _RankedGlobs(names) if names else None
        self._path_globs = _RankedGlobs(paths) if paths else None

    def __bool__(self) -> bool:
        return bool(
            self._names
            or self._dir_names
            or self._extensions
            or self._paths
            or self._dir_paths
            or self._name_globs
            or self._path_globs
        )

    def _add_literal(self, body: str, run: int, anchored: bool, dirs_only: bool) -> None:
        if anchored:
            (self._dir_paths if dirs_only else self._paths)[body] = run
        else:
            (self._dir_names if dirs_only else self._names)[body] = run

    def verdict(self, path: str, name: str, is_dir: bool) -> bool | None:
        """True: ignored; False: taken back by a negation; None: no pattern speaks of it."""
        best = self._names.get(name, -1)
        if (run := self._extensions.get(name[name.rfind(".") :], -1)) > best:
            best = run
        if self._paths and (run := self._paths.get(path, -1)) > best:
            best = run
        if is_dir:
            best = max(best, self._dir_names.get(name, -1), self._dir_paths.get(path, -1))
        if self._name_globs is not None and (run := self._name_globs.last_run(name, is_dir)) > best:
            best = run
        if self._path_globs is not None and (run := self._path_globs.last_run(path, is_dir)) > best:
            best = run
        return None if best < 0 else best % 2 == 0


class _RankedGlobs:
    """Globs with their runs, joined into one regex in which the last that matches is tried first.

    Most paths are turned away before the regex: each glob asks for some literal text at the start, at the end
    or inside.
    """

    __slots__ = ("_compiled", "_heads", "_items", "_middles", "_runs", "_tails")

    def __init__(self, items: list[_Glob]) -> None:
        self._items = items
        self._runs = sorted({run for run, _, _ in items}, reverse=True)
        self._compiled: re.Pattern[str] | None = None
        heads: list[str] = []
        tails: list[str] = []
        middles: list[str] = []
        for _, body, _ in items:
            head, middle, tail = _literals(body)
            if len(tail) > 2 or len(tail) > len(head):
                tails.append(tail)  # endings tell files apart better than the folders they start with
            elif head:
                heads.append(head)
            else:
                middles.append(middle)
        self._heads = tuple(heads)
        self._tails = tuple(tails)
        self._middles = tuple(middles)

    def last_run(self, path: str, is_dir: bool) -> int:
        """The highest run with a match; -1 without one."""
        path = _by_bytes(path)
        if not (path.startswith(self._heads) or path.endswith(self._tails)):
            for middle in self._middles:
                if middle in path:
                    break
            else:
                return -1
        if self._compiled is None:
            self._compiled = self._compile()
        found = self._compiled.fullmatch(path + "/" if is_dir else path)
        return -1 if found is None else self._runs[(found.lastindex or 1) - 1]

    def _compile(self) -> re.Pattern[str]:
        """One group a run; folders are asked for with a "/" at their end."""
        groups: list[str] = []
        for wanted in self._runs:
            globs = (
                translate(body) + ("/" if dirs else "/?") for run, body, dirs in self._items if run == wanted
            )
            groups.append(f"({'|'.join(globs)})")
        return re.compile("|".join(groups), re.DOTALL)


def _literals(body: str) -> tuple[str, str, str]:
    """Text that everything the glob matches starts with, contains, and ends with; each may be empty."""
    chunks = [""]
    index = 0
    while index < len(body):
        char = body[index]
        if char not in _GLOB:
            chunks[-1] += char
        elif char == "[":
            # What a class holds is not looked into: only the text before it is used.
            return chunks[0], max(chunks, key=len), ""
        elif body.startswith("**/", index):
            chunks.append("")  # `**/` may match nothing, its slash included
            index += 2
        else:
            chunks.append("")
        index += 1
    return chunks[0], max(chunks, key=len), chunks[-1]


def _pattern(line: str) -> tuple[bool, str, bool, bool] | None:
    """(negated, body, anchored, folders only) of one line; None for a line that is no usable pattern."""
    line = line.removesuffix("\r")
    if line.startswith("#"):
        return None
    stripped = line.rstrip(" ")
    if len(stripped) < len(line) and (len(stripped) - len(stripped.rstrip("\\"))) % 2:
        stripped += " "
    negated = stripped.startswith("!")
    body = stripped[1:] if negated else stripped
    dirs_only = body.endswith("/")
    body = body.removesuffix("/")
    if body.startswith("**/") and "/" not in body[3:]:
        body = body[3:]
    anchored = "/" in body
    body = body.removeprefix("/")
    return (negated, body, anchored, dirs_only) if body and _well_formed(body) else None


def _well_formed(body: str) -> bool:
    """Whether git can match it: no lone backslash at its end, no class left open."""
    index = 0
    while index < len(body):
        if body[index] == "\\":
            index += 1
            if index == len(body):
                return False
        elif body[index] == "[":
            end = class_end(body, index)
            if end is None:
                return False
            index = end
        index += 1
    return True


def _by_bytes(text: str) -> str:
    """One character a byte, because git's `?` and classes match bytes."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def _is_extension(body: str) -> bool:
    return body.startswith("*.") and len(body) > 2 and "." not in body[2:] and _GLOB.isdisjoint(body[2:])
