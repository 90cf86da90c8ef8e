"""What pages cannot show of the rules about names, documents and publication: reruns and hostile input."""

from __future__ import annotations

from pathlib import Path

import pytest

from fourlayer.rule.model import TextEdit
from fourlayer_rules.derive.json_text import member_of
from fourlayer_rules.structure.undocumented_integration._readme import Readme
from tests.pages.app_judge import AppJudge
from tests.pages.workspace import Files, apply_change, base_files

RULES = ["provider-name-mismatch", "undocumented-integration", "unpublished-integration"]
ROOT = "packages/integrations"
README = "# Integrations\n\nFour layers. Import only the index.\n\n- hubspot\n- slack\n"
WORKSPACE = {
    f"{ROOT}/README.md": README,
    f"{ROOT}/index.ts": (
        'export { hubspot } from "./hubspot/index.js";\nexport { slack } from "./slack/index.js";\n'
    ),
    f"{ROOT}/hubspot/index.ts": "export const hubspot = 1;\n",
    f"{ROOT}/slack/index.ts": "export const slack = 1;\n",
}


def _found(tmp_path: Path, files: Files) -> list[tuple[str, str, int]]:
    outcome = AppJudge(tmp_path / "w", select=RULES).open({**base_files(), **files}).outcome
    assert [trouble for trouble in outcome.troubles if trouble.kind == "crash"] == []
    return [(one.finding.rule, one.finding.path, one.range.start_line) for one in outcome.findings]


def test_a_sound_workspace_reports_nothing(tmp_path: Path) -> None:
    assert _found(tmp_path, WORKSPACE) == []


def test_a_finding_may_stand_in_a_document(tmp_path: Path) -> None:
    found = _found(tmp_path, {**WORKSPACE, f"{ROOT}/README.md": "\n# Integrations\n\n- hubspot\n- slack\n"})

    assert found == [("undocumented-integration", f"{ROOT}/README.md", 2)]


@pytest.mark.parametrize(
    "readme",
    ["", "\ufeff", "```", "<!--", "|\n|-", "# \x00", "- hubspot\r\n- slack\r\n", "~~~~\n```\n", "==="],
)
@pytest.mark.parametrize("manifest", ["", "[]", '{"exports": 1}', '{"exports": {"./x": [null, {}]}}', "{"])
@pytest.mark.parametrize("source", ["", "export {", "export class extends EnterpriseAdapter {", "\x00"])
def test_odd_files_crash_nothing(tmp_path: Path, readme: str, manifest: str, source: str) -> None:
    files = {
        **WORKSPACE,
        f"{ROOT}/README.md": readme,
        f"{ROOT}/package.json": manifest,
        f"{ROOT}/slack/SlackAdapter.ts": source,
        f"{ROOT}/teams/TeamAdapter.ts": f"import {{ EnterpriseAdapter }} from '../base';\n{source}",
        f"{ROOT}/index.ts": source,
    }
    opened = AppJudge(tmp_path / "w", select=RULES).open({**base_files(), **files})

    assert [trouble for trouble in opened.outcome.troubles if trouble.kind == "crash"] == []
    opened.fix_all()


def test_an_entry_keeps_the_comments_of_a_lenient_manifest(tmp_path: Path) -> None:
    manifest = (
        '{\r\n\t"exports": {\r\n\t\t// all of them\r\n\t\t"./hubspot": "./hubspot/index.ts",\r\n\t},\r\n}\r\n'
    )
    files = {**base_files(), **WORKSPACE, f"{ROOT}/package.json": manifest}
    opened = AppJudge(tmp_path / "w", select=["unpublished-integration"]).open(files)
    (reported,) = opened.outcome.findings
    change = opened.change(reported, reported.fixes[0])

    assert change is not None
    assert apply_change(files, change)[f"{ROOT}/package.json"] == manifest.replace(
        '"./hubspot/index.ts",', '"./hubspot/index.ts",\r\n\t\t"./slack": "./slack/index.ts",'
    )


def test_members_are_found_among_strings_that_look_like_syntax() -> None:
    text = '{"a": "}{", /* "b": { */ "b": {"c": ["]", {"d": 1}], "e": {}}}'
    found = member_of(text, ("b",))

    assert found is not None
    assert [(one.key, text[one.value_start : one.end]) for one in found.members] == [
        ("c", '["]", {"d": 1}]'),
        ("e", "{}"),
    ]
    assert member_of("{", ("b",)) is None
    assert member_of('{"b": [1]}', ("b",)) is None


def test_a_long_line_is_read_in_one_pass() -> None:
    for evil in (b"import " + b"-" * 50_000, b"|" + b"-" * 50_000 + b"x", b"- " + b"[(" * 30_000):
        assert Readme(evil).lacks(("api", "service", "client")) == ("layers", "imports")


def test_a_file_that_only_another_case_tells_apart_is_never_overwritten(tmp_path: Path) -> None:
    adapter = (
        'import { EnterpriseAdapter } from "../base/index.js";\n'
        "export class HubSpotAdapter extends EnterpriseAdapter {}\n"
    )
    files = {
        **base_files(),
        **WORKSPACE,
        f"{ROOT}/hubspot/hs-adapter.ts": adapter,
        f"{ROOT}/hubspot/hubspotadapter.ts": "export const taken = 1;\n",
    }
    opened = AppJudge(tmp_path / "w", select=["provider-name-mismatch"]).open(files)
    (reported,) = opened.outcome.findings

    assert reported.fixes == ()


def test_an_importer_that_cannot_be_followed_is_named(tmp_path: Path) -> None:
    files = {
        **base_files(),
        **WORKSPACE,
        f"{ROOT}/hubspot/HubSpotAdapter.ts": (
            'import { EnterpriseAdapter } from "../base/index.js";\n'
            "export class CrmAdapter extends EnterpriseAdapter {}\n"
        ),
        "packages/backend/src/all.ts": (
            'import * as crm from "../../integrations/hubspot/HubSpotAdapter.js";\n'
            'export const all = [crm, "CrmAdapter"];\n'
        ),
    }
    opened = AppJudge(tmp_path / "w", select=["provider-name-mismatch"]).open(files)
    (reported,) = opened.outcome.findings
    (plan,) = reported.fixes

    assert "check by hand: packages/backend/src/all.ts" in plan.title
    change = opened.change(reported, plan)
    assert change is not None
    assert change.edits == {
        f"{ROOT}/hubspot/HubSpotAdapter.ts": (TextEdit(67, 77, "HubSpotAdapter"),),
    }
