"""URIs: however a client spells a file, it is one file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fourlayer.lsp import uris


@pytest.mark.parametrize(
    "uri", ["file:///C:/ws/a.ts", "file:///c:/ws/a.ts", "file:///c%3A/ws/a.ts", "FILE:///C%3a/ws/./b/../a.ts"]
)
def test_drive_letters_in_every_spelling_are_one_path(uri: str) -> None:
    assert uris.to_path(uri, windows=True) == "C:/ws/a.ts"


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///tmp/a%20b/%C3%A9.ts", "/tmp/a b/é.ts"),
        ("file:///tmp/%5Bslug%5D/(x)/a%23b.ts", "/tmp/[slug]/(x)/a#b.ts"),
        ("file://localhost/tmp/a.ts", "/tmp/a.ts"),
        ("file:///tmp//x/../a.ts", "/tmp/a.ts"),
        ("file:/tmp/a.ts", "/tmp/a.ts"),
        ("file:///tmp/%ff.ts", "/tmp/\udcff.ts"),
    ],
)
def test_escapes_are_decoded(uri: str, path: str) -> None:
    assert uris.to_path(uri, windows=False) == path


def test_a_share_has_its_host() -> None:
    assert uris.to_path("file://server/share/a.ts", windows=True) == "//server/share/a.ts"
    assert uris.to_path("file://server/share/a.ts", windows=False) is None


@pytest.mark.parametrize(
    "uri", ["untitled:Untitled-1", "git:/a.ts?ref=HEAD", "file:///a%00b", "", "file:", "a.ts"]
)
def test_what_is_no_file_has_no_path(uri: str) -> None:
    assert uris.to_path(uri, windows=False) is None


@pytest.mark.parametrize("path", ["/tmp/a b/é[1]#?%.ts", "/tmp/\udcff.ts", "/", "/x/ /y"])
def test_a_path_survives_the_round_trip(path: str) -> None:
    assert uris.to_path(uris.from_path(path), windows=False) == path


def test_a_windows_path_is_escaped_as_vs_code_does() -> None:
    assert uris.from_path("C:/ws/a b.ts") == "file:///c%3A/ws/a%20b.ts"


def test_links_lead_to_one_file(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    os.symlink(tmp_path / "real", tmp_path / "link")
    through_link = uris.canonical((tmp_path / "link" / "new.ts").as_uri())
    assert through_link == uris.canonical((tmp_path / "real" / "new.ts").as_uri())


def test_relative_paths_stay_inside() -> None:
    root = os.path.join(os.sep, "ws")
    assert uris.relative(root, os.path.join(root, "a", "b.ts")) == "a/b.ts"
    assert uris.relative(root, os.path.join(os.sep, "wsx", "b.ts")) is None
    assert uris.relative(root, root) == ""
