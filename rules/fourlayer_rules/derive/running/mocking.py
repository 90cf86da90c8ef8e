"""Mocked packages, which grow as the code uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer_rules.derive.running.values import UNKNOWN, Mock, Uncertain, Value

if TYPE_CHECKING:
    from fourlayer_rules.derive.running.machine import Machine


def called_mock(mock: Mock) -> Value:
    """What calling a mocked function gives: another mock, until somebody waits for it."""
    mock.called = True
    if mock.fixed is not None:
        return UNKNOWN
    if mock.result is None:
        mock.result = Mock(f"{mock.label}()")
    return mock.result


def awaited_mock(machine: Machine, mock: Mock) -> Value:
    """What waiting for a mocked call gives."""
    if machine.loading:
        machine.network_on_load = True
    if machine.loading or machine.awaited is None or not mock.label.endswith("()") or mock.members:
        raise Uncertain
    mock.awaited = True
    return machine.awaited(mock)
