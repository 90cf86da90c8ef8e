"""Finds where what an API answered is given a type, from the call that read it onward."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, chain_of, dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.types._claims import claims, is_named, unwrapped
from fourlayer_rules.types._vendors import is_vendor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.scope import Binding

Form = Literal["cast", "variable", "return", "callback", "generic", "assignment", "argument"]
"""How the type is given."""

SourceKind = Literal["json", "parse", "http", "sdk"]
"""`response.json()`, `JSON.parse`, what an HTTP client or an SDK returned."""

_MARKERS = (b".json(", b".json<", b"JSON.parse", b"axios", b"Axios", b"got", b"ky", b"await")
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "request", "options"})
_CLIENTS = frozenset({"axios", "got", "ky"})
_CLIENT_TYPES = frozenset({"AxiosInstance", "AxiosStatic", "KyInstance", "Got"})
_CLIENT_WORDS = (
    b"axios.create", b"ky.create", b"got.extend", b"AxiosInstance", b"AxiosStatic", b"KyInstance", b": Got",
)  # fmt: skip
_NO_RESPONSES = frozenset({"req", "request", "z", "t", "column", "Bun", "NextResponse", "Response", "res_"})
_PRIMITIVES = frozenset({"string", "number", "boolean"})
_HOPS = 5


class Claim(NamedTuple):
    """One response that is given a type.

    `source` is the call that read it, `node` what the fix rewrites (the cast, the returned value, the
    initialiser, the argument, the call), `type` the type, in the declaration `decl`; `type_decl` holds
    the type. `anchor` is the type where it stands beside the value, else the call.
    """

    decl: Decl
    source: n.Expr
    kind: SourceKind
    form: Form
    node: n.Expr
    type: n.Type
    type_decl: Decl
    function: n.Function | None
    anchor: tuple[int, int]
    """Byte offsets in the file."""
    doubtful: bool
    others: int
    """Further types that the same response is given."""


class _Walk:
    """Follows one response through one declaration."""

    def __init__(self, facts: FileFacts, decl: Decl, source: n.Expr, kind: SourceKind) -> None:
        self.facts = facts
        self.decl = decl
        self.source = source
        self.kind: SourceKind = kind
        self.found: list[Claim] = []
        self.doubtful: bool = kind == "sdk"
        self.typed: bool = kind == "sdk"
        """Whether the value has a type that must be asserted away: `unknown`, `Record<string, unknown>`."""
        self._seen: set[Binding] = set()

    # Upward from an expression

    def follow(self, node: n.Expr, hops: int = 0, *, wrapped: bool = False) -> None:
        """What becomes of a value. `wrapped`: it is an HTTP client's answer, with the payload in `data`."""
        current: n.Expr = node
        while True:
            parent = self.decl.parent(current)
            if isinstance(parent, n.Cast):
                if self._asserted(parent, wrapped):
                    return
                current = parent
            elif isinstance(parent, n.Member) and parent.object is current:
                onward = self._member_of(parent, hops, wrapped)
                if onward is None:
                    return
                wrapped = wrapped and onward is not parent
                current = onward
            elif isinstance(parent, n.Expr) and _is_same(parent, current, wrapped):
                current = parent
            else:
                if isinstance(parent, n.Declarator) and parent.init is current:
                    self._declared(parent, hops, wrapped)
                elif parent is not None and not wrapped:
                    self._ends(current, parent, hops)
                return

    def _asserted(self, cast: n.Cast, wrapped: bool) -> bool:
        """A cast around the value; whether it gives a type."""
        type_ = cast.type
        if type_ is None or cast.op not in {"as", "<>"}:
            return False
        if not claims(type_):
            self.typed = not is_named(type_, {"any"})
            return False
        if not wrapped:
            inner = unwrapped(type_) or type_
            self.claim("cast", cast, inner, self.decl, at_type=True)
        return True

    def _member_of(self, member: n.Member, hops: int, wrapped: bool) -> n.Expr | None:
        """Where to go on from a property of the value, or from a method of its promise."""
        call = self.decl.parent(member)
        if isinstance(call, n.Call) and call.callee is member:
            if member.name in {"catch", "finally"}:
                return call
            if member.name == "then" and call.args and not wrapped:
                self._then(call, hops)
            return None
        return None if wrapped and member.name not in {"data", "body"} else member

    def _ends(self, value: n.Expr, parent: n.Node, hops: int) -> None:
        """The value arrives where it may be given a type without a cast."""
        match parent:
            case n.Return() | n.Function():
                self._returned(value, parent, hops)
            case n.Assign() if parent.value is value and parent.op == "=":
                self._assigned(value, parent, hops)
            case n.Call() if value in parent.args:
                self._passed(value, parent)
            case _:
                return

    def _then(self, call: n.Call, hops: int) -> None:
        callback = call.args[0]
        if not isinstance(callback, n.Function) or not callback.params:
            return
        param = callback.params[0]
        if param.type is not None and claims(param.type):
            self.claim("callback", call, param.type, self.decl, at_type=True)
        elif isinstance(param.target, n.Name):
            self._uses(scopes_of(self.decl).binding(param.target), hops)

    def _declared(self, declarator: n.Declarator, hops: int, wrapped: bool) -> None:
        init = declarator.init
        if declarator.type is not None and claims(declarator.type):
            if not wrapped and init is not None:
                self.claim("variable", init, declarator.type, self.decl, at_type=True)
            return
        if declarator.type is not None:
            self.typed = not is_named(declarator.type, {"any"})
        for binding in scopes_of(self.decl).declared_by(declarator):
            if binding.path == ():
                self._uses(binding, hops, wrapped=wrapped)
            elif wrapped and binding.path in {("data",), ("body",)}:
                self._uses(binding, hops)

    def _uses(self, binding: Binding | None, hops: int, *, wrapped: bool = False) -> None:
        if binding is None or binding in self._seen or hops > _HOPS:
            return
        self._seen.add(binding)
        if self._is_checked(binding):
            return
        doubtful, typed = self.doubtful, self.typed
        self.doubtful = doubtful or self._is_looked_at(binding)
        for use in binding.uses:
            self.typed = typed
            self.follow(use, hops + 1, wrapped=wrapped)
        self.doubtful, self.typed = doubtful, typed

    def _is_checked(self, binding: Binding) -> bool:
        """Whether a type guard, an assertion function or a parser gets the value."""
        for use in binding.uses:
            node: n.Node = use
            parent = self.decl.parent(node)
            while isinstance(parent, n.Cast | n.Await):
                node, parent = parent, self.decl.parent(parent)
            if isinstance(parent, n.Call) and node in parent.args:
                name = dotted(parent.callee) or ""
                if name != "Array.isArray" and _checking().search(name.rpartition(".")[2]):
                    return True
                if any(_names_schema(arg) for arg in parent.args):
                    return True
        return False

    def _is_looked_at(self, binding: Binding) -> bool:
        """Whether the code tests parts of the value by hand: `typeof x.id`, `"id" in x`."""
        for use in binding.uses:
            for above in self.decl.ancestors(use):
                if isinstance(above, n.Unary) and above.op == "typeof":
                    return True
                if isinstance(above, n.Binary) and above.op == "in" and above.right is use:
                    return True
                if not isinstance(above, n.Member | n.Index | n.Cast):
                    break
        return False

    # Ends

    def _returned(self, value: n.Expr, at: n.Node, hops: int) -> None:
        """A value is returned from the innermost function around it."""
        if hops > _HOPS or self.typed or (isinstance(at, n.Function) and at.body is not value):
            return
        function = at if isinstance(at, n.Function) else self._function_of(at)
        rewritten = value
        while function is not None:
            if function.return_type is not None:
                declared = unwrapped(function.return_type)
                if declared is not None and claims(declared) and not _is_predicate(declared):
                    self.claim("return", rewritten, declared, self.decl)
                return
            parent = self.decl.parent(function)
            if isinstance(parent, n.Member):
                return
            if not isinstance(parent, n.Call):
                return
            if parent.callee is function:
                self.follow(parent, hops + 1)
                return
            function = self._through(function, parent, rewritten, hops)

    def _through(self, function: n.Function, call: n.Call, value: n.Expr, hops: int) -> n.Function | None:
        """The function that returns what its callback returned; None where it is not that simple."""
        callee = uncast(call.callee)
        name = callee.name if isinstance(callee, n.Member | n.Name) else ""
        if name == "then" and call.args and call.args[0] is function:
            if isinstance(callee, n.Member):
                self.follow(call, hops + 1)
            return None
        if name in _ELEMENTWISE or any(_names_schema(arg) for arg in call.args):
            return None
        if call.type_args:
            if len(call.type_args) == 1 and claims(call.type_args[0]):
                self.claim("return", value, call.type_args[0], self.decl)
            return None
        node: n.Node = call
        parent = self.decl.parent(node)
        while isinstance(parent, n.Await):
            node, parent = parent, self.decl.parent(parent)
        if isinstance(parent, n.Return):
            return self._function_of(parent)
        if isinstance(parent, n.Function) and parent.body is node:
            return parent
        return None

    def _function_of(self, node: n.Node) -> n.Function | None:
        return next((a for a in self.decl.ancestors(node) if isinstance(a, n.Function)), None)

    def _assigned(self, value: n.Expr, assign: n.Assign, hops: int) -> None:
        """A value is assigned to a variable or field that may have a type."""
        target = assign.target
        if isinstance(target, n.Name):
            binding = scopes_of(self.decl).binding(target)
            if binding is None:
                return
            if binding.type is not None and claims(binding.type):
                if isinstance(binding.owner, n.Declarator) and not self.typed:
                    self.claim("assignment", value, binding.type, self.decl)
            elif binding.type is None or is_named(binding.type, {"any", "unknown"}):
                self._uses(binding, hops)
        elif isinstance(target, n.Member) and isinstance(target.object, n.Name) and not self.typed:
            field = self._member(target.name) if target.object.name == "this" else None
            node = field.node if field is not None else None
            if field is not None and isinstance(node, n.ClassMember) and claims(node.type):
                assert node.type is not None  # noqa: S101 - `claims` saw to it
                self.claim("assignment", value, node.type, field)

    def _passed(self, value: n.Expr, call: n.Call) -> None:
        """A value is handed to a function of the same file, whose parameter has a type."""
        callee = uncast(call.callee)
        decl: Decl | None = None
        name = ""
        if self.typed:
            return
        if isinstance(callee, n.Name):
            name = callee.name
            if scopes_of(self.decl).binding(callee) is None:
                decl = self.facts.decl(name)
        elif (
            isinstance(callee, n.Member)
            and isinstance(callee.object, n.Name)
            and callee.object.name == "this"
        ):
            name = callee.name
            decl = self._member(name)
        if decl is None or _checking().search(name):
            return
        function = function_of(decl)
        index = call.args.index(value)
        if function is None or index >= len(function.params):
            return
        param = function.params[index]
        if not param.rest and param.type is not None and claims(param.type) and not function.type_params:
            self.claim("argument", value, param.type, decl)

    def _member(self, name: str) -> Decl | None:
        owner = self.decl.owner
        if owner is None:
            return None
        return next((member for member in owner.members if member.name == name), None)

    def claim(
        self, form: Form, node: n.Expr, type_: n.Type, type_decl: Decl, *, at_type: bool = False
    ) -> None:
        """Note that the value is given a type; with `at_type`, the finding stands on that."""
        if at_type:
            anchor = (self.decl.start + type_.start, self.decl.start + type_.end)
        else:
            anchor = source_span(self.decl, self.source)
        doubtful = self.doubtful or (self.typed and form == "cast" and is_named(type_, _PRIMITIVES))
        self.found.append(
            Claim(
                self.decl,
                self.source,
                self.kind,
                form,
                node,
                type_,
                type_decl,
                self._function_of(node),
                anchor,
                doubtful,
                0,
            )
        )


def _is_same(parent: n.Expr, value: n.Expr, wrapped: bool) -> bool:
    """Whether an expression gives the value, or a part of it."""
    match parent:
        case n.Await():
            return True
        case n.Binary():
            return parent.op in {"??", "||"} and parent.left is value
        case n.Cond():
            return parent.test is not value
        case n.Index():
            return parent.object is value and not wrapped
        case _:
            return False


def source_span(decl: Decl, source: n.Expr) -> tuple[int, int]:
    """Where the name of the call stands that read a response: `json`, `JSON.parse`, `get`."""
    node = bare(source)
    if isinstance(node, n.Call):
        callee = uncast(node.callee)
        if isinstance(callee, n.Member):
            start = decl.start + callee.name_start
            return start, start + len(callee.name.encode())
        return decl.start + callee.start, decl.start + callee.end
    return decl.start + node.start, decl.start + node.end


def claims_in(view: View, path: str, facts: FileFacts) -> Iterator[Claim]:
    """Every response of a file that is given a type without being parsed, one claim each, by place."""
    sdks = _clients_of(view, path, facts)
    for decl in facts.all_decls():
        if decl.kind == "class" or decl.kind in {"import", "interface", "type", "enum"}:
            continue
        data = decl.data
        if not any(marker in data for marker in _MARKERS):
            continue
        yield from _claims_of(facts, decl, sdks)


def _claims_of(facts: FileFacts, decl: Decl, clients: _Clients) -> Iterator[Claim]:
    seen: set[n.Node] = set()
    for node in walk(decl.node):
        if not isinstance(node, n.Call) or node in seen:
            continue
        kind = _source_kind(decl, node, clients)
        if kind is None:
            continue
        found = _Walk(facts, decl, node, kind)
        if kind in {"json", "http"} and len(node.type_args) == 1 and claims(node.type_args[0]):
            found.claim("generic", node, node.type_args[0], decl, at_type=True)
        else:
            found.follow(node, wrapped=kind == "http")
        if found.found:
            first = min(found.found, key=lambda claim: claim.anchor)
            yield first._replace(others=len(found.found) - 1)


# Sources


class _Clients(NamedTuple):
    """What stands for an HTTP client or an SDK in a file: names, and fields of classes."""

    http: frozenset[str]
    sdk: frozenset[str]


def _clients_of(view: View, path: str, facts: FileFacts) -> _Clients:
    data = facts.text.data
    http = {name for name in _CLIENTS if name.encode() in data}
    sdk: set[str] = set()
    external: set[str] = set()
    for item in facts.imports:
        if item.kind != "import" or not is_vendor(item.specifier):
            continue
        if view.resolve(item.specifier, path).path is None:
            external.update(bound.local for bound in item.names if bound.local is not None)
    for decl in facts.all_decls():
        if decl.kind == "member" and decl.name == "constructor":
            for field, type_ in _injected(facts, decl):
                if type_ in _CLIENT_TYPES:
                    http.add(field)
                elif type_.partition(".")[0] in external:
                    sdk.add(field)
        if decl.kind not in {"member", "variable"} or decl.body_start is not None:
            continue
        head = decl.data[:400]
        name = decl.name
        if name is None:
            continue
        if any(word in head for word in _CLIENT_WORDS):
            http.add(name)
        elif decl.kind == "member" and external and _is_of(head, external):
            sdk.add(name)
    return _Clients(frozenset(http), frozenset(sdk))


def _injected(facts: FileFacts, constructor: Decl) -> Iterator[tuple[str, str]]:
    """The properties that a constructor's parameters make: name and type."""
    head = facts.text.data[constructor.start : constructor.body_start or constructor.end]
    for match in _parameter_property().finditer(head):
        yield match[1].decode("utf-8", "replace"), match[2].decode("utf-8", "replace")


@cache
def _parameter_property() -> re.Pattern[bytes]:
    return re.compile(
        rb"\b(?:private|protected|public|readonly)\s+(?:readonly\s+)?([\w$]+)\??\s*:\s*([\w$.]+)"
    )


def _is_of(head: bytes, external: set[str]) -> bool:
    """Whether a field is declared as, or initialised with, something of an SDK."""
    match = _field_type().match(head)
    return (
        match is not None and (match[1] or match[2]).decode("utf-8", "replace").partition(".")[0] in external
    )


@cache
def _field_type() -> re.Pattern[bytes]:
    return re.compile(rb"[^=:;({]*?[?!]?\s*(?::\s*([\w$.]+)|=\s*new\s+([\w$.]+))")


def _source_kind(decl: Decl, call: n.Call, clients: _Clients) -> SourceKind | None:
    callee = uncast(call.callee)
    if isinstance(callee, n.Name):
        if callee.name in clients.http and callee.name in _CLIENTS and (call.args or call.type_args):
            return "http" if callee.name == "axios" else None
        return None
    if not isinstance(callee, n.Member):
        return None
    owner = uncast(callee.object)
    if callee.name == "json" and not call.args:
        return "json" if _is_response(owner) else None
    if callee.name == "parse" and isinstance(owner, n.Name) and owner.name == "JSON" and call.args:
        return "parse" if _is_response_text(decl, call.args[0], 0) else None
    name = owner.name if isinstance(owner, n.Name | n.Member) else ""
    if callee.name in _VERBS and name in clients.http and name not in {"got", "ky"}:
        return "http" if call.args else None
    if clients.sdk:
        names = chain_of(call).names
        if len(names) > 2 and names[0] == "this" and names[1] in clients.sdk:
            return "sdk" if isinstance(decl.parent(call), n.Await) else None
    return None


def _is_response(owner: n.Expr) -> bool:
    """Whether `.json()` of this is an answer, not a request's body, a schema or a file."""
    inner = bare(owner)
    names = chain_of(inner).names
    if isinstance(inner, n.Name | n.Member) and inner.name in _NO_RESPONSES:
        return False
    return names[0] not in {"z", "Bun"} and "req" not in names[:2]


def _is_response_text(decl: Decl, expr: n.Expr, hops: int) -> bool:
    """Whether a text was read from a response or came with an event."""
    node = bare(expr)
    if isinstance(node, n.Binary) and node.op in {"??", "||"}:
        return _is_response_text(decl, node.left, hops)
    if isinstance(node, n.Call):
        callee = uncast(node.callee)
        if isinstance(callee, n.Member):
            if callee.name == "text" and not node.args:
                return _is_response(uncast(callee.object))
            if callee.name in {"toString", "trim", "String"}:
                return _is_response_text(decl, callee.object, hops)
        if isinstance(callee, n.Name) and callee.name == "String" and node.args:
            return _is_response_text(decl, node.args[0], hops)
        return False
    if isinstance(node, n.Member):
        owner = uncast(node.object)
        name = owner.name if isinstance(owner, n.Name | n.Member) else ""
        if node.name in {"body", "data"} and _answering().search(name) is not None:
            return True
        return _is_part_of_answer(decl, node)
    if isinstance(node, n.Name) and hops < _HOPS:
        binding = scopes_of(decl).binding(node)
        value = binding.value if binding is not None else None
        return value is not None and _is_response_text(decl, value, hops + 1)
    return False


def _is_part_of_answer(decl: Decl, node: n.Member) -> bool:
    """Whether a text is a part of something that was awaited and is called a response, or of its JSON."""
    head = chain_of(node).head
    binding = scopes_of(decl).binding(head)
    value = binding.value if binding is not None else None
    if value is None or not isinstance(head, n.Name) or not isinstance(value, n.Await):
        return False
    call = bare(value)
    if isinstance(call, n.Call) and isinstance(call.callee, n.Member) and call.callee.name == "json":
        return _is_response(uncast(call.callee.object))
    return _answering().search(head.name) is not None


@cache
def _answering() -> re.Pattern[str]:
    return re.compile(r"^(res|resp|reply|e|evt|event|msg|message|answer)$|[rR]esponse$|[mM]essageEvent$")


@cache
def _checking() -> re.Pattern[str]:
    return re.compile(
        r"^_?(is|has|assert|validate|parse|safeParse|parseAsync|safeParseAsync|check|ensure|guard|decode|"
        r"verify|sanitize|coerce)(?![a-z])|Schema$|[vV]alidator?$"
    )


_ELEMENTWISE = frozenset(
    {
        "map", "forEach", "filter", "reduce", "flatMap", "find", "some", "every", "sort", "on", "once",
        "setTimeout", "setInterval", "setImmediate", "describe", "it", "test", "beforeEach", "catch",
    }
)  # fmt: skip


def _names_schema(arg: n.Expr) -> bool:
    """Whether an argument is a schema by its name, or the parse method of one."""
    node = uncast(arg)
    if isinstance(node, n.Member) and node.name in {"parse", "safeParse", "parseAsync", "safeParseAsync"}:
        return True
    name = node.name if isinstance(node, n.Name | n.Member) else ""
    return name.lower().endswith(("schema", "validator", "decoder"))


def _is_predicate(type_: n.Type) -> bool:
    return isinstance(type_, n.TypeOther) and type_.kind in {
        "type_predicate",
        "asserts",
        "asserts_annotation",
    }


def type_parameter(claim: Claim) -> bool:
    """Whether the type is (or holds) a type parameter of a function or class around the value."""
    names = type_parameters(claim)
    return any(isinstance(node, n.TypeRef) and node.name in names for node in walk(claim.type))


def type_parameters(claim: Claim) -> set[str]:
    """The type parameters in sight of the claim's type."""
    names: set[str] = set()
    node: n.Node | None = claim.node if claim.type_decl is claim.decl else claim.type
    while node is not None:
        if isinstance(node, n.Function | n.ClassDecl):
            names.update(param.name for param in node.type_params)
        node = claim.type_decl.parent(node)
    owner = claim.type_decl.owner
    head = owner.node if owner is not None else None
    if isinstance(head, n.ClassDecl):
        names.update(param.name for param in head.type_params)
    return names
