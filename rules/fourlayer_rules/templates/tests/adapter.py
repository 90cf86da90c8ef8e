"""`__tests__/adapter.test.ts`: the life of an adapter or client with a transport that is mocked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fourlayer_rules.derive.running.values import UNDEFINED
from fourlayer_rules.templates.tests.cases import Case, answering, cases_of
from fourlayer_rules.templates.tests.folding import fold
from fourlayer_rules.templates.tests.mocks import Mocks
from fourlayer_rules.templates.tests.operations import operations_of
from fourlayer_rules.templates.tests.outcome import Imports, run
from fourlayer_rules.templates.tests.samples import Need, code_of, exports
from fourlayer_rules.templates.tests.stage import HEADERS, Answer, Stage, find_subject

if TYPE_CHECKING:
    from fourlayer_rules.derive.model import ProviderModel
    from fourlayer_rules.derive.running.machine import Machine
    from fourlayer_rules.derive.running.values import Value
    from fourlayer_rules.templates.tests.stage import Operation, Subject

_FEWEST_CASES = 2
_FROM_VITEST = ("afterEach", "beforeEach", "describe", "expect", "it", "vi")
_ALWAYS = frozenset(_FROM_VITEST[2:])


def can_render(model: ProviderModel, path: str) -> bool:
    """Whether enough is certain for a test."""
    stage = _prepared(model, path)
    seen: list[Case] = []
    for case in cases_of(stage, Imports(model, path)) if stage is not None else ():
        seen.append(case)
        if _is_enough(seen):
            return True
    return False


def render(model: ProviderModel, path: str) -> str | None:
    """The whole file; None where too little about the adapter's life is certain."""
    stage = _prepared(model, path)
    if stage is None:
        return None
    imports = Imports(model, path)
    cases = list(cases_of(stage, imports))
    if not _is_enough(cases):
        return None
    return model.style.apply(fold(_File(stage, imports, cases).text()))


def _is_enough(cases: list[Case]) -> bool:
    return len(cases) >= _FEWEST_CASES and any(case.transport for case in cases)


def _prepared(model: ProviderModel, path: str) -> Stage | None:
    subject = find_subject(model)
    stage = Stage(model, subject, path) if subject is not None else None
    return stage if stage is not None and stage.prepare() else None


class _File:
    def __init__(self, stage: Stage, imports: Imports, cases: list[Case]) -> None:
        self.stage = stage
        self.imports = imports
        self.cases = "\n".join(case.text for case in cases)
        self.mocks = Mocks()

    def text(self) -> str:
        """The file in the default style."""
        subject = self.stage.subject
        self._collect()
        modules = self.mocks.code()
        fetches = "fetchMock" in self.cases or not modules
        transport = "const fetchMock = vi.fn<typeof fetch>();\n" if fetches else ""
        body = f"{modules}{transport}{self._helpers()}"
        hooks = self._hooks(fetches, bool(modules))
        used = ", ".join(word for word in _FROM_VITEST if f"{word}(" in hooks or word in _ALWAYS)
        return f"""\
import {{ {used} }} from "vitest";

{self._imports()}
{body}
describe("{subject.name}", () => {{
{hooks}
{self.cases}}});
"""

    def _imports(self) -> str:
        stage, subject = self.stage, self.stage.subject
        declared = subject.declared
        default = declared.decl.is_default and not exports(declared.facts, subject.name)
        path = declared.path
        names = [subject.factory] if subject.factory is not None else [] if default else [subject.name]
        self.imports.add(Need(path, name) for name in (*names, *stage.resets))
        for sample in (*stage.arguments, *((stage.credentials,) if stage.credentials is not None else ())):
            self.imports.add(sample.needs)
        lines = self.imports.lines()
        if default and subject.factory is None:
            lines += f'import {subject.name} from "{stage.model.specifier(path, stage.path)}";\n'
        return lines

    def _hooks(self, fetches: bool, mocks: bool) -> str:
        before = ['vi.stubGlobal("fetch", fetchMock);'] if fetches else []
        before += [
            f"vi.stubEnv({json.dumps(name)}, {json.dumps(value)});"
            for name, value in self.stage.environment.items()
        ]
        after = [f"{name}();" for name in self.stage.resets]
        after += ["fetchMock.mockReset();", "vi.unstubAllGlobals();"] if fetches else []
        after += ["call.mockReset();"] if mocks else []
        after += ["vi.unstubAllEnvs();"] if self.stage.environment else []
        return "\n".join(
            f"  {name}(() => {{\n" + "".join(f"    {line}\n" for line in lines) + "  });\n"
            for name, lines in (("beforeEach", before), ("afterEach", after))
            if lines
        )

    def _collect(self) -> None:
        """Everything of packages that any run used."""
        stage = self.stage
        for operation in [None, *operations_of(stage.model.view, stage.subject, stage.sampler)]:

            def act(machine: Machine, operation: Operation | None = operation) -> Value:
                made = stage.connect_well(machine)
                return stage.invoke(machine, made, operation) if operation is not None else UNDEFINED

            machine = stage.machine(Answer(200))
            run(machine, lambda machine=machine, act=act: act(machine))  # type: ignore[misc]  # bound at once
            self.mocks.merge(machine.modules)

    # Helpers

    def _helpers(self) -> str:
        stage = self.stage
        parts: list[str] = []
        if stage.credentials is not None:
            parts.append(f"const credentials = {stage.credentials.code};\n")
        connected = self._connected() if "connected()" in self.cases else ""
        if "answer(" in self.cases + connected:
            parts.append(self._answer())
        parts.append(_create(stage.subject, ", ".join(sample.code for sample in stage.arguments)))
        parts.append(connected)
        if "failure(" in self.cases:
            parts.append(_FAILURE)
        return "".join(parts)

    def _connected(self) -> str:
        stage = self.stage
        greeting = Answer(200, stage.greeting)
        played = stage.play(greeting, stage.connected)
        calls_out = played is not None and played.calls_out
        opening = f"  {answering(greeting)}\n" if calls_out else ""
        closing = "".join(
            f"  {mock}.mockClear();\n"
            for mock, used in (("fetchMock", stage.fetches), ("call", stage.calls))
            if calls_out and used
        )
        return f"""
async function connected(): Promise<{_type_of(stage.subject)}> {{
  const adapter = create();
{opening}  await adapter.connect(credentials);
{closing}  return adapter;
}}
"""

    def _answer(self) -> str:
        headers = code_of(HEADERS)
        parts: list[str] = []
        if self.stage.fetches:
            parts.append(f"""\
  fetchMock.mockImplementation(
    async () => new Response(JSON.stringify(body), {{ status, headers: {headers} }})
  );
""")
        if self.stage.calls:
            parts.append(f"""\
  call.mockImplementation(async () => {{
    if (status < 400) return body;
    const response = {{ status, headers: {headers} }};
    throw Object.assign(new Error("refused"), {{ status, statusCode: status, response }});
  }});
""")
        return f"""
/** Makes {self.stage.model.display} answer every call from here on. */
function answer(status: number, body: unknown = {{}}): void {{
{"".join(parts)}}}
"""


_FAILURE = """
/** What a call fails with. */
async function failure(pending: Promise<unknown>): Promise<unknown> {
  return await pending.then(
    () => undefined,
    (reason: unknown) => reason
  );
}
"""


def _type_of(subject: Subject) -> str:
    return f"ReturnType<typeof {subject.factory}>" if subject.factory is not None else subject.name


def _create(subject: Subject, arguments: str) -> str:
    made = f"{subject.factory}()" if subject.factory is not None else f"new {subject.name}({arguments})"
    return f"""
function create(): {_type_of(subject)} {{
  return {made};
}}
"""
