"""The rules about boundaries and compiler options while somebody types, and with either line end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules import while_typing as typing
from tests.rules.while_typing import ACME, ROOT, Case, Found

INDEX = f"{ACME}/index.ts"
CLIENT = f"{ACME}/client.ts"
TYPES = f"{ACME}/types.ts"
BACKEND = "packages/backend/src/use.ts"
PAGE = "apps/web/src/page.ts"
STRICT = f"{ROOT}/tsconfig.json"
BASE = "tsconfig.base.json"

SIGN = "export const sign = (body: string): string => body;\n\nexport interface Signed {\n  by: string;\n}\n"
STAR = """\
// What others may use.
export * from './client' with { type: 'json' };

export const name = "acme";
"""
NAMED = (
    "// What others may use.\n"
    "export { sign } from './client' with { type: 'json' };\n"
    "export type { Signed } from './client' with { type: 'json' };\n\n"
    'export const name = "acme";\n'
)
USE = 'import { sign } from "../../integrations/acme/index.js";\n\nexport const used = sign("x");\n'
SURFACE = 'export {\n  sign,\n  type Signed,\n} from "./client.js";\n'
PATHS = '{ "compilerOptions": { "strict": true, "paths": { "@acme": ["./packages/%s/index.ts"] } } }\n'
CYCLE_A = 'import { b } from "./client.js";\n\nexport const a = (): number => b() + 1;\n'
CYCLE_B = 'import { a } from "./index.js";\n\nexport const b = (): number => (a.length > 5 ? a() : 0);\n'

CASES = {
    "a star": Case(
        "wildcard-export",
        {INDEX: STAR, CLIENT: SIGN},
        (Found(INDEX, 2, "./client"),),
        (INDEX, NAMED),
    ),
    "a namespace": Case(
        "wildcard-export",
        {INDEX: 'export * as client from "./client.js";\n', CLIENT: SIGN},
        (Found(INDEX, 1, "./client.js"),),
        (INDEX, 'import * as client from "./client.js";\n\nexport const sign = client.sign;\n'),
    ),
    "a helper that nobody uses": Case(
        "leaked-internal",
        {INDEX: SURFACE, CLIENT: SIGN, BACKEND: "export {};\n"},
        (Found(INDEX, 2, "sign"),),
        (BACKEND, USE),
    ),
    "a frontend": Case(
        "forbidden-consumer",
        {
            INDEX: SURFACE,
            CLIENT: SIGN,
            PAGE: f'import type {{ Signed }} from "../../../{INDEX[:-3]}.js";\nexport type S = Signed;\n',
        },
        (Found(PAGE, 1, "../../../packages/integrations/acme/index.js"),),
        (PAGE, 'import type { Signed } from "@valueos/signed";\nexport type S = Signed;\n'),
    ),
    "a frontend whose alias leads into the integrations": Case(
        "forbidden-consumer",
        {
            INDEX: SURFACE,
            CLIENT: SIGN,
            "packages/shared/index.ts": "export const sign = 1;\n",
            PAGE: 'export { sign } from "@acme";\n',
            "tsconfig.json": PATHS % "integrations/acme",
        },
        (Found(PAGE, 1, "@acme"),),
        ("tsconfig.json", PATHS % "shared"),
    ),
    "another provider": Case(
        "cross-provider-import",
        {
            INDEX: SURFACE,
            CLIENT: SIGN,
            f"{ROOT}/jira/index.ts": (
                "const { sign } = await import('../acme/client.js');\nexport const s = sign('x');\n"
            ),
        },
        (Found(f"{ROOT}/jira/index.ts", 1, "../acme/client.js"),),
        (
            f"{ROOT}/jira/index.ts",
            "const { sign } = await import('./client.js');\nexport const s = sign('x');\n",
        ),
    ),
    "another provider behind the package's index": Case(
        "cross-provider-import",
        {
            INDEX: SURFACE,
            CLIENT: SIGN,
            f"{ROOT}/index.ts": 'export { sign } from "./acme/index.js";\n',
            f"{ROOT}/jira/index.ts": 'import { sign } from "../index.js";\n\nexport const s = sign("x");\n',
        },
        (Found(f"{ROOT}/jira/index.ts", 1, "../index.js"),),
        (f"{ROOT}/index.ts", 'export { sign } from "./base/index.js";\n'),
    ),
    "a circle": Case(
        "import-cycle",
        {INDEX: CYCLE_A, CLIENT: CYCLE_B},
        (Found(CLIENT, 1, f"{INDEX} {CLIENT}"),),
        (CLIENT, "export const b = (): number => 0;\n"),
    ),
    "a circle through a third file": Case(
        "import-cycle",
        {
            INDEX: 'export { a } from "./client.js";\n',
            CLIENT: 'import type { T } from "./types.js";\nexport const a: T = { a: 1 };\n',
            TYPES: (
                'import { a } from "./index.js";\n'
                "export interface T {\n  a: number;\n}\nexport type A = typeof a;\n"
            ),
        },
        (Found(CLIENT, 1, f"{TYPES} {INDEX} {CLIENT}"),),
        (TYPES, "export interface T {\n  a: number;\n}\n"),
    ),
    "a package that is not strict": Case(
        "non-strict-tsconfig",
        {
            INDEX: SIGN,
            STRICT: '{\n  // The defaults.\n  "compilerOptions": {\n    "target": "ES2022"\n  }\n}\n',
        },
        (Found(STRICT, 3, "strict"),),
        (STRICT, '{ "compilerOptions": { "target": "ES2022", "strict": true } }\n'),
    ),
    "a package that takes over what is not strict": Case(
        "non-strict-tsconfig",
        {
            INDEX: SIGN,
            STRICT: '{\n  "extends": "../../tsconfig.base.json",\n  "include": ["**/*.ts"]\n}\n',
            BASE: '{ "compilerOptions": { "strict": true, "strictNullChecks": false } }\n',
        },
        (Found(STRICT, 1, "strict"),),
        (BASE, '{ "compilerOptions": { "strict": true } }\n'),
    ),
}
cases = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
typed = pytest.mark.parametrize(
    "case",
    [case for case in CASES.values() if case.edit[0].endswith(".ts")],
    ids=[name for name, case in CASES.items() if case.edit[0].endswith(".ts")],
)


@cases
def test_a_finding_goes_with_the_unsaved_edit(tmp_path: Path, case: Case) -> None:
    typing.assert_it_comes_and_goes(tmp_path / "w", case)


@cases
def test_line_ends_do_not_matter(tmp_path: Path, case: Case) -> None:
    typing.assert_line_ends_do_not_matter(tmp_path / "w", case)


@typed
def test_half_typed_code_is_not_judged(tmp_path: Path, case: Case) -> None:
    if case.rule != "leaked-internal":  # without the whole import nobody uses the helper, rightly
        typing.assert_half_typed_is_not_judged(tmp_path / "w", case)


@typed
def test_half_typed_code_reports_no_more(tmp_path: Path, case: Case) -> None:
    typing.assert_half_typed_reports_no_more(tmp_path / "w", case, case.found[0].path)


def test_a_star_becomes_names(tmp_path: Path) -> None:
    case = CASES["a star"]
    app, snapshot = typing.opened(tmp_path / "w", case.rule, case.files)
    assert typing.fixed(app, snapshot) == {INDEX: NAMED}


def test_a_package_becomes_strict_and_keeps_its_comment(tmp_path: Path) -> None:
    case = CASES["a package that is not strict"]
    app, snapshot = typing.opened(tmp_path / "w", case.rule, case.files)
    (text,) = typing.fixed(app, snapshot).values()
    assert text is not None
    assert "// The defaults." in text
    assert '"strict": true' in text
