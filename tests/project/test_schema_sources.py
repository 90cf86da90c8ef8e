"""Schema sources that are no SQL, and the round trip of the whole schema through JSON."""

from __future__ import annotations

import json

import pytest

from fourlayer.project.schema import Schema, build_schema

CANDIDATES = ("organization_id", "tenant_id")

GENERATED = """
export type Json = string | { [key: string]: Json | undefined } | Json[]

export type Database = {
  public: {
    Tables: {
      invoices: {
        Row: {
          id: string // "organization_id: string"
          tenant_id: string
          status:
            | "open"
            | "paid"
          meta: { organization_id: string } | null
        }
        Insert: { id?: string; organization_id: string }
        Relationships: [{ columns: ["x"] }]
      }
      "odd name": { Row: { "the key": number; plain?: string }; Insert: {} }
    }
    Views: { open_invoices: { Row: { id: string | null; tenant_id: string | null } } }
    Functions: { f: { Args: { tenant_id: string }; Returns: undefined } }
  }
  auth: { Tables: { users: { Row: { id: string } } } }
}
"""

PRISMA = """
// model Ghost { id Int }
datasource db { provider = "postgresql" }

enum Status { OPEN PAID }

model InvoiceLine {
  id        String   @id @default(dbgenerated("model X { }")) @db.Uuid
  tenantId  String   @map("tenant_id") /* organizationId String */
  status    Status   @default(OPEN)
  number    Int      @unique @map(name: "line_no")
  invoice   Invoice? @relation(
    fields: [invoiceId],
    references: [id]
  )
  invoiceId String
  tags      String[]

  @@unique([tenantId, number])
  @@map("invoice_lines")
  @@schema("billing")
}

model Invoice {
  org   String
  id    String
  lines InvoiceLine[]

  @@id([org, id])
}

view Summary {
  organization_id String
}
"""

DRIZZLE = """
import { pgTable, pgSchema, uuid, text } from "drizzle-orm/pg-core";
// export const ghosts = pgTable("ghosts", { id: uuid("id") });
const timestamps = { createdAt: timestamp("created_at"), updatedAt: timestamp() };
export const billing = pgSchema("billing");
export const members = pgTable("members", {
  id: uuid("id").primaryKey().defaultRandom(),
  organizationId: uuid("organization_id").notNull().references(() => orgs.id, { onDelete: "cascade" }),
  email: text().unique(),
  firstName: text(),
  kind: text("kind", { enum: ["a", "b"] }).$type<"a" | "b">(),
  ...timestamps,
}, (t) => [unique("per_org").on(t.organizationId, t.email)]);
export const lines = billing.table("lines", (t) => ({ tenantId: t.uuid("tenant_id"), n: t.integer() }),
  (t) => ({ pk: primaryKey({ columns: [t.tenantId, t.n] }) }));
export const partial = sqliteTable('partial', { ...elsewhere, id: integer("id") });
export const rows = mysqlTable(`rows`, { tenantId: int("tenant_id") });
export const notATable = other.from("x", { a: 1 });
"""


def test_generated_types() -> None:
    built = build_schema([("src/database.types.ts", GENERATED.encode())])
    assert sorted(built.tables) == ["auth.users", "invoices", "odd name", "open_invoices"]
    invoices = built.tables["invoices"]
    assert list(invoices.columns) == ["id", "tenant_id", "status", "meta"]
    assert invoices.definitions[0].kind == "generated"
    assert GENERATED.encode()[invoices.definitions[0].offset :].startswith(b"invoices: {")
    assert invoices.definitions[0].line == GENERATED[: GENERATED.index("invoices: {")].count("\n") + 1
    assert list(built.tables["odd name"].columns) == ["the key", "plain"]
    assert built.tables["open_invoices"].is_view
    assert built.tenant_columns("invoices", CANDIDATES)[:2] == ("known", ("tenant_id",))


def test_generated_types_beside_migrations() -> None:
    sql = ("m/1.sql", b"CREATE TABLE invoices (organization_id int)")
    built = build_schema([sql, ("database.types.ts", GENERATED.encode())])
    assert built.tenant_columns("invoices", CANDIDATES).status == "ambiguous"
    agreeing = ("m/1.sql", b"CREATE TABLE invoices (tenant_id int)")
    built = build_schema([agreeing, ("database.types.ts", GENERATED.encode())])
    assert built.tenant_columns("invoices", CANDIDATES)[:2] == ("known", ("tenant_id",))


def test_prisma_models() -> None:
    built = build_schema([("prisma/schema.prisma", PRISMA.encode())])
    assert sorted(built.tables) == ["Invoice", "Summary", "billing.invoice_lines"]
    lines = built.tables["billing.invoice_lines"]
    assert list(lines.columns) == ["id", "tenant_id", "status", "line_no", "invoiceId", "tags"]
    assert lines.orm_names["tenantId"] == "tenant_id"
    assert lines.primary_key == ("id",)
    assert lines.unique_keys == (("line_no",), ("tenant_id", "line_no"))
    assert built.tables["Invoice"].primary_key == ("org", "id")
    assert list(built.tables["Invoice"].columns) == ["org", "id"]
    assert built.tables["Summary"].is_view
    assert built.orm_table("invoiceLine") == built.orm_table("InvoiceLine") == lines
    assert PRISMA.encode()[lines.definitions[0].offset :].startswith(b"model InvoiceLine")


def test_drizzle_tables() -> None:
    built = build_schema([("src/schema.ts", DRIZZLE.encode())])
    assert sorted(built.tables) == ["billing.lines", "members", "partial", "rows"]
    members = built.tables["members"]
    assert members.orm_names == {
        "id": "id",
        "organizationId": "organization_id",
        "email": "email",
        "firstName": "first_name",
        "kind": "kind",
        "createdAt": "created_at",
        "updatedAt": "updated_at",
    }
    assert members.primary_key == ("id",)
    assert members.unique_keys == (("email",), ("organization_id", "email"))
    assert built.tables["billing.lines"].primary_key == ("tenant_id", "n")
    assert built.tenant_columns("partial", CANDIDATES).status == "unknown"
    assert built.tenant_columns("rows", CANDIDATES)[:2] == ("known", ("tenant_id",))
    assert built.orm_table("members") == members
    assert DRIZZLE.encode()[members.definitions[0].offset :].startswith(b"members = pgTable")


@pytest.mark.parametrize("source", [GENERATED, PRISMA, DRIZZLE])
@pytest.mark.parametrize("path", ["a/database.types.ts", "a/schema.prisma", "a/1.sql"])
def test_half_of_a_source_crashes_nothing(source: str, path: str) -> None:
    for end in range(0, len(source), 7):
        built = build_schema([(path, source[:end].encode())])
        assert Schema.from_json(built.to_json()) == built


@pytest.mark.parametrize("hostile", ["{" * 100_000, "`" * 99_999, "/*" * 100_000, "model A {\n" * 20_000])
def test_hostile_text_ends(hostile: str) -> None:
    text = f"export type Database = {{ public: {{ Tables: {{ a: {{ Row: {{ {hostile}"
    for path in ("a/database.types.ts", "a/schema.prisma"):
        build_schema([(path, text.encode())])


def whole() -> Schema:
    return build_schema(
        [
            (
                "m/1.sql",
                'CREATE TABLE a (id int PRIMARY KEY, "ö" int); CREATE VIEW v AS SELECT * FROM a'.encode(),
            ),
            (
                "m/2.sql",
                b"-- rls-classification: own_row\nALTER TABLE a ADD tenant_id int; CREATE TABLE x.y (z int);",
            ),
            ("prisma/schema.prisma", PRISMA.encode()),
            ("src/schema.ts", DRIZZLE.encode()),
        ]
    )


def test_round_trip() -> None:
    built = whole()
    read = Schema.from_json(built.to_json())
    assert read == built
    assert read.sources == ("m/1.sql", "m/2.sql", "prisma/schema.prisma", "src/schema.ts")
    assert read.table("a") == built.table("a")
    assert read.orm_table("members") == built.orm_table("members")
    assert Schema.from_json(Schema({}).to_json()).empty


def test_other_content_is_another_schema() -> None:
    assert whole() != build_schema([])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "null",
        "[]",
        "[2,[],[],[],{}",
        "[1,[],[],[],{}]",
        "[true,[],[],[],{}]",
        "[2,[3],[],[],{}]",
        "[" * 99_999,
    ],
)
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Schema.from_json(text)


def test_every_damaged_part_is_refused() -> None:
    """Replacing any value by one of another type is either noticed or harmless, never a crash."""
    document = json.loads(whole().to_json())
    refused = 0

    def damage(node: object) -> None:
        nonlocal refused
        items: list[object] = []
        if isinstance(node, list):
            items = list(range(len(node)))
        elif isinstance(node, dict):
            items = list(node)
        for key in items[:12]:
            original = node[key]  # type: ignore[index]  # a list or an object, by the lines above
            for value in ({"x": 1.5}, [None], 10**9, "?"):
                node[key] = value  # type: ignore[index]  # as above
                try:
                    Schema.from_json(json.dumps(document))
                except ValueError:
                    refused += 1
            node[key] = original  # type: ignore[index]  # as above
            damage(original)

    damage(document)
    assert refused > 500
