"""Which binding a name means: scopes, bindings, their uses and writes inside one declaration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import children

if TYPE_CHECKING:
    from fourlayer.syntax.facts import Chunk, Decl

BindingKind = Literal["const", "let", "var", "param", "function", "class", "catch", "loop", "type"]
Step = str | int
"""One step of a destructuring: a property's name or an array position."""

_OPENING = (n.Function, n.Block, n.Case, n.Try, n.Loop)


class Binding:
    """A name declared inside the declaration.

    `owner` is the Declarator, Param, Function, ClassDecl, Try or Loop that declares it; `path` tells how
    the name is taken out of the owner's value (empty: it is the value; None where a key is computed or a
    rest takes what is left). `scope` is the node within which it is visible. `writes` are assignments
    after the declaration; `uses` are reads.
    """

    __slots__ = ("default", "kind", "name", "node", "owner", "path", "scope", "uses", "writes")

    def __init__(
        self,
        name: str,
        kind: BindingKind,
        node: n.Node,
        owner: n.Node,
        scope: n.Node,
        path: tuple[Step, ...] | None,
        default: n.Expr | None,
    ) -> None:
        self.name = name
        self.kind: BindingKind = kind
        self.node = node
        self.owner = owner
        self.scope = scope
        self.path = path
        self.default = default
        self.uses: list[n.Name] = []
        self.writes: list[n.Assign | n.Unary | n.Loop] = []

    @property
    def init(self) -> n.Expr | None:
        """The expression the owner is initialised with (before `path` is taken), if any."""
        if isinstance(self.owner, n.Declarator):
            return self.owner.init
        if isinstance(self.owner, n.Function):
            return self.owner
        return None

    @property
    def type(self) -> n.Type | None:
        """The type annotation of the owner (before `path` is taken)."""
        if isinstance(self.owner, n.Declarator | n.Param):
            return self.owner.type
        if isinstance(self.owner, n.Try):
            return self.owner.param_type
        return None

    @property
    def value(self) -> n.Expr | None:
        """The one value the name always has: initialised whole and never written again."""
        return self.init if self.path == () and not self.writes else None


class Scopes:
    """The bindings of one lowered declaration."""

    __slots__ = ("_bindings", "_by_scope", "_chunk", "_of", "_targets", "free")

    def __init__(self, chunk: Chunk) -> None:
        self._chunk = chunk
        self._by_scope: dict[n.Node, dict[str, Binding]] = {}
        self._of: dict[n.Name, Binding] = {}
        self._bindings: list[Binding] = []
        self._targets: set[n.Node] = set()
        self.free: dict[str, list[n.Name]] = {}
        """Names that the declaration uses and does not declare."""
        self._visit(chunk.root, ())

    def binding(self, name: n.Node) -> Binding | None:
        """The binding that a name means; None where it is declared outside (or is no name)."""
        return self._of.get(name) if isinstance(name, n.Name) else None

    @property
    def bindings(self) -> tuple[Binding, ...]:
        """Every binding, in the order in which scopes open."""
        return tuple(self._bindings)

    def declared_by(self, owner: n.Node) -> tuple[Binding, ...]:
        """The bindings that a Declarator, Param, Function, ... declares."""
        return tuple(binding for binding in self._bindings if binding.owner is owner)

    def visible(self, node: n.Node) -> Iterator[Binding]:
        """Bindings that may be named at a node, innermost scope first, shadowed ones left out.

        A `const`, `let` or class whose declaration starts after the node is left out too.
        """
        seen: set[str] = set()
        parents = self._chunk.parents()
        current: n.Node | None = node
        while current is not None:
            for binding in self._by_scope.get(current, {}).values():
                late = binding.kind in ("const", "let", "class") and binding.owner.end > node.start
                if binding.name not in seen and not late:
                    seen.add(binding.name)
                    yield binding
            current = parents.get(current)

    # Building

    def _declare(self, scope: n.Node, kind: BindingKind, pattern: n.Node, owner: n.Node) -> None:
        for name, node, path, default in bound(pattern):
            table = self._by_scope.setdefault(scope, {})
            if name in table and kind in ("var", "function"):
                continue
            binding = Binding(name, kind, node, owner, scope, path, default)
            table[name] = binding
            self._bindings.append(binding)
            if isinstance(node, n.Name):
                self._of[node] = binding

    def _open(self, scope: n.Node, stmts: tuple[n.Stmt, ...]) -> None:
        """Declare what statements declare directly in a scope."""
        for stmt in stmts:
            if isinstance(stmt, n.VarDecl):
                kind: BindingKind = "var" if stmt.kind == "var" else "let" if stmt.kind == "let" else "const"
                for declarator in stmt.declarators:
                    self._declare(scope, kind, declarator.target, declarator)
            elif isinstance(stmt, n.FunctionDecl) and stmt.function.name is not None:
                self._declare_named(scope, "function", stmt.function.name, stmt.function)
            elif isinstance(stmt, n.ClassDecl | n.EnumDecl) and stmt.name is not None:
                self._declare_named(scope, "class", stmt.name, stmt)
            elif isinstance(stmt, n.InterfaceDecl | n.TypeAlias):
                self._declare_named(scope, "type", stmt.name, stmt)

    def _declare_named(self, scope: n.Node, kind: BindingKind, name: str, owner: n.Node) -> None:
        table = self._by_scope.setdefault(scope, {})
        if name not in table:
            table[name] = Binding(name, kind, owner, owner, scope, (), None)
            self._bindings.append(table[name])

    def _visit(self, node: n.Node, scopes: tuple[n.Node, ...]) -> None:
        # An explicit stack: generated code nests deeper than Python's own.
        stack: list[tuple[n.Node, tuple[n.Node, ...]]] = [(node, scopes)]
        while stack:
            current, around = stack.pop()
            if isinstance(current, n.Name):
                self._use(current, around)
                continue
            if not current.fields:
                continue
            inner = self._enter(current, around) if isinstance(current, _OPENING) or not around else around
            if isinstance(current, n.Assign):
                self._write(current.target, current, inner)
            elif isinstance(current, n.Unary) and current.op in ("++", "--"):
                self._write(current.value, current, inner)
            elif isinstance(current, n.Loop) and current.target is not None and not self._declares(current):
                self._write(current.target, current, inner)
            stack.extend([(child, inner) for child in children(current)[::-1]])

    def _enter(self, node: n.Node, around: tuple[n.Node, ...]) -> tuple[n.Node, ...]:
        if isinstance(node, n.Function):
            for param in node.params:
                self._declare(node, "param", param.target, param)
        elif isinstance(node, n.Block | n.Case):
            self._open(node, node.stmts)
        elif isinstance(node, n.Try):
            if node.param is not None and node.handler is not None:
                self._declare(node.handler, "catch", node.param, node)
            return around
        elif isinstance(node, n.Loop):
            if node.target is not None:
                self._declare(node, "loop", node.target, node)
            if isinstance(node.init, n.VarDecl):
                self._open(node, (node.init,))
        elif isinstance(node, n.Stmt) and not around:
            self._open(node, (node,))
        else:
            return around
        return (*around, node)

    def _declares(self, loop: n.Loop) -> bool:
        return loop in self._by_scope

    def _lookup(self, name: str, scopes: tuple[n.Node, ...]) -> Binding | None:
        for scope in reversed(scopes):
            binding = self._by_scope.get(scope, {}).get(name)
            if binding is not None:
                return binding
        return None

    def _use(self, name: n.Name, scopes: tuple[n.Node, ...]) -> None:
        if name in self._of:
            return
        binding = self._lookup(name.name, scopes)
        if binding is None:
            self.free.setdefault(name.name, []).append(name)
            return
        self._of[name] = binding
        if name not in self._targets:
            binding.uses.append(name)

    def _write(self, target: n.Node, by: n.Assign | n.Unary | n.Loop, scopes: tuple[n.Node, ...]) -> None:
        for name, node, _, _ in bound(target):
            binding = self._lookup(name, scopes)
            if binding is not None:
                binding.writes.append(by)
                if not isinstance(by, n.Unary) and (isinstance(by, n.Loop) or by.op == "="):
                    self._targets.add(node)


def bound(
    pattern: n.Node, path: tuple[Step, ...] | None = (), default: n.Expr | None = None
) -> Iterator[tuple[str, n.Node, tuple[Step, ...] | None, n.Expr | None]]:
    """The names that a pattern binds: name, node, path to its value, default.

    The path is None where the name does not stand for one value (a rest, a computed key).
    """
    if isinstance(pattern, n.Name):
        yield pattern.name, pattern, path, default
    elif isinstance(pattern, n.DefaultPattern):
        yield from bound(pattern.target, path, pattern.default)
    elif isinstance(pattern, n.ObjectPattern):
        for prop in pattern.props:
            inner = (*path, prop.key) if path is not None and prop.key is not None else None
            yield from bound(prop.target, inner, prop.default)
        if pattern.rest is not None:
            yield from bound(pattern.rest, None)
    elif isinstance(pattern, n.ArrayPattern):
        for index, item in enumerate(pattern.items):
            yield from bound(item, (*path, index) if path is not None else None)
        if pattern.rest is not None:
            yield from bound(pattern.rest, None)


def scopes_of(decl: Decl) -> Scopes:
    """The scopes of a declaration, computed once for each lowered declaration."""
    return decl.chunk.scopes()
