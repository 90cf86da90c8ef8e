"""From a module specifier in a TypeScript file to the file it means."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.project.jsonc import as_object
from fourlayer.project.packages import MANIFEST, WORKSPACE_FILE, Packages, exported, imported, within
from fourlayer.project.tree import FileTree, join, parent
from fourlayer.project.tsconfig import PathPattern, TsConfig, TsConfigs, match_paths, split_package

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

ResolutionKind = Literal["file", "external", "unresolved"]
SpecifierStyle = Literal["js", "extensionless", "ts"]


class Resolution(NamedTuple):
    """What a specifier means.

    "file": `path` is a source or JSON file of the workspace. "external": a package, a builtin of Node, a
    URL, or an asset that is no module (`./logo.svg?raw`). "unresolved": nothing is there. `package` is
    the bare package name of a bare specifier ("zod", "@valueos/integrations"; builtins as "node:fs"),
    None for relative ones and aliases. `tried` are the workspace paths whose creation would change the
    answer.
    """

    path: str | None
    kind: ResolutionKind
    package: str | None
    tried: tuple[str, ...]


class _Probe(NamedTuple):
    """The file behind a path that may lack its extension, and what was looked for before it."""

    found: str | None
    tried: tuple[str, ...]


class _Known(NamedTuple):
    """What a resolver has found out so far."""

    packages: Packages
    configs: TsConfigs
    answers: dict[tuple[str, str], Resolution]
    probes: dict[str, _Probe]


# What TypeScript tries for a specifier's extension, in its order; the extension itself comes where
# JavaScript would be loaded.
_REPLACED = {
    ".js": (".ts", ".tsx", ".d.ts", ".js", ".jsx"),
    ".jsx": (".tsx", ".ts", ".d.ts", ".jsx", ".js"),
    ".mjs": (".mts", ".d.mts", ".mjs"),
    ".cjs": (".cts", ".d.cts", ".cjs"),
    ".json": (".json", ".d.json.ts"),
    ".ts": (".ts", ".tsx", ".d.ts", ".js", ".jsx"),
    ".tsx": (".tsx", ".ts", ".d.ts", ".jsx", ".js"),
    ".mts": (".mts", ".d.mts", ".mjs"),
    ".cts": (".cts", ".d.cts", ".cjs"),
}
_DECLARATIONS = {".d.ts": _REPLACED[".ts"], ".d.mts": _REPLACED[".mts"], ".d.cts": _REPLACED[".cts"]}
_ADDED = (".ts", ".tsx", ".d.ts", ".js", ".jsx")
_INDEX = tuple(f"index{extension}" for extension in _ADDED)
_MODULES = frozenset({".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json"})
_OUTPUT = frozenset({"dist", "lib", "build", "out", "output", "esm", "cjs", "es", "types"})
# fmt: off
_BUILTINS = frozenset(
    {
        "assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants",
        "crypto", "dgram", "diagnostics_channel", "dns", "domain", "events", "fs", "http", "http2",
        "https", "inspector", "module", "net", "os", "path", "perf_hooks", "process", "punycode",
        "querystring", "readline", "repl", "stream", "string_decoder", "sys", "timers", "tls",
        "trace_events", "tty", "url", "util", "v8", "vm", "wasi", "worker_threads", "zlib",
    }
)
# fmt: on
_DEPENDENCIES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_STYLE_EXTENSIONS = (
    (".d.ts", ".js", ".d.ts"),
    (".d.mts", ".mjs", ".d.mts"),
    (".d.cts", ".cjs", ".d.cts"),
    (".tsx", ".js", ".tsx"),
    (".mts", ".mjs", ".mts"),
    (".cts", ".cjs", ".cts"),
    (".ts", ".js", ".ts"),
    (".jsx", ".jsx", ".jsx"),
    (".js", ".js", ".js"),
)


@cache
def _scheme() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class Resolver:
    """Answers for one immutable state of the workspace; every answer is remembered."""

    __slots__ = ("_answers", "_configs", "_packages", "_probes", "_tree")

    def __init__(self, tree: FileTree, known: _Known | None = None) -> None:
        """`known` is what holds over from another state of the workspace; `derive` gives it."""
        if known is None:
            packages = Packages(tree)
            known = _Known(packages, TsConfigs(tree, packages), {}, {})
        self._tree = tree
        self._packages = known.packages
        self._configs = known.configs
        self._answers = known.answers
        self._probes = known.probes

    def derive(self, tree: FileTree, changed: Collection[str]) -> Resolver:
        """A resolver for `tree`, which differs from this one's in the `changed` paths only.

        What the change cannot affect is kept: everything when only the content of source files
        changed, nothing when a manifest or a configuration did.
        """
        json_changed = [path for path in changed if path.endswith((".json", ".yaml"))]
        if json_changed and (
            any(map(_is_configuration, json_changed)) or not self._configs.sources().isdisjoint(json_changed)
        ):
            return Resolver(tree)
        # A JSON file may become part of a chain of `extends` that nobody has read yet.
        packages = self._packages.with_tree(tree, share=not json_changed)
        configs = self._configs.with_tree(tree, packages, share=not json_changed)
        answers, probes = self._answers, self._probes
        moved = {path for path in changed if tree.is_file(path) != self._tree.is_file(path)}
        if moved:
            answers = {
                key: answer
                for key, answer in answers.items()
                if answer.path not in moved and moved.isdisjoint(answer.tried)
            }
            probes = {
                path: probe
                for path, probe in probes.items()
                if probe.found not in moved and moved.isdisjoint(probe.tried)
            }
        return Resolver(tree, _Known(packages, configs, answers, probes))

    def resolve(self, specifier: str, importer: str) -> Resolution:
        """What `specifier` means in the file `importer`."""
        directory = importer.rpartition("/")[0]
        key = directory, specifier
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = self._resolve(specifier, directory, depth=0)
        return answer

    def package_of(self, path: str) -> str | None:
        """The nearest directory above a file that has a package.json; None when none has."""
        return self._packages.directory_of(parent(path))

    def source_of(self, path: str) -> str | None:
        """The file behind a path that may be built of it (`dist/server.js`); None where there is none."""
        directory = self._packages.directory_of(parent(path)) or ""
        target = path[len(directory) + 1 :] if directory else path
        entry = (f"{target}/index",) if target.rpartition("/")[2] in _OUTPUT else ()
        return self._targets(directory, (target, *entry)).found

    def package_name(self, directory: str) -> str | None:
        """The name that the package.json in exactly this directory gives; None without one."""
        manifest = self._packages.manifest(directory)
        return None if manifest is None else manifest.name

    def workspace_packages(self) -> Mapping[str, str]:
        """Package name to directory for every member of the workspace, the root included."""
        return self._packages.named()

    def compiler_options(self, path: str) -> dict[str, object]:
        """The compiler options in force for a file, `extends` applied; empty without a tsconfig.

        Values are as written, of any JSON type; `baseUrl` is a workspace path.
        """
        config = self._configs.nearest(parent(path))
        return {} if config is None else dict(config.options)

    def tsconfig(self, directory: str) -> TsConfig | None:
        """The tsconfig in force for the files of a directory; None when there is none."""
        return self._configs.nearest(directory)

    def config_of(self, path: str) -> str | None:
        """The tsconfig in force for a file; None when there is none."""
        config = self._configs.nearest(parent(path))
        return None if config is None else config.path

    def missing_configs(self, path: str) -> tuple[str, ...]:
        """The files that the `extends` of a file's tsconfig name in vain."""
        config = self._configs.nearest(parent(path))
        return () if config is None else config.missing

    def specifier_for(self, target: str, importer: str, style: SpecifierStyle = "js") -> str:
        """The relative specifier by which `importer` names `target`, in the given style.

        "js": `./a.js` for a.ts (`.mjs`, `.cjs` likewise). "ts": `./a.ts`. "extensionless": `./a`, and
        `./dir` for its index file. Files that are no scripts keep their name in every style.
        """
        return relative_specifier(target, importer, style)

    def _resolve(self, specifier: str, directory: str, *, depth: int) -> Resolution:
        if not specifier or "\0" in specifier or len(specifier) > 4096:
            return Resolution(None, "unresolved", None, ())
        if specifier[0] == ".":
            if specifier in {".", ".."} or specifier.startswith(("./", "../")):
                return self._relative(specifier, directory)
        elif specifier[0] == "/":
            return Resolution(None, "external", None, ())
        scheme = _scheme().match(specifier)
        if scheme:
            builtin = specifier if scheme[0] == "node:" else None
            return Resolution(None, "external", builtin, ())
        return self._bare(specifier, directory, depth)

    def _relative(self, specifier: str, directory: str) -> Resolution:
        plain, query = _without_query(specifier)
        path = join(directory, plain)
        if path is None:
            return Resolution(None, "unresolved", None, ())
        if plain.endswith(("/", "/.", "/..")) or plain in {".", ".."}:
            probe = self._directory(path)
        else:
            probe = self._probe(path)
        return _answer(probe, None, is_asset=query)

    def _bare(self, specifier: str, directory: str, depth: int) -> Resolution:
        plain, query = _without_query(specifier)
        tried: list[str] = []
        config = self._configs.nearest(directory)
        aliased = match_paths(config.paths, plain) if config is not None and config.paths else None
        if aliased is not None:
            probe = self._first(_alias_targets(*aliased))
            tried.extend(probe.tried)
            if probe.found is not None:
                return _answer(probe, None, is_asset=query)
        if plain[0] == "#":
            return self._internal(plain, directory, tried, depth)
        name, subpath = split_package(plain)
        if name is not None and name in _BUILTINS:
            return Resolution(None, "external", f"node:{plain}", tuple(tried))
        if config is not None and config.base_url is not None:
            probe = self._first((join(config.base_url, plain),))
            tried.extend(probe.tried)
            if probe.found is not None:
                return _answer(probe._replace(tried=tuple(tried)), None, is_asset=query)
        if name is None:
            return Resolution(None, "unresolved", None, tuple(tried))
        member = self._packages.named().get(name)
        if member is not None:
            answer = self._in_package(name, member, subpath)
            return answer._replace(tried=(*tried, *answer.tried)) if tried else answer
        # An alias without a target is a slip, unless it also names a package that is installed.
        is_alias = aliased is not None and bool(aliased[0].prefix) and not self._depends(directory, name)
        return Resolution(
            None, "unresolved" if is_alias else "external", None if is_alias else name, tuple(tried)
        )

    def _depends(self, directory: str, name: str) -> bool:
        """Whether the file's package or the root's lists a package."""
        for where in {self._packages.directory_of(directory), ""}:
            manifest = None if where is None else self._packages.manifest(where)
            if manifest and any(name in as_object(manifest.content.get(field)) for field in _DEPENDENCIES):
                return True
        return False

    def _internal(self, specifier: str, directory: str, tried: list[str], depth: int) -> Resolution:
        """A "#name" through `imports` of the nearest package.json."""
        home = self._packages.directory_of(directory)
        manifest = None if home is None else self._packages.manifest(home)
        targets = imported(manifest.content, specifier) if manifest is not None else ()
        for target in targets:
            if home is not None and target.startswith("./"):
                probe = self._targets(home, (target,))
                tried.extend(probe.tried)
                if probe.found is not None:
                    return _answer(probe._replace(tried=tuple(tried)), None)
            elif target and target[0] not in "#./" and depth < 4:
                return self._resolve(target, home or "", depth=depth + 1)
        return Resolution(None, "unresolved", None, tuple(dict.fromkeys(tried)))

    def _in_package(self, name: str, directory: str, subpath: str) -> Resolution:
        """A workspace package, or a subpath of it."""
        manifest = self._packages.manifest(directory)
        reach = exported({} if manifest is None else manifest.content, subpath)
        targets = reach.targets
        if not reach.declared and subpath == ".":
            targets = (*targets, "./index", "./src/index")
        probe = self._targets(directory, targets)
        return _answer(probe, name)

    def _targets(self, directory: str, targets: Sequence[str]) -> _Probe:
        """The first target of a package that exists; then the sources that built outputs come from."""
        direct = [path for target in targets if (path := within(directory, target)) is not None]
        sources = [source for path in direct for source in self._sources_of(directory, path)]
        return self._first((*direct, *sources))

    def _sources_of(self, directory: str, path: str) -> list[str]:
        """Where the source of a built file of a package may be: by tsconfig's outDir, else by custom."""
        found: list[str] = []
        config = self._configs.nearest(directory)
        if config is not None:
            found.extend(_by_out_dir(config, path))
        rest = path[len(directory) :].lstrip("/").split("/")
        stripped = 0
        while stripped < len(rest) - 1 and rest[stripped] in _OUTPUT:
            stripped += 1
        if stripped:
            base = f"{directory}/" if directory else ""
            inner = "/".join(rest[stripped:])
            found.extend((f"{base}src/{inner}", f"{base}{inner}"))
        return found

    def _first(self, paths: Iterable[str | None]) -> _Probe:
        """The first of several paths behind which there is a file."""
        tried: dict[str, None] = {}
        for path in paths:
            if path is None:
                continue
            probe = self._probe(path)
            tried.update(dict.fromkeys(probe.tried))
            if probe.found is not None:
                return _Probe(probe.found, tuple(tried))
        return _Probe(None, tuple(tried))

    def _probe(self, path: str) -> _Probe:
        probe = self._probes.get(path)
        if probe is None:
            probe = self._probes[path] = self._look(path)
        return probe

    def _look(self, path: str) -> _Probe:
        """TypeScript's order: extension replaced, extension added, the exact file, the directory's index."""
        is_file = self._tree.is_file
        tried: list[str] = []
        for candidate in _candidates(path):
            if is_file(candidate):
                return _Probe(candidate, tuple(tried))
            tried.append(candidate)
        inside = self._directory(path)
        return _Probe(inside.found, (*tried, *inside.tried))

    def _directory(self, path: str) -> _Probe:
        """The entry of a directory: its package.json's, else its index file."""
        is_file = self._tree.is_file
        tried: list[str] = []
        manifest = self._packages.manifest(path) if path and self._tree.is_dir(path) else None
        if manifest is not None:
            for field in ("types", "typings", "main"):
                entry = manifest.content.get(field)
                target = within(path, entry) if isinstance(entry, str) else None
                for candidate in _candidates(target) if target and target != path else ():
                    if is_file(candidate):
                        return _Probe(candidate, tuple(tried))
                    tried.append(candidate)
        for name in _INDEX:
            candidate = f"{path}/{name}" if path else name
            if is_file(candidate):
                return _Probe(candidate, tuple(tried))
            tried.append(candidate)
        return _Probe(None, tuple(tried))


def specifier_style(specifiers: Iterable[str]) -> SpecifierStyle | None:
    """The style that most relative specifiers of a file have; None when they don't tell."""
    counts: dict[SpecifierStyle, int] = {}
    for specifier in specifiers:
        if not specifier.startswith("."):
            continue
        extension = _extension(specifier)
        if extension in {".js", ".jsx", ".mjs", ".cjs"}:
            style: SpecifierStyle = "js"
        elif extension in {".ts", ".tsx", ".mts", ".cts"}:
            style = "ts"
        elif extension in {".json", ".css", ".svg"} or specifier.strip("./") == "":
            continue
        else:
            style = "extensionless"
        counts[style] = counts.get(style, 0) + 1
    return max(counts.items(), key=lambda item: item[1])[0] if counts else None


def relative_specifier(target: str, importer: str, style: SpecifierStyle) -> str:
    """See `Resolver.specifier_for`."""
    there = target.split("/")
    here = importer.split("/")[:-1]
    common = 0
    while common < len(here) and common < len(there) - 1 and here[common] == there[common]:
        common += 1
    up = len(here) - common
    path = "../" * up + "/".join(there[common:])
    path = path if up else f"./{path}"
    for extension, script, typescript in _STYLE_EXTENSIONS:
        if path.endswith(extension):
            stem = path[: -len(extension)]
            if style != "extensionless":
                return stem + (script if style == "js" else typescript)
            if extension in {".mts", ".cts", ".d.mts", ".d.cts"}:
                return stem + script
            folder = stem.removesuffix("/index")
            return folder if folder != stem and folder.strip("./") else stem
    return path


def _candidates(path: str) -> list[str]:
    """The files that a module path may mean, in TypeScript's order."""
    for declared, extensions in _DECLARATIONS.items():
        if path.endswith(declared):
            stem = path[: -len(declared)]
            return [stem + extension for extension in extensions]
    extension = _extension(path)
    replaced = _REPLACED.get(extension)
    if replaced is None:
        added = [path + each for each in _ADDED]
        return [*added, path] if extension else added
    stem = path[: -len(extension)]
    return [
        *(stem + each for each in replaced),
        *(() if extension in {".mjs", ".cjs", ".mts", ".cts", ".json"} else (path + ".ts", path + ".tsx")),
    ]


def _extension(path: str) -> str:
    name = path.rpartition("/")[2]
    stem, dot, extension = name.rpartition(".")
    return f".{extension}" if dot and stem else ""


def _is_configuration(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name in {MANIFEST, WORKSPACE_FILE} or name.startswith(("tsconfig", "jsconfig"))


def _answer(probe: _Probe, package: str | None, *, is_asset: bool = False) -> Resolution:
    if probe.found is None:
        return Resolution(None, "unresolved", package, probe.tried)
    if is_asset or _extension(probe.found) not in _MODULES:
        return Resolution(None, "external", package, probe.tried)
    return Resolution(probe.found, "file", package, probe.tried)


def _without_query(specifier: str) -> tuple[str, bool]:
    """The specifier before a bundler's `?query`, and whether it had one."""
    plain, question, _ = specifier.partition("?")
    return (plain or specifier), bool(question and plain)


def _alias_targets(pattern: PathPattern, star: str) -> list[str | None]:
    """The workspace paths that an alias stands for; what `*` matched can't leave the workspace."""
    return [
        join("", target.replace("*", star, 1)) if star else target.replace("*", "")
        for target in pattern.targets
    ]


def _by_out_dir(config: TsConfig, path: str) -> list[str]:
    origin = parent(config.path)
    out_dir, root_dir = config.options.get("outDir"), config.options.get("rootDir")
    out = join(origin, out_dir) if isinstance(out_dir, str) else None
    root = join(origin, root_dir) if isinstance(root_dir, str) else origin
    if not out or root is None or not path.startswith(out + "/"):
        return []
    rest = path[len(out) + 1 :]
    return [f"{root}/{rest}" if root else rest]
