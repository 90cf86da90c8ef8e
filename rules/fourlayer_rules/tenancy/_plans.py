"""The fixes that name the tenant: one for each value in scope and column, else a new parameter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.rule.model import Applicability, Change, FixPlan, TextEdit
from fourlayer_rules.tenancy._columns import field_for
from fourlayer_rules.tenancy._edits import (
    condition_text,
    lacks_columns,
    property_for,
    scoped,
    with_column,
)
from fourlayer_rules.tenancy._judge import follower_of
from fourlayer_rules.tenancy._parameter import (
    may_have_callers_updated,
    target_of,
    with_parameter,
)
from fourlayer_rules.tenancy._values import Values

if TYPE_CHECKING:
    from fourlayer.project.queries.follow import Follower
    from fourlayer.rule.context import Context
    from fourlayer_rules.tenancy._place import Located

_MOST = 6


class _Option(NamedTuple):
    column: str
    value: str
    applicability: Applicability


class Plans:
    """The fixes of one finding. `kind` is "scope-query" or "add-column"."""

    def __init__(self, ctx: Context, place: Located, kind: str) -> None:
        self._ctx = ctx
        self._place = place
        self._kind = kind
        self._follower: Follower = follower_of(ctx)
        self._values = Values(ctx.settings.tenancy, self._follower)

    def plans(self) -> Iterator[FixPlan]:
        """One plan for each value and column, the best first and preferred; else the new parameter."""
        if not self._is_fixable():
            return
        options = self._options()
        offered = 0
        for option in options:
            if offered < _MOST and self._edits(option.column, option.value) is not None:
                title = self._title(option.column, option.value)
                yield FixPlan(
                    self._kind,
                    title,
                    option.applicability,
                    "document",
                    preferred=offered == 0,
                    argument=f"{option.column}={option.value}",
                )
                offered += 1
        if not options:
            yield from self._parameter_plans()

    def edits(self, plan: FixPlan) -> Change | None:
        """The edits of one plan."""
        column, _, value = plan.argument.partition("=")
        if plan.kind == self._kind:
            edits = self._edits(column, value)
            return Change({self._place.path: edits}) if edits else None
        return self._parameter_change(column)

    # Values in scope

    def _columns(self) -> tuple[str, ...]:
        tenancy = self._place.verdict.tenancy
        return tuple(sorted(tenancy.columns, key=lambda column: -tenancy.named.get(column, 0)))

    def _options(self) -> list[_Option]:
        pairs = self._values.pairs(self._place.at)
        verdict = self._place.verdict
        # A column that the table may lack would make the query fail.
        known = verdict.tenancy.status == "known" or bool(verdict.tenancy.named)
        sure = verdict.certainty == "violation" and known
        options: list[tuple[tuple[bool, int, tuple[int, int, str]], _Option]] = []
        for position, column in enumerate(self._columns()):
            wanted = self._tenant_named(column)
            for candidate in self._values.at(self._place.at, wanted):
                safe = sure and (column, candidate.text) in pairs
                applicability: Applicability = "safe" if safe else "unsafe"
                rank = (not safe, position, candidate.rank)
                options.append((rank, _Option(column, candidate.text, applicability)))
        return [option for _, option in sorted(options, key=lambda one: one[0])]

    def _tenant_named(self, column: str) -> str:
        """The tenant column whose name a value would have: of a root table's `id`, the first configured."""
        return self._ctx.settings.tenancy.columns[0] if column == "id" else column

    def _title(self, column: str, value: str) -> str:
        query = self._place.verdict.query
        name = property_for(query, self._ctx.view.schema, column)
        if self._kind == "add-column":
            return f"Add `{name if name == value else f'{name}: {value}'}` to the row"
        return f"Add `{condition_text(query, name, value)}`"

    def _edits(self, column: str, value: str) -> tuple[TextEdit, ...] | None:
        query = self._place.verdict.query
        name = property_for(query, self._ctx.view.schema, column)
        if self._kind == "scope-query":
            return scoped(self._place.facts, query, name, value)
        if query.rows is None:
            return None
        at = self._place.at.to(query.rows)
        return with_column(self._place.facts, at, self._follower, name, value)

    def _is_fixable(self) -> bool:
        verdict = self._place.verdict
        if len(verdict.query.table.names) != 1 or not verdict.tenancy.table:
            return False
        if verdict.certainty == "unverifiable":
            return False
        if self._kind == "scope-query":
            return True
        rows = verdict.query.rows
        tenancy = self._ctx.settings.tenancy
        names = (*tenancy.columns, *tenancy.fields)
        return rows is not None and lacks_columns(self._place.at.to(rows), self._follower, names)

    # A new parameter

    def _parameter_plans(self) -> Iterator[FixPlan]:
        for column in self._columns()[:2]:
            parameter = field_for(self._tenant_named(column))
            target = target_of(self._place.at, parameter)
            if target is None or self._own_edits(column, parameter) is None:
                continue
            wanted = self._tenant_named(column)
            if may_have_callers_updated(self._ctx, self._follower, self._values, target, wanted):
                title = f"Add a parameter `{parameter}` to `{target.name}` and pass it from the callers"
                yield FixPlan("add-parameter", title, "unsafe", "workspace", argument=column)

    def _parameter_change(self, column: str) -> Change | None:
        wanted = self._tenant_named(column)
        parameter = field_for(wanted)
        target = target_of(self._place.at, parameter)
        if target is None:
            return None
        edits = with_parameter(self._ctx, self._follower, self._values, target, wanted)
        own = self._own_edits(column, parameter)
        if edits is None or own is None:
            return None
        edits.setdefault(self._place.path, []).extend(own)
        return Change({path: tuple(sorted(found)) for path, found in edits.items()})

    def _own_edits(self, column: str, parameter: str) -> tuple[TextEdit, ...] | None:
        if self._kind == "scope-query":
            return self._edits(column, parameter)
        query = self._place.verdict.query
        if query.rows is None:
            return None
        name = property_for(query, self._ctx.view.schema, column)
        at = self._place.at.to(query.rows)
        return with_column(self._place.facts, at, self._follower, name, parameter, declared=True)
