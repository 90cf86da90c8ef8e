"""The language server: handlers that change the session's state, and the loop that they run on."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import linecache
import os
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import cast

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from fourlayer._version import __version__
from fourlayer.app import find_root
from fourlayer.config.load import FILE_NAMES
from fourlayer.engine.check import CancelledError
from fourlayer.lsp import actions, commands, configuration, pages, transport, uris, watching
from fourlayer.lsp.analysis import Analysis
from fourlayer.lsp.capabilities import read_client, server_capabilities
from fourlayer.lsp.configuration import ClientLayers
from fourlayer.lsp.diagnostics import Diagnostics
from fourlayer.lsp.documents import Document, apply_changes
from fourlayer.lsp.folder import Folder
from fourlayer.lsp.hover import hover
from fourlayer.lsp.life import watch_parent
from fourlayer.lsp.plain import JsonObject, as_int, as_list, as_object, as_str
from fourlayer.lsp.protocol import INVALID_PARAMS, ClientError, Protocol, ResponseError
from fourlayer.lsp.session import Session
from fourlayer.syntax.span import Span
from fourlayer.syntax.text import Text

_TROUBLES_SECONDS = 5.0
"""How often it is looked for what kept part of the analysis from running."""

_MANY_TROUBLES = 20
_MARKERS = ("fourlayer.toml", ".fourlayer.toml", "pnpm-workspace.yaml", "package.json", ".git")


class Server(LanguageServer):
    """One connection. Every method runs on the loop's thread; handlers leave the work to `analysis`."""

    def __init__(self) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            "fourlayer", __version__, protocol_cls=Protocol, converter_factory=default_converter
        )
        self.rpc = cast("Protocol", self.protocol)
        self.rpc.log = self.log
        self.session = Session()
        self.layers = ClientLayers()
        self.diagnostics = Diagnostics(self.session, self.rpc)
        self.analysis = Analysis(
            self.session, self.diagnostics.judged, self._settled, self._reload_due, self.log
        )
        self._config_due: set[str] = set()
        self._adopted: set[str] = set()
        self._told: set[str] = set()
        self._troubles_at = 0.0
        self._register()

    def _register(self) -> None:
        handlers: dict[str, Callable[..., object]] = {
            types.INITIALIZE: self._initialize,
            types.INITIALIZED: self._initialized,
            types.SHUTDOWN: self._shutdown,
            types.SET_TRACE: _ignore,
            types.TEXT_DOCUMENT_DID_OPEN: self._did_open,
            types.TEXT_DOCUMENT_DID_CHANGE: self._did_change,
            types.TEXT_DOCUMENT_DID_SAVE: self._did_save,
            types.TEXT_DOCUMENT_DID_CLOSE: self._did_close,
            types.TEXT_DOCUMENT_DIAGNOSTIC: self._pull,
            types.WORKSPACE_DIAGNOSTIC: self._pull_workspace,
            types.TEXT_DOCUMENT_CODE_ACTION: self._code_action,
            types.CODE_ACTION_RESOLVE: self._resolve,
            types.TEXT_DOCUMENT_HOVER: self._hover,
            types.WORKSPACE_EXECUTE_COMMAND: partial(commands.execute, self),
            types.WORKSPACE_DID_CHANGE_CONFIGURATION: self._did_change_configuration,
            types.WORKSPACE_DID_CHANGE_WATCHED_FILES: self._did_change_files,
            types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: self._did_change_folders,
        }
        for method, handler in handlers.items():
            # pygls marks what it registers, which a bound method does not allow.
            self.feature(method)(partial(handler))  # pyright: ignore[reportUnknownMemberType]

    def log(self, message: str, level: types.MessageType = types.MessageType.Error) -> None:
        """Write to the client's log."""
        if self.rpc.state == "running":
            self.rpc.tell(types.WINDOW_LOG_MESSAGE, {"type": level.value, "message": message})

    # Life

    def _initialize(self, params: JsonObject) -> JsonObject:
        client = self.session.client = read_client(params)
        self.layers.set_initialization(params.get("initializationOptions"))
        self.rpc.state = "running"
        for uri in _folder_uris(params):
            self._add_folder(uri)
        if client.process is not None:
            self.rpc.spawn(watch_parent(client.process, self.rpc.stop), "watching the parent process")
        self.rpc.spawn(self.analysis.run(), "the analysis")
        self.analysis.wake()
        return {
            "capabilities": server_capabilities(client),
            "serverInfo": {"name": self.name, "version": self.version},
        }

    async def _initialized(self, _params: object) -> None:
        client = self.session.client
        wanted: list[JsonObject] = []
        if client.watches:
            wanted.append(watching.registration())
        if client.configuration_changes:
            method = types.WORKSPACE_DID_CHANGE_CONFIGURATION
            options = {"section": configuration.SECTION}
            wanted.append({"id": "fourlayer-settings", "method": method, "registerOptions": options})
        if wanted:
            with contextlib.suppress(ClientError, TimeoutError):
                await self.rpc.ask(types.CLIENT_REGISTER_CAPABILITY, {"registrations": wanted})
        if client.configuration:
            await self._ask_settings()

    def _shutdown(self, _params: object) -> None:
        # The answer goes out first, then everything that still runs is cancelled and answered.
        asyncio.get_running_loop().call_soon(self.rpc.shut_down)
        self.rpc.state = "stopped"

    # Folders

    def _add_folder(self, uri: str) -> Folder | None:
        """Open the workspace that a folder belongs to, unless it is open."""
        spelled = uris.to_path(uri)
        folder = None if spelled is None else self._open_folder(spelled)
        if spelled is not None and folder is not None:
            folder.opened_as.add(uris.real(spelled))
            self._adopted.discard(folder.root)
        return folder

    def _open_folder(self, spelled: str) -> Folder | None:
        real = uris.real(spelled)
        root = uris.real(find_root(real))
        if root in self.session.folders:
            return self.session.folders[root]
        try:
            app = configuration.open_app(root, self.layers)
        except Exception as error:  # noqa: BLE001 - a folder that cannot be opened must not hide the others
            self.log(f"{root} cannot be opened: {error}")
            return None
        folder = Folder(root, _spelled_root(spelled, real, root), app)
        self.session.folders[root] = folder
        self._config_due.add(root)
        for path, document in list(self.session.open_in(folder)):
            folder.open(path, document)
        return folder

    def _close_folder(self, root: str) -> None:
        folder = self.session.folders.pop(root, None)
        if folder is None:
            return
        self._adopted.discard(root)
        self._config_due.discard(root)
        for path in (*folder.shown, *FILE_NAMES):
            self.diagnostics.withdraw(folder.uri(path))
        for document in folder.documents.values():
            located = self.session.locate_path(document.path)
            if located is not None:
                located[0].open(located[1], document)

    def _folder_for(self, path: str) -> tuple[Folder, str] | None:
        """Where a document belongs; one outside of every folder brings its own workspace along."""
        located = self.session.locate_path(path)
        if located is not None:
            return located
        root = uris.real(find_root(os.path.dirname(path)))
        if not any(os.path.lexists(os.path.join(root, name)) for name in _MARKERS):
            return None
        folder = self._open_folder(root)
        if folder is None:
            return None
        self._adopted.add(folder.root)
        return self.session.locate_path(path)

    def _did_change_folders(self, params: types.DidChangeWorkspaceFoldersParams) -> None:
        for removed in params.event.removed:
            path = uris.canonical(removed.uri)
            for folder in list(self.session.folders.values()):
                if path in folder.opened_as:
                    folder.opened_as.remove(path)
                    if not folder.opened_as:
                        self._close_folder(folder.root)
        for added in params.event.added:
            self._add_folder(added.uri)
        self.analysis.wake()

    # Documents

    def _did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        item = params.text_document
        path = uris.canonical(item.uri)
        if path is None:
            return
        document = Document(item.uri, path, item.version, Text.from_str(item.text))
        self.session.remember(document)
        located = self._folder_for(path)
        if located is None:
            return
        folder, relative = located
        closed_uri = folder.uri(relative)
        if closed_uri != item.uri:
            self.diagnostics.withdraw(closed_uri)
        folder.open(relative, document)
        self._touched(folder, relative)

    def _did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        document = self.session.documents.get(params.text_document.uri)
        if document is None:
            return
        text, edits = apply_changes(document.text, params.content_changes, self.session.client.encoding)
        document.text = text
        document.version = params.text_document.version
        self.diagnostics.edited(document.uri)
        located = self.session.locate_path(document.path)
        if located is not None and located[0].documents.get(located[1]) is document:
            located[0].edited(located[1], edits)
            if configuration.is_config(located[1]):
                self._config_due.add(located[0].root)
            self.analysis.wake()

    def _did_save(self, params: types.DidSaveTextDocumentParams) -> None:
        located = self.session.locate(params.text_document.uri)
        if located is not None:
            self._touched(*located)

    def _did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        document = self.session.forget(params.text_document.uri)
        located = self.session.locate_path(document.path) if document is not None else None
        if document is None or located is None:
            return
        folder, relative = located
        if folder.documents.get(relative) is not document:
            return
        folder.close(relative)
        if folder.uri(relative) != document.uri:
            self.diagnostics.withdraw(document.uri)
        self.diagnostics.closed(document.uri)
        if folder.root in self._adopted and not folder.documents:
            self._close_folder(folder.root)
        self._touched(folder, relative)

    def _touched(self, folder: Folder, path: str) -> None:
        """A document was opened, saved or closed: look for what changed on disk where nobody watches it."""
        if configuration.is_config(path):
            self._config_due.add(folder.root)
        if not self.session.client.watches:
            folder.rescan_due = True
            self._config_due.add(folder.root)
        self.analysis.wake()

    def _did_change_files(self, params: types.DidChangeWatchedFilesParams) -> None:
        for path in watching.files_changed(self.session, params.changes):
            located = self.session.locate_path(path)
            if located is not None and configuration.is_config(located[1]):
                self._config_due.add(located[0].root)
        self.analysis.wake()

    # Configuration

    def _did_change_configuration(self, params: types.DidChangeConfigurationParams) -> object:
        if self.session.client.configuration:
            return self._ask_settings()
        self._set_settings(configuration.section_of(params.settings))
        return None

    async def _ask_settings(self) -> None:
        items = {"items": [{"section": configuration.SECTION}]}
        with contextlib.suppress(ClientError, TimeoutError):
            answer = as_list(await self.rpc.ask(types.WORKSPACE_CONFIGURATION, items))
            self._set_settings(answer[0] if answer else None)

    def _set_settings(self, settings: object) -> None:
        if self.layers.set_settings(settings):
            self._config_due.update(self.session.folders)
            self.analysis.wake()

    def _reload_due(self) -> None:
        """Read the configuration again where it may have changed, and tell what is wrong with it."""
        while self._config_due:
            folder = self.session.folders.get(self._config_due.pop())
            if folder is None:
                continue
            reloaded = configuration.reload(folder, self.layers)
            if reloaded.name is not None:
                self.diagnostics.config(folder, reloaded.name, reloaded.text, reloaded.in_file)
            for problem in reloaded.elsewhere:
                self._warn(f"{problem.path}: {problem.message} {problem.remedy}".strip())

    def _warn(self, message: str) -> None:
        """Show a warning, each text once."""
        if message not in self._told:
            self._told.add(message)
            warning = types.MessageType.Warning.value
            self.rpc.tell(types.WINDOW_SHOW_MESSAGE, {"type": warning, "message": f"fourlayer: {message}"})

    def _settled(self) -> None:
        self.diagnostics.settled()
        now = time.monotonic()
        if now < self._troubles_at:
            return
        self._troubles_at = now + _TROUBLES_SECONDS
        for folder in self.session.folders.values():
            try:
                troubles = folder.new_troubles(lambda: self.rpc.arrived)
            except CancelledError:
                self._troubles_at = now
                return
            if len(troubles) > _MANY_TROUBLES:
                self.log(f"{len(troubles) - _MANY_TROUBLES} further problems: run `fourlayer check`")
            for trouble in troubles[:_MANY_TROUBLES]:
                where = f"{trouble.path}: " if trouble.path else ""
                level = types.MessageType.Info if trouble.kind == "inert-rule" else types.MessageType.Error
                self.log(f"{trouble.kind}: {where}{trouble.message}", level)

    # Questions

    def _located(self, uri: str | None) -> tuple[Folder, str] | None:
        """Where an open document is, its findings brought up to date."""
        located = self.session.locate(uri) if uri is not None else None
        if located is not None:
            self._reload_due()
            self.analysis.flush(*located)
        return located

    def _pull(self, params: types.DocumentDiagnosticParams) -> JsonObject:
        uri = params.text_document.uri
        self._located(uri)
        return self.diagnostics.document_report(uri, params.previous_result_id)

    async def _pull_workspace(self, params: JsonObject) -> JsonObject:
        return await self.diagnostics.workspace_report(params)

    def _code_action(self, params: JsonObject) -> list[JsonObject]:
        document = as_object(params.get("textDocument")) or {}
        context = as_object(params.get("context")) or {}
        located = self._located(_required(as_str(document.get("uri")), "textDocument.uri"))
        if located is None:
            return []
        folder, path = located
        text = folder.text(path) or Text(b"")
        span = _span(params.get("range"), text, self.session)
        only = context.get("only")
        kinds = None if only is None else [kind for kind in as_list(only) if isinstance(kind, str)]
        offered = actions.code_actions(folder, path, span, kinds, self.session.client)
        for failure in folder.failures:
            self.log(failure)
        folder.failures.clear()
        return offered

    def _resolve(self, action: JsonObject) -> JsonObject:
        if action.get("data") is None:
            return action
        located = self._located(actions.read_target(action["data"]).uri)
        if located is None:
            raise ResponseError(INVALID_PARAMS, "the document belongs to no folder of this session")
        try:
            return actions.resolved(*located, action, self.session.client)
        finally:
            self.analysis.wake()

    def _hover(self, params: types.HoverParams) -> JsonObject | None:
        located = self._located(params.text_document.uri)
        if located is None:
            return None
        folder, path = located
        text = folder.text(path) or Text(b"")
        position = params.position.line, params.position.character
        offset = text.offset(position, self.session.client.encoding)
        docs = {one.reported.finding.rule: one.reported.docs for one in folder.shown.get(path, ())}
        return hover(
            folder,
            path,
            offset,
            self.session.client,
            lambda rule: pages.short_page(folder.app.rules, rule, docs.get(rule)),
        )


def _folder_uris(params: JsonObject) -> Iterable[str]:
    """The folders of `initialize`: its workspace folders, else the root in either old form."""
    folders = [as_object(folder) or {} for folder in as_list(params.get("workspaceFolders"))]
    found = [uri for folder in folders if (uri := as_str(folder.get("uri")))]
    if found:
        return found
    if root := as_str(params.get("rootUri")):
        return [root]
    path = as_str(params.get("rootPath"))
    return [uris.from_path(path)] if path else []


def _spelled_root(spelled: str, real: str, root: str) -> str:
    """The root as the client would spell it: the folder's own spelling, as many levels up."""
    below = uris.relative(root, real)
    if below is None:
        return root
    levels = [part for part in below.split("/") if part]
    parts = spelled.rstrip("/").split("/")
    if not levels:
        return "/".join(parts) or "/"
    return "/".join(parts[: -len(levels)]) or "/" if parts[-len(levels) :] == levels else root


def _ignore(_params: object) -> None:
    """Handle what needs no handling."""


def _required(value: str | None, name: str) -> str:
    if value is None:
        raise ResponseError(INVALID_PARAMS, f"{name} is missing")
    return value


def _span(value: object, text: Text, session: Session) -> Span:
    """A range of the client's as bytes."""
    fields = as_object(value) or {}
    offsets: list[int] = []
    for name in ("start", "end"):
        position = as_object(fields.get(name)) or {}
        line, character = as_int(position.get("line")), as_int(position.get("character"))
        if line is None or character is None:
            raise ResponseError(INVALID_PARAMS, f"range.{name} is no position")
        offsets.append(text.offset((line, character), session.client.encoding))
    return Span(min(offsets), max(offsets))


def run() -> int:
    """Serve one client over standard input and output; the exit code that the protocol asks for."""
    # Modules live as long as the process. Looking through them at every collection of cycles would keep the
    # client waiting, and counting them would put collections off until a session's garbage weighs as much.
    gc.freeze()
    gc.collect()
    linecache.clearcache()  # holds the source of every method that attrs made for the protocol's types
    return asyncio.run(_serve())


async def _serve() -> int:
    server = Server()
    rpc = server.rpc
    rpc.set_writer(transport.StdoutWriter(transport.claim_stdout()))
    loop = asyncio.get_running_loop()

    def receive(frames: list[transport.Frame]) -> None:
        rpc.arrived = False
        for frame in frames:
            rpc.receive(frame.body)

    def received(frames: list[transport.Frame]) -> None:
        rpc.arrived = True
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(receive, frames)

    def ended() -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(rpc.stop)

    transport.read_in_thread(0, received, ended)
    await rpc.exited.wait()
    return rpc.exit_code
