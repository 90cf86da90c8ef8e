"""Statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fourlayer.syntax import nodes as n
from fourlayer_rules.derive.running.binding import bind
from fourlayer_rules.derive.running.classes import inner_class
from fourlayer_rules.derive.running.frames import Jump, Return, closure_of
from fourlayer_rules.derive.running.shapes import items_of, keys_of
from fourlayer_rules.derive.running.values import UNDEFINED, Arr, Class, Env, Obj, Thrown, Uncertain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fourlayer_rules.derive.running.frames import Frame
    from fourlayer_rules.derive.running.machine import Machine


def _block(machine: Machine, node: n.Block, frame: Frame) -> None:
    inner = frame._replace(env=Env(frame.env))
    _sequence(machine, node.stmts, inner)


def _sequence(machine: Machine, stmts: Iterable[n.Stmt], frame: Frame) -> None:
    listed = list(stmts)
    for stmt in listed:
        if isinstance(stmt, n.FunctionDecl) and stmt.function.name and stmt.function.body is not None:
            frame.env.names[stmt.function.name] = closure_of(stmt.function, frame)
    for stmt in listed:
        if not isinstance(stmt, n.FunctionDecl):
            machine.run(stmt, frame)


def _var(machine: Machine, node: n.VarDecl, frame: Frame) -> None:
    if node.kind not in {"const", "let", "var"}:
        raise Uncertain
    for one in node.declarators:
        value = UNDEFINED if one.init is None else machine.eval(one.init, frame)
        if isinstance(value, Class) and not value.name and isinstance(one.target, n.Name):
            value.name = one.target.name
        bind(machine, one.target, value, frame, frame.env)


def _expr_stmt(machine: Machine, node: n.ExprStmt, frame: Frame) -> None:
    machine.eval(node.expr, frame)


def _return(machine: Machine, node: n.Return, frame: Frame) -> None:
    value = UNDEFINED if node.value is None else machine.eval(node.value, frame)
    raise Return(value)


def _throw(machine: Machine, node: n.Throw, frame: Frame) -> None:
    raise Thrown(machine.eval(node.value, frame))


def _if(machine: Machine, node: n.If, frame: Frame) -> None:
    if machine.truth(machine.eval(node.test, frame)):
        machine.run(node.then, frame)
    elif node.other is not None:
        machine.run(node.other, frame)


def _loop(machine: Machine, node: n.Loop, frame: Frame) -> None:
    if node.kind in {"of", "in", "await of"}:
        _each(machine, node, frame)
        return
    scope = frame._replace(env=Env(frame.env))
    if isinstance(node.init, n.Stmt):
        machine.run(node.init, scope)
    elif isinstance(node.init, n.Expr):
        machine.eval(node.init, scope)
    first = node.kind == "do"
    while first or node.test is None or machine.truth(machine.eval(node.test, scope)):
        first = False
        if not _turn(machine, node.body, scope):
            break
        # Every turn has variables of its own, which closures keep.
        fresh = Env(frame.env)
        fresh.names.update(scope.env.names)
        scope = frame._replace(env=fresh)
        if isinstance(node.update, n.Expr):
            machine.eval(node.update, scope)


def _each(machine: Machine, node: n.Loop, frame: Frame) -> None:
    if node.iterable is None or node.target is None:
        raise Uncertain
    source = machine.eval(node.iterable, frame)
    items = keys_of(source) if node.kind == "in" else items_of(machine, source)
    for item in items:
        inner = frame._replace(env=Env(frame.env))
        value = machine.wait(item) if node.kind == "await of" else item
        bind(machine, node.target, value, inner, inner.env)
        if not _turn(machine, node.body, inner):
            break
        if isinstance(source, Arr) and len(source.items) != len(items):
            raise Uncertain


def _turn(machine: Machine, body: n.Stmt, frame: Frame) -> bool:
    """One turn of a loop; whether there may be another."""
    machine.tick()
    try:
        machine.run(body, frame)
    except Jump as jump:
        if jump.label is not None:
            raise Uncertain from None
        return jump.kind == "continue"
    return True


def _switch(machine: Machine, node: n.Switch, frame: Frame) -> None:
    value = machine.eval(node.value, frame)
    inner = frame._replace(env=Env(frame.env))
    start: int | None = None
    for index, case in enumerate(node.cases):
        if case.test is not None and machine.truth(machine.same(value, machine.eval(case.test, inner))):
            start = index
            break
    if start is None:
        start = next((index for index, case in enumerate(node.cases) if case.test is None), None)
    if start is None:
        return
    try:
        for case in node.cases[start:]:
            _sequence(machine, case.stmts, inner)
    except Jump as jump:
        if jump.kind != "break" or jump.label is not None:
            raise


def _try(machine: Machine, node: n.Try, frame: Frame) -> None:
    try:
        try:
            machine.run(node.block, frame)
        except Thrown as thrown:
            if node.handler is None:
                raise
            inner = frame._replace(env=Env(frame.env))
            if node.param is not None:
                bind(machine, node.param, thrown.value, inner, inner.env)
            machine.run(node.handler, inner)
    except (Thrown, Return, Jump):
        if node.finalizer is not None:
            machine.run(node.finalizer, frame)
        raise
    if node.finalizer is not None:
        machine.run(node.finalizer, frame)


def _jump(machine: Machine, node: n.Jump, frame: Frame) -> None:
    raise Jump(node.kind, node.label)


def _class_stmt(machine: Machine, node: n.ClassDecl, frame: Frame) -> None:
    if node.name is None:
        raise Uncertain
    frame.env.names[node.name] = inner_class(machine, node, frame)


def _enum(machine: Machine, node: n.EnumDecl, frame: Frame) -> None:
    made = Obj()
    if len(node.inits) not in {0, len(node.members)}:
        raise Uncertain
    for index, name in enumerate(node.members):
        made.props[name] = machine.eval(node.inits[index], frame) if node.inits else index
    frame.env.names[node.name] = made


def _nothing(machine: Machine, node: n.Node, frame: Frame) -> None:
    return


_STATEMENTS: dict[type[n.Node], Callable[[Machine, Any, Frame], None]] = {
    n.Block: _block,
    n.VarDecl: _var,
    n.ExprStmt: _expr_stmt,
    n.Return: _return,
    n.Throw: _throw,
    n.If: _if,
    n.Loop: _loop,
    n.Switch: _switch,
    n.Try: _try,
    n.Jump: _jump,
    n.ClassDecl: _class_stmt,
    n.EnumDecl: _enum,
    n.InterfaceDecl: _nothing,
    n.TypeAlias: _nothing,
}


def execute(machine: Machine, node: n.Node, frame: Frame) -> None:
    """Execute a statement."""
    machine.tick()
    handler = _STATEMENTS.get(type(node))
    if handler is None:
        raise Uncertain
    handler(machine, node, frame)
