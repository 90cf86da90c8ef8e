"""The test cases of an adapter or client: its life, how it maps refusals, what it makes of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer_rules.derive.running.values import Arr, Lazy, Obj, Thrown, Uncertain
from fourlayer_rules.templates.tests.operations import operations_of
from fourlayer_rules.templates.tests.outcome import NATIVE, Imports, Raised, expectation, mapped, row
from fourlayer_rules.templates.tests.samples import code_of
from fourlayer_rules.templates.tests.stage import Answer, Operation, Played, Stage, body_of, settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer_rules.derive.running.machine import Machine
    from fourlayer_rules.derive.running.values import Value

_STATUSES = (401, 403, 404, 429, 500, 503)
_TOKEN = "token-1"  # noqa: S105 - made up
_WITHOUT_FAILING = frozenset({"toBe(false)", "toBeNull()", "toEqual([])"})


class Case(NamedTuple):
    """A test: its lines in the default style, whether the transport matters to it."""

    text: str
    transport: bool


def cases_of(stage: Stage, imports: Imports) -> Iterator[Case]:
    """The test cases, in the order of the file; the stage must be prepared."""
    yield from _Cases(stage, imports).all()


def answering(answer: Answer) -> str:
    """The line that lets the transport answer."""
    body = "" if not answer.data else f", {code_of(answer.data)}"
    return f"answer({answer.status}{body});"


def _test(title: str, lines: list[str]) -> str:
    return f'  it("{title}", async () => {{\n{_inner(lines)}  }});\n'


def _inner(lines: list[str]) -> str:
    return "".join(f"    {line}\n" for line in lines)


class _Cases:
    def __init__(self, stage: Stage, imports: Imports) -> None:
        self.stage = stage
        self.imports = imports
        connects = stage.subject.connects
        self.made = "const adapter = await connected();" if connects else "const client = create();"
        self.target = "adapter" if connects else "client"

    def all(self) -> Iterator[Case]:
        yield from self._life()
        operations = list(operations_of(self.stage.model.view, self.stage.subject, self.stage.sampler))
        probe = self._probe(operations)
        if probe is not None:
            yield from self._statuses(probe)
            yield from self._unconnected(probe)
        yield from self._success(operations)

    # The life between connect and disconnect

    def _life(self) -> Iterator[Case]:
        stage = self.stage
        if not stage.subject.connects:
            return
        lazy = Lazy()
        first = stage.play(Answer(200, lazy=lazy), stage.connected)
        if first is None or first.outcome.threw:
            return
        stage.greeting = body_of(lazy)
        greeting = Answer(200, stage.greeting)
        again = stage.play(greeting, stage.connected)
        if again is None or again.outcome.threw:
            return
        connects = "await expect(create().connect(credentials)).resolves.toBeUndefined();"
        if again.calls_out:
            called = (
                "expect(fetchMock).toHaveBeenCalled();"
                if again.machine.fetched
                else "expect(call).toHaveBeenCalled();"
            )
            lines = [answering(greeting), connects, called]
            yield Case(_test("connects when the service answers", lines), transport=True)
            yield from self._refused()
        else:
            mock = "call" if again.machine.modules else "fetchMock"
            lines = [connects, f"expect({mock}).not.toHaveBeenCalled();"]
            yield Case(_test("connects without calling out", lines), transport=False)
        yield from self._without_token(greeting)

    def _refused(self) -> Iterator[Case]:
        played = self.stage.play(Answer(401), self.stage.connected)
        lines = self._failure(played, "create().connect(credentials)")
        if lines:
            lines = [answering(Answer(401)), *lines]
            yield Case(_test("does not connect with refused credentials", lines), transport=True)

    def _without_token(self, greeting: Answer) -> Iterator[Case]:
        stage, sample = self.stage, self.stage.credentials
        if sample is None or f'accessToken: "{_TOKEN}"' not in sample.code:
            return

        def act(machine: Machine) -> Value:
            made, given = stage.construct(machine), sample.make(machine)
            if not isinstance(given, Obj):
                raise Uncertain
            given.props["accessToken"] = ""
            return machine.wait(stage.call(machine, made, "connect", [given]))

        played = stage.play(greeting, act)
        if played is not None and not played.calls_out:
            lines = self._failure(played, 'create().connect({ ...credentials, accessToken: "" })')
            if lines:
                yield Case(_test("needs an access token", lines), transport=False)

    # Refusals

    def _probe(self, operations: list[Operation]) -> Operation | None:
        """The operation that surely calls out, `validate` first."""
        for operation in sorted(operations, key=lambda one: (one.name != "validate", len(one.args))):
            played = self.stage.operate(operation, Answer(500))
            if played is not None and played.calls_out:
                return operation
        return None

    def _statuses(self, probe: Operation) -> Iterator[Case]:
        rows: dict[int, Raised] = {}
        given: dict[str, list[int]] = {}
        for status in _STATUSES:
            played = self.stage.operate(probe, Answer(status))
            if played is None or not played.calls_out:
                continue
            error = mapped(played.outcome)
            if error is not None and error.properties and self.imports.can_name(error.type):
                rows[status] = error
            elif not played.outcome.threw:
                matcher = expectation(played.outcome.value)
                if matcher in _WITHOUT_FAILING:
                    given.setdefault(matcher, []).append(status)
        if rows:
            yield self._table(probe, rows)
        for matcher, statuses in given.items():
            yield self._given(probe, matcher, statuses)
        yield from self._unreachable(probe)

    def _table(self, probe: Operation, rows: dict[int, Raised]) -> Case:
        lines = "".join(
            row(status, self.imports.name_of(error.type) or "", error.properties)
            for status, error in rows.items()
        )
        body = [
            self.made,
            "answer(status);",
            f"const error = await failure({probe.code(self.target)});",
            "expect(error).toBeInstanceOf(type);",
            "expect(error).toMatchObject(expected);",
        ]
        self._use(probe)
        title = f"{probe.name}() maps the status $status"
        return Case(
            f'  it.each([\n{lines}  ])("{title}", async ({{ status, type, expected }}) => {{\n'
            f"{_inner(body)}  }});\n",
            transport=True,
        )

    def _given(self, probe: Operation, matcher: str, statuses: list[int]) -> Case:
        told = f"await expect({probe.code(self.target)}).resolves.{matcher};"
        if len(statuses) == 1:
            self._use(probe)
            title = f"{probe.name}() tells of the status {statuses[0]} without failing"
            return Case(_test(title, [self.made, f"answer({statuses[0]});", told]), transport=True)
        body = [self.made, "answer(status);", told]
        listed = ", ".join(str(status) for status in statuses)
        title = f"{probe.name}() tells of the status %i without failing"
        self._use(probe)
        text = f'  it.each([{listed}])("{title}", async (status) => {{\n{_inner(body)}  }});\n'
        return Case(text, transport=True)

    def _unreachable(self, probe: Operation) -> Iterator[Case]:
        played = self.stage.operate(probe, Answer(None))
        if played is None or not played.machine.fetched:
            return
        lines = self._failure(played, probe.code(self.target))
        if lines:
            unreachable = 'fetchMock.mockRejectedValue(new TypeError("fetch failed"));'
            title = f"{probe.name}() fails when the service cannot be reached"
            self._use(probe)
            yield Case(_test(title, [self.made, unreachable, *lines]), transport=True)

    def _unconnected(self, probe: Operation) -> Iterator[Case]:
        stage = self.stage
        if not stage.subject.connects:
            return

        def before(machine: Machine) -> Value:
            return stage.invoke(machine, stage.construct(machine), probe)

        def after(machine: Machine) -> Value:
            made = stage.connect_well(machine)
            try:
                machine.wait(stage.call(machine, made, "disconnect", []))
            except Thrown:
                raise Uncertain from None
            machine.fetched.clear()
            return stage.invoke(machine, made, probe)

        for title, act, start in (
            ("refuses to work before connect()", before, ["const adapter = create();"]),
            ("forgets the tenant on disconnect()", after, [self.made, "await adapter.disconnect();"]),
        ):
            played = stage.play(Answer(200), act)
            if played is not None and not played.machine.fetched:
                lines = self._failure(played, probe.code("adapter"))
                if lines:
                    self._use(probe)
                    yield Case(_test(title, [*start, *lines]), transport=False)

    # Answers

    def _success(self, operations: list[Operation]) -> Iterator[Case]:
        done: set[str] = set()
        for operation in operations:
            answer = self._good_answer(operation) if operation.name not in done else None
            played = self.stage.operate(operation, answer) if answer is not None else None
            if answer is None or played is None or played.outcome.threw or not played.calls_out:
                continue
            matcher = expectation(played.outcome.value)
            if matcher is None:
                continue
            done.add(operation.name)
            lines = [self.made, answering(answer)]
            lines.append(f"await expect({operation.code(self.target)}).resolves.{matcher};")
            lines.append(_sent(played.machine))
            title = f"{operation.name}() gives what the service answers"
            if operation.name == "validate" and matcher == "toBe(true)":
                title = "validate() accepts credentials that the service accepts"
            elif matcher == "toBeUndefined()":
                title = f"{operation.name}() is done when the service accepts it"
            self._use(operation)
            yield Case(_test(title, lines), transport=True)

    def _good_answer(self, operation: Operation) -> Answer | None:
        """An answer that the operation takes, one of which something is left at the end if there is any."""
        found: Answer | None = None
        for flag in (True, False):
            lazy = Lazy(flag)
            played = self.stage.operate(operation, Answer(200, lazy=lazy))
            if played is None or played.outcome.threw:
                continue
            value = played.outcome.value
            settle(value, operation.gives)
            found = found or Answer(200, body_of(lazy))
            if not isinstance(value, Arr) or value.items:
                return Answer(200, body_of(lazy))
        return found

    # Lines

    def _use(self, operation: Operation) -> None:
        for sample in operation.args:
            self.imports.add(sample.needs)

    def _failure(self, played: Played | None, call: str) -> list[str]:
        """The lines that tell how a call fails; none where that cannot be told."""
        error = mapped(played.outcome) if played is not None else None
        name = self.imports.name_of(error.type) if error is not None else None
        if error is None or name is None or (name in NATIVE and not error.properties):
            return []
        lines = [f"const error = await failure({call});", f"expect(error).toBeInstanceOf({name});"]
        if error.properties:
            lines.append(f"expect(error).toMatchObject({code_of(error.properties)});")
        return lines


def _sent(machine: Machine) -> str:
    """What is certain of the last call: the token that it carries."""
    if not machine.fetched:
        return "expect(call).toHaveBeenCalled();"
    options = machine.fetched[-1][1]
    headers = options.props.get("headers") if isinstance(options, Obj) else None
    if isinstance(headers, Obj) and headers.kind == "Object":
        for name, value in headers.props.items():
            if isinstance(value, str) and _TOKEN in value:
                return (
                    f"expect(fetchMock.mock.lastCall?.[1]?.headers).toMatchObject({code_of({name: value})});"
                )
    return "expect(fetchMock).toHaveBeenCalled();"
