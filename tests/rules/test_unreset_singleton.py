"""unreset-singleton where its page cannot reach: other shapes of code, edits in every style, broken code."""

# ruff: noqa: E501 - snippets of code read best on one line

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from fourlayer.app import App
from fourlayer.rule.outcome import Reported
from fourlayer.syntax.text import Text

CLIENT = "packages/integrations/acme/client.ts"


def opened(folder: Path, files: Mapping[str, str], config: str = "") -> tuple[App, tuple[Reported, ...]]:
    for path, text in {**files, "fourlayer.toml": config}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    app = App.open(str(folder), select=["unreset-singleton"])
    outcome = app.check(app.snapshot())
    assert [trouble for trouble in outcome.troubles if trouble.kind == "crash"] == []
    return app, outcome.findings


def keys(folder: Path, code: str, more: Mapping[str, str] | None = None) -> list[str]:
    return [one.finding.key for one in opened(folder, {CLIENT: code, **(more or {})})[1]]


def fixed(folder: Path, code: str, more: Mapping[str, str] | None = None) -> str:
    """The file after all fixes, which must come to rest."""
    app, _ = opened(folder, {CLIENT: code, **(more or {})})
    snapshot = app.snapshot()
    first = app.fix(snapshot, app.check(snapshot), unsafe=False)
    after = first.changes[CLIENT]
    assert after is not None
    assert first.outcome.findings == ()
    again, findings = opened(folder, {CLIENT: after.decode()})
    assert findings == ()
    assert again.fix(again.snapshot(), again.check(again.snapshot()), unsafe=True).changes == {}
    return after.decode()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("let a: A | undefined;\nexport default function get() { return (a ??= new A()); }\n", ["a"]),
        ("let a: A | undefined;\nfunction get() { return (a ||= new A()); }\nexport { get };\n", ["a"]),
        ("let a: A | undefined;\nconst made = () => { const b = new A(); a = a ?? b; return a; };\n", ["a"]),
        ("let a: A | undefined;\nexport class S { get() { if (!a) { a = new A(); } return a; } }\n", ["a"]),
        ("let a: A | undefined;\nexport const get = async () => (a ??= await A.create());\n", ["a"]),
        (
            "let a: Promise<A> | null = null;\nexport const get = () => (a ??= (async () => new A())());\n",
            ["a"],
        ),
        ("export let a = null as A | null;\nexport function get() { a ??= new A(); return a; }\n", ["a"]),
        (
            "let a: A | undefined, b: A | undefined;\nexport const f = () => [(a ??= new A()), (b ??= new A())];\n",
            ["a", "b"],
        ),
        (
            "class A { static #one?: A;\n static get() { return (A.#one ??= new A()); } }\nexport { A };\n",
            ["A.#one"],
        ),
        ("export class A { static one?: A;\n static get() { return (this.one ??= new A()); } }\n", ["A.one"]),
        ("const m = new Map<string, A>();\nexport const f = (k: string) => m.set(k, new A());\n", ["m"]),
        (
            "const m: Map<string, A> = new Map();\nexport function f(k: string) { m.set(k, new A()); m.delete('x'); }\n",
            ["m"],
        ),
        (
            (
                "const m = new Map<string, A>();\nexport const f = (k: string) => m.set(k, new A());\n"
                "export const evict = (k: string) => m.delete(k);\n"
            ),
            [],
        ),
        ("const m: { [key: string]: A } = {};\nexport const f = (k: string) => (m[k] = new A());\n", ["m"]),
        ("let a: A | undefined;\na = new A();\nexport const get = () => a;\n", []),
        ("let a: A | undefined;\nexport const get = () => { let a; a = new A(); return a; };\n", []),
        ("declare let a: A | undefined;\nexport const get = () => (a ??= new A());\n", []),
        ("let a: string | undefined;\nexport const get = () => (a ??= make());\n", []),
        ("let a: A | undefined;\nexport const get = () => (a ??= z.object({}));\n", []),
        ("let a: A | undefined;\nexport const get = () => (a ??= new Map());\n", []),
        ("let a: (() => void) | undefined;\nexport const get = () => (a ??= subscribe());\n", []),
        (
            "let a: A | undefined;\nexport const get = () => (a ??= new A());\nexport const t = { reset: () => { a = undefined; } };\n",
            [],
        ),
        (
            (
                "let a: A | undefined;\nexport const get = () => (a ??= new A());\nconst drop = () => { a = undefined; };\n"
                "const both = () => drop();\nexport const stop = () => both();\n"
            ),
            [],
        ),
        (
            "let a: A | undefined;\nexport const get = () => (a ??= new A());\nexport const use = (b: A) => { a = b; };\n",
            [],
        ),
        (
            "let a: A | undefined;\nexport const get = () => (a ??= new A());\nexport class T { static reset() { a = undefined; } }\n",
            [],
        ),
        (
            "let a: A | undefined;\nexport const get = () => (a ??= new A());\nexport class T { private reset() { a = undefined; } }\n",
            ["a"],
        ),
    ],
)
def test_shapes(tmp_path: Path, code: str, expected: list[str]) -> None:
    assert keys(tmp_path, code) == expected


def test_a_class_in_another_file_decides_for_a_constant(tmp_path: Path) -> None:
    code = 'import { Breaker } from "./breaker.js";\nconst breaker = new Breaker();\nexport const run = () => breaker.run();\n'
    path = "packages/integrations/acme/breaker.ts"
    counts = "export class Breaker { private n = 0;\n run() { this.n += 1; } }\n"
    plain = "export class Breaker { private n = 0;\n run() { return this.n; } }\n"
    app, findings = opened(tmp_path, {CLIENT: code, path: plain})
    assert findings == ()
    first = app.snapshot()
    app.check(first)

    second = app.snapshot({path: Text(counts.encode())}, previous=first)

    assert [one.finding.key for one in app.check(second).findings] == ["breaker"]


def test_inherited_state_counts(tmp_path: Path) -> None:
    code = "class Base { n = 0;\n run() { this.n++; } }\nclass One extends Base {}\nconst one = new One();\none.run();\n"
    assert keys(tmp_path, code) == ["one"]


def test_scopes_with_the_category_are_judged_and_others_are_not(tmp_path: Path) -> None:
    code = {"packages/backend/src/a.ts": "let a: A | undefined;\nexport const get = () => (a ??= new A());\n"}
    scope = "[[scopes]]\npaths = ['packages/backend/**']\nlayer = 'service'\ncategories = ['{}']\n"
    assert opened(tmp_path, code, scope.format("tenancy"))[1] == ()
    assert len(opened(tmp_path, code, scope.format("tests"))[1]) == 1


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "let a: A | null = null;\r\nexport function getA() {\r\n    return (a ??= new A());\r\n}\r\n",
            (
                "let a: A | null = null;\r\nexport function getA() {\r\n    return (a ??= new A());\r\n}\r\n\r\n"
                "export function resetA(): void {\r\n    a = null;\r\n}\r\n"
            ),
        ),
        (
            "let a: A | undefined;\nexport const getA = () => (a ??= new A()); // made once\n",
            (
                "let a: A | undefined;\nexport const getA = () => (a ??= new A()); // made once\n\n"
                "export function resetA(): void {\n  a = undefined;\n}\n"
            ),
        ),
        (
            "let a: A | undefined;\nconst name = 'resetA';\nexport const getA = () => (a ??= new A())\nimport { resetA } from './b.js'\n",
            (
                "let a: A | undefined;\nconst name = 'resetA';\nexport const getA = () => (a ??= new A())\n\n"
                "export function resetAForTests(): void {\n  a = undefined;\n}\nimport { resetA } from './b.js'\n"
            ),
        ),
        (
            "let _client: A | undefined;\nexport const clientFor = () => (_client ??= new A());",
            (
                "let _client: A | undefined;\nexport const clientFor = () => (_client ??= new A());\n\n"
                "export function resetClient(): void {\n  _client = undefined;\n}"
            ),
        ),
    ],
)
def test_the_function_is_written_in_the_files_style(tmp_path: Path, code: str, expected: str) -> None:
    assert fixed(tmp_path, code) == expected


def test_two_that_are_made_together_are_set_back_together(tmp_path: Path) -> None:
    code = (
        "let a: A | undefined;\nlet b: B | undefined;\n"
        "export function start() {\n  if (a) return;\n  a = new A();\n  b = new B();\n}\n"
    )
    assert fixed(tmp_path, code).endswith(
        "export function resetA(): void {\n  a = undefined;\n  b = undefined;\n}\n"
    )


@pytest.mark.parametrize(
    "code",
    [
        "let a: A;\nexport const get = () => (a ??= new A());\n",
        "let a: A | undefined;\nlet at = Date.now();\nexport const get = () => { at = 1; return (a ??= new A()); };\n",
        "export class A { private static one: A;\n static get() { return (A.one ??= new A()); } }\n",
        "class A { private static one?: A;\n static get() { return (A.one ??= new A()); } }\n",
    ],
)
def test_no_fix_where_the_first_state_cannot_be_written(tmp_path: Path, code: str) -> None:
    (one,) = opened(tmp_path, {CLIENT: code})[1]
    assert one.fixes == ()


def test_half_typed_code_never_fails(tmp_path: Path) -> None:
    code = (
        "import { A } from './a.js';\nlet a: A | undefined, b = new A();\nconst m = new Map<string, A>();\n"
        "const r: Record<string, A> = {};\nexport class S {\n  static one?: S;\n"
        "  static get() { return (S.one ??= new S()); }\n}\n"
        "export const f = (k: string) => { a ??= new A(); m.set(k, new A()); r[k] = new A(); return b; };\n"
    )
    app, _ = opened(tmp_path, {CLIENT: code})
    snapshot = app.snapshot()
    for end in range(0, len(code), 2):
        snapshot = app.snapshot({CLIENT: Text(code[:end].encode())}, previous=snapshot)
        outcome = app.check(snapshot)
        assert [trouble for trouble in outcome.troubles if trouble.kind == "crash"] == []
