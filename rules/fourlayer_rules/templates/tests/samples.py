"""Made-up values of a type: as code for the test, and as values for the run that precedes it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.classes import chain_of, constructor_of, constructor_params
from fourlayer.syntax import nodes as n
from fourlayer_rules.derive.running import values
from fourlayer_rules.derive.running.answers import Json, data_of, frozen, thawed
from fourlayer_rules.derive.shared import import_path
from fourlayer_rules.derive.symbols import Declared, qualified

if TYPE_CHECKING:
    from collections.abc import Callable

    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer_rules.derive.model import ProviderModel
    from fourlayer_rules.derive.running.machine import Machine
    from fourlayer_rules.derive.running.values import Mock, Value

ADDRESS = "https://api.example.test"
_MAX_DEPTH = 5


class Need(NamedTuple):
    """A name that the test imports from a file of the workspace."""

    path: str
    name: str


class Sample(NamedTuple):
    """A value: its code, how a run makes it, what the code imports."""

    code: str
    make: Callable[[Machine], Value]
    needs: tuple[Need, ...] = ()
    parts: tuple[tuple[str, Sample], ...] | None = None
    """The properties of an object; None for other values."""


class Place(NamedTuple):
    """Where a type stands: its file, and the declaration that holds its text."""

    path: str
    facts: FileFacts
    decl: Decl


def _thawed(data: Json, _machine: Machine) -> Value:
    return thawed(data)


def _stubbed_fetch(machine: Machine) -> Value:
    return machine.lookup(machine.globals, "fetch")


def of_data(data: Json) -> Sample:
    """A sample of JSON data."""
    if isinstance(data, Mapping):
        return _object_of([(name, of_data(part)) for name, part in data.items()])
    return Sample(code_of(data), partial(_thawed, data))


def code_of(data: Json) -> str:
    """JSON data as a literal in the default style."""
    if isinstance(data, Mapping):
        if not data:
            return "{}"
        parts = [f"{key_of(name)}: {code_of(part)}" for name, part in data.items()]
        return "{ " + ", ".join(parts) + " }"
    if isinstance(data, list):
        return "[" + ", ".join(code_of(part) for part in data) + "]"
    return json.dumps(data, ensure_ascii=False)


def key_of(name: str) -> str:
    """A property's name, quoted where it must be."""
    return name if re.fullmatch(r"[A-Za-z_$][\w$]*", name) else json.dumps(name, ensure_ascii=False)


def text_for(name: str, folder: str) -> str:
    """A made-up text for a property or variable of this name."""
    plain = name.lower().replace("_", "")
    if plain in {"provider", "providername", "source", "integration"}:
        return folder
    if "tenant" in plain or "organization" in plain:
        return "tenant-1"
    if plain.endswith(("url", "uri", "host", "endpoint", "baseurl", "apibase", "origin")):
        return ADDRESS
    if "email" in plain:
        return "someone@example.test"
    if plain == "accesstoken":
        return "token-1"
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).replace("_", "-").lower().strip("-")
    return f"{words or 'value'}-1"


def number_for(name: str) -> int:
    """A made-up number for a property of this name."""
    plain = name.lower()
    if "attempt" in plain or "retr" in plain:
        return 1
    if "timeout" in plain or plain.endswith("ms"):
        return 1000
    if any(word in plain for word in ("minute", "second", "limit", "burst", "threshold", "max", "rate")):
        return 100
    return 1


class Sampler:
    """Makes samples for one provider. `wanted` are optional properties that are filled all the same."""

    def __init__(self, model: ProviderModel, *, wanted: frozenset[str] = frozenset()) -> None:
        self.model = model
        self.view = model.view
        self.wanted = wanted
        self.mocks: dict[str, Mock] = {}

    def of_param(self, param: n.Param, place: Place, name: str = "") -> Sample | None:
        """A value for a parameter; None where none can be made up."""
        if not name:
            name = param.target.name if isinstance(param.target, n.Name) else "options"
        return None if param.type is None else self.of(param.type, place, name, 0)

    def of(self, type_: n.Type, place: Place, name: str, depth: int) -> Sample | None:
        """A value of a type for a place of this name; None where none can be made up."""
        if depth > _MAX_DEPTH:
            return None
        if isinstance(type_, n.TypeLiteral):
            return self._literal(type_.text)
        if isinstance(type_, n.TypeUnion):
            return self._union(type_, place, name, depth)
        if isinstance(type_, n.TypeArray | n.TypeTuple):
            return of_data([]) if isinstance(type_, n.TypeArray) else None
        if isinstance(type_, n.TypeObject):
            return self._object(type_, place, depth)
        if isinstance(type_, n.TypeRef):
            return self._named(type_, place, name, depth)
        if isinstance(type_, n.TypeOther) and "readonly" in type_.kind and len(type_.parts) == 1:
            part = type_.parts[0]
            return self.of(part, place, name, depth) if isinstance(part, n.Type) else None
        if place.decl.text_of(type_) == "typeof fetch":
            return Sample("fetchMock", _stubbed_fetch)
        return None

    def _literal(self, text: str) -> Sample | None:
        if text[:1] in "\"'" and len(text) > 1:
            return of_data(text[1:-1])
        if text in {"true", "false"}:
            return of_data(text == "true")
        if text == "null":
            return of_data(None)
        return of_data(int(text)) if text.isdigit() else None

    def _union(self, type_: n.TypeUnion, place: Place, name: str, depth: int) -> Sample | None:
        if type_.op == "&":
            parts = [self.of(item, place, name, depth + 1) for item in type_.items]
            if any(part is None for part in parts):
                return None
            return _joined([part for part in parts if part is not None])
        for item in type_.items:
            if isinstance(item, n.TypeRef) and item.name in {"undefined", "null"}:
                continue
            sample = self.of(item, place, name, depth + 1)
            if sample is not None and sample.code != "null":
                return sample
        return None

    def _object(self, type_: n.TypeObject, place: Place, depth: int) -> Sample | None:
        parts: list[tuple[str, Sample]] = []
        for prop in type_.members:
            if prop.name is None or prop.kind == "index":
                continue
            if prop.optional and prop.name not in self.wanted:
                continue
            if prop.kind != "property" or prop.type is None:
                return None
            sample = self.of(prop.type, place, prop.name, depth + 1)
            if sample is None:
                if prop.optional:
                    continue
                return None
            parts.append((prop.name, sample))
        return _object_of(parts)

    def _named(self, type_: n.TypeRef, place: Place, name: str, depth: int) -> Sample | None:
        folder = self.model.folder
        simple: dict[str, Callable[[], Sample]] = {
            "string": lambda: of_data(text_for(name, folder)),
            "number": lambda: of_data(number_for(name)),
            "boolean": lambda: of_data(True),
            "unknown": lambda: of_data({}),
            "object": lambda: of_data({}),
            "Record": lambda: of_data({}),
            "Array": lambda: of_data([]),
            "ReadonlyArray": lambda: of_data([]),
        }
        if type_.name in simple:
            return simple[type_.name]()
        if type_.name in {"Readonly", "Partial", "Required"} and len(type_.args) == 1:
            return of_data({}) if type_.name == "Partial" else self.of(type_.args[0], place, name, depth + 1)
        if type_.name in {"z.infer", "z.output", "infer"} and len(type_.args) == 1:
            return self._inferred(type_.args[0], place)
        found = qualified(self.view, place.path, place.facts, type_.name)
        return self._declared(found, name, depth) if isinstance(found, tuple) else None

    def _declared(self, found: Declared, name: str, depth: int) -> Sample | None:
        node = found.decl.node
        place = Place(found.path, found.facts, found.decl)
        if isinstance(node, n.InterfaceDecl):
            if node.type_params:
                return None
            parts: list[Sample] = []
            for base in node.extends:
                inherited = self.of(base, place, name, depth + 1)
                if inherited is None:
                    return None
                parts.append(inherited)
            own = self._object(node.body, place, depth)
            return _joined([*parts, own]) if own is not None else None
        if isinstance(node, n.TypeAlias):
            return None if node.type_params else self.of(node.value, place, name, depth + 1)
        if found.decl.kind == "class":
            return self.of_class(found, depth)
        if isinstance(node, n.EnumDecl) and node.members:
            return None
        return None

    def of_class(self, found: Declared, depth: int) -> Sample | None:
        """`new Class(...)` for an exported class that can be constructed with made-up values."""
        name = found.decl.name
        head = found.decl.node
        if (
            name is None
            or not isinstance(head, n.ClassDecl)
            or head.abstract
            or not exports(found.facts, name)
        ):
            return None
        samples = self.arguments_of(found, depth + 1)
        if samples is None:
            return None

        def make(machine: Machine) -> Value:
            cls = machine.exported(found.path, name)
            return machine.construct(cls, [sample.make(machine) for sample in samples])

        code = f"new {name}({', '.join(sample.code for sample in samples)})"
        need = Need(import_path(self.view, found, name), name)
        return Sample(code, make, (need, *(need for sample in samples for need in sample.needs)))

    def arguments_of(self, found: Declared, depth: int = 0) -> list[Sample] | None:
        """The arguments that a class's constructor requires; None where one cannot be made up."""
        chain = chain_of(self.view, found)
        located = constructor_of(chain)
        if located is None:
            return [] if chain.known else None
        owner, constructor = located
        samples: list[Sample] = []
        for param in constructor_params(constructor):
            if param.optional or param.default is not None or param.rest:
                break
            place = Place(owner.path, owner.facts, constructor)
            if param.type is None:
                return None
            name = param.target.name if isinstance(param.target, n.Name) else "options"
            sample = self.of(param.type, place, name, depth)
            if sample is None:
                return None
            samples.append(sample)
        return samples

    def _inferred(self, type_: n.Type, place: Place) -> Sample | None:
        """What a schema gives for an answer without shape."""
        from fourlayer_rules.derive.running.machine import Machine
        from fourlayer_rules.derive.running.schemas import Zod

        text = place.decl.text_of(type_)
        match = re.fullmatch(r"typeof\s+(\w+)", text)
        if match is None:
            return None
        machine = Machine(self.view, self.model.conventions.conventions.validation)
        try:
            schema = machine.lookup(machine.code.load(place.path).env, match[1])
            if not isinstance(schema, Zod):
                return None
            return of_data(_named_texts(data_of(_solid(schema.parse(values.Lazy()))), self.model.folder))
        except (values.Uncertain, values.Thrown):
            return None


def _named_texts(data: Json, folder: str) -> Json:
    """The data with texts and numbers that say what they are for."""
    if not isinstance(data, Mapping):
        return data
    return {name: _named_value(name, part, folder) for name, part in data.items()}


def _named_value(name: str, part: Json, folder: str) -> Json:
    if isinstance(part, str):
        return text_for(name, folder) if part and not part.strip("x") else part
    if isinstance(part, int | float) and not isinstance(part, bool):
        # Retries wait: one attempt tells as much.
        return (
            1 if re.search("attempt|retr", name, re.IGNORECASE) else number_for(name) if part == 1 else part
        )
    return _named_texts(part, folder)


def _solid(value: Value) -> Value:
    if isinstance(value, values.Lazy):
        return thawed(frozen(value))
    if isinstance(value, values.Obj):
        made = values.Obj()
        made.props = {name: _solid(part) for name, part in value.props.items()}
        return made
    if isinstance(value, values.Arr):
        return values.Arr([_solid(part) for part in value.items])
    return value


def _object_of(parts: list[tuple[str, Sample]]) -> Sample:
    def make(machine: Machine) -> Value:
        made = values.Obj()
        made.props = {name: sample.make(machine) for name, sample in parts}
        return made

    code = ", ".join(f"{key_of(name)}: {sample.code}" for name, sample in parts)
    needs = tuple(need for _, sample in parts for need in sample.needs)
    return Sample(f"{{ {code} }}" if parts else "{}", make, needs, tuple(parts))


def _joined(samples: list[Sample]) -> Sample | None:
    """One object of several; None where one is no object."""
    merged: dict[str, Sample] = {}
    for sample in samples:
        if sample.parts is None:
            return None
        merged.update(sample.parts)
    return _object_of(list(merged.items()))


def exports(facts: FileFacts, name: str) -> bool:
    """Whether a file exports a declaration under its own name."""
    return any(export.name == name for export in facts.exports)
