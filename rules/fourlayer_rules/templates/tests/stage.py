"""Runs of an adapter or client with a transport that answers as the test's will."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.classes import chain_of, class_member, members
from fourlayer.syntax import nodes as n
from fourlayer.syntax.functions import function_of
from fourlayer_rules.derive.runner import is_installed
from fourlayer_rules.derive.running.answers import Json, frozen, thawed
from fourlayer_rules.derive.running.errors import made_error
from fourlayer_rules.derive.running.machine import Machine
from fourlayer_rules.derive.running.properties import property_of
from fourlayer_rules.derive.running.state import state_of
from fourlayer_rules.derive.running.values import UNDEFINED, Arr, Lazy, Obj, Thrown, Uncertain
from fourlayer_rules.derive.running.web import response_of
from fourlayer_rules.derive.symbols import Declared
from fourlayer_rules.templates.tests.mocks import Mocks
from fourlayer_rules.templates.tests.outcome import Outcome, run
from fourlayer_rules.templates.tests.samples import Place, Sample, Sampler, exports, number_for, text_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fourlayer.syntax.facts import FileFacts
    from fourlayer_rules.derive.model import ProviderModel
    from fourlayer_rules.derive.running.values import Mock, Value

HEADERS: dict[str, str] = {"content-type": "application/json", "retry-after": "2"}
_WANTED = frozenset({"retryAttempts", "maxRetries", "retries", "baseUrl", "baseURL", "apiUrl"})
_CLIENTS = ("Client", "Service", "Api", "API", "Adapter")


class Subject(NamedTuple):
    """The class under test: where it is, and whether it lives between `connect` and `disconnect`.

    `factory` is the exported function that gives an instance where the class itself cannot be constructed.
    """

    declared: Declared
    name: str
    connects: bool
    factory: str | None = None


class Answer(NamedTuple):
    """What the transport does: the answer's status (None: it cannot be reached) and body (None: `{}`)."""

    status: int | None
    data: Json = None
    lazy: Lazy | None = None


class Operation(NamedTuple):
    """A method that can be called with made-up arguments; `gives` is what its promise holds, as written."""

    name: str
    args: tuple[Sample, ...]
    gives: str = ""

    def code(self, target: str) -> str:
        """The call on an instance."""
        return f"{target}.{self.name}({', '.join(sample.code for sample in self.args)})"


class Played(NamedTuple):
    """What came of a run, and the machine that made it."""

    outcome: Outcome
    machine: Machine

    @property
    def calls_out(self) -> bool:
        """Whether a service would have been called."""
        return bool(self.machine.fetched) or any(map(Mocks.is_awaited, self.machine.modules.values()))


def find_subject(model: ProviderModel) -> Subject | None:
    """The adapter's class, else the class of a standalone client."""
    view, adapter = model.view, model.adapter
    if adapter is not None:
        return _subject(model, Declared(adapter.path, adapter.facts, adapter.decl))
    path = f"{model.provider.path}/client.ts"
    facts = view.facts(path) if view.exists(path) else None
    for decl in facts.decls if facts is not None else ():
        if facts is not None and decl.kind == "class" and (decl.name or "").endswith(_CLIENTS):
            return _subject(model, Declared(path, facts, decl))
    return None


def _subject(model: ProviderModel, declared: Declared) -> Subject | None:
    name, facts = declared.decl.name, declared.facts
    if name is None or not declared.decl.trusted or not facts.trusted:
        return None
    chain = chain_of(model.view, declared)
    names = {member.name for link in chain.links for member in members(link.decl)}
    subject = Subject(declared, name, {"connect", "disconnect"} <= names)
    public = exports(facts, name) or declared.decl.is_default
    if public and not _is_closed(declared):
        return subject
    factory = _factory_of(facts, name)
    return None if factory is None else subject._replace(factory=factory)


def _is_closed(declared: Declared) -> bool:
    """Whether the constructor is not for everybody."""
    return any(
        member.name == "constructor"
        and isinstance(member.node, n.ClassMember)
        and {"private", "protected"} & set(member.node.modifiers)
        for member in declared.decl.members
    )


def _factory_of(facts: FileFacts, name: str) -> str | None:
    """An exported function without parameters whose return type is the class."""
    for function_name, function in _free_functions(facts):
        result = function.return_type
        if isinstance(result, n.TypeRef) and result.name == name and not function.is_async:
            return function_name
    return None


def resets_of(facts: FileFacts) -> list[str]:
    """The exported functions that bring a file's state back to where it was."""
    return [
        name
        for name, function in _free_functions(facts)
        if re.match(r"(reset|clear)([A-Z_]|$)|_+reset", name) and not function.is_async
    ]


def _free_functions(facts: FileFacts) -> Iterator[tuple[str, n.Function]]:
    for export in facts.exports:
        decl = facts.decl(export.local or export.name) if export.kind in {"declaration", "named"} else None
        function = function_of(decl) if decl is not None and decl.trusted else None
        if function is not None and all(_is_omittable(param) for param in function.params):
            yield export.name, function


def _is_omittable(param: n.Param) -> bool:
    return param.optional or param.rest or param.default is not None


class Stage:
    """Plays operations of one subject; remembers what the test needs for the same."""

    def __init__(self, model: ProviderModel, subject: Subject, path: str) -> None:
        self.model = model
        self.subject = subject
        self.path = path
        self.sampler = Sampler(model, wanted=_WANTED)
        self.environment: dict[str, str] = {}
        self.arguments: list[Sample] = []
        self.credentials: Sample | None = None
        self.greeting: Json = {}
        self.resets: dict[str, None] = {}
        self.fetches = False
        self.calls = False

    # One run

    def machine(self, answer: Answer) -> Machine:
        """A fresh run in which every call gets an answer."""
        machine = Machine(self.model.view, self.model.conventions.conventions.validation, self.environment)
        self.answer_with(machine, answer)
        return machine

    def answer_with(self, machine: Machine, answer: Answer) -> None:
        """Let every call from here on get an answer."""
        machine.fetch = lambda: self._respond(machine, answer)
        machine.awaited = lambda mock: self._reply(machine, mock, answer)

    def _respond(self, machine: Machine, answer: Answer) -> Value:
        self.fetches = True
        if answer.status is None:
            raise Thrown(made_error(machine, "TypeError", "fetch failed"))
        data = answer.lazy if answer.lazy is not None else thawed(answer.data or {})
        return response_of(answer.status, data, HEADERS)

    def _reply(self, machine: Machine, mock: Mock, answer: Answer) -> Value:
        self.calls = True
        if answer.status is None or answer.status >= 400:
            error = made_error(machine, "Error", "refused")
            if answer.status is not None:
                error.props.update(status=answer.status, statusCode=answer.status)
                error.props["response"] = thawed({"status": answer.status, "headers": HEADERS})
            raise Thrown(error)
        return answer.lazy if answer.lazy is not None else thawed(answer.data or {})

    def play(self, answer: Answer, act: Callable[[Machine], Value]) -> Played | None:
        """One run; None where it is not certain, uses what cannot be mocked, or leaves something behind."""
        machine = self.machine(answer)
        before: dict[str, object] = {}

        def action() -> Value:
            machine.code.load(self.subject.declared.path)
            before.update(state_of(machine))
            return act(machine)

        outcome = run(machine, action)
        if outcome is None or not self._can_mock(machine) or not self._is_as_before(machine, before):
            return None
        return Played(outcome, machine)

    def _is_as_before(self, machine: Machine, before: dict[str, object]) -> bool:
        """Whether the loaded files are as they were, if need be after calling what resets them."""
        if _holds(machine, before):
            return True
        resets = resets_of(self.subject.declared.facts)
        done = run(machine, lambda: self._reset(machine, resets)) if resets else None
        if done is None or done.threw or not _holds(machine, before):
            return False
        self.resets.update(dict.fromkeys(resets))
        return True

    def _reset(self, machine: Machine, resets: list[str]) -> Value:
        for name in resets:
            machine.call(machine.exported(self.subject.declared.path, name), UNDEFINED, [])
        return UNDEFINED

    def _can_mock(self, machine: Machine) -> bool:
        return all(is_installed(self.model.view, self.path, name) for name in machine.modules)

    # Acts

    def construct(self, machine: Machine) -> Obj:
        """A new instance."""
        declared = self.subject.declared
        if self.subject.factory is not None:
            made = machine.call(machine.exported(declared.path, self.subject.factory), UNDEFINED, [])
        else:
            name = self.subject.name if exports(declared.facts, self.subject.name) else "default"
            arguments = [sample.make(machine) for sample in self.arguments]
            made = machine.construct(machine.exported(declared.path, name), arguments)
        if not isinstance(made, Obj):
            raise Uncertain
        return made

    def call(self, machine: Machine, made: Obj, name: str, args: list[Value]) -> Value:
        """Call a method."""
        return machine.call(property_of(machine, made, name), made, args)

    def invoke(self, machine: Machine, made: Obj, operation: Operation) -> Value:
        """Call a method with made-up arguments."""
        return self.call(machine, made, operation.name, [sample.make(machine) for sample in operation.args])

    def connect(self, machine: Machine, made: Obj) -> None:
        """Connect with the made-up credentials."""
        if self.subject.connects and self.credentials is not None:
            machine.wait(self.call(machine, made, "connect", [self.credentials.make(machine)]))

    def connected(self, machine: Machine) -> Value:
        """Make an instance and connect it."""
        self.connect(machine, self.construct(machine))
        return UNDEFINED

    def connect_well(self, machine: Machine) -> Obj:
        """An instance that is connected; what fails on the way is no matter of the operation at hand."""
        self.answer_with(machine, Answer(200, self.greeting))
        made = self.construct(machine)
        try:
            self.connect(machine, made)
        except Thrown:
            raise Uncertain from None
        machine.fetched.clear()
        return made

    def operate(self, operation: Operation, answer: Answer) -> Played | None:
        """Connect where every call succeeds, then one call with this answer."""

        def act(machine: Machine) -> Value:
            made = self.connect_well(machine)
            for mock in machine.modules.values():
                Mocks.forget(mock)
            self.answer_with(machine, answer)
            return self.invoke(machine, made, operation)

        return self.play(answer, act)

    # Surroundings

    def prepare(self) -> bool:
        """Find arguments and surroundings with which an instance can be made."""
        if self.subject.factory is None:
            arguments = self.sampler.arguments_of(self.subject.declared)
            if arguments is None:
                return False
            self.arguments = arguments
        if self.subject.connects:
            self.credentials = self._credentials()
            if self.credentials is None:
                return False
        return self._find_environment()

    def _find_environment(self) -> bool:
        for _ in range(2):
            machine = self.machine(Answer(200))
            outcome = run(machine, lambda machine=machine: self.construct(machine))  # type: ignore[misc]  # bound at once
            if outcome is not None and not outcome.threw and self._can_mock(machine):
                return True
            absent = [name for name in machine.reads if name not in self.environment]
            if outcome is None or not absent:
                return False
            self.environment.update({name: _environment_value(name, self.model.folder) for name in absent})
        return False

    def _credentials(self) -> Sample | None:
        for link in chain_of(self.model.view, self.subject.declared).links:
            for member in link.decl.members:
                node = class_member(member) if member.name == "connect" else None
                function = node.function if node is not None else None
                if function is not None and function.body is not None:
                    if not function.params:
                        return None
                    return self.sampler.of_param(function.params[0], Place(link.path, link.facts, member))
        return None


def _holds(machine: Machine, before: dict[str, object]) -> bool:
    now = state_of(machine)
    return all(now[path] == state for path, state in before.items())


def settle(value: Value, gives: str = "") -> None:
    """Give the parts of an answer that a result holds as they are a value, which a test can tell."""
    if isinstance(value, Lazy):
        plain: dict[str, Value] = {"boolean": True, "number": 1}
        value.become(gives if gives in plain else "string", plain.get(gives, "x"))
    elif isinstance(value, Obj) and value.kind == "Object":
        for part in value.props.values():
            settle(part)
    elif isinstance(value, Arr):
        for part in value.items:
            settle(part)


def body_of(lazy: Lazy) -> Json:
    """The body that an answer without shape came to."""
    return {} if lazy.kind in {"", "some"} else frozen(lazy)


def _environment_value(name: str, folder: str) -> str:
    plain = name.upper()
    if re.search(r"(_MS|TIMEOUT|PORT|COUNT|LIMIT|ATTEMPTS|RETRIES|SIZE|SECONDS)$", plain):
        return str(number_for(name))
    if plain.endswith(("URL", "URI", "HOST", "ENDPOINT")):
        return text_for("url", folder)
    if plain.endswith("EMAIL"):
        return text_for("email", folder)
    return "test-value"
