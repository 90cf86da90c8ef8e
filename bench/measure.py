"""Measures whole processes: processor time of a command and everything it started."""

from __future__ import annotations

import math
import os
import shlex
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    """What a command took: the median of several runs."""

    cpu: float
    """User and system time in seconds."""
    wall: float
    """Seconds."""
    peak: float
    """Memory of the largest process in MiB."""
    exit_code: int


def run_once(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end; its output goes nowhere."""
    before = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(
        usage.ru_utime + usage.ru_stime,
        time.perf_counter() - before,
        usage.ru_maxrss / 1024,
        process.returncode,
    )


def median_of(costs: Sequence[Cost]) -> Cost:
    """The median of each figure; the last exit code."""
    return Cost(
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.peak for cost in costs),
        costs[-1].exit_code,
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0..1) of the values lie; the nearest one, nothing is interpolated."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def words(command: str) -> list[str]:
    """Split a command line as a shell would, without running one."""
    return shlex.split(command)
