"""Nothing that the server writes holds a credential of the code, whatever the client asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lsp.clients import NEOVIM_012, VSCODE, Json
from tests.lsp.conftest import Start, write_workspace
from tests.lsp.raw import Raw
from tests.rules.config.test_hardcoded_secret import CONFIG, credentials, program

CLIENT = "packages/integrations/acme/client.ts"
SETTINGS = "packages/integrations/acme/config.ts"
EVERYWHERE = {"start": {"line": 0, "character": 0}, "end": {"line": 999, "character": 0}}


@pytest.fixture(params=["configured", "unconfigured"])
def planted(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A provider with one credential of each kind, with and without a configuration to move them to."""
    own = credentials()
    workspace = write_workspace(tmp_path / "ws")
    (workspace / CLIENT).write_text(program(own))
    if request.param == "configured":
        (workspace / SETTINGS).write_text(CONFIG)
        (workspace / ".env.example").write_text("ACME_BASE_URL=\n")
    return workspace, own


def written(raw: Raw) -> str:
    """All that the server wrote to either stream."""
    return (bytes(raw.written) + b"".join(raw.stderr)).decode("utf-8", "replace")


def shown(raw: Raw, own: dict[str, str]) -> list[str]:
    """The kinds of credentials that came out, plain or as JSON escapes them."""
    text = written(raw)
    return [kind for kind, value in own.items() if value in text]


def ask_everything(raw: Raw, uri: str, diagnostics: list[Json]) -> int:
    """Hover on every diagnostic, every action there and every edit; how many edits came."""
    edits = 0
    for one in [*diagnostics, {"range": EVERYWHERE}]:
        raw.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": one["range"]["start"]})
        context = {"diagnostics": [one] if "code" in one else diagnostics}
        asked = {"textDocument": {"uri": uri}, "range": one["range"], "context": context}
        for action in raw.request("textDocument/codeAction", asked) or ():
            is_whole = "edit" in action or "command" in action or "disabled" in action
            edits += "edit" in (action if is_whole else raw.request("codeAction/resolve", action))
    return edits


def test_an_editor_that_is_pushed_to(start: Start, planted: tuple[Path, dict[str, str]]) -> None:
    workspace, own = planted
    raw = start()
    raw.initialize(NEOVIM_012, workspace, trace="verbose")
    raw.notify("$/setTrace", {"value": "verbose"})
    uri = raw.open(workspace / CLIENT)
    found = raw.wait_published(
        uri, lambda last: sum(one["code"] == "hardcoded-secret" for one in last["diagnostics"]) == len(own)
    )
    assert ask_everything(raw, uri, found["diagnostics"]) > 0
    for version, text in enumerate([program(own) + "\nexport const half = {", program(own)], 2):
        raw.change(uri, version, {"text": text})
    raw.debug()
    raw.close_document(uri)
    assert raw.stop() == 0
    assert "hardcoded-secret" in written(raw)
    assert shown(raw, own) == []


def test_an_editor_that_pulls(start: Start, planted: tuple[Path, dict[str, str]]) -> None:
    workspace, own = planted
    raw = start()
    raw.initialize(VSCODE, workspace, trace="verbose")
    uri = raw.open(workspace / CLIENT)
    raw.settle()
    report = raw.request("textDocument/diagnostic", {"textDocument": {"uri": uri}, "identifier": "fourlayer"})
    assert sum(one["code"] == "hardcoded-secret" for one in report["items"]) == len(own)
    raw.request("workspace/diagnostic", {"identifier": "fourlayer", "previousResultIds": []})
    assert ask_everything(raw, uri, report["items"]) > 0
    assert raw.stop() == 0
    assert shown(raw, own) == []


def test_messages_that_make_no_sense_are_not_repeated(
    start: Start, planted: tuple[Path, dict[str, str]]
) -> None:
    workspace, own = planted
    raw = start()
    raw.initialize(NEOVIM_012, workspace, trace="verbose")
    uri, text = raw.open(workspace / CLIENT), program(own)
    raw.notify("textDocument/didOpen", {"textDocument": {"uri": uri, "text": text}})
    raw.notify("textDocument/didChange", {"textDocument": text, "contentChanges": [{"text": text}]})
    raw.notify("textDocument/didChange", {"textDocument": {"uri": uri}, "contentChanges": text})
    raw.notify("workspace/didChangeConfiguration", {"settings": {"fourlayer": {"select": text}}})
    raw.error("textDocument/hover", {"textDocument": {"uri": text}, "position": text})
    raw.error("codeAction/resolve", {"title": "", "data": {"text": text}})
    raw.error("workspace/executeCommand", {"command": "fourlayer.unknown", "arguments": [text]})
    raw.error(f"x/{own['named']}"[:2], text)
    raw.send_bytes(b"Content-Length: %d\r\n\r\n{%b" % (len(text.encode()) + 1, text.encode()))
    raw.debug()
    assert raw.stop() == 0
    assert shown(raw, own) == []
