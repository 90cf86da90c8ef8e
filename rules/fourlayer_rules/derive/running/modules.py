"""The files that a run loads: their top level, what they import and export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.syntax import nodes as n
from fourlayer_rules.derive.running.classes import class_of, fill_statics
from fourlayer_rules.derive.running.frames import Frame
from fourlayer_rules.derive.running.platform import NODE_MODULES, node_export
from fourlayer_rules.derive.running.values import UNDEFINED, Env, Func, Mock, Obj, Thrown, Uncertain, Value

if TYPE_CHECKING:
    from fourlayer.syntax.facts import Decl, FileFacts, Import
    from fourlayer_rules.derive.running.machine import Machine

_MOST_HOPS = 12
_DATA = (".d.ts", ".d.mts", ".d.cts", ".json")


class _Later:
    """A top-level name whose declaration could not be evaluated."""


_LATER = _Later()


class _AbsentError(Exception):
    """A file does not export a name."""


class Module:
    """A loaded file."""

    def __init__(self, path: str, facts: FileFacts, env: Env) -> None:
        self.path = path
        self.facts = facts
        self.env = env
        self.imported: dict[str, tuple[Import, str]] = {}


class Modules:
    """The loaded files of one run. `mocked` are the packages by name, grown as they are used."""

    def __init__(self, machine: Machine) -> None:
        self.mocked: dict[str, Mock] = {}
        self.loaded: dict[str, Module] = {}
        self._by_env: dict[int, Module] = {}
        self._machine = machine

    def load(self, path: str) -> Module:
        """Evaluate a file's top level, and that of the files that it imports first."""
        known = self.loaded.get(path)
        if known is not None:
            return known
        facts = self._machine.view.facts(path)
        if facts is None or not facts.trusted:
            raise Uncertain
        module = self.loaded[path] = Module(path, facts, Env(self._machine.globals))
        self._by_env[id(module.env)] = module
        self._machine.loading += 1
        try:
            self._import(module)
            self._evaluate(module)
        finally:
            self._machine.loading -= 1
        return module

    def _import(self, module: Module) -> None:
        for item in module.facts.imports:
            if item.kind not in {"import", "export"} or item.type_only:
                continue
            if item.names and all(bound.type_only for bound in item.names):
                continue
            target = self._target(item.specifier, module)
            if target is not None:
                self.load(target)
            if item.kind == "import":
                for bound in item.names:
                    if bound.local is not None and not bound.type_only:
                        module.imported[bound.local] = (item, bound.imported)

    def _target(self, specifier: str, module: Module) -> str | None:
        """The file of code that a specifier names."""
        target = self._machine.view.resolve(specifier, module.path).path
        return None if target is None or target.endswith(_DATA) else target

    def _evaluate(self, module: Module) -> None:
        for decl in module.facts.decls:
            if decl.kind == "function":
                self._declare(module, decl)
        for decl in module.facts.decls:
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
            members = [(member, member.node) for member in decl.members]
            made = class_of(self._machine, node, members, frame, module.path)
            made.decl = decl
            module.env.names[decl.name or "default"] = made
            fill_statics(self._machine, made, members)
        elif isinstance(node, n.FunctionDecl):
            if node.function.body is not None:
                made_function = Func(node.function, module.env, decl, UNDEFINED, None)
                module.env.names[decl.name or "default"] = made_function
        elif isinstance(node, n.ExprStmt) and decl.is_default:
            module.env.names["default"] = self._machine.eval(node.expr, frame)
        elif isinstance(node, n.Stmt) and not isinstance(node, n.OtherStmt):
            self._machine.run(node, frame)

    def exported(self, path: str, name: str) -> Value:
        """The value of a file's export."""
        try:
            return self._exported(path, name, 0)
        except _AbsentError:
            raise Uncertain from None

    def _exported(self, path: str, name: str, hops: int) -> Value:
        module = self.load(path)
        if hops > _MOST_HOPS:
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
                except _AbsentError:
                    continue
        raise _AbsentError

    def _from(self, module: Module, specifier: str, name: str, hops: int) -> Value:
        target = self._target(specifier, module)
        if target is None:
            return self._external(specifier, name)
        return self._exported(target, name, hops + 1)

    def _external(self, specifier: str, name: str) -> Value:
        if specifier == self._machine.validation:
            from fourlayer_rules.derive.running import validation

            return validation.exported(self._machine, name)
        if specifier.startswith(("node:", ".", "/", "#")) or specifier in NODE_MODULES:
            return node_export(specifier.removeprefix("node:"), name)
        module = self.mocked.setdefault(specifier, Mock(specifier))
        return module if name == "*" else module.member(name)

    def is_imported(self, env: Env, name: str) -> bool:
        """Whether the file that a scope belongs to imports a name."""
        module = self._of(env)
        return module is not None and name in module.imported

    def lookup(self, env: Env, name: str) -> Value:
        """What a name stands for in a scope."""
        holder = env.holder(name)
        if holder is None or holder is self._machine.globals:
            module = self._of(env)
            if module is not None and name in module.imported:
                item, imported = module.imported[name]
                return self._bound(module, item.specifier, imported)
        if holder is None:
            raise Uncertain
        if self._machine.waiting.watches:
            self._machine.waiting.read(holder, name)
        value = holder.names[name]
        if value is _LATER:
            raise Uncertain
        if name == "fetch" and holder is self._machine.globals and self._machine.loading:
            # Whoever keeps it while files are loaded keeps the real one.
            self._machine.network_on_load = True
        return value

    def _bound(self, module: Module, specifier: str, imported: str) -> Value:
        target = self._target(specifier, module)
        if imported in {"*", "="} and target is not None:
            return Obj(None, "module", target)
        try:
            return self._from(module, specifier, imported, 0)
        except _AbsentError:
            raise Uncertain from None

    def _of(self, env: Env) -> Module | None:
        top = env
        while top.parent is not None and top.parent is not self._machine.globals:
            top = top.parent
        return self._by_env.get(id(top))
