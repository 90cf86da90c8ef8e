"""A suppression comment as rules about suppressions see it, with what came of it."""

from __future__ import annotations

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
