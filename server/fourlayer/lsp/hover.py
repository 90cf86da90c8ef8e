"""Hover: the page of the rule behind a finding, or of one that a suppression comment names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.lsp import convert
from fourlayer.lsp.capabilities import Client
from fourlayer.lsp.plain import JsonObject
from fourlayer.syntax.span import Span
from fourlayer.syntax.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from fourlayer.lsp.folder import Folder

_WORD = re.compile(rb"[A-Za-z0-9][A-Za-z0-9-]*")


def hover(
    folder: Folder, path: str, offset: int, client: Client, page: Callable[[str], str | None]
) -> JsonObject | None:
    """The hover at a byte offset of a document whose findings are current; None where there is nothing."""
    text = folder.text(path) or Text(b"")
    named = rule_named_at(folder, path, offset)
    if named is not None:
        rule, span = named
        rules = [rule]
    else:
        found = [one for one in folder.shown.get(path, ()) if one.span.start <= offset <= one.span.end]
        if not found:
            return None
        rules = list(dict.fromkeys(one.reported.finding.rule for one in found))
        span = min((one.span for one in found), key=lambda span: span.end - span.start)
    pages = [shown for rule in rules if (shown := page(rule)) is not None]
    if not pages:
        return None
    kind = "markdown" if client.markdown else "plaintext"
    return {
        "contents": {"kind": kind, "value": "\n\n---\n\n".join(pages)},
        "range": convert.to_range(text, span, client.encoding),
    }


def rule_named_at(folder: Folder, path: str, offset: int) -> tuple[str, Span] | None:
    """The rule that a `fourlayer-ignore` comment names at a byte offset, and where."""
    facts = folder.snapshot.facts(path)
    if facts is None:
        return None
    ids = {meta.id for meta in folder.app.rules}
    for comment in facts.comments:
        if not comment.span.start <= offset < comment.span.end or "fourlayer-ignore" not in comment.text:
            continue
        data = facts.text.data[comment.span.start : comment.span.end]
        for match in _WORD.finditer(data):
            start, end = comment.span.start + match.start(), comment.span.start + match.end()
            word = match[0].decode()
            if start <= offset <= end and word in ids:
                return word, Span(start, end)
    return None
