"""Whole sessions through pytest-lsp, which checks every message against the client's capabilities."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.clients import NEOVIM_012, VSCODE
from tests.lsp.conftest import FILES
from tests.lsp.lsp_client import Client, session

BASE = "packages/integrations/base/EnterpriseAdapter.ts"
ADAPTER = "packages/integrations/acme/AcmeAdapter.ts"
BROKEN = FILES[BASE].replace("}\n", "  abstract sync(): Promise<void>;\n}\n")


@session
async def neovim(client: Client, workspace: Path) -> AsyncIterator[None]:
    await client.initialize_session(client.structured(NEOVIM_012, workspace))
    yield
    await client.shutdown_session()


@session
async def vscode(client: Client, workspace: Path) -> AsyncIterator[None]:
    await client.initialize_session(client.structured(VSCODE, workspace))
    yield
    await client.shutdown_session()


def opened(client: Client, path: Path) -> str:
    item = types.TextDocumentItem(path.as_uri(), "typescript", 1, path.read_text())
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    return path.as_uri()


def changed(client: Client, uri: str, version: int, text: str) -> None:
    document = types.VersionedTextDocumentIdentifier(version=version, uri=uri)
    change = types.TextDocumentContentChangeWholeDocument(text)
    client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def codes(client: Client, uri: str) -> set[object]:
    return {one.code for one in client.diagnostics.get(uri, ())}


def shows(client: Client, uri: str, reported: bool) -> bool:
    return ("adapter-contract" in codes(client, uri)) is reported


def refreshed(client: Client, before: int) -> bool:
    return bool(client.diagnostic_refresh_count > before)


@pytest.mark.asyncio
async def test_a_push_session(neovim: Client, workspace: Path) -> None:
    adapter = opened(neovim, workspace / ADAPTER)
    base = opened(neovim, workspace / BASE)
    await until(lambda: adapter in neovim.diagnostics)
    for version, (text, reported) in enumerate([(BROKEN, True), (FILES[BASE], False), (BROKEN, True)], 2):
        changed(neovim, base, version, text)
        await until(partial(shows, neovim, adapter, reported))
    index = (workspace / "packages/integrations/acme/index.ts").as_uri()
    await until(lambda: "missing-file" in codes(neovim, index))
    assert neovim.registered == ["workspace/didChangeWatchedFiles"]


@pytest.mark.asyncio
async def test_a_pull_session(vscode: Client, workspace: Path) -> None:
    adapter = opened(vscode, workspace / ADAPTER)
    base = opened(vscode, workspace / BASE)

    async def pulled(uri: str) -> set[object]:
        document = types.TextDocumentIdentifier(uri)
        report = await vscode.text_document_diagnostic_async(
            types.DocumentDiagnosticParams(document, identifier="fourlayer")
        )
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        return {one.code for one in report.items}

    assert "adapter-contract" not in await pulled(adapter)
    await pulled(base)
    for version, (text, reported) in enumerate([(BROKEN, True), (FILES[BASE], False), (BROKEN, True)], 2):
        refreshes = vscode.diagnostic_refresh_count
        changed(vscode, base, version, text)
        await pulled(base)
        await until(partial(refreshed, vscode, refreshes))
        assert ("adapter-contract" in await pulled(adapter)) is reported
    held = asyncio.ensure_future(
        vscode.workspace_diagnostic_async(
            types.WorkspaceDiagnosticParams(previous_result_ids=[], partial_result_token="all")
        )
    )
    await until(lambda: any(adapter in str(value) for value in vscode.partial))
    assert not held.done()
    assert vscode.diagnostics == {}
    held.cancel()


@pytest.mark.asyncio
async def test_a_fix_is_applied_by_a_command(neovim: Client, workspace: Path) -> None:
    uri = opened(neovim, workspace / ADAPTER)
    changed(neovim, uri, 2, "export default class AcmeAdapter {}\n")
    await until(lambda: "default-export" in codes(neovim, uri))
    diagnostic = next(one for one in neovim.diagnostics[uri] if one.code == "default-export")
    actions = await neovim.text_document_code_action_async(
        types.CodeActionParams(
            types.TextDocumentIdentifier(uri), diagnostic.range, types.CodeActionContext([diagnostic])
        )
    )
    action = next(one for one in actions or () if isinstance(one, types.CodeAction) and one.data)
    resolved = await neovim.code_action_resolve_async(action)
    assert resolved.edit is not None
    await neovim.workspace_execute_command_async(
        types.ExecuteCommandParams("fourlayer.applyFix", arguments=[action.data])
    )
    assert [one.edit for one in neovim.applied] == [resolved.edit]
