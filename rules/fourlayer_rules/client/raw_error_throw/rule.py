"""raw-error-throw: the client layer throws a plain error instead of a provider's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer_rules.client._place import is_client, provider_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer_rules.client.raw_error_throw._find import Plain

_ID = "raw-error-throw"
_KIND = "throw-provider-error"


class RawErrorThrow:
    """Judges the `throw` statements of one file of the client layer."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report every plain error that leaves the function in which it is thrown."""
        facts = ctx.view.facts(target)
        if facts is None or not is_client(ctx, target):
            return
        for decl, plain in _plain(ctx, target, facts):
            yield Finding(
                rule=_ID,
                path=target,
                span=decl.span(plain.value),
                message=(
                    f"`{plain.shown}` has no code and does not say whether to try again: retries, the sync "
                    "loop and callers tell errors apart by the provider's error class."
                ),
                help="Throw the provider's error class, with a code and `retryable`.",
                scope=decl.qualified_name,
                key=decl.text_of(plain.value)[:80],
                provider=provider_name(ctx, target),
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """The provider's error class, else the shared one, where it can be constructed."""
        if self._change(ctx, finding, written=False) is not None:
            yield FixPlan(_KIND, "Throw a provider error", "unsafe", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Construct the other class; message and cause stay."""
        return self._change(ctx, finding, written=True) if plan.kind == _KIND else None

    def _change(self, ctx: Context, finding: Finding, *, written: bool) -> Change | None:
        facts = ctx.view.facts(finding.path)
        if facts is None:
            return None
        from fourlayer_rules.client.raw_error_throw._fix import replaced

        for decl, plain in _plain(ctx, finding.path, facts):
            if decl.span(plain.value) == finding.span:
                return replaced(ctx, finding.path, facts, decl, plain, written=written)
        return None


def _plain(ctx: Context, path: str, facts: FileFacts) -> Iterator[tuple[Decl, Plain]]:
    from fourlayer_rules.client.raw_error_throw._find import plain_errors

    for decl in facts.all_decls():
        if decl.trusted and not decl.members and b"throw" in decl.data:
            for plain in plain_errors(ctx, path, facts, decl):
                yield decl, plain


rule = RawErrorThrow()
