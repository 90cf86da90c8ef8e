"""Checking configuration layers against settings.py and merging them into one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, TypeGuard, cast, get_args, get_origin

from fourlayer.config.plain import from_plain, leaves, to_plain
from fourlayer.config.positions import Key, locate, position_of
from fourlayer.config.problem import ConfigProblem
from fourlayer.config.settings import (
    DATABASE_QUERIES,
    DEFAULT_LAYERS,
    GLOB,
    PACKAGE_GROUPS,
    SERVICE_ROLE_CLIENTS,
    Rules,
    RuleSetting,
    Settings,
    Symbols,
    kebab,
)
from fourlayer.config.version import satisfies, specifier_fault
from fourlayer.syntax.glob import GlobError, expand_braces

_PLACEHOLDERS = ("{Provider}", "{provider}", "{PROVIDER}")
_EXTEND = "extend-"
_RESERVABLE = (*PACKAGE_GROUPS, DATABASE_QUERIES, SERVICE_ROLE_CLIENTS)

_Table = dict[str, object]


class Source:
    """One layer of configuration: its values without nulls, and positions when it is a TOML text."""

    def __init__(self, origin: str, values: Mapping[str, object], text: str | None = None) -> None:
        self.origin = origin
        self.values = _tidy(values)
        self._text = text
        self._positions: Mapping[Key, int] | None = None

    def problem(self, path: Key, message: str, remedy: str) -> ConfigProblem:
        """A problem at a path into the values, or at the nearest part of the path that the text has."""
        line, column = self._position(path)
        return ConfigProblem(self.origin, line, column, _dotted(path), message, remedy)

    def _position(self, path: Key) -> tuple[int, int]:
        if self._text is None:
            return 0, 0
        if self._positions is None:
            self._positions = locate(self._text)
        return position_of(self._text, path, self._positions)


def checked(
    sources: Sequence[Source], version: str, rule_ids: Collection[str]
) -> tuple[Settings, Mapping[str, str], tuple[ConfigProblem, ...]]:
    """Settings, origins and problems of layers, most important first; see `load.Loaded`."""
    mismatch = _version_problems(sources, version)
    if mismatch:
        return Settings(), MappingProxyType({}), tuple(mismatch)
    problems: list[ConfigProblem] = []
    valid: list[tuple[str, _Table]] = []
    layer_names = {*DEFAULT_LAYERS}.union(*(_table(source.values.get("layers")) for source in sources))
    for source in sources:
        found = [*_structure_problems(source, rule_ids), *_meaning_problems(source, rule_ids, layer_names)]
        if found:
            problems += sorted(found, key=lambda problem: problem[:3])
        elif source.values:
            valid.append((source.origin, source.values))
    settings, origins = _merged(valid)
    return settings, origins, tuple(problems)


def _structure_problems(source: Source, rule_ids: Collection[str]) -> Iterator[ConfigProblem]:
    """What pydantic says about keys and types, in words for people."""
    if not source.values:
        return
    from fourlayer.config.models import FaultError, validate

    try:
        validate(source.values)
    except FaultError as fault:
        for path, kind, context, value in fault.errors:
            message, remedy = _explained(path, kind, context, value, rule_ids)
            yield source.problem(path, message, remedy)


def _explained(
    path: Key, kind: str, context: Mapping[str, object], value: object, rule_ids: Collection[str]
) -> tuple[str, str]:
    key = str(path[-1]) if path and isinstance(path[-1], str) else _dotted(path)
    if kind == "extra_forbidden":
        known = _keys_at(path[:-1], rule_ids)
        return f"there is no key `{_dotted(path)}`", _suggestion(key, known)
    if kind == "missing":
        return f"`{_dotted(path)}` is missing", f"add `{key} = ...`"
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        found = f"`{_dotted(path)}` cannot be {_shown(value)}"
        return found, _suggestion(value if isinstance(value, str) else "", choices)
    wanted, remedy = _EXPECTED.get(kind, ("another value", "see the documentation of this key"))
    return f"`{_dotted(path)}` must be {wanted}, not {_shown(value)}", remedy.replace("KEY", key)


_TABLE = ("a table", "write it as a table with its keys")
_EXPECTED = {
    "string_type": ("a string", "put it in quotes"),
    "bool_type": ("true or false", "write true or false without quotes"),
    "list_type": ("a list", 'write it in brackets: KEY = ["..."]'),
    "dict_type": _TABLE,
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
}


def _shown(value: object) -> str:
    """A value's kind, and the value itself where it is short."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'the string "{value}"' if len(value) <= 40 else "a string"
    if isinstance(value, int | float):
        return f"the number {value}" if abs(value) < 1e15 else "a number"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a table"
    return f"a {type(value).__name__}"


def _suggestion(word: str, known: Iterable[str]) -> str:
    known = sorted(known)
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean `{close[0]}`?"
    if not known:
        return "remove it"
    if len(known) <= 15:
        return f"use one of: {', '.join(known)}"
    return "remove it, or correct the name"


def _keys_at(path: Key, rule_ids: Collection[str]) -> list[str]:
    """The keys that may stand in the table at a path."""
    kind: object = Settings
    for part in path:
        args = get_args(kind)
        if isinstance(kind, type) and hasattr(kind, "_fields"):
            hints = cast("dict[str, object]", kind.__annotations__)
            kind = hints.get(str(part).replace("-", "_"))
            if get_origin(kind) is Annotated:
                kind = get_args(kind)[0]
        elif args:
            kind = args[0] if isinstance(part, int) else args[-1]
    if kind is Rules:
        return ["protected", *rule_ids]
    fields = [kebab(field) for field in getattr(kind, "_fields", ())]
    return [*fields, *(_EXTEND + field for field in fields)] if kind is Symbols else fields


def _meaning_problems(
    source: Source, rule_ids: Collection[str], layer_names: Collection[str]
) -> Iterator[ConfigProblem]:
    yield from _rule_id_problems(source, rule_ids)
    for path, glob in _globs(Settings, source.values, ()):
        fault = _glob_fault(glob)
        if fault:
            yield source.problem(path, f"the glob `{glob}` {fault[0]}", fault[1])
    for name, layer in _table(source.values.get("layers")).items():
        for index, other in enumerate(_list(_table(layer).get("may-import"))):
            if other not in layer_names:
                path = ("layers", name, "may-import", index)
                yield source.problem(
                    path, f"there is no layer `{other}`", _suggestion(str(other), layer_names)
                )
        for index, word in enumerate(_list(_table(layer).get("may-use"))):
            close = difflib.get_close_matches(str(word), _RESERVABLE, n=1, cutoff=0.85)
            if word not in _RESERVABLE and close:
                path = ("layers", name, "may-use", index)
                yield source.problem(path, f"`{word}` is no group", f"did you mean `{close[0]}`?")
    for key, value in _table(source.values.get("conventions")).items():
        for index, text in enumerate([value] if isinstance(value, str) else _list(value)):
            for placeholder in re.findall(r"\{[^{},]*\}", str(text)):
                if placeholder not in _PLACEHOLDERS:
                    path = ("conventions", key) if isinstance(value, str) else ("conventions", key, index)
                    known = ", ".join(_PLACEHOLDERS)
                    yield source.problem(
                        path, f"there is no placeholder `{placeholder}`", f"use one of: {known}"
                    )


def _rule_id_problems(source: Source, rule_ids: Collection[str]) -> Iterator[ConfigProblem]:
    rules = _table(source.values.get("rules"))
    named: list[tuple[Key, str]] = [(("rules", rule), rule) for rule in rules if rule != "protected"]
    named += [(("rules", "protected", i), str(rule)) for i, rule in enumerate(_list(rules.get("protected")))]
    for index, override in enumerate(_list(source.values.get("overrides"))):
        named += [
            (("overrides", index, "rules", rule), rule) for rule in _table(_table(override).get("rules"))
        ]
    for path, rule in named:
        if rule not in rule_ids:
            yield source.problem(path, f"there is no rule `{rule}`", _suggestion(rule, rule_ids))


def _globs(kind: object, value: object, path: Key) -> Iterator[tuple[Key, str]]:
    """Every glob in a value of an annotated type of settings.py, with its path."""
    if get_origin(kind) is Annotated:
        args = get_args(kind)
        if GLOB in args[1:]:
            yield from (((*path, i), str(item)) for i, item in enumerate(_list(value)))
        else:
            yield from _globs(args[0], value, path)
    elif isinstance(kind, type) and hasattr(kind, "_fields"):
        if kind is not Rules and kind is not RuleSetting:
            for field, hint in cast("dict[str, object]", kind.__annotations__).items():
                if kebab(field) in _table(value):
                    yield from _globs(hint, _table(value)[kebab(field)], (*path, kebab(field)))
    elif isinstance(value, dict) and get_args(kind):
        for key, item in _table(cast("object", value)).items():
            yield from _globs(get_args(kind)[1], item, (*path, key))
    elif isinstance(value, list) and get_args(kind):
        for index, item in enumerate(_list(cast("object", value))):
            yield from _globs(get_args(kind)[0], item, (*path, index))


def _glob_fault(glob: str) -> tuple[str, str] | None:
    """What is wrong with a glob and what to do."""
    if not glob.strip("/"):
        return "is empty", "name a folder or file, or remove it"
    if glob.startswith(("/", "~")) or re.match(r"[A-Za-z]:", glob):
        return "is not relative to the workspace", "write it relative to the folder of the workspace"
    if re.search(r"\\[A-Za-z0-9_.]", glob):
        return "has backslashes between its parts", 'write "/" instead'
    if ".." in glob.split("/"):
        return "leaves the workspace with `..`", "name a place in the workspace"
    try:
        expand_braces(glob)
    except GlobError as error:
        return f"is too large: {error}", "write it as several globs"
    return None


def _version_problems(sources: Iterable[Source], version: str) -> Iterable[ConfigProblem]:
    """Why the running version does not fit; then nothing else is worth saying."""
    for source in sources:
        specifier = source.values.get("required-version")
        if not isinstance(specifier, str):
            continue
        path = ("required-version",)
        fault = specifier_fault(specifier)
        if fault is not None:
            return [source.problem(path, fault, "correct the comparison")]
        if not satisfies(version, specifier):
            message = f"this configuration needs fourlayer {specifier}, and {version} is running"
            return [
                source.problem(path, message, "install a version that fits, or change `required-version`")
            ]
        return []
    return []


def _merged(layers: Sequence[tuple[str, _Table]]) -> tuple[Settings, Mapping[str, str]]:
    """Settings and origins of valid layers, most important first, over the defaults."""
    if not layers:
        return Settings(), MappingProxyType({})
    given: _Table = {}
    origins: dict[str, str] = {}
    for origin, values in reversed(layers):
        _overlay(given, values)
        origins.update((key, origin) for key, _ in leaves(values))
    symbols = _table(given.get("symbols"))
    defaults = to_plain(Settings())
    for key in [key for key in symbols if key.startswith(_EXTEND)]:
        name = key.removeprefix(_EXTEND)
        base = _list(symbols.get(name, _table(defaults["symbols"])[name]))
        added = _list(symbols.pop(key))
        symbols[name] = [*base, *(item for item in added if item not in base)]
        extended = origins.pop(f"symbols.{key}")
        origins[f"symbols.{name}"] = f"{origins.get(f'symbols.{name}', 'defaults')}, extended by {extended}"
    layers_first = {
        name: layer for name, layer in _table(given.get("layers")).items() if name not in DEFAULT_LAYERS
    }
    _overlay(defaults, given)
    defaults["layers"] = {**layers_first, **_table(defaults["layers"])}
    return from_plain(defaults), MappingProxyType(origins)


def _overlay(base: _Table, over: Mapping[str, object]) -> None:
    """Put values over others, table by table; lists are replaced. Tables of `over` are never shared."""
    for key, value in over.items():
        if _is_table(value):
            table = _table(base.get(key))
            _overlay(table, value)
            base[key] = table
        else:
            base[key] = value


def _tidy(values: Mapping[str, object]) -> _Table:
    """Without nulls, and with each rule written as a table."""
    tidy = cast("_Table", _without_nulls(values))
    rules = tidy.get("rules")
    if isinstance(rules, dict):
        table = cast("_Table", rules)
        for rule, setting in table.items():
            if rule != "protected" and isinstance(setting, str):
                table[rule] = {"severity": setting}
    return tidy


def _without_nulls(value: object) -> object:
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {str(key): _without_nulls(item) for key, item in items if item is not None}
    if isinstance(value, list | tuple):
        return [_without_nulls(item) for item in cast("Sequence[object]", value)]
    return value if isinstance(value, str | int | float) else str(value)  # dates of TOML


def _is_table(value: object) -> TypeGuard[_Table]:
    return isinstance(value, dict)


def _table(value: object) -> _Table:
    return cast("_Table", value) if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _dotted(path: Key) -> str:
    """`scopes[0].paths` for a path."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
