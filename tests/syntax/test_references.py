"""Which mentions of a name mean the top-level one, and where that cannot be told."""

from __future__ import annotations

import pytest

from fourlayer.syntax.facts import build_facts
from fourlayer.syntax.references import mentions, references
from fourlayer.syntax.text import Text


def _marked(source: str, name: str = "Old") -> tuple[str, bool]:
    """The source with the mentions marked as `«form»`, and whether they are all."""
    facts = build_facts(Text(source.encode()), "ts")
    found = references(facts, name)
    data = source.encode()
    for one in reversed(found.found):
        data = data[: one.span.start] + f"<{one.form}>".encode() + data[one.span.end :]
    return data.decode(), found.complete


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("export class Old {}", "export class <declaration> {}"),
        ("export { Old };", "export { <export> };"),
        ("export { Old as New };", "export { <plain> as New };"),
        ("export { New as Old };", "export { New as Old };"),
        ('export { Old } from "./x";', 'export { Old } from "./x";'),
        ('import { Old } from "./x";', 'import { Old } from "./x";'),
        ("const o = { Old, x: Old, Old: 1 };", "const o = { <shorthand>, x: <plain>, Old: 1 };"),
        ("class B extends Old implements Old {}", "class B extends <plain> implements <plain> {}"),
        ("class B { Old = Old; Old2() {} }", "class B { Old = <plain>; Old2() {} }"),
        ("let a: Old<Old>, b: typeof Old;", "let a: <plain><<plain>>, b: typeof <plain>;"),
        ("let a: ns.Old, b = ns.Old;", "let a: ns.Old, b = ns.Old;"),
        ("let a: Old.Inner = Old.inner;", "let a: <plain>.Inner = <plain>.inner;"),
        ("function f(Old: string) { return Old; }", "function f(Old: string) { return Old; }"),
        ("function f(a = Old) { const Old = 1; return Old; }", None),
        ("function f<Old>(a: Old): Old { return a; }", "function f<Old>(a: Old): Old { return a; }"),
        ("function f<T extends Old>(a: T) {}", "function f<T extends <plain>>(a: T) {}"),
        ("type F = (Old: string) => Old;", "type F = (Old: string) => <plain>;"),
        ("{ class Old {} new Old(); }\nnew Old();", "{ class Old {} new Old(); }\nnew <plain>();"),
        ("@Old class C { @Old() x = 1; }", "@<plain> class C { @<plain>() x = 1; }"),
        ("namespace N { class Old {} new Old(); }", "namespace N { class Old {} new Old(); }"),
        ("namespace N { new Old(); }", "namespace N { new <plain>(); }"),
        ("try {} catch (Old) { log(Old); }", "try {} catch (Old) { log(Old); }"),
        (
            "const s = 'Old'; // Old\nconst t = `Old ${Old}`;",
            "const s = 'Old'; // Old\nconst t = `Old ${<plain>}`;",
        ),
    ],
)
def test_finds_what_means_the_top_level_name(source: str, expected: str | None) -> None:
    marked, complete = _marked(source)

    assert complete
    if expected is not None:
        assert marked == expected


@pytest.mark.parametrize(
    "source",
    [
        "const { Old } = require('x');",
        "type T = X extends infer Old ? Old : never;",
        "type T = { [Old in Keys]: Old };",
        "class A { broken( { Old",
        "const rows = sql<Old>`select 1`;",
    ],
)
def test_says_where_it_cannot_tell(source: str) -> None:
    assert not _marked(source)[1]


def test_a_name_is_mentioned_by_bindings_too() -> None:
    facts = build_facts(Text(b"function f(New: string) {}\n// Other\n"), "ts")

    assert mentions(facts, "New")
    assert not mentions(facts, "Other")


def test_a_member_of_a_namespace_is_told() -> None:
    facts = build_facts(Text(b"let a: ns.Old = ns.make(ns); ns['Old'];"), "ts")

    found = references(facts, "ns").found

    texts = [facts.text.slice(*one.member) if one.member is not None else None for one in found]
    assert texts == ["Old", "make", None, None]


def test_a_module_in_type_arguments_hides_neither_the_call_nor_itself() -> None:
    source = (
        b'const a = await vi.importActual<typeof import("./x.js")>("./x.js");\nf<typeof import("./y.js")>();'
    )
    facts = build_facts(Text(source), "ts")

    assert facts.trusted
    assert [(item.kind, item.specifier) for item in facts.imports] == [
        ("type", "./x.js"),
        ("mock", "./x.js"),
        ("type", "./y.js"),
    ]
