"""Puts a provider error in the place of a plain one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import uncast
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.client._wrap import construction, editor_of, thrown_class
from fourlayer_rules.derive.model import build_model
from fourlayer_rules.templates.errors import error_codes

if TYPE_CHECKING:
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer_rules.client.raw_error_throw._find import Plain


def replaced(
    ctx: Context, path: str, facts: FileFacts, decl: Decl, plain: Plain, *, written: bool
) -> Change | None:
    """The change; None where no error class can be constructed from what the plain error is given.

    The code of the service's errors is looked for when `written`.
    """
    provider = ctx.view.provider_of(path)
    thrown = thrown_class(ctx, path, provider)
    message = _message(decl, plain.value)
    if thrown is None or message is None or thrown.path == path:
        return None
    code = "INTERNAL_ERROR"
    if provider is not None and written:
        code = error_codes(build_model(ctx.view, ctx.settings, provider))[2]
    cause = _cause(decl, plain)
    text = construction(ctx, path, thrown, decl, plain.value, message, cause, code)
    if text is None:
        return None
    editor = editor_of(ctx, path, facts)
    editor.want(ctx.view.specifier_for(thrown.path, path), thrown.error.name)
    span = decl.span(plain.value)
    editor.replace(span.start, span.end, text)
    return Change({path: editor.edits()})


def _message(decl: Decl, value: n.Expr) -> str | None:
    if isinstance(value, n.Str | n.Template):
        return decl.text_of(value)
    args = value.args if isinstance(value, n.New | n.Call) else ()
    if any(isinstance(arg, n.Spread) for arg in args) or len(args) > 2:
        return None
    if not args:
        return "``"
    # `new AggregateError(errors, message)` and `new DOMException(message, name)` mean other things.
    callee = value.callee if isinstance(value, n.New | n.Call) else None
    if isinstance(callee, n.Name) and callee.name in {"AggregateError", "DOMException"}:
        return None
    return decl.text_of(args[0])


def _cause(decl: Decl, plain: Plain) -> str | None:
    """The error that the plain one was given as its cause, else the one that is being handled."""
    args = plain.value.args if isinstance(plain.value, n.New | n.Call) else ()
    options = uncast(args[1]) if len(args) > 1 else None
    for prop in options.props if isinstance(options, n.Object) else ():
        if isinstance(prop, n.Prop) and prop.key == "cause":
            return decl.text_of(prop.value)
    visible = scopes_of(decl).visible(plain.value)
    return next((one.name for one in visible if one.kind == "catch" and one.path == ()), None)
