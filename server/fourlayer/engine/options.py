"""Options of rules: plain configuration values to the options type that a rule declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Literal,
    NamedTuple,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from fourlayer.config.problem import ConfigProblem
from fourlayer.config.settings import kebab
from fourlayer.errors import FourlayerError

if TYPE_CHECKING:
    from fourlayer.config.settings import Settings
    from fourlayer.engine.ruleset import OptionsOf
    from fourlayer.rule.model import RuleMeta


class OptionError(FourlayerError):
    """An option of a rule does not fit; `key` is its name in kebab-case."""

    def __init__(self, key: str, message: str, remedy: str) -> None:
        self.key = key
        self.message = message
        self.remedy = remedy
        super().__init__(f"{message}; {remedy}")


class _NoOptions(NamedTuple):
    """The options of a rule that has none."""


class _MisfitError(Exception):
    """A value that its type does not allow; the text says what is expected."""


def options_from(settings: Settings) -> OptionsOf:
    """What gives a rule its configured options."""

    def options_of(meta: RuleMeta, kind: type | None) -> object:
        return None if kind is None else instance(kind, configured(settings, meta))

    return options_of


def configured(settings: Settings, meta: RuleMeta) -> Mapping[str, object]:
    """The rule's own options as written, under its id or a former one."""
    for name in (meta.id, *meta.aliases):
        setting = settings.rules.settings.get(name)
        if setting is not None:
            return setting.options
    return {}


def instance(kind: type, values: Mapping[str, object]) -> object:
    """An instance of a NamedTuple type from kebab-case keys and JSON values. Raises `OptionError`."""
    hints = get_type_hints(kind)
    fields = {kebab(name): name for name in cast("tuple[str, ...]", getattr(kind, "_fields", ()))}
    given: dict[str, object] = {}
    for key, value in values.items():
        name = fields.get(key)
        if name is None:
            raise OptionError(key, f"there is no option `{key}`", _suggestion(key, fields))
        try:
            given[name] = _converted(hints[name], value)
        except _MisfitError as error:
            raise OptionError(key, f"`{key}` must be {error}", "correct the value") from None
    return kind(**given)


def option_problems(
    rules: Sequence[RuleMeta], settings: Settings, origins: Mapping[str, str]
) -> tuple[ConfigProblem, ...]:
    """What is wrong with the configured options; loads the rules that have any."""
    from importlib import import_module

    problems: list[ConfigProblem] = []
    for meta in rules:
        values = configured(settings, meta)
        if not values:
            continue
        kind: type | None = import_module(meta.module).rule.options
        try:
            instance(kind if kind is not None else _NoOptions, values)
        except OptionError as error:
            full = f"rules.{meta.id}.{error.key}"
            origin = origins.get(full, "fourlayer.toml")
            problems.append(ConfigProblem(origin, 0, 0, full, error.message, error.remedy))
    return tuple(problems)


def _converted(hint: object, value: object) -> object:
    """A JSON value as its type says: lists become tuples. Raises `_MisfitError`."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _converted(args[0], value)
    if origin in {UnionType, Union}:
        return _either(args, value)
    if origin is Literal:
        if value in args and not isinstance(value, bool):
            return value
        raise _MisfitError("one of " + ", ".join(f'"{arg}"' for arg in args))
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise _MisfitError("a list")
        return tuple(_converted(args[0], item) for item in cast("Sequence[object]", value))
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise _MisfitError("a table")
        items = cast("Mapping[str, object]", value).items()
        return {key: _converted(args[1], item) for key, item in items}
    return _plain(hint, value)


def _plain(hint: object, value: object) -> object:
    for kind, words in ((bool, "true or false"), (int, "a whole number"), (str, "a string")):
        if hint is kind:
            if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
                return value
            raise _MisfitError(words)
    if hint is float:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        raise _MisfitError("a number")
    return value


def _either(args: Sequence[object], value: object) -> object:
    expected: list[str] = []
    for arg in args:
        if arg is type(None):
            continue
        try:
            return _converted(arg, value)
        except _MisfitError as error:
            expected.append(str(error))
    raise _MisfitError(" or ".join(expected))


def _suggestion(key: str, fields: Mapping[str, str]) -> str:
    import difflib

    close = difflib.get_close_matches(key, sorted(fields), n=1, cutoff=0.6)
    if close:
        return f"did you mean `{close[0]}`?"
    return f"use one of: {', '.join(sorted(fields))}" if fields else "remove it: this rule has no options"
