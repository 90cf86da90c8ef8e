"""The mutable state of one connection: the client, its folders and its open documents. Loop's thread only."""

from __future__ import annotations

from collections.abc import Iterator

from fourlayer.lsp import uris
from fourlayer.lsp.capabilities import Client
from fourlayer.lsp.documents import Document
from fourlayer.lsp.folder import Folder


class Session:
    """Who the client is and what it has open. `folders` are keyed by their real root."""

    def __init__(self) -> None:
        self.client = Client()
        self.folders: dict[str, Folder] = {}
        self.documents: dict[str, Document] = {}
        """Open documents by the URI that the client uses."""
        self._paths: dict[str, str | None] = {}

    def real_path(self, uri: str) -> str | None:
        """The real path of a `file:` URI; None for other schemes. Remembered while the document is open."""
        if uri in self._paths:
            return self._paths[uri]
        return uris.canonical(uri)

    def locate(self, uri: str) -> tuple[Folder, str] | None:
        """The folder that a URI belongs to (the innermost) and its path there."""
        path = self.real_path(uri)
        return None if path is None else self.locate_path(path)

    def locate_path(self, path: str) -> tuple[Folder, str] | None:
        """The same for a real absolute path."""
        best: tuple[Folder, str] | None = None
        for folder in self.folders.values():
            relative = folder.path(path)
            if relative and (best is None or len(folder.root) > len(best[0].root)):
                best = folder, relative
        return best

    def remember(self, document: Document) -> None:
        """Note an open document."""
        self.documents[document.uri] = document
        self._paths[document.uri] = document.path

    def forget(self, uri: str) -> Document | None:
        """Drop a closed document."""
        self._paths.pop(uri, None)
        return self.documents.pop(uri, None)

    def open_in(self, folder: Folder) -> Iterator[tuple[str, Document]]:
        """The open documents that belong to a folder, with their paths there."""
        for document in self.documents.values():
            located = self.locate_path(document.path)
            if located is not None and located[0] is folder:
                yield located[1], document
