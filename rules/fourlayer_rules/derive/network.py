"""Which functions and methods reach the network, through functions and classes of the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.classes import chain_of as bases_of
from fourlayer.project.tsconfig import split_package
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import Chain, chain_of, chains
from fourlayer.syntax.facts import walk
from fourlayer.syntax.glob import names_match
from fourlayer.syntax.scope import scopes_of
from fourlayer.syntax.span import Span
from fourlayer_rules.derive.symbols import Declared, named

if TYPE_CHECKING:
    from fourlayer.config.settings import Symbols
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

_HOPS = 6
_GLOBALS = frozenset({"globalThis", "global", "window", "self"})
_BUILDERS = frozenset({"create", "extend", "defaults", "instance"})
"""What HTTP packages offer to make a client of; that sends nothing."""
_HELPERS = frozenset(
    {
        "Agent", "AxiosHeaders", "CancelToken", "Cancel", "FormData", "Headers", "HttpStatusCode",
        "MockAgent", "ProxyAgent", "Request", "Response", "errors", "formToJSON", "getAdapter",
        "getGlobalDispatcher", "getUri", "interceptors", "mergeConfig", "setGlobalDispatcher", "spread",
        "toFormData",
    }
)  # fmt: skip
"""What HTTP packages offer beside that; it sends nothing either, nor do their errors and tests of a value."""


class Outside(NamedTuple):
    """A call that leaves the process: `fetch` or a package, where, and the files on the way there."""

    what: str
    path: str
    span: Span
    way: tuple[str, ...]


class Network:
    """Answers for one view; each function is followed once."""

    def __init__(
        self, view: View, symbols: Symbols, replaced: frozenset[tuple[str, str]] = frozenset()
    ) -> None:
        """`replaced`: functions, by file and name, that something else stands in for."""
        self._view = view
        self._symbols = symbols
        self._replaced = replaced
        self._known: dict[tuple[str, int, str], Outside | None] = {}
        self._methods: dict[tuple[str, int, str], Outside | None] = {}
        self._vendors: dict[FileFacts, dict[str, str]] = {}

    def of_decl(
        self, path: str, facts: FileFacts, decl: Decl, receiver: Declared | None = None, hops: int = 0
    ) -> Outside | None:
        """The first way out of a function or member; `receiver` is the class that `this` stands for."""
        key = (path, decl.start, receiver.decl.name or "" if receiver is not None else "")
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._search(path, facts, decl, receiver, hops)
        return self._known[key]

    def of_name(self, path: str, facts: FileFacts, name: str, hops: int = 0) -> Outside | None:
        """The first way out of a function that is declared or imported in a file."""
        found = named(self._view, path, facts, name)
        if not isinstance(found, tuple) or found.decl.kind not in {"function", "variable"} or hops > _HOPS:
            return None
        if (found.path, found.decl.name) in self._replaced:
            return None
        whole = self._whole(found)
        return None if whole is None else self.of_decl(whole.path, whole.facts, whole.decl, None, hops)

    def of_method(self, receiver: Declared, name: str, hops: int = 0) -> Outside | None:
        """The first way out of a method of a class, inherited ones and what they call back included."""
        if hops > _HOPS:
            return None
        key = (receiver.path, receiver.decl.start, name)
        if key not in self._methods:
            self._methods[key] = self._of_method(receiver, name, hops)
        return self._methods[key]

    def _of_method(self, receiver: Declared, name: str, hops: int) -> Outside | None:
        for link in bases_of(self._view, receiver).links:
            whole = self._whole(link)
            members = [member for member in whole.decl.members if member.name == name] if whole else []
            if whole is not None and members:
                found = (self.of_decl(whole.path, whole.facts, member, receiver, hops) for member in members)
                return next((outside for outside in found if outside is not None), None)
        return None

    def _whole(self, declared: Declared) -> Declared | None:
        """The same declaration, its body noted as read."""
        facts = self._view.facts(declared.path)
        decl = facts.decl(declared.decl.name or "") if facts is not None else None
        return None if facts is None or decl is None else Declared(declared.path, facts, decl)

    def _search(
        self, path: str, facts: FileFacts, decl: Decl, receiver: Declared | None, hops: int
    ) -> Outside | None:
        for chain in chains(decl):
            found = self._direct(path, facts, decl, chain) or self._called(
                path, facts, decl, chain, receiver, hops
            )
            if found is not None:
                return found if path in found.way else found._replace(way=(path, *found.way))
        return None

    # A call that leaves by itself

    def _direct(self, path: str, facts: FileFacts, decl: Decl, chain: Chain) -> Outside | None:
        what = self._leaves(facts, decl, chain)
        if what is None:
            return None
        return Outside(what, path, decl.span(chain.calls[0].node), (path,))

    def _leaves(self, facts: FileFacts, decl: Decl, chain: Chain) -> str | None:
        head = chain.head
        if not isinstance(head, n.Name) or not chain.links:
            return None
        first = chain.links[0]
        if head.name == "this":
            made = self._fields(facts, decl.owner).get(first.name) if decl.owner is not None else None
            return made if any(link.is_call for link in chain.links[1:]) else None
        binding = scopes_of(decl).binding(head)
        if binding is not None:
            made = self._makes(facts, binding.value) if binding.value is not None else None
            return made if chain.calls else None
        if head.name in _GLOBALS:
            return "fetch" if first.name == "fetch" and first.is_call else None
        if head.name == "fetch":
            return "fetch" if not first.name and first.is_call and not _declares(facts, "fetch") else None
        package = self._packages(facts).get(head.name)
        if package is not None:
            if names_match(self._symbols.http_modules, package):
                return None if first.name in _BUILDERS or _is_quiet(first.name) else package
            return package if len(chain.calls) > 1 else None
        return self._constants(facts).get(head.name) if chain.calls else None

    def _packages(self, facts: FileFacts) -> dict[str, str]:
        """By local name, the vendor's or HTTP package that a value comes from."""
        if facts not in self._vendors:
            self._vendors[facts] = {
                bound.local: package
                for item in facts.imports
                if item.kind == "import"
                and not item.type_only
                and (package := split_package(item.specifier)[0]) is not None
                and self._is_vendor(package)
                for bound in item.names
                if bound.local is not None and not bound.type_only and not _is_quiet(bound.imported)
            }
        return self._vendors[facts]

    def _is_vendor(self, package: str) -> bool:
        return names_match(self._symbols.sdk_modules, package) or names_match(
            self._symbols.http_modules, package
        )

    def _makes(self, facts: FileFacts, value: n.Expr | None) -> str | None:
        """The package whose client an expression makes: `new Sdk()`, `axios.create()`, `google.drive()`."""
        if value is None:
            return None
        if isinstance(value, n.Binary) and value.op in {"??", "||"}:
            return self._makes(facts, value.right)
        chain = chain_of(value)
        head = chain.head
        if isinstance(head, n.New):
            head = head.callee
            while isinstance(head, n.Member):
                head = head.object
            return self._packages(facts).get(head.name) if isinstance(head, n.Name) else None
        first = chain.links[0] if chain.links else None
        if isinstance(head, n.Name) and first is not None and len(chain.calls) == 1 and len(chain.links) <= 2:
            package = self._packages(facts).get(head.name)
            is_http = package is not None and names_match(self._symbols.http_modules, package)
            return package if not is_http or first.name in _BUILDERS else None
        return None

    def _fields(self, facts: FileFacts, owner: Decl) -> dict[str, str]:
        """By field of a class that holds a vendor's client, the package."""
        if not self._packages(facts):
            return {}
        found: dict[str, str] = {}
        for member in owner.members:
            node = member.node
            if isinstance(node, n.ClassMember) and node.kind == "field" and node.name is not None:
                typed = self._packages(facts).get(_type_name(node.type)) if node.type is not None else None
                made = typed or self._makes(facts, node.init)
                if made is not None:
                    found[node.name] = made
            for inner in walk(node):
                if isinstance(inner, n.Assign) and isinstance(inner.target, n.Member):
                    target = inner.target
                    made = self._makes(facts, inner.value)
                    if (
                        made is not None
                        and isinstance(target.object, n.Name)
                        and target.object.name == "this"
                    ):
                        found[target.name] = made
        return found

    def _constants(self, facts: FileFacts) -> dict[str, str]:
        """By constant of the file that holds a vendor's client, the package."""
        if not self._packages(facts):
            return {}
        found: dict[str, str] = {}
        for decl in facts.decls:
            node = decl.node if decl.kind == "variable" else None
            for declarator in node.declarators if isinstance(node, n.VarDecl) else ():
                made = self._makes(facts, declarator.init)
                if made is not None and isinstance(declarator.target, n.Name):
                    found[declarator.target.name] = made
        return found

    # A call of something in the workspace

    def _called(
        self, path: str, facts: FileFacts, decl: Decl, chain: Chain, receiver: Declared | None, hops: int
    ) -> Outside | None:
        head = chain.head
        first = chain.links[0] if chain.links else None
        if not isinstance(head, n.Name) or first is None or not first.is_call or hops >= _HOPS:
            return None
        if head.name == "this":
            if receiver is None:
                return None
            return self.of_method(receiver, first.name, hops + 1) or self._stored(
                path, facts, decl, first.name, receiver, hops
            )
        if first.name or scopes_of(decl).binding(head) is not None:
            return None
        return self.of_name(path, facts, head.name, hops + 1)

    def _stored(
        self, path: str, facts: FileFacts, decl: Decl, name: str, receiver: Declared, hops: int
    ) -> Outside | None:
        """The way out of a function that another member stores in a field."""
        needle = f"this.{name}".encode()
        for member in decl.owner.members if decl.owner is not None else ():
            if member is decl or needle not in member.data:
                continue
            for node in walk(member.node):
                if (
                    isinstance(node, n.Assign)
                    and isinstance(node.target, n.Member)
                    and node.target.name == name
                    and isinstance(node.value, n.Function)
                ):
                    return self.of_decl(path, facts, member, receiver, hops + 1)
        return None


def _is_quiet(name: str) -> bool:
    """Whether what a package exports under a name sends nothing: `isAxiosError`, `AxiosError`, `Headers`."""
    return name in _HELPERS or name.endswith("Error") or (name.startswith("is") and name[2:3].isupper())


def _declares(facts: FileFacts, name: str) -> bool:
    return facts.decl(name) is not None or any(
        bound.local == name for item in facts.imports for bound in item.names
    )


def _type_name(type_: n.Type) -> str:
    """The name of a type, `| undefined` and `| null` around it left out; empty for other types."""
    if isinstance(type_, n.TypeUnion):
        names = [name for item in type_.items if (name := _type_name(item))]
        return names[0] if len(names) == 1 else ""
    return type_.name.partition(".")[0] if isinstance(type_, n.TypeRef) else ""


def given_values(facts: FileFacts) -> dict[str, list[n.Expr]]:
    """By variable of the file's top level, every value that it is seen to be given anywhere in the file."""
    found: dict[str, list[n.Expr]] = {}
    for decl in facts.decls:
        for node in walk(decl.node):
            target: n.Node
            if isinstance(node, n.Declarator):
                top = isinstance(decl.node, n.VarDecl) and node in decl.node.declarators
                target, value = node.target, node.init if top else None
            elif isinstance(node, n.Assign):
                target, value = node.target, node.value
            else:
                continue
            if value is not None and isinstance(target, n.Name) and scopes_of(decl).binding(target) is None:
                found.setdefault(target.name, []).append(value)
    return found
