"""What `missing-file` creates compiles under the strictest options, is used, and does what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, cast

import pytest

from fourlayer.app import App
from fourlayer.project.layout import Provider
from fourlayer.project.snapshot import View
from fourlayer.rule.outcome import Reported
from fourlayer_rules.derive.names import KINDS
from fourlayer_rules.templates.creation import create as create_files
from tests.pages.workspace import apply_change, base_files
from tests.rules.node_tools import STRICTEST, compile_all, link_modules, need_node, run
from tests.rules.providers import FRESH, LOOSE, OPTIONS_BASE, PROVIDERS, ROOT, ROOT_FILES, SHAPES

STRUCTURE = (
    "missing-file",
    "unvalidated-config",
    "adapter-contract",
    "missing-error-class",
    "missing-error-wrapper",
    "missing-health-check",
)
NAMES = ("config.ts", "errors.ts", "health.ts", "types.ts", "index.ts")
ORDERS = {
    "config-first": NAMES,
    "health-first": ("health.ts", "index.ts", "types.ts", "errors.ts", "config.ts"),
}

Files = dict[str, str]

pytestmark = pytest.mark.node


class Judged(NamedTuple):
    """A workspace on disk, judged."""

    app: App
    files: Files
    findings: tuple[Reported, ...]

    def fixed(self, found: Reported, kind: str) -> Files:
        """The files after one fix of one finding."""
        plan = next(plan for plan in found.fixes if plan.kind == kind)
        change = self.app.change(self.app.snapshot(), found.finding, plan)
        assert change is not None, f"{plan.title} makes no change"
        return apply_change(self.files, change)


def judge(folder: Path, files: Files) -> Judged:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    app = App.open(str(folder), select=STRUCTURE)
    outcome = app.check(app.snapshot(), show_unverifiable=True)
    assert [trouble for trouble in outcome.troubles if trouble.kind == "crash"] == []
    return Judged(app, files, outcome.findings)


def create(folder: Path, files: Files, kind: str, order: Sequence[str] = NAMES) -> Files:
    """Apply one kind of fix until nothing is missing, in an order of file names."""
    for _ in range(40):
        judged = judge(folder, files)
        missing = [found for found in judged.findings if found.finding.rule == "missing-file"]
        if not missing:
            assert [found.finding.message for found in judged.findings] == []
            return files
        missing.sort(key=lambda found: _rank(found.finding.key, order))
        found = missing[0]
        kinds = {plan.kind for plan in found.fixes}
        files = judged.fixed(found, kind if kind in kinds else "create-file")
    raise AssertionError("files are missing for ever")


def _rank(key: str, order: Sequence[str]) -> int:
    return order.index(key) if key in order else len(order)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Files]:
    """The shapes with everything created: all at once, and file by file in two orders."""
    folder = tmp_path_factory.mktemp("made")
    start = dict(SHAPES)
    return {
        "all": create(folder / "all", start, "create-all"),
        **{name: create(folder / name, start, "create-file", order) for name, order in ORDERS.items()},
    }


@pytest.fixture(scope="module")
def program(made: dict[str, Files], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All variants, and each single file alone, side by side for one run of the compiler."""
    need_node()
    folder = tmp_path_factory.mktemp("program")
    variants = dict(made)
    for name, variant in _single_files(tmp_path_factory.mktemp("single")):
        variants[f"only-{name}"] = variant
    richer = {**base_files(), **_fresh_in_richer_base()}
    variants["richer"] = create(tmp_path_factory.mktemp("richer"), richer, "create-all")
    options = {**ROOT_FILES, **OPTIONS_BASE, **FRESH}
    variants["options"] = create(tmp_path_factory.mktemp("options"), options, "create-all")
    variants["loose"] = create(tmp_path_factory.mktemp("loose"), {**ROOT_FILES, **LOOSE}, "create-all")
    variants["scaffolded"] = _scaffolded(tmp_path_factory.mktemp("scaffolded"))
    for name, files in variants.items():
        for path, text in files.items():
            target = folder / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode())
    (folder / "package.json").write_text(ROOT_FILES["package.json"])
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": STRICTEST, "include": ["**/*.ts"]}))
    link_modules(folder)
    return folder


def _single_files(folder: Path) -> Iterator[tuple[str, Files]]:
    """For each provider and each absent file, the workspace in which that file alone was created."""
    judged = judge(folder / "start", dict(SHAPES))
    for found in judged.findings:
        if found.finding.rule == "missing-file" and found.finding.provider in {"acme", "instance-crm"}:
            yield f"{found.finding.provider}-{found.finding.key}", judged.fixed(found, "create-file")
        elif found.finding.provider == "fresh" and found.finding.key in {"FreshAdapter.ts", "health.ts"}:
            yield f"fresh-{found.finding.key}", judged.fixed(found, "create-file")


def _fresh_in_richer_base() -> Files:
    return {path: text for path, text in SHAPES.items() if "/fresh/" in path or "/pings/oauth" in path}


def _scaffolded(folder: Path) -> Files:
    """A provider whose folder does not exist yet."""
    files = {**ROOT_FILES, **base_files()}
    app = judge(folder, files).app
    provider = Provider("big-crm", f"{ROOT}/big-crm", (), None, "BigCRM", None)
    change = create_files(View(app.snapshot()), app.settings, provider, KINDS)
    assert change is not None
    return apply_change(files, change)


def test_everything_compiles(program: Path) -> None:
    complaints = compile_all(program, "--noEmit")

    # The sample's base class uses parameter properties and the like; what was created is judged.
    assert [line for line in complaints if "/base/" not in line] == []


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("order", ORDERS)
def test_the_order_of_creation_makes_no_difference(made: dict[str, Files], order: str, provider: str) -> None:
    prefix = f"{ROOT}/{provider}/"

    def shape(files: Files) -> dict[str, list[str]]:
        return {path: sorted(text.split("\n")) for path, text in files.items() if path.startswith(prefix)}

    if provider == "fresh":
        # The adapter that is written before there is a configuration does without it.
        keep = (f"{prefix}config.ts", f"{prefix}errors.ts", f"{prefix}health.ts")
        ours, theirs = shape(made["all"]), shape(made[order])
        assert {path: ours[path] for path in keep} == {path: theirs[path] for path in keep}
    else:
        assert shape(made["all"]) == shape(made[order])


def test_the_adapter_reads_the_configuration(made: dict[str, Files]) -> None:
    adapter = made["all"][f"{ROOT}/acme/AcmeAdapter.ts"]
    config = made["all"][f"{ROOT}/acme/config.ts"]

    assert "import { loadAcmeConfig } from './config.js';" in adapter
    assert "    private readonly settings = loadAcmeConfig();" in adapter
    assert "DEFAULT_URL" not in adapter
    assert "DEFAULT_TIMEOUT_MS" not in adapter
    assert "    timeoutMs: z.coerce.number().int().positive().default(4_000)," in config
    assert "z.string().url().default('https://api.acme.example/v2')" in config.replace('"', "'")


def test_types_move_and_stay_public(made: dict[str, Files]) -> None:
    adapter = made["all"][f"{ROOT}/acme/AcmeAdapter.ts"]
    types = made["all"][f"{ROOT}/acme/types.ts"]

    assert "/** A deal, as the list returns it. */\nexport interface AcmeDeal {" in types
    assert "export interface AcmePerson {" in types
    assert "interface AcmeDeal" not in adapter
    assert "export type { AcmeDeal } from './types.js';" in adapter
    assert "interface AcmeClient" in adapter


def test_line_ends_follow_the_provider(made: dict[str, Files]) -> None:
    for name in ("config.ts", "errors.ts", "health.ts", "types.ts", "InstanceCRMAdapter.ts"):
        text = made["all"][f"{ROOT}/instance-crm/{name}"]
        assert text.count("\n") == text.count("\r\n"), name


def test_variables_have_valid_names(made: dict[str, Files]) -> None:
    assert '"INSTANCE_CRM_BASE_URL"' in made["all"][f"{ROOT}/instance-crm/config.ts"]


def test_environment_reads_become_settings(made: dict[str, Files]) -> None:
    config = made["all"][f"{ROOT}/pings/config.ts"]
    oauth = made["all"][f"{ROOT}/pings/oauth.ts"]
    adapter = made["all"][f"{ROOT}/pings/PingsAdapter.ts"]

    assert 'clientId: z.string().default("pings-dev"),' in config
    assert 'baseUrl: z.string().url().default("https://api.pings.example"),' in config
    assert "timeoutMs: z.coerce.number().int().positive().default(2500)," in config
    assert "const id = loadPingsConfig().clientId;" in oauth
    assert "fetch(`${this.settings.baseUrl}/v1/me`" in adapter
    assert '"x-secret": this.settings.signingSecret' in adapter
    assert "process.env" not in adapter + oauth


def test_a_second_fix_changes_nothing(made: dict[str, Files], tmp_path: Path) -> None:
    judged = judge(tmp_path, made["all"])
    result = judged.app.fix(judged.app.snapshot(), judged.app.check(judged.app.snapshot()), unsafe=True)

    assert result.changes == {}


@pytest.mark.parametrize("variant", ["all", *ORDERS])
def test_no_rule_complains_about_what_was_created(
    made: dict[str, Files], variant: str, tmp_path: Path
) -> None:
    files = made[variant]
    judge(tmp_path, files)
    app = App.open(str(tmp_path))
    outcome = app.check(app.snapshot(), show_unverifiable=True)

    created = files.keys() - SHAPES.keys()
    assert len(created) > 15
    # Tests are no part of it: they are written from what is there, by a fix of their own.
    found = [f.finding for f in outcome.findings if f.finding.rule != "missing-test"]
    assert [finding.message for finding in found if finding.path in created] == []


def test_nothing_is_created_over_a_file(tmp_path: Path) -> None:
    judged = judge(tmp_path, dict(SHAPES))
    found = next(f for f in judged.findings if f.finding.provider == "acme" and f.finding.key == "config.ts")
    plan = next(plan for plan in found.fixes if plan.kind == "create-file")
    (tmp_path / ROOT / "acme/config.ts").write_text("export {};\n")

    assert judged.app.change(judged.app.snapshot(), found.finding, plan) is None


def test_half_typed_code_is_not_taken_apart(tmp_path: Path) -> None:
    broken = {
        **SHAPES,
        f"{ROOT}/acme/AcmeAdapter.ts": SHAPES[f"{ROOT}/acme/AcmeAdapter.ts"] + "\nconst x = {",
    }
    judged = judge(tmp_path, broken)
    found = next(f for f in judged.findings if f.finding.provider == "acme" and f.finding.key == "types.ts")
    files = judged.fixed(found, "create-all")

    assert files[f"{ROOT}/acme/AcmeAdapter.ts"] == broken[f"{ROOT}/acme/AcmeAdapter.ts"]
    assert f"{ROOT}/acme/types.ts" in files


@pytest.fixture(scope="module")
def ran(program: Path) -> dict[str, object]:
    """What the generated code answers, run by Node.js against servers of our own."""
    compile_all(program, "--outDir", "out", "--rootDir", ".", "--noEmitOnError", "false")
    (program / "run.mjs").write_text(_SCRIPT)
    done = run(program, "node", "run.mjs")
    assert done.returncode == 0, done.stderr
    answers: dict[str, object] = json.loads(done.stdout)
    return answers


_SCRIPT = """
import { createServer } from "node:http";
import { loadAcmeConfig } from "./out/all/packages/integrations/acme/config.js";
import { AcmeAdapter } from "./out/all/packages/integrations/acme/AcmeAdapter.js";
import { AcmeServiceError, wrapAcmeError } from "./out/all/packages/integrations/acme/errors.js";
import { checkAcmeHealth } from "./out/all/packages/integrations/acme/health.js";
import { checkInstanceCRMHealth } from "./out/all/packages/integrations/instance-crm/health.js";
import { FreshAdapter } from "./out/all/packages/integrations/fresh/FreshAdapter.js";
import { AuthError, IntegrationError, RateLimitError }
  from "./out/all/packages/integrations/base/index.js";

const listen = (handler) => new Promise((resolve) => {
  const server = createServer(handler);
  server.listen(0, "127.0.0.1", () => resolve([server, `http://127.0.0.1:${server.address().port}`]));
});
const results = {};
const [good, goodUrl] = await listen((_request, response) => response.writeHead(200).end("{}"));
const [bad, badUrl] = await listen((_request, response) => response.writeHead(503).end("secret words"));
const [denied, deniedUrl] = await listen((_request, response) => response.writeHead(401).end("secret words"));
const [stuck, stuckUrl] = await listen(() => {});
const [gone, goneUrl] = await listen(() => {});
await new Promise((resolve) => gone.close(resolve));
const health = async (url, timeout) => {
  process.env.ACME_BASE_URL = url;
  return await checkAcmeHealth(undefined, timeout);
};

results.defaults = loadAcmeConfig({});
results.empty = loadAcmeConfig({ ACME_TIMEOUT_MS: "" });
results.set = loadAcmeConfig({ ACME_TIMEOUT_MS: "250", ACME_BASE_URL: "http://localhost:1" });
try { loadAcmeConfig({ ACME_TIMEOUT_MS: "soon" }); } catch (error) { results.refused = error.name; }

results.described = new AcmeAdapter({ provider: "acme" }).describe();
results.own = new AcmeAdapter({ provider: "acme", baseUrl: "http://own", timeout: 7 }).describe();

results.healthy = await health(goodUrl, 2000);
results.down = await health(badUrl, 2000);
results.denied = await health(deniedUrl, 2000);
const startedAt = Date.now();
results.stuck = await health(stuckUrl, 150);
results.waited = Date.now() - startedAt;
results.closed = await health(goneUrl, 2000);
results.invalid = await health("nonsense", 2000);
results.throwing = await checkAcmeHealth(() => { throw new Error("secret words"); });
results.ignoring = await checkAcmeHealth(() => new Promise(() => {}), 100);
delete process.env.ACME_BASE_URL;
results.unset = await checkInstanceCRMHealth();
process.env.INSTANCE_CRM_BASE_URL = goodUrl;
results.configured = await checkInstanceCRMHealth();
results.injected = await checkInstanceCRMHealth(async () => 200);

const same = (error) => wrapAcmeError(error) === error;
results.unchanged = [
  new IntegrationError("m", "C", "p"), new AuthError("p", "m"), new RateLimitError("p", 5),
  new AcmeServiceError("m", "C", false),
].every(same);
const once = wrapAcmeError(new Error("x"));
results.twice = wrapAcmeError(once) === once;
const told = (error) => {
  const { code, retryable, statusCode, retryAfter, constructor } = wrapAcmeError(error);
  return [constructor.name, code, retryable, statusCode ?? null, retryAfter ?? null];
};
const named = (name) => Object.assign(new Error("m"), { name });
results.timeout = told(await new Promise((resolve) => {
  const signal = AbortSignal.timeout(1);
  signal.addEventListener("abort", () => resolve(signal.reason));
}));
results.abort = told(named("AbortError"));
results.by401 = told({ status: 401 });
results.by404 = told({ response: { status: 404 } });
results.by429 = told({ status: 429, headers: { "retry-after": "7" } });
results.by429Response = told(new Response(null, { status: 429, headers: { "Retry-After": "2" } }));
results.by500 = told({ statusCode: 500 });
results.text429 = told(new Error("room 429 is taken"));
results.network = told(await fetch(goneUrl).catch((error) => error));
results.nothing = told(undefined);
const original = { status: 500 };
results.original = wrapAcmeError(original).originalError === original;

const outcome = async (call) => {
  try { return await call(); } catch (error) { return [error.constructor.name, error.code]; }
};
process.env.FRESH_BASE_URL = goodUrl;
const connect = async (token) => {
  const adapter = new FreshAdapter({ provider: "fresh" });
  await adapter.connect({ tenantId: "t", accessToken: token });
  return adapter;
};
results.freshNoToken = await outcome(() => connect(""));
results.freshValid = await outcome(async () => (await connect("x")).validate());
results.freshOffline = await outcome(() => new FreshAdapter({ provider: "fresh" }).validate());
results.freshUnsupported = await outcome(async () => (await connect("x")).fetchEntities("deal"));
process.env.FRESH_BASE_URL = deniedUrl;
results.freshDenied = await outcome(async () => (await connect("x")).validate());
process.env.FRESH_BASE_URL = badUrl;
results.freshDown = await outcome(async () => (await connect("x")).validate());

console.log(JSON.stringify(results));
for (const server of [good, bad, denied, stuck]) { server.closeAllConnections(); server.close(); }
"""


def test_defaults_are_the_literals_of_today(ran: dict[str, object]) -> None:
    assert ran["defaults"] == {"baseUrl": "https://api.acme.example/v2", "timeoutMs": 4000}
    assert ran["empty"] == ran["defaults"]
    assert ran["set"] == {"baseUrl": "http://localhost:1", "timeoutMs": 250}
    assert ran["refused"] == "ZodError"


def test_the_adapter_behaves_as_before(ran: dict[str, object]) -> None:
    assert ran["described"] == "acme at https://api.acme.example/v2 within 4000"
    assert ran["own"] == "acme at http://own within 7"


def _status(answer: object) -> tuple[object, object]:
    status = cast("dict[str, object]", answer)
    return status["status"], status.get("errorCode")


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("healthy", ("healthy", None)),
        ("denied", ("healthy", None)),
        ("down", ("unhealthy", "http_503")),
        ("stuck", ("unhealthy", "timeout")),
        ("closed", ("unhealthy", "unreachable")),
        ("invalid", ("unhealthy", "invalid_config")),
        ("throwing", ("unhealthy", "unreachable")),
        ("ignoring", ("unhealthy", "timeout")),
        ("unset", ("unhealthy", "not_configured")),
        ("configured", ("healthy", None)),
        ("injected", ("healthy", None)),
    ],
)
def test_the_health_check_tells_the_truth(
    ran: dict[str, object], case: str, expected: tuple[str, str | None]
) -> None:
    assert _status(ran[case]) == expected


def test_the_health_check_repeats_no_foreign_words(ran: dict[str, object]) -> None:
    assert "secret words" not in json.dumps(ran)


def test_a_hang_ends_with_the_timeout(ran: dict[str, object]) -> None:
    waited = ran["waited"]
    assert isinstance(waited, int)
    assert 100 <= waited < 60_000


def test_errors_of_ours_pass_through(ran: dict[str, object]) -> None:
    assert ran["unchanged"] is True
    assert ran["twice"] is True
    assert ran["original"] is True


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("timeout", ["AcmeServiceError", "TIMEOUT", True, None, None]),
        ("abort", ["AcmeServiceError", "TIMEOUT", True, None, None]),
        ("by401", ["AuthError", "AUTH_ERROR", False, None, None]),
        ("by404", ["AcmeServiceError", "ACME_NOT_FOUND", False, 404, None]),
        ("by429", ["RateLimitError", "RATE_LIMIT", True, None, 7000]),
        ("by429Response", ["RateLimitError", "RATE_LIMIT", True, None, 2000]),
        ("by500", ["AcmeServiceError", "ACME_API_ERROR", True, 500, None]),
        ("text429", ["AcmeServiceError", "ACME_UNKNOWN", False, None, None]),
        ("network", ["AcmeServiceError", "CONNECTION_ERROR", True, None, None]),
        ("nothing", ["AcmeServiceError", "ACME_UNKNOWN", False, None, None]),
    ],
)
def test_the_wrapper_maps_by_number(ran: dict[str, object], case: str, expected: list[object]) -> None:
    assert ran[case] == expected


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("freshNoToken", ["AuthError", "AUTH_ERROR"]),
        ("freshValid", True),
        ("freshOffline", ["IntegrationError", "OFFLINE"]),
        ("freshUnsupported", ["IntegrationError", "UNSUPPORTED_OPERATION"]),
        ("freshDenied", False),
        ("freshDown", ["FreshServiceError", "FRESH_API_ERROR"]),
    ],
)
def test_a_new_adapter_works(ran: dict[str, object], case: str, expected: object) -> None:
    assert ran[case] == expected
