"""Workers and queues of the queue's package: where a file makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from fourlayer.project.classes import chain_of
from fourlayer.project.exports import Declared, Origin, origin_in
from fourlayer.project.questions import Question
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of

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
    for decl in facts.all_decls() if facts is not None else ():
        if facts is None or decl.kind in {"class", "import"} or b"new" not in decl.data:
            continue
        for new in _news(decl):
            if is_class(view, path, facts, decl, new.callee, package, name):
                yield Built(path, facts, decl, new)


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
