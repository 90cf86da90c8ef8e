"""fire-and-forget: work is started that nobody waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import uncast
from fourlayer.syntax.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl
    from fourlayer_rules.jobs._floating import Floating

_ID = "fire-and-forget"
_KIND = "await"
_LOST = "An error goes unseen or ends the process, and a restart loses the work without a trace."
_MESSAGES = {
    "call": "Nobody waits for `{text}`. {lost}",
    "void": "`void` throws the promise of `{text}` away: nobody waits for it. {lost}",
    "empty": "The errors of `{text}` are swallowed and nobody waits for it: it fails without a trace.",
    "handled": "Nobody waits for `{text}`: its errors are looked at, but the work is lost with the process.",
    "builder": "`{text}` is never awaited: a query is sent only when somebody waits for it.",
    "list": "Nobody waits for the promises that `{text}` makes. {lost}",
    "timer": "`{what}` runs work that nobody waits for. {lost}",
    "each": "`forEach` does not wait for the promises of its callback. {lost}",
    "unused": "`{text}` holds a promise that nobody waits for. {lost}",
}
_HELP = "Wait for it with `await`, or hand it to a queue, where it is retried and survives a restart."


_NO_CODE = frozenset({"class", "enum", "import", "interface", "type"})


class FireAndForget:
    """Judges the promises of one file."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report every promise that is dropped where requests are served."""
        facts = ctx.view.facts(target)
        if facts is None:
            return
        provider = ctx.view.provider_of(target)
        for decl, floating in _all(ctx, target):
            text = _shown(decl, floating)
            handled = floating.handled
            yield Finding(
                rule=_ID,
                path=target,
                span=_anchor(decl, floating),
                message=_MESSAGES[floating.kind].format(text=text, what=floating.what, lost=_LOST),
                help=_HELP,
                certainty="suspicious" if handled else "violation",
                scope=decl.qualified_name,
                key=text,
                provider=provider.name if provider is not None else None,
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Wait for it, where the function is async already."""
        change = self.edits(ctx, finding, FixPlan(_KIND, "", "unsafe"))
        if change is not None:
            yield FixPlan(_KIND, f"Wait for {finding.key}", "unsafe", "document", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """See `plans`."""
        from fourlayer_rules.jobs.fire_and_forget._fix import awaited

        if plan.kind != _KIND:
            return None
        for decl, floating in _all(ctx, finding.path, finding.scope):
            if _anchor(decl, floating) == finding.span:
                return awaited(ctx, finding.path, decl, floating)
        return None


def _all(ctx: Context, path: str, scope: str | None = None) -> Iterator[tuple[Decl, Floating]]:
    from fourlayer_rules.jobs._floating import Finder

    facts = ctx.view.facts(path)
    if facts is None:
        return
    finder = Finder(ctx.view, path, facts, jobs=ctx.view.layer_of(path) == "jobs")
    for decl in facts.all_decls():
        wanted = scope is None or decl.qualified_name == scope
        if wanted and decl.trusted and decl.kind not in _NO_CODE and b"(" in decl.data:
            for floating in finder.of(decl):
                yield decl, floating


def _anchor(decl: Decl, floating: Floating) -> Span:
    """The name of a timer or variable; of other expressions what stands before the first arguments."""
    node = floating.node
    if isinstance(node, n.Call) and floating.kind in {"timer", "each"}:
        callee = uncast(node.callee)
        start = callee.name_start if isinstance(callee, n.Member) else callee.start
        return Span(decl.start + start, decl.start + callee.end)
    return Span(decl.start + node.start, decl.start + _first_callee(node).end)


def _first_callee(node: n.Node) -> n.Node:
    """The innermost callee on the left side of an expression; the node itself where it calls nothing."""
    current = node
    best = node
    while True:
        if isinstance(current, n.Call):
            current = best = uncast(current.callee)
        elif isinstance(current, n.Member | n.Index):
            current = uncast(current.object)
        elif isinstance(current, n.Unary | n.Await):
            current = best = current.value
        elif isinstance(current, n.Binary):
            current = best = current.right
        elif isinstance(current, n.New):
            return n.Name(current.start, current.callee.end, "")
        elif isinstance(current, n.Function):
            return n.Name(node.start, min(current.params_end, node.end), "")
        else:
            return best


def _shown(decl: Decl, floating: Floating) -> str:
    node = floating.node if floating.kind in {"timer", "each", "unused"} else floating.promise
    if floating.kind in {"timer", "each"}:
        return floating.what
    text = decl.text_of(n.Name(node.start, max(node.start, _first_callee(node).end), ""))
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "..."


rule = FireAndForget()
