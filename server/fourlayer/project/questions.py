"""Questions that many ask of a workspace: each is answered once, and kept while its reasons hold.

An answer may rest on other answers, on those to questions about itself too (functions that call one
another): it is then worked out again until it no longer changes. A later state keeps every answer whose
reasons are as they were; an answer that comes out as before is no reason for others to be given anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar, cast

if TYPE_CHECKING:
    from fourlayer.project.snapshot import Dep, Snapshot, View

T = TypeVar("T")

Key = tuple[str, ...]
"""The name of a question, and what it is asked about."""

_ROUNDS = 24
"""After so many rounds a question about itself is left at its `bottom`."""

_DEEP = 30
"""Nested questions before the outer ones are put off: what calls what may be long, the stack is not."""

_DEEPEST = 120


class Question(NamedTuple, Generic[T]):
    """A pure question: what to read of a view, about which names.

    Answers compare by equality and hold no facts. `bottom` is what is taken for the answer while it is
    being worked out; answers must only grow away from it.
    """

    name: str
    answer: Callable[[View, Key], T]
    bottom: T


_QUESTIONS: dict[str, Question[object]] = {}
"""Every question that was asked, by name: what rests on an answer knows only its key."""


class _Kept(NamedTuple):
    value: object
    reasons: tuple[tuple[Dep, object], ...]


class _Open:
    """A question that is being answered: what is taken for its answer, and which outer ones it rests on."""

    __slots__ = ("depth", "members", "rests", "taken", "value", "within")

    def __init__(self, depth: int, bottom: object) -> None:
        self.depth = depth
        self.rests: set[int] = set()
        """The depths of the questions around it whose answers were only taken for it."""
        self.value = bottom
        self.taken = False
        self.members: dict[Key, tuple[object, frozenset[Dep]]] = {}
        """Answers that rest on what is taken for this one as yet, with what they read."""
        self.within: set[Key] = set()
        """The questions of all rounds whose reads count as reads of this one."""


class _PutOffError(BaseException):
    """Raised through the questions on the stack to answer one of them on an empty one."""

    def __init__(self, key: Key) -> None:
        super().__init__(key)
        self.key = key


class Answers:
    """The answers of one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[Key, _Kept] = {}
        self._earlier: dict[Key, _Kept] = {}
        self._open: dict[Key, _Open] = {}
        self._deep = _DEEP
        self._nesting = 0
        self._taken = 0

    def derive(self, snapshot: Snapshot) -> Answers:
        """The answers of a later snapshot; each is looked at again when somebody asks."""
        new = Answers(snapshot)
        new._earlier = {**self._earlier, **self._known}
        return new

    def ask(self, question: Question[T], about: Key) -> T:
        """The answer to a question."""
        _QUESTIONS[question.name] = cast("Question[object]", question)
        return cast("T", self.value((question.name, *about)))

    def value(self, key: Key) -> object:
        """The answer to a question that was asked before, be it of another state."""
        known = self._known.get(key)
        if known is not None:
            return known.value
        return self._nested(key) if self._nesting else self._outermost(key)

    def _outermost(self, key: Key) -> object:
        """An answer from an empty stack: what lies too deep is answered first."""
        pending = [key]
        while True:
            try:
                value = self._nested(pending[-1])
            except _PutOffError as put_off:
                self._open.clear()
                self._nesting = 0
                if put_off.key in pending:
                    self._deep = min(self._deep * 2, _DEEPEST)
                else:
                    pending.append(put_off.key)
                continue
            pending.pop()
            if not pending:
                self._deep = _DEEP
                return value

    def _nested(self, key: Key) -> object:
        being = self._open.get(key)
        if being is not None:
            being.taken = True
            self._rests_on(being.depth)
            return being.value
        for above in self._open.values():
            if key in above.members:
                self._rests_on(above.depth)
                return above.members[key][0]
        if self._nesting >= self._deep:
            if self._deep >= _DEEPEST:
                return _QUESTIONS[key[0]].bottom
            raise _PutOffError(key)
        self._nesting += 1
        try:
            # While an earlier answer is looked at it may be given anew, as part of another's.
            kept = self._still_right(key) or self._known.get(key)
            return kept.value if kept is not None else self._worked_out(key)
        finally:
            self._nesting = max(0, self._nesting - 1)

    def _rests_on(self, depth: int) -> None:
        """Note that what is on the stack above a question rests on what is taken for its answer."""
        self._taken += 1
        for one in reversed(self._open.values()):
            if one.depth <= depth:
                return
            one.rests.add(depth)

    def _still_right(self, key: Key) -> _Kept | None:
        """An earlier answer whose reasons hold, none of them being worked out just now."""
        kept = self._earlier.get(key)
        if kept is None:
            return None
        taken = self._taken
        stamp = self._snapshot.stamp
        if not all(stamp(dep) == was for dep, was in kept.reasons) or self._taken != taken:
            return None
        self._known[key] = kept
        return kept

    def _worked_out(self, key: Key) -> object:
        question = _QUESTIONS[key[0]]
        depth = len(self._open)
        being = self._open[key] = _Open(depth, question.bottom)
        try:
            read = self._settled(question, key, being)
        finally:
            self._open.pop(key, None)
        if being.rests:
            # With the innermost: when that is answered anew, so must be what rests on it.
            innermost = max(being.rests)
            head = next(one for one in self._open.values() if one.depth == innermost)
            head.members.update(being.members)
            head.members[key] = (being.value, read)
            head.within |= {*being.within, *being.members, key}
        else:
            self._keep(key, being, read)
        return being.value

    def _settled(self, question: Question[object], key: Key, being: _Open) -> frozenset[Dep]:
        """Answer until the answer is what was taken for it; what was read for it."""
        # What an early round read made the answer grow; the last one may not have come so far.
        read: set[Dep] = set()
        for _ in range(_ROUNDS):
            being.taken = False
            being.members.clear()
            view = self._snapshot.view()
            value = question.answer(view, key[1:])
            same = value == being.value
            being.value = value
            read.update(view.deps, *(deps for _, deps in being.members.values()))
            being.within.update(being.members)
            if same or not being.taken:
                return frozenset(read)
        being.value = question.bottom
        being.members.clear()
        return frozenset(read)

    def _keep(self, key: Key, being: _Open, read: frozenset[Dep]) -> None:
        """Keep an answer, and those that rested on it; together they rest on what all of them read."""
        group = {key: (being.value, read), **being.members}
        inside = {("answer", *one) for one in {*group, *being.within}}
        everything = frozenset["Dep"]().union(*(deps for _, deps in group.values())) - inside
        reasons = tuple(self._stamped(everything))
        for one, (value, _) in group.items():
            self._known[one] = _Kept(value, reasons)

    def _stamped(self, deps: Iterable[Dep]) -> Iterable[tuple[Dep, object]]:
        return ((dep, self._snapshot.stamp(dep)) for dep in deps)
