"""Which written rows have their tenant, and which queries name the wrong column."""
# ruff: noqa: E501 - programs of one line each

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.tenancy_workspace import judged

_HEAD = """\
import { z } from "zod";
import { unknown, type Foreign } from "some-package";
import { importedRow, type ImportedRow } from "./rows.js";
interface Row { id: string; organization_id: string }
interface Loose { id: string; organization_id?: string }
interface Bare { id: string }
type Mapped = Omit<Row, "organization_id">;
const COLUMN = "organization_id";
const Schema = z.object({ id: z.string(), organization_id: z.string() });
const BareSchema = z.object({ id: z.string() });
function toRow(x: Bare, org: string) { return { id: x.id, organization_id: org }; }
function bare(x: Bare) { return { id: x.id }; }
function withOrg<T extends object>(row: T, org: string) { return { ...row, organization_id: org }; }
const arrow = (x: Bare, org: string) => ({ ...x, [COLUMN]: org });
function either(x: Bare, org?: string) { if (org) return { id: x.id, organization_id: org }; return { id: x.id }; }
"""
_ROWS = """\
export interface ImportedRow { id: string; organization_id: string }
export function importedRow(id: string, org: string) { return { id, organization_id: org }; }
"""


def _code(body: str) -> str:
    return (
        f"{_HEAD}export async function run(db: any, org: string, id: string, items: Bare[], rows: Row[], row: Row, "
        f"loose: Loose, any: Record<string, unknown>, foreign: Foreign, imported: ImportedRow, mapped: Mapped, "
        f"opt?: string) {{\n{body}\n}}\n"
    )


def _judged(folder: Path, body: str) -> list[str]:
    return judged(folder, _code(body), {"packages/integrations/acme/services/rows.ts": _ROWS})


@pytest.mark.parametrize(
    "rows",
    [
        "{ id, organization_id: org }",
        '{ id, "organization_id": org }',
        "{ id, [COLUMN]: org }",
        "[{ id, organization_id: org }, toRow(items[0]!, org)]",
        "[...rows, { id, organization_id: org }]",
        "{ ...row, id }",
        "{ ...row } as unknown as Bare",
        "rows",
        "row",
        "imported",
        "[row]",
        "rows.filter((r) => r.id)",
        "items.map((x) => ({ ...x, organization_id: org }))",
        "items.map((x) => toRow(x, org))",
        "items.map((x) => { const r = toRow(x, org); return r; })",
        "items.flatMap((x) => [toRow(x, org)])",
        "rows.map((r) => ({ ...r }))",
        "Array.from(items, (x) => toRow(x, org))",
        "await Promise.all(items.map(async (x) => toRow(x, org)))",
        "arrow(items[0]!, org)",
        "withOrg({ id }, org)",
        "importedRow(id, org)",
        "Object.assign({}, { id }, { organization_id: org })",
        "structuredClone(row)",
        "JSON.parse(JSON.stringify({ organization_id: org }))",
        "opt ? { id, organization_id: opt } : { organization_id: org }",
        "Schema.parse(any)",
        "await Schema.parseAsync(any)",
        "Schema.safeParse(any).data",
        "BareSchema.extend({ organization_id: z.string() }).parse(any)",
        "any as Row",
    ],
)
def test_rows_with_their_tenant(rows: str, tmp_path: Path) -> None:
    assert _judged(tmp_path, f'await db.from("deals").insert({rows});') == []


@pytest.mark.parametrize(
    "body",
    [
        'const r: any = { id }; r.organization_id = org; await db.from("deals").insert(r);',
        'const r: any = { id }; r["organization_id"] = org; await db.from("deals").insert(r);',
        'const r: any = { id }; if (opt) r.organization_id = opt; else r.organization_id = org; await db.from("deals").insert(r);',
        'const r: any = {}; Object.assign(r, { organization_id: org }); await db.from("deals").insert(r);',
        'const list: any[] = []; for (const x of items) list.push(toRow(x, org)); await db.from("deals").insert(list);',
        'const list = [toRow(items[0]!, org)]; list.push(toRow(items[1]!, org)); await db.from("deals").insert(list);',
        'const { id: old, ...rest } = row; await db.from("deals").insert(rest);',
        'for (const r of rows) await db.from("deals").insert(r);',
        'for (const x of items) { const r = toRow(x, org); await db.from("deals").upsert(r, { onConflict: "id" }); }',
        'let r = { id, organization_id: "" }; r = { id, organization_id: org }; await db.from("deals").insert(r);',
        'const parsed = Schema.safeParse(any); if (!parsed.success) return; await db.from("deals").insert(parsed.data);',
        'const { data } = Schema.safeParse(any); await db.from("deals").insert(data);',
        'const common = { organization_id: org }; await db.from("deals").insert(items.map((x) => ({ ...common, ...x })));',
        'const make = (x: Bare) => ({ ...x, organization_id: org }); await db.from("deals").insert(items.map(make));',
        'await db.from("plans").insert({ id });',
        'await db.from("organizations").insert({ id });',
        'await db.from("both").insert({ tenant_id: org });',
        'await db.from("deals").insert({ id, organization_id: org }).select("id").single();',
    ],
)
def test_rows_in_variables(body: str, tmp_path: Path) -> None:
    assert _judged(tmp_path, body) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("{ id }", "violation"),
        ("[{ id }]", "violation"),
        ("[{ id }, { id, organization_id: org }]", "suspicious"),
        ("{ id, organization_id: undefined }", "violation"),
        ("{ id, metadata: { organization_id: org } }", "violation"),
        ("items.map((x) => ({ id: x.id }))", "violation"),
        ("items.map(bare)", "violation"),
        ("bare(items[0]!)", "violation"),
        ("{ ...bare(items[0]!), stage: 1 }", "violation"),
        ("BareSchema.parse(any)", "violation"),
        ("Schema.omit({ organization_id: true }).parse(any)", "violation"),
        ("{ id, ...(opt && { organization_id: opt }) }", "suspicious"),
        ("opt ? { id, organization_id: opt } : { id }", "suspicious"),
        ("either(items[0]!, opt)", "suspicious"),
        ("Schema.partial().parse(any)", "suspicious"),
        ("items", "suspicious"),
        ("mapped", "suspicious"),
        ("loose", "suspicious"),
        ("any", "unverifiable"),
        ("foreign", "unverifiable"),
        ("unknown(id)", "unverifiable"),
        ("{ ...any }", "unverifiable"),
        ("items.map(unknown)", "unverifiable"),
    ],
)
def test_rows_without(rows: str, expected: str, tmp_path: Path) -> None:
    assert _judged(tmp_path, f'await db.from("deals").insert({rows});') == [f"row {expected}"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('const r = { id }; await db.from("deals").insert(r);', "violation"),
        ('const r: any = { id }; if (opt) r.organization_id = opt; await db.from("deals").insert(r);', "suspicious"),
        ('const r: any = { id }; await db.from("deals").insert(r); r.organization_id = org;', "violation"),
        ('const list: any[] = []; for (const x of items) list.push(bare(x)); await db.from("deals").insert(list);', "violation"),
        ('const list: any[] = []; await fill(list); await db.from("deals").insert(list);', "unverifiable"),
        ('const { organization_id, ...rest } = row; await db.from("deals").insert(rest);', "suspicious"),
        ('await db.from("mystery").insert({ id });', "suspicious"),
        ('await db.from(id).insert({ id });', "suspicious"),
        ('await db.from("deals").upsert({ id }, { onConflict: "organization_id" });', "violation"),
        ('db.from("deals").insert({ id });', "suspicious"),
    ],
)  # fmt: skip
def test_variables_without(body: str, expected: str, tmp_path: Path) -> None:
    assert _judged(tmp_path, body) == [f"row {expected}"]


def test_private_methods_are_judged_by_what_they_are_given(tmp_path: Path) -> None:
    code = (
        "export class R {\n  db: any;\n"
        "  async a(org: string) { await this.put({ organization_id: org }); }\n"
        '  private async put(row: Record<string, unknown>) { await this.db.from("deals").insert(row); }\n'
        "  async b() { await this.set({ id: 1 }); }\n"
        '  private async set(row: Record<string, unknown>) { await this.db.from("deals").insert(row); }\n}\n'
    )

    assert judged(tmp_path, code) == ["row violation"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('await db.from("notes").select("*").eq("organization_id", org);', "violation"),
        ('await db.from("deals").select("*").eq("tenant_id", org);', "violation"),
        ('await db.from("notes").delete().match({ organization_id: org });', "violation"),
        ('await db.from("notes").insert({ organization_id: org });', "violation"),
        ('await db.from("notes").insert(items.map((x) => ({ ...x, organization_id: org })));', "violation"),
        ('let q = db.from("notes").select("*"); q = q.eq("organization_id", org); await q;', "violation"),
        ('await db.from("logs").select("*").eq("tenant_id", org); await db.from("logs").select("a").eq("tenant_id", org); await db.from("logs").delete().eq("organization_id", org);', "suspicious"),
        ('await db.from("logs").select("*").eq("tenant_id", org); await db.from("logs").delete().eq("organization_id", org);', None),
        ('await db.from("notes").select("*").eq("organization_id", org).eq("tenant_id", org);', None),
        ('await db.from("both").select("*").eq("organization_id", org);', None),
        ('await db.from("lines").select("*, notes!inner(*)").eq("notes.organization_id", org);', None),
        ('await db.from("notes").select("*").eq("metadata->>organization_id", org);', None),
        ('await db.from("notes").update({ organization_id: org }).eq("tenant_id", org);', None),
        ('await db.from("mystery").select("*").eq("organization_id", org);', None),
    ],
)  # fmt: skip
def test_wrong_columns(body: str, expected: str | None, tmp_path: Path) -> None:
    assert _judged(tmp_path, body) == ([f"column {expected}"] if expected else [])


def test_a_table_known_from_an_alter_alone_decides_nothing(tmp_path: Path) -> None:
    more = {"packages/backend/migrations/002.sql": "alter table tasks add column organization_id uuid;\n"}
    code = 'export const f = (db: any, org: string) => db.from("tasks").select("*").eq("tenant_id", org);\n'

    assert judged(tmp_path, code, more) == []
