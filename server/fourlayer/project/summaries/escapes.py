"""Which errors of the outside, and of reading what it answers, can leave the client layer as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.project.exports import Declared, exported, public_names
from fourlayer.project.follow import Follow, frame_at
from fourlayer.project.frames import Instance, Outside, Value
from fourlayer.project.questions import Key, Question
from fourlayer.project.summaries.errors import Errors, Escape
from fourlayer.project.summaries.network import called, declarations, exits
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import all_calls, bare, chain_of, dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.flow import function_around, is_reached
from fourlayer.syntax.functions import function_of
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

Kind = Literal["call", "answer"]
_READS = frozenset({"json", "text", "arrayBuffer", "blob", "formData"})
_PARSES = frozenset({"parse", "parseAsync"})


class Site(NamedTuple):
    """A place from which an error of the outside comes: a call, or the reading of what it answered."""

    node: n.Expr
    kind: Kind
    what: str
    promise: bool


class Raw(NamedTuple):
    """An error that leaves the client layer as it is."""

    site: Site
    escape: Escape


def raw_errors(view: View, path: str, facts: FileFacts, decl: Decl) -> list[Raw]:
    """The errors that arise in a declaration and can leave the client layer unmapped, in source order."""
    errors = Errors(view, path, facts, decl)
    found: list[Raw] = []
    for site in _sites(view, path, facts, decl):
        escape = errors.of(site.node, promise=site.promise)
        if escape is None or not _is_reached(decl, site.node):
            continue
        if leaves(view, path, facts, decl, escape):
            found.append(Raw(site, escape))
    return sorted(found, key=lambda raw: raw.site.node.start)


def _is_reached(decl: Decl, node: n.Node) -> bool:
    function = function_around(decl, node)
    return function is None or function.body is None or is_reached(function, node)


# Where errors arise


def _sites(view: View, path: str, facts: FileFacts, decl: Decl) -> Iterator[Site]:
    own: set[n.Node] = set()
    for one in exits(view, path, facts, decl):
        own.add(one.node)
        yield Site(one.node, "call", one.what, True)
    answers = _Answers(view, path, facts, decl, own)
    for node in all_calls(decl):
        callee = uncast(node.callee)
        if node in own or not isinstance(callee, n.Member):
            continue
        if callee.name in _READS and answers.is_response(callee.object):
            yield Site(node, "answer", callee.name, True)
        elif callee.name in _PARSES and answers.is_parsed(node, callee):
            yield Site(node, "answer", "parse", callee.name == "parseAsync")


class _Answers:
    """Which expressions of a declaration are what somebody outside answered."""

    def __init__(self, view: View, path: str, facts: FileFacts, decl: Decl, own: set[n.Node]) -> None:
        self._view = view
        self._path = path
        self._facts = facts
        self._decl = decl
        self._own = own
        self._receiver = Declared(path, facts, decl.owner) if decl.owner is not None else None

    def is_answer(self, expr: n.Expr, hops: int = 0) -> bool:
        """Whether an expression holds what a call over the network came back with."""
        if hops > 6:
            return False
        for node in walk(expr):
            if isinstance(node, n.Call):
                callee = uncast(node.callee)
                if node in self._own or self._is_read(node, callee) or self._reaches(node):
                    return True
            elif isinstance(node, n.Name):
                binding = scopes_of(self._decl).binding(node)
                owner = binding.owner if binding is not None else None
                init = owner.init if isinstance(owner, n.Declarator) else None
                if init is not None and init is not expr and self.is_answer(init, hops + 1):
                    return True
            elif isinstance(node, n.Function):
                return False
        return False

    def is_parsed(self, call: n.Call, callee: n.Member) -> bool:
        """Whether a call of `parse` reads an answer, with a schema or as JSON."""
        if not call.args or not self.is_answer(call.args[0]):
            return False
        return dotted(callee) == "JSON.parse" or self.is_schema(callee.object)

    def _is_read(self, call: n.Call, callee: n.Expr) -> bool:
        """`response.json()`, whoever asked for the response."""
        if not isinstance(callee, n.Member) or callee.name not in _READS or call.args:
            return False
        return callee.name != "text" or self.is_response(callee.object)

    def _reaches(self, call: n.Call) -> bool:
        chain = chain_of(call)
        if not chain.links:
            return False
        return called(self._view, self._path, self._facts, self._decl, chain, self._receiver) is not None

    def is_response(self, expr: n.Expr) -> bool:
        """Whether an expression is the response of a call that this declaration makes."""
        name = bare(expr)
        if isinstance(name, n.Call):
            return name in self._own
        binding = scopes_of(self._decl).binding(name)
        if binding is None or not isinstance(binding.owner, n.Declarator) or binding.path != ():
            return False
        init = binding.init
        return init is not None and any(node in self._own for node in walk(init))

    def is_schema(self, expr: n.Expr) -> bool:
        """Whether an expression is a Zod schema."""
        name = dotted(expr)
        if name is not None and name.lower().endswith("schema"):
            return True
        frame = frame_at(self._path, self._facts, self._decl, expr)
        value = Follow(self._view).value(Value(expr, frame))
        if isinstance(value, Outside):
            return value.package == "zod" or value.name.partition(".")[0] == "z"
        head = chain_of(value.expr).head
        return isinstance(head, n.Name) and head.name in {"z", "zod"}


# Where they go


def leaves(view: View, path: str, facts: FileFacts, decl: Decl, escape: Escape) -> bool:
    """Whether an error that gets out of a function can leave the client layer."""
    if escape.stored is None:
        if not decl.qualified_name:
            return True
        return view.ask(LEAVES, path, decl.qualified_name)
    if not escape.stored:
        return True
    sites = list(_stored_calls(facts, escape.stored))
    if not sites:
        return True
    return any(_gets_out(view, path, facts, caller, call) for caller, call in sites)


def _stored_calls(facts: FileFacts, name: str) -> Iterator[tuple[Decl, n.Call]]:
    """The calls of a stored function of a name in its file."""
    for decl in facts.all_decls():
        if name.encode() not in decl.data or decl.members:
            continue
        for node in walk(decl.node):
            callee = uncast(node.callee) if isinstance(node, n.Call) else None
            if not isinstance(node, n.Call) or not isinstance(callee, n.Member) or callee.name != name:
                continue
            own = decl.owner is not None and any(member.name == name for member in decl.owner.members)
            if not (own and isinstance(callee.object, n.Name) and callee.object.name == "this"):
                yield decl, node


def _gets_out(view: View, path: str, facts: FileFacts, decl: Decl, call: n.Call) -> bool:
    """Whether an error of a call gets out of the client layer."""
    escape = Errors(view, path, facts, decl).of(call, promise=True)
    return escape is not None and leaves(view, path, facts, decl, escape)


def _leaves(view: View, about: Key) -> bool:
    path, qualified_name = about
    facts = view.facts(path)
    found = declarations(facts, qualified_name) if facts is not None else ()
    if facts is None or not found:
        return False
    decl = found[-1]
    node = decl.node
    if isinstance(node, n.ClassMember):
        if node.name is None or node.kind != "method":
            return True
        if "private" in node.modifiers or node.name.startswith("#"):
            return any(_gets_out(view, path, facts, *site) for site in _this_calls(decl))
        return _leaves_class(view, path, decl)
    name = decl.name or ""
    if decl.kind not in {"function", "variable"} or function_of(decl) is None:
        return True
    if any(_gets_out(view, path, facts, *site) for site in _plain_calls(facts, name)):
        return True
    public = [item.name for item in facts.exports if name in {item.local, item.name}]
    return any(_leaves_by(view, path, one) for one in public)


def _this_calls(member: Decl) -> Iterator[tuple[Decl, n.Call]]:
    needle = (member.name or "").encode()
    for other in member.owner.members if member.owner is not None else ():
        if needle not in other.data:
            continue
        for node in walk(other.node):
            callee = uncast(node.callee) if isinstance(node, n.Call) else None
            if not isinstance(node, n.Call) or not isinstance(callee, n.Member):
                continue
            if callee.name == member.name and dotted(callee.object) == "this":
                yield other, node


def _plain_calls(facts: FileFacts, name: str) -> Iterator[tuple[Decl, n.Call]]:
    needle = name.encode()
    for decl in facts.all_decls():
        if needle not in decl.data or decl.members:
            continue
        for node in walk(decl.node):
            callee = node.callee if isinstance(node, n.Call) else None
            if not isinstance(node, n.Call) or not isinstance(callee, n.Name) or callee.name != name:
                continue
            if scopes_of(decl).binding(callee) is None or decl.name == name:
                yield decl, node


def _leaves_by(view: View, path: str, name: str) -> bool:
    """Whether an exported function is called from outside of the client layer, or by who lets errors go."""
    importers = view.importers(path)
    inside = False
    for edge in importers:
        if view.is_test(edge.importer):
            continue
        facts = view.facts(edge.importer)
        if facts is None:
            continue
        for item in facts.imports:
            if view.resolve(item.specifier, edge.importer).path != path:
                continue
            for bound in item.names:
                if bound.imported not in {name, "*"} or bound.type_only:
                    continue
                if view.layer_of(edge.importer) != "client" or bound.local is None or bound.imported == "*":
                    return True
                inside = True
                if any(
                    _gets_out(view, edge.importer, facts, *site) for site in _plain_calls(facts, bound.local)
                ):
                    return True
    return not inside


def _leaves_class(view: View, path: str, member: Decl) -> bool:
    """Whether a method of a class is called from outside of the client layer, or by who lets errors go."""
    owner = member.owner
    if owner is None or owner.name is None or _is_public(view, path, owner.name):
        return True
    provider = view.provider_of(path)
    files = provider.files if provider is not None else ()
    base = view.layout.conventions.base_class
    node = owner.node
    if not files or (isinstance(node, n.ClassDecl) and dotted(node.extends or n.Name(0, 0, "")) == base):
        return True
    if "protected" in getattr(member.node, "modifiers", ()):
        return True
    sites = 0
    for file in files:
        data = view.read(file) or b""
        if view.is_test(file) or b"." + (member.name or "").encode() not in data:
            continue
        other = view.facts(file)
        if other is None:
            continue
        for decl, call in _method_calls(view, file, other, member, path):
            sites += 1
            if view.layer_of(file) != "client" or _gets_out(view, file, other, decl, call):
                return True
    return sites == 0


def _method_calls(
    view: View, file: str, facts: FileFacts, member: Decl, path: str
) -> Iterator[tuple[Decl, n.Call]]:
    name = member.name or ""
    owner = member.owner.name if member.owner is not None else None
    for decl in facts.all_decls():
        if name.encode() not in decl.data or decl.members:
            continue
        for node in walk(decl.node):
            callee = uncast(node.callee) if isinstance(node, n.Call) else None
            if not isinstance(node, n.Call) or not isinstance(callee, n.Member) or callee.name != name:
                continue
            found = Follow(view).object(Value(callee.object, frame_at(file, facts, decl, node)))
            if isinstance(found, Instance):
                if (found.declared.path, found.declared.decl.name) == (path, owner):
                    yield decl, node
            elif not isinstance(found, Outside) or found.kind in {"unknown", "given", "open"}:
                yield decl, node


def _is_public(view: View, path: str, name: str) -> bool:
    """Whether the provider's public surface exports a class."""
    provider = view.provider_of(path)
    if provider is None or provider.entry is None:
        return True
    for one in public_names(view, provider.entry):
        found = exported(view, provider.entry, one)
        if isinstance(found, tuple) and found.path == path and found.decl.name == name:
            return True
    return False


LEAVES = Question[bool]("lets raw errors leave the client layer", _leaves, bottom=False)
"""About a path and a declaration's qualified name: whether what it throws can leave the layer as it is."""
