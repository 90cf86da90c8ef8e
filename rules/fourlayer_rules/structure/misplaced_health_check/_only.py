"""What of a file serves some of its code alone, and so goes where that code goes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax.references import references
from fourlayer.syntax.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.syntax.facts import Decl, FileFacts

_KINDS = frozenset({"function", "variable", "type", "interface", "enum"})


class Uses(NamedTuple):
    """How often a top-level name is used inside of some code and outside of it, its declaration aside."""

    inside: int
    outside: int


def uses(facts: FileFacts, name: str, spans: Iterable[Span]) -> Uses:
    """Count them; a name whose uses cannot all be told counts as used outside."""
    regions = tuple(spans)
    found = references(facts, name)
    plain = [one.span for one in found.found if one.form != "declaration"]
    inside = sum(any(_within(span, region) for region in regions) for span in plain)
    return Uses(inside, len(plain) - inside + (not found.complete))


def serving(facts: FileFacts, spans: Iterable[Span], owner: Decl | None = None) -> list[Decl]:
    """The declarations and the private members (of `owner`) that nothing but some code uses.

    What serves these alone is among them.
    """
    regions = list(spans)
    found: list[Decl] = []
    while True:
        fresh = [
            decl
            for decl in _candidates(facts, owner)
            if decl not in found
            and not any(_within(Span(decl.start, decl.end), region) for region in regions)
            and _serves(facts, decl, regions)
        ]
        if not fresh:
            return sorted(found, key=lambda decl: decl.start)
        found += fresh
        regions += [Span(decl.start, decl.end) for decl in fresh]


def unneeded_imports(facts: FileFacts, spans: Iterable[Span]) -> set[str]:
    """The imported names that nothing but some code uses."""
    regions = tuple(spans)
    names = {bound.local for item in facts.imports if item.kind == "import" for bound in item.names}
    counted = {name: uses(facts, name, regions) for name in names if name is not None}
    return {name for name, count in counted.items() if count.inside and not count.outside}


def _candidates(facts: FileFacts, owner: Decl | None) -> Iterator[Decl]:
    for decl in facts.decls:
        if decl.kind in _KINDS and not decl.exported and len(decl.names) == 1:
            yield decl
    for member in owner.members if owner is not None else ():
        before = member.data[: member.name_span.start - member.start]
        if member.name is not None and (b"private" in before.split() or member.name.startswith("#")):
            yield member


def _serves(facts: FileFacts, decl: Decl, regions: list[Span]) -> bool:
    name = decl.name or ""
    if decl.owner is None:
        count = uses(facts, name, [*regions, Span(decl.start, decl.end)])
        return uses(facts, name, regions).inside > 0 and not count.outside
    pattern = rb"(?<![\w$#])" + re.escape(name.encode()) + rb"(?![\w$])"
    found = [Span(*match.span()) for match in re.finditer(pattern, facts.text.data)]
    others = [span for span in found if not _within(span, Span(decl.start, decl.end))]
    return bool(others) and all(any(_within(span, region) for region in regions) for span in others)


def _within(span: Span, region: Span) -> bool:
    return region.start <= span.start and span.end <= region.end
