"""What suppression comments cover, and what is said about those that do not work."""

from __future__ import annotations

from pathlib import Path

import pytest

from fourlayer.engine.suppressions import parse
from fourlayer.project.suppression import is_date
from fourlayer.rule.outcome import Outcome
from fourlayer.syntax.facts import build_facts
from fourlayer.syntax.text import Text
from tests.engine.world import (
    ADAPTER,
    EXPLICIT_ANY,
    LACKS,
    LATE,
    TENANT_ANY,
    World,
    lines,
    meta,
    rules_of,
    shown,
)

RULES = (EXPLICIT_ANY, *LATE)


def _check(folder: Path, *source: str, config: str = "", path: str = ADAPTER) -> Outcome:
    return World(folder, {path: lines(source)}, rules=RULES, config=config).check(path)


def _lines(outcome: Outcome) -> list[tuple[str, int]]:
    return [(rule, line) for rule, _, line in shown(outcome)]


def test_a_comment_on_its_own_line_covers_the_next_statement_whole(tmp_path: Path) -> None:
    outcome = _check(
        tmp_path,
        "// fourlayer-ignore explicit-any: the vendor ships no types",
        "const rows = table",
        "  .map((row: any) => row)",
        "  .filter((row: any) => row);",
        "let other: any;",
    )

    assert _lines(outcome) == [("explicit-any", 5)]
    assert outcome.suppressed == 2


def test_a_comment_above_a_function_covers_its_head_only(tmp_path: Path) -> None:
    outcome = _check(
        tmp_path,
        "// fourlayer-ignore explicit-any: callers pass anything",
        "export function load(row: any) {",
        "  let inner: any;",
        "}",
    )

    assert _lines(outcome) == [("explicit-any", 3)]


def test_a_comment_above_a_member_or_an_if_covers_the_head_only(tmp_path: Path) -> None:
    outcome = _check(
        tmp_path,
        "class A {",
        "  // fourlayer-ignore explicit-any: callers pass anything",
        "  load(row: any) {",
        "    // fourlayer-ignore explicit-any: a test of the row",
        "    if (row as any) {",
        "      let inner: any;",
        "    }",
        "  }",
        "}",
    )

    assert _lines(outcome) == [("explicit-any", 6)]


def test_a_comment_at_the_end_of_a_line_covers_that_line(tmp_path: Path) -> None:
    outcome = _check(
        tmp_path,
        "let a: any; // fourlayer-ignore explicit-any: the vendor ships no types",
        "let b: any;",
    )

    assert _lines(outcome) == [("explicit-any", 2)]


def test_a_comment_for_the_file_covers_the_file(tmp_path: Path) -> None:
    outcome = _check(
        tmp_path, "let a: any;", "let b: any;", "// fourlayer-ignore-file explicit-any: generated"
    )

    assert outcome.findings == ()
    assert outcome.suppressed == 2


def test_block_and_jsx_comments_count(tmp_path: Path) -> None:
    path = "packages/integrations/acme/view.tsx"
    outcome = _check(
        tmp_path,
        "/* fourlayer-ignore explicit-any: a reason */",
        "let a: any;",
        "const view = (",
        "  <div>",
        "    {/* fourlayer-ignore explicit-any: another reason */}",
        "    <Row value={b as any} />",
        "  </div>",
        ");",
        path=path,
    )

    assert outcome.findings == ()
    assert outcome.suppressed == 2


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        ("// fourlayer-ignore explicit-any", ["suppression-without-reason", "explicit-any"]),
        ("// fourlayer-ignore explicit-any:", ["suppression-without-reason", "explicit-any"]),
        ("// fourlayer-ignore explicit-any because of it", ["suppression-without-reason", "explicit-any"]),
        ("// fourlayer-ignore explicit-any until 2020-01-01: old", ["explicit-any"]),
        ("// fourlayer-ignore explicit-any until soon: never a date", ["explicit-any"]),
        ("// fourlayer-ignore explicit-any until 2999-01-01: later", []),
        ("// fourlayer-ignore: everything", ["unknown-rule", "explicit-any"]),
        ("// fourlayer-ignore explict-any: misspelt", ["unknown-rule", "explicit-any"]),
        ("// fourlayer-ignore-next explicit-any: no such comment", ["explicit-any"]),
        ("// see fourlayer-ignore explicit-any: prose", ["explicit-any"]),
        ("//fourlayer-ignore   explicit-any  :  tight and loose", []),
    ],
)
def test_what_works_and_what_is_said_otherwise(tmp_path: Path, comment: str, rules: list[str]) -> None:
    assert rules_of(_check(tmp_path, comment, "let a: any;")) == rules


def test_an_unused_comment_is_reported_and_removed(tmp_path: Path) -> None:
    world = World(
        tmp_path,
        {ADAPTER: lines(["let a = 1;", "  // fourlayer-ignore explicit-any: gone", "let b = 2;"])},
        rules=RULES,
    )
    snapshot = world.snapshot()
    outcome = world.app.check(snapshot)
    assert shown(outcome) == [("unused-suppression", ADAPTER, 2)]

    result = world.app.fix(snapshot, outcome, unsafe=False)

    assert result.changes == {ADAPTER: b"let a = 1;\nlet b = 2;\n"}
    assert result.outcome.findings == ()


def test_one_unused_name_of_several_goes_alone(tmp_path: Path) -> None:
    twin = meta("untyped-boundary", module=EXPLICIT_ANY.module)
    world = World(
        tmp_path,
        {ADAPTER: lines(["let a: any; // fourlayer-ignore untyped-boundary, explicit-any: both"])},
        rules=[*RULES, twin],
        config='[rules]\nuntyped-boundary = "off"\n[[overrides]]\npaths = ["**/acme/**"]\n'
        'rules = { untyped-boundary = "error" }\n',
    )
    snapshot = world.snapshot()

    result = world.app.fix(snapshot, world.app.check(snapshot), unsafe=False)

    assert result.changes == {ADAPTER: b"let a: any; // fourlayer-ignore explicit-any: both\n"}


def test_unused_is_not_said_of_rules_that_did_not_run(tmp_path: Path) -> None:
    comment = "// fourlayer-ignore explicit-any: gone"
    off = World(
        tmp_path / "a", {ADAPTER: lines([comment])}, rules=RULES, config='[rules]\nexplicit-any = "off"\n'
    )
    left_out = World(tmp_path / "b", {ADAPTER: lines([comment])}, rules=RULES, ignore=["explicit-any"])
    broken = World(tmp_path / "c", {ADAPTER: lines([comment, "let = ;"])}, rules=RULES)

    assert [rules_of(world.check()) for world in (off, left_out, broken)] == [[], [], []]


def test_protected_rules_cannot_be_suppressed(tmp_path: Path) -> None:
    outcome = _check(
        tmp_path,
        "// fourlayer-ignore explicit-any: please",
        "let a: any;",
        config='[rules]\nprotected = ["explicit-any"]\n',
    )

    assert rules_of(outcome) == ["explicit-any"]


def test_a_file_in_parentheses_narrows_a_comment(tmp_path: Path) -> None:
    index = "packages/integrations/acme/index.ts"
    world = World(
        tmp_path,
        {index: lines(["// fourlayer-ignore-file missing-file(errors.ts): none to map", "export {};"])},
        rules=[LACKS, *LATE],
    )

    outcome = world.check(index)

    assert [f.finding.key for f in outcome.findings] == ["types.ts"]
    assert outcome.suppressed == 1


def test_the_monorepos_own_guard_suppresses_tenancy_rules(tmp_path: Path) -> None:
    source = lines(["// tenant-filter-guard: ignore-next-query", "let a: any;", "let b: any;"])

    outcome = World(tmp_path, {ADAPTER: source}, rules=[TENANT_ANY, *LATE]).check(ADAPTER)

    assert shown(outcome) == [("tenant-any", ADAPTER, 3)]
    assert outcome.suppressed == 1


def test_a_comment_on_something_unverifiable_is_not_unused(tmp_path: Path) -> None:
    source = lines(
        ["let a: any; let b: any;", "// fourlayer-ignore tenant-any: built elsewhere", "let c: any;"]
    )

    outcome = World(tmp_path, {ADAPTER: source}, rules=[TENANT_ANY, *LATE]).check(ADAPTER)

    assert rules_of(outcome) == ["tenant-any", "tenant-any"]
    assert [f.severity for f in outcome.findings] == ["error", "warning"]


def test_findings_about_comments_can_be_suppressed_as_well(tmp_path: Path) -> None:
    outcome = _check(
        tmp_path,
        "// fourlayer-ignore-file unused-suppression: comments of a generator",
        "// fourlayer-ignore explicit-any: gone",
        "let a = 1;",
    )

    assert outcome.findings == ()
    assert outcome.suppressed == 1


def test_a_reason_given_by_a_person_makes_a_comment_work(tmp_path: Path) -> None:
    for index, comment in enumerate(
        (
            "// fourlayer-ignore explicit-any",
            "// fourlayer-ignore explicit-any:",
            "/* fourlayer-ignore explicit-any */",
        )
    ):
        world = World(tmp_path / str(index), {ADAPTER: lines([comment, "let a: any;"])}, rules=RULES)
        snapshot = world.snapshot()
        [found] = [
            f for f in world.app.check(snapshot).findings if f.finding.rule == "suppression-without-reason"
        ]
        [plan] = found.fixes
        assert plan.applicability == "input"

        change = world.app.change(snapshot, found.finding, plan._replace(argument="vendor\nships no types"))

        assert change is not None
        [edit] = change.edits[ADAPTER]
        text = snapshot.text(ADAPTER)
        assert text is not None
        world.write({ADAPTER: str(text.replace(edit.start, edit.end, edit.text.encode()))})
        assert world.check(ADAPTER).findings == ()
        assert world.app.change(snapshot, found.finding, plan) is None


def test_unknown_rules_are_replaced_by_the_nearest(tmp_path: Path) -> None:
    world = World(
        tmp_path, {ADAPTER: lines(["// fourlayer-ignore explict-any(x): é", "let a = 1;"])}, rules=RULES
    )
    snapshot = world.snapshot()
    [found] = world.app.check(snapshot).findings

    assert found.finding.help == "Did you mean `explicit-any`?"
    change = world.app.change(snapshot, found.finding, found.fixes[0])
    assert change is not None
    assert [tuple(edit) for edit in change.edits[ADAPTER]] == [(20, 31, "explicit-any")]


def test_the_parts_of_a_comment_are_found() -> None:
    facts = build_facts(Text(b"let a; // fourlayer-ignore a, b(c.ts) until 2027-03-01: why: so\n"), "ts")

    [directive] = parse(facts)

    assert [(name.name, name.argument) for name in directive.names] == [("a", ""), ("b", "c.ts")]
    assert (directive.until, directive.reason) == ("2027-03-01", "why: so")
    assert [facts.text.slice(*name.remove) for name in directive.names] == ["a, ", ", b(c.ts)"]
    assert facts.text.slice(*directive.line) == " // fourlayer-ignore a, b(c.ts) until 2027-03-01: why: so"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-02-29", True),
        ("2023-02-29", False),
        ("2100-02-29", False),
        ("2026-13-01", False),
        ("2026-04-31", False),
        ("0000-01-01", False),
        ("2026-4-1", False),
        ("٢٠٢٦-01-01", False),
    ],
)
def test_dates_are_days_of_the_calendar(text: str, expected: bool) -> None:
    assert is_date(text) is expected
