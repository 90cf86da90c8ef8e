"""What a terminal is shown: harmless characters, their width, and colours where they are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from fourlayer.rule.model import Severity

Role = Literal["error", "warning", "info", "hint", "path", "rule", "dim", "fix", "bold"]

_CODES: Mapping[Role, str] = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;34",
    "hint": "2",
    "path": "1;4",
    "rule": "36",
    "dim": "2",
    "fix": "32",
    "bold": "1",
}

_ROLE_OF: Mapping[Severity, Role] = {"error": "error", "warning": "warning", "info": "info"}


class Style:
    """Paints text, or leaves it as it is where colours are off."""

    __slots__ = ("colours",)

    def __init__(self, colours: bool = False) -> None:
        self.colours = colours

    def paint(self, text: str, role: Role) -> str:
        """The text in the role's colour."""
        return f"\x1b[{_CODES[role]}m{text}\x1b[0m" if self.colours and text else text

    def severity(self, text: str, severity: Severity) -> str:
        """The text in the severity's colour."""
        return self.paint(text, _ROLE_OF.get(severity, "hint"))


PLAIN = Style()


def wants_colours(is_terminal: bool, environment: Mapping[str, str]) -> bool:
    """Whether a stream gets colours: NO_COLOR, then FORCE_COLOR, then TERM=dumb, then what it is."""
    if environment.get("NO_COLOR"):
        return False
    forced = environment.get("FORCE_COLOR")
    if forced is not None and forced != "":
        return forced != "0"
    return is_terminal and environment.get("TERM") != "dumb"


def visible(text: str) -> str:
    """The text with every character that a terminal would obey or hide written as an escape.

    Control characters (line breaks and tabs among them), escape sequences, bidirectional overrides,
    zero-width characters and lone surrogates all become `\\x1b`, `\\u202e` and the like.
    """
    if text.isprintable():
        return text
    return "".join([char if char.isprintable() else escape(char) for char in text])


def one_line(text: str) -> str:
    """`visible`, with line breaks and tabs become single spaces first."""
    return visible(" ".join(text.split()) if any(char in text for char in "\n\r\t") else text)


def escape(char: str) -> str:
    """One character as an ASCII escape; a byte that was no UTF-8 shows as that byte."""
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def char_width(char: str) -> int:
    """Columns that a printable character takes in a terminal: 0 (combining), 1, or 2 (wide)."""
    if char < "\u0300":
        return 1
    import unicodedata

    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def well_formed(text: str) -> str:
    """The text with lone surrogates (bytes that were no UTF-8) written as escapes, fit to encode."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join([escape(char) if "\ud800" <= char <= "\udfff" else char for char in text])
    return text
