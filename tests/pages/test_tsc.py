"""Every example that should compile does, under `tsc --strict` and stricter; one run for all of them."""

from __future__ import annotations

import pytest

from tests.pages.app_judge import AppJudge
from tests.pages.page import parse_page
from tests.pages.programs import COMPILER, Program, compile_all, programs_of
from tests.pages.shelf import SHELF
from tests.pages.test_harness import EXAMPLES, META, page_text

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(not COMPILER.is_file(), reason="TypeScript is not installed (`make setup`)"),
]
PROGRAMS = programs_of(SHELF)


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    folder = tmp_path_factory.mktemp("tsc")
    return compile_all(PROGRAMS, folder / "programs", AppJudge(folder / "w"))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_compiles(program: Program, errors: dict[str, list[str]]) -> None:
    if errors[program.name]:
        pytest.fail("\n".join(errors[program.name]), pytrace=False)


def test_an_error_is_placed_on_its_page(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("tsc")
    broken = EXAMPLES.replace("const b = SHOUT;", 'const b: number = "SHOUT";').replace(
        "= SHOUT;", '= "SHOUT";'
    )
    broken = broken.replace("shout;\n```\n### Good", '"shout";\n```\n### Good').replace(
        "fix=lower", "fix=lower notsc"
    )
    page = parse_page(page_text(broken), "p.md")
    programs = programs_of([(META, page)])

    errors = compile_all(programs, folder / "programs", AppJudge(folder / "w"))

    line = page_text(broken).split("\n").index(broken.split("\n")[3]) + 1
    assert [program.name.split("-")[2] for program in programs] == ["bad", "good"]
    (complaint,) = errors[programs[0].name]
    assert complaint.startswith(f"p.md:{line}: a.ts:2: TS2322")
    (undeclared,) = errors[programs[1].name]
    assert "TS2304" in undeclared
