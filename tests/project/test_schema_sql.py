"""Migrations: what each statement does to the tables, and what the tables then say about tenants."""

from __future__ import annotations

import pytest

from fourlayer.project.schema import Schema, Table, build_schema, is_schema_source

CANDIDATES = ("organization_id", "tenant_id")


def schema(*scripts: str) -> Schema:
    """One migration per script, applied in the order given."""
    return build_schema((f"db/migrations/{i:04}.sql", text.encode()) for i, text in enumerate(scripts))


def table(built: Schema, name: str) -> Table:
    found = built.table(name)
    assert found is not None, f"{name} is not among {sorted(built.tables)}"
    return found


def columns(built: Schema, name: str) -> list[str]:
    return list(table(built, name).columns)


def tenancy(built: Schema, name: str) -> tuple[str, tuple[str, ...]]:
    answer = built.tenant_columns(name, CANDIDATES)
    return answer.status, answer.columns


def test_columns_and_keys_of_a_table() -> None:
    built = schema("""
        CREATE TABLE IF NOT EXISTS public.invoices (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            "organization_id" UUID NOT NULL REFERENCES orgs(id) ON DELETE CASCADE,
            number text UNIQUE,
            amount numeric(12, 2) CHECK (amount > 0 AND kind IN ('a', 'b,c')),
            tags text[] DEFAULT ARRAY['x', 'y'],
            CONSTRAINT per_org UNIQUE (organization_id, number),
            FOREIGN KEY (number) REFERENCES numbers (n),
            CHECK (amount < 10),
            EXCLUDE USING gist (number WITH =)
        );
    """)
    invoices = table(built, "invoices")
    assert list(invoices.columns) == ["id", "organization_id", "number", "amount", "tags"]
    assert invoices.primary_key == ("id",)
    assert invoices.unique_keys == (("number",), ("organization_id", "number"))
    assert invoices.schema is None
    assert not invoices.is_view
    assert [d.kind for d in invoices.definitions] == ["create-if-not-exists"]
    assert tenancy(built, "invoices") == ("known", ("organization_id",))


def test_composite_primary_key() -> None:
    built = schema("create table m (org int, usr int, primary key (org, usr))")
    assert table(built, "m").primary_key == ("org", "usr")


def test_sites_are_bytes_and_lines() -> None:
    text = "-- größe\r\n\r\nCREATE TABLE a (id int);\r\n  ALTER TABLE a ADD tenant_id int;"
    built = schema(text)
    created, altered = table(built, "a").definitions
    assert text.encode()[created.offset :].startswith(b"CREATE TABLE a")
    assert created.line == 3
    assert text.encode()[altered.offset :].startswith(b"ALTER TABLE a")
    assert (altered.line, altered.kind, altered.columns) == (4, "alter", ("tenant_id",))
    assert table(built, "a").columns["tenant_id"] == altered


def test_several_actions_in_one_alter() -> None:
    built = schema(
        "CREATE TABLE a (id int, old int, gone int, note text);",
        """ALTER TABLE IF EXISTS ONLY public.a
             ADD COLUMN IF NOT EXISTS organization_id uuid REFERENCES orgs (id, x),
             ADD tenant_id text DEFAULT 'a,b',
             DROP COLUMN IF EXISTS gone CASCADE,
             ALTER COLUMN note SET NOT NULL,
             ADD CONSTRAINT k UNIQUE (organization_id, note),
             ADD PRIMARY KEY (id);
           ALTER TABLE a RENAME COLUMN old TO fresh;
           ALTER TABLE a RENAME note TO remark;""",
    )
    assert columns(built, "a") == ["id", "fresh", "remark", "organization_id", "tenant_id"]
    assert table(built, "a").primary_key == ("id",)
    assert table(built, "a").unique_keys == (("organization_id", "remark"),)
    assert tenancy(built, "a") == ("known", ("organization_id", "tenant_id"))


def test_renaming_and_moving_a_table() -> None:
    built = schema("CREATE TABLE a (id int); ALTER TABLE a RENAME TO b; ALTER TABLE b SET SCHEMA audit;")
    assert built.table("a") is None
    assert built.table("b") is None
    assert table(built, "audit.b").schema == "audit"


def test_renaming_the_tenant_column() -> None:
    built = schema("CREATE TABLE a (tenant_id int); ALTER TABLE a RENAME COLUMN tenant_id TO organization_id")
    assert tenancy(built, "a") == ("known", ("organization_id",))


def test_dropping_several_tables() -> None:
    built = schema(
        "CREATE TABLE a(x int); CREATE TABLE b(x int); CREATE TABLE c(x int)",
        "DROP TABLE IF EXISTS a, b CASCADE",
    )
    assert list(built.tables) == ["c"]


def test_dropping_a_schema() -> None:
    built = schema("CREATE TABLE app.a(x int); CREATE TABLE b(x int); DROP SCHEMA IF EXISTS app CASCADE;")
    assert list(built.tables) == ["b"]


def test_dropping_a_column_drops_its_keys() -> None:
    built = schema("CREATE TABLE a (x int PRIMARY KEY, y int UNIQUE, z int); ALTER TABLE a DROP x, DROP y;")
    assert (table(built, "a").primary_key, table(built, "a").unique_keys) == ((), ())
    assert columns(built, "a") == ["z"]


def test_dropping_constraints_and_indexes_by_name() -> None:
    built = schema("""
        CREATE TABLE a (x int, y int UNIQUE, CONSTRAINT both UNIQUE (x, y));
        CREATE UNIQUE INDEX by_x ON a (x);
        ALTER TABLE a DROP CONSTRAINT both, DROP CONSTRAINT IF EXISTS a_y_key;
        DROP INDEX by_x;
    """)
    assert table(built, "a").unique_keys == ()


@pytest.mark.parametrize(
    ("index", "keys"),
    [
        (
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON public.a USING btree (x, y DESC)",
            (("x", "y"),),
        ),
        ("CREATE UNIQUE INDEX ON a (x text_pattern_ops)", (("x",),)),
        ("CREATE UNIQUE INDEX i ON a (lower(x))", ()),
        ("CREATE UNIQUE INDEX i ON a (x) WHERE y IS NULL", ()),
        ("CREATE INDEX i ON a (x)", ()),
    ],
)
def test_unique_indexes(index: str, keys: tuple[tuple[str, ...], ...]) -> None:
    assert table(schema("CREATE TABLE a (x int, y int);" + index), "a").unique_keys == keys


def test_like_inherits_and_partitions_have_the_parents_columns() -> None:
    built = schema("""
        CREATE TABLE events (id int, tenant_id int, at date) PARTITION BY RANGE (at);
        CREATE TABLE events_2026 PARTITION OF public.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        CREATE TABLE copy (LIKE events INCLUDING ALL, more int);
        CREATE TABLE child (extra int) INHERITS (events);
        CREATE TABLE orphan (LIKE nowhere);
    """)
    assert columns(built, "events_2026") == ["id", "tenant_id", "at"]
    assert columns(built, "copy") == ["id", "tenant_id", "at", "more"]
    assert columns(built, "child") == ["id", "tenant_id", "at", "extra"]
    for name in ("events_2026", "copy", "child"):
        assert tenancy(built, name) == ("known", ("tenant_id",))
    assert tenancy(schema("CREATE TABLE p (x int); CREATE TABLE c (LIKE p)"), "c") == ("none", ())
    assert tenancy(built, "orphan") == ("unknown", ())


def test_a_table_that_is_still_being_typed_may_get_its_tenant_column() -> None:
    assert tenancy(schema("CREATE TABLE a (id int,"), "a") == ("unknown", ())
    assert tenancy(schema("CREATE TABLE a (tenant_id int,"), "a") == ("known", ("tenant_id",))
    assert tenancy(schema("CREATE TABLE a OF some_type"), "a") == ("unknown", ())


def test_columns_that_only_an_earlier_alter_names_are_listed() -> None:
    built = schema("ALTER TABLE a ADD note text", "CREATE TABLE IF NOT EXISTS a (id int)")
    assert columns(built, "a") == ["id", "note"]
    assert tenancy(built, "a") == ("none", ())


def test_create_table_as() -> None:
    built = schema("""
        CREATE TABLE a (id int, tenant_id int);
        CREATE TABLE b AS SELECT id, tenant_id FROM a;
        CREATE TABLE c (x, organization_id) AS SELECT 1, 2;
        CREATE TEMP TABLE scratch (tenant_id int);
    """)
    assert columns(built, "b") == ["id", "tenant_id"]
    assert columns(built, "c") == ["x", "organization_id"]
    assert built.table("scratch") is None


class TestConflicts:
    """Which definition decides."""

    def test_definitions_that_disagree_are_ambiguous(self) -> None:
        built = schema(
            "CREATE TABLE IF NOT EXISTS a (id int, tenant_id int)",
            "CREATE TABLE IF NOT EXISTS a (id int, organization_id int)",
        )
        assert tenancy(built, "a") == ("ambiguous", CANDIDATES)
        assert [d.path for d in built.tenant_columns("a", CANDIDATES).cites] == [
            "db/migrations/0000.sql",
            "db/migrations/0001.sql",
        ]
        assert columns(built, "a") == ["id", "tenant_id"]

    def test_plain_creates_that_disagree_are_ambiguous_too(self) -> None:
        built = schema("CREATE TABLE a (tenant_id int)", "CREATE TABLE a (organization_id int)")
        assert tenancy(built, "a")[0] == "ambiguous"

    def test_definitions_that_agree_are_known(self) -> None:
        built = schema(
            "CREATE TABLE a (tenant_id int, x int)", "CREATE TABLE IF NOT EXISTS a (tenant_id int)"
        )
        assert tenancy(built, "a") == ("known", ("tenant_id",))
        assert len(table(built, "a").definitions) == 2

    def test_after_drop_the_later_definition_alone_counts(self) -> None:
        built = schema(
            "CREATE TABLE a (tenant_id int)",
            "DROP TABLE a; CREATE TABLE a (organization_id int)",
        )
        answer = built.tenant_columns("a", CANDIDATES)
        assert answer[:2] == ("known", ("organization_id",))
        assert [d.path for d in answer.cites] == ["db/migrations/0001.sql"]

    def test_alters_apply_to_every_definition(self) -> None:
        built = schema(
            "CREATE TABLE a (tenant_id int)",
            "CREATE TABLE IF NOT EXISTS a (organization_id int)",
            "ALTER TABLE a ADD COLUMN IF NOT EXISTS organization_id int, ADD IF NOT EXISTS tenant_id int",
        )
        assert tenancy(built, "a") == ("known", CANDIDATES)

    def test_an_earlier_alter_proves_that_the_table_was_there(self) -> None:
        built = schema(
            "CREATE TABLE a (id int)",
            "ALTER TABLE a ADD COLUMN tenant_id int",
            "CREATE TABLE IF NOT EXISTS a (id int)",
        )
        assert tenancy(built, "a") == ("known", ("tenant_id",))

    def test_a_table_without_candidates(self) -> None:
        assert tenancy(schema("CREATE TABLE a (id int)"), "a") == ("none", ())

    def test_no_definition(self) -> None:
        assert tenancy(schema(""), "a") == ("unknown", ())
        assert schema("").empty

    def test_only_an_alter_is_known(self) -> None:
        built = schema("ALTER TABLE a ADD COLUMN tenant_id int; ALTER TABLE b ADD COLUMN x int;")
        assert tenancy(built, "a") == ("known", ("tenant_id",))
        assert not built.tenant_columns("a", CANDIDATES).complete
        assert schema("CREATE TABLE a (tenant_id int)").tenant_columns("a", CANDIDATES).complete
        assert tenancy(built, "b") == ("unknown", ())

    def test_a_guarded_alter_before_the_table_exists_proves_nothing(self) -> None:
        built = schema("ALTER TABLE IF EXISTS a ADD tenant_id int", "CREATE TABLE a (organization_id int)")
        assert tenancy(built, "a") == ("known", ("organization_id",))

    def test_an_unguarded_alter_against_a_later_table(self) -> None:
        built = schema("ALTER TABLE a ADD tenant_id int", "CREATE TABLE a (organization_id int)")
        assert tenancy(built, "a")[0] == "ambiguous"

    def test_order_is_by_directory_then_name(self) -> None:
        first = ("db/a/2.sql", b"CREATE TABLE a (tenant_id int)")
        second = ("db/b/1.sql", b"DROP TABLE a; CREATE TABLE a (organization_id int)")
        for sources in ([first, second], [second, first]):
            assert tenancy(build_schema(sources), "a") == ("known", ("organization_id",))


class TestNames:
    """Schemas, quoting and case."""

    def test_schemas_are_apart(self) -> None:
        built = schema("CREATE TABLE auth.users (id int); CREATE TABLE users (tenant_id int);")
        assert tenancy(built, "users") == ("known", ("tenant_id",))
        assert tenancy(built, "public.users") == ("known", ("tenant_id",))
        assert tenancy(built, "auth.users") == ("none", ())

    def test_case_is_folded_unless_quoted(self) -> None:
        built = schema(
            'CREATE TABLE Users (ID int); CREATE TABLE "Users" ("Tenant_Id" int, "say ""hi""" int);'
        )
        assert columns(built, "users") == ["id"]
        assert columns(built, '"Users"') == ["Tenant_Id", 'say "hi"']
        assert columns(built, "Users") == ["Tenant_Id", 'say "hi"']
        assert columns(built, "USERS") == ["id"]
        assert columns(built, '"public"."Users"') == ["Tenant_Id", 'say "hi"']

    def test_spaces_around_dots(self) -> None:
        assert columns(schema('CREATE TABLE "app" . "t" (x int)'), "app.t") == ["x"]

    @pytest.mark.parametrize("name", ["", ".", "a.", '"', '"a', "a..b", '"a"b'])
    def test_nonsense_is_no_table(self, name: str) -> None:
        assert schema("CREATE TABLE a (x int)").table(name) is None

    def test_names_beyond_ascii(self) -> None:
        assert columns(schema('CREATE TABLE "größe" (ÄPFEL int, naïve int)'), "größe") == ["Äpfel", "naïve"]


class TestTexts:
    """Comments, strings and everything else that may hide or fake a statement."""

    @pytest.mark.parametrize(
        "hidden",
        [
            "-- CREATE TABLE b (tenant_id int);",
            "/* CREATE TABLE b (x int); /* nested */ CREATE TABLE b (x int); */",
            "SELECT 'CREATE TABLE b (x int); it''s; ';",
            r"SELECT E'it\'s; CREATE TABLE b (x int);';",
            "SELECT $$ ; CREATE TABLE b (x int); $$;",
            "SELECT $tag$ $$ ; CREATE TABLE b (x int); $$ $tag$;",
            "CREATE FUNCTION f() RETURNS void AS $f$ BEGIN CREATE TABLE b (x int); END $f$ LANGUAGE plpgsql;",
            'SELECT "; CREATE TABLE b (x int);" FROM c;',
            "\\echo ; CREATE TABLE b (x int);",
            "COPY c (x) FROM stdin;\n1\tit's\n; CREATE TABLE b (x int);\n\\.\n",
        ],
    )
    def test_hidden_statements(self, hidden: str) -> None:
        built = schema(f"CREATE TABLE a (x int);\n{hidden}\nCREATE TABLE c (tenant_id int);")
        assert list(built.tables) == ["a", "c"]

    def test_comments_and_strings_inside_a_table(self) -> None:
        built = schema("""CREATE /* ( */ TABLE a ( -- first, ( second
            id int DEFAULT ')', /* tenant_id int, */
            note text DEFAULT E'\\', (', -- organization_id int,
            "odd,(name" int,
            last int);""")
        assert columns(built, "a") == ["id", "note", "odd,(name", "last"]

    def test_byte_order_mark_and_line_ends(self) -> None:
        built = build_schema(
            [("m/1.sql", b"\xef\xbb\xbfCREATE TABLE a (\r\n  x int,\r\n  tenant_id int\r\n);\r\n")]
        )
        assert columns(built, "a") == ["x", "tenant_id"]
        assert table(built, "a").definitions[0].offset == 3

    def test_invalid_utf8(self) -> None:
        built = build_schema(
            [("m/1.sql", b"-- \xff\xfe\nINSERT INTO x VALUES ('\xc3'); CREATE TABLE a (tenant_id int);")]
        )
        assert tenancy(built, "a") == ("known", ("tenant_id",))

    def test_the_last_semicolon_may_lack(self) -> None:
        assert columns(schema("CREATE TABLE a (x int)"), "a") == ["x"]

    @pytest.mark.parametrize(
        "broken",
        ["SELECT 'open ;", "SELECT $q$ open ;", 'SELECT "open ;', "CREATE TABLE b (x int", "ALTER TABLE"],
    )
    def test_half_typed_text_hides_nothing_before_it(self, broken: str) -> None:
        assert "a" in schema(f"CREATE TABLE a (x int);\n{broken}").tables

    def test_an_unclosed_dollar_quote_hides_nothing_after_it(self) -> None:
        assert "b" in schema("SELECT $x$;\nCREATE TABLE b (x int);").tables

    @pytest.mark.parametrize(
        "hostile",
        [
            "(" * 200_000,
            "'" * 200_001,
            "/*" * 100_000,
            "$a$" + "$b$ " * 50_000,
            "a" * 500_000,
            '"' * 99_999,
            ";" * 99_999,
        ],
    )
    def test_hostile_text_ends(self, hostile: str) -> None:
        built = schema(
            f"CREATE TABLE a (x int);\nCREATE TABLE b ({hostile}", f"DO $$ BEGIN {hostile} [ END $$"
        )
        assert "a" in built.tables


class TestBlocks:
    """DO blocks count, under any condition."""

    def test_plain_statements(self) -> None:
        built = schema("""
            CREATE TABLE a (x int);
            DO $$ DECLARE n int; BEGIN
              IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'a;') THEN
                ALTER TABLE a ADD COLUMN tenant_id int;
              ELSE
                -- either way
                ALTER TABLE a ADD COLUMN IF NOT EXISTS organization_id int;
              END IF;
              CREATE TABLE b (tenant_id int);
            END $$;
        """)
        assert columns(built, "a") == ["x", "tenant_id", "organization_id"]
        assert columns(built, "b") == ["tenant_id"]

    def test_executed_literals(self) -> None:
        built = schema("""
            CREATE TABLE a (x int);
            DO LANGUAGE plpgsql $body$ BEGIN
              EXECUTE 'ALTER TABLE a ADD COLUMN tenant_id text DEFAULT ''none, yet''';
              EXECUTE $q$ CREATE TABLE b (y int); $q$;
              EXECUTE 'CREATE TABLE ' || name || ' (z int)';
            END $body$;
        """)
        assert columns(built, "a") == ["x", "tenant_id"]
        assert sorted(built.tables) == ["a", "b"]

    def test_a_loop_over_literals(self) -> None:
        text = """
            CREATE TABLE a (x int); CREATE TABLE b (x int); CREATE TABLE c (x int);
            DO $$ DECLARE t text; all_tables text[] := ARRAY['c']; BEGIN
              FOREACH t IN ARRAY ARRAY['a', 'b'] LOOP
                EXECUTE format('ALTER TABLE public.%I ADD COLUMN tenant_id text DEFAULT ''x''', t);
              END LOOP;
              FOREACH t IN ARRAY all_tables LOOP
                EXECUTE format('ALTER TABLE %I ADD COLUMN organization_id int', t);
              END LOOP;
              EXECUTE format('ALTER TABLE %I ADD COLUMN unknown int', other);
            END $$;
        """
        built = schema(text)
        assert [columns(built, name) for name in "abc"] == [["x", "tenant_id"]] * 2 + [
            ["x", "organization_id"]
        ]
        site = table(built, "a").columns["tenant_id"]
        assert text[site.offset :].startswith("'ALTER TABLE public.%I ADD COLUMN tenant_id")


class TestViews:
    """Columns of views, as far as their query tells."""

    SETUP = "CREATE TABLE a (id int, tenant_id int); CREATE TABLE b (id int, name text);"

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("SELECT id, tenant_id FROM a", ["id", "tenant_id"]),
            (
                "SELECT a.id AS key, count(*) AS n, x.y::uuid, 1 + 2 total FROM a GROUP BY a.id",
                ["key", "n", "y", "total"],
            ),
            ("SELECT * FROM a", ["id", "tenant_id"]),
            ("SELECT v.*, b.name FROM public.a AS v LEFT JOIN b ON b.id = v.id", ["id", "tenant_id", "name"]),
            ("SELECT DISTINCT ON (id) id, max(x) FROM a ORDER BY id", ["id"]),
            ("WITH c AS (SELECT 1 AS hidden FROM b) SELECT id FROM a, c", ["id"]),
            (
                "SELECT id, (SELECT name FROM b LIMIT 1) AS label FROM a UNION ALL SELECT 1, 2",
                ["id", "label"],
            ),
        ],
    )
    def test_columns(self, query: str, expected: list[str]) -> None:
        built = schema(f"{self.SETUP} CREATE OR REPLACE VIEW v AS {query};")
        assert columns(built, "v") == expected
        assert table(built, "v").is_view
        assert built.tenant_columns("v", CANDIDATES).status == (
            "known" if "tenant_id" in expected else "none"
        )

    @pytest.mark.parametrize("query", ["SELECT * FROM nowhere", "SELECT * FROM (SELECT 1) s", "TABLE a"])
    def test_unknown_columns(self, query: str) -> None:
        assert tenancy(schema(f"{self.SETUP} CREATE MATERIALIZED VIEW v AS {query};"), "v") == ("unknown", ())

    def test_a_named_tenant_column_is_enough(self) -> None:
        built = schema("CREATE VIEW v AS SELECT n.*, n.tenant_id FROM nowhere n")
        assert tenancy(built, "v") == ("known", ("tenant_id",))

    def test_listed_columns_win(self) -> None:
        assert columns(schema("CREATE VIEW v (p, q) AS SELECT 1, 2"), "v") == ["p", "q"]

    def test_a_view_over_an_ambiguous_table_is_ambiguous(self) -> None:
        built = schema(
            "CREATE TABLE a (tenant_id int)",
            "CREATE TABLE a (organization_id int)",
            "CREATE VIEW v AS SELECT * FROM a",
        )
        assert tenancy(built, "v")[0] == "ambiguous"

    def test_the_last_definition_counts(self) -> None:
        built = schema(
            f"{self.SETUP} CREATE VIEW v AS SELECT id FROM a", "CREATE OR REPLACE VIEW v AS SELECT * FROM a"
        )
        assert tenancy(built, "v") == ("known", ("tenant_id",))


class TestClassification:
    """`rls-classification:` comments."""

    def test_above_the_table(self) -> None:
        built = schema(
            "-- rls-classification: tenant_scoped\nCREATE TABLE a (x int);\nCREATE TABLE b (x int);"
        )
        assert (table(built, "a").classification, table(built, "b").classification) == ("tenant_scoped", None)

    @pytest.mark.parametrize(
        "statement",
        [
            "CREATE POLICY p ON public.a FOR SELECT USING (true);",
            'DROP POLICY IF EXISTS "a, b" ON a;',
            "ALTER TABLE a ENABLE ROW LEVEL SECURITY;",
            "COMMENT ON TABLE a IS 'x';",
        ],
    )
    def test_above_what_belongs_to_it(self, statement: str) -> None:
        built = schema(f"CREATE TABLE a (x int);\n-- why\n-- rls-classification: service_only\n{statement}")
        assert table(built, "a").classification == "service_only"

    def test_other_words_are_none(self) -> None:
        assert (
            table(schema("-- rls-classification: secret\nCREATE TABLE a (x int)"), "a").classification is None
        )


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("db/migrations/001_init.sql", True),
        ("prisma/schema.prisma", True),
        ("src/database.types.ts", True),
        ("db/migrations/001_init.rollback.sql", False),
        ("db/migrations/001_init.down.sql", False),
        ("db/migrations/001/DOWN.sql", False),
        ("db/migrations/archive/old/001.sql", False),
        ("db/rollbacks/001.sql", False),
        ("db/Deprecated/001.sql", False),
        ("packages/x/tests/fixtures/001.sql", False),
        ("packages/x/__tests__/migrations/001.sql", True),
        ("db/migrations/readme.md", False),
    ],
)
def test_schema_sources(path: str, expected: bool) -> None:
    assert is_schema_source(path) is expected


def test_an_index_proves_the_columns_of_a_table_without_definition() -> None:
    built = schema("CREATE INDEX IF NOT EXISTS by_tenant ON events USING btree (tenant_id, created_at DESC);")
    assert tenancy(built, "events") == ("known", ("tenant_id",))
    assert not built.tenant_columns("events", CANDIDATES).complete
    more = schema("ALTER TABLE events ADD COLUMN kind text;", "CREATE INDEX ON events (organization_id);")
    assert tenancy(more, "events") == ("known", ("organization_id",))
    assert tenancy(schema("CREATE INDEX ON events (lower(kind));"), "events") == ("unknown", ())
    whole = schema("CREATE TABLE events (id uuid);", "CREATE INDEX ON events (tenant_id);")
    assert tenancy(whole, "events") == ("none", ())


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE UNIQUE INDEX one ON notes (id) WHERE tenant_id IS NULL;",
        "CREATE POLICY shared ON notes USING (tenant_id IS NULL OR tenant_id = current_tenant());",
        "ALTER TABLE notes ADD CONSTRAINT either CHECK (tenant_id IS NULL OR id IS NOT NULL);",
    ],
)
def test_rows_without_a_tenant_that_the_schema_sets_apart(statement: str) -> None:
    built = schema("CREATE TABLE notes (id uuid, tenant_id uuid);", statement)
    assert table(built, "notes").apart == {"tenant_id"}
    assert Schema.from_json(built.to_json()) == built


def test_not_null_sets_nothing_apart() -> None:
    built = schema("CREATE TABLE notes (id uuid, tenant_id uuid NOT NULL CHECK (tenant_id IS NOT NULL));")
    assert table(built, "notes").apart == frozenset()
