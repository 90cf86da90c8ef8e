"""`fourlayer check` answers clearly whatever files, names, folders and texts a workspace holds."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fourlayer.app import App
from fourlayer.cli.main import main
from fourlayer.files import write
from fourlayer_rules.registry import RULES

SLACK = "packages/integrations/slack"
DEFAULT = b"export default 1;\n"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "ws"
    (folder / SLACK).mkdir(parents=True)
    (folder / "pnpm-workspace.yaml").write_text("packages:\n  - packages/*\n")
    (folder / SLACK / "index.ts").write_bytes(b"export const slack = 1;\n")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(["check", "--no-cache", *arguments])
        captured = capfd.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    return call


def document(run: Run, *arguments: str) -> tuple[int, dict[str, list[dict[str, str]]]]:
    code, out, _ = run("--output-format", "json", *arguments)
    return code, json.loads(out)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 50,
        b"\xff\xfe" + "export const a: any = 1;\n".encode("utf-16-le"),
        b"\xef\xbb\xbfexport const a: any = 1;\r\n",
        b"export const a: any = 1;\rexport const b: any = 2;\r",
        b'export const a: any = "\xed\xa0\x80\xff";\n',
        b"export class A extends B {\n  async a(x: any) {\n    await this.",
        b'export const a: any = "' + b"x" * 200_000 + b'";',
        b"export const a: any = " + b"(" * 5_000 + b"1" + b")" * 5_000 + b";",
        b"export const a: any = x" + b".y()" * 5_000 + b";",
        b"export let a: " + b"Array<" * 20_000 + b"any" + b">" * 20_000 + b";",
        b"export const a: any = " + b"{([`${" * 3_000,
        b"namespace a { " * 2_000 + b"let a: any;" + b"}" * 2_000,
    ],
    ids=lambda content: repr(content[:18]),
)
def test_no_text_crashes_a_rule(run: Run, root: Path, content: bytes) -> None:
    (root / SLACK / "SlackAdapter.ts").write_bytes(content)
    code, found = document(run)
    assert code in {0, 1}
    assert [one for one in found["problems"] if one["kind"] in {"crash", "unreadable"}] == []


def test_a_file_beyond_the_limit_is_named_and_one_below_is_read(run: Run, root: Path) -> None:
    (root / SLACK / "below.ts").write_bytes(DEFAULT + b" " * (10_000_000 - len(DEFAULT)))
    assert document(run, "--select", "default-export")[1]["problems"] == []
    (root / SLACK / "above.ts").write_bytes(DEFAULT + b" " * 10_000_000)
    code, found = document(run, "--select", "default-export")
    assert code == 2
    assert [one["path"] for one in found["problems"]] == [f"{SLACK}/above.ts"]
    assert [one["path"] for one in found["findings"]] == [f"{SLACK}/below.ts"]


def test_what_is_no_file_is_not_opened(run: Run, root: Path) -> None:
    os.mkfifo(root / SLACK / "fifo.ts")
    (root / SLACK / "folder.ts").mkdir()
    (root / SLACK / "zero.ts").symlink_to("/dev/zero")
    (root / SLACK / "self").symlink_to(".")
    (root / SLACK / "up").symlink_to("../../..")
    with socket.socket(socket.AF_UNIX) as listener:
        old = Path.cwd()
        os.chdir(root / SLACK)  # names of sockets have a short limit
        listener.bind("socket.ts")
        os.chdir(old)
        code, found = document(run, "--select", "default-export")
    assert (code, found["problems"]) == (0, [])


def test_links_that_lead_nowhere_matter_only_where_code_is_judged(run: Run, root: Path) -> None:
    (root / "docs").mkdir()
    (root / "docs" / "old.json").symlink_to("gone.json")
    (root / "packages/integrations/notes.md").symlink_to("gone.md")
    assert run("--select", "default-export")[0] == 0
    (root / SLACK / "gone.ts").symlink_to("nowhere.ts")
    (root / SLACK / "loop.ts").symlink_to("loop.ts")
    (root / "packages/integrations/jira").mkdir()
    (root / "packages/integrations/jira/index.ts").write_bytes(b"export const jira = 1;\n")
    code, found = document(run, "--select", "default-export")
    assert code == 2
    assert [one["path"] for one in found["problems"]] == [f"{SLACK}/gone.ts", f"{SLACK}/loop.ts"]
    assert run("--select", "default-export", "packages/integrations/jira")[0] == 0


def test_links_out_of_the_workspace_are_neither_read_nor_written(
    run: Run, root: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.ts").write_bytes(DEFAULT)
    (root / SLACK / "out.ts").symlink_to(outside / "secret.ts")
    (root / SLACK / "outdir").symlink_to(outside)
    code, out, _ = run("--select", "default-export", "--unsafe-fixes")
    assert code == 0
    assert "secret" not in out
    assert {file.name: file.read_bytes() for file in outside.iterdir()} == {"secret.ts": DEFAULT}


NAMES = [
    "new\nline.ts",
    "\x1b[31mred.ts",
    "..%2f..%2fup.ts",
    "--fix.ts",
    "a b.ts",
    "🙂.ts",
    "con.ts",
    "CON.ts",
    "\u202egnp.ts",
    "[x].ts",
    "{a,b}.ts",
    "back\\slash.ts",
    "%0A::error::x.ts",
    "n" * 252 + ".ts",
]


@pytest.mark.parametrize("form", ["text", "concise", "json", "sarif", "github"])
def test_hostile_names_are_reported_harmlessly(run: Run, root: Path, form: str) -> None:
    for name in NAMES:
        (root / SLACK / name).write_bytes(DEFAULT)
    code, out, _ = run("--select", "default-export", "--output-format", form)
    assert code == 1
    assert "\x1b" not in out
    if form == "json":
        paths = {one["path"] for one in json.loads(out)["findings"]}
        assert paths == {f"{SLACK}/{name}" for name in NAMES}
    elif form == "sarif":
        assert len(json.loads(out)["runs"][0]["results"]) == len(NAMES)
    elif form == "github":
        assert len(out.splitlines()) == len(NAMES)
        assert all(line.startswith("::error file=") for line in out.splitlines())
    else:
        assert "\u202e" not in out
        assert "new\nline" not in out


def test_a_name_that_is_no_utf8_is_told(run: Run, root: Path) -> None:
    with open(os.path.join(os.fsencode(root), SLACK.encode(), b"bad\xff.ts"), "wb") as file:
        file.write(DEFAULT)
    code, found = document(run)
    assert code == 2
    assert [one["path"] for one in found["problems"] if one["kind"] == "unreadable"] == [
        f"{SLACK}/bad\\xff.ts"
    ]


def test_a_workspace_without_integrations_says_so(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "README.md").write_text("hello\n")
    for arguments in ((), ("README.md",), (".",), ("./",), (str(tmp_path),)):
        code, out, err = run(*arguments)
        assert (code, out) == (0, "Nothing was checked: no file of an integration\n")
        assert "no file was checked" in err
    (tmp_path / "packages").write_text("a file where a folder is expected\n")
    assert run()[0] == 0


def test_the_forms_of_path(run: Run, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / SLACK / "a.ts").write_bytes(DEFAULT)
    (tmp_path / "link").symlink_to(root)
    (tmp_path / "stray.ts").write_bytes(DEFAULT)
    select = ("--select", "default-export")
    whole = document(run, *select)[1]["findings"]
    for path in (SLACK, f"{SLACK}/", f"./{SLACK}/a.ts", str(root / SLACK), f"{SLACK}/../slack", "."):
        assert document(run, *select, path)[1]["findings"] == whole
    assert document(run, *select, "--root", str(tmp_path / "link"))[1]["findings"] == whole
    for path in ("absent", "packages/*", "", "a\0b", str(tmp_path / "stray.ts")):
        code, found = document(run, *select, path, "--root", str(root))
        assert (code, len(found["problems"])) == (2, 1)
    monkeypatch.chdir(root / SLACK)
    for path in (".", ".."):
        assert document(run, *select, path)[1]["findings"] == whole


def test_the_summary_counts_the_providers_that_were_checked(run: Run, root: Path) -> None:
    for name in ("jira", "github"):
        (root / f"packages/integrations/{name}").mkdir()
        (root / f"packages/integrations/{name}/index.ts").write_bytes(b"export const x = 1;\n")
    assert "(1 provider)" in run("packages/integrations/github")[1]
    assert "(3 providers)" in run()[1]


@pytest.mark.parametrize(
    "config",
    [
        b"\xff\xfe",
        b"[workspace",
        b"[workspace]\nintegrations = 1\n",
        b"[workspace]\nintegration = []\n",
        b'[rules]\nno-such-rule = "error"\n',
        b'[rules]\nexplicit-any = "loud"\n',
        b'required-version = ">=999"\n',
        b'[workspace]\nintegrations = ["../*"]\n',
        b"a = " + b"[" * 5_000,
        b"# " + b"x" * 11_000_000,
    ],
    ids=lambda content: repr(content[:30]),
)
def test_a_bad_configuration_is_one_clear_answer(run: Run, root: Path, config: bytes) -> None:
    (root / "fourlayer.toml").write_bytes(config)
    code, found = document(run)
    assert code == 2
    assert {one["kind"] for one in found["problems"]} == {"config"}
    assert found["findings"] == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'"x"', b'{"exports": 7, "workspaces": {}}'])
def test_hostile_manifests_crash_nothing(run: Run, root: Path, content: bytes) -> None:
    for name in ("package.json", "tsconfig.json", "pnpm-workspace.yaml", f"{SLACK}/package.json"):
        (root / name).write_bytes(content)
    (root / "m/migrations").mkdir(parents=True)
    (root / "m/migrations/1.sql").write_bytes(b"CREATE TABLE (((" * 500 + content + b"'\0$$ -- /*")
    (root / SLACK / "a.ts").write_bytes(b'import { x } from "@valueos/integrations/slack/y";\n' + DEFAULT)
    code, found = document(run)
    assert code == 1
    assert [one for one in found["problems"] if one["kind"] != "inert-rule"] == []


def files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def test_a_failure_halfway_through_fixing_leaves_the_tree_as_it_was(
    run: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(root)
    real, calls = os.link, []

    def full(*arguments: str) -> None:
        calls.append(arguments)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        real(*arguments)

    def never(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    monkeypatch.setattr(os, "replace", never)
    code, out, err = run("--fix", "--select", "missing-file")
    assert len(calls) >= 3
    assert code == 2
    assert "no space left on device" in (out + err).lower()
    assert files(root) == before


def test_fixing_writes_nothing_over_a_concurrent_edit(root: Path) -> None:
    path = root / SLACK / "index.ts"
    changes = [write.Modify(f"{SLACK}/index.ts", b"new\n", path.read_bytes())]
    path.write_bytes(b"edited meanwhile\n")
    with pytest.raises(write.WriteError, match="changed by another program"):
        write.apply_changes(str(root), changes)
    assert path.read_bytes() == b"edited meanwhile\n"


def test_diff_changes_nothing(run: Run, root: Path) -> None:
    before = files(root)
    assert run("--diff", "--unsafe-fixes", "--select", "missing-file")[0] == 1
    assert files(root) == before


@pytest.mark.parametrize("damage", [b"", b"{", b"\0" * 99, b"[1,2]", b"[1,null,{},[],[]]", b"[" * 99_999])
def test_a_damaged_cache_is_no_more_than_a_recomputation(
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    damage: bytes,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (root / SLACK / "a.ts").write_bytes(DEFAULT)
    command = ["check", "--output-format", "concise", "--select", "default-export"]
    first = (main(command), capfd.readouterr().out)
    entries = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert entries
    for entry in entries:
        entry.write_bytes(damage)
    assert (main(command), capfd.readouterr().out) == first


def test_nothing_of_a_workspace_runs(root: Path, tmp_path: Path) -> None:
    """Modules, hooks and programs of the workspace stay text, even where the tool runs as `python -m`."""
    mark = tmp_path / "ran"
    evil = f"open({str(mark)!r}, 'w').close()\n"
    for name in ("tree_sitter", "pydantic", "fourlayer_rules", "json", "tree_sitter_typescript"):
        (root / name).mkdir()
        (root / name / "__init__.py").write_text(evil)
    for name in ("sitecustomize.py", "usercustomize.py", "tomllib.py", "argparse.py"):
        (root / name).write_text(evil)
    (root / ".git").mkdir()
    (root / ".git/config").write_text(f"[core]\n\tfsmonitor = touch {mark}\n\thooksPath = hooks\n")
    (root / SLACK / "a.ts").write_text(
        f'import {{ writeFileSync }} from "fs";\nwriteFileSync("{mark}", "");\nexport default 1;\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "fourlayer", "check", "--select", "default-export"],
        capture_output=True,
        cwd=root,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert not mark.exists()


def test_messages_repeat_no_values(root: Path) -> None:
    secret = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
    (root / SLACK / "SlackAdapter.ts").write_text(
        f'export default class SlackAdapter {{\n  token: any = "{secret}";\n'
        f'  async x(a: any) {{ await fetch("https://x", {{ headers: {{ key: "{secret}" }} }}); }}\n}}\n'
    )
    (root / SLACK / "config.ts").write_text(f'export const token = process.env.T ?? "{secret}";\n')
    app = App.open(str(root), rules=RULES)
    outcome = app.check(app.snapshot(), show_unverifiable=True)
    assert outcome.findings
    told = [f"{one.finding.message} {one.finding.help}" for one in outcome.findings]
    told += [plan.title for one in outcome.findings for plan in one.fixes]
    assert not any(secret in text for text in told)


def test_a_file_that_does_not_parse_is_named(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "packages/integrations/acme"
    folder.mkdir(parents=True)
    (folder / "index.ts").write_text("export const fine = 1;\nconst broken = (((;\n")
    code, out, _ = run("--root", str(tmp_path), "--select", "explicit-any")
    assert code == 0
    assert "packages/integrations/acme/index.ts" in out
    assert "does not parse at line 2" in out
