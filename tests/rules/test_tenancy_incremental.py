"""Edits of a helper, unsaved and in another file, change what the tenancy rules say of its callers."""
# ruff: noqa: E501 - programs read best on one line

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from fourlayer.app import App
from fourlayer.syntax.text import Text
from tests.rules.tenancy_workspace import SERVICE, workspace, write

FOLDER = SERVICE.rpartition("/")[0]
HELPER = f"{FOLDER}/helper.ts"
MIDDLE = f"{FOLDER}/middle.ts"

CASES: Mapping[str, tuple[str, str, str, str]] = {
    "tenant-from-input": (
        (
            'import { middle } from "./middle.js";\n'
            "export async function handle(req: any, res: any) {\n  await middle(req.body.organizationId);\n}\n"
        ),
        'import { run } from "./helper.js";\nexport async function middle(id: string) {\n  await run(id);\n}\n',
        'export async function run(id: string) {\n  await db.from("deals").delete().eq("organization_id", id);\n}\n',
        'export async function run(id: string) {\n  await db.from("plans").delete().eq("id", id);\n}\n',
    ),
    "unscoped-memory-access": (
        (
            'import { semanticMemory } from "./middle.js";\n'
            'export async function recall(text: string) {\n  await semanticMemory.search(text, "me");\n}\n'
        ),
        'import { SemanticMemory } from "./helper.js";\nexport const semanticMemory = new SemanticMemory();\n',
        "export class SemanticMemory {\n  async search(text: string, owner: string) {\n    return text + owner;\n  }\n}\n",
        "export class SemanticMemory {\n  async search(text: string, tenantId: string) {\n    return text + tenantId;\n  }\n}\n",
    ),
    "service-role-in-request": (
        'import { client } from "./middle.js";\nexport async function all() {\n  return client().from("plans").select("*");\n}\n',
        'export { make as client } from "./helper.js";\n',
        (
            'import { createClient } from "@supabase/supabase-js";\n'
            'export function make() {\n  return createClient("url", process.env.SERVICE_ROLE_KEY);\n}\n'
        ),
        (
            'import { createClient } from "@supabase/supabase-js";\n'
            'export function make() {\n  return createClient("url", process.env.USER_KEY);\n}\n'
        ),
    ),
    "unscoped-rpc": (
        (
            'import { args } from "./middle.js";\n'
            'export async function all(supabase: any, id: string) {\n  await supabase.rpc("all_deals", args(id));\n}\n'
        ),
        'export { args } from "./helper.js";\n',
        "export function args(id: string) {\n  return { limit: 5, id };\n}\n",
        "export function args(id: string) {\n  return { limit: 5, p_tenant_id: id };\n}\n",
    ),
    "upsert-conflict-without-tenant": (
        (
            'import { KEYS } from "./middle.js";\n'
            "export async function put(db: any, org: string) {\n"
            '  await db.from("deals").upsert({ organization_id: org }, { onConflict: KEYS });\n}\n'
        ),
        'export { KEYS } from "./helper.js";\n',
        'export const KEYS = "stage";\n',
        'export const KEYS = "organization_id,stage";\n',
    ),
}


@pytest.mark.parametrize("rule", CASES)
def test_an_unsaved_helper_changes_the_verdict_and_back(tmp_path: Path, rule: str) -> None:
    code, middle, bad, good = CASES[rule]
    write(tmp_path, workspace(code, {MIDDLE: middle, HELPER: bad}))
    app = App.open(str(tmp_path), select=(rule,))
    snapshot = app.snapshot()
    count = len(app.check_file(snapshot, SERVICE))
    assert count == 1
    fine = app.snapshot({HELPER: Text.from_str(good)}, snapshot, ())
    assert app.check_file(fine, SERVICE) == ()
    fresh = App.open(str(tmp_path), select=(rule,))
    assert fresh.check_file(fresh.snapshot({HELPER: Text.from_str(good)}), SERVICE) == ()
    again = app.snapshot({HELPER: Text.from_str("// moved down\n\n" + bad)}, fine, ())
    assert len(app.check_file(again, SERVICE)) == 1
    assert len(app.check_file(app.snapshot({}, again, ()), SERVICE)) == 1


def test_half_typed_code_makes_no_finding(tmp_path: Path) -> None:
    code = (
        "export async function put(db: any, supabase: any, req: any, org: string) {\n"
        '  await db.from("deals").upsert({ organization_id: org }, { onConflict: "stage" \n'
        '  await supabase.rpc("all_deals", {\n'
        '  await vectorStore.similaritySearch("x", 4\n'
    )
    write(tmp_path, workspace(code))
    app = App.open(str(tmp_path), select=tuple(CASES))
    assert app.check_file(app.snapshot(), SERVICE) == ()


def test_windows_line_ends_and_other_suffixes(tmp_path: Path) -> None:
    code = (
        "export async function forget(db: any, tenantId?: string) {\n"
        "  await db.from('deals').delete().match({ organization_id: tenantId });\n}\n"
    ).replace("\n", "\r\n")
    for suffix in ("ts", "mts", "tsx"):
        path = f"{FOLDER}/forget_{suffix}.{suffix}"
        write(tmp_path, workspace("export {};\n", {path: "x"}))
        (tmp_path / path).write_bytes(code.encode())
        app = App.open(str(tmp_path), select=("droppable-tenant-filter",))
        snapshot = app.snapshot()
        (found,) = app.check_file(snapshot, path)
        (plan,) = app.plans(snapshot, found.finding)
        change = app.change(snapshot, found.finding, plan)
        assert change is not None
        data = code.encode()
        for edit in sorted(change.edits[path], reverse=True):
            data = data[: edit.start] + edit.text.encode() + data[edit.end :]
        lines = data.decode().split("\r\n")
        assert lines[1:3] == [
            "  if (!tenantId) throw new Error('tenantId is missing');",
            "  await db.from('deals').delete().eq('organization_id', tenantId);",
        ]
        assert "\n" not in "".join(lines)
