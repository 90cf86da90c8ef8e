"""The packages of a workspace: their manifests, names and the subpaths that they export."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.globs import expand_braces, match_segment, matches, normalised
from fourlayer.project.jsonc import as_list, as_object, parse_object, strings
from fourlayer.project.tree import FileTree, join, parent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MANIFEST = "package.json"
WORKSPACE_FILE = "pnpm-workspace.yaml"
_MAX_DEPTH = 32
_CONDITIONS = (
    frozenset({"types", "import", "node", "default", "module", "module-sync"}),
    frozenset({"types", "require", "node", "default"}),
    frozenset({"source", "development", "browser", "production", "default", "import", "require"}),
)


class Manifest(NamedTuple):
    """A package.json that matters: its directory, its name (None when it has none), its content."""

    directory: str
    name: str | None
    content: Mapping[str, object]


class Exported(NamedTuple):
    """What a subpath of a package leads to.

    `targets` are paths from the package's directory, best first. `declared` is False where the
    package has no `exports`, so that any of its files may be reached.
    """

    targets: tuple[str, ...]
    declared: bool


class Packages:
    """The package.json files of a tree, read on demand."""

    __slots__ = ("_directories", "_manifests", "_named", "_tree")

    def __init__(
        self,
        tree: FileTree,
        manifests: dict[str, Manifest | None] | None = None,
        directories: dict[str, str | None] | None = None,
        named: dict[str, str] | None = None,
    ) -> None:
        """What is known already may be given: manifests and nearest packages by directory, the members."""
        self._tree = tree
        self._manifests = {} if manifests is None else manifests
        self._directories = {} if directories is None else directories
        self._named = named

    def with_tree(self, tree: FileTree, *, share: bool) -> Packages:
        """The same knowledge over a tree in which no manifest is different; shared, or a copy."""
        if share:
            return Packages(tree, self._manifests, self._directories, self._named)
        return Packages(tree, dict(self._manifests), dict(self._directories), self._named)

    def manifest(self, directory: str) -> Manifest | None:
        """The manifest in exactly this directory."""
        if directory not in self._manifests:
            path = f"{directory}/{MANIFEST}" if directory else MANIFEST
            found: Manifest | None = None
            if self._tree.is_file(path):
                content = parse_object(self._tree.read(path))
                name = content.get("name")
                found = Manifest(directory, name if isinstance(name, str) and name else None, content)
            self._manifests[directory] = found
        return self._manifests[directory]

    def directory_of(self, directory: str) -> str | None:
        """The nearest directory with a manifest, from this one upward."""
        passed: list[str] = []
        current: str = directory
        while True:
            if current in self._directories:
                found = self._directories[current]
                break
            passed.append(current)
            if self.manifest(current) is not None:
                found = current
                break
            if not current:
                found = None
                break
            current = parent(current)
        for each in passed:
            self._directories[each] = found
        return found

    def named(self) -> Mapping[str, str]:
        """Package name to directory, for the members of the workspace and its root.

        Without any declaration of members every named package of the tree is one. Where two share a
        name the first directory keeps it.
        """
        if self._named is None:
            named: dict[str, str] = {}
            for directory in self._members():
                manifest = self.manifest(directory)
                if manifest is not None and manifest.name is not None:
                    named.setdefault(manifest.name, directory)
            self._named = named
        return self._named

    def _members(self) -> list[str]:
        patterns = self._patterns()
        if patterns is None:
            return ["", *self._all_directories()]
        wanted = [p for pattern in patterns if not pattern.startswith("!") for p in _globs(pattern)]
        unwanted = [p for pattern in patterns if pattern.startswith("!") for p in _globs(pattern[1:])]
        if any("**" in pattern for pattern in wanted):
            directories = [d for d in self._all_directories() if any(matches(p, d) for p in wanted)]
        else:
            # Only the folders on the way are listed: the whole workspace may be large.
            directories = sorted({d for pattern in wanted for d in self._named_by("", pattern.split("/"))})
        return ["", *(d for d in directories if not any(matches(pattern, d) for pattern in unwanted))]

    def _all_directories(self) -> list[str]:
        """Every directory with a manifest."""
        ending = f"/{MANIFEST}"
        return [
            parent(path)
            for path in self._tree.files()
            if path.endswith(ending) and "node_modules/" not in path
        ]

    def _named_by(self, directory: str, segments: Sequence[str]) -> Iterator[str]:
        """The directories with a manifest that the segments of a glob name."""
        if not segments:
            if directory and self._tree.is_file(f"{directory}/{MANIFEST}"):
                yield directory
            return
        for name in self._tree.children(directory):
            path = f"{directory}/{name}" if directory else name
            if match_segment(segments[0], name) and name != "node_modules" and self._tree.is_dir(path):
                yield from self._named_by(path, segments[1:])

    def _patterns(self) -> Sequence[str] | None:
        """The globs that declare the members; None when nothing declares any."""
        if self._tree.is_file(WORKSPACE_FILE):
            declared = pnpm_packages(self._tree.read(WORKSPACE_FILE) or b"")
            if declared is not None:
                return declared
        root = self.manifest("")
        if root is None or "workspaces" not in root.content:
            return None
        workspaces = root.content["workspaces"]
        return strings(workspaces) or strings(as_object(workspaces).get("packages"))


def _globs(pattern: str) -> list[str]:
    return [normalised(each) for each in expand_braces(pattern)]


def pnpm_packages(content: bytes) -> Sequence[str] | None:
    """The `packages:` list of a pnpm-workspace.yaml, block or flow; None when there is none."""
    lines = content.decode("utf-8-sig", "replace").splitlines()
    for index, line in enumerate(lines):
        key, colon, rest = line.partition(":")
        if colon and key.strip("\"'") == "packages":
            value = _without_comment(rest).strip()
            if value.startswith("["):
                return _flow_list(value, lines[index + 1 :])
            return _block_list(lines[index + 1 :]) if not value else None
    return None


def _block_list(lines: Sequence[str]) -> list[str]:
    items: list[str] = []
    for line in lines:
        stripped = _without_comment(line).strip()
        if not stripped:
            continue
        if not stripped.startswith("-"):
            break
        item = _unquoted(stripped[1:].strip())
        if item:
            items.append(item)
    return items


def _flow_list(first: str, lines: Sequence[str]) -> list[str]:
    text = first
    for line in lines:
        if "]" in text:
            break
        text += " " + _without_comment(line).strip()
    items: list[str] = []
    inside = text[1:].partition("]")[0]
    for item in _split_flow(inside):
        value = _unquoted(item.strip())
        if value:
            items.append(value)
    return items


def _split_flow(text: str) -> list[str]:
    """Items between commas; a comma in quotes or braces is part of its item."""
    items = [""]
    quote = ""
    depth = 0
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "{}":
            depth += 1 if character == "{" else -1
        if character == "," and not quote and depth <= 0:
            items.append("")
        else:
            items[-1] += character
    return items


def _unquoted(text: str) -> str:
    quoted = len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text


def _without_comment(line: str) -> str:
    """A "#" starts a comment at the line's start or after a space, outside of quotes."""
    quote = ""
    for index, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "#" and (index == 0 or line[index - 1] in " \t"):
            return line[:index]
    return line


def exported(content: Mapping[str, object], subpath: str) -> Exported:
    """What a manifest says about a subpath: "." for the package itself, else "./...".

    Without `exports`: for "." the entry fields, for others the path itself.
    """
    exports = content.get("exports")
    if exports is None:
        if subpath != ".":
            return Exported((subpath[2:],), declared=False)
        fields = ("types", "typings", "module", "source", "main")
        entries = (content.get(field) for field in fields)
        return Exported(tuple(entry for entry in entries if isinstance(entry, str) and entry), declared=False)
    table = as_object(exports)
    is_table = any(key.startswith(".") for key in table)
    if not is_table:
        table = {".": exports}
    return Exported(_targets(table, subpath), declared=True)


def imported(content: Mapping[str, object], specifier: str) -> tuple[str, ...]:
    """The targets of a "#internal" specifier: "./..." paths or bare specifiers, best first."""
    return _targets(as_object(content.get("imports")), specifier)


def _targets(table: Mapping[str, object], key: str) -> tuple[str, ...]:
    found = _entry(table, key)
    if found is None:
        return ()
    value, star = found
    targets: dict[str, None] = {}
    for conditions in _CONDITIONS:
        for target in _conditional(value, conditions, 0):
            targets[target.replace("*", star) if star is not None else target] = None
    return tuple(targets)


def _entry(table: Mapping[str, object], key: str) -> tuple[object, str | None] | None:
    """The value for a key, and what its `*` stands for; the longest prefix wins."""
    if key in table and "*" not in key:
        return table[key], None
    best: tuple[int, int, str] | None = None
    for pattern in table:
        prefix, star, suffix = pattern.partition("*")
        if not star and pattern.endswith("/") and pattern not in {"/", "./"}:
            prefix, suffix = pattern, ""
        elif not star:
            continue
        fits = len(key) > len(prefix) + len(suffix) or (
            len(key) == len(prefix) + len(suffix) and bool(suffix)
        )
        if fits and key.startswith(prefix) and key.endswith(suffix):
            rank = len(prefix), len(pattern), pattern
            best = rank if best is None or rank > best else best
    if best is None:
        return None
    pattern = best[2]
    prefix, star, suffix = pattern.partition("*")
    rest = key[len(prefix) : len(key) - len(suffix)] if suffix else key[len(prefix) :]
    value = table[pattern]
    if not star:
        return (f"{value}*" if isinstance(value, str) else value), rest
    return value, rest


def _conditional(value: object, conditions: frozenset[str], depth: int) -> list[str]:
    """The targets of a value under the conditions, in the manifest's order; null blocks what follows."""
    if depth > _MAX_DEPTH:
        return []
    if isinstance(value, str):
        return [value]
    if items := as_list(value):
        return [target for item in items for target in _conditional(item, conditions, depth + 1)]
    targets: list[str] = []
    for condition, branch in as_object(value).items():
        if condition in conditions or condition.startswith("types@"):
            if branch is None:
                break
            targets.extend(_conditional(branch, conditions, depth + 1))
    return targets


def within(directory: str, target: str) -> str | None:
    """A target of a package as a workspace path; None when it leads out of the package."""
    path = join(directory, target)
    if path is None or (directory and path != directory and not path.startswith(directory + "/")):
        return None
    return path
