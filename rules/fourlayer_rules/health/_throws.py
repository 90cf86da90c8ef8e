"""Whether a health check can throw or reject, followed through the functions that it calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.frames import Frame, Outside, Value
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.facts import children, walk
from fourlayer.syntax.functions import returned_values
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.derive.known import OBSERVERS, PURE_PACKAGES, WAITS, is_called_on
from fourlayer_rules.health._truth import truth

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.follow import Follow

_THROWING_GLOBALS = frozenset({"JSON.parse", "decodeURI", "decodeURIComponent", "atob"})
_THROWING_METHODS = frozenset(
    {"readFileSync", "readdirSync", "statSync", "execSync", "execFileSync", "spawnSync", "getOrThrow"}
)
_SETTLES = frozenset({"Promise.allSettled", "Promise.resolve"})
_AT_ONCE = frozenset(
    {
        "charAt", "concat", "endsWith", "every", "getTime", "includes", "join", "map", "padStart", "push",
        "replace", "slice", "some", "split", "startsWith", "substring", "toFixed", "toISOString",
        "toLowerCase", "toString", "toUpperCase", "trim", "unshift",
    }
)  # fmt: skip
"""Methods that return no promise, whatever they are called on."""
_ANSWERS_ERRORS = frozenset({"from", "rpc"})
"""PostgREST's builders resolve with `{ error }`."""
_ASSERTIONS = frozenset({"assert", "node:assert", "node:assert/strict", "invariant", "tiny-invariant"})


class Escape(NamedTuple):
    """A place of a frame from which an error leaves it, and why in a clause."""

    node: n.Node
    frame: Frame
    why: str
    rethrow: n.Throw | None = None
    """The statement, where it is a `throw`."""


class Escapes:
    """Answers which errors leave a function.

    What is out of reach counts as harmless, or, when `strict`, as what may reject.
    """

    def __init__(self, follow: Follow, *, strict: bool = False) -> None:
        self._follow = follow
        self._strict = strict

    def of(self, frame: Frame) -> list[Escape]:
        """The errors that leave a function, thrown or through its promise; in source order."""
        return [*self.thrown(frame), *self._returned(frame)]

    def thrown(self, frame: Frame) -> list[Escape]:
        """The errors that leave while the body runs, awaited ones included."""
        function = frame.function
        if function is None or function.body is None or function.is_generator:
            return []
        found: list[Escape] = []
        for param in function.params:
            if param.default is not None and param not in frame.args:
                self._visit(param.default, frame, found)
        self._visit(function.body, frame, found)
        return found

    def _returned(self, frame: Frame) -> list[Escape]:
        """The errors of promises that are returned without `await`; no `try` around them catches any."""
        function = frame.function
        found: list[Escape] = []
        for value in returned_values(function) if function is not None else ():
            why = self.rejects(Value(value, frame))
            if why is not None and not isinstance(uncast(value), n.Await):
                found.append(Escape(value, frame, why))
        return found

    # Statements

    def _visit(self, node: n.Node, frame: Frame, found: list[Escape]) -> None:
        if isinstance(node, (n.Function, n.ClassExpr, n.ClassDecl, n.FunctionDecl, n.Type)):
            return
        if isinstance(node, n.Try):
            self._try(node, frame, found)
            return
        if isinstance(node, n.If):
            holds = truth(self._follow, Value(node.test, frame))
            parts = [node.test, node.then if holds is not False else None, node.other if not holds else None]
            for part in parts:
                if part is not None:
                    self._visit(part, frame, found)
            return
        for child in children(node):
            self._visit(child, frame, found)
        if isinstance(node, n.Throw):
            found.append(Escape(node.value, frame, "is thrown", node))
            return
        if isinstance(node, n.Loop) and node.kind == "await of" and node.iterable is not None:
            why = self.rejects(Value(node.iterable, frame))
            found += [] if why is None else [Escape(node.iterable, frame, why)]
            return
        why = self._own(node, frame)
        if why is not None:
            found.append(Escape(node, frame, why))

    def _own(self, node: n.Node, frame: Frame) -> str | None:
        """Why a node itself throws, its parts left out."""
        if isinstance(node, n.Await):
            return self.rejects(Value(node.value, frame))
        if isinstance(node, n.Call):
            return self._call_throws(node, frame)
        if isinstance(node, n.New) and dotted(node.callee) == "URL" and not _is_address(node.args):
            return "throws on an address that is none"
        return None

    def _try(self, node: n.Try, frame: Frame, found: list[Escape]) -> None:
        if node.handler is None:
            self._visit(node.block, frame, found)
        else:
            self._visit(node.handler, frame, found)
        if node.finalizer is not None:
            self._visit(node.finalizer, frame, found)

    # Calls

    def _call_throws(self, call: n.Call, frame: Frame) -> str | None:
        """Why a call throws while it runs; what its promise does is another question."""
        callee = uncast(call.callee)
        if isinstance(callee, n.Member) and callee.name in {"catch", "then", "finally"}:
            return None
        if isinstance(callee, n.Member) and callee.name == "parse" and self._is_schema(callee.object, frame):
            return "throws on what the schema does not accept"
        target = self._follow.call(frame, call)
        if isinstance(target, Frame):
            function = target.function
            if function is None or function.is_async:
                return None
            inner = self.thrown(target)
            return _through(inner) if inner else None
        if target.kind == "global" and target.name in _THROWING_GLOBALS and not _are_literals(call.args):
            return "throws on what it cannot read"
        if target.kind == "package" and target.package in _ASSERTIONS:
            return "throws where it does not hold"
        name = callee.name if isinstance(callee, (n.Member, n.Name)) else ""
        if name in _THROWING_METHODS and target.kind in {"package", "unknown"}:
            return "throws when it fails"
        return None

    def _is_schema(self, expr: n.Expr, frame: Frame) -> bool:
        expr = uncast(expr)
        name = dotted(expr)
        if name is not None and name.lower().endswith("schema"):
            return True
        value = self._follow.value(Value(expr, frame))
        return not isinstance(value, Outside) and _starts_with_zod(value.expr)

    # Promises

    def rejects(self, value: Value) -> str | None:
        """Why a promise rejects; None where it does not, or it is no promise."""
        expr, frame = uncast(value.expr), value.frame
        if isinstance(expr, n.Await):
            return self.rejects(Value(expr.value, frame))
        if isinstance(expr, n.Cond):
            return self._either(frame, expr.then, expr.other)
        if isinstance(expr, n.Binary) and expr.op in {"??", "||", "&&"}:
            return self._either(frame, expr.left, expr.right)
        if isinstance(expr, n.Sequence):
            return self.rejects(Value(expr.items[-1], frame))
        if isinstance(expr, n.Name):
            return self._name(expr, frame)
        if isinstance(expr, n.New):
            return self._promise(expr, frame)
        if isinstance(expr, n.Tagged):
            return self._tag_rejects(expr, frame)
        return self._call_rejects(expr, frame) if isinstance(expr, n.Call) else None

    def _tag_rejects(self, tagged: n.Tagged, frame: Frame) -> str | None:
        """A query as a template; code of the workspace that makes a text of one does not reject."""
        target = self._follow.closure(frame, tagged.tag)
        if isinstance(target, Frame):
            inner = self._returned(target)
            return _through(inner) if inner else None
        return "may reject" if target.kind in {"package", "given", "unknown"} else None

    def _either(self, frame: Frame, one: n.Expr, two: n.Expr) -> str | None:
        return self.rejects(Value(one, frame)) or self.rejects(Value(two, frame))

    def _name(self, name: n.Name, frame: Frame) -> str | None:
        binding = scopes_of(frame.decl).binding(name)
        if binding is not None and isinstance(binding.owner, n.Param):
            given = frame.args.get(binding.owner)
            if given is not None and binding.path == ():
                return self.rejects(given)
            type_ = binding.owner.type
            is_promise = isinstance(type_, n.TypeRef) and type_.name in {"Promise", "PromiseLike"}
            return "may reject" if is_promise else None
        if binding is not None and (binding.path != () or isinstance(binding.init, n.Await)):
            return None
        if binding is not None and isinstance(binding.init, n.Call | n.New) and not binding.writes:
            return self.rejects(Value(binding.init, frame))
        return None

    def _promise(self, new: n.New, frame: Frame) -> str | None:
        if dotted(new.callee) != "Promise" or not new.args or not isinstance(new.args[0], n.Function):
            return None
        params = new.args[0].params
        target = params[1].target if len(params) > 1 else None
        if not isinstance(target, n.Name) or new.args[0].body is None:
            return None
        used = any(isinstance(x, n.Name) and x.name == target.name for x in walk(new.args[0].body))
        return "rejects" if used else None

    def _call_rejects(self, call: n.Call, frame: Frame) -> str | None:
        callee = uncast(call.callee)
        if isinstance(callee, n.Member) and callee.name in {"catch", "then", "finally"}:
            return self._continued(callee, call.args, frame)
        if dotted(callee) == "import":
            return None if self._follow.loads(frame, call) is not None else "may fail to load"
        target = self._follow.call(frame, call)
        if isinstance(target, Frame):
            # What a function without `async` throws, it throws where it is called, not where it is awaited.
            asynchronous = target.function is not None and target.function.is_async
            inner = self.of(target) if asynchronous else self._returned(target)
            return _through(inner) if inner else None
        return self._outside_rejects(target, call, frame)

    def _outside_rejects(self, target: Outside, call: n.Call, frame: Frame) -> str | None:
        callee = uncast(call.callee)
        name = callee.name if isinstance(callee, (n.Member, n.Name)) else ""
        if target.kind == "global":
            return self._global_rejects(target.name, call, frame)
        if name in WAITS or is_called_on(callee, OBSERVERS) or _answers_errors(call):
            return None
        if target.kind == "unknown" and isinstance(callee, n.Member) and name in _AT_ONCE:
            return None
        if target.package in PURE_PACKAGES - {"p-timeout"} and not name.endswith("Async"):
            return None
        wraps = any(isinstance(uncast(arg), n.Function) for arg in call.args)
        if target.kind == "open" or (wraps and target.kind in {"unknown", "package"}):
            # An unknown wrapper around what is asked may well catch everything.
            return "may reject" if self._strict else None
        return "may reject"

    def _global_rejects(self, name: str, call: n.Call, frame: Frame) -> str | None:
        if name in _SETTLES:
            return None
        if name == "fetch":
            return "rejects when the service cannot be reached"
        if name == "Promise.reject":
            return "rejects"
        if name in {"Promise.all", "Promise.race", "Promise.any"} and call.args:
            items = uncast(call.args[0])
            if not isinstance(items, n.Array):
                made = self._follow.mapped(frame, items)
                return "may reject" if made is None else self._callback(made.expr, made.frame)
            reasons = (self.rejects(Value(item, frame)) for item in items.items)
            return next((why for why in reasons if why is not None), None)
        if name.startswith(("fetch().", "Response().")) and name.endswith((".json", ".text", ".arrayBuffer")):
            return "may reject"
        return None

    def _continued(self, callee: n.Member, args: tuple[n.Expr, ...], frame: Frame) -> str | None:
        """`promise.then(done, failed)`, `.catch(failed)`, `.finally(after)`."""
        before = self.rejects(Value(callee.object, frame))
        if callee.name == "catch":
            return before if not args else self._callback(args[0], frame) if before else None
        if callee.name == "finally":
            return before or (self._callback(args[0], frame) if args else None)
        failed = args[1] if len(args) > 1 else None
        done = self._callback(args[0], frame, (callee.object,)) if args else None
        if failed is not None:
            return done or (self._callback(failed, frame) if before else None)
        return before or done

    def _callback(self, expr: n.Expr, frame: Frame, given: tuple[n.Expr, ...] = ()) -> str | None:
        """Why a function fails that is called with what `given` resolves with."""
        target = self._follow.closure(frame, expr, given)
        if not isinstance(target, Frame) or target.function is None or frame.runs(target.function):
            return "may reject" if self._strict else None
        inner = self.of(target._replace(trail=(*frame.trail, target.function)))
        return _through(inner) if inner else None


def _through(inner: list[Escape]) -> str:
    return "throws" if inner[0].rethrow is not None else inner[0].why


def _is_address(args: tuple[n.Expr, ...]) -> bool:
    """Whether `new URL(...)` is given what cannot fail: literals, or a literal path and a base."""
    return bool(args) and isinstance(uncast(args[-1]), n.Str)


def _are_literals(args: tuple[n.Expr, ...]) -> bool:
    return all(isinstance(uncast(arg), n.Str) for arg in args)


def _starts_with_zod(expr: n.Expr) -> bool:
    head: n.Expr = expr
    while isinstance(head, (n.Call, n.Member)):
        head = uncast(head.callee if isinstance(head, n.Call) else head.object)
    return isinstance(head, n.Name) and head.name in {"z", "zod"}


def _answers_errors(call: n.Call) -> bool:
    node: n.Expr = call
    while isinstance(node, (n.Call, n.Member)):
        if isinstance(node, n.Member) and node.name in _ANSWERS_ERRORS:
            return True
        node = uncast(node.callee if isinstance(node, n.Call) else node.object)
    return False


def unawaited_in_try(frame: Frame) -> Iterator[n.Return]:
    """The returns inside a `try` with a handler whose value is not awaited."""
    function = frame.function
    stack: list[tuple[n.Node, bool]] = [(function.body, False)] if function and function.body else []
    while stack:
        node, guarded = stack.pop()
        if isinstance(node, (n.Function, n.ClassDecl)):
            continue
        if isinstance(node, n.Return) and guarded and node.value is not None:
            yield node
        if isinstance(node, n.Try):
            stack += [(node.block, guarded or node.handler is not None)]
            stack += [(part, guarded) for part in (node.handler, node.finalizer) if part is not None]
        else:
            stack += [(child, guarded) for child in children(node)]
