"""The reader of SQL statements: tables, verbs, and the columns that restrict the rows."""
# ruff: noqa: E501 - statements of one line each

from __future__ import annotations

import pytest

from fourlayer.project.queries.sql import HOLE, accesses, constraints_of, is_query


def _restricted(text: str) -> list[tuple[str, tuple[str, ...], tuple[str, ...], bool]]:
    """Verb, tables, columns that hold always, and whether something is out of reach; for each part."""
    return [
        (
            one.verb,
            tuple(name for name, _ in one.tables),
            tuple(f"{c.table}.{c.column}".lstrip(".") for c in one.constraints if c.always),
            one.open,
        )
        for one in accesses(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select * from deals", [("select", ("deals",), (), False)]),
        ("SELECT * FROM public.deals d WHERE d.a = $1", [("select", ("public.deals",), ("d.a",), False)]),
        ('select * from "Deal" where "Deal"."a" = $1', [("select", ("Deal",), ("Deal.a",), False)]),
        ("select 1 from deals where a = 1 and (b in (1, 2) and c is null)", [("select", ("deals",), ("a", "b", "c"), False)]),
        ("select 1 from deals where a = 1 or b = 2", [("select", ("deals",), (), False)]),
        ("select 1 from deals where (a = 1 and b = 2) or (a = 3)", [("select", ("deals",), ("a", "a"), False)]),
        ("select 1 from deals where not a = 1 and b <> 2 and c != 3 and d > 4", [("select", ("deals",), (), False)]),
        ("select 1 from deals where $1 = a::uuid", [("select", ("deals",), ("a",), False)]),
        ("select 1 from deals where (a, b) = ($1, $2)", [("select", ("deals",), ("a", "b"), False)]),
        ("select 1 from deals where a = current_setting('app.tenant')", [("select", ("deals",), ("a",), False)]),
        ("select 1 from deals -- where a = 1\n", [("select", ("deals",), (), False)]),
        ("select 1 from deals /* where a = 1 */", [("select", ("deals",), (), False)]),
        ("select 1 from deals where note = 'where a = 1'", [("select", ("deals",), ("note",), False)]),
        ("select 1 from deals d join notes n on n.id = d.id where n.a = $1", [("select", ("deals", "notes"), ("n.a",), False)]),
        ("select 1 from deals d, notes n where d.a = n.a", [("select", ("deals", "notes"), (), False)]),
        ("select 1 from deals d join notes n on n.a = $1", [("select", ("deals", "notes"), ("n.a",), False)]),
        ("select 1 from deals where id in (select id from notes where a = $1)", [("select", ("deals",), ("(notes).a", "id"), False)]),
        ("select 1 from deals where exists (select 1 from notes n where n.a = $1)", [("select", ("deals",), ("(n).a",), False)]),
        ("update deals set a = $1 where id = $2", [("update", ("deals",), ("id",), False)]),
        ("update deals as d set a = 1 from notes n where n.id = d.id and n.b = $1", [("update", ("deals",), ("n.b",), False)]),
        ("delete from only deals where a = $1 returning id", [("delete", ("deals",), ("a",), False)]),
        ("insert into deals (a, b) values ($1, $2)", [("insert", ("deals",), (), False)]),
        ("insert into deals (a) values (1) on conflict (a) do nothing", [("upsert", ("deals",), (), False)]),
        ("insert into deals values (1)", [("insert", ("deals",), (), True)]),
        ("insert into deals (a) select a from notes where b = 1", [("select", ("notes",), ("b",), False), ("insert", ("deals",), (), False)]),
        (f"select 1 from deals where {HOLE}", [("select", ("deals",), (), True)]),
        (f"select 1 from deals {HOLE}", [("select", ("deals",), (), True)]),
        (f"select 1 from deals where a = {HOLE}", [("select", ("deals",), ("a",), False)]),
        (f"select 1 from {HOLE} where a = 1", [("select", (), ("a",), True)]),
        ("with x as (select 1 from deals where a = 1) select * from x", [("select", ("deals",), ("a",), False)]),
        ("select 1 from deals union all select 1 from notes where a = 1", [("select", ("deals",), (), False), ("select", ("notes",), ("a",), False)]),
        ("select 1 from (select * from deals where a = 1) t", [("select", ("deals",), ("a",), False)]),
        ("create table deals (a int)", []),
        ("begin", []),
        ("select the best deal", []),
    ],
)  # fmt: skip
def test_statements(text: str, expected: object) -> None:
    assert [tuple(one) for one in _restricted(text)] == expected


def test_the_columns_of_an_insert() -> None:
    (access,) = accesses('insert into deals (id, "tenantId") values ($1, $2)')

    assert access.columns == ("id", "tenantId")


def test_one_row() -> None:
    assert [one.single for one in accesses("select a from deals where b = 1 limit 1")] == [True]
    assert [one.single for one in accesses("select a from deals where b = 1 limit 10")] == [False]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "(",
        ")",
        "select",
        "select from",
        "with",
        "with x as (",
        "insert into",
        "update",
        "'" * 9,
        "select 1 from ((((",
    ],
)
def test_broken_text_is_read_without_harm(text: str) -> None:
    assert isinstance(accesses(text), tuple)


def test_conditions_alone() -> None:
    found, is_open = constraints_of("t.a = ? and b = ?")

    assert [(one.table, one.column) for one in found] == [("t", "a"), ("", "b")]
    assert not is_open


def test_what_is_a_query() -> None:
    assert is_query("  -- why\n SELECT 1")
    assert is_query("with recursive t as (select 1) select 1")
    assert not is_query("selection of deals")
    assert not is_query("update")
