"""What a run leaves behind in the files that it loaded: tests of one file share that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer_rules.derive.running.values import (
    Arr,
    Class,
    Constant,
    Env,
    Func,
    Host,
    Mock,
    Obj,
    Promise,
    Value,
)

if TYPE_CHECKING:
    from fourlayer_rules.derive.running.machine import Machine


def state_of(machine: Machine) -> dict[str, object]:
    """By loaded file, everything that its top level holds, in a form that compares by equality."""
    return {
        path: _names(module.env.names, {}, machine.globals) for path, module in machine.code.loaded.items()
    }


def _names(names: dict[str, Value], seen: dict[int, int], top: Env) -> object:
    return tuple((name, _told(value, seen, top)) for name, value in sorted(names.items()))


def _told(value: Value, seen: dict[int, int], top: Env) -> object:
    if value is None or isinstance(value, str | int | float):
        return (type(value).__name__, repr(value))
    if isinstance(value, Constant):
        return value.name
    if id(value) in seen:
        return ("again", seen[id(value)])
    if isinstance(value, Mock):
        # What the code takes of a mocked package is no state of its own.
        return ("mock", value.label)
    seen[id(value)] = len(seen)
    if isinstance(value, Obj):
        return (value.kind, _names(value.props, seen, top), _hidden(value.host, seen, top))
    if isinstance(value, Arr):
        return tuple(_told(item, seen, top) for item in value.items)
    if isinstance(value, Class):
        return (value.name, _names(value.statics, seen, top))
    if isinstance(value, Promise):
        return (value.state, _told(value.value, seen, top))
    if isinstance(value, Func):
        return ("function", _closure(value.env, seen, top))
    return type(value).__name__


def _closure(env: Env | None, seen: dict[int, int], top: Env) -> object:
    """The scopes that a function closes over, the file's own and the platform's left out."""
    if env is None or env.parent is None or env.parent is top or id(env) in seen:
        return ()
    seen[id(env)] = len(seen)
    return (_names(env.names, seen, top), _closure(env.parent, seen, top))


def _hidden(host: Host, seen: dict[int, int], top: Env) -> object:
    if isinstance(host, dict):
        return tuple((_told(key, seen, top), _told(value, seen, top)) for key, value in host.values())
    if isinstance(host, list):
        return tuple(host)
    return (
        _told(host, seen, top) if isinstance(host, Obj) else repr(host) if isinstance(host, str | int) else ""
    )
