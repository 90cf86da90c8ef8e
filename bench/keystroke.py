"""Drives a language server over stdio and times a keystroke: from the change sent to its diagnostics read.

An edit counts as answered only when the finding on the probe's line has moved by the one column typed.
Edits are closed-loop, so a server's own delay is inside the figure. Linux only: memory is read from /proc.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple, TypedDict, cast

from bench.measure import percentile
from bench.workspace import PROBES

Json = Mapping[str, "Json"] | Sequence["Json"] | str | int | float | bool | None

TIMEOUT = 30.0
_SETTLE = 0.5
_WARM_UP = 10
_INCREMENTAL = 2
_CAPABILITIES: Json = {
    "general": {"positionEncodings": ["utf-16"]},
    "workspace": {"configuration": True, "workspaceFolders": True, "applyEdit": True},
    "window": {"workDoneProgress": True},
    "textDocument": {
        "synchronization": {"dynamicRegistration": True, "didSave": True},
        "publishDiagnostics": {"versionSupport": True, "relatedInformation": True, "dataSupport": True},
    },
}


class _Position(TypedDict):
    line: int
    character: int


class _Range(TypedDict):
    start: _Position


class _Diagnostic(TypedDict):
    range: _Range


class Latency(NamedTuple):
    """Milliseconds from keystroke to diagnostics, and the server's memory in MiB."""

    p50: float
    p95: float
    opened: float
    """Milliseconds from opening the file to its first diagnostics."""
    peak: float
    edits: int


class Client:
    """A minimal client: it answers what servers ask and keeps the diagnostics they push."""

    def __init__(self, command: Sequence[str], root: Path) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the client
        self._process = subprocess.Popen(
            command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log
        )
        self._lock = threading.Lock()
        self._answers: dict[int, queue.Queue[Mapping[str, Json]]] = {}
        self._count = 0
        self.pushed: queue.Queue[tuple[float, Mapping[str, Json]]] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    def notify(self, method: str, params: Json) -> None:
        """Send a notification."""
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def request(self, method: str, params: Json) -> Json:
        """Send a request and wait for its answer. Raises RuntimeError for an error, TimeoutError for none."""
        self._count += 1
        answers: queue.Queue[Mapping[str, Json]] = queue.Queue()
        self._answers[self._count] = answers
        self._send({"jsonrpc": "2.0", "id": self._count, "method": method, "params": params})
        try:
            answer = answers.get(timeout=TIMEOUT)
        except queue.Empty:
            raise TimeoutError(f"{method}: no answer{self._last_words()}") from None
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer.get("result")

    def forget_pushed(self) -> None:
        """Drop the diagnostics that came so far (those of closed files, say)."""
        while not self.pushed.empty():
            self.pushed.get()

    def close(self) -> None:
        """End the server: politely, then by force."""
        try:
            self.request("shutdown", None)
            self.notify("exit", None)
            self._process.wait(timeout=5)
        except (OSError, RuntimeError, TimeoutError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        self._reader.join(timeout=5)
        for stream in (self._process.stdin, self._process.stdout, self._log):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def _last_words(self) -> str:
        self._log.seek(0)
        words = self._log.read().decode(errors="replace").strip().split("\n")[-1]
        return f" ({words})" if words else ""

    def _send(self, message: Json) -> None:
        body = json.dumps(message, separators=(",", ":")).encode()
        with self._lock:
            stream = self._process.stdin
            if stream is not None:
                stream.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
                stream.flush()

    def _read(self) -> None:
        stream = self._process.stdout
        while stream is not None and (length := _content_length(stream)) is not None:
            message = json.loads(stream.read(length))
            if "method" not in message:
                waiting = self._answers.pop(message.get("id"), None)
                if waiting:
                    waiting.put(message)
            elif "id" in message:
                self._send({"jsonrpc": "2.0", "id": message["id"], "result": _answer(message)})
            elif message["method"] == "textDocument/publishDiagnostics":
                self.pushed.put((time.perf_counter(), message["params"]))


def _content_length(stream: IO[bytes]) -> int | None:
    """Read a message's headers; None at the end of the stream."""
    length = 0
    while line := stream.readline():
        if not line.strip():
            return length
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    return None


def _answer(message: Mapping[str, Json]) -> Json:
    """What a server's request is answered with."""
    params = message.get("params")
    if message["method"] == "workspace/configuration" and isinstance(params, Mapping):
        items = params.get("items")
        return [None] * len(items) if isinstance(items, Sequence) else []
    if message["method"] == "workspace/applyEdit":
        return {"applied": False}
    return None


class _Memory:
    """Samples the memory of a process and all its children."""

    def __init__(self, pid: int) -> None:
        self.peak = 0.0
        self._pid = pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop sampling."""
        self._done.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._done.wait(0.025):
            self.peak = max(self.peak, sum(_resident(pid) for pid in _family(self._pid)))


def _family(pid: int) -> list[int]:
    """A process and its descendants."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = Path(f"/proc/{entry}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry))
    found, waiting = [], [pid]
    while waiting:
        current = waiting.pop()
        found.append(current)
        waiting += children.get(current, [])
    return found


def _resident(pid: int) -> float:
    """Resident memory in MiB; 0 when the process is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    line = next((line for line in status.split("\n") if line.startswith("VmRSS:")), "VmRSS: 0 kB")
    return int(line.split()[1]) / 1024


def measure_server(
    command: Sequence[str], root: Path, file: Path, edits: int, initialization: Json = None
) -> Latency:
    """Type `edits` characters into a file and time each. Raises RuntimeError or TimeoutError."""
    client = Client(command, root)
    memory = _Memory(client.pid)
    try:
        incremental = _start(client, root, initialization)
        return _typed(client, memory, file, edits, incremental=incremental)
    finally:
        memory.stop()
        client.close()


def _start(client: Client, root: Path, initialization: Json) -> bool:
    """Begin a session. Whether the server takes changes, rather than the whole text each time."""
    answer = client.request(
        "initialize",
        {
            "processId": os.getpid(),
            "rootUri": root.as_uri(),
            "workspaceFolders": [{"uri": root.as_uri(), "name": root.name}],
            "capabilities": _CAPABILITIES,
            "initializationOptions": initialization,
        },
    )
    client.notify("initialized", {})
    time.sleep(_SETTLE)
    return _sync_kind(answer) == _INCREMENTAL


def _sync_kind(initialized: Json) -> int:
    """How the server wants changes: 0 not at all, 1 as the whole text, 2 as changes."""
    capabilities = initialized.get("capabilities") if isinstance(initialized, Mapping) else None
    sync = capabilities.get("textDocumentSync") if isinstance(capabilities, Mapping) else None
    kind = sync.get("change") if isinstance(sync, Mapping) else sync
    return kind if isinstance(kind, int) else 0


def _typed(client: Client, memory: _Memory, file: Path, edits: int, *, incremental: bool) -> Latency:
    uri, text = file.as_uri(), file.read_text(encoding="utf-8")
    line = next(number for number, source in enumerate(text.split("\n")) if any(p in source for p in PROBES))
    client.forget_pushed()
    started = time.perf_counter()
    client.notify(
        "textDocument/didOpen",
        {"textDocument": {"uri": uri, "languageId": "typescript", "version": 1, "text": text}},
    )
    arrived, columns = _wait(client, uri, line, 1, None)
    opened = (arrived - started) * 1000
    time.sleep(_SETTLE)
    times: list[float] = []
    for number in range(_WARM_UP + edits):
        change = _change(text, line, number, incremental=incremental)
        wanted = [column + number + 1 for column in columns]
        client.forget_pushed()
        started = time.perf_counter()
        client.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": number + 2}, "contentChanges": [change]},
        )
        arrived, _ = _wait(client, uri, line, number + 2, wanted)
        if number >= _WARM_UP:
            times.append((arrived - started) * 1000)
    return Latency(percentile(times, 0.5), percentile(times, 0.95), opened, memory.peak, edits)


def _change(text: str, line: int, typed: int, *, incremental: bool) -> Json:
    """Type one more space at the start of a line, so that no text comes twice; `typed` are there already."""
    if incremental:
        place: Json = {"line": line, "character": typed}
        return {"range": {"start": place, "end": place}, "text": " "}
    lines = text.split("\n")
    lines[line] = f"{' ' * (typed + 1)}{lines[line]}"
    return {"text": "\n".join(lines)}


def _wait(
    client: Client, uri: str, line: int, version: int, wanted: list[int] | None
) -> tuple[float, list[int]]:
    """Wait until findings of the version stand on the line, at the wanted columns; returns when and where."""
    deadline = time.perf_counter() + TIMEOUT
    while (left := deadline - time.perf_counter()) > 0:
        try:
            arrived, params = client.pushed.get(timeout=left)
        except queue.Empty:
            break
        columns = _columns(params.get("diagnostics"), line)
        shown = params.get("version")
        current = not isinstance(shown, int) or shown >= version
        if params.get("uri") == uri and current and columns and wanted in (None, columns):
            return arrived, columns
    raise TimeoutError(f"no diagnostics on the probe's line within {TIMEOUT:.0f} s")


def _columns(diagnostics: Json, line: int) -> list[int]:
    """Where diagnostics on a line start."""
    placed = cast("Sequence[_Diagnostic]", diagnostics)
    starts = [diagnostic["range"]["start"] for diagnostic in placed]
    return sorted({start["character"] for start in starts if start["line"] == line})
