"""Giving patterns their values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.syntax import nodes as n
from fourlayer_rules.derive.running.properties import property_of, set_property
from fourlayer_rules.derive.running.shapes import items_of
from fourlayer_rules.derive.running.values import (
    UNDEFINED,
    Arr,
    Env,
    Obj,
    Uncertain,
    Value,
    is_nothing,
    key_text,
)

if TYPE_CHECKING:
    from fourlayer_rules.derive.running.frames import Frame
    from fourlayer_rules.derive.running.machine import Machine


def bind(machine: Machine, target: n.Node, value: Value, frame: Frame, env: Env | None) -> None:
    """Give a pattern its value: new names in `env`, or existing places where that is None."""
    if isinstance(target, n.Name):
        holder = env if env is not None else frame.env.holder(target.name)
        if holder is None:
            raise Uncertain
        if machine.waiting.watches and env is None:
            machine.waiting.write(holder, target.name)
        holder.names[target.name] = value
    elif isinstance(target, n.ObjectPattern):
        _bind_object(machine, target, value, frame, env)
    elif isinstance(target, n.ArrayPattern):
        if has_hole(frame.decl.text_of(target)):
            raise Uncertain
        items = items_of(machine, value)
        for index, item in enumerate(target.items):
            bind(machine, item, items[index] if index < len(items) else UNDEFINED, frame, env)
        if target.rest is not None:
            bind(machine, target.rest, Arr(items[len(target.items) :]), frame, env)
    elif isinstance(target, n.DefaultPattern):
        given = machine.eval(target.default, frame) if value is UNDEFINED else value
        bind(machine, target.target, given, frame, env)
    elif isinstance(target, n.Member):
        set_property(machine, machine.eval(target.object, frame), target.name, value)
    elif isinstance(target, n.Index):
        owner = machine.eval(target.object, frame)
        set_property(machine, owner, key_text(machine.eval(target.index, frame)), value)
    else:
        raise Uncertain


def has_hole(text: str) -> bool:
    """Whether an array, or the pattern of one, leaves an element out."""
    return re.search(r"[\[,]\s*,", text) is not None


def _bind_object(
    machine: Machine, target: n.ObjectPattern, value: Value, frame: Frame, env: Env | None
) -> None:
    taken: set[str] = set()
    for prop in target.props:
        if prop.key is None or is_nothing(value):
            raise Uncertain
        taken.add(prop.key)
        part = property_of(machine, value, prop.key)
        if part is UNDEFINED and prop.default is not None:
            part = machine.eval(prop.default, frame)
        bind(machine, prop.target, part, frame, env)
    if target.rest is not None:
        if not isinstance(value, Obj) or value.cls is not None:
            raise Uncertain
        rest = Obj()
        rest.props = {key: part for key, part in value.props.items() if key not in taken}
        bind(machine, target.rest, rest, frame, env)
