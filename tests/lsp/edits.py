"""Applying what a server sends the way a client does, counted one character at a time."""

from __future__ import annotations

from collections.abc import Callable

from tests.lsp.clients import Json

_WIDTHS: dict[str, Callable[[str], int]] = {
    "utf-8": lambda c: len(c.encode()),
    "utf-16": lambda c: 1 + (ord(c) > 0xFFFF),
    "utf-32": lambda _: 1,
}


def index_of(text: str, position: Json, encoding: str) -> int:
    """The character index of a position."""
    lines = text.split("\n")
    index = sum(len(line) + 1 for line in lines[: position["line"]])
    units = 0
    for char in lines[position["line"]]:
        if units >= position["character"]:
            break
        units += _WIDTHS[encoding](char)
        index += 1
    assert units == position["character"], "the position is inside a character or past the line"
    return index


def covered(text: str, place: Json, encoding: str) -> str:
    """The text of a range."""
    return text[index_of(text, place["start"], encoding) : index_of(text, place["end"], encoding)]


def apply_text_edits(text: str, edits: list[Json], encoding: str) -> str:
    """The text after edits that all refer to its present state."""
    spans = [
        (
            index_of(text, e["range"]["start"], encoding),
            index_of(text, e["range"]["end"], encoding),
            number,
            e,
        )
        for number, e in enumerate(edits)
    ]
    for start, end, _, edit in sorted(spans, key=lambda span: span[:3], reverse=True):
        new = edit["newText"] if "newText" in edit else edit["snippet"]["value"]
        text = text[:start] + new + text[end:]
    return text


def apply_workspace_edit(texts: dict[str, str], edit: Json, encoding: str) -> dict[str, str]:
    """The texts by URI after a workspace edit."""
    result = dict(texts)
    if "changes" in edit:
        for uri, edits in edit["changes"].items():
            result[uri] = apply_text_edits(result[uri], edits, encoding)
        return result
    for step in edit["documentChanges"]:
        if step.get("kind") == "create":
            assert step.keys() == {"kind", "uri"}, "no options: they stop some clients from creating the file"
            assert step["uri"] not in result
            result[step["uri"]] = ""
        elif step.get("kind") == "rename":
            result[step["newUri"]] = result.pop(step["oldUri"])
        elif step.get("kind") == "delete":
            del result[step["uri"]]
        else:
            uri = step["textDocument"]["uri"]
            result[uri] = apply_text_edits(result[uri], step["edits"], encoding)
    return result
