"""Which files a process loads: roots, ways to them, what nobody can tell, and what a change costs."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from fourlayer.project.layout import Layout
from fourlayer.project.reach import Reach
from fourlayer.project.roots import composition_roots, started_by
from fourlayer.project.snapshot import Snapshot, View
from fourlayer.project.store import Paused
from fourlayer.syntax.text import Text
from tests.project.test_snapshot import MemoryDisk

ROOT = "packages/integrations"
REGISTER = f"{ROOT}/acme/register.ts"
JOB = f"{ROOT}/acme/jobs/sync.ts"
SERVER = "packages/backend/src/server.ts"
LAYOUT = Layout(allowed_consumers=("packages/backend",))
FILES: Mapping[str, str] = {
    "package.json": '{"private": true, "workspaces": ["packages/*", "apps/*"]}',
    f"{ROOT}/package.json": '{"name": "@valueos/integrations", "exports": {"./*": "./*.ts"}}',
    f"{ROOT}/acme/index.ts": "export const acme = 1;",
    REGISTER: "export function registerAcme(): void {}\nexport interface Entry { name: string }",
    JOB: "export const work = 1;",
    "packages/backend/package.json": '{"name": "@valueos/backend"}',
}


def _snapshot(files: Mapping[str, str], layout: Layout = LAYOUT) -> Snapshot:
    everything = {**FILES, **files}
    return Snapshot(layout, MemoryDisk({path: text.encode() for path, text in everything.items()}))


def _edit(snapshot: Snapshot, path: str, text: str) -> Snapshot:
    return snapshot.derive({**snapshot.buffers, path: Text(text.encode())})


def _verdict(files: Mapping[str, str], path: str = REGISTER) -> str:
    return _snapshot(files).reach_index.reach(path).verdict


# Roots


@pytest.mark.parametrize(
    ("manifest", "file"),
    [
        ('{"main": "dist/boot.js"}', "src/boot.ts"),
        ('{"main": "./dist/src/boot.js"}', "src/boot.ts"),
        ('{"module": "lib/boot.mjs"}', "src/boot.mts"),
        ('{"bin": {"x": "./dist/boot.js"}}', "src/boot.ts"),
        ('{"exports": {".": {"import": "./dist/boot.js"}}}', "src/boot.ts"),
        ('{"scripts": {"start": "node dist/boot.js"}}', "src/boot.ts"),
        ('{"scripts": {"start": "NODE_ENV=production node --enable-source-maps dist/boot"}}', "src/boot.ts"),
        ('{"scripts": {"dev": "tsx watch src/boot.ts"}}', "src/boot.ts"),
        ('{"scripts": {"dev": "pnpm exec ts-node ./src/boot.ts"}}', "src/boot.ts"),
        ('{"scripts": {"dev": "nodemon --exec tsx src/boot.ts"}}', "src/boot.ts"),
        ('{"scripts": {"dev": "concurrently \\"tsx src/boot.ts\\" \\"tsc -w\\""}}', "src/boot.ts"),
        ('{"scripts": {"start": "node --import ./src/boot.ts x.js"}}', "src/boot.ts"),
        ('{"scripts": {"build": "esbuild src/boot.ts --bundle"}}', "src/boot.ts"),
        ('{"dependencies": {"next": "15"}}', "app/api/deps/route.ts"),
        ('{"dependencies": {"next": "15"}}', "src/pages/api/deps.ts"),
        ("{}", "src/main.ts"),
        ("{}", "src/index.mts"),
        ("{}", "server.ts"),
        ("{}", "src/bin/migrate.ts"),
    ],
)
def test_manifests_and_names_tell_what_starts_a_process(manifest: str, file: str) -> None:
    path = f"packages/backend/{file}"

    assert composition_roots(_snapshot({"packages/backend/package.json": manifest, path: ""})) == {path}


@pytest.mark.parametrize(
    ("manifest", "file"),
    [
        ('{"scripts": {"lint": "eslint src/boot.ts"}}', "src/boot.ts"),
        ('{"scripts": {"build": "tsc src/boot.ts"}}', "src/boot.ts"),
        ('{"scripts": {"test": "node src/boot.test.ts"}}', "src/boot.test.ts"),
        ("{}", "src/services/index.ts"),
        ("{}", "src/server.d.ts"),
        ("{}", "app/api/deps/route.ts"),
    ],
)
def test_other_files_start_nothing(manifest: str, file: str) -> None:
    path = f"packages/backend/{file}"

    assert not composition_roots(_snapshot({"packages/backend/package.json": manifest, path: ""}))


def test_the_compilers_folders_lead_from_what_is_built_to_its_source() -> None:
    files = {
        "packages/backend/package.json": '{"scripts": {"start": "node out/js/boot.js"}}',
        "packages/backend/tsconfig.json": '{"compilerOptions": {"outDir": "out/js", "rootDir": "code"}}',
        "packages/backend/code/boot.ts": "",
    }

    assert composition_roots(_snapshot(files)) == {"packages/backend/code/boot.ts"}


def test_a_script_of_the_workspace_starts_a_file_of_a_package() -> None:
    files = {
        "package.json": '{"workspaces": ["packages/*"], "scripts": {"go": "node packages/jobs/dist/go.js"}}',
        "packages/jobs/package.json": '{"name": "jobs", "main": "src/index.ts"}',
        "packages/jobs/src/index.ts": "",
        "packages/jobs/src/go.ts": "",
    }

    assert composition_roots(_snapshot(files)) == {"packages/jobs/src/go.ts"}


def test_the_surface_of_the_integrations_is_no_root_but_their_scripts_are() -> None:
    manifest = (
        '{"name": "@valueos/integrations", "main": "index.ts", "exports": {".": "./index.ts"}, '
        '"scripts": {"work": "tsx acme/jobs/sync.ts"}}'
    )

    assert composition_roots(
        _snapshot({f"{ROOT}/package.json": manifest, f"{ROOT}/index.ts": 'export * from "./acme/index.js";'})
    ) == {JOB}


def test_integrations_inside_an_application_are_started_by_it() -> None:
    layout = Layout(integrations=("src/integrations/*",))
    files = {"src/integrations/acme/register.ts": "", "src/main.ts": 'import "./integrations/acme/register";'}
    snapshot = _snapshot(files, layout)

    assert snapshot.reach_index.roots == {"src/main.ts"}
    assert snapshot.reach_index.reach("src/integrations/acme/register.ts") == Reach("reached")


def test_configured_roots_are_the_only_ones() -> None:
    layout = LAYOUT._replace(composition_roots=("packages/backend/src/boot/*.ts",))
    files = {SERVER: "", "packages/backend/src/boot/web.ts": "", "packages/backend/src/boot/web.test.ts": ""}

    assert composition_roots(_snapshot(files, layout)) == {"packages/backend/src/boot/web.ts"}


def test_words_of_a_command_line() -> None:
    assert list(started_by("tsc -p . && cross-env A=b node -r dotenv/config dist/a.js | tee log.txt")) == [
        "dotenv/config",
        "dist/a.js",
    ]
    assert list(started_by("cd packages/jobs && tsx src/go.ts")) == ["packages/jobs/src/go.ts"]
    assert list(started_by("eslint a.ts; prettier --write b.ts")) == []


def test_without_a_root_nothing_is_told() -> None:
    assert _verdict({"packages/backend/src/app/thing.ts": f'import "../../../../{REGISTER}";'}) == "rootless"


# Ways


@pytest.mark.parametrize(
    "text",
    [
        'import { registerAcme } from "@valueos/integrations/acme/register";',
        'import "@valueos/integrations/acme/register";',
        "import '../../integrations/acme/register.js'",
        'export { registerAcme } from "@valueos/integrations/acme/register";',
        'export * from "@valueos/integrations/acme/register";',
        'const { registerAcme } = await import("@valueos/integrations/acme/register");',
        'const acme = require("../../integrations/acme/register");',
        'import acme = require("../../integrations/acme/register");',
        "const acme = await import(`../../integrations/acme/register.js`);",
        'await import(/* webpackChunkName: "acme" */ "../../integrations/acme/register.js");',
        'await import(\n  // @ts-expect-error built later\n  "../../integrations/acme/register.js"\n);',
    ],
)
def test_imports_load(text: str) -> None:
    assert _verdict({SERVER: text}) == "reached"


@pytest.mark.parametrize(
    "text",
    [
        "",
        'import type { Entry } from "@valueos/integrations/acme/register";',
        'import { type Entry } from "@valueos/integrations/acme/register";',
        'import { Entry } from "@valueos/integrations/acme/register";',
        'export type { Entry } from "@valueos/integrations/acme/register";',
        'let entry: import("@valueos/integrations/acme/register").Entry;',
        '// import "@valueos/integrations/acme/register";',
        'const text = "@valueos/integrations/acme/register";',
        'import { acme } from "@valueos/integrations/acme/index";',
    ],
)
def test_types_comments_and_neighbours_load_nothing(text: str) -> None:
    assert _verdict({SERVER: text}) == "unreached"


def test_the_way_may_be_long_and_go_through_barrels() -> None:
    files = {
        SERVER: 'import "./app.js";',
        "packages/backend/src/app.ts": 'import { start } from "./wiring";',
        "packages/backend/src/wiring/index.ts": 'export * from "./health.js";',
        "packages/backend/src/wiring/health.ts": 'import { acme } from "@valueos/integrations/acme/index";',
        f"{ROOT}/acme/index.ts": 'export { registerAcme } from "./register.js"; export const acme = 1;',
    }

    assert _verdict(files) == "reached"


def test_tests_load_nothing() -> None:
    files = {
        SERVER: "",
        "packages/backend/src/server.test.ts": f'import "../../../{REGISTER}";',
        f"{ROOT}/acme/__tests__/register.test.ts": 'import "../register.js";',
    }

    assert _verdict(files) == "unreached"


def test_files_that_load_one_another_are_loaded_by_nobody() -> None:
    files = {
        SERVER: "",
        REGISTER: 'import "./index.js"; export const a = 1;',
        f"{ROOT}/acme/index.ts": 'import "./register.js"; export const acme = 1;',
    }

    assert _verdict(files) == "unreached"


@pytest.mark.parametrize(
    "text",
    [
        'new Worker(new URL("../../integrations/acme/jobs/sync.js", import.meta.url));',
        'import { Worker } from "node:worker_threads"; new Worker("./../integrations/acme/jobs/sync.js");',
        'import { fork } from "child_process"; fork("packages/integrations/acme/jobs/sync.ts");',
        'import { spawn } from "child_process"; spawn("tsx", ["packages/integrations/acme/jobs/sync.ts"]);',
        (
            'import { Worker } from "bullmq";\n'
            'new Worker("sync", path.join(__dirname, "../../integrations/acme/jobs/sync.js"), {});'
        ),
        (
            'import { Worker } from "bullmq";\n'
            'const file = fileURLToPath(new URL("../../integrations/acme/jobs/sync.js", import.meta.url));\n'
            "export const worker = new Worker<Job>(QUEUE, file);"
        ),
        'new Piscina({ filename: new URL("../../integrations/acme/jobs/sync.js", import.meta.url).href });',
        'const name = "../../integrations/acme/jobs/sync.js";\nawait import(name);',
        'await import("../../integrations/" + "acme/jobs/sync.js");',
        'new Worker(path.resolve(process.cwd(), "packages/integrations/acme/jobs/sync.js"));',
        'new Worker(require.resolve("../../integrations/acme/jobs/sync"));',
    ],
)
def test_files_that_are_named_by_a_path_are_loaded(text: str) -> None:
    assert _verdict({SERVER: text}, JOB) == "reached"


@pytest.mark.parametrize(
    "text",
    [
        'import { Worker } from "bullmq";\nnew Worker("sync", async (job) => job.data);',
        'import { Worker } from "bullmq";\nnew Worker(QUEUE, processor);',
        'import { Worker } from "node:worker_threads"; new Worker(code, { eval: true });',
        'const zod = await import("zod");',
        "const extra = await import(`./locale/${name}.js`);",
        "const mod = await import(`@valueos/other/${name}`);",
        'logger.info("packages/integrations/acme/jobs/sync.ts");',
        'import { readFile } from "node:fs/promises"; readFile("packages/integrations/acme/jobs/sync.ts");',
    ],
)
def test_what_is_no_load_leaves_no_doubt(text: str) -> None:
    assert _verdict({SERVER: text}, JOB) == "unreached"


# What nobody can tell


@pytest.mark.parametrize(
    "text",
    [
        "for (const name of names) await import(name);",
        "await import(`../../integrations/${name}/jobs/sync.js`);",
        "await import(`../../integrations/acme/jobs/${name}`);",
        "await import(`@valueos/integrations/${name}/jobs/sync`);",
        'await import("@valueos/integrations/" + name);',
        "const loaded = require(join(__dirname, '../../integrations', name));",
        "for (const file of readdirSync(folder)) require(path.join(folder, file));",
        'await import(pathToFileURL(path.join(root, "jobs", "sync.js")).href);',
        'const jobs = import.meta.glob("../../integrations/*/jobs/*.ts");',
        'const jobs = require.context("../../integrations", true, /jobs/);',
        'import { fork } from "node:child_process"; fork(script);',
        'import { Worker } from "bullmq"; new Worker(QUEUE, path.join(root, "acme/jobs", `${name}.js`));',
    ],
)
def test_a_loader_makes_the_answer_unknown(text: str) -> None:
    snapshot = _snapshot({SERVER: text})

    assert snapshot.reach_index.reach(JOB) == Reach("unknown", SERVER)
    assert snapshot.reach_index.loader_of(JOB) == SERVER


def test_a_loader_below_a_folder_says_nothing_of_other_folders() -> None:
    files = {SERVER: "await import(`../../integrations/acme/jobs/${name}.js`);"}

    assert _verdict(files, JOB) == "unknown"
    assert _verdict(files, REGISTER) == "unreached"


def test_an_alias_leads_a_loader_to_its_folder() -> None:
    files = {
        "packages/backend/tsconfig.json": (
            '{"compilerOptions": {"paths": {"@jobs/*": ["../integrations/acme/jobs/*"]}}}'
        ),
        SERVER: "await import(`@jobs/${name}`);",
    }

    assert _verdict(files, JOB) == "unknown"
    assert _verdict(files, REGISTER) == "unreached"


def test_a_loader_counts_only_where_it_is_loaded_itself() -> None:
    loader = "packages/backend/src/plugins.ts"
    files = {SERVER: "", loader: "export const load = (name: string) => import(name);"}

    assert _verdict(files) == "unreached"
    assert _verdict({**files, SERVER: 'import "./plugins.js";'}) == "unknown"
    assert _verdict({**files, SERVER: "await import(`./plug${rest}`);"}) == "unknown"


def test_a_file_that_a_loader_may_load_passes_the_doubt_on() -> None:
    files = {
        SERVER: "await import(`./plugins/${name}.js`);",
        "packages/backend/src/plugins/acme.ts": 'import "@valueos/integrations/acme/register";',
    }

    assert _verdict(files) == "unknown"


def test_half_typed_code_that_names_the_file_leaves_a_doubt() -> None:
    snapshot = _snapshot({SERVER: 'import "@valueos/integrations/acme/register";\n'})
    assert snapshot.reach_index.reach(REGISTER).verdict == "reached"

    typing = _edit(snapshot, SERVER, 'import "@valueos/integrations/acme/register\nlet x = (;\n')
    assert typing.reach_index.reach(REGISTER) == Reach("unknown", SERVER)
    other = _edit(typing, SERVER, "let x = (;\n")

    assert other.reach_index.reach(REGISTER).verdict == "unreached"


@pytest.mark.parametrize(
    "text", ['import "@valueos/integrations/acme/register";', "require('../../integrations/acme/register')"]
)
def test_javascript_that_names_the_file_leaves_a_doubt(text: str) -> None:
    script = "packages/backend/src/wire.js"
    snapshot = _snapshot({SERVER: 'import "./wire.js";', script: text})
    assert snapshot.reach_index.reach(REGISTER) == Reach("unknown", script)
    assert snapshot.reach_index.reach(JOB).verdict == "unreached"

    assert _edit(snapshot, script, "").reach_index.reach(REGISTER).verdict == "unreached"


# Changes


def test_an_unsaved_import_elsewhere_loads_and_its_removal_unloads() -> None:
    snapshot = _snapshot({SERVER: "", "packages/backend/src/wiring.ts": ""})
    assert snapshot.reach_index.reach(REGISTER).verdict == "unreached"

    snapshot = _edit(
        snapshot, "packages/backend/src/wiring.ts", 'import "@valueos/integrations/acme/register";'
    )
    assert snapshot.reach_index.reach(REGISTER).verdict == "unreached"
    snapshot = _edit(snapshot, SERVER, 'import "./wiring.js";')
    assert snapshot.reach_index.reach(REGISTER).verdict == "reached"
    snapshot = _edit(snapshot, SERVER, "")

    assert snapshot.reach_index.reach(REGISTER).verdict == "unreached"


def test_an_unsaved_loader_and_its_removal() -> None:
    snapshot = _snapshot({SERVER: ""})
    assert snapshot.reach_index.reach(REGISTER).verdict == "unreached"

    snapshot = _edit(snapshot, SERVER, "await import(name);")
    assert snapshot.reach_index.reach(REGISTER).verdict == "unknown"
    snapshot = _edit(snapshot, SERVER, "")

    assert snapshot.reach_index.reach(REGISTER).verdict == "unreached"


def test_a_file_that_comes_and_a_manifest_that_changes_count() -> None:
    snapshot = _snapshot({"packages/backend/src/boot.ts": 'import "@valueos/integrations/acme/register";'})
    assert snapshot.reach_index.reach(REGISTER).verdict == "rootless"

    started = _edit(snapshot, "packages/backend/package.json", '{"scripts": {"dev": "tsx src/boot.ts"}}')
    assert started.reach_index.reach(REGISTER).verdict == "reached"
    created = _edit(snapshot, SERVER, "")

    assert created.reach_index.reach(REGISTER).verdict == "unreached"


def test_the_stamp_stands_while_bodies_change_and_little_is_read() -> None:
    snapshot = _snapshot({SERVER: 'import "@valueos/integrations/acme/register";\nexport const a = 1;\n'})
    view = View(snapshot)
    view.reach(REGISTER)
    view.reach(JOB)
    stamps = {dep: snapshot.stamp(dep) for dep in view.deps}
    disk = snapshot.disk
    assert isinstance(disk, MemoryDisk)
    before = len(disk.reads)

    typed = _edit(
        snapshot, SERVER, 'import "@valueos/integrations/acme/register";\nexport const a = () => 2;\n'
    )

    assert {dep: typed.stamp(dep) for dep in view.deps} == stamps
    assert len(disk.reads) == before


def test_pausing_goes_on_where_it_stopped() -> None:
    snapshot = _snapshot({SERVER: "await import(name);"})
    snapshot.store.pause = lambda: True
    rounds = 0
    while True:
        try:
            reach = snapshot.reach_index.reach(REGISTER)
            break
        except Paused:
            rounds += 1
            assert rounds < 100

    assert reach == Reach("unknown", SERVER)
    assert rounds > 0
