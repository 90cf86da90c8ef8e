"""Evaluates lowered code, module by module; raises Uncertain at whatever it cannot follow for sure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import children
from fourlayer_rules.derive.running import host
from fourlayer_rules.derive.running.values import (
    NULL,
    UNDEFINED,
    UNKNOWN,
    Arr,
    Class,
    Env,
    Func,
    Lazy,
    Mock,
    Native,
    Obj,
    Promise,
    Range,
    Thrown,
    Uncertain,
    Value,
    is_nothing,
    is_number,
    key_text,
    number_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts, Import

_MAX_STEPS = 60_000
_MAX_DEPTH = 60


class _Return(Exception):  # noqa: N818 - control flow
    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


class _Jump(Exception):  # noqa: N818 - control flow
    def __init__(self, kind: str, label: str | None) -> None:
        super().__init__()
        self.kind = kind
        self.label = label


class _Cut:
    """The value of `a?.b` where `a` is nothing: what follows in the chain is skipped."""


_CUT = _Cut()


class _Later:
    """A top-level name whose declaration could not be evaluated."""


_LATER = _Later()


class Frame(NamedTuple):
    """Where code runs."""

    env: Env
    decl: Decl
    this: Value
    home: Class | None
    static: bool
    new_target: Class | None


class Module:
    """A loaded file."""

    def __init__(self, path: str, facts: FileFacts, env: Env) -> None:
        self.path = path
        self.facts = facts
        self.env = env
        self.imported: dict[str, tuple[Import, str]] = {}


class Machine:
    """One run. `environment` is what `process.env` holds; reads of other variables give `undefined`.

    `fetch` answers the calls of the platform's `fetch`. `modules` are the mocked packages by name, grown as
    they are used; `reads` the environment variables that were read.
    """

    def __init__(self, view: View, validation: str, environment: Mapping[str, str] | None = None) -> None:
        self.view = view
        self.validation = validation
        self.environment = dict(environment or {})
        self.reads: dict[str, None] = {}
        self.modules: dict[str, Mock] = {}
        self.fetched: list[tuple[Value, Value]] = []
        self.fetch: Callable[[], Value] | None = None
        self.awaited: Callable[[Mock], Value] | None = None
        self.promises: list[Promise] = []
        self.timers: list[tuple[float, int, Value, list[Value]]] = []
        self.clock = 1_800_000_000_000.0
        self.loading = 0
        self.network_on_load = False
        self._loaded: dict[str, Module] = {}
        self._steps = 0
        self._depth = 0
        self.globals = Env(None)
        self.globals.names.update(host.globals_of(self))

    # Modules

    def load(self, path: str) -> Module:
        """Evaluate a file's top level, and that of the files that it imports first."""
        known = self._loaded.get(path)
        if known is not None:
            return known
        facts = self.view.facts(path)
        if facts is None or not facts.trusted:
            raise Uncertain
        module = self._loaded[path] = Module(path, facts, Env(self.globals))
        self.loading += 1
        try:
            self._load(module)
        finally:
            self.loading -= 1
        return module

    def _load(self, module: Module) -> None:
        facts = module.facts
        for item in facts.imports:
            if item.kind not in {"import", "export"} or item.type_only:
                continue
            if item.names and all(bound.type_only for bound in item.names):
                continue
            target = self.view.resolve(item.specifier, module.path).path
            if target is not None and not target.endswith((".d.ts", ".json")):
                self.load(target)
            if item.kind == "import":
                for bound in item.names:
                    if bound.local is not None and not bound.type_only:
                        module.imported[bound.local] = (item, bound.imported)
        for decl in facts.decls:
            if decl.kind == "function":
                self._declare(module, decl)
        for decl in facts.decls:
            if decl.kind in {"function", "import", "interface", "type"}:
                continue
            try:
                self._declare(module, decl)
            except (Uncertain, Thrown):
                for name in decl.names:
                    module.env.names[name] = _LATER

    def _declare(self, module: Module, decl: Decl) -> None:
        frame = Frame(module.env, decl, UNDEFINED, None, False, None)
        node = decl.node
        if decl.kind == "class" and isinstance(node, n.ClassDecl):
            made = self._class(node, [(member, member.node) for member in decl.members], frame, module.path)
            made.decl = decl
            module.env.names[decl.name or "default"] = made
            self._statics(made, [(member, member.node) for member in decl.members])
        elif isinstance(node, n.FunctionDecl):
            if node.function.body is not None:
                module.env.names[decl.name or "default"] = Func(
                    node.function, module.env, decl, UNDEFINED, None
                )
        elif isinstance(node, n.Stmt) and not isinstance(node, n.OtherStmt):
            if isinstance(node, n.ExprStmt) and decl.is_default:
                module.env.names["default"] = self.eval(node.expr, frame)
            else:
                self.run(node, frame)

    def exported(self, path: str, name: str, hops: int = 0) -> Value:
        """The value of a file's export."""
        module = self.load(path)
        if hops > 12:
            raise Uncertain
        for export in module.facts.exports:
            if export.name != name or export.kind == "all":
                continue
            if export.kind == "from" and export.specifier is not None:
                return self._from(module, export.specifier, export.local or name, hops)
            if export.kind in {"namespace", "assign"}:
                raise Uncertain
            return self.lookup(module.env, export.local or name)
        for export in module.facts.exports:
            if export.kind == "all" and export.specifier is not None:
                try:
                    return self._from(module, export.specifier, name, hops)
                except KeyError:
                    continue
        raise KeyError(name)

    def _from(self, module: Module, specifier: str, name: str, hops: int) -> Value:
        target = self.view.resolve(specifier, module.path).path
        if target is None or target.endswith((".d.ts", ".json")):
            return self._external(specifier, name)
        return self.exported(target, name, hops + 1)

    def _external(self, specifier: str, name: str) -> Value:
        if specifier == self.validation:
            from fourlayer_rules.derive.running import validation

            return validation.exported(self, name)
        if specifier.startswith(("node:", ".", "/", "#")) or specifier in host.BUILTINS:
            return host.builtin(specifier.removeprefix("node:"), name)
        module = self.modules.setdefault(specifier, Mock(specifier, specifier))
        return module if name == "*" else module.member(name)

    def lookup(self, env: Env, name: str) -> Value:
        """What a name stands for."""
        holder = env.holder(name)
        module = self._module_of(env)
        if module is not None and name in module.imported and (holder is None or holder is self.globals):
            item, imported = module.imported[name]
            target = self.view.resolve(item.specifier, module.path).path
            if imported in {"*", "="} and target is not None:
                space = Obj(None, "module", target)
                return space
            try:
                return self._from(module, item.specifier, imported, 0)
            except KeyError:
                raise Uncertain from None
        if holder is None:
            raise Uncertain
        value = holder.names[name]
        if value is _LATER:
            raise Uncertain
        return value

    def _module_of(self, env: Env) -> Module | None:
        top: Env = env
        while top.parent is not None and top.parent is not self.globals:
            top = top.parent
        return next((module for module in self._loaded.values() if module.env is top), None)

    # Classes

    def _class(
        self,
        node: n.ClassDecl,
        members: Iterable[tuple[Decl, n.Node]],
        frame: Frame,
        path: str,
    ) -> Class:
        parent: Class | None = None
        if node.extends is not None:
            base = self.eval(node.extends, frame)
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
            elif (
                member.kind in {"method", "get", "set"} and function is not None and function.body is not None
            ):
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
            elif (
                member.kind == "field" and not static and not {"abstract", "declare"} & set(member.modifiers)
            ):
                if member.name is None:
                    raise Uncertain
                made.fields.append((member.name, member.init, decl))
        return made

    def _statics(self, made: Class, members: Iterable[tuple[Decl, n.Node]]) -> None:
        for decl, member in members:
            if isinstance(member, n.ClassMember) and "static" in member.modifiers:
                frame = Frame(made.env or self.globals, decl, made, made, True, None)
                if member.kind == "field" and member.name is not None:
                    value = UNDEFINED if member.init is None else self.eval(member.init, frame)
                    made.statics[member.name] = value
                elif member.kind == "static block":
                    raise Uncertain

    def construct(self, cls: Value, args: list[Value]) -> Value:
        """`new cls(...args)`."""
        if isinstance(cls, Mock):
            return host.constructed(self, cls, args)
        if isinstance(cls, Native):
            maker = cls.members.get("[[new]]")
            if isinstance(maker, Native):
                return maker.call(UNDEFINED, args)
            raise Uncertain
        if not isinstance(cls, Class):
            raise Uncertain
        made = Obj(cls, "Object")
        self._construct(cls, made, args, cls)
        return made

    def _construct(self, cls: Class, made: Obj, args: list[Value], target: Class) -> None:
        if cls.native:
            host.init_error(self, cls, made, args)
            return
        if cls.constructor is None:
            if cls.parent is not None:
                self._construct(cls.parent, made, args, target)
            self._fields(cls, made)
            return
        function = cls.constructor
        env = Env(function.env)
        frame = Frame(env, function.decl, made, cls, False, target)
        if cls.parent is None:
            self._fields(cls, made)
        self._enter(function, env, frame, args)
        if cls.parent is None:
            self._parameter_properties(function, env, made)
        self._body(function, frame)

    def _parameter_properties(self, function: Func, env: Env, made: Obj) -> None:
        for param in function.node.params:
            if param.modifiers and isinstance(param.target, n.Name):
                made.props[param.target.name] = env.names[param.target.name]

    def _super(self, frame: Frame, args: list[Value]) -> Value:
        home, made, target = frame.home, frame.this, frame.new_target
        if home is None or home.parent is None or not isinstance(made, Obj) or target is None:
            raise Uncertain
        self._construct(home.parent, made, args, target)
        self._fields(home, made)
        if home.constructor is not None:
            env: Env | None = frame.env
            names = {
                param.target.name
                for param in home.constructor.node.params
                if param.modifiers and isinstance(param.target, n.Name)
            }
            for name in names:
                holder = env.holder(name) if env is not None else None
                if holder is None:
                    raise Uncertain
                made.props[name] = holder.names[name]
        return UNDEFINED

    def _fields(self, cls: Class, made: Obj) -> None:
        for name, init, decl in cls.fields:
            frame = Frame(cls.env or self.globals, decl, made, cls, False, None)
            made.props[name] = UNDEFINED if init is None else self.eval(init, frame)

    # Calls

    def call(self, function: Value, this: Value, args: list[Value]) -> Value:
        """Call a function; that of an asynchronous one gives a promise."""
        if isinstance(function, Native):
            return function.call(this, args)
        if isinstance(function, Mock):
            return host.called(function)
        if not isinstance(function, Func):
            raise Uncertain
        if function.node.is_generator:
            raise Uncertain
        if function.bound is not None:
            this, args = function.bound[0], [*function.bound[1], *args]
        env = Env(function.env)
        arrow = function.node.arrow
        frame = Frame(
            env,
            function.decl,
            function.this if arrow else this,
            function.home,
            function.static,
            None,
        )
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise Uncertain
        try:
            if not function.is_async:
                self._enter(function, env, frame, args)
                return self._body(function, frame)
            try:
                self._enter(function, env, frame, args)
                value = self._body(function, frame)
                if isinstance(value, Promise):
                    return value
                return self.promise("kept", value)
            except Thrown as thrown:
                return self.promise("failed", thrown.value)
        finally:
            self._depth -= 1

    def promise(self, state: str, value: Value = UNDEFINED) -> Promise:
        """A promise that counts: one that fails must be looked at by somebody."""
        made = Promise(state, value)
        self.promises.append(made)
        return made

    def wait(self, value: Value) -> Value:
        """`await value`."""
        if isinstance(value, Mock):
            return host.answered(self, value)
        if not isinstance(value, Promise):
            return value
        value.handled = True
        waited = 0.0
        while value.state == "pending" and self.timers:
            self.timers.sort(key=lambda timer: timer[:2])
            due, _, callback, args = self.timers.pop(0)
            waited = max(waited, due)
            if waited > 50:
                raise Uncertain
            self.call(callback, UNDEFINED, args)
        if value.state == "pending":
            raise Uncertain
        if value.state == "failed":
            raise Thrown(value.value)
        return value.value

    def unhandled(self) -> bool:
        """Whether a promise failed that nobody waits for: the test runner would complain."""
        return any(promise.state == "failed" and not promise.handled for promise in self.promises)

    def _enter(self, function: Func, env: Env, frame: Frame, args: list[Value]) -> None:
        for index, param in enumerate(function.node.params):
            if isinstance(param.target, n.Name) and param.target.name == "this":
                continue
            if param.rest:
                self._bind(param.target, Arr(list(args[index:])), frame, env)
                break
            value = args[index] if index < len(args) else UNDEFINED
            if value is UNDEFINED and param.default is not None:
                value = self.eval(param.default, frame)
            self._bind(param.target, value, frame, env)

    def _body(self, function: Func, frame: Frame) -> Value:
        body = function.node.body
        if body is None:
            raise Uncertain
        if isinstance(body, n.Expr):
            return self.eval(body, frame)
        try:
            self.run(body, frame)
        except _Return as returned:
            return returned.value
        return UNDEFINED

    # Patterns

    def _bind(self, target: n.Node, value: Value, frame: Frame, env: Env | None) -> None:
        """Give a pattern its value: new names in `env`, or existing places where that is None."""
        if isinstance(target, n.Name):
            if env is not None:
                env.names[target.name] = value
                return
            holder = frame.env.holder(target.name)
            if holder is None:
                raise Uncertain
            holder.names[target.name] = value
        elif isinstance(target, n.ObjectPattern):
            taken: set[str] = set()
            if is_nothing(value):
                raise Uncertain
            for prop in target.props:
                if prop.key is None:
                    raise Uncertain
                taken.add(prop.key)
                part = host.get(self, value, prop.key)
                if part is UNDEFINED and prop.default is not None:
                    part = self.eval(prop.default, frame)
                self._bind(prop.target, part, frame, env)
            if target.rest is not None:
                if not isinstance(value, Obj):
                    raise Uncertain
                rest = Obj()
                rest.props = {key: part for key, part in value.props.items() if key not in taken}
                self._bind(target.rest, rest, frame, env)
        elif isinstance(target, n.ArrayPattern):
            items = host.items_of(self, value)
            for index, item in enumerate(target.items):
                self._bind(item, items[index] if index < len(items) else UNDEFINED, frame, env)
            if target.rest is not None:
                self._bind(target.rest, Arr(items[len(target.items) :]), frame, env)
        elif isinstance(target, n.DefaultPattern):
            if value is UNDEFINED:
                value = self.eval(target.default, frame)
            self._bind(target.target, value, frame, env)
        elif isinstance(target, n.Member | n.Index):
            holder_value = self.eval(target.object, frame)
            name = target.name if isinstance(target, n.Member) else None
            if isinstance(target, n.Index):
                name = key_text(self.eval(target.index, frame))
            host.put(self, holder_value, name or "", value)
        else:
            raise Uncertain

    # Statements

    def run(self, node: n.Node, frame: Frame) -> None:
        """Execute a statement."""
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise Uncertain
        handler = _STATEMENTS.get(type(node))
        if handler is None:
            raise Uncertain
        handler(self, node, frame)

    def _block(self, node: n.Block, frame: Frame) -> None:
        inner = frame._replace(env=Env(frame.env))
        self._sequence(node.stmts, inner)

    def _sequence(self, stmts: Iterable[n.Stmt], frame: Frame) -> None:
        listed = list(stmts)
        for stmt in listed:
            if isinstance(stmt, n.FunctionDecl) and stmt.function.name and stmt.function.body is not None:
                frame.env.names[stmt.function.name] = self._closure(stmt.function, frame)
        for stmt in listed:
            if not isinstance(stmt, n.FunctionDecl):
                self.run(stmt, frame)

    def _closure(self, node: n.Function, frame: Frame) -> Func:
        return Func(node, frame.env, frame.decl, frame.this, frame.home, static=frame.static)

    def _var(self, node: n.VarDecl, frame: Frame) -> None:
        if node.kind not in {"const", "let", "var"}:
            raise Uncertain
        for one in node.declarators:
            value = UNDEFINED if one.init is None else self.eval(one.init, frame)
            if isinstance(value, Class) and not value.name and isinstance(one.target, n.Name):
                value.name = one.target.name
            self._bind(one.target, value, frame, frame.env)

    def _expr_stmt(self, node: n.ExprStmt, frame: Frame) -> None:
        self.eval(node.expr, frame)

    def _return(self, node: n.Return, frame: Frame) -> None:
        value = UNDEFINED if node.value is None else self.eval(node.value, frame)
        raise _Return(value)

    def _throw(self, node: n.Throw, frame: Frame) -> None:
        raise Thrown(self.eval(node.value, frame))

    def _if(self, node: n.If, frame: Frame) -> None:
        if self.truth(self.eval(node.test, frame)):
            self.run(node.then, frame)
        elif node.other is not None:
            self.run(node.other, frame)

    def _loop(self, node: n.Loop, frame: Frame) -> None:
        outer = frame._replace(env=Env(frame.env))
        if node.kind in {"of", "in", "await of"}:
            if node.iterable is None or node.target is None:
                raise Uncertain
            source = self.eval(node.iterable, outer)
            items = host.keys_of(source) if node.kind == "in" else host.items_of(self, source)
            for item in items:
                inner = frame._replace(env=Env(frame.env))
                value = self.wait(item) if node.kind == "await of" else item
                self._bind(node.target, value, inner, inner.env)
                if not self._turn(node.body, inner):
                    break
            return
        if node.init is not None:
            if isinstance(node.init, n.Stmt):
                self.run(node.init, outer)
            elif isinstance(node.init, n.Expr):
                self.eval(node.init, outer)
        first = node.kind == "do"
        while first or node.test is None or self.truth(self.eval(node.test, outer)):
            first = False
            if not self._turn(node.body, outer):
                break
            if isinstance(node.update, n.Expr):
                self.eval(node.update, outer)

    def _turn(self, body: n.Stmt, frame: Frame) -> bool:
        """One turn of a loop; whether there may be another."""
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise Uncertain
        try:
            self.run(body, frame)
        except _Jump as jump:
            if jump.label is not None:
                raise Uncertain from None
            return jump.kind == "continue"
        return True

    def _switch(self, node: n.Switch, frame: Frame) -> None:
        value = self.eval(node.value, frame)
        inner = frame._replace(env=Env(frame.env))
        start: int | None = None
        for index, case in enumerate(node.cases):
            if case.test is not None and self.truth(self.same(value, self.eval(case.test, inner))):
                start = index
                break
        if start is None:
            start = next((index for index, case in enumerate(node.cases) if case.test is None), None)
        if start is None:
            return
        try:
            for case in node.cases[start:]:
                self._sequence(case.stmts, inner)
        except _Jump as jump:
            if jump.kind != "break" or jump.label is not None:
                raise

    def _try(self, node: n.Try, frame: Frame) -> None:
        try:
            try:
                self.run(node.block, frame)
            except Thrown as thrown:
                if node.handler is None:
                    raise
                inner = frame._replace(env=Env(frame.env))
                if node.param is not None:
                    self._bind(node.param, thrown.value, inner, inner.env)
                self.run(node.handler, inner)
        except (Thrown, _Return, _Jump):
            if node.finalizer is not None:
                self.run(node.finalizer, frame)
            raise
        if node.finalizer is not None:
            self.run(node.finalizer, frame)

    def _jump(self, node: n.Jump, frame: Frame) -> None:
        raise _Jump(node.kind, node.label)

    def _class_stmt(self, node: n.ClassDecl, frame: Frame) -> None:
        if node.name is None:
            raise Uncertain
        frame.env.names[node.name] = self._inner_class(node, frame)

    def _inner_class(self, node: n.ClassDecl, frame: Frame) -> Class:
        members = [(frame.decl, member) for member in node.members]
        made = self._class(node, members, frame, "")
        self._statics(made, members)
        return made

    def _enum(self, node: n.EnumDecl, frame: Frame) -> None:
        made = Obj()
        if len(node.inits) not in {0, len(node.members)}:
            raise Uncertain
        for index, name in enumerate(node.members):
            made.props[name] = self.eval(node.inits[index], frame) if node.inits else index
        frame.env.names[node.name] = made

    def _nothing(self, node: n.Node, frame: Frame) -> None:
        return

    # Expressions

    def eval(self, node: n.Expr | n.Node, frame: Frame) -> Value:
        """The value of an expression."""
        value = self._chain(node, frame)
        return UNDEFINED if isinstance(value, _Cut) else value

    def _chain(self, node: n.Node, frame: Frame) -> Value:
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise Uncertain
        handler = _EXPRESSIONS.get(type(node))
        if handler is None:
            raise Uncertain
        return handler(self, node, frame)

    def truth(self, value: Value) -> bool:
        """Whether a value counts as true."""
        if value is UNKNOWN or isinstance(value, Range | Mock):
            raise Uncertain
        if isinstance(value, bool):
            return value
        if isinstance(value, Lazy):
            value.become("some")
            return host.plain(value) not in {UNDEFINED, NULL, False, 0, ""} if value.value != "" else False
        if isinstance(value, int | float):
            return value != 0 and not math.isnan(value)
        if isinstance(value, str):
            return value != ""
        return not is_nothing(value)

    def same(self, one: Value, two: Value) -> Value:
        """`one === two`."""
        for value, other in ((one, two), (two, one)):
            if value is UNKNOWN or isinstance(value, Mock):
                if isinstance(value, Mock) and is_nothing(other):
                    return False
                return UNKNOWN
            if isinstance(value, Lazy):
                return host.lazy_same(value, other)
        if isinstance(one, Range) or isinstance(two, Range):
            return False if not (is_number(one) or isinstance(one, Range)) else UNKNOWN
        if is_number(one) and is_number(two):
            return one == two
        if isinstance(one, bool) or isinstance(two, bool):
            return one is two
        if isinstance(one, str) and isinstance(two, str):
            return one == two
        return one is two

    def _name(self, node: n.Name, frame: Frame) -> Value:
        if node.name == "this":
            return frame.this
        return self.lookup(frame.env, node.name)

    def _str(self, node: n.Str, frame: Frame) -> Value:
        return node.value

    def _template(self, node: n.Template, frame: Frame) -> Value:
        parts: list[str] = []
        certain = True
        for index, quasi in enumerate(node.quasis):
            parts.append(quasi)
            if index < len(node.exprs):
                value = self.eval(node.exprs[index], frame)
                if value is UNKNOWN or isinstance(value, Range | Mock):
                    certain = False
                else:
                    parts.append(text_of(value))
        if any("\\" in quasi for quasi in node.quasis):
            return UNKNOWN
        return "".join(parts) if certain else UNKNOWN

    def _num(self, node: n.Num, frame: Frame) -> Value:
        text = node.text.replace("_", "")
        value = number_of(text)
        if isinstance(value, float) and math.isnan(value):
            raise Uncertain
        return value

    def _const(self, node: n.Const, frame: Frame) -> Value:
        return {"true": True, "false": False, "null": NULL}.get(node.value, UNDEFINED)

    def _regex(self, node: n.Regex, frame: Frame) -> Value:
        return host.regex(frame.decl.text_of(node))

    def _member(self, node: n.Member, frame: Frame) -> Value:
        if isinstance(node.object, n.Name) and node.object.name == "super":
            if frame.home is None or frame.home.parent is None:
                raise Uncertain
            return host.inherited(self, frame.home.parent, frame.this, node.name)
        if isinstance(node.object, n.Name) and node.object.name == "new":
            return frame.new_target if frame.new_target is not None else UNDEFINED
        holder = self._chain(node.object, frame)
        if isinstance(holder, _Cut) or (node.optional and is_nothing(holder)):
            return _CUT
        return host.get(self, holder, node.name)

    def _index(self, node: n.Index, frame: Frame) -> Value:
        holder = self._chain(node.object, frame)
        if isinstance(holder, _Cut) or (node.optional and is_nothing(holder)):
            return _CUT
        index = self.eval(node.index, frame)
        return host.get(self, holder, key_text(index))

    def _call(self, node: n.Call, frame: Frame) -> Value:
        callee = node.callee
        if isinstance(callee, n.Name) and callee.name == "super":
            return self._super(frame, self._args(node.args, frame))
        this: Value = UNDEFINED
        function: Value
        if isinstance(callee, n.Member | n.Index):
            if (
                isinstance(callee, n.Member)
                and isinstance(callee.object, n.Name)
                and callee.object.name == "super"
            ):
                this = frame.this
                function = self._member(callee, frame)
            else:
                this = self._chain(callee.object, frame)
                if isinstance(this, _Cut) or (callee.optional and is_nothing(this)):
                    return _CUT
                name = (
                    callee.name if isinstance(callee, n.Member) else key_text(self.eval(callee.index, frame))
                )
                function = host.get(self, this, name)
        else:
            function = self._chain(callee, frame)
        if isinstance(function, _Cut) or (node.optional and is_nothing(function)):
            return _CUT
        if is_nothing(function):
            raise Thrown(host.error(self, "TypeError", UNKNOWN))
        return self.call(function, this, self._args(node.args, frame))

    def _args(self, args: Iterable[n.Expr], frame: Frame) -> list[Value]:
        values: list[Value] = []
        for arg in args:
            if isinstance(arg, n.Spread):
                values.extend(host.items_of(self, self.eval(arg.value, frame)))
            else:
                values.append(self.eval(arg, frame))
        return values

    def _new(self, node: n.New, frame: Frame) -> Value:
        return self.construct(self.eval(node.callee, frame), self._args(node.args, frame))

    def _await(self, node: n.Await, frame: Frame) -> Value:
        return self.wait(self.eval(node.value, frame))

    def _unary(self, node: n.Unary, frame: Frame) -> Value:
        op = node.op
        if op == "typeof":
            if isinstance(node.value, n.Name) and node.value.name != "this":
                holder = frame.env.holder(node.value.name)
                module = self._module_of(frame.env)
                if holder is None and (module is None or node.value.name not in module.imported):
                    raise Uncertain
            return host.type_of(self.eval(node.value, frame))
        if op == "delete":
            return self._delete(node.value, frame)
        if "++" in op or "--" in op:
            return self._step(node, frame)
        value = self.eval(node.value, frame)
        if op == "!":
            return not self.truth(value)
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

    def _delete(self, node: n.Expr, frame: Frame) -> Value:
        if not isinstance(node, n.Member | n.Index):
            raise Uncertain
        holder = self.eval(node.object, frame)
        name = node.name if isinstance(node, n.Member) else key_text(self.eval(node.index, frame))
        if not isinstance(holder, Obj):
            raise Uncertain
        holder.props.pop(name, None)
        return True

    def _step(self, node: n.Unary, frame: Frame) -> Value:
        old = number_of(self.eval(node.value, frame))
        if not isinstance(old, int | float):
            raise Uncertain
        new = old + 1 if "++" in node.op else old - 1
        self._bind(node.value, new, frame, None)
        prefix = node.value.start > node.start
        return new if prefix else old

    def _binary(self, node: n.Binary, frame: Frame) -> Value:
        op = node.op
        left = self.eval(node.left, frame)
        if op == "&&":
            return self.eval(node.right, frame) if self.truth(left) else left
        if op == "||":
            return left if self.truth(left) else self.eval(node.right, frame)
        if op == "??":
            if left is UNKNOWN:
                raise Uncertain
            if isinstance(left, Lazy):
                left.become("some")
                left = host.plain(left)
            return self.eval(node.right, frame) if is_nothing(left) else left
        return host.operate(self, op, left, self.eval(node.right, frame))

    def _assign(self, node: n.Assign, frame: Frame) -> Value:
        if node.op == "=":
            value = self.eval(node.value, frame)
            self._bind(node.target, value, frame, None)
            return value
        if not isinstance(node.target, n.Name | n.Member | n.Index):
            raise Uncertain
        old = self.eval(node.target, frame)
        op = node.op[:-1]
        if op in {"??", "||", "&&"}:
            keep = (not is_nothing(old)) if op == "??" else self.truth(old) == (op == "||")
            if old is UNKNOWN:
                raise Uncertain
            if keep:
                return old
            value = self.eval(node.value, frame)
        else:
            value = host.operate(self, op, old, self.eval(node.value, frame))
        self._bind(node.target, value, frame, None)
        return value

    def _cond(self, node: n.Cond, frame: Frame) -> Value:
        return self.eval(node.then if self.truth(self.eval(node.test, frame)) else node.other, frame)

    def _cast(self, node: n.Cast, frame: Frame) -> Value:
        return self._chain(node.value, frame)

    def _object(self, node: n.Object, frame: Frame) -> Value:
        made = Obj()
        for prop in node.props:
            if isinstance(prop, n.Spread):
                value = self.eval(prop.value, frame)
                if isinstance(value, Lazy):
                    value.become("object")
                    if value.kind != "object":
                        raise Uncertain
                    made.props.update((name, host.plain(part)) for name, part in value.props.items())
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
                key = key_text(self.eval(prop.computed, frame))
            text = frame.decl.text_of(prop)
            if isinstance(prop.value, n.Function) and text.startswith(("get ", "set ")):
                raise Uncertain
            value = self.eval(prop.value, frame)
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

    def _array(self, node: n.Array, frame: Frame) -> Value:
        return Arr(self._args(node.items, frame))

    def _function(self, node: n.Function, frame: Frame) -> Value:
        return self._closure(node, frame)

    def _class_expr(self, node: n.ClassExpr, frame: Frame) -> Value:
        return self._inner_class(node.decl, frame)

    def _sequence_expr(self, node: n.Sequence, frame: Frame) -> Value:
        value: Value = UNDEFINED
        for item in node.items:
            value = self.eval(item, frame)
        return value

    def _other(self, node: n.Other, frame: Frame) -> Value:
        text = frame.decl.text_of(node)
        if text == "new.target":
            return frame.new_target if frame.new_target is not None else UNDEFINED
        if not children(node) and text == "import.meta":
            raise Uncertain
        raise Uncertain


_STATEMENTS: dict[type[n.Node], Callable[[Machine, n.Node, Frame], None]] = {
    n.Block: Machine._block,  # type: ignore[dict-item]  # noqa: SLF001 - looked up by the node's own type
    n.VarDecl: Machine._var,  # type: ignore[dict-item]  # noqa: SLF001
    n.ExprStmt: Machine._expr_stmt,  # type: ignore[dict-item]  # noqa: SLF001
    n.Return: Machine._return,  # type: ignore[dict-item]  # noqa: SLF001
    n.Throw: Machine._throw,  # type: ignore[dict-item]  # noqa: SLF001
    n.If: Machine._if,  # type: ignore[dict-item]  # noqa: SLF001
    n.Loop: Machine._loop,  # type: ignore[dict-item]  # noqa: SLF001
    n.Switch: Machine._switch,  # type: ignore[dict-item]  # noqa: SLF001
    n.Try: Machine._try,  # type: ignore[dict-item]  # noqa: SLF001
    n.Jump: Machine._jump,  # type: ignore[dict-item]  # noqa: SLF001
    n.ClassDecl: Machine._class_stmt,  # type: ignore[dict-item]  # noqa: SLF001
    n.EnumDecl: Machine._enum,  # type: ignore[dict-item]  # noqa: SLF001
    n.InterfaceDecl: Machine._nothing,  # noqa: SLF001
    n.TypeAlias: Machine._nothing,  # noqa: SLF001
}

_EXPRESSIONS: dict[type[n.Node], Callable[[Machine, n.Node, Frame], Value]] = {
    n.Name: Machine._name,  # type: ignore[dict-item]  # noqa: SLF001
    n.Str: Machine._str,  # type: ignore[dict-item]  # noqa: SLF001
    n.Template: Machine._template,  # type: ignore[dict-item]  # noqa: SLF001
    n.Num: Machine._num,  # type: ignore[dict-item]  # noqa: SLF001
    n.Const: Machine._const,  # type: ignore[dict-item]  # noqa: SLF001
    n.Regex: Machine._regex,  # type: ignore[dict-item]  # noqa: SLF001
    n.Member: Machine._member,  # type: ignore[dict-item]  # noqa: SLF001
    n.Index: Machine._index,  # type: ignore[dict-item]  # noqa: SLF001
    n.Call: Machine._call,  # type: ignore[dict-item]  # noqa: SLF001
    n.New: Machine._new,  # type: ignore[dict-item]  # noqa: SLF001
    n.Await: Machine._await,  # type: ignore[dict-item]  # noqa: SLF001
    n.Unary: Machine._unary,  # type: ignore[dict-item]  # noqa: SLF001
    n.Binary: Machine._binary,  # type: ignore[dict-item]  # noqa: SLF001
    n.Assign: Machine._assign,  # type: ignore[dict-item]  # noqa: SLF001
    n.Cond: Machine._cond,  # type: ignore[dict-item]  # noqa: SLF001
    n.Cast: Machine._cast,  # type: ignore[dict-item]  # noqa: SLF001
    n.Object: Machine._object,  # type: ignore[dict-item]  # noqa: SLF001
    n.Array: Machine._array,  # type: ignore[dict-item]  # noqa: SLF001
    n.Function: Machine._function,  # type: ignore[dict-item]  # noqa: SLF001
    n.ClassExpr: Machine._class_expr,  # type: ignore[dict-item]  # noqa: SLF001
    n.Sequence: Machine._sequence_expr,  # type: ignore[dict-item]  # noqa: SLF001
    n.Other: Machine._other,  # type: ignore[dict-item]  # noqa: SLF001
}
