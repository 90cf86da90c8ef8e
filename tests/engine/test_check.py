"""What is judged by which rules, what reruns, and what is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from fourlayer.engine.check import CancelledError
from fourlayer.engine.ruleset import NoRulesError, UnknownRuleError
from fourlayer.rule.model import RuleMeta
from fourlayer.rule.outcome import Range, Trouble
from tests.engine.rules import counts_anys, explicit_any
from tests.engine.world import (
    ADAPTER,
    ALL,
    COUNTS,
    CRASHES,
    DEEP,
    EXPLICIT_ANY,
    INDEX,
    LACKS,
    NO_CLASS,
    OTHER,
    USE,
    World,
    meta,
    rules_of,
    shown,
    texts,
)


def test_judges_providers_but_neither_tests_nor_other_packages(tmp_path: Path) -> None:
    assert shown(World(tmp_path, rules=[EXPLICIT_ANY]).check()) == [("explicit-any", ADAPTER, 3)]


def test_include_tests_judges_tests_too(tmp_path: Path) -> None:
    world = World(tmp_path, rules=[EXPLICIT_ANY], config="[rules.explicit-any]\ninclude-tests = true\n")

    assert [path for _, path, _ in shown(world.check())] == [
        "packages/integrations/acme/AcmeAdapter.test.ts",
        ADAPTER,
    ]


def test_a_rule_about_tests_judges_nothing_else(tmp_path: Path) -> None:
    world = World(tmp_path, rules=[EXPLICIT_ANY._replace(about_tests=True)])

    assert [path for _, path, _ in shown(world.check())] == ["packages/integrations/acme/AcmeAdapter.test.ts"]


def test_a_rule_runs_only_on_files_with_a_trigger(tmp_path: Path) -> None:
    rule = EXPLICIT_ANY._replace(triggers=(b"load", b"nowhere"))
    files = {"packages/integrations/acme/more.ts": "export let a: any;\n"}

    assert [path for _, path, _ in shown(World(tmp_path, files, rules=[rule]).check())] == [ADAPTER]


def test_shared_code_is_judged_by_some_categories(tmp_path: Path) -> None:
    files = {"packages/integrations/base/extra.ts": "export let a: any;\n"}
    rule = meta("explicit-any", category="errors")

    assert (
        len(World(tmp_path / "a", files, rules=[EXPLICIT_ANY]).check("packages/integrations/base").findings)
        == 1
    )
    assert World(tmp_path / "b", files, rules=[rule]).check("packages/integrations/base").findings == ()


def test_declarations_are_not_judged(tmp_path: Path) -> None:
    world = World(
        tmp_path, {"packages/integrations/acme/x.d.ts": "declare let a: any;\n"}, rules=[EXPLICIT_ANY]
    )

    assert shown(world.check()) == [("explicit-any", ADAPTER, 3)]


def test_a_scope_adds_its_categories(tmp_path: Path) -> None:
    scope = '[[scopes]]\npaths = ["packages/backend/src/**"]\nlayer = "service"\ncategories = ["tenancy"]\n'
    rules = [EXPLICIT_ANY, meta("missing-tenant-filter", category="tenancy", module=EXPLICIT_ANY.module)]

    outcome = World(tmp_path, rules=rules, config=scope).check("packages/backend")

    assert [path for _, path, _ in shown(outcome)] == [OTHER, USE]
    assert outcome.files == 2


def test_rules_that_look_outside_judge_files_that_import_integrations(tmp_path: Path) -> None:
    world = World(
        tmp_path,
        {
            "packages/backend/src/deep.ts": (
                'import "@valueos/integrations/acme";\nimport "../../integrations/acme/AcmeAdapter.js";\n'
            )
        },
        rules=[DEEP],
    )

    outcome = world.check()

    assert shown(outcome) == [("deep-import", "packages/backend/src/deep.ts", 2)]
    assert OTHER not in world.app.engine.targets(world.snapshot())


@pytest.mark.parametrize("path", ["packages/integrations", "packages/backend", ADAPTER, INDEX, "packages"])
def test_a_path_reports_what_a_full_check_reports_there(tmp_path: Path, path: str) -> None:
    world = World(
        tmp_path, {"packages/backend/src/deep.ts": 'import "../../integrations/acme/AcmeAdapter.js";\n'}
    )
    full = world.check()

    part = World(tmp_path).check(path)

    assert part.findings == tuple(f for f in full.findings if f.finding.path.startswith(path))


def test_a_check_of_the_integrations_reads_nothing_else(tmp_path: Path) -> None:
    world = World(tmp_path, rules=[EXPLICIT_ANY, DEEP, LACKS])
    snapshot = world.snapshot()
    world.app.check(snapshot, ["packages/integrations"])

    read = {path for path, _ in snapshot.store._texts}
    assert not [path for path in read if path.startswith("packages/backend/src")]


def test_one_file_alone_agrees_with_the_full_check(tmp_path: Path) -> None:
    world = World(tmp_path)
    snapshot = world.snapshot()
    full = world.app.check(snapshot)

    again = World(tmp_path)
    fresh = again.snapshot()
    for path in again.app.targets(fresh):
        expected = tuple(f for f in full.findings if f.finding.path == path)
        found = again.app.check_file(fresh, path)
        assert not any(one.fixes for one in found)
        planned = tuple(one._replace(fixes=again.app.plans(fresh, one.finding)) for one in found)
        assert planned == expected


# Rerunning


def test_an_edit_reruns_only_what_read_the_file(tmp_path: Path) -> None:
    world = World(tmp_path, {"packages/integrations/zeta/a.ts": "let a: any;\n"}, rules=[EXPLICIT_ANY])
    first = world.snapshot()
    world.app.check(first)
    explicit_any.RUNS.clear()

    second = world.app.snapshot(texts({ADAPTER: "let a: any;\nlet b: any;\n"}), first, [ADAPTER])

    assert len(world.app.check(second).findings) == 3
    assert explicit_any.RUNS == [ADAPTER]


def test_a_survey_whose_values_stay_stops_propagation(tmp_path: Path) -> None:
    world = World(tmp_path, rules=[COUNTS])
    first = world.snapshot()
    assert rules_of(world.app.check(first)) == ["counts-anys"]
    counts_anys.RUNS.clear()

    moved = world.app.snapshot(texts({OTHER: "\n\nlet a: any;\n"}), first, [OTHER])
    world.app.check(moved)
    assert counts_anys.RUNS == []

    gone = world.app.snapshot(texts({OTHER: "let a = 1;\n"}), moved, [OTHER])
    assert world.app.check(gone).findings == ()
    assert counts_anys.RUNS == [""]


def test_a_finding_goes_when_another_file_is_fixed_in_a_buffer_and_comes_back(tmp_path: Path) -> None:
    world = World(tmp_path, rules=[NO_CLASS])
    errors = "packages/integrations/zeta/errors.ts"
    snapshot = world.snapshot()
    zeta = "packages/integrations/zeta/ZetaAdapter.ts"
    assert [f.finding.rule for f in world.app.check_file(snapshot, zeta)] == ["missing-error-class"]

    snapshot = world.app.snapshot(texts({errors: "export class E {}\n"}), snapshot, [errors])
    assert world.app.check_file(snapshot, zeta) == ()

    snapshot = world.app.snapshot(texts({errors: "export {};\n"}), snapshot, [errors])
    assert len(world.app.check_file(snapshot, zeta)) == 1


# Severity and selection


def test_a_configured_severity_wins_and_an_override_over_it(tmp_path: Path) -> None:
    config = (
        '[rules]\nexplicit-any = "info"\nmissing-file = "error"\n'
        '[[overrides]]\npaths = ["**/acme/**"]\nrules = { explicit-any = "error" }\n'
        '[[overrides]]\npaths = ["**/*Adapter.ts"]\nrules = { explicit-any = "hint" }\n'
    )
    world = World(tmp_path, {"packages/integrations/zeta/a.ts": "let a: any;\n"}, config=config)

    found = {
        (f.finding.rule, f.finding.path): f.severity for f in world.check("packages/integrations").findings
    }

    assert found["explicit-any", ADAPTER] == "hint"
    assert found["explicit-any", "packages/integrations/zeta/a.ts"] == "info"
    assert found["missing-file", INDEX] == "error"


def test_a_finding_may_weigh_less_than_its_rule(tmp_path: Path) -> None:
    outcome = World(tmp_path, rules=[LACKS]).check()

    assert {f.finding.key: f.severity for f in outcome.findings} == {
        "errors.ts": "error",
        "types.ts": "warning",
    }


def test_off_rules_do_not_run_and_off_paths_report_nothing(tmp_path: Path) -> None:
    off = World(tmp_path / "a", config='[rules]\nexplicit-any = "off"\n')
    explicit_any.RUNS.clear()
    assert "explicit-any" not in rules_of(off.check())
    assert explicit_any.RUNS == []

    there = '[[overrides]]\npaths = ["**/acme/**"]\nrules = { explicit-any = "off" }\n'
    assert "explicit-any" not in rules_of(World(tmp_path / "b", config=there).check())


def test_an_override_can_switch_a_rule_on(tmp_path: Path) -> None:
    config = (
        '[rules]\nexplicit-any = "off"\n'
        '[[overrides]]\npaths = ["**/zeta/**"]\nrules = { explicit-any = "info" }\n'
    )
    world = World(
        tmp_path, {"packages/integrations/zeta/a.ts": "let a: any;\n"}, rules=[EXPLICIT_ANY], config=config
    )

    assert shown(world.check()) == [("explicit-any", "packages/integrations/zeta/a.ts", 1)]


def test_select_and_ignore_take_ids_and_categories(tmp_path: Path) -> None:
    assert set(rules_of(World(tmp_path, select=["types"]).check())) == {"explicit-any", "counts-anys"}
    assert set(rules_of(World(tmp_path, select=["types"], ignore=["counts-anys"]).check())) == {
        "explicit-any"
    }


def test_an_unknown_selection_is_named_with_what_was_meant(tmp_path: Path) -> None:
    with pytest.raises(UnknownRuleError, match="did you mean `explicit-any`"):
        World(tmp_path, select=["explict-any"]).check()


def test_no_rule_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NoRulesError):
        World(tmp_path, select=["types"], ignore=["types"]).check()


# Precedence and identity


def test_a_missing_file_silences_rules_about_its_content(tmp_path: Path) -> None:
    both = World(tmp_path, rules=[LACKS, NO_CLASS]).check()
    assert set(rules_of(both)) == {"missing-file"}

    alone = World(tmp_path, rules=[NO_CLASS]).check()
    assert set(rules_of(alone)) == {"missing-error-class"}

    off = World(tmp_path, rules=[LACKS, NO_CLASS], config='[rules]\nmissing-file = "off"\n').check()
    assert set(rules_of(off)) == {"missing-error-class"}


def test_fingerprints_survive_edits_elsewhere_and_tell_twins_apart(tmp_path: Path) -> None:
    world = World(tmp_path, rules=[EXPLICIT_ANY])
    first = world.app.snapshot(texts({ADAPTER: "let a: any;\nlet b: any;\n"}))
    second = world.app.snapshot(texts({ADAPTER: "\n// more\nlet a: any;\nlet b: any;\n"}), first, [ADAPTER])

    before = [f.fingerprint for f in world.app.check_file(first, ADAPTER)]
    after = [f.fingerprint for f in world.app.check_file(second, ADAPTER)]

    assert before == after
    assert len(set(before)) == 2


def test_a_missing_files_identity_is_the_providers(tmp_path: Path) -> None:
    world = World(tmp_path, rules=[LACKS])
    before = {f.fingerprint: f for f in world.check().findings}
    world.remove(INDEX)
    after = {f.fingerprint for f in world.check().findings}

    acme = [f for f in before.values() if f.finding.path == INDEX]
    assert len(acme) == 2
    assert {f.folder for f in acme} == {"packages/integrations/acme"}
    assert before.keys() == after


def test_places_are_1_based_and_count_utf_16(tmp_path: Path) -> None:
    world = World(tmp_path, {ADAPTER: 'const 𠀀 = "é"; let a: any;\n'}, rules=[EXPLICIT_ANY])

    [found] = world.check().findings

    assert found.range == Range(1, 24, 1, 27)
    assert found.frame == ('const 𠀀 = "é"; let a: any;',)
    assert found.docs.endswith("/rules/tests/engine/rules/README.md")


# Troubles


def test_a_crash_is_reported_and_the_neighbours_go_on(tmp_path: Path) -> None:
    outcome = World(tmp_path, rules=[CRASHES, EXPLICIT_ANY]).check()

    assert rules_of(outcome) == ["explicit-any"]
    assert outcome.troubles == (
        Trouble("crash", f"crashes failed on {ADAPTER}: ValueError: out of luck", ADAPTER),
        Trouble(
            "crash",
            "crashes failed on packages/integrations/zeta/ZetaAdapter.ts: the code is nested too deeply",
            "packages/integrations/zeta/ZetaAdapter.ts",
        ),
    )


def test_a_rule_that_cannot_be_loaded_is_a_crash(tmp_path: Path) -> None:
    broken = meta("absent-rule")

    outcome = World(tmp_path, rules=[broken, EXPLICIT_ANY]).check(ADAPTER)

    assert rules_of(outcome) == ["explicit-any"]
    assert [trouble.kind for trouble in outcome.troubles if trouble.path == ADAPTER] == ["crash"]


def test_a_file_that_is_too_large_is_unreadable(tmp_path: Path) -> None:
    large = "packages/integrations/zeta/large.ts"
    world = World(tmp_path, {large: "// any\n" + " " * 10_000_001}, rules=[EXPLICIT_ANY])

    [trouble] = world.check().troubles

    assert (trouble.kind, trouble.path) == ("unreadable", large)
    assert "10 MB" in trouble.message


def test_an_inert_rule_says_so_once(tmp_path: Path) -> None:
    world = World(tmp_path, rules=[COUNTS])
    for path in (ADAPTER, USE, OTHER):
        world.write({path: "export {};\n"})

    assert world.check().troubles == (Trouble("inert-rule", "counts-anys: no file has an any", None),)


def test_wrong_options_are_a_problem_of_the_configuration(tmp_path: Path) -> None:
    world = World(tmp_path, rules=[EXPLICIT_ANY], config='[rules.explicit-any]\nsparde = ["x"]\nlimit = 3\n')

    [problem] = world.app.config_problems
    assert problem.key == "rules.explicit-any.sparde"
    assert problem.remedy == "did you mean `spared`?"
    assert "config" in {trouble.kind for trouble in world.check().troubles}


def test_options_reach_the_rule(tmp_path: Path) -> None:
    world = World(tmp_path, rules=[EXPLICIT_ANY], config=f'[rules.explicit-any]\nspared = ["{ADAPTER}"]\n')

    assert world.check().findings == ()
    assert world.app.config_problems == ()


def test_a_check_can_be_cancelled(tmp_path: Path) -> None:
    world = World(tmp_path)

    with pytest.raises(CancelledError):
        world.app.check(world.snapshot(), cancelled=lambda: True)


def test_a_workspace_without_integrations_has_no_trouble(tmp_path: Path) -> None:
    from fourlayer.app import App

    outcome = (app := App.open(str(tmp_path), rules=ALL)).check(app.snapshot())

    assert (outcome.findings, outcome.files, outcome.providers) == ((), 0, 0)
    assert [trouble.kind for trouble in outcome.troubles] == ["inert-rule"]


def test_every_page_is_where_the_address_says() -> None:
    from fourlayer.engine.ruleset import docs_url

    rule = RuleMeta("a", "types", "error", "", "", "fourlayer_rules.types.a.rule", "file", ("document",))

    assert docs_url(rule) == (
        "https://github.com/fourlayer/fourlayer/blob/main/rules/fourlayer_rules/types/a/README.md"
    )
