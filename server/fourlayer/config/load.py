"""Finding, reading and merging the configuration; importing this module imports no pydantic."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol, cast

from fourlayer.config.problem import ConfigProblem
from fourlayer.config.settings import Settings

__all__ = ["ConfigCache", "ConfigProblem", "Loaded", "ValueLayer", "find_config", "load"]

FILE_NAMES = ("fourlayer.toml", ".fourlayer.toml")
"""Names of the configuration file; the first that exists in a folder counts."""

LIMIT = 1_000_000
"""The largest configuration file that is read, in bytes."""


class ValueLayer(NamedTuple):
    """Configuration that came from elsewhere than a file, such as an editor; `origin` names where from."""

    origin: str
    values: Mapping[str, object]


class Loaded(NamedTuple):
    """The effective settings, where each dotted kebab-case key came from, and what was wrong.

    Keys that `origins` does not name are at their defaults. A layer with a problem is left out as a whole:
    callers with problems either stop or keep older settings.
    """

    settings: Settings
    origins: Mapping[str, str]
    problems: tuple[ConfigProblem, ...]


class ConfigCache(Protocol):
    """Where checked configurations are kept by content."""

    def get(self, key: str) -> str | None:
        """The text stored under a key."""
        ...

    def put(self, key: str, value: str) -> None:
        """Store a text."""
        ...


def find_config(start: str) -> str | None:
    """The absolute path of the configuration file in the folder `start` or the nearest folder above it.

    Whatever has the name is returned, so that a folder or a broken link is reported and not passed over.
    """
    folder = os.path.abspath(start)
    while True:
        for name in FILE_NAMES:
            path = os.path.join(folder, name)
            if os.path.lexists(path):
                return path
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def load(
    file: str | None,
    *,
    version: str,
    rule_ids: Collection[str],
    layers: Sequence[ValueLayer] = (),
    content: bytes | None = None,
    cache: ConfigCache | None = None,
) -> Loaded:
    """The configuration of a file over `layers` (most important first) over the defaults.

    `version` is the running fourlayer's, `rule_ids` are all ids that may be named. `content` stands for the
    file's content (an unsaved buffer). With a `cache`, content that was found right before is not checked
    again. Bad content and unreadable files become problems, never exceptions.
    """
    layers = tuple(layer for layer in layers if layer.values)
    if file is None and not layers:
        return Loaded(Settings(), MappingProxyType({}), ())
    data = content if content is not None else b"" if file is None else _read(file)
    if isinstance(data, ConfigProblem):
        return _with_problem(data, layers, version, rule_ids)
    if cache is None:
        return _load(file, data, layers, version, rule_ids)
    key = _cache_key(file, data, layers, version, rule_ids)
    hit = _from_cache(cache.get(key))
    if hit is not None:
        return hit
    loaded = _load(file, data, layers, version, rule_ids)
    if not loaded.problems:
        cache.put(key, _for_cache(loaded))
    return loaded


def _load(
    file: str | None, data: bytes, layers: Sequence[ValueLayer], version: str, rule_ids: Collection[str]
) -> Loaded:
    """Parse the file's content, then check and merge."""
    from fourlayer.config.check import Source, checked

    parsed = None if file is None else _parse(file, data)
    if isinstance(parsed, ConfigProblem):
        return _with_problem(parsed, layers, version, rule_ids)
    try:
        sources = [Source(layer.origin, layer.values) for layer in layers]
        if file is not None and parsed is not None:
            sources.insert(0, Source(file, *parsed))
        return Loaded(*checked(sources, version, rule_ids))
    except RecursionError:
        origin = file if file is not None else layers[0].origin
        return Loaded(Settings(), MappingProxyType({}), (_too_deep(origin),))


def _with_problem(
    problem: ConfigProblem, layers: Sequence[ValueLayer], version: str, rule_ids: Collection[str]
) -> Loaded:
    """The other layers, with a problem that the file has as a whole."""
    loaded = _load(None, b"", layers, version, rule_ids)
    return loaded._replace(problems=(problem, *loaded.problems))


def _read(file: str) -> bytes | ConfigProblem:
    """The file's bytes. What is no regular file is not opened: a pipe would be waited for."""
    try:
        info = os.stat(file)
        if stat.S_ISDIR(info.st_mode):
            return _whole(file, "the configuration is a folder, not a file", "name a TOML file")
        if not stat.S_ISREG(info.st_mode):
            return _whole(file, "the configuration is a device or pipe, not a file", "name a TOML file")
        if info.st_size > LIMIT:
            return _whole(file, f"the configuration is larger than {LIMIT // 1000} kB", "name a TOML file")
        with open(file, "rb") as stream:
            return stream.read(LIMIT)
    except FileNotFoundError:
        return _whole(file, "the configuration file does not exist", "check the path")
    except (OSError, ValueError) as error:
        words = (getattr(error, "strerror", None) or str(error)).lower()
        return _whole(
            file, f"the configuration cannot be read: {words}", "check the path and its permissions"
        )


def _parse(file: str, data: bytes) -> tuple[dict[str, object], str] | ConfigProblem:
    """The parsed values and the text; a byte order mark is passed over."""
    import tomllib

    from fourlayer.config.positions import line_and_column

    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _whole(file, "the configuration is encoded in UTF-16", "save it as UTF-8")
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line, column = line_and_column(before, len(before))
        found = f"the byte 0x{data[error.start]:02X} here is not valid UTF-8"
        return ConfigProblem(file, line, column, "", found, "save the file as UTF-8")
    try:
        return tomllib.loads(text), text
    except RecursionError:
        return _too_deep(file)
    except ValueError as error:  # tomllib's own error, and integers with thousands of digits
        return _syntax_problem(file, text, str(error))


def _syntax_problem(file: str, text: str, message: str) -> ConfigProblem:
    """The parser's message, its place taken out of the text and turned into a position."""
    import re

    from fourlayer.config.positions import line_and_column, utf16_length

    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.DOTALL)
    if found is None:
        line, column, words = 1, 1, message
    elif found[2]:
        line, words = int(found[2]), found[1]
        start = text.replace("\r\n", "\n").split("\n")[line - 1][: int(found[3]) - 1]
        column = utf16_length(start) + 1
    else:
        words = f"{found[1]} at the end of the file"
        line, column = line_and_column(text, len(text))
    return ConfigProblem(
        file, line, column, "", f"this is not valid TOML: {words}", "correct the syntax here"
    )


def _whole(file: str, message: str, remedy: str) -> ConfigProblem:
    """A problem of the file as such, shown at its start."""
    return ConfigProblem(file, 1, 1, "", message, remedy)


def _too_deep(file: str) -> ConfigProblem:
    return _whole(file, "the configuration is nested too deeply", "remove the nested tables or lists")


def _cache_key(
    file: str | None, data: bytes, layers: Sequence[ValueLayer], version: str, rule_ids: Collection[str]
) -> str:
    """A digest of everything that the result depends on."""
    import json
    from hashlib import sha256

    values = [(layer.origin, dict(layer.values)) for layer in layers]
    text = json.dumps([version, file, sorted(rule_ids), values], default=repr)
    return "config-" + sha256(text.encode() + b"\0" + data).hexdigest()


def _for_cache(loaded: Loaded) -> str:
    import json

    from fourlayer.config.plain import to_plain

    return json.dumps({"settings": to_plain(loaded.settings), "origins": dict(loaded.origins)}, default=str)


def _from_cache(text: str | None) -> Loaded | None:
    """The stored result; None for anything that is not exactly what is stored."""
    import json

    from fourlayer.config.plain import MisfitError, from_plain

    if text is None:
        return None
    try:
        stored = cast("object", json.loads(text))
        if not isinstance(stored, dict):
            return None
        table = cast("dict[str, object]", stored)
        origins = table["origins"]
        if not isinstance(origins, dict):
            return None
        items = cast("dict[str, object]", origins)
        if not all(isinstance(value, str) for value in items.values()):
            return None
        settings = from_plain(table["settings"])
    except (ValueError, KeyError, RecursionError, MisfitError):
        return None
    return Loaded(settings, MappingProxyType(cast("dict[str, str]", items)), ())
