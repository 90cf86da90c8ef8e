"""`config`: every value with its origin."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fourlayer.cli.main import main

TOML = """\
[symbols]
extend-verifiers = ["checkVendorSignature"]
[rules]
default-export = "warning"
[rules.explicit-any]
include-tests = true
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "fourlayer.toml").write_text(TOML)
    (tmp_path / "packages").mkdir()
    monkeypatch.chdir(tmp_path / "packages")
    return tmp_path


def values(out: str) -> dict[str, tuple[object, str]]:
    return {entry["key"]: (entry["value"], entry["origin"]) for entry in json.loads(out)["values"]}


def test_each_value_has_its_origin(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--output-format", "json"]) == 0
    out = capsys.readouterr().out
    found = values(out)
    assert json.loads(out)["root"] == str(root.resolve())
    assert found["workspace.shared"] == (["base"], "default")
    assert found["rules.default-export.severity"] == ("warning", "fourlayer.toml")
    assert found["rules.explicit-any.include-tests"] == (True, "fourlayer.toml")
    assert found["rules.explicit-any.severity"] == ("error", "default")
    verifiers, origin = found["symbols.verifiers"]
    assert isinstance(verifiers, list)
    assert verifiers[-1] == "checkVendorSignature"
    assert origin == "defaults, extended by fourlayer.toml"


def test_the_text_says_the_same(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", ".."]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert 'rules.default-export.severity = "warning"  # fourlayer.toml' in lines
    assert 'workspace.shared = ["base"]  # default' in lines


def test_another_file_can_be_shown(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "other.toml").write_text('[rules]\ndefault-export = "hint"\n')
    assert main(["config", "--config", "../other.toml", "--output-format=json"]) == 0
    assert values(capsys.readouterr().out)["rules.default-export.severity"] == ("hint", "other.toml")


@pytest.mark.parametrize(
    ("arguments", "content", "message"),
    [
        ((), "[rles]\n", "fourlayer.toml:1:2: rles"),
        (("none",), TOML, "none does not exist"),
        (("--nope",), TOML, "there is no option --nope"),
    ],
)
def test_trouble_is_told_and_json_stays_valid(
    root: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    content: str,
    message: str,
) -> None:
    (root / "fourlayer.toml").write_text(content)
    assert main(["config", "--output-format", "json", *arguments]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert message in json.loads(captured.out)["problems"][0]["message"]
    assert main(["config", *arguments]) == 2
    assert capsys.readouterr().out == ""
