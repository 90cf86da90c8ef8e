"""What the interpreter behind generated tests says of code is what Node.js makes of it, or nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fourlayer.app import App
from fourlayer.project.snapshot import View
from fourlayer_rules.derive.running.answers import data_of
from fourlayer_rules.derive.running.machine import Machine
from fourlayer_rules.derive.running.values import NULL, UNDEFINED, Obj, Thrown, Uncertain
from tests.pages.workspace import write_tree
from tests.rules.node_tools import need_node, run

CODE = "packages/integrations/acme/code.ts"

DATA = Path(__file__).parent / "running"
SURE = (DATA / "sure.txt").read_text().splitlines()
"""Bodies of asynchronous functions of which everything must be told."""

UNSURE = (DATA / "unsure.txt").read_text().splitlines()
"""Bodies of which nothing may be told, or only what Node.js says too."""

ENDLESS = (DATA / "endless.txt").read_text().splitlines()
"""Bodies that never end, or not in any time that a fix has."""

pytestmark = pytest.mark.node


class _Nothing:
    """What cannot be told."""


NOTHING = _Nothing()


def told(path: Path, bodies: list[str]) -> list[object]:
    """What the interpreter tells of each body, in JSON."""
    app = App.open(str(path))
    found: list[object] = []
    for number in range(len(bodies)):
        machine = Machine(View(app.snapshot()), "zod")
        try:
            value = machine.wait(machine.call(machine.exported(CODE, f"f{number}"), UNDEFINED, []))
            found.append({"gave": None if value in (UNDEFINED, NULL) else data_of(value)})
        except Thrown as thrown:
            name = thrown.value.props.get("name") if isinstance(thrown.value, Obj) else None
            found.append({"threw": name})
        except (Uncertain, RecursionError):
            found.append(NOTHING)
    return found


def made(path: Path, bodies: list[str]) -> list[object]:
    """What Node.js makes of each body."""
    functions = "".join(f"async () => {{ {body}\n}},\n" for body in bodies)
    (path / "run.mjs").write_text(f"const all = [\n{functions}];\n{_RUN}")
    done = run(path, "node", "run.mjs")
    assert done.returncode == 0, done.stderr
    result: list[object] = json.loads(done.stdout)
    return result


_RUN = """\
const found = [];
for (const one of all) {
  try {
    found.push({ gave: (await one()) ?? null });
  } catch (error) {
    found.push({ threw: error?.name });
  }
}
console.log(JSON.stringify(found, (_, value) => (typeof value === "bigint" ? "?" : value)));
"""


def workspace(path: Path, bodies: list[str]) -> Path:
    code = "".join(f"export async function f{number}() {{ {body}\n}}\n" for number, body in enumerate(bodies))
    write_tree(path, {CODE: code, "package.json": "{}"})
    return path


def compared(path: Path, bodies: list[str]) -> dict[str, tuple[object, object]]:
    """By body, what is told and what Node.js makes of it."""
    need_node()
    workspace(path, bodies)
    mine = [one if one is NOTHING else json.loads(json.dumps(one)) for one in told(path, bodies)]
    return {body: (one, real) for body, one, real in zip(bodies, mine, made(path, bodies), strict=True)}


def test_what_is_told_is_what_node_makes_of_it(tmp_path: Path) -> None:
    found = compared(tmp_path, SURE)

    assert {body: pair for body, pair in found.items() if pair[0] != pair[1]} == {}


def test_what_cannot_be_told_is_not_guessed(tmp_path: Path) -> None:
    found = compared(tmp_path, UNSURE)

    assert {body: pair for body, pair in found.items() if pair[0] is not NOTHING and pair[0] != pair[1]} == {}
    assert [body for body, pair in found.items() if pair[0] is NOTHING] != []


def test_code_that_never_ends_is_given_up(tmp_path: Path) -> None:
    workspace(tmp_path, ENDLESS)

    assert [
        body for body, one in zip(ENDLESS, told(tmp_path, ENDLESS), strict=True) if one is not NOTHING
    ] == []
