"""Maps errors of the outside with the provider's wrapper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import uncast
from fourlayer.syntax.flow import function_around
from fourlayer_rules.client._wrap import editor_of, enclosed, want_wrapper, whole_promise, wrapper_of

if TYPE_CHECKING:
    from fourlayer.project.summaries.escapes import Raw
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl
    from fourlayer_rules.client.raw_error_escape._find import Group
    from fourlayer_rules.derive.editing import FileEditor


def wrapped(ctx: Context, path: str, group: Group, *, written: bool) -> Change | None:
    """The change; None where the shape is not one that it knows. Files are created when `written`."""
    provider = ctx.view.provider_of(path)
    facts = ctx.view.facts(path)
    wrapper = wrapper_of(ctx, provider, written=written) if provider is not None else None
    if facts is None or wrapper is None or path == wrapper.path:
        return None
    editor = editor_of(ctx, path, facts)
    done = (
        _thrown(editor, group, wrapper.name)
        if group.rethrow is not None
        else _in_function(editor, group, wrapper.name)
    )
    if not done:
        return None
    want_wrapper(ctx, editor, path, wrapper)
    return Change({path: editor.edits()}, wrapper.creates)


def _thrown(editor: FileEditor, group: Group, wrapper: str) -> bool:
    """`throw error` becomes `throw wrap(error)`."""
    statement, decl = group.rethrow, group.decl
    value = statement.value if statement is not None else None
    if isinstance(statement, n.Return) and value is not None:
        call = uncast(value)
        while isinstance(call, n.Await):
            call = uncast(call.value)
        value = call.args[0] if isinstance(call, n.Call) and call.args else None
    if value is None:
        return False
    span = decl.span(value)
    editor.replace(span.start, span.start, f"{wrapper}(")
    editor.replace(span.end, span.end, ")")
    return True


def _in_function(editor: FileEditor, group: Group, wrapper: str) -> bool:
    function, decl = group.function, group.decl
    if function is None or function.is_generator:
        return False
    node = decl.node
    if function.name == "constructor" or (
        isinstance(node, n.ClassMember) and node.kind in {"constructor", "get", "set", "static block"}
    ):
        return False
    blocks = isinstance(function.body, n.Block)
    if blocks and (function.is_async or not any(raw.site.promise for raw in group.raws)):
        return enclosed(editor, decl, function, _unawaited(decl, function, group), wrapper)
    ends = [_promise(decl, raw, function) for raw in group.raws]
    if any(end is None for end in ends):
        return False
    for end in dict.fromkeys(end for end in ends if end is not None):
        at = decl.span(end).end
        editor.replace(at, at, f".catch((error: unknown) => {{ throw {wrapper}(error); }})")
    return True


def _unawaited(decl: Decl, function: n.Function, group: Group) -> list[n.Expr]:
    """The promises that a function returns without waiting for them, errors of the outside in them."""
    found: dict[n.Expr, None] = {}
    for raw in group.raws:
        node: n.Node | None = raw.site.node
        while node is not None and node is not function and not isinstance(node, n.Await):
            parent = decl.parent(node)
            if isinstance(parent, n.Return) and parent.value is not None:
                if function_around(decl, parent) is function and raw.site.promise:
                    found[parent.value] = None
                break
            node = parent
    return list(found)


def _promise(decl: Decl, raw: Raw, function: n.Function) -> n.Expr | None:
    """The promise that a function without `async`, or without braces, returns, chained calls included."""
    if not raw.site.promise:
        return None
    whole, parent = whole_promise(decl, raw.site.node)
    ends = isinstance(parent, n.Return) or parent is function
    return whole if ends or (isinstance(parent, n.Await) and parent is function.body) else None
