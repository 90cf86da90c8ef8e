"""Identifiers of SQL: quoting, case folding, and the key of a table."""

from __future__ import annotations

DEFAULT_SCHEMA = "public"
_FOLD = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def fold(identifier: str) -> str:
    """An unquoted identifier as Postgres stores it: ASCII letters in lower case, others kept."""
    return identifier.translate(_FOLD)


def key_of(schema: str | None, name: str) -> str:
    """The key of a table: its name alone in the default schema, else "schema.name"."""
    return name if schema is None or schema == DEFAULT_SCHEMA else f"{schema}.{name}"


def table_key(text: str, *, fold: bool) -> str | None:
    """The key that a table reference in code means; None when it is no reference.

    `text` is "name", "schema.name" or "catalog.schema.name", each part plain or in double quotes.
    With `fold`, unquoted parts are folded to lower case.
    """
    parts = split_reference(text.strip(), fold=fold)
    if parts is None:
        return None
    return key_of(parts[-2] if len(parts) > 1 else None, parts[-1])


def split_reference(text: str, *, fold: bool) -> list[str] | None:
    """The parts of a dotted reference without their quotes; None when a part is empty."""
    parts: list[str] = []
    position = 0
    while True:
        if text.startswith('"', position):
            part, position = _quoted(text, position + 1)
        else:
            end = text.find(".", position)
            end = len(text) if end < 0 else end
            part, position = text[position:end].strip(), end
            part = part.translate(_FOLD) if fold else part
        if not part:
            return None
        parts.append(part)
        while text.startswith((" ", "\t", "\n", "\r"), position):
            position += 1
        if position >= len(text):
            return parts
        if text[position] != ".":
            return None
        position += 1
        while text.startswith((" ", "\t", "\n", "\r"), position):
            position += 1


def _quoted(text: str, start: int) -> tuple[str, int]:
    """The identifier whose opening quote is before `start`, and the position after its closing one."""
    pieces: list[str] = []
    while True:
        end = text.find('"', start)
        if end < 0:
            return "", len(text)
        pieces.append(text[start:end])
        if not text.startswith('"', end + 1):
            return "".join(pieces), end + 1
        pieces.append('"')
        start = end + 2
