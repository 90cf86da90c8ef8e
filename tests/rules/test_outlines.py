"""What a declaration's outline tells of promises that may be lost in it, before it is lowered."""

from __future__ import annotations

from pathlib import Path

import pytest

from fourlayer.app import App
from fourlayer.project.snapshot import View
from fourlayer.project.summaries.promises import Promises
from fourlayer_rules.jobs._outlines import Outlines

PATH = "packages/integrations/acme/services/a.ts"
HEAD = """import { logger } from "./log.js";
import Redis from "ioredis";
async function save() {}
class Store { async put() {} }
"""


def may_lose(folder: Path, body: str, params: str = "") -> bool:
    files = {
        PATH: f"{HEAD}export async function a({params}) {{\n{body}\n}}\n",
        "packages/integrations/acme/services/log.ts": "export const logger = { info(text: string) {} };\n",
        "fourlayer.toml": "",
    }
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    view = View(App.open(str(folder), select=["fire-and-forget"]).snapshot())
    facts = view.facts(PATH)
    assert facts is not None
    decl = facts.decl("a")
    assert decl is not None
    return Outlines(view, PATH, facts, Promises(view)).may_lose(decl)


@pytest.mark.parametrize(
    "body",
    [
        "save();",
        "x && save();",
        "(save)();",
        "void save();",
        "save().then(done);",
        "const kept = save();",
        "const kept = save() as unknown as Promise<void>;",
        "let kept; kept = save();",
        "const kept = new Promise(run);",
        "const logger = new Redis(); logger.info();",
        "const store = new Store(); store.put();",
        "new Store().put();",
        "const map = new Map<string, Store>(); map.get('a')!.put();",
        "ids.map(async (id) => id);",
        "ids.forEach(async (id) => { await id; });",
        "ids.forEach((id) => save());",
        "ids.forEach((id) => { return save(); });",
        "ids.forEach(save);",
        "setTimeout(save, 10);",
        "setTimeout(() => save(), 10);",
        "import('./log.js');",
    ],
)
def test_where_a_promise_may_be_lost_the_code_is_looked_at(tmp_path: Path, body: str) -> None:
    assert may_lose(tmp_path, body)


@pytest.mark.parametrize(
    ("params", "body"),
    [
        ("", "await save();"),
        ("", "return save();"),
        ("", "logger.info('a');"),
        ("", "console.log(await save());"),
        ("", "const kept = save(); await kept;"),
        ("", "const found: string[] = []; found.push('a');"),
        ("", "const seen = new Set<string>(); seen.add('a');"),
        ("", "const kept = (await save()) as unknown;"),
        ("next", "next();"),
        ("ids: string[]", "ids.forEach((id) => { logger.info(id); });"),
        ("ids: string[]", "ids.forEach((id) => logger.info(id));"),
        ("", "setTimeout(() => { logger.info('a'); }, 10);"),
        ("", "await new Promise((resolve) => setTimeout(resolve, 10));"),
    ],
)
def test_where_none_can_be_lost_nothing_is_lowered(tmp_path: Path, params: str, body: str) -> None:
    assert not may_lose(tmp_path, body, params)


@pytest.mark.parametrize("params", ["logger: Redis", "{ logger }: { logger: Redis }", "logger = new Redis()"])
def test_a_parameter_that_hides_an_import_is_not_taken_for_it(tmp_path: Path, params: str) -> None:
    assert may_lose(tmp_path, "logger.info();", params)
