"""Findings that stay put while code is half typed: the last trusted state's, moved along with the edits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.lsp.documents import Edit, moved
from fourlayer.syntax.span import Span

if TYPE_CHECKING:
    from fourlayer.rule.outcome import Reported
    from fourlayer.syntax.facts import FileFacts


class Shown(NamedTuple):
    """A finding as the client sees it. `span` counts bytes of the file's present text.

    `held`: the present text cannot be judged there, so this is what held before; it has no fixes.
    """

    reported: Reported
    span: Span
    held: bool = False


def fresh(findings: Sequence[Reported]) -> tuple[Shown, ...]:
    """Findings of the text as it stands."""
    return tuple(Shown(reported, reported.finding.span) for reported in findings)


def carried(shown: Sequence[Shown], edits: Sequence[Edit]) -> tuple[Shown, ...]:
    """The findings where the edits left them; those whose text was deleted are gone."""
    if not edits:
        return tuple(shown)
    found: list[Shown] = []
    for one in shown:
        span = moved(one.span, edits)
        if span is not None:
            found.append(one._replace(span=span))
    return tuple(found)


def steadied(
    findings: Sequence[Reported], before: Sequence[Shown], facts: FileFacts | None, file_rules: frozenset[str]
) -> tuple[Shown, ...]:
    """What to show of a file whose present text gave `findings`; `before` is already moved to that text.

    Where the text has no syntax errors, exactly the findings. Else, inside a declaration with an error what
    was shown before stays, and nothing new appears. A finding of a rule that judges more than one file
    (any rule not in `file_rules`) stays as well where it is anchored in this file: such rules claim
    absences, which a file with errors cannot disprove.
    """
    if facts is None or facts.trusted:
        return fresh(findings)
    new = [one for one in fresh(findings) if settled(facts, one.span)]
    known = {_identity(one.reported) for one in new}
    kept = [
        one._replace(held=True)
        for one in before
        if _identity(one.reported) not in known
        and (not settled(facts, one.span) or one.reported.finding.rule not in file_rules)
    ]
    return tuple(sorted([*new, *kept], key=_place))


def settled(facts: FileFacts, span: Span) -> bool:
    """Whether the text around a span parses: its declaration (of a class: the member) holds no error."""
    if any(error.start <= span.end and span.start <= error.end for error in facts.errors):
        return False
    declaration = facts.decl_at(span.start)
    return declaration is None or declaration.trusted


def _identity(reported: Reported) -> tuple[str, str]:
    return reported.finding.rule, reported.fingerprint


def _place(shown: Shown) -> tuple[int, int, str]:
    return shown.span.start, shown.span.end, shown.reported.finding.rule
