"""Finds the first call in a test that reaches the network with nothing in its way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.exports import Origin, origin_of
from fourlayer.project.layout import is_code
from fourlayer.project.summaries.network import Way, exits, method_reaches, name_reaches, replacement
from fourlayer.project.tree import parent
from fourlayer.project.tsconfig import split_package
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import Chain, chains, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.glob import names_match
from fourlayer.syntax.scope import scopes_of
from fourlayer.syntax.span import Span
from fourlayer_rules.derive.symbols import Declared, named

if TYPE_CHECKING:
    from fourlayer.project.snapshot import View
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.scope import Binding

_CONFIGURATIONS = tuple(
    f"{stem}.config.{ending}" for stem in ("vitest", "vite", "jest") for ending in ("ts", "mts", "js", "mjs")
)


Given = Mapping[str, list[n.Expr]]
"""By variable of the file's top level, what it is given."""


class Call(NamedTuple):
    """A call in a test: where, what it is called there, and how it leaves the process."""

    span: Span
    name: str
    outside: Way


class _Standing(NamedTuple):
    """What stands in for the world: for `fetch`, for packages and files, for functions, for everything."""

    fetch: bool
    everything: bool
    mocked: frozenset[str]
    replaced: tuple[str, ...] = ()

    def covers(self, outside: Way) -> bool:
        if self.everything or (self.fetch and outside.what == "fetch"):
            return True
        return outside.what in self.mocked or any(path in self.mocked for path in outside.files)


def is_surely_covered(ctx: Context, path: str) -> bool:
    """Whether a look at the bytes tells that nothing in a test leaves: saves parsing most tests."""
    data = ctx.view.read(path) or b""
    if _interceptor().search(data) is not None:
        return True
    if _stub().search(data) is None:
        return False
    symbols = ctx.settings.symbols
    vendors = (*symbols.sdk_modules, *symbols.http_modules)
    if any(vendor.partition("*")[0].encode() in data for vendor in vendors):
        return False
    return not any(
        names_match(vendors, split_package(item.specifier)[0] or "")
        for file in _sources(ctx.view, path)
        if (facts := ctx.view.shape(file)) is not None
        for item in facts.imports
    )


def _sources(view: View, path: str) -> list[str]:
    """The code that a provider's test may call: the provider's and the shared code beside it."""
    provider = view.provider_of(path)
    own = [file for file in provider.files if not view.is_test(file)] if provider is not None else []
    shared = [f"{folder}/{name}" for folder in view.shared for name in view.children(folder)]
    return [*own, *(file for file in shared if is_code(file))]


def first_call(ctx: Context, path: str, facts: FileFacts) -> Call | None:
    """The first call in the source order that nothing stands in for; None where there is none."""
    standing = _standing(ctx.view, path, facts)
    if standing.everything:
        return None
    given = _given_values(facts)
    for decl in facts.decls:
        if decl.kind == "import" or not decl.trusted:
            continue
        for chain in chains(decl):
            called = _called(ctx.view, standing, given, path, facts, decl, chain)
            if called is not None and not standing.covers(called[1]):
                name, outside = called
                return Call(decl.span(chain.links[0].node), name, outside)
    return _direct(ctx.view, path, facts, standing)


def _direct(view: View, path: str, facts: FileFacts, standing: _Standing) -> Call | None:
    """A call in the test itself that leaves the process."""
    for decl in facts.decls:
        for one in exits(view, path, facts, decl) if decl.trusted and decl.kind != "import" else ():
            outside = Way(one.what, path, decl.qualified_name, (path,))
            if not standing.covers(outside):
                return Call(decl.span(one.node), one.what, outside)
    return None


def _given_values(facts: FileFacts) -> dict[str, list[n.Expr]]:
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


def _called(
    view: View, standing: _Standing, given: Given, path: str, facts: FileFacts, decl: Decl, chain: Chain
) -> tuple[str, Way] | None:
    """What a chain of the test calls in the workspace, by name, where that reaches the network."""
    head, first = chain.head, chain.links[0] if chain.links else None
    if not isinstance(head, n.Name) or first is None or not first.is_call:
        return None
    if _is_given_a_function(given, decl, first.args):
        return None
    if not first.name:
        if scopes_of(decl).binding(head) is not None or not _is_imported(facts, head.name):
            return None
        outside = name_reaches(view, path, facts, head.name, standing.replaced)
        return None if outside is None else (head.name, outside)
    binding = scopes_of(decl).binding(head)
    values = given.get(head.name, []) if binding is None else _values(binding)
    receiver = _class_of(view, path, facts, given, decl, values)
    if receiver is None or _is_tampered(facts, head.name, receiver.decl.name or ""):
        return None
    outside = method_reaches(view, receiver, first.name, standing.replaced)
    return None if outside is None else (f"{head.name}.{first.name}", outside)


def _is_imported(facts: FileFacts, name: str) -> bool:
    return any(bound.local == name for item in facts.imports for bound in item.names)


def _values(binding: Binding) -> list[n.Expr]:
    """Every value that a variable inside a declaration is given."""
    first = [binding.init] if binding.init is not None and binding.path == () else []
    return [*first, *(write.value for write in binding.writes if isinstance(write, n.Assign))]


def _class_of(
    view: View, path: str, facts: FileFacts, given: Given, decl: Decl, values: list[n.Expr]
) -> Declared | None:
    """The one class of the workspace whose instances the values are; None where a fake may be in one."""
    made = [value for value in values if isinstance(value, n.New) and isinstance(value.callee, n.Name)]
    if (
        not made
        or len(made) != len(values)
        or any(_is_given_a_function(given, decl, value.args) for value in made)
    ):
        return None
    names = {value.callee.name for value in made if isinstance(value.callee, n.Name)}
    found = named(view, path, facts, names.pop()) if len(names) == 1 else None
    return found if isinstance(found, tuple) and found.decl.kind == "class" else None


def _is_given_a_function(given: Given, decl: Decl, args: tuple[n.Expr, ...] | None) -> bool:
    """Whether an argument is, holds or makes a function, or is named like a fake: a transport, maybe."""
    return any(
        _is_fake(node) or (isinstance(node, n.Name) and any(map(_holds_fake, _known(given, decl, node))))
        for arg in args or ()
        for node in walk(arg)
    )


def _known(given: Given, decl: Decl, name: n.Name) -> list[n.Expr]:
    """The values of a variable, of a part of one (`const { client } = fakes()`) what the part comes from."""
    binding = scopes_of(decl).binding(name)
    if binding is None:
        return given.get(name.name, [])
    return [*_values(binding), *([binding.init] if binding.init is not None and binding.path else [])]


def _holds_fake(value: n.Expr) -> bool:
    """Whether a variable's value is put together by hand, or by a function of the test."""
    inner = uncast(value)
    made = isinstance(inner, n.Call) and isinstance(uncast(inner.callee), n.Name)
    return made or any(_is_fake(node) for node in walk(inner))


def _is_fake(node: n.Node) -> bool:
    match node:
        case n.Function():
            return True
        case n.Name():
            return _fake().search(node.name) is not None
        case n.Member():
            return node.name == "fn"
        case _:
            return False


def _is_tampered(facts: FileFacts, variable: str, class_name: str) -> bool:
    """Whether the test replaces something on the instance or on the class's prototype."""
    return (
        re.search(
            rb"spyOn\(\s*\(?\s*(?:%b\b|%b\.prototype)|\(?\b(?:%b|%b\.prototype)\b(?:\s+as\s[^)\n]*\))?"
            rb"(?:\.\w+|\[[^\]\n]*\])\s*=[^=>]"
            % tuple(re.escape(name.encode()) for name in (variable, class_name, variable, class_name)),
            facts.text.data,
        )
        is not None
    )


# What stands in


def _standing(view: View, path: str, facts: FileFacts) -> _Standing:
    loaded = [(path, facts)]
    for item in facts.imports:
        target = view.resolve(item.specifier, path).path
        if item.kind != "mock" and target is not None and (view.is_test(target) or _is_helper(target)):
            helper = view.facts(target)
            if helper is not None:
                loaded.append((target, helper))
    for setup in _setup_files(view, path):
        helper = view.facts(setup)
        if helper is None:
            return _Standing(True, True, frozenset())
        loaded.append((setup, helper))
    spies = [_spied(view, *one) for one in loaded]
    texts = [one.text.data for _, one in loaded]
    return _Standing(
        any(_stub().search(text) for text in texts),
        any(_interceptor().search(text) for text in texts),
        frozenset().union(*(_mocks(view, *one) for one in loaded), *(spied.whole for spied in spies)),
        tuple(sorted({function for spied in spies for function in spied.functions})),
    )


def _mocks(view: View, path: str, facts: FileFacts) -> set[str]:
    return {
        view.resolve(item.specifier, path).path or split_package(item.specifier)[0] or item.specifier
        for item in facts.imports
        if item.kind == "mock"
    }


class _Spied(NamedTuple):
    """What a file replaces: something of packages and files, and functions, as `replacement` writes them."""

    whole: set[str]
    functions: set[str]


def _spied(view: View, path: str, facts: FileFacts) -> _Spied:
    """What is replaced with `vi.spyOn(axios, "get")`, `vi.spyOn(module, "load")`, `http.get = vi.fn()`.

    A name that a barrel passes on counts for the file that declares it as well.
    """
    found = _Spied(set(), set())
    replaced: dict[str, set[str]] = {}
    for match in _spy().finditer(facts.text.data):
        replaced.setdefault((match[1] or match[3]).decode(), set()).add((match[2] or match[4]).decode())
    for item in facts.imports if replaced else ():
        for bound in item.names:
            target = view.resolve(item.specifier, path).path
            if bound.local not in replaced:
                continue
            if target is None or bound.imported != "*":
                found.whole.add(target or split_package(item.specifier)[0] or item.specifier)
                continue
            for member in replaced[bound.local]:
                found.functions.add(replacement(target, member))
                origin = origin_of(view, target, member)
                if isinstance(origin, Origin) and origin.path is not None:
                    found.functions.add(replacement(origin.path, origin.name))
    for name in replaced:
        declared = named(view, path, facts, name)
        if isinstance(declared, tuple) and declared.path != path:
            found.whole.add(declared.path)
    return found


def _is_helper(path: str) -> bool:
    return any(word in path.lower() for word in ("mock", "fake", "stub", "fixture", "helper", "test"))


def _setup_files(view: View, path: str) -> list[str]:
    """The files that the nearest configuration of the test runner loads first."""
    folder = parent(path)
    while True:
        for name in _CONFIGURATIONS:
            config = f"{folder}/{name}" if folder else name
            if view.exists(config):
                data = view.read(config) or b""
                listed = _setup_list().search(data)
                names = _string().findall(listed[1]) if listed is not None else []
                return [_joined(folder, name.decode("utf-8", "replace")) for name in names]
        if not folder:
            return []
        folder = parent(folder)


def _joined(folder: str, name: str) -> str:
    name = name.removeprefix("<rootDir>/").removeprefix("./")
    return f"{folder}/{name}" if folder else name


@cache
def _setup_list() -> re.Pattern[bytes]:
    return re.compile(rb"setupFiles(?:AfterEnv)?\s*:\s*(\[[^\]]*\]|[\"'][^\"']*[\"'])")


@cache
def _string() -> re.Pattern[bytes]:
    return re.compile(rb"[\"']([^\"'\n]+)[\"']")


@cache
def _fake() -> re.Pattern[str]:
    return re.compile(r"(?i)mock|fake|stub|fetch|transport|spy|dummy")


@cache
def _stub() -> re.Pattern[bytes]:
    """Code that puts something in the place of the global `fetch`."""
    world = rb"(?:globalThis|global|window|self)"
    return re.compile(
        rb"stubGlobal\(\s*[\"'`]fetch[\"'`]"
        rb"|\(?\s*" + world + rb"(?:\s+as\s[^)\n]*\))?\s*(?:\.fetch|\[[\"']fetch[\"']\])\s*=[^=]"
        rb"|spyOn\(\s*\(?\s*" + world + rb"[^,\n]*,\s*[\"'`]fetch[\"'`]"
        rb"|defineProperty\(\s*" + world + rb"\s*,\s*[\"']fetch[\"']"
        rb"|Object\.assign\(\s*" + world + rb"\s*,"
        rb"|fetchMock|mockFetch|\bdispatcher\b"
    )


@cache
def _spy() -> re.Pattern[bytes]:
    """Code that replaces a member of a variable: `vi.spyOn(axios, ...)`, `axios.get = vi.fn()`."""
    return re.compile(
        rb"(?:spyOn|replace|replaceProperty|stub)\(\s*\(?\s*([A-Za-z_$][\w$]*)(?:\.[\w$.]+|\s+as\s[^,\n]*)?\s*,"
        rb"\s*[\"'`](\w+)"
        rb"|^[ \t]*\(?([A-Za-z_$][\w$]*)(?:\s+as\s[^)\n]*\))?\.([\w$]+)\s*=\s*(?:vi|jest)\.fn\b",
        re.MULTILINE,
    )


@cache
def _interceptor() -> re.Pattern[bytes]:
    """Libraries that catch every request, and servers that a test runs itself."""
    return re.compile(
        rb"(?:from|require\(|import\(?)\s*[\"'](?:msw|msw/node|nock|fetch-mock|vitest-fetch-mock|jest-fetch-mock|"
        rb"axios-mock-adapter|@mswjs/interceptors|@pollyjs/core|testcontainers)[\"']|\bMockAgent\b|\.listen\(|\bcreateServer\("
    )
