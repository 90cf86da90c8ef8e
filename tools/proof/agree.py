"""Compares a checkout's findings with oracles: other tools' findings, and query sites labelled by hand."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tools.proof.checks import (
    CYCLES,
    SCOPED,
    TENANCY,
    WHOLE,
    Place,
    Report,
    check,
    cycle_components,
    place_of,
)

TOOL_CONFIGURATION = re.compile(r"(^|/)[^/]*\.config(\.[a-z]+)?\.[cm]?tsx?$|(^|/)\.storybook/")
POSITIVE = frozenset({"unscoped"})
NEGATIVE = frozenset({"scoped", "not-needed", "not-a-db-query"})


class Agreement(NamedTuple):
    """How two sets of places compare."""

    both: int
    ours: list[Place]
    theirs: list[Place]
    by_design: int
    """Places of the oracle that the rule leaves out on purpose."""


class Score(NamedTuple):
    """How findings compare with labels; what is listed is wrong."""

    hits: int
    false_alarms: list[str]
    misses: list[str]

    @property
    def precision(self) -> float:
        """Share of what was flagged that should be; 1 when nothing was flagged."""
        flagged = self.hits + len(self.false_alarms)
        return self.hits / flagged if flagged else 1.0

    @property
    def recall(self) -> float:
        """Share of what should be flagged that was; 1 when nothing should be."""
        wanted = self.hits + len(self.misses)
        return self.hits / wanted if wanted else 1.0


def oracle_places(path: Path) -> set[Place]:
    """The findings of an oracle file: rows that start with path, line and column."""
    findings = json.loads(path.read_text(encoding="utf-8"))["findings"]
    return {Place(row[0], row[1], row[2]) for row in findings}


def compare(found: set[Place], oracle: set[Place], left_out: re.Pattern[str] | None = None) -> Agreement:
    """Match places exactly; `.d.ts` files, and paths that `left_out` matches, are no rule's business."""
    judged = {
        place
        for place in oracle
        if not place.path.endswith(".d.ts") and not (left_out and left_out.search(place.path))
    }
    return Agreement(
        len(found & judged), sorted(found - judged), sorted(judged - found), len(oracle) - len(judged)
    )


def on_lines(places: Iterable[Place]) -> set[Place]:
    """The same places without their columns: tools differ in which token of an export they name."""
    return {place._replace(column=0) for place in places}


def score(flagged: Mapping[tuple[str, int], str], labels: Sequence[Mapping[str, object]]) -> Score:
    """Compare flagged lines with labelled ones; sites labelled `uncertain` are left out."""
    hits = 0
    false_alarms: list[str] = []
    misses: list[str] = []
    for label in labels:
        path, line, verdict = label["path"], label["line"], label["label"]
        if not isinstance(path, str) or not isinstance(line, int):
            raise TypeError(f"a label without path and line: {label}")
        rule = flagged.get((path, line))
        told = f"{path}:{line} ({verdict}: {label.get('reason', '')})"
        if verdict in POSITIVE:
            if rule:
                hits += 1
            else:
                misses.append(told)
        elif verdict in NEGATIVE and rule:
            false_alarms.append(f"{told} flagged by {rule}")
    return Score(hits, false_alarms, misses)


def _flagged(report: Report) -> dict[tuple[str, int], str]:
    """Lines on which a tenancy rule reports a violation or a suspicion."""
    return {
        (found["path"], found["range"]["start"]["line"]): found["rule"]
        for found in report["findings"]
        if found["rule"] in TENANCY and found["certainty"] != "unverifiable"
    }


def _places(report: Report, rule: str) -> set[Place]:
    return {place_of(found) for found in report["findings"] if found["rule"] == rule}


def _print_agreement(rule: str, agreement: Agreement, unparsed: set[str]) -> None:
    _say(
        f"{rule}: {agreement.both} in both, {len(agreement.ours)} ours alone, "
        f"{len(agreement.theirs)} the oracle's alone, {agreement.by_design} left out by design"
    )
    for place in agreement.ours:
        why = " (the oracle could not parse this file)" if place.path in unparsed else ""
        _say(f"  ours    {place.path}:{place.line}:{place.column}{why}")
    for place in agreement.theirs:
        _say(f"  oracle  {place.path}:{place.line}:{place.column}")


def _print_counts(report: Report) -> None:
    counts = Counter((found["rule"], found["certainty"]) for found in report["findings"])
    _say(
        f"\nfindings per rule, {int(report['summary']['files'])} files, {report['summary']['seconds']:.2f} s"
    )
    for rule in sorted({rule for rule, _ in counts}):
        parts = [
            f"{counts[rule, certainty]} {certainty}"
            for certainty in ("violation", "suspicious", "unverifiable")
            if counts[rule, certainty]
        ]
        _say(f"  {rule:<28} {', '.join(parts)}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _print_sites(repository: Path, oracles: Path) -> None:
    """How the findings of whole files compare with those of other tools."""
    failed = json.loads((oracles / "parse-errors.json").read_text(encoding="utf-8"))["findings"]
    unparsed = {finding["path"] for finding in failed}
    whole = check(repository, WHOLE, "--select", "explicit-any,default-export")
    anys = compare(_places(whole, "explicit-any"), oracle_places(oracles / "no-explicit-any.json"))
    _print_agreement("explicit-any", anys, unparsed)
    exports = compare(
        on_lines(_places(whole, "default-export")),
        on_lines(oracle_places(oracles / "no-default-export.json")),
        TOOL_CONFIGURATION,
    )
    _print_agreement("default-export", exports, unparsed)


def _print_directives(repository: Path, oracles: Path) -> None:
    """How `@ts-ignore` and `@ts-nocheck` compare, by line; the oracle lists expected errors too."""
    failed = json.loads((oracles / "parse-errors.json").read_text(encoding="utf-8"))["findings"]
    places = {
        place
        for place in oracle_places(oracles / "ban-ts-comment.json")
        if b"@ts-expect-error" not in (repository / place.path).read_bytes().split(b"\n")[place.line - 1]
    }
    found = _places(check(repository, WHOLE, "--select", "type-suppression"), "type-suppression")
    agreement = compare(on_lines(found), on_lines(places))
    _print_agreement("type-suppression", agreement, {finding["path"] for finding in failed})


def _print_cycles(repository: Path, oracles: Path) -> None:
    """How the files that hang together in circles compare, as whole components."""
    for name, configuration in CYCLES.items():
        oracle = json.loads((oracles / f"cycles-{name}.json").read_text(encoding="utf-8"))
        for kind, title in (("all_imports", "all imports"), ("value_imports_only", "imports of values")):
            theirs = {tuple(sorted(scc["modules"])) for scc in oracle[kind]["sccs"]}
            ours = cycle_components(repository, configuration, oracle["target"], types=kind == "all_imports")
            _say(
                f"import-cycle, {name}, {title}: {len(ours & theirs)} components in both, "
                f"{len(ours - theirs)} ours alone, {len(theirs - ours)} the oracle's alone"
            )
            for component in sorted(ours ^ theirs):
                _say(f"  {'ours   ' if component in ours else 'oracle '} {' '.join(component)}")


def _print_score(scoped: Report, oracles: Path) -> None:
    """How the tenancy findings compare with the labels."""
    labels = json.loads((oracles / "tenant_labels.json").read_text(encoding="utf-8"))
    result = score(_flagged(scoped), labels)
    _say(f"\ntenancy: precision {result.precision:.3f}, recall {result.recall:.3f}, {result.hits} hits")
    for told in result.false_alarms:
        _say(f"  false alarm  {told}")
    for told in result.misses:
        _say(f"  miss         {told}")


def main(arguments: Sequence[str]) -> int:
    """Print the findings per rule and, with oracles, agreement, precision and recall."""
    parser = argparse.ArgumentParser(prog="agree", description=__doc__)
    parser.add_argument("--repo", type=Path, required=True, help="checkout of the real monorepo")
    parser.add_argument("--oracles", type=Path, help="folder with JSON files of oracles that judge it")
    options = parser.parse_args(arguments)
    if options.oracles:
        _print_sites(options.repo, options.oracles)
        _print_directives(options.repo, options.oracles)
        _print_cycles(options.repo, options.oracles)
    scoped = check(options.repo, SCOPED, "--show-unverifiable")
    if options.oracles:
        _print_score(scoped, options.oracles)
    _print_counts(scoped)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except RuntimeError as error:
        sys.exit(str(error))
