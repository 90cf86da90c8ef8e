"""network-on-import: a module talks to the network, or makes a client for it, while it loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan, Related
from fourlayer_rules.client._place import is_judged, provider_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer_rules.client.network_on_import._find import Load

_ID = "network-on-import"
_KIND = "make-lazily"


class NetworkOnImport:
    """Judges what one file does while it is loaded."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report every call to the outside, and every client, that loading the module makes."""
        facts = ctx.view.facts(target)
        if facts is None or not is_judged(ctx, target):
            return
        from fourlayer_rules.client.network_on_import._find import loads

        for load in loads(ctx, target, facts):
            yield Finding(
                rule=_ID,
                path=target,
                span=load.decl.span(load.anchor),
                message=_message(load),
                help="Do it when it is first needed: in a function, or when the adapter connects.",
                related=tuple(Related("leaves the process here", *place) for place in load.places),
                scope=load.decl.qualified_name,
                key=load.decl.text_of(load.node)[:80],
                provider=provider_name(ctx, target),
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Make a constant of the module when it is first asked for."""
        if self._change(ctx, finding) is not None:
            yield FixPlan(_KIND, "Make it when it is first needed", "unsafe")

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Put a function in the place of the constant."""
        return self._change(ctx, finding) if plan.kind == _KIND else None

    def _change(self, ctx: Context, finding: Finding) -> Change | None:
        facts = ctx.view.facts(finding.path)
        if facts is None:
            return None
        from fourlayer_rules.client.network_on_import._find import loads
        from fourlayer_rules.client.network_on_import._fix import lazily

        for load in loads(ctx, finding.path, facts):
            if load.decl.span(load.anchor) == finding.span:
                return lazily(ctx, finding.path, facts, load)
        return None


def _message(load: Load) -> str:
    what = "`fetch`" if load.what == "fetch" else f"`{load.what}`"
    if load.makes:
        did = f"A client of {what} is made while the module loads"
    elif load.places:
        did = f"This call reaches the network with {what} while the module loads"
    else:
        did = f"{what} is called while the module loads"
    return (
        f"{did}: whoever imports the file waits for it, and a missing setting or a service that is down "
        "keeps the whole process from starting."
    )


rule = NetworkOnImport()
