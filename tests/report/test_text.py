"""The report for people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourlayer.report import concise, text
from fourlayer.report.summary import summary_line
from fourlayer.report.terminal import Style, visible, wants_colours
from fourlayer.rule.model import FixPlan
from fourlayer.rule.outcome import Range, ReportedRelated, Trouble
from tests.report.samples import PATH, SAFE, UNSAFE, absent, outcome, reported


def test_a_finding_is_shown_with_its_line_its_advice_and_its_fixes() -> None:
    related = ReportedRelated(
        "the client is made here", "packages/integrations/slack/index.ts", Range(7, 3, 7, 9)
    )
    shown = text.render(outcome(reported(fixes=(UNSAFE, SAFE), related=(related,))))
    assert shown == (
        f"{PATH}\n"
        "  3:19  error  explicit-any  `any` switches the type checker off.\n"
        "    3 │   private client: any;\n"
        "      │                   ^^^\n"
        "    help: Declare what is used.\n"
        "    see: packages/integrations/slack/index.ts:7:3  the client is made here\n"
        "    fix: Declare `SlackClient` (unsafe, --unsafe-fixes)\n"
        "    fix: Replace by `unknown` (safe, --fix)\n"
        "\n"
        "`fourlayer explain explicit-any` tells more about a rule.\n"
        "1 error in 4 files (2 providers) · 1 fixable with --fix\n"
    )


def test_findings_are_grouped_by_file_and_absent_files_by_the_folder() -> None:
    shown = text.render(outcome(reported(), absent(), reported(path="packages/a.ts")))
    heads = [line for line in shown.splitlines() if line.startswith("packages/")]
    assert heads == ["packages/a.ts", "packages/integrations/slack/", PATH]
    assert "  error  missing-file  health.ts is absent." in shown
    assert "1:1" not in shown


def test_the_closing_line_counts_everything() -> None:
    findings = (
        *(reported(fixes=(SAFE,)) for _ in range(2)),
        reported(fixes=(UNSAFE,)),
        reported(severity="warning", certainty="suspicious"),
        reported(severity="hint", certainty="unverifiable"),
    )
    shown = text.render(outcome(*findings, suppressed=1, hidden=1)).splitlines()[-1]
    assert shown == (
        "3 errors, 1 warning, 1 note in 4 files (2 providers) · 1 suspicious"
        " · 2 fixable with --fix, 1 more with --unsafe-fixes"
        " · 2 unverifiable (--show-unverifiable) · 1 suppressed"
    )


def test_an_empty_outcome_says_what_was_judged() -> None:
    assert text.render(outcome()) == "No problems in 4 files (2 providers)\n"
    assert concise.render(outcome()) == "No problems in 4 files (2 providers)\n"


def test_troubles_and_rules_that_could_not_run_are_told() -> None:
    troubles = (
        Trouble("inert-rule", "missing-tenant-filter: no schema was found"),
        Trouble("unreadable", "permission denied", "packages/x.ts"),
        Trouble("config", "fourlayer.toml:3:1: unknown key\ndid you mean `rules`?"),
        Trouble("crash", "explicit-any crashed", PATH),
    )
    lines = text.render(outcome(troubles=troubles)).splitlines()
    assert lines == [
        "unreadable: packages/x.ts: permission denied",
        "configuration: fourlayer.toml:3:1: unknown key",
        "    did you mean `rules`?",
        f"crash: {PATH}: explicit-any crashed",
        "1 rule could not run:",
        "  missing-tenant-filter: no schema was found",
        "",
        "No problems in 4 files (2 providers) · check incomplete: 3 failures",
    ]


def test_many_failures_are_cut_and_paths_are_not_said_twice() -> None:
    troubles = tuple(Trouble("crash", f"rule {n} failed on a.ts", "a.ts") for n in range(30))
    lines = text.render(outcome(troubles=troubles)).splitlines()
    assert lines[9] == "crash: rule 9 failed on a.ts"
    assert lines[10] == "and 20 more; --output-format json lists them all"
    assert lines[-1].endswith("check incomplete: 30 failures")


def test_fixes_that_ask_say_so_and_long_lists_are_cut() -> None:
    plans = tuple(FixPlan("scope", f"Add candidate {n}", "input", argument=str(n)) for n in range(5))
    shown = text.render(outcome(reported(fixes=plans)))
    assert "    fix: Add candidate 2 (asks you, in the editor)\n    fix: 2 more in the editor\n" in shown
    assert "Add candidate 3" not in shown
    assert "fixable" not in shown


@pytest.mark.parametrize("render", [text.render, concise.render])
def test_hostile_names_and_lines_cannot_steer_the_terminal(render: object) -> None:
    assert callable(render)
    bad = "\x1b]0;owned\x07\x9b31m\u202e\u200b\udcff"
    finding = reported(
        path=f"packages/{bad}\nfake.ts",
        message=f"Name {bad}",
        advice=f"Rename {bad}\nthen\rgo",
        frame=(f"const x = '{bad}' as any;",),
        fixes=(FixPlan("k", f"Fix {bad}", "safe"),),
        related=(ReportedRelated(f"see {bad}", f"packages/{bad}", Range(1, 1, 1, 2)),),
    )
    shown = render(outcome(finding, troubles=(Trouble("unreadable", bad, bad),)))
    assert isinstance(shown, str)
    assert all(char == "\n" or char.isprintable() for char in shown)
    assert r"\x1b]0;owned\x07\x9b31m\u202e\u200b\xff" in shown
    assert "\nfake.ts" not in shown
    shown.encode()


def test_concise_is_one_line_a_finding() -> None:
    findings = (
        reported(message="first\nsecond\tthird", fixes=(SAFE,)),
        reported(severity="warning", certainty="suspicious", message="Odd.", fixes=(UNSAFE,)),
        absent(),
    )
    assert concise.render(outcome(*findings)).splitlines() == [
        f"{PATH}:3:19: error[explicit-any] first second third [--fix]",
        f"{PATH}:3:19: warning[explicit-any] (suspicious) Odd. [--unsafe-fixes]",
        "packages/integrations/slack/: error[missing-file] health.ts is absent.",
        "",
        summary_line(outcome(*findings)),
    ]


def test_colours_change_nothing_but_colours() -> None:
    import re

    result = outcome(reported(fixes=(SAFE,)), absent(), troubles=(Trouble("crash", "x"),))
    for render in (text.render, concise.render):
        painted = render(result, style=Style(True))
        assert "\x1b[1;31m" in painted
        assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == render(result)


@pytest.mark.parametrize(
    ("terminal", "environment", "wanted"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"TERM": "dumb"}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        (True, {"FORCE_COLOR": "0"}, False),
        (True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colours_are_used_only_where_they_are_wanted(
    terminal: bool, environment: dict[str, str], wanted: bool
) -> None:
    assert wants_colours(terminal, environment) is wanted


def test_visible_keeps_letters_of_every_script() -> None:
    assert visible("naïve 漢字 🙂 עברית") == "naïve 漢字 🙂 עברית"


@given(
    hostile=st.text(max_size=60),
    start=st.integers(1, 80),
    length=st.integers(0, 80),
    width=st.integers(20, 120),
)
def test_any_text_anywhere_is_rendered_harmlessly(hostile: str, start: int, length: int, width: int) -> None:
    finding = reported(
        path=f"a{hostile}",
        message=hostile,
        advice=hostile,
        frame=(hostile.replace("\n", ""),),
        range_=Range(3, start, 3, start + length),
        fixes=(FixPlan("k", hostile, "safe"),),
    )
    result = outcome(finding, troubles=(Trouble("crash", hostile, hostile),))
    for shown in (text.render(result, width=width), concise.render(result)):
        assert all(char == "\n" or char.isprintable() for char in shown)
        shown.encode()
    assert summary_line(result) in text.render(result)


def test_rules_about_whole_providers_check_no_single_file() -> None:
    assert summary_line(outcome()._replace(files=0, providers=7)) == "No problems in 7 providers"
    assert summary_line(outcome()._replace(files=0, providers=0)).startswith("Nothing was checked")
