"""The generated parts of README are what the code says today."""

from __future__ import annotations

import pytest

from tools.new_rule import meta_of
from tools.pages import REGIONS, ROOT, region, with_meta_line, with_region

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", REGIONS)
def test_the_readme_is_up_to_date(name: str) -> None:
    assert region(README, name) == REGIONS[name](), "run `make pages`"


def test_regenerating_changes_only_the_region() -> None:
    readme = "a\n<!-- generated: rules -->\nold\n<!-- /rules -->\nb\n"

    assert with_region(readme, "rules", "new") == readme.replace("old", "new")
    with pytest.raises(ValueError, match="no generated part 'sample'"):
        with_region(readme, "sample", "new")


def test_a_meta_line_keeps_the_release_that_brought_the_rule() -> None:
    comment = "<!-- meta: generated from the registry by `make pages`; a test keeps it equal -->"
    page = f"# loud-name\n\n{comment}\nCategory: old · Since 0.7\n\n## What it does\n"

    changed = with_meta_line(page, meta_of("loud-name", "types"))

    line = "Category: types · Severity: error · Fix: none · Status: preview · Since 0.7"
    assert changed == page.replace("Category: old · Since 0.7", line)
    with pytest.raises(ValueError, match="no line"):
        with_meta_line("# loud-name\n", meta_of("loud-name", "types"))
