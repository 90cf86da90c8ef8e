"""The editor and the command line give the same findings for the same text."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from fourlayer.app import App
from fourlayer.report.json_document import render
from tests.lsp.clients import NEOVIM_012, VSCODE, Json
from tests.lsp.conftest import Start
from tests.lsp.raw import Raw, queued

EXAMPLE = Path(__file__).parents[2] / "examples" / "monorepo"
Found = set[tuple[Any, ...]]


@pytest.fixture
def monorepo(tmp_path: Path) -> Path:
    target = tmp_path / "monorepo"
    shutil.copytree(EXAMPLE, target)
    return target


def command_line(root: Path) -> Found:
    """The findings of the JSON report."""
    app = App.open(str(root))
    document = json.loads(render(app.check(app.snapshot()), tool_version="test"))
    found: Found = set()
    for one in document["findings"]:
        start, end = one["range"]["start"], one["range"]["end"]
        place = (start["line"] - 1, start["column"] - 1, end["line"] - 1, end["column"] - 1)
        message = f"{one['message']}\n{one['help']}"
        found.add((one["path"], one["rule"], one["severity"], place, message, one["fingerprint"]))
    return found


def wire(uri: str, diagnostics: list[Json], root: Path) -> Found:
    names = {1: "error", 2: "warning", 3: "info", 4: "hint"}
    found: Found = set()
    for one in diagnostics:
        start, end = one["range"]["start"], one["range"]["end"]
        place = (start["line"], start["character"], end["line"], end["character"])
        path = Path(uri.removeprefix(root.as_uri() + "/")).as_posix()
        fingerprint = one["data"]["fingerprint"]
        found.add((path, one["code"], names[one["severity"]], place, one["message"], fingerprint))
    return found


def utf16(client: Json) -> Json:
    """The client with the encoding of the JSON report."""
    capabilities = {**client["capabilities"], "general": {"positionEncodings": ["utf-16"]}}
    return {**client, "capabilities": capabilities}


def pushed(raw: Raw, root: Path) -> Found:
    last = {params["uri"]: params["diagnostics"] for params in queued(raw, "textDocument/publishDiagnostics")}
    return set().union(*(wire(uri, diagnostics, root) for uri, diagnostics in last.items()))


def streamed(raw: Raw, root: Path) -> Found:
    last: dict[str, list[Json]] = {}
    for params in queued(raw, "$/progress"):
        last.update((item["uri"], item["items"]) for item in params["value"]["items"])
    return set().union(*(wire(uri, diagnostics, root) for uri, diagnostics in last.items()))


def test_pushed_findings_are_the_command_lines(start: Start, monorepo: Path) -> None:
    expected = command_line(monorepo)
    assert len({path for path, *_ in expected}) > 3
    raw = start()
    raw.initialize(utf16(NEOVIM_012), monorepo)
    for path in sorted({path for path, *_ in expected})[::3]:
        raw.open(monorepo / path)
    raw.wait(lambda: pushed(raw, monorepo) == expected)
    assert raw.stop() == 0


def test_pulled_findings_are_the_command_lines(start: Start, monorepo: Path) -> None:
    expected = command_line(monorepo)
    raw = start()
    raw.initialize(VSCODE, monorepo)
    raw.start_request("workspace/diagnostic", {"previousResultIds": [], "partialResultToken": 1})
    raw.wait(lambda: streamed(raw, monorepo) == expected)
    for path in sorted({path for path, *_ in expected})[::4]:
        uri = raw.open(monorepo / path)
        items = raw.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})["items"]
        assert wire(uri, items, monorepo) == {one for one in expected if one[0] == path}
    assert raw.stop() == 0


def test_after_edits_they_are_the_same_again(start: Start, monorepo: Path) -> None:
    """Break a file half-typed in a buffer, finish it, save it: the command line says the same of the disk."""
    raw = start()
    raw.initialize(utf16(NEOVIM_012), monorepo)
    paths = sorted(path for path in monorepo.glob("packages/integrations/*/*.ts"))[:6]
    for number, path in enumerate(paths):
        text = path.read_text()
        uri = raw.open(path)
        raw.change(uri, 2, {"text": text + "export class Half {\n  async half(x: any) {\n    await this."})
        raw.change(uri, 3, {"text": f"// a comment 🙂\n{text}export const n{number}: any = 1;\n"})
        path.write_text(f"// a comment 🙂\n{text}export const n{number}: any = 1;\n")
        raw.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    expected = command_line(monorepo)
    raw.wait(lambda: pushed(raw, monorepo) == expected)
    assert raw.stop() == 0
