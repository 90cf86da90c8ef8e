"""Suppression comments: what they say, what they cover, and which findings they keep back."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.suppression import SuppressedRule, Suppression, is_date
from fourlayer.rule.model import Finding
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.span import Span

if TYPE_CHECKING:
    from fourlayer.syntax.facts import Comment, Decl, FileFacts

MARK = b"fourlayer-ignore"
FOREIGN_MARK = b"tenant-filter-guard:"
"""The monorepo's own guard; its comments keep back the tenancy rules' findings on the next query."""


class Name(NamedTuple):
    """One rule as a comment names it; spans count bytes of the file."""

    name: str
    argument: str
    span: Span
    remove: Span


class Directive(NamedTuple):
    """One comment as written. `category` is set, and `names` empty, for a foreign guard's comment.

    `covers` are the bytes in which findings are covered; None: the whole file. `end_line` is set for a
    comment at the end of a line: findings that start or end on it are covered.
    """

    span: Span
    line: Span
    names: tuple[Name, ...]
    reason: str
    reason_at: int
    until: str | None
    category: str
    covers: Span | None
    own_line: bool


class Rules(NamedTuple):
    """What the engine knows about rules that comments name."""

    canonical: Callable[[str], str | None]
    closest: Callable[[str], str | None]
    category: Callable[[str], str]
    ran: Collection[str]
    """Ids of the rules that judged this file."""
    protected: Collection[str]


class Verdict(NamedTuple):
    """The findings that stay, how many were kept back, and the comments with what came of them."""

    kept: list[Finding]
    suppressed: int
    records: tuple[Suppression, ...]
    dated: bool
    """Whether the result depends on today's date."""


def apply(facts: FileFacts, findings: Sequence[Finding], rules: Rules, today: str) -> Verdict:
    """Sort the findings of one file by the comments in it. `today` is `YYYY-MM-DD`."""
    directives = parse(facts)
    if not directives:
        return Verdict(list(findings), 0, (), dated=False)
    used: set[tuple[int, int]] = set()
    gone: set[int] = set()
    for index, directive in enumerate(directives):
        works = _works(directive, today)
        for finding in findings:
            if not _covers(facts, directive, finding):
                continue
            if directive.category:
                if rules.category(finding.rule) == directive.category and finding.rule not in rules.protected:
                    gone.add(id(finding))
                continue
            for position, name in enumerate(directive.names):
                if rules.canonical(name.name) == finding.rule and _argument_fits(name.argument, finding):
                    used.add((index, position))
                    if works and finding.rule not in rules.protected:
                        gone.add(id(finding))
    kept = [finding for finding in findings if id(finding) not in gone]
    records = tuple(
        _record(directive, index, used, rules, facts.trusted, today)
        for index, directive in enumerate(directives)
        if not directive.category
    )
    dated = any(directive.until is not None for directive in directives)
    return Verdict(kept, len(findings) - len(kept), records, dated)


def parse(facts: FileFacts) -> tuple[Directive, ...]:
    """Every suppression comment of a file, in source order."""
    data = facts.text.data
    if MARK not in data and FOREIGN_MARK not in data:
        return ()
    found = (_directive(facts, comment) for comment in facts.comments)
    return tuple(directive for directive in found if directive is not None)


@cache
def _patterns() -> tuple[re.Pattern[bytes], re.Pattern[bytes], re.Pattern[bytes], re.Pattern[bytes]]:
    return (
        re.compile(rb"(?://+|/\*+|<!--|--|#)?[\s*]*fourlayer-ignore(-file)?(?![\w-])[ \t]*"),
        re.compile(rb"([^\s,:()*]+)[ \t]*(?:\(([^()\r\n]*)\))?[ \t]*"),
        re.compile(rb"until[ \t]+([^\s:]+)[ \t]*"),
        re.compile(rb"(?://+|/\*+)?[\s*]*tenant-filter-guard:[ \t]*ignore-next-query(?![\w-])"),
    )


def _directive(facts: FileFacts, comment: Comment) -> Directive | None:
    head, _, _, foreign = _patterns()
    data = facts.text.data
    start, end = comment.span
    match = head.match(data, start, end)
    if match is None:
        if not foreign.match(data, start, end):
            return None
        return Directive(
            comment.span,
            comment.span,
            (),
            "",
            end,
            None,
            "tenancy",
            _covered(facts, comment),
            comment.own_line,
        )
    stop = _content_end(data, match.end(), end)
    names, position = _names(data, match.end(), stop)
    until, position = _until(data, position, stop)
    reason = b""
    if data[position : position + 1] == b":":
        reason = data[position + 1 : stop].strip()
    covers = None if match[1] else _covered(facts, comment)
    return Directive(
        comment.span,
        _line(facts, comment),
        names,
        reason.decode("utf-8", "replace"),
        position,
        until,
        "",
        covers,
        comment.own_line or bool(match[1]),
    )


def _content_end(data: bytes, start: int, end: int) -> int:
    """Where the directive's text ends: before the comment's closing sign or the end of its first line."""
    stop = end
    for mark in (b"\n", b"\r", b"*/", b"-->"):
        at = data.find(mark, start, end)
        stop = min(stop, at) if at >= 0 else stop
    while stop > start and data[stop - 1] in b" \t":
        stop -= 1
    return stop


def _names(data: bytes, position: int, stop: int) -> tuple[tuple[Name, ...], int]:
    """The comma-separated rules, and where the text after them begins."""
    _, name, until, _ = _patterns()
    found: list[tuple[bytes, bytes, int, int]] = []
    while (match := name.match(data, position, stop)) is not None:
        if until.match(data, position, stop):
            break
        written_end = match.end(2) + 1 if match[2] is not None else match.end(1)
        found.append((match[1], match[2] or b"", match.start(), written_end))
        position = match.end()
        if data[position : position + 1] != b",":
            break
        position += 1
        while position < stop and data[position] in b" \t":
            position += 1
    names: list[Name] = []
    for index, (text, argument, start, end) in enumerate(found):
        first, last = index == 0, index == len(found) - 1
        remove = Span(
            start if first else found[index - 1][3], end if not first or last else found[index + 1][2]
        )
        names.append(
            Name(text.decode("utf-8", "replace"), argument.decode().strip(), Span(start, end), remove)
        )
    return tuple(names), position


def _until(data: bytes, position: int, stop: int) -> tuple[str | None, int]:
    match = _patterns()[2].match(data, position, stop)
    return (None, position) if match is None else (match[1].decode("utf-8", "replace"), match.end())


def _line(facts: FileFacts, comment: Comment) -> Span:
    """What to delete to remove a comment: its lines where it stands alone, else with the space before it."""
    data = facts.text.data
    start, end = comment.span
    line_start = facts.text.line_starts[facts.text.line_of(start)]
    before = data[line_start:start]
    if before.strip() == b"{" and data[end : end + 1] == b"}":
        # `{/* ... */}` in JSX: the braces go with it.
        start, end = line_start + before.index(b"{"), end + 1
        before = data[line_start:start]
    line_end = facts.text.line_span(facts.text.line_of(end))[1]
    if not before.strip() and not data[end:line_end].strip():
        following = facts.text.line_of(end) + 1
        starts = facts.text.line_starts
        return Span(line_start, starts[following] if following < len(starts) else len(data))
    while start > line_start and data[start - 1] in b" \t":
        start -= 1
    return Span(start, end)


def _covered(facts: FileFacts, comment: Comment) -> Span:
    """The bytes that a comment speaks of: the statement after it, or the line at whose end it stands."""
    if not comment.own_line:
        line = facts.text.line_of(comment.span.start)
        return Span(facts.text.line_starts[line], comment.span.start)
    statement = facts.covered_by(comment)
    if statement is None:
        return Span(comment.span.end, comment.span.end)
    return Span(statement.start, _head_end(facts, statement))


def _head_end(facts: FileFacts, statement: Span) -> int:
    """Where the part of a statement ends that belongs to it alone: a body's statements are their own."""
    decl = facts.decl_at(statement.start)
    if decl is None:
        return statement.end
    if decl.start >= statement.start and decl.end <= statement.end:
        if decl.kind == "class" and decl.members:
            return decl.members[0].start
        return decl.body_start or statement.end
    return _nested_head_end(decl, statement)


_BODIES: tuple[tuple[type[n.Node], str], ...] = (
    (n.If, "then"),
    (n.Loop, "body"),
    (n.Try, "block"),
    (n.Labeled, "body"),
)


def _nested_head_end(decl: Decl, statement: Span) -> int:
    for node in walk(decl.node):
        if decl.start + node.start != statement.start:
            continue
        for kind, field in _BODIES:
            if isinstance(node, kind):
                body: n.Node = getattr(node, field)
                return decl.start + body.start
        if isinstance(node, n.FunctionDecl) and node.function.body is not None:
            return decl.start + node.function.body.start
        if isinstance(node, n.Switch) and node.cases:
            return decl.start + node.cases[0].start
    return statement.end


def _covers(facts: FileFacts, directive: Directive, finding: Finding) -> bool:
    covers = directive.covers
    if covers is None:
        return True
    start, end = finding.span
    if directive.own_line:
        return covers.start <= start < max(covers.end, covers.start + 1)
    line = facts.text.line_of(directive.span.start)
    return line in (facts.text.line_of(start), facts.text.line_of(max(start, end - 1)))


def _argument_fits(argument: str, finding: Finding) -> bool:
    return not argument or finding.key == argument or finding.key.endswith("/" + argument)


def _works(directive: Directive, today: str) -> bool:
    return bool(directive.category) or (bool(directive.reason) and not _expired(directive, today))


def _expired(directive: Directive, today: str) -> bool:
    """Whether its day has passed; the day itself still counts, and what is no date never does."""
    until = directive.until
    return until is not None and (not is_date(until) or until < today)


def _record(
    directive: Directive,
    index: int,
    used: Collection[tuple[int, int]],
    rules: Rules,
    trusted: bool,
    today: str,
) -> Suppression:
    return Suppression(
        directive.span,
        directive.line,
        tuple(
            _named(name, (index, position) in used, rules, trusted)
            for position, name in enumerate(directive.names)
        ),
        directive.reason,
        directive.reason_at,
        directive.until,
        _expired(directive, today),
        directive.covers is None,
    )


def _named(name: Name, used: bool, rules: Rules, trusted: bool) -> SuppressedRule:
    rule = rules.canonical(name.name)
    return SuppressedRule(
        rule or name.name,
        name.argument,
        name.span,
        name.remove,
        known=rule is not None,
        closest=None if rule is not None else rules.closest(name.name),
        # Where the file does not parse, a finding may be missing for that reason alone.
        ran=trusted and rule is not None and rule in rules.ran,
        used=used,
        protected=rule is not None and rule in rules.protected,
    )
