"""The types that places and expressions have by their declarations."""

from __future__ import annotations

from typing import TypeGuard

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.types.explicit_any import _methods as methods
from fourlayer_rules.types.explicit_any._kinds import (
    ARITHMETIC,
    COMPARE,
    ORDER,
    PRIMITIVES,
    function_around,
    record_value,
)
from fourlayer_rules.types.explicit_any._use import Site, TypeAt
from fourlayer_rules.types.explicit_any._world import Callee, World, is_keyword, unwrapped

_HOPS = 12
_UNARY = {"!": "boolean", "typeof": "string", "-": "number", "+": "number", "++": "number", "--": "number"}


class Expectations:
    """What declarations say about expressions and the places they stand in."""

    def __init__(self, world: World) -> None:
        self.world = world

    def expected_type(self, site: Site, node: n.Node, hops: int = 0) -> TypeAt | None:
        """The declared type of the place in which an expression stands."""
        parent = site.decl.parent(node)
        if hops > _HOPS or parent is None:
            return None
        if isinstance(parent, n.Declarator):
            if parent.type is not None:
                return unwrapped(TypeAt(site, parent.type))
            return self._expected_of_name(site, parent, hops)
        if isinstance(parent, n.Assign) and isinstance(parent.target, n.Expr):
            return self.world.static_type(site, parent.target) if parent.value is node else None
        if isinstance(parent, n.Return) or (isinstance(parent, n.Function) and parent.body is node):
            return self._expected_result(site, parent, hops)
        if isinstance(parent, n.Call | n.New) and isinstance(node, n.Expr) and node in parent.args:
            return self._expected_argument(site, parent, parent.args.index(node))
        if isinstance(parent, n.ClassMember):
            return TypeAt(site, parent.type) if parent.type is not None else None
        if _hands_through(parent, node):
            return self.expected_type(site, parent, hops + 1)
        return self._expected_inside(site, parent, hops)

    def _expected_inside(self, site: Site, parent: n.Node, hops: int) -> TypeAt | None:
        """What a part of a literal, or of a chain, is expected to be."""
        outer = site.decl.parent(parent)
        if isinstance(parent, n.Prop) and outer is not None:
            return self._expected_member(self.expected_type(site, outer, hops + 1), parent.key or "")
        if isinstance(parent, n.Array):
            whole = self.expected_type(site, parent, hops + 1)
            return self.world.item(whole) if whole is not None else None
        if isinstance(parent, n.Spread) and isinstance(outer, n.Object):
            return self.expected_type(site, outer, hops + 1)
        if isinstance(parent, n.Cast) and parent.op == "satisfies" and parent.type is not None:
            return TypeAt(site, parent.type)
        if isinstance(parent, n.Member) and isinstance(outer, n.Call) and outer.callee is parent:
            return self.expected_type(site, outer, hops + 1) if parent.name in methods.SAME_ARRAY else None
        return None

    def _expected_member(self, whole: TypeAt | None, key: str) -> TypeAt | None:
        if whole is None:
            return None
        members = self.world.members(whole)
        if members is None:
            return record_value(whole)
        member = members.get(key)
        return member.type if member is not None and not member.method else None

    def _expected_of_name(self, site: Site, declarator: n.Declarator, hops: int) -> TypeAt | None:
        if not isinstance(declarator.target, n.Name):
            return None
        for binding in scopes_of(site.decl).declared_by(declarator):
            for name in binding.uses[:8]:
                if isinstance(site.decl.parent(name), n.Member):
                    continue
                at = self.expected_type(site, name, hops + 3)
                if at is not None:
                    return at
        return None

    def _expected_result(self, site: Site, parent: n.Node, hops: int) -> TypeAt | None:
        function = parent if isinstance(parent, n.Function) else function_around(site, parent)
        if function is None:
            return None
        if function.return_type is not None:
            return unwrapped(TypeAt(site, function.return_type))
        call = site.decl.parent(function)
        if not isinstance(call, n.Call) or function not in call.args:
            return None
        callee = uncast(call.callee)
        if isinstance(callee, n.Member) and callee.name in ("map", "flatMap", "then"):
            whole = self.expected_type(site, call, hops + 1)
            if whole is None or callee.name == "then":
                return whole
            item = self.world.item(whole)
            return whole if callee.name == "flatMap" else item
        if dotted(callee) == "Promise.all":
            return None
        return (
            self.expected_type(site, call, hops + 1)
            if not isinstance(callee, n.Member) or function.params == ()
            else None
        )

    def _expected_argument(self, site: Site, call: n.Call | n.New, position: int) -> TypeAt | None:
        callee = (
            self.world.callee(site, call.callee) if isinstance(call, n.Call) else self.constructor(site, call)
        )
        if callee is not None:
            param = self.world.param(callee, position)
            if param is None or param.type is None:
                return None
            at = TypeAt(callee.site, param.type)
            return self.world.item(at) if param.rest else at
        member = uncast(call.callee)
        if isinstance(member, n.Member) and member.name in ("push", "unshift", "add"):
            outer = self.world.static_type(site, member.object)
            return self.world.item(outer) if outer is not None else None
        if dotted(call.callee) == "Promise.resolve":
            return self.expected_type(site, call)
        return None

    def constructor(self, site: Site, call: n.New) -> Callee | None:
        """The constructor that `new` calls, where its class is at hand."""
        if not isinstance(call.callee, n.Name):
            return None
        found = self.world.named(site.path, call.callee.name)
        if found is None or found.decl.kind != "class":
            return None
        for member in found.decl.members:
            node = member.node
            if isinstance(node, n.ClassMember) and node.kind == "constructor" and node.function is not None:
                return Callee(Site(found.path, found.facts, member), node.function)
        return None

    def primitive(self, site: Site, expr: n.Expr | None) -> str | None:
        """`string`, `number`, `boolean`, `bigint` or `Date` where an expression surely is one."""
        if expr is None:
            return None
        if isinstance(expr, n.Cast) and expr.op == "as":
            return expr.type.name if _is_primitive(expr.type) else None
        expr = uncast(expr)
        found = self._literal(expr) or self._computed(site, expr)
        if found is None and isinstance(expr, n.Name):
            found = self._primitive_of_name(site, expr)
        if found is not None:
            return found
        at = self.world.static_type(site, expr)
        return at.type.name if at is not None and _is_primitive(at.type) else None

    def _literal(self, expr: n.Expr) -> str | None:
        if isinstance(expr, n.Str | n.Template):
            return "string"
        if isinstance(expr, n.Num):
            return "bigint" if expr.text.endswith("n") else "number"
        if isinstance(expr, n.Const):
            return "boolean" if expr.value in ("true", "false") else None
        if isinstance(expr, n.Unary):
            return _UNARY.get(expr.op)
        if isinstance(expr, n.New) and isinstance(expr.callee, n.Name):
            return "Date" if expr.callee.name == "Date" else None
        return "number" if isinstance(expr, n.Member) and expr.name == "length" else None

    def _computed(self, site: Site, expr: n.Expr) -> str | None:
        if isinstance(expr, n.Call):
            return _result_of(expr)
        if not isinstance(expr, n.Binary):
            return None
        if expr.op in COMPARE or expr.op in ORDER or expr.op in ("in", "instanceof"):
            return "boolean"
        if expr.op in ARITHMETIC:
            return "number"
        left, right = self.primitive(site, expr.left), self.primitive(site, expr.right)
        if expr.op == "+" and "string" in (left, right):
            return "string"
        return left if left == right else None

    def _primitive_of_name(self, site: Site, name: n.Name) -> str | None:
        binding = scopes_of(site.decl).binding(name)
        if binding is None or binding.type is not None:
            return None
        if isinstance(binding.owner, n.Loop) and binding.owner.kind == "in":
            return "string"
        if binding.path != ():
            return None
        if isinstance(binding.owner, n.Param):
            return self.primitive(site, binding.owner.default)
        value = binding.value or (binding.init if binding.kind == "let" else None)
        return self.primitive(site, value) if value is not None and not isinstance(value, n.Name) else None


def _is_primitive(node: n.Node | None) -> TypeGuard[n.TypeRef]:
    return is_keyword(node, *PRIMITIVES, "Date")


def _hands_through(parent: n.Node, node: n.Node) -> bool:
    """Whether the value of an expression is that of the one around it."""
    if isinstance(parent, n.Cond):
        return parent.test is not node
    if isinstance(parent, n.Binary):
        return parent.op in ("||", "??") or (parent.op == "&&" and parent.right is node)
    return isinstance(parent, n.Await | n.Sequence) or (
        isinstance(parent, n.Cast) and parent.op == "as const"
    )


def _result_of(call: n.Call) -> str | None:
    """The primitive that a call of a built-in function or method gives."""
    name = dotted(call.callee) or ""
    if name in methods.RESULTS:
        return methods.RESULTS[name]
    if name.startswith("Math."):
        return "number"
    callee = uncast(call.callee)
    method = callee.name if isinstance(callee, n.Member) else ""
    if method in methods.STRING_RESULTS or method in ("toISOString", "join", "toString", "toFixed"):
        return "string"
    return "number" if method == "getTime" else None
