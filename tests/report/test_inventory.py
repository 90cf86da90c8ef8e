"""The inventory of data accesses for people, programs, spreadsheets and auditors, hostile names included."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser

import pytest

from fourlayer.report import inventory as report
from fourlayer.rule.inventory import RULINGS, Access, Inventory, Ruling, Step

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "\"quoted\", 'twice'",
    "two\nlines",
    "<b onclick=x>",
    "\u202e",
]


def access(table: str = "deals", ruling: Ruling = "scoped", value: str = "organizationId") -> Access:
    chain = (Step("a.ts", 3, "list: organizationId"), Step("b.ts", 7, "handler: req.auth.organizationId"))
    return Access(
        path="a.ts",
        offset=10,
        end=20,
        line=3,
        position=5,
        function="list",
        library="postgrest",
        table=table,
        verb="select",
        ruling=ruling,
        evidence="tenant condition",
        column="organization_id",
        definition="db/001.sql:2",
        value=value,
        origins=("session",),
        chain=chain,
    )


def inventory(*accesses: Access) -> Inventory:
    return Inventory("/root", 2, accesses, ("a rule could not run",))


def test_text_tells_the_verdict_the_evidence_and_the_way() -> None:
    lines = report.text(inventory(access(), access("", "violation"))).splitlines()
    assert lines[0] == "a.ts"
    assert lines[1] == "  3:5  scoped  postgrest select deals  (tenant condition `organization_id`)"
    assert "      column: db/001.sql:2" in lines
    assert "        <- b.ts:7  handler: req.auth.organizationId" in lines
    assert "postgrest select (chosen at run time)" in lines[5]
    assert lines[-2:] == [
        "not looked at: a rule could not run",
        "2 accesses in 2 files: 1 violation, 1 scoped",
    ]


def test_json_holds_every_access_and_counts_every_verdict() -> None:
    document = json.loads(report.json_text(inventory(access(), access(ruling="exempt")), "1.2"))
    rulings = {str(ruling): 0 for ruling in RULINGS}
    assert document["summary"] == {**rulings, "files": 2, "accesses": 2, "scoped": 1, "exempt": 1}
    first = document["accesses"][0]
    assert first["definition"] == {"path": "db/001.sql", "line": 2}
    assert first["chain"][1] == {"path": "b.ts", "line": 7, "text": "handler: req.auth.organizationId"}
    assert (first["verdict"], first["tenant"], first["origins"]) == ("scoped", "organizationId", ["session"])


@pytest.mark.parametrize("name", HOSTILE)
def test_no_cell_is_a_formula_and_every_cell_comes_back(name: str) -> None:
    text = report.csv_text(inventory(access(name, value=name)))
    head, row = csv.reader(io.StringIO(text, newline=""))
    cells = dict(zip(head, row, strict=True))
    assert cells["table"].lstrip("'") == name
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    assert cells["place"] == "a.ts:3"


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "td":
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "td":
            self.cells[-1] += data


@pytest.mark.parametrize("name", HOSTILE)
def test_the_page_shows_names_and_obeys_none(name: str) -> None:
    page = _Page()
    page.feed(report.html(inventory(access(name, "violation", value="</script><script>alert(1)</script>"))))
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert not any(
        tag in ("link", "img", "iframe", "b") or "src" in attrs or "href" in attrs for tag, attrs in page.tags
    )
    assert "onclick" not in {key for _, attrs in page.tags for key in attrs}
    shown = {"two\nlines": "two lines", "\u202e": "\\u202e"}.get(name, name)
    assert page.cells[3] == shown
    assert page.cells[9] == "</script><script>alert(1)</script>"
    boxes = [attrs["value"] for tag, attrs in page.tags if tag == "input"]
    assert boxes == list(RULINGS)
    assert ("tr", {"class": "violation"}) in page.tags
