"""Loading a configuration: discovery, problems with positions, merging, the cache."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from fourlayer.config.load import ConfigProblem, Loaded, ValueLayer, find_config, load
from fourlayer.config.settings import DEFAULT_LAYERS, RuleSetting, Scope, Settings

RULES = ("explicit-any", "default-export", "deep-import", "missing-file")

CONTRACT = """
required-version = ">=0.1"
[workspace]
integrations = ["packages/{integrations,vendors}/*"]
shared = ["base"]
exclude = ["**/dist/**"]
respect-gitignore = false
tests = ["**/__tests__/**"]
package = "@acme/integrations"
allowed-consumers = ["packages/backend"]
[[scopes]]
paths = ["packages/backend/src/**"]
layer = "service"
categories = ["tenancy", "webhooks", "jobs"]
[[scopes]]
paths = ["packages/backend/src/workers/**"]
layer = "jobs"
categories = ["tenancy", "jobs"]
[conventions]
required-files = ["index.ts", "{Provider}Adapter.ts|client.ts"]
base-class = "Base"
[layers]
api = { files = ["http/**"], may-import = ["api", "service"] }
events = { files = ["events/**"], may-import = ["contracts", "api"] }
[symbols]
extend-verifiers = ["checkVendorSignature"]
[tenancy]
columns = []
fields = ["organizationId"]
schema = ["**/migrations/**/*.sql"]
global-tables = ["plans"]
[rules]
protected = ["deep-import"]
default-export = "warning"
[rules.explicit-any]
severity = "error"
include-tests = true
max-uses = 3
[[overrides]]
paths = ["**/legacy/**"]
rules = { explicit-any = "warning" }
"""


class MemoryCache:
    """Texts by key."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.reads = 0

    def get(self, key: str) -> str | None:
        self.reads += 1
        return self.texts.get(key)

    def put(self, key: str, value: str) -> None:
        self.texts[key] = value


def read(text: str | bytes, layers: Sequence[ValueLayer] = ()) -> Loaded:
    content = text.encode() if isinstance(text, str) else text
    return load("fourlayer.toml", version="0.3.1", rule_ids=RULES, layers=layers, content=content)


def problem(text: str | bytes) -> ConfigProblem:
    problems = read(text).problems
    assert len(problems) == 1, problems
    return problems[0]


def test_without_a_file_the_defaults_hold() -> None:
    assert load(None, version="0.1", rule_ids=RULES) == (Settings(), {}, ())
    assert read("# nothing\n") == (Settings(), {}, ())


def test_the_contract_is_read_whole() -> None:
    settings, origins, problems = read(CONTRACT)
    assert problems == ()
    assert settings.workspace.integrations == ("packages/{integrations,vendors}/*",)
    assert settings.workspace.respect_gitignore is False
    assert settings.workspace.package == "@acme/integrations"
    assert settings.scopes[1] == Scope(("packages/backend/src/workers/**",), "jobs", ("tenancy", "jobs"))
    assert settings.conventions.required_files == ("index.ts", "{Provider}Adapter.ts|client.ts")
    assert settings.conventions.base_class == "Base"
    assert settings.conventions.error_class == "{Provider}ServiceError"
    assert settings.layers["api"].files == ("http/**",)
    assert settings.layers["service"] == DEFAULT_LAYERS["service"]
    assert settings.symbols.verifiers == (*Settings().symbols.verifiers, "checkVendorSignature")
    assert settings.tenancy.columns == ()
    assert settings.tenancy.root_tables == ("tenants", "organizations")
    assert settings.rules.protected == ("deep-import",)
    assert settings.rules.of("explicit-any") == RuleSetting("error", True, {"max-uses": 3})
    assert settings.rules.of("default-export") == RuleSetting("warning")
    assert settings.rules.of("missing-file") == RuleSetting()
    assert settings.overrides[0].rules == {"explicit-any": "warning"}
    assert origins["tenancy.columns"] == "fourlayer.toml"
    assert origins["symbols.verifiers"] == "defaults, extended by fourlayer.toml"
    assert origins["rules.explicit-any.max-uses"] == "fourlayer.toml"
    assert "tenancy.root-tables" not in origins


def test_new_layers_are_tried_before_the_standard_ones() -> None:
    names = list(read(CONTRACT).settings.layers)
    assert names == ["events", *DEFAULT_LAYERS]


def test_a_layer_keeps_what_is_not_said() -> None:
    layer = read('[layers.api]\nfiles = ["http/**"]\n').settings.layers["api"]
    assert layer == DEFAULT_LAYERS["api"]._replace(files=("http/**",))


@pytest.mark.parametrize(
    ("text", "line", "column", "key", "words"),
    [
        ("[workspace]\nallowed_consumers = []", 2, 1, "workspace.allowed_consumers", "`allowed-consumers`?"),
        ("\n[workspaces]\n", 2, 2, "workspaces", "`workspace`?"),
        ("[workspace]\nshared = 'base'", 2, 1, "workspace.shared", 'shared = ["..."]'),
        ("workspace.package = 3", 1, 11, "workspace.package", "a string, not the number 3"),
        (
            "[workspace]\npackage = ''\n'respect-gitignore' = 1",
            3,
            1,
            "workspace.respect-gitignore",
            "true or",
        ),
        ("workspace = []", 1, 1, "workspace", "must be a table, not a list"),
        ("[tenancy]\ncolumns = ['a',\n  # why\n  7]", 4, 3, "tenancy.columns[1]", "must be a string"),
        ("[[scopes]]\npaths = ['a']\nlayer = 'api'", 1, 3, "scopes[0].categories", "is missing"),
        (
            """[[scopes]]\npaths=['a']\nlayer='api'\ncategories=[]
[[scopes]]\npaths=['a']\nlayer='apu'\ncategories=[]""",
            7,
            1,
            "scopes[1].layer",
            "did you mean `api`?",
        ),
        ("rules = {explicit-any = 'eror'}", 1, 10, "rules.explicit-any.severity", "`error`?"),
        ("[rules]\ndefault-export = true", 2, 1, "rules.default-export", "must be a table"),
        ("[rules]\nexplicit_any = 'off'", 2, 1, "rules.explicit_any", "`explicit-any`?"),
        ("[rules]\nprotected = ['deep-imports']", 2, 14, "rules.protected[0]", "`deep-import`?"),
        (
            "[[overrides]]\npaths=['x']\n[overrides.rules]\nnope = 'off'",
            4,
            1,
            "overrides[0].rules.nope",
            "rule",
        ),
        ("[rules.explicit-any]\ninclude-tests = 'no'", 2, 1, "rules.explicit-any.include-tests", "quotes"),
        ("[symbols]\nextend-verifier = []", 2, 1, "symbols.extend-verifier", "`extend-verifiers`?"),
        ("[layers.api]\nmay-import = ['sevice']", 2, 15, "layers.api.may-import[0]", "`service`?"),
        ("[conventions]\nerror-class = '{provder}Error'", 2, 1, "conventions.error-class", "{PROVIDER}"),
        ("[workspace]\nexclude = ['/abs']", 2, 12, "workspace.exclude[0]", "relative"),
        ("[workspace]\nexclude = ['a/../b']", 2, 12, "workspace.exclude[0]", "leaves the workspace"),
        ("[workspace]\nexclude = ['a\\b']", 2, 12, "workspace.exclude[0]", "backslashes"),
        (f"[workspace]\nexclude = ['{'{a,b}' * 12}']", 2, 12, "workspace.exclude[0]", "1024 patterns"),
        ("[layers.x]\nfiles = ['']", 2, 10, "layers.x.files[0]", "is empty"),
        ("required-version = '1.0'", 1, 1, "required-version", "is no version comparison"),
        (
            "required-version = '>=0.4'\n[nonsense]",
            1,
            1,
            "required-version",
            "needs fourlayer >=0.4, and 0.3.1",
        ),
    ],
)
def test_a_problem_says_where_what_and_how(text: str, line: int, column: int, key: str, words: str) -> None:
    found = problem(text)
    assert found[:4] == ("fourlayer.toml", line, column, key)
    assert words in f"{found.message} {found.remedy}"


def test_columns_count_utf16_units() -> None:
    found = problem("""workspace = { package = "😀é", shared = "x" }""")
    assert (found.line, found.column) == (1, 32)


def test_every_problem_is_reported_in_order() -> None:
    found = read("[rules]\nnope = 'off'\n[workspace]\npackage = 1\n[tenancy]\ncolums = []").problems
    assert [item.line for item in found] == [2, 4, 6]


@pytest.mark.parametrize(
    ("content", "line", "column", "words"),
    [
        (b"a = 1\nb = \n", 2, 5, "not valid TOML"),
        ("x = '\U0001f600' y".encode(), 1, 10, "not valid TOML"),
        (b"[a]\r\nb = 1\r\nb = 2\r\n", 3, 6, "not valid TOML"),
        (b"[workspace]\nshared = [", 2, 11, "at the end of the file"),
        (b"\xff\xfea\x00", 1, 1, "UTF-16"),
        (b"# ok\n# \xe9\n", 2, 3, "0xE9"),
        (b"a = " + b"[" * 5000, 1, 1, "nested too deeply"),
        (b"a" + b".a" * 5000 + b" = 1", 1, 1, "nested too deeply"),
        (b"a = " + b"9" * 5000, 1, 1, "not valid TOML"),
    ],
)
def test_text_that_is_no_toml(content: bytes, line: int, column: int, words: str) -> None:
    found = problem(content)
    assert (found.line, found.column) == (line, column)
    assert words in found.message


def test_a_byte_order_mark_is_passed_over() -> None:
    assert problem(b"\xef\xbb\xbfnope = 1").column == 1


def test_files_that_cannot_be_read_are_problems(tmp_path: Path) -> None:
    def first(path: Path) -> str:
        loaded = load(str(path), version="1", rule_ids=())
        assert loaded.settings == Settings()
        return loaded.problems[0].message

    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * 1_000_001)
    assert "is a folder" in first(tmp_path)
    assert "does not exist" in first(tmp_path / "absent.toml")
    assert "larger than 1000 kB" in first(large)


def test_the_more_important_layer_wins_key_by_key() -> None:
    layers = [
        ValueLayer("editor", {"tenancy": {"columns": ["org"], "fields": ["orgId"]}, "rules": None}),
        ValueLayer(
            "start",
            {"tenancy": {"columns": ["x"], "global-tables": ["plans"]}, "rules": {"deep-import": "off"}},
        ),
    ]
    settings, origins, problems = read("[tenancy]\nfields = ['organisation']\n", layers)
    assert problems == ()
    assert settings.tenancy[:2] == (("org",), ("organisation",))
    assert settings.tenancy.global_tables == ("plans",)
    assert settings.rules.of("deep-import").severity == "off"
    assert dict(origins) == {
        "tenancy.columns": "editor",
        "tenancy.fields": "fourlayer.toml",
        "tenancy.global-tables": "start",
        "rules.deep-import.severity": "start",
    }


def test_a_broken_layer_is_left_out_and_the_others_hold() -> None:
    broken = ValueLayer("editor", {"tenancy": {"columns": "org", "fields": ["a"]}})
    loaded = read("[tenancy]\ncolumns = ['b']\n", [broken])
    assert loaded.problems[0][:4] == ("editor", 0, 0, "tenancy.columns")
    assert loaded.settings.tenancy.columns == ("b",)
    assert loaded.settings.tenancy.fields == Settings().tenancy.fields


def test_loading_changes_no_layer() -> None:
    values: dict[str, object] = {"layers": {"api": {"files": ["a"]}}, "symbols": {"extend-breakers": ["B"]}}
    layer = ValueLayer("editor", values)
    first = read("[layers.api]\nfiles = ['b']\n", [layer])
    assert read("[layers.api]\nfiles = ['b']\n", [layer]) == first
    assert values == {"layers": {"api": {"files": ["a"]}}, "symbols": {"extend-breakers": ["B"]}}
    assert Settings().layers["api"].files == ("handlers/**",)


def test_discovery_walks_up_and_prefers_the_plain_name(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    hidden, plain = tmp_path / ".fourlayer.toml", tmp_path / "fourlayer.toml"
    hidden.touch()
    assert find_config(str(deep)) == str(hidden)
    plain.touch()
    assert find_config(str(deep)) == str(plain)
    (tmp_path / "a" / "fourlayer.toml").mkdir()
    assert find_config(str(deep)) == str(tmp_path / "a" / "fourlayer.toml")


def test_the_cache_gives_the_same_and_notices_every_change() -> None:
    cache = MemoryCache()

    def cached(text: str, version: str = "1.0", rules: Sequence[str] = RULES) -> Loaded:
        return load("f.toml", version=version, rule_ids=rules, content=text.encode(), cache=cache)

    first = cached(CONTRACT)
    assert cached(CONTRACT) == first
    assert list(cached(CONTRACT).settings.layers) == list(first.settings.layers)
    assert len(cache.texts) == 1
    cached(CONTRACT + "\n")
    cached(CONTRACT, version="1.1")
    assert len(cache.texts) == 3
    assert cached(CONTRACT, rules=("deep-import",)).problems != ()
    assert len(cache.texts) == 3, "a configuration with problems is not kept"


@pytest.mark.parametrize(
    "stored",
    ["", "{", "[]", "{}", '{"settings": {}, "origins": []}', '{"settings": [], "origins": {}}',
     '{"settings": {"tenancy": {"columns": "x"}}, "origins": {}}',
     '{"settings": {"tenancy": {"nope": []}}, "origins": {}}',
     '{"settings": {"rules": {"a": {"severity": "loud"}}}, "origins": {}}',
     '{"settings": {"scopes": [{"paths": []}]}, "origins": {}}',
     '{"settings": {}, "origins": {"a": 1}}', "[" * 100_000],
)  # fmt: skip
def test_an_odd_cache_entry_is_a_miss(stored: str) -> None:
    cache = MemoryCache()
    first = load("f.toml", version="1", rule_ids=RULES, content=CONTRACT.encode(), cache=cache)
    for key in cache.texts:
        cache.texts[key] = stored
    assert load("f.toml", version="1", rule_ids=RULES, content=CONTRACT.encode(), cache=cache) == first


def test_neither_the_defaults_nor_a_cached_file_import_pydantic() -> None:
    program = f"""
import sys
from fourlayer.config.load import load
class Cache(dict):
    def put(self, key, value): self[key] = value
load(None, version="1", rule_ids=())
assert "pydantic" not in sys.modules and "tomllib" not in sys.modules
cache = Cache()
arguments = dict(version="1", rule_ids={RULES!r}, content={CONTRACT.encode()!r}, cache=cache)
load("f.toml", **arguments)
assert "pydantic" in sys.modules
for name in [name for name in sys.modules if name.startswith("pydantic")]: del sys.modules[name]
load("f.toml", **arguments)
assert "pydantic" not in sys.modules and len(cache) == 1
"""
    subprocess.run([sys.executable, "-c", program], check=True)
