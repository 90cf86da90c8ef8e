"""The fixes of one `any`: which types may stand there, ranked, and the edits that write them."""

from __future__ import annotations

import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.rule.model import Change, Create, FixPlan, TextEdit
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import chain_of, uncast
from fourlayer.syntax.facts import walk
from fourlayer_rules.types.explicit_any import _render as render
from fourlayer_rules.types.explicit_any import _reuse as reuse
from fourlayer_rules.types.explicit_any import _safe as safe
from fourlayer_rules.types.explicit_any._infer import (
    UNKNOWN,
    Array,
    Inference,
    Named,
    Object,
    Type,
    is_telling,
)
from fourlayer_rules.types.explicit_any._infer import Plain as PlainType
from fourlayer_rules.types.explicit_any._names import singular_name, subject_words, type_name, words
from fourlayer_rules.types.explicit_any._nothing import Nothing, nothing_at
from fourlayer_rules.types.explicit_any._place import Observation, Place, observe, place_at
from fourlayer_rules.types.explicit_any._sources import Fixture, SchemaAt, fixture_for, schema_for
from fourlayer_rules.types.explicit_any._use import Event, Site, TypeAt, Use
from fourlayer_rules.types.explicit_any._world import World

if TYPE_CHECKING:
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import FileFacts
    from fourlayer.syntax.span import Span

_KEY_TYPE = "PropertyKey"


class Inferred(NamedTuple):
    """The type that a value's use asks for, the node it replaces and where `!` keeps the code compiling.

    `nothing` are `null` and `undefined` where the value may be those, too; `assured` tells that a
    declaration without initialiser needs a `!`.
    """

    type: Type
    node: n.Type
    repairs: tuple[Event, ...]
    nothing: tuple[str, ...] = ()
    assured: bool = False


class Fixes:
    """What can be done about one `any`; nothing is computed before it is asked for."""

    def __init__(self, world: World, facts: FileFacts, span: Span, place: Place) -> None:
        self.world = world
        self.facts = facts
        self.span = span
        self.place = place

    @classmethod
    def of(cls, ctx: Context, path: str, span: Span) -> Fixes | None:
        """The fixes of the `any` at a span; None where the syntax tree does not show it."""
        facts = ctx.view.facts(path)
        if facts is None or facts.text.data[span.start : span.end] != b"any":
            return None
        place = place_at(path, facts, span)
        return None if place is None else cls(World(ctx.view, path), facts, span, place)

    # Plans

    def plans(self) -> list[FixPlan]:
        """The fixes, best first; at most one is preferred."""
        found: list[FixPlan] = []
        home = posixpath.basename(self.home)
        inferred = self.inferred
        if inferred is not None:
            known = self.reused
            if known is not None:
                title = f"Use `{known[0]}` from {posixpath.basename(known[1])}"
                found.append(FixPlan("reuse-dto", title, "unsafe", "workspace", preferred=True))
            text = self.described
            if text is not None and not isinstance(inferred.type, Named):
                title = (
                    f"Create `{text}` in {home} from what is used" if self.is_new else f"Type it as `{text}`"
                )
                found.append(FixPlan("new-dto", title, "unsafe", "workspace", preferred=known is None))
        if self.fixture is not None:
            where = posixpath.basename(self.fixture.path)
            title = f"Create `{self.fixture_name}` in {home} from the data in {where}"
            found.append(FixPlan("dto-from-fixture", title, "unsafe", "workspace"))
        if self.schema is not None:
            title = f"Use `z.infer<typeof {self.schema.name}>`"
            found.append(FixPlan("infer-from-schema", title, "unsafe"))
        found.append(self.unknown_plan)
        return found

    @property
    def unknown_plan(self) -> FixPlan:
        """The fix that is always there."""
        place = self.place
        if place.kind == "key":
            return FixPlan("use-unknown", f"Use `{_KEY_TYPE}`, which is the same", "unsafe")
        record = place.record
        shown = "unknown"
        if record is not None:
            shown = place.site.decl.text_of(record).replace("any", "unknown")
        if safe.is_safe(self.world, place):
            return FixPlan("use-unknown", f"Use `{shown}`", "safe")
        narrowing = self.narrowing
        if narrowing is not None:
            what = "Error" if narrowing.is_error else "what is read of it"
            title = f"Use `unknown` and narrow it to {what}"
            return FixPlan(
                "use-unknown", title, "safe" if narrowing.safe and place.kind == "catch" else "unsafe"
            )
        return FixPlan("use-unknown", f"Use `{' '.join(shown.split())}`", "unsafe")

    @cached_property
    def narrowing(self) -> safe.Narrowing | None:
        """How a variable that is `unknown` is narrowed: caught errors, and what receives them."""
        place = self.place
        if place.steps or not isinstance(place.holder, n.Try | n.Param):
            return None
        if place.kind == "catch" or (place.kind == "parameter" and self.is_given_unknown):
            if safe.is_safe(self.world, place):
                return None
            return safe.narrowing(self.world, place)
        return None

    @cached_property
    def is_given_unknown(self) -> bool:
        """Whether the parameter is given caught errors or other values of type `unknown`."""
        return any(safe.is_unknown(self.world, site, expr) for site, expr in self.arguments)

    @cached_property
    def arguments(self) -> list[tuple[Site, n.Expr]]:
        """What the provider passes for the parameter."""
        return list(safe.arguments(self.world, self.place))

    def _passed_type(self, found: Type) -> Type | None:
        """The declared type of what all callers pass, where it has what is used; None where nothing is known.

        Raises ValueError where a caller passes something that lacks what is used.
        """
        place, core = self.place, _core(found)[0]
        if place.steps or not isinstance(core, Object) or core is not found:
            return None
        seen: dict[str, TypeAt] = {}
        for site, expr in self.arguments:
            at = self.world.static_type(site, expr)
            if at is None or any(
                isinstance(node, n.TypeRef) and node.name == "any" for node in walk(at.type)
            ):
                if at is not None and isinstance(at.type, n.TypeRef) and at.type.name != "any":
                    raise ValueError
                continue
            members = self.world.members(at)
            if members is None or not set(core.fields) <= set(members):
                raise ValueError
            seen[site.decl.text_of(at.type)] = at
        return Named(next(iter(seen.values()))) if len(seen) == 1 else None

    # Types

    @property
    def home(self) -> str:
        """The file that new types are written to."""
        return reuse.types_path(self.world)

    @cached_property
    def observation(self) -> Observation | None:
        """How the value is used."""
        return observe(self.world, self.place)

    @cached_property
    def inferred(self) -> Inferred | None:
        """The type that the use asks for; None where nothing tells, or no type would compile."""
        place, seen = self.place, self.observation
        if seen is None or place.kind in ("catch", "key", "type parameter", "other"):
            return None
        if self.is_given_unknown or _overrides(place):
            return None
        given = self._given_by_callback()
        if given == UNKNOWN:
            return None
        if given is not None:
            return Inferred(given, place.node, ())
        if place.kind == "property" and _is_only_given(seen.record or seen.use):
            # What one place puts in says nothing about what others do.
            return None
        inference = Inference(seen.observer)
        node: n.Type = place.node
        if seen.record is not None and seen.record.props:
            if place.record is None:
                return None
            node, found = place.record, inference.of(seen.record)
        else:
            found = inference.of(seen.use)
        try:
            found = self._passed_type(found) or found
        except ValueError:
            return None
        if not inference.sound or not is_telling(found) or _shorthand(seen.observer.repairs):
            return None
        nothing, assured = nothing_at(self.world, place) if not place.steps[1:] else Nothing((), False)
        repairs = list(seen.observer.repairs)
        use = seen.root if not place.steps or place.record is node else seen.use
        for word, kind in (("undefined", "present"), ("null", "solid")):
            if word in nothing or (word == "undefined" and _is_optional(place)):
                repairs += [event for event in use.hard if not seen.observer.guarded(event, kind)]
        repairs = list(dict.fromkeys(repairs))
        if _shorthand(repairs) or any(event.site.path != place.site.path for event in repairs):
            return None
        shown = tuple(word for word in nothing if word != "undefined" or not _is_optional(place))
        return Inferred(found, node, tuple(repairs), shown, assured)

    def _given_by_callback(self) -> Type | None:
        """What an array method hands to a callback that takes `any`; None where that is `any`, too."""
        place = self.place
        if place.kind != "parameter" or place.steps or not isinstance(place.holder, n.Param):
            return None
        site = place.site
        function = site.decl.parent(place.holder)
        call = site.decl.parent(function) if isinstance(function, n.Function) else None
        if not isinstance(function, n.Function) or not isinstance(call, n.Call) or function not in call.args:
            return None
        callee = uncast(call.callee)
        if not isinstance(callee, n.Member) or function.params.index(place.holder) > 0:
            return None
        outer = self.world.static_type(site, callee.object)
        item = self.world.item(outer) if outer is not None else None
        if item is None or (isinstance(item.type, n.TypeRef) and item.type.name == "any"):
            return None
        if isinstance(item.type, n.TypeRef) and item.type.name == "unknown":
            return UNKNOWN
        return Named(item)

    @cached_property
    def reused(self) -> tuple[str, str] | None:
        """A declared type that covers the use: its name and its file."""
        inferred, place = self.inferred, self.place
        if inferred is None:
            return None
        core, _ = _core(inferred.type)
        if isinstance(core, Named):
            return self._named(core.at)
        inside = place.subject if place.kind in ("property", "alias") else ""
        found = reuse.find(self.world, core, self.subject, inside)
        return (found.name, found.site.path) if found is not None else None

    def _named(self, at: TypeAt) -> tuple[str, str] | None:
        """A type that the value is handed on as."""
        renderer = self._renderer(self.place.site.path)
        text = renderer.portable(at)
        if text is None:
            return None
        site = self.world.named(at.site.path, at.type.name) if isinstance(at.type, n.TypeRef) else None
        return text, site.path if site is not None else at.site.path

    @property
    def subject(self) -> list[str]:
        """Words about the value."""
        return [*subject_words(self.place), *(word for word in self.place.function.split("_") if word)]

    @cached_property
    def is_new(self) -> bool:
        """Whether the type needs a declaration."""
        return self.inferred is not None and isinstance(_core(self.inferred.type)[0], Object)

    @cached_property
    def name(self) -> str:
        """The name of a new type."""
        provider = self.world.provider.pascal if self.world.provider is not None else ""
        if any(step.kind == "map" for step in self.place.steps):
            kept = self._set_into_map()
            if kept:
                return type_name(
                    self.place._replace(subject=kept, steps=()), provider, self._taken, plural=False
                )
        plural = self.inferred is not None and _core(self.inferred.type)[1] > 0
        return type_name(self.place, provider, self._taken, plural=plural)

    def _set_into_map(self) -> str:
        """The name of what is put into a map: `cache.set(id, issue)` says `issue`."""
        for other in self.world.sites(self.place.site.path):
            for node in walk(other.decl.node):
                callee = uncast(node.callee) if isinstance(node, n.Call) else None
                if isinstance(node, n.Call) and isinstance(callee, n.Member) and callee.name == "set":
                    owner = callee.object
                    named = owner.name if isinstance(owner, n.Name | n.Member) else ""
                    if (
                        named == self.place.subject
                        and len(node.args) == 2
                        and isinstance(node.args[1], n.Name)
                    ):
                        return node.args[1].name
        return ""

    @cached_property
    def described(self) -> str | None:
        """The new type as titles show it; None where it cannot be written."""
        inferred = self.inferred
        if inferred is None:
            return None
        written = self._write(inferred.type)
        return None if written is None else self.name if self.is_new else written.text

    @cached_property
    def fixture(self) -> Fixture | None:
        """What a test says about the value."""
        if self.place.kind in ("catch", "key", "type parameter", "other"):
            return None
        if self.is_given_unknown or _overrides(self.place):
            return None
        return fixture_for(self.world, self.place, self._observed)

    @property
    def fixture_name(self) -> str:
        """The name of the type of a fixture."""
        return self.name

    @cached_property
    def schema(self) -> SchemaAt | None:
        """A schema that says what the value is."""
        if self.place.kind in ("catch", "key", "type parameter", "other"):
            return None
        seen = self.observation
        if seen is None or self.is_given_unknown:
            return None
        return schema_for(self.world, self.place, self._observed, frozenset(seen.observer.parsed))

    @property
    def _observed(self) -> frozenset[str]:
        """The members that are read of the value, or of its items."""
        seen = self.observation
        if seen is None:
            return frozenset()
        use = seen.record if seen.record is not None and seen.record.props else seen.use
        while not use.props and use.item is not None:
            use = use.item
        return frozenset(use.props)

    # Writing

    def _taken(self, name: str) -> bool:
        pattern = re.compile(rb"(?<![\w$])" + re.escape(name.encode()) + rb"(?![\w$])")
        for path in (self.home, self.place.site.path):
            data = self.world.view.read(path)
            if data is not None and pattern.search(data):
                return True
        return False

    def _renderer(self, home: str) -> render.Renderer:
        provider = self.world.provider.pascal if self.world.provider is not None else ""
        facts = self.world.facts(home) or self.facts
        return render.Renderer(self.world, home, provider, self._taken, render.style_of(facts), self._nested)

    def _nested(self, found: Object, prop: str) -> tuple[str, str] | None:
        """A declared type for a nested object."""
        if not prop:
            return None
        place = self.place
        inside = place.subject if place.kind in ("property", "alias") else ""
        known = reuse.find(self.world, found, words(singular_name(prop)), inside)
        return (known.name, known.site.path) if known is not None else None

    def _write(self, found: Type) -> Written | None:
        """The text for the place of the `any`, and the declarations that it needs."""
        core, layers = _core(found)
        if isinstance(core, Object):
            renderer = self._renderer(self.home)
            renderer.declare(core, self.name)
            if not renderer.sound:
                return None
            wanted = [] if self.home == self.place.site.path else [render.Wanted(self.name, self.home, True)]
            text = _layered(self.name, layers)
            return Written(text, tuple(renderer.declarations), tuple(renderer.imports), tuple(wanted))
        simple = not _objects_inside(found)
        renderer = self._renderer(self.place.site.path if simple else self.home)
        text = renderer.text(found, self.name, is_item=False)
        if not renderer.sound:
            return None
        if simple:
            return Written(text, (), (), tuple(renderer.imports))
        here = self.home == self.place.site.path
        names = [render.Wanted(name, self.home, True) for name in renderer.names if _mentions(text, name)]
        extra = [one for one in renderer.imports if _mentions(text, one.name)]
        wanted = [] if here else [*names, *extra]
        return Written(text, tuple(renderer.declarations), tuple(renderer.imports), tuple(wanted))

    def change(self, plan: FixPlan) -> Change | None:
        """The edits of a plan; None when it no longer applies."""
        if plan.kind == "use-unknown":
            return self._use_unknown()
        if plan.kind == "infer-from-schema":
            return self._use_schema()
        if plan.kind == "dto-from-fixture":
            return self._use_fixture()
        inferred = self.inferred
        if inferred is None:
            return None
        if plan.kind == "reuse-dto":
            return self._use_known(inferred)
        if plan.kind == "new-dto":
            written = self._write(inferred.type)
            return None if written is None else self._written(inferred, written)
        return None

    def _use_unknown(self) -> Change:
        place = self.place
        if place.kind == "key":
            parent = place.site.decl.parent(place.node)
            if parent is not None:
                span = place.site.decl.span(parent)
                return Change({place.site.path: (TextEdit(span.start, span.end, _KEY_TYPE),)})
        edits = [TextEdit(self.span.start, self.span.end, "unknown")]
        narrowing = self.narrowing
        if narrowing is not None:
            renderer = self._renderer(place.site.path)
            shape = "Error" if narrowing.is_error else renderer.inline(narrowing.shape)
            for site, name in narrowing.names:
                span = site.decl.span(name)
                text = site.decl.text_of(name)
                edits.append(TextEdit(span.start, span.end, f"({text} as {shape})"))
            edits += render.import_edits(self.world, self.facts, place.site.path, renderer.imports)
        return Change({place.site.path: _sorted(edits)})

    def _use_known(self, inferred: Inferred) -> Change | None:
        known, place = self.reused, self.place
        if known is None:
            return None
        core, layers = _core(inferred.type)
        name, path = known
        if isinstance(core, Named):
            renderer = self._renderer(place.site.path)
            text = renderer.portable(core.at)
            if text is None:
                return None
            written = Written(_layered(text, layers), (), (), tuple(renderer.imports))
        else:
            wanted = () if path == place.site.path else (render.Wanted(name, path, True),)
            written = Written(_layered(name, layers), (), (), wanted)
        return self._written(inferred, written)

    def _use_fixture(self) -> Change | None:
        fixture, place = self.fixture, self.place
        if fixture is None:
            return None
        seen = self.observation
        node: n.Type = place.node
        if seen is not None and place.record is not None and isinstance(_core(fixture.type)[0], Object):
            node = place.record
        written = self._write(_completed(fixture.type, self.inferred))
        return None if written is None else self._written(self._like_inferred(fixture.type, node), written)

    def _like_inferred(self, found: Type, node: n.Type) -> Inferred:
        """Another type for the same place, with what the place needs besides."""
        if self.inferred is not None:
            return self.inferred._replace(type=found, node=node)
        return Inferred(found, node, ())

    def _use_schema(self) -> Change | None:
        schema, place, seen = self.schema, self.place, self.observation
        if schema is None or seen is None:
            return None
        node: n.Type = place.node
        layers = 0
        if place.record is not None:
            node = place.record
        elif seen.use.as_array and not seen.use.props:
            layers = 1
        path = place.site.path
        wanted = [] if schema.path == path else [render.Wanted(schema.name, schema.path, True)]
        if not any(bound.local == "z" for item in self.facts.imports for bound in item.names):
            wanted.append(render.Wanted("z", "zod", False))
        text = _layered(f"z.infer<typeof {schema.name}>", layers)
        return self._written(self._like_inferred(UNKNOWN, node), Written(text, (), (), tuple(wanted)))

    def _written(self, inferred: Inferred, written: Written) -> Change:
        place = self.place
        path = place.site.path
        edits = self._annotation(inferred.node, _with_nothing(written.text, inferred.nothing, place))
        for event in inferred.repairs:
            end = event.site.decl.span(event.node).end
            edits.append(TextEdit(end, end, "!"))
        if inferred.assured:
            edits += _assurance(place)
        edits += render.import_edits(self.world, self.facts, path, list(written.wanted))
        if not written.declarations:
            return Change({path: _sorted(edits)})
        home = self.home
        facts = self.facts if home == path else self.world.facts(home)
        style = render.style_of(facts or self.facts)
        body = (style.newline * 2).join(written.declarations) + style.newline
        if facts is None:
            lines = _import_lines(self.world, home, written.imports, style)
            text = style.newline.join([*lines, "", body]) if lines else body
            return Change({path: _sorted(edits)}, (Create(home, text),))
        data = facts.text.data
        lead = style.newline if data and not data.endswith(b"\n") else ""
        gap = style.newline if data.strip() else ""
        appended = [TextEdit(len(data), len(data), lead + gap + body)]
        appended += render.import_edits(self.world, facts, home, list(written.imports))
        if home == path:
            return Change({path: _sorted([*edits, *appended])})
        return Change({path: _sorted(edits), home: _sorted(appended)})

    def _annotation(self, node: n.Type, text: str) -> list[TextEdit]:
        """Put a type where the `any` is; a value that comes out of `.json()` is asserted to it instead."""
        place = self.place
        decl = place.site.decl
        span = decl.span(node)
        outer = decl.parent(node)
        if isinstance(outer, n.TypeArray) and _needs_parentheses(text):
            text = f"({text})"
        holder = place.holder
        if isinstance(holder, n.Declarator) and holder.type is not None and holder.init is not None:
            if not self._gives_unknown(holder.init):
                return [TextEdit(span.start, span.end, text)]
            start = decl.span(holder.target).end
            whole = decl.span(holder.type)
            kept = decl.text_of(holder.type)
            local = kept[: span.start - whole.start] + text + kept[span.end - whole.start :]
            init = decl.span(holder.init)
            wrap = isinstance(holder.init, n.Await | n.Binary | n.Cond)
            shown = f") as {local}" if wrap else f" as {local}"
            edits = [TextEdit(start, whole.end, ""), TextEdit(init.end, init.end, shown)]
            if wrap:
                edits.append(TextEdit(init.start, init.start, "("))
            return edits
        return [TextEdit(span.start, span.end, text)]

    def _gives_unknown(self, init: n.Expr) -> bool:
        """Whether an expression is `unknown` by some declarations of `fetch`, or here."""
        inner = init.value if isinstance(init, n.Await) else init
        if isinstance(inner, n.Cast):
            return False
        chain = chain_of(inner)
        last = chain.links[-1] if chain.links else None
        if last is not None and last.name == "json" and last.args == ():
            return True
        at = self.world.static_type(self.place.site, inner)
        return at is not None and isinstance(at.type, n.TypeRef) and at.type.name == "unknown"


class Written(NamedTuple):
    """A type's text, the declarations it needs, and imports for these (`imports`) and for the place."""

    text: str
    declarations: tuple[str, ...]
    imports: tuple[render.Wanted, ...]
    wanted: tuple[render.Wanted, ...]


def _is_only_given(use: Use) -> bool:
    """Whether members are set and never read."""
    return bool(use.props) and all(
        inner.provided and not inner.hard and not inner.demands for inner in use.props.values()
    )


def _is_optional(place: Place) -> bool:
    holder = place.holder
    return isinstance(holder, n.Param | n.ClassMember) and holder.optional and not place.steps


def _with_nothing(text: str, nothing: tuple[str, ...], place: Place) -> str:
    """A type's text with `null` and `undefined`, those left out that the annotation has already."""
    outer = place.site.decl.parent(place.node)
    there = place.site.decl.text_of(outer) if isinstance(outer, n.TypeUnion) else ""
    extra = [word for word in nothing if not _mentions(there, word)]
    return " | ".join([f"({text})" if extra and "=>" in text else text, *extra])


def _assurance(place: Place) -> list[TextEdit]:
    """The `!` after the name of a field or variable that is given its value later."""
    holder, decl = place.holder, place.site.decl
    if isinstance(holder, n.ClassMember) and holder.name is not None:
        at = decl.start + holder.name_start + len(holder.name.encode())
        return [TextEdit(at, at, "!")]
    if isinstance(holder, n.Declarator):
        at = decl.span(holder.target).end
        return [TextEdit(at, at, "!")]
    return []


def _core(found: Type) -> tuple[Type, int]:
    """The type inside arrays, and how many there are around it."""
    layers = 0
    while isinstance(found, Array):
        layers += 1
        found = found.item
    return found, layers


def _layered(text: str, layers: int) -> str:
    for _ in range(layers):
        text = f"({text})[]" if _needs_parentheses(text) else f"{text}[]"
    return text


def _needs_parentheses(text: str) -> bool:
    return "|" in text or "=>" in text or "&" in text


def _objects_inside(found: Type) -> bool:
    from fourlayer_rules.types.explicit_any._infer import has_object

    return has_object(found)


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text) is not None


def _sorted(edits: list[TextEdit]) -> tuple[TextEdit, ...]:
    """Edits by place; insertions at one place joined in their order."""
    joined: list[TextEdit] = []
    for edit in sorted(dict.fromkeys(edits), key=lambda item: (item.start, item.end)):
        last = joined[-1] if joined else None
        if last is not None and last.start == last.end == edit.start == edit.end:
            joined[-1] = TextEdit(edit.start, edit.end, last.text + edit.text)
        else:
            joined.append(edit)
    return tuple(joined)


def _import_lines(
    world: World, home: str, wanted: tuple[render.Wanted, ...], style: render.Style
) -> list[str]:
    modules: dict[str, list[str]] = {}
    for one in wanted:
        specifier = world.view.specifier_for(one.target, home) if one.is_path else one.target
        modules.setdefault(specifier, []).append(one.name)
    return render.import_lines(style, list(modules.items()))


def _overrides(place: Place) -> bool:
    """Whether a base class or interface decides about the parameter's type."""
    node = place.site.decl.node
    return (
        place.kind in ("parameter", "return type")
        and isinstance(node, n.ClassMember)
        and "override" in node.modifiers
    )


def _shorthand(repairs: list[Event]) -> bool:
    """Whether a `!` would have to go into `{ name }`."""
    for event in repairs:
        parent = event.site.decl.parent(event.node)
        if isinstance(parent, n.Prop) and parent.shorthand:
            return True
    return False


def _completed(fixture: Type, inferred: Inferred | None) -> Type:
    """A fixture's type with the members that the code reads and the fixture lacks."""
    if inferred is None:
        return fixture
    core, layers = _core(fixture)
    used, _ = _core(inferred.type)
    if not isinstance(core, Object) or not isinstance(used, Object):
        return fixture
    fields = {**{name: field for name, field in used.fields.items() if name not in core.fields}}
    merged: Type = Object({**core.fields, **fields}, used.extends, core.indexable)
    for _ in range(layers):
        merged = Array(merged)
    return merged


__all__ = ["Fixes", "PlainType"]
