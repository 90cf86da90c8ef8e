"""Which calls leave the process, and which functions and methods reach the network in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from fourlayer.project.classes import chain_of as bases_of
from fourlayer.project.exports import Declared, named
from fourlayer.project.follow import Follow
from fourlayer.project.frames import Frame, Instance, Value
from fourlayer.project.questions import Key, Question
from fourlayer.project.summaries.vendors import At, Vendor, last_call, makes, sends, typed, vendors
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import Chain, all_chains, bare, chain_of, member_assigns
from fourlayer.syntax.functions import function_of, returned_values
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.span import Span

_FETCH_TYPES = frozenset({"typeof fetch", "typeof globalThis.fetch"})
_GLOBALS = frozenset({"globalThis", "global", "window", "self"})

Replaced = tuple[str, ...]
"""Functions that something else stands in for, sorted, each as `replacement` writes it."""


def replacement(path: str, name: str) -> str:
    """How a function of a file is written where it is replaced."""
    return f"{path}#{name}"


class Exit(NamedTuple):
    """A call that leaves the process by itself: `fetch` or the package, and the call's node."""

    what: str
    node: n.Expr
    chain: Chain


class Way(NamedTuple):
    """How a function leaves the process: `fetch` or a package, where, and the files on the way there.

    `path` and `scope` are the file and the qualified name of the declaration that makes the call.
    """

    what: str
    path: str
    scope: str
    files: tuple[str, ...]

    def place(self, view: View) -> Span | None:
        """Where the call stands now, in bytes of its file."""
        facts = view.facts(self.path)
        for decl in declarations(facts, self.scope) if facts is not None else ():
            for one in exits(view, self.path, facts, decl) if facts is not None else ():
                if one.what == self.what:
                    return decl.span(one.node)
        return None


def exits(view: View, path: str, facts: FileFacts, decl: Decl) -> tuple[Exit, ...]:
    """The calls of a declaration or member that leave the process, in source order."""
    key = ("network exits", path, decl)
    known = view.memo.get(key)
    if known is None:
        known = view.memo[key] = tuple(_Exits(view, path, facts, decl).found())
    return cast("tuple[Exit, ...]", known)


class _Exits:
    def __init__(self, view: View, path: str, facts: FileFacts, decl: Decl) -> None:
        self._view = view
        self._path = path
        self._facts = facts
        self._decl = decl

    def found(self) -> Iterator[Exit]:
        for chain in all_chains(self._decl):
            left = self._leaves(chain) if chain.links else None
            if left is not None:
                yield Exit(left[0], left[1], chain)

    def _leaves(self, chain: Chain) -> tuple[str, n.Expr] | None:
        head, first, at = chain.head, chain.links[0], At(self._view, self._path)
        if isinstance(head, n.New):
            return self._client(makes(self._facts, at, head), chain)
        if not isinstance(head, n.Name):
            return None
        if head.name == "this":
            return self._on_field(chain)
        binding = scopes_of(self._decl).binding(head)
        if binding is not None:
            if not chain.calls or binding.path != ():
                return None
            if not first.name and first.is_call:
                default = binding.owner.default if isinstance(binding.owner, n.Param) else binding.value
                if self._is_fetch(self._decl, binding.type, default):
                    return "fetch", first.node
            held = typed(self._facts, at, binding.type) or makes(self._facts, at, binding.value)
            return self._client(held or self._made_by_call(binding.value), chain)
        if head.name in _GLOBALS:
            return ("fetch", first.node) if first.name == "fetch" and first.is_call else None
        if head.name == "fetch" and not first.name and first.is_call:
            vendor = vendors(self._facts, at).get("fetch")
            if vendor is not None:
                return vendor.package, first.node
            return None if _declares(self._facts, "fetch") else ("fetch", first.node)
        vendor = vendors(self._facts, at).get(head.name)
        if vendor is not None:
            node = sends(vendor, chain) if not vendor.type_only else None
            return (vendor.package, node) if node is not None else None
        return self._on_name(head.name, chain)

    def _client(self, vendor: Vendor | None, chain: Chain) -> tuple[str, n.Expr] | None:
        node = last_call(chain) if vendor is not None else None
        return (vendor.package, node) if vendor is not None and node is not None else None

    def _on_field(self, chain: Chain) -> tuple[str, n.Expr] | None:
        first, owner = chain.links[0], self._decl.owner
        if owner is not None and first.is_call and first.name in self._fetch_fields(owner):
            return "fetch", first.node
        if owner is None or not any(link.is_call for link in chain.links[1:]):
            return None
        held = _members(self._path, self._facts, owner, self._view).get(first.name)
        return self._client(held, chain._replace(links=chain.links[1:]))

    def _fetch_fields(self, owner: Decl) -> frozenset[str]:
        """The fields that are `fetch`, unless somebody hands in another; found once for each class."""
        key = ("fetch fields", self._path, owner)
        known = self._view.memo.get(key)
        if known is None:
            known = self._view.memo[key] = frozenset(self._fetches(owner))
        return cast("frozenset[str]", known)

    def _fetches(self, owner: Decl) -> Iterator[str]:
        for member in owner.members:
            node = member.node if b"fetch" in member.data else None
            if not isinstance(node, n.ClassMember):
                continue
            if node.kind == "field" and node.name and self._is_fetch(member, node.type, node.init):
                yield node.name
            for param in node.function.params if node.kind == "constructor" and node.function else ():
                target = param.target
                kept = param.modifiers and self._is_fetch(member, param.type, param.default)
                if kept and isinstance(target, n.Name):
                    yield target.name

    def _is_fetch(self, decl: Decl, type_: n.Type | None, init: n.Expr | None) -> bool:
        if isinstance(init, n.Binary) and init.op in {"??", "||"}:
            init = init.right
        named_so = isinstance(init, n.Name) and init.name == "fetch" and not _declares(self._facts, "fetch")
        return named_so or (type_ is not None and decl.text_of(type_) in _FETCH_TYPES)

    def _on_name(self, name: str, chain: Chain) -> tuple[str, n.Expr] | None:
        """A constant that holds a client, or a function that makes or hands one out; imported ones too."""
        first = chain.links[0]
        calls_it = not first.name and first.is_call
        if not chain.calls or (calls_it and len(chain.calls) < 2):
            return None
        found = named(self._view, self._path, self._facts, name)
        if not isinstance(found, tuple):
            return None
        package = self._view.ask(HOLDS, found.path, found.decl.qualified_name, name)
        if not package or calls_it != (package[0] == "call"):
            return None
        rest = chain._replace(links=chain.links[1:]) if calls_it else chain
        node = last_call(rest)
        return (package[1], node) if node is not None else None

    def _made_by_call(self, value: n.Expr | None) -> Vendor | None:
        """`const sdk = this.client()` or `getClient()` with a function of the file or elsewhere."""
        call = bare(value) if value is not None else None
        if not isinstance(call, n.Call):
            return None
        chain = chain_of(call)
        head, first = chain.head, chain.links[0]
        if not isinstance(head, n.Name) or len(chain.links) != 1 or not first.is_call:
            return None
        if head.name == "this":
            owner = self._decl.owner
            return (
                _members(self._path, self._facts, owner, self._view).get(first.name)
                if owner is not None
                else None
            )
        found = named(self._view, self._path, self._facts, head.name) if not first.name else None
        if not isinstance(found, tuple):
            return None
        held = self._view.ask(HOLDS, found.path, found.decl.qualified_name, head.name)
        return Vendor(held[1], "", False, "sdk") if held and held[0] == "call" else None


def _members(path: str, facts: FileFacts, owner: Decl, view: View) -> Mapping[str, Vendor]:
    """By field, getter or method of a class that holds or returns a vendor's client, the package."""
    if not vendors(facts, At(view, path)):
        return {}
    key = ("vendor members", path, owner)
    known = view.memo.get(key)
    if known is None:
        known = view.memo[key] = _all_members(path, facts, owner, view)
    return cast("Mapping[str, Vendor]", known)


def _all_members(path: str, facts: FileFacts, owner: Decl, view: View) -> dict[str, Vendor]:
    at = At(view, path)
    found: dict[str, Vendor] = {}
    for member in owner.members:
        node = member.node
        if not isinstance(node, n.ClassMember):
            continue
        function = node.function
        if node.name is not None:
            held = typed(facts, at, node.type) or makes(facts, at, node.init)
            if held is None and function is not None and node.kind in {"get", "method"}:
                held = _returned(path, facts, view, function)
            if held is not None:
                found[node.name] = held
        for param in function.params if function is not None and node.kind == "constructor" else ():
            held = typed(facts, at, param.type)
            if held is not None and param.modifiers and isinstance(param.target, n.Name):
                found[param.target.name] = held
        for target, value in member_assigns(member):
            if isinstance(target.object, n.Name) and target.object.name == "this":
                held = makes(facts, at, value)
                if held is not None:
                    found[target.name] = held
    return found


def _returned(path: str, facts: FileFacts, view: View, function: n.Function) -> Vendor | None:
    """The package whose client a function makes and returns, or says that it does."""
    return_type = function.return_type
    if isinstance(return_type, n.TypeRef) and return_type.name == "Promise" and return_type.args:
        return_type = return_type.args[0]
    held = typed(facts, At(view, path), return_type)
    if held is not None:
        return held
    values = list(returned_values(function))
    return makes(facts, At(view, path), values[0]) if len(values) == 1 else None


def _holds(view: View, about: Key) -> tuple[str, ...]:
    """The package whose client a top-level name is ("value") or returns ("call"); empty for others."""
    path, qualified_name, name = about
    facts = view.facts(path)
    decl = facts.decl(qualified_name) if facts is not None else None
    if facts is None or decl is None:
        return ()
    node = decl.node
    function = function_of(decl)
    if function is not None:
        held = _returned(path, facts, view, function)
        return ("call", held.package) if held is not None else ()
    for declarator in node.declarators if isinstance(node, n.VarDecl) else ():
        if isinstance(declarator.target, n.Name) and declarator.target.name in {name, qualified_name}:
            at = At(view, path)
            held = typed(facts, at, declarator.type) or makes(facts, at, declarator.init)
            if held is not None:
                return ("value", held.package)
            return _made_elsewhere(view, path, facts, declarator.init)
    return ()


def _made_elsewhere(view: View, path: str, facts: FileFacts, init: n.Expr | None) -> tuple[str, ...]:
    """The client that a function of the workspace makes for a constant."""
    call = bare(init) if init is not None else None
    if not isinstance(call, n.Call) or not isinstance(call.callee, n.Name):
        return ()
    found = named(view, path, facts, call.callee.name)
    if not isinstance(found, tuple):
        return ()
    held = view.ask(HOLDS, found.path, found.decl.qualified_name, call.callee.name)
    return ("value", held[1]) if held and held[0] == "call" else ()


HOLDS = Question[tuple[str, ...]]("holds a vendor's client", _holds, bottom=())
"""About a path, a declaration's name, and the name asked for."""


# Functions


def reaches(
    view: View, path: str, decl: Decl, receiver: Declared | None = None, replaced: Replaced = ()
) -> Way | None:
    """The first way out of a function or member; `receiver` is the class that `this` stands for."""
    found = (receiver.path, receiver.decl.qualified_name) if receiver is not None else ("", "")
    return view.ask(REACHES, path, decl.qualified_name, *found, *replaced)


def name_reaches(view: View, path: str, facts: FileFacts, name: str, replaced: Replaced = ()) -> Way | None:
    """The first way out of a function that is declared or imported in a file."""
    found = named(view, path, facts, name)
    if not isinstance(found, tuple) or found.decl.kind not in {"function", "variable"}:
        return None
    if replaced and replacement(found.path, found.decl.qualified_name) in replaced:
        return None
    return reaches(view, found.path, found.decl, None, replaced)


def method_reaches(view: View, receiver: Declared, name: str, replaced: Replaced = ()) -> Way | None:
    """The first way out of a method of a class, inherited ones and what they call back included."""
    for link in bases_of(view, receiver).links:
        if any(member.name == name for member in link.decl.members):
            about = (link.path, f"{link.decl.qualified_name}.{name}")
            return view.ask(REACHES, *about, receiver.path, receiver.decl.qualified_name, *replaced)
    return None


def declarations(facts: FileFacts, qualified_name: str) -> tuple[Decl, ...]:
    """The declarations of a qualified name: overloads, and the two halves of an accessor."""
    owner, _, name = qualified_name.rpartition(".")
    if owner:
        decl = facts.decl(owner)
        return tuple(one for one in decl.members if one.name == name) if decl is not None else ()
    return tuple(one for one in facts.decls if name in one.names and one.kind != "import")


def _reaches(view: View, about: Key) -> Way | None:
    path, qualified_name, receiver_path, receiver_name = about[:4]
    facts = view.facts(path)
    if facts is None:
        return None
    receiver: Declared | None = None
    if receiver_name:
        owner = view.facts(receiver_path)
        decl = owner.decl(receiver_name) if owner is not None else None
        receiver = Declared(receiver_path, owner, decl) if owner is not None and decl is not None else None
    for decl in declarations(facts, qualified_name):
        way = _way(view, path, facts, decl, receiver, about[4:])
        if way is not None:
            return way if path in way.files else way._replace(files=(path, *way.files))
    return None


def _way(
    view: View, path: str, facts: FileFacts, decl: Decl, receiver: Declared | None, replaced: Replaced
) -> Way | None:
    own = {one.chain.node: one.what for one in exits(view, path, facts, decl)}
    for chain in all_chains(decl):
        what = own.get(chain.node)
        found = Way(what, path, decl.qualified_name, (path,)) if what is not None else None
        found = found or called(view, path, facts, decl, chain, receiver, replaced)
        if found is not None:
            return found
    return None


def called(
    view: View,
    path: str,
    facts: FileFacts,
    decl: Decl,
    chain: Chain,
    receiver: Declared | None,
    replaced: Replaced = (),
) -> Way | None:
    """The way out of what a chain calls in the workspace."""
    head = chain.head
    first = chain.links[0] if chain.links else None
    if not isinstance(head, n.Name) or first is None:
        return None
    if head.name == "this":
        if receiver is None:
            return None
        if first.is_call:
            return method_reaches(view, receiver, first.name, replaced) or _stored(
                view, path, decl, first.name, receiver, replaced
            )
        return _of_object(view, path, facts, decl, chain, receiver, replaced)
    if not first.name and first.is_call:
        if scopes_of(decl).binding(head) is not None:
            return None
        return name_reaches(view, path, facts, head.name, replaced)
    return _of_object(view, path, facts, decl, chain, receiver, replaced)


def _of_object(
    view: View,
    path: str,
    facts: FileFacts,
    decl: Decl,
    chain: Chain,
    receiver: Declared | None,
    replaced: Replaced,
) -> Way | None:
    """The way out of the first method that is called on an object of a class of the workspace."""
    call = chain.calls[0]
    callee = bare(call.node.callee) if isinstance(call.node, n.Call) else None
    if not isinstance(callee, n.Member):
        return None
    frame = Frame(path, facts, decl, function_of(decl), receiver, {}, ())
    owner = Follow(view).object(Value(callee.object, frame))
    if not isinstance(owner, Instance):
        return None
    return method_reaches(view, owner.declared, callee.name, replaced)


def _stored(
    view: View, path: str, decl: Decl, name: str, receiver: Declared, replaced: Replaced
) -> Way | None:
    """The way out of a function that another member stores in a field."""
    needle = f"this.{name}".encode()
    for member in decl.owner.members if decl.owner is not None else ():
        if member is decl or needle not in member.data:
            continue
        for target, value in member_assigns(member):
            if target.name == name and isinstance(value, n.Function):
                return reaches(view, path, member, receiver, replaced)
    return None


REACHES = Question["Way | None"]("reaches the network", _reaches, bottom=None)
"""About a path, a declaration's qualified name, and the class that `this` stands for (path, name).

What follows are functions that something else stands in for.
"""


def _declares(facts: FileFacts, name: str) -> bool:
    return facts.decl(name) is not None or any(
        bound.local == name for item in facts.imports for bound in item.names
    )
