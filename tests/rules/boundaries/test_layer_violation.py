"""layer-violation where its page cannot reach: configurations, reruns, whole surfaces, broken code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from fourlayer.app import App
from fourlayer.rule.outcome import Outcome
from fourlayer.syntax.text import Text

ACME = "packages/integrations/acme"
PARTS = {
    f"{ACME}/AcmeClient.ts": "export class AcmeClient {}\nexport interface Raw { id: string }\n",
    f"{ACME}/services/deals.ts": "export const listDeals = (): string[] => [];\n",
    f"{ACME}/types.ts": "export interface Deal { id: string }\n",
}
CONFIGURATIONS = Path(__file__).parents[3] / "examples/configurations"


def opened(folder: Path, files: Mapping[str, str], config: str = "") -> App:
    for path, text in {**PARTS, **files, "fourlayer.toml": config}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return App.open(str(folder), select=["layer-violation"])


def checked(folder: Path, files: Mapping[str, str], config: str = "") -> Outcome:
    app = opened(folder, files, config)
    assert app.config_problems == ()
    outcome = app.check(app.snapshot(), show_unverifiable=True)
    assert [trouble for trouble in outcome.troubles if trouble.kind == "crash"] == []
    return outcome


def found(folder: Path, files: Mapping[str, str], config: str = "") -> list[tuple[str, str, str]]:
    """Severity, certainty and key of each finding, by path and place."""
    return [
        (one.severity, one.finding.certainty, one.finding.key)
        for one in checked(folder, files, config).findings
    ]


# The provider's own surface


INDEX = f"{ACME}/index.ts"
CLIENT_ALONE = 'export { AcmeClient } from "./AcmeClient.js";\n'
MIXED = CLIENT_ALONE + 'export { listDeals } from "./services/deals.js";\n'


@pytest.mark.parametrize(
    ("index", "code", "certainties"),
    [
        (MIXED, 'import * as acme from "../index.js";\nexport const all = acme;\n', ["unverifiable"]),
        (MIXED, 'export const load = () => import("../index.js");\n', ["unverifiable"]),
        (CLIENT_ALONE, 'export const load = () => import("../index.js");\n', ["violation"]),
        (CLIENT_ALONE, 'import * as acme from "../index.js";\nexport const all = acme;\n', ["violation"]),
        (MIXED, 'import * as acme from "../index.js";\nexport const x = acme.AcmeClient;\n', ["violation"]),
        (MIXED, 'import * as acme from "../index.js";\nexport const x = acme.listDeals();\n', []),
        (MIXED, 'import "../index.js";\n', []),
        (MIXED, 'import { nothing } from "../index.js";\nexport const x = nothing;\n', []),
        ("export * from './AcmeClient.js';\n", 'import { AcmeClient } from "../index.js";\n', ["violation"]),
        (
            "import { AcmeClient } from './AcmeClient.js';\nexport { AcmeClient as Client };\n",
            'import { Client } from "../index.js";\nexport const c = new Client();\n',
            ["violation"],
        ),
    ],
)
def test_names_of_the_surface_count_where_they_are_declared(
    tmp_path: Path, index: str, code: str, certainties: list[str]
) -> None:
    results = found(tmp_path, {INDEX: index, f"{ACME}/handlers/h.ts": code})
    assert [certainty for _, certainty, _ in results] == certainties


def test_what_the_surface_shows_of_the_composition_is_another_rules_matter(tmp_path: Path) -> None:
    register = {f"{ACME}/register.ts": "export const register = (): void => {};\n"}
    shown = 'export { register } from "./register.js";\n'
    through = 'import { register } from "./register.js";\nexport { register };\n'
    used = 'import { register } from "./register.js";\nregister();\n'
    assert found(tmp_path, {**register, INDEX: shown}) == []
    assert found(tmp_path, {**register, INDEX: through}) == []
    assert found(tmp_path, {**register, INDEX: used}) == [("error", "violation", "./register.js")]


def test_a_changed_surface_wakes_its_importers(tmp_path: Path) -> None:
    handler = f"{ACME}/handlers/h.ts"
    code = 'import { thing } from "../index.js";\nexport const x = thing;\n'
    app = opened(
        tmp_path, {INDEX: 'export { listDeals as thing } from "./services/deals.js";\n', handler: code}
    )
    first = app.snapshot()
    assert app.check(first).findings == ()

    unsaved = Text(b'export { AcmeClient as thing } from "./AcmeClient.js";\n')
    second = app.snapshot({INDEX: unsaved}, previous=first)
    (one,) = app.check(second).findings

    assert one.finding.path == handler
    third = app.snapshot({}, previous=second)
    assert app.check(third).findings == ()


def test_an_edit_of_a_body_elsewhere_runs_nothing_again(tmp_path: Path) -> None:
    handler = f"{ACME}/handlers/h.ts"
    app = opened(
        tmp_path, {INDEX: MIXED, handler: 'import { AcmeClient } from "../index.js";\nnew AcmeClient();\n'}
    )
    first = app.snapshot()
    before = app.check(first).findings
    assert len(before) == 1

    body = Text(b"export const listDeals = (): string[] => ['another body'];\n")
    client = Text(b"export class AcmeClient { run() { return 1; } }\n")
    buffers = {f"{ACME}/services/deals.ts": body, f"{ACME}/AcmeClient.ts": client}
    after = app.check(app.snapshot(buffers, previous=first)).findings

    assert [one.finding for one in after] == [one.finding for one in before]


# Types alone


@pytest.mark.parametrize(
    ("code", "severity"),
    [
        ('import type { AcmeClient } from "../AcmeClient.js";', "warning"),
        ('import { type AcmeClient } from "../AcmeClient.js";', "warning"),
        (
            'import { Raw } from "../AcmeClient.js";\nexport const r = (raw: Raw): string => raw.id;',
            "warning",
        ),
        ('import { AcmeClient } from "../AcmeClient.js";\nexport type T = AcmeClient;', "warning"),
        (
            (
                'import { AcmeClient } from "../AcmeClient.js";\n'
                "export const is = (x: unknown) => x instanceof AcmeClient;"
            ),
            "error",
        ),
        ('import { AcmeClient } from "../AcmeClient.js";\nexport { AcmeClient };', "error"),
        ('import { AcmeClient } from "../AcmeClient.js";\nclass Mine extends AcmeClient {}', "error"),
        ('import { AcmeClient, type Raw } from "../AcmeClient.js";\nnew AcmeClient();', "error"),
        ('export type { Raw } from "../AcmeClient.js";', "warning"),
        ('export { Raw } from "../AcmeClient.js";', "warning"),
        ('export * from "../AcmeClient.js";', "error"),
        ('export type * from "../AcmeClient.js";', "warning"),
        ('import "../AcmeClient.js";', "error"),
        ('type C = typeof import("../AcmeClient.js");', "warning"),
    ],
)
def test_types_alone_are_a_warning(tmp_path: Path, code: str, severity: str) -> None:
    (one,) = found(tmp_path, {f"{ACME}/handlers/h.ts": code + "\n"})
    assert one == (severity, "violation", "../AcmeClient.js")


def test_the_configured_severity_holds_for_types_too(tmp_path: Path) -> None:
    code = {f"{ACME}/handlers/h.ts": 'import type { Raw } from "../AcmeClient.js";\n'}
    assert found(tmp_path, code, '[rules]\nlayer-violation = "error"\n')[0][0] == "error"


# Configuration


def test_a_file_that_no_layer_takes_is_not_judged(tmp_path: Path) -> None:
    code = {
        f"{ACME}/scripts/once.ts": 'import "../handlers/h.js";\n',
        f"{ACME}/handlers/h.ts": "export {};\n",
    }
    assert len(found(tmp_path, code)) == 1
    assert found(tmp_path, code, "[layers.client]\nfiles = ['*.ts']\n") == []


def test_a_package_is_reserved_once_a_layer_names_it(tmp_path: Path) -> None:
    code = {f"{ACME}/services/s.ts": 'import axios from "axios";\nexport const a = axios;\n'}
    named = "[layers.client]\nmay-use = ['http-modules']\n"
    pattern = "[layers.client]\nmay-use = ['ax*']\n"
    both = named + "[layers.service]\nmay-use = ['axios', 'database-queries']\n"
    assert found(tmp_path, code) == []
    assert found(tmp_path, code, named) == [("error", "violation", "axios")]
    assert found(tmp_path, code, pattern) == [("error", "violation", "axios")]
    assert found(tmp_path, code, both) == []


@pytest.mark.parametrize(
    ("specifier", "reported"),
    [
        ("express", True),
        ("express/lib/router", True),
        ("@nestjs/common", True),
        ("express-validator", False),
        ("expressive", False),
        ("react/jsx-runtime", True),
        ("reactive", False),
        ("preact/hooks", True),
        ("left-pad", True),
    ],
)
def test_packages_are_told_apart_by_their_whole_name(tmp_path: Path, specifier: str, reported: bool) -> None:
    code = {f"{ACME}/services/s.ts": f'import x from "{specifier}";\nexport const y = x;\n'}
    assert bool(found(tmp_path, code, "[symbols]\nforbidden-modules = ['left-pad']\n")) is reported


@pytest.mark.parametrize(
    ("infrastructure", "keys"),
    [
        ("any", []),
        ("shared", ["ioredis", "bullmq", "../../../shared/log.js"]),
        ("none", ["ioredis", "bullmq", "../../../shared/log.js", "../../base/index.js"]),
    ],
)
def test_how_much_of_the_infrastructure_a_layer_may_import(
    tmp_path: Path, infrastructure: str, keys: list[str]
) -> None:
    code = "".join(
        f'import "{one}";\n'
        for one in ("ioredis", "bullmq", "zod", "node:fs", "../../../shared/log.js", "../../base/index.js")
    )
    files = {
        f"{ACME}/services/s.ts": code,
        "packages/shared/log.ts": "export {};\n",
        "packages/integrations/base/index.ts": "export {};\n",
    }
    config = f"[layers.service]\ninfrastructure = '{infrastructure}'\n"
    assert [key for _, _, key in found(tmp_path, files, config)] == keys


def test_a_near_miss_in_may_use_is_told(tmp_path: Path) -> None:
    app = opened(tmp_path, {}, "[layers.api]\nmay-use = ['http-framework']\n")
    (problem,) = app.config_problems
    assert (problem.line, problem.key) == (2, "layers.api.may-use[0]")
    assert problem.remedy == "did you mean `http-frameworks`?"


# Other repositories


def example(folder: Path, name: str, files: Mapping[str, str]) -> list[tuple[str, str]]:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    app = App.open(str(folder), config_path=str(CONFIGURATIONS / name), select=["layer-violation"])
    assert app.config_problems == ()
    return [(one.finding.path, one.finding.key) for one in app.check(app.snapshot()).findings]


def test_every_example_configuration_is_valid() -> None:
    names = sorted(path.name for path in CONFIGURATIONS.iterdir())
    assert names == ["botpress.toml", "nango.toml"]
    for name in names:
        app = App.open("/nowhere", config_path=str(CONFIGURATIONS / name))
        assert app.config_problems == (), name


def test_the_layers_of_botpress(tmp_path: Path) -> None:
    acme = "integrations/acme"
    files = {
        f"{acme}/integration.definition.ts": 'import { LIMIT } from "./src/misc/utils";\n'
        "export const d = LIMIT;\n",
        f"{acme}/src/index.ts": 'import { create } from "./actions/create";\nexport const run = create;\n',
        f"{acme}/src/actions/create.ts": 'import axios from "axios";\n'
        'import { post } from "../acme-api/client";\n'
        "export const create = () => [axios, post];\n",
        f"{acme}/src/acme-api/client.ts": 'import axios from "axios";\n'
        'import { LIMIT } from "../misc/utils";\n'
        'import { run } from "../index";\nexport const post = () => [axios, LIMIT, run];\n',
        f"{acme}/src/misc/utils.ts": "export const LIMIT = 3;\n",
        f"{acme}/refresh.ts": 'import axios from "axios";\nexport const refresh = axios;\n',
    }
    assert example(tmp_path, "botpress.toml", files) == [
        (f"{acme}/integration.definition.ts", "./src/misc/utils"),
        (f"{acme}/src/acme-api/client.ts", "../index"),
        (f"{acme}/src/actions/create.ts", "axios"),
    ]


def test_the_layers_of_nango(tmp_path: Path) -> None:
    acme = "integrations/acme"
    files = {
        f"{acme}/actions/a.ts": 'import { createAction } from "nango";\nimport { b } from "./b.js";\n'
        'import { toUser } from "../mappers/to-user.js";\nexport const a = [createAction, b, toUser];\n',
        f"{acme}/actions/b.ts": 'import { find } from "../helpers/find-user.js";\nexport const b = find;\n',
        f"{acme}/helpers/find-user.ts": 'import type { NangoAction } from "nango";\n'
        "export const find = (n: NangoAction) => n;\n",
        f"{acme}/mappers/to-user.ts": 'import type { User } from "../models.js";\n'
        'import { find } from "../helpers/find-user.js";\nexport const toUser = (u: User) => find(u);\n',
        f"{acme}/models.ts": "export interface User { id: string }\n",
    }
    assert example(tmp_path, "nango.toml", files) == [
        (f"{acme}/actions/a.ts", "./b.js"),
        (f"{acme}/mappers/to-user.ts", "../helpers/find-user.js"),
    ]


# Queries and service-role clients


MAKER = 'import { createServiceRoleClient } from "../../backend/database.js";\n'


@pytest.mark.parametrize(
    ("code", "certainties"),
    [
        ("export const run = (pool: any) => pool.query('SELECT id FROM deals');\n", ["violation"]),
        ("export const run = (conn: any) => conn.query('SELECT Id FROM Contact');\n", []),
        (
            (
                "import { Client } from 'pg';\n"
                "export const run = (conn: Client) => conn.query('SELECT id FROM deals');\n"
            ),
            ["suspicious"],
        ),
        (
            (
                "import { Client } from 'pg';\nimport jsforce from 'jsforce';\n"
                "export const run = (conn: jsforce.C, c: Client) =>\n"
                "  [c, conn.query('SELECT Id FROM Contact')];\n"
            ),
            [],
        ),
        ("export const run = (client: any, i: any) => client.updateTable(i.name, i.text);\n", []),
        ("export const run = (db: any) => db.from('a').select('*').from('b').select('*');\n", ["violation"]),
        ("export const run = () => Array.from('abc');\n", []),
    ],
)
def test_queries_in_handlers(tmp_path: Path, code: str, certainties: list[str]) -> None:
    results = found(tmp_path, {f"{ACME}/handlers/h.ts": code})
    assert [certainty for _, certainty, _ in results] == certainties


@pytest.mark.parametrize(
    ("code", "reported"),
    [
        (f"{MAKER}export const db = () => createServiceRoleClient();\n", True),
        (
            (
                f"// service-role:justified all of it\n"
                f"{MAKER}export const db = () => createServiceRoleClient();\n"
            ),
            False,
        ),
        (
            (
                f"{MAKER}export const db = () => {{\n  // service-role:justified the audit log\n"
                "  return createServiceRoleClient();\n};\n"
            ),
            False,
        ),
        (
            (
                f"{MAKER}// service-role:justified for all that follows\n\n\n\n\n"
                "export const db = () => createServiceRoleClient();\n"
            ),
            False,
        ),
        (
            (
                f"{MAKER}export const db = () => createServiceRoleClient();\n\n\n\n\n"
                "// service-role:justified too late\n"
            ),
            True,
        ),
        (f"{MAKER}export const db = createServiceRoleClient;\n", False),
        (
            (
                f"{MAKER}export function createServiceRoleClient2() {{\n"
                f"  return createServiceRoleClient(1);\n}}\n"
            ),
            False,
        ),
        (
            (
                "import { createClient } from '@supabase/supabase-js';\n"
                "export const db = () => createClient('u', process.env.SUPABASE_SERVICE_ROLE_KEY!);\n"
            ),
            True,
        ),
        (
            (
                "import { createClient } from '@supabase/supabase-js';\n"
                "export const db = () => {\n  const key = process.env.SERVICE_ROLE;\n"
                "  return createClient('u', key);\n};\n"
            ),
            True,
        ),
        (
            (
                "import { createClient } from '@supabase/supabase-js';\n"
                "export const SERVICE_ROLE = 1;\nexport const db = () => createClient('u', 'anon');\n"
            ),
            False,
        ),
    ],
)
def test_service_role_clients_in_the_client_layer(tmp_path: Path, code: str, reported: bool) -> None:
    assert bool(found(tmp_path, {f"{ACME}/store.ts": code})) is reported


# Broken code


WHOLE = """\
import { AcmeClient, type Raw } from "../AcmeClient.js";
import * as acme from "../index.js";
import express from "express";
export * from "../AcmeClient.js";

export async function handle(db: any, raw: Raw): Promise<unknown> {
  const client = createServiceRoleClient(process.env.SERVICE_ROLE);
  const lazy = await import("../index.js");
  return [await db.from("deals").select("*"), new AcmeClient(), acme, express, client, lazy, raw];
}
"""


def test_half_typed_code_never_fails(tmp_path: Path) -> None:
    path = f"{ACME}/services/handle.ts"
    app = opened(tmp_path, {INDEX: MIXED, path: WHOLE})
    snapshot = app.snapshot()
    for end in range(0, len(WHOLE), 3):
        snapshot = app.snapshot({path: Text(WHOLE[:end].encode())}, previous=snapshot)
        outcome = app.check(snapshot, show_unverifiable=True)
        assert [trouble for trouble in outcome.troubles if trouble.kind == "crash"] == []


def test_an_import_that_does_not_parse_is_not_judged(tmp_path: Path) -> None:
    code = 'import { AcmeClient from "../AcmeClient.js";\nimport { listDeals } from "../services/deals.js";\n'
    assert found(tmp_path, {f"{ACME}/handlers/h.ts": code}) == []
