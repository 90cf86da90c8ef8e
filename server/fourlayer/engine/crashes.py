"""What rules that failed come to: each told once, however many files it failed on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fourlayer.rule.outcome import Trouble

_NAMED = 3


class Crash(NamedTuple):
    """One failure of a rule: what it was doing (`failed on`), where, and the words of the error."""

    rule: str
    doing: str
    where: str
    what: str
    path: str | None


def crash_of(rule: str, doing: str, where: str, error: BaseException, path: str | None) -> Crash:
    """A failure, by the error that it ended in."""
    return Crash(rule, doing, where, words(error), path)


def words(error: BaseException) -> str:
    """An error's type and message, on one line."""
    if isinstance(error, RecursionError):
        return "the code is nested too deeply"
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def told(found: Iterable[Trouble | Crash]) -> tuple[Trouble, ...]:
    """The troubles, failures of one rule of one kind as a single one that counts and names the places."""
    groups: dict[object, list[Crash]] = {}
    order: dict[object, Trouble | None] = {}
    for one in found:
        if isinstance(one, Trouble):
            order[one] = one
            continue
        key = (one.rule, one.doing, one.what.partition(":")[0])
        order.setdefault(key, None)
        groups.setdefault(key, []).append(one)
    return tuple(trouble or _told(groups[key]) for key, trouble in order.items())


def _told(crashes: list[Crash]) -> Trouble:
    first = crashes[0]
    places = list(dict.fromkeys(one.where for one in crashes))
    where = places[0]
    if len(places) > 1:
        more = f" and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
        where = f"{len(places)} places ({', '.join(places[:_NAMED])}{more})"
    return Trouble("crash", f"{first.rule} {first.doing} {where}: {first.what}", first.path)
