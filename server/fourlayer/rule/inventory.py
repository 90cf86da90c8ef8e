"""An inventory of data accesses: which tenant each one names, on what evidence, and who says so."""

from __future__ import annotations

from typing import Literal, NamedTuple

Ruling = Literal["scoped", "exempt", "suppressed", "suspicious", "unverifiable", "violation"]

RULINGS: tuple[Ruling, ...] = (
    "violation",
    "suspicious",
    "unverifiable",
    "suppressed",
    "exempt",
    "scoped",
)
"""From what needs a person's eye most to what needs it least."""


class Step(NamedTuple):
    """One step of the way from an access to where its tenant comes from. `line` is 1-based."""

    path: str
    line: int
    text: str


class Access(NamedTuple):
    """One data access. Lines and columns are 1-based, columns in UTF-16 code units.

    `offset` and `end` are 0-based byte offsets, end exclusive. `table` is empty where it is chosen at run
    time (for memories it is what is called, for caches the key). `column` is the tenant column that it
    names, or would have to; `definition` the place in the schema that says so (`path:line`). `value` is
    the source text of the tenant, `origins` the kinds of places that it comes from ("session", "request",
    "job", "literal", "field", ...), `chain` one way there, the access first.
    """

    path: str
    offset: int
    end: int
    line: int
    position: int
    function: str
    library: str
    table: str
    verb: str
    ruling: Ruling
    evidence: str
    column: str = ""
    definition: str = ""
    value: str = ""
    origins: tuple[str, ...] = ()
    chain: tuple[Step, ...] = ()


class Inventory(NamedTuple):
    """Every access of the files that were looked at, by path and place."""

    root: str
    files: int
    accesses: tuple[Access, ...]
    problems: tuple[str, ...] = ()
    """What kept part of the code from being looked at."""
