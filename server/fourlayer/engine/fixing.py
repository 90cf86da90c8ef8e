"""Applies fixes in memory, pass by pass, until nothing changes; conflicts wait for the next pass."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.engine.check import CrashError, Engine
from fourlayer.engine.crashes import Crash, told
from fourlayer.project.layout import is_code
from fourlayer.rule.model import Change, FixPlan, TextEdit
from fourlayer.rule.outcome import Outcome, Reported, Trouble
from fourlayer.syntax.text import Text

if TYPE_CHECKING:
    from fourlayer.project.snapshot import Dep, Snapshot

MAX_PASSES = 20
Wanted = Callable[[FixPlan], bool]


class Applied(NamedTuple):
    """A finding that was fixed, and how."""

    finding: Reported
    plan: FixPlan


class FixResult(NamedTuple):
    """What fixing comes to; nothing is written.

    `changes` are new contents by path, None for a file that goes; `before` the contents that they were
    made from, None for a file that is new. `outcome` is a check of the workspace as it would be then, without
    the fixes that came to nothing and with the troubles of the others. `remaining` tells that passes ran
    out before fixes did.
    """

    changes: Mapping[str, bytes | None]
    before: Mapping[str, bytes | None]
    applied: tuple[Applied, ...]
    remaining: bool
    outcome: Outcome
    snapshot: Snapshot


class _Candidate(NamedTuple):
    applied: Applied
    change: Change


def fix(
    engine: Engine,
    snapshot: Snapshot,
    outcome: Outcome,
    *,
    paths: Sequence[str] = (),
    unsafe: bool,
    cancelled: Callable[[], bool] | None = None,
) -> FixResult:
    """Apply the fixes of an outcome's findings: safe ones, with `unsafe` those too, never `input`.

    One finding gets one fix: the preferred one of those that are wanted, else the first. What is neither
    safe nor preferred waits until nothing else is left to do. `paths` are those that the outcome was made
    for; new findings in them are fixed as well.
    """
    wanted = _wanted(unsafe)
    first = snapshot
    applied: list[Applied] = []
    troubles: dict[Trouble | Crash, None] = {}
    given_up: set[str] = set()
    gone: set[str] = set()
    seen = {_state(first, snapshot, gone)}
    for _ in range(MAX_PASSES):
        made = _Pass(engine, snapshot, given_up)
        chosen = made.run(outcome, wanted)
        for candidate, trouble in made.failed:
            given_up.add(candidate)
            troubles[trouble] = None
        if not chosen:
            if made.failed:
                continue
            break
        changes = [candidate.change for candidate in chosen]
        snapshot = _after(snapshot, changes)
        gone |= _gone(changes)
        applied += [candidate.applied for candidate in chosen]
        outcome = engine.check(snapshot, paths, cancelled=cancelled)
        state = _state(first, snapshot, gone)
        if state in seen:
            given_up.update(candidate.applied.finding.fingerprint for candidate in chosen)
        seen.add(state)
    else:
        made = _Pass(engine, snapshot, given_up)
        chosen = made.run(outcome, wanted)
    outcome = _without(outcome, made.idle, wanted)
    touched = dict(_differences(first, snapshot, gone))
    return FixResult(
        touched,
        {path: first.read(path) for path in touched},
        tuple(applied) if touched else (),
        bool(chosen),
        outcome._replace(troubles=(*outcome.troubles, *told(troubles))),
        snapshot,
    )


def _wanted(unsafe: bool) -> Wanted:
    allowed = {"safe", "unsafe"} if unsafe else {"safe"}
    return lambda plan: plan.applicability in allowed


def _without(outcome: Outcome, idle: Collection[Applied], wanted: Wanted) -> Outcome:
    """The outcome without the fixes that a next run would try in vain again."""
    useless = {applied.finding.fingerprint for applied in idle}
    findings = tuple(
        one._replace(fixes=tuple(plan for plan in one.fixes if not wanted(plan)))
        if one.fingerprint in useless
        else one
        for one in outcome.findings
    )
    return outcome._replace(findings=findings)


class _Pass:
    """One pass: `failed` are the fixes that went wrong, by fingerprint, `idle` those that change nothing."""

    def __init__(self, engine: Engine, snapshot: Snapshot, given_up: set[str]) -> None:
        self._engine = engine
        self._snapshot = snapshot
        self._given_up = given_up
        self.failed: list[tuple[str, Trouble | Crash]] = []
        self.idle: list[Applied] = []

    def run(self, outcome: Outcome, wanted: Wanted) -> list[_Candidate]:
        """The changes of the pass, none in another's way."""
        chosen: list[_Candidate] = []
        taken = _Taken(self._snapshot)
        # What is second best is decided when the best that can be had is there: it may make it better.
        for group in _planned(outcome, wanted, self._given_up):
            for applied in group:
                made = self._made(applied)
                if made is not None and taken.admits(made[0], made[1]):
                    chosen.append(_Candidate(applied, made[0]))
            if chosen:
                break
        return _compatible(self._snapshot, chosen)

    def _made(self, applied: Applied) -> tuple[Change, frozenset[Dep]] | None:
        """The change of a fix and what it was made from; None where it has none that can be made."""
        snapshot, reported = self._snapshot, applied.finding
        try:
            change, reads = self._engine.change_and_reads(snapshot, reported.finding, applied.plan)
        except CrashError as error:
            self.failed.append((reported.fingerprint, error.crash))
            return None
        if change is None or not _changes_something(snapshot, change):
            self.idle.append(applied)
            return None
        fault = _fault(snapshot, change)
        if fault is None:
            return change, reads
        if any(_is_broken(snapshot, path) for path in change.edits):
            # No fault of the rule: half-typed code takes no certain edit.
            self._given_up.add(reported.fingerprint)
        else:
            message = f"{reported.finding.rule}: its fix was not applied: {fault}"
            self.failed.append((reported.fingerprint, Trouble("crash", message, reported.finding.path)))
        return None


def _planned(outcome: Outcome, wanted: Wanted, given_up: set[str]) -> tuple[list[Applied], list[Applied]]:
    """The fix of each finding: those that are safe or preferred, and the others."""
    first: list[Applied] = []
    last: list[Applied] = []
    for reported in outcome.findings:
        plans = [plan for plan in reported.fixes if wanted(plan)]
        plan = next((plan for plan in plans if plan.preferred), plans[0] if plans else None)
        if plan is not None and reported.fingerprint not in given_up:
            group = first if plan.preferred or plan.applicability == "safe" else last
            group.append(Applied(reported, plan))
    return first, last


def _compatible(snapshot: Snapshot, chosen: list[_Candidate]) -> list[_Candidate]:
    """Without the changes that only together make a file parse worse: of those the first stays."""
    while len(chosen) > 1:
        after = _after(snapshot, [candidate.change for candidate in chosen])
        worse = {path for path in _touched(c.change for c in chosen) if _is_worse(snapshot, after, path)}
        if not worse:
            break
        last = next(i for i in reversed(range(len(chosen))) if worse & _touched([chosen[i].change]))
        chosen = [*chosen[:last], *chosen[last + 1 :]]
    return chosen


class _Taken:
    """What the changes of a pass touch already."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._edits: dict[str, list[TextEdit]] = {}
        self._reshaped: set[str] = set()
        self._whole: set[str] = set()
        self._created: dict[str, str] = {}
        self._moved = snapshot
        """The state in which files are created, renamed and deleted, but none is edited."""

    def admits(self, change: Change, reads: Iterable[Dep]) -> bool:
        """Whether a change fits beside those before it; then it counts as one of them.

        `reads` is what it was made from: where those before it alter that, it is out of date.
        """
        if not self._fits_beside(change) or self._alters(reads, change):
            return False
        self._take(change)
        return True

    def _fits_beside(self, change: Change) -> bool:
        whole = {path for rename in change.renames for path in rename} | {d.path for d in change.deletes}
        edited = {path for path, edits in change.edits.items() if edits}
        created = {create.path: create.text for create in change.creates}
        if whole & (self._whole | self._edits.keys() | self._created.keys()) or edited & self._whole:
            return False
        if created.keys() & (self._whole | self._edits.keys()) or edited & self._created.keys():
            return False
        if any(self._created.get(path, text) != text for path, text in created.items()):
            return False
        return all(self._fits(path, edit) for path in edited for edit in change.edits[path])

    def _alters(self, reads: Iterable[Dep], change: Change) -> bool:
        """Whether something that was read is different by now.

        Files that the change itself edits or creates are not looked at: there the edits must fit.
        """
        own = change.edits.keys() | {create.path for create in change.creates}
        return any(self._is_altered(dep) for dep in reads if dep[0] == "resolution" or dep[-1] not in own)

    def _is_altered(self, dep: Dep) -> bool:
        kind, path = dep[0], dep[-1]
        if kind in {"content", "interface"}:
            if path in self._whole or path in self._created:
                return True
            return path in (self._edits if kind == "content" else self._reshaped)
        # What else may be read (the schema, surveys) is too wide to make every change wait for it.
        if kind not in {"exists", "children", "resolution"} or self._moved is self._snapshot:
            return False
        return self._moved.stamp(dep) != self._snapshot.stamp(dep)

    def _take(self, change: Change) -> None:
        self._created |= {create.path: create.text for create in change.creates}
        self._whole |= {path for rename in change.renames for path in rename}
        self._whole |= {delete.path for delete in change.deletes}
        for path, edits in change.edits.items():
            if edits:
                self._edits.setdefault(path, []).extend(edits)
                if path not in self._reshaped and self._is_reshaped(path):
                    self._reshaped.add(path)
        if change.creates or change.renames or change.deletes:
            self._moved = _after(self._moved, [change._replace(edits={})])

    def _is_reshaped(self, path: str) -> bool:
        """Whether the edits of a file change what other files see of it."""
        if not is_code(path):
            return False
        edits = {path: tuple(dict.fromkeys(self._edits[path]))}
        before, after = self._snapshot.facts(path), _after(self._snapshot, [Change(edits)]).facts(path)
        return before is None or after is None or before.interface != after.interface

    def _fits(self, path: str, edit: TextEdit) -> bool:
        return all(_apart(edit, other) for other in self._edits.get(path, ()))


def _apart(one: TextEdit, two: TextEdit) -> bool:
    """Whether two edits can be made together: apart, or the same import, or two imports at one place."""
    if one.end < two.start or two.end < one.start:
        return True
    if one.start == one.end == two.start == two.end:
        return _is_import(one) and _is_import(two)
    # Two replacements may touch, an insertion at the edge of a replacement has no certain order.
    return (one.end == two.start or two.end == one.start) and one.start != one.end and two.start != two.end


def _is_import(edit: TextEdit) -> bool:
    return edit.text.lstrip().startswith(("import ", "import{"))


def _fault(snapshot: Snapshot, change: Change) -> str | None:
    """What forbids a change by itself: a file in the way, edits that clash, or code that parses worse."""
    for create in change.creates:
        if snapshot.is_file(create.path):
            return f"{create.path} exists already"
    for rename in change.renames:
        if snapshot.is_file(rename.to) or not snapshot.is_file(rename.path):
            return f"{rename.path} cannot be renamed to {rename.to}"
    for path, edits in change.edits.items():
        text = snapshot.text(path)
        if text is None:
            return f"{path} is absent"
        ordered = sorted(edits)
        if any(not 0 <= edit.start <= edit.end <= len(text) for edit in edits):
            return f"an edit lies outside of {path}"
        if any(two.start < one.end for one, two in pairwise(ordered)):
            return f"its edits of {path} overlap"
    after = _after(snapshot, [change])
    for path in _touched([change]):
        if _is_worse(snapshot, after, path):
            return f"{path} would no longer parse"
    return None


def _changes_something(snapshot: Snapshot, change: Change) -> bool:
    if change.creates or change.renames or change.deletes:
        return True
    for path, edits in change.edits.items():
        text = snapshot.text(path)
        if text is None or any(text.slice(edit.start, edit.end) != edit.text for edit in edits):
            return True
    return False


def _touched(changes: Iterable[Change]) -> set[str]:
    """The files whose content a change makes, by their path afterwards."""
    found: set[str] = set()
    for change in changes:
        moved = {rename.path: rename.to for rename in change.renames}
        found.update(moved.get(path, path) for path in change.edits)
        found.update(create.path for create in change.creates)
    return found


def _is_broken(snapshot: Snapshot, path: str) -> bool:
    """Whether a file held syntax errors before any fix."""
    facts = snapshot.facts(path) if is_code(path) else None
    return facts is not None and not facts.trusted


def _is_worse(before: Snapshot, after: Snapshot, path: str) -> bool:
    """Whether a file holds more syntax errors than it did."""
    if not is_code(path):
        return False
    new = after.facts(path)
    if new is None or new.trusted:
        return False
    old = before.facts(path)
    return old is None or len(new.errors) > len(old.errors)


def _after(snapshot: Snapshot, changes: Sequence[Change]) -> Snapshot:
    """The state in which the changes are made; they must fit beside each other."""
    buffers = dict(snapshot.buffers)
    merged: dict[str, dict[TextEdit, None]] = {}
    for change in changes:
        for path, edits in change.edits.items():
            merged.setdefault(path, {}).update(dict.fromkeys(edits))
    for path, unique in merged.items():
        text = snapshot.text(path)
        if text is not None:
            buffers[path] = edited(text, unique)
    for change in changes:
        for create in change.creates:
            buffers[create.path] = Text.from_str(create.text)
        for rename in change.renames:
            text = buffers.pop(rename.path, None) or snapshot.text(rename.path)
            if text is not None:
                buffers[rename.to] = text
        for delete in change.deletes:
            buffers.pop(delete.path, None)
    gone = (path for path in _gone(changes) if snapshot.disk.stat(path) is not None)
    return snapshot.derive(buffers, dict.fromkeys(gone))


def edited(text: Text, edits: Iterable[TextEdit]) -> Text:
    """A text with edits made that do not overlap. Insertions at one place keep their order."""
    parts: list[bytes] = []
    position = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        parts.append(text.data[position : edit.start])
        parts.append(edit.text.encode("utf-8", "surrogatepass"))
        position = edit.end
    parts.append(text.data[position:])
    return Text(b"".join(parts))


def _gone(changes: Iterable[Change]) -> set[str]:
    return {
        path
        for change in changes
        for path in (*(rename.path for rename in change.renames), *(delete.path for delete in change.deletes))
    }


def _differences(
    before: Snapshot, after: Snapshot, gone: Iterable[str]
) -> Iterable[tuple[str, bytes | None]]:
    """Every file whose content is another in two states, with the later content."""
    for path in sorted({*before.buffers, *after.buffers, *gone}):
        new = after.read(path)
        if new != before.read(path):
            yield path, new


def _state(first: Snapshot, snapshot: Snapshot, gone: Iterable[str]) -> frozenset[tuple[str, bytes | None]]:
    return frozenset(_differences(first, snapshot, gone))
