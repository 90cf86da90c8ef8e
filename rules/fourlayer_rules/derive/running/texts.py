"""Texts and regular expressions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer_rules.derive.running.values import NULL, UNDEFINED, Arr, Native, Obj, Uncertain, Value, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fourlayer_rules.derive.running.machine import Machine

_SPACE = " \t\n\r\v\f"
_LONGEST = 10_000
_LONGEST_SEARCHED = 300
_FOREIGN = re.compile(r"\(\?[<!=]|\\[pPkucB\d]|\[\^?\]|\\[a-zA-Z]")
_FAMILIAR = re.compile(r"\\[dDwWsSbntrfv]")
_REPEATED_GROUP = re.compile(r"\)[*+{]")
_MOST_REPEATS = 3


def regex_of(text: str) -> Value:
    """A regular expression literal, where it means the same here and is answered in no time."""
    match = re.fullmatch(r"/(.*)/([a-z]*)", text, re.DOTALL)
    if match is None or set(match[2]) - set("iug"):
        raise Uncertain
    body = match[1]
    if _FOREIGN.search(_FAMILIAR.sub("", body.replace("\\\\", ""))) or _REPEATED_GROUP.search(body):
        raise Uncertain
    if len(re.findall(r"(?<!\\)[*+{]", body)) > _MOST_REPEATS:
        raise Uncertain
    try:
        compiled = re.compile(body, re.ASCII | (re.IGNORECASE if "i" in match[2] else 0))
    except re.error:
        raise Uncertain from None
    made = Obj(None, "RegExp", compiled)
    made.props["global"] = "g" in match[2]
    return made


def regex_property(machine: Machine, holder: Obj, name: str) -> Value | None:
    """A method of a regular expression; one that is global remembers where it was."""
    pattern = holder.host
    if name == "test" and isinstance(pattern, re.Pattern) and not holder.props["global"]:
        return Native(name, lambda _this, args: pattern.search(_searched(text_of(args[0]))) is not None)
    return None


def _searched(text: str) -> str:
    if len(text) > _LONGEST_SEARCHED or not text.isascii() or text.endswith("\n"):
        raise Uncertain
    return text


def text_property(machine: Machine, text: str, name: str) -> Value:
    """A property of a text; of texts beyond ASCII nothing is told."""
    if not text.isascii():
        raise Uncertain
    if name == "length":
        return len(text)
    if name.isdigit():
        return text[int(name)] if int(name) < len(text) else UNDEFINED
    method = _METHODS.get(name)
    if method is None:
        raise Uncertain
    return Native(name, lambda _this, args: method(text, args))


def _one(args: list[Value]) -> str:
    """The only argument, as a text."""
    if len(args) != 1:
        raise Uncertain
    return text_of(args[0])


def _padded(text: str, args: list[Value]) -> Value:
    wanted = _size(args[0]) - len(text)
    filler = text_of(args[1]) if len(args) > 1 else " "
    if wanted <= 0 or not filler:
        return text
    return (filler * wanted)[:wanted] + text


def _size(value: Value) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LONGEST:
        return value
    raise Uncertain


def slice_of(args: list[Value]) -> slice:
    """The arguments of `slice`."""
    bounds: list[int | None] = []
    for arg in args[:2]:
        if arg is UNDEFINED:
            bounds.append(None)
        elif isinstance(arg, int):
            bounds.append(int(arg))
        else:
            raise Uncertain
    return slice(*[*bounds, None, None][:2])


def _split(text: str, args: list[Value]) -> Value:
    separator = args[0] if args else UNDEFINED
    if len(args) != 1 or not isinstance(separator, str):
        raise Uncertain
    return Arr(list(text) if separator == "" else list(text.split(separator)))


def _replace(text: str, args: list[Value], count: int) -> Value:
    if len(args) != 2 or not isinstance(args[1], str) or "$" in args[1]:
        raise Uncertain
    replacement = args[1]
    if isinstance(args[0], str):
        if args[0] == "":
            raise Uncertain
        return _bounded(text.replace(args[0], replacement, count or -1))
    if isinstance(args[0], Obj) and isinstance(args[0].host, re.Pattern):
        limit = 0 if args[0].props["global"] else 1
        return _bounded(args[0].host.sub(lambda _: replacement, _searched(text), count=limit))
    raise Uncertain


def _bounded(text: str) -> str:
    if len(text) > _LONGEST:
        raise Uncertain
    return text


def _match(text: str, args: list[Value]) -> Value:
    if isinstance(args[0], Obj) and isinstance(args[0].host, re.Pattern) and not args[0].props["global"]:
        found = args[0].host.search(_searched(text))
        if found is None:
            return NULL
        return Arr([found.group(), *(UNDEFINED if part is None else part for part in found.groups())])
    raise Uncertain


_METHODS: Mapping[str, Callable[[str, list[Value]], Value]] = {
    "toLowerCase": lambda text, _: text.lower(),
    "toUpperCase": lambda text, _: text.upper(),
    "toString": lambda text, _: text,
    "valueOf": lambda text, _: text,
    "trim": lambda text, _: text.strip(_SPACE),
    "includes": lambda text, args: _one(args) in text,
    "startsWith": lambda text, args: text.startswith(_one(args)),
    "endsWith": lambda text, args: text.endswith(_one(args)),
    "indexOf": lambda text, args: text.find(_one(args)),
    "concat": lambda text, args: _bounded(text + "".join(text_of(arg) for arg in args)),
    "split": _split,
    "slice": lambda text, args: text[slice_of(args)],
    "padStart": _padded,
    "replace": lambda text, args: _replace(text, args, 1),
    "replaceAll": lambda text, args: _replace(text, args, 0),
    "repeat": lambda text, args: _bounded(text * _size(args[0])),
    "match": _match,
}
