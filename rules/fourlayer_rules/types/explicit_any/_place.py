"""Finds where an `any` stands, what value it types, and how that value is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import bound, scopes_of
from fourlayer_rules.types.explicit_any._observe import Observer
from fourlayer_rules.types.explicit_any._use import Site, Use
from fourlayer_rules.types.explicit_any._world import ARRAYS, SAME, World

if TYPE_CHECKING:
    from fourlayer.syntax.facts import FileFacts
    from fourlayer.syntax.span import Span

Kind = Literal[
    "parameter",
    "variable",
    "return type",
    "field",
    "catch",
    "cast",
    "call",
    "property",
    "index signature",
    "alias",
    "type parameter",
    "key",
    "other",
]


class Step(NamedTuple):
    """One step from a value to the part of it that is `any`."""

    kind: Literal["item", "same", "values", "map", "prop", "result", "opaque"]
    name: str = ""
    type: n.Node | None = None


class Place(NamedTuple):
    """An `any` with what is around it.

    `holder` is the innermost node around the whole type that is no type; `steps` lead from the value it
    types down to the `any`. `subject` is the name of that value, `function` the one around it.
    """

    site: Site
    node: n.TypeRef
    kind: Kind
    holder: n.Node | None
    steps: tuple[Step, ...]
    subject: str
    function: str
    key: str
    generic: str

    @property
    def followable(self) -> bool:
        """Whether the steps say what part of the value is meant."""
        return all(step.kind != "opaque" for step in self.steps)

    @property
    def record(self) -> n.Type | None:
        """The `Record<...>` whose values are the `any`, where it can be replaced whole."""
        last = self.steps[-1] if self.steps else None
        if last is not None and last.kind == "values" and isinstance(last.type, n.TypeRef):
            return last.type
        return None


def place_at(path: str, facts: FileFacts, span: Span) -> Place | None:
    """The `any` at a span of bytes; None where the grammar does not show it."""
    decl = facts.decl_at(span.start)
    if decl is None:
        return None
    site = Site(path, facts, decl)
    for node in walk(decl.node):
        if isinstance(node, n.TypeRef) and node.name == "any" and decl.span(node) == span:
            return _place(site, node)
    return None


def _place(site: Site, node: n.TypeRef) -> Place:
    steps: list[Step] = []
    generic = ""
    child: n.Node = node
    parent = site.decl.parent(node)
    while isinstance(parent, n.Type | n.TypeProp) or (
        isinstance(parent, n.Param) and isinstance(site.decl.parent(parent), n.TypeFunction)
    ):
        if isinstance(parent, n.TypeProp) and parent.kind == "method":
            steps.append(Step("opaque"))
        else:
            steps.append(_step(parent, child))
        if isinstance(parent, n.TypeRef) and not generic:
            generic = parent.name
        child, parent = parent, site.decl.parent(parent)
    if isinstance(parent, n.New) and child in parent.type_args:
        steps.append(_built(parent, child))
    steps.reverse()
    merged = [step for step in steps if step.kind != "same"]
    kind, subject = _holder(site, parent)
    if steps and steps[-1].kind == "opaque" and steps[-1].name == "keyof":
        kind = "key"
    prop = next((step.name for step in reversed(merged) if step.kind == "prop"), "")
    if kind in ("property", "alias") and any(step.kind == "values" and not step.type for step in merged[-1:]):
        kind = "index signature"
    elif kind == "property" and not prop:
        kind = "other"
    elif kind == "alias" and prop and merged and merged[0].kind == "prop":
        kind = "property"
    function = _function_name(site, parent)
    return Place(site, node, kind, parent, tuple(merged), subject, function, prop, generic)


def _step(parent: n.Node, child: n.Node) -> Step:
    if isinstance(parent, n.TypeArray):
        return Step("item", type=parent)
    if isinstance(parent, n.TypeRef):
        position = parent.args.index(child) if child in parent.args else -1
        if parent.name in ARRAYS:
            return Step("item", type=parent)
        if parent.name in SAME:
            return Step("same", type=parent)
        if parent.name == "Record" and position == 1:
            return Step("values", type=parent)
        if parent.name in ("Map", "ReadonlyMap", "WeakMap") and position == 1:
            return Step("map", type=parent)
        return Step("opaque", parent.name, parent)
    if isinstance(parent, n.TypeUnion):
        return Step("same" if parent.op == "|" else "opaque", type=parent)
    if isinstance(parent, n.TypeObject):
        return Step("same")
    if isinstance(parent, n.TypeProp):
        return Step("values") if parent.kind == "index" else Step("prop", parent.name or "", parent)
    if isinstance(parent, n.TypeOther) and parent.kind == "readonly_type":
        return Step("same", type=parent)
    if (isinstance(parent, n.TypeOther) and "keyof" in parent.kind) or (
        isinstance(parent, n.TypeOther) and parent.kind == "index_type_query"
    ):
        return Step("opaque", "keyof", parent)
    return Step("opaque", "", parent)


def _built(parent: n.New, child: n.Node) -> Step:
    """What a type argument of `new Map<...>` and the like means."""
    name = parent.callee.name if isinstance(parent.callee, n.Name) else ""
    if name in ("Map", "WeakMap"):
        return Step("map") if child is parent.type_args[-1] and len(parent.type_args) == 2 else Step("opaque")
    return Step("item") if name in ("Set", "Array") else Step("opaque")


def _holder(site: Site, parent: n.Node | None) -> tuple[Kind, str]:
    if isinstance(parent, n.Param):
        return "parameter", _pattern_name(parent.target)
    if isinstance(parent, n.Declarator):
        return "variable", _pattern_name(parent.target)
    if isinstance(parent, n.Function):
        return "return type", _name_of(site, parent)
    if isinstance(parent, n.ClassMember):
        return ("index signature" if parent.kind == "index" else "field"), parent.name or ""
    if isinstance(parent, n.Try):
        return "catch", _pattern_name(parent.param) if parent.param is not None else ""
    if isinstance(parent, n.Cast):
        return "cast", _last_name(parent.value)
    if isinstance(parent, n.Call | n.New | n.Tagged):
        return "call", ""
    if isinstance(parent, n.TypeAlias):
        return "alias", parent.name
    if isinstance(parent, n.InterfaceDecl):
        return "property", parent.name
    if isinstance(parent, n.TypeParam):
        return "type parameter", parent.name
    return "other", ""


def _last_name(expr: n.Node) -> str:
    while isinstance(expr, n.Cast | n.Await):
        expr = expr.value
    return expr.name if isinstance(expr, n.Name | n.Member) and expr.name not in ("this", "super") else ""


def _pattern_name(pattern: n.Node) -> str:
    if isinstance(pattern, n.Name):
        return pattern.name
    return ""


def _function_name(site: Site, holder: n.Node | None) -> str:
    """The name of the function that a place belongs to."""
    if holder is None:
        return ""
    for around in (holder, *site.decl.ancestors(holder)):
        if isinstance(around, n.Function):
            name = _name_of(site, around)
            if name:
                return name
        elif isinstance(around, n.ClassMember):
            return around.name or ""
    return ""


def _name_of(site: Site, function: n.Function) -> str:
    if function.name:
        return function.name
    outer = site.decl.parent(function)
    if isinstance(outer, n.Declarator) and isinstance(outer.target, n.Name):
        return outer.target.name
    if isinstance(outer, n.ClassMember):
        return outer.name or ""
    if isinstance(outer, n.Prop):
        return outer.key or ""
    return ""


class Observation(NamedTuple):
    """How the value at a place is used; `record` is the use of the record around it, if there is one."""

    observer: Observer
    root: Use
    use: Use
    record: Use | None


def observe(world: World, place: Place, *, judging: bool = False) -> Observation | None:
    """Follow the value that a place types; None where there is nothing to follow."""
    observer = Observer(world, judging=judging)
    root = Use()
    steps = place.steps[1:] if place.kind == "property" else place.steps
    _prepare(root, steps)
    if place.holder is None or not place.followable or not _start(observer, place, root):
        return None
    observer.run()
    if not observer.complete:
        return None
    use, record = root, None
    for step in steps:
        if step.kind == "item":
            use = use.each()
        elif step.kind == "map":
            use = use.value()
        elif step.kind == "values":
            record = use
            use = use.values or Use()
        elif step.kind == "prop":
            use = use.prop(step.name)
        elif step.kind == "result":
            use = use.call(0)
    return Observation(observer, root, use, record)


def _prepare(root: Use, steps: tuple[Step, ...]) -> None:
    use = root
    for step in steps:
        if step.kind == "map":
            use.is_map = True
            use = use.value()
        elif step.kind == "item":
            use = use.each()
        elif step.kind == "prop":
            use = use.prop(step.name)
        else:
            return


def _start(observer: Observer, place: Place, root: Use) -> bool:
    site, holder = place.site, place.holder
    if isinstance(holder, n.Param):
        return _start_param(observer, site, holder, root)
    if isinstance(holder, n.Declarator):
        if holder.init is not None:
            observer.provide(site, root, holder.init)
        observer.bind(site, holder, holder.target, root)
        return True
    if isinstance(holder, n.Function):
        _start_result(observer, site, holder, root)
        return True
    if isinstance(holder, n.ClassMember) and holder.name is not None:
        if holder.init is not None:
            observer.provide(site, root, holder.init)
        _follow_field(observer, site, holder.name, root)
        return True
    if isinstance(holder, n.Try) and holder.param is not None:
        observer.bind(site, holder, holder.param, root)
        return True
    if isinstance(holder, n.Cast | n.Call | n.New):
        if not isinstance(holder, n.Call) or len(holder.type_args) == 1:
            observer.follow(site, holder, root)
            return True
        return False
    if isinstance(holder, n.InterfaceDecl | n.TypeAlias) and place.steps and place.steps[0].kind == "prop":
        return _start_property(observer, site, place.steps[0].name, root)
    return False


def _start_result(observer: Observer, site: Site, function: n.Function, root: Use) -> None:
    for node in walk(function):
        if isinstance(node, n.Return) and node.value is not None:
            observer.provide(site, root, node.value)
    if isinstance(function.body, n.Expr):
        observer.provide(site, root, function.body)
    for where, call in observer.calls_of(site, function):
        observer.follow(where, call, root)


def _start_param(observer: Observer, site: Site, param: n.Param, root: Use) -> bool:
    function = site.decl.parent(param)
    if not isinstance(function, n.Function) or function.body is None:
        return False
    observer.bind(site, param, param.target, root)
    if param.modifiers and isinstance(param.target, n.Name):
        _follow_field(observer, site, param.target.name, root)
    position = function.params.index(param)
    if param.default is not None:
        observer.provide(site, root, param.default)
    if not param.rest:
        for where, call in observer.calls_of(site, function):
            if position < len(call.args):
                observer.provide(where, root, call.args[position])
    return True


def _follow_field(observer: Observer, site: Site, name: str, root: Use) -> None:
    for where, member in observer.world.this_references(site, name):
        parent = where.decl.parent(member)
        if isinstance(parent, n.Assign) and parent.target is member:
            observer.provide(where, root, parent.value)
        else:
            observer.follow(where, member, root)


def _start_property(observer: Observer, site: Site, name: str, root: Use) -> bool:
    """Every `x.name` in the file where `x` is declared to be of the type around."""
    world = observer.world
    for other in world.sites(site.path):
        for node in walk(other.decl.node):
            if isinstance(node, n.Prop) and node.key == name:
                _provide_property(observer, site, other, node, root)
            if not isinstance(node, n.Member) or node.name != name:
                continue
            at = world.static_type(other, node.object)
            declared = at.type if at is not None else None
            if isinstance(declared, n.TypeUnion):
                kept = [item for item in declared.items if isinstance(item, n.TypeRef)]
                declared = kept[0] if kept else None
            if not isinstance(declared, n.TypeRef) or declared.name not in site.decl.names:
                continue
            parent = other.decl.parent(node)
            if isinstance(parent, n.Assign) and parent.target is node:
                observer.provide(other, root, parent.value)
            else:
                observer.follow(other, node, root)
    return True


def _provide_property(observer: Observer, site: Site, other: Site, prop: n.Prop, root: Use) -> None:
    """A property of a literal whose expected type is the one around the place."""
    literal = other.decl.parent(prop)
    at = observer.expected_type(other, literal) if isinstance(literal, n.Object) else None
    if at is not None and isinstance(at.type, n.TypeRef) and at.type.name in site.decl.names:
        observer.provide(other, root, prop.value)


def bound_names(pattern: n.Node) -> list[str]:
    """The names that a pattern binds."""
    return [name for name, _, _, _ in bound(pattern)]


def binding_scope_is_local(place: Place) -> bool:
    """Whether a variable is declared inside a function."""
    if not isinstance(place.holder, n.Declarator):
        return False
    bindings = scopes_of(place.site.decl).declared_by(place.holder)
    return bool(bindings) and all(
        any(isinstance(around, n.Function) for around in place.site.decl.ancestors(binding.owner))
        for binding in bindings
    )
