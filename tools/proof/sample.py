"""Draws random findings of each rule from a checkout, with the source around them, for judging by hand."""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.proof.checks import SCOPED, Found, check


def draw(findings: Sequence[Found], count: int, seed: int) -> dict[str, list[Found]]:
    """At most `count` findings of each rule; rules draw independently of one another."""
    drawn: dict[str, list[Found]] = {}
    for rule in sorted({found["rule"] for found in findings}):
        own = [found for found in findings if found["rule"] == rule]
        drawn[rule] = random.Random(f"{seed}:{rule}").sample(own, min(count, len(own)))
    return drawn


def main(arguments: Sequence[str]) -> int:
    """Print the sample."""
    parser = argparse.ArgumentParser(prog="sample", description=__doc__)
    parser.add_argument("--repo", type=Path, required=True)
    parser.add_argument("--count", type=int, default=10, help="findings of each rule")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--context", type=int, default=3, help="source lines before and after")
    options = parser.parse_args(arguments)

    report = check(options.repo, SCOPED)
    for rule, findings in draw(report["findings"], options.count, options.seed).items():
        sys.stdout.write(f"\n## {rule} (seed {options.seed})\n")
        for found in findings:
            line = found["range"]["start"]["line"]
            sys.stdout.write(f"\n{found['path']}:{line} [{found['certainty']}] {found['message']}\n")
            source = (options.repo / found["path"]).read_text(encoding="utf-8", errors="replace").split("\n")
            first = max(line - options.context, 1)
            for number, text in enumerate(source[first - 1 : line + options.context], first):
                sys.stdout.write(f"{'>' if number == line else ' '} {number:>5} {text}\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except RuntimeError as error:
        sys.exit(str(error))
