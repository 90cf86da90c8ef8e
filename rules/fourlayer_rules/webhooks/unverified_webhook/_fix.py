"""Makes a handler leave where the verification that it asks for says no."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.follow import Follow
from fourlayer.project.frames import Frame
from fourlayer.project.summaries.effects import ALL
from fourlayer.project.summaries.steps import effects_of
from fourlayer.rule.model import Change
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.flow import function_around
from fourlayer_rules.derive.editing import FileEditor
from fourlayer_rules.derive.style import style_of
from fourlayer_rules.webhooks._judge import judged

if TYPE_CHECKING:
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Finding
    from fourlayer.syntax.facts import Decl
    from fourlayer_rules.webhooks._handlers import Handler


class _Ignored(NamedTuple):
    """A verification as a statement of its own, and the name of the response."""

    decl: Decl
    stmt: n.ExprStmt
    response: str


def heeded(ctx: Context, finding: Finding) -> Change | None:
    """`verify(...);` becomes `if (!verify(...)) { res.status(401).end(); return; }`."""
    verdict = next((one for one in judged(ctx, finding.path) if one.handler.span == finding.span), None)
    facts = ctx.view.facts(finding.path)
    if verdict is None or facts is None or verdict.handler.frame.path != finding.path:
        return None
    found = _ignored(ctx, verdict.handler)
    if found is None:
        return None
    decl, stmt, response = found
    editor = FileEditor(facts, style_of(ctx.view, [finding.path]))
    span = decl.span(stmt)
    line = facts.text.data.rfind(b"\n", 0, span.start) + 1
    lead = facts.text.data[line : span.start].decode("utf-8", "replace")
    if lead.strip():
        return None
    step = editor.style.indent
    newline = editor.local("\n")
    end = ";" if editor.style.semicolons else ""
    asked = decl.text_of(stmt.expr)
    asked = f"({asked})" if isinstance(stmt.expr, n.Await) else asked
    lines = [
        f"if (!{asked}) {{",
        f"{lead}{step}{response}.status(401).end(){end}",
        f"{lead}{step}return{end}",
        f"{lead}}}",
    ]
    editor.replace(span.start, span.end, newline.join(lines))
    return Change({finding.path: editor.edits()})


def _ignored(ctx: Context, handler: Handler) -> _Ignored | None:
    """The one verification of an Express handler that says yes or no and is asked in vain."""
    frame = handler.frame
    function = frame.function
    response = _response(handler)
    if function is None or response is None or not _returns_nothing(function):
        return None
    found: list[n.ExprStmt] = []
    for node in walk(function):
        if isinstance(node, n.ExprStmt) and function_around(frame.decl, node) is function:
            call = node.expr.value if isinstance(node.expr, n.Await) else node.expr
            if isinstance(call, n.Call) and _says_yes(
                ctx, frame, call, awaited=isinstance(node.expr, n.Await)
            ):
                found.append(node)
    return _Ignored(frame.decl, found[0], response) if len(found) == 1 else None


def _response(handler: Handler) -> str | None:
    """The name of the handler's response, where it is Express's or of its kind."""
    function = handler.frame.function
    at = next((at for at, label in handler.labels.items() if label == "response"), None)
    if function is None or at is None or at >= len(function.params):
        return None
    param = function.params[at]
    name = param.target.name if isinstance(param.target, n.Name) else ""
    return name if name in {"res", "response"} else None


def _returns_nothing(function: n.Function) -> bool:
    """Whether a bare `return` fits: nothing is returned, or the type says so."""
    type_ = function.return_type
    if type_ is not None:
        inner = (
            type_.args[0]
            if isinstance(type_, n.TypeRef) and type_.name == "Promise" and type_.args
            else type_
        )
        return isinstance(inner, n.TypeRef) and inner.name == "void"
    own = (node for node in walk(function) if isinstance(node, n.Return))
    return isinstance(function.body, n.Block) and all(node.value is None for node in own)


def _says_yes(ctx: Context, frame: Frame, call: n.Call, *, awaited: bool) -> bool:
    target = Follow(ctx.view).call(frame, call)
    if not isinstance(target, Frame) or target.function is None or target.function.is_async != awaited:
        return False
    type_ = target.function.return_type
    inner = (
        type_.args[0] if isinstance(type_, n.TypeRef) and type_.name == "Promise" and type_.args else type_
    )
    if not (isinstance(inner, n.TypeRef) and inner.name == "boolean"):
        return False
    effects = effects_of(ctx.view, target, {})
    return (
        "verified" in effects.true and effects.true != ALL and "verified" not in effects.after | effects.false
    )
