"""misplaced-health-check: what counts as one in code of every shape, and moves that compile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.pages.app_judge import AppJudge
from tests.pages.workspace import Files, base_files, write_tree
from tests.rules import node_tools

ACME = "packages/integrations/acme"
RULE = "misplaced-health-check"
IMPORT = 'import type { HealthStatus } from "../base/index.js";\n'
BODY = """{
  const checkedAt = new Date().toISOString();
  const answer = await fetch("https://api.acme.example/ping").catch(() => undefined);
  return { status: answer?.ok ? "healthy" : "unhealthy", latencyMs: 0, checkedAt };
}"""
OWN = f"{IMPORT}\nexport async function checkAcmeHealth(): Promise<HealthStatus> {BODY}\n"
NONE = "export const HEALTH_INTERVAL_MS = 60_000;\n"


def judge(tmp_path: Path, files: Files, rules: tuple[str, ...] = (RULE,)) -> list[tuple[str, str]]:
    outcome = AppJudge(tmp_path / "w", select=list(rules)).open({**base_files(), **files}).outcome
    assert [trouble for trouble in outcome.troubles if trouble.kind == "crash"] == []
    return [(one.finding.rule, one.finding.certainty) for one in outcome.findings]


VIOLATIONS = {
    "method": f"export class A {{ async checkHealth(): Promise<HealthStatus> {BODY} }}",
    "field": f"export class A {{ readonly healthCheck = async (): Promise<HealthStatus> => {BODY}; }}",
    "static": f"export class A {{ static async health(): Promise<HealthStatus> {BODY} }}",
    "class expression": f"export const A = class {{ async getHealth(): Promise<HealthStatus> {BODY} }};",
    "emitter": "import { EventEmitter } from 'node:events';\n"
    f"export class A extends EventEmitter {{ async checkHealth(): Promise<HealthStatus> {BODY} }}",
    "private": f"export class A {{ async #checkHealth(): Promise<HealthStatus> {BODY} }}",
    "function expression": f"export const acmeHealthCheck = async function (): Promise<HealthStatus> {BODY};",
    "default": f"export default async function checkHealth(): Promise<HealthStatus> {BODY}",
    "unannotated": f"export async function performHealthCheck() {BODY}",
    "signal": f"export async function checkHealth(signal: AbortSignal): Promise<HealthStatus> {BODY}",
    "readonly": f"export async function checkHealth(): Promise<Readonly<HealthStatus>> {BODY}",
    "nullable": f"export async function checkHealth(): Promise<HealthStatus | null> {BODY}",
    "snake": f"export async function check_acme_health(): Promise<HealthStatus> {BODY}",
    "frozen object": f"export const acme = Object.freeze({{ async checkHealth() {BODY} }});",
    "constant": (
        "export async function checkHealth(): Promise<HealthStatus> "
        '{ return { status: "healthy", latencyMs: 0, checkedAt: "" }; }'
    ),
    "then": (
        "export function checkHealth(): Promise<HealthStatus> { return fetch('https://a.example')"
        '.then((r) => ({ status: r.ok ? "healthy" : "unhealthy", latencyMs: 0, checkedAt: "" })); }'
    ),
    "helper": (
        "const answer = (status: HealthStatus['status']): HealthStatus => "
        "({ status, latencyMs: 0, checkedAt: '' });\n"
        "export const checkHealth = async (): Promise<HealthStatus> => "
        """answer((await fetch('https://a')).ok ? "healthy" : "unhealthy");"""
    ),
}
SILENT = {
    "sync": 'export function getHealth(): { status: "healthy" | "down" } { return { status: "down" }; }',
    "about": f"export async function checkHealth(accountId: string): Promise<HealthStatus> {BODY}",
    "other words": f"export async function checkCustomerHealth(): Promise<HealthStatus> {BODY}",
    "verb": f"export async function recordHealthStatus(): Promise<HealthStatus> {BODY}",
    "handed on": "export class A { constructor(private readonly check: () => Promise<HealthStatus>) {}\n"
    "async healthCheck(): Promise<HealthStatus> { return await this.check(); } }",
    "generator": "export async function* checkHealth(): AsyncGenerator<HealthStatus> {}",
    "declared": "export declare function checkHealth(): Promise<HealthStatus>;",
    "type": "export interface Checked { checkHealth(): Promise<HealthStatus> }",
    "broken": 'export class A { async checkHealth(): Promise<HealthStatus> { return { status: "healthy", }',
    "boolean, quiet": "export async function checkHealth(): Promise<boolean> { return true; }",
    "imported check": 'import { checkAcmeHealth as ask } from "./health.js";\n'
    "export const checkHealth = async (): Promise<HealthStatus> => "
    "({ ...(await ask()), status: 'degraded' });",
    "given as a value": 'import { checkAcmeHealth } from "./health.js";\n'
    'import { cached } from "./cache.js";\n'
    "export const checkHealth = cached(checkAcmeHealth);\n"
    "export const acme = { checkHealth: async () => "
    "({ ...(await cached(checkAcmeHealth)()), status: 'up' }) };",
}
CACHE = f"export const cached = <T>(work: () => Promise<T>): (() => Promise<T>) => work;\n{NONE}"


@pytest.mark.parametrize("file", ["client.ts", "services/monitor.mts", "AcmeClient.tsx"])
@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_check_outside_of_health_is_found(tmp_path: Path, name: str, file: str) -> None:
    up = "../" * (file.count("/") + 1)
    text = f'import type {{ HealthStatus }} from "{up}base/index.js";\n{VIOLATIONS[name]}\n'

    assert judge(tmp_path, {f"{ACME}/{file}": text, f"{ACME}/health.ts": NONE}) == [(RULE, "violation")]


@pytest.mark.parametrize("name", SILENT)
def test_what_is_none_is_left_alone(tmp_path: Path, name: str) -> None:
    files = {
        f"{ACME}/client.ts": f"{IMPORT}{SILENT[name]}\n",
        f"{ACME}/health.ts": OWN,
        f"{ACME}/cache.ts": CACHE,
    }

    assert judge(tmp_path, files) == []


def test_a_half_typed_class_claims_nothing_for_sure(tmp_path: Path) -> None:
    text = f"{IMPORT}export class A extends {{ async checkHealth(): Promise<HealthStatus> {BODY} }}\n"

    assert (RULE, "violation") not in judge(tmp_path, {f"{ACME}/client.ts": text, f"{ACME}/health.ts": NONE})


def test_it_gives_way_to_the_absent_file_and_silences_the_absent_check(tmp_path: Path) -> None:
    rules = ("missing-file", RULE, "missing-health-check")
    client = {f"{ACME}/client.ts": f"{IMPORT}{VIOLATIONS['method']}\n"}
    absent = judge(tmp_path, client, rules)
    there = judge(tmp_path, {**client, f"{ACME}/health.ts": NONE}, rules)

    assert {rule for rule, _ in absent} == {"missing-file"}
    assert {rule for rule, _ in there} == {"missing-file", RULE}
    assert judge(tmp_path, {**client, f"{ACME}/health.ts": NONE}, ("missing-health-check",)) != []


def _client(body: str, more: str = "") -> str:
    return f"{IMPORT}{more}\nexport class AcmeClient {{\n  readonly name = 'acme';\n\n{body}\n}}\n"


METHOD = f"  async checkHealth(): Promise<HealthStatus> {BODY}"
CALLED = 'import { AcmeClient } from "./client.js";\n\nexport const state = new AcmeClient().checkHealth();\n'
THIS = METHOD.replace("https://api.acme.example/ping", "https://api.acme.example/").replace(
    '"https://api.acme.example/"', "`https://${this.name}.example/`"
)
MOVES: dict[str, Files] = {
    "unused, own": {"client.ts": _client(METHOD), "health.ts": OWN},
    "called, own": {"client.ts": _client(METHOD), "health.ts": OWN, "use.ts": CALLED},
    "unused, none": {"client.ts": _client(METHOD), "health.ts": NONE},
    "called, none": {"client.ts": _client(METHOD), "health.ts": NONE, "use.ts": CALLED},
    "this, none": {"client.ts": _client(THIS), "health.ts": NONE},
    "this, called, none": {"client.ts": _client(THIS), "health.ts": NONE, "use.ts": CALLED},
    "field, called": {
        "client.ts": _client(
            METHOD.replace("async checkHealth()", "readonly checkHealth = async ()").replace(
                "> {", "> => {", 1
            )
        ),
        "health.ts": OWN,
        "use.ts": CALLED,
    },
    "line ends": {
        "client.ts": _client(METHOD).replace("\n", "\r\n"),
        "health.ts": NONE.replace("\n", "\r\n"),
        "use.ts": CALLED.replace("\n", "\r\n"),
    },
    "comes along": {
        "client.ts": f"{IMPORT}import {{ join }} from 'node:path';\n\n"
        "const url = join('https://a.example', 'x');\n\n/** A text. */\nconst unit = 'ms';\n\n"
        "export const label = unit;\n\n"
        f"export async function acmeHealthCheck(): Promise<HealthStatus> "
        + BODY.replace('"https://api.acme.example/ping"', "url")
        + "\n",
        "health.ts": NONE,
        "use.ts": "import { acmeHealthCheck } from './client.js';\n\n"
        "export const state = acmeHealthCheck();\n",
    },
    "same name, used in its file": {
        "client.ts": f"{OWN}\nexport const state = checkAcmeHealth();\n",
        "health.ts": NONE,
    },
    "listed": {
        "client.ts": OWN.replace("export async", "async") + "\nexport { checkAcmeHealth };\n",
        "health.ts": NONE,
        "use.ts": 'import { checkAcmeHealth } from "./client.js";\n\n'
        "export const state = checkAcmeHealth();\n",
    },
    "parameters": {
        "client.ts": _client(
            METHOD.replace("checkHealth()", "checkHealth(signal?: AbortSignal, ...rest: string[])").replace(
                'ping")', 'ping" + rest.length, signal ? { signal } : {})'
            )
        ),
        "health.ts": NONE,
        "use.ts": CALLED,
    },
    "passed on": {
        "client.ts": _client(THIS) + "\nexport const shared = new AcmeClient();\n",
        "health.ts": f'{IMPORT}import {{ shared }} from "./client.js";\n\n'
        "export const checkHealth = async (): Promise<HealthStatus> => await shared.checkHealth();\n",
    },
}


def test_every_move_compiles_and_comes_to_rest(tmp_path: Path) -> None:
    node_tools.need_node()
    for number, (name, files) in enumerate(MOVES.items()):
        start = {**base_files(), **{f"{ACME}/{path}": text for path, text in files.items()}}
        fixed = AppJudge(tmp_path / "w", select=[RULE]).open(start).fix_all()
        assert fixed.applied == 1, name
        again = AppJudge(tmp_path / "w", select=[RULE]).open(fixed.files)
        assert list(again.outcome.findings) == [], name
        for path, text in fixed.files.items():
            assert text.count("\r\n") in {0, text.count("\n")}, (name, path)
        write_tree(tmp_path / "programs" / str(number), fixed.files)
    node_tools.link_modules(tmp_path / "programs")
    options = {**node_tools.STRICTEST, "lib": ["ES2022", "DOM"], "noEmit": True}
    (tmp_path / "programs/tsconfig.json").write_text(
        json.dumps({"compilerOptions": options, "include": ["**/*"]})
    )
    assert node_tools.compile_all(tmp_path / "programs") == []


STAYS: dict[str, Files] = {
    "another type": {
        "client.ts": _client(
            METHOD.replace("Promise<HealthStatus>", "Promise<{ status: string; latencyMs: number }>")
        ),
        "health.ts": OWN,
        "use.ts": CALLED,
    },
    "a circle": {
        "client.ts": _client(METHOD) + "\nexport const url = 'https://a.example';\n",
        "health.ts": OWN.replace('"https://api.acme.example/ping"', "url")
        + 'import { url } from "./client.js";\n',
        "use.ts": CALLED,
    },
    "arguments": {
        "client.ts": _client(METHOD.replace("checkHealth()", "checkHealth(signal?: AbortSignal)")),
        "health.ts": OWN,
        "use.ts": CALLED,
    },
    "what it needs is private": {
        "client.ts": f"{IMPORT}const url = 'https://a.example';\nexport const home = url;\n"
        f"export async function checkHealth(): Promise<HealthStatus> "
        + BODY.replace('"https://api.acme.example/ping"', "url")
        + "\n",
        "health.ts": NONE,
    },
}


@pytest.mark.parametrize("name", STAYS)
def test_what_could_not_compile_is_not_offered(tmp_path: Path, name: str) -> None:
    start = {**base_files(), **{f"{ACME}/{path}": text for path, text in STAYS[name].items()}}
    (reported,) = AppJudge(tmp_path / "w", select=[RULE]).open(start).outcome.findings

    assert reported.finding.certainty == "violation"
    assert list(reported.fixes) == []
