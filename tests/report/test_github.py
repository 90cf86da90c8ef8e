"""GitHub workflow commands: what a name or message holds must never start a command of its own."""

from __future__ import annotations

from fourlayer.report import github
from fourlayer.rule.outcome import Range, Trouble
from tests.report.samples import PATH, absent, outcome, reported


def test_a_finding_is_one_command() -> None:
    assert github.render(outcome(reported())) == (
        f"::error file={PATH},line=3,endLine=3,col=19,endColumn=22,title=fourlayer (explicit-any)::"
        "`any` switches the type checker off.%0ADeclare what is used.\n"
    )


def test_levels_certainty_and_ranges_over_lines() -> None:
    result = outcome(
        reported(severity="warning", certainty="suspicious", range_=Range(3, 1, 5, 2)),
        reported(severity="hint"),
    )
    first, second = github.render(result, prefix="mono/").splitlines()
    assert first.startswith(
        f"::warning file=mono/{PATH},line=3,endLine=5,title=fourlayer (explicit-any%2C suspicious)::"
    )
    assert second.startswith("::notice ")


def test_an_absent_file_names_the_folder() -> None:
    assert github.render(outcome(absent())) == (
        "::error file=packages/integrations/slack,title=fourlayer (missing-file)::"
        "packages/integrations/slack/: health.ts is absent.%0ADeclare what is used.\n"
    )


def test_everything_special_is_escaped() -> None:
    bad = "a,b:c%d\r\n::set-output name=x::y"
    result = outcome(reported(path=bad, message=bad, advice=""), troubles=(Trouble("unreadable", bad, bad),))
    lines = github.render(result).split("\n")
    in_property = "a%2Cb%3Ac%25d%0D%0A%3A%3Aset-output name=x%3A%3Ay"
    in_message = "a,b:c%25d%0D%0A::set-output name=x::y"
    place = "line=3,endLine=3,col=19,endColumn=22"
    assert lines == [
        f"::error file={in_property},title=fourlayer (unreadable)::{in_message}",
        f"::error file={in_property},{place},title=fourlayer (explicit-any)::{in_message}",
        "",
    ]


def test_an_inert_rule_is_a_notice_and_an_empty_outcome_is_nothing() -> None:
    assert github.render(outcome(troubles=(Trouble("inert-rule", "no schema"),))) == (
        "::notice title=fourlayer (inert-rule)::no schema\n"
    )
    assert github.render(outcome()) == ""
