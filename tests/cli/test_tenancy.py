"""`fourlayer tenancy` as a process, on the sample monorepo and on hostile workspaces."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples/monorepo"


def tenancy(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fourlayer", "tenancy", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
    )


@pytest.fixture(scope="module")
def sample() -> dict[str, Any]:
    process = tenancy(EXAMPLE, "--output-format", "json")
    assert (process.returncode, process.stderr) == (1, "")
    loaded: dict[str, Any] = json.loads(process.stdout)
    return loaded


def at(document: dict[str, Any], file: str, table: str, verb: str) -> list[dict[str, Any]]:
    return [
        one
        for one in document["accesses"]
        if one["path"].endswith(file) and (one["table"], one["verb"]) == (table, verb)
    ]


def test_the_way_leads_from_the_query_to_the_session(sample: dict[str, Any]) -> None:
    (record,) = at(sample, "UsageService.ts", "usage_events", "insert")
    assert (record["verdict"], record["tenantColumn"], record["origins"]) == (
        "scoped",
        "tenant_id",
        ["session"],
    )
    assert record["definition"]["path"].endswith("20260119000000_usage.sql")
    assert record["chain"][-1]["path"].endswith("handlers/accounts.ts")
    assert "req.auth?.organizationId" in record["chain"][-1]["text"]


def test_requests_and_jobs_are_told_apart(sample: dict[str, Any]) -> None:
    (created,) = [
        one for one in at(sample, "AccountService.ts", "accounts", "insert") if one["verdict"] == "scoped"
    ]
    assert created["origins"] == ["request"]
    (used,) = at(sample, "syncWorker.ts", "usage_events", "insert")
    assert used["origins"] == ["job"]


def test_every_verdict_stands_on_something(sample: dict[str, Any]) -> None:
    assert all(one["evidence"] for one in sample["accesses"])
    assert {one["verdict"] for one in at(sample, "WorkspaceService.ts", "notion_pages", "select")} == {
        "suppressed",
        "violation",
    }
    (plans,) = at(sample, "WorkspaceService.ts", "plans", "select")
    assert (plans["verdict"], plans["evidence"]) == ("exempt", "classified public_read")
    (digest,) = at(sample, "CacheService.ts", "digest:latest", "set")
    assert (digest["library"], digest["verdict"]) == ("redis", "suspicious")
    dropped = at(sample, "UsageService.ts", "usage_events", "delete")
    assert [one["evidence"] for one in dropped] == ["tenant condition that may be dropped"]
    summary = sample["summary"]
    assert summary["accesses"] == len(sample["accesses"])
    assert summary["violation"] == sum(one["verdict"] == "violation" for one in sample["accesses"])


def test_violations_are_those_that_check_reports(sample: dict[str, Any]) -> None:
    wanted = ["--select=tenancy", "--output-format=json", "--no-cache"]
    process = subprocess.run(
        [sys.executable, "-m", "fourlayer", "check", *wanted],
        cwd=EXAMPLE, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    found = json.loads(process.stdout)["findings"]
    queries = {
        "missing-tenant-filter",
        "missing-tenant-column",
        "wrong-tenant-column",
        "unscoped-memory-access",
    }
    expected = {
        (one["path"], one["range"]["start"]["line"])
        for one in found
        if one["rule"] in queries and one["certainty"] == "violation"
    }
    listed = {(one["path"], one["line"]) for one in sample["accesses"] if one["verdict"] == "violation"}
    assert listed == expected


def test_paths_verdicts_files_and_exit_codes(tmp_path: Path) -> None:
    part = "packages/integrations/github"
    assert tenancy(EXAMPLE, part).returncode == 0
    assert tenancy(EXAMPLE, "--exit-zero").returncode == 0
    only = tenancy(EXAMPLE, "--verdict", "exempt", "--output-format", "csv")
    rows = list(csv.DictReader(io.StringIO(only.stdout, newline="")))
    assert only.returncode == 1
    assert {row["verdict"] for row in rows} == {"exempt"}
    target = tmp_path / "tenancy.html"
    written = tenancy(EXAMPLE, "--output-format", "html", "--output-file", str(target))
    assert (written.returncode, written.stdout) == (1, "")
    assert target.read_text("utf-8").startswith("<!doctype html>")
    assert tenancy(EXAMPLE, "--help").stdout.startswith("usage: fourlayer tenancy")


@pytest.mark.parametrize(
    "arguments",
    [("--verdict", "scopd"), ("--output-format", "sarif"), ("nowhere",), ("--config", "absent.toml")],
)
def test_trouble_exits_with_two_and_says_why(arguments: tuple[str, ...]) -> None:
    process = tenancy(EXAMPLE, *arguments)
    assert process.returncode == 2
    assert process.stdout == ""
    assert process.stderr.startswith("fourlayer: error: ")


def test_hostile_table_names_and_broken_code(tmp_path: Path) -> None:
    service = tmp_path / "packages/integrations/acme/services/deals.ts"
    service.parent.mkdir(parents=True)
    service.write_text(
        "export async function run(db: any, org: string) {\n"
        '  await db.from("=cmd|calc").select("*").eq("organization_id", org);\n'
        '  await db.from("<img src=x>\\ntwo").select("*").eq("organization_id", org);\n'
        "}\nexport function broken( {\n",
        "utf-8",
    )
    rows = list(
        csv.DictReader(
            io.StringIO(tenancy(tmp_path, "--root", ".", "--output-format", "csv").stdout, newline="")
        )
    )
    assert [row["table"] for row in rows] == ["'=cmd|calc", "<img src=x>\ntwo"]
    page = tenancy(tmp_path, "--root", ".", "--output-format", "html").stdout
    assert "<img" not in page
    assert "&lt;img src=x&gt; two" in page
