"""The return type that the code of a function leaves no doubt about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of, returns_of
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.types._claims import is_named, unwrapped

if TYPE_CHECKING:
    from fourlayer.syntax.facts import Decl, FileFacts

_BOOLEAN = frozenset({"===", "!==", "==", "!=", "<", ">", "<=", ">=", "in", "instanceof"})
_NUMERIC = frozenset({"-", "*", "/", "%", "**"})


def return_type(facts: FileFacts, decl: Decl) -> tuple[int, str] | None:
    """Where the type goes (a byte offset) and what it is; None where the code leaves it open."""
    function = function_of(decl)
    if function is None or function.return_type is not None or function.is_generator or not decl.trusted:
        return None
    data = facts.text.data
    offset = decl.start + function.params_end
    if data[offset - 1 : offset] != b")":
        return None
    types: list[str] = []
    for value in returns_of(function):
        found = "undefined" if value is None else _type_of(facts, decl, function, value)
        if found is None:
            return None
        if found not in types:
            types.append(found)
    if not types:
        text = "void" if _ends(function) else None
    else:
        text = _union(types) if _ends_with_value(function) or types == ["undefined"] else None
        if text == "undefined":
            text = "void"
    if text is None:
        return None
    return offset, f"Promise<{text}>" if function.is_async else text


def _ends(function: n.Function) -> bool:
    """Whether the function is a block that does not return a value."""
    return isinstance(function.body, n.Block)


def _ends_with_value(function: n.Function) -> bool:
    """Whether control surely does not fall off the end: the last statement returns or throws."""
    body = function.body
    if isinstance(body, n.Expr):
        return True
    return isinstance(body, n.Block) and _leaves(body)


def _leaves(stmt: n.Stmt | None) -> bool:
    match stmt:
        case n.Return() | n.Throw():
            return True
        case n.Block():
            return bool(stmt.stmts) and _leaves(stmt.stmts[-1])
        case n.If():
            return stmt.other is not None and _leaves(stmt.then) and _leaves(stmt.other)
        case n.Try():
            return _leaves(stmt.finalizer) or (
                _leaves(stmt.block) and (stmt.handler is None or _leaves(stmt.handler))
            )
        case _:
            return False


def _union(types: list[str]) -> str:
    nothing = [text for text in ("null", "undefined") if text in types]
    parts = [text for text in types if text not in nothing]
    flat = sorted({part for text in parts for part in text.split(" | ")} | set(nothing), key=_order)
    return " | ".join(flat)


def _order(text: str) -> tuple[bool, bool, str]:
    return text == "undefined", text in {"null", "undefined"}, text


def _type_of(facts: FileFacts, decl: Decl, function: n.Function, value: n.Expr) -> str | None:
    """The type of a returned value as text that is valid at the function's signature."""
    match value:
        case n.Await():
            inner = _typed(facts, decl, value.value)
            if inner is None:
                return None
            type_, owner = inner
            plain = unwrapped(type_)
            return _text(owner, plain) if plain is not None else None
        case n.Str() | n.Template():
            return "string"
        case n.Num():
            return "number"
        case n.Const():
            return "boolean" if value.value in {"true", "false"} else value.value
        case n.Unary():
            return {"!": "boolean", "typeof": "string", "delete": "boolean", "void": "undefined"}.get(
                value.op
            )
        case n.Binary():
            if value.op in _BOOLEAN:
                return "boolean"
            return "number" if value.op in _NUMERIC and _is_number(value) else None
        case n.New():
            if isinstance(value.callee, n.Name) and not value.type_args:
                known = facts.decl(value.callee.name)
                head = known.node if known is not None and known.kind == "class" else None
                plain_class = isinstance(head, n.ClassDecl) and not head.type_params
                if plain_class or value.callee.name in {"Date", "URL", "URLSearchParams", "Headers"}:
                    return value.callee.name
            return None
        case _:
            found = _typed(facts, decl, value)
            if found is None:
                return None
            type_, owner = found
            if function.is_async:
                plain = unwrapped(type_)
                return _text(owner, plain) if plain is not None else None
            return _text(owner, type_)


def _is_number(value: n.Binary) -> bool:
    return all(
        isinstance(side, n.Num)
        or (isinstance(side, n.Binary) and side.op in _NUMERIC and _is_number(side))
        or (
            isinstance(side, n.Call)
            and isinstance(side.callee, n.Member)
            and isinstance(side.callee.object, n.Name)
            and side.callee.object.name in {"Date", "Math", "Number"}
        )
        for side in (value.left, value.right)
    )


def _typed(facts: FileFacts, decl: Decl, value: n.Expr) -> tuple[n.Type, Decl] | None:
    """The declared type of an expression, and the declaration that holds it."""
    if isinstance(value, n.Cast) and value.op in {"as", "<>"} and value.type is not None:
        return value.type, decl
    if isinstance(value, n.Name):
        binding = scopes_of(decl).binding(value)
        if binding is None or binding.path != () or binding.type is None or _is_optional(binding.owner):
            return None
        return binding.type, decl
    if isinstance(value, n.Member) and isinstance(value.object, n.Name) and value.object.name == "this":
        member = _member(decl, value.name)
        node = member.node if member is not None else None
        if (
            member is not None
            and isinstance(node, n.ClassMember)
            and node.kind == "field"
            and not node.optional
        ):
            return (node.type, member) if node.type is not None else None
        return None
    if isinstance(value, n.Call):
        return _called(facts, decl, value)
    return None


def _called(facts: FileFacts, decl: Decl, call: n.Call) -> tuple[n.Type, Decl] | None:
    """The declared return type of a method of the same class or a function of the same file."""
    callee = call.callee
    target: Decl | None = None
    if isinstance(callee, n.Name) and scopes_of(decl).binding(callee) is None:
        target = facts.decl(callee.name)
    elif isinstance(callee, n.Member) and isinstance(callee.object, n.Name) and callee.object.name == "this":
        target = _member(decl, callee.name)
    function = function_of(target) if target is not None else None
    if target is None or function is None or function.type_params or function.return_type is None:
        return None
    return function.return_type, target


def _member(decl: Decl, name: str) -> Decl | None:
    owner = decl.owner
    same = [member for member in owner.members if member.name == name] if owner is not None else []
    return same[0] if len(same) == 1 else None


def _is_optional(owner: n.Node) -> bool:
    return isinstance(owner, n.Param) and (owner.optional or owner.rest or owner.default is not None)


def _text(owner: Decl, type_: n.Type) -> str | None:
    """A type as text, unless it would only hide what is vague or depend on names of its function."""
    if is_named(type_, {"any", "unknown", "object", "never", "this"}):
        return None
    if any(isinstance(node, n.TypeOther | n.TypeFunction) for node in walk(type_)):
        return None
    function = function_of(owner)
    params = {param.name for param in function.type_params} if function is not None else set[str]()
    local = {binding.name for binding in scopes_of(owner).bindings if binding.kind == "type"}
    if any(isinstance(node, n.TypeRef) and node.name in params | local for node in walk(type_)):
        return None
    return " ".join(owner.text_of(type_).split())
