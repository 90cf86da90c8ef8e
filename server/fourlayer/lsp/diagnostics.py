"""Diagnostics on the client's one channel: published as they change, or kept ready to be pulled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

from lsprotocol import types

from fourlayer.lsp import convert
from fourlayer.lsp.configuration import is_config
from fourlayer.lsp.plain import JsonObject, as_list, as_object, as_str
from fourlayer.syntax.text import Text

if TYPE_CHECKING:
    from fourlayer.config.load import ConfigProblem
    from fourlayer.lsp.folder import Folder
    from fourlayer.lsp.protocol import Protocol
    from fourlayer.lsp.session import Session

FLUSH_SECONDS = 0.05
"""How long partial results of a held workspace pull are collected."""


class Report:
    """What the client is to know of one file. `result_id` is a hash of the diagnostics themselves."""

    __slots__ = ("diagnostics", "result_id", "version")

    def __init__(self, diagnostics: list[JsonObject], version: int | None) -> None:
        self.diagnostics = diagnostics
        self.version = version
        packed = json.dumps(diagnostics, separators=(",", ":")).encode()
        self.result_id = blake2b(packed, digest_size=12).hexdigest()


class Diagnostics:
    """Keeps one report a URI and brings it to the client."""

    def __init__(self, session: Session, protocol: Protocol) -> None:
        self._session = session
        self._protocol = protocol
        self._reports: dict[str, Report] = {}
        self._pulled: dict[str, str] = {}
        self._edited: set[str] = set()
        self._streams: list[_Stream] = []
        self._refreshing = False

    def edited(self, uri: str) -> None:
        """The client changed this document, so a pulling client asks for it by itself."""
        self._edited.add(uri)

    def judged(self, folder: Folder, path: str, changed: bool) -> None:
        """A file was judged. An open document is reported even unchanged: for its new version.

        What is wrong with a configuration file is told by `config` alone.
        """
        if is_config(path):
            return
        document = folder.documents.get(path)
        told = folder.uri(path) in self._reports
        if not changed and document is None and told == (path in folder.shown):
            return
        text = folder.text(path) or Text(b"")
        found = convert.diagnostics(folder.shown.get(path, ()), text, self._session.client, folder.place)
        self._update(folder.uri(path), found, document.version if document is not None else None)

    def config(self, folder: Folder, path: str, text: Text, problems: Sequence[ConfigProblem]) -> None:
        """A configuration file was read: its problems, none where it is fine."""
        found = convert.config_diagnostics(problems, text, self._session.client.encoding)
        self._update(folder.uri(path), found, folder.version(path))

    def closed(self, uri: str) -> None:
        """The client closed this document and pulls it no more."""
        self._pulled.pop(uri, None)
        self._edited.discard(uri)

    def withdraw(self, uri: str) -> None:
        """Nothing is to be shown at this URI any more."""
        self._update(uri, [], None)

    def of(self, uri: str) -> Report:
        """The present report of a URI."""
        return self._reports.get(uri) or Report([], None)

    def settled(self) -> None:
        """Everything was judged: a pulling client that has an open document's old findings is told."""
        if not self._session.client.pull:
            return
        outdated = [
            uri
            for uri, result_id in self._pulled.items()
            if uri in self._session.documents
            and uri not in self._edited
            and self.of(uri).result_id != result_id
        ]
        if outdated and not self._refreshing:
            self._refreshing = True
            self._protocol.spawn(self._refresh(), "workspace/diagnostic/refresh")

    def _update(self, uri: str, found: list[JsonObject], version: int | None) -> None:
        old = self._reports.get(uri)
        new = Report(found, version)
        if found or version is not None:
            self._reports[uri] = new
        else:
            self._reports.pop(uri, None)
        old_id = old.result_id if old is not None else EMPTY.result_id
        if self._session.client.pull:
            if old_id != new.result_id:
                for stream in self._streams:
                    stream.add(uri)
        elif old_id != new.result_id or (version is not None and (old is None or old.version != version)):
            self._publish(uri, new)

    def _publish(self, uri: str, report: Report) -> None:
        params: JsonObject = {"uri": uri, "diagnostics": report.diagnostics}
        if report.version is not None and self._session.client.versions:
            params["version"] = report.version
        self._protocol.tell(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, params)

    # Pull

    def document_report(self, uri: str, previous: str | None) -> JsonObject:
        """The answer to `textDocument/diagnostic`."""
        report = self.of(uri)
        self._edited.discard(uri)
        self._pulled[uri] = report.result_id
        if previous == report.result_id:
            return {"kind": "unchanged", "resultId": report.result_id}
        return {"kind": "full", "resultId": report.result_id, "items": report.diagnostics}

    async def workspace_report(self, params: JsonObject) -> JsonObject:
        """The answer to `workspace/diagnostic`: at once without a token, else a stream until cancelled."""
        known = {
            uri: result_id
            for item in map(as_object, as_list(params.get("previousResultIds")))
            if item is not None
            and (uri := as_str(item.get("uri"))) is not None
            and (result_id := as_str(item.get("value"))) is not None
        }
        token = params.get("partialResultToken")
        if not isinstance(token, (str, int)):
            return {"items": [self._workspace_item(uri, known) for uri in sorted({*self._reports, *known})]}
        stream = _Stream(known)
        self._streams.append(stream)
        for uri in {*self._reports, *known}:
            stream.add(uri)
        try:
            while True:
                await stream.waiting.wait()
                await asyncio.sleep(FLUSH_SECONDS)
                items = [
                    item
                    for uri in stream.take()
                    if (item := self._workspace_item(uri, stream.known))["kind"] == "full"
                ]
                if items:
                    self._protocol.tell(types.PROGRESS, {"token": token, "value": {"items": items}})
        finally:
            self._streams.remove(stream)

    def _workspace_item(self, uri: str, known: Mapping[str, str] | dict[str, str]) -> JsonObject:
        report = self.of(uri)
        item: JsonObject = {"uri": uri, "version": report.version, "resultId": report.result_id}
        if known.get(uri, EMPTY.result_id) == report.result_id:
            return {"kind": "unchanged", **item}
        if isinstance(known, dict):
            known[uri] = report.result_id
        return {"kind": "full", **item, "items": report.diagnostics}

    async def _refresh(self) -> None:
        try:
            for uri in list(self._pulled):
                if uri in self._session.documents:
                    self._pulled[uri] = self.of(uri).result_id
                else:
                    del self._pulled[uri]
            await self._protocol.ask(types.WORKSPACE_DIAGNOSTIC_REFRESH, None)
        finally:
            self._refreshing = False


EMPTY = Report([], None)


class _Stream:
    """One held `workspace/diagnostic` request: what the client knows and what it is still to be told."""

    def __init__(self, known: dict[str, str]) -> None:
        self.known = known
        self.waiting = asyncio.Event()
        self._uris: dict[str, None] = {}

    def add(self, uri: str) -> None:
        self._uris[uri] = None
        self.waiting.set()

    def take(self) -> list[str]:
        self.waiting.clear()
        taken = list(self._uris)
        self._uris.clear()
        return taken
