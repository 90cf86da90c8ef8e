"""Classes and their instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.syntax import nodes as n
from fourlayer_rules.derive.running.errors import init_error
from fourlayer_rules.derive.running.frames import Frame
from fourlayer_rules.derive.running.mocking import called_mock
from fourlayer_rules.derive.running.values import (
    UNDEFINED,
    Class,
    Env,
    Func,
    Mock,
    Native,
    Obj,
    Uncertain,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fourlayer.syntax.facts import Decl
    from fourlayer_rules.derive.running.machine import Machine


def class_of(
    machine: Machine, node: n.ClassDecl, members: Iterable[tuple[Decl, n.Node]], frame: Frame, path: str
) -> Class:
    """A class without its static fields; `members` come with the declarations that hold them."""
    parent: Class | None = None
    if node.extends is not None:
        base = machine.eval(node.extends, frame)
        if isinstance(base, Class):
            parent = base
        else:
            raise Uncertain
    made = Class(node.name or "", parent, path)
    made.env = frame.env
    for decl, member in members:
        if not isinstance(member, n.ClassMember):
            continue
        static = "static" in member.modifiers
        function = member.function
        if member.kind == "constructor" and function is not None:
            if function.body is not None:
                made.constructor = Func(function, frame.env, decl, UNDEFINED, made)
        elif member.kind in {"method", "get", "set"} and function is not None and function.body is not None:
            if member.name is None:
                raise Uncertain
            bound = Func(
                function,
                frame.env,
                decl,
                UNDEFINED,
                made,
                static=static,
                is_async="async" in member.modifiers,
            )
            if static and member.kind == "method":
                made.statics[member.name] = bound
            elif not static:
                {"method": made.methods, "get": made.getters, "set": made.setters}[member.kind][
                    member.name
                ] = bound
        elif member.kind == "field" and not static and not {"abstract", "declare"} & set(member.modifiers):
            if member.name is None:
                raise Uncertain
            made.fields.append((member.name, member.init, decl))
    return made


def fill_statics(machine: Machine, made: Class, members: Iterable[tuple[Decl, n.Node]]) -> None:
    """Evaluate a class's static fields."""
    for decl, member in members:
        if isinstance(member, n.ClassMember) and "static" in member.modifiers:
            frame = Frame(made.env or machine.globals, decl, made, made, True, None)
            if member.kind == "field" and member.name is not None:
                value = UNDEFINED if member.init is None else machine.eval(member.init, frame)
                made.statics[member.name] = value
            elif member.kind == "static block":
                raise Uncertain


def construct(machine: Machine, cls: Value, args: list[Value]) -> Value:
    """`new cls(...args)`."""
    if isinstance(cls, Mock):
        cls.constructed = True
        return called_mock(cls)
    if isinstance(cls, Native):
        maker = cls.members.get("[[new]]")
        if isinstance(maker, Native):
            return maker.call(UNDEFINED, args)
        raise Uncertain
    if not isinstance(cls, Class):
        raise Uncertain
    made = Obj(cls, "Object")
    _run_constructor(machine, cls, made, args, cls)
    return made


def _run_constructor(machine: Machine, cls: Class, made: Obj, args: list[Value], target: Class) -> None:
    if cls.native:
        init_error(machine, cls, made, args)
        return
    if cls.constructor is None:
        if cls.parent is not None:
            _run_constructor(machine, cls.parent, made, args, target)
        _fields(machine, cls, made)
        return
    function = cls.constructor
    env = Env(function.env)
    frame = Frame(env, function.decl, made, cls, False, target)
    if cls.parent is None:
        _fields(machine, cls, made)
    machine.enter(function, frame, args)
    if cls.parent is None:
        _parameter_properties(machine, function, env, made)
    machine.body_of(function, frame)


def _parameter_properties(machine: Machine, function: Func, env: Env, made: Obj) -> None:
    for param in function.node.params:
        if param.modifiers and isinstance(param.target, n.Name):
            made.props[param.target.name] = env.names[param.target.name]


def call_super(machine: Machine, frame: Frame, args: list[Value]) -> Value:
    """`super(...args)`."""
    home, made, target = frame.home, frame.this, frame.new_target
    if home is None or home.parent is None or not isinstance(made, Obj) or target is None:
        raise Uncertain
    _run_constructor(machine, home.parent, made, args, target)
    _fields(machine, home, made)
    if home.constructor is not None:
        env = frame.env
        names = {
            param.target.name
            for param in home.constructor.node.params
            if param.modifiers and isinstance(param.target, n.Name)
        }
        for name in names:
            holder = env.holder(name)
            if holder is None:
                raise Uncertain
            made.props[name] = holder.names[name]
    return UNDEFINED


def _fields(machine: Machine, cls: Class, made: Obj) -> None:
    for name, init, decl in cls.fields:
        frame = Frame(cls.env or machine.globals, decl, made, cls, False, None)
        if init is None and made.props.get(name, UNDEFINED) is not UNDEFINED:
            # Whether a field that is only declared takes its value away depends on the compiler's target.
            raise Uncertain
        made.props[name] = UNDEFINED if init is None else machine.eval(init, frame)


def inner_class(machine: Machine, node: n.ClassDecl, frame: Frame) -> Class:
    """A class inside of a function, or as an expression."""
    members = [(frame.decl, member) for member in node.members]
    made = class_of(machine, node, members, frame, "")
    fill_statics(machine, made, members)
    return made
