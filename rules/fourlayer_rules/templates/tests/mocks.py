"""Mocked packages as code: what the provider takes of a vendor's SDK, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer_rules.derive.running.values import Mock
from fourlayer_rules.templates.tests.samples import key_of

if TYPE_CHECKING:
    from collections.abc import Mapping


class Mocks:
    """The packages that runs used, together."""

    def __init__(self) -> None:
        self._modules: dict[str, Mock] = {}

    def merge(self, modules: Mapping[str, Mock]) -> None:
        """Take in what one run used."""
        for name, mock in modules.items():
            known = self._modules.setdefault(name, Mock(name))
            _merge(known, mock)

    def code(self) -> str:
        """The calls of `vi.mock`; empty where no package is used."""
        if not self._modules:
            return ""
        text = (
            "const { call } = vi.hoisted(() => ({\n"
            "  call: vi.fn<(...args: unknown[]) => Promise<unknown>>(),\n"
            "}));\n\n"
        )
        for name, mock in self._modules.items():
            text += f'vi.mock("{name}", () => ({_object(mock, "")}));\n\n'
        return text

    @staticmethod
    def is_awaited(mock: Mock) -> bool:
        """Whether some call of a package was waited for."""
        if mock.awaited or (mock.result is not None and Mocks.is_awaited(mock.result)):
            return True
        return any(Mocks.is_awaited(part) for part in mock.members.values())

    @staticmethod
    def forget(mock: Mock) -> None:
        """Count no call that was waited for so far."""
        mock.awaited = False
        for part in (*mock.members.values(), *((mock.result,) if mock.result is not None else ())):
            Mocks.forget(part)


def _merge(known: Mock, mock: Mock) -> None:
    known.called |= mock.called
    known.constructed |= mock.constructed
    known.awaited |= mock.awaited
    known.fixed = known.fixed or mock.fixed
    for name, part in mock.members.items():
        _merge(known.member(name), part)
    if mock.result is not None:
        known.result = known.result or Mock(mock.result.label)
        _merge(known.result, mock.result)


def _object(mock: Mock, indent: str) -> str:
    """What a part offers, one property a line."""
    if not mock.members:
        return "{}"
    inner = indent + "  "
    parts = "".join(f"{inner}{key_of(name)}: {_part(part, inner)},\n" for name, part in mock.members.items())
    return f"{{\n{parts}{indent}}}"


def _part(mock: Mock, indent: str) -> str:
    if mock.fixed is not None:
        return mock.fixed
    if not mock.called:
        return _object(mock, indent)
    if mock.result is not None and mock.result.awaited:
        return "call"
    made = _class(mock, indent) if mock.constructed else _function(mock, indent)
    return f"Object.assign({made}, {_object(mock, indent)})" if mock.members else made


def _function(mock: Mock, indent: str) -> str:
    return f"() => ({_object(mock.result, indent)})" if mock.result is not None else "() => ({})"


def _class(mock: Mock, indent: str) -> str:
    members = mock.result.members if mock.result is not None else {}
    if not members:
        return "class {}"
    inner = indent + "  "
    fields = "".join(f"{inner}{key_of(name)} = {_part(part, inner)};\n" for name, part in members.items())
    return f"class {{\n{fields}{indent}}}"
