"""Pages on a terminal."""

from __future__ import annotations

from fourlayer.cli.markdown import render
from fourlayer.report.terminal import PLAIN, Style

PAGE = """\
# explicit-any

Reports **every** `any`. A long sentence that has to be wrapped somewhere near here.

<!-- meta: generated
over lines -->
- one item that is long enough to be wrapped
  and goes on
- two

### Bad
```ts path=packages/a.ts fix=x
const a: any = 1; // # not a heading

\tindented
```
| a | b |
See [the page](https://example.com).
"""


def test_a_page_is_wrapped_and_code_is_not() -> None:
    assert render(PAGE, PLAIN, 40).splitlines() == [
        "explicit-any",
        "",
        "Reports every `any`. A long sentence",
        "that has to be wrapped somewhere near",
        "here.",
        "",
        "- one item that is long enough to be",
        "  wrapped and goes on",
        "- two",
        "",
        "Bad",
        "    packages/a.ts",
        "    const a: any = 1; // # not a heading",
        "",
        "        indented",
        "| a | b |",
        "See the page (https://example.com).",
    ]


def test_colours_mark_code_and_headings() -> None:
    shown = render(PAGE, Style(True), 80)
    assert "\x1b[1;4mexplicit-any\x1b[0m" in shown
    assert "\x1b[36many\x1b[0m" in shown
    assert "`" not in shown
