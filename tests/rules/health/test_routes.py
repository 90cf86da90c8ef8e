"""Which code serves the report of the health registry, in whatever framework; and unsaved routes at once."""

# ruff: noqa: E501 - snippets of code read best on one line

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from fourlayer.app import App
from fourlayer.syntax.text import Text
from tests.rules.health.test_registration import FILES, ROOT, SERVER

ANCHOR = f"{ROOT}/index.ts"


def found(folder: Path, files: Mapping[str, str], config: str = "") -> list[tuple[str, str]]:
    """Key and certainty of the findings."""
    for path, text in {**FILES, **files, "fourlayer.toml": config}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    app = App.open(str(folder), select=["missing-health-registry"])
    outcome = app.check(app.snapshot(), show_unverifiable=True, plan=False)
    assert [trouble for trouble in outcome.troubles if trouble.kind == "crash"] == []
    assert {one.finding.path for one in outcome.findings} <= {ANCHOR}
    return [(one.finding.key, one.finding.certainty) for one in outcome.findings]


NOTHING = [("route", "violation")]
OPEN = [("route", "unverifiable")]


@pytest.mark.parametrize(
    "text",
    [
        'app.get("/health/deps", async (req, res) => { res.json(await registry.report()); });',
        "app.get('/health/deps', report);",
        'app.get("/health/deps/", authenticate, report);',
        'app.get("/api/health/deps", report);',
        'app.all(["/health/deps", "/deps"], report);',
        'app.use("/health/deps", report);',
        'app.route("/health/deps").get(report);',
        'app.on("GET", "/health/deps", report);',
        "app.get(`/health/deps`, report);",
        "app.get(`${API_PREFIX}/health/deps`, report);",
        'app.get("/health" + "/deps", report);',
        'const DEPS = "/health/deps";\napp.get(DEPS, report);',
        'const HEALTH = "/health";\napp.get(`${HEALTH}/deps`, report);',
        'const ROUTES = { deps: "/health/deps" } as const;\napp.get(ROUTES.deps, report);',
        'fastify.get("/health/deps", { schema }, async () => registry.report());',
        'fastify.route({ method: "GET", url: "/health/deps", handler: async () => registry.report() });',
        'server.route({ method: "GET", path: "/health/deps", handler: report });',
        'const ROUTES = [{ path: "/health/deps", handler: report }];\nfor (const route of ROUTES) app.get(route.path, route.handler);',
        'Bun.serve({ routes: { "/health/deps": () => Response.json({}) } });',
        'createTerminus(server, { healthChecks: { "/health/deps": report } });',
        'createServer((req, res) => { if (req.url === "/health/deps") res.end("{}"); });',
        'createServer((req, res) => { switch (req.url) { case "/health/deps": res.end("{}"); } });',
        'createServer((req, res) => { if (new URL(req.url).pathname.startsWith("/health/deps")) res.end("{}"); });',
        'const router = Router();\nrouter.get("/deps", report);\napp.use("/health", router);',
        'const router = Router();\nrouter.get("/deps", report);\napp.use("/api/health", authenticate, router);',
        'const plugin = async (f) => { f.get("/deps", report); };\napp.register(plugin, { prefix: "/health" });',
        'const health = new Hono().basePath("/health");\nhealth.get("/deps", report);\napp.route("/", health);',
        '@Controller("health")\nclass HealthController {\n  @Get("deps")\n  deps() { return registry.report(); }\n}\nNestFactory.create(HealthController);',
        '@Controller({ path: "health" })\nclass HealthController {\n  @Get("/deps")\n  deps() { return registry.report(); }\n}\nNestFactory.create(HealthController);',
        '@Controller()\nclass HealthController {\n  @Get("health/deps")\n  deps() { return registry.report(); }\n}\nNestFactory.create(HealthController);',
    ],
)  # fmt: skip
def test_a_route_serves_however_it_is_written(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, {SERVER: text}) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        'app.get("/health", report);',
        'app.get("/health/dependencies", report);',
        'app.get("/deps", report);',
        'const router = Router();\nrouter.get("/deps", report);\napp.use("/status", router);',
        'const { data } = await axios.get("/health/deps", { timeout: 1 });',
        'await fetch("/health/deps");',
        'await client.get("/health/deps", callback);',
        '// app.get("/health/deps", report);',
        'console.log("/health/deps");',
        'const IGNORED = ["/health/deps", "/metrics"];',
        'export function setUp(app) { function inner() {} }\nfunction never(app) { app.get("/health/deps", report); }',
        '@Controller("status")\nclass HealthController {\n  @Get("deps")\n  deps() {}\n}\nNestFactory.create(HealthController);',
        'const config = { url: "/health/deps", timeout: 1 };',
    ],
)  # fmt: skip
def test_other_paths_clients_and_lists_serve_nothing(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, {SERVER: text}) == NOTHING


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({SERVER: 'import { routes } from "./routes.js";\nroutes(app);', "packages/backend/src/routes.ts": 'export const routes = (app) => { app.get("/health/deps", report); };'}, []),
        ({SERVER: 'import "./routes.js";', "packages/backend/src/routes.ts": 'export const routes = (app) => { app.get("/health/deps", report); };'}, NOTHING),
        ({SERVER: "", "packages/backend/src/routes.ts": 'app.get("/health/deps", report);'}, NOTHING),
        ({SERVER: "await import(`./${name}.js`);", "packages/backend/src/routes.ts": 'app.get("/health/deps", report);'}, OPEN),
        ({SERVER: 'import { health } from "./health.js";\napp.use("/health", health);', "packages/backend/src/health.ts": 'export const health = Router();\nhealth.get("/deps", report);'}, []),
        ({SERVER: 'import { api } from "./api.js";\napp.use("/api", api);', "packages/backend/src/api.ts": 'import { health } from "./health.js";\nexport const api = Router();\napi.use("/health", health);', "packages/backend/src/health.ts": 'export const health = Router();\nhealth.get("/deps", report);'}, []),
        ({SERVER: 'import { health } from "./health.js";\napp.use(config.healthPath, health);', "packages/backend/src/health.ts": 'export const health = Router();\nhealth.get("/deps", report);'}, OPEN),
        ({SERVER: 'import { PATHS } from "./paths.js";\napp.get(PATHS.deps, report);', "packages/backend/src/paths.ts": 'export const PATHS = { deps: "/health/deps" } as const;'}, []),
        ({SERVER: 'import { DEPS } from "./paths.js";\napp.get(DEPS, report);', "packages/backend/src/paths.ts": 'export const DEPS = "/health/deps";'}, []),
        ({SERVER: 'import { DEPS } from "./paths.js";\nawait fetch(DEPS);', "packages/backend/src/paths.ts": 'export const DEPS = "/health/deps";'}, NOTHING),
        ({SERVER: 'import { IntegrationHealthRegistry } from "./lib/IntegrationHealthRegistry.js";\nconst r = new IntegrationHealthRegistry();\napp.get(settings.reportPath, (q, s) => s.json(r));'}, OPEN),
        ({SERVER: "app.get(`${prefix}/deps`, report);"}, OPEN),
        ({SERVER: "", "packages/backend/package.json": '{"name": "@valueos/backend", "dependencies": {"next": "15"}}', "packages/backend/src/app/health/deps/route.ts": "export function GET() {}"}, []),
        ({SERVER: "", "packages/backend/package.json": '{"name": "@valueos/backend", "dependencies": {"next": "15"}}', "packages/backend/pages/api/health/deps.ts": "export default function handler() {}"}, []),
        ({SERVER: "", "packages/backend/src/server.test.ts": 'app.get("/health/deps", report);'}, NOTHING),
    ],
)  # fmt: skip
def test_a_route_must_be_set_up_by_what_runs(
    tmp_path: Path, files: Mapping[str, str], expected: list[tuple[str, str]]
) -> None:
    assert found(tmp_path, files) == expected


def test_the_path_is_an_option(tmp_path: Path) -> None:
    files = {SERVER: 'app.get("/internal/dependencies", report);'}

    assert found(tmp_path, files) == NOTHING
    assert found(tmp_path, files, '[rules.missing-health-registry]\npath = "/internal/dependencies"\n') == []


def test_without_a_registry_the_route_does_not_matter(tmp_path: Path) -> None:
    registry = "packages/backend/src/lib/IntegrationHealthRegistry.ts"

    assert found(tmp_path, {registry: "export {};", SERVER: 'app.get("/health/deps", report);'}) == [
        ("registry", "violation")
    ]


def test_an_unsaved_route_clears_the_finding_at_once_and_its_removal_brings_it_back(tmp_path: Path) -> None:
    assert found(tmp_path, {SERVER: ""}) == NOTHING
    app = App.open(str(tmp_path), select=["missing-health-registry"])
    snapshot = app.snapshot()
    assert len(app.check_file(snapshot, ANCHOR)) == 1

    route = Text.from_str('app.get("/health/deps", report);\n')
    snapshot = app.snapshot({SERVER: route}, snapshot, [])
    assert app.check_file(snapshot, ANCHOR) == ()
    snapshot = app.snapshot({}, snapshot, [])

    assert len(app.check_file(snapshot, ANCHOR)) == 1
