"""A helper that is edited unsaved in another file, open or closed, re-judges whoever calls it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from fourlayer.app import App
from fourlayer.syntax.text import Text

ACME = "packages/integrations/acme"
BASE: Mapping[str, str] = {
    "package.json": '{"name": "root", "private": true, "workspaces": ["packages/*"]}',
    "packages/integrations/package.json": '{"name": "@valueos/integrations"}',
    "packages/integrations/base/index.ts": (
        "export class IntegrationError extends Error {}\n"
        "export abstract class EnterpriseAdapter {\n"
        "  protected async withRateLimit<T>(tenantId: string, call: () => Promise<T>): Promise<T> {\n"
        "    return await call();\n"
        "  }\n"
        "}\n"
    ),
    f"{ACME}/errors.ts": (
        'import { IntegrationError } from "../base/index.js";\n'
        "export class AcmeServiceError extends IntegrationError {}\n"
        "export function wrapAcmeError(error: unknown): IntegrationError {\n"
        "  return error instanceof IntegrationError ? error : new AcmeServiceError();\n"
        "}\n"
    ),
}


class Scenario(NamedTuple):
    """`rule` reports in `a` while `b` holds `broken`, and not while it holds `fixed`."""

    rule: str
    a: str
    text: str
    b: str
    broken: str
    fixed: str


_MAPPED = (
    'import { wrapAcmeError } from "./errors.js";\n'
    "export async function mapped<T>(call: () => Promise<T>): Promise<T> {\n"
    "  try {\n    return await call();\n  } catch (error) {\n    throw HERE;\n  }\n}\n"
)
_ADAPTER = (
    'import { EnterpriseAdapter } from "../base/index.js";\n'
    'import { USED } from "./helper.js";\n'
    "export class AcmeAdapter extends EnterpriseAdapter {\n"
    "  async validate(): Promise<boolean> {\n    return BODY;\n  }\n}\n"
)

SCENARIOS = (
    Scenario(
        "raw-error-escape",
        f"{ACME}/AcmeAdapter.ts",
        _ADAPTER.replace("USED", "mapped").replace(
            "BODY", 'await mapped(async () => (await fetch("https://a.example")).ok)'
        ),
        f"{ACME}/helper.ts",
        _MAPPED.replace("HERE", "error"),
        _MAPPED.replace("HERE", "wrapAcmeError(error)"),
    ),
    Scenario(
        "missing-rate-limit",
        f"{ACME}/AcmeAdapter.ts",
        _ADAPTER.replace("USED", "load").replace("BODY", "await load()"),
        f"{ACME}/helper.ts",
        'export async function load(): Promise<boolean> {\n  return (await fetch("https://a.example")).ok;\n}\n',
        "export async function load(): Promise<boolean> {\n  return true;\n}\n",
    ),
    Scenario(
        "unguarded-call",
        f"{ACME}/helper.ts",
        'export async function load(): Promise<boolean> {\n  return (await fetch("https://a.example")).ok;\n}\n',
        f"{ACME}/AcmeAdapter.ts",
        _ADAPTER.replace("USED", "load").replace("BODY", "await load()")
        + "export const early = () => load();\n",
        _ADAPTER.replace("USED", "load").replace("BODY", "await load()"),
    ),
    Scenario(
        "network-on-import",
        f"{ACME}/AcmeAdapter.ts",
        _ADAPTER.replace("USED", "load").replace("BODY", "true") + "export const early = load();\n",
        f"{ACME}/helper.ts",
        'export function load(): Promise<Response> {\n  return fetch("https://a.example");\n}\n',
        "export function load(): number {\n  return 1;\n}\n",
    ),
    Scenario(
        "missing-timeout",
        f"{ACME}/AcmeAdapter.ts",
        _ADAPTER.replace("USED", "OPTIONS").replace("BODY", '(await fetch("https://a.example", OPTIONS)).ok'),
        f"{ACME}/helper.ts",
        'export const OPTIONS = { method: "POST" };\n',
        "export const OPTIONS = { signal: AbortSignal.timeout(1000) };\n",
    ),
)


def findings(app: App, snapshot: object) -> set[tuple[str, str]]:
    outcome = app.check(snapshot)  # type: ignore[arg-type]  # what `app.snapshot` gave
    assert [trouble for trouble in outcome.troubles if trouble.kind == "crash"] == []
    return {(one.finding.rule, one.finding.path) for one in outcome.findings}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[one.rule for one in SCENARIOS])
def test_an_unsaved_edit_elsewhere_judges_anew(tmp_path: Path, scenario: Scenario) -> None:
    for path, text in {**BASE, scenario.a: scenario.text, scenario.b: scenario.broken}.items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    app = App.open(str(tmp_path), select=[scenario.rule])
    told = (scenario.rule, scenario.a)
    broken = app.snapshot()
    assert told in findings(app, broken)

    fixed = broken.derive({scenario.b: Text(scenario.fixed.encode())})
    assert told not in findings(app, fixed)

    # A line above moves everything and changes nothing.
    moved = fixed.derive({scenario.b: Text(("// moved\n" + scenario.fixed).encode())})
    assert told not in findings(app, moved)

    again = moved.derive({})
    assert told in findings(app, again)
