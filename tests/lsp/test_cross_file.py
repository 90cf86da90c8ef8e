"""The scenario that matters most: a finding in one file follows an unsaved edit in another, and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.lsp.clients import NEOVIM_011, NEOVIM_012, VSCODE, Json
from tests.lsp.conftest import FILES, Start
from tests.lsp.raw import Raw, queued

BASE = "packages/integrations/base/EnterpriseAdapter.ts"
BASE_INDEX = "packages/integrations/base/index.ts"
ADAPTER = "packages/integrations/acme/AcmeAdapter.ts"
SERVICE = "packages/integrations/acme/services/DealService.ts"
MIGRATION = "packages/backend/migrations/001_deals.sql"


class Scenario(NamedTuple):
    """`rule` reports in `a` whenever `b` holds `broken`, and not while it holds `fixed`."""

    rule: str
    a: str
    b: str
    broken: str
    fixed: str


SCENARIOS = [
    Scenario(
        "adapter-contract",
        ADAPTER,
        BASE,
        FILES[BASE].replace("}\n", "  abstract sync(): Promise<void>;\n}\n"),
        FILES[BASE],
    ),
    Scenario(
        "wrong-tenant-column",
        SERVICE,
        MIGRATION,
        FILES[MIGRATION].replace("organization_id", "tenant_id"),
        FILES[MIGRATION],
    ),
    Scenario(
        "import-cycle",
        ADAPTER,
        BASE_INDEX,
        FILES[BASE_INDEX] + 'export { AcmeAdapter } from "../acme/index.js";\n',
        FILES[BASE_INDEX],
    ),
]

scenarios = pytest.mark.parametrize("scenario", SCENARIOS, ids=[one.rule for one in SCENARIOS])


def codes(params: Json) -> set[str]:
    return {one["code"] for one in params["diagnostics"]}


def cycle(raw: Raw, scenario: Scenario, b: str, seen: Callable[[bool], None]) -> None:
    """Break, fix, break and fix the open document b; `seen` waits for what a shows."""
    for number, (text, reported) in enumerate(
        [(scenario.broken, True), (scenario.fixed, False), (scenario.broken, True), (scenario.fixed, False)]
    ):
        raw.change(b, number + 2, {"text": text})
        seen(reported)


@scenarios
@pytest.mark.parametrize("client", [NEOVIM_012, NEOVIM_011], ids=["0.12", "0.11"])
@pytest.mark.parametrize("a_is_open", [True, False], ids=["open", "closed"])
def test_pushed_to_an_editor_like_neovim(
    start: Start, workspace: Path, scenario: Scenario, client: Json, a_is_open: bool
) -> None:
    raw = start()
    raw.initialize(client, workspace)
    a = raw.open(workspace / scenario.a) if a_is_open else (workspace / scenario.a).as_uri()
    b = raw.open(workspace / scenario.b)

    def seen(reported: bool) -> None:
        raw.wait(
            lambda: ((last := raw.published(a)) is not None and scenario.rule in codes(last)) is reported
        )

    cycle(raw, scenario, b, seen)
    raw.change(b, 9, {"text": scenario.broken})
    seen(True)
    raw.close_document(b)  # the disk speaks again, and there it was never broken
    seen(False)
    assert raw.stop() == 0


@scenarios
def test_pulled_by_an_editor_like_vs_code_with_a_open(
    start: Start, workspace: Path, scenario: Scenario
) -> None:
    raw = start()
    raw.initialize(VSCODE, workspace)
    a = raw.open(workspace / scenario.a)
    b = raw.open(workspace / scenario.b)
    refreshes = [0]

    def pull(uri: str, previous: str | None = None) -> Json:
        asked = {"textDocument": {"uri": uri}, "identifier": "fourlayer", "previousResultId": previous}
        answer: Json = raw.request("textDocument/diagnostic", asked)
        return answer

    last = [pull(a)["resultId"]]
    pull(b)

    def seen(reported: bool) -> None:
        pull(b)  # what VS Code does for the edited document by itself
        refreshes[0] += 1
        raw.wait(
            lambda: sum(method == "workspace/diagnostic/refresh" for method, _ in raw.asked) >= refreshes[0]
        )
        report = pull(a, last[0])
        assert report["kind"] == "full"
        assert (scenario.rule in {item["code"] for item in report["items"]}) is reported
        last[0] = report["resultId"]
        assert pull(a, last[0]) == {"kind": "unchanged", "resultId": last[0]}

    cycle(raw, scenario, b, seen)
    assert queued(raw, "textDocument/publishDiagnostics") == []
    assert raw.stop() == 0


@scenarios
def test_pulled_by_an_editor_like_vs_code_with_a_closed(
    start: Start, workspace: Path, scenario: Scenario
) -> None:
    raw = start()
    raw.initialize(VSCODE, workspace)
    a = (workspace / scenario.a).as_uri()
    held = raw.start_request(
        "workspace/diagnostic",
        {"identifier": "fourlayer", "previousResultIds": [], "partialResultToken": "t"},
    )
    b = raw.open(workspace / scenario.b)

    def reported_now() -> bool:
        state = False
        for params in queued(raw, "$/progress"):
            for item in params["value"]["items"]:
                if item["uri"] == a:
                    state = scenario.rule in {one["code"] for one in item["items"]}
        return state

    cycle(raw, scenario, b, lambda reported: raw.wait(lambda: reported_now() is reported))
    assert held not in raw.responses
    raw.notify("$/cancelRequest", {"id": held})
    assert raw.response(held)["error"]["code"] == -32800
    assert raw.stop() == 0


HALF = "  protected async go(a: { b: string[] }): Promise<void> {\n    return this.x(`y${a.b[0]}`);\n  }\n"


@pytest.mark.parametrize("reported", [True, False])
def test_half_typed_code_elsewhere_makes_nothing_flicker(
    start: Start, workspace: Path, reported: bool
) -> None:
    """While b is typed, a neither loses the finding that it has nor gets one."""
    raw = start()
    raw.initialize(NEOVIM_012, workspace)
    text = FILES[ADAPTER].replace("validate", "check" if reported else "validate")
    a = raw.open(workspace / ADAPTER, text)
    b = raw.open(workspace / BASE)
    expected = {"adapter-contract"} if reported else set()
    raw.wait_published(a, lambda last: codes(last) == expected)
    raw.settle()
    before = len(raw.notified)
    for number, end in enumerate(range(0, len(HALF) + 1, 7)):
        raw.change(b, number + 2, {"text": FILES[BASE].replace("}\n", HALF[:end] + "}\n")})
        raw.settle()
    seen = [
        codes(params)
        for method, params in raw.notified[before:]
        if method.endswith("publishDiagnostics") and params["uri"] == a
    ]
    assert all(one == expected for one in seen)
    raw.change(
        b,
        99,
        {"text": FILES[BASE].replace("}\n", "  abstract sync(): void;\n  abstract check(): void;\n}\n")},
    )
    raw.wait_published(a, lambda last: "adapter-contract" in codes(last))
    assert raw.stop() == 0


def missing(params: Json | None) -> set[str]:
    """The files that are reported as absent."""
    found = [] if params is None else params["diagnostics"]
    names = ("config.ts", "errors.ts", "health.ts")
    return {
        name for one in found if one["code"] == "missing-file" for name in names if name in one["message"]
    }


def test_a_file_that_only_exists_in_a_buffer_is_not_missing(start: Start, workspace: Path) -> None:
    raw = start()
    raw.initialize(NEOVIM_012, workspace)
    index = (workspace / "packages/integrations/acme/index.ts").as_uri()
    raw.wait(lambda: missing(raw.published(index)) == {"config.ts", "errors.ts", "health.ts"})
    health = raw.open(workspace / "packages/integrations/acme/health.ts", "export const nothing = 1;\n")
    raw.wait(lambda: missing(raw.published(index)) == {"config.ts", "errors.ts"})
    raw.close_document(health)
    raw.wait(lambda: missing(raw.published(index)) == {"config.ts", "errors.ts", "health.ts"})
    assert raw.stop() == 0
