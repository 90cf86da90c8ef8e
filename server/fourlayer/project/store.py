"""What snapshots share: contents read from disk, their digests, and facts by content; all bounded."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import sha1
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeVar
from weakref import WeakSet, ref

from fourlayer.syntax.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from fourlayer.syntax.facts import FileFacts

T = TypeVar("T")

Language = Literal["ts", "tsx"]
StatKey = tuple[int, int, int, int]
"""Size in bytes, modification and change time in nanoseconds, inode."""

Digest = bytes

_INTERFACES = 20_000
"""Contents whose interface is remembered."""


class Disk(Protocol):
    """The files of a workspace as they stand on disk, listed as far as they were asked for. Immutable."""

    def stat(self, path: str) -> StatKey | None:
        """The status of a file of the workspace; None for anything else."""
        ...

    def read(self, path: str) -> bytes | str:
        """The content of a file, or why it cannot be read."""
        ...

    def children(self, folder: str) -> Collection[str]:
        """The names in a folder; of a folder not yet walked, folders without workspace files too."""
        ...

    def is_dir(self, path: str) -> bool:
        """Whether the folder exists."""
        ...

    def files(self) -> Mapping[str, StatKey]:
        """Every file of the workspace."""
        ...

    def walk(self, folder: str) -> None:
        """List a folder with everything below it at once, where that was not done."""
        ...

    def changed(self, changes: Mapping[str, StatKey | None]) -> Disk:
        """The same with some files added or changed (their new status) or gone (None)."""
        ...


class Paused(BaseException):
    """Raised out of a question about the whole workspace when `Store.pause` says so.

    Whoever asks again goes on where it stopped.
    """


class Limits(NamedTuple):
    """How much of closed files is kept.

    `content` and `facts` count bytes of sources: those that are kept, and those whose facts are kept (about
    eight times their size). `trees` is how many files keep their parse tree.
    """

    content: int = 48_000_000
    facts: int = 24_000_000
    trees: int = 16


class Store:
    """Memory that outlives snapshots, within limits. Not safe for several threads at once.

    What only passes by in a look at the whole workspace (`skim`, `passing`) is kept while there is room,
    and displaces nothing.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._texts: OrderedDict[tuple[str, StatKey], Text] = OrderedDict()
        self._texts_size = 0
        self._facts: OrderedDict[tuple[Digest, Language], FileFacts] = OrderedDict()
        self._facts_size = 0
        self._digests: dict[str, tuple[StatKey, Digest]] = {}
        self._problems: dict[str, tuple[StatKey, str]] = {}
        self._closed: OrderedDict[int, FileFacts] = OrderedDict()
        self._opened: WeakSet[FileFacts] = WeakSet()
        self._displaced: list[ref[FileFacts]] = []
        self._interfaces: dict[tuple[Digest, Language], str] = {}
        self._serial = 0
        self.pause: Callable[[], bool] | None = None
        """Asked between two files by what reads the whole workspace; True raises `Paused`."""

    def next_serial(self) -> int:
        """A number that was not given before."""
        self._serial += 1
        return self._serial

    def text(self, disk: Disk, path: str, stat: StatKey) -> Text | None:
        """The content of a file on disk; None, and a problem, when it cannot be read."""
        key = (path, stat)
        found = self._texts.get(key)
        if found is not None:
            self._texts.move_to_end(key)
            return found
        text = self._read(disk, path, stat)
        if text is None:
            return None
        self._texts[key] = text
        self._texts_size += len(text)
        while self._texts_size > self._limits.content and len(self._texts) > 1:
            _, old = self._texts.popitem(last=False)
            self._texts_size -= len(old)
        return text

    def skim(self, disk: Disk, path: str, stat: StatKey) -> Text | None:
        """The same for a file that is one of many to look into."""
        found = self._texts.get((path, stat))
        if found is not None or self._texts_size + stat[0] <= self._limits.content:
            return found or self.text(disk, path, stat)
        return self._read(disk, path, stat)

    def _read(self, disk: Disk, path: str, stat: StatKey) -> Text | None:
        data = disk.read(path)
        if isinstance(data, str):
            self._problems[path] = (stat, data)
            return None
        self._problems.pop(path, None)
        return Text(data)

    def problem(self, path: str, stat: StatKey) -> str | None:
        """Why the file could not be read in this state; None when it could, or was not tried."""
        known = self._problems.get(path)
        return known[1] if known is not None and known[0] == stat else None

    def digest(self, disk: Disk, path: str, stat: StatKey) -> Digest | None:
        """A hash of a file's content on disk, kept while its status is the same."""
        known = self._digests.get(path)
        if known is not None and known[0] == stat:
            return known[1]
        text = self.text(disk, path, stat)
        if text is None:
            return None
        digest = digest_of(text.data)
        self._digests[path] = (stat, digest)
        return digest

    def forget(self, path: str) -> None:
        """Read the file again when it is next asked for, even if its status is the same."""
        known = self._digests.pop(path, None)
        self._problems.pop(path, None)
        if known is not None:
            old = self._texts.pop((path, known[0]), None)
            self._texts_size -= 0 if old is None else len(old)

    def facts(
        self, text: Text, digest: Digest, language: Language, previous: FileFacts | None = None
    ) -> FileFacts:
        """The facts of a content, made once. `previous` are those of the same file before an edit."""
        key = (digest, language)
        found = self._facts.get(key)
        if found is not None:
            self._facts.move_to_end(key)
            return found
        facts = _facts(text, language, previous)
        self._facts[key] = facts
        self._facts_size += len(text)
        while self._facts_size > self._limits.facts and len(self._facts) > 1:
            _, old = self._facts.popitem(last=False)
            self._facts_size -= len(old.text)
            self._displaced.append(ref(old))
        return facts

    def superseded(self, facts: FileFacts, digest: Digest) -> None:
        """Note that an open file has another content now: nobody asks for the old facts any more."""
        facts.release()
        if self._facts.pop((digest, facts.language), None) is not None:
            self._facts_size -= len(facts.text)

    def tidy(self) -> None:
        """Let go of what was displaced. To be called when no unit of work is under way."""
        for displaced in self._displaced:
            facts = displaced()
            if facts is not None and facts not in self._opened:
                self._closed.pop(id(facts), None)
                facts.shed()
        self._displaced.clear()

    def passing(self, text: Text, digest: Digest, language: Language, use: Callable[[FileFacts], T]) -> T:
        """What `use` makes of the facts of a closed file that is one of many; it must keep none of them."""
        if (digest, language) in self._facts or self._facts_size + len(text) <= self._limits.facts:
            facts = self.facts(text, digest, language)
            self.closed(facts)
            return use(facts)
        facts = _facts(text, language, None)
        try:
            return use(facts)
        finally:
            facts.dismantle()

    def interface(self, digest: Digest, language: Language) -> str | None:
        """What was noted of the interface of a content; it outlives the facts."""
        return self._interfaces.get((digest, language))

    def note_interface(self, digest: Digest, facts: FileFacts) -> str:
        """The interface of a content whose facts are at hand, kept for later."""
        while len(self._interfaces) >= _INTERFACES:
            del self._interfaces[next(iter(self._interfaces))]
        interface = self._interfaces[digest, facts.language] = facts.interface
        return interface

    def has_facts(self, digest: Digest, language: Language) -> bool:
        """Whether the facts of this content are at hand."""
        return (digest, language) in self._facts

    def closed(self, facts: FileFacts) -> None:
        """Note the use of a closed file's facts: only the most recently used ones keep their tree."""
        key = id(facts)
        self._opened.discard(facts)
        if key in self._closed:
            self._closed.move_to_end(key)
            return
        self._closed[key] = facts
        while len(self._closed) > self._limits.trees:
            _, old = self._closed.popitem(last=False)
            old.release()

    def opened(self, facts: FileFacts) -> None:
        """Note that a file is open in an editor: its tree is kept."""
        self._closed.pop(id(facts), None)
        self._opened.add(facts)


def _facts(text: Text, language: Language, previous: FileFacts | None) -> FileFacts:
    """Facts from scratch, or by parsing again only around the one replacement that leads to this text."""
    from fourlayer.syntax.facts import build_facts, rebuild_facts

    if previous is None or previous.language != language:
        return build_facts(text, language)
    old, new = previous.text.data, text.data
    start = _common(old, new)
    rest = min(len(old), len(new)) - start
    tail = _common(old[len(old) - rest :][::-1], new[len(new) - rest :][::-1])
    return rebuild_facts(text, previous, ((start, len(old) - tail, len(new) - tail),))


def _common(one: bytes, two: bytes) -> int:
    """How many bytes two byte strings have in common at their start; by halving, not byte by byte."""
    low, high = 0, min(len(one), len(two))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == two[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def digest_of(data: bytes) -> Digest:
    """A short hash of a content."""
    return sha1(data, usedforsecurity=False).digest()
