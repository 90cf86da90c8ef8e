"""Where documents belong: no folder, one, several, however their names are spelled."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from tests.lsp.clients import NEOVIM_011, NEOVIM_012
from tests.lsp.conftest import Start, write_workspace
from tests.lsp.raw import Raw, queued

DEFAULT = "export default class Extra {}\n"
FILE = "packages/integrations/acme/extra.ts"


def has(raw: Raw, uri: str, code: str = "default-export") -> bool:
    last = raw.published(uri)
    return last is not None and code in {one["code"] for one in last["diagnostics"]}


def test_a_single_file_brings_its_workspace_along(start: Start, workspace: Path) -> None:
    raw = start()
    raw.initialize(NEOVIM_012, None, rootPath=None)
    assert raw.debug()["folders"] == []
    uri = raw.open(workspace / FILE, DEFAULT)
    raw.wait(lambda: has(raw, uri))
    assert len(raw.debug()["folders"]) == 1
    raw.close_document(uri)
    raw.wait(lambda: not has(raw, uri))
    assert raw.debug()["folders"] == []
    assert raw.stop() == 0


def test_a_file_outside_of_any_workspace_is_left_alone(start: Start, tmp_path: Path) -> None:
    raw = start()
    raw.initialize(NEOVIM_012, None)
    uri = raw.open(tmp_path / "a.ts", DEFAULT)
    raw.change(uri, 2, {"text": DEFAULT * 2})
    asked = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 8}}
    assert raw.request("textDocument/hover", asked) is None
    place = {"start": asked["position"], "end": asked["position"]}
    action = {"textDocument": {"uri": uri}, "range": place, "context": {"diagnostics": []}}
    assert raw.request("textDocument/codeAction", action) == []
    assert queued(raw, "textDocument/publishDiagnostics") == []
    assert raw.stop() == 0


def test_a_folder_inside_the_monorepo_means_the_monorepo(start: Start, workspace: Path) -> None:
    (workspace / FILE).write_text(DEFAULT)
    raw = start()
    raw.initialize(NEOVIM_012, workspace / "packages/integrations/acme")
    raw.wait(lambda: has(raw, (workspace / FILE).as_uri()))
    [folder] = raw.debug()["folders"]
    assert folder["root"] == os.path.realpath(workspace)
    assert raw.stop() == 0


def test_several_folders_that_come_and_go(start: Start, tmp_path: Path) -> None:
    one, two = write_workspace(tmp_path / "one"), write_workspace(tmp_path / "two")
    for root in (one, two):
        (root / FILE).write_text(DEFAULT)
    (two / "fourlayer.toml").write_text('[rules]\ndefault-export = "warning"\n')
    raw = start()
    raw.initialize(NEOVIM_012, one)
    first, second = (one / FILE).as_uri(), (two / FILE).as_uri()
    raw.wait(lambda: has(raw, first))
    assert not has(raw, second)
    folder = {"uri": two.as_uri(), "name": "two"}
    raw.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [folder], "removed": []}})
    found = raw.wait_published(second, lambda last: last["diagnostics"])
    assert [one["severity"] for one in found["diagnostics"] if one["code"] == "default-export"] == [2]
    raw.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": [folder]}})
    raw.wait_published(second, lambda last: last["diagnostics"] == [])
    assert has(raw, first)
    assert raw.stop() == 0


def test_two_folders_of_one_monorepo_are_one_workspace(start: Start, workspace: Path) -> None:
    (workspace / FILE).write_text(DEFAULT)
    raw = start()
    raw.initialize(NEOVIM_012, workspace / "packages/backend")
    folder = {"uri": (workspace / "packages/integrations").as_uri(), "name": "integrations"}
    raw.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [folder], "removed": []}})
    uri = (workspace / FILE).as_uri()
    raw.wait(lambda: has(raw, uri))
    assert len(raw.debug()["folders"]) == 1
    raw.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": [folder]}})
    assert len(raw.debug()["folders"]) == 1
    other = {"uri": (workspace / "packages/backend").as_uri(), "name": "backend"}
    raw.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": [other]}})
    raw.wait(lambda: not has(raw, uri))
    assert raw.debug()["folders"] == []
    assert raw.stop() == 0


def test_a_link_to_the_workspace(start: Start, tmp_path: Path) -> None:
    """As with /tmp on macOS: the client's spelling comes back, and both spellings are one file."""
    real = write_workspace(tmp_path / "real")
    (real / FILE).write_text(DEFAULT)
    link = tmp_path / "link"
    os.symlink(real, link)
    raw = start()
    raw.initialize(NEOVIM_012, link)
    through_link = (link / FILE).as_uri()
    raw.wait(lambda: has(raw, through_link))
    raw.open(link / FILE, "export class Extra {}\n")
    raw.wait(lambda: not has(raw, through_link))
    assert all("/link/" in params["uri"] for params in queued(raw, "textDocument/publishDiagnostics"))
    assert raw.stop() == 0


def test_other_escapes_are_the_same_file(start: Start, workspace: Path) -> None:
    """The diagnostics of a closed file move to the spelling that the client opens it under."""
    target = workspace / "packages/integrations/acme/a (1)@é.ts"
    target.write_text(DEFAULT)
    raw = start()
    raw.initialize(NEOVIM_012, workspace)
    raw.wait(
        lambda: any(
            p["diagnostics"] and "%C3%A9.ts" in p["uri"]
            for p in queued(raw, "textDocument/publishDiagnostics")
        )
    )
    ours = next(p["uri"] for p in queued(raw, "textDocument/publishDiagnostics") if "%C3%A9.ts" in p["uri"])
    theirs = "file://" + quote(str(target), safe="/")
    assert ours != theirs
    item = {"uri": theirs, "languageId": "typescript", "version": 1, "text": DEFAULT}
    raw.notify("textDocument/didOpen", {"textDocument": item})
    raw.wait(lambda: has(raw, theirs) and not has(raw, ours))
    raw.close_document(theirs)
    raw.wait(lambda: has(raw, ours) and not has(raw, theirs))
    assert raw.debug()["documents"] == 0
    assert raw.stop() == 0


def test_files_that_appear_and_go_are_watched(start: Start, workspace: Path) -> None:
    raw = start()
    raw.initialize(NEOVIM_012, workspace)
    raw.wait(lambda: any(method == "client/registerCapability" for method, _ in raw.asked))
    target = workspace / FILE
    uri = target.as_uri()

    def tell(kind: int) -> None:
        raw.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri, "type": kind}]})

    target.write_text(DEFAULT)
    tell(1)
    raw.wait(lambda: has(raw, uri))
    target.write_text("export class Extra {}\n")
    tell(2)
    raw.wait(lambda: not has(raw, uri))
    target.write_text(DEFAULT)
    tell(2)
    raw.wait(lambda: has(raw, uri))
    target.unlink()
    tell(3)
    raw.wait(lambda: not has(raw, uri))
    assert raw.stop() == 0


def test_without_watchers_the_disk_is_looked_at_on_open_and_save(start: Start, workspace: Path) -> None:
    raw = start()
    raw.initialize(NEOVIM_011, workspace)
    opened = raw.open(workspace / "packages/integrations/acme/index.ts")
    raw.wait(lambda: raw.published(opened) is not None)
    assert all(method != "client/registerCapability" for method, _ in raw.asked)
    uri = (workspace / FILE).as_uri()
    (workspace / FILE).write_text(DEFAULT)
    raw.notify("textDocument/didSave", {"textDocument": {"uri": opened}})
    raw.wait(lambda: has(raw, uri))
    (workspace / FILE).unlink()
    raw.open(workspace / "packages/integrations/acme/types.ts")
    raw.wait(lambda: not has(raw, uri))
    assert raw.stop() == 0


def test_a_rescan_on_request(start: Start, workspace: Path) -> None:
    raw = start()
    raw.initialize(NEOVIM_012, workspace)
    raw.debug()
    (workspace / FILE).write_text(DEFAULT)
    raw.request("workspace/executeCommand", {"command": "fourlayer.rescan"})
    raw.wait(lambda: has(raw, (workspace / FILE).as_uri()))
    assert raw.stop() == 0
