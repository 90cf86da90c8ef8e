"""`check` on a small workspace with the real engine and rules of our own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from fourlayer.cli import check
from fourlayer.rule.model import RuleMeta
from tests.cli import fake_rules
from tests.cli.fake_rules import EXPLODES, INERT, INSTANCES, RULES

SLACK = "packages/integrations/slack"
FILES = {
    "pnpm-workspace.yaml": b"packages:\n  - packages/*\n",
    "package.json": b'{"private": true}\n',
    "packages/integrations/package.json": b'{"name": "@valueos/integrations"}\n',
    f"{SLACK}/index.ts": b"export const one: any = 1;\r\nexport const two: any = 2;\r\n",
    f"{SLACK}/\xe6\xbc\xa2.ts".encode("latin-1").decode(): "export const 漢: any = '🙂' as any;\n".encode(),
    "packages/integrations/jira/index.ts": b"export const jira: any = 1;\n",
    "packages/integrations/jira/notes.ts": b"export const notes = [];\n",
}

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, data in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    for name, rule in INSTANCES.items():
        module = ModuleType(name)
        monkeypatch.setattr(module, "rule", rule, raising=False)
        monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setattr(fake_rules, name.rpartition(".")[2], module, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str, rules: Sequence[RuleMeta] = RULES) -> tuple[int, str, str]:
        code = check.run(arguments, rules)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def places(out: str) -> list[tuple[str, str, int, int]]:
    return [
        (f["rule"], f["path"], f["range"]["start"]["line"], f["range"]["start"]["column"])
        for f in json.loads(out)["findings"]
    ]


def contents(root: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(root)): file.read_bytes() for file in sorted(root.rglob("*")) if file.is_file()
    }


def test_findings_have_utf16_columns_and_relative_paths(run: Run) -> None:
    code, out, err = run("--output-format", "json", "--select", "no-any")
    assert (code, err) == (1, "")
    assert places(out) == [
        ("no-any", "packages/integrations/jira/index.ts", 1, 20),
        ("no-any", f"{SLACK}/index.ts", 1, 19),
        ("no-any", f"{SLACK}/index.ts", 2, 19),
        ("no-any", f"{SLACK}/漢.ts", 1, 17),
        ("no-any", f"{SLACK}/漢.ts", 1, 31),
    ]
    document = json.loads(out)
    assert document["summary"]["providers"] == 2
    assert document["summary"]["fixable"] == 5
    assert len({finding["fingerprint"] for finding in document["findings"]}) == 5


def test_a_path_filters_and_a_subfolder_finds_the_root(
    run: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = places(run("--output-format", "json")[1])
    _, out, _ = run("--output-format", "json", SLACK)
    assert places(out) == [place for place in whole if place[1].startswith(f"{SLACK}/")]
    monkeypatch.chdir(root / SLACK)
    assert places(run("--output-format", "json", ".")[1]) == places(out)
    assert places(run("--output-format", "json", "index.ts")[1]) == [
        place for place in whole if place[1] == f"{SLACK}/index.ts"
    ]


def test_text_shows_the_source(run: Run) -> None:
    code, out, _ = run()
    assert code == 1
    assert (
        f"{SLACK}/index.ts\n"
        "  1:19  error  no-any  `any` is used.\n"
        "    1 │ export const one: any = 1;\n"
        "      │                   ^^^\n"
        "    help: Use `unknown`.\n"
        "    fix: Use `unknown` (safe, --fix)\n"
    ) in out
    assert "    1 │ export const 漢: any = '🙂' as any;\n      │                  ^^^\n" in out
    assert "5 errors, 1 warning in " in out
    assert "(2 providers) · 5 fixable with --fix, 1 more with --unsafe-fixes\n" in out


def test_fix_applies_what_is_safe_and_twice_changes_nothing_more(run: Run, root: Path) -> None:
    code, out, _ = run("--fix")
    assert code == 0
    assert "Fixed 5 problems:\n" in out
    assert f"  {SLACK}/index.ts: no-any (2)\n" in out
    assert (root / SLACK / "index.ts").read_bytes() == (
        b"export const one: unknown = 1;\r\nexport const two: unknown = 2;\r\n"
    )
    after = contents(root)
    assert run("--fix")[1].startswith("Nothing was fixed.\n")
    assert contents(root) == after


def test_fix_stays_in_the_path_unless_a_fix_reaches_further(run: Run, root: Path) -> None:
    before = contents(root)
    code, out, _ = run(SLACK, "--unsafe-fixes")
    after = contents(root)
    changed = {path for path in after if after[path] != before.get(path)}
    assert code == 0
    assert changed == {
        f"{SLACK}/index.ts",
        f"{SLACK}/漢.ts",
        f"{SLACK}/notes.ts",
        "packages/integrations/notes.ts",
    }
    assert (
        f"Also changed outside {SLACK}, because a fix reaches there:\n  packages/integrations/notes.ts\n"
        in out
    )


def test_a_diff_is_what_fix_does(root: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    before = contents(root)
    process = subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    assert process.returncode == 0
    assert check.run(["--diff", "--unsafe-fixes"], RULES) == 1
    patch = capsysbinary.readouterr().out
    assert {path: data for path, data in contents(root).items() if not path.startswith(".git")} == before
    subprocess.run(["git", "apply", "-"], cwd=root, input=patch, check=True)
    patched = contents(root)
    for path, data in before.items():
        (root / path).write_bytes(data)
    for path in patched.keys() - before.keys():
        if not path.startswith(".git/"):
            (root / path).unlink()
    check.run(["--unsafe-fixes"], RULES)
    fixed = contents(root)
    assert {p: d for p, d in fixed.items() if not p.startswith(".git/")} == {
        p: d for p, d in patched.items() if not p.startswith(".git/")
    }


def test_a_crashing_rule_hides_no_neighbour_and_is_trouble(run: Run) -> None:
    code, out, _ = run("--output-format", "json", rules=(*RULES, EXPLODES))
    document = json.loads(out)
    assert code == 2
    assert document["summary"]["errors"] == 5
    assert {problem["kind"] for problem in document["problems"]} == {"crash"}
    assert any("explodes" in problem["message"] for problem in document["problems"])


def test_an_inert_rule_is_told_and_changes_no_exit_code(run: Run) -> None:
    code, out, _ = run("--select", "inert", rules=(*RULES, INERT))
    assert code == 0
    assert "1 rule could not run:\n" in out
    assert "nothing to go by was found" in out


def test_an_unreadable_file_is_trouble(run: Run, root: Path) -> None:
    (root / SLACK / "loop.ts").symlink_to("/etc/hostname")
    (root / SLACK / "huge.ts").write_bytes(b"//" + b"x" * 11_000_000)
    code, out, _ = run("--output-format", "json")
    problems = json.loads(out)["problems"]
    assert code == 2
    assert [(p["kind"], p["path"]) for p in problems] == [("unreadable", f"{SLACK}/huge.ts")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[rles]\n", "fourlayer.toml:1:2"),
        (b"[rules]\nno-ayn = 'error'\n", "no-any"),
        (b"x = [\n", "fourlayer.toml"),
        (b"\xff", "fourlayer.toml"),
    ],
)
def test_a_broken_configuration_is_trouble_with_a_place(
    run: Run, root: Path, content: bytes, message: str
) -> None:
    (root / "fourlayer.toml").write_bytes(content)
    code, out, err = run("--output-format", "json")
    (problem,) = json.loads(out)["problems"]
    assert code == 2
    assert problem["kind"] == "config"
    assert problem["path"] == "fourlayer.toml"
    assert message in problem["message"]
    assert message in err


def test_configuration_and_comments_are_obeyed(run: Run, root: Path) -> None:
    (root / "fourlayer.toml").write_text('[rules]\nno-any = "warning"\nneeds-notes = "off"\n')
    (root / SLACK / "index.ts").write_text(
        "// fourlayer-ignore no-any: the vendor's types are missing\nexport const one: any = 1;\n"
    )
    code, out, _ = run("--output-format", "json")
    summary = json.loads(out)["summary"]
    assert code == 0
    assert (summary["errors"], summary["warnings"], summary["suppressed"]) == (0, 3, 1)


def test_another_configuration_file_can_be_named(run: Run, root: Path) -> None:
    (root / "other.toml").write_text('[rules]\nno-any = "off"\n')
    code, out, _ = run("--config", "other.toml", "--output-format", "json")
    assert code == 0
    assert {place[0] for place in places(out)} == {"needs-notes"}
    assert run("--config", "absent.toml")[0] == 2


def test_hostile_file_names_are_harmless_in_text(run: Run, root: Path) -> None:
    (root / SLACK / "a\x1b]0;owned\x07\n.ts").write_text("export const a: any = 1;\n")
    _, out, err = run()
    assert all(char == "\n" or char.isprintable() for char in out + err)
    assert "\\x1b]0;owned\\x07\\x0a.ts" in out
