"""Conversions that stand in for a double assertion and surely compile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, FixPlan, TextEdit
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.derive.symbols import qualified
from fourlayer_rules.derive.zod import InexpressibleError
from fourlayer_rules.types._claims import is_named
from fourlayer_rules.types._schemas import Schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import FileFacts
    from fourlayer_rules.derive.symbols import Declared
    from fourlayer_rules.types.double_assertion.rule import Double

PARSE = "parse-with-schema"
COPY = "copy-properties"
SINGLE = "single-assertion"


def plans_for(ctx: Context, path: str, double: Double) -> Iterator[FixPlan]:
    """What can be done, best first; the first is preferred."""
    preferred = True
    for kind, title in (
        (PARSE, "Parse it with the schema of that type"),
        (COPY, "Copy its properties into a new object"),
        (SINGLE, "Assert once: the value's own type allows it"),
    ):
        if change_for(ctx, path, double, kind) is not None:
            yield FixPlan(kind, title, "unsafe", preferred=preferred)
            preferred = False


def change_for(ctx: Context, path: str, double: Double, kind: str) -> Change | None:
    """One of the conversions; None where it does not apply."""
    if not double.decl.trusted:
        return None
    if kind == PARSE:
        return _parsed(ctx, path, double)
    facts = ctx.view.facts(path)
    if facts is None:
        return None
    text: str | None = None
    if kind == COPY and _may_copy(ctx.view, path, facts, double):
        text = f"{{ ...{double.decl.text_of(double.value)} }}"
        if isinstance(double.decl.parent(double.outer), n.Function):
            text = f"({text})"
    elif kind == SINGLE and _is_untyped(double):
        assert double.outer.type is not None  # noqa: S101 - `doubles` yields casts with a type
        value = uncast(double.value)
        text = f"{double.decl.text_of(value)} as {double.decl.text_of(double.outer.type)}"
    if text is None:
        return None
    span = double.decl.span(double.outer)
    return Change({path: (TextEdit(span.start, span.end, text),)})


# A schema that is there already


def _parsed(ctx: Context, path: str, double: Double) -> Change | None:
    type_ = double.outer.type
    if (
        not isinstance(type_, n.TypeRef)
        or type_.args
        or not isinstance(uncast(double.value), n.Name | n.Member | n.Call | n.Await | n.Index)
    ):
        return None
    try:
        schemas = Schemas(ctx, path)
        if not schemas.usable:
            return None
        found = schemas.schema_for(double.decl, type_, "value", double.decl)
    except InexpressibleError:
        return None
    if found is None or schemas.writer.definitions:
        return None
    parsed = schemas.parsed(
        double.decl.text_of(double.value), found[0], double.decl, double.outer, plain=True
    )
    span = double.decl.span(double.outer)
    schemas.editor(path).replace(span.start, span.end, parsed)
    return schemas.change()


# An interface as a record


def _may_copy(view: View, path: str, facts: FileFacts, double: Double) -> bool:
    """Whether the value is an object whose copy is a `Record<string, unknown>`, and nothing changes it."""
    type_ = double.outer.type
    if not isinstance(type_, n.TypeRef) or type_.name != "Record" or len(type_.args) != 2:
        return False
    if not is_named(type_.args[0], {"string"}) or not is_named(type_.args[1], {"unknown"}):
        return False
    parent = double.decl.parent(double.outer)
    if not isinstance(parent, n.Prop | n.Call | n.Return | n.Function):
        return False
    if isinstance(parent, n.Call) and parent.callee is double.outer:
        return False
    binding = scopes_of(double.decl).binding(double.value)
    if binding is None or binding.path != () or not isinstance(binding.type, n.TypeRef):
        return False
    if isinstance(binding.owner, n.Param) and (binding.owner.optional or binding.owner.rest):
        return False
    return _is_object(view, path, facts, binding.type)


def _is_object(view: View, path: str, facts: FileFacts, type_: n.TypeRef) -> bool:
    """Whether a type is an interface, an object type, or inferred from an object schema."""
    found = qualified(view, path, facts, type_.name)
    if not isinstance(found, tuple):
        return False
    node = found.decl.node
    if isinstance(node, n.InterfaceDecl):
        return True
    if not isinstance(node, n.TypeAlias) or node.type_params:
        return False
    if isinstance(node.value, n.TypeObject):
        return True
    return _inferred_from_object(view, found, node)


def _inferred_from_object(view: View, found: Declared, alias: n.TypeAlias) -> bool:
    value = alias.value
    if not isinstance(value, n.TypeRef) or value.name not in {"z.infer", "z.output"} or len(value.args) != 1:
        return False
    name = found.decl.text_of(value.args[0]).removeprefix("typeof").strip()
    schema = qualified(view, found.path, found.facts, name)
    if not isinstance(schema, tuple):
        return False
    return re.search(rb"=\s*z\s*\.(?:strict|loose)?[oO]bject\(", schema.decl.data) is not None


# A value without a type of its own


def _is_untyped(double: Double) -> bool:
    """Whether the value is declared as `unknown` or `any`, which one assertion is enough for."""
    value = double.value
    if isinstance(value, n.Cast) and value.op in {"as", "<>"}:
        return is_named(value.type, {"unknown", "any"})
    if isinstance(value, n.Call) and dotted(value.callee) == "JSON.parse":
        return True
    binding = scopes_of(double.decl).binding(value)
    if binding is None or binding.path != () or isinstance(binding.owner, n.Function):
        return False
    if binding.kind == "catch":
        return binding.type is None or is_named(binding.type, {"unknown", "any"})
    if is_named(binding.type, {"unknown", "any"}):
        return not (isinstance(binding.owner, n.Param) and binding.owner.rest)
    return False
