"""Expressions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from fourlayer.syntax import nodes as n
from fourlayer_rules.derive.running.answers import settled
from fourlayer_rules.derive.running.binding import bind, has_hole
from fourlayer_rules.derive.running.classes import call_super, construct, inner_class
from fourlayer_rules.derive.running.errors import made_error
from fourlayer_rules.derive.running.frames import CUT, Cut, closure_of
from fourlayer_rules.derive.running.operators import bounded, operate
from fourlayer_rules.derive.running.properties import inherited, property_of
from fourlayer_rules.derive.running.shapes import items_of, type_of
from fourlayer_rules.derive.running.texts import regex_of
from fourlayer_rules.derive.running.values import (
    NULL,
    UNDEFINED,
    UNKNOWN,
    Arr,
    Func,
    Lazy,
    Mock,
    Obj,
    Range,
    Thrown,
    Uncertain,
    Value,
    is_nothing,
    key_text,
    number_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fourlayer_rules.derive.running.frames import Frame
    from fourlayer_rules.derive.running.machine import Machine


def _name(machine: Machine, node: n.Name, frame: Frame) -> Value:
    if node.name == "this":
        return frame.this
    return machine.lookup(frame.env, node.name)


def _str(machine: Machine, node: n.Str, frame: Frame) -> Value:
    return node.value


def _template(machine: Machine, node: n.Template, frame: Frame) -> Value:
    parts: list[str] = []
    certain = True
    for index, quasi in enumerate(node.quasis):
        parts.append(quasi)
        if index < len(node.exprs):
            value = machine.eval(node.exprs[index], frame)
            if value is UNKNOWN or isinstance(value, Range | Mock):
                certain = False
            else:
                parts.append(text_of(value))
    if any("\\" in quasi for quasi in node.quasis):
        return UNKNOWN
    return bounded("".join(parts)) if certain else UNKNOWN


def _num(machine: Machine, node: n.Num, frame: Frame) -> Value:
    text = node.text.replace("_", "")
    value = number_of(text)
    if isinstance(value, float) and math.isnan(value):
        raise Uncertain
    return value


def _const(machine: Machine, node: n.Const, frame: Frame) -> Value:
    return {"true": True, "false": False, "null": NULL}.get(node.value, UNDEFINED)


def _regex(machine: Machine, node: n.Regex, frame: Frame) -> Value:
    return regex_of(frame.decl.text_of(node))


def _member(machine: Machine, node: n.Member, frame: Frame) -> Value:
    if isinstance(node.object, n.Name) and node.object.name == "super":
        if frame.home is None or frame.home.parent is None:
            raise Uncertain
        return inherited(machine, frame.home.parent, frame.this, node.name)
    if isinstance(node.object, n.Name) and node.object.name == "new":
        return frame.new_target if frame.new_target is not None else UNDEFINED
    holder = evaluate(machine, node.object, frame)
    if isinstance(holder, Cut) or (node.optional and is_nothing(holder)):
        return CUT
    return property_of(machine, holder, node.name)


def _index(machine: Machine, node: n.Index, frame: Frame) -> Value:
    holder = evaluate(machine, node.object, frame)
    if isinstance(holder, Cut) or (node.optional and is_nothing(holder)):
        return CUT
    index = machine.eval(node.index, frame)
    return property_of(machine, holder, key_text(index))


def _call(machine: Machine, node: n.Call, frame: Frame) -> Value:
    callee = node.callee
    if isinstance(callee, n.Name) and callee.name == "super":
        return call_super(machine, frame, _args(machine, node.args, frame))
    this: Value = UNDEFINED
    function: Value
    if isinstance(callee, n.Member | n.Index):
        if (
            isinstance(callee, n.Member)
            and isinstance(callee.object, n.Name)
            and callee.object.name == "super"
        ):
            this = frame.this
            function = _member(machine, callee, frame)
        else:
            this = evaluate(machine, callee.object, frame)
            if isinstance(this, Cut) or (callee.optional and is_nothing(this)):
                return CUT
            name = (
                callee.name if isinstance(callee, n.Member) else key_text(machine.eval(callee.index, frame))
            )
            function = property_of(machine, this, name)
    else:
        function = evaluate(machine, callee, frame)
    if isinstance(function, Cut) or (node.optional and is_nothing(function)):
        return CUT
    if is_nothing(function):
        raise Thrown(made_error(machine, "TypeError", UNKNOWN))
    return machine.call(function, this, _args(machine, node.args, frame))


def _args(machine: Machine, args: Iterable[n.Expr], frame: Frame) -> list[Value]:
    values: list[Value] = []
    for arg in args:
        if isinstance(arg, n.Spread):
            values.extend(items_of(machine, machine.eval(arg.value, frame)))
        else:
            values.append(machine.eval(arg, frame))
    return values


def _new(machine: Machine, node: n.New, frame: Frame) -> Value:
    return construct(machine, machine.eval(node.callee, frame), _args(machine, node.args, frame))


def _await(machine: Machine, node: n.Await, frame: Frame) -> Value:
    return machine.wait(machine.eval(node.value, frame))


def _unary(machine: Machine, node: n.Unary, frame: Frame) -> Value:
    op = node.op
    if op == "typeof":
        if isinstance(node.value, n.Name) and node.value.name != "this":
            name = node.value.name
            if frame.env.holder(name) is None and not machine.code.is_imported(frame.env, name):
                raise Uncertain
        return type_of(machine.eval(node.value, frame))
    if op == "delete":
        return _delete(machine, node.value, frame)
    if "++" in op or "--" in op:
        return _step(machine, node, frame)
    value = machine.eval(node.value, frame)
    if op == "!":
        return not machine.truth(value)
    if op == "void":
        return UNDEFINED
    if op in {"-", "+"}:
        number = number_of(value)
        if isinstance(number, Range):
            return Range(-number.high, -number.low) if op == "-" else number
        if number is UNKNOWN or not isinstance(number, int | float):
            return UNKNOWN
        return -number if op == "-" and number != 0 else number
    raise Uncertain


def _delete(machine: Machine, node: n.Expr, frame: Frame) -> Value:
    if not isinstance(node, n.Member | n.Index):
        raise Uncertain
    holder = machine.eval(node.object, frame)
    name = node.name if isinstance(node, n.Member) else key_text(machine.eval(node.index, frame))
    if not isinstance(holder, Obj) or holder.kind != "Object":
        raise Uncertain
    holder.props.pop(name, None)
    return True


def _step(machine: Machine, node: n.Unary, frame: Frame) -> Value:
    old = number_of(machine.eval(node.value, frame))
    if not isinstance(old, int | float):
        raise Uncertain
    new = old + 1 if "++" in node.op else old - 1
    bind(machine, node.value, new, frame, None)
    prefix = node.value.start > node.start
    return new if prefix else old


def _binary(machine: Machine, node: n.Binary, frame: Frame) -> Value:
    op = node.op
    if op in {"===", "!=="} and isinstance(node.left, n.Unary) and node.left.op == "typeof":
        _expect_type(machine, node.left.value, node.right, frame)
    left = machine.eval(node.left, frame)
    if op == "&&":
        return machine.eval(node.right, frame) if machine.truth(left) else left
    if op == "||":
        return left if machine.truth(left) else machine.eval(node.right, frame)
    if op == "??":
        if left is UNKNOWN:
            raise Uncertain
        if isinstance(left, Lazy):
            left.become("some")
            left = settled(left)
        return machine.eval(node.right, frame) if is_nothing(left) else left
    return operate(machine, op, left, machine.eval(node.right, frame))


def _expect_type(machine: Machine, value: n.Expr, wanted: n.Expr, frame: Frame) -> None:
    """`typeof part === "object"`: a part of an answer without shape becomes what it is compared with."""
    if not isinstance(wanted, n.Str) or not isinstance(value, n.Name | n.Member | n.Index):
        return
    found = machine.eval(value, frame)
    sample: Value = {"string": "x", "number": 1, "boolean": True}.get(wanted.value, UNDEFINED)
    if isinstance(found, Lazy) and wanted.value in {"object", "string", "number", "boolean"}:
        found.become(wanted.value, sample)


def _assign(machine: Machine, node: n.Assign, frame: Frame) -> Value:
    if node.op == "=":
        value = machine.eval(node.value, frame)
        bind(machine, node.target, value, frame, None)
        return value
    if not isinstance(node.target, n.Name | n.Member | n.Index):
        raise Uncertain
    old = machine.eval(node.target, frame)
    op = node.op[:-1]
    if op in {"??", "||", "&&"}:
        keep = (not is_nothing(old)) if op == "??" else machine.truth(old) == (op == "||")
        if old is UNKNOWN:
            raise Uncertain
        if keep:
            return old
        value = machine.eval(node.value, frame)
    else:
        value = operate(machine, op, old, machine.eval(node.value, frame))
    bind(machine, node.target, value, frame, None)
    return value


def _cond(machine: Machine, node: n.Cond, frame: Frame) -> Value:
    return machine.eval(node.then if machine.truth(machine.eval(node.test, frame)) else node.other, frame)


def _cast(machine: Machine, node: n.Cast, frame: Frame) -> Value:
    return evaluate(machine, node.value, frame)


def _object(machine: Machine, node: n.Object, frame: Frame) -> Value:
    made = Obj()
    for prop in node.props:
        if isinstance(prop, n.Spread):
            value = machine.eval(prop.value, frame)
            if isinstance(value, Lazy):
                value.become("object")
                if value.kind != "object":
                    raise Uncertain
                made.props.update((name, settled(part)) for name, part in value.props.items())
                continue
            if (
                isinstance(value, Obj)
                and value.kind in {"Object", "module"}
                and not (value.cls is not None and value.cls.getters)
            ):
                made.props.update(value.props)
            elif not is_nothing(value) and value is not False:
                raise Uncertain
            continue
        key = prop.key
        if key is None:
            if prop.computed is None:
                raise Uncertain
            key = key_text(machine.eval(prop.computed, frame))
        text = frame.decl.text_of(prop)
        if isinstance(prop.value, n.Function) and text.startswith(("get ", "set ")):
            raise Uncertain
        value = machine.eval(prop.value, frame)
        if isinstance(value, Func) and not value.node.arrow:
            value = Func(
                value.node,
                value.env,
                value.decl,
                UNDEFINED,
                None,
                is_async=value.is_async or text.startswith("async "),
            )
        made.props[key] = value
    return made


def _array(machine: Machine, node: n.Array, frame: Frame) -> Value:
    if has_hole(frame.decl.text_of(node)):
        raise Uncertain
    return Arr(_args(machine, node.items, frame))


def _function(machine: Machine, node: n.Function, frame: Frame) -> Value:
    return closure_of(node, frame)


def _class_expr(machine: Machine, node: n.ClassExpr, frame: Frame) -> Value:
    return inner_class(machine, node.decl, frame)


def _sequence_expr(machine: Machine, node: n.Sequence, frame: Frame) -> Value:
    value: Value = UNDEFINED
    for item in node.items:
        value = machine.eval(item, frame)
    return value


def _other(machine: Machine, node: n.Other, frame: Frame) -> Value:
    text = frame.decl.text_of(node)
    if text == "new.target":
        return frame.new_target if frame.new_target is not None else UNDEFINED
    raise Uncertain


_EXPRESSIONS: dict[type[n.Node], Callable[[Machine, Any, Frame], Value]] = {
    n.Name: _name,
    n.Str: _str,
    n.Template: _template,
    n.Num: _num,
    n.Const: _const,
    n.Regex: _regex,
    n.Member: _member,
    n.Index: _index,
    n.Call: _call,
    n.New: _new,
    n.Await: _await,
    n.Unary: _unary,
    n.Binary: _binary,
    n.Assign: _assign,
    n.Cond: _cond,
    n.Cast: _cast,
    n.Object: _object,
    n.Array: _array,
    n.Function: _function,
    n.ClassExpr: _class_expr,
    n.Sequence: _sequence_expr,
    n.Other: _other,
}


def evaluate(machine: Machine, node: n.Node, frame: Frame) -> Value:
    """The value of an expression; `CUT` where an optional chain ends early."""
    machine.tick()
    handler = _EXPRESSIONS.get(type(node))
    if handler is None:
        raise Uncertain
    value: Value = handler(machine, node, frame)
    return value
