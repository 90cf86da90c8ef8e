"""Which fixes the tenancy rules offer, with which value, and what they write."""
# ruff: noqa: E501 - programs of one line each

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.tenancy_workspace import SERVICE, fixed, opened, titles, workspace

_QUERY = 'await db.from("deals").select("*").eq("id", "1");'


def _one(folder: Path, code: str, more: dict[str, str] | None = None) -> list[tuple[str, str, bool]]:
    (found,) = titles(folder, code, more)
    return found


@pytest.mark.parametrize(
    ("params", "before", "value"),
    [
        ("organizationId: string", "", "organizationId"),
        ("tenantId: string", "", "tenantId"),
        ("tenantId: string, organizationId: string", "", "organizationId"),
        ("ctx: { tenantId: string }", "", "ctx.tenantId"),
        ("{ tenantId }: { tenantId: string }", "", "tenantId"),
        ("req: Req", "check(req.tenantId);", "req.tenantId"),
        ("job: Job<{ tenantId: string }>", "", "job.data.tenantId"),
        ("ctx: Context", "", "ctx.tenantId"),
        ("ctx: { auth: { organizationId: string } }", "", "ctx.auth.organizationId"),
        ("req: Req", "const tenantId = req.tenantId;", "tenantId"),
        ("tenantId?: string", "if (!tenantId) throw new Error();", "tenantId"),
        ("tenantId: string | null", "if (tenantId === null) return;", "tenantId"),
        ("ctx: { tenantId?: string }", "if (!ctx.tenantId) return;", "ctx.tenantId"),
        # Not for sure a string
        ("tenantId?: string", "", None),
        ("tenantId: string | undefined", "", None),
        ("tenantId: string | null", "if (tenantId) log(tenantId);", None),
        ("tenantId: number", "", None),
        ("ctx: { tenantId?: string }", "", None),
        ("{ tenantId }: { tenantId?: string }", "", None),
        ("req: Req", "const tenantId = req.user?.tenantId;", None),
        ("req: Req", "const tenantId = req.id ?? null;", None),
        ("req: { body: { tenantId: string } }", "check(req.body.tenantId);", None),
        ("id: string", "later(); function later() { const tenantId = id; return tenantId; }", None),
    ],
)
def test_the_value_in_scope(params: str, before: str, value: str | None, tmp_path: Path) -> None:
    code = (
        'import type { Job } from "bullmq";\nimport type { Req } from "some-package";\n'
        "interface Context { tenantId: string }\n"
        f"export async function run(db: any, {params}) {{ {before} {_QUERY} }}\n"
    )
    plans = [title for title, _, _ in _one(tmp_path, code) if title.startswith("Add `")]

    assert plans[:1] == ([f'Add `.eq("organization_id", {value})`'] if value else [])


def test_fields_of_the_class(tmp_path: Path) -> None:
    code = (
        "export class S {\n  constructor(private readonly db: any, private readonly tenantId: string, private readonly orgId?: string) {}\n"
        '  async run() { return this.db.from("deals").select("*"); }\n'
        '  static async all(db: any) { return db.from("deals").select("*"); }\n}\n'
    )
    (run, everything) = titles(tmp_path, code)

    assert [title for title, _, _ in run] == ['Add `.eq("organization_id", this.tenantId)`']
    assert not [title for title, _, _ in everything if "this." in title]


def test_safe_where_the_function_makes_the_same_pair(tmp_path: Path) -> None:
    pair = 'await db.from("notes").select("*").eq("tenant_id", tenantId); await db.from("deals").insert({ organization_id: organizationId });'
    code = f"export async function run(db: any, tenantId: string, organizationId: string) {{ {pair} {_QUERY} }}\n"

    assert _one(tmp_path, code) == [
        ('Add `.eq("organization_id", organizationId)`', "safe", True),
        ('Add `.eq("organization_id", tenantId)`', "unsafe", False),
    ]


def test_never_safe_on_a_suspicion(tmp_path: Path) -> None:
    pair = 'await db.from("deals").select("*").eq("organization_id", organizationId);'
    code = f'export async function run(db: any, organizationId: string) {{ {pair} await db.from("mystery").select("*"); }}\n'

    assert all(how == "unsafe" for _, how, _ in _one(tmp_path, code))


def test_one_action_for_each_column_where_definitions_disagree(tmp_path: Path) -> None:
    code = 'export async function run(db: any, tenantId: string) { await db.from("logs").delete().eq("id", "1"); }\n'

    assert [title for title, _, _ in _one(tmp_path, code)] == [
        'Add `.eq("organization_id", tenantId)`',
        'Add `.eq("tenant_id", tenantId)`',
    ]


def test_a_root_table_is_scoped_by_its_id(tmp_path: Path) -> None:
    code = 'export async function run(db: any, tenantId: string) { await db.from("tenants").update({ a: 1 }).eq("slug", "x"); }\n'

    assert 'update({ a: 1 }).eq("id", tenantId).eq("slug"' in fixed(tmp_path, code, ".eq(")[SERVICE]


@pytest.mark.parametrize(
    ("query", "after"),
    [
        ("db.from('deals').delete()", "db.from('deals').delete().eq('organization_id', organizationId)"),
        ('db\n  .from("deals")\n  .select("*")\n  .eq("id", "1")', 'db\n  .from("deals")\n  .select("*")\n  .eq("organization_id", organizationId)\n  .eq("id", "1")'),
        ('db.from("deals")\n\t.select(\n\t\t"*"\n\t)', 'db.from("deals")\n\t.select(\n\t\t"*"\n\t)\n\t.eq("organization_id", organizationId)'),
        ('db.from("deals").select("*")\n  .eq("id", "1")', 'db.from("deals").select("*").eq("organization_id", organizationId)\n  .eq("id", "1")'),
    ],
)  # fmt: skip
def test_the_condition_is_written_like_its_chain(query: str, after: str, tmp_path: Path) -> None:
    code = "export async function run(db: any, organizationId: string) {{\n  await {};\n}}\n"

    assert fixed(tmp_path, code.format(query), "organization_id")[SERVICE] == code.format(after)


def test_the_condition_of_a_builder_stands_where_every_path_goes(tmp_path: Path) -> None:
    code = 'export async function run(db: any, organizationId: string, flag: boolean) {\n  let q = db.from("deals").select("*");\n  if (flag) q = q.order("id");\n  return q;\n}\n'

    assert (
        'let q = db.from("deals").select("*").eq("organization_id", organizationId);'
        in fixed(tmp_path, code, ".eq(")[SERVICE]
    )


_STORE = 'export class Store {\n  db: any;\n  async drop(id: string) {\n    await this.db.from("deals").delete().eq("id", id);\n  }\n}\n'
_CALLERS = "packages/integrations/acme/services/callers.ts"


@pytest.mark.parametrize(
    ("caller", "call"),
    [
        ("export async function go(s: Store, tenantId: string) { await s.drop('1'); }", "s.drop('1', tenantId)"),
        ("const s = new Store();\nexport async function go(req: { tenantId: string }) { await s.drop('1'); }", "s.drop('1', req.tenantId)"),
        ("export class C { constructor(private s: Store, private tenantId: string) {} async go() { await this.s.drop('1'); } }", "this.s.drop('1', this.tenantId)"),
        ("export async function go(organizationId: string) { await new Store().drop('1'); }", "new Store().drop('1', organizationId)"),
        ("export async function go(files: Map<string, string>, s: Store, tenantId: string) { await s.drop('1'); }", "s.drop('1', tenantId)"),
    ],
)  # fmt: skip
def test_callers_pass_the_new_parameter(caller: str, call: str, tmp_path: Path) -> None:
    more = {_CALLERS: f'import {{ Store }} from "./service.js";\n{caller}\n'}
    files = fixed(tmp_path, _STORE, "Add a parameter", more)

    assert "async drop(id: string, organizationId: string)" in files[SERVICE]
    assert '.delete().eq("organization_id", organizationId).eq("id", id)' in files[SERVICE]
    assert call in files[_CALLERS]


@pytest.mark.parametrize(
    "caller",
    [
        "export async function go(s: Store) { await s.drop('1'); }",
        "export async function go(s: Store, tenantId?: string) { await s.drop('1'); }",
        "export async function go(s: any, tenantId: string) { await s.drop('1'); void Store; }",
        "export async function go(s: Store, tenantId: string) { return ['1'].map(s.drop); }",
        "export async function go(s: Store, tenantId: string, args: [string]) { await s.drop(...args); }",
    ],
)
def test_no_parameter_where_a_caller_cannot_pass_it(caller: str, tmp_path: Path) -> None:
    more = {_CALLERS: f'import {{ Store }} from "./service.js";\n{caller}\n'}
    (plans,) = titles(tmp_path, _STORE, more)

    assert plans == []


def test_a_function_that_is_handed_on_keeps_its_parameters(tmp_path: Path) -> None:
    code = 'async function load(id: string) { return db.from("deals").select("*").eq("id", id); }\ndeclare const db: any;\nexport const all = (tenantId: string) => ["1"].map(load);\n'

    assert _one(tmp_path, code) == []


def test_rows_get_the_column_in_every_literal(tmp_path: Path) -> None:
    code = 'export async function run(db: any, organizationId: string, ids: string[]) {\n  const rows: any[] = [];\n  for (const id of ids) {\n    rows.push({ id });\n  }\n  await db.from("deals").insert(rows);\n}\n'

    assert (
        "rows.push({ id, organization_id: organizationId });"
        in fixed(tmp_path, code, "organization_id")[SERVICE]
    )


def test_rows_of_out_of_reach_have_no_fix(tmp_path: Path) -> None:
    code = 'import { make } from "some-package";\nexport async function run(db: any, organizationId: string) { await db.from("deals").insert(make()); }\n'

    assert _one(tmp_path, code) == []


_ROW = "{ tenant_id: string; stage: string }"


def _written(kind: str, row: str, more: str = "") -> str:
    return f"{more}export async function run(db: any, tenantId: string) {{\n  const rows: {kind} = {row};\n  await db.from('deals').insert(rows);\n}}\n"


@pytest.mark.parametrize("kind", [f"Array<{_ROW}>", f"{_ROW}[]", f"ReadonlyArray<{_ROW}>"])
def test_a_type_written_out_at_the_rows_is_renamed_with_them(kind: str, tmp_path: Path) -> None:
    code = _written(kind, "[{ tenant_id: tenantId, stage: 'a' }, { tenant_id: tenantId, stage: 'b' }]")

    after = fixed(tmp_path, code, "Name `organization_id`")[SERVICE]

    assert after == code.replace("tenant_id", "organization_id")


@pytest.mark.parametrize(
    "code",
    [
        _written("Row[]", "[{ tenant_id: tenantId, stage: 'a' }]", f"export interface Row {_ROW}\n"),
        _written("Row", "{ tenant_id: tenantId, stage: 'a' }", f"type Row = {_ROW};\n"),
        _written(_ROW, "{ tenant_id: tenantId, stage: 'a' };\n  console.info(rows.tenant_id)"),
    ],
)
def test_a_declared_type_that_others_read_keeps_its_column(code: str, tmp_path: Path) -> None:
    assert _one(tmp_path, code) == []


@pytest.mark.parametrize(
    ("kind", "row", "after"),
    [
        ("Row[]", "[{ stage: 'a' }]", "rows.map((row) => ({ ...row, organization_id: tenantId }))"),
        ("Row", "{ stage: 'a' }", "{ ...rows, organization_id: tenantId }"),
        ("{ stage: string }", "{ stage: 'a' }", "{ ...rows, organization_id: tenantId }"),
        (
            "Row[]",
            "[];\n  rows.push({ stage: 'a' })",
            "rows.map((row) => ({ ...row, organization_id: tenantId }))",
        ),
    ],
)
def test_rows_of_a_declared_type_get_the_column_where_they_are_written(
    kind: str, row: str, after: str, tmp_path: Path
) -> None:
    code = _written(kind, row, "interface Row { stage: string }\n")

    assert fixed(tmp_path, code, "organization_id")[SERVICE] == code.replace(
        "insert(rows)", f"insert({after})"
    )


@pytest.mark.parametrize("kind", ["Record<string, unknown>", "{ [column: string]: unknown }", "Open", "any"])
def test_rows_of_an_open_type_get_the_column_themselves(kind: str, tmp_path: Path) -> None:
    more = "interface Base { organization_id: string }\ninterface Open extends Base { stage: string }\n"
    code = _written(kind, "{ stage: 'a' }", more)

    assert "{ stage: 'a', organization_id: tenantId }" in fixed(tmp_path, code, "organization_id")[SERVICE]


@pytest.mark.parametrize(
    "code", [_STORE, 'export const f = (db: any, tenantId: string) => db.from("deals").select("*");\n']
)
def test_the_fixed_query_is_not_reported(code: str, tmp_path: Path) -> None:
    files = fixed(tmp_path / "before", code, "Add")
    _, findings = opened(tmp_path / "after", {**workspace(code), **files})

    assert findings == ()
