"""Which registrations count, wherever they stand and however they are written; and unsaved ones at once."""

# ruff: noqa: E501 - snippets of code read best on one line

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from fourlayer.app import App
from fourlayer.syntax.text import Text

ROOT = "packages/integrations"
HEALTH = f"{ROOT}/acme/health.ts"
INDEX = f"{ROOT}/acme/index.ts"
REGISTER = f"{ROOT}/acme/register.ts"
SERVER = "packages/backend/src/server.ts"
REGISTRY = "packages/backend/src/lib/IntegrationHealthRegistry.ts"
FILES: Mapping[str, str] = {
    "package.json": '{"private": true, "workspaces": ["packages/*"]}',
    f"{ROOT}/package.json": '{"name": "@valueos/integrations", "exports": {".": "./index.ts", "./*": "./*/index.ts"}}',
    f"{ROOT}/base/index.ts": "export interface Port { register(entry: { name: string; checkHealth: () => Promise<HealthStatus> }): void }\nexport interface HealthStatus { status: string }\n",
    f"{ROOT}/index.ts": 'export { checkAcmeHealth } from "./acme/index.js";\nexport * as acme from "./acme/index.js";\n',
    HEALTH: 'import type { HealthStatus } from "../base/index.js";\nexport async function checkAcmeHealth(): Promise<HealthStatus> {\n  return { status: await ping() };\n}\n',
    INDEX: 'export { checkAcmeHealth } from "./health.js";\n',
    "packages/backend/package.json": '{"name": "@valueos/backend"}',
    REGISTRY: "export class IntegrationHealthRegistry {\n  register(entry: object, more?: unknown): void { this.entries.push(entry); }\n}\n",
}
IMPORTS = 'import { IntegrationHealthRegistry } from "./lib/IntegrationHealthRegistry.js";\nimport { checkAcmeHealth } from "@valueos/integrations/acme";\nimport * as acme from "@valueos/integrations/acme";\nconst registry = new IntegrationHealthRegistry();\n'


def check(folder: Path, files: Mapping[str, str], config: str = "") -> list[tuple[str, str]]:
    """Certainty and message of the findings."""
    for path, text in {**FILES, **files, "fourlayer.toml": config}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    app = App.open(str(folder), select=["unregistered-health-check"])
    outcome = app.check(app.snapshot(), show_unverifiable=True, plan=False)
    assert [trouble for trouble in outcome.troubles if trouble.kind == "crash"] == []
    return [(one.finding.certainty, one.finding.message) for one in outcome.findings]


def verdict(folder: Path, files: Mapping[str, str], config: str = "") -> str:
    found = check(folder, files, config)
    if not found:
        return "registered"
    [(certainty, message)] = found
    if certainty == "unverifiable":
        return "unknown"
    return "idle" if "which no process runs" in message else "absent"


@pytest.mark.parametrize(
    "text",
    [
        'registry.register({ name: "acme", checkHealth: checkAcmeHealth });',
        'registry.register({ name: "acme", checkHealth: () => checkAcmeHealth() });',
        'registry.register({ name: "acme", checkHealth: async () => { return await checkAcmeHealth(); } });',
        'registry.register({ name: "acme", checkHealth() { return checkAcmeHealth(); } });',
        'registry.register("acme", checkAcmeHealth);',
        'registry.register("acme", acme.checkAcmeHealth);',
        'registry.register({ name: "acme", ...acme } as Entry);',
        'registry.register({ name: "acme", checkHealth: checkAcmeHealth } satisfies Entry);',
        'registry.register({ name: "acme", checkHealth: withTimeout(checkAcmeHealth, 1000) });',
        'const entry = { name: "acme", checkHealth: checkAcmeHealth };\nregistry.register(entry);',
        'const ENTRIES = [{ name: "acme", checkHealth: checkAcmeHealth }];\nfor (const entry of ENTRIES) registry.register(entry);',
        'const ENTRIES = [{ name: "acme", checkHealth: checkAcmeHealth }];\nENTRIES.forEach((entry) => registry.register(entry));',
        '[{ name: "acme", checkHealth: checkAcmeHealth }].forEach((entry) => registry.register(entry));',
        '[checkAcmeHealth].map((check) => ({ name: "acme", check })).forEach((entry) => { registry.register(entry); });',
        "const CHECKS = { acme: checkAcmeHealth };\nfor (const [name, check] of Object.entries(CHECKS)) registry.register({ name, check });",
        "const PROVIDERS = { acme };\nObject.values(PROVIDERS).forEach((one) => registry.register(one));",
        'function entry() { return { name: "acme", checkHealth: checkAcmeHealth }; }\nregistry.register(entry());',
        'class AcmeEntry { name = "acme"; checkHealth = checkAcmeHealth; }\nregistry.register(new AcmeEntry());',
        "class AcmeEntry { checkHealth() { return checkAcmeHealth(); } }\nclass Better extends AcmeEntry {}\nregistry.register(new Better());",
        'const all = new IntegrationHealthRegistry([{ name: "acme", checkHealth: checkAcmeHealth }]);',
        "function start() {\n  const board = new IntegrationHealthRegistry();\n  board.register({ checkHealth: checkAcmeHealth });\n}\nstart();",
        "class Board extends IntegrationHealthRegistry {\n  constructor() { super(); this.register({ checkHealth: checkAcmeHealth }); }\n}\nnew Board();",
        "class Board extends IntegrationHealthRegistry {}\nconst board = new Board();\nboard.register({ checkHealth: checkAcmeHealth });",
        "class Boot {\n  constructor(private readonly checks: IntegrationHealthRegistry) {}\n  run() { this.checks.register({ checkHealth: checkAcmeHealth }); }\n}\nnew Boot(registry).run();",
        "function fill(board: IntegrationHealthRegistry, check: () => unknown) { board.register({ check }); }\nfill(registry, checkAcmeHealth);",
        "const { register } = registry;\nregister({ checkHealth: checkAcmeHealth });",
        'registry.entries["acme"] = { check: checkAcmeHealth };',
        "function all(r: HealthPort) { r.register({ checkHealth: () => checkAcmeHealth() }); }\nall(registry);",
        "const healthRegistry = { acme: checkAcmeHealth };\nserve(healthRegistry);",
        "class Board extends IntegrationHealthRegistry {\n  readonly checks = { acme: checkAcmeHealth };\n}\nnew Board();",
        "function boot(options) { setUp(options.checks); }\nfunction setUp(checks) { for (const check of checks) registry.register(check); }\nboot({ checks: [checkAcmeHealth] });",
        "class Service {\n  constructor(private readonly options: Options) { for (const check of options.checks) registry.register(check); }\n}\nnew Service({ checks: [checkAcmeHealth] });",
        "new IntegrationHealthRegistry().register({ name: 'other' }).register({ checkHealth: checkAcmeHealth });",
        "const board = new IntegrationHealthRegistry();\nboard.addAll({ acme: checkAcmeHealth });",
        "container.resolve('health-registry').set('acme', checkAcmeHealth);",
        "async function boot() {\n  const { checkAcmeHealth: check } = await import('@valueos/integrations/acme');\n  registry.register({ check });\n}\nvoid boot();",
        "export const setup = async () => {\n  const module = await import('@valueos/integrations/acme');\n  registry.register({ check: module.checkAcmeHealth });\n};\nawait setup();",
    ],
)
def test_a_registration_counts_however_it_is_written(tmp_path: Path, text: str) -> None:
    assert verdict(tmp_path, {SERVER: IMPORTS + text}) == "registered"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "const status = await checkAcmeHealth();",
        'app.get("/acme", async (req, res) => res.json(await checkAcmeHealth()));',
        'registry.register({ name: "acme", checkHealth: async () => ({ status: "healthy" }) });',
        "console.log(checkAcmeHealth);",
        "// registry.register({ checkHealth: checkAcmeHealth });",
        'registry.register({ name: "checkAcmeHealth" });',
        'app.register(async (f) => { f.get("/acme", async () => checkAcmeHealth()); });',
    ],
)
def test_a_use_is_no_registration(tmp_path: Path, text: str) -> None:
    assert verdict(tmp_path, {SERVER: IMPORTS + text}) == "absent"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "idle"),
        ({SERVER: 'import "../../integrations/acme/register.js";'}, "idle"),
        ({SERVER: 'import { registerAcme } from "../../integrations/acme/register.js";\nregisterAcme(r);'}, "registered"),
        ({SERVER: 'import { registerAcme as go } from "../../integrations/acme/register.js";\nfunction all() { go(r); }\nall();'}, "registered"),
        ({SERVER: 'import { registerAcme } from "../../integrations/acme/register.js";\nfunction all() { registerAcme(r); }'}, "idle"),
        ({SERVER: 'import { registerAcme } from "../../integrations/acme/register.js";\nexport function all() { registerAcme(r); }'}, "registered"),
        ({SERVER: 'import { registerAcme } from "../../integrations/acme/register.js";\nconst registrations = [registerAcme];\nregistrations.forEach((go) => go(r));'}, "registered"),
        ({SERVER: 'import * as acme from "../../integrations/acme/register.js";\nacme.registerAcme(r);'}, "registered"),
        ({SERVER: 'const { registerAcme } = await import("../../integrations/acme/register.js");\nregisterAcme(r);'}, "registered"),
        ({SERVER: 'import { start } from "./wiring.js";\nstart();', "packages/backend/src/wiring.ts": 'import { registerAcme } from "../../integrations/acme/register.js";\nexport const start = () => registerAcme(r);'}, "registered"),
        ({SERVER: 'import "./wiring.js";', "packages/backend/src/wiring.ts": 'import { registerAcme } from "../../integrations/acme/register.js";\nexport const start = () => registerAcme(r);'}, "idle"),
        ({SERVER: "", "packages/backend/src/wiring.ts": 'import { registerAcme } from "../../integrations/acme/register.js";\nregisterAcme(r);'}, "idle"),
        ({SERVER: "", "packages/backend/src/server.test.ts": 'import { registerAcme } from "../../integrations/acme/register.js";\nregisterAcme(r);'}, "idle"),
        ({INDEX: FILES[INDEX] + 'export { registerAcme } from "./register.js";\n', SERVER: 'import { checkAcmeHealth } from "@valueos/integrations/acme";'}, "idle"),
        ({INDEX: FILES[INDEX] + 'export { registerAcme } from "./register.js";\n', SERVER: 'import { registerAcme } from "@valueos/integrations/acme";\nregisterAcme(r);'}, "registered"),
        ({SERVER: "for (const name of NAMES) {\n  const { register } = await import(`../../integrations/${name}/register.js`);\n  register(r);\n}"}, "unknown"),
    ],
)  # fmt: skip
def test_a_function_that_registers_must_be_called_by_what_runs(
    tmp_path: Path, files: Mapping[str, str], expected: str
) -> None:
    register = 'import type { Port } from "../base/index.js";\nimport { checkAcmeHealth } from "./health.js";\nexport function registerAcme(port: Port): void {\n  port.register({ name: "acme", checkHealth: checkAcmeHealth });\n}\n'
    typed = register.replace("port: Port", "port: HealthRegistryPort")

    assert verdict(tmp_path, {REGISTER: typed, SERVER: "", **files}) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({SERVER: 'import { registerHealthCheck } from "./health.js";\nimport { checkAcmeHealth } from "@valueos/integrations";\nregisterHealthCheck("acme", checkAcmeHealth);'}, "registered"),
        ({SERVER: 'import { registerHealthCheck as add } from "./health.js";\nimport { checkAcmeHealth } from "@valueos/integrations";\nadd("acme", checkAcmeHealth);'}, "registered"),
        ({SERVER: 'import { registerHealthCheck } from "./health.js";\nimport { acme } from "@valueos/integrations";\nregisterHealthCheck("acme", acme.checkAcmeHealth);'}, "registered"),
        ({SERVER: 'import { registerHealthCheck } from "./health.js";\nimport * as all from "@valueos/integrations";\nObject.values(all).forEach(registerHealthCheck);'}, "registered"),
        ({SERVER: 'import { registerHealthCheck } from "./health.js";\nregisterHealthCheck("other", other);'}, "absent"),
    ],
)  # fmt: skip
def test_functions_register_too(tmp_path: Path, files: Mapping[str, str], expected: str) -> None:
    function = "export const registerHealthCheck = (name: string, check: () => unknown): void => { ALL.set(name, check); };\n"
    files = {REGISTRY: "", "packages/backend/src/health.ts": function, **files}

    assert verdict(tmp_path, files) == expected


@pytest.mark.parametrize(
    "text",
    [
        'import { monitor } from "@acme/monitoring";\nmonitor.registerDependency("acme", checkAcmeHealth);',
        "@Health(checkAcmeHealth)\nclass Acme {}\nnew Acme();",
        "for (const name of NAMES) {\n  const module = await import(`../../integrations/${name}/health.js`);\n  registry.register(module);\n}",
        "const modules = import.meta.glob('../../integrations/*/health.ts');",
        "registry.register({ checkHealth: checkAcmeHealth",
    ],
)
def test_what_cannot_be_followed_is_no_violation(tmp_path: Path, text: str) -> None:
    assert verdict(tmp_path, {SERVER: IMPORTS + text}) == "unknown"


@pytest.mark.parametrize(
    "health",
    [
        'export const checkAcmeHealth = async (): Promise<Status> => ({ status: "up" });\n',
        'async function probe(): Promise<Status> { return { status: "up" }; }\nexport { probe as checkAcmeHealth };\n',
        'export { checkAcmeHealth } from "./probe.js";\n',
        'import { registry } from "../../backend/src/registry.js";\nexport async function checkAcmeHealth(): Promise<Status> { return ask(); }\nregistry.register({ checkHealth: checkAcmeHealth });\n',
    ],
)
def test_the_check_may_be_declared_in_any_way(tmp_path: Path, health: str) -> None:
    files = {
        HEALTH: health,
        f"{ROOT}/acme/probe.ts": "export async function checkAcmeHealth(): Promise<Status> { return ask(); }\n",
    }
    call = "" if "registry" in health else "registry.register({ checkHealth: checkAcmeHealth });"

    assert verdict(tmp_path, {**files, SERVER: IMPORTS + call}) == "registered"


def test_configured_symbols_are_registries(tmp_path: Path) -> None:
    files = {
        REGISTRY: "",
        "packages/backend/src/deps.ts": "export class DependencyBoard { put(name: string, check: unknown): void {} }\n",
        SERVER: 'import { DependencyBoard } from "./deps.js";\nimport { checkAcmeHealth } from "@valueos/integrations";\nconst b = new DependencyBoard();\nb.addCheck("acme", checkAcmeHealth);',
    }
    config = '[symbols]\nextend-health-registry = ["DependencyBoard"]\n'

    assert check(tmp_path, files) == []
    assert verdict(tmp_path, files, config) == "registered"
    assert verdict(tmp_path, {**files, SERVER: ""}, config) == "absent"


def test_a_registry_from_a_package_counts(tmp_path: Path) -> None:
    files = {
        REGISTRY: "",
        SERVER: 'import { ServiceHealthRegistry } from "@acme/health";\nimport { checkAcmeHealth } from "@valueos/integrations";\nconst r = new ServiceHealthRegistry();\n',
    }

    assert verdict(tmp_path, files) == "absent"
    assert (
        verdict(tmp_path, {**files, SERVER: files[SERVER] + "r.add('acme', checkAcmeHealth);\n"})
        == "registered"
    )


@pytest.mark.parametrize(
    "registry",
    [
        "",
        "export interface IntegrationHealthRegistry { register(entry: object): void }\n",
        "export abstract class IntegrationHealthRegistry { abstract register(entry: object): void }\n",
        "export type IntegrationHealthRegistry = Map<string, () => unknown>;\n",
        "// class IntegrationHealthRegistry {}\n",
    ],
)
def test_without_a_registry_the_rule_says_once_that_it_cannot_run(tmp_path: Path, registry: str) -> None:
    assert check(tmp_path, {REGISTRY: registry, SERVER: ""}) == []
    app = App.open(str(tmp_path), select=["unregistered-health-check"])
    [trouble] = app.check(app.snapshot()).troubles

    assert trouble.kind == "inert-rule"
    assert "no health registry" in trouble.message


def test_without_a_root_the_rule_says_that_it_cannot_run(tmp_path: Path) -> None:
    assert check(tmp_path, {}) == []
    app = App.open(str(tmp_path), select=["unregistered-health-check"])

    assert "no composition root" in app.check(app.snapshot()).troubles[0].message


def test_an_unsaved_registration_elsewhere_clears_the_finding_at_once_and_its_removal_brings_it_back(
    tmp_path: Path,
) -> None:
    wiring = "packages/backend/src/wiring.ts"
    files = {
        SERVER: 'import { wire } from "./wiring.js";\nwire();\n',
        wiring: "export function wire(): void {}\n",
    }
    assert verdict(tmp_path, files) == "absent"
    app = App.open(str(tmp_path), select=["unregistered-health-check"])
    snapshot = app.snapshot()
    assert len(app.check_file(snapshot, HEALTH)) == 1

    registering = (
        IMPORTS + "export function wire(): void { registry.register({ check: checkAcmeHealth }); }\n"
    )
    snapshot = app.snapshot({wiring: Text.from_str(registering)}, snapshot, [])
    assert app.check_file(snapshot, HEALTH) == ()
    uncalled = Text.from_str('import "./wiring.js";\n')
    snapshot = app.snapshot({wiring: Text.from_str(registering), SERVER: uncalled}, snapshot, [])
    assert len(app.check_file(snapshot, HEALTH)) == 1
    snapshot = app.snapshot({wiring: Text.from_str(registering)}, snapshot, [])
    assert app.check_file(snapshot, HEALTH) == ()
    snapshot = app.snapshot({}, snapshot, [])

    assert len(app.check_file(snapshot, HEALTH)) == 1


def test_typing_where_it_is_registered_runs_nothing_again(tmp_path: Path) -> None:
    text = (
        IMPORTS
        + "registry.register({ check: checkAcmeHealth });\nexport function other(): number { return 1; }\n"
    )
    assert verdict(tmp_path, {SERVER: text}) == "registered"
    app = App.open(str(tmp_path), select=["unregistered-health-check"])
    first = app.snapshot()
    app.check(first)
    before = {unit: id(result) for unit, result in app.engine._results.items()}

    typed = app.snapshot(
        {SERVER: Text.from_str("// typed\n" + text.replace("return 1", "return 2"))}, first, []
    )
    app.check(typed)

    assert {unit: id(result) for unit, result in app.engine._results.items()} == before


@pytest.mark.parametrize(("answer", "offered"), [(": Promise<HealthStatus>", True), ("", False)])
def test_a_check_that_does_not_say_what_it_answers_is_not_handed_to_a_typed_registry(
    tmp_path: Path, answer: str, offered: bool
) -> None:
    files = {
        HEALTH: FILES[HEALTH].replace(": Promise<HealthStatus>", answer),
        SERVER: IMPORTS + "void registry;\n",
        REGISTRY: "export class IntegrationHealthRegistry {\n  register(entry: { name: string; checkHealth: () => Promise<{ status: string }> }): void { this.entries.push(entry); }\n}\n",
    }
    assert [certainty for certainty, _ in check(tmp_path, files)] == ["violation"]
    app = App.open(str(tmp_path), select=["unregistered-health-check"])
    snapshot = app.snapshot()
    [one] = app.check(snapshot).findings
    assert bool(one.fixes) is offered
