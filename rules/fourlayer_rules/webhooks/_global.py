"""Whether an application limits the rate of every request before any route."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.project.snapshot import Survey
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.facts import walk

if TYPE_CHECKING:
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import FileFacts

_LIMITS = re.compile(r"rate_?-?limit|limiter|throttl", re.IGNORECASE)
_BROAD = re.compile(r"^(/?\*?|/(api|v\d+|api/v\d+)(/\*?)?)$")
_APPS = frozenset({"app", "server", "application", "fastify", "express"})


def limited_everywhere(view: View) -> bool:
    """Whether some application of the workspace uses a rate limiter without a path of its own."""
    return any(view.survey(_LIMITED).values())


def _extract(_path: str, facts: FileFacts) -> bool | None:
    for decl in facts.all_decls():
        if b".use" not in decl.data and b".register" not in decl.data:
            continue
        for node in walk(decl.node):
            if isinstance(node, n.Call) and _limits(node):
                return True
    return None


def _limits(call: n.Call) -> bool:
    callee = uncast(call.callee)
    if not isinstance(callee, n.Member) or callee.name not in {"use", "register"} or not call.args:
        return False
    owner = (dotted(callee.object) or "").rpartition(".")[2]
    first = uncast(call.args[0])
    if owner not in _APPS or (isinstance(first, n.Str) and _BROAD.match(first.value) is None):
        return False
    return any(_LIMITS.search(_name(arg)) for arg in call.args)


def _name(arg: n.Expr) -> str:
    expr = uncast(arg)
    while isinstance(expr, n.Call):
        expr = uncast(expr.callee)
    return dotted(expr) or ""


_LIMITED = Survey(
    "global rate limit",
    _extract,
    (b"ateLimit", b"ate-limit", b"ate_limit", b"imiter", b"hrottl"),
    beside=(b".use", b".register"),
)
