"""The tsconfig that governs a directory, with its `extends` chain applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.globs import matches, normalised
from fourlayer.project.jsonc import as_list, as_object, parse_object, strings
from fourlayer.project.packages import Packages, exported, within
from fourlayer.project.tree import FileTree, join, parent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAMES = ("tsconfig.json", "jsconfig.json")
_MAX_CHAIN = 64


class PathPattern(NamedTuple):
    """One entry of `paths`: the pattern around its `*`, and the targets as workspace paths."""

    prefix: str
    suffix: str
    exact: bool
    targets: tuple[str, ...]


class TsConfig(NamedTuple):
    """A configuration with everything that it extends.

    `options` are the compiler options as written, `origins` the files that say so; `base_url` is a
    workspace path. `read` are the files that it came from, `missing` those that it named in vain.
    """

    path: str
    options: Mapping[str, object]
    paths: tuple[PathPattern, ...]
    base_url: str | None
    files: tuple[str, ...] | None
    include: tuple[str, ...] | None
    references: tuple[str, ...]
    read: tuple[str, ...]
    missing: tuple[str, ...]
    origins: Mapping[str, str]


class _Layer(NamedTuple):
    """One file of an `extends` chain."""

    path: str
    content: Mapping[str, object]

    @property
    def directory(self) -> str:
        return parent(self.path)


class TsConfigs:
    """The tsconfig files of a tree, read on demand."""

    __slots__ = ("_configs", "_nearest", "_packages", "_tree")

    def __init__(
        self,
        tree: FileTree,
        packages: Packages,
        configs: dict[str, TsConfig] | None = None,
        nearest: dict[str, TsConfig | None] | None = None,
    ) -> None:
        """What is known already may be given: configurations by path, and by directory."""
        self._tree = tree
        self._packages = packages
        self._configs = {} if configs is None else configs
        self._nearest = {} if nearest is None else nearest

    def with_tree(self, tree: FileTree, packages: Packages, *, share: bool) -> TsConfigs:
        """The same knowledge over a tree in which no configuration read so far is different."""
        if share:
            return TsConfigs(tree, packages, self._configs, self._nearest)
        return TsConfigs(tree, packages, dict(self._configs), dict(self._nearest))

    def sources(self) -> set[str]:
        """Every file that was read or looked for so far as a configuration."""
        return {path for config in self._configs.values() for path in (*config.read, *config.missing)}

    def nearest(self, directory: str) -> TsConfig | None:
        """The configuration for the files of a directory: the nearest upward that has a say in them."""
        if directory not in self._nearest:
            self._nearest[directory] = self._find(directory)
        return self._nearest[directory]

    def _find(self, directory: str) -> TsConfig | None:
        current = directory
        while True:
            for name in _NAMES:
                path = f"{current}/{name}" if current else name
                if self._tree.is_file(path):
                    config = self._relevant(self.load(path), directory)
                    if config is not None:
                        return config
            if not current:
                return None
            current = parent(current)

    def _relevant(self, config: TsConfig, directory: str) -> TsConfig | None:
        """The configuration; for a mere list of projects the one that covers the directory, or None."""
        if not config.references or config.paths or config.files is None or config.files or config.include:
            return config
        referenced = [self.load(path) for path in config.references if self._tree.is_file(path)]
        for candidate in referenced:
            if _covers(candidate, directory):
                return candidate
        return None

    def load(self, path: str) -> TsConfig:
        """A configuration file with its `extends` applied; malformed parts count as absent."""
        found = self._configs.get(path)
        if found is None:
            found = self._configs[path] = self._load(path)
        return found

    def _load(self, path: str) -> TsConfig:
        read: list[str] = []
        missing: list[str] = []
        layers: list[_Layer] = []
        self._collect(path, layers, read, missing, ())
        options: dict[str, object] = {}
        origins: dict[str, str] = {}
        paths: tuple[PathPattern, ...] = ()
        base_url: str | None = None
        declared: tuple[str, Mapping[str, object]] | None = None
        files: tuple[str, ...] | None = None
        include: tuple[str, ...] | None = None
        for layer in layers:
            own = as_object(layer.content.get("compilerOptions"))
            options.update(own)
            origins.update(dict.fromkeys(own, layer.path))
            if isinstance(own.get("baseUrl"), str):
                base_url = join(
                    layer.directory, _templated(str(own["baseUrl"]), parent(path), layer.directory)
                )
            if isinstance(own.get("paths"), dict):
                declared = layer.directory, as_object(own["paths"])
            if isinstance(layer.content.get("files"), list):
                files = strings(layer.content["files"])
            if isinstance(layer.content.get("include"), list):
                include = strings(layer.content["include"])
        if declared is not None:
            origin = declared[0] if base_url is None else base_url
            paths = _path_patterns(declared[1], origin, parent(path))
        if base_url is not None:
            options["baseUrl"] = base_url
        references = self._references(parent(path), layers[-1].content if layers else {})
        return TsConfig(
            path,
            options,
            paths,
            base_url,
            files,
            include,
            references,
            tuple(read),
            tuple(dict.fromkeys(missing)),
            origins,
        )

    def _collect(
        self, path: str, layers: list[_Layer], read: list[str], missing: list[str], chain: tuple[str, ...]
    ) -> None:
        """Append the layers of a file, those that it extends first."""
        if path in chain or len(read) >= _MAX_CHAIN:
            return
        read.append(path)
        content = parse_object(self._tree.read(path))
        extends = content.get("extends")
        for each in (extends,) if isinstance(extends, str) else strings(extends):
            target = self._extended(each, parent(path), missing)
            if target is not None:
                self._collect(target, layers, read, missing, (*chain, path))
        layers.append(_Layer(path, content))

    def _extended(self, specifier: str, directory: str, missing: list[str]) -> str | None:
        """The file that an `extends` names; what was looked for in vain goes to `missing`."""
        candidates: list[str] = []
        if specifier.startswith((".", "/")):
            candidates = _config_files(join(directory, specifier))
        else:
            candidates = [*self._in_workspace(specifier), *_in_node_modules(specifier, directory)]
        for candidate in candidates:
            if self._tree.is_file(candidate):
                return candidate
        missing.extend(candidates)
        return None

    def _in_workspace(self, specifier: str) -> list[str]:
        name, subpath = split_package(specifier)
        directory = self._packages.named().get(name) if name else None
        manifest = None if directory is None else self._packages.manifest(directory)
        if directory is None or manifest is None:
            return []
        if subpath == ".":
            own = manifest.content.get("tsconfig")
            return _config_files(within(directory, own if isinstance(own, str) else "tsconfig.json"))
        targets = (*exported(manifest.content, subpath).targets, subpath)
        return [file for target in targets for file in _config_files(within(directory, target))]

    def _references(self, directory: str, content: Mapping[str, object]) -> tuple[str, ...]:
        found: list[str] = []
        for reference in as_list(content.get("references")):
            target = as_object(reference).get("path")
            path = join(directory, target) if isinstance(target, str) else None
            if path is not None:
                found.append(
                    path if path.endswith(".json") else f"{path}/tsconfig.json" if path else "tsconfig.json"
                )
        return tuple(found)


def split_package(specifier: str) -> tuple[str | None, str]:
    """Package name and subpath ("." or "./...") of a bare specifier; None when the name is not valid."""
    parts = specifier.split("/")
    length = 2 if specifier.startswith("@") else 1
    name = "/".join(parts[:length])
    if len(parts) < length or not all(parts[:length]) or name.startswith("."):
        return None, "."
    if parts[0] == "@":
        return None, "."
    rest = "/".join(parts[length:])
    return name, f"./{rest}" if rest else "."


def _config_files(path: str | None) -> list[str]:
    if path is None:
        return []
    return (
        [path]
        if path.endswith(".json")
        else [f"{path}.json", f"{path}/tsconfig.json" if path else "tsconfig.json"]
    )


def _in_node_modules(specifier: str, directory: str) -> list[str]:
    candidates: list[str] = []
    current = directory
    while True:
        base = f"{current}/node_modules" if current else "node_modules"
        candidates.extend(_config_files(join(base, specifier)))
        if not current:
            return candidates
        current = parent(current)


def _templated(text: str, root: str, directory: str) -> str:
    """`${configDir}` is the directory of the configuration that extends, not of the one that declares."""
    if "${configDir}" not in text:
        return text
    up = "/".join(".." for _ in directory.split("/")) if directory else "."
    return text.replace("${configDir}", f"{up}/{root}" if root else up, 1)


def _path_patterns(declared: Mapping[str, object], origin: str, root: str) -> tuple[PathPattern, ...]:
    """Exact patterns first, then the longest prefix, which is the order in which they are tried."""
    patterns: list[PathPattern] = []
    for pattern, value in declared.items():
        if pattern.count("*") > 1:
            continue
        joined = (join(origin, _templated(target, root, origin)) for target in strings(value))
        targets = tuple(target for target in joined if target is not None)
        prefix, star, suffix = pattern.partition("*")
        patterns.append(PathPattern(prefix, suffix, not star, targets))
    return tuple(sorted(patterns, key=lambda each: (not each.exact, -len(each.prefix))))


def match_paths(patterns: Sequence[PathPattern], specifier: str) -> tuple[PathPattern, str] | None:
    """The pattern that a specifier falls under, and what its `*` stands for."""
    for pattern in patterns:
        if pattern.exact:
            if specifier == pattern.prefix:
                return pattern, ""
        elif (
            len(specifier) >= len(pattern.prefix) + len(pattern.suffix)
            and specifier.startswith(pattern.prefix)
            and specifier.endswith(pattern.suffix)
        ):
            end = len(specifier) - len(pattern.suffix)
            return pattern, specifier[len(pattern.prefix) : end]
    return None


def _covers(config: TsConfig, directory: str) -> bool:
    """Whether a TypeScript file in the directory falls under `files` or `include`."""
    origin = parent(config.path)
    if config.files and any(parent(join(origin, file) or "") == directory for file in config.files):
        return True
    include = config.include
    if include is None:
        return config.files is None and (
            not origin or directory == origin or directory.startswith(origin + "/")
        )
    sample = f"{directory}/file.ts" if directory else "file.ts"
    for pattern in include:
        path = join(origin, normalised(pattern))
        if path is not None and (matches(path, sample) or matches(f"{path}/**" if path else "**", sample)):
            return True
    return False
