"""Reading a repository without git."""

from __future__ import annotations

from pathlib import Path

import pytest

from fourlayer.files.git import Head, Repository, find_repository, read_head

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def make(root: Path, head: str) -> Repository:
    (root / ".git").mkdir(parents=True)
    (root / ".git" / "HEAD").write_text(head)
    repository = find_repository(str(root))
    assert repository is not None
    return repository


def test_the_nearest_folder_with_a_git_directory_is_the_root(tmp_path: Path) -> None:
    make(tmp_path / "outer", "ref: refs/heads/main\n")
    deep = tmp_path / "outer" / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "outer" / "a" / ".git").mkdir()  # an empty folder is no repository
    root, git = str(tmp_path / "outer"), str(tmp_path / "outer" / ".git")
    assert find_repository(str(deep)) == Repository(root, git, git)


def test_outside_of_any_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.path.isfile", lambda path: False)
    assert find_repository(str(tmp_path)) is None


def test_a_linked_work_tree_shares_its_refs(tmp_path: Path) -> None:
    main = make(tmp_path / "main", "ref: refs/heads/main")
    own = tmp_path / "main" / ".git" / "worktrees" / "w"
    own.mkdir(parents=True)
    (own / "HEAD").write_text("ref: refs/heads/topic\n")
    (own / "commondir").write_text("../..\n")
    (tmp_path / "main" / ".git" / "packed-refs").write_text(
        f"# pack-refs\n{COMMIT} refs/heads/topic\n^{COMMIT}\n"
    )
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / ".git").write_text(f"gitdir: {own}\n")
    repository = find_repository(str(tmp_path / "w"))
    assert repository == Repository(str(tmp_path / "w"), str(own), main.git_dir)
    assert read_head(repository) == Head("refs/heads/topic", COMMIT)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("ref: refs/heads/main\n", Head("refs/heads/main", COMMIT)),
        ("ref: refs/heads/alias\n", Head("refs/heads/main", COMMIT)),
        ("ref: refs/heads/unborn\n", Head("refs/heads/unborn", None)),
        (COMMIT + "\n", Head(None, COMMIT)),
        ("nonsense", Head(None, None)),
        ("ref: refs/../../secret", None),
        ("ref: /etc/passwd", None),
        ("ref: refs/heads/loop", None),
        ("", None),
    ],
)
def test_head(tmp_path: Path, head: str, expected: Head | None) -> None:
    repository = make(tmp_path, head)
    heads = tmp_path / ".git" / "refs" / "heads"
    heads.mkdir(parents=True)
    (heads / "main").write_text(COMMIT + "\n")
    (heads / "alias").write_text("ref: refs/heads/main")
    (heads / "loop").write_text("ref: refs/heads/loop")
    assert read_head(repository) == expected
