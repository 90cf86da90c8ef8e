"""Which files a workspace has: one pass over its folders that leaves out what git ignores."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, Protocol

from fourlayer.files.git import Index, Repository, find_repository
from fourlayer.files.gitignore import Ignore
from fourlayer.files.paths import inside
from fourlayer.files.read import StatKey, stat_key
from fourlayer.files.trouble import Trouble, printable, reason

NEVER = frozenset({".git", "node_modules"})
"""Names of folders that are not entered, whatever the configuration says."""


class PathSet(Protocol):
    """The globs that a walk leaves out."""

    def match(self, path: str) -> bool:
        """Whether the file at this relative path is meant."""
        ...

    def covers_folder(self, path: str) -> bool:
        """Whether everything in the folder at this relative path is meant."""
        ...


class Places(NamedTuple):
    """What a listing was made of: while all of it is as it was, so are the names that were found.

    `folders` were entered (relative, POSIX), each with its stat key from before; `consulted` are files
    beside them, or above, that decided what is left out (absolute; some may not exist, of folders only that
    they do counts). Where `links` were
    followed, more than that decided.
    """

    folders: dict[str, StatKey]
    consulted: frozenset[str]
    links: dict[str, str | None]


class Listing(NamedTuple):
    """Files by relative POSIX path, sorted, with the stat key of each; and what could not be listed."""

    files: dict[str, StatKey]
    troubles: tuple[Trouble, ...]
    places: Places


class _Rules(NamedTuple):
    """A .gitignore file and how much to cut from a path relative to the root, or what to put before it."""

    ignore: Ignore
    cut: int
    prefix: str


_RuleStack = tuple[_Rules, ...]
"""Innermost first."""

_EVERYTHING = _Rules(Ignore("*"), 0, "")
"""The rule inside of an ignored folder."""


def list_files(
    root: str,
    *,
    exclude: PathSet | None = None,
    respect_gitignore: bool = True,
    suffixes: frozenset[str] | None = None,
    names: frozenset[str] = frozenset(),
    folders: Iterable[str] = ("",),
) -> Listing:
    """The files under the folder `root`, or only those under some of its folders (relative, POSIX).

    `suffixes` (such as `.ts`; the text from the last dot) and `names` (whole names) say which files are
    wanted; no suffixes: all. Links to folders are not followed: what they lead to inside the root is listed
    where it is. A link to a file inside the root is listed once: under the file's own path, or, where that is
    left out, under the first of the links. A link that leaves the root is skipped.
    """
    walk = _Walk(root, exclude, respect_gitignore, suffixes, names)
    walk.run(folders)
    places = Places(walk.visited, frozenset(walk.consulted), walk.led)
    return Listing(dict(sorted(walk.files.items())), tuple(sorted(walk.troubles)), places)


class _Walk:
    """The state of one pass."""

    def __init__(
        self,
        root: str,
        exclude: PathSet | None,
        respect_gitignore: bool,
        suffixes: frozenset[str] | None,
        names: frozenset[str],
    ) -> None:
        self.root = root
        self.exclude = exclude or None
        self.gitignore = respect_gitignore
        self.suffixes = suffixes
        self.names = names
        self.files: dict[str, StatKey] = {}
        self.troubles: list[Trouble] = []
        self.links: list[str] = []
        self.led: dict[str, str | None] = {}
        self.visited: dict[str, StatKey] = {}
        self.consulted: set[str] = set()
        self.within = ""
        self.repository: Repository | None = None
        self.index: Index | None = None

    def run(self, folders: Iterable[str]) -> None:
        """Visit every folder, then decide about the links."""
        repository = find_repository(self.root) if self.gitignore else None
        self.consulted.update(_places_of_git(self.root, repository) if self.gitignore else ())
        outer: _RuleStack = ()
        if repository is not None:
            self.within = _within(self.root, repository)
            self.repository = repository
            outer = self._outer_rules(repository)
        pending: list[tuple[str, _RuleStack]] = []
        for folder in _outermost(folders):
            rules = self._rules_above(folder, outer)
            if rules is not None:
                pending.append((folder, rules))
        while pending:
            folder, rules = pending.pop()
            self._visit(folder, rules, pending)
        if self.links:
            self._resolve_links()

    def _rules_above(self, folder: str, outer: _RuleStack) -> _RuleStack | None:
        """The rules that hold for a folder to start in; None when it lies in a folder that is left out."""
        rules, base = outer, ""
        for name in folder.split("/") if folder else ():
            if self.gitignore and not _everything(rules):
                rules = (*self._rules_in(base), *rules)
            path = base + name
            if name in NEVER or os.path.islink(f"{self.root}/{path}"):
                return None
            inner = self._enters(path, name, rules)
            if inner is None:
                return None
            rules, base = inner, path + "/"
        return rules

    def _visit(self, folder: str, rules: _RuleStack, pending: list[tuple[str, _RuleStack]]) -> None:
        """List one folder; its folders go to `pending`."""
        place = f"{self.root}/{folder}" if folder else self.root
        try:
            self.visited[folder] = stat_key(os.stat(place))
            with os.scandir(place) as scan:
                entries = list(scan)
        except OSError as error:
            self.troubles.append(Trouble(folder, f"this folder cannot be listed: {reason(error)}"))
            return
        base = folder + "/" if folder else ""
        if self.gitignore and not _everything(rules):
            for entry in entries:
                if entry.name == ".gitignore":
                    rules = (*self._rules_in(base), *rules)
                    break
        suffixes, names = self.suffixes, self.names
        for entry in entries:
            name = entry.name
            try:
                if entry.is_dir(follow_symlinks=False):
                    if name not in NEVER:
                        inner = self._enters(base + name, name, rules)
                        if inner is not None:
                            pending.append((base + name, inner))
                elif suffixes is None or name[name.rfind(".") :] in suffixes or name in names:
                    self._add_file(entry, base + name, name, rules)
            except FileNotFoundError:
                continue  # it went away while the folder was being read
            except OSError as error:
                self.troubles.append(Trouble(printable(base + name), f"cannot be examined: {reason(error)}"))

    def _enters(self, path: str, name: str, rules: _RuleStack) -> _RuleStack | None:
        """The rules for what is in this folder; None when the walk does not go there."""
        if self.exclude is not None and self.exclude.covers_folder(path):
            return None
        if not (path.isascii() or self._named(path)):
            return None
        if rules and _ignored(rules, path, name, True):
            # Git goes on looking at what it tracks in a folder that it ignores.
            return (_EVERYTHING,) if self._tracked(path, True) else None
        return rules

    def _tracked(self, path: str, is_dir: bool) -> bool:
        """Whether git tracks the file, or anything in the folder, so that ignoring it has no effect."""
        if self.repository is None:
            return False
        if self.index is None:
            self.index = Index(self.repository)
            self.consulted.add(self.index.path)
        return self.index.tracks_in(self.within + path) if is_dir else self.index.tracks(self.within + path)

    def _add_file(self, entry: os.DirEntry[str], path: str, name: str, rules: _RuleStack) -> None:
        """List a wanted file unless it is left out; links are kept for later."""
        if self.exclude is not None and self.exclude.match(path):
            return
        if rules and _ignored(rules, path, name, False) and not self._tracked(path, False):
            return
        if not (path.isascii() or self._named(path)):
            return
        if entry.is_symlink():
            self.links.append(path)
        elif entry.is_file(follow_symlinks=False):
            info = entry.stat(follow_symlinks=False)
            self.files[path] = (info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino)

    def _named(self, path: str) -> bool:
        """Whether the name is valid UTF-8; a trouble where it is not."""
        try:
            path.encode()
        except UnicodeEncodeError:
            self.troubles.append(Trouble(printable(path), "its name is not valid UTF-8, so it is skipped"))
            return False
        return True

    def _rules_in(self, base: str) -> _RuleStack:
        file = f"{self.root}/{base}.gitignore"
        self.consulted.add(file)
        try:
            ignore = _read_ignore(file)
        except OSError as error:
            self.troubles.append(Trouble(base + ".gitignore", f"cannot be read: {reason(error)}"))
            return ()
        return () if ignore is None else (_Rules(ignore, len(base), ""),)

    def _outer_rules(self, repository: Repository) -> _RuleStack:
        """What applies from outside the root: the .gitignore files above it, and info/exclude."""
        parts = self.within.split("/")[:-1]
        rules: list[_Rules] = []
        for depth in reversed(range(len(parts))):
            self._add_outer(rules, "/".join([repository.root, *parts[:depth], ".gitignore"]), parts[depth:])
        self._add_outer(rules, os.path.join(repository.common_dir, "info", "exclude"), parts)
        return tuple(rules)

    def _add_outer(self, rules: list[_Rules], file: str, below: list[str]) -> None:
        self.consulted.add(file)
        try:
            ignore = _read_ignore(file)
        except OSError:
            return
        if ignore is not None:
            rules.append(_Rules(ignore, 0, "".join(part + "/" for part in below)))

    def _resolve_links(self) -> None:
        """List links to files inside the root that are not listed at their own place."""
        real_root = os.path.realpath(self.root)
        seen: set[str] = set()
        for path in sorted(self.links):
            try:
                real = os.path.realpath(f"{self.root}/{path}", strict=True)
                info = os.stat(real)
            except OSError as error:
                self.led[path] = None
                self.troubles.append(Trouble(path, f"it is a link that leads nowhere: {reason(error)}"))
                continue
            self.led[path] = real
            if not inside(real_root, real) or not os.path.isfile(real) or real in seen:
                continue
            seen.add(real)
            if os.path.relpath(real, real_root).replace(os.sep, "/") not in self.files:
                self.files[path] = stat_key(info)


def _outermost(folders: Iterable[str]) -> list[str]:
    """The folders without those that lie in another one."""
    result: list[str] = []
    for folder in sorted({folder.strip("/") for folder in folders}, key=lambda path: path.split("/")):
        if not result or (result[-1] and folder != result[-1] and not folder.startswith(result[-1] + "/")):
            result.append(folder)
    return result


def _ignored(rules: _RuleStack, path: str, name: str, is_dir: bool) -> bool:
    """Whether git ignores the path; the innermost file that speaks of it decides."""
    for ignore, cut, prefix in rules:
        verdict = ignore.verdict(prefix + path if prefix else path[cut:], name, is_dir)
        if verdict is not None:
            return verdict
    return False


def _everything(rules: _RuleStack) -> bool:
    """Whether the walk is in an ignored folder, where no ignore file can take anything back."""
    return bool(rules) and rules[0] is _EVERYTHING


def _within(root: str, repository: Repository) -> str:
    """The root's own path in the work tree, with a "/" at its end; empty where it is the work tree."""
    path = os.path.relpath(os.path.abspath(root), repository.root).replace(os.sep, "/")
    return "" if path == "." else path + "/"


def _places_of_git(root: str, repository: Repository | None) -> Iterable[str]:
    """Where a repository was looked for."""
    folder = os.path.abspath(root)
    yield os.path.join(folder, ".git")
    while folder != os.path.dirname(folder) and (repository is None or folder != repository.root):
        folder = os.path.dirname(folder)
        yield os.path.join(folder, ".git")


def _read_ignore(file: str) -> Ignore | None:
    """The rules of an ignore file; None when it says nothing, or is a link, which git does not follow."""
    if os.path.islink(file) or not os.path.isfile(file):
        return None
    with open(file, encoding="utf-8", errors="surrogateescape", newline="") as stream:
        ignore = _parsed(stream.read(1_000_000))
    return ignore or None


@lru_cache(maxsize=256)
def _parsed(text: str) -> Ignore:
    """Folders are listed one by one under the same rules; parsing these takes longer than listing."""
    return Ignore(text)
