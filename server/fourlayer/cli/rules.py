"""`fourlayer rules` and `fourlayer explain`: what the rules are and what they mean."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from fourlayer.cli import output
from fourlayer.cli.exits import OK, TROUBLE
from fourlayer.rule.model import FixMeta, RuleMeta

_RULES_EXAMPLES = """\
  fourlayer rules                          a table of every rule
  fourlayer rules --output-format json     the same for programs"""

_EXPLAIN_EXAMPLES = """\
  fourlayer explain missing-tenant-filter           what it reports, why, and how to fix it
  fourlayer explain explicit-any > explicit-any.md  the page as Markdown"""


def run_rules(arguments: Sequence[str]) -> int:
    """List the rules."""
    from fourlayer.cli.parser import Parser, UsageError, complaint

    parser = Parser("rules", "List every rule: id, category, severity, fix, summary.", _RULES_EXAMPLES)
    parser.add_argument(
        "--output-format", choices=("text", "json"), default="text", help="how to list them (default: text)"
    )
    try:
        wanted: str = parser.parse_args(arguments).output_format
    except UsageError as error:
        output.complain(complaint(error))
        return TROUBLE
    rules = _registry()
    if wanted == "json":
        from fourlayer.report.json_document import dump

        output.write(dump({"version": 1, "rules": [_plain(meta) for meta in rules]}), utf8=True)
    else:
        output.write(_table(rules))
    return OK


def run_explain(arguments: Sequence[str]) -> int:
    """Show a rule's page."""
    from fourlayer.cli.names import UnknownNameError, find_rule
    from fourlayer.cli.pages import load_page
    from fourlayer.cli.parser import Parser, UsageError, complaint

    parser = Parser(
        "explain",
        "Show the page of one rule: what it reports, why it matters, examples, options and fixes. "
        "Markdown where the output is no terminal.",
        _EXPLAIN_EXAMPLES,
    )
    parser.add_argument("rule", metavar="RULE", help="a rule's id, such as explicit-any")
    try:
        name: str = parser.parse_args(arguments).rule
        page = load_page(find_rule(name, _registry()))
    except (UsageError, UnknownNameError) as error:
        output.complain(complaint(error))
        return TROUBLE
    if output.is_terminal(sys.stdout):
        from fourlayer.cli.markdown import render
        from fourlayer.report.terminal import Style, wants_colours

        style = Style(wants_colours(True, os.environ))
        output.write(render(page, style, output.width(sys.stdout)))
    else:
        output.write(page if page.endswith("\n") else f"{page}\n")
    return OK


def _table(rules: Sequence[RuleMeta]) -> str:
    from fourlayer.report.rule_table import columns

    rows = [("rule", "category", "severity", "fix", "summary")]
    rows += [(meta.id, meta.category, meta.severity, _fix(meta.fixes), meta.summary) for meta in rules]
    return columns(rows, left=5)


def _fix(fixes: Sequence[FixMeta]) -> str:
    """The safeties that a rule's fixes may have, in words: `safe`, `safe/unsafe`, `-`."""
    offered = {applicability for fix in fixes for applicability in fix.applicability}
    return "/".join(word for word in ("safe", "unsafe", "input") if word in offered) or "-"


def _plain(meta: RuleMeta) -> dict[str, object]:
    return {
        "id": meta.id,
        "category": meta.category,
        "severity": meta.severity,
        "summary": meta.summary,
        "clause": meta.clause,
        "status": meta.status,
        "confidence": meta.confidence,
        "needs": list(meta.needs),
        "aliases": list(meta.aliases),
        "fixes": [
            {
                "kind": fix.kind,
                "applicability": list(fix.applicability),
                "reach": fix.reach,
                "preferred": fix.preferred,
            }
            for fix in meta.fixes
        ],
    }


def _registry() -> tuple[RuleMeta, ...]:
    from fourlayer_rules.registry import RULES

    return RULES
