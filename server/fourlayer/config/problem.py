"""What is wrong with a configuration, and where."""

from __future__ import annotations

from typing import NamedTuple


class ConfigProblem(NamedTuple):
    """Something wrong with the configuration.

    `path` is the file as it was named to `load`, or the origin of the layer. `line` and `column` are 1-based,
    the column in UTF-16 units; both are 0 for layers that are no file. `key` is dotted and kebab-case, or
    empty. `message` says what is wrong, `remedy` what to do.
    """

    path: str
    line: int
    column: int
    key: str
    message: str
    remedy: str
