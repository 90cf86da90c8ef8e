"""What the workers of a file lack."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.exports import Origin, origin_in
from fourlayer.project.summaries.inference import place_of
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer_rules.jobs._evidence import (
    FAILED,
    MEASURED,
    Evidence,
    binding_names,
    depth_is_measured,
    queue_name,
)
from fourlayer_rules.jobs._queues import WORKER, Built, built

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl


class Seen(NamedTuple):
    """A worker and what nobody sees of it: `failed`, `measured`, `depth`."""

    built: Built
    flaws: frozenset[str]


def workers(view: View, path: str, package: str) -> Iterator[Seen]:
    """Every worker of a file with its flaws."""
    found = [one for one in built(view, path, package, WORKER) if one.decl.trusted]
    if not found or not found[0].facts.trusted:
        return
    evidence = Evidence(view)
    for one in found:
        deep = depth_is_measured(view, path, queue_name(view, one), package)
        done = set(_done(evidence, one))
        if not {FAILED, MEASURED} <= done:
            done |= set(_by_callers(view, evidence, one))
        flaws = {FAILED, MEASURED} - done
        yield Seen(one, frozenset(flaws if deep else {*flaws, "depth"}))


def _done(evidence: Evidence, one: Built) -> Iterator[str]:
    """What is done for a worker: in its declaration, in others of its file."""
    held = frozenset({binding_names(one.decl, one.new)} | {f"@{one.decl.start + one.new.start}"})
    place = place_of(one.path, one.facts, one.decl)
    yield from (what for _, what in evidence.handled(one.decl, place, held))
    for arg in one.new.args[1:2]:
        if evidence.measures(arg, place):
            yield MEASURED
    name = binding_names(one.decl, one.new)
    for decl in one.facts.all_decls():
        if decl is not one.decl and decl.kind != "class" and _is_shared(one, decl, name):
            yield from (what for _, what in evidence.handled(decl, place_of(one.path, one.facts, decl), held))


def _is_shared(one: Built, decl: Decl, name: str) -> bool:
    """Whether a name means the same worker in another declaration: of the class, or of the file."""
    if name.startswith("."):
        return decl.owner is one.decl.owner
    return one.facts.decl(name) is not None


def _by_callers(view: View, evidence: Evidence, one: Built) -> Iterator[str]:
    """What those do to a worker who call the function that makes it, here and in other files."""
    names = (one.decl.name, one.decl.owner.name if one.decl.owner is not None else None)
    makers = frozenset(name for name in names if name is not None)
    if not makers or (one.decl.kind == "variable" and one.decl.body_start is None):
        return
    paths = {one.path} | {edge.importer for edge in view.importers(one.path)}
    for path in sorted(paths):
        facts = one.facts if path == one.path else view.facts(path)
        if facts is None or view.is_test(path):
            continue
        for decl in facts.all_decls():
            if decl.kind == "class" or not any(name.encode() in decl.data for name in makers):
                continue
            place = place_of(path, facts, decl)
            held = {
                binding_names(decl, node)
                for node in walk(decl.node)
                if isinstance(node, n.Call | n.New) and _calls(view, path, node, one, makers)
            }
            yield from (what for _, what in evidence.handled(decl, place, frozenset(held)))


def _calls(view: View, path: str, node: n.Call | n.New, one: Built, makers: frozenset[str]) -> bool:
    callee = node.callee
    if not isinstance(callee, n.Name):
        return isinstance(callee, n.Member) and callee.name in makers
    facts = view.facts(path)
    origin = origin_in(view, path, facts, callee.name) if facts is not None else None
    return isinstance(origin, Origin) and origin.path == one.path and origin.name in makers
