"""One workspace root in the session: its open buffers, its present snapshot, and what the client was told."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from fourlayer.engine.check import CrashError
from fourlayer.files.read import read_bytes
from fourlayer.lsp import uris
from fourlayer.lsp.convert import Place
from fourlayer.lsp.documents import Document, Edit, difference
from fourlayer.lsp.steady import Shown, carried, fresh, steadied
from fourlayer.project.jsonc import parse_object
from fourlayer.project.layout import is_code
from fourlayer.syntax.text import Text

if TYPE_CHECKING:
    from fourlayer.app import App
    from fourlayer.config.load import ConfigProblem
    from fourlayer.project.snapshot import Snapshot
    from fourlayer.rule.model import Finding, FixPlan
    from fourlayer.rule.outcome import Trouble


class Folder:
    """Mutable, and touched on the loop's thread only. Paths are relative to `root`, with "/".

    `root` is the real path of the folder, `spelled` the same place as the client names it.
    """

    def __init__(self, root: str, spelled: str, app: App) -> None:
        self.root = root
        self.spelled = spelled
        self.app = app
        self.opened_as: set[str] = set()
        """The client's folders (real paths) that lie in this one; it is closed with the last of them."""
        self.problems: tuple[ConfigProblem, ...] = ()
        self.documents: dict[str, Document] = {}
        self.shown: dict[str, tuple[Shown, ...]] = {}
        self.urgent: dict[str, None] = {}
        """Files to judge before anything else, in order: what was opened or edited."""
        self.queue: dict[str, None] = {}
        """Files whose findings may be outdated, the most interesting first."""
        self.rescan_due = False
        """Whether to look at the disk again once nothing is urgent."""
        self.troubles: tuple[Trouble, ...] = ()
        """What kept part of the analysis from running, as far as the client was told."""
        self.failures: list[str] = []
        """Crashes in making fixes, for whoever answers the client to log and clear."""
        self._snapshot: Snapshot | None = None
        self._changed: set[str] = set()
        self._relist = True
        self._judged: set[str] = set()
        self._targets: dict[str, None] | None = None
        self._queued = False
        self._latest: set[str] = set()
        self._known: set[str] = set()
        self._since: set[str] | None = None
        self._broken: set[str] = set()
        self._frozen: bool | None = None
        self.near: set[str] = set()
        """What is open, and the providers of what was edited last: judged before everything else."""
        self._placed: dict[str, Text] = {}
        self._edits: dict[str, list[Edit] | None] = {}
        self.place = Place(self.uri, self.text, self.version)

    # Names

    def path(self, real_path: str) -> str | None:
        """The relative path of a real path; None outside of this folder."""
        return uris.relative(self.root, real_path)

    def uri(self, path: str) -> str:
        """The URI of a file: as the client spelled it where the file is open."""
        document = self.documents.get(path)
        if document is not None:
            return document.uri
        return uris.from_path(f"{self.spelled}/{path}" if path else self.spelled)

    def text(self, path: str) -> Text | None:
        """The text of a file: the open buffer, else what the snapshot holds."""
        document = self.documents.get(path)
        if document is not None:
            return document.text
        return self._snapshot.text(path) if self._snapshot is not None else None

    def version(self, path: str) -> int | None:
        """The version of an open document; None for a closed file."""
        document = self.documents.get(path)
        return document.version if document is not None else None

    # Changes

    def open(self, path: str, document: Document) -> None:
        """A document was opened: from now on it stands for the file."""
        self.documents[path] = document
        self._touch(path, None)

    def edited(self, path: str, edits: Iterable[Edit]) -> None:
        """An open document's text was replaced by its next version."""
        self._touch(path, edits)

    def close(self, path: str) -> None:
        """A document was closed: the disk speaks for the file again."""
        self.documents.pop(path, None)
        self._touch(path, None)

    def disk_changed(self, paths: Collection[str], *, names: bool) -> None:
        """Files changed on disk; `names` tells that some were created or deleted, or may have been."""
        for path in paths:
            self._changed.add(path)
            if path not in self.documents:
                self._edits[path] = None
        self._relist = self._relist or names

    def rescan(self) -> None:
        """Look at everything on disk again."""
        self._relist = True

    def rescan_if_due(self) -> None:
        """Do a rescan that was put off."""
        if self.rescan_due:
            self.rescan_due = False
            self._relist = True

    def replace_app(self, app: App) -> None:
        """Go on with another configuration; everything is judged anew."""
        self.app = app
        self._snapshot = None
        self._relist = True
        self._targets = None
        self._known.clear()

    @property
    def dirty(self) -> bool:
        """Whether something changed since the present snapshot was taken."""
        return self._snapshot is None or self._relist or bool(self._changed)

    def _touch(self, path: str, edits: Iterable[Edit] | None) -> None:
        self._changed.add(path)
        self._latest.add(path)
        self.urgent[path] = None
        known = self._edits.get(path, [])
        if edits is None or known is None:
            self._edits[path] = None
        else:
            known.extend(edits)
            self._edits[path] = known

    # Judging

    @property
    def snapshot(self) -> Snapshot:
        """The present snapshot, taken anew where something changed. Costs what changed, not what exists."""
        old = self._snapshot
        if old is not None and not self.dirty:
            return old
        buffers = {path: document.text for path, document in self.documents.items()}
        changed = None if self._relist or old is None else frozenset(self._changed)
        snapshot = self._snapshot = self.app.snapshot(buffers, old, changed)
        differing = _differing(old, snapshot, self._changed) if self._targets is not None else None
        if self._targets is None or differing is None:
            self._targets = None
        else:
            self._targets.update(dict.fromkeys(differing))
        if differing is None:
            self._since = None
        elif self._since is not None:
            self._since.update(differing)
        self._changed.clear()
        self._relist = False
        self._judged.clear()
        self._queued = False
        self._frozen = None
        return snapshot

    def refresh(self) -> None:
        """Take a new snapshot where something changed."""
        _ = self.snapshot

    def warm(self) -> Iterator[None]:
        """Read in steps what the first judgement would otherwise read at once."""
        snapshot = self.snapshot
        for path in snapshot.files():
            yield
            data = snapshot.skim(path) if is_code(path) else None
            if data is not None and snapshot.provider_of(path) is not None:
                snapshot.facts(path)

    def enqueue(self, pause: Callable[[], bool] | None = None) -> None:
        """Queue whatever may show something else in the present snapshot: what is open goes first.

        Raises `Paused` like `judge`.
        """
        snapshot = self.snapshot
        snapshot.store.pause = pause
        try:
            self._enqueue(snapshot)
        finally:
            snapshot.store.pause = None

    def _enqueue(self, snapshot: Snapshot) -> None:
        if self._queued or self._is_frozen():
            return
        if self._targets is None:
            self._targets = dict.fromkeys(self.app.targets(snapshot))
        self.near = set(self.documents)
        for path in self._latest:
            provider = snapshot.provider_of(path)
            self.near.update(provider.files if provider is not None else ())
        self._latest.clear()
        self._since = set()
        self._broken = {path for path in self.documents if _has_errors(snapshot, path)}
        self.queue = {
            **dict.fromkeys(self.documents),
            **dict.fromkeys(sorted(self.near)),
            **self.queue,
            **self._targets,
            **dict.fromkeys(self.shown),
        }
        self._queued = True

    def is_current(self, path: str) -> bool:
        """Whether the findings shown of a file are those of the present texts."""
        return not self.dirty and (path in self._judged or self._waits(path))

    def _is_frozen(self) -> bool:
        """Whether all that changed since everything was last judged are documents that became half-typed.

        What they seem to lack would make findings in other files come and go, so those stay as they are.
        """
        if self._frozen is None:
            snapshot = self.snapshot
            self._frozen = bool(self._since) and all(
                path in self.documents and path not in self._broken and _has_errors(snapshot, path)
                for path in self._since or ()
            )
        return self._frozen

    def _waits(self, path: str) -> bool:
        """Whether a file's findings stay as they are until what is half-typed elsewhere is finished."""
        return path in self._known and self._is_frozen() and path not in (self._since or ())

    def judge(self, path: str, pause: Callable[[], bool] | None = None) -> bool:
        """Find out what there is to show of a file now; whether that differs from before in any way.

        Raises whatever the analysis raises; then what was shown stays, moved along with the edits. Raises
        `Paused` when `pause` says so while the whole workspace is read; judging again goes on from there.
        """
        snapshot = self.snapshot
        snapshot.store.pause = pause
        try:
            return self._judge(path, snapshot)
        finally:
            snapshot.store.pause = None
            snapshot.store.tidy()

    def done_with(self, path: str) -> None:
        """Note that a file was judged, or that it cannot be."""
        self.urgent.pop(path, None)
        self.queue.pop(path, None)
        self._judged.add(path)
        self._known.add(path)

    def _judge(self, path: str, snapshot: Snapshot) -> bool:
        known = self.shown.pop(path, ())
        before = self._carry(path, known, snapshot)
        if before:
            self.shown[path] = before
        after = self._steadied(path, snapshot, before)
        self.done_with(path)
        if after:
            self.shown[path] = after
        else:
            self.shown.pop(path, None)
            if path not in self.documents:
                self._placed.pop(path, None)
        return after != known

    def _steadied(self, path: str, snapshot: Snapshot, before: tuple[Shown, ...]) -> tuple[Shown, ...]:
        findings = self.app.check_file(snapshot, path)
        if path not in self.documents or not (before or findings):
            return fresh(findings)
        file_rules = frozenset(meta.id for meta in self.app.rules if meta.unit == "file")
        return steadied(findings, before, snapshot.facts(path), file_rules)

    def _carry(self, path: str, shown: tuple[Shown, ...], snapshot: Snapshot) -> tuple[Shown, ...]:
        """What was shown of a file, moved to its present text."""
        edits = self._edits.pop(path, [])
        text = snapshot.text(path)
        old = self._placed.pop(path, None)
        if text is not None:
            self._placed[path] = text
        if not shown or text is None or old is None:
            return ()
        return carried(shown, difference(old.data, text.data) if edits is None else edits)

    def new_troubles(self, cancelled: Callable[[], bool]) -> list[Trouble]:
        """What kept part of the analysis from running, as far as it was not told of before.

        Raises `CancelledError` when `cancelled` says so.
        """
        outcome = self.app.check(self.snapshot, plan=False, cancelled=cancelled)
        # Half-typed files come and go with every key: what is judged in part is no news in an editor.
        found = [
            trouble
            for trouble in outcome.troubles
            if trouble.kind != "config" and (trouble.kind != "inert-rule" or trouble.path is None)
        ]
        new = [trouble for trouble in found if trouble not in self.troubles]
        self.troubles = tuple(found)
        return new

    def plans(self, finding: Finding) -> tuple[FixPlan, ...]:
        """The fixes of a finding, preferred first; none, and a word in `failures`, where planning failed."""
        try:
            return self.app.plans(self.snapshot, finding)
        except CrashError as error:
            self.failures.append(str(error))
            return ()

    def is_on_disk_as_known(self, path: str) -> bool:
        """Whether a file is open, or its content on disk is the snapshot's."""
        return path in self.documents or read_bytes(self.root, path) == self.snapshot.read(path)

    def is_absent(self, path: str) -> bool:
        """Whether no file, link or open document of this name is there."""
        return path not in self.documents and not os.path.lexists(os.path.join(self.root, *path.split("/")))


def _has_errors(snapshot: Snapshot, path: str) -> bool:
    """Whether a file does not parse."""
    facts = snapshot.facts(path)
    if facts is not None:
        return not facts.trusted
    return path.endswith(".json") and not parse_object(snapshot.read(path))


def _differing(old: Snapshot | None, new: Snapshot, touched: Collection[str]) -> set[str] | None:
    """The files whose content may differ between two states; None where files came or went."""
    if old is None or any(old.is_file(path) != new.is_file(path) for path in touched):
        return None
    if old.disk is new.disk:
        return set(touched)
    before, after = old.disk.files(), new.disk.files()
    if before.keys() != after.keys():
        return None
    return {*touched, *(path for path, key in after.items() if before[path] != key)}
