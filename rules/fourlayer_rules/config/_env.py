"""Every place where a file takes something from the environment, in whichever way it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.project.classes import dotted
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import constant_value
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.derive.env import is_env, variable_of
from fourlayer_rules.derive.symbols import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.scope import Scopes

UseKind = Literal["read", "taken", "whole"]


class EnvUse(NamedTuple):
    """One use of the environment.

    `name` is the variable's; None where it is not known, or where the environment is used as a whole.
    `node` is the read, the property of the pattern that takes the variable, or the whole environment.
    `kind`: "read" for `env.NAME`, "taken" for `{ NAME } = env`, "whole" for anything else. `native` tells
    that it is `process.env`, not a bundler's or another runtime's.
    """

    name: str | None
    decl: Decl
    node: n.Node
    kind: UseKind
    native: bool


def env_uses(view: View, path: str, facts: FileFacts) -> Iterator[EnvUse]:
    """The uses of the environment in a file, in source order; code that does not parse is left out."""
    aliases = _aliases(facts)
    for decl in facts.all_decls():
        if decl.kind in {"import", "class", "interface", "type", "export"} or not decl.trusted:
            continue
        data = decl.data
        if b"env" in data or b"Env" in data or any(alias in data for alias in aliases):
            yield from _uses(view, path, facts, decl)


def _aliases(facts: FileFacts) -> tuple[bytes, ...]:
    """Names of the whole file that hold the environment and do not look like it."""
    found: list[bytes] = []
    for item in facts.imports:
        if item.specifier in {"process", "node:process"}:
            found += [bound.local.encode() for bound in item.names if bound.imported == "env" and bound.local]
    for decl in facts.decls:
        if decl.kind == "variable" and b"process" in decl.data and b"env" in decl.data:
            found += [name.encode() for name in decl.names]
    return tuple(found)


def _uses(view: View, path: str, facts: FileFacts, decl: Decl) -> Iterator[EnvUse]:
    scopes = scopes_of(decl)
    for node in walk(decl.node):
        if isinstance(node, n.Call):
            name = _fetched(node)
            if name is not None:
                yield EnvUse(name, decl, node, "read", native=False)
            continue
        if not isinstance(node, (n.Member, n.Index, n.Name)):
            continue
        native = is_env(scopes, node, facts)
        if not native and not _is_foreign(node):
            continue
        if native and _shadowed(scopes, node):
            continue
        yield from _use(view, path, facts, decl, scopes, node, native=native)


def _fetched(call: n.Call) -> str | None:
    """The variable of `Deno.env.get("NAME")`."""
    if dotted(call.callee) == "Deno.env.get" and call.args and isinstance(call.args[0], n.Str):
        return call.args[0].value
    return None


def _is_foreign(node: n.Expr) -> bool:
    """Whether an expression is `import.meta.env`, `Bun.env` or `Deno.env`."""
    if not isinstance(node, n.Member) or node.name != "env":
        return False
    if isinstance(node.object, n.Other):
        return node.object.kind == "meta_property"
    return dotted(node.object) in {"Bun", "Deno"}


def _shadowed(scopes: Scopes, node: n.Expr) -> bool:
    """Whether the `process` of an expression is a variable of the code's own."""
    root = node.object if isinstance(node, (n.Member, n.Index)) else None
    return isinstance(root, n.Name) and scopes.binding(root) is not None


def _use(
    view: View, path: str, facts: FileFacts, decl: Decl, scopes: Scopes, node: n.Expr, *, native: bool
) -> Iterator[EnvUse]:
    inner: n.Node = node
    parent = decl.parent(node)
    while isinstance(parent, n.Cast):
        inner, parent = parent, decl.parent(parent)
    if isinstance(parent, (n.Member, n.Index)) and parent.object is inner:
        around = decl.parent(parent)
        if isinstance(around, n.Call) and _fetched(around) is not None:
            return
        if isinstance(around, n.Assign) and around.target is parent and around.op == "=":
            return
        if isinstance(around, n.Unary) and around.op == "delete":
            return
        name = variable_of(parent)
        if name is None and isinstance(parent, n.Index):
            name = constant(view, path, facts, scopes, parent.index)
        yield EnvUse(name, decl, parent, "read", native)
        return
    if isinstance(parent, n.Declarator) and parent.init is inner:
        if isinstance(parent.target, n.ObjectPattern):
            yield from _taken(decl, parent.target, node, native=native)
        elif not isinstance(parent.target, n.Name):
            yield EnvUse(None, decl, node, "whole", native)
        return
    if isinstance(parent, n.Param):
        if parent.default is inner and isinstance(parent.target, n.ObjectPattern):
            yield from _taken(decl, parent.target, node, native=native)
        return
    if not isinstance(parent, (n.Declarator, n.PatternProp, n.ObjectPattern)) and not _is_unread(decl, inner):
        yield EnvUse(None, decl, node, "whole", native)


def _is_unread(decl: Decl, env: n.Node) -> bool:
    """Whether the code only asks for the environment, or sets it: `if (process.env)`, `process.env = {}`."""
    node, parent = env, decl.parent(env)
    while True:
        match parent:
            case n.Binary(op="&&") if parent.left is node:
                return True
            case n.Assign() if parent.target is node:
                return True
            case n.Unary(op="typeof" | "!"):
                return True
            case n.If() | n.Cond() if parent.test is node:
                return True
            case n.Binary(op="&&" | "||"):
                node, parent = parent, decl.parent(parent)
            case _:
                return False


def _taken(decl: Decl, pattern: n.ObjectPattern, env: n.Expr, *, native: bool) -> Iterator[EnvUse]:
    for prop in pattern.props:
        yield EnvUse(prop.key, decl, prop, "taken", native)
    if pattern.rest is not None or not pattern.props:
        yield EnvUse(None, decl, env, "whole", native)


def constant(
    view: View, path: str, facts: FileFacts, scopes: Scopes, expr: n.Expr, hops: int = 0
) -> str | None:
    """The text that an expression always has: a literal, a constant, a template or a sum of such."""
    while isinstance(expr, n.Cast):
        expr = expr.value
    if isinstance(expr, n.Str):
        return expr.value
    if hops > 4:
        return None
    if isinstance(expr, n.Template):
        parts = [constant(view, path, facts, scopes, part, hops + 1) for part in expr.exprs]
        text = expr.quasis[0]
        for part, quasi in zip(parts, expr.quasis[1:], strict=True):
            if part is None:
                return None
            text += part + quasi
        return text
    if isinstance(expr, n.Binary) and expr.op == "+":
        left = constant(view, path, facts, scopes, expr.left, hops + 1)
        right = constant(view, path, facts, scopes, expr.right, hops + 1)
        return left + right if left is not None and right is not None else None
    return _constant_name(view, path, facts, scopes, expr, hops) if isinstance(expr, n.Name) else None


def _constant_name(
    view: View, path: str, facts: FileFacts, scopes: Scopes, name: n.Name, hops: int
) -> str | None:
    binding = scopes.binding(name)
    if binding is not None:
        value = binding.value
        return constant(view, path, facts, scopes, value, hops + 1) if value is not None else None
    found = named(view, path, facts, name.name)
    if not isinstance(found, tuple):
        return None
    value = constant_value(found.decl)
    if value is None:
        return None
    view.facts(found.path)  # the constant's value counts, not only that there is one
    return constant(view, found.path, found.facts, scopes_of(found.decl), value, hops + 1)
