"""Which providers a package publishes: by its root index.ts, and by the exports of its package.json."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.jsonc import as_list, as_object, parse_object
from fourlayer.project.packages import MANIFEST, exported, within
from fourlayer.project.tree import parent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View
    from fourlayer.rule.context import Context

_DEPTH = 8


class Package(NamedTuple):
    """The package that holds providers: its directory, its manifest's content, its root index if any."""

    directory: str
    content: Mapping[str, object]
    entry: str | None

    @property
    def manifest(self) -> str:
        """The path of its package.json."""
        return f"{self.directory}/{MANIFEST}" if self.directory else MANIFEST


def package_of(view: View, provider: Provider) -> Package | None:
    """The package around a provider; None where there is none, or the provider is one itself."""
    directory = provider.path
    while True:
        path = f"{directory}/{MANIFEST}" if directory else MANIFEST
        if view.exists(path):
            break
        if not directory:
            return None
        directory = parent(directory)
    if directory == provider.path:
        return None
    content = parse_object(view.read(path))
    return Package(directory, content, _index_of(view, directory, content, provider.root))


def _index_of(view: View, directory: str, content: Mapping[str, object], root: str) -> str | None:
    beside = f"{root}/index.ts" if root else "index.ts"
    if view.exists(beside):
        return beside
    for target in exported(content, ".").targets:
        path = within(directory, target)
        if path is not None and path.endswith((".ts", ".mts")) and view.exists(path):
            return path
    return None


def missing_from(ctx: Context, provider: Provider) -> tuple[str, ...]:
    """The files in which a provider should be published and is not: the index, the manifest.

    A file counts where it publishes at least half of the provider's siblings. Where neither publishes
    any, but `exports` is a closed list, no consumer can reach the provider: then both count.
    """
    view = ctx.view
    package = package_of(view, provider)
    if package is None:
        return ()
    siblings = [
        one
        for one in view.providers
        if one.path != provider.path and one.root == provider.root and one.entry is not None
    ]
    by_index = published_by_index(view, package, [*siblings, provider])
    by_exports = {one.path for one in [*siblings, provider] if is_exported(package, one)}
    if by_index is None:
        # The index does not parse: it may publish anything.
        return ()
    missing: list[str] = []
    if package.entry is not None and provider.path not in by_index and _in_use(by_index, siblings):
        missing.append(package.entry)
    if _is_table(package) and provider.path not in by_exports and _in_use(by_exports, siblings):
        missing.append(package.manifest)
    if not by_index and not by_exports and _is_table(package) and package.entry is not None:
        missing = [package.entry]
    return tuple(missing)


def _in_use(published: set[str], siblings: list[Provider]) -> bool:
    listed = sum(1 for one in siblings if one.path in published)
    return bool(siblings) and listed * 2 >= len(siblings)


def _is_table(package: Package) -> bool:
    return package.content.get("exports") is not None


# The index


def published_by_index(view: View, package: Package, providers: list[Provider]) -> set[str] | None:
    """The paths of the providers that the root index leads to; None where it does not parse."""
    if package.entry is None:
        return set()
    facts = view.shape(package.entry)
    if facts is None or not facts.trusted:
        return None
    found: set[str] = set()
    for path in _reached(view, package.entry, providers):
        found.update(one.path for one in providers if path == one.path or path.startswith(one.path + "/"))
    return found


def _reached(view: View, index: str, providers: list[Provider]) -> Iterator[str]:
    """The modules that an index names, those that it passes on from other modules of its own included."""
    pending = [(index, 0)]
    seen = {index}
    while pending:
        path, depth = pending.pop()
        facts = view.shape(path)
        for item in facts.imports if facts is not None else ():
            resolution = view.resolve(item.specifier, path)
            target = resolution.path
            if target is None:
                yield from resolution.tried
                continue
            yield target
            inside = any(target.startswith(one.path + "/") for one in providers)
            if not inside and target not in seen and depth < _DEPTH:
                seen.add(target)
                if item.kind == "export" or depth == 0:
                    pending.append((target, depth + 1))


# The exports


def is_exported(package: Package, provider: Provider) -> bool:
    """Whether a subpath of the package leads into a provider."""
    relative = provider.path[len(package.directory) + 1 :] if package.directory else provider.path
    for subpath in (
        f"./{relative}",
        f"./{relative}/index",
        f"./{relative}/index.js",
        f"./{relative}/index.ts",
    ):
        if any(True for _ in exported(package.content, subpath).targets):
            return True
    for key, value in as_object(package.content.get("exports")).items():
        if "*" not in key and any(
            _leads_into(package, provider, relative, target) for target in leaves(value)
        ):
            return True
    return False


def _leads_into(package: Package, provider: Provider, relative: str, target: str) -> bool:
    """Whether a target lies in the provider, or where its build output would."""
    path = within(package.directory, target)
    if path is None:
        return False
    return path.startswith(provider.path + "/") or f"/{relative}/" in f"/{path}"


def leaves(value: object) -> Iterator[str]:
    """The targets somewhere in a value of `exports`."""
    if isinstance(value, str):
        yield value
    for item in (*as_object(value).values(), *as_list(value)):
        yield from leaves(item)
