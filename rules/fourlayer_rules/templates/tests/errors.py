"""`__tests__/errors.test.ts`: how the provider's wrapper maps statuses, and what it leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer_rules.derive.names import function_of
from fourlayer_rules.derive.running import host
from fourlayer_rules.derive.running.machine import Machine
from fourlayer_rules.derive.running.values import NULL, UNDEFINED, Obj
from fourlayer_rules.derive.symbols import Declared, alike, exported
from fourlayer_rules.templates.tests.outcome import Imports, Outcome, Raised, raised, row, run
from fourlayer_rules.templates.tests.samples import Need, Sample, Sampler, code_of, exports

if TYPE_CHECKING:
    from collections.abc import Callable

    from fourlayer_rules.derive.model import ProviderModel
    from fourlayer_rules.derive.running.values import Value

STATUSES = (401, 403, 404, 409, 429, 500, 503)
_RETRY_AFTER = {"retry-after": "2"}


class _Form(NamedTuple):
    """A way in which clients tell a status: its code, its value, what the code imports."""

    code: str
    make: Callable[[Machine, int], Value]
    needs: tuple[Need, ...] = ()


def render(model: ProviderModel, path: str) -> str | None:
    """The whole file; None where nothing about the mapping is certain."""
    work = _Work(model, path)
    wrapper = work.wrapper()
    parts = work.mapping(wrapper) if wrapper is not None else []
    described = wrapper or model.names.error_class
    if not parts:
        parts = work.class_alone()
        described = work.described
    if not parts:
        return None
    body = "\n".join(parts)
    text = f"""\
import {{ describe, expect, it }} from "vitest";

{work.imports.lines()}
{work.helper}describe("{described}", () => {{
{body}}});
"""
    return model.style.apply(text)


class _Work:
    def __init__(self, model: ProviderModel, path: str) -> None:
        self.model = model
        self.view = model.view
        self.imports = Imports(model, path)
        self.source = model.path("errors")
        self.helper = ""
        self.described = model.names.error_class

    def wrapper(self) -> str | None:
        """The name of the exported function that maps errors."""
        facts = self.view.facts(self.source)
        if facts is None or not facts.trusted:
            return None
        names = [export.name for export in facts.exports if export.kind != "all"]
        wanted = alike(self.model.names.error_wrapper)
        named = [name for name in names if alike(name) == wanted]
        loose = [name for name in names if name.startswith(("wrap", "map", "to")) and name.endswith("Error")]
        for name in (*named, *loose):
            found = exported(self.view, self.source, name)
            function = function_of(found.decl) if isinstance(found, tuple) else None
            if (
                function is not None
                and len([p for p in function.params if not p.optional and p.default is None]) == 1
            ):
                return name
        return None

    def mapped(self, wrapper: str, make: Callable[[Machine], Value]) -> tuple[Outcome, Value] | None:
        """What the wrapper makes of a value, and the value."""
        machine = self.machine()
        given: list[Value] = []

        def action() -> Value:
            given.append(make(machine))
            return machine.call(machine.exported(self.source, wrapper), UNDEFINED, [given[0]])

        outcome = run(machine, action)
        return None if outcome is None or outcome.threw or machine.modules else (outcome, given[0])

    def machine(self) -> Machine:
        """A fresh run."""
        return Machine(self.view, self.model.conventions.conventions.validation)

    def mapping(self, wrapper: str) -> list[str]:
        """The tests of the wrapper."""
        parts = [
            part
            for part in (
                self._statuses(wrapper),
                self._unchanged(wrapper),
                self._unknown(wrapper),
                self._timeout(wrapper),
            )
            if part
        ]
        if parts:
            self.imports.add([Need(self.source, wrapper)])
        return parts

    # Statuses

    def _statuses(self, wrapper: str) -> str:
        best: tuple[int, _Form, dict[int, Raised]] | None = None
        for form in self._forms():
            rows: dict[int, Raised] = {}
            for status in STATUSES:
                found = self.mapped(wrapper, lambda machine, f=form, s=status: f.make(machine, s))  # type: ignore[misc]  # bound at once
                error = raised(found[0]) if found is not None else None
                if error is not None and self.imports_name(error) is not None:
                    rows[status] = error
            distinct = len({_told(error) for error in rows.values()})
            if distinct > 1 and (best is None or distinct > best[0]):
                best = (distinct, form, rows)
        if best is None:
            return ""
        _, form, rows = best
        self.imports.add(form.needs)
        self.helper = f"""\
/** What a client throws when {self.model.display} refuses a call. */
function refusal(status: number): unknown {{
  return {form.code};
}}

"""
        lines = "".join(
            row(status, self.imports.name_of(error.type) or "", error.properties)
            for status, error in rows.items()
        )
        return f"""\
  it.each([
{lines}  ])("maps the status $status", ({{ status, type, expected }}) => {{
    const error: unknown = {wrapper}(refusal(status));
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject(expected);
  }});
"""

    def imports_name(self, error: Raised) -> str | None:
        """Whether a test can name the class, without importing it yet."""
        return Imports(self.model, self.imports.path).name_of(error.type)

    def _forms(self) -> list[_Form]:
        def response(machine: Machine, status: int) -> Value:
            return host.response(status, Obj(), _RETRY_AFTER)

        def nested(machine: Machine, status: int) -> Value:
            return host.thawed({"response": {"status": status, "headers": _RETRY_AFTER}})

        def with_status(key: str) -> Callable[[Machine, int], Value]:
            def make(machine: Machine, status: int) -> Value:
                error = host.error(machine, "Error", "refused")
                error.props[key] = status
                return error

            return make

        def error_nested(machine: Machine, status: int) -> Value:
            error = host.error(machine, "Error", "refused")
            error.props["response"] = host.thawed({"status": status, "headers": _RETRY_AFTER})
            return error

        headers = '{ "retry-after": "2" }'
        return [
            *self._own_forms(),
            _Form(f'new Response("{{}}", {{ status, headers: {headers} }})', response),
            _Form(f"{{ response: {{ status, headers: {headers} }} }}", nested),
            _Form(
                f'Object.assign(new Error("refused"), {{ response: {{ status, headers: {headers} }} }})',
                error_nested,
            ),
            _Form('Object.assign(new Error("refused"), { status })', with_status("status")),
            _Form('Object.assign(new Error("refused"), { statusCode: status })', with_status("statusCode")),
            _Form('Object.assign(new Error("refused"), { code: status })', with_status("code")),
        ]

    def _own_forms(self) -> list[_Form]:
        """`new AcmeResponseError(status)` of the provider's own."""
        facts = self.view.facts(self.source)
        found: list[_Form] = []
        for decl in facts.decls if facts is not None else ():
            name = decl.name
            if decl.kind != "class" or name is None or facts is None or not exports(facts, name):
                continue
            constructor = next((member for member in decl.members if member.name == "constructor"), None)
            node = constructor.node if constructor is not None else None
            if not isinstance(node, n.ClassMember) or node.function is None:
                continue
            required = [p for p in node.function.params if not p.optional and p.default is None]
            target = required[0].target if len(required) == 1 else None
            if isinstance(target, n.Name) and "status" in target.name.lower():

                def make(machine: Machine, status: int, name: str = name) -> Value:
                    return machine.construct(machine.exported(self.source, name), [status])

                found.append(_Form(f"new {name}(status)", make, (Need(self.source, name),)))
        return found

    # What is left alone, and what is unknown

    def _unchanged(self, wrapper: str) -> str:
        samples: list[Sample] = []
        for error in self.model.errors.values():
            sample = Sampler(self.model).of_class(error.declared, 0) if error.declared is not None else None
            if sample is None:
                continue
            found = self.mapped(wrapper, sample.make)
            if found is not None and found[0].value is found[1]:
                samples.append(sample)
        own = self._own_error()
        if own is not None:
            found = self.mapped(wrapper, own.make)
            if found is not None and found[0].value is found[1]:
                samples.append(own)
        if not samples:
            return ""
        for sample in samples:
            self.imports.add(sample.needs)
        if len(samples) == 1:
            return f"""\
  it("returns an error of ours unchanged", () => {{
    const error = {samples[0].code};
    expect({wrapper}(error)).toBe(error);
  }});
"""
        lines = "".join(f"    {sample.code},\n" for sample in samples)
        return f"""\
  it.each([
{lines}  ])("returns an error of ours unchanged: $name", (error) => {{
    expect({wrapper}(error)).toBe(error);
  }});
"""

    def _own_error(self) -> Sample | None:
        for name in self._class_names():
            found = exported(self.view, self.source, name)
            if isinstance(found, tuple) and found.decl.kind == "class":
                return Sampler(self.model).of_class(found, 0)
        return None

    def _class_names(self) -> list[str]:
        facts = self.view.facts(self.source)
        names = [export.name for export in facts.exports if export.kind != "all"] if facts is not None else []
        wanted = alike(self.model.names.error_class)
        return [name for name in names if alike(name) == wanted] + [
            name for name in names if name.endswith("Error") and name[:1].isupper() and alike(name) != wanted
        ]

    def _unknown(self, wrapper: str) -> str:
        cases: list[tuple[str, Callable[[Machine], Value]]] = [
            ('new Error("boom")', lambda machine: host.error(machine, "Error", "boom")),
            ('"boom"', lambda _: "boom"),
            ("undefined", lambda _: UNDEFINED),
            ("null", lambda _: NULL),
        ]
        told: dict[object, tuple[Raised, list[str]]] = {}
        for code, make in cases:
            found = self.mapped(wrapper, make)
            error = raised(found[0]) if found is not None else None
            if error is None or self.imports_name(error) is None:
                continue
            told.setdefault(_told(error), (error, []))[1].append(code)
        if not told:
            return ""
        error, codes = max(told.values(), key=lambda item: len(item[1]))
        name = self.imports.name_of(error.type)
        return f"""\
  it.each([{", ".join(codes)}])("maps a value that it does not know: %s", (thrown) => {{
    const error: unknown = {wrapper}(thrown);
    expect(error).toBeInstanceOf({name});
    expect(error).toMatchObject({code_of(error.properties)});
  }});
"""

    def _timeout(self, wrapper: str) -> str:
        def late(machine: Machine) -> Value:
            error = host.error(machine, "Error", "late")
            error.props["name"] = "TimeoutError"
            return error

        found = self.mapped(wrapper, late)
        error = raised(found[0]) if found is not None else None
        other = self.mapped(wrapper, lambda machine: host.error(machine, "Error", "boom"))
        plain = raised(other[0]) if other is not None else None
        if error is None or plain is None or _told(error) == _told(plain):
            return ""
        name = self.imports.name_of(error.type)
        if name is None:
            return ""
        return f"""\
  it("maps a time-out", () => {{
    const error: unknown = {wrapper}(Object.assign(new Error("late"), {{ name: "TimeoutError" }}));
    expect(error).toBeInstanceOf({name});
    expect(error).toMatchObject({code_of(error.properties)});
  }});
"""

    # A class without a wrapper

    def class_alone(self) -> list[str]:
        """The test of the error class where there is no wrapper, or none that can be told."""
        for name in self._class_names():
            found = exported(self.view, self.source, name)
            sample = Sampler(self.model).of_class(found, 0) if isinstance(found, Declared) else None
            if sample is None:
                continue
            machine = self.machine()
            error = raised(run(machine, lambda: sample.make(machine)))
            if error is None or not error.properties or machine.modules:
                continue
            parent = error.type.parent
            self.imports.add(sample.needs)
            base = self.imports.name_of(parent) if parent is not None else None
            self.described = name
            return [
                f"""\
  it("tells callers what they decide by", () => {{
    const error = {sample.code};
    expect(error).toBeInstanceOf({base or "Error"});
    expect(error).toMatchObject({code_of(error.properties)});
  }});
"""
            ]
        return []


def _told(error: Raised) -> object:
    """What distinguishes an error; runs make classes of their own."""
    return error.type.name, str(error.properties)
