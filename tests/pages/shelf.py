"""The pages of the registered rules, read once."""

from __future__ import annotations

from fourlayer.rule.model import RuleMeta
from fourlayer_rules.registry import RULES
from tests.pages.page import Page, PageError, read_page
from tools.pages import ROOT, page_path


def page_of(meta: RuleMeta) -> Page:
    """A rule's page. Raises PageError or OSError."""
    path = page_path(meta)
    return read_page(path, path.relative_to(ROOT).as_posix())


def _readable() -> list[tuple[RuleMeta, Page]]:
    """Every page that can be read; the test of each rule's metadata fails for the others."""
    shelf: list[tuple[RuleMeta, Page]] = []
    for meta in RULES:
        try:
            shelf.append((meta, page_of(meta)))
        except (PageError, OSError):
            continue
    return shelf


SHELF = _readable()
