"""Prints what `fourlayer check` and the server cost, as ratios to bare Python and to other tools.

Processor time is compared, not wall time: it holds on a busy machine. Figures of one run are comparable with
one another and with nothing else.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.keystroke import Latency, measure_server
from bench.measure import Cost, median_of, run_once
from bench.peers import PEERS, SERVER_FILES, SERVER_ROOT, SERVERS
from bench.workspace import LONG, SHORT, add_files, copied

SAMPLE = Path(__file__).resolve().parent.parent / "examples/monorepo"
SCOPE = """[[scopes]]
paths = ["packages/backend/src/**"]
layer = "service"
categories = ["tenancy", "webhooks", "jobs"]

[[scopes]]
paths = ["packages/backend/src/workers/**"]
layer = "jobs"
categories = ["tenancy", "jobs"]
"""
INTEGRATIONS = "packages/integrations"


class Row(NamedTuple):
    """One line of the table."""

    name: str
    cost: Cost


def measure_checks(folder: Path, runs: int) -> list[Row]:
    """Integrations and whole workspace, each with an empty and with a full cache."""
    rows: list[Row] = []
    config = folder / ".fourlayer-bench.toml"
    config.write_text(SCOPE, encoding="utf-8")
    for name, arguments in (
        ("integrations", [INTEGRATIONS]),
        ("whole, with scopes", ["--config", str(config)]),
    ):
        command = [sys.executable, "-m", "fourlayer", "check", "--root", str(folder), *arguments]
        with tempfile.TemporaryDirectory() as cache:
            cold: list[Cost] = []
            for _ in range(runs):
                shutil.rmtree(cache, ignore_errors=True)
                cold.append(run_once(command, folder, {"XDG_CACHE_HOME": cache}))
            warm = [run_once(command, folder, {"XDG_CACHE_HOME": cache}) for _ in range(runs)]
        rows += [Row(f"{name}, cold", median_of(cold)), Row(f"{name}, warm", median_of(warm))]
    config.unlink()
    return rows


def measure_peers(peers: Path, runs: int) -> list[Row]:
    """What of the other tools is set up in `peers`, on its own workspaces `ws/int` and `ws/repo`."""
    rows: list[Row] = []
    for peer in PEERS:
        executable = peers / peer.executable
        if not executable.exists():
            continue
        for scope, target in (("int", INTEGRATIONS), ("repo", ".")):
            folder = peers / "ws" / scope
            if scope in peer.scopes and folder.is_dir():
                command = [str(executable), *peer.arguments, target]
                costs = [run_once(command, folder, peer.environment) for _ in range(min(runs, 3))]
                rows.append(Row(f"{peer.name}, {scope}", median_of(costs)))
    return rows


def print_costs(bare: Cost, rows: Sequence[Row]) -> None:
    """A table in Markdown."""
    _say("\n| command | cpu ms | x bare Python | wall ms | peak MiB | exit |\n|---|---|---|---|---|---|")
    for name, cost in (Row("python -c pass", bare), *rows):
        _say(
            f"| {name} | {cost.cpu * 1000:.0f} | {cost.cpu / bare.cpu:.1f} | {cost.wall * 1000:.0f} "
            f"| {cost.peak:.0f} | {cost.exit_code} |"
        )
    if any(row.cost.exit_code not in {0, 1} for row in rows):
        _say("\nA command ended in trouble: its figures are not those of a full check.")


def print_latencies(found: Sequence[tuple[str, str, Latency | str]]) -> None:
    """A table in Markdown; a server that failed has its error in place of figures."""
    _say("\n| server | file | p50 ms | p95 ms | open ms | peak MiB | edits |\n|---|---|---|---|---|---|---|")
    for name, file, latency in found:
        if isinstance(latency, str):
            _say(f"| {name} | {file} | {latency} | | | | |")
        else:
            _say(
                f"| {name} | {file} | {latency.p50:.1f} | {latency.p95:.1f} | {latency.opened:.0f} "
                f"| {latency.peak:.0f} | {latency.edits} |"
            )


def measure_servers(workspace: Path, peers: Path | None, edits: int) -> list[tuple[str, str, Latency | str]]:
    """Our server in `workspace`; with `peers`, all of them on the peers' own files."""
    root, files = workspace, (SHORT, LONG)
    servers: list[tuple[str, list[str], str]] = [
        ("fourlayer", [sys.executable, "-m", "fourlayer", "server", "--stdio"], "null")
    ]
    if peers and (peers / SERVER_ROOT).is_dir():
        root, files = (peers / SERVER_ROOT).resolve(), SERVER_FILES
        servers += [
            (peer.name, [str(peers / peer.executable), *peer.arguments], peer.initialization)
            for peer in SERVERS
            if (peers / peer.executable).exists()
        ]
    return [
        (name, file.rpartition("/")[2], _latency(command, root, file, edits, initialization))
        for name, command, initialization in servers
        for file in files
    ]


def _latency(command: Sequence[str], root: Path, file: str, edits: int, initialization: str) -> Latency | str:
    started_with = json.loads(initialization.replace("{uri}", root.as_uri()))
    try:
        return measure_server(command, root, root / file, edits, started_with)
    except (RuntimeError, TimeoutError, OSError) as error:
        return str(error)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--repo", type=Path, default=SAMPLE, help="checkout to measure; it is copied")
    parser.add_argument("--peers", type=Path, help="folder in which the other tools are set up")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--edits", type=int, default=200)
    parser.add_argument("--only", choices=("check", "server"), help="leave the other half out")
    options = parser.parse_args(arguments)

    with tempfile.TemporaryDirectory() as folder:
        workspace = copied(options.repo, Path(folder) / "workspace")
        if options.only != "server":
            bare = median_of(
                [run_once([sys.executable, "-c", "pass"], workspace) for _ in range(options.runs)]
            )
            rows = measure_checks(workspace, options.runs)
            if options.peers:
                rows += measure_peers(options.peers, options.runs)
            print_costs(bare, rows)
        if options.only != "check":
            add_files(workspace)
            print_latencies(measure_servers(workspace, options.peers, options.edits))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
