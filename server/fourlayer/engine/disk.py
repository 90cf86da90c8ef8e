"""The workspace on disk, listed only as far as somebody asks, and remembered as it was found."""

from __future__ import annotations

import os
import stat
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha1
from typing import NamedTuple, Protocol

from fourlayer.files.read import StatKey, read_bytes, stat_key
from fourlayer.files.trouble import Trouble
from fourlayer.files.walk import NEVER, Listing, list_files
from fourlayer.project.tree import add_to_index, index_directories, parent

SUFFIXES = frozenset(
    {".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json", ".sql", ".toml", ".prisma"}
    | {".yaml", ".yml", ".md", ".example", ".sample", ".template", ".dist", ".snap"}
)
"""What may matter: sources, manifests, schemas, documents, samples of environments."""


class PathSet(Protocol):
    """The globs of what is left out."""

    def match(self, path: str) -> bool:
        """Whether the file at this path is meant."""
        ...

    def covers_folder(self, path: str) -> bool:
        """Whether everything in the folder at this path is meant."""
        ...


class Place(NamedTuple):
    """A folder that was listed, whole (`deep`) or alone, and a digest of what was found."""

    folder: str
    deep: bool
    digest: str


class Seal(NamedTuple):
    """What a listing rests on: while its digest is the same, listing anew would find the same.

    `folders` were listed, with the files found in each (names); `consulted` are files elsewhere (absolute),
    `links` links to files (relative) and where they led.
    """

    folders: list[tuple[str, list[str]]]
    consulted: list[str]
    links: dict[str, str | None]
    digest: str

    def holds(self, root: str) -> bool:
        """Whether nothing of it has changed under the workspace's root. Lists no folder."""
        if any(_led(f"{root}/{path}") != real for path, real in self.links.items()):
            return False
        numbers = array("Q")
        try:
            for folder, names in self.folders:
                base = f"{root}/{folder}" if folder else root
                numbers.extend(stat_key(os.lstat(base)))
                for name in names:
                    numbers.extend(stat_key(os.lstat(f"{base}/{name}")))
            for path in self.consulted:
                numbers.extend(_consulted_key(path))
        except (OSError, ValueError, OverflowError):
            return False
        return _digest_of(numbers) == self.digest


class _Partial:
    """Makes one walk list some places only, and notes the folders that it sees beside them."""

    def __init__(self, shallow: Iterable[str], deep: Iterable[str], exclude: PathSet) -> None:
        self._deep = tuple(deep)
        self._exclude = exclude
        places = (*shallow, *self._deep)
        self._entered = {path for place in places for path in (place, *_above(place))}
        self.folders: dict[str, set[str]] = {}

    def match(self, path: str) -> bool:
        return self._exclude.match(path)

    def covers_folder(self, path: str) -> bool:
        if self._exclude.covers_folder(path):
            return True
        above, _, name = path.rpartition("/")
        self.folders.setdefault(above, set()).add(name)
        return path not in self._entered and not any(_under(path, place) for place in self._deep)


class DiskState:
    """The files of a workspace as they stood when they were first asked for.

    Listing is by folder until `files` needs everything. Immutable to its readers.
    """

    def __init__(self, root: str, exclude: PathSet, *, respect_gitignore: bool = True) -> None:
        self.root = root
        self._exclude = exclude
        self._gitignore = respect_gitignore
        self._files: dict[str, StatKey] = {}
        self._folders: dict[str, set[str]] = {}
        self._subfolders: dict[str, set[str]] = {}
        self._shallow: set[str] = set()
        self._deep: list[str] = []
        self._visited: dict[str, StatKey] = {}
        self._consulted: set[str] = set()
        self._links: dict[str, str | None] = {}
        self.troubles: dict[str, str] = {}
        """What could not be listed, by path."""
        self.left_out: frozenset[str] = frozenset()
        """Files that exist although the workspace leaves them out, as far as somebody asked."""

    # Questions

    def stat(self, path: str) -> StatKey | None:
        """The status of a file of the workspace; None for anything else."""
        found = self._files.get(path)
        if found is not None or not path:
            return found
        if not self._known(folder := parent(path)):
            self._list_one(folder)
        return self._files.get(path)

    def read(self, path: str) -> bytes | str:
        """The content of a file, or why it cannot be read."""
        result = read_bytes(self.root, path)
        return result.message if isinstance(result, Trouble) else result

    def children(self, folder: str) -> Collection[str]:
        """The names in a folder; where it was listed alone, folders without workspace files too."""
        if not self._known(folder):
            self._list_one(folder)
        return self._folders.get(folder, ())

    def is_dir(self, path: str) -> bool:
        """Whether the folder exists; the root always does."""
        if not path or path in self._folders:
            return True
        above = parent(path)
        return path.rpartition("/")[2] in self.children(above) and path not in self._files

    def files(self) -> Mapping[str, StatKey]:
        """Every file of the workspace, by path."""
        self.walk("")
        return self._files

    def walk(self, folder: str) -> None:
        """List a folder with everything below it, unless that was done."""
        if any(_under(folder, other) for other in self._deep):
            return
        if folder and not self.is_dir(folder):
            self._deep.append(folder)
        else:
            self._list_all(folder)

    def places(self) -> tuple[Place, ...]:
        """What was listed, outermost places only, for a later look whether it is still the same."""
        deep = [one for one in self._deep if not any(one != two and _under(one, two) for two in self._deep)]
        alone = [one for one in self._shallow if not any(_under(one, two) for two in deep)]
        return tuple(
            [Place(one, True, _digest(self._below(one))) for one in sorted(deep)]
            + [Place(one, False, _digest(self._in(one))) for one in sorted(alone)]
        )

    def seal(self, time: int) -> Seal | None:
        """What the listing rests on; None where a later look at it could not tell a change.

        That is where a folder was modified at or after a time in nanoseconds.
        """
        if any(max(status[1:3]) >= time for status in self._visited.values()):
            return None
        names: dict[str, list[str]] = {folder: [] for folder in self._visited}
        for path in self._files:
            if path not in self._links:
                folder, _, name = path.rpartition("/")
                names[folder].append(name)
        consulted = sorted({*self._consulted, *(real for real in self._links.values() if real is not None)})
        numbers = array("Q")
        try:
            for folder, files in names.items():
                numbers.extend(self._visited[folder])
                for name in files:
                    numbers.extend(self._files[f"{folder}/{name}" if folder else name])
            for path in consulted:
                numbers.extend(_consulted_key(path, time))
        except (OSError, OverflowError):
            return None
        return Seal(list(names.items()), consulted, self._links, _digest_of(numbers))

    def modified_since(self, time: int) -> list[str]:
        """The listed files that were modified at or after a time in nanoseconds."""
        return [path for path, status in self._files.items() if status[1] >= time or status[2] >= time]

    # Changes

    def changed(self, changes: Mapping[str, StatKey | None]) -> DiskState:
        """The same with some files added or changed (their new status) or gone (None)."""
        files = dict(self._files)
        for path, status in changes.items():
            if status is not None:
                files[path] = status
            else:
                files.pop(path, None)
        moved = any((path in files) != (path in self._files) for path in changes)
        return self._with_files(files, moved=moved)

    def restat(self, paths: Iterable[str]) -> dict[str, StatKey | None] | None:
        """What became of some files; None where only listing anew tells (a new file, or no file at all)."""
        found: dict[str, StatKey | None] = {}
        for path in paths:
            known = self._files.get(path)
            try:
                info = os.lstat(f"{self.root}/{path}")
            except (OSError, ValueError):
                if known is not None:
                    found[path] = None
                continue
            if known is not None and stat.S_ISREG(info.st_mode):
                found[path] = (info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino)
            elif path not in self.left_out and (_may_matter(path) or stat.S_ISDIR(info.st_mode)):
                return None
        return found

    def refreshed(self, asked: Iterable[str] = ()) -> tuple[DiskState, dict[str, StatKey | None]]:
        """A state listed anew as far as this one was, and how its files differ.

        Which of the files `asked` about exist and are left out is remembered.
        """
        new = DiskState(self.root, self._exclude, respect_gitignore=self._gitignore)
        for place in self._deep:
            new.walk(place)
        for folder in self._shallow:
            if not new._known(folder):
                new._list_one(folder)
        new.left_out = frozenset(
            path
            for path in (*asked, *self.left_out)
            if new.stat(path) is None and not _is_ignore_file(path) and os.path.lexists(f"{self.root}/{path}")
        )
        changes: dict[str, StatKey | None] = {path: None for path in self._files if path not in new._files}
        changes.update((path, key) for path, key in new._files.items() if self._files.get(path) != key)
        return new, changes

    def is_left_out(self, path: str) -> bool:
        """Whether a file is known to exist and to be left out, or would be by the globs."""
        return path in self.left_out or self._exclude.match(path)

    def _with_files(self, files: dict[str, StatKey], *, moved: bool) -> DiskState:
        new = DiskState(self.root, self._exclude, respect_gitignore=self._gitignore)
        new._files, new._folders = files, self._folders
        new._shallow, new._deep, new._subfolders = self._shallow, self._deep, self._subfolders
        new.troubles, new.left_out = self.troubles, self.left_out
        if moved:
            new._folders = index_directories(files)
            for folder, names in self._subfolders.items():
                new._folders.setdefault(folder, set()).update(names)
        return new

    # Listing

    def _known(self, folder: str) -> bool:
        """Whether everything directly in the folder is known."""
        return folder in self._shallow or any(_under(folder, place) for place in self._deep)

    def _list_all(self, folder: str) -> None:
        listing = list_files(
            self.root,
            exclude=self._exclude,
            respect_gitignore=self._gitignore,
            suffixes=SUFFIXES,
            folders=(folder,),
        )
        self._deep.append(folder)
        self._enter(listing)

    def _list_one(self, folder: str) -> None:
        """List a folder alone; one that the workspace leaves out counts as empty."""
        self._shallow.add(folder)
        name = folder.rpartition("/")[2]
        if folder and (name in NEVER or name not in self.children(parent(folder))):
            return
        self._list([folder], [], (folder,))

    def relist(self, places: Iterable[Place]) -> tuple[Place, ...]:
        """List the same places as another state did, in one walk, and tell what is there now."""
        places = tuple(places)
        shallow = [place.folder for place in places if not place.deep]
        deep = [place.folder for place in places if place.deep]
        self._shallow.update(shallow)
        self._deep.extend(deep)
        self._list(shallow, deep, [place.folder for place in places])
        return self.places()

    def _list(self, shallow: Sequence[str], deep: Sequence[str], start: Iterable[str]) -> None:
        partial = _Partial(shallow, deep, self._exclude)
        listing = list_files(
            self.root,
            exclude=partial,
            respect_gitignore=self._gitignore,
            suffixes=SUFFIXES,
            folders=start,
        )
        self._enter(listing)
        for folder in shallow:
            names = partial.folders.get(folder, set())
            self._subfolders[folder] = names
            self._folders.setdefault(folder, set()).update(names)

    def _enter(self, listing: Listing) -> None:
        for path, status in listing.files.items():
            if self._files.setdefault(path, status) is status:
                add_to_index(self._folders, path)
        for trouble in listing.troubles:
            self.troubles.setdefault(trouble.path, trouble.message)
        for folder, status in listing.places.folders.items():
            self._visited.setdefault(folder, status)
        self._consulted |= listing.places.consulted
        self._links.update(listing.places.links)

    def _below(self, folder: str) -> Iterable[tuple[str, StatKey]]:
        return ((path, status) for path, status in self._files.items() if _under(path, folder))

    def _in(self, folder: str) -> Iterable[tuple[str, StatKey | None]]:
        for name in self._folders.get(folder, ()):
            path = f"{folder}/{name}" if folder else name
            yield path, self._files.get(path)


def _led(link: str) -> str | None:
    """Where a link leads; None: nowhere."""
    try:
        return os.path.realpath(link, strict=True)
    except OSError:
        return None


def _consulted_key(path: str, time: int | None = None) -> Sequence[int]:
    """The state of a file that decided about others; raises `OSError` where it changed at or after a time."""
    try:
        info = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return (0,)
    if stat.S_ISDIR(info.st_mode):
        return (1,)
    key = stat_key(info)
    if time is not None and max(key[1:3]) >= time:
        raise OSError(f"{path} was changed just now")
    return key


def _digest_of(numbers: array[int]) -> str:
    return sha1(numbers.tobytes(), usedforsecurity=False).hexdigest()


def _digest(entries: Iterable[tuple[str, StatKey | None]]) -> str:
    digest = sha1(usedforsecurity=False)
    digest.update(
        "\n".join(f"{path}\0{status}" for path, status in sorted(entries, key=_path)).encode(
            "utf-8", "replace"
        )
    )
    return digest.hexdigest()


def _path(entry: tuple[str, StatKey | None]) -> str:
    return entry[0]


def _above(folder: str) -> Iterable[str]:
    """The folders above a folder, the root included."""
    while folder:
        folder = parent(folder)
        yield folder


def _may_matter(path: str) -> bool:
    return path[path.rfind(".") :] in SUFFIXES or _is_ignore_file(path)


def _is_ignore_file(path: str) -> bool:
    return path.endswith(".gitignore")


def _under(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(folder + "/")
