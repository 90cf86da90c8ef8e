"""Version specifiers such as `>=0.1,<2`, compared by their dotted numbers."""

from __future__ import annotations

import re

_CLAUSE = r"\s*(>=|<=|==|!=|~=|<|>)\s*(\d+(?:\.\d+)*)(\.\*)?\s*"
_EXAMPLE = 'write comparisons such as ">=0.1" or ">=0.1,<2"'


def specifier_fault(specifier: str) -> str | None:
    """What is wrong with a specifier; None when it can be understood."""
    for clause in specifier.split(","):
        found = re.fullmatch(_CLAUSE, clause)
        if found is None:
            return f"{clause.strip()!r} is no version comparison: {_EXAMPLE}"
        if found[3] and found[1] not in {"==", "!="}:
            return f"`.*` makes no sense after {found[1]}: {_EXAMPLE}"
        if found[1] == "~=" and "." not in found[2]:
            return f"~= needs at least two numbers: {_EXAMPLE}"
    return None


def satisfies(version: str, specifier: str) -> bool:
    """Whether a version fits a specifier without fault; a pre-release counts as its release."""
    running = _numbers(re.match(r"[\d.]*", version.strip()).group())  # type: ignore[union-attr] # matches always
    return all(_fits(running, clause) for clause in specifier.split(","))


def _fits(running: tuple[int, ...], clause: str) -> bool:
    found = re.fullmatch(_CLAUSE, clause)
    if found is None:
        return False
    operator, wanted = found[1], _numbers(found[2])
    if found[3]:
        same = _padded(running, len(wanted))[: len(wanted)] == wanted
        return same if operator == "==" else not same
    if operator == "~=":
        prefix = wanted[:-1]
        return _compare(running, wanted) >= 0 and _padded(running, len(prefix))[: len(prefix)] == prefix
    order = _compare(running, wanted)
    return {
        ">=": order >= 0,
        "<=": order <= 0,
        "==": order == 0,
        "!=": order != 0,
        "<": order < 0,
        ">": order > 0,
    }[operator]


def _compare(left: tuple[int, ...], right: tuple[int, ...]) -> int:
    size = max(len(left), len(right))
    a, b = _padded(left, size), _padded(right, size)
    return (a > b) - (a < b)


def _padded(numbers: tuple[int, ...], size: int) -> tuple[int, ...]:
    return numbers + (0,) * (size - len(numbers))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part)
