"""What is wrong with a page: everything that an example promises and the rule does not keep."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fourlayer.rule.model import FixPlan, RuleMeta
from fourlayer.rule.outcome import Outcome, Reported
from tests.pages.page import SECTIONS, Example, Fixed, Mark, Page
from tests.pages.workspace import (
    ChangeError,
    Files,
    Judge,
    Opened,
    apply_change,
    base_files,
    syntax_errors,
)

_PLACEHOLDER = re.compile(r"\b(TODO|FIXME|XXX)\b")
_EXTRA_ROUNDS = 5


def workspace(example: Example) -> dict[str, str]:
    """The files of an example, the base workspace beneath them."""
    return {**({} if example.bare else base_files()), **example.files}


def report_complaints(example: Example, rule: str, judge: Judge) -> list[str]:
    """What the example reports and does not mark, or marks and does not report."""
    outcome = judge.open(workspace(example)).outcome
    return [
        f"{example.at()}: {complaint}"
        for complaint in (*_trouble(outcome, rule), *_unkept(example.marks, outcome.findings, rule))
    ]


def _trouble(outcome: Outcome, rule: str) -> Iterable[str]:
    """A broken configuration, and crashes of the page's own rule; another's are its own page's business."""
    for trouble in outcome.troubles:
        if trouble.kind == "config" or (trouble.kind == "crash" and rule in trouble.message):
            yield f"{trouble.kind}: {trouble.message}"


def _unkept(marks: Sequence[Mark], findings: Sequence[Reported], rule: str) -> Iterable[str]:
    """Each mark takes one finding; every finding of the page's own rule must be taken."""
    left = list(findings)
    for mark in marks:
        taken = next((reported for reported in left if _fits(mark, reported)), None)
        if taken is None:
            here = [_shown(other) for other in left if other.finding.path == mark.path]
            there = "; ".join(here) or "nothing"
            yield f"{mark.path}:{mark.line}: nothing reports {_level_of(mark)}; in the file: {there}"
        else:
            left.remove(taken)
    for reported in left:
        if reported.finding.rule == rule:
            yield f"{_shown(reported)} is not marked"


def _fits(mark: Mark, reported: Reported) -> bool:
    finding = reported.finding
    level = reported.severity if finding.certainty == "violation" else finding.certainty
    return (
        (finding.path, reported.range.start_line, finding.rule, level)
        == (mark.path, mark.line, mark.rule, mark.level)
    ) and mark.message in finding.message


def _level_of(mark: Mark) -> str:
    return f'{mark.level}: [{mark.rule}] "{mark.message}"' if mark.message else f"{mark.level}: [{mark.rule}]"


def _shown(reported: Reported) -> str:
    finding = reported.finding
    level = reported.severity if finding.certainty == "violation" else finding.certainty
    return f'{finding.path}:{reported.range.start_line}: {level}: [{finding.rule}] "{finding.message}"'


class FixRun(NamedTuple):
    """A workspace after every finding's fix of one kind was applied."""

    files: dict[str, str]
    outcome: Outcome
    applied: tuple[FixPlan, ...]
    complaints: tuple[str, ...]


def run_fixes(files: Files, rule: str, kind: str, judge: Judge) -> FixRun:
    """Apply one kind of fix, finding after finding, each on a freshly judged workspace."""
    current = dict(files)
    applied: list[FixPlan] = []
    complaints: list[str] = []
    opened = judge.open(current)
    limit = 2 * sum(found.finding.rule == rule for found in opened.outcome.findings) + _EXTRA_ROUNDS
    while len(applied) < limit:
        step = _one_fix(current, opened, rule, kind, complaints)
        if step is None:
            return FixRun(current, opened.outcome, tuple(applied), tuple(complaints))
        plan, current = step
        applied.append(plan)
        opened = judge.open(current)
    complaints.append(f"fixing does not come to rest: {len(applied)} fixes, the last {applied[-1].title!r}")
    return FixRun(current, opened.outcome, tuple(applied), tuple(complaints))


def _one_fix(
    files: dict[str, str], opened: Opened, rule: str, kind: str, complaints: list[str]
) -> tuple[FixPlan, dict[str, str]] | None:
    """Apply the first fix that changes something."""
    for reported in opened.outcome.findings:
        plan = _chosen(reported.fixes, kind) if reported.finding.rule == rule else None
        if plan is None:
            continue
        change = opened.change(reported, plan)
        if change is None:
            if plan.applicability != "input":
                complaints.append(f"{plan.title!r} is offered for {_shown(reported)} but makes no change")
            continue
        try:
            changed = apply_change(files, change)
        except ChangeError as error:
            complaints.append(f"{plan.title!r} {error}")
            continue
        if changed != files:
            return plan, changed
        complaints.append(f"{plan.title!r} for {_shown(reported)} changes nothing")
    return None


def _chosen(plans: Sequence[FixPlan], kind: str) -> FixPlan | None:
    """The plan that a page's `fix=` names; without one the preferred plan, else the first."""
    if kind:
        name, _, argument = kind.partition(":")
        fitting = [plan for plan in plans if plan.kind == name and argument in {"", plan.argument}]
    else:
        fitting = [plan for plan in plans if plan.preferred] or list(plans)
    return fitting[0] if fitting else None


def fix_complaints(example: Example, fixed: Fixed, rule: str, judge: Judge) -> list[str]:
    """Where fixing the example does not end in exactly the fixed blocks."""
    before = workspace(example)
    run = run_fixes(before, rule, fixed.kind, judge)
    complaints = list(run.complaints)
    if not run.applied:
        complaints.append(f"no finding offers the fix {fixed.kind or '(preferred)'!r}")
    complaints += _differences(_expected(before, fixed), run.files, fixed)
    complaints += _left_over(fixed, run.outcome, rule)
    if syntax_errors(run.files) > syntax_errors(before):
        complaints.append("the fixed program has syntax errors that the bad one has not")
    return [f"{example.page}:{fixed.line}: {complaint}" for complaint in complaints]


def _expected(before: Files, fixed: Fixed) -> dict[str, str]:
    expected = dict(before)
    for block in fixed.blocks:
        if "deleted" in block.flags:
            expected.pop(block.path, None)
        else:
            expected[block.path] = block.text
    return expected


def _differences(expected: Files, found: Files, fixed: Fixed) -> Iterable[str]:
    unread = {block.path for block in fixed.blocks if block.keys.get("fixed") == "compiles"}
    for path in sorted({*expected, *found}):
        if path in unread and path in found:
            continue
        if path not in found:
            yield f"{path} is not there after fixing"
        elif path not in expected:
            yield f"{path} is there after fixing and not on the page:\n{found[path]}"
        elif expected[path] != found[path]:
            yield f"{path} differs after fixing:\n" + "\n".join(
                difflib.unified_diff(
                    expected[path].splitlines(), found[path].splitlines(), "page", "fixed", lineterm="", n=2
                )
            )


def _left_over(fixed: Fixed, outcome: Outcome, rule: str) -> Iterable[str]:
    yield from _trouble(outcome, rule)
    marks = [mark for block in fixed.blocks for mark in block.marks]
    if marks:
        yield from _unkept(marks, outcome.findings, rule)
    elif not fixed.remains:
        for reported in outcome.findings:
            if reported.finding.rule == rule:
                yield f"still reported after fixing: {_shown(reported)}"


def fix_all_complaints(example: Example, judge: Judge) -> list[str]:
    """Whether applying all fixes of the rule twice changes more than applying them once, or breaks syntax."""
    before = workspace(example)
    once = judge.open(before).fix_all()
    twice = judge.open(once.files).fix_all()
    complaints = []
    if twice.files != once.files:
        changed = sorted(
            path for path in {*once.files, *twice.files} if once.files.get(path) != twice.files.get(path)
        )
        complaints.append(f"fixing all a second time changes {', '.join(changed)}")
    if syntax_errors(once.files) > syntax_errors(before):
        complaints.append("fixing all leaves syntax errors")
    return [f"{example.at()}: {complaint}" for complaint in complaints]


def plan_complaints(example: Example, meta: RuleMeta, judge: Judge) -> list[str]:
    """Where offered fixes are not what the registry declares, or a safe one is not ready to apply."""
    opened = judge.open(workspace(example))
    complaints: list[str] = []
    for reported in opened.outcome.findings:
        if reported.finding.rule == meta.id:
            complaints += _undeclared(reported, meta)
            for plan in reported.fixes:
                if plan.applicability == "safe":
                    complaints += _not_ready(opened, reported, plan)
    return [f"{example.at()}: {complaint}" for complaint in complaints]


def _undeclared(reported: Reported, meta: RuleMeta) -> Iterable[str]:
    declared = {fix.kind: fix for fix in meta.fixes}
    if sum(plan.preferred for plan in reported.fixes) > 1:
        yield f"{_shown(reported)} offers more than one preferred fix"
    for plan in reported.fixes:
        fix = declared.get(plan.kind)
        if fix is None:
            yield f"{plan.title!r} is of kind {plan.kind!r}, which the registry does not declare"
            continue
        if plan.applicability not in fix.applicability:
            yield f"{plan.title!r} ({plan.kind}) says {plan.applicability}, declared is {fix.applicability}"
        if plan.reach == "workspace" and fix.reach == "document":
            yield f"{plan.title!r} ({plan.kind}) reaches the workspace, declared is the document"
        if plan.preferred and not fix.preferred:
            yield f"{plan.title!r} ({plan.kind}) says that it is preferred, which is not declared"


def _not_ready(opened: Opened, reported: Reported, plan: FixPlan) -> Iterable[str]:
    change = opened.change(reported, plan)
    if change is None:
        yield f"{plan.title!r} is declared safe and cannot be applied"
        return
    added = [edit.text for edits in change.edits.values() for edit in edits]
    added += [create.text for create in change.creates]
    if any(_PLACEHOLDER.search(text) for text in added):
        yield f"{plan.title!r} is declared safe and leaves something to fill in"
    touched = {*change.edits, *(create.path for create in change.creates)}
    moves = bool(change.creates or change.renames or change.deletes)
    if plan.reach == "document" and (moves or touched != {reported.finding.path}):
        yield f"{plan.title!r} says that it reaches the document and changes {', '.join(sorted(touched))}"


def metadata_complaints(page: Page, meta: RuleMeta, meta_line: str) -> list[str]:
    """Where the page and the registry disagree, or the page leaves something out."""
    complaints: list[str] = []
    if page.title != meta.id:
        complaints.append(f"the title is {page.title!r}, not {meta.id!r}")
    if page.meta != meta_line:
        complaints.append(f"the meta line is not the registry's (`make pages`): {meta_line}")
    if not page.summary:
        complaints.append("no sentence below the title says what the rule reports")
    missing = [section for section in SECTIONS if not page.sections.get(section)]
    complaints += [f"the section {section!r} is missing or empty" for section in missing]
    for kind in ("bad", "good"):
        if not any(example.kind == kind for example in page.examples):
            complaints.append(f"no {kind} example")
    complaints += _fix_kinds(page, meta)
    return [f"{page.name}: {complaint}" for complaint in complaints]


def _fix_kinds(page: Page, meta: RuleMeta) -> Iterable[str]:
    """Every declared kind that asks for no input is shown by a fixed block, and nothing else is."""
    declared = {fix.kind for fix in meta.fixes}
    shown: set[str] = set()
    for fixed in (fixed for example in page.examples for fixed in example.fixed):
        kind = fixed.kind.partition(":")[0] or _default_kind(meta)
        if not kind:
            yield f"line {fixed.line}: the rule has several fixes; say which with `fix=`"
        elif kind not in declared:
            yield f"line {fixed.line}: shows {kind!r}, which the registry does not declare"
        shown.add(kind)
    asking = {fix.kind for fix in meta.fixes if fix.applicability == ("input",)}
    for kind in sorted(declared - shown - asking):
        yield f"the fix {kind!r} is declared and no `#### Fixed` shows it (`fix={kind}`)"


def _default_kind(meta: RuleMeta) -> str:
    """The kind that a fixed block without `fix=` shows: the only preferred one, or the only one."""
    kinds = [fix.kind for fix in meta.fixes if fix.preferred] or [fix.kind for fix in meta.fixes]
    return kinds[0] if len(kinds) == 1 else ""
