"""`__tests__/errors.test.ts`: how the provider's wrapper maps statuses, and what it leaves alone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax.functions import function_of
from fourlayer_rules.derive.running.errors import made_error
from fourlayer_rules.derive.running.machine import Machine
from fourlayer_rules.derive.running.state import state_of
from fourlayer_rules.derive.running.values import NULL, UNDEFINED
from fourlayer_rules.derive.symbols import Declared, alike, exported
from fourlayer_rules.templates.tests.folding import fold
from fourlayer_rules.templates.tests.outcome import Imports, Outcome, Raised, raised, row, run
from fourlayer_rules.templates.tests.refusals import refusals
from fourlayer_rules.templates.tests.samples import Need, Place, Sample, Sampler, code_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fourlayer.syntax import nodes as n
    from fourlayer_rules.derive.model import ProviderModel
    from fourlayer_rules.derive.running.values import Value
    from fourlayer_rules.templates.tests.refusals import Refusal

STATUSES = (401, 403, 404, 409, 429, 500, 503)


class Wrapper(NamedTuple):
    """The function that maps errors, and what it takes after the error."""

    name: str
    rest: tuple[Sample, ...]

    def code(self, error: str) -> str:
        """The call."""
        return f"{self.name}({', '.join((error, *(sample.code for sample in self.rest)))})"


def can_render(model: ProviderModel, path: str) -> bool:
    """Whether something about the mapping is certain."""
    return next(_Work(model, path).parts(), None) is not None


def render(model: ProviderModel, path: str) -> str | None:
    """The whole file; None where nothing about the mapping is certain."""
    work = _Work(model, path)
    parts = list(work.parts())
    if not parts:
        return None
    body = "\n".join(parts)
    text = f"""\
import {{ describe, expect, it }} from "vitest";

{work.imports.lines()}
{work.helper}describe("{work.described}", () => {{
{body}}});
"""
    return model.style.apply(fold(text))


class _Work:
    def __init__(self, model: ProviderModel, path: str) -> None:
        self.model = model
        self.view = model.view
        self.imports = Imports(model, path)
        self.source = model.path("errors")
        self.helper = ""
        self.described = ""

    def parts(self) -> Iterator[str]:
        """The tests: of the wrapper, else of the error class alone."""
        some = False
        for wrapper in self._wrappers():
            self.described = wrapper.name
            for part in self._of_wrapper(wrapper):
                some = True
                self.imports.add([Need(self.source, wrapper.name)])
                yield part
            if some:
                return
        yield from self._class_alone()

    def _of_wrapper(self, wrapper: Wrapper) -> Iterator[str]:
        for part in (self._statuses, self._unchanged, self._unknown, self._timeout):
            text = part(wrapper)
            if text:
                yield text

    # The wrapper

    def _wrappers(self) -> Iterator[Wrapper]:
        """The exported functions that map errors, likeliest first."""
        names = self._exported()
        wanted = alike(self.model.names.error_wrapper)
        named = [name for name in names if alike(name) == wanted]
        loose = [
            name
            for name in names
            if name.startswith(("wrap", "map", "to", "from", "normalize")) and "Error" in name
        ]
        for name in dict.fromkeys((*named, *loose)):
            found = exported(self.view, self.source, name)
            function = function_of(found.decl) if isinstance(found, tuple) else None
            if isinstance(found, Declared) and function is not None:
                rest = self._rest(found, function)
                if rest is not None:
                    yield Wrapper(name, rest)

    def _exported(self) -> list[str]:
        facts = self.view.facts(self.source)
        if facts is None or not facts.trusted:
            return []
        return [export.name for export in facts.exports if export.kind != "all" and not export.type_only]

    def _rest(self, found: Declared, function: n.Function) -> tuple[Sample, ...] | None:
        """Values for what is required after the error; None where none can be made up."""
        if function.is_async or not function.params:
            return None
        samples: list[Sample] = []
        for param in function.params[1:]:
            if param.optional or param.rest or param.default is not None:
                break
            sample = Sampler(self.model).of_param(param, Place(found.path, found.facts, found.decl))
            if sample is None or sample.needs:
                return None
            samples.append(sample)
        return tuple(samples)

    def _mapped(self, wrapper: Wrapper, make: Callable[[Machine], Value]) -> tuple[Outcome, Value] | None:
        """What the wrapper makes of a value, and the value."""
        machine = self._machine()
        given: list[Value] = []
        before: dict[str, object] = {}

        def action() -> Value:
            given.append(make(machine))
            function = machine.exported(self.source, wrapper.name)
            before.update(state_of(machine))
            return machine.call(function, UNDEFINED, [given[0], *(one.make(machine) for one in wrapper.rest)])

        outcome = run(machine, action)
        if outcome is None or outcome.threw or machine.modules:
            return None
        after = state_of(machine)
        return (outcome, given[0]) if all(after[path] == state for path, state in before.items()) else None

    def _told(self, wrapper: Wrapper, make: Callable[[Machine], Value]) -> Raised | None:
        """The error that the wrapper makes of a value, as far as a test can tell it."""
        found = self._mapped(wrapper, make)
        error = raised(found[0]) if found is not None else None
        if error is None or (error.type is not None and not self.imports.can_name(error.type)):
            return None
        return error

    def _machine(self) -> Machine:
        return Machine(self.view, self.model.conventions.conventions.validation)

    def _assertions(self, error: Raised) -> str:
        name = self.imports.name_of(error.type)
        lines = [f"    expect(error).toBeInstanceOf({name});\n"] if name is not None else []
        if error.properties:
            lines.append(f"    expect(error).toMatchObject({code_of(error.properties)});\n")
        return "".join(lines)

    # Statuses

    def _statuses(self, wrapper: Wrapper) -> str:
        best: tuple[int, Refusal, dict[int, Raised]] | None = None
        for refusal in refusals(self.view, self.source):
            rows: dict[int, Raised] = {}
            for status in STATUSES:
                error = self._told(wrapper, refusal.at(status))
                if error is not None and error.properties:
                    rows[status] = error
            distinct = len({_distinct(error) for error in rows.values()})
            plain = len({error.type is None for error in rows.values()}) == 1
            if plain and distinct > 1 and (best is None or distinct > best[0]):
                best = (distinct, refusal, rows)
        return self._table(wrapper, best[1], best[2]) if best is not None else ""

    def _table(self, wrapper: Wrapper, refusal: Refusal, rows: dict[int, Raised]) -> str:
        self.imports.add(refusal.needs)
        self.helper = f"""\
/** What a client throws when {self.model.display} refuses a call. */
function refusal(status: number): unknown {{
  return {refusal.code};
}}

"""
        lines = "".join(
            row(status, self.imports.name_of(error.type) or "", error.properties)
            for status, error in rows.items()
        )
        typed = all(error.type is not None for error in rows.values())
        taken = "status, type, expected" if typed else "status, expected"
        instance = "    expect(error).toBeInstanceOf(type);\n" if typed else ""
        return f"""\
  it.each([
{lines}  ])("maps the status $status", ({{ {taken} }}) => {{
    const error: unknown = {wrapper.code("refusal(status)")};
{instance}    expect(error).toMatchObject(expected);
  }});
"""

    # What is left alone, and what is unknown

    def _unchanged(self, wrapper: Wrapper) -> str:
        known = [error.declared for error in self.model.errors.values() if error.declared is not None]
        own = self._own_class()
        samples: list[Sample] = []
        for declared in (*known, *((own,) if own is not None else ())):
            sample = Sampler(self.model).of_class(declared, 0)
            found = self._mapped(wrapper, sample.make) if sample is not None else None
            if sample is not None and found is not None and found[0].value is found[1]:
                samples.append(sample)
        for sample in samples:
            self.imports.add(sample.needs)
        if not samples:
            return ""
        if len(samples) == 1:
            return f"""\
  it("returns an error of ours unchanged", () => {{
    const error = {samples[0].code};
    expect({wrapper.code("error")}).toBe(error);
  }});
"""
        lines = "".join(f"    {sample.code},\n" for sample in samples)
        return f"""\
  it.each([
{lines}  ])("returns an error of ours unchanged: $name", (error) => {{
    expect({wrapper.code("error")}).toBe(error);
  }});
"""

    def _own_class(self) -> Declared | None:
        for name in self._class_names():
            found = exported(self.view, self.source, name)
            if isinstance(found, Declared) and found.decl.kind == "class":
                return found
        return None

    def _class_names(self) -> list[str]:
        """The exported error classes, the one that is named after the provider first."""
        wanted = alike(self.model.names.error_class)
        names = [name for name in self._exported() if name.endswith("Error") and name[:1].isupper()]
        return sorted(names, key=lambda name: alike(name) != wanted)

    def _unknown(self, wrapper: Wrapper) -> str:
        cases: list[tuple[str, Callable[[Machine], Value]]] = [
            ('new Error("boom")', lambda machine: made_error(machine, "Error", "boom")),
            ('"boom"', lambda _: "boom"),
            ("undefined", lambda _: UNDEFINED),
            ("null", lambda _: NULL),
        ]
        told: dict[object, tuple[Raised, list[str]]] = {}
        for code, make in cases:
            error = self._told(wrapper, make)
            if error is not None and (error.properties or (error.type is not None and not error.type.native)):
                told.setdefault(_distinct(error), (error, []))[1].append(code)
        if not told:
            return ""
        error, codes = max(told.values(), key=lambda item: len(item[1]))
        return f"""\
  it.each([{", ".join(codes)}])("maps a value that it does not know: %s", (thrown) => {{
    const error: unknown = {wrapper.code("thrown")};
{self._assertions(error)}  }});
"""

    def _timeout(self, wrapper: Wrapper) -> str:
        def late(machine: Machine) -> Value:
            error = made_error(machine, "Error", "late")
            error.props["name"] = "TimeoutError"
            return error

        error = self._told(wrapper, late)
        plain = self._told(wrapper, lambda machine: made_error(machine, "Error", "boom"))
        if error is None or plain is None or _distinct(error) == _distinct(plain):
            return ""
        thrown = 'Object.assign(new Error("late"), { name: "TimeoutError" })'
        return f"""\
  it("maps a time-out", () => {{
    const error: unknown = {wrapper.code(thrown)};
{self._assertions(error)}  }});
"""

    # A class without a wrapper

    def _class_alone(self) -> Iterator[str]:
        """The test of an error class where there is no wrapper, or none that can be told."""
        for name in self._class_names():
            found = exported(self.view, self.source, name)
            sample = Sampler(self.model).of_class(found, 0) if isinstance(found, Declared) else None
            if sample is None:
                continue
            machine = self._machine()
            error = raised(run(machine, partial(sample.make, machine)))
            if error is None or error.type is None or not error.properties or machine.modules:
                continue
            self.imports.add(sample.needs)
            base = self.imports.name_of(error.type.parent) or "Error"
            self.described = name
            yield f"""\
  it("tells callers what they decide by", () => {{
    const error = {sample.code};
    expect(error).toBeInstanceOf({base});
    expect(error).toMatchObject({code_of(error.properties)});
  }});
"""
            return


def _distinct(error: Raised) -> object:
    """What distinguishes an error; runs make classes of their own."""
    return error.type.name if error.type is not None else None, str(error.properties)
