"""Breaks long lines of generated code at the members of objects and arrays."""

from __future__ import annotations

_WIDTH = 100
_OPEN = {"{": "}", "[": "]", "(": ")"}


def fold(text: str) -> str:
    """A text without long lines, as far as objects and arrays in them can be broken."""
    return "\n".join(part for line in text.split("\n") for part in _folded(line))


def _folded(line: str) -> list[str]:
    if len(line) <= _WIDTH or line.lstrip().startswith(("import ", "/**", "*", "//")):
        return [line]
    group = _first_group(line)
    if group is None:
        return [line]
    start, end = group
    indent = " " * (len(line) - len(line.lstrip()))
    members = _split(line[start + 1 : end])
    lines = [line[: start + 1]]
    for member in members:
        lines += _folded(f"{indent}  {member},")
    return [*lines, *_folded(f"{indent}{line[end:]}")]


def _first_group(line: str) -> tuple[int, int] | None:
    """The outermost object or array that is worth breaking: the longest that no other one holds."""
    best: tuple[int, int] | None = None
    at = 0
    while at < len(line):
        char = line[at]
        if char in "\"'`":
            at = _after_text(line, at)
            continue
        if char == "[" or line.startswith("{ ", at):
            end = _closing(line, at)
            if end is None:
                return None
            if end - at > 20 and (best is None or end - at > best[1] - best[0]):
                best = (at, end)
            at = end
        at += 1
    return best


def _closing(line: str, start: int) -> int | None:
    depth, at = 0, start
    while at < len(line):
        char = line[at]
        if char in "\"'`":
            at = _after_text(line, at)
            continue
        if char in _OPEN:
            depth += 1
        elif char in _OPEN.values():
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return None


def _after_text(line: str, start: int) -> int:
    at = start + 1
    while at < len(line) and line[at] != line[start]:
        at += 2 if line[at] == "\\" else 1
    return at + 1


def _split(text: str) -> list[str]:
    """The members between the commas of an object or array."""
    members: list[str] = []
    begin = at = 0
    while at < len(text):
        char = text[at]
        if char in "\"'`":
            at = _after_text(text, at)
            continue
        if char in _OPEN:
            end = _closing(text, at)
            at = len(text) if end is None else end + 1
            continue
        if char == ",":
            members.append(text[begin:at].strip())
            begin = at + 1
        at += 1
    members.append(text[begin:].strip())
    return [member for member in members if member]
