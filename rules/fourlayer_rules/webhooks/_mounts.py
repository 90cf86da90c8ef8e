"""Where routers are mounted: who mounts one, and which of them stand under a path of webhooks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, cast

from fourlayer.project.snapshot import Survey
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import uncast
from fourlayer.syntax.facts import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

HOPS = 3
"""Mounts of mounts that are followed."""
SEGMENT = re.compile(r"(^|/)(web[-_]?)?hooks?(/|$)", re.IGNORECASE)
"""A segment of a path that says that webhooks come in there."""
_CALLS = frozenset({"use", "register", "route"})
_MOUNTING = (b".use", b".register")


class Mount(NamedTuple):
    """A `use(path, router)` in another file."""

    path: str
    facts: FileFacts
    decl: Decl
    call: n.Call
    url: str


def mounts(view: View, path: str) -> Iterator[Mount]:
    """Where what a file exports is mounted, or called while something is mounted."""
    for edge in view.importers(path):
        facts = view.facts(edge.importer)
        if facts is None or not any(word in facts.text.data for word in _MOUNTING):
            continue
        if view.is_test(edge.importer):
            continue
        names = {bound.local for bound in edge.import_.names if bound.local is not None}
        for decl, call in _calls(facts):
            if _named_in(call, names):
                yield Mount(edge.importer, facts, decl, call, _url(call))


def _calls(facts: FileFacts) -> list[tuple[Decl, n.Call]]:
    """The calls of a file that may mount something."""
    known = facts.memo.get("webhooks: mounting")
    if known is None:
        known = facts.memo["webhooks: mounting"] = [
            (decl, node)
            for decl in facts.all_decls()
            if decl.kind not in {"import", "class"} and any(word.encode() in decl.data for word in _CALLS)
            for node in walk(decl.node)
            if isinstance(node, n.Call) and _mounting(node)
        ]
    return cast("list[tuple[Decl, n.Call]]", known)


def _mounting(call: n.Call) -> bool:
    callee = uncast(call.callee)
    return isinstance(callee, n.Member) and callee.name in _CALLS and bool(call.args)


def _named_in(call: n.Call, names: set[str]) -> bool:
    return any(isinstance(inner, n.Name) and inner.name in names for arg in call.args for inner in walk(arg))


def _url(call: n.Call) -> str:
    first = uncast(call.args[0])
    return first.value if isinstance(first, n.Str) else ""


# Seen from where things are mounted


def is_under_webhooks(view: View, path: str) -> bool:
    """Whether a router of a file is mounted under a path of webhooks, be it by way of others."""
    key = ("webhooks: under",)
    under = cast("frozenset[str] | None", view.memo.get(key))
    if under is None:
        under = frozenset(_under_webhooks(view))
        view.memo[key] = under
    return path in under


def _under_webhooks(view: View) -> set[str]:
    """What is mounted there. Only few files mount anything, and of each router to ask who does is dear."""
    found: set[str] = set()
    for importer, specifiers in view.survey(_AT_WEBHOOKS).items():
        found |= _files(view, importer, specifiers)
    fresh = found
    for _ in range(HOPS - 1):
        fresh = {inner for path in fresh for inner in _mounted_by(view, path)} - found
        found |= fresh
    return found


def _mounted_by(view: View, path: str) -> set[str]:
    facts = view.facts(path) if not view.is_test(path) else None
    if facts is None or not any(word in facts.text.data for word in _MOUNTING):
        return set()
    return _files(view, path, tuple(specifier for _, specifier in _mounted(facts)))


def _files(view: View, importer: str, specifiers: tuple[str, ...]) -> set[str]:
    found = {view.resolve(specifier, importer).path for specifier in specifiers}
    return {path for path in found if path is not None and path != importer}


def _mounted(facts: FileFacts) -> Iterator[tuple[str, str]]:
    """The paths at which a file mounts what it imports, and where that is from."""
    for _, call in _calls(facts):
        for item in facts.imports:
            names = {bound.local for bound in item.names if bound.local is not None}
            if _named_in(call, names):
                yield _url(call), item.specifier


def _extract(_path: str, facts: FileFacts) -> tuple[str, ...] | None:
    found = sorted({specifier for url, specifier in _mounted(facts) if SEGMENT.search(url)})
    return tuple(found) or None


_AT_WEBHOOKS = Survey(
    "mounted at webhooks",
    _extract,
    (b"hook", b"Hook", b"HOOK"),
    beside=_MOUNTING,
)
