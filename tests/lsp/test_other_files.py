"""What a README, a package.json and a tsconfig make of findings reaches the client, open or closed."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.lsp.clients import NEOVIM_012, VSCODE, Json
from tests.lsp.conftest import FILES, Start
from tests.lsp.edits import covered
from tests.lsp.raw import Raw, queued

ROOT = "packages/integrations"
INDEX = f"{ROOT}/acme/index.ts"
README = "# Ünser 🙂\n\nFour layers: handlers, jobs, services, client. Consumers import `index.ts` only.\n\n"
EXPORTS = (
    '{\n  "name": "@valueos/integrations",\n  "exports": {\n    "./github": "./github/index.ts"%s\n  }\n}\n'
)


class Scenario(NamedTuple):
    """`rule` reports in `a`, on `line` (0-based) over `text`, while `b` holds `broken`, not `sound`.

    `above` is put before what `b` holds, and changes nothing but lines.
    """

    rule: str
    a: str
    line: int
    text: str
    b: str
    language: str
    broken: str
    sound: str
    above: str


SCENARIOS = {
    "the README itself": Scenario(
        "undocumented-integration",
        f"{ROOT}/README.md",
        0,
        "# Ünser 🙂",
        f"{ROOT}/README.md",
        "markdown",
        "# Ünser 🙂\n\n- acme\n- github\n",
        f"{README}- acme\n- github\n",
        "\n",
    ),
    "a provider that the README lacks": Scenario(
        "undocumented-integration",
        INDEX,
        0,
        FILES[INDEX].rstrip("\n"),
        f"{ROOT}/README.md",
        "markdown",
        f"{README}- github\n",
        f"{README}- github\n- acme\n",
        "\n",
    ),
    "a provider that package.json lacks": Scenario(
        "unpublished-integration",
        INDEX,
        0,
        FILES[INDEX].rstrip("\n"),
        f"{ROOT}/package.json",
        "json",
        EXPORTS % "",
        EXPORTS % ',\n    "./acme": "./acme/index.ts"',
        "\n",
    ),
    "the tsconfig itself": Scenario(
        "non-strict-tsconfig",
        f"{ROOT}/tsconfig.json",
        1,
        '"strict"',
        f"{ROOT}/tsconfig.json",
        "jsonc",
        '{\n  /* 🙂 */ "compilerOptions": { "strict": false }\n}\n',
        '{\n  /* 🙂 */ "compilerOptions": { "strict": true }\n}\n',
        "// above\n",
    ),
}
scenarios = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS.keys())


@pytest.fixture
def laid_out(workspace: Path) -> Path:
    """The sample workspace with a second provider, all of it documented, published and strict."""
    (workspace / f"{ROOT}/github").mkdir()
    (workspace / f"{ROOT}/github/index.ts").write_text("export class GithubAdapter {}\n")
    for scenario in SCENARIOS.values():
        (workspace / scenario.b).write_text(scenario.sound, encoding="utf-8")
    return workspace


def begin(raw: Raw, path: Path, language: str, text: str) -> str:
    uri = path.as_uri()
    item = {"uri": uri, "languageId": language, "version": 1, "text": text}
    raw.notify("textDocument/didOpen", {"textDocument": item})
    return uri


def assert_shown(scenario: Scenario, ranges: list[Json], text: str, line: int, encoding: str) -> None:
    """One finding, on its line, over its text."""
    (place,) = ranges
    assert place["start"]["line"] == line
    assert covered(text, place, encoding) == scenario.text


def ranges_of(items: list[Json], rule: str) -> list[Json]:
    return [item["range"] for item in items if item["code"] == rule]


@scenarios
def test_pushed(start: Start, laid_out: Path, scenario: Scenario) -> None:
    path_a, path_b = laid_out / scenario.a, laid_out / scenario.b
    path_b.write_text(scenario.broken, encoding="utf-8")
    raw = start()
    encoding = raw.initialize(NEOVIM_012, laid_out)["capabilities"]["positionEncoding"]
    a = path_a.as_uri()

    def seen(text: str | None, line: int = scenario.line) -> None:
        """Wait for the finding in `a`, which holds `text`; for its absence where that is None."""
        count, ranges = (0, []) if text is None else (1, [text])

        def shown() -> list[Json]:
            last = raw.published(a)
            return ranges_of(last["diagnostics"], scenario.rule) if last is not None else []

        raw.wait(lambda: len(shown()) == count and (not ranges or shown()[0]["start"]["line"] == line))
        if text is not None:
            assert_shown(scenario, shown(), text, line, encoding)

    own = scenario.a == scenario.b
    seen(path_a.read_text(encoding="utf-8"))  # nothing is open
    b = begin(raw, path_b, scenario.language, scenario.broken)
    seen(scenario.broken if own else FILES[INDEX])
    moved = scenario.above + scenario.broken
    raw.change(b, 2, {"text": moved})
    seen(moved if own else FILES[INDEX], scenario.line + own)
    raw.change(b, 3, {"text": scenario.sound})
    seen(None)
    raw.change(b, 4, {"text": scenario.broken})
    seen(scenario.broken if own else FILES[INDEX])
    raw.change(b, 5, {"text": scenario.sound})
    seen(None)
    raw.close_document(b)  # the disk speaks again
    seen(scenario.broken if own else FILES[INDEX])
    assert raw.stop() == 0


@scenarios
def test_pulled(start: Start, laid_out: Path, scenario: Scenario) -> None:
    path_a, path_b = laid_out / scenario.a, laid_out / scenario.b
    path_b.write_text(scenario.broken, encoding="utf-8")
    raw = start()
    encoding = raw.initialize(VSCODE, laid_out)["capabilities"]["positionEncoding"]
    asked: Json = {"identifier": "fourlayer", "previousResultIds": [], "partialResultToken": "t"}
    raw.start_request("workspace/diagnostic", asked)
    on_disk = path_a.read_text(encoding="utf-8")

    def reported() -> list[Json]:
        """What was last told of the closed file."""
        told = [item for params in queued(raw, "$/progress") for item in params["value"]["items"]]
        own = [item["items"] for item in told if item["uri"] == path_a.as_uri()]
        return ranges_of(own[-1], scenario.rule) if own else []

    raw.wait(reported)
    assert_shown(scenario, reported(), on_disk, scenario.line, encoding)

    a = begin(raw, path_a, "typescript" if scenario.a == INDEX else scenario.language, on_disk)
    b = a if scenario.a == scenario.b else begin(raw, path_b, scenario.language, scenario.broken)

    def pulled() -> list[Json]:
        raw.settle()
        document = {"textDocument": {"uri": a}, "identifier": "fourlayer"}
        return ranges_of(raw.request("textDocument/diagnostic", document)["items"], scenario.rule)

    assert_shown(scenario, pulled(), on_disk, scenario.line, encoding)
    raw.change(b, 2, {"text": scenario.sound})
    assert pulled() == []
    moved = scenario.above + scenario.broken
    raw.change(b, 3, {"text": moved})
    own = a == b
    assert_shown(scenario, pulled(), moved if own else on_disk, scenario.line + own, encoding)
    assert raw.stop() == 0
