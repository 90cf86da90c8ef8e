"""Names new types after what they describe."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from fourlayer_rules.types.explicit_any._place import Place

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
VERBS = frozenset(
    [
        "normalize",
        "normalise",
        "to",
        "map",
        "parse",
        "handle",
        "process",
        "get",
        "fetch",
        "load",
        "list",
        "find",
        "search",
        "create",
        "update",
        "upsert",
        "delete",
        "remove",
        "build",
        "make",
        "transform",
        "convert",
        "format",
        "extract",
        "sync",
        "push",
        "pull",
        "on",
        "is",
        "has",
        "from",
        "compute",
        "calculate",
        "validate",
        "check",
        "as",
        "read",
        "write",
        "save",
        "store",
        "send",
        "post",
        "put",
        "apply",
        "merge",
        "enrich",
        "render",
        "print",
        "log",
        "assert",
        "ensure",
        "resolve",
        "select",
        "pick",
        "filter",
        "sort",
        "group",
        "count",
        "sum",
        "collect",
        "import",
        "export",
        "query",
        "request",
        "call",
        "run",
        "do",
        "set",
        "add",
        "wrap",
        "unwrap",
        "decode",
        "encode",
        "serialize",
        "deserialize",
        "adapt",
        "translate",
        "describe",
        "summarize",
        "pop",
        "mark",
        "queue",
        "enqueue",
        "dispatch",
        "emit",
        "with",
        "try",
        "receive",
    ]
)
GENERIC = frozenset(
    [
        "data",
        "payload",
        "raw",
        "body",
        "input",
        "item",
        "obj",
        "object",
        "value",
        "result",
        "results",
        "response",
        "res",
        "params",
        "args",
        "arg",
        "x",
        "e",
        "el",
        "entry",
        "record",
        "row",
        "json",
        "content",
        "event",
        "message",
        "msg",
        "info",
        "options",
        "opts",
        "o",
        "d",
        "r",
        "p",
        "v",
        "i",
        "it",
        "current",
        "node",
        "thing",
        "dto",
        "entity",
        "element",
        "items",
        "rows",
        "entries",
        "records",
        "values",
        "output",
        "rest",
        "acc",
        "curr",
        "next",
        "prev",
        "model",
        "source",
        "src",
    ]
)
_VAGUE = frozenset(
    [
        "fields",
        "field",
        "properties",
        "property",
        "props",
        "attributes",
        "meta",
        "metadata",
        "links",
        "type",
        "status",
        "state",
        "kind",
        "name",
        "names",
        "details",
        "config",
        "settings",
        "context",
        "extra",
        "key",
        "header",
        "headers",
        "user",
        "account",
        "address",
    ]
) - {"user", "account", "address"}
_ABOUT = frozenset(["payload", "response", "event", "body", "input", "params", "options"])
"""Words that say what a value is for: they come after the noun."""
_SHORT = {
    "res": "response",
    "msg": "message",
    "obj": "object",
    "opts": "options",
    "el": "element",
    "src": "source",
}
_TAILS = ("Data", "Payload", "Input", "Record", "Shape")


def words(name: str) -> list[str]:
    """The words of an identifier, lower case."""
    return [word.lower() for word in _WORDS.findall(name)]


def pascal(parts: list[str]) -> str:
    """Words as a type's name."""
    return "".join(part[:1].upper() + part[1:] for part in parts)


def singular(word: str) -> str:
    """One of what a plural noun names."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if re.search(r"(ss|sh|ch|x|z)es$", word):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 2:
        return word[:-1]
    return word


def singular_name(name: str) -> str:
    """A name with its last word in the singular."""
    parts = _WORDS.findall(name)
    if not parts:
        return name
    return "".join([*(part[:1].upper() + part[1:] for part in parts[:-1]), _capital(singular(parts[-1]))])


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def noun_of(function: str) -> list[str]:
    """What a function is about: its name without verbs and little words."""
    parts = words(function)
    while parts and parts[0] in VERBS:
        parts = parts[1:]
    for little in ("from", "to", "by", "for", "with", "into", "as", "of"):
        if little in parts:
            at = parts.index(little)
            parts = parts[at + 1 :] if at == 0 else parts[:at]
    return [part for part in parts if part not in ("all", "the", "many", "one", "async", "sync")]


def subject_words(place: Place) -> list[str]:
    """The words that say what the value at a place is."""
    plural = any(step.kind == "item" for step in place.steps)
    if place.kind == "return type":
        found = noun_of(place.subject) or words(place.subject)
        return _one(found) if plural or _is_list(place) else found
    name = place.key or place.subject
    own = words(name)
    own = [_SHORT.get(part, part) for part in own]
    if own[:1] == ["raw"] and len(own) > 1:
        own = own[1:]
    if plural:
        own = _one(own)
    if any(step.kind == "map" for step in place.steps) and own in (
        ["cache"],
        ["map"],
        ["store"],
        ["registry"],
    ):
        own = [*own, "entry"]
    if place.kind in ("property", "alias", "index signature") and place.subject and place.key:
        return [*words(place.subject), *own]
    if not own or (len(own) == 1 and own[0] in GENERIC) or len(name) <= 2:
        acts = words(place.function)[:1] and words(place.function)[0] in VERBS
        noun = noun_of(place.function) if acts or not own or own[0] in _ABOUT else []
        if place.kind in ("parameter", "variable", "cast", "call"):
            noun = [*noun[:-1], singular(noun[-1])] if noun and plural else noun
        tail = own if own and own[0] in _ABOUT else []
        if noun and noun[-1:] == tail:
            tail = []
        return [*noun, *tail] if noun else (own if own and len(name) > 2 else ["payload"])
    return own


def _is_list(place: Place) -> bool:
    return place.generic in ("Array", "ReadonlyArray")


def _one(parts: list[str]) -> list[str]:
    return [*parts[:-1], singular(parts[-1])] if parts else parts


def type_name(place: Place, provider: str, taken: Callable[[str], bool], *, plural: bool) -> str:
    """A name for the type at a place that nothing else has; `plural`: the value is a list of them."""
    parts = subject_words(place)
    if plural and not any(step.kind == "item" for step in place.steps):
        parts = _one(parts)
    own = [word.lower() for word in words(provider)]
    if own and parts[: len(own)] == own:
        parts = parts[len(own) :] or ["payload"]
    base = provider + (pascal(parts) or "Payload")
    if not provider and len(parts) == 1 and place.function:
        base = pascal(noun_of(place.function) or words(place.function)) + base
    if not base[0].isalpha():
        base = "Type" + base
    candidates = [base]
    noun = pascal(noun_of(place.function))
    if len(noun) > 2 and noun.lower() not in base.lower():
        candidates.append(provider + noun + pascal(parts))
    candidates += [base + tail for tail in _TAILS]
    candidates += [f"{base}{number}" for number in range(2, 100)]
    return next(name for name in candidates if not taken(name))


def nested_name(parent: str, prefix: str, prop: str, is_item: bool, taken: Callable[[str], bool]) -> str:
    """A name for the type of a property."""
    last = singular_name(prop) if is_item else "".join(_capital(part) for part in _WORDS.findall(prop))
    last = last or "Value"
    telling = words(last) and not (len(words(last)) == 1 and words(last)[0] in _VAGUE | GENERIC)
    candidates = [prefix + last] if telling and prefix and not last.startswith(prefix) else []
    candidates.append(parent + _without_overlap(parent, last))
    candidates += [f"{parent}{last}{tail}" for tail in _TAILS]
    candidates += [f"{parent}{last}{number}" for number in range(2, 100)]
    return next(name for name in candidates if not taken(name))


def _without_overlap(parent: str, last: str) -> str:
    """`Status` + `StatusCategory` is `StatusCategory`."""
    tail = _WORDS.findall(parent)[-1:]
    own = _WORDS.findall(last)
    return "".join(own[1:]) if tail == own[:1] and len(own) > 1 else last
