"""What runs background work in a file of the jobs layer, and whether a worker elsewhere does."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.exports import Origin, origin_in
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.span import Span
from fourlayer_rules.jobs._floating import Finder
from fourlayer_rules.jobs._queues import QUEUE, THREADS, WORKER, Built, built, has_worker
from fourlayer_rules.jobs._timers import timer_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

_DEEPEST = 4
_FRAMEWORKS = ("@nestjs/bullmq", "@taskforcesh/bullmq-pro")
_QUEUE_FILES = ("queue", "queues")


class Scheduled(NamedTuple):
    """A timer that runs work. `starts`: the file starts workers that are defined elsewhere."""

    name: str
    span: Span
    scope: str
    starts: bool


def scheduled(view: View, path: str, facts: FileFacts, package: str) -> Iterator[Scheduled]:
    """Every `setInterval`, and every other timer whose callback is async; not those inside a processor."""
    finder = Finder(view, path, facts, jobs=True)
    starts: bool | None = None
    for decl in facts.all_decls():
        if not decl.trusted or decl.kind == "class":
            continue
        inside = _processors(view, path, decl, package)
        for name, call in _timers(view, path, facts, decl, finder):
            if any(around in inside for around in decl.ancestors(call)):
                continue
            starts = starts_workers(view, path, facts, package) if starts is None else starts
            callee = uncast(call.callee)
            start = callee.name_start if isinstance(callee, n.Member) else callee.start
            span = Span(decl.start + start, decl.start + callee.end)
            yield Scheduled(name, span, decl.qualified_name, starts)


def _timers(
    view: View, path: str, facts: FileFacts, decl: Decl, finder: Finder
) -> Iterator[tuple[str, n.Call]]:
    if b"set" not in decl.data and b"Tick" not in decl.data and b"queueMicrotask" not in decl.data:
        return
    late = {floating.node for floating in finder.of(decl) if floating.kind == "timer"}
    for node in walk(decl.node):
        name = timer_of(view, path, facts, decl, node) if isinstance(node, n.Call) else None
        if isinstance(node, n.Call) and name is not None and (name == "setInterval" or node in late):
            yield name, node


def _processors(view: View, path: str, decl: Decl, package: str) -> set[n.Node]:
    """The `new Worker(...)` of a declaration: a timer inside one is a heartbeat of its job."""
    if b"new" not in decl.data:
        return set()
    return {one.new for one in built(view, path, package, WORKER) if one.decl is decl}


def threads(view: View, path: str) -> Iterator[Built]:
    """Every thread that a file starts."""
    yield from built(view, path, THREADS, WORKER)


def starts_workers(view: View, path: str, facts: FileFacts, package: str) -> bool:
    """Whether a file uses something of a file that makes a worker."""
    for item in facts.imports:
        if item.type_only or item.kind == "mock":
            continue
        for name in item.names:
            origin = origin_in(view, path, facts, name.local) if name.local is not None else None
            there = origin.path if isinstance(origin, Origin) else view.resolve(item.specifier, path).path
            if there is not None and there != path and has_worker(view, there, package):
                return True
        if not item.names:
            there = view.resolve(item.specifier, path).path
            if there is not None and has_worker(view, there, package):
                return True
    return False


def lonely(view: View, path: str, facts: FileFacts, package: str) -> bool | None:
    """Whether a file is a job without a worker; None where that cannot be told."""
    if not _does_something(facts) or _is_queue(view, path, package):
        return False
    if any(item.specifier in _FRAMEWORKS for item in facts.imports):
        return False
    if starts_workers(view, path, facts, package) or _helps_a_worker(view, path, package):
        return False
    return None if _may_be_run_elsewhere(view, path, facts, package) else True


def _does_something(facts: FileFacts) -> bool:
    """Whether a file exports code: constants, schemas and types are no job."""
    exported = {export.local or export.name for export in facts.exports if not export.type_only}
    if any(export.name == "default" and export.local is None for export in facts.exports):
        return True
    for decl in facts.decls:
        if exported & set(decl.names) and (
            decl.kind in {"function", "class"} or (decl.kind == "variable" and decl.body_start is not None)
        ):
            return True
    return False


def _is_queue(view: View, path: str, package: str) -> bool:
    stem = path.rpartition("/")[2].partition(".")[0].lower()
    return stem.endswith(_QUEUE_FILES) or any(True for _ in built(view, path, package, QUEUE))


def _helps_a_worker(view: View, path: str, package: str) -> bool:
    """Whether a file that makes a worker uses this one, maybe through others."""
    seen = {path}
    level = [path]
    for _ in range(_DEEPEST):
        above = {
            edge.importer
            for one in level
            for edge in view.importers(one)
            if not edge.import_.type_only and not view.is_test(edge.importer)
        } - seen
        if any(has_worker(view, importer, package) for importer in above):
            return True
        seen |= above
        level = [importer for importer in sorted(above) if view.layer_of(importer) == "jobs"]
    return False


def _may_be_run_elsewhere(view: View, path: str, facts: FileFacts, package: str) -> bool:
    """Whether code takes jobs of the package (a processor that is named by its path), or a maker unknown."""
    for item in facts.imports:
        names = {name.imported for name in item.names}
        if item.specifier == package:
            if names & {"Job", "SandboxedJob"}:
                return True
            continue
        makers = [name for name in names if name.endswith("Worker") and name != WORKER]
        if makers and not item.type_only and view.resolve(item.specifier, path).path is None:
            return True
    return False
