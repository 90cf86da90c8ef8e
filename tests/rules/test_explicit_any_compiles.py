"""What explicit-any writes compiles, as one run of the real compiler over many programs shows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from fourlayer.app import App
from fourlayer.rule.model import FixPlan
from fourlayer.rule.outcome import Reported
from tests.pages.workspace import REPOSITORY, Files, apply_change, write_tree
from tests.rules import node_tools
from tests.rules.explicit_any_snippets import DTO, SAFE

ROOT = "packages/integrations"
SAMPLE = REPOSITORY / "examples/monorepo"
DTO_KINDS = ("reuse-dto", "new-dto")


def path_of(name: str) -> str:
    return f"{ROOT}/{name.replace('_', '-')}/service.ts"


def wanted_dto(plan: FixPlan) -> bool:
    return plan.kind in DTO_KINDS


def wanted_safe(plan: FixPlan) -> bool:
    return plan.applicability == "safe"


class Fixed:
    """A workspace of one provider a snippet, with the fixes of one sort applied until none is left."""

    def __init__(self, folder: Path, files: Files, safe: bool) -> None:
        self.before = files
        self.files = dict(files)
        self.applied: dict[str, list[FixPlan]] = {}
        wanted = wanted_safe if safe else wanted_dto
        for _ in range(30):
            write_tree(folder, self.files)
            app = App.open(str(folder), select=["explicit-any"])
            snapshot = app.snapshot()
            outcome = app.check(snapshot)
            assert not outcome.troubles
            touched: set[str] = set()
            for reported in outcome.findings:
                provider = reported.finding.path.rpartition("/")[0]
                plan = next((plan for plan in app.plans(snapshot, reported.finding) if wanted(plan)), None)
                if plan is None or provider in touched:
                    continue
                touched.add(provider)
                self._apply(app, snapshot, reported, plan)
            if not touched:
                return
        raise AssertionError("fixing does not come to rest")

    def _apply(self, app: App, snapshot: object, reported: Reported, plan: FixPlan) -> None:
        change = app.change(snapshot, reported.finding, plan)  # type: ignore[arg-type]  # a Snapshot
        assert change is not None, plan
        self.files = apply_change(self.files, change)
        name = reported.finding.path.split("/")[2]
        self.applied.setdefault(name, []).append(plan)


@pytest.fixture(scope="module")
def dto(tmp_path_factory: pytest.TempPathFactory) -> Fixed:
    return Fixed(
        tmp_path_factory.mktemp("dto"), {path_of(name): text for name, text in DTO.items()}, safe=False
    )


@pytest.fixture(scope="module")
def safe(tmp_path_factory: pytest.TempPathFactory) -> Fixed:
    return Fixed(
        tmp_path_factory.mktemp("safe"),
        {path_of(name): f"export {{}};\n{text}\n" for name, (text, _) in SAFE.items()},
        safe=True,
    )


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory, dto: Fixed, safe: Fixed) -> list[str]:
    node_tools.need_node()
    folder = tmp_path_factory.mktemp("tsc")
    for name, files in (
        ("dto-before", dto.before),
        ("dto-after", dto.files),
        ("safe-before", safe.before),
        ("safe-after", safe.files),
    ):
        write_tree(folder / name, files)
    node_tools.link_modules(folder)
    options = {
        "target": "ES2022",
        "lib": ["ES2022"],
        "module": "NodeNext",
        "moduleResolution": "NodeNext",
        "types": ["node"],
        "strict": True,
        "exactOptionalPropertyTypes": True,
        "noUncheckedIndexedAccess": True,
        "skipLibCheck": True,
        "noEmit": True,
    }
    (folder / "package.json").write_text('{"type": "module"}')
    settings = {"compilerOptions": options, "include": ["**/*.ts"], "exclude": ["node_modules"]}
    (folder / "tsconfig.json").write_text(json.dumps(settings))
    return node_tools.compile_all(folder)


def of(complaints: list[str], folder: str, name: str) -> list[str]:
    start = f"{folder}/{ROOT}/{name.replace('_', '-')}/"
    return [line for line in complaints if line.startswith(start)]


@pytest.mark.node
@pytest.mark.parametrize("name", sorted(DTO))
def test_inferred_types_compile(name: str, dto: Fixed, complaints: list[str]) -> None:
    assert of(complaints, "dto-before", name) == []
    after = of(complaints, "dto-after", name)
    if after:
        folder = f"{ROOT}/{name.replace('_', '-')}/"
        shown = [f"--- {path}\n{text}" for path, text in dto.files.items() if path.startswith(folder)]
        pytest.fail("\n".join([*after, *shown]), pytrace=False)


@pytest.mark.parametrize("name", sorted(DTO))
def test_every_snippet_gets_a_type(name: str, dto: Fixed) -> None:
    assert dto.applied.get(name.replace("_", "-"))


@pytest.mark.parametrize("name", sorted(SAFE))
def test_only_what_is_safe_is_called_safe(name: str, safe: Fixed) -> None:
    assert (name.replace("_", "-") in safe.applied) is SAFE[name][1]


@pytest.mark.node
@pytest.mark.parametrize("name", sorted(SAFE))
def test_safe_fixes_add_no_error(name: str, safe: Fixed, complaints: list[str]) -> None:
    before = of(complaints, "safe-before", name)
    assert before == []
    after = of(complaints, "safe-after", name)
    if after:
        pytest.fail("\n".join([*after, safe.files[path_of(name)]]), pytrace=False)


def test_the_programs_still_parse(dto: Fixed, safe: Fixed) -> None:
    from tests.pages.workspace import syntax_errors

    assert syntax_errors(dto.files) == 0
    assert syntax_errors(safe.files) == 0
    assert not any(
        re.search(r"\bany\b", text) for path, text in dto.files.items() if path.endswith("types.ts")
    )


@pytest.mark.node
def test_the_sample_monorepo_gains_no_error(tmp_path: Path) -> None:
    node_tools.need_node()
    sample = {
        path.relative_to(SAMPLE).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(SAMPLE.rglob("*"))
        if path.is_file() and "node_modules" not in path.parts
    }
    fixed = Fixed(tmp_path / "work", sample, safe=False)
    found: list[list[str]] = []
    for name, files in (("before", sample), ("after", fixed.files)):
        write_tree(tmp_path / name, files)
        node_tools.link_modules(tmp_path / name)
        project = tmp_path / name / ROOT
        done = node_tools.run(
            project, str(node_tools.NODE_MODULES / ".bin/tsc"), "-p", ".", "--pretty", "false"
        )
        found.append([line for line in done.stdout.splitlines() if ": error TS" in line])

    assert len(fixed.applied["jira"]) >= 10
    assert found[1] == found[0]
