"""Which expressions in scope hold the tenant's id at a query: candidates for the fixes, best first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.queries.find import queries_of
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, chain_of, dotted
from fourlayer.syntax.facts import walk
from fourlayer.syntax.flow import function_around, present_at
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.tenancy._columns import field_for, tenant_column

if TYPE_CHECKING:
    from fourlayer.config.settings import Tenancy
    from fourlayer.project.queries.follow import At, Follower
    from fourlayer.project.queries.model import Query
    from fourlayer.syntax.facts import Decl
    from fourlayer.syntax.scope import Binding

_HOLDERS = ("tenant", "organization", "organisation", "org")
_INPUT = frozenset({"body", "query", "params", "headers"})
_MOST = 5


class Candidate(NamedTuple):
    """An expression that holds the tenant's id; `rank` orders, smaller is better."""

    text: str
    rank: tuple[int, int, str]


class Values:
    """Finds candidates in one file."""

    def __init__(self, tenancy: Tenancy, follower: Follower) -> None:
        self._tenancy = tenancy
        self._follower = follower
        names = {*tenancy.columns, *tenancy.fields}
        names |= {field_for(column) for column in tenancy.columns}
        names |= {"orgId", "org_id", "organisationId", "organisation_id"}
        self._names = frozenset(names)

    def at(self, at: At, column: str) -> tuple[Candidate, ...]:
        """The candidates at a node (a query, a call) for a column, best first."""
        known = self._present(at)
        found: dict[str, Candidate] = {}
        for text, kind in (*self._bindings(at, known), *self._members(at, known), *self._fields(at, known)):
            if text not in found:
                found[text] = Candidate(text, (kind, self._distance(text, column), text))
        return tuple(sorted(found.values(), key=lambda one: one.rank)[:_MOST])

    def _distance(self, text: str, column: str) -> int:
        last = text.rpartition(".")[2]
        if last in (column, field_for(column)):
            return 0
        return 1 if last in self._names else 2

    @staticmethod
    def _present(at: At) -> frozenset[str]:
        root = function_around(at.decl, at.expr)
        return present_at(root, at.expr) if root is not None else frozenset()

    # Locals and parameters

    def _bindings(self, at: At, known: frozenset[str]) -> Iterator[tuple[str, int]]:
        for binding in scopes_of(at.decl).visible(at.expr):
            if binding.kind in ("function", "class", "type", "catch"):
                continue
            if binding.name in self._names:
                if binding.name in known or self._is_definite(at, binding):
                    yield binding.name, 0
            elif binding.path == ():
                yield from self._of_object(at, binding, known)

    def _is_definite(self, at: At, binding: Binding) -> bool:
        """Whether a variable holds a string for sure, as far as its declaration tells."""
        if binding.default is not None:
            return not _is_empty(binding.default)
        owner = binding.owner
        if isinstance(owner, n.Param):
            if binding.path == ():
                if owner.optional:
                    return False
                return owner.default is not None or self._is_text(at, owner.type)
            return self._path_is_text(at, owner.type, binding.path)
        if isinstance(owner, n.Declarator):
            if binding.path != ():
                return self._path_is_text(at, self._type_of(at, owner.init), binding.path)
            return self._is_text(at, owner.type) if owner.type is not None else _may_be_text(owner.init)
        return isinstance(owner, n.Loop)

    def _type_of(self, at: At, expr: n.Expr | None) -> n.Type | None:
        binding = scopes_of(at.decl).binding(bare(expr)) if expr is not None else None
        return binding.type if binding is not None and binding.path == () else None

    def _is_text(self, at: At, kind: n.Type | None, depth: int = 0) -> bool:
        if kind is None:
            return True
        if isinstance(kind, n.TypeRef):
            if kind.name in ("number", "boolean", "object", "undefined", "null", "void", "unknown", "bigint"):
                return False
            target = self._follower.top_level(at, kind.name) if depth < 4 else None
            node = target.decl.node if target is not None else None
            if isinstance(node, n.InterfaceDecl | n.ClassDecl):
                return False
            if isinstance(node, n.TypeAlias) and target is not None:
                return self._is_text(target, node.value, depth + 1)
            return not kind.args
        if isinstance(kind, n.TypeUnion):
            if kind.op == "&":
                return any(self._is_text(at, item, depth + 1) for item in kind.items)
            return all(self._is_text(at, item, depth + 1) for item in kind.items)
        return isinstance(kind, n.TypeLiteral) and kind.text[:1] in "\"'`"

    def _path_is_text(self, at: At, kind: n.Type | None, path: tuple[object, ...] | None) -> bool:
        if path is None:
            return False
        for step in path:
            inner = self._step(at, kind, step)
            if kind is None or inner is None:
                return kind is None
            at, kind = inner
        return self._is_text(at, kind)

    def _step(self, at: At, kind: n.Type | None, step: object) -> tuple[At, n.Type | None] | None:
        """The type of a required property; None where there is none for sure."""
        for place, member in self.properties(at, kind, 0):
            if member.name == step and member.kind == "property":
                return None if member.optional else (place, member.type)
        return None

    def properties(self, at: At, kind: n.Type | None, depth: int = 0) -> Iterator[tuple[At, n.TypeProp]]:
        """The members that a type declares, those of the types it is made of included."""
        if depth > 4 or kind is None:
            return
        if isinstance(kind, n.TypeObject):
            for member in kind.members:
                yield at, member
        elif isinstance(kind, n.TypeUnion) and kind.op == "&":
            for item in kind.items:
                yield from self.properties(at, item, depth + 1)
        elif isinstance(kind, n.TypeRef):
            if kind.name in ("Readonly", "Required") and kind.args:
                yield from self.properties(at, kind.args[0], depth + 1)
                return
            target = self._follower.top_level(at, kind.name)
            node = target.decl.node if target is not None else None
            if target is not None and isinstance(node, n.InterfaceDecl):
                yield from self.properties(target, node.body, depth + 1)
                for base in node.extends:
                    yield from self.properties(target, base, depth + 1)
            elif target is not None and isinstance(node, n.TypeAlias):
                yield from self.properties(target, node.value, depth + 1)

    def _of_object(self, at: At, binding: Binding, known: frozenset[str]) -> Iterator[tuple[str, int]]:
        """`ctx.tenantId` by the declared type of `ctx`."""
        if isinstance(binding.owner, n.Param) and (binding.owner.optional or binding.owner.rest):
            return
        for place, member in self.properties(at, binding.type, 0):
            text = f"{binding.name}.{member.name}"
            if member.name in self._names and member.kind == "property":
                if text in known or (not member.optional and self._is_text(place, member.type)):
                    yield text, 1
            elif member.name == "id" and binding.name in _HOLDERS and self._is_text(place, member.type):
                yield text, 2
            elif member.name in (
                "data",
                "auth",
                "user",
                "context",
                "ctx",
                "session",
                "tenant",
                "organization",
            ):
                if member.optional:
                    continue
                for inner_place, inner in self.properties(place, member.type, 1):
                    deeper = f"{text}.{inner.name}"
                    wanted = inner.name in self._names or (member.name in _HOLDERS and inner.name == "id")
                    if wanted and not inner.optional and self._is_text(inner_place, inner.type):
                        yield deeper, 2
        yield from self._of_generic(at, binding)

    def _of_generic(self, at: At, binding: Binding) -> Iterator[tuple[str, int]]:
        """`job.data.tenantId` for `job: Job<Data>`."""
        kind = binding.type
        if isinstance(kind, n.TypeRef) and kind.name in ("Job", "SandboxedJob") and kind.args:
            for place, member in self.properties(at, kind.args[0], 0):
                if member.name in self._names and not member.optional and self._is_text(place, member.type):
                    yield f"{binding.name}.data.{member.name}", 1

    # Members that the code reads itself

    def _members(self, at: At, known: frozenset[str]) -> Iterator[tuple[str, int]]:
        """`req.tenantId` where the same function reads it, or has it checked."""
        root = at.decl.node
        visible = {binding.name: binding for binding in scopes_of(at.decl).visible(at.expr)}
        for node in walk(root):
            if not isinstance(node, n.Member) or node.name not in self._names:
                continue
            text = dotted(node)
            head = chain_of(node).head
            if text is None or not isinstance(head, n.Name) or head.name == "this":
                continue
            binding = visible.get(head.name)
            if binding is None or scopes_of(at.decl).binding(head) is not binding:
                continue
            if _INPUT & set(text.split(".")[1:-1]) or node.optional:
                continue
            if isinstance(at.decl.parent(node), n.Assign) and not self._is_read(at.decl, node):
                continue
            if text in known or self._declared(at, binding, text):
                yield text, 1

    @staticmethod
    def _is_read(decl: Decl, node: n.Member) -> bool:
        parent = decl.parent(node)
        return not (isinstance(parent, n.Assign) and parent.target is node)

    def _declared(self, at: At, binding: Binding, text: str) -> bool:
        """Whether the type of what is read is a string, or is not known at all."""
        path: tuple[object, ...] = tuple(text.split(".")[1:])
        kind = binding.type
        if binding.path != ():
            return False
        if kind is None:
            return (
                isinstance(binding.owner, n.Declarator)
                and binding.owner.init is not None
                and not any(isinstance(part, n.Await) for part in walk(binding.owner.init))
            )
        place = at
        for index, step in enumerate(path):
            properties = list(self.properties(place, kind, 0))
            if not properties:
                # The type is out of reach: what the code reads itself compiles.
                return index == 0 and isinstance(kind, n.TypeRef)
            found = self._step(place, kind, step)
            if found is None:
                return False
            place, kind = found
        return self._is_text(place, kind)

    def _fields(self, at: At, known: frozenset[str]) -> Iterator[tuple[str, int]]:
        """`this.tenantId`: a field or a parameter property of the class."""
        owner = self._follower.class_of(at)
        if owner is None or _is_static(at.decl) or not _this_reaches(at):
            return
        for member in owner.decl.members:
            node = member.node
            if not isinstance(node, n.ClassMember):
                continue
            if node.kind in ("field", "get") and node.name in self._names:
                text = f"this.{node.name}"
                kind = node.type if node.kind == "field" else node.function and node.function.return_type
                definite = not node.optional and self._is_text(at, kind or None)
                if "static" not in node.modifiers and (text in known or definite):
                    yield text, 1
            elif node.kind == "constructor" and node.function is not None:
                for param in node.function.params:
                    yield from self._parameter_property(at, param, known)

    def _parameter_property(self, at: At, param: n.Param, known: frozenset[str]) -> Iterator[tuple[str, int]]:
        if not param.modifiers or not isinstance(param.target, n.Name):
            return
        text = f"this.{param.target.name}"
        if param.target.name in self._names and (
            text in known or (not param.optional and self._is_text(at, param.type))
        ):
            yield text, 1
        elif param.type is not None and not param.optional:
            for place, member in self.properties(at, param.type, 0):
                if member.name in self._names and not member.optional and self._is_text(place, member.type):
                    yield f"{text}.{member.name}", 2

    # Pairs

    def pairs(self, at: At) -> frozenset[tuple[str, str]]:
        """The (column, value) pairs that other queries of the same function make."""
        root = _outermost(at.decl, at.expr)
        found: set[tuple[str, str]] = set()
        for query in queries_of(at.path, at.facts):
            if query.decl is at.decl and _outermost(query.decl, query.node) is root:
                found.update(self._pairs_of(query))
        return frozenset(found)

    def _pairs_of(self, query: Query) -> Iterator[tuple[str, str]]:
        field = query.library in ("prisma", "drizzle")
        for one in query.filters:
            column = tenant_column(one.last, self._tenancy, field=field)
            value = dotted(one.value) if one.value is not None else None
            if column is not None and value is not None and "." not in one.column:
                yield column, value
        rows = query.rows if query.verb in ("insert", "upsert") else None
        for node in walk(rows) if rows is not None else ():
            if isinstance(node, n.Prop) and node.key is not None:
                column = tenant_column(node.key, self._tenancy, field=field)
                value = dotted(node.value)
                if column is not None and value is not None:
                    yield column, value


def _outermost(decl: Decl, node: n.Node) -> n.Function | None:
    found: n.Function | None = None
    for around in decl.ancestors(node):
        if isinstance(around, n.Function):
            found = around
    return found


def _is_empty(expr: n.Expr) -> bool:
    inner = bare(expr)
    return isinstance(inner, n.Const) or (isinstance(inner, n.Str) and not inner.value)


def _may_be_text(init: n.Expr | None) -> bool:
    """Whether an initialiser does not visibly yield undefined, null or an object."""
    if init is None:
        return False
    inner = bare(init)
    if isinstance(init, n.Cast) and init.op == "!":
        return True
    if isinstance(init, n.Cast) and isinstance(init.type, n.TypeRef):
        return init.type.name == "string"
    if isinstance(inner, n.Member | n.Index):
        return not any(link.optional for link in chain_of(inner).links)
    if isinstance(inner, n.Binary):
        return inner.op in ("??", "||", "+") and not _is_empty(inner.right)
    if isinstance(inner, n.Cond):
        return _may_be_text(inner.then) and _may_be_text(inner.other)
    return not isinstance(inner, n.Const | n.Object | n.Array | n.Function | n.Num)


def _is_static(decl: Decl) -> bool:
    node = decl.node
    return isinstance(node, n.ClassMember) and "static" in node.modifiers


def _this_reaches(at: At) -> bool:
    """Whether `this` at a node is the class's instance: no plain function stands between."""
    member = at.decl.node
    if not isinstance(member, n.ClassMember):
        return False
    for around in at.decl.ancestors(at.expr):
        if isinstance(around, n.Function) and not around.arrow:
            return around is member.function
    return member.kind == "field"
