"""Regenerates what code says in prose: each page's meta line, and the README's tables and sample output."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import get_args, get_origin, get_type_hints

from fourlayer._version import __version__
from fourlayer.config.settings import Settings, kebab
from fourlayer.rule.model import FixMeta, RuleMeta
from fourlayer_rules.registry import RULES

ROOT = Path(__file__).resolve().parent.parent
META_COMMENT = "<!-- meta: generated from the registry by `make pages`; a test keeps it equal -->"
SAMPLE = ("--root", "examples/monorepo", "--output-format", "concise", "--no-cache")
SAMPLE_LINES = 12

_LONGEST_DEFAULT = 100
_TOML_KEYS = {
    "rules.settings.<name>.severity": "rules.<rule>` or `rules.<rule>.severity",
    "rules.settings.<name>.include-tests": "rules.<rule>.include-tests",
    "rules.settings.<name>.options": "rules.<rule>.<option>",
}
"""Keys that are written otherwise than the records are nested."""
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


def configuration_table() -> str:
    """The README's table of the configuration: one row a key, from the declared settings."""
    rows = [
        f"| `{_TOML_KEYS.get(key, key)}` | {_cell(default)} | {_cell(meaning)} |"
        for key, default, meaning in _keys("", Settings)
    ]
    return "\n".join(["| Key | Default | Meaning |", "|---|---|---|", *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _keys(prefix: str, record: type) -> Iterable[tuple[str, str, str]]:
    """Key, default and meaning of a settings record's fields and of the records in it."""
    for field, annotated in get_type_hints(record, include_extras=True).items():
        kind, meaning = get_args(annotated)[:2]
        key = f"{prefix}{kebab(field)}"
        inner = next((argument for argument in get_args(kind) if hasattr(argument, "_fields")), None)
        if hasattr(kind, "_fields"):
            yield from _keys(f"{key}.", kind)
        elif inner is None:
            yield key, _default(record._field_defaults.get(field)), meaning  # type: ignore[attr-defined] # a NamedTuple
        elif get_origin(kind) is tuple:
            yield from _keys(f"[[{key}]] ", inner)
        else:
            yield from _keys(f"{key}.<name>.", inner)


def _default(value: object) -> str:
    """A default as TOML; long lists are counted."""
    if value is None or isinstance(value, Mapping):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        shown = f"[{', '.join(json.dumps(item) for item in value)}]"
        return f"`{shown}`" if len(shown) <= _LONGEST_DEFAULT else f"{len(value)} values (`fourlayer config`)"
    return f"`{json.dumps(value)}`"


def sample_output() -> str:
    """The first lines of what the sample monorepo reports, and the last one."""
    run = subprocess.run(
        [sys.executable, "-m", "fourlayer", "check", *SAMPLE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = run.stdout.splitlines()
    if run.returncode != 1 or len(lines) <= SAMPLE_LINES:
        raise ValueError(f"the sample monorepo reports too little: {run.stdout}{run.stderr}")
    left = f"... and {len(lines) - SAMPLE_LINES} more lines"
    command = " ".join(["fourlayer", "check", *SAMPLE[:-1]])
    return "\n".join(["```console", f"$ {command}", *lines[:SAMPLE_LINES], left, "```"])


REGIONS: Mapping[str, Callable[[], str]] = {
    "sample": sample_output,
    "configuration": configuration_table,
    "rules": rules_table,
}
"""The generated parts of the README, each between `<!-- generated: name -->` and `<!-- /name -->`."""


def region(readme: str, name: str) -> str:
    """A generated part as it stands. Raises ValueError when its markers are missing."""
    return _split(readme, name)[1].strip("\n")


def with_region(readme: str, name: str, body: str) -> str:
    """The README with a generated part replaced. Raises ValueError when its markers are missing."""
    before, _, after = _split(readme, name)
    return f"{before}\n{body}\n{after}"


def _split(readme: str, name: str) -> tuple[str, str, str]:
    """What stands up to a part's first marker, between the markers, and from the second on."""
    head, start, rest = readme.partition(f"<!-- generated: {name} -->")
    body, end, tail = rest.partition(f"<!-- /{name} -->")
    if not start or not end:
        raise ValueError(f"no generated part {name!r}")
    return head + start, body, end + tail


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
    text = readme.read_text(encoding="utf-8")
    for name, generate in REGIONS.items():
        try:
            text = with_region(text, name, generate())
        except ValueError as error:
            failed = True
            sys.stderr.write(f"README.md: {error}\n")
    _rewrite(readme, text)
    return int(failed)


def _rewrite(path: Path, text: str) -> None:
    if path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    sys.exit(main())
