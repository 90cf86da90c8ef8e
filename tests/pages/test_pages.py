"""Every example on every rule's page: what is marked is reported, and fixing ends in what is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from fourlayer.rule.model import RuleMeta
from fourlayer_rules.registry import RULES
from tests.pages.app_judge import AppJudge
from tests.pages.harness import (
    fix_all_complaints,
    fix_complaints,
    metadata_complaints,
    plan_complaints,
    report_complaints,
    workspace,
)
from tests.pages.page import Example, Fixed
from tests.pages.reads import undeclared_reads
from tests.pages.shelf import SHELF, page_of
from tests.pages.workspace import base_files
from tools.pages import meta_line, since_of

CASES = [(meta, example) for meta, page in SHELF for example in page.examples]
EXAMPLES = [pytest.param(*case, id=f"{case[0].id}-{case[1].kind}-{case[1].line}") for case in CASES]
BAD = [pytest.param(*case, id=f"{case[0].id}-{case[1].line}") for case in CASES if case[1].kind == "bad"]
FIXED = [
    pytest.param(meta, example, fixed, id=f"{meta.id}-{fixed.kind or 'preferred'}-{fixed.line}")
    for meta, example in CASES
    for fixed in example.fixed
]


def _assert_none(complaints: list[str]) -> None:
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)


@pytest.mark.parametrize("meta", RULES, ids=lambda meta: meta.id)
def test_the_page_says_what_the_registry_says(meta: RuleMeta) -> None:
    page = page_of(meta)

    _assert_none(metadata_complaints(page, meta, meta_line(meta, since_of(page.meta))))


@pytest.mark.parametrize(("meta", "example"), EXAMPLES)
def test_reports_exactly_what_is_marked(meta: RuleMeta, example: Example, tmp_path: Path) -> None:
    _assert_none(report_complaints(example, meta.id, AppJudge(tmp_path / "w")))


@pytest.mark.parametrize(("meta", "example", "fixed"), FIXED)
def test_fixes_into_exactly_what_is_shown(
    meta: RuleMeta, example: Example, fixed: Fixed, tmp_path: Path
) -> None:
    _assert_none(fix_complaints(example, fixed, meta.id, AppJudge(tmp_path / "w")))


@pytest.mark.parametrize(("meta", "example"), BAD)
def test_offers_what_the_registry_declares(meta: RuleMeta, example: Example, tmp_path: Path) -> None:
    _assert_none(plan_complaints(example, meta, AppJudge(tmp_path / "w")))


@pytest.mark.parametrize(("meta", "example"), BAD)
def test_fixing_all_twice_changes_nothing_more(meta: RuleMeta, example: Example, tmp_path: Path) -> None:
    _assert_none(fix_all_complaints(example, AppJudge(tmp_path / "w", select=[meta.id])))


@pytest.mark.parametrize(("meta", "example"), EXAMPLES)
def test_reads_no_more_than_it_declares(meta: RuleMeta, example: Example, tmp_path: Path) -> None:
    opened = AppJudge(tmp_path / "w", select=[meta.id]).open(workspace(example))

    _assert_none([f"{example.at()}: {read}" for read in undeclared_reads(opened.reads(), meta)])


def test_the_base_workspace_reports_nothing(tmp_path: Path) -> None:
    outcome = AppJudge(tmp_path / "w").open(base_files()).outcome

    assert outcome.findings == ()
    assert [trouble for trouble in outcome.troubles if trouble.kind != "inert-rule"] == []
