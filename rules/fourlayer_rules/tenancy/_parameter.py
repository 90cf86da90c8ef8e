"""Hands the tenant's id to a function that lacks it: a new parameter, and every caller passes a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.queries.follow import At
from fourlayer.rule.model import TextEdit
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted
from fourlayer.syntax.facts import walk
from fourlayer.syntax.flow import functions_around
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from fourlayer.project.queries.follow import Follower
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl
    from fourlayer_rules.tenancy._values import Values

Edits = dict[str, list[TextEdit]]


class Target(NamedTuple):
    """The function that gets the parameter. `at` is the function, `position` the parameter's."""

    at: At
    name: str
    parameter: str
    position: int
    is_method: bool

    @property
    def is_shared(self) -> bool:
        """Whether other files may call it."""
        member = self.at.decl.node
        if isinstance(member, n.ClassMember):
            private = "private" in member.modifiers or self.name.startswith("#")
            return not private
        return any(self.name in (export.local, export.name) for export in self.at.facts.exports)


class _NoPlanError(Exception):
    """A caller that cannot be updated."""


def target_of(at: At, parameter: str) -> Target | None:
    """The outermost named function around a query, where a parameter of this name can be added."""
    decl = at.decl
    function: n.Function | None = None
    for around in functions_around(decl, at.expr):
        function = around
    if function is None or function.params_start == function.params_end:
        return None
    name = _name_of(decl, function)
    if name is None or decl.text_of(function)[function.params_start - function.start :][:1] != "(":
        return None
    for inner in (function, *functions_around(decl, at.expr)):
        if any(binding.name == parameter for binding in scopes_of(decl).visible(inner)):
            return None
    if any(binding.name == parameter for binding in scopes_of(decl).bindings):
        return None
    position = next(
        (
            index
            for index, param in enumerate(function.params)
            if param.optional or param.default is not None or param.rest
        ),
        len(function.params),
    )
    return Target(at.to(function), name, parameter, position, isinstance(decl.node, n.ClassMember))


def _name_of(decl: Decl, function: n.Function) -> str | None:
    node = decl.node
    if isinstance(node, n.ClassMember):
        if node.kind != "method" or node.function is not function:
            return None
        siblings = [m for m in (decl.owner.members if decl.owner is not None else ()) if m.name == decl.name]
        return node.name if len(siblings) == 1 else None
    if isinstance(node, n.FunctionDecl) and node.function is function:
        return function.name
    if isinstance(node, n.VarDecl):
        for declarator in node.declarators:
            if (
                declarator.init is function
                and declarator.type is None
                and isinstance(declarator.target, n.Name)
            ):
                return declarator.target.name
    return None


def may_have_callers_updated(
    ctx: Context, follower: Follower, values: Values, target: Target, column: str
) -> bool:
    """A cheap answer for a list of actions: exact inside providers and for what no other file can call."""
    exact = not target.is_shared or ctx.view.provider_of(target.at.path) is not None
    if exact:
        return with_parameter(ctx, follower, values, target, column) is not None
    try:
        edits: Edits = {}
        _update_file(target, target.at.path, target.at, edits, values, column, follower, None)
    except _NoPlanError:
        return False
    return True


def with_parameter(
    ctx: Context, follower: Follower, values: Values, target: Target, column: str
) -> Edits | None:
    """The edits of the signature, of interfaces that declare it and of all callers; None: impossible."""
    edits: Edits = {target.at.path: [_declared(target.at, target)]}
    owner = target.at.decl.owner
    types: set[tuple[str, str]] = {(target.at.path, owner.name or "")} if owner is not None else set()
    try:
        if target.is_method:
            types |= _signatures(target, follower, edits)
        _update_file(target, target.at.path, target.at, edits, values, column, follower, types)
        if target.is_shared:
            for path in sorted({path for path, _ in types} | {target.at.path}):
                _update_importers(ctx, follower, values, target, column, path, types, edits)
    except _NoPlanError:
        return None
    return edits


# Signatures


def _declared(at: At, target: Target) -> TextEdit:
    """The new parameter in a function's or signature's list."""
    assert isinstance(at.expr, n.Function | n.TypeFunction)  # noqa: S101 - callers pass nothing else
    params = at.expr.params
    text = f"{target.parameter}: string"
    if isinstance(at.expr, n.Function):
        opening = at.decl.start + at.expr.params_start + 1
    else:
        source = at.facts.text.data
        opening = source.index(b"(", at.decl.start + at.expr.start) + 1
    return _listed(at, params, target.position, opening, text)


def _listed(at: At, items: tuple[n.Node, ...], position: int, opening: int, text: str) -> TextEdit:
    """An item at a position of a list in parentheses, in the list's own style."""
    if not items:
        return TextEdit(opening, opening, text)
    if position < len(items):
        start = at.decl.start + items[position].start
        line = at.facts.text.line_starts[at.facts.text.line_of(start)]
        indent = at.facts.text.data[line:start]
        gap = " " if indent.strip() else "\n" + indent.decode()
        return TextEdit(start, start, f"{text},{gap}")
    last = items[-1]
    end, start = at.decl.start + last.end, at.decl.start + last.start
    line = at.facts.text.line_starts[at.facts.text.line_of(start)]
    indent = at.facts.text.data[line:start]
    gap = " " if indent.strip() else "\n" + indent.decode()
    return TextEdit(end, end, f",{gap}{text}")


def _signatures(target: Target, follower: Follower, edits: Edits) -> set[tuple[str, str]]:
    """Interfaces and base classes that declare the method get the parameter too; callers may use them."""
    found: set[tuple[str, str]] = set()
    owner = follower.class_of(target.at)
    node = owner.decl.node if owner is not None else None
    if owner is None or not isinstance(node, n.ClassDecl):
        return found
    for kind in node.implements:
        place = follower.top_level(owner, kind.name) if isinstance(kind, n.TypeRef) else None
        if place is None:
            raise _NoPlanError
        body = place.decl.node.body if isinstance(place.decl.node, n.InterfaceDecl) else None
        for member in body.members if body is not None else ():
            if member.name == target.name and isinstance(member.type, n.TypeFunction):
                edit = _declared(place.to(member.type), target)
                edits.setdefault(place.path, []).append(edit)
                found.add((place.path, place.decl.name or ""))
    base = follower.base_of(owner)
    if node.extends is not None and base is None:
        raise _NoPlanError
    inherited = follower.member(base, target.name) if base is not None else None
    if base is not None and inherited is not None:
        if not isinstance(inherited.expr, n.ClassMember) or inherited.expr.function is None:
            raise _NoPlanError
        if inherited.expr.function.body is not None:
            raise _NoPlanError
        edits.setdefault(inherited.path, []).append(_declared(inherited.to(inherited.expr.function), target))
        found.add((base.path, base.decl.name or ""))
    return found


# Callers


def _update_importers(
    ctx: Context,
    follower: Follower,
    values: Values,
    target: Target,
    column: str,
    path: str,
    types: set[tuple[str, str]],
    edits: Edits,
) -> None:
    seen = {path, target.at.path}
    pending = [path]
    while pending:
        for edge in ctx.view.importers(pending.pop()):
            if edge.importer in seen:
                continue
            seen.add(edge.importer)
            facts = ctx.view.facts(edge.importer)
            if facts is None or edge.import_.kind not in ("import", "export", "type"):
                raise _NoPlanError
            if edge.import_.kind == "export":
                pending.append(edge.importer)
                continue
            if facts.decls:
                at = At(edge.importer, facts, facts.decls[0], facts.decls[0].node)
                _update_file(target, edge.importer, at, edits, values, column, follower, types)


def _update_file(
    target: Target,
    path: str,
    at: At,
    edits: Edits,
    values: Values,
    column: str,
    follower: Follower,
    types: set[tuple[str, str]] | None,
) -> None:
    """Pass the value in every call of one file. Raises where something else is done with the function."""
    needle = target.name.encode()
    for decl in at.facts.all_decls():
        if decl.members or decl.kind in ("import", "export") or needle not in decl.data:
            continue
        place = At(path, at.facts, decl, decl.node)
        calls = (
            _methods(place, target, follower, types) if target.is_method else _names(place, target, follower)
        )
        for call in calls:
            edits.setdefault(path, []).append(_passed(place, call, target, values, column))


def _names(place: At, target: Target, follower: Follower) -> Iterator[n.Call]:
    """The calls of a function by its name. Raises where it is handed on instead."""
    for node in walk(place.decl.node):
        if not isinstance(node, n.Name):
            continue
        found = node.name
        if scopes_of(place.decl).binding(node) is not None and place.decl is not target.at.decl:
            continue
        if found != target.name and not _is_alias(place, found, target):
            continue
        known = follower.top_level(place, found)
        if known is None or known.decl is not target.at.decl or _is_own_name(place, node, target):
            continue
        parent = place.decl.parent(node)
        if not isinstance(parent, n.Call) or bare(parent.callee) is not node:
            raise _NoPlanError
        yield parent


def _is_own_name(place: At, node: n.Name, target: Target) -> bool:
    parent = place.decl.parent(node)
    return place.decl is target.at.decl and isinstance(parent, n.Declarator) and parent.target is node


def _is_alias(place: At, name: str, target: Target) -> bool:
    return any(
        one.local == name and one.imported == target.name
        for item in place.facts.imports
        for one in item.names
    )


def _methods(
    place: At, target: Target, follower: Follower, types: set[tuple[str, str]] | None
) -> Iterator[n.Call]:
    """The calls of a method on receivers of its class. Raises where a receiver is not known."""
    for node in walk(place.decl.node):
        if isinstance(node, n.ClassMember) and node.name == target.name:
            continue
        if not isinstance(node, n.Member) or node.name != target.name:
            continue
        receiver = bare(node.object)
        if isinstance(receiver, n.Name) and receiver.name == "this":
            owner = follower.class_of(place)
            if owner is None or owner.decl is not target.at.decl.owner:
                continue
        elif types is not None:
            kind = _class_of(place, receiver, follower)
            if kind is None:
                raise _NoPlanError
            if kind not in types:
                continue
        elif _class_of(place, receiver, follower) is not None:
            continue
        parent = place.decl.parent(node)
        if not isinstance(parent, n.Call) or bare(parent.callee) is not node:
            raise _NoPlanError
        yield parent


def _class_of(place: At, receiver: n.Expr, follower: Follower) -> tuple[str, str] | None:
    """The class or interface that a receiver is an instance of: its file and name."""
    if isinstance(receiver, n.New):
        return _named_type(place, dotted(receiver.callee), follower)
    if isinstance(receiver, n.Member) and dotted(receiver.object) == "this":
        return _field_class(place, receiver.name, follower)
    if not isinstance(receiver, n.Name):
        return None
    binding = scopes_of(place.decl).binding(receiver)
    if binding is None:
        known = follower.top_level(place, receiver.name)
        if known is not None and known.decl.kind == "class":
            return (known.path, known.decl.name or "")
        values = follower.values(place.to(receiver))
        made = values[0] if values else None
        return (
            _class_of(made, made.expr, follower)
            if made is not None and isinstance(made.expr, n.New)
            else None
        )
    if isinstance(binding.type, n.TypeRef) and binding.path == ():
        return _named_type(place, binding.type.name, follower)
    value = bare(binding.value) if binding.value is not None else None
    if isinstance(value, n.New | n.Member | n.Name) and value is not receiver:
        return _class_of(place, value, follower)
    return None


def _field_class(place: At, name: str, follower: Follower) -> tuple[str, str] | None:
    owner = follower.class_of(place)
    for member in owner.decl.members if owner is not None else ():
        node = member.node
        if not isinstance(node, n.ClassMember):
            continue
        inside = At(place.path, place.facts, member, node)
        if node.kind == "field" and node.name == name:
            if isinstance(node.type, n.TypeRef):
                return _named_type(inside, node.type.name, follower)
            init = bare(node.init) if node.init is not None else None
            return _class_of(inside, init, follower) if isinstance(init, n.New | n.Name) else None
        if node.kind == "constructor" and node.function is not None:
            for param in node.function.params:
                if param.modifiers and isinstance(param.target, n.Name) and param.target.name == name:
                    kind = param.type
                    return _named_type(inside, kind.name, follower) if isinstance(kind, n.TypeRef) else None
    return None


def _named_type(place: At, name: str | None, follower: Follower) -> tuple[str, str] | None:
    known = follower.top_level(place, name) if name is not None else None
    if known is not None:
        return (known.path, known.decl.name or "")
    # A type of a package is another class for sure.
    imported = any(one.local == name for item in place.facts.imports for one in item.names)
    return ("", name or "") if imported else None


def _passed(place: At, call: n.Call, target: Target, values: Values, column: str) -> TextEdit:
    """The value in one call."""
    if len(call.args) < target.position or any(isinstance(arg, n.Spread) for arg in call.args):
        raise _NoPlanError
    inside = place.decl is target.at.decl and any(
        around is target.at.expr for around in place.decl.ancestors(call)
    )
    if inside:
        text = target.parameter
    else:
        candidates = values.at(place.to(call), column)
        if not candidates:
            raise _NoPlanError
        text = candidates[0].text
    return _listed(place, call.args, target.position, place.decl.start + call.args_start + 1, text)
