"""Compares in constant time, lengths first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.follow import Follow
from fourlayer.project.frames import Frame
from fourlayer.project.summaries.digests import origin_of
from fourlayer.rule.model import Change
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, chain_of, dotted, uncast
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.derive.editing import FileEditor
from fourlayer_rules.derive.style import style_of
from fourlayer_rules.webhooks.timing_unsafe_compare._find import Comparison, comparisons

if TYPE_CHECKING:
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Finding
    from fourlayer.syntax.facts import FileFacts

_HELPER = "isSameSignature"
_TEXT = """function isSameSignature(left: unknown, right: unknown): boolean {
  if (typeof left !== "string" || typeof right !== "string") return false;
  const one = Buffer.from(left);
  const two = Buffer.from(right);
  return one.length === two.length && timingSafeEqual(one, two);
}

"""
_CRYPTO = ("node:crypto", "crypto")
_ENCODINGS = frozenset({"hex", "base64", "base64url", "latin1", "utf8", "utf-8"})


def rewritten(ctx: Context, finding: Finding) -> Change | None:
    """The file with one comparison made safe; None where what is compared is not understood."""
    facts = ctx.view.facts(finding.path)
    one = next((one for one in comparisons(ctx.view, finding.path) if one.span == finding.span), None)
    if facts is None or one is None:
        return None
    editor = FileEditor(facts, style_of(ctx.view, [finding.path]))
    if one.way == "length":
        return _guarded(finding.path, editor, one)
    frame = Frame(finding.path, facts, one.decl, None, None, {}, ())
    follow = Follow(ctx.view)
    if not all(_is_text(follow, frame, side) for side in (one.left, one.right)):
        return None
    return _replaced(finding.path, facts, editor, one)


def _replaced(path: str, facts: FileFacts, editor: FileEditor, one: Comparison) -> Change | None:
    """`a !== b` becomes `!isSameSignature(a, b)`, the function written before the declaration."""
    if one.way not in {"===", "!==", "==", "!=", "equals"} or _is_taken(facts, _HELPER):
        return None
    compare = _imported(facts, editor)
    if compare is None:
        return None
    left, right = one.decl.text_of(one.left), one.decl.text_of(one.right)
    negated = "!" if one.way.startswith("!") else ""
    editor.replace(*one.span, f"{negated}{_HELPER}({left}, {right})")
    if facts.decl(_HELPER) is None:
        at = (one.decl.owner or one.decl).start
        editor.insert_before_statement(at, _TEXT.replace("timingSafeEqual", compare))
    return Change({path: editor.edits()})


def _is_taken(facts: FileFacts, name: str) -> bool:
    """Whether a name means something else in the file."""
    decl = facts.decl(name)
    if decl is not None:
        return " ".join(decl.data.decode("utf-8", "replace").split()) != " ".join(_TEXT.split())
    if any(bound.local == name for item in facts.imports for bound in item.names):
        return True
    return any(name == binding.name for decl in facts.all_decls() for binding in scopes_of(decl).bindings)


def _imported(facts: FileFacts, editor: FileEditor) -> str | None:
    """How the file calls `timingSafeEqual`, imported if need be."""
    if any(decl.name == "timingSafeEqual" for decl in facts.decls):
        return None
    specifier = "node:crypto"
    for item in facts.imports:
        if item.kind != "import" or item.specifier not in _CRYPTO or item.type_only:
            continue
        for bound in item.names:
            if bound.imported == "timingSafeEqual" and bound.local is not None:
                return bound.local
            if bound.imported in {"default", "*"} and bound.local is not None:
                return f"{bound.local}.timingSafeEqual"
        specifier = item.specifier
    editor.want(specifier, "timingSafeEqual")
    return "timingSafeEqual"


def _is_text(follow: Follow, frame: Frame, expr: n.Expr) -> bool:
    """Whether a value is surely no Buffer: an encoded digest, a template, a header, or typed a string."""
    expr = bare(expr)
    if isinstance(expr, n.Template | n.Index):
        return True
    if isinstance(expr, n.Binary) and expr.op in {"+", "??", "||"}:
        return _is_text(follow, frame, expr.left) or _is_text(follow, frame, expr.right)
    if isinstance(expr, n.Name):
        binding = scopes_of(frame.decl).binding(expr)
        if binding is None:
            return False
        names = _types(binding.type)
        if names and binding.path == ():
            return "string" in names and not names & {"Buffer", "Uint8Array", "any", "unknown"}
        if binding.value is not None:
            return _is_text(follow, frame, binding.value)
        return bool(binding.path) and origin_of(follow, frame, expr).sent
    if isinstance(expr, n.Call):
        return _is_text_call(expr)
    return isinstance(expr, n.Member) and origin_of(follow, frame, expr).sent


def _types(type_: n.Type | None) -> set[str]:
    if isinstance(type_, n.TypeUnion):
        return {name for item in type_.items for name in _types(item)}
    return {type_.name} if isinstance(type_, n.TypeRef) else set()


def _is_text_call(call: n.Call) -> bool:
    callee = uncast(call.callee)
    last = callee.name if isinstance(callee, n.Member | n.Name) else ""
    first = bare(call.args[0]) if call.args else None
    if last == "digest":
        return isinstance(first, n.Str) and first.value in _ENCODINGS and "createHmac" in chain_of(call).names
    return last in {"String", "toString", "header", "get", "getHeader"}


# A guard on the lengths


def _guarded(path: str, editor: FileEditor, one: Comparison) -> Change | None:
    """`timingSafeEqual(a, b)` becomes `a.length === b.length && timingSafeEqual(a, b)`."""
    if not all(_is_plain(side) for side in (one.left, one.right)):
        return None
    left, right = (one.decl.text_of(side) for side in (one.left, one.right))
    text = f"{left}.byteLength === {right}.byteLength && {one.decl.text_of(one.node)}"
    parent = one.decl.parent(one.node)
    free = isinstance(parent, n.Return | n.If | n.Declarator | n.Function) or (
        isinstance(parent, n.Assign) and parent.op == "="
    )
    editor.replace(*one.span, text if free else f"({text})")
    return Change({path: editor.edits()})


def _is_plain(expr: n.Expr) -> bool:
    """Whether an expression may be evaluated twice: a name, a path, or a buffer made of one."""
    if isinstance(expr, n.Name):
        return True
    if isinstance(expr, n.Member):
        return dotted(expr) is not None
    if not isinstance(expr, n.Call) or dotted(expr.callee) != "Buffer.from":
        return False
    return all(_is_simple(arg) for arg in expr.args)


def _is_simple(arg: n.Expr) -> bool:
    if isinstance(arg, n.Binary):
        return arg.op == "??" and _is_simple(arg.left) and _is_simple(arg.right)
    if isinstance(arg, n.Index):
        return dotted(arg.object) is not None and isinstance(arg.index, n.Str)
    return isinstance(arg, n.Str | n.Name) or (isinstance(arg, n.Member) and dotted(arg) is not None)
