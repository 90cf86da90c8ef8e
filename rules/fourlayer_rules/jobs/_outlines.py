"""Tells by a declaration's outline, before it is lowered, that no promise can be lost in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.project.summaries.inference import place_of
from fourlayer.project.summaries.types import (
    PLAIN,
    PROMISE,
    UNKNOWN,
    Keyed,
    Listed,
    Made,
    Result,
    Shaped,
    Typed,
)
from fourlayer.syntax import nodes as n
from fourlayer_rules.jobs._timers import TIMERS

if TYPE_CHECKING:
    from fourlayer.project.snapshot import View
    from fourlayer.project.summaries.promises import Promises
    from fourlayer.project.summaries.types import Place
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.outline import Bound, Outline

_LATER = (b"forEach", *(name.rpartition(".")[2].encode() for name in sorted(TIMERS)))
_GIVERS = re.compile(
    rb"\.\s*(then|catch|finally|map|bind|call|apply|find|findLast|at|pop|shift"
    rb"|filter|slice|reverse|concat|sort|toSorted|toReversed)(?![\w$])(?!\s*!?\.)"
)
"""Names that may turn what is unknown, or a list, into a promise."""
_CHAIN = re.compile(rb"[\w$]+(?:\s*[?!]*\.\s*#?[\w$]+)*")
_STEP = re.compile(rb"[\s?!.]+")
_TYPE_NAME = re.compile(rb"[A-Za-z_$][\w$]*(?:\.[\w$]+)*")
_LIST = re.compile(rb"[\w$.]+\[\]")
_FUNCTION = re.compile(rb"=>|\bfunction\b|\)\s*[:{]")
_WORDS = frozenset({"async", "await", "class", "function", "import", "new", "super", "typeof"})
_COLLECTIONS = {
    b"Array": 1,
    b"Map": 2,
    b"ReadonlyArray": 1,
    b"ReadonlyMap": 2,
    b"ReadonlySet": 1,
    b"Set": 1,
    b"WeakMap": 2,
}
"""How many type arguments collections have."""
_BODIES = frozenset({"function", "member"})
_DEEPEST = 3


class Outlines:
    """Answers for the declarations of one file."""

    def __init__(self, view: View, path: str, facts: FileFacts, promises: Promises) -> None:
        self._view = view
        self._path = path
        self._facts = facts
        self._promises = promises
        self._inference = promises.inference
        self._free: dict[tuple[str | None, bytes], bool] = {}

    def may_lose(self, decl: Decl) -> bool:
        """Whether a promise may be lost in a declaration; True also where only its lowered form tells."""
        data = decl.data
        if (
            decl.kind not in _BODIES
            and not any(name in data for name in _LATER)
            and not _FUNCTION.search(data)
        ):
            return False
        outline = self._facts.outline(decl, _LATER)
        if outline.complex:
            return True
        place = place_of(self._path, self._facts, decl)
        return any(not self._harmless(callee, outline, place) for callee in outline.calls | outline.kept)

    def _harmless(self, callee: bytes, outline: Outline, place: Place) -> bool:
        """Whether a call is certainly no promise that the rule knows of."""
        if callee == b"super":
            return True
        match = _CHAIN.match(callee.removeprefix(b"new "))
        if match is None or _GIVERS.search(callee):
            return False
        head = _STEP.split(match.group())[0]
        if head in outline.bound:
            return self._harmless_value(callee, outline, place, 0)
        key = (place.this.decl.name if place.this is not None else None, callee)
        known = self._free.get(key)
        if known is None:
            known = self._free[key] = self._harmless_value(callee, outline, place, 0)
        return known

    def _harmless_value(self, callee: bytes, outline: Outline, place: Place, depth: int) -> bool:
        if callee.startswith(b"new "):
            made = self._new(callee.removeprefix(b"new "), outline, place)
        else:
            made = self._called(callee, outline, place, depth)
        if made is None:
            return False
        return self._promises.judge(made) is not True and not self._promises.listed(made)

    def _called(self, callee: bytes, outline: Outline, place: Place, depth: int) -> Typed | None:
        """What a call of a callee gives; None where its text alone does not tell."""
        match = _CHAIN.match(callee)
        if match is None or depth > _DEEPEST:
            return None
        names = [step.decode() for step in _STEP.split(match.group())]
        owner = self._head(names[0], outline, place, depth)
        if owner is None:
            return None
        for name in names[1:]:
            if isinstance(owner, Keyed) and name in {"get", "values"}:
                return None
            if name is not names[-1]:
                owner = self._inference.member(owner, name)
        whole = match.end() == len(callee)
        found = self._called_member(owner, names[1:][-1:], called=whole or callee[match.end() :][:1] == b"(")
        return found if whole or _is_dead(found) else None

    def _called_member(self, owner: Typed, last: list[str], *, called: bool) -> Typed:
        inference = self._inference
        if isinstance(owner, Result):
            owner = inference.force(owner)
        if called and last and isinstance(owner, Listed):
            return PLAIN
        found = inference.member(owner, last[0]) if last else owner
        found = inference.called(found) if called else found
        return inference.force(found) if isinstance(found, Result) and not called else found

    def _head(self, name: str, outline: Outline, place: Place, depth: int) -> Typed | None:
        bound = outline.bound.get(name.encode())
        if name in _WORDS:
            return None
        if bound is not None:
            first, *others = (self._bound(one, outline, place, depth) for one in bound)
            return first if all(other == first for other in others) else None
        if name == "this":
            return Made(place.this) if place.this is not None else UNKNOWN
        return self._inference.dotted(name, place)

    def _bound(self, bound: Bound, outline: Outline, place: Place, depth: int) -> Typed | None:
        if bound.how == "untyped":
            return UNKNOWN
        if bound.how == "list":
            return Listed(UNKNOWN)
        if bound.how == "called" and not _GIVERS.search(bound.text):
            return self._called(bound.text, outline, place, depth + 1)
        if bound.how == "made":
            return self._new(bound.text, outline, place)
        if bound.how == "typed":
            return self._typed(bound.text, place)
        return None

    def _new(self, text: bytes, outline: Outline, place: Place) -> Typed | None:
        """What is made of a class; None where its text alone does not tell."""
        name, _, args = text.partition(b"<")
        if _TYPE_NAME.fullmatch(name) is None or name.partition(b".")[0] in outline.bound:
            return None
        made = self._inference.dotted(name.decode(), place)
        if isinstance(made, Made):
            return made._replace(static=False)
        if isinstance(made, Shaped):
            return PROMISE if made.shape == "Promise" else made
        return self._typed(text, place) if args else UNKNOWN

    def _typed(self, text: bytes, place: Place) -> Typed | None:
        if _LIST.fullmatch(text):
            return Listed(UNKNOWN)
        name, _, args = text.partition(b"<")
        if args and name in _COLLECTIONS:
            given = (n.TypeRef(0, 0, "unknown", ()),) * _COLLECTIONS[name]
            return self._inference.type(n.TypeRef(0, 0, name.decode(), given), place)
        if _TYPE_NAME.fullmatch(text) is None:
            return None
        return self._inference.type(n.TypeRef(0, 0, text.decode(), ()), place)


def _is_dead(value: Typed) -> bool:
    """Whether nothing that one does with a value gives a promise."""
    return value in (PLAIN, UNKNOWN, Shaped("harmless"))
