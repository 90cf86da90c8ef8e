"""What comes from whoever sends a request, and whether the code made sure that they may say so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.project.origins import Root, roots
from fourlayer.project.questions import Question
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.flow import function_around, functions_around
from fourlayer.syntax.functions import function_of, returned_values
from fourlayer.syntax.glob import names_match
from fourlayer_rules.tenancy._sinks import declaration, target_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

_INPUT = frozenset({"body", "query", "params", "headers", "header", "param", "rawBody"})
_REQUEST = re.compile(r"_?(?:req|request|ctx|context|c|event)$")
_REQUEST_TYPE = re.compile(r"(?:Request|RequestHandler|Context|HandlerEvent)$")
_RESPONSE = re.compile(r"_?(?:res|response|reply|next|done)$")
_TAKES = re.compile(
    rb"Request|Context|HandlerEvent"
    rb"|\b_?(?:req|request|ctx|context|c|event|res|response|reply|next|done)\s*(?:[,:)=?/])"
)
"""A parameter that may be a request, or stands beside one that is taken apart."""
_VERIFIES = re.compile(
    r"verif|timingSafeEqual|constructEvent|createHmac|[sS]ignature|svix|[wW]ebhookSecret|jwt\.decode"
)
_AUTHORISES = re.compile(
    r"(?i)(?:assert|require|ensure|verify|check|authori[sz]e|validate|guard|can|has|belongs|is|match)\w*"
    r"(?:tenant|org|member|access|permission|owner|admin|allowed|same)"
)
_GUARD = re.compile(
    r"(?i)tenant|\borg|organi[sz]ation|member|admin|platform|internal|superuser|webhook|signature"
)
_USER_KEYS = re.compile(r"(?i)^(?:auth_)?user_?id$|^member_?id$|^profile_?id$|^owner_?id$")


def may_take_request(data: bytes) -> bool:
    """Whether a source may hold a function that takes a request, by its bytes."""
    return _TAKES.search(data) is not None


def is_input(decl: Decl, root: Root) -> bool:
    """Whether a value comes from a request's body, query, parameters or headers."""
    if not root.sure or not isinstance(root.node, n.Param):
        return False
    for at, step in enumerate(root.path[:-1]):
        if step in _INPUT or (step == "get" and root.path[at + 1].lower().startswith("x-")):
            return _is_request(decl, root.node, root.path[:at])
    return False


def _is_request(decl: Decl, param: n.Param, before: tuple[str, ...]) -> bool:
    """Whether a parameter (with what is read of it first) is an incoming request."""
    kind = param.type
    if isinstance(kind, n.TypeRef) and _REQUEST_TYPE.search(kind.name.rpartition(".")[2]):
        return all(step in ("req", "request", "validated", "raw") for step in before)
    if isinstance(param.target, n.Name):
        if not _REQUEST.match(param.target.name):
            return False
        return all(step in ("req", "request", "validated", "raw") for step in before)
    function = function_around(decl, param)
    names = [one.target.name for one in function.params if isinstance(one.target, n.Name)] if function else []
    return not before and any(_RESPONSE.match(name) for name in names)


def inputs(
    view: View, path: str, facts: FileFacts, decl: Decl, value: n.Expr, rest: tuple[str, ...]
) -> Iterator[Root]:
    """The parts of a value that a request decides, helpers that read the request included."""
    for root in roots(decl, value, rest):
        if is_input(decl, root):
            yield root
        elif (
            isinstance(root.node, n.Call)
            and root.sure
            and not root.path
            and _is_given_request(decl, root.node)
        ):
            target = target_of(view, path, facts, decl, root.node)
            if target is not None and view.ask(_READS, target.path, target.decl.qualified_name):
                yield root


def may_be_input(decl: Decl, value: n.Expr) -> bool:
    """Whether an argument, or a property of one, may be (part of) what a request says."""
    inner = bare(value)
    values = [prop.value for prop in inner.props] if isinstance(inner, n.Object) else [inner]
    for one in values:
        for root in roots(decl, one):
            if isinstance(root.node, n.Call) and _is_given_request(decl, root.node):
                return True
            at = next((at for at, step in enumerate(root.path) if step in _INPUT or step == "get"), None)
            param = root.node if at is not None else None
            if isinstance(param, n.Param) and _is_request(decl, param, root.path[:at]):
                return True
    return False


def _is_given_request(decl: Decl, call: n.Call) -> bool:
    """Whether a call is handed a request, or a whole part of one."""
    for arg in call.args:
        for root in roots(decl, arg):
            before = tuple(step for step in root.path if step not in _INPUT)
            if isinstance(root.node, n.Param) and _is_request(decl, root.node, before):
                return True
    return False


def _reads(view: View, about: tuple[str, ...]) -> bool:
    path, name = about
    facts = view.facts(path)
    decl = declaration(facts, name) if facts is not None else None
    function = function_of(decl) if decl is not None else None
    if facts is None or decl is None or function is None or makes_sure(view, decl, function):
        return False
    return any(
        True for value in returned_values(function) for _ in inputs(view, path, facts, decl, value, ())
    )


_READS = Question[bool]("returns what a request says", _reads, bottom=False)


# Authority


def makes_sure(view: View, decl: Decl, node: n.Node) -> bool:
    """Whether the code around verifies the request, or is registered behind a guard."""
    verifiers = view.layout.symbols.get("verifiers", ())
    around = [node] if isinstance(node, n.Function) else []
    for function in (*around, *functions_around(decl, node)):
        for one in walk(function):
            name = dotted(one.callee) if isinstance(one, n.Call) else None
            if name is None:
                continue
            if _VERIFIES.search(name) or names_match(verifiers, name.rpartition(".")[2]):
                return True
        if _is_guarded(decl, function):
            return True
    return False


def _is_guarded(decl: Decl, function: n.Function) -> bool:
    """Whether a route is registered with a guard before its handler: `get(path, requireTenant, handler)`."""
    name = function.name
    holder = decl.parent(function)
    if name is None and isinstance(holder, n.Declarator) and isinstance(holder.target, n.Name):
        name = holder.target.name
    for call in walk(decl.node):
        if not isinstance(call, n.Call) or len(call.args) < 2:
            continue
        handed = [
            arg for arg in call.args if arg is function or (isinstance(arg, n.Name) and arg.name == name)
        ]
        if handed and isinstance(uncast(call.callee), n.Member):
            before = call.args[1 : call.args.index(handed[0])]
            if any(_GUARD.search(decl.text_of(arg)) for arg in before if not isinstance(arg, n.Function)):
                return True
    return False


def is_checked(decl: Decl, root: Root, columns: Iterable[str]) -> bool:
    """Whether the value is compared, handed to a function that authorises, or looked up with the user.

    `columns` are those that queries of the same function name together with the value.
    """
    function = function_around(decl, root.read)
    if function is None:
        return False
    for node in walk(function):
        if isinstance(node, n.Binary) and node.op in ("===", "!==", "==", "!="):
            for side, other in ((node.left, node.right), (node.right, node.left)):
                if _is_same(decl, side, root) and isinstance(bare(other), n.Name | n.Member | n.Call):
                    return True
        if isinstance(node, n.Call) and any(_is_same(decl, arg, root) for arg in _flat(node.args)):
            name = dotted(node.callee) or ""
            if _AUTHORISES.search(name) or name.rpartition(".")[2] in ("includes", "has", "some", "find"):
                return True
    return any(_USER_KEYS.match(column) for column in columns)


def _is_same(decl: Decl, expr: n.Expr, root: Root) -> bool:
    """Whether an expression stands for the value too."""
    inner = bare(expr)
    if not isinstance(inner, n.Name | n.Member | n.Index | n.Call):
        return False
    return any(one.node is root.node and one.path == root.path for one in roots(decl, inner))


def _flat(args: tuple[n.Expr, ...]) -> Iterator[n.Expr]:
    for arg in args:
        inner = bare(arg)
        if isinstance(inner, n.Object):
            yield from (prop.value for prop in inner.props)
        else:
            yield arg
