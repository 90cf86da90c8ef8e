"""Finds instances that live as long as their module, and what sets them back."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted, uncast
from fourlayer.syntax.flow import function_around
from fourlayer.syntax.scope import scopes_of
from fourlayer.syntax.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

Kind = Literal["variable", "map", "record", "constant", "static"]


class Singleton(NamedTuple):
    """One instance (or cache of them). `span` is the name's, in bytes of the file.

    `decl` declares it, `makers` are the declarations that fill it; `kept` tells what it holds.
    """

    name: str
    label: str
    span: Span
    kind: Kind
    kept: str
    decl: Decl
    declarator: n.Declarator | n.ClassMember
    makers: tuple[Decl, ...]


class Made(NamedTuple):
    """What an assignment keeps, in words, and its class where it is made with `new`."""

    kept: str
    type: str | None


class Write(NamedTuple):
    """An assignment to the variable, inside a function. `guarded`: it may not happen each time."""

    decl: Decl
    made: Made | None
    guarded: bool


_BUILTINS = frozenset(
    {
        *("Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Date", "RegExp", "Error", "URL", "URLSearchParams"),
        *("TextEncoder", "TextDecoder", "AbortController", "Array", "Object", "Promise", "Proxy", "Headers"),
        *("FormData", "Blob", "Function", "String", "Number", "Boolean", "AsyncLocalStorage", "EventEmitter"),
        *("ArrayBuffer", "SharedArrayBuffer", "DataView", "Uint8Array", "FinalizationRegistry"),
    }
)
_PLAIN_CALLS = frozenset(
    {
        *("import", "require", "String", "Number", "Boolean", "BigInt", "Symbol", "parseInt", "parseFloat"),
        *("setTimeout", "setInterval", "setImmediate", "Date.now", "performance.now", "randomUUID"),
        *("crypto.randomUUID", "Object.freeze", "structuredClone", "JSON.parse", "JSON.stringify"),
    }
)
_PLAIN_TYPES = frozenset(
    {
        *("string", "number", "boolean", "bigint", "symbol", "Date", "RegExp", "NodeJS.Timeout", "Timer"),
        *("NodeJS.Timer", "NodeJS.Immediate", "Set", "Array", "ReadonlyArray", "URL", "Buffer", "Function"),
    }
)
_EMPTY_TYPES = frozenset({"undefined", "null"})
_CLEARS = frozenset({"clear", "reset", "resetAll", "clearAll", "removeAll", "delete", "restore"})


@cache
def _harmless() -> re.Pattern[str]:
    """Names of what holds no state that one test could leave to another."""
    return re.compile(
        r"log(?:ger)?$|logger|metric|counter|gauge|histogram|tracer|meter$|schema|encoder|decoder"
        r"|formatter|error$|regexp?$|parser$|intl\.|template|compile$",
        re.IGNORECASE,
    )


def singletons(view: View, path: str, facts: FileFacts) -> Iterator[Singleton]:
    """The singletons of a file that nothing sets back, in source order."""
    file = _File(view, path, facts)
    for decl in facts.decls:
        if decl.kind == "variable" and _may_hold(decl):
            yield from file.variables(decl)
        elif decl.kind == "class" and b"static" in decl.data:
            yield from file.statics(decl)


def _may_hold(decl: Decl) -> bool:
    """A cheap look: a variable that changes, or a constant that is made with `new` or as an empty object."""
    head = decl.data[:80].removeprefix(b"export ").lstrip()
    if head.startswith((b"let ", b"var ")):
        return True
    return head.startswith(b"const ") and (b"new " in decl.data or b"{}" in decl.data)


class _File:
    """One file with what is asked about it more than once."""

    def __init__(self, view: View, path: str, facts: FileFacts) -> None:
        self._view = view
        self._path = path
        self._facts = facts
        self._exported = {item.local for item in facts.exports if item.specifier is None}

    # Variables

    def variables(self, decl: Decl) -> Iterator[Singleton]:
        """The singletons that a `let` or `const` statement declares."""
        node = decl.node
        if not isinstance(node, n.VarDecl) or decl.data.lstrip().startswith(b"declare"):
            return
        for declarator in node.declarators:
            target = declarator.target
            if not isinstance(target, n.Name) or _harmless().search(target.name):
                continue
            found = self._variable(decl, node, declarator, target.name)
            if found is not None:
                yield found

    def _variable(self, decl: Decl, node: n.VarDecl, declarator: n.Declarator, name: str) -> Singleton | None:
        users = self._users(decl, name)
        init = bare(declarator.init) if declarator.init is not None else None
        writes = [write for user in users for write in self._writes(user, name, declarator.type)]
        makers = tuple(dict.fromkeys(write.decl for write in writes if write.made is not None))
        kind: Kind
        kept: str | None
        if makers:
            kind, kept = "variable", _first(writes).kept
            reset = self._is_reset(writes, makers)
        elif isinstance(init, n.New) and _last(init.callee) == "Map":
            kind, (kept, makers) = "map", self._filled(users, name, declarator.type or _type_of(init), "set")
            reset = self._is_called(users, name, makers) or any(write.decl not in makers for write in writes)
        elif isinstance(init, n.Object) and not init.props:
            kind, (kept, makers) = "record", self._filled(users, name, declarator.type, "[]")
            reset = self._is_deleted(users, name, makers) or bool(writes)
        elif isinstance(init, n.New) and not writes:
            kind, kept = "constant", self._stateful(decl, init)
            reset = self._is_called(users, name, ())
        else:
            return None
        if kept is None or reset:
            return None
        return Singleton(name, name, decl.span(declarator.target), kind, kept, decl, declarator, makers)

    def _users(self, declaring: Decl, name: str) -> list[Decl]:
        """The declarations that use a module-level name."""
        needle = name.encode()
        return [
            decl
            for decl in self._facts.all_decls()
            if decl is not declaring
            and decl.kind not in ("import", "interface", "type")
            and not decl.members
            and needle in decl.data
            and name in scopes_of(decl).free
        ]

    def _writes(self, decl: Decl, name: str, type_: n.Type | None) -> Iterator[Write]:
        uses = scopes_of(decl).free[name]
        guards = any(_is_test(decl, use) for use in uses)
        for use in uses:
            parent = decl.parent(use)
            if not isinstance(parent, n.Assign) or parent.target is not use:
                continue
            if function_around(decl, use) is None:
                continue
            guarded = guards or parent.op != "="
            yield Write(decl, _made(decl, parent.value, type_, guarded), guarded)

    def _is_reset(self, writes: list[Write], makers: tuple[Decl, ...]) -> bool:
        """Whether tests can start anew: by an assignment, or by a method of the instance itself."""
        return any(self._resets(write, makers) for write in writes) or self._can_reset(_first(writes).type)

    def _resets(self, write: Write, makers: tuple[Decl, ...]) -> bool:
        """Whether an assignment lets tests start anew: it empties the variable, or always replaces it."""
        if not self._is_reachable(write.decl, makers):
            return False
        if write.made is not None:
            return not write.guarded
        return write.decl not in makers

    def _is_reachable(self, decl: Decl, makers: tuple[Decl, ...]) -> bool:
        """Whether tests can run a declaration: it is exported, or an exported one uses it."""
        seen: set[Decl] = set()
        pending = [decl]
        while pending:
            current = pending.pop()
            if current in seen:
                continue
            seen.add(current)
            if self._is_exported(current):
                return True
            for name in current.names if current.owner is None else ():
                pending.extend(user for user in self._users(current, name) if user not in makers)
        return False

    def _is_exported(self, decl: Decl) -> bool:
        top = decl.owner or decl
        if not (top.exported or any(name in self._exported for name in top.names)):
            return False
        node = decl.node
        return not isinstance(node, n.ClassMember) or "private" not in node.modifiers

    # Maps, records and constants

    def _filled(
        self, users: list[Decl], name: str, type_: n.Type | None, how: str
    ) -> tuple[str | None, tuple[Decl, ...]]:
        """What a map or record is filled with, and by which declarations; None where it is plain data."""
        kept: str | None = None
        makers: list[Decl] = []
        for decl in users:
            for use in scopes_of(decl).free[name]:
                value = _put(decl, use, how)
                if value is None or function_around(decl, use) is None:
                    continue
                made = _new_of(decl, value)
                if made is not None:
                    kept = kept or f"instances of `{made}`"
                    makers.append(decl)
        return kept, tuple(dict.fromkeys(makers))

    def _is_called(self, users: list[Decl], name: str, makers: tuple[Decl, ...]) -> bool:
        """Whether tests can run something that calls `name.clear()` or the like."""
        for decl in users:
            if decl in makers:
                continue
            for use in scopes_of(decl).free[name]:
                parent = decl.parent(use)
                while isinstance(parent, n.Cast):
                    parent = decl.parent(parent)
                if isinstance(parent, n.Member) and _clears(parent.name) and self._is_reachable(decl, makers):
                    return True
        return False

    def _is_deleted(self, users: list[Decl], name: str, makers: tuple[Decl, ...]) -> bool:
        for decl in users:
            if decl in makers or not self._is_reachable(decl, makers):
                continue
            for use in scopes_of(decl).free[name]:
                if any(
                    isinstance(around, n.Unary) and around.op == "delete" for around in decl.ancestors(use)
                ):
                    return True
        return False

    def _stateful(self, decl: Decl, made: n.New) -> str | None:
        """The class of a constant's instance, where it is the workspace's own and its methods change it."""
        from fourlayer_rules.tests.unreset_singleton._state import keeps_state

        name = dotted(made.callee)
        if name is None or name in _BUILTINS or _harmless().search(name):
            return None
        exported = self._is_exported(decl)
        kept = keeps_state(self._view, self._path, self._facts, name, exported=exported)
        return a_name(name) if kept else None

    def _can_reset(self, name: str | None) -> bool:
        """Whether the class of an instance that is made on demand has a method that resets it."""
        from fourlayer_rules.tests.unreset_singleton._state import resets_itself

        return name is not None and resets_itself(self._view, self._path, self._facts, name)

    # Static fields

    def statics(self, owner: Decl) -> Iterator[Singleton]:
        """The static fields that hold an instance."""
        for member in owner.members:
            if b"static" not in member.data:
                continue
            node = member.node
            if not isinstance(node, n.ClassMember) or node.kind != "field" or node.name is None:
                continue
            if "static" not in node.modifiers or _harmless().search(node.name):
                continue
            found = self._static(owner, member, node, node.name)
            if found is not None:
                yield found

    def _static(self, owner: Decl, member: Decl, node: n.ClassMember, name: str) -> Singleton | None:
        owner_name = owner.name or ""
        writes = list(self._static_writes(owner_name, owner, name, node.type))
        makers = tuple(dict.fromkeys(write.decl for write in writes if write.made is not None))
        if not makers or self._is_reset(writes, makers):
            return None
        kept = _first(writes).kept
        label = f"{owner_name}.{name}"
        return Singleton(name, label, member.name_span, "static", kept, member, node, makers)

    def _static_writes(
        self, owner_name: str, owner: Decl, name: str, type_: n.Type | None
    ) -> Iterator[Write]:
        from fourlayer.syntax.facts import walk

        needle = name.encode()
        for decl in self._facts.all_decls():
            if needle not in decl.data or decl.members or decl.kind in ("import", "interface", "type"):
                continue
            inside = decl.owner is owner
            uses = [
                node
                for node in walk(decl.node)
                if isinstance(node, n.Member)
                and node.name == name
                and isinstance(node.object, n.Name)
                and (node.object.name == owner_name or (inside and node.object.name == "this"))
            ]
            guards = any(_is_test(decl, use) for use in uses)
            for use in uses:
                parent = decl.parent(use)
                if isinstance(parent, n.Assign) and parent.target is use:
                    guarded = guards or parent.op != "="
                    yield Write(decl, _made(decl, parent.value, type_, guarded), guarded)


def a_name(name: str) -> str:
    """A class's name with its article."""
    return f"{'an' if name[:1] in 'AEIOaeio' else 'a'} `{name}`"


def _is_test(decl: Decl, use: n.Node) -> bool:
    """Whether a use decides something: in a condition, or before `??`, `||`, `&&`."""
    child: n.Node = use
    for around in decl.ancestors(use):
        if isinstance(around, n.If | n.Cond) and around.test is child:
            return True
        if isinstance(around, n.Binary) and around.op in ("??", "||") and around.left is child:
            return True
        if not isinstance(around, n.Expr):
            return False
        if isinstance(around, n.Function | n.Call):
            return False
        child = around
    return False


def _first(writes: list[Write]) -> Made:
    return next(write.made for write in writes if write.made is not None)


def _made(decl: Decl, value: n.Expr, type_: n.Type | None, guarded: bool) -> Made | None:
    """What an assignment keeps; None where it is no instance."""
    name = _new_of(decl, value)
    if name is not None:
        return Made(a_name(name), name)
    if not guarded or not _is_object(decl, type_):
        return None
    call = _call_of(decl, value)
    if call is None:
        return None
    callee = uncast(call.callee)
    if isinstance(callee, n.Function):
        return Made("what a function made once", None)
    name = dotted(callee)
    if name is None or name in _PLAIN_CALLS or name.startswith("z.") or _harmless().search(name):
        return None
    return Made(f"what `{name}` made once", None)


def _new_of(decl: Decl, value: n.Expr) -> str | None:
    """The class of a new instance, through a local constant, `??` and a condition."""
    expr = _followed(decl, value)
    if isinstance(expr, n.Binary) and expr.op in ("??", "||"):
        return _new_of(decl, expr.right)
    if isinstance(expr, n.Cond):
        return _new_of(decl, expr.then) or _new_of(decl, expr.other)
    if not isinstance(expr, n.New):
        return None
    name = dotted(expr.callee)
    if name is None or name in _BUILTINS or _last(expr.callee) in _BUILTINS or _harmless().search(name):
        return None
    return name


def _call_of(decl: Decl, value: n.Expr) -> n.Call | None:
    expr = _followed(decl, value)
    if isinstance(expr, n.Binary) and expr.op in ("??", "||"):
        return _call_of(decl, expr.right)
    return expr if isinstance(expr, n.Call) else None


def _followed(decl: Decl, value: n.Expr) -> n.Expr:
    expr = bare(value)
    if isinstance(expr, n.Name):
        binding = scopes_of(decl).binding(expr)
        if binding is not None and binding.value is not None:
            return bare(binding.value)
    return expr


def _is_object(decl: Decl, type_: n.Type | None) -> bool:
    """Whether a declared type stands for an instance, not for plain data, a timer or a module."""
    items = type_.items if isinstance(type_, n.TypeUnion) else (type_,) if type_ is not None else ()
    rest = [
        item
        for item in items
        if not (isinstance(item, n.TypeRef) and item.name in _EMPTY_TYPES)
        and not (isinstance(item, n.TypeLiteral) and item.text in _EMPTY_TYPES)
    ]
    if len(rest) != 1:
        return False
    only = rest[0]
    if not isinstance(only, n.TypeRef) or only.name in _PLAIN_TYPES or _harmless().search(only.name):
        return False
    if only.name == "Promise":
        return bool(only.args) and _is_object(decl, only.args[0])
    if only.name in ("Record", "Map", "Partial", "Readonly", "WeakMap"):
        return False
    text = decl.text_of(only) if only.start < len(decl.data) else ""
    return not any(word in text for word in ("import(", "setTimeout", "setInterval", "setImmediate"))


def _put(decl: Decl, use: n.Node, how: str) -> n.Expr | None:
    """The value that is put into a map (`set`) or record (`[]`) at a use."""
    parent = decl.parent(use)
    if how == "set":
        call = decl.parent(parent) if isinstance(parent, n.Member) and parent.name == "set" else None
        if isinstance(call, n.Call) and call.callee is parent and len(call.args) == 2:
            return call.args[1]
        return None
    if isinstance(parent, n.Index | n.Member) and parent.object is use:
        assign = decl.parent(parent)
        if isinstance(assign, n.Assign) and assign.target is parent:
            return assign.value
    return None


def _type_of(made: n.New) -> n.Type | None:
    return made.type_args[-1] if made.type_args else None


def _clears(name: str) -> bool:
    return name in _CLEARS or name.startswith(("reset", "clear"))


def _last(expr: n.Expr) -> str:
    return (dotted(expr) or "").rpartition(".")[2]
