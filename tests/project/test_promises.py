"""Whether functions return promises: declared, inferred, across files, and after unsaved edits."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from fourlayer.project.layout import Layout
from fourlayer.project.snapshot import Snapshot
from fourlayer.project.summaries.inference import Inference, place_of
from fourlayer.project.summaries.promises import Promises, returns_promise
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.text import Text
from tests.project.test_snapshot import MemoryDisk

FILE = "src/a.ts"


def _state(files: Mapping[str, str]) -> Snapshot:
    return Snapshot(Layout(), MemoryDisk({path: text.encode() for path, text in files.items()}))


@pytest.mark.parametrize(
    ("code", "name", "answer"),
    [
        ("async function f() {}", "f", True),
        ("function f(): Promise<void> { return g(); }", "f", True),
        ("function f(): void | Promise<void> {}", "f", True),
        ("function f(): PromiseLike<string> { return g(); }", "f", True),
        ("type Later<T> = Promise<T>; function f(): Later<void> { return g(); }", "f", True),
        ("type Alias<T> = T; function f(): Alias<Promise<void>> { return g(); }", "f", True),
        ("interface Then { then(done: () => void): void } function f(): Then { return g(); }", "f", True),
        ("const f = async () => 1", "f", True),
        ("const f = () => fetch('x')", "f", True),
        ("const f = function () { return new Promise(() => {}); }", "f", True),
        ("function f() { return Promise.all([]); }", "f", True),
        ("function f() { return h(); } function h() { return f2(); } async function f2() {}", "f", True),
        ("interface P { save(): Promise<void> }", "P.save", True),
        ("type P = { save: () => Promise<void> }", "P.save", True),
        ("abstract class P { abstract save(): Promise<void>; }", "P.save", True),
        ("class P { save = async () => {} }", "P.save", True),
        ("class P { save() { return this.run(); } async run() {} }", "P.save", True),
        ("class B { async run() {} } class P extends B { save() { return super.run(); } }", "P.save", True),
        ("function f() {}", "f", False),
        ("function f(): void {}", "f", False),
        ("function f() { return 1; }", "f", False),
        ("async function* f() { yield 1; }", "f", False),
        ("async function f2() {} async function w() { return 1; } function f() { void f2(); }", "f", False),
        ("function f() { return () => fetch('x'); }", "f", False),
        ("function f(): string { return g(); }", "f", False),
        ("function f() { return f(); }", "f", False),
        ("function f() { return h(); } function h() { return f(); }", "f", False),
        ("import { g } from 'vendor'; function f() { return g(); }", "f", None),
        ("function f<T>(run: () => T): T { return run(); }", "f", None),
        ("function f(x: any) { return x.y(); }", "f", None),
        ("async function f() { if ( }", "f", None),
        ("const x = 1;", "f", None),
    ],
)
def test_a_function_returns_a_promise(code: str, name: str, answer: bool | None) -> None:
    assert returns_promise(_state({FILE: code}).view(), FILE, name) is answer


_PACKAGES = """
import axios from 'axios'; import { Queue } from 'bullmq'; import { Redis } from 'ioredis';
import * as fs from 'node:fs/promises'; import nodemailer from 'nodemailer';
import { PrismaClient } from '@prisma/client'; import { createClient } from '@supabase/supabase-js';
import knex from 'knex'
import { drizzle } from 'drizzle-orm/node-postgres'; import { promisify } from 'util';
import type { Response } from 'express'; import Stripe from 'stripe';
"""


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("axios.get('x')", True),
        ("axios.create({}).post('x')", True),
        ("axios('x')", True),
        ("new Queue('q').add('a', {})", True),
        ("new Queue('q').on('error', () => {})", False),
        ("new Redis().set('a', 'b')", True),
        ("new Redis().multi().set('a', 'b')", False),
        ("new Redis().multi().set('a', 'b').exec()", True),
        ("fs.readFile('x')", True),
        ("nodemailer.createTransport({}).sendMail({})", True),
        ("new PrismaClient().deal.findMany({})", True),
        ("new PrismaClient().$transaction([])", True),
        ("createClient('a', 'b').from('t')", False),
        ("createClient('a', 'b').from('t').delete().eq('id', 1)", True),
        ("createClient('a', 'b').auth.getUser()", True),
        ("createClient('a', 'b').auth.onAuthStateChange(() => {})", False),
        ("createClient('a', 'b').storage.from('x').remove([])", True),
        ("knex({})('deals').where({}).del()", True),
        ("drizzle({}).insert(t)", False),
        ("drizzle({}).insert(t).values({})", True),
        ("promisify(x)", False),
        ("promisify(x)('a')", True),
        ("new Stripe('k').customers.create({})", True),
        ("(null as unknown as Response).json({})", False),
        ("console.log('x')", False),
        ("setTimeout(() => {}, 1)", False),
        ("import('./x.js')", True),
        ("x.then(() => 1)", True),
        ("'a'.slice(1)", False),
        ("[1].map(async () => 1)", False),
        ("[fetch('x')][0]", True),
        ("new Map<string, Promise<void>>().get('a')", True),
        ("null ?? fetch('x')", True),
        ("1 > 2 ? fetch('x') : undefined", True),
        ("unknownThing.doIt()", None),
    ],
)
def test_an_expression_is_a_promise(expression: str, answer: bool | None) -> None:
    snapshot = _state({FILE: f"{_PACKAGES}\nconst value = {expression};"})
    view = snapshot.view()
    facts = view.facts(FILE)
    assert facts is not None
    decl = facts.decls[-1]
    init = next(node.init for node in walk(decl.node) if isinstance(node, n.Declarator))
    assert init is not None
    assert Promises(view).of(init, place_of(FILE, facts, decl)) is answer


def test_an_array_of_promises_is_told_from_a_promise() -> None:
    snapshot = _state({FILE: "const value = [1].map(async () => 1);"})
    view = snapshot.view()
    facts = view.facts(FILE)
    assert facts is not None
    (decl,) = facts.decls
    init = next(node.init for node in walk(decl.node) if isinstance(node, n.Declarator))
    assert init is not None
    assert Promises(view).listed(Inference(view).of(init, place_of(FILE, facts, decl)))


def test_an_unsaved_helper_that_becomes_async_changes_its_callers_at_once() -> None:
    files = {
        FILE: "import { b } from './b.js'; export function a() { return b(); }",
        "src/b.ts": "import { c } from './c.js'; export function b() { return c(); }",
        "src/c.ts": "export function c() { return 1; }",
    }
    snapshot = _state(files)
    view = snapshot.view()
    assert returns_promise(view, FILE, "a") is False
    (dep,) = view.deps
    before = snapshot.stamp(dep)

    same = snapshot.derive({"src/c.ts": Text(b"export function c() { /* more */ return 2; }")})
    assert same.stamp(dep) == before

    edited = same.derive({"src/c.ts": Text(b"export async function c() { return 1; }")})
    assert returns_promise(edited.view(), FILE, "a") is True
    assert edited.stamp(dep) != before


def test_a_chain_of_many_calls_ends() -> None:
    code = "".join(f"function f{i}() {{ return f{i + 1}(); }}\n" for i in range(300))
    snapshot = _state({FILE: code + "async function f300() {}"})
    assert returns_promise(snapshot.view(), FILE, "f0") is True
