"""Switches `strict` on in a tsconfig and leaves the rest as it is written."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from fourlayer.rule.model import TextEdit
from fourlayer_rules.derive.json_text import member_of
from fourlayer_rules.types.non_strict_tsconfig._strictness import (
    MEMBERS,
    NEWER_MEMBERS,
    byte_span,
    governed,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fourlayer.project.tsconfig import TsConfig
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Finding
    from fourlayer_rules.derive.json_text import JsonMember, JsonObject

_Edit = tuple[int, int, str]
"""Offsets of characters and the new text."""


def edits(ctx: Context, finding: Finding) -> tuple[TextEdit, ...] | None:
    """The edits of the tsconfig that a finding stands in; None where its text cannot be edited."""
    configs, _ = governed(ctx)
    config = next((each for each, _ in configs if each.path == finding.path), None)
    text = text_of(ctx.view, finding.path)
    root = member_of(text, ())
    if config is None or root is None:
        return None
    found = sorted(_edits(text, root, config))
    return tuple(TextEdit(*byte_span(text, start, end), new) for start, end, new in found) or None


def _edits(text: str, root: JsonObject, config: TsConfig) -> Iterator[_Edit]:
    wanted = _wanted(config)
    options = member_of(text, ("compilerOptions",))
    if options is None:
        yield from _with_options(text, root, wanted)
        return
    own = {member.key: member for member in options.members}
    missing = [name for name in wanted if name not in own]
    for name, member in own.items():
        if name in wanted and text[member.value_start : member.end] != "true":
            yield (member.value_start, member.end, "true")
    parts = {*MEMBERS, *NEWER_MEMBERS} - {*wanted}
    off = [
        each for each in options.members if each.key in parts and text[each.value_start : each.end] == "false"
    ]
    if missing:
        added = _added(text, options, missing)
        if off and added[0] == off[0].start:
            # The first member goes: the new ones take its place.
            added = (off[0].start, off[0].end, added[2].rstrip().removesuffix(","))
            off = off[1:]
        yield added
    yield from _removals(text, options.members, off)


def _wanted(config: TsConfig) -> list[str]:
    """The options to set: `strict`, and its parts that an inherited file switches off."""
    inherited = [
        name
        for name in (*MEMBERS, *NEWER_MEMBERS)
        if config.options.get(name) is False and config.origins.get(name) != config.path
    ]
    return ["strict", *inherited]


def _added(text: str, options: JsonObject, names: list[str]) -> _Edit:
    """New members before the first one, written as that one is."""
    listed = [f'"{name}": true' for name in names]
    first: JsonMember | None = options.members[0] if options.members else None
    if first is None:
        return (options.open, options.close + 1, "{ " + ", ".join(listed) + " }")
    line = text.rfind("\n", 0, first.start) + 1
    lead = text[line : first.start]
    glue = ("\r\n" if text[line - 2 : line] == "\r\n" else "\n") + lead if not lead.strip() and line else " "
    return (first.start, first.start, "".join(f"{member},{glue}" for member in listed))


@cache
def _to_comma() -> re.Pattern[str]:
    return re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*,", re.DOTALL)


def _comma_after(text: str, member: JsonMember) -> int | None:
    """The offset of the comma behind a member."""
    match = _to_comma().match(text, member.end)
    return None if match is None else match.end() - 1


def _removals(text: str, members: Sequence[JsonMember], gone: Sequence[JsonMember]) -> Iterator[_Edit]:
    """Take members away, with their lines where they have lines of their own."""
    for member in gone:
        comma = _comma_after(text, member)
        end = member.end if comma is None else comma + 1
        line = text.rfind("\n", 0, member.start) + 1
        stop = text.find("\n", end)
        if not text[line : member.start].strip() and stop >= 0 and not text[end:stop].strip():
            yield (line, stop + 1, "")
        else:
            yield (len(text[: member.start].rstrip()), end, "")
    kept = [member for member in members if member not in gone]
    if kept and members[-1] in gone and _comma_after(text, members[-1]) is None:
        # What is last now must not end in a comma where nothing did before.
        comma = _comma_after(text, kept[-1])
        if comma is not None:
            yield (comma, comma + 1, "")


def _with_options(text: str, root: JsonObject, names: list[str]) -> Iterator[_Edit]:
    """A file without compiler options gets them after its `extends`."""
    if any(member.key == "compilerOptions" for member in root.members):
        return
    inner = ", ".join(f'"{name}": true' for name in names)
    new = '"compilerOptions": { ' + inner + " }"
    anchor = next((member for member in root.members if member.key == "extends"), None)
    if not root.members:
        yield (root.open, root.close + 1, "{\n  " + new + "\n}")
        return
    first = anchor or root.members[0]
    line = text.rfind("\n", 0, first.start) + 1
    lead = text[line : first.start]
    newline = "\r\n" if text[line - 2 : line] == "\r\n" else "\n"
    glue = newline + lead if not lead.strip() and line else " "
    if anchor is not None:
        yield (anchor.end, anchor.end, f",{glue}{new}")
    else:
        yield (first.start, first.start, f"{new},{glue}")
