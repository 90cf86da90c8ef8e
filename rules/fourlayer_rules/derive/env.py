"""Where code reads the environment, and what it makes of a variable: text, number, flag, default."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.project.classes import dotted
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.scope import Scopes
    from fourlayer.syntax.span import Span

EnvKind = Literal["string", "number", "flag"]

_ENV_TYPES = frozenset({"NodeJS.ProcessEnv", "ProcessEnv"})


class EnvRead(NamedTuple):
    """One read of one variable.

    `read` is the bare read, `whole` what also holds the conversion and the default; `default` is the
    TypeScript literal that stands in for an absent variable. `required` tells that the code asserts that
    the variable is there. Spans count bytes of the file.
    """

    name: str
    decl: Decl
    node: n.Expr
    read: Span
    whole: Span
    kind: EnvKind
    default: str | None
    required: bool


_PROCESS = frozenset({"process", "globalThis.process", "global.process"})
_PROCESS_MODULES = frozenset({"process", "node:process"})


def is_process_env(expr: n.Expr | None) -> bool:
    """Whether an expression is `process.env` or `process["env"]`, casts aside."""
    while isinstance(expr, n.Cast):
        expr = expr.value
    if isinstance(expr, (n.Member, n.Index)) and variable_of(expr) == "env":
        return dotted(expr.object) in _PROCESS
    return False


def is_env(scopes: Scopes, expr: n.Expr, facts: FileFacts | None = None) -> bool:
    """Whether an expression is the environment: `process.env`, or a variable or parameter that holds it."""
    while isinstance(expr, n.Cast):
        expr = expr.value
    if is_process_env(expr):
        return True
    if not isinstance(expr, n.Name):
        return False
    binding = scopes.binding(expr)
    if binding is None:
        return facts is not None and (_top_level_env(facts, expr.name) or _imported_env(facts, expr.name))
    if binding.path == ("env",) and isinstance(binding.owner, n.Declarator):
        return binding.owner.init is not None and dotted(binding.owner.init) in _PROCESS
    if binding.path != ():
        return False
    if isinstance(binding.owner, n.Param):
        return takes_env(binding.owner)
    return isinstance(binding.owner, n.Declarator) and is_process_env(binding.owner.init)


def takes_env(param: n.Param) -> bool:
    """Whether a parameter is the environment, by its type or its default."""
    named = isinstance(param.type, n.TypeRef) and param.type.name in _ENV_TYPES
    return named or is_process_env(param.default)


def _top_level_env(facts: FileFacts, name: str) -> bool:
    decl = facts.decl(name)
    if decl is None or not isinstance(decl.node, n.VarDecl):
        return False
    return any(_binds_env(item, name) for item in decl.node.declarators)


def _binds_env(item: n.Declarator, name: str) -> bool:
    """`const name = process.env`, `const { env: name } = process`."""
    if isinstance(item.target, n.Name):
        return item.target.name == name and is_process_env(item.init)
    if not isinstance(item.target, n.ObjectPattern) or item.init is None or dotted(item.init) not in _PROCESS:
        return False
    return any(
        prop.key == "env" and isinstance(prop.target, n.Name) and prop.target.name == name
        for prop in item.target.props
    )


def _imported_env(facts: FileFacts, name: str) -> bool:
    """`import { env as name } from "node:process"`."""
    return any(
        bound.local == name and bound.imported == "env"
        for item in facts.imports
        if item.specifier in _PROCESS_MODULES
        for bound in item.names
    )


def env_reads(facts: FileFacts, decl: Decl) -> Iterator[EnvRead]:
    """The reads of single variables inside a declaration or member, in source order."""
    if b"env" not in decl.data.lower():
        return
    scopes = scopes_of(decl)
    for node in walk(decl.node):
        name = variable_of(node)
        if (
            name is None
            or not isinstance(node, (n.Member, n.Index))
            or not is_env(scopes, node.object, facts)
        ):
            continue
        parent = decl.parent(node)
        if isinstance(parent, n.Assign) and parent.target is node:
            continue
        if isinstance(parent, n.Unary) and parent.op in {"delete", "++", "--"}:
            continue
        yield read_of(decl, node, name)


def variable_of(node: n.Node) -> str | None:
    """The variable's name in `env.NAME` or `env["NAME"]`."""
    if isinstance(node, n.Member):
        return node.name
    if isinstance(node, n.Index) and isinstance(node.index, n.Str):
        return node.index.value
    return None


def read_of(decl: Decl, node: n.Expr, name: str) -> EnvRead:
    """What the code around a read of a variable makes of it."""
    whole: n.Expr = node
    kind: EnvKind = "string"
    default: str | None = None
    required = False
    while True:
        parent = decl.parent(whole)
        if isinstance(parent, n.Cast) and kind == "string" and parent.op in {"!", "as", "<>"}:
            required = required or parent.op == "!" or _is_string(parent.type)
            whole = parent
        elif isinstance(parent, n.Binary) and parent.left is whole and parent.op in {"??", "||"}:
            literal = _literal(parent.right, kind)
            if literal is None or default is not None or _is_secret(name, parent.right):
                break
            default, whole = literal, parent
        elif isinstance(parent, n.Call) and kind == "string" and _is_conversion(parent, whole):
            if default is not None and _number(default) is None:
                break
            default = None if default is None else _number(default)
            kind, whole = "number", parent
        elif isinstance(parent, n.Binary) and kind == "string" and parent.left is whole:
            flag = _flag(parent)
            if flag is None:
                break
            default = flag if default is None else ("true" if default == '"true"' else "false")
            kind, whole = "flag", parent
        else:
            break
    return EnvRead(name, decl, node, decl.span(node), decl.span(whole), kind, default, required)


def _is_secret(name: str, expr: n.Expr) -> bool:
    """Whether a literal stands in for a credential, or holds one: that is not copied into other code."""
    if not isinstance(expr, n.Str):
        return False
    from fourlayer_rules.derive.secret_names import is_fallback, strength_of
    from fourlayer_rules.derive.secret_texts import looks_like_secret

    return (strength_of(name) >= 2 and is_fallback(expr.value)) or looks_like_secret(expr.value)


def schema_of(read: EnvRead) -> str:
    """The Zod schema that makes of a variable's text what the code makes of it."""
    if read.kind == "number":
        return "z.coerce.number()" + (f".default({read.default})" if read.default is not None else "")
    if read.kind == "flag":
        return f'z.enum(["true", "false"]).default("{read.default}").transform((value) => value === "true")'
    if read.default is not None:
        return f"z.string().default({read.default})"
    if not read.required:
        return "z.string().optional()"
    return "z.string().url()" if re.search(r"(^|_)UR[LI]$", read.name) else "z.string().min(1)"


def _is_string(type_: n.Type | None) -> bool:
    return isinstance(type_, n.TypeRef) and type_.name == "string"


def _literal(expr: n.Expr, kind: EnvKind) -> str | None:
    if isinstance(expr, n.Str) and kind == "string" and '"' not in expr.value and "\\" not in expr.value:
        return f'"{expr.value}"' if "\n" not in expr.value else None
    if isinstance(expr, n.Num):
        return expr.text
    return None


def _number(default: str) -> str | None:
    text = default.strip('"').strip()
    plain = text.replace("_", "")
    return text if plain.replace(".", "", 1).isdigit() else None


def _is_conversion(call: n.Call, arg: n.Expr) -> bool:
    if not call.args or call.args[0] is not arg:
        return False
    name = dotted(call.callee)
    if name in {"parseInt", "Number.parseInt"}:
        radix = call.args[1] if len(call.args) > 1 else None
        return radix is None or (isinstance(radix, n.Num) and radix.text == "10")
    return name in {"Number", "parseFloat", "Number.parseFloat"} and len(call.args) == 1


def _flag(node: n.Binary) -> str | None:
    """What an absent variable means in `X === "true"` or `X !== "false"`."""
    if not isinstance(node.right, n.Str):
        return None
    if node.op in {"===", "=="} and node.right.value == "true":
        return "false"
    if node.op in {"!==", "!="} and node.right.value == "false":
        return "true"
    return None
