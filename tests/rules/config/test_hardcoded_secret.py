"""A credential is shown nowhere, hostile files do no harm, and what tells by itself is found."""

from __future__ import annotations

import json
import random
import string
from pathlib import Path

import pytest

from fourlayer.app import App
from fourlayer.cli import check as cli
from fourlayer.files.cache import Cache
from fourlayer.rule.outcome import Reported
from fourlayer_rules.derive import secret_texts as secrets
from fourlayer_rules.registry import RULES

ROOT = "packages/integrations/acme"
CONFIG = """\
import { z } from "zod";
const schema = z.object({
  baseUrl: z.string(),
});
export const loadAcmeConfig = (env: NodeJS.ProcessEnv = process.env): z.infer<typeof schema> =>
  schema.parse({
    baseUrl: env.ACME_BASE_URL,
  });
"""


def random_text(seed: int, count: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=count))


def credentials() -> dict[str, str]:
    """One of each kind, made here so that no file holds any."""
    return {
        "named": random_text(1, 28),
        "github": "gh" + "p_" + random_text(2, 36),
        "aws": "AK" + "IA" + random_text(3, 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
        "stripe": "sk_" + "live_" + random_text(4, 24),
        "slack": "xox" + "b-" + random_text(5, 12, string.digits) + "-" + random_text(6, 24),
        "fallback": "dev-only-" + random_text(7, 9, string.ascii_lowercase),
        "url": random_text(8, 14),
        "pem": random_text(9, 64),
    }


def program(own: dict[str, str]) -> str:
    begin, end = "-----BEGIN RSA PRIVATE " + "KEY-----", "-----END RSA PRIVATE " + "KEY-----"
    return f"""\
export class Client {{
  private readonly apiKey: any = "{own["named"]}";
  call(): any[] {{
    const github: any = "{own["github"]}";
    const aws: any = ["{own["aws"]}", "{own["stripe"]}"]; // {own["slack"]}
    const secret: any = process.env.ACME_SECRET ?? "{own["fallback"]}";
    const url: any = "https://acme:{own["url"]}@api.acme-internal.net/v1";
    const pem: any = `{begin}
{own["pem"]}
{own["pem"]}
{end}`;
    return [this.apiKey, github, aws, secret, url, pem];
  }}
}}
"""


def lay_out(folder: Path, files: dict[str, str]) -> None:
    for path, text in {"package.json": "{}", "pnpm-workspace.yaml": "", **files}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())


@pytest.fixture
def planted(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    own = credentials()
    lay_out(
        tmp_path,
        {f"{ROOT}/config.ts": CONFIG, f"{ROOT}/client.ts": program(own), ".env.example": "ACME_BASE_URL=\n"},
    )
    return tmp_path, own


def judge(folder: Path, *, tests: bool = False) -> tuple[Reported, ...]:
    if tests:
        (folder / "fourlayer.toml").write_text("[rules.hardcoded-secret]\ninclude-tests = true\n")
    app = App.open(str(folder), select=("hardcoded-secret",))
    outcome = app.check(app.snapshot(), show_unverifiable=True)
    assert [trouble for trouble in outcome.troubles if trouble.kind == "crash"] == []
    return outcome.findings


def test_each_kind_is_found_once(planted: tuple[Path, dict[str, str]]) -> None:
    assert len(judge(planted[0])) == len(planted[1])


@pytest.mark.parametrize("format_", ["text", "concise", "json", "sarif", "github"])
def test_no_report_shows_a_credential(
    planted: tuple[Path, dict[str, str]], format_: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    folder, own = planted
    # explicit-any stands on the same lines and quotes them.
    arguments = ["--root", str(folder), "--no-cache", "--output-format", format_]
    assert cli.run([*arguments, "--select", "hardcoded-secret,explicit-any"], RULES) == 1
    captured = capsysbinary.readouterr()
    shown = (captured.out + captured.err).decode()
    assert "hardcoded-secret" in shown
    assert "explicit-any" in shown
    assert [kind for kind, text in own.items() if text in shown] == []


def test_no_patch_shows_a_credential(
    planted: tuple[Path, dict[str, str]], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    folder, own = planted
    arguments = ["--root", str(folder), "--no-cache", "--diff", "--unsafe-fixes"]
    cli.run([*arguments, "--select", "hardcoded-secret,explicit-any"], RULES)
    captured = capsysbinary.readouterr()
    shown = (captured.out + captured.err).decode()
    assert "loadAcmeConfig().apiKey" in shown
    assert "masked" in shown
    assert [kind for kind, text in own.items() if text in shown] == []


class Kept(Cache):
    """A cache that also remembers what it was given, before anything is packed."""

    stored = b""

    def put(self, key: str, data: bytes) -> None:
        self.stored += data
        super().put(key, data)


def test_the_cache_holds_no_credential(
    planted: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, own = planted
    cache = Kept("1", directory=str(tmp_path_factory.mktemp("cache")))
    app = App.open(str(folder), select=("hardcoded-secret", "explicit-any"))
    assert app.check_cached(cache, ()).findings
    assert b"hardcoded-secret" in cache.stored
    assert [kind for kind, text in own.items() if text.encode() in cache.stored] == []


def test_what_the_language_server_is_given_holds_no_credential(
    planted: tuple[Path, dict[str, str]],
) -> None:
    folder, own = planted
    app = App.open(str(folder), select=("hardcoded-secret",))
    snapshot = app.snapshot()
    for path in (f"{ROOT}/client.ts", f"{ROOT}/config.ts"):
        for found in app.check_file(snapshot, path):
            plans = app.plans(snapshot, found.finding)
            changes = [app.change(snapshot, found.finding, plan) for plan in plans]
            told = json.dumps([repr(found), repr(plans), repr(changes)])
            assert [kind for kind, text in own.items() if text in told] == []


def test_the_fix_leaves_no_credential_behind(planted: tuple[Path, dict[str, str]]) -> None:
    folder, own = planted
    app = App.open(str(folder), select=("hardcoded-secret",))
    snapshot = app.snapshot()
    result = app.fix(snapshot, app.check(snapshot), unsafe=True)
    client = (result.changes[f"{ROOT}/client.ts"] or b"").decode()
    assert own["named"] not in client
    assert "loadAcmeConfig().apiKey" in client
    assert b"ACME_API_KEY=\n" in (result.changes[".env.example"] or b"")


@pytest.mark.parametrize("index", range(len(secrets.TOKENS)))
def test_every_token_has_a_needle_and_compiles(index: int) -> None:
    token = secrets.TOKENS[index]
    assert all(token.needles)
    assert list(secrets.tokens(b" ".join(token.needles))) == []


def test_tests_are_judged_on_request_only(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"{ROOT}/__tests__/a.test.ts": f'const apiKey = "{random_text(1, 28)}";\n'})
    assert judge(tmp_path) == ()
    assert len(judge(tmp_path, tests=True)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ufeff",
        'const apiKey = "',
        "const apiKey = `${",
        'export const secret = "\\u{110000}";',
        'class { password = "',
        '"https://a:' + "b" * 5000,
        "eyJ" + "a" * 100 + ".ey" + "b" * 50 + ".!",
        "eyJrIjoi" + "aB3" * 30,
        "\x00\xff" * 50,
    ],
)
def test_broken_files_do_no_harm(tmp_path: Path, text: str) -> None:
    lay_out(tmp_path, {f"{ROOT}/broken.ts": text})
    judge(tmp_path)


def test_one_long_line_is_scanned_for_tokens(tmp_path: Path) -> None:
    filler = "a(1);" * 300_000
    token = credentials()["github"]
    lay_out(tmp_path, {f"{ROOT}/min.ts": f'{filler}b("{token}");{filler}'})
    assert len(judge(tmp_path)) == 1
