"""Open documents: our own text and line index, and every edit since findings were last placed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lsprotocol import types

from fourlayer.syntax.span import Span
from fourlayer.syntax.text import Encoding, Text


class Edit(NamedTuple):
    """The bytes `start`..`end` of the text before became `added` bytes."""

    start: int
    end: int
    added: int


class Document:
    """One open document. `path` is its real absolute path; `uri` is spelled as the client does."""

    __slots__ = ("path", "text", "uri", "version")

    def __init__(self, uri: str, path: str, version: int, text: Text) -> None:
        self.uri = uri
        self.path = path
        self.version = version
        self.text = text


def apply_changes(
    text: Text, changes: Iterable[types.TextDocumentContentChangeEvent], encoding: Encoding
) -> tuple[Text, list[Edit]]:
    """The text after an incremental notification, each change seen from the state that the last one left."""
    edits: list[Edit] = []
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangePartial):
            start, end = (
                text.offset((position.line, position.character), encoding)
                for position in (change.range.start, change.range.end)
            )
            start, end = min(start, end), max(start, end)
            new = Text.from_str(change.text).data
            text = text.replace(start, end, new)
            edits.append(Edit(start, end, len(new)))
        else:
            new_text = Text.from_str(change.text)
            edits.extend(difference(text.data, new_text.data))
            text = new_text
    return text, edits


def moved(span: Span, edits: Sequence[Edit]) -> Span | None:
    """Where a span lies after the edits; None when its text was replaced or deleted as a whole."""
    start, end = span
    for edit in edits:
        if edit.start <= start and end <= edit.end and edit.start < edit.end:
            return None
        start = _moved_start(start, edit)
        end = max(_moved_end(end, edit), start)
    return Span(start, end)


def _moved_start(offset: int, edit: Edit) -> int:
    """What is typed right before a span pushes it."""
    if offset >= edit.end:
        return offset + edit.added - (edit.end - edit.start)
    return offset if offset <= edit.start else edit.start + edit.added


def _moved_end(offset: int, edit: Edit) -> int:
    """What is typed right behind a span does not belong to it."""
    if offset <= edit.start:
        return offset
    return offset + edit.added - (edit.end - edit.start) if offset >= edit.end else edit.start


def difference(old: bytes, new: bytes) -> list[Edit]:
    """A full replacement as the one edit between the common start and the common end."""
    if old == new:
        return []
    limit = min(len(old), len(new))
    head = _common(old, new, limit)
    tail = _common(old[head:][::-1], new[head:][::-1], limit - head)
    return [Edit(head, len(old) - tail, len(new) - tail - head)]


def _common(left: bytes, right: bytes, limit: int) -> int:
    """Length of the common beginning, found by halving."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if left[:middle] == right[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
