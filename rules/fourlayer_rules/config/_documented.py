"""Which variables of the environment a workspace's `.env.example` files name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fourlayer.project.snapshot import View

_ENDINGS = ("example", "sample", "template", "dist")

WELL_KNOWN = frozenset(
    {
        "CI",
        "DEBUG",
        "DEV",
        "FORCE_COLOR",
        "GITHUB_ACTIONS",
        "HOME",
        "HOST",
        "HOSTNAME",
        "JEST_WORKER_ID",
        "LANG",
        "LOGNAME",
        "MODE",
        "NODE_ENV",
        "NODE_OPTIONS",
        "NO_COLOR",
        "PATH",
        "PORT",
        "PROD",
        "PWD",
        "SHELL",
        "SSR",
        "TEMP",
        "TERM",
        "TMP",
        "TMPDIR",
        "TZ",
        "USER",
        "USERPROFILE",
        "VERCEL",
        "VITEST",
        "VITEST_WORKER_ID",
    }
)
"""Names that runtimes, shells and tools set: nobody looks them up in an example file."""


class ExampleFile(NamedTuple):
    """An example of an environment file: its path and content."""

    path: str
    data: bytes


def example_files(view: View, path: str, consumers: Sequence[str]) -> list[ExampleFile]:
    """The example files that count for a code file: the root's first, then those of folders around it.

    Those of the packages that load the integrations count as well.
    """
    folders = [""]
    parts = path.split("/")[:-1]
    folders += ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
    folders += [folder for folder in consumers if "*" not in folder and folder not in folders]
    found: list[ExampleFile] = []
    for folder in folders:
        for name in view.children(folder):
            if _is_example(name):
                place = f"{folder}/{name}" if folder else name
                data = view.read(place)
                if data is not None:
                    found.append(ExampleFile(place, data))
    return found


def _is_example(name: str) -> bool:
    """`.env.example`, `.env.sample`, `.env.local.example`, `env.template`, ..."""
    if not name.startswith((".env.", "env.")):
        return False
    return name.rpartition(".")[2] in _ENDINGS


def is_documented(files: Sequence[ExampleFile], name: str) -> bool:
    """Whether some example file names a variable, be it in a comment."""
    wanted = name.encode()
    if not any(wanted in file.data for file in files):
        return False
    word = re.compile(rb"(?<![A-Za-z0-9_])" + re.escape(wanted) + rb"(?![A-Za-z0-9_])")
    return any(word.search(file.data) is not None for file in files)


def insertion(data: bytes, name: str, value: str) -> tuple[int, str]:
    """Where `NAME=value` goes in an example file, and the text to insert there.

    It stands after the last variable that shares the longest beginning (at least its first word), else
    at the end.
    """
    newline = "\r\n" if b"\r\n" in data else "\n"
    line = f"{name}={value}"
    at: int | None = None
    best = 0
    for match in re.finditer(
        rb"^[ \t]*#?[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[^\n]*", data, re.MULTILINE
    ):
        shared = _shared_words(name, match[1].decode())
        if shared >= max(best, 1):
            best, at = shared, match.end()
    if at is None:
        lead = "" if not data or data.endswith(b"\n") else newline
        gap = newline if data.strip() else ""
        return len(data), f"{lead}{gap}{line}{newline}"
    if data[at - 1 : at] == b"\r":
        at -= 1
    return at, f"{newline}{line}"


def _shared_words(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one.split("_"), other.split("_"), strict=False):
        if left != right:
            break
        count += 1
    return count
