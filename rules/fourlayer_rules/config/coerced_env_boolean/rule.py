"""coerced-env-boolean: `z.coerce.boolean()` on a variable of the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from fourlayer.rule.model import Finding, FixPlan
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.config._schema import is_coerce, literal_of, parse_calls, shape_of
from fourlayer_rules.derive.env import is_env

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.span import Span
    from fourlayer_rules.config._schema import ParseCall, Place

_ID = "coerced-env-boolean"

Source = Literal["environment", "elsewhere", "unknown"]
"""Where what a schema parses comes from."""


class CoercedEnvBoolean:
    """Judges the schemas of a file."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report each coerced boolean that parses a variable, and those of a configuration that may."""
        facts = ctx.view.facts(target)
        if facts is None:
            return
        places = [place for decl in facts.all_decls() for place in _coerced(facts, decl)]
        if not places:
            return
        provider = ctx.view.provider_of(target)
        config = f"{provider.path}/config.ts" if provider is not None else ""
        sources = _sources(ctx, target, facts, config)
        for decl, call, key in places:
            span = decl.span(call)
            source = sources.get((span.start, key)) or sources.get((span.start, None))
            if source is None and target == config:
                source = "environment" if key is not None and key.isupper() else "unknown"
            if source in {None, "elsewhere"}:
                continue
            yield Finding(
                rule=_ID,
                path=target,
                span=span,
                message=(
                    'Variables of the environment are texts, and every text but "" is true here: '
                    f'with {key or "it"}="false" or ="0" the flag is on.'
                ),
                help='Accept "true" and "false" by name, and turn those into a boolean.',
                certainty="violation" if source == "environment" else "suspicious",
                scope=decl.qualified_name,
                key=key or "boolean",
                provider=provider.name if provider is not None else None,
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Parse the words; not where the default is no literal."""
        if self._change(ctx, finding) is not None:
            yield FixPlan("parse-boolean", 'Parse "true" and "false"', "unsafe", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Replace the schema; absence and defaults mean what they meant."""
        return self._change(ctx, finding) if plan.kind == "parse-boolean" else None

    def _change(self, ctx: Context, finding: Finding) -> Change | None:
        from fourlayer_rules.config.coerced_env_boolean._fix import change

        return change(ctx, finding)


def _coerced(facts: FileFacts, decl: Decl) -> Iterator[tuple[Decl, n.Call, str | None]]:
    """The calls of `z.coerce.boolean` in a declaration, each with the key that it is the schema of."""
    if b"coerce" not in decl.data or decl.kind in {"import", "class"} or not decl.trusted:
        return
    for node in walk(decl.node):
        if is_coerced_boolean(facts, node) and isinstance(node, n.Call):
            yield decl, node, _key(decl, node)


def is_coerced_boolean(facts: FileFacts, node: n.Node) -> bool:
    """Whether a node is `z.coerce.boolean()`."""
    return (
        isinstance(node, n.Call)
        and isinstance(node.callee, n.Member)
        and node.callee.name == "boolean"
        and is_coerce(facts, node.callee.object)
    )


def _key(decl: Decl, node: n.Node) -> str | None:
    """The key of the object literal whose value the node begins."""
    for around in decl.ancestors(node):
        if isinstance(around, n.Prop):
            return around.key
        if not isinstance(around, (n.Call, n.Member, n.Cast)):
            return None
    return None


def _sources(ctx: Context, path: str, facts: FileFacts, config: str) -> dict[tuple[int, str | None], Source]:
    """What is known of where coerced booleans get their values, by place and key.

    The file's own parse calls tell, and those of the provider's `config.ts` where it imports the schema.
    """
    found: dict[tuple[int, str | None], Source] = {}
    calls = list(parse_calls(ctx.view, path, facts))
    if config and config != path and ctx.view.exists(config):
        other = ctx.view.facts(config)
        if other is not None and any(
            ctx.view.resolve(item.specifier, config).path == path for item in other.imports
        ):
            calls += parse_calls(ctx.view, config, other)
    for call in calls:
        _note(found, call, path)
    return found


def _note(found: dict[tuple[int, str | None], Source], call: ParseCall, path: str) -> None:
    place = call.place
    shape = shape_of(place, call.schema)
    if shape is None:
        span = _single(place, call.schema)
        if span is not None and place.path == path:
            _put(found, (span.start, None), _origin(place, call.value))
        return
    whole = _origin(place, call.value)
    literal = literal_of(place, call.value)
    given = {prop.key: prop.value for prop in literal[1].props if isinstance(prop, n.Prop)} if literal else {}
    for name, field in shape.fields.items():
        if field.place.path != path:
            continue
        for node in walk(field.prop.value):
            if not is_coerced_boolean(field.place.facts, node):
                continue
            value = given.get(name)
            if literal is not None and value is not None:
                source = _origin(literal[0], value)
            else:
                source = "unknown" if literal is not None else whole
            _put(found, (field.place.decl.span(node).start, name), source)


def _single(place: Place, schema: n.Expr) -> Span | None:
    """The coerced boolean in a schema that is parsed by itself: `z.coerce.boolean().parse(env.X)`."""
    node: n.Expr = schema
    while isinstance(node, n.Call) and isinstance(node.callee, n.Member):
        if is_coerced_boolean(place.facts, node):
            return place.decl.span(node)
        node = node.callee.object
    return None


def _put(found: dict[tuple[int, str | None], Source], at: tuple[int, str | None], source: Source) -> None:
    """One use with the environment is enough."""
    if found.get(at) != "environment":
        found[at] = source


def _origin(place: Place, value: n.Expr) -> Source:
    scopes = scopes_of(place.decl)
    for node in walk(value):
        if isinstance(node, n.Expr) and is_env(scopes, node, place.facts):
            return "environment"
    if isinstance(value, (n.Const, n.Str, n.Num, n.Object)):
        return "elsewhere"
    if isinstance(value, n.Name):
        binding = scopes.binding(value)
        if binding is not None and binding.value is not None:
            return _origin(place, binding.value)
    return "unknown" if place.path.endswith("/config.ts") else "elsewhere"


rule = CoercedEnvBoolean()
