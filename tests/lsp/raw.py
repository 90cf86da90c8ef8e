"""A JSON-RPC driver without a protocol library: it can send anything and sees everything."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.lsp.clients import Json, initialize_params

COMMAND = [sys.executable, "-c", "import sys; from fourlayer.lsp.server import run; sys.exit(run())"]
SECONDS = 20.0


class Raw:
    """One server process. Requests of the server are answered by `answers`, else with null."""

    def __init__(self, cwd: Path | None = None) -> None:
        self.process = subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd
        )
        self.answers: dict[str, Callable[[Any], Any]] = {}
        self.asked: list[tuple[str, Any]] = []
        self.notified: list[tuple[str, Any]] = []
        self.responses: dict[Any, Json] = {}
        self.stderr: list[bytes] = []
        self.written = bytearray()
        """Every byte that came out of the server's standard output."""
        self._changed = threading.Condition()
        self._ended = False
        self._id = 0
        self._threads = [threading.Thread(target=target, daemon=True) for target in (self._read, self._drain)]
        for thread in self._threads:
            thread.start()

    # Sending

    def send_bytes(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message: Any) -> None:
        body = json.dumps(message).encode()
        self.send_bytes(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def start_request(self, method: str, params: Any = None) -> int:
        self._id += 1
        self.send({"jsonrpc": "2.0", "id": self._id, "method": method, "params": params})
        return self._id

    def response(self, identity: Any, seconds: float = SECONDS) -> Json:
        self.wait(lambda: identity in self.responses, seconds)
        return self.responses.pop(identity)

    def request(self, method: str, params: Any = None) -> Any:
        answer = self.response(self.start_request(method, params))
        assert "error" not in answer, answer
        return answer["result"]

    def error(self, method: str, params: Any = None) -> Json:
        answer = self.response(self.start_request(method, params))
        assert "error" in answer, answer
        error: Json = answer["error"]
        return error

    # Waiting

    def wait(self, condition: Callable[[], Any], seconds: float = SECONDS) -> None:
        until = time.monotonic() + seconds
        with self._changed:
            while not condition():
                left = until - time.monotonic()
                if left <= 0 or (self._ended and not condition()):
                    raise AssertionError(f"nothing more came; stderr: {b''.join(self.stderr).decode()}")
                self._changed.wait(min(left, 1.0))

    def exit_code(self, seconds: float = SECONDS) -> int:
        return self.process.wait(seconds)

    # Conversations

    def initialize(self, client: Json, root: Path | None, **more: Any) -> Json:
        result: Json = self.request("initialize", initialize_params(client, root, **more))
        self.notify("initialized", {})
        return result

    def open(self, path: Path, text: str | None = None, version: int = 1) -> str:
        uri = path.as_uri()
        text = path.read_text() if text is None else text
        item = {"uri": uri, "languageId": "typescript", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return uri

    def change(self, uri: str, version: int, *changes: Json) -> None:
        self.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)},
        )

    def close_document(self, uri: str) -> None:
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def published(self, uri: str) -> Json | None:
        """The last diagnostics published for a URI."""
        for method, params in reversed(self.notified):
            if method == "textDocument/publishDiagnostics" and params["uri"] == uri:
                found: Json = params
                return found
        return None

    def wait_published(self, uri: str, condition: Callable[[Json], Any]) -> Json:
        self.wait(lambda: (last := self.published(uri)) is not None and condition(last))
        found = self.published(uri)
        assert found is not None
        return found

    def debug(self) -> Json:
        result: Json = self.request(
            "workspace/executeCommand", {"command": "fourlayer.showDebugInformation", "arguments": []}
        )
        return result

    def settle(self) -> None:
        """Wait until the server has nothing left to do."""
        assert any(self.debug()["settled"] for _ in range(10_000))

    def logged(self) -> list[str]:
        return [params["message"] for method, params in self.notified if method == "window/logMessage"]

    def stop(self) -> int:
        """Shut the server down as the protocol wants it; its exit code."""
        if self.process.poll() is None:
            self.request("shutdown")
            self.notify("exit")
        return self.exit_code()

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for thread in self._threads:
            thread.join(10)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    # Reading

    def _read(self) -> None:
        out = self.process.stdout
        assert out is not None
        while True:
            length = 0
            while (line := out.readline()) not in (b"\r\n", b""):
                self.written += line
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            body = out.read(length) if line else b""
            self.written += line + body
            if not body:
                with self._changed:
                    self._ended = True
                    self._changed.notify_all()
                return
            self._received(json.loads(body))

    def _received(self, message: Json) -> None:
        with self._changed:
            method = message.get("method")
            if method is None:
                self.responses[message.get("id")] = message
            elif "id" in message:
                self.asked.append((method, message.get("params")))
                answer = self.answers.get(method)
                if answer is not _SILENT:
                    result = answer(message.get("params")) if answer is not None else None
                    self._answer(message["id"], result)
            else:
                self.notified.append((method, message.get("params")))
            self._changed.notify_all()

    def _answer(self, identity: Any, result: Any) -> None:
        with contextlib.suppress(BrokenPipeError, ValueError):
            self.send({"jsonrpc": "2.0", "id": identity, "result": result})

    def _drain(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.stderr.append(line)


def _SILENT(_params: Any) -> None:  # noqa: N802 - a marker: this request is never answered
    """Stands for no answer at all."""


def silent() -> Callable[[Any], Any]:
    """An entry of `answers` that leaves a request of the server without an answer."""
    return _SILENT


def queued(raw: Raw, method: str) -> list[Any]:
    """The parameters of every notification of a method so far."""
    return [params for name, params in raw.notified if name == method]


__all__ = ["COMMAND", "Raw", "queue", "queued", "silent"]
