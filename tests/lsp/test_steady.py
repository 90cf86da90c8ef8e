"""Half-typed code: findings stay where they were until the text around them parses again."""

from __future__ import annotations

from fourlayer.lsp.documents import Edit, difference
from fourlayer.lsp.steady import Shown, carried, fresh, settled, steadied
from fourlayer.rule.model import Finding
from fourlayer.rule.outcome import Range, Reported
from fourlayer.syntax.facts import FileFacts, build_facts
from fourlayer.syntax.span import Span
from fourlayer.syntax.text import Text

FILE_RULES = frozenset({"explicit-any"})

SOURCE = b"""export class A {
  one(): void {
    const x: any = 1;
  }

  two(): void {
    const y: any = 2;
  }
}

export const z: any = 3;
"""


def reported(source: bytes, at: int, rule: str = "explicit-any", key: str = "") -> Reported:
    finding = Finding(rule, "a.ts", Span(at, at + 3), "message", "help", key=key)
    return Reported(finding, "types", "error", Range(1, 1, 1, 1), (), (), f"{rule}{key}", "", (), "a.ts")


def anys(source: bytes) -> list[Reported]:
    """A finding for each `any`, told apart by the name before it."""
    found, at = [], source.find(b": any")
    while at >= 0:
        found.append(reported(source, at + 2, key=source[at - 1 : at].decode()))
        at = source.find(b": any", at + 1)
    return found


def facts_of(source: bytes) -> FileFacts:
    return build_facts(Text(source), "ts")


def after(old: bytes, new: bytes, findings: list[Reported]) -> tuple[Shown, ...]:
    before = carried(fresh(anys(old)), difference(old, new))
    return steadied(findings, before, facts_of(new), FILE_RULES)


def test_trusted_text_shows_exactly_its_findings() -> None:
    fixed = SOURCE.replace(b"y: any", b"y: number")
    assert after(SOURCE, fixed, anys(fixed)) == fresh(anys(fixed))


def test_an_untrusted_member_keeps_its_findings_moved_along() -> None:
    typing = SOURCE.replace(b"const x: any = 1;", b"// a note\n    foo(1, { \n    const x: any = 1;")
    shown = after(SOURCE, typing, [])
    x = next(one for one in shown if one.reported.finding.key == "x")
    assert typing[x.span.start : x.span.end] == b"any"
    assert x.held


def test_a_trusted_neighbour_is_judged_by_its_present_text() -> None:
    typing = SOURCE.replace(b"const x: any = 1;", b"const x: any = ;").replace(b"z: any", b"z: number")
    shown = after(SOURCE, typing, [one for one in anys(typing) if one.finding.key != "x"])
    assert [(one.reported.finding.key, one.held) for one in shown] == [("x", True), ("y", False)]


def test_nothing_new_appears_inside_an_error() -> None:
    typing = SOURCE.replace(b"const x: any = 1;", b"const x: any = 1; foo(w: any")
    assert [one.reported.finding.key for one in after(SOURCE, typing, anys(typing))] == ["x", "y", "z"]


def test_what_was_deleted_is_gone() -> None:
    typing = SOURCE.replace(b"const x: any = 1;", b"const ;")
    assert "x" not in {one.reported.finding.key for one in after(SOURCE, typing, [])}


def test_claims_of_absence_stay_while_the_file_has_errors() -> None:
    absence = reported(SOURCE, SOURCE.index(b"z: any"), "adapter-contract")
    before = fresh([absence])
    typing = SOURCE.replace(b"const x: any = 1;", b"const x: any = ;")
    moved = carried(before, difference(SOURCE, typing))
    shown = steadied([], moved, facts_of(typing), FILE_RULES)
    assert [(one.reported.finding.rule, one.held) for one in shown] == [("adapter-contract", True)]


def test_what_is_found_again_is_not_shown_twice() -> None:
    typing = SOURCE.replace(b"const x: any = 1;", b"const x: any = ;")
    keys = [one.reported.finding.key for one in after(SOURCE, typing, anys(typing))]
    assert sorted(keys) == ["x", "y", "z"]


def test_every_prefix_of_a_line_keeps_the_others() -> None:
    """Typing a statement character by character: the other findings never leave and never double."""
    line = b"    const added = this.call({ a: [1, `t${2}`] });\n"
    head, tail = SOURCE.split(b"    const y", 1)
    shown = fresh(anys(SOURCE))
    text = SOURCE
    for end in range(len(line) + 1):
        new = head + line[:end] + b"    const y" + tail
        shown = carried(shown, difference(text, new))
        text = new
        facts = facts_of(text)
        found = [one for one in anys(text) if settled(facts, one.finding.span)]
        shown = steadied(found, shown, facts, FILE_RULES)
        assert [one.reported.finding.key for one in shown] == ["x", "y", "z"]
        assert all(text[one.span.start : one.span.end] == b"any" for one in shown)


def test_carrying_without_edits_changes_nothing() -> None:
    shown = fresh(anys(SOURCE))
    assert carried(shown, []) == shown
    assert carried(shown, [Edit(0, len(SOURCE), 0)]) == ()
