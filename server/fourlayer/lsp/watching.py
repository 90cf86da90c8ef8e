"""Changes on disk: watched by the client where it can, looked for on open and save where it cannot."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lsprotocol import types

from fourlayer.lsp.plain import JsonObject

if TYPE_CHECKING:
    from fourlayer.lsp.session import Session

GLOBS = (
    "**/*.{ts,tsx,mts,cts}",
    "**/*.{json,sql,prisma,toml,md}",
    "**/pnpm-workspace.{yaml,yml}",
    "**/.gitignore",
    "**/{.env,env}.{example,sample,template,dist}",
    "**/{.env,env}.*.{example,sample,template,dist}",
)
REGISTRATION_ID = "fourlayer-files"

_MANY = 200
"""From this many events on (a checkout, an install) everything is looked at once."""


def registration() -> JsonObject:
    """The watchers to register with the client."""
    watchers = [{"globPattern": glob} for glob in GLOBS]
    return {
        "id": REGISTRATION_ID,
        "method": types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
        "registerOptions": {"watchers": watchers},
    }


def files_changed(session: Session, events: Iterable[types.FileEvent]) -> set[str]:
    """Note events; the real paths of what changed, for whoever looks for particular files."""
    changed: dict[str, list[str]] = {}
    named: set[str] = set()
    paths: set[str] = set()
    for event in events:
        path = session.real_path(event.uri)
        located = session.locate_path(path) if path is not None else None
        if path is None or located is None:
            continue
        folder, relative = located
        paths.add(path)
        changed.setdefault(folder.root, []).append(relative)
        if event.type != types.FileChangeType.Changed or relative.rpartition("/")[2] == ".gitignore":
            named.add(folder.root)
    for root, relatives in changed.items():
        folder = session.folders[root]
        folder.disk_changed(relatives, names=root in named or len(relatives) > _MANY)
    return paths
