"""config-key-mismatch: what a schema is given, what it asks for and `.env.example` disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from fourlayer.rule.model import Finding, FixPlan
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer_rules.config._schema import (
    is_library_free,
    literal_of,
    parse_calls,
    shape_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change
    from fourlayer.syntax.span import Span
    from fourlayer_rules.config._schema import Field, ParseCall, Place, Shape

_ID = "config-key-mismatch"
_MAX_DEPTH = 5


class Options(NamedTuple):
    """What the rule can be told."""

    ignore_names: Annotated[
        tuple[str, ...], "Variables that need not be in `.env.example`; `*` matches any text."
    ] = ()


class ConfigKeyMismatch:
    """Judges the objects that a provider's schemas are given, and the variables that it reads."""

    options = Options

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report keys that only one side knows, then variables that no example file names."""
        facts = ctx.view.facts(target)
        if facts is None:
            return
        provider = ctx.view.provider_of(target)
        is_config = provider is not None and target == f"{provider.path}/config.ts"
        calls = [call for call in parse_calls(ctx.view, target, facts) if not is_library_free(call.schema)]
        for call in calls:
            for found in _compared(call, target, is_config=is_config):
                yield found._replace(provider=provider.name if provider is not None else None)
        if b"env" in facts.text.data or b"Env" in facts.text.data:
            from fourlayer_rules.config.config_key_mismatch._names import undocumented

            yield from undocumented(ctx, target, facts, provider, calls)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Rename the key, add it to the side that lacks it, or name the variable in the example file."""
        from fourlayer_rules.config.config_key_mismatch._fix import plans

        yield from plans(ctx, finding)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """One of these changes."""
        from fourlayer_rules.config.config_key_mismatch._fix import edits

        return edits(ctx, finding, plan.kind)


def _compared(call: ParseCall, path: str, *, is_config: bool) -> Iterator[Finding]:
    """The keys in which an object and the schema that parses it differ."""
    literal = literal_of(call.place, call.value)
    if literal is None or literal[0].path != path:
        return
    place, given = literal
    if not is_config and not _holds_environment(place, given):
        return
    shape = shape_of(call.place, call.schema)
    if shape is not None:
        yield from _differences(call, place, given, shape, "", 0)


def _holds_environment(place: Place, literal: n.Object) -> bool:
    from fourlayer.syntax.scope import scopes_of
    from fourlayer_rules.derive.env import is_env

    scopes = scopes_of(place.decl)
    return any(
        isinstance(node, (n.Member, n.Index)) and is_env(scopes, node.object, place.facts)
        for node in walk(literal)
    )


def _differences(
    call: ParseCall, place: Place, given: n.Object, shape: Shape, prefix: str, depth: int
) -> Iterator[Finding]:
    keys, closed = _keys(place, given)
    unused = [name for name in shape.fields if name not in keys]
    claimed: set[str] = set()
    for name, prop in keys.items():
        field = shape.fields.get(name)
        if field is not None:
            yield from _nested(call, place, prop, field, f"{prefix}{name}.", depth)
        elif shape.complete and not shape.loose and prop in given.props:
            near = nearest(name, [key for key in unused if key not in claimed])
            claimed |= {near} if near is not None else set()
            yield _unknown(call, place, prop, f"{prefix}{name}", near)
    if closed:
        for name in unused:
            if shape.fields[name].required and name not in claimed:
                yield _missing(call, f"{prefix}{name}")


def _keys(place: Place, given: n.Object, depth: int = 0) -> tuple[Mapping[str, n.Prop], bool]:
    """The keys that an object literal surely has, and whether it surely has no others."""
    keys: dict[str, n.Prop] = {}
    closed = True
    for prop in given.props:
        if isinstance(prop, n.Spread):
            inner = literal_of(place, prop.value) if depth < _MAX_DEPTH else None
            if inner is None:
                closed = False
                continue
            more, complete = _keys(inner[0], inner[1], depth + 1)
            keys.update(more)
            closed = closed and complete
        elif prop.key is None:
            closed = False
        else:
            keys[prop.key] = prop
    return keys, closed


def _nested(
    call: ParseCall, place: Place, prop: n.Prop, field: Field, prefix: str, depth: int
) -> Iterator[Finding]:
    if depth >= _MAX_DEPTH or not isinstance(prop.value, n.Object):
        return
    shape = shape_of(field.place, field.prop.value)
    if shape is not None:
        yield from _differences(call, place, prop.value, shape, prefix, depth + 1)


def _unknown(call: ParseCall, place: Place, prop: n.Prop, key: str, near: str | None) -> Finding:
    start = place.decl.start + prop.start
    end = place.decl.start + prop.key_end
    last = key.rpartition(".")[2]
    if near is not None:
        message = (
            f"`{last}` is no key of the schema, which knows `{near}`: Zod drops it without a word, "
            f"and `{near}` never gets its value."
        )
        help_ = f"Did you mean `{near}`?"
    else:
        message = (
            f"`{last}` is no key of the schema: Zod drops it without a word, and nobody ever sees its value."
        )
        help_ = f"Add `{last}` to the schema, or take it out here."
    return Finding(
        rule=_ID,
        path=place.path,
        span=_span(start, end),
        message=message,
        help=help_,
        scope=place.decl.qualified_name,
        key=key,
        data={"side": "object", "near": near, "call": call.place.decl.span(call.call).start},
    )


def _missing(call: ParseCall, key: str) -> Finding:
    last = key.rpartition(".")[2]
    return Finding(
        rule=_ID,
        path=call.place.path,
        span=_schema_span(call),
        message=f"The schema requires `{last}`, which the object never gives: parsing fails every time.",
        help=f"Give `{last}` its variable, or make it optional in the schema.",
        scope=call.place.decl.qualified_name,
        key=key,
        data={"side": "schema", "near": None, "call": call.place.decl.span(call.call).start},
    )


def _schema_span(call: ParseCall) -> Span:
    """The schema's name, or the word `parse` after a schema that is written in place."""
    if isinstance(call.schema, n.Name):
        return call.place.decl.span(call.schema)
    callee = call.call.callee
    start = call.place.decl.start + (callee.name_start if isinstance(callee, n.Member) else callee.start)
    return _span(start, call.place.decl.start + callee.end)


def _span(start: int, end: int) -> Span:
    from fourlayer.syntax.span import Span

    return Span(start, end)


def nearest(name: str, known: list[str]) -> str | None:
    """The name that was probably meant: one letter in four may be wrong, missing or in the wrong place."""
    best: tuple[int, str] | None = None
    for other in known:
        plain = name.replace("_", "").lower() == other.replace("_", "").lower()
        distance = 0 if plain else _distance(name, other)
        limit = max(1, min(len(name), len(other)) // 4)
        if distance <= min(limit, 3) and (best is None or distance < best[0]):
            best = (distance, other)
    return best[1] if best is not None and len(name) > 2 else None


def _distance(one: str, other: str) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours that lead from one text to the other."""
    if abs(len(one) - len(other)) > 3:
        return 4
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, right in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


rule = ConfigKeyMismatch()
