"""Rules about public surfaces and consumers where their pages cannot reach: reruns, broken and odd code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from fourlayer.app import App
from fourlayer.rule.outcome import Outcome
from fourlayer.syntax.text import Text

INTEGRATIONS = "packages/integrations"
ACME = f"{INTEGRATIONS}/acme"
JIRA = f"{INTEGRATIONS}/jira"
RULES = ["wildcard-export", "leaked-internal", "forbidden-consumer", "cross-provider-import", "deep-import"]
BASE = {
    "package.json": '{"private": true}',
    f"{INTEGRATIONS}/package.json": '{"name": "@valueos/integrations", "private": true, "exports": '
    '{".": "./index.ts", "./*": "./*/index.ts"}}',
    f"{ACME}/index.ts": 'export { sign } from "./sign.js";\n',
    f"{ACME}/sign.ts": "export const sign = (): number => 1;\n",
    f"{JIRA}/index.ts": "export class Jira {}\n",
    "packages/backend/src/use.ts": "export const nothing = 1;\n",
}


def opened(folder: Path, files: Mapping[str, str], rules: list[str] | None = None) -> App:
    for path, text in {**BASE, **files}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return App.open(str(folder), select=rules or RULES)


def keys(outcome: Outcome) -> list[tuple[str, str]]:
    assert [trouble for trouble in outcome.troubles if trouble.kind == "crash"] == []
    return [(one.finding.rule, one.finding.key) for one in outcome.findings]


def test_a_leak_ends_when_a_consumer_starts_to_use_it_unsaved(tmp_path: Path) -> None:
    app = opened(tmp_path, {})
    snapshot = app.snapshot()
    assert keys(app.check(snapshot)) == [("leaked-internal", "sign")]
    use = 'import { sign } from "../../integrations/acme/index.js";\nexport const used = sign();\n'
    after = snapshot.derive({"packages/backend/src/use.ts": Text(use.encode())})
    assert keys(app.check(after)) == []
    assert keys(app.check(after.derive({}))) == [("leaked-internal", "sign")]


def test_a_name_that_becomes_a_vendors_is_reported_at_its_surface(tmp_path: Path) -> None:
    types = f"{ACME}/types.ts"
    files = {
        f"{ACME}/index.ts": 'export type { Thing } from "./types.js";\n',
        types: "export type Thing = 1;\n",
    }
    app = opened(tmp_path, files)
    snapshot = app.snapshot()
    assert keys(app.check(snapshot)) == []
    vendor = b'import type { Event } from "stripe";\nexport type Thing = Event;\n'
    assert keys(app.check(snapshot.derive({types: Text(vendor)}))) == [("leaked-internal", "Thing")]


def test_another_provider_behind_the_packages_index_is_seen_when_it_comes(tmp_path: Path) -> None:
    root = f"{INTEGRATIONS}/index.ts"
    files = {
        root: "export class Jira {}\n",
        f"{ACME}/index.ts": 'import { Jira } from "../index.js";\nexport const jira = new Jira();\n',
    }
    app = opened(tmp_path, files)
    snapshot = app.snapshot()
    assert keys(app.check(snapshot)) == []
    after = snapshot.derive({root: Text(b'export { Jira } from "./jira/index.js";\n')})
    assert keys(app.check(after)) == [("cross-provider-import", "../index.js")]


def test_an_import_of_a_consumer_is_judged_once(tmp_path: Path) -> None:
    deep = 'import { sign } from "../../packages/integrations/acme/sign.js";\nexport const s = sign();\n'
    cross = 'import { sign } from "../acme/sign.js";\nexport const s = sign();\n'
    app = opened(tmp_path, {"apps/web/page.ts": deep, f"{JIRA}/index.ts": cross})
    assert keys(app.check(app.snapshot())) == [
        ("forbidden-consumer", "../../packages/integrations/acme/sign.js"),
        ("cross-provider-import", "../acme/sign.js"),
    ]


@pytest.mark.parametrize(
    "pattern", ["packages/backend", "packages/*", "packages/backend/**", "./packages/backend/"]
)
def test_allowed_consumers_are_folders_or_globs(tmp_path: Path, pattern: str) -> None:
    use = 'import { Jira } from "@valueos/integrations/jira";\nexport const j = new Jira();\n'
    files = {
        "packages/backend/src/use.ts": use,
        "packages/backend-admin/src/use.ts": use,
        "fourlayer.toml": f'[workspace]\nallowed-consumers = ["{pattern}"]\n',
    }
    app = opened(tmp_path, files, ["forbidden-consumer"])
    paths = [one.finding.path for one in app.check(app.snapshot()).findings]
    assert paths == ([] if pattern == "packages/*" else ["packages/backend-admin/src/use.ts"])


def test_tests_of_a_consumer_are_judged_when_asked_for(tmp_path: Path) -> None:
    code = 'vi.mock("@valueos/integrations/jira");\nimport { Jira } from "@valueos/integrations/jira";\n'
    files = {"apps/web/a.test.ts": code}
    assert (
        keys(opened(tmp_path, files, ["forbidden-consumer"]).check(opened(tmp_path, files).snapshot())) == []
    )
    files["fourlayer.toml"] = "[rules.forbidden-consumer]\ninclude-tests = true\n"
    app = opened(tmp_path, files, ["forbidden-consumer"])
    assert [one.range.start_line for one in app.check(app.snapshot()).findings] == [2]


def test_a_star_over_half_typed_code_has_no_fix(tmp_path: Path) -> None:
    index = f"{ACME}/index.ts"
    files = {
        index: 'export * from "./sign.js";\n',
        f"{ACME}/sign.ts": "export const sign = 1;\nexport const x = {\n",
    }
    app = opened(tmp_path, files, ["wildcard-export"])
    (one,) = app.check(app.snapshot()).findings
    assert one.fixes == ()


def test_a_star_under_another_that_cannot_be_read_has_no_fix(tmp_path: Path) -> None:
    index = f"{ACME}/index.ts"
    app = opened(
        tmp_path, {index: 'export * from "./sign.js";\nexport * from "vendor";\n'}, ["wildcard-export"]
    )
    assert [one.fixes for one in app.check(app.snapshot()).findings] == [(), ()]


def test_a_published_package_may_have_other_users(tmp_path: Path) -> None:
    files = {f"{INTEGRATIONS}/package.json": '{"name": "@valueos/integrations"}'}
    app = opened(tmp_path, files, ["leaked-internal"])
    (one,) = app.check(app.snapshot(), show_unverifiable=True).findings
    assert one.finding.certainty == "unverifiable"
