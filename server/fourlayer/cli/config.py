"""`fourlayer config` and `fourlayer schema`: the effective configuration, and what it may hold."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.cli import output
from fourlayer.cli.exits import OK, TROUBLE
from fourlayer.rule.outcome import Trouble

if TYPE_CHECKING:
    from fourlayer.app import App
    from fourlayer.config.problem import ConfigProblem
    from fourlayer.rule.model import RuleMeta

_CONFIG_EXAMPLES = """\
  fourlayer config                           every value with its origin
  fourlayer config packages/integrations     of the workspace that holds this folder
  fourlayer config --output-format json      the same for programs"""

_SCHEMA_EXAMPLES = """\
  fourlayer schema > fourlayer.schema.json   for editors that complete and check TOML"""

_DEFAULT = "default"


class Value(NamedTuple):
    """One configured value: its dotted key, the value as plain JSON, and where it comes from."""

    key: str
    value: object
    origin: str


def run_config(arguments: Sequence[str]) -> int:
    """Show the effective configuration."""
    from fourlayer.cli.parser import Parser, UsageError, complaint
    from fourlayer.cli.places import PlaceError

    parser = Parser(
        "config", "Show the effective configuration and where each value comes from.", _CONFIG_EXAMPLES
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a place in the workspace (default: here)")
    parser.add_argument("--root", metavar="DIR", help="the workspace's root (default: looked for upward)")
    parser.add_argument("--config", metavar="FILE", help="the configuration file (default: in the root)")
    parser.add_argument(
        "--output-format", choices=("text", "json"), default="text", help="how to show it (default: text)"
    )
    wants_json = "json" in arguments or "--output-format=json" in arguments
    try:
        given = parser.parse_args(arguments)
        return _show_config(given.paths, given.root, given.config, wants_json=wants_json)
    except (UsageError, PlaceError) as error:
        output.complain(complaint(error))
        if wants_json:
            _write_json(os.getcwd(), (), (Trouble("config", str(error)),))
        return TROUBLE


def _show_config(paths: list[str], root: str | None, file: str | None, *, wants_json: bool) -> int:
    """Raises `PlaceError` for what is absent or outside the workspace."""
    from fourlayer.app import App, find_root
    from fourlayer.cli.places import locate

    places = locate(paths, root, find_root)
    rules = _registry()
    app = App.open(places.root, config_path=None if file is None else os.path.abspath(file), rules=rules)
    troubles = [config_trouble(problem, app.root) for problem in app.config_problems]
    if troubles:
        output.complain("\n".join(trouble.message for trouble in troubles))
    values = tuple(_values(app, rules))
    if wants_json:
        _write_json(app.root, values, troubles)
    elif not troubles:
        output.write(_listed(values))
    return TROUBLE if troubles else OK


def run_schema(arguments: Sequence[str]) -> int:
    """Print the JSON Schema of the configuration file."""
    from fourlayer.cli.parser import Parser, UsageError, complaint

    parser = Parser("schema", "Print the JSON Schema of fourlayer.toml.", _SCHEMA_EXAMPLES)
    try:
        parser.parse_args(arguments)
    except UsageError as error:
        output.complain(complaint(error))
        return TROUBLE
    from fourlayer.config.models import json_schema
    from fourlayer.report.json_document import dump

    output.write(dump(json_schema([(meta.id, meta.summary) for meta in _registry()])), utf8=True)
    return OK


def config_trouble(problem: ConfigProblem, root: str) -> Trouble:
    """A problem of the configuration as a trouble: file, place, what is wrong and what to do."""
    base = root if root.endswith(os.sep) else root + os.sep
    path = problem.path
    if path.startswith(base):
        path = path[len(base) :].replace(os.sep, "/")
    at = f"{path}:{problem.line}:{problem.column}" if problem.line else path
    key = f"{problem.key}: " if problem.key else ""
    remedy = f"; {problem.remedy}" if problem.remedy else ""
    return Trouble("config", f"{at}: {key}{problem.message}{remedy}", path)


def _values(app: App, rules: Sequence[RuleMeta]) -> Iterator[Value]:
    """Every value, and for each rule without a setting the severity it has of its own."""
    from fourlayer.config.plain import leaves, to_plain

    origins = app.origins
    named: set[str] = set()
    for key, value in leaves(to_plain(app.settings)):
        if key.endswith(".severity"):
            named.add(key)
        if value != {}:
            yield Value(key, value, _origin(key, origins, app.root))
    for meta in rules:
        key = f"rules.{meta.id}.severity"
        if key not in named:
            yield Value(key, meta.severity, _DEFAULT)


def _origin(key: str, origins: Mapping[str, str], root: str) -> str:
    origin = origins.get(key, _DEFAULT)
    base = root if root.endswith(os.sep) else root + os.sep
    return origin.replace(base, "")


def _listed(values: Sequence[Value]) -> str:
    from fourlayer.report.terminal import visible

    lines = [
        f"{visible(value.key)} = {json.dumps(value.value, ensure_ascii=True)}  # {visible(value.origin)}"
        for value in values
    ]
    return "\n".join(lines) + "\n"


def _write_json(root: str, values: Sequence[Value], troubles: Sequence[Trouble]) -> None:
    from fourlayer.report.json_document import dump

    document = {
        "version": 1,
        "root": root,
        "values": [value._asdict() for value in values],
        "problems": [trouble._asdict() for trouble in troubles],
    }
    output.write(dump(document), utf8=True)


def _registry() -> tuple[RuleMeta, ...]:
    from fourlayer_rules.registry import RULES

    return RULES
