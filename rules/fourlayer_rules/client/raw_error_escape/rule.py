"""raw-error-escape: an error of the outside can leave the client layer unmapped."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from fourlayer.rule.model import Change, Finding, FixPlan, Related
from fourlayer_rules.client._place import is_client, is_health, provider_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer_rules.client.raw_error_escape._find import Group

_ID = "raw-error-escape"
_KIND = "wrap-error"


class RawErrorEscape:
    """Judges the calls to the outside in one file of the client layer."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report every function, and every handler, that lets errors of the outside go as they are."""
        for group in _groups(ctx, target):
            decl, first = group.decl, group.raws[0]
            certain = any(raw.escape.certain for raw in group.raws)
            yield Finding(
                rule=_ID,
                path=target,
                span=decl.span(group.anchor),
                message=_message(group, certain),
                help="Map it: `throw wrap<Provider>Error(error)` in a `catch` around the call.",
                certainty="violation" if certain else "unverifiable",
                related=tuple(
                    Related("arises here" if raw is first else "and here", target, decl.span(raw.site.node))
                    for raw in group.raws
                    if raw.site.node is not group.anchor
                ),
                scope=decl.qualified_name,
                key=decl.text_of(group.anchor)[:80],
                provider=provider_name(ctx, target),
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """The provider's wrapper around what is thrown, or around the function's body."""
        if finding.certainty == "violation" and self._change(ctx, finding, written=False):
            yield FixPlan(_KIND, "Map the error with the provider's wrapper", "unsafe", "workspace", True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Wrap; `errors.ts` is created where it is absent."""
        return self._change(ctx, finding, written=True) if plan.kind == _KIND else None

    def _change(self, ctx: Context, finding: Finding, *, written: bool) -> Change | None:
        from fourlayer_rules.client.raw_error_escape._fix import wrapped

        for group in _groups(ctx, finding.path):
            if group.decl.span(group.anchor) == finding.span:
                return wrapped(ctx, finding.path, group, written=written)
        return None


def _groups(ctx: Context, path: str) -> tuple[Group, ...]:
    facts = ctx.view.facts(path)
    if facts is None or not is_client(ctx, path) or is_health(ctx, path):
        return ()
    from fourlayer_rules.client.raw_error_escape._find import groups

    # The plans of every finding ask for them again.
    key = (_ID, path)
    known = ctx.view.memo.get(key)
    if known is None:
        known = ctx.view.memo[key] = tuple(groups(ctx, path, facts))
    return cast("tuple[Group, ...]", known)


def _message(group: Group, certain: bool) -> str:
    site = group.raws[0].site
    if site.kind == "answer":
        what = "The error of reading the answer" if site.what != "parse" else "What the schema throws"
    else:
        what = "The error of `fetch`" if site.what == "fetch" else f"The error of `{site.what}`"
    if group.rethrow:
        what = f"{what} is thrown on as it is and"
    if not certain:
        return (
            f"Whether {what[0].lower()}{what[1:]} is mapped cannot be told: an unknown wrapper runs the call."
        )
    return (
        f"{what} can leave the client layer unmapped: retries, the sync loop and callers that look for a "
        "code or `retryable` find neither."
    )


rule = RawErrorEscape()
