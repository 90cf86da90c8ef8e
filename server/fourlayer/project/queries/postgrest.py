"""Supabase and PostgREST: `client.from("table").select().eq("column", value)`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from fourlayer.project.queries.builder import Builder, Step, receiver_name, trace
from fourlayer.project.queries.model import Filter, Query, TableRef, Verb
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, chain_of, uncast
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from fourlayer.project.queries.follow import At, Follower
    from fourlayer.syntax.facts import Decl

_VERBS: dict[str, Verb] = {
    "select": "select",
    "insert": "insert",
    "update": "update",
    "upsert": "upsert",
    "delete": "delete",
}
_NAMING = frozenset({"eq", "in", "is", "match", "filter", "or"})
_DEAF = frozenset({"neq", "not", "not.eq", "not.in", "not.is", "isdistinct", "not.like", "not.ilike"})
_NO_CLIENT = frozenset(
    {
        *(
            "Array",
            "Buffer",
            "Readable",
            "Object",
            "Set",
            "Map",
            "Observable",
            "Duplex",
            "Stream",
            "Iterator",
        ),
        *("Uint8Array", "Uint16Array", "Uint32Array", "Int8Array", "Int16Array", "Int32Array"),
        *("Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array", "Uint8ClampedArray"),
        *("Enumerable", "Temporal", "PlainDate", "Instant", "Duration", "Effect", "Stream"),
    }
)


def query(at: At, call: n.Call, follower: Follower) -> Query | None:
    """The query that the call of `from` starts; None where it is no database query."""
    callee = uncast(call.callee)
    if not isinstance(callee, n.Member) or len(call.args) != 1 or isinstance(call.args[0], n.Spread):
        return None
    receiver = callee.object
    if not _may_be_client(at.decl, receiver) or isinstance(
        bare(call.args[0]), n.Array | n.Object | n.Function
    ):
        return None
    builder = trace(at.decl, call)
    verb = _verb_step(builder)
    if verb is None:
        return None
    args = verb.link.args or ()
    if args and isinstance(bare(args[0]), n.Function):
        return None
    filters, unknown = conditions_of(at, builder, follower)
    kind = _VERBS[verb.link.name]
    return Query(
        "postgrest",
        kind,
        _table(at, receiver, call.args[0], follower),
        at.decl,
        builder.node,
        verb.link.node,
        filters,
        args[0] if args and kind in ("insert", "upsert", "update") else None,
        None,
        _selection(at, builder, follower),
        _single(builder),
        builder.sent,
        True,
        receiver,
        builder.wrappers,
        unknown,
    )


def _may_be_client(decl: Decl, receiver: n.Expr) -> bool:
    name = receiver_name(receiver)
    if name in _NO_CLIENT or name.lower().endswith(("storage", "bucket")):
        return False
    expr = bare(receiver)
    if isinstance(expr, n.Name) and b"storage" in decl.data:
        binding = scopes_of(decl).binding(expr)
        if binding is not None and binding.value is not None:
            value = bare(binding.value)
            return not (isinstance(value, n.Member) and value.name == "storage")
        if binding is not None and binding.path is not None and binding.path[-1:] == ("storage",):
            return False
    return not isinstance(expr, n.Array | n.Object | n.Str | n.Template)


def _verb_step(builder: Builder) -> Step | None:
    """The first call that says what is done; a `select` after a write only asks for the rows back."""
    return next((step for step in builder.steps if step.link.name in _VERBS), None)


def _table(at: At, receiver: n.Expr, expr: n.Expr, follower: Follower) -> TableRef:
    names = follower.strings(at.to(expr))
    schema = chain_of(receiver).call("schema")
    if schema is not None and schema.args:
        prefix = follower.strings(at.to(schema.args[0]))
        if len(prefix) == 1 and prefix[0] != "public":
            names = tuple(f"{prefix[0]}.{name}" for name in names)
    return TableRef(names, expr)


def _selection(at: At, builder: Builder, follower: Follower) -> str | None:
    step = builder.step("select")
    if step is None or not step.link.args:
        return ""
    texts = follower.strings(at.to(step.link.args[0]))
    return texts[0] if len(texts) == 1 else None


def _single(builder: Builder) -> bool:
    if builder.step("single", "maybeSingle") is not None:
        return True
    limit = builder.step("limit")
    args = limit.link.args if limit is not None else None
    return bool(args and isinstance(args[0], n.Num) and args[0].text == "1")


def conditions_of(at: At, builder: Builder, follower: Follower) -> tuple[tuple[Filter, ...], bool]:
    """The conditions that are called on a builder, and whether there are some out of reach."""
    found: list[Filter] = []
    unknown = False
    for step in builder.steps:
        if step.link.name not in _NAMING or not step.link.args:
            continue
        filters = list(_named(at, step, follower))
        unknown = unknown or any(not one.column for one in filters)
        found.extend(one for one in filters if one.column)
    return tuple(found), unknown


def _named(at: At, step: Step, follower: Follower) -> Iterator[Filter]:
    name, args = step.link.name, step.link.args
    if not args:
        return
    first = args[0]
    if name == "match":
        yield from matched(at, first, step.always, follower)
        return
    if name == "or":
        yield from _alternatives(at, args, step.always, follower)
        return
    if name == "filter":
        operators = follower.strings(at.to(args[1])) if len(args) > 1 else ()
        if any(operator in _DEAF or operator.startswith("not.") for operator in operators):
            return
    value = args[-1] if len(args) > 1 else None
    columns = follower.strings(at.to(first))
    yield Filter(columns[0] if columns else "", step.always, first, value, others=columns[1:])


def matched(at: At, expr: n.Expr, always: bool, follower: Follower) -> Iterator[Filter]:
    """The columns of an object of conditions, such as the argument of `match` or of Knex' `where`."""
    values = follower.values(at.to(expr))
    if values is None:
        yield Filter("", always, expr)
        return
    for value in values:
        if not isinstance(value.expr, n.Object):
            yield Filter("", always, expr)
            continue
        for prop in value.expr.props:
            if isinstance(prop, n.Spread):
                conditional = isinstance(bare(prop.value), n.Cond | n.Binary)
                inner = bare(prop.value)
                parts = [inner]
                if isinstance(inner, n.Cond):
                    parts = [inner.then, inner.other]
                elif isinstance(inner, n.Binary):
                    parts = [inner.right]
                for part in parts:
                    yield from (
                        matched(value.to(part), part, always and not conditional, follower)
                        if not (isinstance(part, n.Name) and part.name == getattr(expr, "name", None))
                        else ()
                    )
            elif prop.key is not None:
                node = prop if value.decl is at.decl else expr
                yield Filter(prop.key, always and len(values) == 1, node, prop.value)
            else:
                names = follower.strings(value.to(prop.computed)) if prop.computed is not None else ()
                yield Filter(names[0] if len(names) == 1 else "", always, expr, prop.value)


def _alternatives(at: At, args: tuple[n.Expr, ...], always: bool, follower: Follower) -> Iterator[Filter]:
    """The columns that the text of an `or` names, negations left out."""
    expr = bare(args[0])
    if isinstance(expr, n.Template):
        text = "\0".join(expr.quasis)
    else:
        texts = follower.strings(at.to(expr))
        if not texts:
            known = follower.values(at.to(expr)) or ()
            templates = [value.expr for value in known if isinstance(value.expr, n.Template)]
            if not templates:
                yield Filter("", always, args[0])
                return
            texts = tuple("\0".join(template.quasis) for template in templates)
        text = texts[0]
    prefix = _referenced(at, args, follower)
    if text.startswith("\0"):
        yield Filter("", always, args[0])
    for match in _condition().finditer(text):
        if match[2] not in ("neq", "not"):
            yield Filter(prefix + match[1].strip('"'), always, args[0])


def _referenced(at: At, args: tuple[n.Expr, ...], follower: Follower) -> str:
    options = bare(args[1]) if len(args) > 1 else None
    if isinstance(options, n.Object):
        for prop in options.props:
            if isinstance(prop, n.Prop) and prop.key in ("referencedTable", "foreignTable"):
                names = follower.strings(at.to(prop.value))
                return f"{names[0]}." if names else "?."
    return ""


@cache
def _condition() -> re.Pattern[str]:
    return re.compile(
        r"(?:^|[(,])\s*([\w\"]+(?:\.[\w\"]+)*?(?:->>?[\w\"]+)*)\.(eq|in|is|neq|not|gt|gte|lt|lte|like|ilike|cs|cd)\b"
    )
