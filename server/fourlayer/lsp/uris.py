"""Document URIs and file paths: one canonical form however a client spells them."""

from __future__ import annotations

import os
import re
from urllib.parse import quote, unquote

_DRIVE = re.compile(r"/?([A-Za-z]):(?=[\\/]|$)")
_SAFE = "/~!$&'()*+,;=@-._"


def to_path(uri: str, *, windows: bool = os.name == "nt") -> str | None:
    """The absolute path that a `file:` URI means, with "/" as separator; None for anything else.

    Drive letters come out in upper case, `%3A` and every other escape is decoded, empty and `.` parts go.
    """
    if uri[:5].lower() != "file:":
        return None
    rest = re.split(r"[?#]", uri[5:], maxsplit=1)[0]
    authority = ""
    if rest.startswith("//"):
        authority, slash, tail = rest[2:].partition("/")
        rest = slash + tail
    path = unquote(rest, errors="surrogateescape")
    if "\0" in path or not path:
        return None
    if windows:
        path = path.replace("\\", "/")
        if drive := _DRIVE.match(path):
            return f"{drive[1].upper()}:{_normal(path[drive.end() :] or '/')}"
    if authority and authority.lower() != "localhost":
        return f"//{unquote(authority)}{_normal(path)}" if windows else None
    return _normal(path) if path.startswith("/") else None


def from_path(path: str) -> str:
    """The URI of an absolute path (native or "/" separators), escaped as little as RFC 3986 allows."""
    path = path.replace(os.sep, "/")
    if drive := _DRIVE.match(path):
        tail = quote(path[drive.end() :].encode("utf-8", "surrogateescape"), safe=_SAFE)
        return f"file:///{drive[1].lower()}%3A{tail}"
    if path.startswith("//"):
        return "file:" + quote(path.encode("utf-8", "surrogateescape"), safe=_SAFE)
    return "file://" + quote(path.encode("utf-8", "surrogateescape"), safe=_SAFE)


def canonical(uri: str) -> str | None:
    """The real absolute path of a `file:` URI, links resolved (the file need not exist); None otherwise."""
    path = to_path(uri)
    return None if path is None else real(path)


def real(path: str) -> str:
    """The absolute path with links resolved; on Windows as the file system spells it."""
    return os.path.realpath(path)


def relative(root: str, path: str) -> str | None:
    """The workspace-relative POSIX path of a real path below a real root; None outside of it."""
    left, right = os.path.normcase(root), os.path.normcase(path)
    if left == right:
        return ""
    prefix = left if left.endswith(os.sep) else left + os.sep
    if not right.startswith(prefix):
        return None
    return path[len(prefix) :].replace(os.sep, "/")


def _normal(path: str) -> str:
    """Without empty, `.` and `..` parts."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts[-1:] = []
        elif part not in {"", "."}:
            parts.append(part)
    return "/" + "/".join(parts)
