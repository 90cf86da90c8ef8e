"""Settings as plain JSON values in the shape of fourlayer.toml, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType, UnionType
from typing import Annotated, Literal, Union, cast, get_args, get_origin

from fourlayer.config.settings import Rules, RuleSetting, Settings, kebab

_SETTING_KEYS = frozenset({"severity", "include-tests"})


class MisfitError(ValueError):
    """Plain values that are no settings."""


def to_plain(settings: Settings) -> dict[str, object]:
    """The settings as nested dicts and lists with kebab-case keys; absent values are left out."""
    return cast("dict[str, object]", _out(settings))


def from_plain(data: object) -> Settings:
    """The settings that `to_plain` gave these values for; raises `MisfitError` for anything else."""
    return cast("Settings", _in(Settings, data))


def leaves(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Dotted keys and values of nested tables; an empty table is a value."""
    for key, value in table.items():
        if isinstance(value, Mapping) and value:
            yield from leaves(cast("Mapping[str, object]", value), f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _out(value: object) -> object:
    if isinstance(value, Rules):
        return {"protected": list(value.protected), **{k: _out(v) for k, v in value.settings.items()}}
    if isinstance(value, RuleSetting):
        known = {"severity": value.severity, "include-tests": value.include_tests}
        return {**{k: v for k, v in known.items() if v is not None}, **value.options}
    if isinstance(value, tuple):
        items = cast("tuple[object, ...]", value)
        fields: tuple[str, ...] | None = getattr(items, "_fields", None)
        if fields is None:
            return [_out(item) for item in items]
        return {kebab(f): _out(v) for f, v in zip(fields, items, strict=True) if v is not None}
    if isinstance(value, Mapping):
        return {k: _out(v) for k, v in cast("Mapping[str, object]", value).items()}
    return value


def _in(kind: object, value: object) -> object:
    """The value as an instance of an annotated type of settings.py."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _in(args[0], value)
    if origin is Literal:
        if isinstance(value, str) and value in args:
            return value
    elif origin is UnionType or origin is Union:
        if value is None:
            return None
        return _in(next(arg for arg in args if arg is not type(None)), value)
    elif origin is tuple:
        if isinstance(value, list):
            return tuple(_in(args[0], item) for item in cast("list[object]", value))
    elif origin is Mapping:
        return MappingProxyType({key: _in(args[1], item) for key, item in _table(value).items()})
    elif kind is str or kind is bool:
        if type(value) is kind:
            return value
    elif kind is Rules:
        return _rules(_table(value))
    elif isinstance(kind, type) and hasattr(kind, "_fields"):
        return _record(kind, _table(value))
    raise MisfitError(f"{value!r} is no {kind}")


def _record(kind: type, table: dict[str, object]) -> object:
    """A NamedTuple from a table with no other keys; those with defaults may be absent."""
    hints: dict[str, object] = kind.__annotations__
    values = {field: _in(hint, table[kebab(field)]) for field, hint in hints.items() if kebab(field) in table}
    if len(values) < len(table):
        raise MisfitError(f"keys that {kind.__name__} does not have")
    try:
        return kind(**values)
    except TypeError as error:
        raise MisfitError(str(error)) from None


def _rules(table: dict[str, object]) -> Rules:
    protected = _in(Rules.__annotations__["protected"], table.get("protected", []))
    settings = {key: _setting(_table(item)) for key, item in table.items() if key != "protected"}
    return Rules(cast("tuple[str, ...]", protected), MappingProxyType(settings))


def _setting(table: dict[str, object]) -> RuleSetting:
    known = _record(RuleSetting, {"options": {}, **{k: table[k] for k in _SETTING_KEYS if k in table}})
    options = {key: item for key, item in table.items() if key not in _SETTING_KEYS}
    return cast("RuleSetting", known)._replace(options=MappingProxyType(options))


def _table(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise MisfitError(f"{value!r} is no table")
    table = cast("dict[object, object]", value)
    if not all(isinstance(key, str) for key in table):
        raise MisfitError("a key is no text")
    return cast("dict[str, object]", table)
