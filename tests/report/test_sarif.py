"""SARIF logs must satisfy the official schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator  # type: ignore[import-untyped]  # it ships no types

from fourlayer.report import sarif
from fourlayer.rule.outcome import Outcome, Range, ReportedRelated, Trouble
from tests.report.samples import PATH, RULES, SAFE, absent, outcome, reported

SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-schema-2.1.0.json").read_text("utf-8"))
HOSTILE = "packages/a b#?%/c:d\x1b\n\udcff漢.ts"


def log(result: Outcome) -> dict[str, Any]:
    text = sarif.render(result, tool_version="0.1.0", rules=RULES, page=lambda meta: f"# {meta.id}\n")
    document: dict[str, Any] = json.loads(text.encode())
    return document


def run(result: Outcome) -> dict[str, Any]:
    first: dict[str, Any] = log(result)["runs"][0]
    return first


RELATED = ReportedRelated("here", "packages/x y.ts", Range(1, 2, 3, 4))
FULL = outcome(
    reported(fixes=(SAFE,), related=(RELATED, RELATED)),
    reported(severity="warning", certainty="suspicious", path=HOSTILE),
    reported(severity="hint", certainty="unverifiable"),
    reported(severity="info", rule="unknown-to-the-run"),
    absent(),
    troubles=(
        Trouble("inert-rule", "no schema"),
        Trouble("unreadable", "denied", HOSTILE),
        Trouble("crash", "it crashed"),
        Trouble("config", "bad key", "fourlayer.toml"),
    ),
)


@pytest.mark.parametrize("result", [FULL, outcome(), outcome(root="/"), outcome(troubles=FULL.troubles)])
def test_the_log_satisfies_the_official_schema(result: Outcome) -> None:
    errors = [error.message for error in Draft4Validator(SCHEMA).iter_errors(log(result))]
    assert errors == []


def test_the_schema_is_the_official_one_and_refuses_what_is_wrong() -> None:
    document = log(FULL)
    assert document["$schema"] == SCHEMA["id"]
    document["runs"][0]["results"][0]["level"] = "fatal"
    assert not Draft4Validator(SCHEMA).is_valid(document)


def test_a_result_points_at_its_rule_its_place_and_its_identity() -> None:
    only = run(FULL)
    result = only["results"][0]
    rules = only["tool"]["driver"]["rules"]
    assert only["columnKind"] == "utf16CodeUnits"
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "explicit-any"
    assert result["level"] == "error"
    assert result["partialFingerprints"] == {"fourlayer/v1": "f00d"}
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": PATH, "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 3, "startColumn": 19, "endLine": 3, "endColumn": 22},
            }
        }
    ]
    assert [related["id"] for related in result["relatedLocations"]] == [0, 1]
    related = result["relatedLocations"][0]
    assert related["message"] == {"text": "here"}
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "packages/x%20y.ts"


def test_a_rule_brings_its_page_and_its_level() -> None:
    first, second, third = run(FULL)["tool"]["driver"]["rules"]
    assert first["help"] == {"text": "# explicit-any\n", "markdown": "# explicit-any\n"}
    assert first["defaultConfiguration"] == {"level": "error"}
    assert first["helpUri"] == "https://example.com/explicit-any"
    assert first["properties"]["tags"] == ["types"]
    assert second["properties"]["precision"] == "high"
    assert third["id"] == "unknown-to-the-run"


def test_certainty_is_told_in_the_words_of_sarif() -> None:
    results = run(FULL)["results"]
    assert [(result["kind"], result["level"]) for result in results[:4]] == [
        ("fail", "error"),
        ("fail", "warning"),
        ("open", "none"),
        ("fail", "note"),
    ]


def test_uris_are_percent_encoded_relative_to_the_root() -> None:
    only = run(FULL)
    uri = only["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "packages/a%20b%23%3F%25/c%3Ad%1B%0A%FF%E6%BC%A2.ts"
    assert only["originalUriBaseIds"] == {"%SRCROOT%": {"uri": "file:///work%20space/repo/"}}
    assert sarif.folder_uri("/") == "file:///"


def test_troubles_are_notifications() -> None:
    invocation = run(FULL)["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert [note["level"] for note in invocation["toolConfigurationNotifications"]] == ["note", "error"]
    assert [note["descriptor"]["id"] for note in invocation["toolExecutionNotifications"]] == [
        "unreadable",
        "crash",
    ]
    assert run(outcome(troubles=FULL.troubles[:1]))["invocations"][0]["executionSuccessful"] is True
    assert "toolExecutionNotifications" not in run(outcome())["invocations"][0]
