"""`check` with a stand-in for the engine: exit codes, formats and what happens when things go wrong."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import pytest
from jsonschema import Draft4Validator  # type: ignore[import-untyped]  # it ships no types

from fourlayer.cli import check
from fourlayer.cli.main import main
from fourlayer.errors import FourlayerError
from fourlayer.rule.outcome import Outcome, Trouble
from tests.report.samples import RULES, absent, outcome, reported

SCHEMA = Path(__file__).parent.parent / "report/data/sarif-schema-2.1.0.json"
MACHINE = ("json", "sarif", "github")


class FakeApp:
    """Answers with a fixed outcome, or raises."""

    problems: Sequence[object] = ()
    answer: Outcome | BaseException = outcome()
    contents: ClassVar[dict[str, bytes | None]] = {}
    calls: ClassVar[list[dict[str, Any]]] = []

    def __init__(self, root: str) -> None:
        self.root = root
        self.config_problems = self.problems
        self.rules = RULES

    @classmethod
    def open(cls, root: str, **options: object) -> FakeApp:
        cls.calls.append({"root": root, **options})
        return cls(root)

    def snapshot(self) -> object:
        return None

    def check(self, snapshot: object, parts: Sequence[str], **options: object) -> Outcome:
        self.calls.append({"parts": parts, **options})
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer._replace(root=self.root)

    def check_cached(self, cache: object, parts: Sequence[str], **options: object) -> Outcome:
        return self.check(None, parts, **options)

    def fix(self, snapshot: object, found: Outcome, *, paths: Sequence[str], unsafe: bool) -> Any:
        self.calls.append({"paths": paths, "unsafe": unsafe})
        files = {path: Path(self.root, path) for path in self.contents}
        return SimpleNamespace(
            changes=self.contents,
            before={path: file.read_bytes() if file.exists() else None for path, file in files.items()},
            applied=[SimpleNamespace(finding=found.findings[0])] if self.contents else [],
            remaining=False,
            outcome=found._replace(findings=found.findings[1:]),
            snapshot=None,
        )

    def shown(self, snapshot: object, result: Any) -> tuple[Any, Any]:
        return result.before, result.changes


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[FakeApp]:
    module = ModuleType("fourlayer.app")
    fake = type("Fake", (FakeApp,), {"calls": []})
    monkeypatch.setattr(module, "App", fake, raising=False)
    monkeypatch.setattr(module, "find_root", lambda start: str(tmp_path), raising=False)
    monkeypatch.setitem(sys.modules, "fourlayer.app", module)
    monkeypatch.chdir(tmp_path)
    return fake


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(app: type[FakeApp], capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = check.run(arguments, RULES)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


ERROR = reported()
WARNING = reported(severity="warning", certainty="suspicious")
INERT = Trouble("inert-rule", "explicit-any: cannot run")
UNREADABLE = Trouble("unreadable", "permission denied", "a.ts")


@pytest.mark.parametrize(
    ("answer", "options", "code"),
    [
        (outcome(), (), 0),
        (outcome(WARNING), (), 0),
        (outcome(WARNING), ("--error-on-warning",), 1),
        (outcome(ERROR), (), 1),
        (outcome(ERROR), ("--exit-zero",), 0),
        (outcome(troubles=(INERT,)), (), 0),
        (outcome(ERROR, troubles=(UNREADABLE,)), (), 2),
        (outcome(ERROR, troubles=(UNREADABLE,)), ("--exit-zero",), 2),
        (outcome(troubles=(Trouble("crash", "x"),)), (), 2),
    ],
)
@pytest.mark.parametrize("form", check.FORMATS)
def test_exit_codes(
    app: type[FakeApp], run: Run, answer: Outcome, options: tuple[str, ...], code: int, form: str
) -> None:
    app.answer = answer
    found, out, _ = run(*options, "--output-format", form)
    assert found == code
    if form == "json":
        assert len(json.loads(out)["findings"]) == len(answer.findings)


def bad_option(app: type[FakeApp]) -> tuple[str, ...]:
    return ("--slect", "types")


def bad_rule(app: type[FakeApp]) -> tuple[str, ...]:
    return ("--select", "explicit-ayn")


def no_rule_left(app: type[FakeApp]) -> tuple[str, ...]:
    return ("--select", "types", "--ignore", "explicit-any")


def absent_path(app: type[FakeApp]) -> tuple[str, ...]:
    return ("none.ts",)


def outside_path(app: type[FakeApp]) -> tuple[str, ...]:
    return ("/",)


def bad_configuration(app: type[FakeApp]) -> tuple[str, ...]:
    place = SimpleNamespace(
        path=f"{Path.cwd()}/fourlayer.toml", line=3, column=1, key="rles", message="unknown key", remedy="x"
    )
    app.problems = (place,)
    return ()


def crash(app: type[FakeApp]) -> tuple[str, ...]:
    app.answer = ValueError("boom")
    return ()


def foreseen(app: type[FakeApp]) -> tuple[str, ...]:
    app.answer = FourlayerError("the cache is on fire")
    return ()


@pytest.mark.parametrize(
    ("prepare", "kind", "message"),
    [
        (bad_option, "config", "there is no option --slect; did you mean '--select'?"),
        (bad_rule, "config", "did you mean 'explicit-any'?"),
        (no_rule_left, "config", "leave no rule to run"),
        (absent_path, "unreadable", "none.ts does not exist"),
        (outside_path, "unreadable", "/ lies outside the workspace"),
        (bad_configuration, "config", "fourlayer.toml:3:1: rles: unknown key; x"),
        (crash, "crash", "internal error"),
        (foreseen, "crash", "the cache is on fire"),
    ],
)
@pytest.mark.parametrize("form", check.FORMATS)
def test_trouble_is_told_to_people_and_to_programs(
    app: type[FakeApp],
    run: Run,
    prepare: Callable[[type[FakeApp]], tuple[str, ...]],
    kind: str,
    message: str,
    form: str,
) -> None:
    code, out, err = run(*prepare(app), f"--output-format={form}")
    assert code == 2
    assert message in err
    if form == "json":
        document = json.loads(out)
        assert document["problems"][0]["kind"] == kind
        assert message in document["problems"][0]["message"]
        assert document["findings"] == []
    elif form == "sarif":
        log = json.loads(out)
        assert Draft4Validator(json.loads(SCHEMA.read_text("utf-8"))).is_valid(log)
        assert log["runs"][0]["invocations"][0]["executionSuccessful"] is False
    elif form == "github":
        assert out.startswith("::error ")
    else:
        assert out == ""


def test_an_interrupt_is_quiet_and_leaves_valid_json(
    app: type[FakeApp], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app.answer = KeyboardInterrupt()
    monkeypatch.setattr(check, "_registry", lambda: RULES)
    assert main(["check", "--output-format", "json"]) == 130
    captured = capsys.readouterr()
    assert captured.err == ""
    assert json.loads(captured.out)["problems"][0]["message"] == "interrupted"
    assert main(["check"]) == 130
    assert capsys.readouterr() == ("", "")


def test_arguments_reach_the_engine(app: type[FakeApp], run: Run, tmp_path: Path) -> None:
    (tmp_path / "packages").mkdir()
    (tmp_path / "a.toml").write_text("")
    code, _, _ = run(
        "packages", "--select", "types,missing-file", "--config", "a.toml", "--show-unverifiable"
    )
    assert code == 0
    opened, checked = app.calls
    assert opened["root"] == str(tmp_path.resolve())
    assert opened["select"] == ("explicit-any", "missing-file")
    assert opened["ignore"] == ()
    assert opened["config_path"] == str(Path.cwd() / "a.toml")
    assert checked == {"parts": ("packages",), "show_unverifiable": True}


def test_the_report_goes_to_a_file(app: type[FakeApp], run: Run, tmp_path: Path) -> None:
    app.answer = outcome(ERROR)
    code, out, _ = run("--output-format", "json", "--output-file", "report.json")
    assert (code, out) == (1, "")
    assert json.loads((tmp_path / "report.json").read_text())["summary"]["errors"] == 1
    assert run("--output-format", "json", "--output-file", "-")[1].startswith("{")


def test_a_report_that_cannot_be_written_is_trouble(app: type[FakeApp], run: Run) -> None:
    app.answer = outcome(ERROR)
    code, out, err = run("--output-format", "json", "--output-file", "none/report.json")
    assert code == 2
    assert "cannot write none/report.json" in err
    assert json.loads(out)["problems"][0]["kind"] == "crash"


def test_a_configuration_problem_replaces_an_old_report(app: type[FakeApp], run: Run, tmp_path: Path) -> None:
    bad_configuration(app)
    (tmp_path / "report.json").write_text("stale")
    code, out, _ = run("--output-format", "json", "--output-file", "report.json")
    assert (code, out) == (2, "")
    assert json.loads((tmp_path / "report.json").read_text())["problems"][0]["kind"] == "config"


def test_statistics_are_added(app: type[FakeApp], run: Run) -> None:
    app.answer = outcome(ERROR, rule_seconds={"explicit-any": 0.5})
    for form in ("text", "concise"):
        assert "  500.0\n" in run("--statistics", "--output-format", form)[1]
    assert json.loads(run("--statistics", "--output-format", "json")[1])["statistics"][0]["seconds"] == 0.5
    _, out, err = run("--statistics", "--output-format", "github")
    assert "500.0" in err
    assert "500.0" not in out


def test_fix_writes_and_tells(app: type[FakeApp], run: Run, tmp_path: Path) -> None:
    (tmp_path / "packages").mkdir()
    (tmp_path / "other.ts").write_text("old")
    app.answer = outcome(reported(path="packages/a.ts"), absent())
    app.contents = {"packages/a.ts": b"new", "other.ts": b"new"}
    code, out, _ = run("packages", "--fix")
    assert code == 1
    assert out.startswith(
        "Fixed 1 problem:\n"
        "  packages/a.ts: explicit-any (1)\n"
        "Created:\n"
        "  packages/a.ts\n"
        "Also changed outside packages, because a fix reaches there:\n"
        "  other.ts\n"
        "\n"
        "packages/integrations/slack/\n"
    )
    assert (tmp_path / "other.ts").read_text() == "new"
    assert app.calls[-1] == {"paths": ("packages",), "unsafe": False}


def test_fix_tells_programs_too(app: type[FakeApp], run: Run) -> None:
    app.answer = outcome(reported(path="a.ts"))
    app.contents = {"a.ts": b"new"}
    code, out, err = run("--unsafe-fixes", "--output-format", "json")
    assert code == 0
    assert json.loads(out)["fixed"] == [{"path": "a.ts", "rule": "explicit-any", "count": 1}]
    assert "Fixed 1 problem" in err
    assert app.calls[-1] == {"paths": (), "unsafe": True}


def test_diff_shows_and_writes_nothing(app: type[FakeApp], run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.ts").write_bytes(b"old\r\n")
    app.answer = outcome(reported(path="a.ts"))
    app.contents = {"a.ts": b"new\r\n"}
    code, out, _ = run("--diff")
    assert code == 1
    assert out.endswith("--- a/a.ts\n+++ b/a.ts\n@@ -1 +1 @@\n-old\r\n+new\r\n")
    assert (tmp_path / "a.ts").read_bytes() == b"old\r\n"
    assert run("--diff", "--exit-zero")[0] == 0
    app.contents = {}
    assert run("--diff", "--fix")[:2] == (0, "")
    app.answer = outcome(troubles=(UNREADABLE,))
    code, out, err = run("--diff")
    assert (code, out) == (2, "")
    assert "a.ts: permission denied" in err


def test_contradicting_arguments_are_refused(run: Run) -> None:
    assert run("--diff", "--output-format", "json")[0] == 2
    assert run("--exit-zero", "--error-on-warning")[0] == 2
    code, _, err = run("--output-format", "xml")
    assert code == 2
    assert "invalid choice: 'xml'" in err


def test_a_check_of_nothing_is_mentioned(app: type[FakeApp], run: Run) -> None:
    app.answer = outcome()._replace(files=0, providers=0)
    code, _, err = run()
    assert code == 0
    assert "no file was checked" in err


def test_github_paths_are_those_of_the_repository(
    app: type[FakeApp], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.answer = outcome(ERROR)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path.parent))
    assert f"file={tmp_path.name}/packages/" in run("--output-format", "github")[1]
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "elsewhere"))
    assert "file=packages/" in run("--output-format", "github")[1]


def test_no_rules_is_trouble(app: type[FakeApp]) -> None:
    assert check.run([], ()) == 2
