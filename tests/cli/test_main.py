"""The real process: commands that need no workspace, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fourlayer._version import __version__

HEAVY = [
    "asyncio",
    "dataclasses",
    "inspect",
    "logging",
    "lsprotocol",
    "pathspec",
    "pydantic",
    "pygls",
    "rich",
    "shutil",
    "subprocess",
    "tempfile",
]


def fourlayer(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "fourlayer", *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_version_and_help() -> None:
    for option in ("--version", "-V"):
        assert fourlayer(option).stdout.decode() == f"fourlayer {__version__}\n"
    shown = fourlayer("--help")
    assert shown.returncode == 0
    for command in ("check", "rules", "explain", "config", "schema", "server"):
        assert f"\n  {command} " in shown.stdout.decode()
        own = fourlayer(command, "--help")
        assert own.returncode == 0
        assert f"usage: fourlayer {command}" in own.stdout.decode()
        assert "examples:" in own.stdout.decode()


def test_no_command_and_a_wrong_one_are_usage_errors() -> None:
    nothing = fourlayer()
    assert (nothing.returncode, nothing.stdout) == (2, b"")
    assert b"usage: fourlayer" in nothing.stderr
    wrong = fourlayer("chekc")
    assert wrong.returncode == 2
    assert b"did you mean 'check'?" in wrong.stderr
    assert fourlayer("--verbose").returncode == 2
    assert b"did you mean '--stdio'" in fourlayer("server", "--stdoi").stderr


def test_rules_are_listed_for_people_and_programs() -> None:
    table = fourlayer("rules").stdout.decode().splitlines()
    assert table[0].split() == ["rule", "category", "severity", "fix", "summary"]
    line = next(line for line in table if line.startswith("explicit-any "))
    assert line.split()[:4] == ["explicit-any", "types", "error", "safe/unsafe"]
    document = json.loads(fourlayer("rules", "--output-format", "json").stdout)
    rule = next(rule for rule in document["rules"] if rule["id"] == "default-export")
    assert rule["category"] == "boundaries"
    assert rule["fixes"][0]["applicability"] == ["safe", "unsafe"]
    assert len(table) == len(document["rules"]) + 1


def test_a_rule_is_explained_in_markdown() -> None:
    page = fourlayer("explain", "explicit-any").stdout.decode()
    assert page.startswith("# explicit-any\n")
    assert page.endswith("\n")
    wrong = fourlayer("explain", "explicit-ayn")
    assert wrong.returncode == 2
    assert b"did you mean 'explicit-any'?" in wrong.stderr


def test_the_schema_knows_the_keys_and_rules() -> None:
    schema = json.loads(fourlayer("schema").stdout)
    assert schema["title"] == "fourlayer.toml"
    assert {"workspace", "rules", "tenancy"} <= schema["properties"].keys()
    assert "explicit-any" in json.dumps(schema)


def test_a_reader_that_leaves_is_no_error() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "fourlayer", "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait() == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_is_trouble() -> None:
    with open("/dev/full", "wb") as full:
        process = subprocess.run(
            [sys.executable, "-m", "fourlayer", "rules"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert process.returncode == 2
    assert b"cannot write the output: no space left on device" in process.stderr
    assert b"Traceback" not in process.stderr


def loaded_by(script: str, folder: Path) -> list[str]:
    """The heavy modules that are loaded when a script is through."""
    process = subprocess.run(
        [sys.executable, "-S", "-c", f"{script}\nimport sys\nprint('', *sys.modules, file=sys.stderr)"],
        capture_output=True,
        check=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    modules = set(process.stderr.decode().splitlines()[-1].split())
    assert "fourlayer.cli.main" in modules
    return [name for name in HEAVY if name in modules]


def test_the_command_line_itself_loads_no_heavy_module(tmp_path: Path) -> None:
    script = (
        "from fourlayer.cli.main import main\n"
        "from fourlayer.cli import check, fixing, patch, progress\n"
        "from fourlayer.report import concise, github, json_document, rule_table, text\n"
        "main(['rules'])\n"
        "check.parse(['--fix', 'x'])"
    )
    assert loaded_by(script, tmp_path) == []


def test_a_check_without_configuration_loads_no_heavy_module(tmp_path: Path) -> None:
    provider = tmp_path / "packages/integrations/slack"
    provider.mkdir(parents=True)
    (tmp_path / "pnpm-workspace.yaml").write_text("")
    (provider / "index.ts").write_text("export const one = 1;\n")
    script = (
        "from fourlayer.cli.main import main\n"
        "for form in ('text', 'concise', 'json', 'github'):\n"
        "    main(['check', '--output-format', form, '--statistics'])"
    )
    # The grammar's package asks importlib.resources, which loads these two.
    assert set(loaded_by(script, tmp_path)) <= {"shutil", "tempfile"}
