"""Changes as a unified diff that `git apply` and `patch` understand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fourlayer.report.terminal import Style, visible

_NO_NEWLINE = "\\ No newline at end of file\n"


def unified_diff(before: Mapping[str, bytes | None], after: Mapping[str, bytes | None]) -> bytes:
    """A patch from old to new contents by path, sorted; None stands for a file that is absent.

    Bytes outside the changed lines are kept as they are, line breaks and invalid UTF-8 included.
    """
    return b"".join(_file_diff(path, before.get(path), after[path]) for path in sorted(after))


def painted(patch: bytes, style: Style) -> str:
    """A patch for a terminal: colours by line, control characters made harmless."""
    lines: list[str] = []
    for line in patch.decode("utf-8", "surrogateescape").split("\n"):
        shown = visible(line.removesuffix("\r").replace("\t", "    "))
        if line.startswith(("+++", "---")):
            lines.append(style.paint(shown, "bold"))
        elif line.startswith("+"):
            lines.append(style.paint(shown, "fix"))
        elif line.startswith("-"):
            lines.append(style.paint(shown, "error"))
        else:
            lines.append(style.paint(shown, "rule") if line.startswith("@@") else shown)
    return "\n".join(lines)


def _file_diff(path: str, old: bytes | None, new: bytes | None) -> bytes:
    import difflib

    if old == new:
        return b""
    body = difflib.unified_diff(
        _lines(old),
        _lines(new),
        "/dev/null" if old is None else _quoted(f"a/{path}"),
        "/dev/null" if new is None else _quoted(f"b/{path}"),
    )
    mode = "new file mode 100644\n" if old is None else "deleted file mode 100644\n" if new is None else ""
    head = f"diff --git {_quoted(f'a/{path}')} {_quoted(f'b/{path}')}\n{mode}"
    text = head + "".join(_terminated(body))
    return text.encode("utf-8", "surrogateescape")


def _lines(data: bytes | None) -> list[str]:
    """Lines with their breaks; only a line feed ends one, as for every tool that reads patches."""
    parts = (data or b"").decode("utf-8", "surrogateescape").split("\n")
    lines = [f"{part}\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def _terminated(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        if line.endswith("\n"):
            yield line
        else:
            yield f"{line}\n{_NO_NEWLINE}"


def _quoted(path: str) -> str:
    """A path as git writes it in a patch: in quotes with octal escapes where it holds odd characters."""
    if path.isprintable() and '"' not in path and "\\" not in path:
        return path
    quoted = "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\{byte:03o}"
        for byte in path.encode("utf-8", "surrogateescape")
    )
    return f'"{quoted}"'
