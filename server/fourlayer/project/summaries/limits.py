"""Which calls to the outside a method makes without the rate limit, through helpers and stored closures."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.classes import chain_of
from fourlayer.project.exports import Declared
from fourlayer.project.follow import Follow
from fourlayer.project.frames import Frame, Value
from fourlayer.project.questions import Key, Question
from fourlayer.project.summaries.network import exits, name_reaches
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import all_calls, bare, member_assigns, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.flow import function_around, holds_on_every_path
from fourlayer.syntax.functions import returned_values
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

LIMITS = frozenset({"withratelimit", "ratelimited", "throttle", "throttled", "withthrottle", "schedule"})
"""Methods that run what they are given when the limit allows it, in lower case."""
_ACQUIRES = frozenset({"acquire", "consume", "waitfortoken", "removetokens", "wait", "take"})
_LATER = frozenset({"on", "once", "addEventListener", "addListener", "subscribe"})


class Out(NamedTuple):
    """A call in a method that leaves the process, or calls what does, with no limit around it."""

    decl: Decl
    node: n.Expr
    what: str
    via: str
    """The member of the class that is called; empty where the call leaves by itself, or otherwise."""


def limit_call(node: n.Node) -> n.Call | None:
    """The call, if it runs something under a rate limit."""
    callee = uncast(node.callee) if isinstance(node, n.Call) else None
    if not isinstance(node, n.Call) or not isinstance(callee, n.Member | n.Name):
        return None
    name = callee.name.lower()
    if name == "schedule":
        owner = callee.object if isinstance(callee, n.Member) else None
        text = owner.name.lower() if isinstance(owner, n.Member | n.Name) else ""
        return node if "limiter" in text or "throttle" in text else None
    return node if name in LIMITS else None


class Method(NamedTuple):
    """A member of a class, and the class that `this` stands for."""

    path: str
    facts: FileFacts
    decl: Decl
    receiver: Declared


def unlimited(view: View, method: Method) -> Iterator[Out]:
    """The places of a method that call out without a limit, in source order."""
    decl = method.decl
    own = {one.node: one.what for one in exits(view, method.path, method.facts, decl)}
    for node in all_calls(decl):
        what = own.get(node) or _called(view, method, node)
        if what and _runs_here(method, node) and not is_limited(view, method, node):
            yield Out(decl, node, what, "" if node in own else _of_this(node))


def _of_this(call: n.Call) -> str:
    """The member that `this.member()` calls."""
    callee = uncast(call.callee)
    owner = bare(callee.object) if isinstance(callee, n.Member) else None
    is_this = isinstance(owner, n.Name) and owner.name in {"this", "super"}
    return callee.name if isinstance(callee, n.Member) and is_this else ""


def _called(view: View, method: Method, call: n.Call) -> str:
    """What a call of the class's own, of a stored closure or of a function ends in, without a limit."""
    callee = uncast(call.callee)
    if isinstance(callee, n.Name):
        if scopes_of(method.decl).binding(callee) is not None:
            return ""
        way = name_reaches(view, method.path, method.facts, callee.name)
        return way.what if way is not None else ""
    if not isinstance(callee, n.Member):
        return ""
    owner = bare(callee.object)
    if isinstance(owner, n.Name) and owner.name in {"this", "super"}:
        about = (method.receiver.path, method.receiver.decl.name or "", callee.name)
        return view.ask(UNLIMITED, *about)
    field = _field(method.decl, owner)
    if field is None:
        return ""
    return view.ask(STORED, method.receiver.path, method.receiver.decl.name or "", field, callee.name)


def _field(decl: Decl, owner: n.Expr) -> str | None:
    """The field of `this` that an expression is, or a variable that holds it."""
    if isinstance(owner, n.Name):
        binding = scopes_of(decl).binding(owner)
        value = binding.value if binding is not None else None
        return _field(decl, bare(value)) if value is not None else None
    if isinstance(owner, n.Member) and isinstance(owner.object, n.Name) and owner.object.name == "this":
        return owner.name
    return None


def _runs_here(method: Method, node: n.Node) -> bool:
    """Whether a place is run by the method itself, not by a closure that it keeps or returns."""
    decl = method.decl
    inner: n.Node = node
    for above in decl.ancestors(node):
        if isinstance(inner, n.Function):
            runs = isinstance(above, n.Call | n.New | n.ClassMember | n.Cast | n.Declarator | n.FunctionDecl)
            if not runs:
                return False
            if isinstance(above, n.Call):
                callee = uncast(above.callee)
                if isinstance(callee, n.Member) and callee.name in _LATER:
                    return False
        inner = above
    return True


def is_limited(view: View, method: Method, node: n.Node) -> bool:
    """Whether a rate limit is around a place of a method, or acquired before it on every path."""
    decl = method.decl
    inner: n.Node = node
    for above in decl.ancestors(node):
        given = isinstance(inner, n.Function) and isinstance(above, n.Call) and inner in above.args
        if (
            given
            and isinstance(above, n.Call)
            and (limit_call(above) or _limits_param(view, method, above, inner))
        ):
            return True
        if (
            isinstance(inner, n.Function)
            and isinstance(above, n.Declarator)
            and _local_limited(view, method, above)
        ):
            return True
        inner = above
    if not any(map(_acquires_now, all_calls(decl))):
        return False
    function = function_around(decl, node)
    while function is not None:
        if function.body is not None and holds_on_every_path(function, node, _acquires)[0]:
            return True
        node = function
        function = function_around(decl, function)
    return False


def _local_limited(view: View, method: Method, owner: n.Declarator) -> bool:
    """Whether a function in a variable is run under the limit wherever it is run."""
    bindings = scopes_of(method.decl).declared_by(owner)
    uses = bindings[0].uses if len(bindings) == 1 else []
    return bool(uses) and all(_use_limited(view, method, use) for use in uses)


def _acquires(node: n.Node) -> bool:
    """`await this.rateLimiter.acquire(tenantId)`."""
    call = node.value if isinstance(node, n.Await) else None
    return isinstance(call, n.Call) and _acquires_now(call)


def _acquires_now(call: n.Call) -> bool:
    """`this.rateLimiter.acquire(tenantId)`."""
    callee = uncast(call.callee)
    if not isinstance(callee, n.Member) or callee.name.lower() not in _ACQUIRES:
        return False
    owner = uncast(callee.object)
    name = owner.name.lower() if isinstance(owner, n.Member | n.Name) else ""
    return "limit" in name or "bucket" in name or "throttle" in name


def _limits_param(view: View, method: Method, call: n.Call, callback: n.Node) -> bool:
    """Whether a method of the workspace runs its callback under the limit."""
    frame = Frame(
        method.path, method.facts, method.decl, function_around(method.decl, call), method.receiver, {}, ()
    )
    target = Follow(view).call(frame, call)
    if not isinstance(target, Frame) or target.function is None or target.decl is method.decl:
        return False
    place = next((at for at, arg in enumerate(call.args) if arg is callback), len(call.args))
    if place >= len(target.function.params):
        return False
    bindings = scopes_of(target.decl).declared_by(target.function.params[place])
    if len(bindings) != 1 or not bindings[0].uses:
        return False
    inner = Method(target.path, target.facts, target.decl, target.this or method.receiver)
    return all(_use_limited(view, inner, use) for use in bindings[0].uses)


def _use_limited(view: View, method: Method, use: n.Name) -> bool:
    parent = method.decl.parent(use)
    if isinstance(parent, n.Call) and use in parent.args:
        return limit_call(parent) is not None or _limits_param(view, method, parent, use)
    return is_limited(view, method, parent if isinstance(parent, n.Call) else use)


def methods(view: View, receiver: Declared, name: str) -> Iterator[Method]:
    """The members of a name in a class or the nearest of its bases that has any."""
    for link in chain_of(view, receiver).links:
        facts = view.facts(link.path)
        decl = facts.decl(link.decl.name or "") if facts is not None else None
        found = [one for one in decl.members if one.name == name] if decl is not None else []
        if facts is not None and found:
            yield from (Method(link.path, facts, member, receiver) for member in found)
            return


def _receiver(view: View, path: str, name: str) -> Declared | None:
    facts = view.facts(path)
    decl = facts.decl(name) if facts is not None else None
    return Declared(path, facts, decl) if facts is not None and decl is not None else None


def _unlimited(view: View, about: Key) -> str:
    path, class_name, name = about
    receiver = _receiver(view, path, class_name)
    for method in methods(view, receiver, name) if receiver is not None else ():
        for out in unlimited(view, method):
            return out.what
        stored = _assigned(view, method.receiver, name, None)
        if stored:
            return stored
    if receiver is not None and not any(methods(view, receiver, name)):
        return _assigned(view, receiver, name, None)
    return ""


def _stored(view: View, about: Key) -> str:
    path, class_name, field, name = about
    receiver = _receiver(view, path, class_name)
    return _assigned(view, receiver, field, name) if receiver is not None else ""


def _assigned(view: View, receiver: Declared, field: str, name: str | None) -> str:
    """What a closure that is kept in a field (as its property `name`) calls without a limit."""
    facts = view.facts(receiver.path)
    decl = facts.decl(receiver.decl.name or "") if facts is not None else None
    if facts is None or decl is None:
        return ""
    for member in decl.members:
        if member.name != field and f"this.{field}".encode() not in member.data:
            continue
        method = Method(receiver.path, facts, member, receiver)
        for value in _values(member, field):
            what = _closure(view, method, value, name)
            if what:
                return what
    return ""


def _values(member: Decl, field: str) -> Iterator[n.Expr]:
    node = member.node
    if (
        isinstance(node, n.ClassMember)
        and node.kind == "field"
        and node.name == field
        and node.init is not None
    ):
        yield node.init
    for target, value in member_assigns(member):
        if target.name == field:
            yield value


def _closure(view: View, method: Method, value: n.Expr, name: str | None) -> str:
    value = bare(value)
    if isinstance(value, n.Call):
        frame = Frame(method.path, method.facts, method.decl, None, method.receiver, {}, ())
        target = Follow(view).call(frame, value)
        returned = (
            list(returned_values(target.function)) if isinstance(target, Frame) and target.function else []
        )
        if not isinstance(target, Frame) or len(returned) != 1:
            return ""
        found = Follow(view).value(Value(returned[0], target))
        if not isinstance(found, Value):
            return ""
        method = Method(found.frame.path, found.frame.facts, found.frame.decl, method.receiver)
        value = bare(found.expr)
    if name is not None:
        props = value.props if isinstance(value, n.Object) else ()
        inner = next((p.value for p in props if isinstance(p, n.Prop) and p.key == name), None)
        value = bare(inner) if inner is not None else n.Const(0, 0, "undefined")
    if not isinstance(value, n.Function):
        return ""
    own = {one.node: one.what for one in exits(view, method.path, method.facts, method.decl)}
    for node in walk(value):
        what = (own.get(node) or _called(view, method, node)) if isinstance(node, n.Call) else ""
        if what and not is_limited(view, method, node):
            return what
    return ""


UNLIMITED = Question[str]("calls out without a rate limit", _unlimited, bottom="")
"""About the path and name of a class, and one of its members: what it calls; empty where it does not."""

STORED = Question[str]("keeps a closure that calls out without a rate limit", _stored, bottom="")
"""About the path and name of a class, a field, and the property of the object in there."""
