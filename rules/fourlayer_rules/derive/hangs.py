"""Whether a function can wait for ever, followed through the functions that it calls."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.frames import Frame, Outside, Value
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.facts import children
from fourlayer.syntax.functions import returned_values
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.derive.known import OBSERVERS, WAITS, is_called_on, last_name, says_limit
from fourlayer_rules.derive.signals import Signals

if TYPE_CHECKING:
    from fourlayer.project.follow import Follow
    from fourlayer.syntax.facts import FileFacts

_UNLIMITED = frozenset(
    {"axios", "got", "node-fetch", "cross-fetch", "isomorphic-fetch", "superagent", "request", "undici"}
)
"""HTTP clients that wait as long as the server does unless they are told otherwise."""
_LIMITED = frozenset({"ky", "p-timeout", "promise-timeout"})


class Hang(NamedTuple):
    """A promise that a frame waits for without a limit. `certain` where nothing can limit it unseen.

    `source` is the call at the bottom of it that could be limited, with its frame.
    """

    node: n.Expr
    frame: Frame
    what: str
    certain: bool
    source: Value


def _hang(node: n.Expr, frame: Frame, what: str, *, certain: bool = True) -> Hang:
    return Hang(node, frame, what, certain, Value(node, frame))


class Hangs:
    """Answers what a function waits for without a limit.

    `called`: whoever calls may give other options than a parameter's default.
    """

    def __init__(self, follow: Follow, *, called: bool = False) -> None:
        self._follow = follow
        self._signals = Signals(follow)
        self._called = called

    def of(self, frame: Frame) -> list[Hang]:
        """What the body awaits or returns without a limit, in source order."""
        function = frame.function
        if function is None or function.body is None or function.is_generator:
            return []
        found: list[Hang] = []
        self._visit(function.body, frame, found)
        for value in returned_values(function):
            if not isinstance(uncast(value), n.Await):
                self._add(value, frame, found)
        return sorted(found, key=lambda hang: hang.node.start)

    def _visit(self, node: n.Node, frame: Frame, found: list[Hang]) -> None:
        if isinstance(node, (n.Function, n.ClassExpr, n.ClassDecl, n.FunctionDecl, n.Type)):
            return
        if isinstance(node, n.Await):
            self._add(node.value, frame, found)
        if isinstance(node, n.Loop) and node.kind == "await of" and node.iterable is not None:
            self._add(node.iterable, frame, found)
        for child in children(node):
            self._visit(child, frame, found)

    def _add(self, expr: n.Expr, frame: Frame, found: list[Hang]) -> None:
        hang = self.judge(Value(expr, frame))
        if hang is not None:
            found.append(hang._replace(node=expr, frame=frame))

    # Promises

    def judge(self, value: Value) -> Hang | None:
        """What makes waiting for an expression unlimited; None where it ends, or nobody can tell."""
        expr, frame = uncast(value.expr), value.frame
        if isinstance(expr, n.Await):
            return self.judge(Value(expr.value, frame))
        if isinstance(expr, n.Cond):
            return self._worst(frame, (expr.then, expr.other))
        if isinstance(expr, n.Binary) and expr.op in {"??", "||", "&&"}:
            return self._worst(frame, (expr.left, expr.right))
        if isinstance(expr, n.Name):
            return self._name(expr, frame)
        if isinstance(expr, n.New):
            return self._promise(expr, frame)
        if isinstance(expr, n.Tagged):
            return self._tagged(expr, frame)
        return self._call(expr, frame) if isinstance(expr, n.Call) else None

    def _worst(self, frame: Frame, exprs: tuple[n.Expr, ...]) -> Hang | None:
        hangs = [hang for expr in exprs if (hang := self.judge(Value(expr, frame))) is not None]
        return next((hang for hang in hangs if hang.certain), hangs[0] if hangs else None)

    def _name(self, name: n.Name, frame: Frame) -> Hang | None:
        binding = scopes_of(frame.decl).binding(name)
        if binding is None or binding.path != () or binding.writes:
            return None
        if isinstance(binding.owner, n.Param):
            given = frame.args.get(binding.owner)
            return self.judge(given) if given is not None else None
        init = binding.init
        return self.judge(Value(init, frame)) if isinstance(init, n.Call | n.New) else None

    def _promise(self, new: n.New, frame: Frame) -> Hang | None:
        """`new Promise(executor)`: limited where the executor names a time-out at all."""
        if dotted(new.callee) != "Promise":
            return None
        text = frame.decl.text_of(new)
        return (
            None if says_limit(text) or "abort" in text else _hang(new, frame, "the promise", certain=False)
        )

    def _tagged(self, tagged: n.Tagged, frame: Frame) -> Hang | None:
        """A query as a template: `sql`select 1``."""
        tag = uncast(tagged.tag)
        target = self._follow.closure(frame, tag)
        if isinstance(target, Frame):
            return self._inside(target)
        made = self._follow.value(Value(tag.object if isinstance(tag, n.Member) else tag, frame))
        if target.kind in {"global", "open"} or (isinstance(made, Value) and self._made_with_limit(made)):
            return None
        return _hang(tagged, frame, f"`{dotted(tag) or 'the query'}`", certain=False)

    # Calls

    def _call(self, call: n.Call, frame: Frame) -> Hang | None:
        callee = uncast(call.callee)
        if isinstance(callee, n.Member) and callee.name in {"then", "catch", "finally"}:
            before = self.judge(Value(callee.object, frame))
            given = (callee.object,) if callee.name == "then" else ()
            return before or self._callbacks(call.args, frame, given)
        name = last_name(callee)
        if name in WAITS or is_called_on(callee, OBSERVERS) or _links_limit(call):
            return None
        target = self._follow.call(frame, call)
        if isinstance(target, Frame):
            return self._inside(target)
        if target.kind == "global":
            return self._global(target.name, call, frame)
        return self._outside(target, call, frame)

    def _inside(self, target: Frame) -> Hang | None:
        inner = self.of(target)
        return next((one for one in inner if one.certain), inner[0] if inner else None)

    def _callbacks(
        self, args: tuple[n.Expr, ...], frame: Frame, given: tuple[n.Expr, ...] = ()
    ) -> Hang | None:
        """What functions wait for that are called with what `given` resolves with."""
        for arg in args:
            target = self._follow.closure(frame, arg, given)
            if isinstance(target, Frame) and target.function is not None and not frame.runs(target.function):
                found = self.of(target._replace(trail=(*frame.trail, target.function)))
                if found:
                    return found[0]
        return None

    def _global(self, name: str, call: n.Call, frame: Frame) -> Hang | None:
        if name == "fetch":
            return self._fetch(call, frame)
        if not name.startswith("Promise.") or not call.args:
            return None
        items = uncast(call.args[0])
        if not isinstance(items, n.Array):
            made = self._follow.mapped(frame, items)
            return None if made is None else self._callbacks((made.expr,), made.frame)
        hangs = [self.judge(Value(item, frame)) for item in items.items]
        if name == "Promise.race":
            if any(self._is_timer(Value(item, frame)) for item in items.items) or None in hangs:
                return None
            return hangs[0] if hangs else None
        return next((hang for hang in hangs if hang is not None), None)

    def _outside(self, target: Outside, call: n.Call, frame: Frame) -> Hang | None:
        if target.kind == "open" or target.package in _LIMITED or target.package.startswith("node:fs"):
            return None
        texts = [frame.decl.text_of(arg) for arg in call.args]
        if says_limit(last_name(uncast(call.callee))) or any(map(says_limit, texts)):
            return None
        if any(self._gives_limit(arg, frame) for arg in call.args):
            return None
        made = target.made
        if made is not None and self._made_with_limit(made):
            return None
        if any(isinstance(uncast(arg), n.Function) for arg in call.args):
            # A wrapper from elsewhere may limit what it runs.
            return None
        if target.package in _UNLIMITED:
            return None if _sets_limit(frame.facts) else _hang(call, frame, f"`{target.package}`")
        if target.kind == "unknown" and says_limit(frame.facts.text.data.decode(errors="replace")):
            return None
        return _hang(call, frame, f"`{_shown(call)}`", certain=False)

    def _gives_limit(self, arg: n.Expr, frame: Frame) -> bool:
        value = self._follow.value(Value(arg, frame))
        if isinstance(value, Outside):
            return value.kind == "given" and says_limit(value.name)
        if isinstance(value.expr, n.Function):
            return False
        if isinstance(value.expr, n.Object) and self.init_limits(value) != "no":
            return True
        return says_limit(value.frame.decl.text_of(value.expr)) or self._signals.limits(value) == "yes"

    def _made_with_limit(self, made: Value) -> bool:
        """Whether a client was made with options that name a time-out, or with options out of sight."""
        expr = uncast(made.expr)
        args = expr.args if isinstance(expr, n.Call | n.New) else ()
        if says_limit(made.frame.decl.text_of(made.expr)):
            return True
        for arg in args:
            value = self._follow.value(Value(arg, made.frame))
            if isinstance(value, Outside):
                continue
            if isinstance(value.expr, n.Object | n.Call) and says_limit(value.frame.decl.text_of(value.expr)):
                return True
        return False

    # fetch

    def _fetch(self, call: n.Call, frame: Frame) -> Hang | None:
        endless = _hang(call, frame, "`fetch`")
        if not call.args:
            return endless
        first = self._follow.value(Value(call.args[0], frame))
        if isinstance(first, Outside) and says_request(call.args[0], frame):
            return None
        options = call.args[1:2]
        if (
            isinstance(first, Value)
            and isinstance(first.expr, n.New)
            and dotted(first.expr.callee) == "Request"
        ):
            options = options or first.expr.args[1:2]
            frame = first.frame if options is first.expr.args[1:2] else frame
        if not options:
            return endless
        answer = self.init_limits(Value(options[0], frame))
        if answer == "no":
            return endless
        return endless._replace(certain=False) if answer == "doubtful" else None

    def init_limits(self, init: Value) -> str:
        """Whether `fetch`'s second argument limits it: "yes", "no", "unknown" or "doubtful"."""
        value = self._follow.value(init)
        if isinstance(value, Outside) or (self._called and _is_param(init)):
            return "unknown"
        if isinstance(value.expr, n.Cond):
            sides = [self.init_limits(Value(s, value.frame)) for s in (value.expr.then, value.expr.other)]
            return next((word for word in ("no", "unknown", "doubtful") if word in sides), "yes")
        if isinstance(value.expr, n.Call):
            made = self._made(value, value.expr)
            return self.init_limits(made) if made is not None else "unknown"
        if not isinstance(value.expr, n.Object):
            return "unknown"
        answers: list[str] = []
        for prop in value.expr.props:
            if isinstance(prop, n.Spread):
                answers.append(self._spread(Value(prop.value, value.frame)))
            elif prop.key == "signal":
                answers.append(self._signals.limits(Value(prop.value, value.frame)))
        return next((word for word in ("yes", "doubtful", "unknown") if word in answers), "no")

    def _made(self, value: Value, call: n.Call) -> Value | None:
        """The one value that a function of the workspace returns."""
        target = self._follow.call(value.frame, call)
        if not isinstance(target, Frame) or target.function is None or target.function in value.frame.trail:
            return None
        returned = list(returned_values(target.function))
        return Value(returned[0], target) if len(returned) == 1 else None

    def _spread(self, spread: Value) -> str:
        expr = uncast(spread.expr)
        if isinstance(expr, n.Binary) and expr.op == "&&":
            return self._spread(Value(expr.right, spread.frame))
        if isinstance(expr, n.Cond):
            sides = {self._spread(Value(side, spread.frame)) for side in (expr.then, expr.other)}
            return "yes" if "yes" in sides else "unknown" if "unknown" in sides else "no"
        return self.init_limits(spread)

    # Timers

    def _is_timer(self, value: Value, hops: int = 0) -> bool:
        """Whether a promise ends after some time by itself."""
        expr, frame = uncast(value.expr), value.frame
        if hops > 8:
            return False
        if isinstance(expr, n.Name):
            found = scopes_of(frame.decl).binding(expr)
            if found is not None and isinstance(found.owner, n.Param) and found.owner in frame.args:
                return self._is_timer(frame.args[found.owner], hops + 1)
            init = found.init if found is not None else None
            return says_limit(expr.name) or (
                init is not None and self._is_timer(Value(init, frame), hops + 1)
            )
        if isinstance(expr, n.New):
            return says_limit(frame.decl.text_of(expr))
        if not isinstance(expr, n.Call):
            return False
        callee = uncast(expr.callee)
        if says_limit(last_name(callee)) or last_name(callee) in WAITS:
            return True
        if isinstance(callee, n.Member) and callee.name in {"then", "catch", "finally"}:
            return self._is_timer(Value(callee.object, frame), hops + 1)
        if any(self._limits_arg(arg, frame) for arg in expr.args):
            return True
        target = self._follow.call(frame, expr)
        if not isinstance(target, Frame) or target.function is None:
            return False
        return says_limit(target.decl.text_of(target.function))

    def _limits_arg(self, arg: n.Expr, frame: Frame) -> bool:
        arg = uncast(arg)
        return (
            isinstance(arg, n.Name | n.Member | n.Call) and self._signals.limits(Value(arg, frame)) == "yes"
        )


@cache
def _setting() -> re.Pattern[bytes]:
    return re.compile(rb"time_?out\w*\s*(?::|=[^=>])", re.IGNORECASE)


def _sets_limit(facts: FileFacts) -> bool:
    """Whether a file sets a time-out somewhere, the defaults of a client perhaps."""
    return _setting().search(facts.text.data) is not None


def says_request(arg: n.Expr, frame: Frame) -> bool:
    """Whether what is fetched is a request object from elsewhere, which may carry a signal."""
    arg = uncast(arg)
    binding = scopes_of(frame.decl).binding(arg)
    type_ = binding.type if binding is not None else None
    return isinstance(type_, n.TypeRef) and type_.name == "Request"


def _is_param(value: Value) -> bool:
    binding = scopes_of(value.frame.decl).binding(uncast(value.expr))
    return binding is not None and isinstance(binding.owner, n.Param)


def _shown(call: n.Call) -> str:
    """The first call of a chain, by its dotted name where it has one."""
    node: n.Expr = call
    first = call
    while isinstance(node, n.Call | n.Member):
        if isinstance(node, n.Call):
            first = node
        node = uncast(node.callee if isinstance(node, n.Call) else node.object)
    return dotted(first.callee) or last_name(uncast(first.callee)) or "the call"


def _links_limit(call: n.Call) -> bool:
    """Whether a step of the chain sets a limit: `.timeout(3000)`, `.abortSignal(signal)`."""
    node: n.Expr = call
    while isinstance(node, n.Call | n.Member):
        if isinstance(node, n.Member) and (says_limit(node.name) or node.name == "abortSignal"):
            return True
        node = uncast(node.callee if isinstance(node, n.Call) else node.object)
    return False
