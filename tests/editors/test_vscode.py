"""A real VS Code, in a headless browser, with our packaged extension on a copy of the sample monorepo."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.editors.conftest import REPOSITORY

TESTS = Path(__file__).parent / "vscode"
TOOLS = REPOSITORY / ".tools/vscode"
SECONDS = 180
SETTINGS = {
    "security.workspace.trust.enabled": False,
    "telemetry.telemetryLevel": "off",
    "workbench.startupEditor": "none",
    "chat.disableAIFeatures": True,
    "extensions.autoUpdate": False,
    "extensions.autoCheckUpdates": False,
    "files.autoSave": "off",
}

pytestmark = pytest.mark.vscode


@pytest.fixture
def chromium() -> str:
    """The browser; the test is skipped where it or VS Code is not there."""
    if not (TOOLS / "server.sh").is_file():
        pytest.skip("no VS Code: run `make setup-vscode`")
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found is not None:
            return found
    pytest.skip("no Chromium on PATH")


def test_in_vscode(chromium: str, extension: Path, environment: dict[str, str], tmp_path: Path) -> None:
    """`tests.js` passes inside the extension host."""
    subprocess.run(["npm", "run", "--silent", "package"], cwd=extension, check=True, capture_output=True)
    data = tmp_path / "data"
    # VS Code takes PATH from a login shell, so the program is named; it learns of the levels one by one.
    program = Path(environment["FOURLAYER_WORKSPACE"]).parent / "bin/fourlayer"
    settings = {**SETTINGS, "fourlayer.server.command": [str(program), "server", "--stdio"]}
    for level in ("Machine", "User"):
        (data / level).mkdir(parents=True)
        (data / level / "settings.json").write_text(json.dumps(settings))
    server = [
        str(TOOLS / "server.sh"),
        "--user-data-dir",
        str(data),
        "--extensions-dir",
        str(tmp_path / "ext"),
    ]
    install = [*server, "--install-extension", str(extension / "fourlayer.vsix")]
    subprocess.run(install, check=True, capture_output=True, timeout=SECONDS, env=environment)
    with serving(server, environment, tmp_path / "server.log") as url:
        ran = subprocess.run(
            [
                "node",
                str(TESTS / "drive.mjs"),
                str(TOOLS / "driver/node_modules/playwright-core"),
                chromium,
                url,
                environment["FOURLAYER_WORKSPACE"],
                str(TESTS),
            ],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    assert ran.stdout.count("passed: ") == 6


@contextlib.contextmanager
def serving(command: list[str], environment: dict[str, str], log: Path) -> Iterator[str]:
    """VS Code's server on a free port of this machine; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--host", "127.0.0.1", "--port", str(port), "--without-connection-token"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *options, "--telemetry-level", "off", "--enable-smoke-test-driver"],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    try:
        until = time.monotonic() + 60
        while b"Extension host agent listening" not in log.read_bytes():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)
