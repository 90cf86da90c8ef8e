"""Whether functions return promises and expressions are ones: yes (True), no (False), or unknown (None)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.classes import chain_of
from fourlayer.project.questions import Question
from fourlayer.project.summaries.inference import Inference, place_of
from fourlayer.project.summaries.types import (
    Function,
    Listed,
    Made,
    Members,
    Place,
    Promised,
    Result,
    Simple,
    Typed,
    Union,
)
from fourlayer.syntax import nodes as n
from fourlayer.syntax.functions import function_of, returns_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

Answer = bool | None


class Promises:
    """Answers for one view."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.inference = Inference(view)

    def of(self, expr: n.Expr, place: Place) -> Answer:
        """Whether an expression is a promise, or a builder that waits to be waited for."""
        return self.judge(self.inference.of(expr, place))

    def judge(self, value: Typed) -> Answer:
        """Whether something is a promise; of a union, whether one of its parts is."""
        match value:
            case Promised():
                return True
            case Union():
                return some(self.judge(item) for item in value.items)
            case Result():
                return self._returned(value)
            case Made(static=False):
                return self._is_thenable(value)
            case Members():
                thenable = any(prop.name == "then" for prop in value.type.members)
                return True if thenable else None if value.extends else False
            case Simple(kind="unknown"):
                return None
            case _:
                return False

    def listed(self, value: Typed) -> bool:
        """Whether something is an array of promises."""
        return isinstance(value, Listed) and self.judge(value.item) is True

    def _is_thenable(self, made: Made) -> Answer:
        chain = chain_of(self._view, made.declared)
        if any("then" in member.names for link in chain.links for member in link.decl.members):
            return True
        return False if chain.end is None else True if chain.end == "Promise" else None

    def _returned(self, result: Result) -> Answer:
        function, place = result
        decl = place.decl
        owner = place.this.decl if place.this is not None else None
        if function_of(decl) is function and owner is decl.owner and decl.qualified_name:
            return self._view.ask(_RETURNS, place.path, decl.qualified_name)
        return self.returned(function, place)

    def returned(self, function: n.Function, place: Place) -> Answer:
        """Whether a function that names no type returns promises, by its body."""
        inference = self.inference
        if not inference.enter(function):
            return None
        self._view.facts(place.path)
        try:
            values = [value for value in returns_of(function) if value is not None]
            return some(self.of(value, place) for value in values) if values else False
        finally:
            inference.leave(function)


def some(answers: Iterable[Answer]) -> Answer:
    """Whether one is yes; unknown where none is and one is unknown."""
    known: Answer = False
    for answer in answers:
        if answer:
            return True
        known = None if answer is None else known
    return known


def returns_promise(view: View, path: str, name: str) -> Answer:
    """Whether a function of a file returns a promise: `f`, `Class.method`, `Interface.method`."""
    return view.ask(_RETURNS, path, name)


def _returns(view: View, about: tuple[str, ...]) -> Answer:
    path, name = about
    facts = view.facts(path)
    promises = Promises(view)
    for decl in facts.all_decls() if facts is not None else ():
        if facts is None or not decl.trusted:
            continue
        if decl.qualified_name == name:
            return _of_decl(promises, path, facts, decl)
        if decl.kind in {"interface", "type"} and name.startswith(f"{decl.name}."):
            return _of_type(promises, path, facts, decl, name)
    return None


def _of_decl(promises: Promises, path: str, facts: FileFacts, decl: Decl) -> Answer:
    place = place_of(path, facts, decl)
    function = function_of(decl)
    if function is None:
        return None
    result = promises.inference.called(Function(function, place))
    if isinstance(result, Result) and result.function is function:
        return promises.returned(function, place)
    return promises.judge(result)


def _of_type(promises: Promises, path: str, facts: FileFacts, decl: Decl, name: str) -> Answer:
    inference = promises.inference
    place = place_of(path, facts, decl)
    owner = inference.type(n.TypeRef(0, 0, decl.name or "", ()), place)
    return promises.judge(inference.called(inference.member(owner, name.partition(".")[2])))


_RETURNS = Question["Answer"]("returns a promise", _returns, bottom=False)
