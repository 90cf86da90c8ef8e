"""untyped-boundary: what the client layer hands out has no precise type of the provider's own."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan, TextEdit
from fourlayer.syntax.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer_rules.types.untyped_boundary._names import RawTypes

RULE = "untyped-boundary"
ADD = "add-return-type"
_KEPT = (b"private", b"protected", b"#", b"constructor", b"set", b"abstract", b"declare")


class UntypedBoundary:
    """Judges the public methods and functions of one file of the client layer."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report what is handed out untyped, and raw payloads that become part of an entity."""
        if ctx.view.layer_of(target) != "client":
            return
        facts = ctx.view.facts(target)
        if facts is None:
            return
        from fourlayer_rules.types.untyped_boundary._names import RawTypes

        raw = RawTypes(ctx.view, target, facts)
        public = {export.local or export.name for export in facts.exports if export.specifier is None}
        for decl in facts.decls:
            if decl.kind == "class":
                if decl.name in public and not _is_error(facts, decl):
                    yield from self._class(ctx, target, facts, decl, raw)
                for member in decl.members:
                    yield from self._spreads(ctx, target, facts, member, raw)
            elif decl.kind in {"function", "variable"}:
                if decl.name in public:
                    yield from self._function(ctx, target, facts, decl, raw)
                yield from self._spreads(ctx, target, facts, decl, raw)

    def _class(
        self, ctx: Context, path: str, facts: FileFacts, owner: Decl, raw: RawTypes
    ) -> Iterator[Finding]:
        for member in owner.members:
            if member.name is None or member.name == "constructor" or not _is_public(facts, member):
                continue
            if _may_matter(facts, member, raw):
                yield from self._judged(ctx, path, facts, member, raw)

    def _function(
        self, ctx: Context, path: str, facts: FileFacts, decl: Decl, raw: RawTypes
    ) -> Iterator[Finding]:
        """An exported function counts where it calls out: where it is asynchronous."""
        data = decl.data
        if (b"async" in data or b"Promise<" in data) and _may_matter(facts, decl, raw):
            yield from self._judged(ctx, path, facts, decl, raw)

    def _judged(
        self, ctx: Context, path: str, facts: FileFacts, decl: Decl, raw: RawTypes
    ) -> Iterator[Finding]:
        from fourlayer_rules.types.untyped_boundary._returns import fault_of

        fault = fault_of(ctx.view, path, facts, decl, raw)
        if fault is None:
            return
        provider = ctx.view.provider_of(path)
        yield Finding(
            rule=RULE,
            path=path,
            span=decl.name_span,
            message=fault.message,
            help=fault.help,
            scope=decl.qualified_name,
            key=fault.key,
            provider=provider.name if provider is not None else None,
        )

    def _spreads(
        self, ctx: Context, path: str, facts: FileFacts, decl: Decl, raw: RawTypes
    ) -> Iterator[Finding]:
        data = decl.data
        if b"..." not in data or not _entity().search(data):
            return
        from fourlayer_rules.types.untyped_boundary._spreads import raw_spreads

        provider = ctx.view.provider_of(path)
        for spread in raw_spreads(facts, decl, raw):
            yield Finding(
                rule=RULE,
                path=path,
                span=decl.span(spread.node),
                message=(
                    f"`{spread.text}` copies {spread.what} into the normalised entity: whatever the vendor "
                    "adds, renames or nests differently reaches the product under this type."
                ),
                help="Name the fields that the product needs, each with its type, and leave the rest behind.",
                certainty="suspicious" if spread.doubtful else "violation",
                scope=decl.qualified_name,
                key=spread.text,
                provider=provider.name if provider is not None else None,
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Offer the return type where the code leaves no doubt about it."""
        found = _return_type(ctx, finding)
        if found is not None:
            yield FixPlan(ADD, f"Declare that it returns `{found[1]}`", "unsafe", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Write the return type after the parameters."""
        found = _return_type(ctx, finding) if plan.kind == ADD else None
        if found is None:
            return None
        offset, text = found
        return Change({finding.path: (TextEdit(offset, offset, f": {text}"),)})


def _return_type(ctx: Context, finding: Finding) -> tuple[int, str] | None:
    """Where a return type is missing, and which one the code shows."""
    facts = ctx.view.facts(finding.path)
    if facts is None or finding.key != "no return type":
        return None
    decl = next((decl for decl in facts.all_decls() if Span(*decl.name_span) == finding.span), None)
    if decl is None:
        return None
    from fourlayer_rules.types.untyped_boundary._infer import return_type

    return return_type(facts, decl)


def _is_public(facts: FileFacts, member: Decl) -> bool:
    """Whether a member is neither private, protected nor abstract, by the words before its name."""
    words = facts.text.data[member.start : member.name_span.start].split()
    name = member.name or ""
    return not name.startswith(("#", "_")) and not any(word in words for word in _KEPT)


def _may_matter(facts: FileFacts, decl: Decl, raw: RawTypes) -> bool:
    """A look at the bytes of the signature: has it no return type, or one that could be at fault?"""
    if decl.body_start is None:
        return False
    head = facts.text.data[decl.start : decl.body_start].rstrip()
    head = head.removesuffix(b"=>").rstrip()
    if head.endswith((b")", b"async")) or re.search(rb"[\w$]$", head) is None:
        return True
    return any(word in head for word in raw.words)


@cache
def _entity() -> re.Pattern[bytes]:
    return re.compile(rb"\b\w*(Entity|Entities|Dto|DTO)\b")


def _is_error(facts: FileFacts, decl: Decl) -> bool:
    """Whether a class is an error: its members describe what went wrong."""
    first = decl.members[0].start if decl.members else decl.end
    return re.search(rb"\bextends\s+[\w.]*Error\b", facts.text.data[decl.start : first]) is not None


rule = UntypedBoundary()
