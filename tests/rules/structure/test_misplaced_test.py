"""Tests that `misplaced-test` moved find what they found before, under the real runner and compiler."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path

import pytest

from fourlayer.app import App
from fourlayer.project.snapshot import View
from fourlayer_rules.derive.moving import moved_path
from fourlayer_rules.derive.runner import JEST, VITEST, collects, is_older
from tests.pages.workspace import base_files, write_tree
from tests.rules.node_tools import STRICTEST, compile_all, link_modules, need_node
from tests.rules.structure.shapes import PACKAGES, ROOT
from tests.rules.structure.test_missing_test import failed, vitest

RULES = ("misplaced-test", "missing-test")

ACME = {
    "index.ts": 'export { AcmeAdapter } from "./AcmeAdapter.js";\n',
    "AcmeAdapter.ts": """\
import { send } from "./client/transport.js";

export class AcmeAdapter {
  async validate(): Promise<boolean> {
    return (await send("/me")) === 200;
  }
}
""",
    "client/transport.ts": """\
export async function send(path: string): Promise<number> {
  return (await fetch(`https://api.acme.test${path}`)).status;
}
""",
    "fixtures/deal.json": '{ "name": "Deal" }\n',
    "fixtures/text.ts": 'export const text = "fixture";\n',
    "AcmeAdapter.test.ts": """\
\ufeffimport { beforeEach, describe, expect, it, vi } from "vitest";

import { IntegrationError } from "../base/index.js";
import { AcmeAdapter } from "./AcmeAdapter.js";

vi.mock("./client/transport.js", () => ({ send: vi.fn(async () => 200) }));

describe("AcmeAdapter", () => {
  beforeEach(() => vi.resetModules());

  it("validates", async () => {
    expect(await new AcmeAdapter().validate()).toBe(true);
    expect(IntegrationError.name).toMatchSnapshot();
  });

  it("is refused", async () => {
    vi.doMock("./client/transport.js", () => ({ send: async () => 401 }));
    const fresh = await import("./AcmeAdapter.js");
    expect(await new fresh.AcmeAdapter().validate()).toBe(false);
    const real = await vi.importActual<typeof import("./client/transport.js")>("./client/transport.js");
    expect(typeof real.send).toBe("function");
  });
});
""".replace("\n", "\r\n"),
    "__snapshots__/AcmeAdapter.test.ts.snap": """\
// Vitest Snapshot v1, https://vitest.dev/guide/snapshot.html

exports[`AcmeAdapter > validates 1`] = `"IntegrationError"`;
""",
    "client/transport.test.ts": """\
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";

import { expect, it, vi } from "vitest";

import { send } from "./transport.js";
import { shared } from "../__tests__/shared.js";

const require = createRequire(import.meta.url);
const here = import.meta.dirname;

export const marker = "transport";

it("sends", async () => {
  vi.stubGlobal("fetch", async () => new Response("{}"));
  expect(await send("/me")).toBe(shared);
});

it("finds files", async () => {
  const texts = [
    readFileSync(path.join(import.meta.dirname, "..", "fixtures", "deal.json"), "utf8"),
    readFileSync(`${here}/../fixtures/deal.json`, "utf8"),
    readFileSync(here + "/../fixtures/deal.json", "utf8"),
    readFileSync(new URL("../fixtures/deal.json", import.meta.url), "utf8"),
    readFileSync(new URL(`../fixtures/${"deal"}.json`, import.meta.url), "utf8"),
    JSON.stringify(require("../fixtures/deal.json")),
  ];
  expect(new Set(texts.map((text) => JSON.parse(text).name))).toEqual(new Set(["Deal"]));
  await expect(texts[0]).toMatchFileSnapshot("../fixtures/deal.json");
});
""",
    "__tests__/shared.ts": "export const shared = 200;\n",
    "__tests__/acme.test.ts": """\
import { expect, it } from "vitest";

import { marker } from "../client/transport.test.js";
import { shared } from "./shared.js";

it("shares", () => expect([marker, shared]).toEqual(["transport", 200]));
""",
}


def workspace(folder: Path, files: dict[str, str]) -> Path:
    write_tree(
        folder, {**base_files(), **PACKAGES, **{f"{ROOT}/acme/{p}": text for p, text in files.items()}}
    )
    for path, text in files.items():
        (folder / ROOT / "acme" / path).write_bytes(text.encode())
    link_modules(folder)
    options = {**STRICTEST, "resolveJsonModule": True}
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "include": ["packages"]}))
    return folder


def fix(folder: Path, *, unsafe: bool = False) -> dict[str, bytes | None]:
    app = App.open(str(folder), select=RULES)
    result = app.fix(app.snapshot(), app.check(app.snapshot()), unsafe=unsafe)
    assert [trouble for trouble in result.outcome.troubles if trouble.kind == "crash"] == []
    for path, data in result.changes.items():
        target = folder / path
        if data is None:
            target.unlink()
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    return dict(result.changes)


@pytest.mark.node
def test_tests_that_moved_pass_and_compile(tmp_path: Path) -> None:
    need_node()
    workspace(tmp_path, ACME)
    before = vitest(tmp_path)
    assert failed(before) == {}
    assert compile_all(tmp_path, "--noEmit") == []

    changed = fix(tmp_path)

    assert {path.removeprefix(f"{ROOT}/acme/") for path in changed} == {
        "AcmeAdapter.test.ts",
        "__tests__/adapter.test.ts",
        "__snapshots__/AcmeAdapter.test.ts.snap",
        "__tests__/__snapshots__/adapter.test.ts.snap",
        "client/transport.test.ts",
        "__tests__/transport.test.ts",
        "__tests__/acme.test.ts",
    }
    after = vitest(tmp_path)
    assert failed(after) == {}
    assert sorted(chain(*after.values())) == sorted(chain(*before.values()))
    assert compile_all(tmp_path, "--noEmit") == []
    adapter = (tmp_path / ROOT / "acme/__tests__/adapter.test.ts").read_bytes()
    assert adapter.startswith("\ufeff".encode())
    assert adapter.count(b"\n") == adapter.count(b"\r\n")
    assert fix(tmp_path) == {}


@pytest.mark.parametrize(
    "line",
    [
        "load(import.meta.url);",
        "load(__filename);",
        "load(import.meta.dirname);",
        "const at = new URL(name, import.meta.url);",
        'load("./fixtures/text.js");',
        'load("../acme/fixtures");',
        "import.meta.glob(patterns);",
        "expect(text).toMatchFileSnapshot(name);",
    ],
)
def test_what_cannot_be_rewritten_for_sure_makes_the_move_unsafe(tmp_path: Path, line: str) -> None:
    files = {**ACME, "odd.ts": "export {};\n", "odd.test.ts": f'import {{ it }} from "vitest";\n{line}\n'}
    workspace(tmp_path, files)

    assert f"{ROOT}/acme/odd.test.ts" not in fix(tmp_path)
    assert f"{ROOT}/acme/__tests__/odd.test.ts" in fix(tmp_path, unsafe=True)


@pytest.mark.parametrize(
    "line",
    [
        'readFileSync("./fixtures/deal.json");',
        'expect(path).toBe("./nowhere");',
        'const name = "../etc/passwd";',
        'jest.mock("./odd.js");',
        'const odd = require("./odd.js");',
        'import.meta.glob(["./fixtures/*.ts"]);',
        'load(resolve(__dirname, "fixtures"));',
    ],
)
def test_what_does_not_depend_on_the_place_or_is_rewritten_keeps_the_move_safe(
    tmp_path: Path, line: str
) -> None:
    files = {**ACME, "odd.ts": "export {};\n", "odd.test.ts": f'import {{ it }} from "vitest";\n{line}\n'}
    workspace(tmp_path, files)

    assert f"{ROOT}/acme/__tests__/odd.test.ts" in fix(tmp_path)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    taken = {
        "__tests__/Adapter.test.ts": "export {};\n",
        "__tests__/acmeadapter.test.ts": "export {};\n",
        "__tests__/client-transport.test.ts": "export {};\n",
        "__tests__/transport.test.ts": "export {};\n",
    }
    workspace(tmp_path, {**ACME, **taken})

    assert fix(tmp_path, unsafe=True) == {}


def test_a_snapshot_in_the_way_stops_the_move(tmp_path: Path) -> None:
    workspace(tmp_path, {**ACME, "__tests__/__snapshots__/adapter.test.ts.snap": "other\n"})

    assert f"{ROOT}/acme/AcmeAdapter.test.ts" not in fix(tmp_path)


def test_two_tests_of_one_name_both_move(tmp_path: Path) -> None:
    test = 'import { it } from "vitest";\nit("is", () => undefined);\n'
    files = {f"{name}/sync.{end}": test for name in ("jobs", "services") for end in ("ts", "test.ts")}
    workspace(tmp_path, {**ACME, **files})

    moved = {path for path, data in fix(tmp_path).items() if data is not None and "sync" in path}

    assert moved == {f"{ROOT}/acme/__tests__/{name}.test.ts" for name in ("sync", "services-sync")}


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ("", True),
        ('export default defineConfig({ test: { include: ["**/*.test.ts"] } });', True),
        ('export default defineConfig({ test: { include: ["**/*.{test,spec}.?(c|m)[jt]s?(x)"] } });', True),
        ('export default defineConfig({ test: { include: ["src/**/*.test.ts"] } });', False),
        ('export default { test: { include: ["*/*.test.ts"], coverage: { include: ["**"] } } };', False),
        ('export default { test: { exclude: [...configDefaults.exclude, "**/__tests__/**"] } };', False),
        ('export default { test: { coverage: { include: ["src/**"] } } };', True),
        ("export default { test: { include: patterns } };", None),
        ("export default mergeConfig(base, { test: { globals: true } });", True),
        ("export default mergeConfig(base, other);", None),
        ("export default { test: { projects: [] } };", None),
        ('export default { /* test: { include: ["x"] } */ test: {} };', True),
    ],
)
def test_what_vitest_finds(tmp_path: Path, config: str, found: bool | None) -> None:
    write_tree(tmp_path, {f"{ROOT}/vitest.config.ts": config} if config else {f"{ROOT}/x.ts": ""})
    view = View(App.open(str(tmp_path)).snapshot())

    assert collects(view, f"{ROOT}/acme/__tests__/adapter.test.ts", VITEST) is found


def test_jest_is_believed_to_find_tests_unless_it_is_told_what_they_are(tmp_path: Path) -> None:
    write_tree(
        tmp_path, {"package.json": "{}", "other/jest.config.js": "module.exports = { testMatch: [] };"}
    )
    view = View(App.open(str(tmp_path)).snapshot())

    assert collects(view, "acme/__tests__/adapter.test.ts", JEST) is True
    assert collects(view, "other/__tests__/adapter.test.ts", JEST) is None


@pytest.mark.parametrize(
    ("version", "older"),
    [
        ("^1.6.0", True),
        ("0.34.6", True),
        ("2.0.0", False),
        ("^3.2.4", False),
        ("catalog:", False),
        ("*", False),
    ],
)
def test_versions(version: str, older: bool) -> None:
    assert is_older(version, 2) is older


@pytest.mark.parametrize(
    ("relative", "moved"),
    [
        ("./x.js", "../x.js"),
        (".", ".."),
        ("./", "../"),
        ("..", "../.."),
        ("../base/index.js", "../../base/index.js"),
        ("./__tests__/a.js", "./a.js"),
        ("./__tests__/../b.js", "../b.js"),
    ],
)
def test_relative_paths(relative: str, moved: str) -> None:
    assert moved_path(relative, "packages/acme", "packages/acme/__tests__") == moved
