"""The configurations for other editors start the same server, for files of the same kinds."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from fourlayer.cli.server import run as serve
from tests.editors.conftest import EXTENSION, REPOSITORY

EDITORS = REPOSITORY / "editors"
COMMAND = ["fourlayer", "server", "--stdio"]


def strings(text: str) -> list[str]:
    """The double-quoted strings of a text."""
    return re.findall(r'"([^"]*)"', text)


def test_every_editor_starts_the_same_command() -> None:
    helix = tomllib.loads((EDITORS / "helix/languages.toml").read_text())["language-server"]["fourlayer"]
    setting = json.loads((EXTENSION / "package.json").read_text())["contributes"]["configuration"]
    neovim = re.search(r"cmd = \{(.*)\}", (EDITORS / "neovim/lsp/fourlayer.lua").read_text())
    emacs = re.search(r"fourlayer-command '\((.*)\)", (EDITORS / "emacs/fourlayer.el").read_text())

    assert [helix["command"], *helix["args"]] == COMMAND
    assert setting["properties"]["fourlayer.server.command"]["default"] == COMMAND
    assert neovim is not None
    assert strings(neovim[1]) == COMMAND
    assert emacs is not None
    assert strings(emacs[1]) == COMMAND


def test_the_command_line_accepts_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        serve([*COMMAND[2:], "--help"])
    assert stopped.value.code == 0
    assert "--stdio" in capsys.readouterr().out


def test_helix_gives_typescript_files_to_the_server_beside_its_own() -> None:
    languages = tomllib.loads((EDITORS / "helix/languages.toml").read_text())["language"]
    servers = {language["name"]: language["language-servers"] for language in languages}
    for name in ("typescript", "tsx"):
        assert servers[name] == ["typescript-language-server", "fourlayer"]


def test_emacs_reads_the_file(tmp_path: Path) -> None:
    emacs = shutil.which("emacs")
    if emacs is None:
        pytest.skip("no Emacs on PATH")
    program = "(princ (prin1-to-string (cdr (assoc fourlayer-modes eglot-server-programs))))"
    ran = subprocess.run(
        [emacs, "-Q", "--batch", "-l", str(EDITORS / "emacs/fourlayer.el"), "-l", "eglot", "--eval", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "Cannot open load file" in ran.stderr and "eglot" in ran.stderr:
        pytest.skip("this Emacs brings no Eglot")
    assert strings(ran.stdout) == COMMAND, ran.stderr
