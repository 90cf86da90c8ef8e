"""Tells what a response is taken for, and how sure it is that nobody checked."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer_rules.types.unvalidated_response._find import type_parameter

if TYPE_CHECKING:
    from fourlayer.syntax.facts import Decl
    from fourlayer_rules.types.unvalidated_response._find import Claim


class Told(NamedTuple):
    """A finding's words."""

    message: str
    help: str
    key: str
    doubtful: bool


def describe(claim: Claim) -> Told:
    """The words for one claim."""
    type_ = _shown(claim.type_decl, claim.type)
    call = _call(claim)
    error_body = is_error_body(claim)
    if type_parameter(claim):
        message = (
            f"{call} is taken for `{type_}`, whatever the caller says that is: nothing checks what the "
            "service answered, so a changed answer shows up far from here as a wrong value."
        )
        help_ = "Take a `schema: z.ZodType<T>` parameter, and parse the answer with it."
    elif error_body:
        message = (
            f"{call} is taken for `{type_}` on the way to an error message: an answer of another shape (a "
            "proxy's page, a plain text) gives the wrong message, or hides the failure behind another one."
        )
        help_ = "Parse it with a schema, and fall back to the status where it does not fit."
    else:
        verb = "is taken for" if claim.form != "generic" else "is declared to be"
        message = (
            f"{call} {verb} `{type_}` unseen: nothing checks what the service answered, so a changed or "
            "failing answer shows up far from here as a wrong value."
        )
        help_ = "Parse it with a Zod schema, and give the type of what the schema returns."
    return Told(message, help_, f"{claim.form}:{type_}", claim.doubtful or error_body)


def _call(claim: Claim) -> str:
    return {
        "json": "The answer that `.json()` read",
        "parse": "The answer that `JSON.parse` read",
        "http": "The HTTP client's answer",
        "sdk": "The SDK's answer",
    }[claim.kind]


def _shown(decl: Decl, type_: n.Type) -> str:
    text = " ".join(decl.text_of(type_).split())
    return text if len(text) <= 60 else text[:57] + "..."


def is_error_body(claim: Claim) -> bool:
    """Whether the answer is that of a failed call, read for its message."""
    if _error_type().search(_shown(claim.type_decl, claim.type)):
        return True
    node: n.Node = claim.node
    for above in claim.decl.ancestors(claim.node):
        if isinstance(above, n.If) and above.then is node and _tests_failure(claim.decl, above.test):
            return True
        if isinstance(above, n.Function) and above.name is not None and _error_function().search(above.name):
            return True
        node = above
    return _error_function().search(claim.decl.name or "") is not None


def _tests_failure(decl: Decl, test: n.Expr) -> bool:
    text = decl.text_of(test)
    return _failure().search(text) is not None


@cache
def _failure() -> re.Pattern[str]:
    return re.compile(
        r"![\w.$?]*\.ok\b|\.ok === false|status(?:Code)? (?:>=|>|!==) \d{3}|status(?:Code)? === [45]\d\d"
    )


@cache
def _error_type() -> re.Pattern[str]:
    return re.compile(r"Err(?:or)?(?![a-z])|Problem|\berror\b\??:")


@cache
def _error_function() -> re.Pattern[str]:
    return re.compile(r"[eE]rror|Failure")
