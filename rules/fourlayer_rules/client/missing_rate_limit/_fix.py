"""Runs calls under the rate limit, and refuses those without a tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.classes import chain_of, member_names
from fourlayer.project.exports import Declared
from fourlayer.project.summaries.limits import limit_call
from fourlayer.rule.model import Change
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted
from fourlayer.syntax.facts import walk
from fourlayer.syntax.flow import function_around
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.client._wrap import editor_of, waited_promise
from fourlayer_rules.derive.shared import construct, error_class, import_path

if TYPE_CHECKING:
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer_rules.client.missing_rate_limit._find import Entry, SharedKey

_HELPER = "requireTenantId"
_CONNECTING = frozenset({"connect", "doConnect", "constructor"})


def limited(ctx: Context, path: str, facts: FileFacts, entry: Entry) -> Change | None:
    """The call in `this.withRateLimit(tenantId, () => ...)`; None where no tenant is at hand."""
    decl, node = entry.decl, entry.out.node
    owner = decl.owner
    if owner is None or "withRateLimit" not in _names(ctx, path, facts, owner):
        return None
    promise = waited_promise(decl, node)
    key = _tenant(owner, decl, promise) if promise is not None else None
    if promise is None or key is None:
        return None
    function = function_around(decl, promise)
    while function is not None and function.arrow:
        function = function_around(decl, function)
    if function is not None and function is not getattr(decl.node, "function", None):
        return None
    editor = editor_of(ctx, path, facts)
    span = decl.span(promise)
    word = "async " if any(isinstance(one, n.Await) for one in walk(promise)) else ""
    editor.replace(span.start, span.start, f"this.withRateLimit({key}, {word}() => ")
    editor.replace(span.end, span.end, ")")
    return Change({path: editor.edits()})


def _tenant(owner: Decl, decl: Decl, at: n.Expr) -> str | None:
    """The tenant as the class's other limits name it, else as it stands in scope."""
    for binding in scopes_of(decl).visible(at):
        if binding.name == "tenantId" and binding.kind != "type" and not _may_be_absent(binding.type):
            if isinstance(binding.owner, n.Param) and binding.owner.optional:
                continue
            return "tenantId"
    if _connects(owner, decl):
        return None
    for member in owner.members:
        for node in walk(member.node) if b"withRateLimit" in member.data else ():
            call = limit_call(node)
            key = bare(call.args[0]) if call is not None and len(call.args) > 1 else None
            if key is not None and _is_of_this(key):
                return member.text_of(key)
    if any(member.name == _HELPER for member in owner.members):
        return f"this.{_HELPER}()"
    known = (b"ensureConnected().tenantId", b"} = this.ensureConnected()")
    told = any(text in member.data for member in owner.members for text in known)
    return "this.ensureConnected().tenantId" if told else None


def _may_be_absent(type_: n.Type | None) -> bool:
    return isinstance(type_, n.TypeUnion)


def _is_of_this(key: n.Expr) -> bool:
    """Whether a key is made of `this` alone, and has no text of its own."""
    names = [one for one in walk(key) if isinstance(one, n.Name)]
    return bool(names) and all(one.name == "this" for one in names) and not _has_text(key)


def _has_text(key: n.Expr) -> bool:
    return any(isinstance(one, n.Str | n.Binary | n.Cond) for one in walk(key))


def _connects(owner: Decl, decl: Decl) -> bool:
    """Whether a method runs while the adapter connects, when it may have no tenant as yet."""
    if decl.name in _CONNECTING:
        return True
    needle = f"this.{decl.name}(".encode()
    return any(member.name in _CONNECTING and needle in member.data for member in owner.members)


def required(ctx: Context, path: str, facts: FileFacts, key: SharedKey) -> Change | None:
    """`X ?? "default"` becomes a call of a method that throws where X is absent."""
    owner, provider = key.decl.owner, ctx.view.provider_of(path)
    if owner is None or provider is None or key.rest is None or dotted(key.rest) is None:
        return None
    name = dotted(key.rest) or ""
    if not name.startswith("this.") or (key.decl.name == _HELPER):
        return None
    text = key.decl.text_of(key.rest)
    editor = editor_of(ctx, path, facts)
    existing = next((member for member in owner.members if member.name == _HELPER), None)
    if existing is None:
        error = error_class(ctx.view, provider, "AuthError") or error_class(
            ctx.view, provider, next(iter(ctx.settings.symbols.base_errors), "")
        )
        literal = editor.style.quoted("No tenant is known for this connection.")
        args = (
            construct(
                error,
                {
                    "message": literal,
                    "provider": editor.style.quoted(provider.folder),
                    "code": editor.style.quoted("NO_TENANT"),
                },
            )
            if error is not None
            else None
        )
        if error is None or error.declared is None or args is None:
            return None
        last = owner.members[-1]
        taken = _names(ctx, path, facts, owner)
        if _HELPER in taken:
            return None
        editor.insert(
            last.end,
            f"\n\n  private {_HELPER}(): string {{\n    const tenantId = {text};\n"
            f"    if (!tenantId) throw new {error.name}({args});\n    return tenantId;\n  }}",
        )
        target = import_path(ctx.view, error.declared, error.name)
        editor.want(ctx.view.specifier_for(target, path), error.name)
    elif text.encode() not in existing.data:
        return None
    span = key.decl.span(key.node)
    editor.replace(span.start, span.end, f"this.{_HELPER}()")
    return Change({path: editor.edits()})


def _names(ctx: Context, path: str, facts: FileFacts, owner: Decl) -> set[str]:
    chain = chain_of(ctx.view, Declared(path, facts, owner))
    return {name for link in chain.links for name in member_names(link.decl)}
