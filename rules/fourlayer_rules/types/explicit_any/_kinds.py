"""Questions about single types and expressions."""

from __future__ import annotations

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted
from fourlayer.syntax.facts import walk
from fourlayer_rules.types.explicit_any._use import Site, TypeAt
from fourlayer_rules.types.explicit_any._world import is_keyword

PRIMITIVES = frozenset({"string", "number", "boolean", "bigint"})
OPEN_TYPES = frozenset({"Record", "any", "unknown", "object"})
"""Types that say nothing about the members that an object must have."""
COMPARE = frozenset({"===", "!==", "==", "!="})
ARITHMETIC = frozenset({"-", "*", "/", "%", "**", "|", "&", "^", "<<", ">>", ">>>"})
ORDER = frozenset({"<", ">", "<=", ">="})


def is_any(node: n.Node | None) -> bool:
    """Whether a type is `any`."""
    return is_keyword(node, "any")


def holds_any(node: n.Node) -> bool:
    """Whether a type has `any` somewhere inside."""
    return any(is_any(inner) for inner in walk(node))


def is_void(node: n.Type) -> bool:
    """Whether a function of this result gives nothing."""
    return is_keyword(node, "void", "never")


def is_predicate(node: n.Type) -> bool:
    """Whether a result type is a type predicate or an assertion."""
    return isinstance(node, n.TypeOther) and ("predicate" in node.kind or "assert" in node.kind)


def nothing_in(node: n.Type) -> str:
    """The word of a `null` or `undefined` type."""
    return node.text if isinstance(node, n.TypeLiteral) else node.name if isinstance(node, n.TypeRef) else ""


def takes_undefined(node: n.Type) -> bool:
    """Whether a type includes undefined."""
    if isinstance(node, n.TypeUnion) and node.op == "|":
        return any(nothing_in(item) in ("undefined", "void") for item in node.items)
    return is_keyword(node, "unknown", "any", "undefined", "void")


def record_value(at: TypeAt) -> TypeAt | None:
    """The value type of a `Record`."""
    node = at.type
    if isinstance(node, n.TypeRef) and node.name == "Record" and len(node.args) == 2:
        return TypeAt(at.site, node.args[1])
    return None


def is_text_method(first: n.Expr | None, name: str) -> bool:
    """Whether the argument tells that a method of this name is the one of strings."""
    if name == "normalize":
        return first is None or isinstance(first, n.Str)
    if name == "repeat":
        return first is not None and not isinstance(first, n.Object)
    return isinstance(first, n.Regex | n.Str)


def is_logger(callee: n.Member) -> bool:
    """`logger.info(...)`, `this.log.warn(...)`: takes whatever it is given."""
    if callee.name not in ("debug", "info", "warn", "error", "log", "trace", "fatal", "verbose"):
        return False
    owner = (dotted(callee.object) or "").rpartition(".")[2].lower()
    return owner in ("logger", "log", "console")


def function_around(site: Site, node: n.Node) -> n.Function | None:
    """The innermost function around a node."""
    for around in site.decl.ancestors(node):
        if isinstance(around, n.Function):
            return around
    return None
