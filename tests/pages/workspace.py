"""Virtual workspaces: what lies beneath the examples, and what judges and changes them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple, Protocol

from fourlayer.rule.model import Change, FixPlan
from fourlayer.rule.outcome import Outcome, Reported
from fourlayer.syntax.facts import build_facts, language_of
from fourlayer.syntax.text import Text

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
BASE = HERE / "base"
SHARED = "packages/integrations/base"
"""The shared code beneath the examples is the sample monorepo's: one base class, kept compiling there."""

Files = Mapping[str, str]


class ChangeError(Exception):
    """A change that does not fit the files it is for."""


class FixedAll(NamedTuple):
    """What `--fix --unsafe-fixes` made of a workspace."""

    files: dict[str, str]
    applied: int


class Opened(Protocol):
    """One state of a workspace, judged."""

    @property
    def outcome(self) -> Outcome:
        """Everything that was found."""
        ...

    def change(self, reported: Reported, plan: FixPlan) -> Change | None:
        """Compute one fix of one finding."""
        ...

    def fix_all(self) -> FixedAll:
        """Apply every fix, unsafe ones too, until nothing changes."""
        ...


class Judge(Protocol):
    """What judges workspaces: the application, or a stand-in that tests the harness."""

    def open(self, files: Files) -> Opened:
        """Judge a workspace from scratch."""
        ...


@cache
def base_files() -> Files:
    """The base workspace: path to text."""
    files = _tree(BASE, "")
    shared = REPOSITORY / "examples/monorepo" / SHARED
    return {**files, **_tree(shared, f"{SHARED}/")}


def _tree(folder: Path, prefix: str) -> dict[str, str]:
    return {
        prefix + path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def write_tree(folder: Path, files: Files) -> None:
    """Make a folder hold exactly these files."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode("utf-8"))


def apply_change(files: Files, change: Change) -> dict[str, str]:
    """The files after a change. Raises ChangeError where it does not fit."""
    result = dict(files)
    for path, edits in change.edits.items():
        if path not in result:
            raise ChangeError(f"edits {path}, which does not exist")
        data = result[path].encode()
        end = len(data) + 1
        for edit in sorted(edits, reverse=True):
            if not 0 <= edit.start <= edit.end <= len(data):
                raise ChangeError(f"edits bytes {edit.start}..{edit.end} of {path}, which has {len(data)}")
            if edit.end > end:
                raise ChangeError(f"edits of {path} overlap at byte {edit.start}")
            data = data[: edit.start] + edit.text.encode() + data[edit.end :]
            end = edit.start
        result[path] = data.decode()
    for create in change.creates:
        if create.path in result:
            raise ChangeError(f"creates {create.path}, which exists")
        result[create.path] = create.text
    for rename in change.renames:
        if rename.path not in result or rename.to in result:
            raise ChangeError(f"renames {rename.path} to {rename.to}")
        result[rename.to] = result.pop(rename.path)
    for delete in change.deletes:
        if result.pop(delete.path, None) is None:
            raise ChangeError(f"deletes {delete.path}, which does not exist")
    return result


def syntax_errors(files: Files) -> int:
    """How many places of the TypeScript files do not parse."""
    count = 0
    for path, text in files.items():
        language = language_of(path)
        if language is not None:
            count += len(build_facts(Text.from_str(text), language).errors)
    return count
