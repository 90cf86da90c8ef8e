"""`__tests__/adapter.test.ts`: the life of an adapter or client with a transport that is mocked."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer_rules.derive.classes import chain_of, class_member, members
from fourlayer_rules.derive.running import host
from fourlayer_rules.derive.running.machine import Machine
from fourlayer_rules.derive.running.values import Arr, Lazy, Obj, Thrown, Uncertain
from fourlayer_rules.derive.symbols import Declared
from fourlayer_rules.templates.tests.mocks import Mocks
from fourlayer_rules.templates.tests.outcome import (
    Imports,
    Outcome,
    Raised,
    expectation,
    mapped,
    row,
    run,
)
from fourlayer_rules.templates.tests.packages import is_installed
from fourlayer_rules.templates.tests.samples import (
    Need,
    Place,
    Sample,
    Sampler,
    code_of,
    exports,
    number_for,
    of_data,
    text_for,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fourlayer.syntax.facts import Decl
    from fourlayer_rules.derive.model import ProviderModel
    from fourlayer_rules.derive.running.values import Mock, Value

_STATUSES = (401, 403, 404, 429, 500, 503)
_HEADERS = {"content-type": "application/json", "retry-after": "2"}
_TOKEN = "token-1"
_WANTED = frozenset({"retryAttempts", "maxRetries", "retries", "baseUrl", "baseURL", "apiUrl"})
_WIDTH = 110


class Subject(NamedTuple):
    """The class under test: where it is, and whether it lives between `connect` and `disconnect`."""

    declared: Declared
    name: str
    connects: bool


class Operation(NamedTuple):
    """A method that can be called with made-up arguments."""

    name: str
    args: tuple[Sample, ...]

    def code(self, target: str) -> str:
        """The call on an instance."""
        return f"{target}.{self.name}({', '.join(sample.code for sample in self.args)})"


class Answer(NamedTuple):
    """What the transport does: the answer's status and body; None: it cannot be reached."""

    status: int | None
    data: object = {}  # noqa: RUF012 - never mutated
    lazy: Lazy | None = None


class Case(NamedTuple):
    """A test: its title, its lines, and what it touches."""

    title: str
    lines: tuple[str, ...]
    transport: bool


def render(model: ProviderModel, path: str) -> str | None:
    """The whole file; None where nothing about the adapter's life is certain."""
    subject = find_subject(model)
    if subject is None:
        return None
    text = _Work(model, path, subject).render()
    return model.style.apply(text) if text is not None else None


def find_subject(model: ProviderModel) -> Subject | None:
    """The adapter's class, else the class of a standalone client."""
    view, adapter = model.view, model.adapter
    if adapter is not None:
        declared = Declared(adapter.path, adapter.facts, adapter.decl)
        return _subject(model, declared)
    path = f"{model.provider.path}/client.ts"
    facts = view.facts(path) if view.exists(path) else None
    for decl in facts.decls if facts is not None else ():
        name = decl.name
        if decl.kind == "class" and name is not None and facts is not None and exports(facts, name):
            if name.endswith(("Client", "Service", "Api", "API")):
                return _subject(model, Declared(path, facts, decl))
    return None


def _subject(model: ProviderModel, declared: Declared) -> Subject | None:
    name = declared.decl.name
    if name is None or not declared.decl.trusted or not declared.facts.trusted:
        return None
    if not exports(declared.facts, name) and not declared.decl.is_default:
        return None
    chain = chain_of(model.view, declared)
    names = {member.name for link in chain.links for member in members(link.decl)}
    return Subject(declared, name, {"connect", "disconnect"} <= names)


class _Work:
    def __init__(self, model: ProviderModel, path: str, subject: Subject) -> None:
        self.model = model
        self.view = model.view
        self.path = path
        self.subject = subject
        self.imports = Imports(model, path)
        self.sampler = Sampler(model, wanted=_WANTED)
        self.environment: dict[str, str] = {}
        self.arguments: list[Sample] = []
        self.credentials: Sample | None = None
        self.mocks = Mocks()
        self.fetches = False
        self.calls = False
        self.cases: list[Case] = []

    # Running

    def machine(self, answer: Answer) -> Machine:
        machine = Machine(self.view, self.model.conventions.conventions.validation, self.environment)
        machine.fetch = lambda: self._respond(machine, answer)
        machine.awaited = lambda mock: self._reply(machine, mock, answer)
        return machine

    def _respond(self, machine: Machine, answer: Answer) -> Value:
        self.fetches = True
        if answer.status is None:
            raise Thrown(host.error(machine, "TypeError", "fetch failed"))
        data = answer.lazy if answer.lazy is not None else host.thawed(answer.data)
        return host.response(answer.status, data, _HEADERS)

    def _reply(self, machine: Machine, mock: Mock, answer: Answer) -> Value:
        self.calls = True
        if answer.status is None or answer.status >= 400:
            error = host.error(machine, "Error", "refused")
            if answer.status is not None:
                error.props.update(status=answer.status, statusCode=answer.status)
                error.props["response"] = host.thawed({"status": answer.status, "headers": _HEADERS})
            raise Thrown(error)
        return answer.lazy if answer.lazy is not None else host.thawed(answer.data)

    def construct(self, machine: Machine) -> Obj:
        """A new instance."""
        declared = self.subject.declared
        name = (
            "default"
            if declared.decl.is_default and not exports(declared.facts, self.subject.name)
            else self.subject.name
        )
        cls = machine.exported(declared.path, name)
        made = machine.construct(cls, [sample.make(machine) for sample in self.arguments])
        if not isinstance(made, Obj):
            raise Uncertain
        return made

    def invoke(self, machine: Machine, made: Obj, operation: Operation) -> Value:
        """Call a method."""
        method = host.get(machine, made, operation.name)
        return machine.call(method, made, [sample.make(machine) for sample in operation.args])

    def connect(self, machine: Machine, made: Obj) -> None:
        """Connect with the made-up credentials."""
        if self.subject.connects and self.credentials is not None:
            machine.wait(
                machine.call(host.get(machine, made, "connect"), made, [self.credentials.make(machine)])
            )

    def play(self, answer: Answer, act: Callable[[Machine], Value]) -> tuple[Outcome, Machine] | None:
        """One run; None where it is not certain, or uses what cannot be mocked."""
        machine = self.machine(answer)
        outcome = run(machine, lambda: act(machine))
        if outcome is None or not self._can_mock(machine):
            return None
        return outcome, machine

    def _can_mock(self, machine: Machine) -> bool:
        return all(is_installed(self.view, self.model.provider, name) for name in machine.modules)

    def operate(self, operation: Operation, answer: Answer) -> tuple[Outcome, Machine] | None:
        """Connect where every call succeeds, then one call with this answer."""

        def act(machine: Machine) -> Value:
            made = self.construct(machine)
            self._connect_well(machine, made)
            machine.fetched.clear()
            machine.fetch = lambda: self._respond(machine, answer)
            machine.awaited = lambda mock: self._reply(machine, mock, answer)
            return self.invoke(machine, made, operation)

        return self.play(answer, act)

    def _connect_well(self, machine: Machine, made: Obj) -> None:
        """Connect where every call succeeds; what then fails is no matter of the operation at hand."""
        good = Answer(200, self.greeting)
        machine.fetch = lambda: self._respond(machine, good)
        machine.awaited = lambda mock: self._reply(machine, mock, good)
        try:
            self.connect(machine, made)
        except Thrown:
            raise Uncertain from None

    greeting: object = {}  # noqa: RUF012 - never mutated
    """The body that `connect` is answered with."""

    # The parts

    def render(self) -> str | None:
        """The file."""
        if not self._prepare():
            return None
        self._lifecycle()
        operations = list(self._operations())
        probe = self._probe(operations)
        if probe is not None:
            self._statuses(probe)
            self._unconnected(probe)
        self._success(operations)
        if not any(case.transport for case in self.cases) or len(self.cases) < 2:
            return None
        return self._file()

    def _prepare(self) -> bool:
        """Find arguments and surroundings with which an instance can be made and connected."""
        arguments = self.sampler.arguments_of(self.subject.declared)
        if arguments is None:
            return False
        self.arguments = arguments
        if self.subject.connects:
            self.credentials = self._credentials()
            if self.credentials is None:
                return False
        for _ in range(2):
            machine = self.machine(Answer(200))
            outcome = run(machine, lambda: self.construct(machine))  # noqa: B023 - run at once
            if outcome is not None and not outcome.threw and self._can_mock(machine):
                return True
            missing = [name for name in machine.reads if name not in self.environment]
            if outcome is None or not missing:
                return False
            self.environment.update({name: _environment_value(name, self.model.folder) for name in missing})
        return False

    def _credentials(self) -> Sample | None:
        chain = chain_of(self.view, self.subject.declared)
        for link in chain.links:
            for member in link.decl.members:
                node = class_member(member)
                if (
                    member.name == "connect"
                    and node is not None
                    and node.function is not None
                    and node.function.body is not None
                ):
                    params = node.function.params
                    if len(params) < 1:
                        return None
                    return self.sampler.of_param(params[0], Place(link.path, link.facts, member))
        return None

    def _lifecycle(self) -> None:
        if not self.subject.connects or self.credentials is None:
            return
        lazy = Lazy()
        first = self.play(Answer(200, lazy=lazy), self._connected)
        if first is None:
            return
        if first[0].threw:
            return
        self.greeting = body_of(lazy)
        again = self.play(Answer(200, self.greeting), self._connected)
        if again is None or again[0].threw:
            return
        machine = again[1]
        silent = not machine.fetched and not self._awaits(machine)
        lines = ["const adapter = create();"]
        if not silent:
            lines.append(self._answering(Answer(200, self.greeting)))
        lines.append("await expect(adapter.connect(credentials)).resolves.toBeUndefined();")
        if silent:
            lines += self._not_called()
        title = "connects without calling out" if silent else "connects when the service answers"
        self.cases.append(Case(title, tuple(lines), not silent))
        if not silent:
            self._refused_connect()
        self._without_token()

    def _connected(self, machine: Machine) -> Value:
        made = self.construct(machine)
        self.connect(machine, made)
        return host.UNDEFINED

    def _awaits(self, machine: Machine) -> bool:
        return any(Mocks.is_awaited(mock) for mock in machine.modules.values())

    def _refused_connect(self) -> None:
        played = self.play(Answer(401), self._connected)
        if played is not None and played[0].threw:
            lines = self._failure(played[0], "create().connect(credentials)")
            if lines:
                self.cases.append(
                    Case(
                        "does not connect with refused credentials",
                        (self._answering(Answer(401)), *lines),
                        True,
                    )
                )

    def _without_token(self) -> None:
        sample = self.credentials
        if sample is None or f'accessToken: "{_TOKEN}"' not in sample.code:
            return

        def act(machine: Machine) -> Value:
            made = self.construct(machine)
            given = sample.make(machine)
            if not isinstance(given, Obj):
                raise Uncertain
            given.props["accessToken"] = ""
            machine.wait(machine.call(host.get(machine, made, "connect"), made, [given]))
            return host.UNDEFINED

        played = self.play(Answer(200, self.greeting), act)
        if played is None or not played[0].threw or played[1].fetched:
            return
        lines = self._failure(played[0], 'create().connect({ ...credentials, accessToken: "" })')
        if lines:
            self.cases.append(Case("needs an access token", lines, False))

    # Operations

    def _operations(self) -> Iterator[Operation]:
        chain = chain_of(self.view, self.subject.declared)
        own = self.subject.declared
        inherited = {
            member.name: member.decl
            for link in chain.links[1:]
            for member in members(link.decl)
            if member.kind == "method" and member.visibility == "public" and member.abstract
        }
        for member in members(own.decl):
            node = member.node
            if (
                member.kind != "method"
                or member.visibility != "public"
                or not isinstance(node, n.ClassMember)
            ):
                continue
            if inherited and member.name not in inherited:
                continue
            function = node.function
            if (
                function is None
                or member.name in {"connect", "disconnect"}
                or not _gives_promise(node, member.decl)
            ):
                continue
            yield from self._with_arguments(member.name, function, member.decl)

    def _with_arguments(self, name: str, function: n.Function, decl: Decl) -> Iterator[Operation]:
        place = Place(self.subject.declared.path, self.subject.declared.facts, decl)
        listed: list[list[Sample]] = []
        for param in function.params:
            if param.optional or param.default is not None or param.rest:
                break
            choices = self._choices(param, place)
            if not choices:
                return
            listed.append(choices)
        for first in listed[0] if listed else [None]:
            rest = [choices[0] for choices in listed[1:]]
            yield Operation(name, ((first, *rest) if first is not None else ()))

    def _choices(self, param: n.Param, place: Place) -> list[Sample]:
        name = param.target.name if isinstance(param.target, n.Name) else "options"
        plain = isinstance(param.type, n.TypeRef) and param.type.name == "string"
        if (
            plain
            and re.search(r"type|kind|entity|resource|table|object", name, re.IGNORECASE)
            and "id" not in name.lower()
        ):
            return [of_data(text) for text in self._entity_types()]
        if isinstance(param.type, n.TypeRef) and param.type.name == "Record":
            return [of_data({"name": "new name"})]
        sample = self.sampler.of_param(param, place)
        return [sample] if sample is not None else []

    def _entity_types(self) -> list[str]:
        """The texts that the class may know as types of records."""
        found: dict[str, None] = {}
        facts = self.subject.declared.facts
        for decl in facts.all_decls():
            if decl.kind == "import":
                continue
            for node in walk(decl.node):
                text = node.text[1:-1] if isinstance(node, n.TypeLiteral) and node.text[:1] in "\"'" else ""
                if isinstance(node, n.Array):
                    for item in node.items:
                        if isinstance(item, n.Str) and re.fullmatch(r"[A-Za-z]\w*", item.value):
                            found[item.value] = None
                elif isinstance(node, n.Case) and isinstance(node.test, n.Str):
                    text = node.test.value
                elif isinstance(node, n.Binary) and isinstance(node.right, n.Str) and "=" in node.op:
                    text = node.right.value
                if re.fullmatch(r"[A-Za-z]\w*", text) and text.upper() != text:
                    found[text] = None
        return [*list(found)[:10], "contact"]

    def _probe(self, operations: list[Operation]) -> Operation | None:
        """The operation that surely calls out, `validate` first."""
        for operation in sorted(operations, key=lambda one: (one.name != "validate", len(one.args))):
            played = self.operate(operation, Answer(500))
            if played is not None and (played[1].fetched or self._awaits(played[1])):
                return operation
        return None

    def _statuses(self, probe: Operation) -> None:
        rows: dict[int, Raised] = {}
        given: dict[str, list[int]] = {}
        for status in _STATUSES:
            played = self.operate(probe, Answer(status))
            if played is None or not (played[1].fetched or self._awaits(played[1])):
                continue
            outcome = played[0]
            error = mapped(outcome)
            if error is not None and Imports(self.model, self.path).name_of(error.type) is not None:
                rows[status] = error
            elif not outcome.threw:
                matcher = expectation(outcome.value)
                if matcher in {"toBe(false)", "toBeNull()", "toEqual([])"}:
                    given.setdefault(matcher, []).append(status)
        if rows:
            self._table(probe, rows)
        for matcher, statuses in given.items():
            self._given(probe, matcher, statuses)
        self._unreachable(probe)

    def _table(self, probe: Operation, rows: dict[int, Raised]) -> None:
        lines = "".join(
            row(status, self.imports.name_of(error.type) or "", error.properties)
            for status, error in rows.items()
        )
        body = [*self._made(), "answer(status);"]
        body.append(
            f"const error: unknown = await {probe.code('adapter')}.catch((reason: unknown) => reason);"
        )
        body += ["expect(error).toBeInstanceOf(type);", "expect(error).toMatchObject(expected);"]
        inner = "".join(f"    {line}\n" for line in body)
        self.cases.append(
            Case(
                "",
                (
                    f"""\
  it.each([
{lines}  ])("{probe.name}() maps the status $status", async ({{ status, type, expected }}) => {{
{inner}  }});
""",
                ),
                True,
            )
        )
        self._use(probe)

    def _given(self, probe: Operation, matcher: str, statuses: list[int]) -> None:
        body = [
            *self._made(),
            "answer(status);",
            f"await expect({probe.code('adapter')}).resolves.{matcher};",
        ]
        inner = "".join(f"    {line}\n" for line in body)
        listed = ", ".join(str(status) for status in statuses)
        title = f"{probe.name}() tells of the status %i without failing"
        self.cases.append(
            Case("", (f'  it.each([{listed}])("{title}", async (status) => {{\n{inner}  }});\n',), True)
        )
        self._use(probe)

    def _unreachable(self, probe: Operation) -> None:
        if not self.fetches:
            return
        played = self.operate(probe, Answer(None))
        if played is None or not played[0].threw or not played[1].fetched:
            return
        lines = self._failure(played[0], probe.code("adapter"))
        if lines:
            lines = (*self._made(), 'fetchMock.mockRejectedValue(new TypeError("fetch failed"));', *lines)
            self.cases.append(Case(f"{probe.name}() fails when the service cannot be reached", lines, True))
            self._use(probe)

    def _unconnected(self, probe: Operation) -> None:
        if not self.subject.connects:
            return

        def before(machine: Machine) -> Value:
            return self.invoke(machine, self.construct(machine), probe)

        def after(machine: Machine) -> Value:
            made = self.construct(machine)
            self._connect_well(machine, made)
            machine.fetched.clear()
            try:
                machine.wait(machine.call(host.get(machine, made, "disconnect"), made, []))
            except Thrown:
                raise Uncertain from None
            return self.invoke(machine, made, probe)

        for title, act, start in (
            ("refuses to work before connect()", before, ["const adapter = create();"]),
            ("forgets the tenant on disconnect()", after, [*self._made(), "await adapter.disconnect();"]),
        ):
            played = self.play(Answer(200), act)
            if played is None or not played[0].threw or played[1].fetched:
                continue
            lines = self._failure(played[0], probe.code("adapter"))
            if lines:
                self.cases.append(Case(title, (*start, *lines), False))

    # Success

    def _success(self, operations: list[Operation]) -> None:
        done: set[str] = set()
        for operation in operations:
            if operation.name in done:
                continue
            answer = self._good_answer(operation)
            again = self.operate(operation, answer) if answer is not None else None
            if answer is None or again is None or again[0].threw:
                continue
            if not again[1].fetched and not self._awaits(again[1]):
                continue
            matcher = expectation(again[0].value)
            if matcher is None:
                continue
            done.add(operation.name)
            lines = [*self._made(), self._answering(answer)]
            lines.append(f"await expect({operation.code('adapter')}).resolves.{matcher};")
            if again[1].fetched:
                lines += self._sent(again[1])
            elif self.calls:
                lines.append("expect(call).toHaveBeenCalled();")
            title = {"validate": "accepts credentials that the service accepts"}.get(operation.name)
            self.cases.append(
                Case(title or f"{operation.name}() takes what the service answers", tuple(lines), True)
            )
            self._use(operation)

    def _good_answer(self, operation: Operation) -> Answer | None:
        """An answer that the operation takes, one of which something is left at the end if there is any."""
        found: Answer | None = None
        for flag in (True, False):
            lazy = Lazy(flag)
            played = self.operate(operation, Answer(200, lazy=lazy))
            if played is None or played[0].threw:
                continue
            found = found or Answer(200, body_of(lazy))
            value = played[0].value
            if not isinstance(value, Arr) or value.items:
                return Answer(200, body_of(lazy))
        return found

    def _sent(self, machine: Machine) -> list[str]:
        """What is certain of the first call: the token that it carries."""
        options = machine.fetched[-1][1]
        headers = options.props.get("headers") if isinstance(options, Obj) else None
        if isinstance(headers, Obj) and headers.kind == "Object":
            for name, value in headers.props.items():
                if isinstance(value, str) and _TOKEN in value:
                    sent = code_of({name: value})
                    return [f"expect(fetchMock.mock.lastCall?.[1]?.headers).toMatchObject({sent});"]
        return ["expect(fetchMock).toHaveBeenCalled();"]

    # Text

    def _made(self) -> list[str]:
        if self.subject.connects:
            return ["const adapter = await connected();"]
        return ["const adapter = create();"]

    def _use(self, operation: Operation) -> None:
        for sample in operation.args:
            self.imports.add(sample.needs)

    def _answering(self, answer: Answer) -> str:
        body = "" if answer.data == {} else f", {code_of(answer.data)}"
        return f"answer({answer.status}{body});"

    def _not_called(self) -> list[str]:
        return ["expect(fetchMock).not.toHaveBeenCalled();"]

    def _failure(self, outcome: Outcome, call: str) -> tuple[str, ...]:
        """The lines that tell how a call fails; empty where that cannot be told."""
        error = mapped(outcome)
        name = self.imports.name_of(error.type) if error is not None else None
        if error is None or name is None:
            return ()
        lines = [
            f"const error: unknown = await {call}.catch((reason: unknown) => reason);",
            f"expect(error).toBeInstanceOf({name});",
        ]
        if error.properties:
            lines.append(f"expect(error).toMatchObject({code_of(error.properties)});")
        return tuple(lines)

    def _file(self) -> str:
        subject = self.subject
        self._collect()
        modules = self.mocks.code()
        default = subject.declared.decl.is_default and not exports(subject.declared.facts, subject.name)
        if not default:
            self.imports.add([Need(subject.declared.path, subject.name)])
        for sample in (*self.arguments, *((self.credentials,) if self.credentials is not None else ())):
            self.imports.add(sample.needs)
        imports = self.imports.lines()
        if default:
            specifier = self.model.specifier(subject.declared.path, self.path)
            imports += f'import {subject.name} from "{specifier}";\n'
        arguments = ", ".join(sample.code for sample in self.arguments)
        cases = "\n".join(_case_text(case) for case in self.cases)
        used = "".join(line for case in self.cases for line in case.lines)
        parts = [self._helpers(used, arguments)]
        before = ['vi.stubGlobal("fetch", fetchMock);']
        before += [
            f"vi.stubEnv({json.dumps(name)}, {json.dumps(value)});"
            for name, value in self.environment.items()
        ]
        after = ["fetchMock.mockReset();", "vi.unstubAllGlobals();"]
        after += ["vi.unstubAllEnvs();"] if self.environment else []
        if modules:
            after.insert(1, "call.mockReset();")
        setup = (
            "  beforeEach(() => {\n"
            + "".join(f"    {line}\n" for line in before)
            + "  });\n\n  afterEach(() => {\n"
            + "".join(f"    {line}\n" for line in after)
            + "  });\n"
        )
        return f"""\
import {{ afterEach, beforeEach, describe, expect, it, vi }} from "vitest";

{imports}
{modules}const fetchMock = vi.fn<typeof fetch>();
{"".join(parts)}
describe("{subject.name}", () => {{
{setup}
{cases}}});
"""

    def _collect(self) -> None:
        """Everything of packages that any run used."""
        for operation in [None, *self._operations()]:
            machine = self.machine(Answer(200))

            def act(machine: Machine = machine, operation: Operation | None = operation) -> Value:
                made = self.construct(machine)
                self._connect_well(machine, made)
                return self.invoke(machine, made, operation) if operation is not None else host.UNDEFINED

            run(machine, act)
            self.mocks.merge(machine.modules)

    def _helpers(self, used: str, arguments: str) -> str:
        subject = self.subject
        parts: list[str] = []
        if self.credentials is not None:
            parts.append(f"const credentials = {self.credentials.code};\n")
        if "answer(" in used:
            parts.append(self._answer_helper())
        created = f"new {subject.name}({arguments})"
        parts.append(f"\nfunction create(): {subject.name} {{\n  return {created};\n}}\n")
        if "connected()" in used:
            greeting = self._answering(Answer(200, self.greeting))
            opening = f"  {greeting}\n" if self._calls_on_connect() else ""
            closing = "  fetchMock.mockClear();\n" if opening else ""
            parts.append(
                f"\nasync function connected(): Promise<{subject.name}> {{\n"
                f"  const adapter = create();\n{opening}  await adapter.connect(credentials);\n{closing}"
                "  return adapter;\n}\n"
            )
        return "".join(parts)

    def _calls_on_connect(self) -> bool:
        played = self.play(Answer(200, self.greeting), self._connected)
        return played is not None and bool(played[1].fetched or self._awaits(played[1]))

    def _answer_helper(self) -> str:
        headers = code_of(_HEADERS)
        parts: list[str] = []
        if self.fetches:
            parts.append(
                "  fetchMock.mockImplementation(\n"
                f"    async () => new Response(JSON.stringify(body), {{ status, headers: {headers} }})\n"
                "  );\n"
            )
        if self.calls:
            parts.append(
                "  call.mockImplementation(async () => {\n"
                "    if (status < 400) return body;\n"
                f"    const response = {{ status, headers: {headers} }};\n"
                '    throw Object.assign(new Error("refused"), { status, statusCode: status, response });\n'
                "  });\n"
            )
        return (
            f"\n/** Makes {self.model.display} answer every call from here on. */\n"
            f"function answer(status: number, body: unknown = {{}}): void {{\n{''.join(parts)}}}\n"
        )


def _case_text(case: Case) -> str:
    if not case.title:
        return case.lines[0]
    body = "".join(f"    {line}\n" for line in case.lines)
    return f'  it("{case.title}", async () => {{\n{body}  }});\n'


def body_of(lazy: Lazy) -> object:
    """The body that an answer without shape came to."""
    return {} if lazy.kind in {"", "some"} else host.frozen(lazy)


def _gives_promise(node: n.ClassMember, decl: Decl) -> bool:
    function = node.function
    if function is None:
        return False
    if "async" in node.modifiers or function.is_async:
        return True
    return isinstance(function.return_type, n.TypeRef) and function.return_type.name == "Promise"


def _environment_value(name: str, folder: str) -> str:
    plain = name.upper()
    if re.search(r"(_MS|TIMEOUT|PORT|COUNT|LIMIT|ATTEMPTS|RETRIES|SIZE|SECONDS)$", plain):
        return str(number_for(name))
    if plain.endswith(("URL", "URI", "HOST", "ENDPOINT")):
        return text_for("url", folder)
    if plain.endswith("EMAIL"):
        return text_for("email", folder)
    return "test-value"
