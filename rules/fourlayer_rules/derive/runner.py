"""The test runner of a workspace: whether it is there, and which files it takes for tests."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from fourlayer.project.jsonc import as_object, parse_object
from fourlayer.syntax.glob import GlobError, globs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View

VITEST = "vitest"
JEST = "jest"

_DEPENDENCIES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_EXTENSIONS = ("ts", "mts", "cts", "js", "mjs", "cjs")
_VITEST_FILES = tuple(
    f"{stem}.{extension}" for stem in ("vitest.config", "vite.config") for extension in _EXTENSIONS
)
_JEST_FILES = tuple(f"jest.config.{extension}" for extension in (*_EXTENSIONS, "json"))
_DEFAULT_INCLUDE = ("**/*.{test,spec}.{ts,tsx,mts,mtsx,cts,ctsx}",)


def folders_around(path: str) -> Iterator[str]:
    """The folders that a file lies in, innermost first; the root is the empty text."""
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder


def is_installed(view: View, path: str, specifier: str) -> bool:
    """Whether a package is a dependency of the package that a file belongs to, or of one around it."""
    return version_of(view, path, specifier) is not None


def version_of(view: View, path: str, specifier: str) -> str | None:
    """The version of a dependency as the nearest package.json that has it says; None without one."""
    package = "/".join(specifier.split("/")[: 2 if specifier.startswith("@") else 1])
    for folder in folders_around(path):
        manifest = f"{folder}/package.json" if folder else "package.json"
        content = parse_object(view.read(manifest) if view.exists(manifest) else None)
        for kind in _DEPENDENCIES:
            version = as_object(content.get(kind)).get(package)
            if version is not None:
                return str(version)
    return None


def is_older(version: str | None, major: int) -> bool:
    """Whether a version is surely below a major one; what a catalog or a tag says is not known."""
    match = re.match(r"[\^~>=v\s]*(\d+)(\.|$)", version or "")
    return match is not None and int(match[1]) < major


def runner_of(view: View, path: str, configured: str) -> str | None:
    """The runner that runs a test; None where no dependency tells. `configured` goes first."""
    return next((name for name in (configured, VITEST, JEST) if is_installed(view, path, name)), None)


def collects(view: View, path: str, runner: str | None) -> bool | None:
    """Whether the runner finds a test at a path; None where its configuration cannot be read for sure."""
    if runner == VITEST:
        return _vitest_collects(view, path)
    if runner == JEST:
        return None if any(True for _ in _jest_configured(view, path)) else True
    return None


def configurations(view: View, path: str) -> Iterator[str]:
    """The files around a test in which tests may be named: of packages, compilers and runners."""
    for folder in folders_around(path):
        prefix = f"{folder}/" if folder else ""
        for name in view.children(folder):
            if name == "package.json" or re.fullmatch(r"(tsconfig.*\.json|(vitest|vite|jest)\..*)", name):
                yield prefix + name


def _jest_configured(view: View, path: str) -> Iterator[str]:
    """The files that may change which tests jest finds."""
    for folder in folders_around(path):
        prefix = f"{folder}/" if folder else ""
        for name in (*_JEST_FILES, "package.json"):
            data = view.read(prefix + name) if view.exists(prefix + name) else None
            if data is not None and re.search(rb"testMatch|testRegex|testPathIgnorePatterns|\broots\b", data):
                yield prefix + name


def _vitest_collects(view: View, path: str) -> bool | None:
    config = _vitest_config(view, path)
    if config is None:
        return globs(_DEFAULT_INCLUDE).match(path)
    folder, text = config
    relative = path[len(folder) + 1 :] if folder else path
    options = _test_options(text)
    if options is None:
        return (
            None
            if re.search(r"\b(include|projects|mergeConfig)\b", text)
            else _matches(_DEFAULT_INCLUDE, relative)
        )
    if "projects" in options or "workspace" in options or "dir" in options or "root" in options:
        return None
    include = _texts(options["include"]) if "include" in options else _DEFAULT_INCLUDE
    exclude = _texts(options["exclude"]) if "exclude" in options else ()
    if include is None or exclude is None:
        return None
    found, left_out = _matches(include, relative), _matches(exclude, relative)
    if left_out is None or found is None:
        return None
    return found and not left_out


def _vitest_config(view: View, path: str) -> tuple[str, str] | None:
    """The folder and the text of the nearest configuration."""
    for folder in folders_around(path):
        prefix = f"{folder}/" if folder else ""
        for name in _VITEST_FILES:
            data = view.read(prefix + name) if view.exists(prefix + name) else None
            if data is not None:
                return folder, _without_comments(data.decode("utf-8", "replace"))
    return None


def _matches(patterns: tuple[str, ...], relative: str) -> bool | None:
    plain = [_plain(pattern) for pattern in patterns]
    if any(pattern is None for pattern in plain):
        return None
    try:
        return globs(tuple(pattern for pattern in plain if pattern is not None)).match(relative)
    except GlobError:
        return None


def _plain(pattern: str) -> str | None:
    """A glob with braces in place of `?(a|b)`; None for what braces cannot say."""
    pattern = re.sub(r"\?\(([^()|]*)\)", r"{,\1}", pattern)
    pattern = re.sub(
        r"([?@])\(([^()|]*\|[^()]*)\)",
        lambda match: "{" + ("," if match[1] == "?" else "") + match[2].replace("|", ",") + "}",
        pattern.removeprefix("./"),
    )
    return None if re.search(r"[()!]", pattern) else pattern


# The options in the text of a configuration


@cache
def _comment() -> re.Pattern[str]:
    return re.compile(
        r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|//[^\n]*|/\*.*?\*/""", re.DOTALL
    )


def _without_comments(text: str) -> str:
    return _comment().sub(lambda match: " " if match[0].startswith(("//", "/*")) else match[0], text)


def _test_options(text: str) -> dict[str, str] | None:
    """The options under `test`, by name; None where there is no such object, or it holds a spread."""
    found = re.search(r"\btest\s*:\s*\{", text)
    if found is None or len(re.findall(r"\btest\s*:", text)) > 1:
        return None
    members = _members(text, found.end())
    if members is None:
        return None
    options: dict[str, str] = {}
    for member in members:
        key, colon, value = member.partition(":")
        if not colon:
            if member.strip():
                return None
            continue
        options[key.strip().strip("\"'")] = value.strip()
    return options


def _members(text: str, start: int) -> list[str] | None:
    """What stands between the commas of an object or array that opens before an offset."""
    depth, begin, at = 0, start, start
    found: list[str] = []
    while at < len(text):
        quoted = _comment().match(text, at)
        if quoted is not None:
            at = quoted.end()
            continue
        char = text[at]
        if char in "{[(":
            depth += 1
        elif char in "}])":
            if depth == 0:
                return [*found, text[begin:at]]
            depth -= 1
        elif char == "," and depth == 0:
            found.append(text[begin:at])
            begin = at + 1
        at += 1
    return None


def _texts(value: str) -> tuple[str, ...] | None:
    """The texts of an array; vitest's own defaults among them exclude no test of a provider."""
    if not value.startswith("["):
        return None
    members = _members(value, 1)
    found: list[str] = []
    for member in members if members is not None else ["..."]:
        item = member.strip()
        literal = re.fullmatch(r"""(["'`])([^"'`$\\]*)\1""", item)
        if literal is not None:
            found.append(literal[2])
        elif item and item != "...configDefaults.exclude":
            return None
    return tuple(found)
