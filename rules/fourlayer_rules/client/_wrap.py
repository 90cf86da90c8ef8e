"""What errors of the client layer become: the provider's error class and wrapper, and code with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.classes import chain_of, member_names
from fourlayer.project.exports import Declared, exported
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.flow import functions_around
from fourlayer.syntax.functions import function_of
from fourlayer_rules.derive.editing import FileEditor
from fourlayer_rules.derive.names import convention
from fourlayer_rules.derive.shared import construct, describe_error, error_class, import_path
from fourlayer_rules.derive.style import style_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, Create
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer_rules.derive.names import Kind
    from fourlayer_rules.derive.shared import ErrorClass


_ERRORS: tuple[Kind, ...] = ("errors",)
_ON = frozenset({"then", "catch", "finally"})


class Wrapper(NamedTuple):
    """The function that maps errors: its name, its file, and the files that must be created for it."""

    name: str
    path: str
    creates: tuple[Create, ...]


def wrapper_of(ctx: Context, provider: Provider, *, written: bool) -> Wrapper | None:
    """The provider's error wrapper; None where `errors.ts` has none that takes one error.

    `written`: an `errors.ts` that is absent is written too, which takes its time.
    """
    name = convention(ctx.settings.conventions.error_wrapper, provider)
    path = f"{provider.path}/errors.ts"
    if not ctx.view.exists(path):
        if not written:
            return Wrapper(name, path, ())
        from fourlayer_rules.templates.creation import create

        change: Change | None = create(ctx.view, ctx.settings, provider, _ERRORS)
        return Wrapper(name, path, change.creates) if change is not None and not change.edits else None
    found = exported(ctx.view, path, name)
    function = function_of(found.decl) if isinstance(found, tuple) and found.decl.trusted else None
    if function is None or not function.params:
        return None
    first, *rest = function.params
    if first.rest or any(not (param.optional or param.rest or param.default) for param in rest):
        return None
    return Wrapper(name, path, ())


def editor_of(ctx: Context, path: str, facts: FileFacts) -> FileEditor:
    """An editor in the file's own style."""
    return FileEditor(facts, style_of(ctx.view, [path]))


def want_wrapper(ctx: Context, editor: FileEditor, path: str, wrapper: Wrapper) -> None:
    """Import the wrapper into a file."""
    if path != wrapper.path:
        editor.want(ctx.view.specifier_for(wrapper.path, path), wrapper.name)


# The error class


class Thrown(NamedTuple):
    """An error class that can be constructed, and where it is imported from."""

    error: ErrorClass
    path: str


def thrown_class(ctx: Context, path: str, provider: Provider | None) -> Thrown | None:
    """The provider's own error class, else the shared one."""
    view = ctx.view
    if provider is not None:
        name = convention(ctx.settings.conventions.error_class, provider)
        own = exported(view, f"{provider.path}/errors.ts", name)
        if isinstance(own, tuple) and own.decl.kind == "class" and own.decl.trusted:
            return Thrown(describe_error(view, own), f"{provider.path}/errors.ts")
    if provider is None and not view.is_shared(path):
        return None  # elsewhere the shared errors may be out of reach, and out of bounds
    around = provider or next(iter(view.providers), None)
    for name in ctx.settings.symbols.base_errors if around is not None else ():
        error = error_class(view, around, name) if around is not None and "*" not in name else None
        if error is not None and error.declared is not None:
            target = error.declared.path
            return Thrown(error, target if view.is_shared(path) else import_path(view, error.declared, name))
    return None


def construction(
    ctx: Context,
    path: str,
    thrown: Thrown,
    decl: Decl,
    at: n.Node,
    message: str,
    cause: str | None,
    code: str,
) -> str | None:
    """`new AcmeServiceError(...)` in the place of a plain error."""
    values = {
        "message": message,
        "code": style_of(ctx.view, [path]).quoted(code),
        "provider": _provider_value(ctx, path, decl, at),
        "retryable": "false",
    }
    if cause is not None:
        values["cause"] = cause
        values["status"] = "undefined"
    args = construct(thrown.error, values)
    if args is None:
        args = construct(thrown.error, {"status": "undefined", "cause": "undefined", **values})
    return None if args is None else f"new {thrown.error.name}({args})"


def _provider_value(ctx: Context, path: str, decl: Decl, at: n.Node) -> str:
    """The provider's name: `this.provider` where there is one at the place."""
    provider = ctx.view.provider_of(path)
    literal = style_of(ctx.view, [path]).quoted(provider.folder if provider is not None else "base")
    owner, node = decl.owner, decl.node
    if owner is None or not isinstance(node, n.ClassMember) or node.kind != "method":
        return literal
    if "static" in node.modifiers or not all(
        function.arrow or function is node.function for function in functions_around(decl, at)
    ):
        return literal
    facts = ctx.view.facts(path)
    if facts is None:
        return literal
    names = {
        name
        for link in chain_of(ctx.view, Declared(path, facts, owner)).links
        for name in member_names(link.decl)
    }
    return "this.provider" if "provider" in names else literal


def whole_promise(decl: Decl, node: n.Expr) -> tuple[n.Expr, n.Node | None]:
    """A promise with all that is chained to it, and what holds it; None for a chain that is not called."""
    while True:
        parent = decl.parent(node)
        if not isinstance(parent, n.Member) or parent.name not in _ON:
            return node, parent
        call = decl.parent(parent)
        if not isinstance(call, n.Call) or call.callee is not parent:
            return node, None
        node = call


def waited_promise(decl: Decl, node: n.Expr) -> n.Expr | None:
    """The same where it is awaited or returned at once; None elsewhere."""
    whole, parent = whole_promise(decl, node)
    return whole if isinstance(parent, n.Await | n.Return | n.Function) else None


# try and catch


def enclosed(
    editor: FileEditor, decl: Decl, function: n.Function, returns: Iterable[n.Expr], wrapper: str
) -> bool:
    """Put a function's body in a `try` whose handler maps; promises it returns are awaited in there."""
    body = function.body
    if not isinstance(body, n.Block) or not body.stmts:
        return False
    data = editor.facts.text.data
    span = decl.span(body)
    for value in returns:
        start = decl.span(value).start
        editor.replace(start, start, "await ")
    inner = data[span.start + 1 : span.end - 1]
    if b"\n" not in inner:
        editor.replace(span.start + 1, span.start + 1, " try {")
        editor.replace(span.end - 1, span.end - 1, f"}} catch (error) {{ throw {wrapper}(error); }} ")
        return True
    newline = "\r\n" if b"\r\n" in inner else "\n"
    line = data.rfind(b"\n", 0, span.end - 1) + 1
    outer = data[line : span.end - 1].decode()
    if outer.strip():
        return False
    first = decl.span(body.stmts[0]).start
    lead = data[data.rfind(b"\n", 0, first) + 1 : first].decode()
    if lead.strip() or not lead.startswith(outer) or len(lead) == len(outer):
        return False
    unit = lead[len(outer) :]
    frozen = [
        decl.span(node)
        for node in walk(body)
        if isinstance(node, n.Template) or (isinstance(node, n.Str) and node.template)
    ]
    at = data.find(b"\n", span.start) + 1
    editor.replace(span.start + 1, span.start + 1, f"{newline}{lead}try {{")
    while at < line:
        end = data.find(b"\n", at)
        if data[at:end].strip() and not any(one.start < at < one.end for one in frozen):
            editor.replace(at, at, unit)
        at = end + 1
    tail = f"{lead}}} catch (error) {{{newline}{lead}{unit}throw {wrapper}(error);{newline}{lead}}}{newline}"
    editor.replace(line, line, tail)
    return True
