"""Pydantic models and the JSON Schema of fourlayer.toml, derived from the records in settings.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import GenericAlias, UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from fourlayer.config.settings import Rules, RuleSetting, Settings, Severity, Symbols, kebab

SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema"


class _Base(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Open(BaseModel):
    """A table whose further keys are checked elsewhere."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)


_Path = tuple[str | int, ...]
_Error = tuple[_Path, str, Mapping[str, object], object]


class FaultError(ValueError):
    """Values that do not fit; `errors` holds a path, pydantic's kind of error, its context and the value."""

    def __init__(self, errors: Sequence[_Error]) -> None:
        super().__init__(f"{len(errors)} values do not fit")
        self.errors = tuple(errors)


def validate(data: Mapping[str, object]) -> None:
    """Check the keys and types of one configuration layer; raises `FaultError`.

    `data` has the shape of fourlayer.toml, each rule written as a table.
    """
    errors: list[_Error] = []
    _collect(Settings, data, (), errors)
    rules = data.get("rules")
    if isinstance(rules, dict):
        for rule, setting in cast("dict[str, object]", rules).items():
            if rule != "protected":
                _collect(RuleSetting, setting, ("rules", rule), errors)
    if errors:
        raise FaultError(errors)


def _collect(record: type, data: object, path: _Path, errors: list[_Error]) -> None:
    try:
        _model(record).model_validate(data)
    except ValidationError as error:
        errors.extend(
            ((*path, *detail["loc"]), detail["type"], detail.get("ctx", {}), detail["input"])
            for detail in error.errors(include_url=False)
        )


def json_schema(rules: Sequence[tuple[str, str]]) -> dict[str, object]:
    """A JSON Schema (draft 2020-12) of fourlayer.toml for editors.

    `rules` are the known rule ids, each with a sentence about it.
    """
    schema = _model(Settings).model_json_schema(by_alias=True)
    defs = schema["$defs"]
    severity = {"enum": list(get_args(Severity)), "type": "string"}
    either = [severity, {"$ref": "#/$defs/RuleSetting"}]
    defs["Rules"]["properties"].update({rule: {"description": text, "anyOf": either} for rule, text in rules})
    defs["Rules"]["additionalProperties"] = False
    defs["Override"]["properties"]["rules"] |= {
        "properties": {rule: {"description": text, **severity} for rule, text in rules},
        "additionalProperties": False,
    }
    defs["RuleSetting"] = _model(RuleSetting).model_json_schema(by_alias=True)
    for item in (schema, *defs.values()):
        _without_titles(item)
    return {
        "$schema": SCHEMA_ID,
        "title": "fourlayer.toml",
        "description": "Configuration of fourlayer, the checker of the 4-layer integration standard.",
        **{key: value for key, value in schema.items() if key != "description"},
    }


@cache
def _model(record: type) -> type[BaseModel]:
    """The model of a record: the same fields under kebab-case names, lists for tuples."""
    hints: dict[str, object] = record.__annotations__
    defaults: dict[str, object] = getattr(record, "_field_defaults")  # noqa: B009 (typed access to a NamedTuple)
    hidden = {Rules: {"settings"}, RuleSetting: {"options"}}.get(record, set[str]())
    fields: dict[str, Any] = {}
    for name, hint in hints.items():
        if name in hidden:
            continue
        kind, text = get_args(hint)[:2]
        options: dict[str, Any] = {"alias": kebab(name), "description": text}
        if name in defaults:
            options |= _default(defaults[name])
        fields[name + "_"] = (_field_type(kind), Field(**options))  # pydantic has a `schema` of its own
        if record is Symbols:
            twin = f"Added to `{kebab(name)}`: {text[0].lower()}{text[1:]}"
            fields[f"extend_{name}_"] = (
                list[str],
                Field([], alias=f"extend-{kebab(name)}", description=twin),
            )
    base = _Open if hidden else _Base
    return create_model(record.__name__, __base__=base, __doc__=record.__doc__, **fields)


def _default(value: object) -> dict[str, Any]:
    """How a field's default is declared: only simple values are worth showing in the schema."""
    if isinstance(value, str | bool):
        return {"default": value}
    if isinstance(value, tuple):
        items = cast("tuple[object, ...]", value)
        if not hasattr(items, "_fields"):
            return {"default": list(items)}
    return {"default_factory": dict}


def _without_titles(schema: dict[str, Any]) -> None:
    """Drop the titles that pydantic makes up from names."""
    schema.pop("title", None)
    for item in schema.get("properties", {}).values():
        item.pop("title", None)


def _field_type(kind: object) -> Any:
    """The type that pydantic checks for an annotation of settings.py."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is tuple:
        return GenericAlias(list, (_field_type(args[0]),))
    if origin is Mapping:
        return GenericAlias(dict, (str, _field_type(args[1])))
    if origin in {UnionType, Union}:  # TOML has no null: None only says that the key is absent
        return _field_type(next(arg for arg in args if arg is not type(None)))
    if origin is Annotated:
        return _field_type(args[0])
    if origin is Literal or not (isinstance(kind, type) and hasattr(kind, "_fields")):
        return kind
    return _model(kind)
