"""Whether data names the tenant, and whether code that is given a job reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.questions import Question
from fourlayer.project.summaries.inference import Inference, place_of
from fourlayer.project.summaries.types import (
    Function,
    Made,
    Members,
    Place,
    Promised,
    Result,
    Typed,
    Union,
    Written,
)
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.derive.symbols import alike

if TYPE_CHECKING:
    from fourlayer.config.settings import Settings
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.scope import Binding

Answer = bool | None
_NESTED = 2
"""So deep inside the data the tenant may stand (`context.tenantId`)."""


def tenant_names(settings: Settings) -> tuple[str, ...]:
    """The names of the tenant, without case and separators."""
    return tuple(sorted({alike(name) for name in (*settings.tenancy.columns, *settings.tenancy.fields)}))


class Tenants:
    """Answers for one view."""

    def __init__(self, view: View, names: tuple[str, ...]) -> None:
        self._view = view
        self._names = names
        self.inference = Inference(view)

    def is_tenant(self, name: str | None) -> bool:
        """Whether a property's name is the tenant's."""
        return name is not None and alike(name) in self._names

    # Data

    def named_by(self, data: n.Expr, place: Place) -> Answer:
        """Whether data that is handed over names the tenant; None where it is out of reach."""
        value = self.inference.of(data, place)
        name = uncast(data)
        if isinstance(name, n.Name) and self._set_later(name, place):
            return True
        return self.in_type(value)

    def in_type(self, value: Typed, depth: int = 0) -> Answer:
        """Whether what something is has a property for the tenant."""
        match value:
            case Written():
                return self._in_literal(value, depth)
            case Members():
                return self._in_members(value, depth)
            case Promised() | Result():
                return self.in_type(self.inference.awaited(value), depth)
            case Union():
                answers = {self.in_type(item, depth) for item in value.items}
                return True if True in answers else None if None in answers else False
            case Made(static=False):
                names = {name for member in value.declared.decl.members for name in member.names}
                return True if any(map(self.is_tenant, names)) else None
            case _:
                return None

    def _in_literal(self, literal: Written, depth: int) -> Answer:
        unknown = False
        for prop in literal.node.props:
            if isinstance(prop, n.Spread):
                answer = self.in_type(self.inference.of(prop.value, literal.place), depth)
                if answer:
                    return True
                unknown = unknown or answer is None
            elif prop.key is None:
                unknown = True
            elif self.is_tenant(prop.key):
                return True
            elif depth < _NESTED:
                answer = self.in_type(self.inference.of(prop.value, literal.place), depth + 1)
                if answer:
                    return True
                unknown = unknown or (answer is None and _may_hold_more(prop.key, prop.value))
        return None if unknown else False

    def _in_members(self, members: Members, depth: int) -> Answer:
        place = members.place
        for prop in members.type.members:
            if self.is_tenant(prop.name):
                return True
            nested = depth < _NESTED and isinstance(prop.type, n.TypeObject | n.TypeRef)
            if nested and self.in_type(self.inference.type(prop.type, place), depth + 1):
                return True
        answers = {self.in_type(self.inference.type(base, place), depth) for base in members.extends}
        open_ended = any(prop.kind == "index" for prop in members.type.members)
        return True if True in answers else None if None in answers or open_ended else False

    def _set_later(self, name: n.Name, place: Place) -> bool:
        """Whether the tenant is written into a variable by a statement of its own."""
        binding = scopes_of(place.decl).binding(name)
        for use in binding.uses if binding is not None else ():
            member = place.decl.parent(use)
            if isinstance(member, n.Member) and self.is_tenant(member.name):
                assign = place.decl.parent(member)
                if isinstance(assign, n.Assign) and assign.target is member:
                    return True
        return False

    # Code

    def read_by(self, function: n.Function, place: Place) -> Answer:
        """Whether a function that is given a job reads its tenant, itself or through what it hands it to."""
        if not self.inference.enter(function):
            return False
        try:
            return self._read_by(function, place)
        finally:
            self.inference.leave(function)

    def _read_by(self, function: n.Function, place: Place) -> Answer:
        given, parts = _given(function, place)
        if any(self.is_tenant(step) for one in parts for step in one.path or () if isinstance(step, str)):
            return True
        answer: Answer = False
        for node in walk(function):
            if isinstance(node, n.Member | n.Index) and self._reads(node, given, place):
                return True
            if isinstance(node, n.Call | n.New) and any(_is_given(arg, given, place) for arg in node.args):
                inner = self._handed_on(node, place)
                if inner:
                    return True
                answer = None if inner is None else answer
        return answer

    def _reads(self, node: n.Member | n.Index, given: set[Binding], place: Place) -> bool:
        """Whether a member of the job is the tenant."""
        key = node.index.value if isinstance(node, n.Index) and isinstance(node.index, n.Str) else None
        if not self.is_tenant(node.name if isinstance(node, n.Member) else key):
            return False
        head: n.Expr = node
        while isinstance(head, n.Member | n.Index):
            head = bare(head.object)
        binding = scopes_of(place.decl).binding(head)
        return binding is not None and binding in given

    def _handed_on(self, call: n.Call | n.New, place: Place) -> Answer:
        callee = uncast(call.callee)
        value = self.inference.of(callee, place)
        if not isinstance(value, Function):
            return False if _is_log(callee) else None
        node = value.node
        if not isinstance(node, n.Function) or node.body is None:
            return None
        there = value.place
        if function_of(there.decl) is node and there.decl.qualified_name and not there.given:
            return self._view.ask(_READS, there.path, there.decl.qualified_name, *self._names)
        return self.read_by(node, there)


_LOGS = frozenset({"debug", "error", "info", "log", "trace", "warn"})


def _is_log(callee: n.Expr) -> bool:
    return isinstance(callee, n.Member) and callee.name in _LOGS


def _given(function: n.Function, place: Place) -> tuple[set[Binding], list[Binding]]:
    """The variables that hold the job or its data (parameters, what is parsed), and their parts."""
    scopes = scopes_of(place.decl)
    parts = [binding for param in function.params for binding in scopes.declared_by(param)]
    found = {binding for binding in parts if _holds_more(binding)}
    for node in walk(function):
        if isinstance(node, n.Declarator) and node.init is not None:
            init = bare(node.init)
            parsed = isinstance(init, n.Call) and any(_is_given(arg, found, place) for arg in init.args)
            if parsed or _is_whole(init, found, place):
                declared = scopes.declared_by(node)
                parts.extend(declared)
                found.update(binding for binding in declared if _holds_more(binding))
    return found, parts


def _holds_more(binding: Binding) -> bool:
    """Whether a variable is the whole, a rest of it, or a part that is called like something with parts."""
    last = binding.path[-1] if binding.path else "data"
    return isinstance(last, str) and alike(last).endswith(_HOLDERS)


def _is_whole(expr: n.Expr, given: set[Binding], place: Place) -> bool:
    """Whether an expression is the job, its data, or a variable that holds them."""
    inner = bare(expr)
    if isinstance(inner, n.Member) and inner.name == "data":
        inner = bare(inner.object)
    binding = scopes_of(place.decl).binding(inner)
    return binding is not None and binding in given


_HOLDERS = ("body", "context", "ctx", "data", "event", "input", "job", "message", "meta", "payload")


def _may_hold_more(key: str, value: n.Expr) -> bool:
    """Whether a property, or its value, is called like something that holds more than one thing."""
    inner = bare(value)
    names = (key, inner.name) if isinstance(inner, n.Name | n.Member) else ()
    return any(alike(name).endswith(_HOLDERS) for name in names)


def _is_given(arg: n.Expr, given: set[Binding], place: Place) -> bool:
    expr = arg.value if isinstance(arg, n.Spread) else arg
    if isinstance(expr, n.Object):
        return any(_is_given(prop.value, given, place) for prop in expr.props)
    return _is_whole(expr, given, place)


def _reads_tenant(view: View, about: tuple[str, ...]) -> Answer:
    path, name, *names = about
    facts = view.facts(path)
    for decl in facts.all_decls() if facts is not None else ():
        function = function_of(decl) if decl.qualified_name == name and decl.trusted else None
        if facts is not None and function is not None and function.body is not None:
            return Tenants(view, tuple(names)).read_by(function, place_of(path, facts, decl))
    return None


_READS = Question["Answer"]("reads the tenant", _reads_tenant, bottom=False)
