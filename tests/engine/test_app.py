"""The composition root: states of the workspace as an editor and the command line see them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fourlayer.app import App, find_root
from fourlayer.syntax.text import Text
from tests.engine.world import ADAPTER, EXPLICIT_ANY, INDEX, OTHER, World, texts

ZETA = "packages/integrations/zeta/ZetaAdapter.ts"


def _paths(world: World, snapshot_of: dict[str, str]) -> list[str]:
    snapshot = world.app.snapshot(texts(snapshot_of))
    return [found.finding.path for found in world.app.check(snapshot).findings]


def test_an_edited_buffer_counts_and_the_disk_after_it_closes(tmp_path: Path) -> None:
    world = World(tmp_path, rules=[EXPLICIT_ANY])
    first = world.app.snapshot(texts({ZETA: "let a: any;\n"}))
    second = world.app.snapshot({}, first, [ZETA])

    assert len(world.app.check(first).findings) == 2
    assert len(world.app.check(second).findings) == 1


def test_changes_on_disk_are_seen_when_told(tmp_path: Path) -> None:
    world = World(tmp_path, rules=[EXPLICIT_ANY])
    first = world.app.snapshot()
    assert len(world.app.check(first).findings) == 1
    new = "packages/integrations/zeta/new.ts"

    world.write({ZETA: "let a: any;\n", new: "let b: any;\n"})
    second = world.app.snapshot({}, first, [ZETA, new])
    assert len(world.app.check(second).findings) == 3

    world.remove(new)
    third = world.app.snapshot({}, second, [new])
    assert len(world.app.check(third).findings) == 2

    world.write({ADAPTER: "let c = 1;\n", OTHER: "let d = 1;\n"})
    fourth = world.app.snapshot({}, third, None)
    assert [found.finding.path for found in world.app.check(fourth).findings] == [ZETA]


def test_open_files_that_the_workspace_leaves_out_are_not_judged(tmp_path: Path) -> None:
    excluded = "packages/integrations/zeta/dist/a.ts"
    ignored = "packages/integrations/zeta/generated.ts"
    world = World(tmp_path, {ignored: "let a: any;\n", ".gitignore": "generated.ts\n"}, rules=[EXPLICIT_ANY])
    first = world.app.snapshot(texts({excluded: "let a: any;\n"}))
    opened = world.app.snapshot(texts({ignored: "let a: any; let b: any;\n"}), first, [ignored])

    assert [found.finding.path for found in world.app.check(first).findings] == [ADAPTER]
    assert [found.finding.path for found in world.app.check(opened).findings] == [ADAPTER]


def test_a_long_session_agrees_with_a_fresh_start(tmp_path: Path) -> None:
    world = World(tmp_path)
    snapshot = world.app.snapshot()
    buffers: dict[str, Text] = {}
    errors = "packages/integrations/acme/errors.ts"
    steps = [
        (ADAPTER, "let a: any;\n"),
        (errors, "export class E {}\n"),
        (INDEX, "// fourlayer-ignore-file missing-file: later\nexport {};\n"),
        (ADAPTER, "let a = (\n"),
        (OTHER, 'import "../../integrations/acme/AcmeAdapter.js"; let z: any;\n'),
        (errors, None),
        (ADAPTER, "// fourlayer-ignore explicit-any: a reason\nlet a: any;\n"),
        (INDEX, None),
    ]
    for path, text in steps:
        buffers = {**buffers, path: Text.from_str(text)} if text is not None else {**buffers}
        if text is None:
            del buffers[path]
        snapshot = world.app.snapshot(buffers, snapshot, [path])
        fresh = App.open(str(tmp_path), rules=world.app.rules)
        expected = fresh.check(fresh.snapshot(buffers))
        found = world.app.check(snapshot)
        assert found.findings == expected.findings
        assert (found.troubles, found.files, found.suppressed) == (
            expected.troubles,
            expected.files,
            expected.suppressed,
        )


def test_targets_are_what_may_have_findings(tmp_path: Path) -> None:
    world = World(tmp_path)
    snapshot = world.snapshot()

    targets = world.app.targets(snapshot)

    assert {found.finding.path for found in world.app.check(snapshot).findings} <= {*targets, OTHER}
    assert "packages/integrations/package.json" in targets


def test_configuration_may_come_from_a_buffer(tmp_path: Path) -> None:
    world = World(tmp_path, rules=[EXPLICIT_ANY])
    app = App.open(str(tmp_path), config_content=b'[rules]\nexplicit-any = "hint"\n', rules=[EXPLICIT_ANY])
    broken = App.open(str(tmp_path), config_content=b"[rules\n", rules=[EXPLICIT_ANY])

    assert app.settings.rules.of("explicit-any").severity == "hint"
    assert len(broken.config_problems) == 1
    assert [trouble.kind for trouble in broken.check(broken.snapshot()).troubles] == ["config"]
    assert world.app.config_problems == ()


def test_editor_settings_apply_below_the_file(tmp_path: Path) -> None:
    World(tmp_path, rules=[EXPLICIT_ANY])

    app = App.open(
        str(tmp_path),
        client_settings={"rules": {"explicit-any": "info"}},
        initialization_options={"rules": {"explicit-any": "hint"}},
        rules=[EXPLICIT_ANY],
    )

    assert app.settings.rules.of("explicit-any").severity == "info"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"fourlayer.toml": "", "a/pnpm-workspace.yaml": ""}, ""),
        ({"pnpm-workspace.yaml": "", "a/package.json": '{"workspaces": []}'}, ""),
        ({"package.json": '{"workspaces": ["a"]}', "a/package.json": '{"name": "workspaces"}'}, ""),
        ({"package.json": "[broken", "a/.git/HEAD": ""}, "a"),
        ({"a/b/x.ts": ""}, "a/b"),
    ],
)
def test_the_root_is_found_from_within(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    for path, text in {**files, "a/b/x.ts": ""}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    assert find_root(str(tmp_path / "a/b")) == str(tmp_path / expected)
    assert find_root(str(tmp_path / "a/b/x.ts")) == str(tmp_path / expected)
