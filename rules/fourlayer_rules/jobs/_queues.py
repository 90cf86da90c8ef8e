"""Workers and queues of the queue's package: where a file makes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, cast

from fourlayer.project.classes import chain_of
from fourlayer.project.exports import Declared, Origin, origin_in
from fourlayer.project.questions import Question
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of
from fourlayer.syntax.span import Span
from fourlayer.syntax.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

WORKER = "Worker"
QUEUE = "Queue"
THREADS = "worker_threads"


class Built(NamedTuple):
    """A `new Worker(...)` or `new Queue(...)` and the declaration that holds it."""

    path: str
    facts: FileFacts
    decl: Decl
    new: n.New


def built(view: View, path: str, package: str, name: str) -> Iterator[Built]:
    """Every place in a file that makes a worker (or queue) of a package, classes that extend it included."""
    facts = view.facts(path)
    if facts is None or b"new" not in facts.text.data:
        return
    known: dict[bytes, bool] = {}
    for decl in facts.all_decls():
        if decl.kind in {"class", "import"} or not _may_make(view, path, facts, decl, package, known):
            continue
        for new in _news(decl):
            if is_class(view, path, facts, decl, new.callee, package, name):
                yield Built(path, facts, decl, new)


_MADE = re.compile(rb"\bnew\b\s*([\w$]*)")


def _may_make(
    view: View, path: str, facts: FileFacts, decl: Decl, package: str, known: dict[bytes, bool]
) -> bool:
    """Whether one of the classes that a declaration makes may be of a package, by its text alone."""
    for head in _heads(facts, decl):
        if head not in known:
            known[head] = not head or _may_be(view, path, facts, decode(head), package)
        if known[head]:
            return True
    return False


def _heads(facts: FileFacts, decl: Decl) -> frozenset[bytes]:
    """The first words after `new` in a declaration; empty where something else stands there."""
    known = cast("dict[Span, frozenset[bytes]]", facts.memo.setdefault(_heads, {}))
    place = Span(decl.start, decl.end)
    if place not in known:
        known[place] = frozenset(_MADE.findall(facts.text.data, decl.start, decl.end))
    return known[place]


def _may_be(view: View, path: str, facts: FileFacts, head: str, package: str) -> bool:
    """Whether a name, or a member of it, may be a class of a package, or one that extends a class."""
    origin = origin_in(view, path, facts, head)
    if not isinstance(origin, Origin):
        return False
    if origin.path is None:
        return _is_package(origin.specifier, package)
    found = view.shape(origin.path)
    declared = found.decl(origin.name) if found is not None else None
    return declared is not None and declared.kind == "class" and b"extends" in declared.data


def _news(decl: Decl) -> tuple[n.New, ...]:
    known = decl.chunk.memo.get(_news)
    if known is None:
        known = decl.chunk.memo[_news] = tuple(node for node in walk(decl.node) if isinstance(node, n.New))
    return cast("tuple[n.New, ...]", known)


def is_class(
    view: View, path: str, facts: FileFacts, decl: Decl, expr: n.Expr, package: str, name: str
) -> bool:
    """Whether an expression names a class of a package, or one of the workspace that extends it."""
    written = dotted(uncast(expr))
    if written is None:
        return False
    head, _, rest = written.partition(".")
    node = uncast(expr)
    while isinstance(node, n.Member):
        node = uncast(node.object)
    if scopes_of(decl).binding(node) is not None:
        return False
    origin = origin_in(view, path, facts, head)
    if not isinstance(origin, Origin):
        return False
    if origin.path is None:
        return _is_package(origin.specifier, package) and (rest or origin.name) == name
    found = view.shape(origin.path)
    declared = found.decl(origin.name) if found is not None and not rest else None
    if found is None or declared is None or declared.kind != "class":
        return False
    chain = chain_of(view, Declared(origin.path, found, declared))
    last = chain.links[-1]
    if chain.end is None:
        return False
    base = origin_in(view, last.path, last.facts, chain.end.partition(".")[0])
    if not isinstance(base, Origin) or base.path is not None or not _is_package(base.specifier, package):
        return False
    return (chain.end.partition(".")[2] or base.name) == name


def _is_package(specifier: str, package: str) -> bool:
    return specifier.removeprefix("node:") == package


def has_worker(view: View, path: str, package: str) -> bool:
    """Whether a file makes a worker, or a class of it extends one."""
    return view.ask(_HAS_WORKER, path, package)


def _has_worker(view: View, about: tuple[str, ...]) -> bool:
    path, package = about
    facts = view.facts(path)
    if facts is None or package.encode() not in facts.text.data:
        return False
    if any(True for _ in built(view, path, package, WORKER)):
        return True
    for decl in facts.decls:
        node = decl.node if decl.kind == "class" else None
        base = node.extends if isinstance(node, n.ClassDecl) else None
        if base is not None and is_class(view, path, facts, decl, base, package, WORKER):
            return True
    return False


_HAS_WORKER = Question[bool]("has a worker", _has_worker, bottom=False)
