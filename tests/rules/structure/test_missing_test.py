"""The tests that `missing-test` writes pass, compile, and tell when the provider breaks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from fourlayer.app import App
from tests.pages.workspace import REPOSITORY, base_files, write_tree
from tests.rules import providers
from tests.rules.node_tools import NODE_MODULES, STRICTEST, compile_all, link_modules, need_node, run
from tests.rules.structure.shapes import MODULES, PACKAGES, ROOT, SHAPES, UNTESTABLE
from tests.rules.test_templates import create

RULES = ("missing-test",)
SAMPLE = REPOSITORY / "examples/monorepo"

pytestmark = pytest.mark.node


def fixed(folder: Path) -> App:
    """Let the rule write every test that it can; the files are on disk afterwards."""
    app = App.open(str(folder), select=RULES)
    result = app.fix(app.snapshot(), app.check(app.snapshot()), unsafe=False)
    assert [trouble for trouble in result.outcome.troubles if trouble.kind == "crash"] == []
    for path, data in result.changes.items():
        assert data is not None
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return App.open(str(folder), select=RULES)


def install(folder: Path) -> None:
    """The packages that the shapes import, and the runner."""
    write_tree(folder / ROOT / "node_modules", MODULES)
    link_modules(folder)
    (folder / "tsconfig.json").write_text(
        json.dumps({"compilerOptions": {**STRICTEST, "skipLibCheck": True}, "include": ["packages/**/*.ts"]})
    )


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_node()
    folder = tmp_path_factory.mktemp("shapes")
    write_tree(folder, {**base_files(), **SHAPES, **UNTESTABLE, **PACKAGES})
    install(folder)
    fixed(folder)
    return folder


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample monorepo without its own tests, with those that are written for it."""
    need_node()
    folder = tmp_path_factory.mktemp("sample") / "monorepo"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("*.test.ts", "node_modules"))
    link_modules(folder)
    fixed(folder)
    return folder


def vitest(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """By test file, the title and outcome of each test."""
    done = run(folder, str(NODE_MODULES / ".bin/vitest"), "run", "--root", ROOT, "--reporter=json")
    report = json.loads(done.stdout[done.stdout.index('{"num') :])
    found: dict[str, list[tuple[str, str]]] = {}
    for file in report["testResults"]:
        path = Path(file["name"]).relative_to((folder / ROOT).resolve()).as_posix()
        found[path] = [(one["title"], one["status"]) for one in file["assertionResults"]]
        assert file["assertionResults"], (path, file.get("message"))
    return found


def failed(results: dict[str, list[tuple[str, str]]]) -> dict[str, list[str]]:
    return {
        path: titles
        for path, tests in results.items()
        if (titles := [title for title, status in tests if status != "passed"])
    }


def test_each_shape_has_a_test_that_passes(shapes: Path) -> None:
    results = vitest(shapes)

    assert failed(results) == {}
    assert {path.removesuffix(".test.ts") for path in results} == {
        *(f"{name}/__tests__/errors" for name in ("http", "ledger", "plain", "sdk", "vault")),
        *(f"{name}/__tests__/adapter" for name in ("cached", "http", "ledger", "plain", "sdk", "vault")),
    }
    fewest = {"cached/__tests__/adapter.test.ts": 2, "ledger/__tests__/adapter.test.ts": 7}
    assert [path for path, tests in results.items() if len(tests) < fewest.get(path, 8)] == []


def test_what_is_written_compiles_under_the_strictest_options(shapes: Path) -> None:
    complaints = compile_all(shapes, "--noEmit")

    assert [line for line in complaints if "__tests__" in line] == []


def test_what_is_written_is_free_of_findings(shapes: Path) -> None:
    app = App.open(str(shapes))

    findings = app.check(app.snapshot()).findings
    assert [one.finding.message for one in findings if "/__tests__/" in one.finding.path] == []
    assert {one.finding.provider for one in findings if one.finding.rule == "missing-test"} == {
        "early",
        "endless",
        "filed",
    }


def test_the_style_is_the_providers(shapes: Path) -> None:
    http = (shapes / ROOT / "http/__tests__/adapter.test.ts").read_bytes()
    vault = (shapes / ROOT / "vault/__tests__/adapter.test.ts").read_bytes()

    assert b'"' not in http
    assert b";\n" not in http
    assert b"\n    it(" in http
    assert vault.count(b"\n") == vault.count(b"\r\n")


def test_nothing_of_a_real_package_runs(shapes: Path) -> None:
    for name in ("sdk", "http"):
        text = (shapes / ROOT / name / "__tests__/adapter.test.ts").read_text()
        assert "vi.mock(" in text


def test_the_sample_has_tests_that_pass_and_compile(sample: Path) -> None:
    results = vitest(sample)

    assert failed(results) == {}
    assert {path.partition("/")[0] for path in results} == {
        "github",
        "intercom",
        "jira",
        "notion",
        "stripe",
        "zendesk",
    }
    assert all(len(tests) >= 5 for tests in results.values())
    assert len(compile_all(sample, "--noEmit")) == 1, "the sample's one planted error"


def test_what_other_fixes_created_has_tests_that_pass(tmp_path: Path) -> None:
    need_node()
    created = create(tmp_path / "created", dict(providers.SHAPES), "create-all")
    folder = tmp_path / "tested"
    write_tree(folder, {**created, **PACKAGES})
    install(folder)
    fixed(folder)

    results = vitest(folder)

    assert failed(results) == {}
    assert {path.partition("/")[0] for path in results if "errors" in path} == set(providers.PROVIDERS)
    assert compile_all(folder, "--noEmit") == []


BROKEN = {
    ("vault/errors.ts", "error.status >= 500", "error.status > 500"): {"errors", "adapter"},
    ("vault/errors.ts", "if (error instanceof IntegrationError) return error;", ""): {"errors"},
    ("vault/VaultAdapter.ts", 'throw new AuthError("vault", "an access token is needed")', "return"): {
        "adapter"
    },
    ("vault/VaultAdapter.ts", "Bearer ${this.#token}", "Bearer x"): {"adapter"},
    ("sdk/errors.ts", 'new AuthError("sdk", "refused", error)', 'new RateLimitError("sdk", 1, error)'): {
        "adapter",
        "errors",
    },
    ("sdk/SdkAdapter.ts", "externalId: item.id", "externalId: item.name + item.id"): {"adapter"},
    ("ledger/client.ts", "/ 100", "/ 10"): {"adapter"},
    ("http/HttpAdapter.ts", "await this.call('/me')\n    }", "}"): {"adapter"},
}


def test_a_provider_that_breaks_is_noticed(shapes: Path, tmp_path: Path) -> None:
    for number, (path, old, new) in enumerate(BROKEN):
        folder = tmp_path / ROOT / f"change{number}"
        for name in ("base", path.partition("/")[0]):
            shutil.copytree(shapes / ROOT / name, folder / name)
        text = (folder / path).read_bytes().decode()
        assert old in text, path
        (folder / path).write_bytes(text.replace(old, new).encode())
    shutil.copytree(shapes / ROOT / "node_modules", tmp_path / ROOT / "node_modules")
    link_modules(tmp_path)

    found = failed(vitest(tmp_path))

    noticed = [
        {Path(path).name.partition(".")[0] for path in found if path.startswith(f"change{number}/")}
        for number in range(len(BROKEN))
    ]
    assert dict(zip(BROKEN, noticed, strict=True)) == BROKEN
