"""Fixing in passes: conflicts wait, code never parses worse, a second run changes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

from fourlayer.app import App
from fourlayer.engine.fixing import MAX_PASSES, FixResult, edited
from fourlayer.rule.model import RuleMeta, TextEdit
from fourlayer.syntax.text import Text
from tests.engine.world import ADAPTER, DEEP, EXPLICIT_ANY, LACKS, World, lines, meta

BREAKS = meta("breaks")
RENAMES = meta("renames", unit="provider")
ENDLESS = meta("endless")
IDLE = meta("idle")
WRITES = meta("writes", unit="provider", module="tests.engine.rules.writes_after_reading")
SAMPLE = Path(__file__).resolve().parents[2] / "examples" / "monorepo"
ZETA = "packages/integrations/zeta/ZetaAdapter.ts"


def _fix(world: World, *, unsafe: bool = False, paths: tuple[str, ...] = ()) -> FixResult:
    snapshot = world.snapshot()
    return world.app.fix(snapshot, world.app.check(snapshot, paths), unsafe=unsafe, paths=paths)


def _write(world: World, result: FixResult) -> None:
    for path, content in result.changes.items():
        if content is None:
            world.remove(path)
        else:
            world.write({path: content.decode()})


def test_safe_fixes_are_made_together(tmp_path: Path) -> None:
    world = World(tmp_path, {ADAPTER: "let a: any; let b: any;\r\n"}, rules=[EXPLICIT_ANY])

    result = _fix(world)

    assert result.changes == {ADAPTER: b"let a: unknown; let b: unknown;\r\n"}
    assert result.before == {ADAPTER: b"let a: any; let b: any;\r\n"}
    assert [applied.plan.kind for applied in result.applied] == ["use-unknown", "use-unknown"]
    assert (result.outcome.findings, result.remaining) == ((), False)


def test_fixing_writes_nothing_and_twice_changes_nothing_more(tmp_path: Path) -> None:
    world = World(tmp_path, rules=[EXPLICIT_ANY, LACKS])
    before = (tmp_path / ADAPTER).read_bytes()

    result = _fix(world)
    assert (tmp_path / ADAPTER).read_bytes() == before
    _write(world, result)

    assert _fix(world).changes == {}
    assert _fix(world).applied == ()


def test_files_are_created_where_they_are_absent(tmp_path: Path) -> None:
    result = _fix(World(tmp_path, rules=[LACKS]))

    assert sorted(result.changes) == [
        f"packages/integrations/{provider}/{name}"
        for provider in ("acme", "zeta")
        for name in ("errors.ts", "types.ts")
    ]
    assert set(result.before.values()) == {None}


def test_the_same_import_twice_is_added_once_and_the_same_file_created_once(tmp_path: Path) -> None:
    unsafe_only = EXPLICIT_ANY._replace(module="tests.engine.rules.dto_any")
    world = World(tmp_path, {ADAPTER: lines(["let a: any;", "let b: any;"])}, rules=[unsafe_only])

    assert _fix(world).changes == {}
    result = _fix(world, unsafe=True)

    assert result.changes[ADAPTER] == (b'import type { Row } from "./types.js";\nlet a: Row;\nlet b: Row;\n')
    assert result.changes["packages/integrations/acme/types.ts"] == b"export type Row = unknown;\n"


def test_only_the_paths_of_the_outcome_are_fixed(tmp_path: Path) -> None:
    world = World(tmp_path, {ZETA: "let a: any;\n"}, rules=[EXPLICIT_ANY])

    assert list(_fix(world, paths=(ZETA,)).changes) == [ZETA]


def test_a_fix_that_would_break_the_code_is_refused_and_reported(tmp_path: Path) -> None:
    world = World(tmp_path, {ADAPTER: "let a: any;\n", ZETA: "let b = 1;\n"}, rules=[BREAKS, EXPLICIT_ANY])

    result = _fix(world)

    assert result.changes == {ADAPTER: b"let a: unknown;\n"}
    troubles = {trouble.path: trouble for trouble in result.outcome.troubles}
    assert "would no longer parse" in troubles[ADAPTER].message
    assert "no idea" in troubles[ZETA].message
    assert {trouble.kind for trouble in troubles.values()} == {"crash"}


def test_renames_carry_edits_and_the_old_file_goes(tmp_path: Path) -> None:
    world = World(tmp_path, {"packages/integrations/zeta/old.ts": "let a = 1;\n"}, rules=[RENAMES])

    result = _fix(world)

    assert result.changes == {
        "packages/integrations/zeta/new.ts": b"let b = 1;\n",
        "packages/integrations/zeta/old.ts": None,
    }
    _write(world, result)
    assert _fix(world).changes == {}


def test_a_fix_that_never_ends_is_cut_off(tmp_path: Path) -> None:
    result = _fix(World(tmp_path, {ADAPTER: "let a;\n"}, rules=[ENDLESS]), paths=(ADAPTER,))

    assert result.remaining
    assert len(result.applied) == MAX_PASSES


def test_a_fix_that_read_what_another_alters_is_made_anew_in_the_next_pass(tmp_path: Path) -> None:
    result = _fix(World(tmp_path, rules=[WRITES]))

    folder = "packages/integrations"
    assert {
        result.changes[f"{folder}/{name}/{file}"] for name in ("acme", "zeta") for file in ("b.ts", "c.ts")
    } == {b"export const seen = true;\n"}
    # Providers don't wait for each other, nor do the fixes that read nothing of each other.
    assert [applied.finding.finding.key for applied in result.applied] == [
        *["a.ts"] * 2,
        *["b.ts", "c.ts"] * 2,
    ]
    assert not result.remaining


def test_what_is_neither_safe_nor_preferred_waits_for_the_rest(tmp_path: Path) -> None:
    unsafe_only = EXPLICIT_ANY._replace(module="tests.engine.rules.dto_any")
    world = World(tmp_path, {ADAPTER: "let a: any;\n"}, rules=[unsafe_only, LACKS])

    result = _fix(world, unsafe=True)

    assert result.changes["packages/integrations/acme/types.ts"] == b"export {};\n"
    assert (result.changes[ADAPTER] or b"").endswith(b"let a: Row;\n")
    assert [applied.plan.kind for applied in result.applied] == [*["create-file"] * 4, "new-dto"]


def test_many_fixes_of_one_file_are_made_in_one_pass(tmp_path: Path) -> None:
    source = lines(f"export let a{number}: any;" for number in range(50))

    result = _fix(World(tmp_path, {ADAPTER: source}, rules=[EXPLICIT_ANY]), paths=(ADAPTER,))

    assert (len(result.applied), result.remaining, result.outcome.findings) == (50, False, ())


def test_files_created_one_by_one_are_those_created_together(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE, tmp_path / "sample")
    app = App.open(str(tmp_path / "sample"), select=["missing-file"])
    snapshot = app.snapshot()
    outcome = app.check(snapshot)

    result = app.fix(snapshot, outcome, unsafe=False)

    together: dict[str, bytes] = {}
    for provider in ("zendesk", "google-calendar"):
        found = (
            (one.finding, plan)
            for one in outcome.findings
            for plan in one.fixes
            if one.finding.provider == provider and plan.kind == "create-all"
        )
        for finding, plan in list(found)[:1]:
            change = app.change(snapshot, finding, plan)
            assert change is not None
            together |= {create.path: create.text.encode() for create in change.creates}
            for path, edits in change.edits.items():
                text = snapshot.text(path)
                assert text is not None
                together[path] = edited(text, edits).data
    zendesk = "packages/integrations/zendesk"
    assert sum(path.endswith("/health.ts") for path in together) == 2
    assert {path: result.changes.get(path) for path in together} == together
    assert b'from "./config' in together[f"{zendesk}/health.ts"]


def test_a_fix_that_comes_to_nothing_is_offered_no_longer(tmp_path: Path) -> None:
    world = World(tmp_path, {ADAPTER: "let a;\n"}, rules=[IDLE])
    assert [len(one.fixes) for one in world.check(ADAPTER).findings] == [2]

    result = _fix(world, paths=(ADAPTER,))

    assert [[plan.kind for plan in one.fixes] for one in result.outcome.findings] == [["other"]]
    assert (result.changes, result.remaining) == ({}, False)


def test_findings_without_fixes_stay(tmp_path: Path) -> None:
    source = 'import "../acme/AcmeAdapter.js";\n'

    result = _fix(World(tmp_path, {ZETA: source}, rules=[DEEP]), unsafe=True)

    assert result.changes == {}
    assert len(result.outcome.findings) == 1


def test_edits_at_one_place_keep_their_order() -> None:
    text = Text("aé".encode())

    assert edited(text, [TextEdit(1, 3, "b"), TextEdit(1, 1, "2"), TextEdit(1, 1, "1")]).data == b"a21b"


def test_the_metadata_of_the_rules_is_used(tmp_path: Path) -> None:
    rule: RuleMeta = EXPLICIT_ANY

    [found] = World(tmp_path, rules=[rule]).check().findings

    assert [(plan.kind, plan.applicability) for plan in found.fixes] == [
        ("use-unknown", "safe"),
        ("new-dto", "unsafe"),
    ]
