"""Which tsconfigs govern what is judged, and what they leave unchecked."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.jsonc import as_object, parse_object
from fourlayer.project.tree import parent
from fourlayer.rule.model import Related
from fourlayer.syntax.glob import expand_braces
from fourlayer.syntax.span import Span
from fourlayer_rules.derive.json_text import member_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.project.tsconfig import TsConfig
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Certainty

MEMBERS = (
    "alwaysStrict",
    "noImplicitAny",
    "noImplicitThis",
    "strictBindCallApply",
    "strictFunctionTypes",
    "strictNullChecks",
    "strictPropertyInitialization",
    "useUnknownInCatchVariables",
)
"""The checks that `strict` stands for, in every release of the last years."""
NEWER_MEMBERS = ("strictBuiltinIteratorReturn",)
"""Checks that `strict` has come to stand for since."""

_STRICT_BY_DEFAULT = 6
"""The major release of TypeScript since which `strict` is on where nothing is said."""


class Strictness(NamedTuple):
    """What is wrong with a tsconfig, and where."""

    span: Span
    message: str
    help: str
    certainty: Certainty
    related: tuple[Related, ...]


def governed(ctx: Context) -> tuple[list[tuple[TsConfig, list[str]]], list[str]]:
    """The tsconfigs in force for what is judged, each with its packages; and the packages without one."""
    view = ctx.view
    found: dict[str, tuple[TsConfig, list[str]]] = {}
    without: list[str] = []
    folders = [provider.path for provider in view.providers]
    for scope in ctx.settings.scopes:
        if "types" in scope.categories:
            folders += _folders(view, scope.paths)
    for folder in folders:
        package = _package_of(view, folder)
        config = view.tsconfig(folder)
        if config is None:
            without.append(package)
            continue
        packages = found.setdefault(config.path, (config, []))[1]
        if package not in packages:
            packages.append(package)
    return list(found.values()), without


def strictness_of(view: View, config: TsConfig, packages: list[str]) -> Strictness | None:
    """What a tsconfig leaves unchecked; None when it is strict, or cannot be read as it is."""
    if any(not _is_object(view, path) for path in config.read):
        return None
    strict = config.options.get("strict")
    off = [name for name in (*MEMBERS, *NEWER_MEMBERS) if config.options.get(name) is False]
    if not off and (strict is True or all(config.options.get(name) is True for name in MEMBERS)):
        return None
    certainty: Certainty = "violation"
    if strict is None and not off:
        if config.missing:
            certainty = "unverifiable"
        else:
            release = _release(view, parent(config.path))
            if release is not None and release >= _STRICT_BY_DEFAULT:
                return None
            certainty = "violation" if release is not None else "suspicious"
    blamed = off[0] if off and strict in (True, None) else "strict"
    decider = config.origins.get(blamed)
    return Strictness(
        _anchor(view, config, off if blamed != "strict" else []),
        _message(config, packages, off, decider),
        'Set `"strict": true` and mend what it reports; no integration is typed safely without it.',
        certainty,
        _related(view, config, blamed, decider),
    )


def _message(config: TsConfig, packages: list[str], off: list[str], decider: str | None) -> str:
    strict = config.options.get("strict")
    where = "" if decider in (None, config.path) else f" in {decider}"
    if off and strict in (True, None):
        says = (
            f"{', '.join(f'`{name}`' for name in off)} {'is' if len(off) == 1 else 'are'} switched off{where}"
        )
    elif strict is None:
        says = "`strict` is set nowhere"
        if config.missing:
            says = "`strict` is set nowhere that could be read"
    else:
        says = f"`strict` is not on{where}"
    folder = parent(config.path)
    whose = f"`{(folder if folder.startswith(packages[0] + '/') else packages[0]) or '.'}`"
    if len(packages) > 1:
        whose += f" and {len(packages) - 1} more"
    return (
        f"The compiler is not strict for {whose}: {says}. What may be null or has no type then passes "
        "unchecked, and fails in production."
    )


def _related(view: View, config: TsConfig, blamed: str, decider: str | None) -> tuple[Related, ...]:
    if decider is None or decider == config.path:
        return ()
    span = key_span(view, decider, blamed)
    return () if span is None else (Related("this decides", decider, span),)


def _anchor(view: View, config: TsConfig, off: list[str]) -> Span:
    for name in (*off, "strict"):
        span = key_span(view, config.path, name)
        if span is not None:
            return span
    text = text_of(view, config.path)
    root = member_of(text, ())
    for member in root.members if root is not None else ():
        if member.key == "compilerOptions":
            return byte_span(text, member.start, member.start + len('"compilerOptions"'))
    return Span(0, 0) if root is None else byte_span(text, root.open, root.open + 1)


def key_span(view: View, path: str, name: str) -> Span | None:
    """Where a file names a compiler option; in bytes, quotes included."""
    text = text_of(view, path)
    options = member_of(text, ("compilerOptions",))
    for member in options.members if options is not None else ():
        if member.key == name:
            end = text.index('"', member.start + 1) + 1
            return byte_span(text, member.start, end)
    return None


def text_of(view: View, path: str) -> str:
    """A file's text; empty where there is none."""
    data = view.read(path)
    return "" if data is None else data.decode("utf-8", "surrogateescape")


def byte_span(text: str, start: int, end: int) -> Span:
    """Offsets of characters as offsets of bytes."""
    before = len(text[:start].encode("utf-8", "surrogateescape"))
    return Span(before, before + len(text[start:end].encode("utf-8", "surrogateescape")))


def _is_object(view: View, path: str) -> bool:
    """Whether a file holds an object, all of it: one that is half typed says nothing."""
    data = view.read(path)
    if data is None:
        return False
    if parse_object(data):
        return True
    root = member_of(text_of(view, path), ())
    return root is not None and not root.members


# Packages and releases


def _package_of(view: View, folder: str) -> str:
    """The nearest folder upward with a package.json."""
    current = folder
    while current and not view.exists(f"{current}/package.json"):
        current = parent(current)
    return current


def _release(view: View, folder: str) -> int | None:
    """The major release of TypeScript that the manifests from a folder upward ask for; None: not known."""
    current = folder
    while True:
        path = f"{current}/package.json" if current else "package.json"
        content = parse_object(view.read(path) if view.exists(path) else None)
        for section in ("devDependencies", "dependencies", "peerDependencies"):
            wanted = as_object(content.get(section)).get("typescript")
            if isinstance(wanted, str):
                match = _major().match(wanted)
                return int(match.group(1)) if match is not None else None
        if not current:
            return None
        current = parent(current)


@cache
def _major() -> re.Pattern[str]:
    return re.compile(r"[\^~=v\s]*(\d{1,3})(?:\.|$|\s)")


def _folders(view: View, patterns: Iterable[str]) -> Iterator[str]:
    """The folders that globs of files start in."""
    for pattern in patterns:
        for plain in expand_braces(pattern):
            *folders, _ = [part for part in plain.split("/") if part not in {"", "."}] or [""]
            yield from _expanded(view, "", folders)


def _expanded(view: View, base: str, parts: list[str]) -> Iterator[str]:
    if not parts or parts[0] == "**":
        yield base
        return
    head, *rest = parts
    for name in view.children(base):
        if not fnmatchcase(name, head) or name == "node_modules":
            continue
        path = f"{base}/{name}" if base else name
        if view.children(path):
            yield from _expanded(view, path, rest)
