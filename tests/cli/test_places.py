"""PATH arguments: what they mean, and which are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from fourlayer.cli.places import PlaceError, Places, covers, locate


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path.resolve() / "mono"
    (root / "packages/slack").mkdir(parents=True)
    (root / "packages/slack/index.ts").write_text("")
    (root / "fourlayer.toml").write_text("")
    return root


def find_root(start: str) -> str:
    folder = Path(start)
    return str(next((f for f in (folder, *folder.parents) if (f / "fourlayer.toml").exists()), folder))


def test_the_root_is_found_upward_from_the_path(workspace: Path) -> None:
    found = locate([str(workspace / "packages/slack/index.ts")], None, find_root)
    assert found == Places(str(workspace), ("packages/slack/index.ts",))
    two = locate([str(workspace / "packages/slack/index.ts"), str(workspace / "packages")], None, find_root)
    assert two.parts == ("packages/slack/index.ts", "packages")


def test_relative_paths_are_those_of_the_current_folder(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace / "packages")
    assert locate(["slack"], None, find_root) == Places(str(workspace), ("packages/slack",))
    assert locate([], None, find_root) == Places(str(workspace), ())
    assert locate([".."], None, find_root) == Places(str(workspace), ())
    assert locate(["slack", "slack/"], None, find_root).parts == ("packages/slack",)


def test_links_are_resolved(workspace: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(workspace)
    assert locate([str(link / "packages")], str(link), find_root) == Places(str(workspace), ("packages",))
    (workspace / "out").symlink_to(tmp_path)
    with pytest.raises(PlaceError, match="outside the workspace"):
        locate([str(workspace / "out")], str(workspace), find_root)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nowhere.ts", "nowhere.ts does not exist"),
        ("", "PATH is empty"),
        ("a\0b", "cannot be used"),
        ("x" * 5000, "cannot be used"),
        ("fourlayer.toml/x", "cannot be used"),
    ],
)
def test_absent_and_impossible_paths_are_refused(
    workspace: Path, path: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace)
    with pytest.raises(PlaceError, match=message) as caught:
        locate([path], None, find_root)
    assert caught.value.path == path


def test_paths_outside_the_root_are_refused(workspace: Path, tmp_path: Path) -> None:
    sibling = tmp_path / "mono-other"
    sibling.mkdir()
    with pytest.raises(PlaceError, match="outside the workspace"):
        locate([str(sibling)], str(workspace), find_root)


def test_a_root_that_is_no_folder_is_refused(workspace: Path) -> None:
    with pytest.raises(PlaceError, match="does not exist"):
        locate([], str(workspace / "none"), find_root)
    with pytest.raises(PlaceError, match="is not a folder"):
        locate([], str(workspace / "fourlayer.toml"), find_root)


def test_covers_compares_whole_names() -> None:
    assert covers((), "a/b.ts")
    assert covers(("a",), "a/b.ts")
    assert covers(("a/b.ts",), "a/b.ts")
    assert not covers(("a",), "ab/c.ts")
    assert not covers(("a/b.ts",), "a/b.tsx")
