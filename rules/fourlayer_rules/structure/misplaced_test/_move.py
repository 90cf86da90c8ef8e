"""Where a misplaced test goes, and everything that moves along."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.rule.model import Change, Rename
from fourlayer_rules.derive.moving import move
from fourlayer_rules.derive.runner import VITEST, collects, configurations, runner_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context

_FOLDER = "__tests__"


class Relocation(NamedTuple):
    """The change, the test's new path, and the files in which something may be left."""

    change: Change
    to: str
    left: tuple[str, ...]


def relocation(ctx: Context, provider: Provider, path: str) -> Relocation | None:
    """The move of a test; None where no place is free, the runner would lose it, or it does not parse."""
    to = _place(ctx, provider, path)
    if to is None:
        return None
    runner = runner_of(ctx.view, path, ctx.settings.conventions.test_runner) or VITEST
    found = collects(ctx.view, to, runner)
    moved = move(ctx.view, path, to) if found is not False else None
    if moved is None:
        return None
    left = set(moved.left)
    renames = [Rename(path, to)]
    snapshot, new_snapshot = _snapshot_of(path), _snapshot_of(to)
    if ctx.view.exists(snapshot):
        if ctx.view.exists(new_snapshot):
            return None
        renames.append(Rename(snapshot, new_snapshot))
    left.update(_configurations_left(ctx, path, unread=found is None))
    return Relocation(Change(moved.edits, renames=tuple(renames)), to, tuple(sorted(left)))


def _snapshot_of(path: str) -> str:
    folder, name = posixpath.split(path)
    return f"{folder}/__snapshots__/{name}.snap"


def _place(ctx: Context, provider: Provider, path: str) -> str | None:
    """The first free of the names that a test may get in `__tests__`."""
    folder = f"{provider.path}/{_FOLDER}"
    taken = {name.lower() for name in ctx.view.children(folder)}
    for name in _names(provider, path):
        if name.lower() not in taken:
            return f"{folder}/{name}"
    return None


def _names(provider: Provider, path: str) -> Iterator[str]:
    """The adapter's test is called after what it is, others keep their names; a taken one says where from."""
    relative = path[len(provider.path) + 1 :]
    folder, name = posixpath.split(relative)
    match = re.fullmatch(r"(.+?)(\.(?:test|spec)\.[cm]?tsx?)", name)
    adapter = (
        posixpath.basename(provider.adapter).rpartition(".")[0] if provider.adapter is not None else None
    )
    if match is not None and not folder and match[1] == adapter:
        yield f"adapter{match[2]}"
    yield name
    if folder:
        yield f"{folder.replace('/', '-')}-{name}"


def _configurations_left(ctx: Context, path: str, *, unread: bool) -> Iterator[str]:
    """The configurations around that name the test or move snapshots, or could not be read (`unread`)."""
    stem = posixpath.basename(path).rpartition(".")[0].encode()
    for configuration in configurations(ctx.view, path):
        data = ctx.view.read(configuration) or b""
        tells = not configuration.endswith("package.json") and not posixpath.basename(
            configuration
        ).startswith("tsconfig")
        if stem in data or b"resolveSnapshotPath" in data or (unread and tells):
            yield configuration
