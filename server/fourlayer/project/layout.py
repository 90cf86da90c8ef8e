"""Which folders and files are what: providers, layers, tests, shared code, scopes."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.tree import FileTree, parent
from fourlayer.syntax.glob import expand_braces, globs, translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CODE_SUFFIXES = (".ts", ".tsx", ".mts", ".cts")
DECLARATION_SUFFIXES = (".d.ts", ".d.mts", ".d.cts")
TEST_LAYER = "test"


class Scope(NamedTuple):
    """Code outside the providers that some categories of rules judge too."""

    paths: tuple[str, ...]
    layer: str
    categories: tuple[str, ...]


class LayerRule(NamedTuple):
    """One layer: globs relative to the provider's folder, and the layers it may import."""

    files: tuple[str, ...]
    may_import: tuple[str, ...]


class Conventions(NamedTuple):
    """Names and places; `{Provider}` `{provider}` `{PROVIDER}` stand for HubSpot, hubspot, HUBSPOT."""

    required_files: tuple[str, ...] = ()
    base_class: str = "EnterpriseAdapter"


class Layout(NamedTuple):
    """The places of a workspace as plain values; globs are relative to the root."""

    integrations: tuple[str, ...] = ("packages/integrations/*",)
    shared: tuple[str, ...] = ("base",)
    tests: tuple[str, ...] = ("**/__tests__/**", "**/*.test.{ts,tsx,mts,cts}", "**/*.spec.{ts,tsx,mts,cts}")
    package: str = "@valueos/integrations"
    allowed_consumers: tuple[str, ...] = ()
    composition_roots: tuple[str, ...] = ()
    schema: tuple[str, ...] = ("**/migrations/**/*.sql", "**/database.types.ts", "**/schema.prisma")
    scopes: tuple[Scope, ...] = ()
    layers: Mapping[str, LayerRule] = {}
    conventions: Conventions = Conventions()
    symbols: Mapping[str, tuple[str, ...]] = {}
    """What is looked for by name: the keys of `[symbols]` with `_`, patterns for `names_match`."""
    validation: str = "zod"
    """The package whose schemas validate what comes from outside."""


class Provider(NamedTuple):
    """One integration.

    `name` is the folder's name (its whole path where two roots hold a folder of that name), `path` the
    folder. `files` are all its code files, tests and declarations included, sorted. `adapter` is the
    `<X>Adapter.ts` that belongs to the folder, `entry` its `index.ts`; None when absent. `pascal` is the
    name in code (`HubSpot`): the adapter's, else derived from the folder.
    """

    name: str
    path: str
    files: tuple[str, ...]
    adapter: str | None
    pascal: str
    entry: str | None

    @property
    def folder(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def root(self) -> str:
        """The folder that holds this provider and its siblings, shared code included."""
        return parent(self.path)

    @property
    def env_prefix(self) -> str:
        """The provider's name in environment variables: `google-drive` -> `GOOGLE_DRIVE`."""
        return env_prefix(self.folder)


def is_code(path: str) -> bool:
    """Whether the file is TypeScript, declarations included."""
    return path.endswith(CODE_SUFFIXES)


def is_declaration(path: str) -> bool:
    """Whether the file only declares (`.d.ts`): it is read, never judged."""
    return path.endswith(DECLARATION_SUFFIXES)


def is_test(layout: Layout, path: str) -> bool:
    """Whether the path is a test file, or lies in a folder of tests."""
    return globs(layout.tests).match(path)


def scope_of(layout: Layout, path: str) -> Scope | None:
    """The scope that a file belongs to; of several that match, the last."""
    for scope in reversed(layout.scopes):
        if globs(scope.paths).match(path):
            return scope
    return None


def layer_in(layout: Layout, relative: str) -> str | None:
    """The layer of a file given relative to its provider's folder; the first layer that matches owns it."""
    for name, layer in layout.layers.items():
        if globs(layer.files).match(relative):
            return name
    return None


def integration_roots(layout: Layout) -> tuple[str, ...]:
    """The folders without wildcards under which every provider lies, outermost ones only, sorted."""
    return _roots(layout.integrations)


@cache
def _roots(integrations: tuple[str, ...]) -> tuple[str, ...]:
    prefixes: set[str] = set()
    for pattern in integrations:
        for plain in expand_braces(pattern):
            parts: list[str] = []
            for part in _parts(plain):
                if not _is_literal(part):
                    break
                parts.append(part)
            else:
                parts = parts[:-1]
            prefixes.add("/".join(parts))
    return tuple(
        sorted(one for one in prefixes if not any(one != two and _under(one, two) for two in prefixes))
    )


def provider_folders(layout: Layout, tree: FileTree) -> tuple[str, ...]:
    """The folders that the globs of integrations name, hidden, shared and test folders left out; sorted."""
    found: set[str] = set()
    for pattern in layout.integrations:
        found.update(expand_folders(tree, pattern))
    return tuple(sorted(path for path in found if _may_be_provider(layout, path)))


def expand_folders(tree: FileTree, pattern: str) -> Iterable[str]:
    """The folders that a glob names, hidden ones only where they are spelled out."""
    for plain in expand_braces(pattern):
        yield from _expand(tree, "", _parts(plain))


def shared_folders(layout: Layout, tree: FileTree) -> tuple[str, ...]:
    """The folders of shared code beside the providers, sorted."""
    found: set[str] = set()
    for pattern in layout.integrations:
        for plain in expand_braces(pattern):
            *above, _ = _parts(plain) or [""]
            for root in _expand(tree, "", above):
                for name in layout.shared:
                    path = f"{root}/{name}" if root else name
                    if tree.is_dir(path):
                        found.add(path)
    return tuple(sorted(found))


def find_providers(layout: Layout, tree: FileTree) -> tuple[Provider, ...]:
    """Every provider of the workspace, by path: the folders that hold at least one code file."""
    folders = provider_folders(layout, tree)
    names = [path.rpartition("/")[2] for path in folders]
    providers: list[Provider] = []
    for path, name in zip(folders, names, strict=True):
        nested = tuple(other for other in folders if other.startswith(path + "/"))
        files = tuple(
            file
            for file in files_under(tree, path)
            if is_code(file) and not any(_under(file, other) for other in nested)
        )
        if files:
            providers.append(_provider(path if names.count(name) > 1 else name, path, files, layout))
    return tuple(providers)


def files_under(tree: FileTree, folder: str) -> list[str]:
    """Every file below a folder, sorted."""
    found: list[str] = []
    pending = [folder]
    while pending:
        current = pending.pop()
        for name in tree.children(current):
            path = f"{current}/{name}" if current else name
            if tree.is_file(path):
                found.append(path)
            else:
                pending.append(path)
    return sorted(found)


def env_prefix(folder: str) -> str:
    """A folder's name as the start of an environment variable: a valid identifier in upper case."""
    prefix = re.sub(r"[^A-Za-z0-9]+", "_", folder).strip("_").upper()
    return f"_{prefix}" if not prefix or prefix[0].isdigit() else prefix


def derived_pascal(folder: str) -> str:
    """A folder's name as the start of a class name, for a provider that has no adapter yet."""
    words = [word for word in re.split(r"[^A-Za-z0-9]+", folder) if word]
    pascal = "".join(word[0].upper() + word[1:] for word in words)
    return f"_{pascal}" if not pascal or pascal[0].isdigit() else pascal


def _provider(name: str, path: str, files: tuple[str, ...], layout: Layout) -> Provider:
    folder = path.rpartition("/")[2]
    adapter = _adapter(folder, path, files, layout)
    pascal = derived_pascal(folder)
    if adapter is not None:
        pascal = adapter.rpartition("/")[2].rpartition(".")[0].removesuffix("Adapter")
    entry = f"{path}/index.ts"
    return Provider(name, path, files, adapter, pascal, entry if entry in files else None)


def _adapter(folder: str, path: str, files: Iterable[str], layout: Layout) -> str | None:
    """The adapter's file; one directly in the folder wins over one deeper."""
    wanted = _plain(folder) + "adapter"
    best: str | None = None
    for file in files:
        stem, _, _ = file.rpartition("/")[2].rpartition(".")
        if not stem.endswith("Adapter") or _plain(stem) != wanted or is_test(layout, file):
            continue
        if parent(file) == path:
            return file
        best = best or file
    return best


def _plain(name: str) -> str:
    return name.replace("-", "").replace("_", "").replace(".", "").lower()


def _may_be_provider(layout: Layout, path: str) -> bool:
    name = path.rpartition("/")[2]
    if name.startswith(".") or name in layout.shared or name == "node_modules":
        return False
    return not globs(layout.tests).covers(path)


def _expand(tree: FileTree, base: str, parts: list[str]) -> Iterable[str]:
    """The folders below `base` that the parts of a glob name."""
    if not parts:
        yield base
        return
    head, *rest = parts
    if _is_literal(head):
        path = f"{base}/{head}" if base else head
        if tree.is_dir(path):
            yield from _expand(tree, path, rest)
        return
    if head == "**":
        yield from _expand(tree, base, rest)
    for name in tree.children(base):
        path = f"{base}/{name}" if base else name
        if name.startswith(".") or not tree.is_dir(path):
            continue
        if head == "**":
            yield from _expand(tree, path, parts)
        elif _part(head).fullmatch(name):
            yield from _expand(tree, path, rest)


@cache
def _part(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob))


def _parts(pattern: str) -> list[str]:
    return [part for part in pattern.split("/") if part not in {"", "."}]


def _is_literal(part: str) -> bool:
    return not any(char in part for char in "*?[\\")


def _under(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(folder + "/")
