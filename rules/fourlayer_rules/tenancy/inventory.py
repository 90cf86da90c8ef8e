"""The inventory of every query and memory access of a file, whatever is to be said about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.queries.follow import At
from fourlayer.project.queries.rpc import rpcs_of
from fourlayer.rule.inventory import Access
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare
from fourlayer_rules.tenancy._arguments import told_of
from fourlayer_rules.tenancy._callers import Callers
from fourlayer_rules.tenancy._droppable import Finder
from fourlayer_rules.tenancy._evidence import evidence_of
from fourlayer_rules.tenancy._judge import follower_of, is_intact, is_tenant_like, queries_judged
from fourlayer_rules.tenancy._memory import judged_memory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.queries.model import Truth
    from fourlayer.rule.context import Context
    from fourlayer.rule.inventory import Ruling
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer_rules.tenancy._columns import TableTenancy


class Inventory:
    """Makes the inventory of one workspace state, file by file."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._callers = Callers(ctx.view)

    def of(self, path: str) -> tuple[Access, ...]:
        """The accesses of a file in source order."""
        facts = self._ctx.view.facts(path)
        if facts is None:
            return ()
        found = [*self._queries(path, facts), *self._rpcs(path, facts), *self._memories(path, facts)]
        return tuple(sorted(found, key=lambda access: (access.offset, access.table)))

    def _queries(self, path: str, facts: FileFacts) -> Iterator[Access]:
        judged = queries_judged(self._ctx, path)
        if judged is None:
            return
        dropped = {one.query.node for one in Finder(self._ctx, path, judged).found()}
        for query in judged.queries:
            at = At(path, facts, query.decl, query.node)
            verdict = judged.judge.verdict(query)
            found = evidence_of(at, query, judged.judge, verdict)
            tenancies = judged.judge.tenancies(query)
            if found.ruling == "scoped" and query.node in dropped:
                found = found._replace(ruling="suspicious", words="tenant condition that may be dropped")
            yield self._access(
                path, facts, query.decl, query.node,
                library=query.library,
                table=" | ".join(tenancy.table for tenancy in tenancies),
                verb=query.verb,
                ruling=found.ruling,
                evidence=found.words,
                column=found.column,
                definition=_definition(tenancies[0], found.column) if tenancies else "",
                value=found.value,
            )  # fmt: skip

    def _rpcs(self, path: str, facts: FileFacts) -> Iterator[Access]:
        follower = follower_of(self._ctx)
        for call in rpcs_of(facts):
            if not is_intact(call.decl, call.node):
                continue
            at = At(path, facts, call.decl, call.node)
            names = follower.strings(at.to(call.function))
            truth = told_of(self._ctx, at, call, follower)
            args = bare(call.args) if call.args is not None else None
            props = args.props if isinstance(args, n.Object) else ()
            told = [p for p in props if isinstance(p, n.Prop) and is_tenant_like(p.key or "")]
            yield self._access(
                path, facts, call.decl, call.node,
                library="postgrest",
                table=names[0] if len(names) == 1 else "",
                verb="rpc",
                ruling=_RULING[truth],
                evidence=_TOLD[truth],
                column=(told[0].key or "") if told else "",
                definition="",
                value=told[0].value if told else None,
            )  # fmt: skip

    def _memories(self, path: str, facts: FileFacts) -> Iterator[Access]:
        for judged in judged_memory(self._ctx, path, facts):
            access = judged.access
            ruling, words = _MEMORY[judged.ruling]
            yield self._access(
                path, facts, access.decl, access.call,
                library={"store": "memory", "redis": "redis", "map": "cache"}[access.kind],
                table=judged.key or access.decl.text_of(access.receiver)[:80],
                verb=access.verb,
                ruling=ruling,
                evidence=words,
                column="",
                definition="",
                value=None,
            )  # fmt: skip

    def _access(
        self,
        path: str,
        facts: FileFacts,
        decl: Decl,
        node: n.Node,
        *,
        library: str,
        table: str,
        verb: str,
        ruling: Ruling,
        evidence: str,
        column: str,
        definition: str,
        value: n.Expr | None,
    ) -> Access:
        traces = self._callers.traces(path, facts, decl, value) if value is not None else ()
        offset = decl.start + node.start
        place = facts.text.position(offset)
        return Access(
            path,
            offset,
            decl.start + node.end,
            place.line + 1,
            place.character + 1,
            decl.qualified_name,
            library,
            table,
            verb,
            ruling,
            evidence,
            column,
            definition,
            " ".join(decl.text_of(value).split())[:120] if value is not None else "",
            tuple(trace.kind for trace in traces),
            traces[0].steps if traces else (),
        )


def _definition(tenancy: TableTenancy, column: str) -> str:
    """The place in the schema that gives the column, else the first that says something about the table."""
    cites = [cite for cite in tenancy.cites if column in cite.columns] or list(tenancy.cites)
    return f"{cites[0].path}:{cites[0].line}" if cites else ""


_RULING: dict[Truth, Ruling] = {
    "always": "scoped",
    "sometimes": "suspicious",
    "unknown": "unverifiable",
    "never": "suspicious",
}
_TOLD: dict[Truth, str] = {
    "always": "tenant argument",
    "sometimes": "tenant argument on some paths only",
    "unknown": "arguments out of reach",
    "never": "no tenant argument",
}
_MEMORY: dict[str, tuple[Ruling, str]] = {
    "scoped": ("scoped", "told the tenant"),
    "violation": ("violation", "nothing tells the tenant"),
    "suspicious": ("suspicious", "key or arguments without the tenant"),
    "unverifiable": ("unverifiable", "arguments out of reach"),
    "hidden": ("unverifiable", "key out of reach"),
    "fine": ("exempt", "key used before the tenant is known"),
}
