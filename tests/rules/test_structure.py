"""How the structure rules judge code that is written in many ways, and code that cannot be judged."""
# ruff: noqa: E501 - programs of one line each

from __future__ import annotations

from pathlib import Path

import pytest

from fourlayer.app import App
from fourlayer.rule.outcome import Reported
from tests.pages.workspace import apply_change, base_files
from tests.rules.test_templates import STRUCTURE

ROOT = "packages/integrations"
ACME = f"{ROOT}/acme"
ADAPTER = f"{ACME}/AcmeAdapter.ts"

MEMBERS = """\
  readonly capabilities = withCapabilities();
  async validate(): Promise<boolean> { return true; }
  async fetchEntities(): Promise<NormalizedEntity[]> { return []; }
  async fetchEntity(): Promise<NormalizedEntity | null> { return null; }
  async pushUpdate(): Promise<void> {}
  protected async doConnect(): Promise<void> {}
  protected async doDisconnect(): Promise<void> {}
"""
IMPORTS = """\
import { EnterpriseAdapter, RateLimiter, withCapabilities } from "../base/index.js";
import type { IntegrationConfig, NormalizedEntity } from "../base/index.js";
"""
WHOLE = f'{IMPORTS}export class AcmeAdapter extends EnterpriseAdapter {{\n  readonly provider = "acme";\n{MEMBERS}}}\n'


def check(folder: Path, files: dict[str, str], *rules: str) -> tuple[App, tuple[Reported, ...]]:
    for path, text in {**base_files(), **files}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    app = App.open(str(folder), select=rules or STRUCTURE)
    outcome = app.check(app.snapshot(), show_unverifiable=True)
    assert [trouble for trouble in outcome.troubles if trouble.kind == "crash"] == []
    return app, outcome.findings


def verdicts(folder: Path, files: dict[str, str], rule: str) -> list[tuple[str, str]]:
    """Certainty and key of each finding of a rule."""
    _, findings = check(folder, files, rule)
    return [(found.finding.certainty, found.finding.key) for found in findings]


def fixed(folder: Path, files: dict[str, str], rule: str, kind: str) -> dict[str, str]:
    """The files after the first finding's fix."""
    app, findings = check(folder, files, rule)
    plan = next(plan for plan in findings[0].fixes if plan.kind == kind)
    change = app.change(app.snapshot(), findings[0].finding, plan)
    assert change is not None
    return apply_change({**base_files(), **files}, change)


# missing-file


def keys(folder: Path, files: dict[str, str]) -> set[str]:
    _, findings = check(folder, files, "missing-file")
    return {found.finding.key for found in findings}


def test_an_adapter_of_any_case_and_place_counts(tmp_path: Path) -> None:
    assert "HubspotAdapter.ts" not in keys(
        tmp_path, {f"{ROOT}/hubspot/client/HubSpotAdapter.ts": "export {};\n"}
    )


def test_a_standalone_client_counts_as_adapter(tmp_path: Path) -> None:
    assert keys(tmp_path, {f"{ACME}/client.ts": "export {};\n"}) == {
        "index.ts",
        "config.ts",
        "errors.ts",
        "health.ts",
        "types.ts",
    }


def test_no_second_adapter_is_offered(tmp_path: Path) -> None:
    _, findings = check(tmp_path, {f"{ACME}/CrmAdapter.ts": "export {};\n"}, "missing-file")
    adapter = next(found for found in findings if found.finding.key == "AcmeAdapter.ts")

    assert adapter.fixes == ()


def test_it_stands_on_the_first_statement_of_the_index(tmp_path: Path) -> None:
    files = {f"{ACME}/index.ts": "// note\n\nexport const a = 1;\n", f"{ACME}/a.ts": "export {};\n"}
    _, findings = check(tmp_path, files, "missing-file")

    assert {(found.finding.path, found.range.start_line) for found in findings} == {(f"{ACME}/index.ts", 3)}
    assert {found.folder for found in findings} == {ACME}


def test_an_empty_index_is_anchor_enough(tmp_path: Path) -> None:
    assert "config.ts" in keys(tmp_path, {f"{ACME}/index.ts": ""})


def test_types_are_a_warning(tmp_path: Path) -> None:
    _, findings = check(tmp_path, {f"{ACME}/index.ts": "export {};\n"}, "missing-file")

    assert {found.finding.key for found in findings if found.severity == "warning"} == {"types.ts"}


# What config.ts is derived from


def config_of(folder: Path, adapter: str) -> tuple[str, str]:
    """The created configuration and the adapter that reads it."""
    files = {ADAPTER: adapter}
    app, findings = check(folder, files, "missing-file")
    found = next(found for found in findings if found.finding.key == "config.ts")
    plan = next(plan for plan in found.fixes if plan.kind == "create-file")
    change = app.change(app.snapshot(), found.finding, plan)
    assert change is not None
    after = apply_change({**base_files(), **files}, change)
    return after[f"{ACME}/config.ts"], after[ADAPTER]


def adapter_with(body: str, head: str = "") -> str:
    return (
        f'{IMPORTS}{head}\nexport class AcmeAdapter extends EnterpriseAdapter {{\n  readonly provider = "acme";\n'
        f"{body}{MEMBERS}}}\n"
    )


def test_before_super_the_settings_are_loaded(tmp_path: Path) -> None:
    body = """\
  constructor(config: IntegrationConfig) {
    super({ ...config, timeoutMs: config.timeoutMs ?? 700 }, new RateLimiter({ provider: "acme", requestsPerMinute: config.requestsPerMinute ?? 30 }));
  }
"""
    config, adapter = config_of(tmp_path, adapter_with(body))

    assert "timeoutMs: config.timeoutMs ?? loadAcmeConfig().timeoutMs" in adapter
    assert "config.requestsPerMinute ?? loadAcmeConfig().requestsPerMinute" in adapter
    assert "this.settings" not in adapter
    assert "private readonly settings" not in adapter
    assert "default(700)" in config


def test_two_defaults_for_one_key_both_stay(tmp_path: Path) -> None:
    body = """\
  one(): number { return this.config.timeoutMs ?? 1; }
  two(): number { return this.config.timeoutMs ?? 2; }
"""
    config, adapter = config_of(tmp_path, adapter_with(body))

    assert "timeoutMs: z.coerce.number().optional()," in config
    assert "this.config.timeoutMs ?? this.settings.timeoutMs ?? 1" in adapter
    assert "this.config.timeoutMs ?? this.settings.timeoutMs ?? 2" in adapter


def test_a_constant_that_is_used_elsewhere_stays(tmp_path: Path) -> None:
    body = "  one(): number { return this.config.timeoutMs ?? LIMIT; }\n"
    head = "const LIMIT = 5;\nexport const twice = LIMIT * 2;\n"
    _, adapter = config_of(tmp_path, adapter_with(body, head))

    assert "const LIMIT = 5;" in adapter
    assert "this.config.timeoutMs ?? this.settings.timeoutMs;" in adapter


def test_where_this_is_another_the_settings_are_loaded(tmp_path: Path) -> None:
    body = """\
  one(): () => string {
    return function () { return BASE; };
  }
  static two(): string { return BASE; }
"""
    _, adapter = config_of(tmp_path, adapter_with(body, 'const BASE = "https://api.acme.example";\n'))

    assert "return function () { return loadAcmeConfig().baseUrl; };" in adapter
    assert "static two(): string { return BASE; }" in adapter
    assert "const BASE" in adapter


def test_a_field_that_reads_a_setting_comes_after_them(tmp_path: Path) -> None:
    body = "  private readonly url = this.config.baseUrl ?? 'https://api.acme.example';\n"
    _, adapter = config_of(tmp_path, adapter_with(body))

    assert adapter.index("settings = loadAcmeConfig()") < adapter.index("private readonly url")


def test_a_taken_name_is_not_taken_again(tmp_path: Path) -> None:
    body = (
        "  private settings = 1;\n  one(): number { return this.settings + (this.config.timeoutMs ?? 9); }\n"
    )
    _, adapter = config_of(tmp_path, adapter_with(body))

    assert "private readonly appConfig = loadAcmeConfig();" in adapter
    assert "this.config.timeoutMs ?? this.appConfig.timeoutMs" in adapter


def test_tokens_are_no_settings(tmp_path: Path) -> None:
    body = '  one(): string { return process.env["ACME_ACCESS_TOKEN"] ?? ""; }\n'
    config, adapter = config_of(tmp_path, adapter_with(body))

    assert "TOKEN" not in config
    assert 'process.env["ACME_ACCESS_TOKEN"]' in adapter


def test_names_that_are_imported_already_are_kept(tmp_path: Path) -> None:
    head = 'import { getAcmeConfig, type AcmeAppConfig } from "./config.js";\nexport const load = (): AcmeAppConfig => getAcmeConfig();\n'
    config, _ = config_of(tmp_path, adapter_with("", head))

    assert "export function getAcmeConfig(" in config
    assert "export type AcmeAppConfig =" in config


# adapter-contract


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        WHOLE.replace("{ EnterpriseAdapter,", "{ EnterpriseAdapter as Base,").replace("extends EnterpriseAdapter", "extends Base"),
        WHOLE.replace("import { Ent", 'import * as base from "../base/index.js";\nimport { Ent').replace(
            "extends EnterpriseAdapter", "extends base.EnterpriseAdapter"
        ),
        WHOLE.replace("../base/index.js", "@valueos/integrations/base"),
        WHOLE.replace("async validate(): Promise<boolean> { return true; }", "validate = async (): Promise<boolean> => true;"),
        WHOLE.replace('readonly provider = "acme";', 'get provider() { return "acme"; }'),
        WHOLE.replace(
            'readonly provider = "acme";',
            'constructor(readonly provider: string, config: IntegrationConfig, limiter: RateLimiter) { super(config, limiter); }',
        ),
        WHOLE.replace("AcmeAdapter", "ACMEAdapter"),
        WHOLE.replace("class AcmeAdapter", "class Acmeadapter"),
        IMPORTS + "export abstract class AcmeAdapter extends EnterpriseAdapter {}\n",
        IMPORTS + "export class AcmeAdapter extends EnterpriseAdapter {}\nexport interface AcmeAdapter { validate(): void }\n",
        'export { AcmeAdapter } from "./impl.js";\n',
    ],
)  # fmt: skip
def test_an_adapter_that_fulfils_the_contract(tmp_path: Path, text: str) -> None:
    files = {ADAPTER: text, f"{ACME}/impl.ts": WHOLE}

    assert verdicts(tmp_path, files, "adapter-contract") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (WHOLE.replace("async validate", "static async validate"), ("violation", "validate")),
        (WHOLE.replace("  async pushUpdate(): Promise<void> {}\n", ""), ("violation", "pushUpdate")),
        ("export class AcmeAdapter {}\n", ("violation", "AcmeAdapter")),
        ("export const AcmeAdapter = 1;\n", ("violation", "AcmeAdapter")),
        (WHOLE.replace("extends EnterpriseAdapter", "extends mixin(EnterpriseAdapter)"), ("unverifiable", "AcmeAdapter")),
        (
            'import { Remote } from "@acme/sdk";\nexport class AcmeAdapter extends Remote {}\n',
            ("unverifiable", "AcmeAdapter"),
        ),
        (
            'import { EventEmitter } from "node:events";\nexport class AcmeAdapter extends EventEmitter {}\n',
            ("violation", "AcmeAdapter"),
        ),
    ],
)  # fmt: skip
def test_an_adapter_that_does_not(tmp_path: Path, text: str, expected: tuple[str, str]) -> None:
    assert verdicts(tmp_path, {ADAPTER: text}, "adapter-contract") == [expected]


@pytest.mark.parametrize("cut", range(60, len(WHOLE) - 3, 37))
def test_half_typed_adapters_are_left_alone(tmp_path: Path, cut: int) -> None:
    found = verdicts(tmp_path, {ADAPTER: WHOLE[:cut]}, "adapter-contract")

    assert [verdict for verdict in found if "," in verdict[1]] == []


def test_what_a_class_in_between_asks_for_counts(tmp_path: Path) -> None:
    middle = (
        'import { EnterpriseAdapter } from "./EnterpriseAdapter.js";\n'
        "export abstract class CrmAdapter extends EnterpriseAdapter {\n"
        "  abstract pipelines(): Promise<string[]>;\n  async pushUpdate(): Promise<void> {}\n}\n"
    )
    text = WHOLE.replace("  async pushUpdate(): Promise<void> {}\n", "")
    text = 'import { CrmAdapter } from "../base/CrmAdapter.js";\n' + text.replace(
        "extends EnterpriseAdapter", "extends CrmAdapter"
    )
    files = {ADAPTER: text, f"{ROOT}/base/CrmAdapter.ts": middle}

    assert verdicts(tmp_path, files, "adapter-contract") == [("violation", "pipelines")]


def test_without_a_base_class_the_rule_is_inert(tmp_path: Path) -> None:
    target = tmp_path / ADAPTER
    target.parent.mkdir(parents=True)
    target.write_text("export class AcmeAdapter {}\n")
    outcome = (app := App.open(str(tmp_path), select=["adapter-contract"])).check(app.snapshot())

    assert outcome.findings == ()
    assert [trouble.kind for trouble in outcome.troubles] == ["inert-rule"]


def test_members_are_implemented_inside_one_line_classes(tmp_path: Path) -> None:
    text = IMPORTS + "export class AcmeAdapter extends EnterpriseAdapter {}\n"
    after = fixed(tmp_path, {ADAPTER: text}, "adapter-contract", "implement-members")
    judged = verdicts(tmp_path / "after", {ADAPTER: after[ADAPTER]}, "adapter-contract")

    assert judged == []
    assert 'readonly provider = "acme";' in after[ADAPTER]
    assert "not implemented" not in after[ADAPTER]


# errors.ts


CLASS = 'import { IntegrationError } from "../base/index.js";\nexport class AcmeServiceError extends IntegrationError {}\n'


@pytest.mark.parametrize(
    "text",
    [
        CLASS,
        CLASS.replace("AcmeServiceError", "ACMEServiceError"),
        CLASS.replace("export class AcmeServiceError", "class Own") + "export { Own as AcmeServiceError };\n",
        'export { AcmeServiceError } from "./impl.js";\n',
        'export * from "./impl.js";\n',
        "export class AcmeServiceError extends Error {\n  declare readonly code: string;\n  retryable?: boolean;\n}\n",
        "export class AcmeServiceError extends Error {\n  constructor(readonly code: string, public retryable = false) {\n    super(code);\n  }\n}\n",
        CLASS + "const x = {\n",
    ],
)  # fmt: skip
def test_an_error_class_that_says_enough(tmp_path: Path, text: str) -> None:
    files = {f"{ACME}/errors.ts": text, f"{ACME}/impl.ts": CLASS}

    assert verdicts(tmp_path, files, "missing-error-class") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export {};\n", ("violation", "AcmeServiceError")),
        ("", ("violation", "AcmeServiceError")),
        ("export class AcmeServiceError {}\n", ("violation", "code,retryable")),
        ("export class AcmeServiceError extends TypeError {\n  static code = 1;\n}\n", ("violation", "code,retryable")),
        ("export type AcmeServiceError = Error;\n", ("violation", "AcmeServiceError")),
        (
            'import { HttpError } from "got";\nexport class AcmeServiceError extends HttpError {}\n',
            ("unverifiable", "code,retryable"),
        ),
    ],
)  # fmt: skip
def test_an_error_class_that_does_not(tmp_path: Path, text: str, expected: tuple[str, str]) -> None:
    assert verdicts(tmp_path, {f"{ACME}/errors.ts": text}, "missing-error-class") == [expected]


@pytest.mark.parametrize(
    ("file", "rule"),
    [
        ("errors.ts", "missing-error-class"),
        ("errors.ts", "missing-error-wrapper"),
        ("health.ts", "missing-health-check"),
    ],
)
@pytest.mark.parametrize("text", ['export * from "@acme/sdk";\n', 'export * from "./absent.js";\n'])
def test_what_is_passed_on_from_out_of_reach(tmp_path: Path, text: str, file: str, rule: str) -> None:
    found = verdicts(tmp_path, {f"{ACME}/{file}": text}, rule)

    assert [certainty for certainty, _ in found] == ["unverifiable"]


WRAPPED = "new AcmeServiceError('m', 'C', 'acme')"


@pytest.mark.parametrize(
    "wrapper",
    [
        f"export function wrapAcmeError(e: unknown) {{\n  if (!(e instanceof IntegrationError)) return {WRAPPED};\n  return e;\n}}\n",
        f"export const wrapAcmeError = (e: unknown): Error => e instanceof AcmeServiceError ? e : {WRAPPED};\n",
        f"export const wrapAcmeError = (e: unknown) => isOurs(e) ? e : {WRAPPED};\ndeclare function isOurs(e: unknown): e is Error;\n",
        f"export function wrapAcmeError(e: unknown): Error {{\n  const mine = e instanceof IntegrationError ? e : undefined;\n  return mine ?? {WRAPPED};\n}}\n",
        f"export function wrapAcmeError(e: string): Error;\nexport function wrapAcmeError(e: unknown): Error;\nexport function wrapAcmeError(e: unknown): Error {{\n  return e instanceof Error ? e : {WRAPPED};\n}}\n",
        f"function own(x: unknown): Error {{\n  if (x instanceof IntegrationError) return x;\n  return {WRAPPED};\n}}\nexport const wrapAcmeError = (e: unknown) => own(e);\n",
        f"type Thrown = unknown;\nexport function wrapAcmeError(e: Thrown): Error {{\n  return e instanceof Error ? e : {WRAPPED};\n}}\n",
    ],
)  # fmt: skip
def test_a_wrapper_that_lets_ours_through(tmp_path: Path, wrapper: str) -> None:
    assert verdicts(tmp_path, {f"{ACME}/errors.ts": CLASS + wrapper}, "missing-error-wrapper") == []


@pytest.mark.parametrize(
    ("wrapper", "certainty"),
    [
        ("", "violation"),
        (f"export const wrapAcmeError = (e: unknown) => {WRAPPED};\n", "violation"),
        (f"export const wrapAcmeError = (e: any) => e instanceof Error ? e : {WRAPPED};\n", "violation"),
        (f"export const wrapAcmeError = () => {WRAPPED};\n", "violation"),
        (f"function wrapAcmeError(e: unknown) {{\n  return e instanceof Error ? e : {WRAPPED};\n}}\n", "violation"),
        (f"export function wrapAcmeError(e: unknown) {{\n  const f = () => {{ return e; }};\n  f();\n  return {WRAPPED};\n}}\n", "violation"),
        (f"function own(x: unknown): Error {{\n  return {WRAPPED};\n}}\nexport const wrapAcmeError = (e: unknown) => own(e);\n", "violation"),
        ("export const wrapAcmeError = makeWrapper('acme');\n", "unverifiable"),
        ("export const wrapAcmeError = (e: unknown) => mapper.map(e);\n", "unverifiable"),
    ],
)  # fmt: skip
def test_a_wrapper_that_does_not(tmp_path: Path, wrapper: str, certainty: str) -> None:
    found = verdicts(tmp_path, {f"{ACME}/errors.ts": CLASS + wrapper}, "missing-error-wrapper")

    assert found == [(certainty, "wrapAcmeError")]


def test_absent_files_are_not_this_rules_business(tmp_path: Path) -> None:
    _, findings = check(tmp_path, {ADAPTER: WHOLE})

    assert {found.finding.rule for found in findings} == {"missing-file"}


# health.ts


STATUS = 'import type { HealthStatus } from "../base/index.js";\n'
ANSWER = '{ status: "healthy", latencyMs: 1, checkedAt: "" }'


@pytest.mark.parametrize(
    "text",
    [
        f"{STATUS}export async function checkHealth(): Promise<HealthStatus> {{ return {ANSWER}; }}\n",
        f"{STATUS}export const checkACMEHealth = async (): Promise<HealthStatus> => ({ANSWER});\n",
        f"{STATUS}export function checkAcmeHealth(): Promise<HealthStatus> {{ return Promise.resolve({ANSWER}); }}\n",
        f"{STATUS}interface Own extends HealthStatus {{ more: 1 }}\nexport async function checkHealth(): Promise<Own> {{ throw 1; }}\n",
        f"{STATUS}type Own = Readonly<HealthStatus> & {{ more?: 1 }};\nexport async function checkHealth(): Promise<Own> {{ return {ANSWER}; }}\n",
        f"export async function checkHealth() {{ return {ANSWER}; }}\n",
        "export async function checkHealth() { return await probe(); }\n",
        f"{STATUS}export const checkHealth: () => Promise<HealthStatus> = async () => ({ANSWER});\n",
        f"{STATUS}export default async function checkHealth(): Promise<HealthStatus> {{ return {ANSWER}; }}\n",
        'export { checkAcmeHealth } from "./impl.js";\n',
        'import { checkAcmeHealth as own } from "./impl.js";\nexport { own as checkHealth };\n',
        f"{STATUS}export async function checkHealth(): Promise<HealthStatus> {{ return {{\n",
    ],
)  # fmt: skip
def test_a_check_that_fits(tmp_path: Path, text: str) -> None:
    impl = f"{STATUS}export async function checkAcmeHealth(): Promise<HealthStatus> {{ return {ANSWER}; }}\n"

    assert (
        verdicts(tmp_path, {f"{ACME}/health.ts": text, f"{ACME}/impl.ts": impl}, "missing-health-check") == []
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export {};\n", ("violation", "checkAcmeHealth")),
        ("", ("violation", "checkAcmeHealth")),
        ("export const health = { async checkHealth() {} };\n", ("violation", "checkAcmeHealth")),
        ("async function checkHealth() { return {}; }\n", ("violation", "checkHealth")),
        ("export async function checkHealth(): Promise<void> {}\n", ("violation", "checkHealth")),
        ("export async function checkHealth() {}\n", ("violation", "checkHealth")),
        ("export async function checkHealth() { return true; }\n", ("violation", "checkHealth")),
        (f"{STATUS}export function checkHealth(): HealthStatus {{ return {ANSWER}; }}\n", ("violation", "checkHealth")),
        (f"export function checkHealth() {{ return {ANSWER}; }}\n", ("violation", "checkHealth")),
        ("export const checkHealth = 1;\n", ("violation", "checkHealth")),
        ("export const checkHealth = makeCheck();\n", ("unverifiable", "checkHealth")),
        ("export function checkHealth() { return probe(); }\n", ("unverifiable", "checkHealth")),
        ("export async function checkHealth(): Promise<{ status: string }> { throw 1; }\n", ("unverifiable", "checkHealth")),
    ],
)  # fmt: skip
def test_a_check_that_does_not(tmp_path: Path, text: str, expected: tuple[str, str]) -> None:
    assert verdicts(tmp_path, {f"{ACME}/health.ts": text}, "missing-health-check") == [expected]


def test_one_check_that_fits_is_enough(tmp_path: Path) -> None:
    text = (
        f"{STATUS}export function checkHealth(): boolean {{ return true; }}\n"
        f"export async function checkAcmeHealth(): Promise<HealthStatus> {{ return {ANSWER}; }}\n"
    )

    assert verdicts(tmp_path, {f"{ACME}/health.ts": text}, "missing-health-check") == []


# config.ts


ZOD = 'import { z } from "zod";\n'
SCHEMA = f"{ZOD}const schema = z.object({{ A: z.string() }});\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{ZOD}export const load = () => z.object({{ A: z.string() }}).strict().parse(process.env);\n",
        f"{SCHEMA}export const load = () => schema.safeParse({{ A: process.env.A }});\n",
        f"{SCHEMA}export function load(env: NodeJS.ProcessEnv = process.env) {{ return schema.parse(env); }}\n",
        f"{SCHEMA}function check(raw: unknown) {{ return schema.parse(raw); }}\nexport const config = check({{ A: process.env.A }});\n",
        f"{SCHEMA}const raw = {{ A: process.env.A }};\nexport const config = schema.parse(raw);\n",
        f"{SCHEMA}export class Config {{\n  static load() {{ return schema.parse(process.env); }}\n}}\n",
        'import { acmeSchema } from "./schemas.js";\nexport const load = () => acmeSchema.parse(process.env);\n',
        f"{SCHEMA}export const load = () => schema.parse(process.env) as {{ A: string }};\nconst x = {{\n",
    ],
)  # fmt: skip
def test_a_configuration_that_is_validated(tmp_path: Path, text: str) -> None:
    schemas = f"{ZOD}export const acmeSchema = z.object({{ A: z.string() }});\n"
    files = {f"{ACME}/config.ts": text, f"{ACME}/schemas.ts": schemas}

    assert verdicts(tmp_path, files, "unvalidated-config") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export const a = process.env.A;\n", ("violation", "A")),
        (f"{ZOD}export const a = process.env['A'];\n", ("violation", "A")),
        (f"{SCHEMA}export const a = process.env.A;\nexport const b = schema;\n", ("violation", "A")),
        ("export const a = JSON.parse(process.env.A ?? '{}');\n", ("violation", "A")),
        (f"{SCHEMA}export const b = schema.parse('x');\nexport const a = process.env.A;\n", ("violation", "A")),
        ("export const a = (env = process.env) => env.A;\n", ("violation", "A")),
        ("export const a = { ...process.env };\n", ("violation", "config.ts")),
        ("export const a = 1;\n", ("suspicious", "config.ts")),
        ('import { load } from "envalid";\nexport const a = load(process.env);\n', ("unverifiable", "config.ts")),
    ],
)  # fmt: skip
def test_a_configuration_that_is_not(tmp_path: Path, text: str, expected: tuple[str, str]) -> None:
    assert verdicts(tmp_path, {f"{ACME}/config.ts": text}, "unvalidated-config") == [expected]


def test_other_files_named_config_are_left_alone(tmp_path: Path) -> None:
    files = {
        f"{ACME}/lib/config.ts": "export const a = process.env.A;\n",
        f"{ROOT}/base/config.ts": "export {};\n",
    }

    assert verdicts(tmp_path, files, "unvalidated-config") == []


def test_two_meanings_of_one_variable_get_no_schema(tmp_path: Path) -> None:
    text = "export const a = process.env.A;\nexport const b = Number(process.env.A);\n"
    _, findings = check(tmp_path, {f"{ACME}/config.ts": text}, "unvalidated-config")

    assert findings[0].fixes == ()
