"""Ignore rules, against git itself."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from fourlayer.files.walk import list_files

GIT = shutil.which("git")
needs_git = pytest.mark.skipif(GIT is None, reason="needs git")

# The last line of each table holds what git treats in surprising ways.
PATTERNS = (
    *(
        "node_modules",
        "dist/",
        "/build",
        "*.log",
        "*.test.ts",
        "!keep.log",
        "a/b",
        "a/*.ts",
        "**/gen",
        "gen/**",
    ),
    *("a/**/c.ts", "/x*/", "!/a/", "*.tmp.*", "b[0-9].ts", "b[!a-c].ts", "*~", "c.ts", "!c.ts", "/*", "!/a"),
    *("*.d", "sub/deep/", "*/deep", "d", "!d/", "deep/**/c.ts", "?.ts", "*.ts", "!*.ts", "sub/", "!sub/"),
    *("/sub/*", "!/sub/c.ts", "**/deep/*.ts", "*/*.ts", "é.ts", "[[:alpha:]].ts", "[![:digit:]b]*.ts", "**"),
    *(r"\#hash.ts", r"\!bang.ts", "#comment", "trailing   ", r"kept\ ", "x\r", "foo\\", "./c.ts", "a//b"),
    *("***", "a**c.ts", "/", "!", "[", "a[", "[a-"),
)
NAMES = (
    *(
        "a",
        "b",
        "c.ts",
        "d",
        "gen",
        "dist",
        "build",
        "x1",
        "x.log",
        "keep.log",
        "y.test.ts",
        "b1.ts",
        "bz.ts",
    ),
    *("trailing", "z~", "q.tmp.ts", "sub", "deep", "abc.ts", "m.d", "x", "2.ts"),
    *("#hash.ts", "!bang.ts", "kept ", "é.ts", "["),
)


def git(repository: Path, *arguments: str) -> bytes:
    assert GIT is not None
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = [
        GIT,
        "-C",
        str(repository),
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.excludesFile=",
        *arguments,
    ]
    result = subprocess.run(command, capture_output=True, check=False, env=environment)
    assert result.returncode in {0, 1}, result.stderr
    return result.stdout


def not_ignored(repository: Path) -> set[str]:
    """What git tracks or would add, node_modules aside."""
    output = git(repository, "ls-files", "-z", "--cached", "--others", "--exclude-standard").decode()
    names = {name for name in output.split("\0") if name}
    return {name for name in names if "node_modules" not in name.split("/")}


def make_tree(root: Path, chooser: random.Random) -> None:
    """Files three folders deep, and an ignore file in some of the folders."""
    folders = [root]
    for folder in folders:
        depth = len(folder.relative_to(root).parts)
        for name in chooser.sample(NAMES, 9):
            path = folder / name
            if depth < 3 and chooser.random() < 0.4 and "." not in name:
                path.mkdir()
                folders.append(path)
            else:
                path.write_text("")
        if depth == 0 or chooser.random() < 0.3:
            lines = chooser.sample(PATTERNS, chooser.randint(1, 7))
            (folder / ".gitignore").write_bytes("\n".join(lines).encode())


@needs_git
@pytest.mark.parametrize("seed", range(60))
def test_the_walk_leaves_out_what_git_ignores(tmp_path: Path, seed: int) -> None:
    make_tree(tmp_path, random.Random(seed))
    git(tmp_path, "init", "-q")
    assert set(list_files(str(tmp_path)).files) == not_ignored(tmp_path)


@needs_git
@pytest.mark.parametrize("seed", range(100, 120))
def test_what_git_tracks_is_never_ignored(tmp_path: Path, seed: int) -> None:
    chooser = random.Random(seed)
    make_tree(tmp_path, chooser)
    git(tmp_path, "init", "-q")
    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    files = [f":(literal){name}" for name in files if not name.startswith(".git/")]
    git(tmp_path, "add", "--force", "--", *chooser.sample(files, len(files) // 4))
    git(tmp_path, "add", "--intent-to-add", "--force", "--", *chooser.sample(files, 3))
    assert set(list_files(str(tmp_path)).files) == not_ignored(tmp_path)


@needs_git
def test_tracked_files_are_known_below_the_top_too(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text("out/\n*.gen.ts\n")
    for name in ("pkg/out/kept.ts", "pkg/out/no.ts", "pkg/a.gen.ts", "pkg/b.gen.ts", "a.gen.ts"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    git(tmp_path, "add", "--force", "pkg/out/kept.ts", "pkg/a.gen.ts")
    assert list(list_files(str(tmp_path / "pkg")).files) == ["a.gen.ts", "out/kept.ts"]
    assert list(list_files(str(tmp_path), folders=["pkg/out"]).files) == ["pkg/out/kept.ts"]


@needs_git
def test_info_exclude_and_folders_above_the_root_count(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".git" / "info").mkdir(exist_ok=True)
    (tmp_path / ".git" / "info" / "exclude").write_text("private.ts\n/pkg/top.ts\n/top.ts\n")
    (tmp_path / ".gitignore").write_text("/pkg/out/\n*.gen.ts\n!keep.gen.ts\n")
    package = tmp_path / "pkg"
    for name in ("private.ts", "top.ts", "out/a.ts", "a.gen.ts", "keep.gen.ts", "src/a.ts", "src/top.ts"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("")
    assert set(list_files(str(package)).files) == {"keep.gen.ts", "src/a.ts", "src/top.ts"}
    assert {f"pkg/{name}" for name in list_files(str(package)).files} | {".gitignore"} == not_ignored(
        tmp_path
    )
    assert list(list_files(str(tmp_path), folders=["pkg/src"]).files) == ["pkg/src/a.ts", "pkg/src/top.ts"]
    assert list(list_files(str(tmp_path), folders=["pkg/out"]).files) == []


def test_ignore_files_can_be_disregarded(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.ts")
    (tmp_path / "a.ts").write_text("")
    assert "a.ts" not in list_files(str(tmp_path)).files
    assert "a.ts" in list_files(str(tmp_path), respect_gitignore=False).files


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"[" * 1000, b"(" * 50 + b"*", b"\xef\xbb\xbf*.ts"])
def test_odd_ignore_files_do_no_harm(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".gitignore").write_bytes(content)
    (tmp_path / "a.md").write_text("")
    (tmp_path / "a.ts").write_text("")
    listing = list_files(str(tmp_path))
    assert "a.md" in listing.files
    assert ("a.ts" in listing.files) is not content.endswith(b"*.ts")
