"""Writing what fixes came to, and telling what was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from fourlayer.cli.places import covers
from fourlayer.report.summary import plural
from fourlayer.report.terminal import visible

Contents = Mapping[str, bytes | None]
"""Contents of files by relative path; None where there is no file."""


class FixedFile(NamedTuple):
    """What was fixed in one file: how often for each rule."""

    path: str
    rules: Mapping[str, int]


class Fixed(NamedTuple):
    """What a run with fixes did.

    `outside` are written files that the command line did not name; `remaining` tells that more could be
    fixed by another run.
    """

    files: tuple[FixedFile, ...]
    written: tuple[str, ...]
    created: tuple[str, ...]
    deleted: tuple[str, ...]
    outside: tuple[str, ...]
    parts: tuple[str, ...]
    remaining: bool = False

    def text(self) -> str:
        """The account for people, ending in a line break."""
        total = sum(sum(file.rules.values()) for file in self.files)
        if not total and not self.written:
            return "Nothing was fixed.\n"
        lines = [f"Fixed {plural(total, 'problem')}:"]
        for file in self.files:
            listed = ", ".join(f"{rule} ({count})" for rule, count in sorted(file.rules.items()))
            lines.append(f"  {visible(file.path)}: {listed}")
        told = {*self.created, *self.deleted, *self.outside, *(file.path for file in self.files)}
        for heading, paths in (
            ("Also changed:", tuple(path for path in self.written if path not in told)),
            ("Created:", self.created),
            ("Deleted:", self.deleted),
        ):
            if paths:
                lines += [heading, *(f"  {visible(path)}" for path in paths)]
        if self.outside:
            lines.append(
                f"Also changed outside {', '.join(map(visible, self.parts))}, because a fix reaches there:"
            )
            lines += [f"  {visible(path)}" for path in self.outside]
        if self.remaining:
            lines.append("More can be fixed: run the command again.")
        return "\n".join(lines) + "\n"

    def plain(self) -> list[dict[str, object]]:
        """One object a file and rule, for the JSON document."""
        return [
            {"path": file.path, "rule": rule, "count": count}
            for file in self.files
            for rule, count in sorted(file.rules.items())
        ]


def apply(
    root: str,
    before: Contents,
    after: Contents,
    applied: Iterable[tuple[str, str]],
    parts: Sequence[str],
) -> Fixed:
    """Write new contents (None: delete) all or none, and account for it.

    `applied` names the path and rule of every finding that was fixed; `parts` are what the command line
    named. Raises `fourlayer.files.write.WriteError` when a file changed meanwhile or cannot be written.
    """
    from fourlayer.files.write import Change, Create, Delete, Modify, apply_changes

    changes: list[Change] = []
    created: list[str] = []
    deleted: list[str] = []
    for path in sorted(after):
        old, new = before.get(path), after[path]
        if old == new:
            continue
        if new is None and old is not None:
            changes.append(Delete(path, old))
            deleted.append(path)
        elif new is not None and old is not None:
            changes.append(Modify(path, new, old))
        elif new is not None:
            changes.append(Create(path, new))
            created.append(path)
    if changes:
        apply_changes(root, changes)
    written = tuple(change.path for change in changes)
    return Fixed(
        _by_file(applied),
        written,
        tuple(created),
        tuple(deleted),
        tuple(path for path in written if not covers(parts, path)),
        tuple(parts),
    )


def _by_file(applied: Iterable[tuple[str, str]]) -> tuple[FixedFile, ...]:
    files: dict[str, dict[str, int]] = {}
    for path, rule in applied:
        rules = files.setdefault(path, {})
        rules[rule] = rules.get(rule, 0) + 1
    return tuple(FixedFile(path, files[path]) for path in sorted(files))
