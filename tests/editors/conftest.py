"""What the tests of the editors share: a workspace, the program on PATH, a copy of the extension."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
EXTENSION = REPOSITORY / "editors/vscode"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What an editor runs in: our program on PATH, a fresh workspace, folders of the editor's own."""
    programs = tmp_path / "bin"
    programs.mkdir()
    server = programs / "fourlayer"
    server.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m fourlayer "$@"\n')
    server.chmod(0o755)
    workspace = tmp_path / "atlas"
    shutil.copytree(
        REPOSITORY / "examples/monorepo", workspace, ignore=shutil.ignore_patterns("node_modules")
    )
    home = {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    return {
        **os.environ,
        **home,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "FOURLAYER_WORKSPACE": str(workspace.resolve()),
    }


@pytest.fixture
def extension(tmp_path: Path) -> Path:
    """A copy of the extension's sources, with the installed packages beside them."""
    packages = EXTENSION / "node_modules"
    if shutil.which("npm") is None or not (packages / "esbuild").is_dir():
        pytest.skip("the extension's npm packages are not installed: run `make setup-editors`")
    copy = tmp_path / "vscode"
    shutil.copytree(EXTENSION, copy, ignore=shutil.ignore_patterns("node_modules", "dist", "*.vsix"))
    (copy / "node_modules").symlink_to(packages, target_is_directory=True)
    return copy
