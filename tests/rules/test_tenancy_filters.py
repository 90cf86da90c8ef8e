"""Which conditions scope a query, which do not, and which are out of reach."""
# ruff: noqa: E501 - programs of one line each

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.tenancy_workspace import judged

_HEAD = """\
import { Readable } from "node:stream";
import { unknown } from "some-package";
const COLUMN = "organization_id";
const TABLE = "deals";
const TABLES = { deals: "deals", plans: "plans" } as const;
const EVERY = [{ name: "deals", column: "organization_id" }, { name: "notes", column: "tenant_id" }] as const;
enum Names { Deals = "deals" }
function scoped(q: any, org: string) { return q.eq("organization_id", org); }
function maybe(q: any, org?: string) { if (org) q = q.eq("organization_id", org); return q; }
function plain(q: any) { return q.order("id"); }
"""


def _code(body: str) -> str:
    return f"{_HEAD}export async function run(db: any, org: string, id: string, flag: boolean, opt?: string) {{\n{body}\n}}\n"


@pytest.mark.parametrize(
    "body",
    [
        'await db.from("deals").select("*").eq("organization_id", org);',
        'await db.from("public.deals").select("*").eq("organization_id", org);',
        'await db.schema("public").from("deals").select("*").eq("organization_id", org);',
        'await db.from("deals").select("*").in("organization_id", [org]);',
        'await db.from("deals").select("*").is("organization_id", null);',
        'await db.from("deals").select("*").match({ id, organization_id: org });',
        'const where = { id, organization_id: org }; await db.from("deals").select("*").match(where);',
        'const base = { organization_id: org }; await db.from("deals").select("*").match({ ...base, id });',
        'await db.from("deals").select("*").filter("organization_id", "eq", org);',
        'await db.from("deals").select("*").or(`organization_id.eq.${org},stage.eq.x`);',
        'await db.from("deals").select("*").or("and(organization_id.eq.1,stage.eq.x)");',
        'const any = `organization_id.eq.${org}`; await db.from("deals").select("*").or(any);',
        'await db.from("deals").select("*").eq(COLUMN, org);',
        'await db.from("deals").select("*").eq("deals.organization_id", org);',
        'await db.from("lines").select("*, deals!inner(*)").eq("deals.organization_id", org);',
        'await db.from("deals").select("*, owner:users!deals_owner!inner(id)").eq("owner.organization_id", org);',
        'await db.from("deals").select("*").eq("metadata->>organization_id", org);',
        'await db.from(TABLE).update({ a: 1 }).eq("organization_id", org);',
        'await db.from("deals").delete().eq("id", id).eq("organization_id", org).select("id").single();',
        'const { data } = await db.from("deals").select("*").eq("organization_id", org); return data;',
        'return db.from("deals").select("*").eq("organization_id", org).then((r: any) => r.data);',
        'return (await db.from("deals").select("*").eq("organization_id", org)).data;',
        'return (db.from("deals") as any).select("*").eq("organization_id", org);',
        'return (db.from("deals").select("*") as any)!.eq("organization_id", org);',
        'let q = db.from("deals").select("*"); q = q.eq("organization_id", org); return q;',
        'const q = db.from("deals").select("*"); q.eq("organization_id", org); await q;',
        'const q = db.from("deals").select("*"); const r = q.eq("organization_id", org); await r.order("id");',
        'let q = db.from("deals"); q = q.select("*").eq("organization_id", org); await q;',
        'const t = db.from("deals"); await t.select("*").eq("organization_id", org);',
        'let q = db.from("deals").select("*"); q = flag ? q.eq("organization_id", org) : q.in("organization_id", [org]); await q;',
        'let q = db.from("deals").select("*"); if (!opt) throw new Error(); q = q.eq("organization_id", opt); await q;',
        'let q = db.from("deals").select("*"); if (!opt) return null; if (opt) q = q.eq("organization_id", opt); else q = q.eq("organization_id", org); return q;',
        'let q = db.from("deals").select("*"); switch (id) { case "a": q = q.eq("organization_id", org); break; default: q = q.eq("organization_id", opt); } await q;',
        'let q = db.from("deals").select("*"); for (const x of [id]) q = q.eq("id", x); q = q.eq("organization_id", org); await q;',
        'const q = db.from("deals").select("*").eq("organization_id", org); await Promise.all([q, q.order("id")]);',
        'await scoped(db.from("deals").select("*"), org);',
        'let q = db.from("deals").select("*"); q = scoped(q, org).limit(5); await q;',
        'await retry(() => db.from("deals").select("*").eq("organization_id", org));',
        'const q = db.from("deals").select("*").eq("organization_id", org); await retry(() => q);',
        'for (const { name, column } of EVERY) await db.from(name).delete().eq(column, org);',
        'for (const t of EVERY) await db.from(t.name).delete().eq(t.column, org);',
        # No tenant's data
        'await db.from("plans").select("*");',
        'await db.from(TABLES.plans).select("*");',
        'await db.from("pg_policies").select("*"); await db.from("information_schema.tables").select("*");',
        # Roots by their id
        'await db.from("organizations").select("*").eq("id", org); await db.from("tenants").update({ a: 1 }).eq("id", org);',
        # Discovery
        'await db.from("deals").select("organization_id").eq("stripe_id", id).single();',
        'await db.from("deals").select("id, organization_id").eq("stripe_id", id).limit(1);',
        'await db.from("deals").select("org:organization_id").eq("stripe_id", id).maybeSingle();',
        # A sweep goes on with each row's own tenant
        'const { data } = await db.from("deals").select("id, organization_id"); for (const row of data) await go(row.organization_id);',
        # Is the database there?
        'await db.from("deals").select("id").limit(1);',
        # No query
        'Array.from([1]); Buffer.from("deals"); Readable.from([id]); Object.fromEntries([]); Uint8Array.from([1]);',
        'await db.storage.from("deals").update("a", "b"); await db.storage.from("deals").select("x");',
        'const { storage } = db; await storage.from("deals").update("a", "b");',
        'const files = db.storage; await files.from("deals").update("a", "b");',
        'Enumerable.from([1]).select((x: any) => x); linq.from([1]).select((x: any) => x);',
        'const m = new Map<string, string>(); m.delete("deals"); const s = new Set<string>(); s.delete(TABLE);',
        'cache.update("deals").set("a"); list.insert({ id }); moment.from("deals").format();',
        'log("select * from deals"); const text = "delete from deals";',
    ],
)  # fmt: skip
def test_nothing_is_reported(body: str, tmp_path: Path) -> None:
    assert judged(tmp_path, _code(body)) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('await db.from("deals").select("*");', "violation"),
        ('await db.from("deals").select("*").eq("id", id);', "violation"),
        ('await db.from("deals").select("organization_id").eq("id", id).single();', "violation"),
        ('await db.from("deals").select("*").eq("stripe_id", id).single();', "violation"),
        ('await db.from("deals").select("organization_id").eq("stripe_id", id);', "violation"),
        ('await db.from("deals").update({ organization_id: org }).eq("id", id);', "violation"),
        ('await db.from("deals").select("*").neq("organization_id", org);', "violation"),
        ('await db.from("deals").select("*").not("organization_id", "eq", org);', "violation"),
        ('await db.from("deals").select("*").filter("organization_id", "not.eq", org);', "violation"),
        ('await db.from("deals").select("*").or("organization_id.not.eq.1,stage.eq.x");', "violation"),
        ('await db.from("deals").select("*").order("organization_id");', "violation"),
        ('await db.from("deals").select("*") /* .eq("organization_id", org) */;', "violation"),
        ('await db.from("lines").select("*, deals(*)").eq("deals.organization_id", org); await db.from("deals").select("*, o(*)").eq("o.organization_id", org);', "violation"),
        ('await db.from("deals").select("*, p!inner(*)").or("organization_id.eq.1", { referencedTable: "q" });', "violation"),
        ('await db.from(Names.Deals).select("*");', "violation"),
        ('await db.from(TABLES.deals).select("*");', "violation"),
        ('await db.from(flag ? "deals" : "notes").select("*").eq("id", id);', "violation"),
        ('await plain(db.from("deals").select("*"));', "violation"),
        ('await plain(db.from("deals").select("*").eq("id", id)).limit(1);', "violation"),
        ('const q = db.from("deals").select("*"); q.eq("id", id); const other = db.from("notes").select("*").eq("tenant_id", org); await Promise.all([q, other]);', "violation"),
        ('let q = db.from("deals").select("*").eq("organization_id", org); q = db.from("deals").select("*"); await q;', "violation"),
        ('const q = db.from("deals").select("*"); await q; q.eq("organization_id", org);', "violation"),
        ('await db.from("deals").select("*").eq("id", id); await db.from("deals").select("*").eq("organization_id", org);', "violation"),
        ('await db.from("both").select("*");', "violation"),
        ('await db.from("logs").select("*");', "violation"),
        ('await db.from("organizations").select("*");', "violation"),
        ('await (db.from("deals") as unknown as any).delete().eq("id", id);', "violation"),
        ('if (false) { await db.from("deals").select("*").eq("organization_id", org); } await db.from("deals").select("*");', "violation"),
        ('const q = db.from("deals").select("*"); if (false) q.eq("organization_id", org); await q;', "violation"),
        # In one branch only
        ('let q = db.from("deals").select("*"); if (opt) q = q.eq("organization_id", opt); await q;', "suspicious"),
        ('let q = db.from("deals").select("*"); q = opt ? q.eq("organization_id", opt) : q; await q;', "suspicious"),
        ('let q = db.from("deals").select("*"); opt && (q = q.eq("organization_id", opt)); await q;', "suspicious"),
        ('let q = db.from("deals").select("*"); for (const o of [opt]) q = q.eq("organization_id", o); await q;', "suspicious"),
        ('let q = db.from("deals").select("*"); try { q = q.eq("organization_id", must(opt)); } catch {} await q;', "suspicious"),
        ('const q = db.from("deals").select("*"); if (flag) return q; return q.eq("organization_id", org);', "suspicious"),
        ('await maybe(db.from("deals").select("*"), opt);', "suspicious"),
        ('await db.from("deals").select("*").match({ id, ...(opt ? { organization_id: opt } : {}) });', "suspicious"),
        # The table is not known
        ('await db.from("mystery").select("*");', "suspicious"),
        ('await db.from(id).select("*").eq("id", id);', "suspicious"),
        ('await db.from(`${id}_rows`).delete().eq("id", id);', "suspicious"),
        # Others may not see them at all
        ('await db.from("jobs").select("*");', "suspicious"),
        ('await db.from("profiles").update({ a: 1 }).eq("id", id);', "suspicious"),
        # Nobody awaits it
        ('db.from("deals").delete().eq("id", id);', "suspicious"),
        # Out of reach
        ('await unknown(db.from("deals").select("*"));', "unverifiable"),
        ('await db.from("deals").select("*").eq(id, org);', "unverifiable"),
        ('await db.from("deals").select("*").match(await conditions());', "unverifiable"),
        ('await db.from("deals").select("*").or(await conditions());', "unverifiable"),
        ('await unknown(org).from("deals").select("*");', "unverifiable"),
        ('await unknown(org, async (tx: any) => { await tx.from("deals").select("*"); });', "unverifiable"),
    ],
)  # fmt: skip
def test_a_missing_filter(body: str, expected: str, tmp_path: Path) -> None:
    assert judged(tmp_path, _code(body)) == [f"filter {expected}"]


def test_a_tenant_named_by_others_makes_a_table_a_tenants(tmp_path: Path) -> None:
    other = 'export const f = (db: any, o: string) => db.from("mystery").insert({ tenant_id: o });\n'
    code = _code('await db.from("mystery").select("*").eq("id", id);')

    assert judged(tmp_path, code, {"packages/backend/src/other.ts": other}) == ["filter violation"]


def test_rows_of_a_user_where_nothing_speaks_for_a_tenant(tmp_path: Path) -> None:
    code = _code(
        'await db.from("mfa").insert({ user_id: id, secret: "x" }); await db.from("mfa").select("*").eq("user_id", id);'
    )

    assert judged(tmp_path, code) == ["row suspicious", "filter unverifiable"]


@pytest.mark.parametrize(
    ("wrapper", "expected"),
    [
        ('return q.eq("organization_id", org);', []),
        ("return q.order('id');", ["filter violation"]),
        ('if (org) q = q.eq("organization_id", org); return q;', ["filter suspicious"]),
        ('return more(q).eq("organization_id", org);', []),
        ("return q.eq(column, org);", ["filter unverifiable"]),
    ],
)
def test_wrappers_of_other_files_are_read(wrapper: str, expected: list[str], tmp_path: Path) -> None:
    helper = f"export function within(q: any, org: string, column: string) {{ {wrapper} }}\n"
    code = 'import { within } from "./within.js";\nexport const run = (db: any, org: string) => within(db.from("deals").select("*"), org, "x");\n'

    assert judged(tmp_path, code, {"packages/integrations/acme/services/within.ts": helper}) == expected


def test_configured_wrappers_scope(tmp_path: Path) -> None:
    settings = '[symbols]\nextend-scoping-wrappers = ["within", "*Scoped"]\n'
    code = (
        'import { within, getScoped } from "elsewhere";\n'
        "export async function run(db: any, org: string) {\n"
        '  await within(db.from("deals").select("*"), org);\n'
        '  await getScoped(org).from("deals").select("*");\n'
        '  const client = getScoped(org);\n  await client.from("deals").delete();\n'
        '  await within(org, async (tx: any) => tx.from("deals").insert({ id: 1 }));\n'
        "}\n"
    )

    assert judged(tmp_path, code, {"fourlayer.toml": settings}) == []


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ('private tableName = "deals";', "violation"),
        ('protected readonly tableName = "deals" as const;', "violation"),
        ('private tableName = "plans";', None),
        ("private tableName: string; constructor() { this.tableName = 'deals'; }", "violation"),
        ('get tableName() { return "deals"; }', "violation"),
        ("constructor(private readonly tableName: string) {}", "suspicious"),
    ],
)
def test_tables_in_fields(members: str, expected: str | None, tmp_path: Path) -> None:
    code = f'export class R {{\n  db: any;\n  {members}\n  async all() {{ return this.db.from(this.tableName).select("*"); }}\n}}\n'

    assert judged(tmp_path, code) == ([f"filter {expected}"] if expected else [])


def test_a_private_parameter_with_one_value(tmp_path: Path) -> None:
    code = (
        "export class R {\n  db: any;\n"
        '  async all() { return this.load("deals"); }\n'
        '  private async load(table: string) { return this.db.from(table).select("*"); }\n}\n'
        'export function typed(db: any, table: "deals" | "notes") { return db.from(table).delete(); }\n'
    )

    assert judged(tmp_path, code) == ["filter violation", "filter violation"]


def test_the_finding_stands_on_the_chain_and_cites_the_schema(tmp_path: Path) -> None:
    from tests.rules.tenancy_workspace import opened, workspace

    code = 'export class S {\n  db: any;\n  async run() {\n    const rows = await this.db\n      .from("deals")\n      .select("*");\n    return rows;\n  }\n}\n'
    _, findings = opened(tmp_path, workspace(code))
    (one,) = findings

    assert (one.range.start_line, one.range.start_column, one.range.end_line) == (4, 24, 6)
    assert one.finding.scope == "S.run"
    assert one.finding.key == 'this.db .from("deals") .select("*")'
    (related,) = one.related
    assert (related.path, related.range.start_line) == ("packages/backend/migrations/001.sql", 1)
    assert "`organization_id`" in related.message


def test_columns_are_configured(tmp_path: Path) -> None:
    code = _code('await db.from("deals").select("*").eq("id", id);')

    assert judged(tmp_path, code, {"fourlayer.toml": '[tenancy]\ncolumns = ["account_id"]\n'}) == []


def test_half_typed_code_claims_nothing(tmp_path: Path) -> None:
    code = _code('await db.from("deals").select("*").eq("organization_id", ')

    assert judged(tmp_path, code) == []


def test_without_schema_and_use_the_rule_says_that_it_is_blind(tmp_path: Path) -> None:
    from fourlayer.app import App
    from tests.rules.tenancy_workspace import SERVICE, write

    write(tmp_path, {SERVICE: _code('await db.from("deals").select("*");')})
    app = App.open(str(tmp_path), select=("missing-tenant-filter",))
    outcome = app.check(app.snapshot())

    assert [one.finding.certainty for one in outcome.findings] == ["suspicious"]
    assert [trouble.kind for trouble in outcome.troubles] == ["inert-rule"]
