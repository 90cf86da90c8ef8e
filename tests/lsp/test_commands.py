"""Fixes that create files: edits where the client can, commands where it cannot; never over a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.clients import BARE, EGLOT, HELIX, NEOVIM_012, VSCODE, Json
from tests.lsp.conftest import Start
from tests.lsp.edits import apply_workspace_edit
from tests.lsp.raw import Raw, queued

INDEX = "packages/integrations/acme/index.ts"
HEALTH = "packages/integrations/acme/health.ts"
PUSHED_VSCODE = VSCODE | {"clientInfo": {"name": "other"}}


class Client:
    """A client that applies the edits that it is asked to apply: to buffers, and to files it creates."""

    def __init__(self, raw: Raw, root: Path) -> None:
        self.raw = raw
        self.root = root
        self.texts: dict[str, str] = {}
        self.encoding = "utf-16"
        raw.answers["workspace/applyEdit"] = self._apply

    def _apply(self, params: Json) -> Json:
        before = {path.as_uri(): path.read_text() for path in self.root.rglob("*") if path.is_file()}
        self.texts = apply_workspace_edit(before, params["edit"], self.encoding)
        return {"applied": True}


def missing_files(raw: Raw, uri: str) -> list[Json]:
    last = raw.published(uri)
    return [one for one in (last or {"diagnostics": []})["diagnostics"] if one["code"] == "missing-file"]


def about(found: list[Json], name: str) -> Json:
    return next(one for one in found if name in one["message"])


def offered(raw: Raw, uri: str, diagnostic: Json) -> list[Json]:
    asked = {
        "textDocument": {"uri": uri},
        "range": diagnostic["range"],
        "context": {"diagnostics": [diagnostic]},
    }
    actions: list[Json] = raw.request("textDocument/codeAction", asked)
    return actions


def creating(actions: list[Json], name: str) -> Json:
    return next(action for action in actions if name in action["title"] and "Suppress" not in action["title"])


def opened(raw: Raw, client: Json, root: Path) -> str:
    raw.initialize(client, root)
    uri = raw.open(root / INDEX)
    raw.wait(lambda: missing_files(raw, uri))
    return uri


@pytest.mark.parametrize("client", [NEOVIM_012, PUSHED_VSCODE, HELIX], ids=["neovim", "vscode", "helix"])
def test_a_file_is_created_by_an_edit(start: Start, workspace: Path, client: Json) -> None:
    raw = start()
    uri = opened(raw, client, workspace)
    diagnostic = about(missing_files(raw, uri), "health.ts")
    action = creating(offered(raw, uri, diagnostic), "health.ts")
    edit = raw.request("codeAction/resolve", action)["edit"]
    steps = edit["documentChanges"]
    assert steps[0] == {"kind": "create", "uri": (workspace / HEALTH).as_uri()}
    assert steps[1]["textDocument"] == {"uri": (workspace / HEALTH).as_uri(), "version": None}
    texts = apply_workspace_edit({uri: (workspace / INDEX).read_text()}, edit, "utf-8")
    assert "export async function" in texts[(workspace / HEALTH).as_uri()]
    assert not (workspace / HEALTH).exists()
    # The client creates it and opens it: on disk it is still empty, the buffer is what counts.
    (workspace / HEALTH).touch()
    raw.open(workspace / HEALTH, texts[(workspace / HEALTH).as_uri()])
    raw.notify(
        "workspace/didChangeWatchedFiles", {"changes": [{"uri": (workspace / HEALTH).as_uri(), "type": 1}]}
    )
    raw.wait(lambda: not any("health.ts" in one["message"] for one in missing_files(raw, uri)))
    assert raw.stop() == 0


@pytest.mark.parametrize("client", [EGLOT, BARE | {"capabilities": {"workspace": {"applyEdit": True}}}])
def test_a_file_is_created_by_a_command(start: Start, workspace: Path, client: Json) -> None:
    raw = start()
    Client(raw, workspace)
    uri = opened(raw, client, workspace)
    diagnostic = about(missing_files(raw, uri), "health.ts")
    action = creating(offered(raw, uri, diagnostic), "health.ts")
    command: Json = action["command"] if isinstance(action["command"], dict) else action
    assert command["command"] == "fourlayer.applyFix"
    request = {"command": command["command"], "arguments": command["arguments"]}
    assert raw.request("workspace/executeCommand", request) == {"applied": True}
    assert "export async function" in (workspace / HEALTH).read_text()
    raw.wait(lambda: not any("health.ts" in one["message"] for one in missing_files(raw, uri)))
    assert raw.stop() == 0


def test_nothing_is_ever_overwritten(start: Start, workspace: Path) -> None:
    """The file appears after the fix was offered, and nobody has told the server."""
    raw = start()
    uri = opened(raw, NEOVIM_012, workspace)
    diagnostic = about(missing_files(raw, uri), "health.ts")
    action = creating(offered(raw, uri, diagnostic), "health.ts")
    (workspace / HEALTH).write_text("// mine\n")
    assert raw.error("codeAction/resolve", action)["code"] == -32801
    command = {"command": "fourlayer.applyFix", "arguments": [action["data"]]}
    assert raw.error("workspace/executeCommand", command)["code"] == -32801
    assert (workspace / HEALTH).read_text() == "// mine\n"
    assert raw.stop() == 0


def test_a_closed_file_that_changed_on_disk_is_not_edited(start: Start, workspace: Path) -> None:
    """An edit of a closed file was computed from content that is there no more."""
    consumer = workspace / "packages/integrations/acme/consumer.ts"
    consumer.write_text('import Extra from "./extra.js";\nexport const made = new Extra();\n')
    raw = start()
    raw.initialize(NEOVIM_012, workspace)
    uri = raw.open(workspace / "packages/integrations/acme/extra.ts", "export default class Extra {}\n")
    last = raw.wait_published(uri, lambda found: found["diagnostics"])
    diagnostic = next(one for one in last["diagnostics"] if one["code"] == "default-export")
    action = next(one for one in offered(raw, uri, diagnostic) if one["title"].startswith("Export `Extra`"))
    edit = raw.request("codeAction/resolve", action)["edit"]
    assert {
        step["textDocument"]["uri"]: step["textDocument"]["version"] for step in edit["documentChanges"]
    } == {
        uri: 1,
        consumer.as_uri(): None,
    }
    consumer.write_text("// changed behind the server's back\n" + consumer.read_text())
    assert raw.error("codeAction/resolve", action)["code"] == -32801
    assert raw.stop() == 0


@pytest.mark.parametrize("by", ["name", "uri"])
def test_everything_safe_of_an_integration(start: Start, workspace: Path, by: str) -> None:
    raw = start()
    client = Client(raw, workspace)
    client.encoding = "utf-8"
    uri = opened(raw, NEOVIM_012, workspace)
    argument = "acme" if by == "name" else uri
    command: dict[str, Any] = {"command": "fourlayer.fixIntegration", "arguments": [argument]}
    result = raw.request("workspace/executeCommand", command)
    assert result["applied"] is True
    assert result["fixed"] >= 3
    created = {Path(one.removeprefix("file://")).name for one in client.texts if not Path(one[7:]).exists()}
    assert created >= {"config.ts", "errors.ts", "health.ts"}
    assert raw.stop() == 0


def test_the_debug_information(start: Start, workspace: Path) -> None:
    raw = start()
    opened(raw, VSCODE | {"clientInfo": {"name": "other", "version": "9"}}, workspace)
    found = raw.debug()
    assert found["client"] == "other 9"
    assert (found["encoding"], found["diagnostics"], found["documents"]) == ("utf-16", "push", 1)
    [folder] = found["folders"]
    assert folder["providers"] == 1
    assert queued(raw, "window/showMessage") == []
    assert raw.stop() == 0
