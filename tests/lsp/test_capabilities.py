"""What a client declares decides what it is offered; nothing odd in it may hurt."""

from __future__ import annotations

import pytest

from fourlayer.lsp.capabilities import Client, read_client, server_capabilities
from tests.lsp.clients import ALL, BARE, EGLOT, HELIX, NEOVIM_011, NEOVIM_012, VSCODE, Json


@pytest.mark.parametrize(
    ("client", "pull"),
    [(VSCODE, True), (NEOVIM_011, False), (NEOVIM_012, False), (HELIX, False), (EGLOT, False), (BARE, False)],
)
def test_only_clients_that_pull_again_are_pulled_by(client: Json, pull: bool) -> None:
    read = read_client(client)
    assert read.pull is pull
    assert (server_capabilities(read).diagnostic_provider is not None) is pull


@pytest.mark.parametrize("missing", ["workspace.diagnostics", "textDocument.diagnostic"])
def test_vs_code_without_refresh_or_pull_is_pushed_to(missing: str) -> None:
    section, name = missing.split(".")
    capabilities = {key: dict(value) for key, value in VSCODE["capabilities"].items()}
    del capabilities[section][name]
    assert read_client({**VSCODE, "capabilities": capabilities}).pull is False


@pytest.mark.parametrize(
    ("offered", "encoding"),
    [
        (["utf-16"], "utf-16"),
        (["utf-8", "utf-16"], "utf-8"),
        (["utf-32", "utf-8"], "utf-32"),
        (["ucs-2", "utf-16", "utf-8"], "utf-16"),
        ([], "utf-16"),
        (None, "utf-16"),
        ("utf-8", "utf-16"),
    ],
)
def test_the_first_encoding_that_both_know(offered: object, encoding: str) -> None:
    client = read_client({"capabilities": {"general": {"positionEncodings": offered}}})
    assert client.encoding == encoding
    assert server_capabilities(client).position_encoding == encoding


def test_who_creates_files() -> None:
    creating = {name for name, client in ALL.items() if read_client(client).creates_files}
    assert creating == {"vscode", "neovim-0.11", "neovim-0.12", "helix"}


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"capabilities": None, "clientInfo": None, "processId": None},
        {"capabilities": {"workspace": None, "textDocument": None, "general": None, "window": None}},
        {"capabilities": {"workspace": [], "textDocument": 5}, "clientInfo": "x", "processId": "y"},
        {"capabilities": {"textDocument": {"codeAction": {"resolveSupport": {"properties": "edit"}}}}},
    ],
)
def test_what_is_missing_or_odd_counts_as_not_there(params: Json) -> None:
    assert read_client(params) == Client()
