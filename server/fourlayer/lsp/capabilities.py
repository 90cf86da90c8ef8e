"""What the client can do, read once at `initialize`, and what the server offers in return."""

from __future__ import annotations

from typing import NamedTuple

from lsprotocol import types

from fourlayer.lsp.plain import JsonObject, as_int, as_list, as_object, as_str
from fourlayer.syntax.text import Encoding

COMMANDS = (
    "fourlayer.applyFix",
    "fourlayer.fixIntegration",
    "fourlayer.rescan",
    "fourlayer.showDebugInformation",
)
FIX_ALL = "source.fixAll.fourlayer"
QUICK_FIX = "quickfix"

# Clients known to pull open documents again when asked to refresh. Any other client is pushed to: some drop
# the report of an open document after a refresh, which would leave it stale.
_PULLING = frozenset(
    {
        "Visual Studio Code",
        "Visual Studio Code - Insiders",
        "VSCodium",
        "Code - OSS",
        "code-server",
        "Cursor",
        "Windsurf",
    }
)
_ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")


class Client(NamedTuple):
    """The client's abilities; the defaults are those of a client that declares nothing."""

    name: str = ""
    version: str = ""
    process: int | None = None
    encoding: Encoding = "utf-16"
    pull: bool = False
    """Diagnostics are pulled (and then never pushed)."""
    versions: bool = False
    """`publishDiagnostics` may name the document's version."""
    related: bool = False
    code_description: bool = False
    tags: bool = False
    action_literals: bool = False
    resolves_edits: bool = False
    preferred: bool = False
    document_changes: bool = False
    operations: frozenset[str] = frozenset()
    """Of `create`, `rename`, `delete`: what a workspace edit may hold."""
    snippets: bool = False
    apply_edit: bool = False
    show_document: bool = False
    configuration: bool = False
    configuration_changes: bool = False
    watches: bool = False
    """File watchers can be registered."""
    markdown: bool = False

    @property
    def creates_files(self) -> bool:
        """Whether an edit may create files."""
        return self.document_changes and "create" in self.operations


def read_client(params: JsonObject) -> Client:
    """The client behind the parameters of `initialize`; whatever is missing or odd counts as not there."""
    info = as_object(params.get("clientInfo")) or {}
    name = as_str(info.get("name")) or ""
    able = _Reader(as_object(params.get("capabilities")) or {})
    edit = "workspace.workspaceEdit"
    action = "textDocument.codeAction"
    publish = "textDocument.publishDiagnostics"
    resolves = able.strings(f"{action}.resolveSupport.properties")
    return Client(
        name=name,
        version=as_str(info.get("version")) or "",
        process=as_int(params.get("processId")),
        encoding=_encoding(able.strings("general.positionEncodings")),
        pull=name in _PULLING
        and able.has("textDocument.diagnostic")
        and able.flag("workspace.diagnostics.refreshSupport"),
        versions=able.flag(f"{publish}.versionSupport"),
        related=able.flag(f"{publish}.relatedInformation"),
        code_description=able.flag(f"{publish}.codeDescriptionSupport"),
        tags=able.has(f"{publish}.tagSupport"),
        action_literals=able.has(f"{action}.codeActionLiteralSupport"),
        resolves_edits="edit" in resolves and able.flag(f"{action}.dataSupport"),
        preferred=able.flag(f"{action}.isPreferredSupport"),
        document_changes=able.flag(f"{edit}.documentChanges"),
        operations=frozenset(able.strings(f"{edit}.resourceOperations")),
        snippets=able.flag(f"{edit}.snippetEditSupport"),
        apply_edit=able.flag("workspace.applyEdit"),
        show_document=able.flag("window.showDocument.support"),
        configuration=able.flag("workspace.configuration"),
        configuration_changes=able.flag("workspace.didChangeConfiguration.dynamicRegistration"),
        watches=able.flag("workspace.didChangeWatchedFiles.dynamicRegistration"),
        markdown="markdown" in able.strings("textDocument.hover.contentFormat"),
    )


def server_capabilities(client: Client) -> types.ServerCapabilities:
    """What is offered to this client: one channel for diagnostics, its own position encoding."""
    return types.ServerCapabilities(
        position_encoding=types.PositionEncodingKind(client.encoding),
        text_document_sync=types.TextDocumentSyncOptions(
            open_close=True,
            change=types.TextDocumentSyncKind.Incremental,
            save=types.SaveOptions(include_text=False),
        ),
        code_action_provider=types.CodeActionOptions(
            code_action_kinds=[QUICK_FIX, FIX_ALL], resolve_provider=client.resolves_edits
        ),
        hover_provider=True,
        execute_command_provider=types.ExecuteCommandOptions(commands=list(COMMANDS)),
        diagnostic_provider=types.DiagnosticOptions(
            inter_file_dependencies=True, workspace_diagnostics=True, identifier="fourlayer"
        )
        if client.pull
        else None,
        workspace=types.WorkspaceOptions(
            workspace_folders=types.WorkspaceFoldersServerCapabilities(
                supported=True, change_notifications=True
            )
        ),
    )


def _encoding(offered: list[str]) -> Encoding:
    """The first of the client's encodings that we know; UTF-16 where it names none."""
    for name in offered:
        for known in _ENCODINGS:
            if known == name:
                return known
    return "utf-16"


class _Reader:
    """Looks up dotted paths in a tree of JSON objects."""

    def __init__(self, root: JsonObject) -> None:
        self._root = root

    def _find(self, path: str) -> object:
        value: object = self._root
        for part in path.split("."):
            value = (as_object(value) or {}).get(part)
        return value

    def flag(self, path: str) -> bool:
        return self._find(path) is True

    def has(self, path: str) -> bool:
        return self._find(path) not in (None, False)

    def strings(self, path: str) -> list[str]:
        return [item for item in as_list(self._find(path)) if isinstance(item, str)]
