"""The parser of rule pages: what it reads, and that it names page and line where it can't."""

from __future__ import annotations

import pytest

from tests.pages.page import Mark, PageError, parse_page, strip_marks
from tools.pages import META_COMMENT

HEAD = f"# no-shout\n\nReports shouting.\n\n{META_COMMENT}\nCategory: x\n\n"
BODY = """## What it does
Reports `SHOUT`.
## Why it matters
It is loud.
## Examples
### Bad: one file
```ts path=a.ts
SHOUT; // error: [no-shout] "loud"
```
```toml path=fourlayer.toml notsc
x = 1
```
#### Fixed
```ts path=a.ts fix=lower
shout;
```
### Good
```ts path=a.ts workspace=bare
shout;
```
## Options
None.
"""


def test_reads_a_page() -> None:
    page = parse_page(HEAD + BODY, "p.md")

    assert (page.title, page.summary, page.meta) == ("no-shout", "Reports shouting.", "Category: x")
    assert page.sections["Why it matters"] == "It is loud."
    bad, good = page.examples
    assert (bad.kind, bad.title, bad.bare) == ("bad", "one file", False)
    assert bad.files == {"a.ts": "SHOUT;\n", "fourlayer.toml": "x = 1\n"}
    assert bad.marks == (Mark("a.ts", 1, "error", "no-shout", "loud"),)
    assert bad.blocks[1].flags == {"notsc"}
    assert (bad.fixed[0].kind, bad.fixed[0].blocks[0].text) == ("lower", "shout;\n")
    assert (good.kind, good.bare, good.marks) == ("good", True, ())
    assert bad.at() == "p.md:13"


@pytest.mark.parametrize(
    ("marked", "clean", "marks"),
    [
        ("a; // error: [x]", "a;", [(1, "error", "x", "")]),
        ("a; // warning: [x], [y-z]", "a;", [(1, "warning", "x", ""), (1, "warning", "y-z", "")]),
        ('a\nb // suspicious: [x] "say, so"', "a\nb", [(2, "suspicious", "x", "say, so")]),
        ("f(/* error: [x] */ a);", "f( a);", [(1, "error", "x", "")]),
        ("<p>{/* hint: [x] */}</p>", "<p></p>", [(1, "hint", "x", "")]),
        ("SELECT 1; -- error: [x]", "SELECT 1;", [(1, "error", "x", "")]),
        ("a = 1 # unverifiable: [x]", "a = 1", [(1, "unverifiable", "x", "")]),
        ("// fourlayer-ignore y: why // error: [x]", "// fourlayer-ignore y: why", [(1, "error", "x", "")]),
        ("a; // error: no brackets", "a; // error: no brackets", []),
        ("a; // error: [x] and more", "a; // error: [x] and more", []),
    ],
)
def test_strips_marks(marked: str, clean: str, marks: list[tuple[int, str, str, str]]) -> None:
    text, found = strip_marks(marked, "a.ts")

    assert text == clean
    assert [(mark.line, mark.level, mark.rule, mark.message) for mark in found] == marks


def test_a_longer_fence_holds_shorter_ones() -> None:
    body = BODY.replace("```ts path=a.ts workspace=bare\nshout;\n```", "````md path=a.md\n```\n````")

    assert parse_page(HEAD + body, "p.md").examples[1].files == {"a.md": "```\n"}


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("# no-shout", "no-shout", 1, "no title"),
        (META_COMMENT, "", 1, "has no line"),
        ("## Options", "## Opinions", 28, "unknown section 'Opinions'"),
        ("## Options", "## Why it matters", 28, "stands twice"),
        ("## Why it matters", "## Known limits", 8, "the sections' order"),
        ("### Good", "### Fine", 24, "called `Bad` or `Good`"),
        ("#### Fixed", "#### Mended", 20, "only `#### Fixed`"),
        ("### Good\n", "### Good\n#### Fixed\n", 25, "belongs under `### Bad`"),
        ("### Bad: one file\n", "", 13, "under no `### Bad`"),
        ("```ts path=a.ts workspace", "```ts workspace", 25, "its `path=`"),
        ("path=a.ts workspace", "path=../a.ts workspace", 25, "no path inside"),
        ("workspace=bare", "workspace=empty", 25, "only `workspace=bare`"),
        ("workspace=bare", "wrokspace=bare", 25, "'wrokspace=bare' means nothing"),
        ("notsc", "remains", 17, "'remains' means nothing on a bad block"),
        ("path=fourlayer.toml", "path=a.ts", 17, "stands twice in one workspace"),
        (' // error: [no-shout] "loud"', "", 13, "marks no finding"),
        ("shout;\n```\n## Options", "shout; // error: [no-shout]\n```\n## Options", 24, "good example marks"),
        ("shout;\n```\n### Good", "shout; // error: [no-shout]\n```\n### Good", 21, "not say `remains`"),
        (
            "### Good\n```ts path=a.ts workspace=bare\nshout;\n```\n",
            "### Good\n",
            24,
            "no block with `path=`",
        ),
        ("None.\n", "```ts path=b.ts\n```\n", 29, "never runs"),
        ("None.\n", "```ts\n", 29, "never closed"),
        ("```\n### Good", "```\n```ts path=b.ts fix=upper\n```\n### Good", 20, "one kind of fix"),
    ],
)
def test_errors_name_page_and_line(old: str, new: str, line: int, message: str) -> None:
    text = (HEAD + BODY).replace(old, new, 1)
    assert text != HEAD + BODY

    with pytest.raises(PageError, match=message) as caught:
        parse_page(text, "p.md")

    assert str(caught.value).startswith(f"p.md:{line}:")
