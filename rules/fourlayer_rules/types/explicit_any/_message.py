"""Says where an `any` stands and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted

if TYPE_CHECKING:
    from fourlayer.syntax.facts import FileFacts
    from fourlayer.syntax.span import Span
    from fourlayer_rules.types.explicit_any._place import Place


class Told(NamedTuple):
    """The words of a finding, and what identifies it."""

    message: str
    help: str
    scope: str
    key: str


def describe(place: Place | None, facts: FileFacts, span: Span) -> Told:
    """The message of a finding."""
    where = "A type" if place is None else _where(place)
    decl = facts.decl_at(span.start)
    scope = decl.qualified_name if decl is not None else ""
    if place is not None and place.function and place.function not in scope.split("."):
        scope = f"{scope}.{place.function}" if scope else place.function
    message = (
        f"{where} is `any`: the compiler checks nothing that is done with it, so a change of the vendor's "
        "data breaks in production instead of in the build."
    )
    return Told(message, _help(place), scope, where)


def _where(place: Place) -> str:
    part = _part(place)
    of = f" of `{place.function}`" if place.function else ""
    subject = f" `{place.subject}`" if place.subject else ""
    kind = place.kind
    if kind == "parameter":
        text = f"parameter{subject}{of}" if subject else f"a destructured parameter{of}"
    elif kind == "variable":
        text = f"variable{subject}"
    elif kind == "return type":
        text = f"the return type of{subject}" if subject else "the return type of a function"
    elif kind == "field":
        text = f"field{subject}"
    elif kind == "catch":
        text = f"catch variable{subject}"
    elif kind == "cast":
        text = f"a cast in `{place.function}`" if place.function else "a cast"
    elif kind == "call":
        called = dotted(place.holder.callee) if isinstance(place.holder, n.Call | n.New) else None
        text = f"a type argument of `{called}`" if called else "a type argument"
    elif kind == "property":
        text = f"property `{place.key}` of `{place.subject}`" if place.subject else f"property `{place.key}`"
    elif kind == "index signature":
        text = f"the index signature of{subject}" if subject else "an index signature"
    elif kind == "alias":
        text = f"type{subject}"
    elif kind == "type parameter":
        text = f"type parameter{subject}{_slot(place)}"
    elif kind == "key":
        text = "`keyof any`"
        return text if not subject else f"`keyof any` in{subject}"
    else:
        text = "a type"
    whole = f"{part}{text}"
    return whole[:1].upper() + whole[1:]


def _slot(place: Place) -> str:
    holder = place.holder
    return "'s default" if isinstance(holder, n.TypeParam) and holder.default is not None else ""


def _part(place: Place) -> str:
    """Which part of the whole type is meant."""
    if not place.generic:
        return "an item of " if any(step.kind == "item" for step in place.steps) else ""
    if place.generic in ("Array", "ReadonlyArray"):
        return "an item of "
    return f"the type argument of `{place.generic}` in "


def _help(place: Place | None) -> str:
    if place is not None and place.kind == "catch":
        return "Catch `unknown` and narrow it before its members are read."
    return "Give it the type that it is used as, declared in `types.ts`, or `unknown` where it is handed on."
