"""fire-and-forget where its page cannot reach: unsaved helpers, shapes of code, line ends."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from fourlayer.app import App
from fourlayer.syntax.text import Text

SERVICE = "packages/integrations/acme/services/a.ts"
HELPER = "packages/integrations/acme/services/b.ts"


def opened(folder: Path, files: Mapping[str, str]) -> App:
    for path, text in {**files, "fourlayer.toml": ""}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    return App.open(str(folder), select=["fire-and-forget"])


def keys(folder: Path, files: Mapping[str, str]) -> list[str]:
    app = opened(folder, files)
    outcome = app.check(app.snapshot())
    assert [trouble for trouble in outcome.troubles if trouble.kind == "crash"] == []
    return [one.finding.key for one in outcome.findings]


def test_an_unsaved_helper_that_becomes_async_shows_in_its_callers_at_once(tmp_path: Path) -> None:
    app = opened(
        tmp_path,
        {
            SERVICE: 'import { b } from "./b.js";\nexport async function a() { b(); }\n',
            HELPER: 'import { c } from "./c.js";\nexport const b = () => c();\n',
            "packages/integrations/acme/services/c.ts": "export function c() { return 1; }\n",
        },
    )
    snapshot = app.snapshot()
    assert app.check(snapshot).findings == ()

    unsaved = snapshot.derive(
        {"packages/integrations/acme/services/c.ts": Text(b"export async function c() {}\n")}
    )
    (found,) = app.check(unsaved).findings
    assert (found.finding.path, found.finding.key) == (SERVICE, "b")

    back = unsaved.derive({})
    assert app.check(back).findings == ()


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("save();", ["save"]),
        ("save()", ["save"]),
        ("if (x) save();", ["save"]),
        ("x || save();", ["save"]),
        ("x ? save() : 1;", ["save"]),
        ("x, save();", ["save"]),
        ("(save());", ["save"]),
        ("save()!;", ["save"]),
        ("(save() as Promise<void>);", ["save"]),
        ("save().finally(() => 1);", ["save"]),
        ("save().then(() => save());", ["save"]),
        ("save().catch();", ["save"]),
        ("save().catch(noop);", ["save"]),
        ("save().catch(() => null);", ["save"]),
        ("save().catch(() => void 0);", ["save"]),
        ("save().catch(function () { return; });", ["save"]),
        ("save().catch(() => {}).finally(() => 1);", ["save"]),
        ("void save().then(() => 1);", ["save"]),
        ("const later = () => void save();", ["save"]),
        ("setTimeout(save, 1);", ["setTimeout"]),
        ("setTimeout(save.bind(null), 1);", ["setTimeout"]),
        ("process.nextTick(async () => {});", ["process.nextTick"]),
        ("queueMicrotask(() => save());", ["queueMicrotask"]),
        ("let p; p = save();", ["p"]),
        ("let p = save(); await p;", []),
        ("await save();", []),
        ("return save();", []),
        ("return void save;", []),
        ("new Promise((resolve) => { save().then(resolve, resolve); });", ["new Promise"]),
        ("await new Promise((resolve) => { save().catch(console.error).then(resolve, resolve); });", []),
        ("x.on('done', async () => { await save(); });", []),
        ("setTimeout(() => { x(); }, 1);", []),
        ("setInterval(x, 1);", []),
        ("x.forEach(save);", ["forEach"]),
        ("for (const one of [1]) save();", ["save"]),
        ("for await (const one of x) await save();", []),
        ("try { save(); } catch {}", ["save"]),
        ("const all = Promise.all([save()]); await all;", []),
        ("this.save();", []),
        ("unknown().then(() => 1).catch(() => {});", ["unknown"]),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_statements(tmp_path: Path, statement: str, found: list[str], newline: str) -> None:
    around = "async function save() {}\nconst noop = () => {};\nexport async function f(x: any) {\n  "
    code = f"{around}{statement}\n}}\n"
    assert keys(tmp_path, {SERVICE: code.replace("\n", newline)}) == found


def test_every_kind_of_file_is_judged(tmp_path: Path) -> None:
    code = "async function save() {}\nexport function f() { save(); }\n"
    files = [f"packages/integrations/acme/services/{name}" for name in ("a.tsx", "b.mts", "c.cts")]
    assert keys(tmp_path, dict.fromkeys(files, code)) == ["save"] * 3


def test_paths_of_a_tsconfig_lead_to_helpers(tmp_path: Path) -> None:
    files = {
        "tsconfig.json": '{"compilerOptions": {"paths": {"@lib/*": ["./lib/*"]}}} // comment',
        "lib/save.ts": "export class Store { async save() {} static shared() { return new Store(); } }\n",
        "lib/index.ts": 'export { Store as Shelf } from "./save";\nexport * as all from "./save";\n',
        SERVICE: 'import { Shelf, all } from "@lib/index";\nexport function f() { Shelf.shared().save(); }\n'
        "export function g(store: Partial<Shelf> | null) { store!.save!(); }\n"
        "export function h(other: all.Store) { other.save(); }\n",
    }
    assert keys(tmp_path, files) == ["Shelf.shared", "store!.save", "other.save"]
