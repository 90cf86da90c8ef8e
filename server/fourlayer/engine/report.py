"""From a rule's finding to what leaves the engine: severity, place, identity, source lines."""

from __future__ import annotations

from hashlib import sha1
from typing import TYPE_CHECKING

from fourlayer.engine.ruleset import RuleSet, docs_url
from fourlayer.project.layout import CODE_SUFFIXES
from fourlayer.rule.outcome import Range, Reported, ReportedRelated
from fourlayer.syntax.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fourlayer.project.snapshot import Snapshot
    from fourlayer.rule.model import Finding
    from fourlayer.syntax.span import Span

FRAME_LINES = 5
_EMPTY = Text(b"")


def identity(finding: Finding) -> tuple[str, ...]:
    """What a finding is about, without any place that an edit elsewhere would move."""
    owner = f"provider {finding.provider}" if finding.provider is not None else finding.path
    return (finding.rule, owner, finding.scope, " ".join(finding.key.split()))


def fingerprint(who: tuple[str, ...], ordinal: int) -> str:
    """A short hash of an identity; `ordinal` counts equal ones, from 0."""
    text = "\0".join((*who, str(ordinal)))
    return sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:16]


def range_of(text: Text, span: Span) -> Range:
    """A span of bytes as 1-based lines and UTF-16 columns."""
    start, end = text.position(span.start), text.position(span.end)
    return Range(start.line + 1, start.character + 1, end.line + 1, end.character + 1)


def frame_of(text: Text, range_: Range, hidden: Sequence[Span] = ()) -> tuple[str, ...]:
    """The source lines of a range, at most five; what lies in the `hidden` spans of bytes is masked."""
    last = min(range_.end_line, range_.start_line + FRAME_LINES - 1)
    return tuple(_line(text, line - 1, hidden) for line in range(range_.start_line, last + 1))


def _line(text: Text, line: int, hidden: Sequence[Span]) -> str:
    start, end = text.line_span(line)
    pieces: list[str] = []
    at = start
    for span in sorted(hidden):
        low, high = max(span.start, at), min(span.end, end)
        if low < high:
            pieces += [text.slice(at, low), masked(text.slice(low, high))]
            at = high
    return "".join(pieces) + text.slice(at, end)


def masked(source: str) -> str:
    """A text of the same width that shows nothing of it but its quotes."""
    quoted = len(source) > 1 and source[0] == source[-1] and source[0] in "\"'`"
    if quoted:
        return f"{source[0]}{'*' * (len(source) - 2)}{source[-1]}"
    return "*" * len(source)


def masked_bytes(source: bytes) -> bytes:
    """The same for a text of several lines, whose line breaks stay."""
    quoted = len(source) > 1 and source[:1] == source[-1:] and source[:1] in (b'"', b"'", b"`")
    inner = source[1:-1] if quoted else source
    stars = bytes(byte if byte in b"\r\n" else 0x2A for byte in inner)
    return source[:1] + stars + source[-1:] if quoted else stars


def reported(
    snapshot: Snapshot, rules: RuleSet, finding: Finding, mark: str, hidden: Sequence[Span] = ()
) -> Reported:
    """A finding as reports and editors need it, its fixes not planned yet; `mark` is its fingerprint.

    `hidden` are the spans of its file that nobody may be shown.
    """
    meta = rules.metas[finding.rule]
    text = snapshot.text(finding.path) or _EMPTY
    range_ = range_of(text, finding.span)
    return Reported(
        finding=finding,
        category=meta.category,
        severity=rules.severity(meta, finding.path, finding.severity, finding.certainty),
        range=range_,
        related=tuple(
            ReportedRelated(item.message, item.path, range_of(snapshot.text(item.path) or _EMPTY, item.span))
            for item in finding.related
        ),
        fixes=(),
        fingerprint=mark,
        docs=docs_url(meta),
        frame=frame_of(text, range_, hidden),
        folder=_folder(snapshot, finding),
    )


def _folder(snapshot: Snapshot, finding: Finding) -> str:
    """The provider's folder where a finding is about a file that the provider lacks, else its own path."""
    provider = snapshot.provider(finding.provider) if finding.provider is not None else None
    if provider is None or not finding.key.endswith(CODE_SUFFIXES):
        return finding.path
    return finding.path if snapshot.is_file(f"{provider.path}/{finding.key}") else provider.path
