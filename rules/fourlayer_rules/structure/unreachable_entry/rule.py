"""unreachable-entry: a handler, a worker or a register.ts that nothing loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Finding
from fourlayer_rules.derive.anchor import first_statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fourlayer.project.layout import Provider
    from fourlayer.project.reach import Reach
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, FixPlan

_ID = "unreachable-entry"
_RUNS = frozenset({"class", "function", "variable", "enum", "namespace", "statement"})
_CONSEQUENCE = {
    "api": "its endpoints answer no call, and what the service sends is lost",
    "jobs": "what is put into its queue is never worked off",
    "queue": "nothing is put into it",
    "composition": "the integration is registered nowhere, so nobody sees when it is down",
}
"""By layer, what follows when nothing loads a file of it."""
_WORDS = {"jobs": ("worker", "job"), "queue": ("worker", "job")}


class UnreachableEntry:
    """Judges one provider's entry points together: a helper is as reachable as who loads it."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report each entry point that no process loads, those that only such ones load left out."""
        provider = ctx.view.provider(target)
        if provider is None:
            return
        entries = _entries(ctx, provider)
        if not entries:
            return
        from fourlayer_rules.derive.processes import inert_without_roots

        answers = {path: ctx.view.reach(path) for path in entries}
        if any(reach.verdict == "rootless" for reach in answers.values()):
            inert_without_roots(ctx, _ID)
            return
        left = {path: reach for path, reach in answers.items() if reach.verdict != "reached"}
        below = _below(ctx, tuple(left))
        for path, reach in left.items():
            if not any(_stands_for(other, path, below) for other in left):
                yield _finding(ctx, provider, path, entries[path], reach)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """None: where it belongs is for a person to say."""
        yield from ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """None."""
        return None


def _entries(ctx: Context, provider: Provider) -> Mapping[str, str]:
    """The files that a process must load, with their layers; files of types alone run nowhere."""
    found: dict[str, str] = {}
    for path in provider.files:
        layer = ctx.view.layer_of(path)
        if layer in _CONSEQUENCE and not path.endswith((".d.ts", ".d.mts", ".d.cts")) and _runs(ctx, path):
            found[path] = layer
    return found


def _runs(ctx: Context, path: str) -> bool:
    facts = ctx.view.facts(path)
    return facts is not None and (
        any(decl.kind in _RUNS for decl in facts.decls)
        or any(item.kind == "export" and not item.type_only for item in facts.imports)
    )


def _below(ctx: Context, paths: tuple[str, ...]) -> Mapping[str, set[str]]:
    """By file, those of the files that it loads, directly or through others of them."""
    above = {path: [other for other in ctx.view.loaded_by(path) if other in paths] for path in paths}
    found: dict[str, set[str]] = {path: set() for path in paths}
    for path in paths:
        waiting, seen = list(above[path]), set[str]()
        while waiting:
            other = waiting.pop()
            if other not in seen:
                seen.add(other)
                found[other].add(path)
                waiting += above[other]
    return found


def _stands_for(other: str, path: str, below: Mapping[str, set[str]]) -> bool:
    """Whether a finding about one file tells of another one too; of a circle the first file does."""
    return path != other and path in below[other] and (other not in below[path] or other < path)


def _finding(ctx: Context, provider: Provider, path: str, layer: str, reach: Reach) -> Finding:
    from fourlayer_rules.derive.processes import likely_root

    name = path[len(provider.path) + 1 :]
    unknown = reach.verdict == "unknown"
    root = likely_root(ctx, _WORDS.get(layer, ()))
    where = f"a composition root, such as `{root}`" if root is not None else "a composition root"
    return Finding(
        rule=_ID,
        path=path,
        span=first_statement(ctx, path),
        message=(
            f"Whether anything loads `{name}` cannot be told: `{reach.by}` may, by a name that only shows "
            "when it runs."
            if unknown
            else f"Nothing that runs loads `{name}`: {_CONSEQUENCE[layer]}."
        ),
        help=(
            "Import it by name where the process is put together."
            if unknown
            else f"Load it from {where}, or from what that loads; delete it if it is no longer wanted."
        ),
        certainty="unverifiable" if unknown else "violation",
        key=name,
        provider=provider.name,
    )


rule = UnreachableEntry()
