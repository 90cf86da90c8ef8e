"""Models and schema derived from the records."""

from __future__ import annotations

import tomllib
from typing import cast

import jsonschema  # type: ignore[import-untyped] # no stubs installed
import pytest

from fourlayer.config.models import FaultError, json_schema, validate
from fourlayer.config.plain import from_plain, leaves, to_plain
from fourlayer.config.settings import Rules, RuleSetting, Settings

RULES = [("explicit-any", "An explicit any."), ("deep-import", "An import past a public surface.")]


def validator() -> jsonschema.Draft202012Validator:
    schema = json_schema(RULES)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_defaults_fit_the_models_and_the_schema() -> None:
    plain = to_plain(Settings())
    validate(plain)
    validator().validate(plain)


def test_settings_survive_being_written_and_read() -> None:
    settings = Settings(rules=Rules(("a",), {"b": RuleSetting("off", True, {"max": [1, {"x": None}]})}))
    assert from_plain(to_plain(settings)) == settings


@pytest.mark.parametrize(
    "text",
    [
        "nope = 1",
        "[workspace]\npackage = 1",
        "[rules]\nexplicit-any = 'loud'",
        "[rules]\nunknown-rule-id = 'off'",
        "[rules.explicit-any]\nseverity = 1",
        "[[overrides]]\npaths = []\nrules = { nope = 'off' }",
        "[[scopes]]\npaths = []",
        "[symbols]\nextend-nothing = []",
        "[layers.api]\nfile = []",
    ],
)
def test_the_schema_refuses(text: str) -> None:
    assert not validator().is_valid(tomllib.loads(text))


@pytest.mark.parametrize(
    "text",
    [
        "[rules]\nexplicit-any = 'off'\nprotected = ['deep-import']",
        "[rules.explicit-any]\nown-option = 3",
        "[symbols]\nextend-verifiers = ['x']",
        "[layers.mine]\nfiles = ['a/**']",
        "[[overrides]]\npaths = ['x']\nrules = { deep-import = 'hint' }",
    ],
)
def test_the_schema_accepts(text: str) -> None:
    validator().validate(tomllib.loads(text))


def test_every_key_is_documented() -> None:
    schema = json_schema(RULES)
    tables = [schema, *cast("dict[str, dict[str, object]]", schema["$defs"]).values()]
    for table in tables:
        for key, item in cast("dict[str, dict[str, object]]", table["properties"]).items():
            assert item.get("description") or "$ref" in item, key


def test_a_fault_names_every_path() -> None:
    with pytest.raises(FaultError) as caught:
        validate({"workspace": {"package": 1}, "rules": {"a": {"severity": 2}}})
    assert sorted(path for path, *_ in caught.value.errors) == [
        ("rules", "a", "severity"),
        ("workspace", "package"),
    ]


def test_leaves_are_dotted_and_empty_tables_are_values() -> None:
    assert dict(leaves({"a": {"b": [1], "c": {}}, "d": 2})) == {"a.b": [1], "a.c": {}, "d": 2}
