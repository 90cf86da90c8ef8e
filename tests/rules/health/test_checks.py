"""The rules about a health check's behaviour, on checks of many shapes; their fixes, compiled and run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.pages.app_judge import AppJudge
from tests.pages.workspace import Files, base_files, write_tree
from tests.rules import node_tools

RULES = ("hollow-health-check", "health-check-without-timeout", "throwing-health-check")
ACME = "packages/integrations/acme"
PRELUDE = """\
import type { HealthStatus } from "../base/index.js";

const URL_PING = "https://api.acme.example/ping";

function up(startedAt: number): HealthStatus {
  const checkedAt = new Date(startedAt).toISOString();
  return { status: "healthy", latencyMs: Date.now() - startedAt, checkedAt };
}

function down(startedAt: number, errorCode: string): HealthStatus {
  const checkedAt = new Date(startedAt).toISOString();
  return { status: "unhealthy", latencyMs: Date.now() - startedAt, checkedAt, errorCode };
}
"""
BLOCK = re.compile(r"```ts (\S+)((?: \w+)*)\n(.*?)\n```\n", re.DOTALL)


class Shape(NamedTuple):
    name: str
    verdicts: tuple[str, ...]
    files: Files


def shapes() -> Iterator[Shape]:
    page = (Path(__file__).parent / "checks.md").read_text("utf-8")
    for part in page.split("\n## ")[1:]:
        heading, _, rest = part.partition("\n")
        name, _, verdicts = heading.partition(": ")
        files = {
            path: text_of(text + "\n", flags.split()) for path, flags, text in BLOCK.findall(rest + "\n")
        }
        yield Shape(name, tuple(verdicts.split(", ")), files)


def text_of(text: str, flags: list[str]) -> str:
    text = text.replace("// ...\n", PRELUDE)
    if "single" in flags:
        text = text.replace('"', "'")
    return text.replace("\n", "\r\n") if "crlf" in flags else text


SHAPES = {shape.name: shape for shape in shapes()}


def workspace(shape: Shape) -> dict[str, str]:
    own = {
        f"packages/integrations/{path.removeprefix('../')}"
        if path.startswith("../")
        else f"{ACME}/{path}": text
        for path, text in shape.files.items()
    }
    return {**base_files(), **own}


@pytest.mark.parametrize("name", SHAPES)
def test_each_rule_says_what_a_reviewer_would(tmp_path: Path, name: str) -> None:
    shape = SHAPES[name]
    outcome = AppJudge(tmp_path / "w", select=list(RULES)).open(workspace(shape)).outcome
    said = {one.finding.rule: str(one.finding.certainty) for one in outcome.findings}

    assert [trouble for trouble in outcome.troubles if trouble.kind == "crash"] == []
    assert len(said) == len(outcome.findings)
    assert tuple(said.get(rule, "silent") for rule in RULES) == shape.verdicts


DRIVER = """\
import { readdirSync } from "node:fs";

process.env.A = "https://api.acme.example";

const never = (signal) =>
  new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
const services = {
  good: async () => new Response('{"state":"up","up":true,"ok":true}'),
  broken: async () => {
    throw new TypeError("the vendor's words");
  },
  mute: (input, init) => never(input instanceof Request ? input.signal : init?.signal),
};
const names = readdirSync("out");
// Loaded before anything is asked: a busy machine must not use up the time that a check gives its service.
const modules = Object.fromEntries(
  await Promise.all(
    names.map(async (name) => [name, await import(`./out/${name}/packages/integrations/acme/health.js`)]),
  ),
);
const ask = async (name) => {
  const module = modules[name];
  const check = module.checkAcmeHealth ?? module.checkHealth;
  return name === "probe bare" ? await check(() => fetch("https://api.acme.example")) : await check();
};
const report = {};
for (const [kind, service] of Object.entries(services)) {
  globalThis.fetch = service;
  const late = new Promise((resolve) => setTimeout(() => resolve("late"), 30_000));
  const answers = names.map((name) => Promise.race([ask(name), late]).catch((error) => String(error)));
  report[kind] = Object.fromEntries((await Promise.all(answers)).map((answer, at) => [names[at], answer]));
}
console.log(JSON.stringify(report));
process.exit(0);
"""
ELSEWHERE = re.compile(r"(?:from|import\()\s*[\"'](?!\.|zod)")
UNFIXED = {"higher order local bad", "reexport bad"}
"""What the fixes leave to the author: a check that is made by a factory, or declared in another file."""


def test_mended_checks_compile_and_answer_whatever_the_service_does(tmp_path: Path) -> None:
    node_tools.need_node()
    mended: set[str] = set()
    for shape in SHAPES.values():
        if set(shape.verdicts[1:]) == {"silent"} or ELSEWHERE.search("".join(shape.files.values())):
            continue
        start = workspace(shape)
        files = AppJudge(tmp_path / "w", select=list(RULES[1:])).open(start).fix_all().files
        left = AppJudge(tmp_path / "w", select=list(RULES[1:])).open(files).outcome.findings
        assert (len(left) > 0) == (shape.name in UNFIXED), shape.name
        if shape.name not in UNFIXED:
            write_tree(tmp_path / "src" / shape.name, files)
            mended.add(shape.name)
    (tmp_path / "package.json").write_text('{ "type": "module" }')
    (tmp_path / "run.mjs").write_text(DRIVER)
    options = {**node_tools.STRICTEST, "lib": ["ES2022", "DOM"], "outDir": "out", "rootDir": "src"}
    options |= {"noPropertyAccessFromIndexSignature": False, "noUnusedLocals": False}
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "include": ["src/**/*"]}))
    node_tools.link_modules(tmp_path)
    assert node_tools.compile_all(tmp_path) == []

    done = node_tools.run(tmp_path, "node", "run.mjs")
    report = json.loads(done.stdout)
    assert len(mended) > 15
    assert set(report["good"]) == mended
    for kind, status in (("good", "healthy"), ("broken", "unhealthy"), ("mute", "unhealthy")):
        for name, answer in report[kind].items():
            assert isinstance(answer, dict), (kind, name, answer)
            assert answer["status"] == status, (kind, name, answer)
            assert "vendor" not in str(answer), (kind, name)
