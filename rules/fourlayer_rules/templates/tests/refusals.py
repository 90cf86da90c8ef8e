"""The ways in which clients tell that a service refused a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer_rules.derive.running.answers import thawed
from fourlayer_rules.derive.running.errors import made_error
from fourlayer_rules.derive.running.values import Obj
from fourlayer_rules.derive.running.web import response_of
from fourlayer_rules.templates.tests.samples import Need, exports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fourlayer.project.snapshot import View
    from fourlayer_rules.derive.running.machine import Machine
    from fourlayer_rules.derive.running.values import Value

_RETRY_AFTER = {"retry-after": "2"}
_HEADERS = '{ "retry-after": "2" }'


class Refusal(NamedTuple):
    """One of them: its code for a `status`, how a run makes it, what the code imports."""

    code: str
    make: Callable[[Machine, int], Value]
    needs: tuple[Need, ...] = ()

    def at(self, status: int) -> Callable[[Machine], Value]:
        """How a run makes it for one status."""
        return lambda machine: self.make(machine, status)


def refusals(view: View, errors: str) -> Iterator[Refusal]:
    """The provider's own ways first."""
    yield from _own(view, errors)
    if b"Response" in (view.read(errors) or b""):
        yield Refusal(f'new Response("{{}}", {{ status, headers: {_HEADERS} }})', _response)
    yield Refusal(f"{{ response: {{ status, headers: {_HEADERS} }} }}", _nested)
    yield Refusal(
        f'Object.assign(new Error("refused"), {{ response: {{ status, headers: {_HEADERS} }} }})',
        _with_response,
    )
    for key, code in (("status", "status"), ("statusCode", "statusCode: status"), ("code", "code: status")):
        yield Refusal(f'Object.assign(new Error("refused"), {{ {code} }})', _with(key))


def _response(_machine: Machine, status: int) -> Value:
    return response_of(status, Obj(), _RETRY_AFTER)


def _nested(_machine: Machine, status: int) -> Value:
    return thawed({"response": {"status": status, "headers": _RETRY_AFTER}})


def _with_response(machine: Machine, status: int) -> Value:
    error = made_error(machine, "Error", "refused")
    error.props["response"] = thawed({"status": status, "headers": _RETRY_AFTER})
    return error


def _with(key: str) -> Callable[[Machine, int], Value]:
    def make(machine: Machine, status: int) -> Value:
        error = made_error(machine, "Error", "refused")
        error.props[key] = status
        return error

    return make


def _own(view: View, errors: str) -> Iterator[Refusal]:
    """`new AcmeResponseError(status)` of the provider's own."""
    facts = view.facts(errors)
    for decl in facts.decls if facts is not None else ():
        name = decl.name
        if facts is None or decl.kind != "class" or name is None or not exports(facts, name):
            continue
        constructor = next((member for member in decl.members if member.name == "constructor"), None)
        node = constructor.node if constructor is not None else None
        if not isinstance(node, n.ClassMember) or node.function is None:
            continue
        required = [one for one in node.function.params if not one.optional and one.default is None]
        target = required[0].target if len(required) == 1 else None
        if isinstance(target, n.Name) and "status" in target.name.lower():
            yield Refusal(f"new {name}(status)", _constructed(errors, name), (Need(errors, name),))


def _constructed(path: str, name: str) -> Callable[[Machine, int], Value]:
    def make(machine: Machine, status: int) -> Value:
        return machine.construct(machine.exported(path, name), [status])

    return make
