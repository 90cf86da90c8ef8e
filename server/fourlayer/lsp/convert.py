"""From findings and changes to what goes over the wire: the only place that counts in the client's units."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.lsp.capabilities import Client
from fourlayer.lsp.plain import JsonObject
from fourlayer.lsp.steady import Shown
from fourlayer.rule.model import Change, TextEdit
from fourlayer.syntax.span import Span
from fourlayer.syntax.text import Encoding, Text

if TYPE_CHECKING:
    from fourlayer.config.load import ConfigProblem

SOURCE = "fourlayer"
CAP = 1000
"""How many findings of one file are sent; serialising costs the loop about 10 us each."""

_SEVERITIES = {"error": 1, "warning": 2, "info": 3, "hint": 4}
_INFORMATION = 3
_UNNECESSARY = 1


class Place(NamedTuple):
    """How to name a workspace-relative path to the client, and what stands there now."""

    uri: Callable[[str], str]
    text: Callable[[str], Text | None]
    version: Callable[[str], int | None]


def to_range(text: Text, span: Span, encoding: Encoding) -> JsonObject:
    """The LSP range of a span of bytes."""
    return {"start": to_position(text, span.start, encoding), "end": to_position(text, span.end, encoding)}


def to_position(text: Text, offset: int, encoding: Encoding) -> JsonObject:
    """The LSP position of a byte offset."""
    line, character = text.position(offset, encoding)
    return {"line": line, "character": character}


def diagnostics(shown: Sequence[Shown], text: Text, client: Client, place: Place) -> list[JsonObject]:
    """The diagnostics of one file; a note says how many are left out beyond the cap."""
    found = [diagnostic(one, text, client, place) for one in shown[:CAP]]
    if len(shown) > CAP:
        found.append(
            {
                "range": to_range(text, Span(0, 0), client.encoding),
                "severity": _INFORMATION,
                "source": SOURCE,
                "message": f"{len(shown) - CAP} further findings of this file are not shown.",
            }
        )
    return found


def diagnostic(shown: Shown, text: Text, client: Client, place: Place) -> JsonObject:
    """One finding as a diagnostic. `data` finds it again for code actions."""
    reported = shown.reported
    finding = reported.finding
    result: JsonObject = {
        "range": to_range(text, shown.span, client.encoding),
        "severity": _SEVERITIES.get(reported.severity, _INFORMATION),
        "code": finding.rule,
        "source": SOURCE,
        "message": f"{finding.message}\n{finding.help}" if finding.help else finding.message,
        "data": {"fingerprint": reported.fingerprint},
    }
    if client.code_description and reported.docs:
        result["codeDescription"] = {"href": reported.docs}
    if client.tags and finding.rule == "unused-suppression":
        result["tags"] = [_UNNECESSARY]
    if client.related and finding.related:
        result["relatedInformation"] = [
            {
                "location": {
                    "uri": place.uri(related.path),
                    "range": to_range(place.text(related.path) or Text(b""), related.span, client.encoding),
                },
                "message": related.message,
            }
            for related in finding.related
        ]
    return result


def config_diagnostics(problems: Sequence[ConfigProblem], text: Text, encoding: Encoding) -> list[JsonObject]:
    """The problems of a configuration file as diagnostics in it."""
    found: list[JsonObject] = []
    for problem in problems:
        start = text.offset((max(problem.line - 1, 0), max(problem.column - 1, 0)), "utf-16")
        end = _word_end(text, start)
        message = f"{problem.message}\n{problem.remedy}" if problem.remedy else problem.message
        found.append(
            {
                "range": to_range(text, Span(start, end), encoding),
                "severity": 1,
                "code": "configuration",
                "source": SOURCE,
                "message": message,
            }
        )
    return found


def _word_end(text: Text, start: int) -> int:
    """The end of the key or value that starts here."""
    data, end = text.data, start
    while end < len(data) and data[end] not in b" \t\r\n=,]#":
        end += 1
    return end


def workspace_edit(change: Change, client: Client, place: Place) -> JsonObject | None:
    """A change as one workspace edit; None when the client cannot do all of it.

    Files are created without options, and only where they are absent: the caller has made sure.
    """
    operations = {
        name
        for name, wanted in (
            ("create", change.creates),
            ("rename", change.renames),
            ("delete", change.deletes),
        )
        if wanted
    }
    if not client.document_changes:
        if operations:
            return None
        return {
            "changes": {
                place.uri(path): _text_edits(edits, place.text(path), client.encoding)
                for path, edits in change.edits.items()
            }
        }
    if not operations <= client.operations:
        return None
    steps: list[JsonObject] = []
    for create in change.creates:
        uri = place.uri(create.path)
        steps.append({"kind": "create", "uri": uri})
        steps.append(_document_edit(uri, None, (TextEdit(0, 0, create.text),), Text(b""), client.encoding))
    steps.extend(_edits(change.edits, client, place))
    steps.extend(
        {"kind": "rename", "oldUri": place.uri(rename.path), "newUri": place.uri(rename.to)}
        for rename in change.renames
    )
    steps.extend({"kind": "delete", "uri": place.uri(delete.path)} for delete in change.deletes)
    return {"documentChanges": steps}


def snippet_edit(path: str, offset: int, snippet: str, client: Client, place: Place) -> JsonObject:
    """A workspace edit that inserts a snippet at a byte offset of an open document."""
    text = place.text(path) or Text(b"")
    document = {"uri": place.uri(path), "version": place.version(path)}
    inserted = {
        "range": to_range(text, Span(offset, offset), client.encoding),
        "snippet": {"kind": "snippet", "value": snippet},
    }
    return {"documentChanges": [{"textDocument": document, "edits": [inserted]}]}


def _edits(edits: Mapping[str, Sequence[TextEdit]], client: Client, place: Place) -> list[JsonObject]:
    return [
        _document_edit(place.uri(path), place.version(path), parts, place.text(path), client.encoding)
        for path, parts in edits.items()
    ]


def _document_edit(
    uri: str, version: int | None, edits: Sequence[TextEdit], text: Text | None, encoding: Encoding
) -> JsonObject:
    document = {"uri": uri, "version": version}
    return {"textDocument": document, "edits": _text_edits(edits, text, encoding)}


def _text_edits(edits: Sequence[TextEdit], text: Text | None, encoding: Encoding) -> list[JsonObject]:
    text = text or Text(b"")
    return [
        {"range": to_range(text, Span(edit.start, edit.end), encoding), "newText": edit.text}
        for edit in edits
    ]
