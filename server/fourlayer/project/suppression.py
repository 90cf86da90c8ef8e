"""A suppression comment as rules about suppressions see it, with what came of it."""

from __future__ import annotations

import re
from typing import NamedTuple

from fourlayer.syntax.span import Span


class SuppressedRule(NamedTuple):
    """One rule that a comment names.

    `span` is the name with its argument, `remove` what to delete when only this name goes (a comma
    included). `argument` is the text in parentheses (`missing-file(health.ts)`). `known`: the rule
    exists; `closest` is the rule that was probably meant otherwise. `ran`: the rule judged this file.
    `used`: it kept a finding from being reported, or would have, had the comment a reason.
    """

    id: str
    argument: str
    span: Span
    remove: Span
    known: bool
    closest: str | None
    ran: bool
    used: bool
    protected: bool


class Suppression(NamedTuple):
    """One `fourlayer-ignore` comment. Spans count bytes, 0-based, end exclusive.

    `span` is the whole comment, `line` what to delete to remove it (its line where it stands alone).
    `reason_at` is where a reason can be inserted. `until` is `YYYY-MM-DD` as written, or None; `expired`
    tells that the date has passed or is none.
    """

    span: Span
    line: Span
    rules: tuple[SuppressedRule, ...]
    reason: str
    reason_at: int
    until: str | None
    expired: bool
    whole_file: bool


def is_date(text: str) -> bool:
    """Whether the text is a day of the calendar as `YYYY-MM-DD`."""
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text, re.ASCII)
    if match is None:
        return False
    year, month, day = (int(part) for part in match.groups())
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return year > 0 and 1 <= month <= 12 and 1 <= day <= days[month - 1]
