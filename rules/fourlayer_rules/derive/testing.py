"""What a test file tests: whether it runs anything, and whether it asserts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.syntax.facts import Decl, FileFacts

_WORDS = (b"expect", b"assert", b"should")
_TESTS = frozenset({"it", "test", "specify", "fit", "xit", "xtest", "xspecify", "bench"})
_GROUPS = frozenset({"describe", "suite", "context", "fdescribe", "xdescribe", "xcontext"})
_OFF = frozenset({"skip", "todo"})
_OFF_BY_NAME = frozenset({"xit", "xtest", "xspecify", "xdescribe", "xcontext", "bench"})
_HELPER = re.compile(r"test|spec|helper|contract|assert|expect", re.IGNORECASE)
_RUNNER = re.compile(r"(vitest|node:test|node:assert|assert|chai|jest|@jest/|@testing-library/|@vitest/)")
_TEST_NAME = re.compile(r"\.(test|spec)\.[cm]?tsx?$")


def is_test_name(path: str) -> bool:
    """Whether a file is a test by its name, as against a helper in a folder of tests."""
    return _TEST_NAME.search(path) is not None


def asserts(facts: FileFacts) -> bool:
    """Whether a test file has a test that runs and an assertion that says something.

    A file that does not parse is given the benefit of the doubt, and so are functions that are imported
    from helpers of tests. Tests that are skipped in some surroundings only count.
    """
    helpers = _helpers(facts)
    if not helpers and not any(word in facts.text.data for word in _WORDS):
        return False
    if not facts.trusted:
        return True
    asserted = False
    running: bool | None = None
    for decl, call in _calls(facts):
        if _is_test(call):
            running = running or not _is_off(decl, call)
        elif not asserted and (_is_helper(call, helpers) or _is_assertion(decl, call)):
            asserted = not _is_off(decl, call)
    # Without a test that is known as such, what runs is called in a way of its own.
    return asserted and running is not False


def _is_helper(call: n.Call, helpers: frozenset[str]) -> bool:
    names = _names(call.callee)
    return bool(names) and names[0] in helpers


def _calls(facts: FileFacts) -> Iterator[tuple[Decl, n.Call]]:
    for decl in facts.all_decls():
        if decl.kind != "import":
            for node in walk(decl.node):
                if isinstance(node, n.Call):
                    yield decl, node


def _helpers(facts: FileFacts) -> frozenset[str]:
    """The functions that are imported from helpers of tests: they may assert, or declare whole tests."""
    return frozenset(
        name.local
        for item in facts.imports
        if item.kind == "import" and _HELPER.search(item.specifier) and not _RUNNER.match(item.specifier)
        for name in item.names
        if name.local is not None and not name.type_only and not item.type_only
    )


def _is_test(call: n.Call) -> bool:
    names = _names(call.callee)
    return (
        bool(names)
        and names[0] in _TESTS
        and any(isinstance(arg, n.Function | n.Name) for arg in call.args[1:])
    )


def _is_off(decl: Decl, node: n.Node) -> bool:
    """Whether a node stands in a test or a group that never runs, or is one."""
    return any(isinstance(one, n.Call) and _switches_off(one) for one in (node, *decl.ancestors(node)))


def _switches_off(call: n.Call) -> bool:
    names = _names(call.callee)
    if not names or names[0] not in _TESTS | _GROUPS:
        return False
    if names[0] in _OFF_BY_NAME or _OFF & set(names[1:]):
        return True
    return any(
        prop.key in _OFF and isinstance(prop.value, n.Const) and prop.value.value == "true"
        for arg in call.args
        if isinstance(arg, n.Object)
        for prop in arg.props
        if isinstance(prop, n.Prop)
    )


def _is_assertion(decl: Decl, call: n.Call) -> bool:
    names = _names(call.callee)
    if not names:
        return False
    if names[0] == "expect":
        if len(names) > 1 and names[1] in {"soft", "poll"}:
            names = names[1:]
        return len(names) == 1 and isinstance(decl.parent(call), n.Member) and not _says_nothing(decl, call)
    if names[0].startswith(("expect", "assert", "should")) or names[0] == "t":
        return True
    return any(name in {"expect", "assert", "should"} for name in names[1:])


def _says_nothing(decl: Decl, call: n.Call) -> bool:
    """`expect(true).toBe(true)`: a literal is compared with a literal."""
    around = next((one for one in decl.ancestors(call) if isinstance(one, n.Call)), None)
    args = (*call.args, *(around.args if around is not None else ()))
    return bool(call.args) and all(isinstance(arg, n.Const | n.Num | n.Str) for arg in args)


def _names(callee: n.Node) -> list[str]:
    """`it.each(...)` as `it`, `each`: what is called, without what calls in between are handed."""
    return [node.name for node in _inwards(callee) if isinstance(node, n.Name | n.Member)][::-1]


def _inwards(node: n.Node) -> Iterator[n.Node]:
    current: n.Node | None = node
    while current is not None:
        yield current
        if isinstance(current, n.Member | n.Index):
            current = current.object
        elif isinstance(current, n.Call):
            current = current.callee
        elif isinstance(current, n.Tagged):
            current = current.tag
        else:
            current = None
