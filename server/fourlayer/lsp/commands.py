"""The server's commands: fixes that the client cannot apply itself, a rescan, and facts about the server."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from lsprotocol import types

from fourlayer.errors import FourlayerError
from fourlayer.files import write
from fourlayer.lsp import actions, convert
from fourlayer.lsp.documents import difference
from fourlayer.lsp.plain import JsonObject, as_list, as_object, as_str
from fourlayer.lsp.protocol import CONTENT_MODIFIED, INVALID_PARAMS, REQUEST_FAILED, ResponseError
from fourlayer.rule.model import Change, Create, Delete, TextEdit
from fourlayer.syntax.text import decode

if TYPE_CHECKING:
    from fourlayer.lsp.folder import Folder
    from fourlayer.lsp.server import Server


async def execute(server: Server, params: JsonObject) -> object:
    """Run `workspace/executeCommand`."""
    command = as_str(params.get("command"))
    arguments = as_list(params.get("arguments"))
    if command == "fourlayer.applyFix":
        return await apply_fix(server, arguments)
    if command == "fourlayer.fixIntegration":
        return await fix_integration(server, arguments)
    if command == "fourlayer.rescan":
        rescan(server)
        return None
    if command == "fourlayer.showDebugInformation":
        return debug_information(server)
    raise ResponseError(INVALID_PARAMS, f"there is no command {command!r}")


async def apply_fix(server: Server, arguments: list[object]) -> JsonObject:
    """Apply one fix. Argument: the `data` of a code action."""
    target = actions.read_target(arguments[0] if arguments else None)
    located = server.session.locate(target.uri)
    if located is None:
        raise ResponseError(INVALID_PARAMS, f"{target.uri} belongs to no folder of this session")
    folder, path = located
    server.analysis.flush(folder, path)
    change = actions.compute(folder, path, target)
    return {"applied": await apply(server, folder, change, target.rule)}


async def fix_integration(server: Server, arguments: list[object]) -> JsonObject:
    """Apply every safe fix of one integration. Argument: its name, its folder, or the URI of a file in it."""
    wanted = as_str(arguments[0]) if arguments else None
    if wanted is None:
        raise ResponseError(INVALID_PARAMS, "name an integration, or give the URI of one of its files")
    for folder in server.session.folders.values():
        snapshot = folder.snapshot
        located = server.session.locate(wanted) if ":" in wanted else None
        if located is not None and located[0] is not folder:
            continue
        provider = snapshot.provider_of(located[1]) if located is not None else snapshot.provider(wanted)
        if provider is not None:
            outcome = folder.app.check(snapshot, [provider.path])
            result = folder.app.fix(snapshot, outcome, unsafe=False, paths=[provider.path])
            change = _as_change(folder, result.changes)
            if not any(change):
                return {"applied": False, "fixed": 0}
            actions.refuse_stale(folder, change)
            applied = await apply(server, folder, change, f"fix {provider.name}")
            return {"applied": applied, "fixed": len(result.applied) if applied else 0}
    raise ResponseError(INVALID_PARAMS, f"there is no integration {wanted!r}")


def rescan(server: Server) -> None:
    """Look at everything on disk again."""
    for folder in server.session.folders.values():
        folder.rescan()
    server.analysis.wake()


async def apply(server: Server, folder: Folder, change: Change, label: str) -> bool:
    """Have the client apply a change; files that it cannot create are written here."""
    client = server.session.client
    edit = convert.workspace_edit(change, client, folder.place) if client.apply_edit else None
    if edit is not None:
        return await _ask_to_apply(server, edit, label)
    if change.renames or change.deletes:
        raise ResponseError(REQUEST_FAILED, "this editor can neither rename nor delete files for a fix")
    if change.edits:
        edit = convert.workspace_edit(Change(edits=change.edits), client, folder.place)
        if not client.apply_edit or edit is None or not await _ask_to_apply(server, edit, label):
            return False
    created = [
        write.Create(create.path, create.text.encode("utf-8", "surrogatepass")) for create in change.creates
    ]
    try:
        write.apply_changes(folder.root, created)
    except FourlayerError as error:
        raise ResponseError(CONTENT_MODIFIED, str(error)) from error
    folder.disk_changed([create.path for create in created], names=True)
    server.analysis.wake()
    if created and client.show_document:
        uri = folder.uri(created[0].path)
        server.rpc.spawn(server.rpc.ask(types.WINDOW_SHOW_DOCUMENT, {"uri": uri, "takeFocus": True}), "show")
    return True


async def _ask_to_apply(server: Server, edit: JsonObject, label: str) -> bool:
    answer = as_object(await server.rpc.ask(types.WORKSPACE_APPLY_EDIT, {"label": label, "edit": edit}))
    return answer is not None and answer.get("applied") is True


def _as_change(folder: Folder, contents: Mapping[str, bytes | None]) -> Change:
    """New contents of files (None: the file goes) as edits of what differs, creations and deletions."""
    edits: dict[str, tuple[TextEdit, ...]] = {}
    creates: list[Create] = []
    deletes: list[Delete] = []
    for path, new in contents.items():
        text = folder.text(path)
        if new is None:
            deletes.append(Delete(path))
            continue
        if text is None:
            creates.append(Create(path, decode(new)))
            continue
        changed = [
            TextEdit(edit.start, edit.end, decode(new[edit.start : edit.start + edit.added]))
            for edit in difference(text.data, new)
        ]
        if changed:
            edits[path] = tuple(changed)
    return Change(edits, tuple(creates), deletes=tuple(deletes))


def debug_information(server: Server) -> JsonObject:
    """What is worth knowing when something looks wrong; holds no content of files."""
    session, rpc = server.session, server.rpc
    client = session.client
    return {
        "version": server.version,
        "python": sys.version.split()[0],
        "client": f"{client.name} {client.version}".strip(),
        "encoding": client.encoding,
        "diagnostics": "pull" if client.pull else "push",
        "watching": "client" if client.watches else "open and save",
        "documents": len(session.documents),
        "settled": server.analysis.settled,
        "folders": [
            {
                "root": folder.root,
                "providers": len(folder.snapshot.providers),
                "withFindings": len(folder.shown),
                "queued": len(folder.queue),
                "configurationProblems": len(folder.problems),
                "troubles": [trouble.message for trouble in folder.troubles[:20]],
            }
            for folder in session.folders.values()
        ],
        "messages": rpc.counts(),
        "memory": _resident_memory(),
    }


def _resident_memory() -> int | None:
    """Resident bytes of this process; None where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None
