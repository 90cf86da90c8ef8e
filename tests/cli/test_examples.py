"""The real command on the sample monorepo, with every rule that there is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator  # type: ignore[import-untyped]  # it ships no types

from fourlayer_rules.registry import RULES

EXAMPLE = Path(__file__).parents[2] / "examples/monorepo"
SCHEMA = Path(__file__).parents[1] / "report/data/sarif-schema-2.1.0.json"
ALL_RULES = [meta.id for meta in RULES]


@pytest.fixture
def monorepo(tmp_path: Path) -> Path:
    root = tmp_path / "monorepo"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("node_modules", "dist"))
    return root


def check(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fourlayer", "check", "--select", ",".join(ALL_RULES), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
    )


def document(folder: Path, *arguments: str) -> dict[str, Any]:
    process = check(folder, "--output-format", "json", *arguments)
    assert process.stderr == ""
    loaded: dict[str, Any] = json.loads(process.stdout)
    kinds = {problem["kind"] for problem in loaded["problems"]}
    assert kinds <= {"inert-rule"}, loaded["problems"]
    assert process.returncode == (1 if loaded["summary"]["errors"] else 0)
    return loaded


def test_findings_point_into_files_and_are_unique(monorepo: Path) -> None:
    report = document(monorepo)
    assert report["root"] == str(monorepo.resolve())
    assert report["summary"]["providers"] == 7
    findings = report["findings"]
    fingerprints = [finding["fingerprint"] for finding in findings]
    assert len(set(fingerprints)) == len(fingerprints)
    for finding in findings:
        lines = (monorepo / finding["path"]).read_text("utf-8").split("\n")
        start, end = finding["range"]["start"], finding["range"]["end"]
        assert (start["line"], start["column"]) <= (end["line"], end["column"])
        assert 1 <= start["line"] <= end["line"] <= len(lines)
        assert 1 <= end["column"] <= len(lines[end["line"] - 1].encode("utf-16-le")) // 2 + 1


def test_a_path_gives_what_the_full_check_has_there(monorepo: Path) -> None:
    full = document(monorepo)["findings"]
    for part in ("packages/integrations/jira", "packages/backend", "packages/integrations"):
        expected = [finding for finding in full if finding["path"].startswith(f"{part}/")]
        assert document(monorepo, part)["findings"] == expected
    assert document(monorepo / "packages/integrations/jira")["findings"] == full


def test_every_format_tells_the_same(monorepo: Path) -> None:
    summary = document(monorepo)["summary"]
    count = len(document(monorepo)["findings"])
    log = json.loads(check(monorepo, "--output-format", "sarif").stdout)
    assert [error.message for error in Draft4Validator(json.loads(SCHEMA.read_text())).iter_errors(log)] == []
    assert len(log["runs"][0]["results"]) == count
    annotations = check(monorepo, "--output-format", "github").stdout.splitlines()
    assert all(line.startswith("::") for line in annotations)
    assert sum("(inert-rule)" not in line for line in annotations) == count
    text = check(monorepo).stdout
    assert f" in {summary['files']} files (7 providers)" in text.splitlines()[-1]
    concise = check(monorepo, "--output-format", "concise").stdout
    assert sum(f"[{rule}]" in line for line in concise.splitlines() for rule in ALL_RULES) == count


def test_fixing_twice_changes_nothing_more(monorepo: Path) -> None:
    before = document(monorepo)["summary"]
    diff = check(monorepo, "--diff")
    assert diff.returncode == (1 if diff.stdout else 0)
    assert bool(diff.stdout) is bool(before["fixable"])
    check(monorepo, "--fix")
    files = {path: path.read_bytes() for path in monorepo.rglob("*") if path.is_file()}
    again = check(monorepo, "--fix")
    assert again.stdout.startswith("Nothing was fixed.\n")
    assert {path: path.read_bytes() for path in monorepo.rglob("*") if path.is_file()} == files
    assert check(monorepo, "--diff").stdout == ""
