"""The wire: one answer for every request, whatever arrives and whenever."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.clients import BARE, NEOVIM_012, initialize_params
from tests.lsp.conftest import Start, write_workspace
from tests.lsp.raw import Raw, silent

HOVER = "textDocument/hover"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Raw]:
    """One initialized server that malformed messages are thrown at; it has to survive them all."""
    raw = Raw()
    raw.initialize(BARE, write_workspace(tmp_path_factory.mktemp("protocol")))
    yield raw
    raw.kill()


def test_the_life_of_a_connection(start: Start, workspace: Path) -> None:
    raw = start()
    params = {"textDocument": {"uri": workspace.as_uri()}, "position": {"line": 0, "character": 0}}
    raw.notify("textDocument/didOpen", {"textDocument": {"uri": "file:///x.ts"}})
    assert raw.error(HOVER, params)["code"] == -32002
    assert raw.error("shutdown")["code"] == -32002
    raw.initialize(NEOVIM_012, workspace)
    assert raw.error("initialize", initialize_params(BARE, workspace))["code"] == -32600
    assert raw.request(HOVER, params) is None
    assert raw.request("shutdown") is None
    assert raw.error(HOVER, params)["code"] == -32600
    assert raw.error("shutdown")["code"] == -32600
    assert raw.error("no/such/method")["code"] == -32600
    raw.notify("exit")
    assert raw.exit_code() == 0
    assert raw.stderr == []


def test_exit_without_shutdown_is_told_by_the_exit_code(start: Start, workspace: Path) -> None:
    raw = start()
    raw.initialize(BARE, workspace)
    raw.notify("exit")
    assert raw.exit_code() == 1


def test_the_server_ends_with_its_input(start: Start) -> None:
    raw = start()
    assert raw.process.stdin is not None
    raw.process.stdin.close()
    assert raw.exit_code() == 1


def test_the_server_ends_with_its_parent(start: Start, workspace: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    raw = start()
    raw.initialize(BARE, workspace, processId=parent.pid)
    assert (
        raw.request(HOVER, {"textDocument": {"uri": "file:///x"}, "position": {"line": 0, "character": 0}})
        is None
    )
    parent.communicate()
    assert raw.exit_code() == 1


def test_a_parent_of_another_world_is_not_watched(start: Start, workspace: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    raw = start()
    raw.initialize(BARE, workspace, processId=ended.pid)
    assert raw.debug()["documents"] == 0
    assert raw.stop() == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b'"text"', -32600),
        (b"{}", -32600),
        (b'{"jsonrpc": "2.0", "method": 5, "id": null}', -32600),
        (b'{"jsonrpc": "2.0", "method": "shutdown", "id": {}}', -32600),
        (b'{"jsonrpc": "2.0", "method": "shutdown", "id": true}', -32600),
    ],
)
def test_what_is_no_message_is_answered(server: Raw, body: bytes, code: int) -> None:
    server.send_bytes(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    assert server.response(None)["error"]["code"] == code


def test_a_header_without_a_length_is_answered(server: Raw) -> None:
    server.send_bytes(b"Content-Type: nonsense\r\n\r\n")
    assert server.response(None)["error"]["code"] == -32700


@pytest.mark.parametrize(
    ("method", "params"),
    [
        (HOVER, {}),
        (HOVER, None),
        (HOVER, [1, 2]),
        (HOVER, {"textDocument": {"uri": "file:///x"}, "position": {"line": "a", "character": 0}}),
        ("textDocument/codeAction", {"textDocument": {}}),
        ("textDocument/codeAction", "text"),
        ("codeAction/resolve", {"title": "x", "data": {"uri": 1}}),
        ("codeAction/resolve", {"title": "x", "data": 5}),
        ("workspace/executeCommand", {"command": "rm"}),
        ("workspace/executeCommand", {"command": "fourlayer.applyFix", "arguments": [None]}),
        ("workspace/executeCommand", {"command": "fourlayer.fixIntegration"}),
        ("workspace/executeCommand", {"command": "fourlayer.fixIntegration", "arguments": ["nobody"]}),
    ],
)
def test_malformed_parameters_are_answered(server: Raw, method: str, params: Any) -> None:
    assert server.error(method, params)["code"] == -32602


def test_unknown_methods(server: Raw) -> None:
    assert server.error("textDocument/rename", {})["code"] == -32601
    server.notify("$/unknown", {})
    server.notify("textDocument/unknown", {})
    assert server.debug()["documents"] == 0


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("textDocument/didOpen", {"textDocument": {"uri": "file:///x.ts"}}),
        ("textDocument/didChange", {"textDocument": {"uri": "file:///x.ts"}, "contentChanges": "all"}),
        ("textDocument/didClose", None),
        ("workspace/didChangeWatchedFiles", {"changes": [{"uri": 1}]}),
    ],
)
def test_malformed_notifications_are_ignored_and_logged(server: Raw, method: str, params: Any) -> None:
    before = len(server.logged())
    server.notify(method, params)
    server.wait(lambda: any(method in message for message in server.logged()[before:]))
    assert server.debug()["documents"] == 0


@pytest.mark.parametrize("uri", ["untitled:Untitled-1", "git:/a.ts?x", "nonsense", "file:///a%00b.ts"])
def test_documents_that_are_no_files_are_left_alone(server: Raw, uri: str) -> None:
    item = {"uri": uri, "languageId": "typescript", "version": 1, "text": "any"}
    server.notify("textDocument/didOpen", {"textDocument": item})
    server.change(uri, 2, {"text": "let x: any"})
    assert (
        server.request(HOVER, {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}}) is None
    )
    server.close_document(uri)
    assert server.debug()["documents"] == 0


def test_unasked_answers_are_ignored(server: Raw) -> None:
    server.send({"jsonrpc": "2.0", "id": "fourlayer-99", "result": None})
    server.send({"jsonrpc": "2.0", "id": 99, "error": {"code": 1, "message": "no"}})
    server.notify("$/cancelRequest", {"id": 12345})
    server.notify("$/cancelRequest", None)
    assert server.debug()["messages"]["asked"] == 0


def test_printing_does_not_disturb_the_protocol() -> None:
    code = (
        "import os; from fourlayer.lsp.transport import claim_stdout\n"
        "d = claim_stdout(); print('stray', flush=True); os.system('echo child'); os.write(d, b'message')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"message"
    assert b"stray" in done.stderr
    assert b"child" in done.stderr


@pytest.fixture
def hanging(start: Start, workspace: Path) -> tuple[Raw, int, dict[str, Any]]:
    """A server with a command in flight: it waits for an edit that the client never confirms."""
    raw = start()
    raw.answers["workspace/applyEdit"] = silent()
    raw.initialize(NEOVIM_012, workspace)
    path = workspace / "packages/integrations/acme/AcmeAdapter.ts"
    uri = raw.open(path, "export default class AcmeAdapter {}\n")
    raw.wait_published(uri, lambda params: params["diagnostics"])
    action = first_fix(raw, uri, "default-export")
    command = {"command": "fourlayer.applyFix", "arguments": [action["data"]]}
    identity = raw.start_request("workspace/executeCommand", command)
    raw.wait(lambda: any(method == "workspace/applyEdit" for method, _ in raw.asked))
    return raw, identity, action


def first_fix(raw: Raw, uri: str, rule: str) -> dict[str, Any]:
    """The first fix offered for a rule's finding."""
    params = raw.published(uri)
    assert params is not None
    diagnostic = next(one for one in params["diagnostics"] if one["code"] == rule)
    context = {"diagnostics": [diagnostic], "only": ["quickfix"]}
    asked = {"textDocument": {"uri": uri}, "range": diagnostic["range"], "context": context}
    actions: list[dict[str, Any]] = raw.request("textDocument/codeAction", asked)
    return next(action for action in actions if action.get("data"))


def test_shutdown_with_a_command_in_flight(hanging: tuple[Raw, int, dict[str, Any]]) -> None:
    raw, identity, _ = hanging
    assert raw.request("shutdown") is None
    assert raw.response(identity)["error"]["code"] == -32800
    raw.notify("exit")
    assert raw.exit_code() == 0


def test_exit_does_not_wait_for_a_command_in_flight(hanging: tuple[Raw, int, dict[str, Any]]) -> None:
    raw, _, _ = hanging
    raw.notify("exit")
    assert raw.exit_code(10) == 1


def test_a_cancelled_command_stops_and_a_late_answer_is_ignored(
    hanging: tuple[Raw, int, dict[str, Any]],
) -> None:
    raw, identity, action = hanging
    raw.send({"jsonrpc": "2.0", "id": identity, "method": "shutdown", "params": None})
    assert raw.response(identity)["error"]["code"] == -32600
    raw.notify("$/cancelRequest", {"id": identity})
    assert raw.response(identity)["error"]["code"] == -32800
    raw.send({"jsonrpc": "2.0", "id": "fourlayer-1", "result": {"applied": True}})
    raw.send({"jsonrpc": "2.0", "id": "fourlayer-3", "result": {"applied": True}})
    messages = raw.debug()["messages"]
    assert (messages["asked"], messages["running"]) == (0, 1)
    assert raw.request("codeAction/resolve", action)["edit"]
    assert raw.logged() == []


def test_a_storm_of_changes_leaks_nothing(start: Start, workspace: Path) -> None:
    raw = start()
    raw.initialize(NEOVIM_012, workspace)
    path = workspace / "packages/integrations/acme/AcmeAdapter.ts"
    text = "class Extra {}\nexport default Extra;\n"
    uri = raw.open(path, text)
    raw.wait_published(uri, lambda params: params["version"] == 1)
    before = raw.debug()
    for number in range(10_001):
        space = {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": number % 2}}
        raw.change(uri, number + 2, {"range": space, "text": "" if number % 2 else " "})
    last = raw.wait_published(uri, lambda params: params["version"] == 10_002)
    place = next(one["range"] for one in last["diagnostics"] if one["code"] == "default-export")
    assert place["start"] == {"line": 1, "character": len(" export ")}
    after = raw.debug()
    assert after["messages"]["requestFutures"] == after["messages"]["resultTypes"] == 0
    assert after["messages"]["tasks"] <= before["messages"]["tasks"]
    assert after["messages"]["asked"] == 0
    assert after["memory"] - before["memory"] < 12_000_000
