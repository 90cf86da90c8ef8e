"""The measuring code measures what it says; no test looks at a time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench.keystroke import Latency, measure_server
from bench.measure import Cost, median_of, percentile, run_once
from bench.workspace import LENGTHS, PROBES, add_files, copied, source
from fourlayer.syntax.facts import build_facts
from fourlayer.syntax.text import Text

SERVER = """
import json, sys
def read():
    length = 0
    while (line := sys.stdin.buffer.readline().strip()):
        length = int(line.split(b":")[1])
    return json.loads(sys.stdin.buffer.read(length))
def write(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body)
    sys.stdout.buffer.flush()
column = 0
while True:
    message = read()
    method = message["method"]
    if method == "exit":
        break
    if "id" in message:
        write({"id": 99, "method": "workspace/configuration", "params": {"items": [{}, {}]}})
        assert read()["result"] == [None, None]
        write({"id": message["id"], "result": {"capabilities": {"textDocumentSync": KIND}}})
    if method == "textDocument/didOpen":
        document = message["params"]["textDocument"]
        line = next(i for i, text in enumerate(document["text"].split("\\n")) if "__probe" in text)
    if method == "textDocument/didChange":
        text = message["params"]["contentChanges"][0]["text"]
        assert ("range" in message["params"]["contentChanges"][0]) == (KIND == 2)
        column += 1 if text == " " or "\\n " in text else -1
    if method.startswith("textDocument/did"):
        for shown in (7, column):
            start = {"line": line, "character": shown}
            diagnostic = {"range": {"start": start, "end": start}, "message": ""}
            params = {"uri": message["params"]["textDocument"]["uri"], "diagnostics": [diagnostic]}
            if shown != 7 or method.endswith("Change"):
                write({"method": "textDocument/publishDiagnostics", "params": params})
"""


@pytest.mark.parametrize("lines", LENGTHS.values())
def test_the_measured_files_are_valid_and_hold_one_any(lines: int) -> None:
    text = source(lines)
    facts = build_facts(Text.from_str(text), "ts")

    assert abs(text.count("\n") - lines) < 25
    assert (facts.errors, len(facts.anys)) == ((), 1)
    assert sum(PROBES[0] in line and ": any" in line for line in text.split("\n")) == 1


def test_a_copy_is_measured(tmp_path: Path) -> None:
    original = tmp_path / "original"
    (original / "node_modules/x").mkdir(parents=True)
    (original / "a.ts").write_text("1;")

    copy = copied(original, tmp_path / "copy")
    assert [path.name for path in copy.iterdir()] == ["a.ts"]

    add_files(copy)
    assert sorted(path.name for path in copy.iterdir()) == ["a.ts", "packages"]
    assert [path.name for path in original.iterdir() if path.name == "packages"] == []


def test_a_process_is_measured_with_its_children(tmp_path: Path) -> None:
    burn = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'sum(range(10**6))']); sys.exit(3)"

    cost = run_once([sys.executable, "-c", burn], tmp_path)

    assert cost.exit_code == 3
    assert cost.cpu > 0
    assert cost.peak > 1


def test_medians_and_percentiles() -> None:
    costs = [Cost(float(number), 1.0, 1.0, number) for number in (5, 1, 3)]
    hundred = [float(number) for number in range(1, 101)]

    assert median_of(costs) == Cost(3.0, 1.0, 1.0, 3)
    assert (percentile(hundred, 0.5), percentile(hundred, 0.95)) == (50.0, 95.0)
    assert (percentile([4.0], 0.95), percentile([1.0, 2.0], 0.95)) == (4.0, 2.0)


@pytest.mark.parametrize("kind", ["1", "2"])
def test_keystrokes_are_driven_to_the_end(kind: str, tmp_path: Path) -> None:
    server = tmp_path / "server.py"
    server.write_text(SERVER.replace("KIND", kind))
    file = tmp_path / "a.ts"
    file.write_text("// first\nconst __probe = 1;\n")

    latency = measure_server([sys.executable, str(server)], tmp_path, file, 6)

    assert isinstance(latency, Latency)
    assert latency.edits == 6
    assert 0 < latency.p50 <= latency.p95


def test_a_dead_server_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.keystroke.TIMEOUT", 1.0)
    file = tmp_path / "a.ts"
    file.write_text("const __probe = 1;\n")

    with pytest.raises((TimeoutError, OSError)):
        measure_server([sys.executable, "-c", "pass"], tmp_path, file, 1)
