"""One run of lowered code; `Uncertain` is raised at whatever cannot be followed for sure.

Nothing is executed: values stand for values. A run takes a bounded number of steps, and texts, arrays and
numbers in it are bounded too.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer_rules.derive.running.answers import lazy_same, settled
from fourlayer_rules.derive.running.binding import bind
from fourlayer_rules.derive.running.classes import construct
from fourlayer_rules.derive.running.expressions import evaluate
from fourlayer_rules.derive.running.frames import Cut, Frame, Return
from fourlayer_rules.derive.running.mocking import awaited_mock, called_mock
from fourlayer_rules.derive.running.modules import Modules
from fourlayer_rules.derive.running.platform import globals_of
from fourlayer_rules.derive.running.statements import execute
from fourlayer_rules.derive.running.values import (
    UNDEFINED,
    UNKNOWN,
    Arr,
    Env,
    Func,
    Lazy,
    Mock,
    Native,
    Promise,
    Range,
    Thrown,
    Uncertain,
    Value,
    is_nothing,
    is_number,
)
from fourlayer_rules.derive.running.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fourlayer.project.snapshot import View

_MAX_STEPS = 8_000
"""Ten times what adapters take for an operation."""

_MAX_DEPTH = 40
_LONGEST_WAIT = 50
"""Milliseconds that a test may wait for timers."""


class _Job(NamedTuple):
    """What is to run when a promise settles. `keeps`: the outcome stays that of the promise."""

    promise: Promise
    kept: Value
    failed: Value
    result: Promise
    keeps: bool


class _Timer(NamedTuple):
    """A running timer: when it is due (milliseconds), its number, what it calls."""

    due: float
    mark: int
    callback: Value
    args: list[Value]


class Machine:
    """One run. `environment` is what `process.env` holds; reads of other variables give `undefined`.

    `fetch` answers the calls of the platform's `fetch`, `awaited` those of mocked packages. `reads` are the
    variables of the environment that were read, `fetched` the arguments of each call of `fetch`.
    """

    def __init__(self, view: View, validation: str, environment: Mapping[str, str] | None = None) -> None:
        self.view = view
        self.validation = validation
        self.environment = dict(environment or {})
        self.reads: dict[str, None] = {}
        self.fetched: list[tuple[Value, Value]] = []
        self.fetch: Callable[[], Value] | None = None
        self.awaited: Callable[[Mock], Value] | None = None
        self.loading = 0
        self.network_on_load = False
        self.waiting = Waiting()
        self._promises: list[Promise] = []
        self._jobs: list[_Job] = []
        self._timers: list[_Timer] = []
        self._marks = 0
        self._steps = 0
        self._depth = 0
        self.globals = Env(None)
        self.globals.names.update(globals_of(self))
        self.code = Modules(self)

    # Names

    @property
    def modules(self) -> Mapping[str, Mock]:
        """The mocked packages by name."""
        return self.code.mocked

    def exported(self, path: str, name: str) -> Value:
        """The value of a file's export."""
        return self.code.exported(path, name)

    def lookup(self, env: Env, name: str) -> Value:
        """What a name stands for in a scope."""
        return self.code.lookup(env, name)

    def construct(self, cls: Value, args: list[Value]) -> Value:
        """`new cls(...args)`."""
        return construct(self, cls, args)

    # Calls

    def call(self, function: Value, this: Value, args: list[Value]) -> Value:
        """Call a function; that of an asynchronous one gives a promise."""
        self.tick()
        if isinstance(function, Native):
            try:
                return function.call(this, args)
            except (IndexError, TypeError, ValueError, OverflowError):
                # It was handed too little, or what it was not made for.
                raise Uncertain from None
        if isinstance(function, Mock):
            return called_mock(function)
        if not isinstance(function, Func) or function.node.is_generator or self._depth >= _MAX_DEPTH:
            raise Uncertain
        own = function.this if function.node.arrow else this
        frame = Frame(Env(function.env), function.decl, own, function.home, function.static, None)
        self._depth += 1
        try:
            if not function.is_async:
                return self._run_function(function, frame, args)
            return self._run_asynchronous(function, frame, args)
        finally:
            self._depth -= 1

    def _run_asynchronous(self, function: Func, frame: Frame, args: list[Value]) -> Promise:
        self.waiting.enter()
        try:
            promise = self._given(self._run_function(function, frame, args))
        except Thrown as thrown:
            promise = self.promise("failed", thrown.value)
        self.waiting.leave(promise)
        return promise

    def _run_function(self, function: Func, frame: Frame, args: list[Value]) -> Value:
        self.enter(function, frame, args)
        return self.body_of(function, frame)

    def _given(self, value: Value) -> Promise:
        """What an asynchronous function gives: it waits for what it returns."""
        if isinstance(value, Promise):
            return value
        return self.promise("kept", awaited_mock(self, value) if isinstance(value, Mock) else value)

    def enter(self, function: Func, frame: Frame, args: list[Value]) -> None:
        """Give parameters their arguments."""
        params = [param for param in function.node.params if not _is_this(param)]
        for index, param in enumerate(params):
            if param.rest:
                bind(self, param.target, Arr(list(args[index:])), frame, frame.env)
                return
            value = args[index] if index < len(args) else UNDEFINED
            if value is UNDEFINED and param.default is not None:
                value = self.eval(param.default, frame)
            bind(self, param.target, value, frame, frame.env)

    def body_of(self, function: Func, frame: Frame) -> Value:
        """Run a function's body and give what it returns."""
        body = function.node.body
        if body is None:
            raise Uncertain
        if isinstance(body, n.Expr):
            return self.eval(body, frame)
        try:
            self.run(body, frame)
        except Return as returned:
            return returned.value
        return UNDEFINED

    # Promises

    def promise(self, state: str, value: Value = UNDEFINED) -> Promise:
        """A promise that counts: one that fails must be looked at by somebody."""
        made = Promise(state, value)
        self._promises.append(made)
        return made

    def after(self, promise: Promise, kept: Value, failed: Value, *, keeps: bool = False) -> Promise:
        """Call one of two functions when a promise settles."""
        promise.handled = True
        result = self.promise("pending")
        self.waiting.handed_on(promise, result)
        self._jobs.append(_Job(promise, kept, failed, result, keeps))
        return result

    def resolve(self, promise: Promise, value: Value) -> None:
        """Keep a pending promise with a value, or with what another promise comes to."""
        if promise.state != "pending":
            return
        if isinstance(value, Promise):
            value.handled = True
            self.waiting.handed_on(value, promise)
            self._jobs.append(_Job(value, UNDEFINED, UNDEFINED, promise, False))
        else:
            promise.state, promise.value = "kept", value

    def reject(self, promise: Promise, value: Value) -> None:
        """Let a pending promise fail."""
        if promise.state == "pending":
            promise.state, promise.value = "failed", value

    def drain(self) -> None:
        """Do what waits for promises that have settled, in order."""
        while True:
            job = next((job for job in self._jobs if job.promise.state != "pending"), None)
            if job is None:
                return
            self.tick()
            self._jobs.remove(job)
            self._settle(job)

    def _settle(self, job: _Job) -> None:
        kept = job.promise.state == "kept"
        callback = job.kept if kept else job.failed
        try:
            if is_nothing(callback):
                value = job.promise.value
            else:
                value = self.call(callback, UNDEFINED, [] if job.keeps else [job.promise.value])
                if job.keeps:
                    self.wait(value)
                    value, callback = job.promise.value, UNDEFINED
        except Thrown as thrown:
            self.reject(job.result, thrown.value)
            return
        if is_nothing(callback) and not kept:
            self.reject(job.result, value)
        else:
            self.resolve(job.result, value)

    def wait(self, value: Value) -> Value:
        """`await value`."""
        self.waiting.waited(value)
        self.drain()
        if isinstance(value, Mock):
            return awaited_mock(self, value)
        if not isinstance(value, Promise):
            return value
        value.handled = True
        while value.state == "pending" and self._timers:
            self._next_timer()
            self.drain()
        if value.state == "pending":
            raise Uncertain
        if value.state == "failed":
            raise Thrown(value.value)
        return value.value

    def unhandled(self) -> bool:
        """Whether a promise failed that nobody waits for: the test runner would complain."""
        return any(promise.state == "failed" and not promise.handled for promise in self._promises)

    # Timers

    def start_timer(self, due: float, callback: Value, args: list[Value]) -> int:
        """Start a timer and give its number."""
        self._marks += 1
        self._timers.append(_Timer(due, self._marks, callback, args))
        return self._marks

    def stop_timer(self, mark: int) -> None:
        """Stop a timer."""
        self._timers = [timer for timer in self._timers if timer.mark != mark]

    def _next_timer(self) -> None:
        timer = min(self._timers, key=lambda timer: (timer.due, timer.mark))
        self.stop_timer(timer.mark)
        if timer.due > _LONGEST_WAIT:
            raise Uncertain
        self.call(timer.callback, UNDEFINED, timer.args)

    # Evaluation

    def tick(self) -> None:
        """Count a step; the code that takes too many may never end."""
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise Uncertain

    def run(self, node: n.Node, frame: Frame) -> None:
        """Execute a statement."""
        execute(self, node, frame)

    def eval(self, node: n.Node, frame: Frame) -> Value:
        """The value of an expression."""
        value = evaluate(self, node, frame)
        return UNDEFINED if isinstance(value, Cut) else value

    def truth(self, value: Value) -> bool:
        """Whether a value counts as true."""
        if value is UNKNOWN or isinstance(value, Range | Mock):
            raise Uncertain
        if isinstance(value, Lazy):
            value.become("some")
            value = settled(value)
        if isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            return value != 0 and not math.isnan(value)
        if isinstance(value, str):
            return value != ""
        return not is_nothing(value)

    def same(self, one: Value, two: Value) -> Value:
        """`one === two`."""
        for value, other in ((one, two), (two, one)):
            if isinstance(value, Mock) and is_nothing(other):
                return False
            if value is UNKNOWN or isinstance(value, Mock):
                return UNKNOWN
            if isinstance(value, Lazy):
                return lazy_same(value, other)
        if isinstance(one, Range) or isinstance(two, Range):
            return UNKNOWN if _may_be_number(one) and _may_be_number(two) else False
        if is_number(one) and is_number(two):
            return one == two
        if isinstance(one, str) and isinstance(two, str):
            return one == two
        return one is two


def _may_be_number(value: Value) -> bool:
    return is_number(value) or isinstance(value, Range)


def _is_this(param: n.Param) -> bool:
    return isinstance(param.target, n.Name) and param.target.name == "this"
