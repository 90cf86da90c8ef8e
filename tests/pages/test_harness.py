"""The harness itself: every kind of lie that a page, a rule or the registry can tell is caught."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import pytest

from fourlayer.rule.model import (
    Applicability,
    Certainty,
    Change,
    Create,
    Finding,
    FixMeta,
    FixPlan,
    Need,
    Reach,
    RuleMeta,
    TextEdit,
)
from fourlayer.rule.outcome import Outcome, Range, Reported, Trouble
from fourlayer.syntax.span import Span
from tests.pages.harness import (
    fix_all_complaints,
    fix_complaints,
    metadata_complaints,
    plan_complaints,
    report_complaints,
)
from tests.pages.page import SECTIONS, Example, Fixed, Page, parse_page
from tests.pages.reads import Read, need_of, undeclared_reads
from tests.pages.workspace import ChangeError, Files, FixedAll, apply_change
from tools.pages import META_COMMENT

META = RuleMeta(
    id="no-shout",
    category="types",
    severity="error",
    summary="A word is shouted.",
    clause="Quiet",
    module="no_shout.rule",
    unit="file",
    needs=("document",),
    fixes=(FixMeta("lower", ("safe",), "document", preferred=True),),
)
META_LINE = "Category: types"
EXAMPLES = """### Bad
```ts path=a.ts workspace=bare
const a = SHOUT; // error: [no-shout] "Loud"
const b = SHOUT; // error: [no-shout]
```
#### Fixed
```ts path=a.ts fix=lower
const a = shout;
const b = shout;
```
### Good
```ts path=a.ts workspace=bare
const a = shout;
```
"""


class FakeRule(NamedTuple):
    """How the stand-in rule behaves; the defaults are honest."""

    pattern: str = "SHOUT"
    certainty: Certainty = "violation"
    plans: tuple[FixPlan, ...] = (FixPlan("lower", "Speak softly", "safe", preferred=True),)
    mend: Callable[[str], str] = str.lower
    create: str = ""
    offers: bool = True
    fix_all: Callable[[str], str] = str.lower
    troubles: tuple[Trouble, ...] = ()


class FakeOpened:
    """A workspace that a FakeRule judged."""

    def __init__(self, files: Files, rule: FakeRule) -> None:
        self.files = files
        self.rule = rule

    @property
    def outcome(self) -> Outcome:
        """A finding for every match of the pattern."""
        return Outcome("", self._findings(), self.rule.troubles, len(self.files), 0, 0, 0.0, {}, 0)

    def _findings(self) -> tuple[Reported, ...]:
        return tuple(
            self._reported(path, text, match.start(), match.end())
            for path, text in self.files.items()
            for match in re.finditer(self.rule.pattern, text)
        )

    def _reported(self, path: str, text: str, start: int, end: int) -> Reported:
        line = text.count("\n", 0, start) + 1
        finding = Finding("no-shout", path, Span(start, end), "Loud.", "Lower it.", self.rule.certainty)
        return Reported(
            finding, "types", "error", Range(line, 1, line, 2), (), self.rule.plans, "", "", (), path
        )

    def change(self, reported: Reported, plan: FixPlan) -> Change | None:
        """Mend the one word."""
        if not self.rule.offers:
            return None
        path, span = reported.finding.path, reported.finding.span
        word = self.files[path][span.start : span.end]
        creates = (Create(self.rule.create, ""),) if self.rule.create else ()
        return Change({path: (TextEdit(span.start, span.end, self.rule.mend(word)),)}, creates)

    def fix_all(self) -> FixedAll:
        """Mend every word."""
        files = {
            path: re.sub(self.rule.pattern, lambda match: self.rule.fix_all(match[0]), text)
            for path, text in self.files.items()
        }
        return FixedAll(files, 1)


class FakeJudge:
    """Opens every workspace with one FakeRule."""

    def __init__(self, rule: FakeRule) -> None:
        self.rule = rule

    def open(self, files: Files) -> FakeOpened:
        """Judge a workspace."""
        return FakeOpened(files, self.rule)


def page_text(examples: str = EXAMPLES, **sections: str) -> str:
    bodies = {"Examples": examples, **{name.replace("_", " "): text for name, text in sections.items()}}
    text = "".join(f"## {name}\n{bodies.get(name, 'Text.')}\n" for name in SECTIONS)
    return f"# no-shout\n\nReports shouting.\n\n{META_COMMENT}\n{META_LINE}\n\n{text}"


def page_of(examples: str = EXAMPLES, **sections: str) -> Page:
    return parse_page(page_text(examples, **sections), "p.md")


def complaints(page: Page, rule: FakeRule, meta: RuleMeta = META) -> list[str]:
    """Everything that the tests over real pages would say."""
    judge = FakeJudge(rule)
    found = metadata_complaints(page, meta, META_LINE)
    for example in page.examples:
        found += report_complaints(example, meta.id, judge)
        if example.kind == "bad":
            found += plan_complaints(example, meta, judge)
            found += fix_all_complaints(example, judge)
        for fixed in example.fixed:
            found += fix_complaints(example, fixed, meta.id, judge)
    return found


def plan(
    kind: str = "lower",
    applicability: Applicability = "safe",
    reach: Reach = "document",
    argument: str = "",
) -> FixPlan:
    return FixPlan(kind, "Speak softly", applicability, reach, True, argument)


def test_an_honest_page_draws_no_complaint() -> None:
    assert complaints(page_of(), FakeRule()) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (" // error: [no-shout]\n```", "\n```", 'a.ts:2: error: [no-shout] "Loud." is not marked'),
        ("const b = SHOUT;", "const b = 1;", "a.ts:2: nothing reports error: [no-shout]"),
        ("// error: [no-shout]\n", "// warning: [no-shout]\n", "nothing reports warning: [no-shout]"),
        ("// error: [no-shout]\n", "// suspicious: [no-shout]\n", "nothing reports suspicious"),
        ("// error: [no-shout]\n", "// error: [no-shout], [no-shout]\n", "nothing reports error"),
        ("// error: [no-shout]\n", "// error: [no-shout], [other]\n", "nothing reports error: [other]"),
        ('"Loud"', '"quiet"', 'nothing reports error: [no-shout] "quiet"'),
        ("const b = shout;\n```", "const b = hush;\n```", "a.ts differs after fixing"),
        ("fix=lower", "fix=raise", "no finding offers the fix 'raise'"),
        ("### Good\n", "```ts path=b.ts\n```\n### Good\n", "b.ts is not there after fixing"),
        ("const a = shout;\n```\n", "const a = SHOUT;\n```\n", "is not marked"),
        ("fix=lower", "fix=raise", "shows 'raise', which the registry does not declare"),
        ("fix=lower", "fix=raise", "the fix 'lower' is declared and no `#### Fixed` shows it"),
    ],
)
def test_a_lying_page_is_caught(old: str, new: str, complaint: str) -> None:
    head, found, tail = EXAMPLES.rpartition(old)
    assert found

    assert any(complaint in said for said in complaints(page_of(head + new + tail), FakeRule()))


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        (FakeRule(pattern="NOTHING"), "nothing reports error"),
        (FakeRule(pattern="(?i)shout"), "is not marked"),
        (FakeRule(certainty="suspicious"), "nothing reports error"),
        (FakeRule(mend=lambda word: word), "changes nothing"),
        (FakeRule(mend=lambda word: word + word), "does not come to rest"),
        (FakeRule(mend=lambda _: "hush"), "differs after fixing"),
        (FakeRule(mend=lambda _: "(TODO"), "leaves something to fill in"),
        (FakeRule(mend=lambda _: "((("), "has syntax errors that the bad one has not"),
        (FakeRule(fix_all=lambda word: word + word), "fixing all a second time changes a.ts"),
        (FakeRule(fix_all=lambda _: "((("), "fixing all leaves syntax errors"),
        (FakeRule(offers=False), "is declared safe and cannot be applied"),
        (FakeRule(offers=False), "is offered for"),
        (FakeRule(create="new.ts"), "reaches the document and changes a.ts, new.ts"),
        (FakeRule(create="a.ts"), "creates a.ts, which exists"),
        (FakeRule(plans=()), "no finding offers the fix"),
        (FakeRule(plans=(plan("raise"),)), "of kind 'raise', which the registry does not declare"),
        (FakeRule(plans=(plan(applicability="unsafe"),)), "says unsafe, declared is ('safe',)"),
        (FakeRule(plans=(plan(reach="workspace"),)), "reaches the workspace, declared is the document"),
        (FakeRule(plans=(plan(), plan(argument="x"))), "more than one preferred fix"),
        (FakeRule(troubles=(Trouble("crash", "no-shout: boom"),)), "crash: no-shout: boom"),
        (FakeRule(troubles=(Trouble("config", "unknown key"),)), "config: unknown key"),
    ],
)
def test_a_lying_rule_is_caught(rule: FakeRule, complaint: str) -> None:
    assert any(complaint in said for said in complaints(page_of(), rule))


@pytest.mark.parametrize(
    ("meta", "complaint"),
    [
        (META._replace(id="no-whisper"), "the title is 'no-shout', not 'no-whisper'"),
        (META._replace(fixes=()), "shows 'lower', which the registry does not declare"),
        (
            META._replace(fixes=(*META.fixes, FixMeta("mute", ("unsafe",), "document"))),
            "the fix 'mute' is declared",
        ),
        (META._replace(fixes=(META.fixes[0]._replace(preferred=False),)), "says that it is preferred"),
    ],
)
def test_a_lying_registry_is_caught(meta: RuleMeta, complaint: str) -> None:
    assert any(complaint in said for said in complaints(page_of(), FakeRule(), meta))


def test_a_crash_of_another_rule_is_no_complaint() -> None:
    rule = FakeRule(troubles=(Trouble("crash", "loud-name failed"), Trouble("inert-rule", "no-shout: idle")))

    assert complaints(page_of(), rule) == []


def test_an_incomplete_page_is_caught() -> None:
    good_only = EXAMPLES[EXAMPLES.index("### Good") :]

    assert any("no bad example" in said for said in complaints(page_of(good_only), FakeRule()))
    assert any(
        "'Known limits' is missing" in said for said in complaints(page_of(Known_limits=""), FakeRule())
    )
    assert metadata_complaints(page_of(), META, "another line") != []


def test_what_remains_may_be_marked() -> None:
    once = EXAMPLES.replace("fix=lower\nconst a", "fix=lower remains\nconst a")
    stuck = FakeRule(mend=lambda _: "SHOUT ", pattern="SHOUT(?! )|HUSH")

    examples = once.replace("const a = shout;\nconst b = shout;", "const a = SHOUT ;\nconst b = SHOUT ;")
    assert fix_complaints(*_bad(page_of(examples)), META.id, FakeJudge(stuck)) == []
    promised = examples.replace("SHOUT ;\n```", "SHOUT ; // error: [no-shout]\n```")
    assert fix_complaints(*_bad(page_of(promised)), META.id, FakeJudge(stuck)) != []


def _bad(page: Page) -> tuple[Example, Fixed]:
    return page.examples[0], page.examples[0].fixed[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (Change({"b.ts": (TextEdit(0, 0, "x"),)}), "does not exist"),
        (Change({"a.ts": (TextEdit(0, 99, "x"),)}), "which has 3"),
        (Change({"a.ts": (TextEdit(0, 2, "x"), TextEdit(1, 3, "y"))}), "overlap"),
        (Change(creates=(Create("a.ts", ""),)), "exists"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(change: Change, message: str) -> None:
    with pytest.raises(ChangeError, match=message):
        apply_change({"a.ts": "abc"}, change)


def test_edits_count_bytes() -> None:
    change = Change({"a.ts": (TextEdit(2, 3, "x"), TextEdit(0, 0, ">"))})

    assert apply_change({"a.ts": "éab"}, change) == {"a.ts": ">éxb"}


FOLDER = "packages/integrations/acme"


@pytest.mark.parametrize(
    ("dep", "need"),
    [
        (("content", f"{FOLDER}/index.ts"), "document"),
        (("interface", f"{FOLDER}/types.ts"), "provider"),
        (("children", FOLDER), "provider"),
        (("exists", f"{FOLDER}er/types.ts"), "workspace"),
        (("content", "packages/integrations/base/errors.ts"), "workspace"),
        (("importers", f"{FOLDER}/index.ts"), "workspace"),
        (("survey", "queries"), "workspace"),
        (("resolution", "./types.js", f"{FOLDER}/index.ts"), "workspace"),
        (("schema",), "schema"),
        (("providers",), None),
    ],
)
def test_what_is_read_must_be_declared(dep: tuple[str, ...], need: Need | None) -> None:
    read = Read(f"{FOLDER}/index.ts", FOLDER, dep)
    everything: tuple[Need, ...] = ("document", "provider", "workspace", "schema")

    assert need_of(read) == need
    assert undeclared_reads([read], META._replace(needs=everything)) == []
    lacking = META._replace(needs=("schema",) if need != "schema" else ("workspace",), fixes=())
    assert len(undeclared_reads([read], lacking)) == (need is not None)


def test_a_wider_need_covers_a_narrower_one_and_a_fix_brings_its_own() -> None:
    read = Read(f"{FOLDER}/index.ts", FOLDER, ("content", f"{FOLDER}/types.ts"))
    fix = META.fixes[0]._replace(needs=("provider",))

    assert undeclared_reads([read], META) != []
    assert undeclared_reads([read], META._replace(needs=("workspace",))) == []
    assert undeclared_reads([read], META._replace(fixes=(fix,))) == []
