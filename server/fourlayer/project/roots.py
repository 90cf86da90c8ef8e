"""Composition roots: the files that start a process, and with it everything that they load."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from fourlayer.project.jsonc import as_list, as_object, parse_object, strings
from fourlayer.project.layout import expand_folders, integration_roots, is_code, is_declaration
from fourlayer.project.tree import join
from fourlayer.syntax.glob import globs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fourlayer.project.snapshot import Snapshot

_MANIFEST = "package.json"
_ENTRIES = ("index", "main", "server", "app", "worker", "workers", "start", "cli", "bin")
_SUFFIXES = (".ts", ".tsx", ".mts", ".cts")
_SOURCES = ("src", "")
_DEPENDENCIES = ("dependencies", "devDependencies", "peerDependencies")

_RUNNERS = frozenset(
    {
        "babel-node",
        "bun",
        "deno",
        "electron",
        "esbuild",
        "esmo",
        "esno",
        "fastify",
        "jiti",
        "ncc",
        "node",
        "nodemon",
        "pm2",
        "forever",
        "rollup",
        "swc-node",
        "ts-node",
        "ts-node-dev",
        "ts-node-esm",
        "tsnd",
        "tsup",
        "tsx",
        "vite",
        "vite-node",
        "wrangler",
    }
)
"""Programs that run, or bundle in order to run, the files that their command line names."""

_FRAMEWORKS: Mapping[str, tuple[str, ...]] = {
    "next": (
        "{src/,}app/**/*.{ts,tsx}",
        "{src/,}pages/**/*.{ts,tsx}",
        "{src/,}{middleware,instrumentation,proxy}.ts",
    ),
    "@remix-run/node": ("app/{routes,root,entry}*/**/*.{ts,tsx}", "app/{root,entry.*,routes}.{ts,tsx}"),
    "@remix-run/react": ("app/{routes,root,entry}*/**/*.{ts,tsx}", "app/{root,entry.*,routes}.{ts,tsx}"),
    "@react-router/dev": ("app/{routes,root,entry}*/**/*.{ts,tsx}", "app/{root,entry.*,routes}.{ts,tsx}"),
    "@sveltejs/kit": ("src/routes/**/*.ts", "src/hooks*.ts"),
    "astro": ("src/pages/**/*.ts", "src/middleware.ts"),
    "nuxt": ("server/**/*.ts", "plugins/**/*.ts"),
    "@nestjs/core": ("src/main.ts",),
}
"""By dependency, the files below a package that the framework loads by their place."""


def composition_roots(snapshot: Snapshot) -> frozenset[str]:
    """The code files that start a process; as configured, else as manifests and names tell."""
    configured = snapshot.layout.composition_roots
    if configured:
        chosen = globs(configured)
        named = filter(chosen.match, snapshot.files())
        return frozenset(path for path in named if _may_start(snapshot, path))
    found: set[str] = set()
    for directory, process in _packages(snapshot).items():
        found.update(_roots_of(snapshot, directory, process=process))
    return frozenset(path for path in found if _may_start(snapshot, path))


def _may_start(snapshot: Snapshot, path: str) -> bool:
    return is_code(path) and not is_declaration(path) and not snapshot.is_test(path)


def _packages(snapshot: Snapshot) -> Mapping[str, bool]:
    """The folders of packages, and whether each is a process of its own rather than a library."""
    layout = snapshot.layout
    allowed = globs(layout.allowed_consumers)
    folders = {"", *snapshot.resolver.workspace_packages().values()}
    folders |= {
        folder for pattern in layout.allowed_consumers for folder in expand_folders(snapshot, pattern)
    }
    hosts = {snapshot.resolver.package_of(_in(root, "index.ts")) for root in integration_roots(layout)}
    return {
        folder: not _is_library(snapshot, folder) and (folder in hosts or allowed.covers(folder))
        for folder in sorted(folders)
    }


def _is_library(snapshot: Snapshot, directory: str) -> bool:
    """Whether a package is the one that holds the providers, or one of them: it is loaded by others."""
    layout = snapshot.layout
    roots = filter(None, integration_roots(layout))
    if any(directory == root or directory.startswith(root + "/") for root in roots):
        return True
    return bool(layout.package) and snapshot.resolver.package_name(directory) == layout.package


def _roots_of(snapshot: Snapshot, directory: str, *, process: bool) -> Iterator[str]:
    manifest = parse_object(snapshot.read(_in(directory, _MANIFEST)))
    yield from _scripts(snapshot, directory, manifest)
    for target in _leaves(manifest.get("bin")):
        yield from _source(snapshot, directory, target)
    if not _is_library(snapshot, directory):
        yield from _by_framework(snapshot, directory, manifest)
    if process:
        for field in ("main", "module", "exports"):
            for target in _leaves(manifest.get(field)):
                yield from _source(snapshot, directory, target)
        yield from _by_name(snapshot, directory)


def _in(directory: str, name: str) -> str:
    return f"{directory}/{name}" if directory else name


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in (*as_object(value).values(), *as_list(value)):
        yield from _leaves(item)


def _source(snapshot: Snapshot, directory: str, target: str) -> Iterator[str]:
    """The source behind a file that a manifest names, built or not."""
    if "*" in target or "\\" in target:
        return
    path = join(directory, target)
    found = None if path is None else snapshot.resolver.source_of(path)
    if found is not None:
        yield found


# Scripts


def _scripts(snapshot: Snapshot, directory: str, manifest: Mapping[str, object]) -> Iterator[str]:
    for script in as_object(manifest.get("scripts")).values():
        for target in started_by(script) if isinstance(script, str) else ():
            yield from _source(snapshot, directory, target)
    settings = manifest.get("nodemonConfig")
    for target in started_by(f"nodemon {as_object(settings).get('exec', '')}") if settings else ():
        yield from _source(snapshot, directory, target)
    for target in strings(as_object(manifest.get("tsup")).get("entry")):
        yield from _source(snapshot, directory, target)


def started_by(script: str) -> Iterable[str]:
    """The words of a command line that may name a file which a known program runs."""
    folder = ""
    for command in _separators().split(script):
        words = [word.strip("\"'`") for word in command.split()]
        if len(words) == 2 and words[0] == "cd":
            folder = words[1].rstrip("/") + "/"
        at = next((at for at, word in enumerate(words) if word.rpartition("/")[2] in _RUNNERS), None)
        for word in words[at + 1 :] if at is not None else ():
            if _file_word().fullmatch(word):
                yield folder + (word.partition("=")[2] if word.startswith("-") else word)


@cache
def _separators() -> re.Pattern[str]:
    return re.compile(r"&&|\|\||[;&|\n]|\"\s+\"|'\s+'")


@cache
def _file_word() -> re.Pattern[str]:
    return re.compile(r"(?:--?[\w-]+=)?\.{0,2}/?[\w@.][\w@./-]*")


# Names and places


def _by_name(snapshot: Snapshot, directory: str) -> Iterator[str]:
    for source in _SOURCES:
        folder = _in(directory, source) if source else directory
        for name in snapshot.children(folder):
            stem, dot, suffix = name.partition(".")
            if stem in _ENTRIES and dot + suffix in _SUFFIXES:
                yield _in(folder, name)
        bin_folder = _in(folder, "bin")
        for name in snapshot.children(bin_folder):
            yield _in(bin_folder, name)


def _by_framework(snapshot: Snapshot, directory: str, manifest: Mapping[str, object]) -> Iterator[str]:
    known = {name for field in _DEPENDENCIES for name in as_object(manifest.get(field))}
    patterns = tuple(pattern for name in _FRAMEWORKS.keys() & known for pattern in _FRAMEWORKS[name])
    if not patterns or not directory:
        return
    chosen = globs(tuple(sorted(_in(directory, pattern) for pattern in patterns)))
    yield from (path for path in snapshot.files_under(directory) if chosen.match(path))
