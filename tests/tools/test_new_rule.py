"""`make new-rule` writes a rule that works: its page passes the harness as it stands."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from fourlayer.rule.model import RuleMeta
from tests.pages.app_judge import AppJudge
from tests.pages.harness import metadata_complaints, report_complaints
from tests.pages.page import parse_page
from tools.new_rule import _source, main, meta_of, skeleton
from tools.pages import meta_line, since_of


def test_the_skeleton_passes_the_harness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = skeleton("loud-name", "boundaries")
    package = tmp_path / "skeleton_of_a_rule"
    package.mkdir()
    for path, text in files.items():
        (package / Path(path).name).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    meta = meta_of("loud-name", "boundaries")._replace(module="skeleton_of_a_rule.rule")
    page = parse_page(files["rules/fourlayer_rules/boundaries/loud_name/README.md"], "README.md")

    judge = AppJudge(tmp_path / "w", [meta])

    assert metadata_complaints(page, meta, meta_line(meta, since_of(page.meta))) == []
    for example in page.examples:
        assert report_complaints(example, meta.id, judge) == []
    unmarked = files["rules/fourlayer_rules/boundaries/loud_name/README.md"].replace("fine", "bad_loud_name")
    assert report_complaints(parse_page(unmarked, "README.md").examples[1], meta.id, judge) != []


def test_the_registry_entry_is_source() -> None:
    meta = meta_of("loud-name", "boundaries")

    assert eval(_source(meta).strip().rstrip(","), {"RuleMeta": RuleMeta}) == meta


@pytest.mark.parametrize(
    ("rule_id", "category", "complaint"),
    [
        ("LoudName", "boundaries", "is no rule id"),
        ("loud-name", "noise", "is no category"),
        ("explicit-any", "types", "exists"),
        ("../loud", "types", "is no rule id"),
        ("", "types", "usage"),
    ],
)
def test_bad_names_write_nothing(
    rule_id: str, category: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([rule_id, category]) == 2
    captured = capsys.readouterr()
    assert (captured.out, complaint in captured.err) == ("", True)
