"""Paths over statements: what holds everywhere, what is never reached, what a local holds at a point."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted
from fourlayer.syntax.facts import Decl, build_facts, walk
from fourlayer.syntax.flow import (
    Analysis,
    always_leaves,
    analyse,
    function_around,
    functions_around,
    holds_on_every_path,
    is_reached,
    present_at,
    values_at,
)
from fourlayer.syntax.scope import scopes_of
from fourlayer.syntax.text import Text


def _decl(body: str, params: str = "a: any, b: any, c: any") -> tuple[Decl, n.Function]:
    facts = build_facts(Text.from_str(f"async function f({params}) {{\n{body}\n}}\n"), "ts")
    assert facts.trusted, body
    decl = facts.decls[0]
    assert isinstance(decl.node, n.FunctionDecl)
    return decl, decl.node.function


def _call(root: n.Node, name: str) -> n.Call:
    return next(node for node in walk(root) if isinstance(node, n.Call) and dotted(node.callee) == name)


def _is_call(name: str) -> Callable[[n.Node], bool]:
    return lambda node: isinstance(node, n.Call) and dotted(node.callee) == name


BOTH, SOME, NONE = (True, True), (False, True), (False, False)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("mark(); at();", BOTH),
        ("at(); mark();", NONE),
        ("if (a) mark(); at();", SOME),
        ("if (a) mark(); else mark(); at();", BOTH),
        ("if (a) { mark(); } else { return; } at();", BOTH),
        ("if (!a) throw new Error(); mark(); at();", BOTH),
        ("if (a) return mark(); at();", NONE),
        ("a ? mark() : mark(); at();", BOTH),
        ("a ? mark() : 0; at();", SOME),
        ("a && mark(); at();", SOME),
        ("a || mark(); at();", SOME),
        ("a ?? mark(); at();", SOME),
        ("mark() && a; at();", BOTH),
        ("if (a && mark()) at();", BOTH),
        ("if (a || mark()) at();", SOME),
        ("if (!(a || mark())) at();", BOTH),
        ("for (const x of a) mark(); at();", SOME),
        ("while (a) mark(); at();", SOME),
        ("do { mark(); } while (a); at();", BOTH),
        ("while (true) { mark(); if (b) break; } at();", BOTH),
        ("for (;;) { if (b) break; mark(); } at();", SOME),
        ("for (const x of a) { if (b) continue; mark(); } at();", SOME),
        ("for (let i = mark(); i < 3; i++) {} at();", BOTH),
        ("switch (a) { case 1: mark(); break; default: mark(); } at();", BOTH),
        ("switch (a) { case 1: mark(); } at();", SOME),
        ("switch (a) { case 1: case 2: mark(); break; case 3: return; default: mark(); } at();", BOTH),
        ("switch (a) { case 1: mark(); default: b(); } at();", SOME),
        ("switch (mark()) { default: break; } at();", BOTH),
        ("try { mark(); } catch {} at();", SOME),
        ("try { b(); mark(); } catch { return; } at();", BOTH),
        ("try { b(); } catch { mark(); } at();", SOME),
        ("try { b(); } finally { mark(); } at();", BOTH),
        ("try { mark(); throw 1; } catch { at(); }", SOME),
        ("outer: for (const x of a) { for (const y of b) { continue outer; } mark(); } at();", SOME),
        ("done: { if (a) break done; mark(); } at();", SOME),
        ("a.forEach((x: any) => mark()); at();", SOME),
        ("(() => mark())(); at();", BOTH),
        ("const later = () => mark(); at();", NONE),
        ("function later() { mark(); } at();", NONE),
        ("at(mark());", NONE),
        ("x(mark(), at());", BOTH),
        ("const v = await mark(); at();", BOTH),
        ("if (true) mark(); at();", BOTH),
        ("if (false) mark(); at();", NONE),
        ("a ??= mark(); at();", SOME),
        ("a = mark(); at();", BOTH),
    ],
)
def test_what_holds_before_a_call(body: str, expected: tuple[bool, bool]) -> None:
    _, function = _decl(body)

    assert holds_on_every_path(function, _call(function, "at"), _is_call("mark")) == expected


@pytest.mark.parametrize(
    ("body", "reached"),
    [
        ("at();", True),
        ("return; at();", False),
        ("throw a; at();", False),
        ("if (a) return; at();", True),
        ("if (a) return; else throw b; at();", False),
        ("if (false) at();", False),
        ("if (true) return; at();", False),
        ("while (true) {} at();", False),
        ("while (true) { if (a) break; } at();", True),
        ("for (;;) { return; } at();", False),
        ("switch (a) { case 1: return; default: return; } at();", False),
        ("switch (a) { case 1: return; } at();", True),
        ("try { return; } catch { at(); }", True),
        ("try { return 1; } finally { at(); }", True),
        ("for (const x of a) { continue; at(); }", False),
        ("l: while (true) { while (true) break l; } at();", True),
    ],
)
def test_what_is_reached(body: str, reached: bool) -> None:
    _, function = _decl(body)

    assert is_reached(function, _call(function, "at")) is reached


@pytest.mark.parametrize(
    ("body", "leaves"),
    [
        ("return;", True),
        ("throw a;", True),
        ("if (a) return; else throw b;", True),
        ("if (a) return;", False),
        ("try { return; } catch { throw a; }", True),
        ("try { return; } catch {}", False),
        ("while (true) {}", True),
        ("a();", False),
    ],
)
def test_what_always_leaves(body: str, leaves: bool) -> None:
    _, function = _decl(f"{{ {body} }}")
    assert isinstance(function.body, n.Block)

    assert always_leaves(function.body.stmts[0]) is leaves


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("let v = 'x'; at(v);", ["'x'"]),
        ("let v = 'x'; v = 'y'; at(v);", ["'y'"]),
        ("let v = 'x'; if (a) v = 'y'; at(v);", ["'x'", "'y'"]),
        ("let v; if (a) v = 'y'; else v = 'z'; at(v);", ["'y'", "'z'"]),
        ("let v = 'x'; if (a) { v = 'y'; return; } at(v);", ["'x'"]),
        ("let v = 'x'; for (const i of a) v = 'y'; at(v);", ["'x'", "'y'"]),
        ("let v = 'x'; v += 'y'; at(v);", None),
        ("let v = 'x'; const set = () => { v = 'y'; }; set(); at(v);", None),
        ("let v: any; for (v of a) at(v);", None),
        ("let { v } = a; v = 'x'; at(v);", ["'x'"]),
    ],
)
def test_the_values_of_a_local(body: str, expected: list[str] | None) -> None:
    decl, function = _decl(body)
    call = _call(function, "at")
    binding = scopes_of(decl).binding(call.args[0])
    assert binding is not None

    values = values_at(function, binding, call)

    assert (None if values is None else [decl.text_of(value) for value in values]) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if (!a) return; at();", {"a"}),
        ("if (!a.b?.c) throw new Error(); at();", {"a.b.c"}),
        ("if (a) at();", {"a"}),
        ("if (a && b) at();", {"a", "b"}),
        ("if (a || b) at();", set[str]()),
        ("if (!a || !b) return; at();", {"a", "b"}),
        ("if (a === undefined) return; at();", {"a"}),
        ("if (a == null) return; at();", {"a"}),
        ("if (null !== a) at();", {"a"}),
        ("if (typeof a === 'string') at();", {"a"}),
        ("if (typeof a === 'undefined') return; at();", {"a"}),
        ("if (!a) return; a = b; at();", set[str]()),
        ("if (!a.b) return; a = c; at();", set[str]()),
        ("if (a) b(); at();", set[str]()),
        ("const v = a ? at() : 0;", {"a"}),
    ],
)
def test_what_is_known_to_be_present(body: str, expected: set[str]) -> None:
    _, function = _decl(body)

    assert present_at(function, _call(function, "at")) == expected


def test_functions_around_a_node() -> None:
    decl, function = _decl("const g = () => { a.map((x: any) => at(x)); };")
    call = _call(function, "at")
    around = list(functions_around(decl, call))

    assert around[-1] is function
    assert len(around) == 3
    assert function_around(decl, call) is around[0]


def test_returns_of_an_expression_body_and_a_block() -> None:
    counted = Analysis[int](lambda node, state: state + isinstance(node, n.Call), max)
    _, block = _decl("a(); if (b) return c(); d(); return b(a());")
    facts = build_facts(Text.from_str("const g = (x: any) => x(x());\n"), "ts")
    arrow = next(node for node in walk(facts.decls[0].node) if isinstance(node, n.Function))

    assert analyse(block, 0, counted).returned == 4
    assert analyse(block, 0, counted).end is None
    assert analyse(arrow, 0, counted).returned == 2


def test_a_growing_state_comes_to_rest() -> None:
    endless = Analysis[int](lambda _node, state: state + 1, max)
    _, function = _decl("while (a) b(); at();")

    assert analyse(function, 0, endless).end is not None
