"""A real Neovim, headless, with our `lsp/fourlayer.lua` on a copy of the sample monorepo."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.editors.conftest import REPOSITORY

SCENARIOS = Path(__file__).parent / "neovim"
MINIMUM = (0, 11)
SECONDS = 120

pytestmark = pytest.mark.neovim


@functools.cache
def neovim() -> str | None:
    """The first Neovim that is new enough: `NVIM`, on PATH, what `make setup-editors` installs."""
    own = REPOSITORY / ".tools/nvim/bin/nvim"
    for candidate in (os.environ.get("NVIM"), shutil.which("nvim"), str(own)):
        if candidate and os.path.isfile(candidate) and version(candidate) >= MINIMUM:
            return candidate
    return None


def version(program: str) -> tuple[int, int]:
    """Major and minor version; (0, 0) where the program does not say."""
    said = subprocess.run(
        [program, "--version"], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    found = re.match(r"NVIM v(\d+)\.(\d+)", said.stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)


@pytest.fixture
def nvim() -> str:
    """The Neovim to drive."""
    program = neovim()
    if program is None:
        pytest.skip("no Neovim 0.11 or newer: run `make setup-editors`")
    return program


def scenarios() -> list[str]:
    """The names of the scenarios."""
    return sorted(path.stem for path in SCENARIOS.glob("*.lua") if path.stem not in {"harness", "encoding"})


@pytest.mark.parametrize("name", scenarios())
def test_scenario(name: str, nvim: str, environment: dict[str, str]) -> None:
    """The first comment of the scenario says what must hold."""
    run(nvim, name, environment)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_columns(encoding: str, nvim: str, environment: dict[str, str]) -> None:
    """The same in every encoding that Neovim offers."""
    run(nvim, "encoding", {**environment, "FOURLAYER_ENCODING": encoding})


def run(program: str, name: str, environment: dict[str, str]) -> None:
    """Run one scenario in a Neovim of its own; what it wrote is the failure's message."""
    ran = subprocess.run(
        [program, "--clean", "--headless", "-l", str(SCENARIOS / f"{name}.lua")],
        cwd=environment["FOURLAYER_WORKSPACE"],
        env={
            **environment,
            "FOURLAYER_HARNESS": str(SCENARIOS / "harness.lua"),
            "FOURLAYER_EDITOR": str(REPOSITORY / "editors/neovim"),
        },
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
