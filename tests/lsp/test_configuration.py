"""Configuration is live, and a broken one changes nothing but its own diagnostics."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lsp.clients import BARE, NEOVIM_011, NEOVIM_012, VSCODE, Json
from tests.lsp.conftest import Start, write_workspace
from tests.lsp.raw import Raw

DEFAULT = "export default class Extra {}\n"
FILE = "packages/integrations/acme/extra.ts"
OFF = '[rules]\ndefault-export = "off"\n'
WARNING = '[rules]\ndefault-export = "warning"\n'


def severities(raw: Raw, uri: str) -> list[int] | None:
    """The severities of default-export's findings as last published; None before that."""
    last = raw.published(uri)
    found = None if last is None else last["diagnostics"]
    return found and [one["severity"] for one in found if one["code"] == "default-export"]


def wait_for(raw: Raw, uri: str, expected: list[int]) -> None:
    raw.wait(lambda: severities(raw, uri) == expected)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = write_workspace(tmp_path / "ws")
    (folder / FILE).write_text(DEFAULT)
    return folder


@pytest.fixture
def raw(start: Start) -> Iterator[Raw]:
    server = start()
    yield server
    assert server.stop() == 0
    assert server.stderr == []


def test_an_unsaved_configuration_counts(raw: Raw, root: Path) -> None:
    raw.initialize(NEOVIM_012, root)
    uri = (root / FILE).as_uri()
    wait_for(raw, uri, [1])
    config = raw.open(root / "fourlayer.toml", "")
    raw.change(config, 2, {"text": WARNING})
    wait_for(raw, uri, [2])
    raw.change(config, 3, {"text": OFF})
    wait_for(raw, uri, [])
    raw.close_document(config)  # it was never saved
    wait_for(raw, uri, [1])


def test_a_broken_configuration_keeps_the_last_good_one(raw: Raw, root: Path) -> None:
    (root / "fourlayer.toml").write_text(WARNING)
    raw.initialize(NEOVIM_012, root)
    uri = (root / FILE).as_uri()
    wait_for(raw, uri, [2])
    config = raw.open(root / "fourlayer.toml")
    broken = '# 🙂\n[rules]\n"default-export" = "wrong"\n'
    raw.change(config, 2, {"text": broken})
    found = raw.wait_published(config, lambda last: last["diagnostics"])
    [problem] = found["diagnostics"]
    assert (problem["source"], problem["severity"]) == ("fourlayer", 1)
    assert problem["range"]["start"]["line"] == 2
    assert found["version"] == 2
    raw.open(root / "packages/integrations/acme/second.ts", DEFAULT)
    wait_for(raw, (root / "packages/integrations/acme/second.ts").as_uri(), [2])
    assert severities(raw, uri) == [2]
    raw.change(config, 3, {"text": "[rules\n"})
    raw.wait_published(config, lambda last: last["version"] == 3 and last["diagnostics"])
    raw.change(config, 4, {"text": OFF})
    raw.wait_published(config, lambda last: last["diagnostics"] == [])
    wait_for(raw, uri, [])


def test_a_configuration_broken_from_the_start(raw: Raw, root: Path) -> None:
    (root / "fourlayer.toml").write_text("[workspase]\n")
    raw.initialize(NEOVIM_012, root)
    found = raw.wait_published((root / "fourlayer.toml").as_uri(), lambda last: last["diagnostics"])
    assert "workspace" in found["diagnostics"][0]["message"]
    wait_for(raw, (root / FILE).as_uri(), [1])
    (root / "fourlayer.toml").write_text(OFF)
    change = {"uri": (root / "fourlayer.toml").as_uri(), "type": 2}
    raw.notify("workspace/didChangeWatchedFiles", {"changes": [change]})
    raw.wait_published((root / "fourlayer.toml").as_uri(), lambda last: last["diagnostics"] == [])
    wait_for(raw, (root / FILE).as_uri(), [])


def test_a_client_without_watchers_is_looked_after_on_save(raw: Raw, root: Path) -> None:
    raw.initialize(NEOVIM_011, root)
    uri = (root / FILE).as_uri()
    opened = raw.open(root / "packages/integrations/acme/index.ts")
    wait_for(raw, uri, [1])
    (root / "fourlayer.toml").write_text(OFF)
    raw.notify("textDocument/didSave", {"textDocument": {"uri": opened}})
    wait_for(raw, uri, [])


def settings_of(raw: Raw, settings: object) -> None:
    raw.answers["workspace/configuration"] = lambda params: [settings for _ in params["items"]]


def test_the_settings_of_the_editor_are_asked_for(raw: Raw, root: Path) -> None:
    settings: Json = {"server": {"command": ["x"]}, "trace": None, "rules": {"default-export": "warning"}}
    settings_of(raw, {**settings, "overrides": None, "tenancy": {"columns": None}})
    raw.initialize(VSCODE | {"clientInfo": {"name": "other"}}, root)
    uri = (root / FILE).as_uri()
    wait_for(raw, uri, [2])
    registered = [
        one["method"]
        for method, params in raw.asked
        if method == "client/registerCapability"
        for one in params["registrations"]
    ]
    assert set(registered) == {"workspace/didChangeWatchedFiles", "workspace/didChangeConfiguration"}
    settings_of(raw, {"rules": {"default-export": "off"}})
    raw.notify("workspace/didChangeConfiguration", {"settings": None})
    wait_for(raw, uri, [])
    settings_of(raw, None)
    raw.notify("workspace/didChangeConfiguration", {"settings": {}})
    wait_for(raw, uri, [1])


def test_settings_that_are_pushed(raw: Raw, root: Path) -> None:
    raw.initialize(BARE, root)
    uri = (root / FILE).as_uri()
    wait_for(raw, uri, [1])
    raw.notify(
        "workspace/didChangeConfiguration",
        {"settings": {"fourlayer": {"rules": {"default-export": "warning"}}}},
    )
    wait_for(raw, uri, [2])
    raw.notify("workspace/didChangeConfiguration", {"settings": {"rules": {"default-export": "off"}}})
    wait_for(raw, uri, [])


def test_options_of_initialize_and_what_wins(raw: Raw, root: Path) -> None:
    raw.initialize(BARE, root, initializationOptions={"rules": {"default-export": "warning"}, "x": None})
    uri = (root / FILE).as_uri()
    wait_for(raw, uri, [2])
    config = raw.open(root / "fourlayer.toml", '[rules]\ndefault-export = "error"\n')
    wait_for(raw, uri, [1])
    raw.close_document(config)
    wait_for(raw, uri, [2])


def test_wrong_settings_are_told_and_change_nothing(raw: Raw, root: Path) -> None:
    raw.initialize(BARE, root, initializationOptions=None)
    uri = (root / FILE).as_uri()
    wait_for(raw, uri, [1])
    raw.notify("workspace/didChangeConfiguration", {"settings": {"fourlayer": {"ruls": {}}}})
    raw.wait(lambda: any(method == "window/showMessage" for method, _ in raw.notified))
    [message] = [params for method, params in raw.notified if method == "window/showMessage"]
    assert "ruls" in message["message"]
    assert severities(raw, uri) == [1]
