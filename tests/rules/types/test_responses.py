"""unvalidated-response: hostile input, and what the schemas it writes do at run time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fourlayer.app import App
from tests.pages.workspace import apply_change, base_files, write_tree
from tests.rules import node_tools

ACME = "packages/integrations/acme"
TYPES = """\
export interface Base { id: string; createdAt: string }
export interface Extended extends Base { tags?: string[]; note: string | null }
export type Shape = { kind: "circle"; r: number } | { kind: "square"; side: number };
export interface Page<T> { items: T[]; next: string | null; total?: number }
export interface Tree { value: string; left?: Tree; children: Tree[] }
export interface Ping { pong?: Pong }
export interface Pong { ping: Ping | null }
export interface Deep { a: { b: { c: Leaf[] } }; m: Record<string, number>; "odd-key": boolean }
interface Leaf { d: string; e?: number }
export interface Indexed { id: string; [key: string]: string | number }
export interface Loose { u: unknown; v: string | undefined; level: 1 | 2; plan: "free" | "paid" }
export type Joined = Base & Partial<Pick<Deep, "m">>;
export type Pair = [Base, number];
export interface Dated { at: Date }
"""
VALID: dict[str, object] = {
    "Extended": {"id": "1", "createdAt": "2026-01-01", "note": None, "extra": {"kept": [1]}},
    "Shape": {"kind": "square", "side": 2, "extra": True},
    "Page<Extended>": {"items": [{"id": "1", "createdAt": "x", "note": "n", "more": 1}], "next": None},
    "Tree": {"value": "a", "children": [{"value": "b", "children": [], "kept": 1}]},
    "Ping": {"pong": {"ping": {"extra": 1}}},
    "Deep": {"a": {"b": {"c": [{"d": "x", "z": 1}]}, "y": 2}, "m": {"k": 1}, "odd-key": False},
    "Indexed": {"id": "1", "other": 2},
    "Loose": {"u": {"any": ["thing"]}, "level": 2, "plan": "free"},
    "Joined": {"id": "1", "createdAt": "x", "m": {"k": 1}, "extra": None},
    "Pair": [{"id": "1", "createdAt": "x", "extra": 1}, 2],
    "Base[]": [{"id": "1", "createdAt": "x"}],
    "Record<string, Base>": {"k": {"id": "1", "createdAt": "x", "kept": 0}},
}
INVALID: dict[str, object] = {
    "Extended": {"id": "1", "createdAt": "2026-01-01"},
    "Shape": {"kind": "square", "r": 2},
    "Page<Extended>": {"items": [{"id": 1}], "next": None},
    "Tree": {"value": "a", "children": [{"value": "b"}]},
    "Ping": {"pong": {"ping": 3}},
    "Deep": {"a": {"b": {"c": [{"d": 1}]}}, "m": {}, "odd-key": False},
    "Indexed": {"id": "1", "other": True},
    "Loose": {"u": 1, "level": 3, "plan": "free"},
    "Joined": {"id": "1", "createdAt": "x", "m": {"k": "1"}},
    "Pair": [{"id": "1", "createdAt": "x"}],
    "Base[]": {"id": "1", "createdAt": "x"},
    "Record<string, Base>": {"k": {}},
}


def fixed(folder: Path, files: dict[str, str], rule: str) -> dict[str, str]:
    """The files after every fix of a rule, one at a time."""
    current = {**base_files(), **files}
    for _ in range(40):
        write_tree(folder, current)
        app = App.open(str(folder), select=[rule])
        snapshot = app.snapshot()
        outcome = app.check(snapshot)
        assert not outcome.troubles
        for reported in outcome.findings:
            plan = next(iter(app.plans(snapshot, reported.finding)), None)
            if plan is not None:
                change = app.change(snapshot, reported.finding, plan)
                assert change is not None
                current = apply_change(current, change)
                break
        else:
            return current
    raise AssertionError("fixing does not come to rest")


def client(types: list[str]) -> str:
    imported = "Base, Deep, Extended, Indexed, Joined, Loose, Page, Pair, Ping, Shape, Tree"
    functions = "".join(
        f"export async function f{index}(response: Response): Promise<{type_}> {{\n"
        f"  return (await response.json()) as {type_};\n}}\n\n"
        for index, type_ in enumerate(types)
    )
    return f'import type {{ {imported} }} from "./types.js";\n\n{functions}'


def test_schemas_keep_valid_answers_and_refuse_others(tmp_path: Path) -> None:
    node_tools.need_node()
    types = list(VALID)
    files = {f"{ACME}/types.ts": TYPES, f"{ACME}/client.ts": client(types)}
    result = fixed(tmp_path, files, "unvalidated-response")
    cases = [[f"f{index}", VALID[type_], INVALID[type_]] for index, type_ in enumerate(types)]
    result[f"{ACME}/client.test.ts"] = f"""\
import {{ expect, test }} from "vitest";
import {{ ValidationError }} from "../base/index.js";
import * as client from "./client.js";

const cases = {json.dumps(cases)} as unknown as [keyof typeof client, unknown, unknown][];
test.each(cases)("%s", async (name, valid, invalid) => {{
  expect(await client[name](Response.json(valid))).toEqual(valid);
  await expect(client[name](Response.json(invalid))).rejects.toBeInstanceOf(ValidationError);
}});
"""
    result["tsconfig.json"] = json.dumps(
        {
            "compilerOptions": {**node_tools.STRICTEST, "noEmit": True, "lib": ["ES2022", "DOM"]},
            "include": ["packages/integrations/acme/*.ts"],
        }
    )
    write_tree(tmp_path, result)
    node_tools.link_modules(tmp_path)
    assert node_tools.compile_all(tmp_path) == []
    done = node_tools.run(tmp_path, str(node_tools.NODE_MODULES / ".bin/vitest"), "run", "--root", ".")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(types)} passed" in done.stdout


@pytest.mark.parametrize(
    "type_",
    [
        "Dated",
        "Map<string, string>",
        "() => void",
        "bigint",
        "keyof Dated",
        "Missing",
        "Symbol",
        "`a${string}`",
    ],
)
def test_what_json_cannot_carry_gets_no_schema(tmp_path: Path, type_: str) -> None:
    text = (
        'import type { Dated } from "./types.js";\n'
        f"export const f = async (r: Response) => (await r.json()) as {type_};\n"
    )
    files = {**base_files(), f"{ACME}/types.ts": TYPES, f"{ACME}/client.ts": text}
    write_tree(tmp_path, files)
    app = App.open(str(tmp_path), select=["unvalidated-response"])
    snapshot = app.snapshot()
    (reported,) = app.check(snapshot).findings
    assert list(app.plans(snapshot, reported.finding)) == []


@pytest.mark.parametrize("rule", ["unvalidated-response", "double-assertion", "untyped-boundary"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "export class A { async f(): Promise<",
        "export async function f(r: Response) { return (await r.json()) as ",
        "export async function f(r: Response) { return (await r.json()) as { a: ",
        "const x = y as unknown as ",
        "const x = <unknown><",
        "export class A extends A { f() { return { ...x } } }",
        "interface I extends I { a: I } export const f = async (r: Response) => (await r.json()) as I;",
        "interface L<T> { n: L<L<T>> } export const f = async (r: Response) => (await r.json()) as L<1>;",
        "type T = T; export const f = async (r: Response) => (await r.json()) as T;",
        "export async function f(r: Response) {" + "const a = await r.json();" * 30 + " return a as X }",
        "\ufeffexport const \u00fc = (x: unknown) => x as unknown as \u00dc;\r\n",
        "export class \u00c4 { async \u00e9() { return { id: 1 } } }",
    ],
)
def test_hostile_input_is_judged_and_planned_without_a_crash(tmp_path: Path, rule: str, text: str) -> None:
    write_tree(tmp_path, {**base_files(), f"{ACME}/client.ts": text})
    app = App.open(str(tmp_path), select=[rule])
    snapshot = app.snapshot()
    outcome = app.check(snapshot)
    assert not [trouble for trouble in outcome.troubles if trouble.kind == "crash"]
    for reported in outcome.findings:
        for plan in app.plans(snapshot, reported.finding):
            app.change(snapshot, reported.finding, plan)
