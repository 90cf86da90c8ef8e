"""The rules about configuration while somebody types, and with either line end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules import while_typing as typing
from tests.rules.while_typing import ACME, Case, Found

CONFIG = f"{ACME}/config.ts"
CLIENT = f"{ACME}/client.ts"
SCHEMA = """\
import { z } from "zod";

const schema = z.object({
  baseUrl: z.string().url(),
  pageSize: z.coerce.number().default(50),
});

export type AcmeConfig = z.infer<typeof schema>;

export const loadAcmeConfig = (env: NodeJS.ProcessEnv = process.env): AcmeConfig =>
  schema.parse({
    baseUrl: env.ACME_BASE_URL,
    pageSize: env.ACME_PAGE_SIZE,
  });
"""
FLAG = """\
import { z } from "zod";

const schema = z.object({
  sandbox: z.coerce.boolean().default(false),
});

export const loadAcmeConfig = (env: NodeJS.ProcessEnv = process.env): z.infer<typeof schema> =>
  schema.parse({ sandbox: env.ACME_SANDBOX });
"""
READING = """\
import { loadAcmeConfig } from "./config.js";

export async function deals(): Promise<Response> {
  const size = process.env.ACME_LIMIT ?? "10";
  return await fetch(`${loadAcmeConfig().baseUrl}/deals?size=${size}`);
}
"""
ASKING = READING.replace('process.env.ACME_LIMIT ?? "10"', "loadAcmeConfig().pageSize")
HANDING = """\
import { loadAcmeConfig } from "./settings.js";

export const baseUrl = (): string => loadAcmeConfig(process.env).baseUrl;
"""
CASES = {
    "env read in a client": Case(
        "env-outside-config",
        {CONFIG: SCHEMA, CLIENT: READING},
        (Found(CLIENT, 4, "ACME_LIMIT"),),
        (CLIENT, ASKING),
    ),
    "env handed to another file than config.ts": Case(
        "env-outside-config",
        {CONFIG: SCHEMA, CLIENT: HANDING},
        (Found(CLIENT, 3, "process.env"),),
        (CLIENT, HANDING.replace("settings", "config")),
    ),
    "a key that the schema does not know": Case(
        "config-key-mismatch",
        {CONFIG: SCHEMA.replace("    pageSize: env", "    pagesize: env").replace(".default(50)", "")},
        (Found(CONFIG, 13, "pagesize"),),
        (CONFIG, SCHEMA),
    ),
    "a schema in another file": Case(
        "config-key-mismatch",
        {
            CONFIG: SCHEMA.replace("const schema = z.object({\n  baseUrl: z.string().url(),\n", "").replace(
                "  pageSize: z.coerce.number().default(50),\n});\n",
                'import { schema } from "./schemas.js";\n',
            ),
            f"{ACME}/schemas.ts": (
                'import { z } from "zod";\nexport const schema = z.object({ baseUrl: z.string() });\n'
            ),
        },
        (Found(CONFIG, 10, "pageSize"),),
        (
            f"{ACME}/schemas.ts",
            'import { z } from "zod";\nexport const schema = z.looseObject({ baseUrl: z.any() });\n',
        ),
    ),
    "a variable that the example lacks": Case(
        "config-key-mismatch",
        {CONFIG: SCHEMA, ".env.example": "# Acme\nACME_BASE_URL=https://api.acme.test\n"},
        (Found(CONFIG, 13, "ACME_PAGE_SIZE"),),
        (".env.example", "# Acme\nACME_BASE_URL=https://api.acme.test\nACME_PAGE_SIZE=\n"),
    ),
    "a coerced boolean": Case(
        "coerced-env-boolean",
        {CONFIG: FLAG},
        (Found(CONFIG, 4, "sandbox"),),
        (CONFIG, FLAG.replace("z.coerce.boolean()", "z.stringbool()")),
    ),
}
cases = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


@cases
def test_a_finding_goes_with_the_unsaved_edit(tmp_path: Path, case: Case) -> None:
    typing.assert_it_comes_and_goes(tmp_path / "w", case)


@cases
def test_line_ends_do_not_matter(tmp_path: Path, case: Case) -> None:
    typing.assert_line_ends_do_not_matter(tmp_path / "w", case)


@cases
def test_half_typed_code_is_not_judged(tmp_path: Path, case: Case) -> None:
    if not case.edit[0].startswith("."):
        typing.assert_half_typed_is_not_judged(tmp_path / "w", case)


@cases
def test_half_typed_code_reports_no_more(tmp_path: Path, case: Case) -> None:
    typing.assert_half_typed_reports_no_more(tmp_path / "w", case, case.found[0].path)


def test_the_read_becomes_a_setting(tmp_path: Path) -> None:
    case = CASES["env read in a client"]
    app, snapshot = typing.opened(tmp_path / "w", case.rule, case.files)
    result = typing.fixed(app, snapshot)
    assert result[CLIENT] == READING.replace('process.env.ACME_LIMIT ?? "10"', "loadAcmeConfig().limit")
    config = result[CONFIG]
    assert config is not None
    assert '  limit: z.string().default("10"),\n});' in config
    assert "    limit: env.ACME_LIMIT,\n  });" in config


def test_the_flag_is_parsed_by_its_words(tmp_path: Path) -> None:
    case = CASES["a coerced boolean"]
    app, snapshot = typing.opened(tmp_path / "w", case.rule, case.files)
    parsed = (
        'z.enum(["true", "false", "1", "0"]).default("false")'
        '.transform((value) => value === "true" || value === "1")'
    )
    assert typing.fixed(app, snapshot) == {CONFIG: FLAG.replace("z.coerce.boolean().default(false)", parsed)}


def test_the_key_takes_the_schemas_spelling(tmp_path: Path) -> None:
    case = CASES["a key that the schema does not know"]
    app, snapshot = typing.opened(tmp_path / "w", case.rule, case.files)
    assert typing.fixed(app, snapshot) == {CONFIG: SCHEMA.replace(".default(50)", "")}


def test_the_example_learns_the_variable(tmp_path: Path) -> None:
    case = CASES["a variable that the example lacks"]
    app, snapshot = typing.opened(tmp_path / "w", case.rule, case.files)
    (text,) = typing.fixed(app, snapshot).values()
    assert text is not None
    assert text.startswith("# Acme\nACME_BASE_URL=https://api.acme.test\nACME_PAGE_SIZE=")
