"""Finds the jobs that a file adds and the workers that it makes, and what they know of the tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.project.summaries.inference import place_of
from fourlayer.project.summaries.types import Function, Shaped
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.span import Span
from fourlayer_rules.jobs._queues import WORKER, Built, built
from fourlayer_rules.jobs._tenant import Tenants, tenant_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.config.settings import Settings
    from fourlayer.project.snapshot import View
    from fourlayer.project.summaries.types import Place
    from fourlayer.syntax.facts import Decl, FileFacts

_SAFE = "WORKER_CLASSIFICATION: explicit-cross-tenant-safe"
_ADDS = frozenset({"add", "addBulk", "upsertJobScheduler"})


class Unscoped(NamedTuple):
    """A job's data or a worker without the tenant; `certain` False where that cannot be told.

    `data` is the object literal that could name the tenant, where there is one.
    """

    kind: Literal["data", "worker"]
    span: Span
    decl: Decl
    text: str
    certain: bool
    data: n.Object | None = None
    typed: bool = False
    """Whether the queue's own type says what its jobs hold."""


def unscoped(view: View, path: str, settings: Settings) -> Iterator[Unscoped]:
    """What a file's jobs and workers lack."""
    facts = view.facts(path)
    names = tenant_names(settings)
    if facts is None or not names:
        return
    tenants = Tenants(view, names)
    workers = [one for one in built(view, path, settings.conventions.queue, WORKER) if one.decl.trusted]
    safe = _covered(facts)
    judged = [one for one in workers if not _is_covered(one.decl, one.new, safe)]
    for one in judged:
        found = _worker(tenants, one)
        if found is not None:
            yield found
    if workers and not judged:
        # The classified workers of a file are those of the jobs that it adds.
        return
    for decl in facts.all_decls():
        adds = b".add" in decl.data or b"upsertJob" in decl.data
        if decl.trusted and decl.kind != "class" and adds:
            yield from _added(tenants, decl, place_of(path, facts, decl), safe)


def _covered(facts: FileFacts) -> list[Span]:
    """The statements that a comment declares safe across tenants."""
    if _SAFE.partition(":")[0].encode() not in facts.text.data:
        return []
    spans: list[Span] = []
    for comment in facts.comments:
        if _SAFE in " ".join(comment.text.split()):
            covered = facts.covered_by(comment)
            line = facts.text.line_of(comment.span.start)
            spans.append(covered or Span(facts.text.line_starts[line], comment.span.end))
    return spans


def _is_covered(decl: Decl, node: n.Node, spans: list[Span]) -> bool:
    at = decl.span(node)
    return any(span.start <= at.start < span.end for span in spans)


# Workers


def _worker(tenants: Tenants, one: Built) -> Unscoped | None:
    place = place_of(one.path, one.facts, one.decl)
    processor = one.new.args[1] if len(one.new.args) > 1 else None
    span = one.decl.span(one.new.callee)
    text = one.decl.text_of(one.new.args[0]) if one.new.args else WORKER
    if processor is None or isinstance(uncast(processor), n.Const):
        return None
    value = tenants.inference.of(processor, place)
    answer = None
    if isinstance(value, Function) and isinstance(value.node, n.Function):
        answer = tenants.read_by(value.node, value.place)
    elif isinstance(uncast(processor), n.Call):
        answer = _wrapped(tenants, uncast(processor), place)
    return None if answer else Unscoped("worker", span, one.decl, text, answer is False)


def _wrapped(tenants: Tenants, call: n.Expr, place: Place) -> bool | None:
    """A processor inside a call of a wrapper: what the wrapper does with the job is not looked at."""
    for arg in call.args if isinstance(call, n.Call) else ():
        value = tenants.inference.of(arg, place)
        node = value.node if isinstance(value, Function) else None
        if (
            isinstance(value, Function)
            and isinstance(node, n.Function)
            and tenants.read_by(node, value.place)
        ):
            return True
    return None


# Jobs


def _added(tenants: Tenants, decl: Decl, place: Place, safe: list[Span]) -> Iterator[Unscoped]:
    for node in walk(decl.node):
        callee = uncast(node.callee) if isinstance(node, n.Call) else None
        if not isinstance(node, n.Call) or not isinstance(callee, n.Member) or callee.name not in _ADDS:
            continue
        queue = tenants.inference.of(callee.object, place)
        if not isinstance(queue, Shaped) or queue.shape != "queue" or _is_covered(decl, node, safe):
            continue
        for data in _data_of(callee.name, node):
            found = _judged(tenants, decl, place, callee, data, queue)
            if found is not None:
                yield found


def _data_of(name: str, call: n.Call) -> Iterator[n.Expr | None]:
    args = call.args
    if any(isinstance(arg, n.Spread) for arg in args):
        return
    if name == "addBulk":
        items = uncast(args[0]) if args else None
        for item in items.items if isinstance(items, n.Array) else ():
            yield _property(item, "data")
    elif name == "upsertJobScheduler":
        yield _property(args[2], "data") if len(args) > 2 else None
    elif len(args) == 1 and isinstance(uncast(args[0]), n.Object):
        yield _property(args[0], "data")
    elif len(args) > 1:
        yield args[1]


def _property(expr: n.Expr, name: str) -> n.Expr | None:
    literal = uncast(expr)
    for prop in literal.props if isinstance(literal, n.Object) else ():
        if isinstance(prop, n.Prop) and prop.key == name:
            return prop.value
    return None


def _judged(
    tenants: Tenants, decl: Decl, place: Place, callee: n.Member, data: n.Expr | None, queue: Shaped
) -> Unscoped | None:
    answer = tenants.named_by(data, place) if data is not None else None
    if answer is None and queue.given:
        answer = tenants.in_type(queue.given[0])
    if answer:
        return None
    span = Span(decl.start + callee.name_start, decl.start + callee.end)
    text = " ".join(decl.text_of(callee).split())
    literal = uncast(data) if data is not None else None
    known = literal if isinstance(literal, n.Object) else None
    return Unscoped("data", span, decl, text, answer is False, known, bool(queue.given))
