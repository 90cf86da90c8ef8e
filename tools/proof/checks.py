"""Runs `fourlayer check` on a checkout with a configuration of its own, and reads its JSON."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple, TypedDict

WHOLE = """[workspace]
integrations = ["packages/*", "apps/*"]
shared = []

[rules.explicit-any]
include-tests = true

[rules.default-export]
include-tests = true

[rules.type-suppression]
include-tests = true
"""
"""Judges every package and app as if it were an integration, as the oracles were made."""

SCOPED = """[[scopes]]
paths = ["packages/backend/src/**"]
layer = "service"
categories = ["tenancy", "webhooks", "jobs"]

[[scopes]]
paths = ["packages/backend/src/workers/**"]
layer = "jobs"
categories = ["tenancy", "jobs"]
"""
"""The integrations and, for some categories, the backend."""

CYCLES = {
    "backend": '[workspace]\nintegrations = ["packages/backend"]\nshared = []\n',
    "integrations": "",
}
"""The configurations under which the oracles of cycles were made."""

_SHOWN = 10
TENANCY = frozenset({"missing-tenant-filter", "missing-tenant-column", "wrong-tenant-column"})


class Place(NamedTuple):
    """Where something was found. Line and column are 1-based, the column in UTF-16 units."""

    path: str
    line: int
    column: int


class Position(TypedDict):
    """One end of a range in the JSON report."""

    line: int
    column: int


class Range(TypedDict):
    """A range in the JSON report."""

    start: Position
    end: Position


class Found(TypedDict):
    """What is read of one finding in the JSON report."""

    rule: str
    severity: str
    certainty: str
    message: str
    path: str
    range: Range


class Problem(TypedDict):
    """What is read of one problem in the JSON report."""

    kind: str
    message: str
    path: str | None


class Report(TypedDict):
    """What is read of the JSON report."""

    findings: list[Found]
    problems: list[Problem]
    summary: dict[str, float]


def place_of(found: Found) -> Place:
    """Where a finding starts."""
    start = found["range"]["start"]
    return Place(found["path"], start["line"], start["column"])


def cycle_components(
    repository: Path, configuration: str, target: str, *, types: bool
) -> set[tuple[str, ...]]:
    """The files below `target` that hang together in circles; without `types`, by imports of values only."""
    from fourlayer.app import App
    from fourlayer.project.layout import is_code

    snapshot = App.open(str(repository), config_content=configuration.encode()).snapshot()
    files = [path for path in snapshot.files_under(target) if is_code(path)]
    return snapshot.cycle_index.components(files, types=types)


def check(repository: Path, configuration: str, *arguments: str) -> Report:
    """Check a checkout under a configuration. Raises RuntimeError when the tool is in trouble."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "fourlayer.toml"
        config.write_text(configuration, encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "fourlayer",
            "check",
            "--root",
            str(repository),
            "--config",
            str(config),
        ]
        run = subprocess.run(
            [*command, "--no-cache", "--output-format", "json", *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
    try:
        report: Report = json.loads(run.stdout)
    except ValueError:
        raise RuntimeError(f"exit code {run.returncode}: {run.stderr or run.stdout}") from None
    problems = report["problems"]
    for problem in problems[:_SHOWN]:
        where = f"{path}: " if (path := problem.get("path")) else ""
        sys.stderr.write(f"{problem['kind']}: {where}{problem['message']}\n")
    if len(problems) > _SHOWN:
        sys.stderr.write(f"and {len(problems) - _SHOWN} more problems\n")
    if any(problem["kind"] in {"crash", "config"} for problem in problems):
        raise RuntimeError("the check is incomplete, its figures would mislead")
    return report
