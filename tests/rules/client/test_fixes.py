"""What the fixes of the rules about clients write in files of other habits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fourlayer.app import App
from tests.rules.client.test_edits import ACME, BASE

PATH = f"{ACME}/api.ts"


def fixed(folder: Path, rule: str, code: str, more: Mapping[str, str] | None = None) -> str:
    """The file after all fixes of a rule, which must come to rest and leave nothing to report."""
    for path, text in {**BASE, PATH: code, **(more or {})}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    app = App.open(str(folder), select=[rule])
    snapshot = app.snapshot()
    outcome = app.fix(snapshot, app.check(snapshot), unsafe=True)
    assert outcome.outcome.findings == ()
    after = outcome.changes[PATH]
    assert after is not None
    return after.decode()


def test_a_body_keeps_its_tabs_line_ends_and_templates(tmp_path: Path) -> None:
    code = (
        "export async function query(id: string) {\r\n"
        "\tconst text = `\r\n"
        "select ${id}\r\n"
        "\tfrom deals`;\r\n"
        "\r\n"
        "\tif (!id) return null;\r\n"
        "\treturn fetch(text);\r\n"
        "}\r\n"
    )
    assert fixed(tmp_path, "raw-error-escape", code) == (
        'import { wrapAcmeError } from "./errors.js";\r\n'
        "\r\n"
        "export async function query(id: string) {\r\n"
        "\ttry {\r\n"
        "\t\tconst text = `\r\n"
        "select ${id}\r\n"
        "\tfrom deals`;\r\n"
        "\r\n"
        "\t\tif (!id) return null;\r\n"
        "\t\treturn await fetch(text);\r\n"
        "\t} catch (error) {\r\n"
        "\t\tthrow wrapAcmeError(error);\r\n"
        "\t}\r\n"
        "}\r\n"
    )


def test_a_body_on_one_line(tmp_path: Path) -> None:
    code = "export async function get(u: string) { return (await fetch(u)).ok; }\n"
    assert fixed(tmp_path, "raw-error-escape", code).endswith(
        "export async function get(u: string) { try { return (await fetch(u)).ok; } "
        "catch (error) { throw wrapAcmeError(error); } }\n"
    )


def test_an_arrow_without_braces(tmp_path: Path) -> None:
    code = "export const get = (u: string) => fetch(u).then((r) => r.json());\n"
    assert fixed(tmp_path, "raw-error-escape", code).endswith(
        "fetch(u).then((r) => r.json()).catch((error: unknown) => { throw wrapAcmeError(error); });\n"
    )


def test_errors_are_created_where_they_are_absent(tmp_path: Path) -> None:
    code = (
        "import { IntegrationError } from '../base/index.js';\n"
        "export async function get(u: string) {\n"
        "  try {\n    return await fetch(u);\n  } catch (e) {\n"
        "    if (e instanceof IntegrationError) throw e;\n    throw e;\n  }\n}\n"
    )
    absent = {f"{ACME}/errors.ts": ""}
    for path, text in {**BASE, PATH: code}.items():
        if path not in absent:
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    app = App.open(str(tmp_path), select=["raw-error-escape"])
    snapshot = app.snapshot()
    outcome = app.fix(snapshot, app.check(snapshot), unsafe=True)
    created = outcome.changes[f"{ACME}/errors.ts"]
    after = outcome.changes[PATH]
    assert created is not None
    assert b"export function wrapAcmeError(error: unknown)" in created
    assert after is not None
    assert b"throw wrapAcmeError(e);" in after
    assert b"if (e instanceof IntegrationError) throw e;" in after


def test_a_plain_error_in_single_quotes(tmp_path: Path) -> None:
    base = BASE["packages/integrations/base/index.ts"].replace(
        "export class IntegrationError extends Error {}",
        "export class IntegrationError extends Error {\n"
        "  constructor(message: string, readonly code: string, readonly provider: string) {\n"
        "    super(message);\n  }\n}",
    )
    errors = (
        "import { IntegrationError } from '../base/index.js';\n"
        "export class AcmeServiceError extends IntegrationError {}\n"
    )
    code = (
        "import { x } from './x.js';\nexport function check() {\n  if (x) throw new Error('no \"x\"');\n}\n"
    )
    more = {"packages/integrations/base/index.ts": base, f"{ACME}/errors.ts": errors}
    assert fixed(tmp_path, "raw-error-throw", code, more) == (
        "import { x } from './x.js';\nimport { AcmeServiceError } from './errors.js';\n"
        "export function check() {\n"
        "  if (x) throw new AcmeServiceError('no \"x\"', 'ACME_API_ERROR', 'acme');\n}\n"
    )
