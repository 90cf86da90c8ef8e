"""Regenerates what the registry says in prose: each page's meta line and the README's table of rules."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from fourlayer._version import __version__
from fourlayer.rule.model import FixMeta, RuleMeta
from fourlayer_rules.registry import RULES

ROOT = Path(__file__).resolve().parent.parent
META_COMMENT = "<!-- meta: generated from the registry by `make pages`; a test keeps it equal -->"
TABLE_START = "<!-- rules: generated from the registry by `make pages`; a test keeps it equal -->"
TABLE_END = "<!-- /rules -->"

_SINCE = re.compile(r"· Since (\S+)$")


def page_path(meta: RuleMeta) -> Path:
    """Where a rule's page stands: beside its module."""
    *folders, _ = meta.module.split(".")
    return ROOT.joinpath("rules", *folders, "README.md")


def meta_line(meta: RuleMeta, since: str) -> str:
    """The line below a page's summary; `since` is the release that brought the rule."""
    fixes = "; ".join(_fix(fix) for fix in meta.fixes) or "none"
    parts = [f"Category: {meta.category}", f"Severity: {meta.severity}", f"Fix: {fixes}"]
    if meta.status != "stable":
        parts.append(f"Status: {meta.status}")
    return " · ".join([*parts, f"Since {since}"])


def _fix(fix: FixMeta) -> str:
    preferred = ", preferred" if fix.preferred else ""
    return f"{' or '.join(fix.applicability)}{preferred} (`{fix.kind}`: {_reach(fix)})"


def _reach(fix: FixMeta) -> str:
    return "document" if fix.reach == "document" else "document or workspace"


def since_of(line: str) -> str:
    """The release that a page's meta line names; the current one where it names none."""
    match = _SINCE.search(line)
    return match[1] if match else ".".join(__version__.split(".")[:2])


def with_meta_line(page: str, meta: RuleMeta) -> str:
    """The page with the registry's meta line. Raises ValueError when it has no place for one."""
    before, comment, after = page.partition(f"{META_COMMENT}\n")
    if not comment:
        raise ValueError(f"no line {META_COMMENT!r}")
    line, _, rest = after.partition("\n")
    return f"{before}{comment}{meta_line(meta, since_of(line))}\n{rest}"


def rules_table() -> str:
    """The README's table: one row a rule, in the registry's order."""
    rows = [
        f"| [`{meta.id}`]({page_path(meta).relative_to(ROOT).as_posix()}) "
        f"| {meta.category} | {meta.severity} | {_best_fix(meta)} | {meta.summary} |"
        for meta in RULES
    ]
    return "\n".join(
        ["| Rule | Category | Severity | Fix | What it reports |", "|---|---|---|---|---|", *rows]
    )


def _best_fix(meta: RuleMeta) -> str:
    """The applicabilities of the preferred fixes (of all, where none is preferred)."""
    fixes = [fix for fix in meta.fixes if fix.preferred] or list(meta.fixes)
    found = {applicability for fix in fixes for applicability in fix.applicability}
    return " or ".join(word for word in ("safe", "unsafe", "input") if word in found) or "none"


def with_table(readme: str) -> str:
    """The README with the registry's table. Raises ValueError when the markers are missing."""
    before, start, rest = readme.partition(TABLE_START)
    _, end, after = rest.partition(TABLE_END)
    if not start or not end:
        raise ValueError(f"no {TABLE_START!r} ... {TABLE_END!r}")
    return f"{before}{start}\n{rules_table()}\n{end}{after}"


def main() -> int:
    """Rewrite what differs; say what could not be."""
    failed = False
    for meta in RULES:
        path = page_path(meta)
        try:
            _rewrite(path, with_meta_line(path.read_text(encoding="utf-8"), meta))
        except (OSError, ValueError) as error:
            failed = True
            sys.stderr.write(f"{path.relative_to(ROOT)}: {error}\n")
    readme = ROOT / "README.md"
    _rewrite(readme, with_table(readme.read_text(encoding="utf-8")))
    return int(failed)


def _rewrite(path: Path, text: str) -> None:
    if path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    sys.exit(main())
