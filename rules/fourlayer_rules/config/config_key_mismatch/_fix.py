"""Renames a key, adds it to the side that lacks it, or names a variable in the example file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, FixPlan, TextEdit
from fourlayer.syntax import nodes as n
from fourlayer.syntax.functions import function_of
from fourlayer_rules.config._config_file import append_entry, environment_of, zod_local
from fourlayer_rules.config._documented import insertion
from fourlayer_rules.config._schema import literal_of, parse_calls, shape_of
from fourlayer_rules.config.config_key_mismatch._names import named_variables, schema_default
from fourlayer_rules.derive.editing import FileEditor
from fourlayer_rules.derive.secret_names import may_be_secret
from fourlayer_rules.derive.secret_texts import looks_like_secret
from fourlayer_rules.derive.settings import screaming
from fourlayer_rules.derive.style import style_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Finding
    from fourlayer.syntax.facts import FileFacts
    from fourlayer_rules.config._schema import ParseCall, Place

RENAME, ADD, DOCUMENT = "rename-key", "add-key", "document-env"


def plans(ctx: Context, finding: Finding) -> Iterator[FixPlan]:
    """What would settle the difference."""
    side, near = finding.data.get("side"), finding.data.get("near")
    name = finding.key.rpartition(".")[2]
    if side == "example":
        yield FixPlan(DOCUMENT, f"Add `{name}` to {finding.data.get('file')}", "unsafe", "workspace")
        return
    if side == "object" and near is not None:
        yield FixPlan(RENAME, f"Rename `{name}` to `{near}`", "unsafe")
    if edits(ctx, finding, ADD) is not None:
        where = "the schema" if side == "object" else "the object that is parsed"
        yield FixPlan(ADD, f"Add `{name}` to {where}", "unsafe")


def edits(ctx: Context, finding: Finding, kind: str) -> Change | None:
    """One change; None where the code is no longer as it was found."""
    if kind == DOCUMENT:
        return _documented(ctx, finding)
    facts = ctx.view.facts(finding.path)
    if facts is None:
        return None
    call = _call_of(ctx, finding, facts)
    if call is None:
        return None
    if kind == RENAME:
        return _renamed(finding, facts)
    return _added(ctx, finding, facts, call)


def _documented(ctx: Context, finding: Finding) -> Change | None:
    path = finding.data.get("file")
    data = ctx.view.read(path) if isinstance(path, str) else None
    if data is None or not isinstance(path, str):
        return None
    at, text = insertion(data, finding.key, _default(ctx, finding))
    return Change({path: (TextEdit(at, at, text),)})


def _default(ctx: Context, finding: Finding) -> str:
    """The value that the code falls back to, unless it may be a secret."""
    facts = ctx.view.facts(finding.path)
    if facts is None or may_be_secret(finding.key):
        return ""
    calls = list(parse_calls(ctx.view, finding.path, facts))
    for one in named_variables(ctx.view, finding.path, facts, calls):
        if one.name == finding.key and one.span == finding.span:
            value = one.value or schema_default(calls, finding.path, one.span)
            return "" if looks_like_secret(value) else value
    return ""


def _call_of(ctx: Context, finding: Finding, facts: FileFacts) -> ParseCall | None:
    for call in parse_calls(ctx.view, finding.path, facts):
        if call.place.decl.span(call.call).start == finding.data.get("call"):
            return call
    return None


def _renamed(finding: Finding, facts: FileFacts) -> Change | None:
    near = finding.data.get("near")
    name = finding.key.rpartition(".")[2]
    start, end = finding.span
    if not isinstance(near, str) or name.encode() not in facts.text.data[start:end]:
        return None
    key = near if re.fullmatch(r"[A-Za-z_$][\w$]*", near) else f'"{near}"'
    rest = facts.text.data[end : end + 40].lstrip()
    text = key if rest.startswith(b":") else f"{key}: {name}"
    return Change({finding.path: (TextEdit(start, end, text),)})


def _added(ctx: Context, finding: Finding, facts: FileFacts, call: ParseCall) -> Change | None:
    if "." in finding.key:
        return None
    style = style_of(ctx.view, [finding.path])
    if finding.data.get("side") == "object":
        shape = shape_of(call.place, call.schema)
        home = shape.home if shape is not None else None
        if home is None or finding.data.get("near") is not None:
            return None
        place, literal = home
        if any(isinstance(prop, n.Prop) and prop.key == finding.key for prop in literal.props):
            return None  # left out further on, by `omit` or `pick`
        zod = zod_local(place.facts)
        if zod is None:
            return None
        editor = FileEditor(place.facts, style)
        append_entry(editor, place.decl, literal, f"{finding.key}: {zod}.string().optional()")
        return Change({place.path: editor.edits()})
    found = literal_of(call.place, call.value)
    provider = ctx.view.provider_of(finding.path)
    if found is None or provider is None or found[0].path != finding.path:
        return None
    place, literal = found
    editor = FileEditor(facts, style)
    variable = f"{provider.env_prefix}_{screaming(finding.key)}"
    append_entry(editor, place.decl, literal, f"{finding.key}: {_source(place, literal)}.{variable}")
    return Change({finding.path: editor.edits()})


def _source(place: Place, literal: n.Object) -> str:
    function = function_of(place.decl)
    return environment_of(place, literal, function.params if function is not None else ())
