"""The VS Code extension: type-checked, packaged with what belongs in it, and able to find the server."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from fourlayer._version import __version__
from tests.editors.conftest import EXTENSION, REPOSITORY

SECONDS = 120

MANIFEST = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
LOCK = json.loads((EXTENSION / "package-lock.json").read_text(encoding="utf-8"))


def test_versions_and_licences_agree() -> None:
    assert MANIFEST["version"] == LOCK["version"] == __version__
    assert (EXTENSION / "LICENSE").read_text() == (REPOSITORY / "LICENSE").read_text()
    assert f"## {__version__}" in (EXTENSION / "CHANGELOG.md").read_text()


def test_the_lock_file_names_no_download_addresses() -> None:
    assert [name for name, entry in LOCK["packages"].items() if "resolved" in entry] == []


def test_every_setting_and_command_is_documented() -> None:
    readme = (EXTENSION / "README.md").read_text(encoding="utf-8")
    contributes = MANIFEST["contributes"]
    assert [name for name in contributes["configuration"]["properties"] if f"`{name}`" not in readme] == []
    titles = [f"*{command['category']}: {command['title']}*" for command in contributes["commands"]]
    assert [title for title in titles if title not in readme] == []


def test_the_workspace_names_no_program_before_it_is_trusted() -> None:
    setting = MANIFEST["contributes"]["configuration"]["properties"]["fourlayer.server.command"]
    untrusted = MANIFEST["capabilities"]["untrustedWorkspaces"]
    assert setting["scope"] == "machine-overridable"
    assert untrusted["supported"] == "limited"
    assert untrusted["restrictedConfigurations"] == ["fourlayer.server.command"]


def run(command: list[str], cwd: Path) -> str:
    """Standard output of a command that must succeed."""
    ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    return ran.stdout


@pytest.mark.node
def test_the_package_holds_what_belongs_in_it(extension: Path) -> None:
    run(["npm", "run", "--silent", "package"], extension)
    with zipfile.ZipFile(extension / "fourlayer.vsix") as package:
        assert sorted(package.namelist()) == [
            "[Content_Types].xml",
            "extension.vsixmanifest",
            "extension/LICENSE.txt",
            "extension/changelog.md",
            "extension/dist/NOTICES.txt",
            "extension/dist/extension.js",
            "extension/package.json",
            "extension/readme.md",
        ]
        bundle = package.read("extension/dist/extension.js").decode()
        notices = package.read("extension/dist/NOTICES.txt").decode()
        packaged = json.loads(package.read("extension/package.json"))
    assert "vscode-languageclient" in notices
    assert "Microsoft" in notices
    assert str(REPOSITORY) not in bundle
    assert packaged["main"] == "./dist/extension.js"


@pytest.mark.node
def test_a_type_error_stops_the_packaging(extension: Path) -> None:
    (extension / "src/command.ts").write_text("export const wrong: string = 1;\n")
    ran = subprocess.run(
        ["npm", "run", "--silent", "package"], cwd=extension, capture_output=True, check=False
    )
    assert ran.returncode != 0
    assert not (extension / "fourlayer.vsix").exists()


@pytest.fixture
def find(extension: Path) -> FindProgram:
    """`findProgram` of `src/command.ts`, run by node."""
    return FindProgram(extension)


class FindProgram:
    """Calls the extension's search for the server's program."""

    def __init__(self, extension: Path) -> None:
        self._folder = extension
        options = {
            "entryPoints": ["src/command.ts"],
            "bundle": True,
            "platform": "node",
            "outfile": "command.cjs",
        }
        bundle = f"require('esbuild').buildSync({json.dumps(options)})"
        run(["node", "-e", bundle], extension)

    def __call__(self, command: list[str], **around: object) -> dict[str, object]:
        """What is found. `around` replaces parts of the surroundings."""
        surroundings = {"userHome": "/home/me", "environment": {}, "windows": False, **around}
        call = f"require('./command.cjs').findProgram({json.dumps(command)}, {json.dumps(surroundings)})"
        found = json.loads(run(["node", "-p", f"JSON.stringify({call})"], self._folder))
        assert isinstance(found, dict)
        return found


def program(path: Path) -> str:
    """A file that may be executed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.node
def test_a_bare_name_is_looked_for_on_the_path_only(find: FindProgram, tmp_path: Path) -> None:
    workspace = tmp_path / "ws"
    program(workspace / "fourlayer")
    (tmp_path / "first").mkdir()
    (tmp_path / "first/fourlayer").write_text("not executable")
    wanted = program(tmp_path / "second/fourlayer")
    folders = ["", ".", str(tmp_path / "first"), str(tmp_path / "second")]
    found = find(
        ["fourlayer", "server"],
        workspaceFolder=str(workspace),
        environment={"PATH": os.pathsep.join(folders)},
    )
    assert found == {"program": wanted, "args": ["server"]}
    missing = find(["fourlayer"], workspaceFolder=str(workspace), environment={"PATH": ""})
    assert missing == {"problem": 'There is no program "fourlayer" on PATH.', "name": "fourlayer"}


@pytest.mark.node
def test_paths_start_at_the_workspace_folder(find: FindProgram, tmp_path: Path) -> None:
    wanted = program(tmp_path / "ws/.venv/bin/fourlayer")
    folder = str(tmp_path / "ws")
    expected = {"program": wanted, "args": ["--root", folder]}
    for name in (".venv/bin/fourlayer", "${workspaceFolder}/.venv/bin/fourlayer", wanted):
        assert find([name, "--root", "${workspaceFolder}"], workspaceFolder=folder) == expected
    at_home = find(["${userHome}/ws/.venv/bin/fourlayer"], userHome=str(tmp_path))
    assert at_home == {"program": wanted, "args": []}
    assert "does not exist" in str(find(["./nowhere"], workspaceFolder=folder)["problem"])
    assert "is empty" in str(find([])["problem"])


@pytest.mark.node
def test_on_windows_the_program_is_an_exe_file(find: FindProgram, tmp_path: Path) -> None:
    program(tmp_path / "tools/fourlayer")
    wanted = program(tmp_path / "tools/fourlayer.exe")
    around = {"windows": True, "environment": {"Path": f"relative;{tmp_path}/tools"}}
    assert find(["fourlayer"], **around) == {"program": wanted, "args": []}
    assert find([f"{tmp_path}/tools/fourlayer"], windows=True) == {"program": wanted, "args": []}
