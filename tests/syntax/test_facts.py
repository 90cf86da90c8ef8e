"""Facts of single files: the grammar's gaps, imports, exports, `any`, comments, lowering, trust."""

from __future__ import annotations

import pytest

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import chain_of, chains
from fourlayer.syntax.facts import FileFacts, build_facts, walk
from fourlayer.syntax.grammar import LanguageId
from fourlayer.syntax.scope import scopes_of
from fourlayer.syntax.text import Text


def read(code: str, language: LanguageId = "ts") -> FileFacts:
    return build_facts(Text.from_str(code), language)


def expression(facts: FileFacts) -> n.Expr:
    root = facts.decls[0].node
    assert isinstance(root, n.ExprStmt)
    return root.expr


# Valid TypeScript that the grammar rejects or misreads


def test_export_type_star() -> None:
    facts = read('export type * from "./x";')
    assert facts.trusted
    assert [(item.name, item.kind, item.type_only) for item in facts.exports] == [("*", "all", True)]
    assert [(item.specifier, item.type_only) for item in facts.imports] == [("./x", True)]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("export * from './x' with { type: 'json' };", "*", "all"),
        ('export * from "./x" with { type: "json" }', "*", "all"),
        ("export * from './x' assert {NL  type: 'json',NL};", "*", "all"),
        ("export * as x from './x' with { type: 'json' };", "x", "namespace"),
        ("export { default as x } from './x' with { type: 'json' };", "x", "from"),
    ],
)
def test_export_with_attributes(code: str, name: str, kind: str, newline: str) -> None:
    last = f"export const last = 1;{newline}"
    text = f"{code.replace('NL', newline)}{newline}{last}"
    facts = read(text)
    assert facts.trusted
    assert [(item.name, item.kind) for item in facts.exports] == [(name, kind), ("last", "declaration")]
    assert [item.specifier for item in facts.imports] == ["./x"]
    assert facts.text.slice(facts.decls[-1].start, facts.decls[-1].end).endswith("last = 1;")
    assert facts.text.line_of(facts.decls[-1].start) == text.count("\n") - 1


def test_attributes_of_an_import_stay_where_an_export_has_some() -> None:
    facts = read(
        'import x from "./x.json" with { type: "json" }\nexport * from "./y.json" with { type: "json" };\n'
    )
    assert facts.trusted
    first = facts.imports[0]
    assert facts.text.slice(*first.stmt).endswith('with { type: "json" }')


def test_tagged_template_with_type_arguments_after_a_member() -> None:
    facts = read("await prisma.$queryRaw<Row[]>`select ${id}`;")
    assert facts.trusted
    awaited = expression(facts)
    assert isinstance(awaited, n.Await)
    assert isinstance(awaited.value, n.Tagged)
    assert chain_of(awaited).names == ("prisma", "$queryRaw")


def test_tagged_template_with_type_arguments_is_no_comparison() -> None:
    tagged = expression(read("sql<number>`count(*)`;"))
    assert isinstance(tagged, n.Tagged)
    assert isinstance(tagged.template, n.Str)
    assert tagged.template.value == "count(*)"


def test_nested_type_arguments_of_a_tagged_template() -> None:
    facts = read("const q = sql<Array<Record<string, any>>>`select 1`;")
    assert facts.trusted
    assert [facts.text.slice(*use.span) for use in facts.anys] == ["any"]


def test_typeof_import_as_a_type_argument() -> None:
    facts = read('const real = await importOriginal<typeof import("./x")>();')
    assert facts.trusted
    assert [(item.specifier, item.kind) for item in facts.imports] == [("./x", "type")]


@pytest.mark.parametrize(
    "code",
    [
        'const a = x as import("m").T[];',
        'let b: import("m").T<U>;',
        'let c: import("m").T;',
        'type D = typeof import("m");',
        'function e(x: import("m").T, y: string): import("m").U<V> | null { return null; }',
    ],
)
def test_import_types(code: str) -> None:
    facts = read(code)
    assert facts.trusted
    assert {(item.specifier, item.kind) for item in facts.imports} == {("m", "type")}


@pytest.mark.parametrize(
    "code", ["<div>a & b</div>;", "<p>R&D</p>;", "<p>a{x} b & c\n</p>;", "<p>&amp; {a && b} &</p>;"]
)
def test_bare_ampersand_in_jsx_text(code: str) -> None:
    assert read(code, "tsx").trusted


def test_comparison_with_a_name_called_unique() -> None:
    facts = read("for (let i = 0; i < unique.length; i++) {}")
    assert facts.trusted
    members = [node for node in walk(facts.decls[0].node) if isinstance(node, n.Member)]
    assert [(node.name, facts.decls[0].text_of(node.object)) for node in members] == [("length", "unique")]


@pytest.mark.parametrize(
    "code", ["interface A<in out T> {}", "interface A<in T, out U> {}", "type F<out T> = () => T;"]
)
def test_variance_annotations(code: str) -> None:
    facts = read(code)
    assert facts.trusted
    root = facts.decls[0].node
    assert isinstance(root, n.InterfaceDecl | n.TypeAlias)
    assert root.type_params[0].name == "T"


@pytest.mark.parametrize("code", ['await q.from<Row>("t").where(1);', 'await q.from("t").where(1);'])
def test_await_stands_outside_the_chain_with_and_without_type_arguments(code: str) -> None:
    awaited = expression(read(code))
    assert isinstance(awaited, n.Await)
    assert chain_of(awaited.value).names == ("q", "from", "where")


def test_parenthesised_await_stays_inside_the_chain() -> None:
    outer = expression(read("(await q.load<Row>()).rows;"))
    assert isinstance(outer, n.Member)
    assert isinstance(outer.object, n.Await)
    assert [link.awaited for link in chain_of(outer).links] == [False, True]


# Imports and exports


def test_every_way_to_name_a_module() -> None:
    facts = read(
        """
import a, { type B, c as d } from "one";
import * as ns from "two";
import type { T } from "three";
import "four";
import legacy = require("five");
export { x as y } from "six";
export * from "seven";
export * as all from "eight";
const lazy = await import("nine");
const old = require("ten");
vi.mock("eleven", () => ({}));
vi.mock(import("twelve"));
// import("commented") and "import('quoted')"
const text = `import("template")`;
"""
    )
    found = [(item.specifier, item.kind) for item in facts.imports]
    assert found == [
        ("one", "import"),
        ("two", "import"),
        ("three", "import"),
        ("four", "import"),
        ("five", "import"),
        ("six", "export"),
        ("seven", "export"),
        ("eight", "export"),
        ("nine", "dynamic"),
        ("ten", "require"),
        ("eleven", "mock"),
        ("twelve", "mock"),
    ]
    one = facts.imports[0]
    assert [(name.imported, name.local, name.type_only) for name in one.names] == [
        ("default", "a", False),
        ("B", "B", True),
        ("c", "d", False),
    ]
    assert facts.imports[2].type_only
    assert facts.text.slice(*one.span) == '"one"'


def test_every_way_to_export() -> None:
    facts = read(
        """
export const a = 1, { b, c: [d] } = rest;
export function f(): void;
export function f(): void {}
export async function* g() {}
export abstract class K {}
export interface I {}
export type U = 1;
export enum E { A }
export { a as z, type U as V };
export { default as Q, default } from "m";
export default class Main {}
"""
    )
    names = [(item.name, item.kind) for item in facts.exports]
    assert names == [
        ("a", "declaration"),
        ("b", "declaration"),
        ("d", "declaration"),
        ("f", "declaration"),
        ("f", "declaration"),
        ("g", "declaration"),
        ("K", "declaration"),
        ("I", "declaration"),
        ("U", "declaration"),
        ("E", "declaration"),
        ("z", "named"),
        ("V", "named"),
        ("Q", "from"),
        ("default", "from"),
        ("default", "default"),
    ]
    assert [item.name for item in facts.exports if item.type_only] == ["I", "U", "V"]
    assert facts.exports[-1].local == "Main"


def test_export_assignment() -> None:
    assert [(item.name, item.kind) for item in read("export = thing;").exports] == [("=", "assign")]


# any


def test_any_only_in_type_positions() -> None:
    facts = read(
        """
const any = { any: 1 };
// any
const text = "any";
function f(a: any, b: Record<string, any>): Promise<any[]> { return any.any as any; }
type T = { any: any };
"""
    )
    lines = [facts.text.line_of(use.span.start) for use in facts.anys]
    assert lines == [4, 4, 4, 4, 5]


# Comments


def test_what_a_comment_covers() -> None:
    code = """
// one
const rows = await db
  .from("x")
  .select("*");
function f() {
  // two
  return g(
    // three
    { a: 1 },
  );
  // four
}
"""
    facts = read(code)
    covered = [facts.covered_by(comment) for comment in facts.comments]
    texts = [facts.text.slice(*span) if span else None for span in covered]
    assert texts[0] is not None
    assert texts[0].startswith("const rows")
    assert texts[0].endswith('.select("*");')
    assert texts[1] is not None
    assert texts[1].startswith("return g(")
    assert texts[2:] == ["{ a: 1 }", None]


def test_jsx_comment_covers_the_element_after_it() -> None:
    facts = read("const x = <div>{/* note */}<b>y</b></div>;", "tsx")
    span = facts.covered_by(facts.comments[0])
    assert span is not None
    assert facts.text.slice(*span) == "<b>y</b>"


def test_comment_signs_inside_strings_are_none() -> None:
    facts = read('const u = "https://x"; // real\nconst r = /\\/\\*x/; /* also */')
    assert [comment.text for comment in facts.comments] == ["// real", "/* also */"]


# Lowering


def test_class_members() -> None:
    facts = read(
        """
export class A<T> extends B<T> implements C {
  static x?: number = 1;
  #secret = 2;
  declare u: string;
  constructor(private readonly z: X, opts: O = {}) { super(); }
  private async load<U>(a: string): Promise<U> { return this.get(a); }
  get size() { return 1; }
  abstract gone(): void;
  "quoted-name"() {}
  [k: string]: unknown;
  static { boot(); }
}
"""
    )
    decl = facts.decls[0]
    assert decl.kind == "class"
    assert decl.name == "A"
    head = decl.node
    assert isinstance(head, n.ClassDecl)
    assert isinstance(head.extends, n.Name)
    members = []
    for member in decl.members:
        node = member.node
        assert isinstance(node, n.ClassMember)
        members.append((node.kind, node.name, node.modifiers))
    assert members == [
        ("field", "x", ("static",)),
        ("field", "#secret", ()),
        ("field", "u", ("declare",)),
        ("constructor", "constructor", ()),
        ("method", "load", ("private", "async")),
        ("get", "size", ()),
        ("method", "gone", ("abstract",)),
        ("method", "quoted-name", ()),
        ("index", None, ()),
        ("static block", None, ("static",)),
    ]
    load = decl.members[4]
    assert load.qualified_name == "A.load"
    function = load.node.function if isinstance(load.node, n.ClassMember) else None
    assert function is not None
    assert function.is_async
    assert isinstance(function.return_type, n.TypeRef)
    assert function.return_type.name == "Promise"
    assert load.text_of(function.return_type) == "Promise<U>"


def test_statements_keep_their_shape() -> None:
    facts = read(
        """
function f() {
  for (const x of y) { if (x) continue; else break; }
  for (let i = 0; i < 1; i++) {}
  for await (const z of q) {}
  while (a) {} do {} while (b);
  switch (k) { case 1: go(); break; default: stay(); }
  try { risky(); } catch (e: unknown) { throw e; } finally { done(); }
  outer: for (const k in o) {}
}
"""
    )
    root = facts.decls[0].node
    assert isinstance(root, n.FunctionDecl)
    body = root.function.body
    assert isinstance(body, n.Block)
    kinds = [stmt.kind if isinstance(stmt, n.Loop) else type(stmt).__name__ for stmt in body.stmts]
    assert kinds == ["of", "for", "await of", "while", "do", "Switch", "Try", "Labeled"]
    attempt = body.stmts[6]
    assert isinstance(attempt, n.Try)
    assert attempt.handler is not None
    assert attempt.finalizer is not None


def test_strings_are_unescaped() -> None:
    facts = read(r"f('a\n\x41\u{1F600}\'', `plain`, 'é');")
    call = expression(facts)
    assert isinstance(call, n.Call)
    assert [arg.value for arg in call.args if isinstance(arg, n.Str)] == ["a\nA😀'", "plain", "é"]


def test_spans_are_bytes_even_after_wide_characters() -> None:
    facts = read('const s = "😀é"; const t = any_(1);')
    decl = facts.decls[1]
    call = next(node for node in walk(decl.node) if isinstance(node, n.Call))
    assert facts.text.slice(*decl.span(call)) == "any_(1)"


def test_deep_nesting_does_not_exhaust_the_stack() -> None:
    facts = read("x = " + "(" * 2000 + "1" + ")" * 2000 + ";")
    assert facts.decls[0].kind == "statement"
    assert isinstance(facts.decls[0].node, n.Stmt)


# Scopes and chains


def test_bindings_follow_shadowing_and_destructuring() -> None:
    facts = read(
        """
function f(orgId: string, { a, b: [c] }: X) {
  let q = start(orgId);
  if (a) { const orgId = c; q = q.eq(orgId); }
  return rows.map((x) => x.id + orgId);
}
"""
    )
    scopes = scopes_of(facts.decls[0])
    bindings = {(item.name, item.kind): item for item in scopes.bindings}
    assert bindings["c", "param"].path == ("b", 0)
    assert len(bindings["orgId", "param"].uses) == 2
    assert len(bindings["orgId", "const"].uses) == 1
    assert len(bindings["q", "let"].writes) == 1
    assert len(bindings["q", "let"].uses) == 1
    assert "rows" in scopes.free
    assert bindings["orgId", "const"].value is not None
    assert bindings["q", "let"].value is None


def test_chains_pass_over_casts_and_optional_steps() -> None:
    facts = read('const { data } = await (this.db as any).from("t")?.select<"*">("*")!.eq("id", id);')
    found = list(chains(facts.decls[0]))
    assert [chain.names for chain in found] == [("this", "db", "from", "select", "eq")]
    assert [link.is_call for link in found[0].links] == [False, True, True, True]


# Trust


def test_half_typed_code_marks_only_its_declaration() -> None:
    facts = read(
        """
export function fine(): number { return 1; }
export class Half { broken( { }
"""
    )
    assert not facts.trusted
    by_name = {decl.name: decl.trusted for decl in facts.decls if decl.name}
    assert by_name["fine"]
    assert not by_name.get("Half", False)


@pytest.mark.parametrize(
    "data", [b"", b"\xef\xbb\xbfexport const a = 1;", b"const x = '\xff\xfe';", b"\x00\x01\x02", b"`" * 999]
)
def test_odd_bytes_are_read_without_trouble(data: bytes) -> None:
    facts = build_facts(Text(data), "ts")
    for decl in facts.all_decls():
        assert list(walk(decl.node))
    assert facts.text.data == data
    assert isinstance(facts.interface, str)


def test_the_byte_order_mark_hides_no_export() -> None:
    facts = build_facts(Text(b"\xef\xbb\xbfexport const a = 1;"), "ts")
    assert [item.name for item in facts.exports] == ["a"]


def test_interface_ignores_bodies_and_sees_signatures() -> None:
    one = read("export function f(a: string) { return a; }\nclass K { m() { return 1; } }")
    body = read("export function f(a: string) { return a + a; }\nclass K { m() { return 2; } }")
    signature = read("export function f(a: number) { return a; }\nclass K { m() { return 1; } }")
    member = read("export function f(a: string) { return a; }\nclass K { m2() { return 1; } }")
    assert one.interface == body.interface
    assert len({one.interface, signature.interface, member.interface}) == 3
