"""Live configuration: the file, saved or not, over the client's settings; a broken file changes nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from fourlayer._version import __version__
from fourlayer.app import App
from fourlayer.config.load import FILE_NAMES, ConfigProblem
from fourlayer.files.cache import Cache
from fourlayer.files.read import read_bytes
from fourlayer.lsp.plain import as_object, without_nulls
from fourlayer.project.store import Limits
from fourlayer.syntax.text import Text

if TYPE_CHECKING:
    from fourlayer.lsp.folder import Folder

SECTION = "fourlayer"
LIMITS = Limits(content=1_000_000, facts=300_000, trees=4)
"""What a session keeps of closed files: findings outlive the texts and facts they came from."""

_EDITOR_KEYS = frozenset({"server", "trace", "enable", "enabled", "path", "command", "args", "interpreter"})
"""Settings under our section that editors keep for themselves."""


class ClientLayers:
    """What the client configures: its initialization options and, over them, its settings."""

    def __init__(self) -> None:
        self.initialization: Mapping[str, object] = {}
        self.settings: Mapping[str, object] = {}

    def set_initialization(self, value: object) -> None:
        """Take `initializationOptions`; anything but an object counts as empty."""
        self.initialization = _cleaned(value)

    def set_settings(self, value: object) -> bool:
        """Take the client's settings; whether they differ from before."""
        settings = _cleaned(value)
        changed = settings != self.settings
        self.settings = settings
        return changed


def section_of(settings: object) -> object:
    """Our section of pushed settings; the settings themselves where they have no such section."""
    found = as_object(settings) or {}
    return found.get(SECTION, found)


def open_app(root: str, layers: ClientLayers, content: bytes | None = None) -> App:
    """The app of a folder; `content` stands for the configuration file's content on disk.

    A configuration that was found right before is not checked again: that would import pydantic, which
    weighs as much as everything that a session knows of a workspace. What is being typed is not kept.
    """
    app = App.open(
        root,
        config_content=content,
        client_settings=layers.settings,
        initialization_options=layers.initialization,
        cache=Cache(__version__) if content is None else None,
    )
    app.limits = LIMITS
    return app


def config_name(folder: Folder) -> str | None:
    """The name of the folder's configuration file: the first that is open or on disk."""
    for name in FILE_NAMES:
        if name in folder.documents or os.path.lexists(os.path.join(folder.root, name)):
            return name
    return None


def is_config(path: str) -> bool:
    """Whether a path within a folder is a configuration file's."""
    return path in FILE_NAMES


class Reloaded:
    """What came of reading the configuration again: whether rules or settings changed, and the problems."""

    __slots__ = ("changed", "elsewhere", "in_file", "name", "text")

    def __init__(
        self, changed: bool, name: str | None, text: Text, problems: tuple[ConfigProblem, ...]
    ) -> None:
        self.changed = changed
        self.name = name
        self.text = text
        self.in_file = tuple(problem for problem in problems if problem.line > 0)
        self.elsewhere = tuple(problem for problem in problems if problem.line <= 0)


def reload(folder: Folder, layers: ClientLayers) -> Reloaded:
    """Read a folder's configuration again. With any problem the folder keeps the app that it has."""
    name = config_name(folder)
    document = folder.documents.get(name) if name is not None else None
    app = open_app(folder.root, layers, document.text.data if document is not None else None)
    if document is not None:
        text = document.text
    else:
        content = read_bytes(folder.root, name) if name is not None else b""
        text = Text(content if isinstance(content, bytes) else b"")
    folder.problems = tuple(app.config_problems)
    changed = not folder.problems and app.settings != folder.app.settings
    if changed:
        folder.replace_app(app)
    return Reloaded(changed, name, text, folder.problems)


def _cleaned(value: object) -> Mapping[str, object]:
    """Without nulls and without what editors keep in the section for themselves."""
    found = cast("dict[str, object]", without_nulls(as_object(value) or {}))
    return {key: inner for key, inner in found.items() if key not in _EDITOR_KEYS}
