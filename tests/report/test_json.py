"""The JSON document's shape is a contract."""

from __future__ import annotations

import json

from fourlayer.report import json_document
from fourlayer.report.rule_table import render as render_table
from fourlayer.report.rule_table import rule_statistics
from fourlayer.rule.outcome import Range, ReportedRelated, Trouble
from tests.report.samples import PATH, SAFE, UNSAFE, outcome, reported


def test_the_shape_is_exactly_version_1() -> None:
    related = ReportedRelated("here", "packages/x.ts", Range(1, 2, 3, 4))
    result = outcome(
        reported(fixes=(UNSAFE, SAFE), related=(related,)),
        reported(severity="warning", certainty="suspicious"),
        troubles=(Trouble("inert-rule", "no schema"), Trouble("unreadable", "denied", "a.ts")),
        suppressed=3,
        hidden=2,
    )
    document = json.loads(json_document.render(result, tool_version="1.2.3"))
    first = document["findings"][0]
    assert len(document.pop("findings")) == 2
    assert document == {
        "version": 1,
        "tool": {"name": "fourlayer", "version": "1.2.3"},
        "root": "/work space/repo",
        "problems": [
            {"kind": "inert-rule", "message": "no schema", "path": None},
            {"kind": "unreadable", "message": "denied", "path": "a.ts"},
        ],
        "summary": {
            "files": 4,
            "providers": 2,
            "errors": 1,
            "warnings": 1,
            "suspicious": 1,
            "unverifiable": 2,
            "suppressed": 3,
            "fixable": 1,
            "seconds": 0.123,
        },
    }
    assert first == {
        "rule": "explicit-any",
        "category": "types",
        "severity": "error",
        "certainty": "violation",
        "message": "`any` switches the type checker off.",
        "help": "Declare what is used.",
        "docs": "https://example.com/explicit-any",
        "path": PATH,
        "range": {"start": {"line": 3, "column": 19}, "end": {"line": 3, "column": 22}},
        "related": [
            {
                "message": "here",
                "path": "packages/x.ts",
                "range": {"start": {"line": 1, "column": 2}, "end": {"line": 3, "column": 4}},
            }
        ],
        "fixes": [
            {
                "title": "Declare `SlackClient`",
                "applicability": "unsafe",
                "preferred": True,
                "reach": "workspace",
            },
            {
                "title": "Replace by `unknown`",
                "applicability": "safe",
                "preferred": False,
                "reach": "document",
            },
        ],
        "fingerprint": "f00d",
    }


def test_an_empty_outcome_has_every_key() -> None:
    document = json.loads(json_document.render(outcome(), tool_version="1"))
    assert document["findings"] == []
    assert document["problems"] == []
    assert document["summary"]["errors"] == 0


def test_names_that_are_no_utf8_make_valid_utf8_json() -> None:
    bad = 'a\udcff"\\\ud800\x1b\u2028.ts'
    text = json_document.render(outcome(reported(path=bad)), tool_version="1")
    path = json.loads(text.encode())["findings"][0]["path"]
    assert path == 'a\\xff"\\\\ud800\x1b\u2028.ts'
    path.encode()


def test_statistics_count_by_rule_and_certainty() -> None:
    result = outcome(
        reported(),
        reported(severity="warning", certainty="suspicious"),
        reported(rule="missing-file"),
        rule_seconds={"explicit-any": 0.0015, "deep-import": 0.001},
    )
    entries = rule_statistics(result)
    assert [tuple(entry) for entry in entries] == [
        ("explicit-any", 2, 1, 1, 0, 0.0015),
        ("missing-file", 1, 1, 0, 0, None),
        ("deep-import", 0, 0, 0, 0, 0.001),
    ]
    assert render_table(result).splitlines() == [
        "rule          findings  violation  suspicious  unverifiable   ms",
        "explicit-any         2          1           1             0  1.5",
        "missing-file         1          1           0             0    -",
        "deep-import          0          0           0             0  1.0",
    ]
    document = json.loads(json_document.render(result, tool_version="1", statistics=entries))
    assert document["statistics"][0]["rule"] == "explicit-any"
