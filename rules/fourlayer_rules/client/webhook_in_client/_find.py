"""Finds the functions that take what a webhook delivers."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts

_SIMPLE = frozenset({"string", "number", "boolean", "Date", "URL", "void"})


def handlers(ctx: Context, path: str, facts: FileFacts) -> Iterator[Decl]:
    """The functions and methods of a file that handle a payload, in source order."""
    del ctx, path
    for decl in facts.all_decls():
        if not decl.trusted or decl.members or decl.kind not in {"function", "variable", "member"}:
            continue
        function = function_of(decl)
        if function is None or function.body is None or not decl.name:
            continue
        takes = _handles(decl.name) and any(_is_payload(param) for param in function.params)
        if takes or _verifies(decl, function):
            yield decl


def _handles(name: str) -> bool:
    """Whether a name says that what a webhook delivers is handled: not registered, listed or configured."""
    return _handling().search(name) is not None and _managing().match(name) is None


def _is_payload(param: n.Param) -> bool:
    """Whether a parameter is named or typed as what a webhook delivers."""
    if isinstance(param.type, n.TypeRef) and param.type.name in _SIMPLE:
        return isinstance(param.target, n.Name) and _raw().search(param.target.name) is not None
    if isinstance(param.target, n.Name) and _payload().search(param.target.name):
        return True
    type_ = param.type.name if isinstance(param.type, n.TypeRef) else ""
    return _typed().search(type_) is not None


def _verifies(decl: Decl, function: n.Function) -> bool:
    """Whether a signature of a webhook is verified here: a handler's work."""
    if b"onstructEvent" not in decl.data:
        return False
    return any(
        isinstance(node, n.Call)
        and (dotted(node.callee) or "").rpartition(".")[2] in {"constructEvent", "constructEventAsync"}
        for node in walk(function)
    )


@cache
def _handling() -> re.Pattern[str]:
    return re.compile(
        r"[wW]eb[hH]ook|^on(?:Notification|Event|Push|Callback|Delivery)|"
        r"^(?:handle|process|receive)(?:Notification|Callback|Event|Delivery)s?$"
    )


@cache
def _managing() -> re.Pattern[str]:
    return re.compile(
        r"(?:create|register|unregister|delete|remove|list|get|fetch|update|subscribe|unsubscribe|ensure|set|"
        r"supports|has|is|add|renew|build|load|read|ping|test|post|send|deliver|enqueue|retry|retrieve|store|save|"
        r"publish|emit|trigger|call|notify|schedule|format|sign)(?:[A-Z_]|$)"
    )


@cache
def _payload() -> re.Pattern[str]:
    return re.compile(r"(?i)payload|body|event|notification|delivery|message|^req(?:uest)?$|update|change")


@cache
def _raw() -> re.Pattern[str]:
    return re.compile(r"(?i)payload|raw_?body|^body$|signature")


@cache
def _typed() -> re.Pattern[str]:
    return re.compile(r"(?:Webhook|Payload|Event|Notification|Request|Delivery)\w*$")
