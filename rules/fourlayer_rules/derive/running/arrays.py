"""Arrays."""

from __future__ import annotations

from functools import cmp_to_key
from typing import TYPE_CHECKING

from fourlayer_rules.derive.running.texts import slice_of
from fourlayer_rules.derive.running.values import (
    UNDEFINED,
    Arr,
    Native,
    Uncertain,
    Value,
    is_nothing,
    number_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fourlayer_rules.derive.running.machine import Machine

_LONGEST = 10_000


def array_property(machine: Machine, array: Arr, name: str) -> Value:
    """A property of an array."""
    items = array.items
    if name == "length":
        return len(items)
    if name.isdigit():
        return items[int(name)] if int(name) < len(items) else UNDEFINED
    method = _METHODS.get(name)
    if method is None:
        raise Uncertain
    return Native(name, lambda _this, args: method(machine, array, args))


def _called(machine: Machine, array: Arr, args: list[Value]) -> list[Value]:
    """What a function gives for each element; it must leave the array as long as it is."""
    size = len(array.items)
    found = [
        machine.call(args[0], UNDEFINED, [item, index, array]) for index, item in enumerate(list(array.items))
    ]
    if len(array.items) != size:
        raise Uncertain
    return found


def _find(machine: Machine, array: Arr, args: list[Value]) -> int:
    for index, item in enumerate(list(array.items)):
        if machine.truth(machine.call(args[0], UNDEFINED, [item, index, array])):
            return index
    return -1


def _found(machine: Machine, array: Arr, args: list[Value]) -> Value:
    index = _find(machine, array, args)
    return array.items[index] if index >= 0 else UNDEFINED


def _every(machine: Machine, array: Arr, args: list[Value]) -> Value:
    return all(
        machine.truth(machine.call(args[0], UNDEFINED, [item, index, array]))
        for index, item in enumerate(list(array.items))
    )


def _filter(machine: Machine, array: Arr, args: list[Value]) -> Value:
    items = list(array.items)
    kept = [machine.truth(result) for result in _called(machine, array, args)]
    return Arr([item for item, keep in zip(items, kept, strict=True) if keep])


def _for_each(machine: Machine, array: Arr, args: list[Value]) -> Value:
    _called(machine, array, args)
    return UNDEFINED


def _index_of(machine: Machine, array: Arr, args: list[Value]) -> int:
    if len(args) != 1:
        raise Uncertain
    for index, item in enumerate(array.items):
        if machine.truth(machine.same(item, args[0])):
            return index
    return -1


def _join(machine: Machine, array: Arr, args: list[Value]) -> Value:
    separator = text_of(args[0]) if args else ","
    return separator.join("" if is_nothing(item) else text_of(item) for item in array.items)


def _push(machine: Machine, array: Arr, args: list[Value]) -> Value:
    array.items.extend(args)
    return len(_bounded(array.items))


def _pop(machine: Machine, array: Arr, args: list[Value]) -> Value:
    return array.items.pop() if array.items else UNDEFINED


def _shift(machine: Machine, array: Arr, args: list[Value]) -> Value:
    return array.items.pop(0) if array.items else UNDEFINED


def _flat(values: list[Value]) -> Arr:
    found: list[Value] = []
    for value in values:
        found.extend(value.items if isinstance(value, Arr) else [value])
    return Arr(_bounded(found))


def _bounded(items: list[Value]) -> list[Value]:
    if len(items) > _LONGEST:
        raise Uncertain
    return items


def _reduce(machine: Machine, array: Arr, args: list[Value]) -> Value:
    rest = list(enumerate(array.items))
    if len(args) < 2 and not rest:
        raise Uncertain
    value = args[1] if len(args) > 1 else rest.pop(0)[1]
    for index, item in rest:
        value = machine.call(args[0], UNDEFINED, [value, item, index, array])
    return value


def _sort(machine: Machine, array: Arr, args: list[Value]) -> Value:
    def order(one: Value, two: Value) -> int:
        result = number_of(machine.call(args[0], UNDEFINED, [one, two]))
        if not isinstance(result, int | float):
            raise Uncertain
        return -1 if result < 0 else 1 if result > 0 else 0

    if any(is_nothing(item) for item in array.items):
        raise Uncertain
    array.items.sort(key=cmp_to_key(order) if args else text_of)
    return array


def _at(machine: Machine, array: Arr, args: list[Value]) -> Value:
    index, size = args[0], len(array.items)
    return array.items[index] if isinstance(index, int) and -size <= index < size else UNDEFINED


_METHODS: Mapping[str, Callable[[Machine, Arr, list[Value]], Value]] = {
    "map": lambda machine, array, args: Arr(_called(machine, array, args)),
    "forEach": _for_each,
    "filter": _filter,
    "find": _found,
    "findIndex": _find,
    "some": lambda machine, array, args: _find(machine, array, args) >= 0,
    "every": _every,
    "includes": lambda machine, array, args: _index_of(machine, array, args) >= 0,
    "indexOf": _index_of,
    "join": _join,
    "push": _push,
    "pop": _pop,
    "shift": _shift,
    "slice": lambda _machine, array, args: Arr(array.items[slice_of(args)]),
    "concat": lambda _machine, array, args: _flat([array, *args]),
    "flat": lambda _machine, array, args: _flat(array.items) if not args else _no(),
    "flatMap": lambda machine, array, args: _flat(_called(machine, array, args)),
    "reduce": _reduce,
    "sort": _sort,
    "at": _at,
}


def _no() -> Value:
    raise Uncertain
