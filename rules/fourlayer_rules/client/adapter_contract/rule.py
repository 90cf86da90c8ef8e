"""adapter-contract: the adapter does not fulfil the base class's contract."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.project.classes import (
    Chain,
    chain_of,
    head,
    is_abstract,
    unimplemented,
)
from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer.syntax.glob import names_match
from fourlayer.syntax.span import Span
from fourlayer_rules.derive.names import find_adapter
from fourlayer_rules.derive.shared import base_class
from fourlayer_rules.derive.symbols import Declared, exported, exported_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Certainty
    from fourlayer.syntax.facts import FileFacts

_ID = "adapter-contract"
_KIND = "implement-members"
_BUILT_IN = frozenset({"EventEmitter", "Object", "Map", "Set", "Error", "EventTarget"})
"""Classes from outside the workspace that are surely not the base class."""


class AdapterContract:
    """Judges one provider's adapter, or the client that stands in its place."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report an adapter off the base class, and one that leaves abstract members open."""
        provider = ctx.view.provider(target)
        if provider is None:
            return
        if provider.adapter is None:
            yield from _check_client(ctx, provider)
            return
        facts = ctx.view.facts(provider.adapter)
        if facts is None or not facts.trusted:
            return
        adapter = find_adapter(ctx.view, provider)
        if adapter is None:
            yield from _without_class(ctx, provider, provider.adapter, facts)
            return
        if not adapter.decl.trusted:
            return
        yield from _check_class(ctx, provider, Declared(adapter.path, adapter.facts, adapter.decl))

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Implement the members, where each one's declaration can be copied."""
        if finding.data.get("members") and _implementation(ctx, finding) is not None:
            yield FixPlan(_KIND, "Implement the missing members", "unsafe", "document", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Add the members at the end of the class, and what their signatures import."""
        return _implementation(ctx, finding) if plan.kind == _KIND else None


def _check_class(ctx: Context, provider: Provider, declared: Declared) -> Iterator[Finding]:
    base = ctx.settings.conventions.base_class
    chain = chain_of(ctx.view, declared)
    root = chain.find(base)
    if root is None:
        yield from _off_the_base(ctx, provider, declared, chain)
        return
    if is_abstract(declared.decl):
        return
    if any(not link.facts.trusted or not link.decl.trusted for link in chain.links):
        return
    if not chain.known:
        yield _finding(
            provider,
            declared,
            f"Whether `{declared.decl.name}` implements everything that `{base}` asks for cannot be told: "
            f"`{chain.end}` is out of reach.",
            "Nothing to do if the type checker agrees.",
            certainty="unverifiable",
            key=declared.decl.name or "",
        )
        return
    open_members = unimplemented(chain)
    if open_members and not _merged(declared):
        names = ", ".join(f"`{abstract.name}`" for abstract in open_members)
        yield _finding(
            provider,
            declared,
            f"`{declared.decl.name}` does not implement {names} of `{base}`: "
            f"callers of every adapter rely on {'it' if len(open_members) == 1 else 'them'}.",
            "Implement them; the fix writes members that work as far as they can be derived.",
            key=",".join(sorted(abstract.name for abstract in open_members)),
            members=[abstract.name for abstract in open_members],
        )


def _merged(declared: Declared) -> bool:
    """Whether an interface of the same name adds members to the class."""
    return any(
        decl.kind in {"interface", "namespace"} and declared.decl.name in decl.names
        for decl in declared.facts.decls
    )


def _off_the_base(ctx: Context, provider: Provider, declared: Declared, chain: Chain) -> Iterator[Finding]:
    base = ctx.settings.conventions.base_class
    name = declared.decl.name
    if chain.end is not None and chain.end.rpartition(".")[2] == base:
        return  # by name: its source is a package that the workspace does not hold
    if base_class(ctx.view, provider, base) is None:
        ctx.view.inert(_ID, f"no class `{base}` in the shared code beside the providers")
        return
    if _has_breaker(ctx, declared.facts):
        return
    if chain.end is not None and chain.end.rpartition(".")[2] not in _BUILT_IN:
        yield _finding(
            provider,
            declared,
            f"Whether `{name}` extends `{base}` cannot be told: `{chain.end}` is out of reach.",
            f"Extend `{base}` where it can be seen.",
            certainty="unverifiable",
            key=name or "",
        )
        return
    yield _finding(
        provider,
        declared,
        f"`{name}` does not extend `{base}`: it goes without the shared connection handling, rate limits, "
        "retries and sync loop.",
        f"Let it extend `{base}`, or guard an internal service with a circuit breaker in `client.ts`.",
        key=name or "",
    )


def _without_class(ctx: Context, provider: Provider, path: str, facts: FileFacts) -> Iterator[Finding]:
    """An adapter's file that declares no class: it may pass one on."""
    base = ctx.settings.conventions.base_class
    if base_class(ctx.view, provider, base) is None:
        ctx.view.inert(_ID, f"no class `{base}` in the shared code beside the providers")
        return
    names, complete = exported_names(ctx.view, path)
    for name in sorted(names):
        found = exported(ctx.view, path, name)
        if not isinstance(found, tuple):
            complete = complete and found is None
        elif found.decl.kind == "class":
            complete = False  # another file's class is judged where it stands
        elif found.decl.kind == "variable":
            complete = complete and b"class" not in found.decl.data and b"(" not in found.decl.data
    if not complete or _has_breaker(ctx, facts):
        return
    decl = facts.decls[0] if facts.decls else None
    yield Finding(
        rule=_ID,
        path=path,
        span=Span(decl.start, decl.end) if decl is not None else Span(0, 0),
        message=f"This file declares no class `{provider.pascal}Adapter extends {base}`: nothing can connect "
        f"to {provider.pascal} the way callers expect.",
        help=f"Declare `export class {provider.pascal}Adapter extends {base}`.",
        key=f"{provider.pascal}Adapter",
        provider=provider.name,
    )


def _check_client(ctx: Context, provider: Provider) -> Iterator[Finding]:
    """A standalone `client.ts` is guarded by a circuit breaker, or extends the base class after all."""
    path = f"{provider.path}/client.ts"
    facts = ctx.view.facts(path) if ctx.view.exists(path) else None
    if facts is None or not facts.trusted or not facts.decls or _has_breaker(ctx, facts):
        return
    base = ctx.settings.conventions.base_class
    classes = [decl for decl in facts.decls if decl.kind == "class"]
    for decl in classes:
        chain = chain_of(ctx.view, Declared(path, facts, decl))
        foreign = chain.end is not None and chain.end.rpartition(".")[2] not in _BUILT_IN
        if chain.find(base) is not None or not chain.known or foreign:
            return
    if any(item.kind == "export" for item in facts.imports):
        return
    declared = Declared(path, facts, classes[0] if classes else facts.decls[0])
    what = f"`{declared.decl.name}`" if classes else "This client"
    yield _finding(
        provider,
        declared,
        f"{what} neither extends `{base}` nor sends its calls through a circuit breaker: an outage of "
        f"{provider.pascal} takes its callers along.",
        f"Extend `{base}`, or wrap each call in a breaker's `execute`.",
        key=declared.decl.name or "client",
    )


def _has_breaker(ctx: Context, facts: FileFacts) -> bool:
    """Whether the file works with a circuit breaker, by name."""
    patterns = ctx.settings.symbols.breakers
    names = {bound.imported for item in facts.imports for bound in item.names}
    names |= {name for decl in facts.decls for name in decl.names}
    if any(names_match(patterns, name) for name in names):
        return True
    words = set(re.findall(r"[A-Za-z_$][\w$]*", str(facts.text)))
    return any(names_match(patterns, word) for word in words) or ".execute(" in str(facts.text)


def _finding(
    provider: Provider,
    declared: Declared,
    message: str,
    help_: str,
    *,
    key: str,
    certainty: Certainty = "violation",
    members: list[str] | None = None,
) -> Finding:
    span = declared.decl.name_span
    return Finding(
        rule=_ID,
        path=declared.path,
        span=span,
        message=message,
        help=help_,
        certainty=certainty,
        scope=declared.decl.name or "",
        key=key,
        provider=provider.name,
        data={"members": members or []},
    )


def _implementation(ctx: Context, finding: Finding) -> Change | None:
    from fourlayer_rules.derive.editing import FileEditor
    from fourlayer_rules.derive.model import build_model
    from fourlayer_rules.templates.members import implement

    provider = ctx.view.provider(finding.provider or "")
    if provider is None:
        return None
    model = build_model(ctx.view, ctx.settings, provider)
    adapter = model.adapter
    if adapter is None or adapter.path != finding.path or head(adapter.decl) is None:
        return None
    chain = chain_of(ctx.view, Declared(adapter.path, adapter.facts, adapter.decl))
    written = implement(model, adapter.path, chain, unimplemented(chain), adapter.decl)
    if written is None or not written.texts:
        return None
    editor = FileEditor(adapter.facts, model.style)
    for need in written.needs:
        editor.want(need.specifier, need.name, type_only=need.type_only)
    fields = [text for text in written.texts if text.endswith(";\n")]
    others = [text for text in written.texts if not text.endswith(";\n")]
    close = adapter.decl.end - 1
    data = adapter.facts.text.data
    line = data.rfind(b"\n", 0, close) + 1
    alone = not data[line:close].strip()
    text = "\n".join([*(["".join(fields)] if fields else []), *others])
    lead = "\n" if adapter.decl.members else ""
    if alone:
        editor.insert(line, lead + text)
    else:
        editor.insert(close, "\n" + text)
    return Change({adapter.path: editor.edits()})


rule = AdapterContract()
