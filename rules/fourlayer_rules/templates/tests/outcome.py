"""What a run came to, as assertions about the part of it that is certain."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer_rules.derive.running.answers import Json
from fourlayer_rules.derive.running.errors import is_error
from fourlayer_rules.derive.running.machine import Machine
from fourlayer_rules.derive.running.values import (
    NULL,
    UNDEFINED,
    Arr,
    Class,
    Obj,
    Thrown,
    Uncertain,
    Value,
)
from fourlayer_rules.derive.shared import import_path
from fourlayer_rules.derive.style import import_statement
from fourlayer_rules.derive.symbols import Declared
from fourlayer_rules.templates.tests.samples import Need, code_of, exports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fourlayer_rules.derive.model import ProviderModel

_TELLING = (
    "code",
    "retryable",
    "retryAfter",
    "retryAfterMs",
    "retryAfterSeconds",
    "statusCode",
    "status",
    "provider",
)
"""The properties of errors that callers decide by."""


NATIVE = frozenset({"Error", "TypeError", "SyntaxError", "RangeError"})
"""The platform's errors that a test can name."""


class Outcome(NamedTuple):
    """What a run gave, or threw."""

    threw: bool
    value: Value

    def error_class(self) -> Class | None:
        """The class of what was thrown or given, where that is an error."""
        value = self.value
        return value.cls if isinstance(value, Obj) and is_error(value) else None


class Raised(NamedTuple):
    """An error as a test tells it: its class (None: it is a plain object) and its properties."""

    type: Class | None
    properties: dict[str, Json]


def run(machine: Machine, action: Callable[[], Value]) -> Outcome | None:
    """Run something to its end; None where its outcome is not certain."""
    try:
        try:
            value = machine.wait(action())
            outcome = Outcome(False, value)
        except Thrown as thrown:
            outcome = Outcome(True, thrown.value)
    except (Uncertain, RecursionError):
        return None
    return None if machine.network_on_load or machine.unhandled() else outcome


def raised(outcome: Outcome | None) -> Raised | None:
    """The error of an outcome, as far as a test can tell it."""
    value = outcome.value if outcome is not None else None
    if outcome is None or not isinstance(value, Obj):
        return None
    cls = outcome.error_class()
    if cls is None and (value.cls is not None or value.kind != "Object" or "code" not in value.props):
        return None
    told = {name: value.props[name] for name in _TELLING if name in value.props}
    plain: dict[str, Json] = {n: part for n, part in told.items() if isinstance(part, str | int | float)}
    return Raised(cls, plain) if cls is not None or plain else None


def mapped(outcome: Outcome) -> Raised | None:
    """The error of the code's own that was thrown.

    What a platform throws is not asserted: that it comes through is a fault that a later fix takes away.
    """
    error = raised(outcome) if outcome.threw else None
    return error if error is not None and error.type is not None and not error.type.native else None


def known(value: Value) -> Json:
    """The part of a value that is certain, as JSON data. Raises Uncertain where that is nothing."""
    if isinstance(value, str | int | float):
        return value
    if value is NULL:
        return None
    if isinstance(value, Arr):
        return [known(item) for item in value.items]
    if isinstance(value, Obj) and value.kind == "Object":
        parts: dict[str, Json] = {}
        for name, part in value.props.items():
            try:
                parts[name] = known(part)
            except Uncertain:
                continue
        if value.props and not parts:
            raise Uncertain
        return parts
    raise Uncertain


def expectation(value: Value) -> str | None:
    """The matcher for a value that was given, as `toBe(true)`; None where nothing is certain of it."""
    if value is UNDEFINED:
        return "toBeUndefined()"
    if value is NULL:
        return "toBeNull()"
    try:
        data = known(value)
    except Uncertain:
        return None
    if isinstance(data, dict):
        return f"toMatchObject({code_of(data)})" if data else None
    if isinstance(data, list):
        return f"toMatchObject({code_of(data)})" if data else "toEqual([])"
    return f"toBe({code_of(data)})"


class Imports:
    """What a test file imports."""

    def __init__(self, model: ProviderModel, path: str) -> None:
        self.model = model
        self.path = path
        self.names: dict[str, set[str]] = {}

    def add(self, needs: Iterable[Need]) -> None:
        """Import names from files of the workspace."""
        for need in needs:
            self.names.setdefault(need.path, set()).add(need.name)

    def name_of(self, cls: Class | None) -> str | None:
        """The name of a class in the test, imported where it must be; None where it cannot be."""
        if cls is None:
            return None
        if cls.native:
            return cls.name if cls.name in NATIVE else None
        facts = self.model.view.facts(cls.path) if cls.path else None
        if facts is None or cls.decl is None or not exports(facts, cls.name):
            return self.name_of(cls.parent)
        declared = Declared(cls.path, facts, cls.decl)
        self.add([Need(import_path(self.model.view, declared, cls.name), cls.name)])
        return cls.name

    def can_name(self, cls: Class | None) -> bool:
        """Whether a test can name a class, without importing it yet."""
        return Imports(self.model, self.path).name_of(cls) is not None

    def lines(self) -> str:
        """The import statements, shared code first."""
        grouped = [
            (self.model.specifier(path, self.path), sorted(names)) for path, names in self.names.items()
        ]
        ordered = sorted(grouped, key=lambda item: (not item[0].startswith("../../"), item[0].lower()))
        return "".join(import_statement(names, specifier) + "\n" for specifier, names in ordered)


def row(status: int, name: str, properties: dict[str, Json]) -> str:
    """A row of a table of statuses; who the provider is goes without saying there."""
    told = {key: value for key, value in properties.items() if key not in {"provider", "status"}}
    parts = f"status: {status}, " + (f"type: {name}, " if name else "")
    return f"    {{ {parts}expected: {code_of(told)} }},\n"
