"""Which files count as tests: those with a test that runs and an assertion that says something."""

from __future__ import annotations

import pytest

from fourlayer.syntax.facts import build_facts
from fourlayer.syntax.text import Text
from fourlayer_rules.derive.testing import asserts, is_test_name

TESTS = (
    'it("x", () => { expect(f()).toBe(2); });',
    'it("x", () => expect.soft(f()).toBe(1));',
    'it("x", () => { expect(async () => f()).rejects.toThrow(); });',
    'it.each([1])("x %i", (n) => { expect(n).toBe(f(n)); });',
    'it.each`a\n${1}`("x", ({ a }) => { expect(a).toBe(f(1)); });',
    'it.skipIf(x)("x", () => { expect(a).toBe(f(1)); });',
    'it("x", () => { assert.equal(a, 1); });',
    'it("x", async () => { await request(app).get("/").expect(200); });',
    'it("x", () => { a.should.equal(2); });',
    'it("x", () => expectRefusal(401));',
    "for (const n of [1]) it(`x ${n}`, () => { expect(n).toBe(f(n)); });",
    'const own = test.extend({}); own("x", () => { expect(a).toBe(1); });',
    'import { check } from "./helpers.js"; it("x", () => { check(); });',
    'import { contract } from "../../base/contract.js"; contract(() => new A());',
    'it.skip("x", () => undefined); it("y", () => { expect(f()).toBe(1); });',
    'it("x", () => { expect(f(',
)

NO_TESTS = (
    "",
    "// expect nothing",
    'it("x", () => { new Adapter(); });',
    'it("x", () => { expect(f()); });',
    'it("x", () => { expect(true).toBe(true); });',
    'it("x", () => { expect.assertions(1); });',
    'it.skip("x", () => { expect(f()).toBe(2); });',
    'it.todo("expect x");',
    'it("x", { skip: true }, () => { expect(f()).toBe(1); });',
    'describe.skip("x", () => { it("y", () => { expect(f()).toBe(2); }); });',
    'xdescribe("x", () => { it("y", () => { expect(f()).toBe(2); }); });',
    'function check(x) { expect(x).toBe(1); } it.skip("x", () => check(1));',
    'import { expect, it } from "vitest"; it("x", () => undefined);',
)


@pytest.mark.parametrize("source", TESTS)
def test_a_file_with_a_test(source: str) -> None:
    assert asserts(build_facts(Text(source.encode()), "ts"))


@pytest.mark.parametrize("source", NO_TESTS)
def test_a_file_without_a_test(source: str) -> None:
    assert not asserts(build_facts(Text(source.encode()), "ts"))


@pytest.mark.parametrize(
    ("path", "is_test"),
    [("a/x.test.ts", True), ("x.spec.tsx", True), ("x.test.mts", True), ("x.ts", False), ("test.ts", False)],
)
def test_names(path: str, is_test: bool) -> None:
    assert is_test_name(path) is is_test
