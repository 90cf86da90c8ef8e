"""The comparison with oracles counts what it should."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.proof.agree import TOOL_CONFIGURATION, Agreement, compare, on_lines, oracle_places, score
from tools.proof.checks import Place


def test_places_agree_exactly(tmp_path: Path) -> None:
    oracle = tmp_path / "oracle.json"
    rows = [["a.ts", 1, 2, 1, 5], ["b.ts", 3, 4, 3, 7], ["c.d.ts", 1, 1, 1, 4]]
    oracle.write_text(json.dumps({"findings": rows}))
    found = {Place("a.ts", 1, 2), Place("b.ts", 3, 5)}

    assert compare(found, oracle_places(oracle)) == Agreement(
        1, [Place("b.ts", 3, 5)], [Place("b.ts", 3, 4)], 1
    )
    assert compare(on_lines(found), on_lines(oracle_places(oracle))).both == 2


@pytest.mark.parametrize(
    ("path", "left_out"),
    [
        ("apps/web/vite.config.ts", True),
        ("apps/web/vitest.audit.config.ts", True),
        ("apps/web/playwright.config.mts", True),
        ("apps/web/.storybook/main.ts", True),
        ("packages/integrations/slack/config.ts", False),
        ("packages/backend/src/config/index.ts", False),
    ],
)
def test_tool_configuration_is_left_out(path: str, left_out: bool) -> None:
    place = Place(path, 1, 1)

    assert compare(set(), {place}, TOOL_CONFIGURATION).by_design == int(left_out)


def test_labels_are_scored() -> None:
    labels = [
        {"path": "a.ts", "line": 1, "label": "unscoped"},
        {"path": "a.ts", "line": 2, "label": "unscoped"},
        {"path": "a.ts", "line": 3, "label": "scoped", "reason": "eq"},
        {"path": "a.ts", "line": 4, "label": "not-needed"},
        {"path": "a.ts", "line": 5, "label": "uncertain"},
    ]
    flagged = {("a.ts", line): "missing-tenant-filter" for line in (1, 3, 5, 9)}

    result = score(flagged, labels)

    assert (result.hits, len(result.false_alarms), len(result.misses)) == (1, 1, 1)
    assert (result.precision, result.recall) == (0.5, 0.5)
    assert result.false_alarms == ["a.ts:3 (scoped: eq) flagged by missing-tenant-filter"]
    assert (score({}, []).precision, score({}, []).recall) == (1.0, 1.0)
