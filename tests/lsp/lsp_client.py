"""pytest-lsp behind types: its fixture, and a client that answers and remembers what a server asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest_lsp
from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import ClientServerConfig, LanguageClient
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

from tests.lsp.clients import Json, initialize_params
from tests.lsp.raw import COMMAND

Session = Callable[..., AsyncIterator[None]]


class Client(LanguageClient):
    """Remembers registrations, applied edits and partial results."""

    def __init__(self) -> None:
        super().__init__(converter_factory=default_converter)
        self.registered: list[str] = []
        self.partial: list[Json] = []
        self.applied: list[types.ApplyWorkspaceEditParams] = []

    def structured(self, client: Json, root: Any) -> types.InitializeParams:
        """A client's introduction as lsprotocol's type."""
        params = initialize_params(client, root)
        structured: types.InitializeParams = self.protocol._converter.structure(
            params, types.InitializeParams
        )
        return structured


def make_client() -> Client:
    """A client with a handler for everything that the server asks."""
    client = Client()

    def registered(params: types.RegistrationParams) -> None:
        client.registered.extend(one.method for one in params.registrations)

    def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        client.applied.append(params)
        return types.ApplyWorkspaceEditResult(applied=True)

    def progress(params: types.ProgressParams) -> None:
        client.partial.append(client.protocol._converter.unstructure(params.value))

    features = {
        **DEFAULT_CLIENT_FEATURES,
        types.CLIENT_REGISTER_CAPABILITY: registered,
        types.WORKSPACE_APPLY_EDIT: apply,
        types.PROGRESS: progress,
    }
    register_lsp_features(client, features)
    return client


def session(fixture: Session) -> Callable[..., Any]:
    """Make a fixture of a function that initializes a client, yields, and ends the session."""
    config = ClientServerConfig(server_command=COMMAND, client_factory=make_client)
    return cast("Callable[..., Any]", pytest_lsp.fixture(config=config)(fixture))
